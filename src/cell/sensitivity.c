#include "cell/sensitivity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, ORDER = 5, NODES = ORDER + 1 };

struct hc_sens {
    hc_system *s;
    hc_cell *cell;
    hc_parameter p[MOST];
    size_t n_p;
    bool begun;
    int known, order;  /* nodes that hold, at most ORDER; of the last step */
    double t[NODES];   /* latest first */
    double *at[NODES]; /* [n_p][n]; the last is work space */
    double *room;      /* of all work arrays */
    double *by_p, *rhs, *f, *past;
    hc_bordered *j, *m, *a;
    hc_lu *lu;
};

void hc_sens_free(hc_sens *f)
{
    if (!f)
        return;
    hc_bordered_free(f->j);
    hc_bordered_free(f->m);
    hc_bordered_free(f->a);
    hc_lu_free(f->lu);
    free(f->room);
    free(f);
}

hc_status hc_sens_new(hc_sens **out, hc_system *s, hc_cell *cell,
                      const hc_parameter *p, size_t n, hc_err *err)
{
    if (n == 0 || n > MOST)
        return hc_fail(err, HC_USAGE, "1 to %d parameters, found %zu", MOST,
                       n);
    hc_sens *f = calloc(1, sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    f->s = s;
    f->cell = cell;
    f->n_p = n;
    memcpy(f->p, p, n * sizeof *p);
    hc_status st = hc_system_matrix(&f->j, s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&f->m, s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&f->a, s, err);
    if (st == HC_OK)
        st = hc_lu_new(&f->lu, f->a, err);
    f->room = calloc((NODES * n + 4) * s->n, sizeof *f->room);
    if (st == HC_OK && !f->room)
        st = hc_fail_nomem(err);
    if (st != HC_OK) {
        hc_sens_free(f);
        return st;
    }
    for (size_t k = 0; k < NODES; k++)
        f->at[k] = f->room + k * n * s->n;
    f->by_p = f->room + NODES * n * s->n;
    f->rhs = f->by_p + s->n;
    f->f = f->rhs + s->n;
    f->past = f->f + s->n;
    *out = f;
    return HC_OK;
}

/* dF/d(ln p) by a central difference: parameters enter smoothly, 1e-8. */
static bool by_parameter(hc_sens *f, size_t k, double t, const double *y,
                         const double *yp, double *out)
{
    static const double h = 1e-4;
    hc_system *s = f->s;
    double *value = &f->cell->value[f->p[k]], keep = *value;
    bool good = true;
    hc_reach reach = hc_system_reach(s, f->p[k]);
    if (reach == HC_REACH_NONE) {
        memset(out, 0, s->n * sizeof *out);
        return true;
    }
    for (int sign = -1; sign <= 1; sign += 2) {
        *value = keep * (sign < 0 ? exp(-h) : exp(h));
        hc_system_parameter(s, f->p[k]);
        hc_eval e = {.t = t,
                     .y = y,
                     .yp = yp,
                     .f = f->f,
                     .no_film = reach == HC_REACH_BORDER};
        good = hc_system_eval(s, &e) == 0 && good;
        for (size_t i = 0; i < s->n; i++)
            out[i] = sign < 0 ? -f->f[i] : (out[i] + f->f[i]) / (2 * h);
    }
    *value = keep;
    hc_system_parameter(s, f->p[k]);
    return good;
}

static hc_status linearise(hc_sens *f, double t, const double *y,
                           const double *yp, hc_err *err)
{
    hc_bordered_zero(f->j);
    hc_bordered_zero(f->m);
    hc_eval e = {.t = t, .y = y, .yp = yp, .f = f->f, .j = f->j, .m = f->m};
    if (hc_system_eval(f->s, &e) != 0)
        return hc_fail(err, HC_NO,
                       "sensitivities: the state at t = %g s cannot be "
                       "evaluated",
                       t);
    return HC_OK;
}

static hc_status factor(hc_sens *f, double t, hc_err *err)
{
    return hc_lu_factor(f->lu, f->a)
               ? HC_OK
               : hc_fail(err, HC_NO,
                         "sensitivities: singular Jacobian at t = %g s", t);
}

/* The algebraic parts that go with the differential ones in ys. */
static hc_status fit(hc_sens *f, double t, const double *y, const double *yp,
                     double *const *ys, hc_err *err)
{
    hc_system *s = f->s;
    hc_status st = linearise(f, t, y, yp, err);
    if (st != HC_OK)
        return st;
    hc_bordered_select(f->a, f->j, f->m, s->differential);
    st = factor(f, t, err);
    for (size_t k = 0; st == HC_OK && k < f->n_p; k++) {
        for (size_t i = 0; i < s->n; i++)
            if (s->differential[i] == 0)
                ys[k][i] = 0;
        if (!by_parameter(f, k, t, y, yp, f->by_p))
            return hc_fail(err, HC_NO, "sensitivities: no value at %g s", t);
        hc_bordered_times(f->j, ys[k], f->rhs);
        for (size_t i = 0; i < s->n; i++)
            f->rhs[i] = -f->rhs[i] - f->by_p[i];
        hc_lu_solve(f->lu, f->rhs, f->rhs);
        for (size_t i = 0; i < s->n; i++)
            if (s->differential[i] == 0)
                ys[k][i] = f->rhs[i];
    }
    return st;
}

/* What a rest depends on: x0, and x_n of a negative electrode with U(x), the
 * two of which belong together. */
static void rest_of_start(hc_sens *f)
{
    const hc_system *s = f->s;
    for (size_t k = 0; k < f->n_p; k++) {
        double *ys = f->at[0] + k * s->n, x0 = f->cell->value[HC_P_X0];
        if (f->p[k] == HC_P_XN0 && s->at[HC_U_XN] != HC_ABSENT) {
            double xn = f->cell->value[HC_P_XN0], slope;
            (void)hc_curve_at(&f->cell->u_n, xn, &slope);
            ys[s->at[HC_U_XN]] = xn;
            if (s->at[HC_U_SHUNT] != HC_ABSENT)
                ys[s->at[HC_U_SHUNT]] = -slope * xn;
        }
        if (f->p[k] != HC_P_X0)
            continue;
        double slope = 0; /* charged capacitors rest at U(x0) */
        (void)hc_curve_at(&f->cell->ocv, x0, &slope);
        for (size_t i = 0; i < s->film.n; i++)
            ys[s->film_at + i] = x0;
        for (size_t j = 0; j < s->depth.n; j++) {
            double *node = ys + s->comp_at + j * s->block;
            node[1] = slope * x0;
            for (size_t i = 3; i < s->block; i++)
                node[i] = x0;
        }
        if (!f->cell->capacitor_on_eta)
            ys[s->at[HC_U_PSI_P]] = slope * x0;
        if (s->at[HC_U_SHUNT] != HC_ABSENT)
            ys[s->at[HC_U_SHUNT]] = slope * x0;
    }
}

static void rows_of(const hc_sens *f, double *from, double **out)
{
    for (size_t k = 0; k < f->n_p; k++)
        out[k] = from + k * f->s->n;
}

hc_status hc_sens_start(hc_sens *f, double t, const double *y,
                        const double *yp, hc_err *err)
{
    double *ys[MOST];
    if (!f->begun)
        rest_of_start(f);
    f->begun = true;
    rows_of(f, f->at[0], ys);
    f->t[0] = t;
    f->known = 1;
    f->order = 0;
    return fit(f, t, y, yp, ys, err);
}

/* d/dt at t of the polynomial through (t, node 0, ..., node k - 1): weight[0]
 * belongs to t itself. */
static void slopes(const hc_sens *f, double t, int k, double *weight)
{
    weight[0] = 0;
    for (int j = 0; j < k; j++) {
        weight[0] += 1 / (t - f->t[j]);
        weight[j + 1] = 1 / (f->t[j] - t);
        for (int i = 0; i < k; i++)
            if (i != j)
                weight[j + 1] *= (t - f->t[i]) / (f->t[j] - f->t[i]);
    }
}

static void shift(hc_sens *f, double t)
{
    double *oldest = f->at[NODES - 1];
    for (int k = NODES - 1; k > 0; k--) {
        f->at[k] = f->at[k - 1];
        f->t[k] = f->t[k - 1];
    }
    f->at[0] = oldest;
    f->t[0] = t;
    if (f->known < ORDER)
        f->known++;
}

hc_status hc_sens_step(hc_sens *f, double t, int order, const double *y,
                       const double *yp, hc_err *err)
{
    hc_system *s = f->s;
    double weight[NODES + 1];
    int k = order < 1 ? 1 : order < ORDER ? order : ORDER;
    if (!(t > f->t[0]))
        return HC_OK;
    if (k > f->known)
        k = f->known;
    slopes(f, t, k, weight);
    hc_status st = linearise(f, t, y, yp, err);
    if (st != HC_OK)
        return st;
    hc_bordered_copy(f->a, f->j);
    hc_bordered_accumulate(f->a, weight[0], f->m);
    st = factor(f, t, err);
    double *room = f->at[NODES - 1];
    for (size_t p = 0; st == HC_OK && p < f->n_p; p++) {
        double *past = f->past, *rhs = room + p * s->n;
        memset(past, 0, s->n * sizeof *past);
        for (int j = 0; j < k; j++) {
            const double *at = f->at[j] + p * s->n;
            for (size_t i = 0; i < s->n; i++)
                past[i] += weight[j + 1] * at[i];
        }
        hc_bordered_times(f->m, past, rhs);
        if (!by_parameter(f, p, t, y, yp, f->by_p))
            return hc_fail(err, HC_NO, "sensitivities: no value at %g s", t);
        for (size_t i = 0; i < s->n; i++)
            rhs[i] = -rhs[i] - f->by_p[i];
    }
    if (st == HC_OK)
        hc_lu_solve_many(f->lu, room, f->n_p);
    if (st == HC_OK) {
        shift(f, t);
        f->order = k;
    }
    return st;
}

hc_status hc_sens_at(hc_sens *f, double t, const double *y, const double *yp,
                     double *const *out, hc_err *err)
{
    const hc_system *s = f->s;
    int k = f->known < f->order + 1 ? f->known : f->order + 1;
    double l[NODES];
    for (int j = 0; j < k; j++) {
        l[j] = 1;
        for (int i = 0; i < k; i++)
            if (i != j)
                l[j] *= (t - f->t[i]) / (f->t[j] - f->t[i]);
    }
    for (size_t p = 0; p < f->n_p; p++) {
        memset(out[p], 0, s->n * sizeof *out[p]);
        for (int j = 0; j < k; j++)
            for (size_t i = 0; i < s->n; i++)
                out[p][i] += l[j] * f->at[j][p * s->n + i];
    }
    return t == f->t[0] ? HC_OK : fit(f, t, y, yp, out, err);
}

hc_status hc_sens_back(hc_sens *f, double t, const double *y, const double *yp,
                       hc_err *err)
{
    double *out[MOST];
    rows_of(f, f->at[NODES - 1], out);
    hc_status st = hc_sens_at(f, t, y, yp, out, err);
    if (st == HC_OK) {
        double *first = f->at[0];
        f->at[0] = f->at[NODES - 1];
        f->at[NODES - 1] = first;
        f->t[0] = t;
    }
    return st;
}

const double *hc_sens_now(const hc_sens *f, size_t k)
{
    return f->at[0] + k * f->s->n;
}
