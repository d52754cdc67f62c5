#include "cell/ident.h"

#include "cell/impedance.h"
#include "cell/simjob.h"
#include "cell/solver.h"
#include "core/text.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)

typedef struct {
    hc_protocol steps; /* a series: its current ... */
    double *volt;      /* [n] ... and its voltage */
    double x0;         /* NaN: the cell's x0 */
    double *freq;      /* a spectrum */
    double complex *z; /* [n] ohm */
    double x;
    size_t n;
} data_set;

struct hc_ident {
    hc_cell *cell;
    hc_ident_options o;
    data_set *sets;
    size_t n_sets, cap;
    size_t n_rows;
    double *r, *jac; /* [rows], [rows][n] */
};

hc_ident_options hc_ident_default(void)
{
    return (hc_ident_options){.sd_volt = 1e-3,
                              .sd_z = 5e-3,
                              .max_steps = 30,
                              .rtol = 1e-5,
                              .mesh = 40,
                              .limit_condition = 1e8};
}

hc_status hc_ident_new(hc_ident **out, hc_cell *cell,
                       const hc_ident_options *o, hc_err *err)
{
    if (o->n == 0 || o->n > HC_IDENT_MAX)
        return hc_fail(err, HC_USAGE, "1 to %d free parameters", HC_IDENT_MAX);
    for (size_t k = 0; k < o->n; k++)
        if (!(cell->value[o->p[k]] > 0))
            return hc_fail(err, HC_USAGE,
                           "%s needs a start above zero: give it in the cell "
                           "file or with --set",
                           hc_parameter_about(o->p[k])->path);
    hc_ident *f = calloc(1, sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    f->cell = cell;
    f->o = *o;
    *out = f;
    return HC_OK;
}

void hc_ident_free(hc_ident *f)
{
    if (!f)
        return;
    for (size_t k = 0; k < f->n_sets; k++) {
        hc_protocol_clear(&f->sets[k].steps);
        free(f->sets[k].volt);
        free(f->sets[k].freq);
        free(f->sets[k].z);
    }
    free(f->sets);
    free(f->r);
    free(f->jac);
    free(f);
}

static data_set *new_set(hc_ident *f)
{
    data_set *grown = hc_grow(f->sets, &f->cap, f->n_sets + 1, sizeof *grown);
    if (!grown)
        return NULL;
    f->sets = grown;
    data_set *s = &f->sets[f->n_sets++];
    *s = (data_set){.x0 = NAN_D};
    return s;
}

static hc_status add_series(hc_ident *f, const hc_frame *frame, hc_talk *talk,
                            hc_err *err)
{
    int cv, ci;
    hc_status st = hc_frame_need(frame, "voltage_volt", &cv, err);
    if (st == HC_OK)
        st = hc_frame_need(frame, "current_ampere", &ci, err);
    data_set *s = st == HC_OK ? new_set(f) : NULL;
    if (st == HC_OK && !s)
        st = hc_fail_nomem(err);
    if (st != HC_OK)
        return st;
    s->n = hc_frame_rows(frame);
    s->volt = malloc((s->n + 1) * sizeof *s->volt);
    if (!s->volt)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < s->n; k++) {
        s->volt[k] = hc_frame_number(frame, k, cv);
        if (!isfinite(s->volt[k]))
            return hc_fail_at(err, HC_DATA, hc_frame_name(frame),
                              hc_frame_line(frame, k),
                              "the voltage is not a number");
    }
    st = hc_protocol_like(&s->steps, f->cell, frame, err);
    bool rests = s->n > 0 && hc_frame_number(frame, 0, ci) == 0;
    const char *init = f->o.init ? f->o.init : rests ? "ocv" : NULL;
    for (size_t k = 0; k < f->o.n; k++)
        if (f->o.p[k] == HC_P_X0)
            init = NULL; /* it is sought */
    if (st == HC_OK && init)
        st = hc_job_start(f->cell, init, frame, &s->x0, talk, err);
    f->n_rows += s->n;
    return st;
}

static hc_status add_spectra(hc_ident *f, const hc_frame *frame, hc_err *err)
{
    hc_spectrum_filter all = hc_spectrum_filter_none();
    hc_spectrum *sp;
    size_t n;
    const hc_cell *c = f->cell;
    hc_status st = hc_spectra_of(frame, &all, &sp, &n, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 0; st == HC_OK && k < n; k++) {
        data_set *s = new_set(f);
        if (!s) {
            st = hc_fail_nomem(err);
            break;
        }
        s->x = c->value[HC_P_X0];
        if (!isnan(sp[k].soc))
            s->x = hc_cell_x_of_soc(c, sp[k].soc);
        else if (!isnan(sp[k].dc_voltage_volt))
            st = hc_sim_x_of_voltage(c, sp[k].dc_voltage_volt, &s->x, err);
        s->n = sp[k].n;
        s->freq = sp[k].freq_hz;
        s->z = sp[k].z_ohm;
        sp[k].freq_hz = NULL; /* taken over */
        sp[k].z_ohm = NULL;
        f->n_rows += 2 * s->n;
    }
    hc_spectra_free(sp, n);
    return st;
}

hc_status hc_ident_data(hc_ident *f, const hc_frame *frame, hc_talk *talk,
                        hc_err *err)
{
    if (hc_frame_column(frame, HC_COL_FREQ) >= 0)
        return add_spectra(f, frame, err);
    return add_series(f, frame, talk, err);
}

/* ---- one evaluation ---- */

typedef struct {
    hc_ident *f;
    hc_system *s;
    hc_solver *v;
    double *y, *ys[HC_IDENT_MAX];
    size_t row; /* next of f->r */
    size_t at;  /* next of the set's data */
    bool with_jac;
} pass;

static hc_status put_volt(pass *p, const data_set *d, double t, hc_err *err)
{
    const hc_ident *f = p->f;
    int iv = p->s->at[HC_U_V];
    hc_status st = hc_solver_dense(p->v, t, p->y, err);
    f->r[p->row] = (p->y[iv] - d->volt[p->at++]) / f->o.sd_volt;
    if (st == HC_OK && p->with_jac) {
        st = hc_solver_dense_sensitivities(p->v, t, p->ys, err);
        for (size_t k = 0; k < f->o.n; k++)
            f->jac[p->row * f->o.n + k] = p->ys[k][iv] / f->o.sd_volt;
    }
    p->row++;
    return st;
}

static hc_status run_step(pass *p, const data_set *d, const hc_sim_step *step,
                          hc_err *err)
{
    hc_solver *v = p->v;
    double start = hc_solver_time(v), end = step->time_s[step->n - 1];
    hc_events none = hc_events_none();
    hc_step_result r = HC_STEP_GOING;
    size_t k = 0;
    p->s->control = step->control;
    p->s->control.time_s = step->time_s;
    p->s->control.current = step->current;
    hc_status st = hc_solver_start(v, start, &none, err);
    int iv = p->s->at[HC_U_V];
    while (st == HC_OK && k < step->n && step->time_s[k] <= start) {
        p->f->r[p->row] =
            (hc_solver_y(v)[iv] - d->volt[p->at++]) / p->f->o.sd_volt;
        for (size_t j = 0; p->with_jac && j < p->f->o.n; j++)
            p->f->jac[p->row * p->f->o.n + j] =
                hc_solver_sensitivity(v, j)[iv] / p->f->o.sd_volt;
        p->row++;
        k++;
    }
    while (st == HC_OK && end > start && r == HC_STEP_GOING) {
        st = hc_solver_step(v, end, &r, err);
        while (st == HC_OK && k < step->n &&
               step->time_s[k] <= hc_solver_time(v))
            st = put_volt(p, d, step->time_s[k++], err);
    }
    return st;
}

static hc_status run_series(pass *p, const data_set *d, hc_err *err)
{
    hc_ident *f = p->f;
    hc_grid grid = hc_grid_default();
    grid.film = f->o.mesh;
    hc_status st = hc_system_new(&p->s, f->cell, &grid, err);
    if (st == HC_OK)
        st = hc_solver_new(&p->v, p->s, f->o.rtol, err);
    if (st == HC_OK && p->with_jac)
        st = hc_solver_sensitivities(p->v, f->cell, f->o.p, f->o.n, err);
    if (st == HC_OK) {
        p->y = calloc(p->s->n * (HC_IDENT_MAX + 1), sizeof *p->y);
        if (!p->y)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        for (size_t k = 0; k < HC_IDENT_MAX; k++)
            p->ys[k] = p->y + (k + 1) * p->s->n;
        double x0 = isnan(d->x0) ? f->cell->value[HC_P_X0] : d->x0;
        hc_system_rest(p->s, x0, hc_solver_y(p->v), hc_solver_yp(p->v));
        hc_solver_set_time(p->v, d->steps.steps[0].time_s[0]);
        p->at = 0;
    }
    for (size_t k = 0; st == HC_OK && k < d->steps.n; k++)
        st = run_step(p, d, &d->steps.steps[k], err);
    free(p->y);
    hc_solver_free(p->v);
    hc_system_free(p->s);
    p->y = NULL;
    p->v = NULL;
    p->s = NULL;
    return st;
}

static hc_status run_spectrum(pass *p, const data_set *d, hc_err *err)
{
    hc_ident *f = p->f;
    size_t np = p->with_jac ? f->o.n : 0, n = d->n;
    double complex *z = malloc((np + 1) * (n + 1) * sizeof *z);
    hc_grid grid = hc_grid_default();
    grid.film = f->o.mesh;
    if (!z)
        return hc_fail_nomem(err);
    hc_status st = hc_impedance(f->cell, &grid, d->x, d->freq, n, z, f->o.p,
                                np, z + n, err);
    double area = f->cell->value[HC_P_AREA];
    for (size_t i = 0; st == HC_OK && i < n; i++) {
        double per = 1 / (f->o.sd_z * cabs(d->z[i]));
        double complex e = (z[i] / area - d->z[i]) * per;
        f->r[p->row] = creal(e);
        f->r[p->row + 1] = cimag(e);
        for (size_t k = 0; k < np; k++) {
            double complex dz = z[n + k * n + i] * per / area;
            if (f->o.p[k] == HC_P_AREA)
                dz -= z[i] * per / area;
            f->jac[p->row * f->o.n + k] = creal(dz);
            f->jac[(p->row + 1) * f->o.n + k] = cimag(dz);
        }
        p->row += 2;
    }
    free(z);
    return st;
}

/* Residuals (and Jacobian) at the cell's present values. */
static hc_status evaluate(hc_ident *f, bool with_jac, double *ssr, hc_err *err)
{
    pass p = {.f = f, .with_jac = with_jac};
    hc_status st = HC_OK;
    for (size_t k = 0; st == HC_OK && k < f->n_sets; k++)
        st = f->sets[k].freq ? run_spectrum(&p, &f->sets[k], err)
                             : run_series(&p, &f->sets[k], err);
    *ssr = 0;
    for (size_t i = 0; st == HC_OK && i < f->n_rows; i++)
        *ssr += f->r[i] * f->r[i];
    return st;
}

/* ---- linear algebra of a few unknowns ---- */

static void normal(const hc_ident *f, double a[HC_IDENT_MAX][HC_IDENT_MAX],
                   double *g)
{
    size_t n = f->o.n;
    memset(g, 0, n * sizeof *g);
    for (size_t j = 0; j < n; j++)
        memset(a[j], 0, n * sizeof a[j][0]);
    for (size_t i = 0; i < f->n_rows; i++) {
        const double *row = f->jac + i * n;
        for (size_t j = 0; j < n; j++) {
            g[j] += row[j] * f->r[i];
            for (size_t k = 0; k <= j; k++)
                a[j][k] += row[j] * row[k];
        }
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < j; k++)
            a[k][j] = a[j][k];
}

/* Solve a x = b by Cholesky; false when not positive. */
static bool cholesky_solve(size_t n, double a[HC_IDENT_MAX][HC_IDENT_MAX],
                           double *b)
{
    double l[HC_IDENT_MAX][HC_IDENT_MAX];
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k <= j; k++) {
            double s = a[j][k];
            for (size_t m = 0; m < k; m++)
                s -= l[j][m] * l[k][m];
            if (j == k && !(s > 0))
                return false;
            l[j][k] = j == k ? sqrt(s) : s / l[k][k];
        }
    for (size_t j = 0; j < n; j++) {
        for (size_t m = 0; m < j; m++)
            b[j] -= l[j][m] * b[m];
        b[j] /= l[j][j];
    }
    for (size_t j = n; j-- > 0;) {
        for (size_t m = j + 1; m < n; m++)
            b[j] -= l[m][j] * b[m];
        b[j] /= l[j][j];
    }
    return true;
}

/* Condition number and weakest direction of the Fisher matrix with a unit
 * diagonal; eigenvectors give the covariance. */
static hc_status judge(hc_ident *f, hc_ident_result *r, double scale,
                       hc_err *err)
{
    size_t n = f->o.n;
    double a[HC_IDENT_MAX][HC_IDENT_MAX], g[HC_IDENT_MAX], d[HC_IDENT_MAX];
    normal(f, a, g);
    gsl_matrix *m = gsl_matrix_alloc(n, n), *v = gsl_matrix_alloc(n, n);
    gsl_vector *e = gsl_vector_alloc(n);
    gsl_eigen_symmv_workspace *w = gsl_eigen_symmv_alloc(n);
    hc_status st = m && v && e && w ? HC_OK : hc_fail_nomem(err);
    for (size_t j = 0; j < n; j++)
        d[j] = a[j][j] > 0 ? sqrt(a[j][j]) : 1;
    for (size_t j = 0; st == HC_OK && j < n; j++)
        for (size_t k = 0; k < n; k++)
            gsl_matrix_set(m, j, k, a[j][k] / (d[j] * d[k]));
    if (st == HC_OK && gsl_eigen_symmv(m, e, v, w) != GSL_SUCCESS)
        st = hc_fail(err, HC_INTERNAL, "no eigenvalues");
    size_t low = 0;
    double hi = 0;
    for (size_t j = 0; st == HC_OK && j < n; j++) {
        if (gsl_vector_get(e, j) < gsl_vector_get(e, low))
            low = j;
        hi = fmax(hi, gsl_vector_get(e, j));
    }
    for (size_t j = 0; st == HC_OK && j < n; j++) {
        r->weakest[j] = gsl_matrix_get(v, j, low);
        for (size_t k = 0; k < n; k++) {
            double c = 0;
            for (size_t i = 0; i < n; i++)
                c += gsl_matrix_get(v, j, i) * gsl_matrix_get(v, k, i) /
                     fmax(gsl_vector_get(e, i), 1e-300);
            r->correlation[j][k] = c * scale / (d[j] * d[k]);
        }
    }
    if (st == HC_OK) {
        r->condition = hi / fmax(gsl_vector_get(e, low), 1e-300);
        for (size_t j = 0; j < n; j++)
            r->sd_ln[j] = sqrt(r->correlation[j][j]);
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                r->correlation[j][k] /= r->sd_ln[j] * r->sd_ln[k];
    }
    gsl_matrix_free(m);
    gsl_matrix_free(v);
    gsl_vector_free(e);
    gsl_eigen_symmv_free(w);
    return st;
}

/* A step in ln(p) within the limits of each parameter. */
static void move(hc_ident *f, const double *from, const double *step,
                 hc_ident_result *r)
{
    for (size_t k = 0; k < f->o.n; k++) {
        const hc_parameter_info *about = hc_parameter_about(f->o.p[k]);
        double s = fmax(-1.5, fmin(1.5, step[k]));
        double v = from[k] * exp(s);
        double lo = fmax(about->least, 1e-300), hi = about->greatest;
        if (f->o.p[k] == HC_P_X0)
            hi = 1 - 1e-6;
        r->at_bound[k] = v <= lo || v >= hi;
        f->cell->value[f->o.p[k]] = fmin(fmax(v, lo), hi);
    }
}

/* What one round of damping came to. */
typedef enum { ROUND_BETTER, ROUND_STUCK, ROUND_DONE } round_end;

static hc_status one_round(hc_ident *f, hc_ident_result *r, double *lambda,
                           round_end *end, hc_err *err)
{
    size_t n = f->o.n;
    double a[HC_IDENT_MAX][HC_IDENT_MAX], b[HC_IDENT_MAX][HC_IDENT_MAX];
    double g[HC_IDENT_MAX], from[HC_IDENT_MAX], step[HC_IDENT_MAX];
    normal(f, a, g);
    for (size_t k = 0; k < n; k++)
        from[k] = f->cell->value[f->o.p[k]];
    while (*lambda < 1e10) {
        double ssr, decrease = 0;
        for (size_t j = 0; j < n; j++) {
            memcpy(b[j], a[j], n * sizeof b[j][0]);
            b[j][j] += *lambda * fmax(a[j][j], 1e-12);
            step[j] = -g[j];
        }
        if (!cholesky_solve(n, b, step)) {
            *lambda = fmax(*lambda * 10, 1e-6);
            continue;
        }
        for (size_t k = 0; k < n; k++)
            decrease -= g[k] * step[k];
        move(f, from, step, r);
        hc_err ignored;
        hc_status trial = evaluate(f, false, &ssr, &ignored);
        if (trial == HC_NOMEM)
            return hc_fail_nomem(err);
        bool better = trial == HC_OK && ssr < r->ssr;
        /* the step's own promise, in standard deviations squared */
        bool small = decrease * (double)r->dof < 1e-3 * r->ssr;
        if (better || small) {
            *lambda = fmax(*lambda / 10, 1e-12);
            *end = small ? ROUND_DONE : ROUND_BETTER;
            if (better)
                r->ssr = ssr;
            if (better)
                return HC_OK;
            break;
        }
        *lambda *= 8;
        *end = ROUND_STUCK;
    }
    for (size_t k = 0; k < n; k++)
        f->cell->value[f->o.p[k]] = from[k];
    return HC_OK;
}

static hc_status iterate(hc_ident *f, hc_ident_result *r, hc_talk *talk,
                         hc_err *err)
{
    double lambda = 1e-3;
    hc_status st = evaluate(f, true, &r->ssr, err);
    while (st == HC_OK && r->steps < f->o.max_steps && !r->converged) {
        round_end end = ROUND_STUCK;
        st = one_round(f, r, &lambda, &end, err);
        r->steps++;
        if (st != HC_OK)
            break;
        hc_say_note(talk, "step %ld: cost %.6g", r->steps, r->ssr);
        r->converged = end != ROUND_BETTER;
        st = evaluate(f, true, &r->ssr, err);
    }
    return st;
}

static void errors(const hc_ident *f, hc_ident_result *r)
{
    double v2 = 0, z2 = 0, nv = 0, nz = 0;
    size_t row = 0;
    for (size_t k = 0; k < f->n_sets; k++) {
        size_t n = f->sets[k].freq ? 2 * f->sets[k].n : f->sets[k].n;
        for (size_t i = 0; i < n; i++, row++) {
            double e = f->r[row] * f->r[row];
            if (f->sets[k].freq)
                z2 += e, nz += 0.5;
            else
                v2 += e, nv++;
        }
    }
    r->rmse_volt = nv > 0 ? f->o.sd_volt * sqrt(v2 / nv) : NAN_D;
    r->rmse_z = nz > 0 ? f->o.sd_z * sqrt(z2 / nz) : NAN_D;
}

hc_status hc_ident_run(hc_ident *f, hc_ident_result *r, hc_talk *talk,
                       hc_err *err)
{
    size_t n = f->o.n;
    *r = (hc_ident_result){.dof = (long)f->n_rows - (long)n};
    if (f->n_rows <= n)
        return hc_fail(err, HC_DATA, "%zu values cannot give %zu parameters",
                       f->n_rows, n);
    f->r = calloc(f->n_rows, sizeof *f->r);
    f->jac = calloc(f->n_rows * n, sizeof *f->jac);
    if (!f->r || !f->jac)
        return hc_fail_nomem(err);
    hc_status st = iterate(f, r, talk, err);
    if (st == HC_OK)
        st = judge(f, r, r->ssr / (double)r->dof, err);
    if (st != HC_OK)
        return st;
    errors(f, r);
    for (size_t k = 0; k < n; k++) {
        r->value[k] = f->cell->value[f->o.p[k]];
        r->identified[k] = r->sd_ln[k] <= 0.3;
    }
    if (!r->converged)
        return hc_fail(err, HC_NO, "not converged in %ld steps", r->steps);
    if (r->condition > f->o.limit_condition) {
        char text[256];
        size_t at = 0;
        for (size_t k = 0; k < n && at + 1 < sizeof text; k++)
            if (fabs(r->weakest[k]) > 0.1)
                at += (size_t)snprintf(text + at, sizeof text - at, "%s%s",
                                       at ? ", " : "",
                                       hc_parameter_about(f->o.p[k])->path);
        return hc_fail(err, HC_NO,
                       "these data cannot separate %s (condition %.2g): fix "
                       "all but one of them",
                       text, r->condition);
    }
    return HC_OK;
}
