#include "cell/impedance.h"

#include "cell/physics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_bordered *j, *m;
    hc_zlu *lu;
    double complex *b;
    double *f, *zero;
} work;

static void work_free(work *w)
{
    hc_bordered_free(w->j);
    hc_bordered_free(w->m);
    hc_zlu_free(w->lu);
    free(w->b);
    free(w->f);
    free(w->zero);
}

static hc_status work_new(work *w, const hc_system *s, hc_err *err)
{
    *w = (work){0};
    hc_status st = hc_system_matrix(&w->j, s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&w->m, s, err);
    if (st == HC_OK)
        st = hc_zlu_new(&w->lu, w->j, err);
    w->b = malloc(s->n * sizeof *w->b);
    w->f = calloc(s->n, sizeof *w->f);
    w->zero = calloc(s->n, sizeof *w->zero);
    if (st == HC_OK && (!w->b || !w->f || !w->zero))
        st = hc_fail_nomem(err);
    if (st != HC_OK)
        work_free(w);
    return st;
}

static hc_status linearise(hc_system *s, work *w, const double *y, hc_err *err)
{
    hc_eval e = {.y = y, .yp = w->zero, .f = w->f, .j = w->j, .m = w->m};
    hc_bordered_zero(w->j);
    hc_bordered_zero(w->m);
    s->control.mode = HC_CONTROL_CURRENT;
    if (hc_system_eval(s, &e) != 0)
        return hc_fail(err, HC_NO, "the state cannot be linearised");
    return HC_OK;
}

/* The control is i = i_set: dF/di_set = -1 in its row. */
static hc_status respond(const hc_system *s, work *w, double freq_hz,
                         double complex *z, hc_err *err)
{
    size_t row = (size_t)s->at[HC_U_I];
    if (!hc_zlu_factor(w->lu, w->j, 2 * HC_PI * freq_hz * I, w->m))
        return hc_fail(err, HC_NO, "singular at %g Hz", freq_hz);
    memset(w->b, 0, s->n * sizeof *w->b);
    w->b[row] = 1;
    hc_zlu_solve(w->lu, w->b, w->b);
    *z = w->b[s->at[HC_U_V]];
    return HC_OK;
}

/* dJ and dM by ln p: central differences of fourth order of the matrices,
 * which are analytic in every parameter. */
static hc_status by_parameter(hc_cell *cell, hc_system *s, work *w,
                              hc_parameter p, double x, double *y,
                              hc_bordered *dj, hc_bordered *dm, hc_err *err)
{
    static const double weight[] = {8.0 / 12, -1.0 / 12};
    static const double h = 2e-3;
    double *value = &cell->value[p], keep = *value;
    hc_status st = HC_OK;
    hc_bordered_zero(dj);
    hc_bordered_zero(dm);
    for (int step = 1; step <= 2; step++)
        for (int sign = -1; st == HC_OK && sign <= 1; sign += 2) {
            double part = sign * weight[step - 1] / h;
            *value = keep * exp(sign * step * h);
            st = hc_system_parameters(s, err);
            hc_system_rest(s, x, y, w->f);
            if (st == HC_OK)
                st = linearise(s, w, y, err);
            if (st == HC_OK) {
                hc_bordered_accumulate(dj, part, w->j);
                hc_bordered_accumulate(dm, part, w->m);
            }
        }
    *value = keep;
    hc_status again = hc_system_parameters(s, err);
    return st == HC_OK ? again : st;
}

/* (J + j w M) dx = -(dJ + j w dM) x for one parameter; V's part is dZ. */
static double complex change(const hc_system *s, work *w,
                             const hc_bordered *dj, const hc_bordered *dm,
                             double freq_hz, const double complex *x,
                             double complex *b)
{
    hc_bordered_times_complex(dj, 2 * HC_PI * freq_hz, dm, x, b);
    hc_zlu_solve(w->lu, b, b);
    return -b[s->at[HC_U_V]];
}

/* What the derivatives of a spectrum need beside the spectrum's own. */
typedef struct {
    hc_bordered **m; /* [2 n_p] dJ, dM of each */
    size_t n;
    double complex *b;
} slopes;

static void slopes_free(slopes *a)
{
    for (size_t k = 0; a->m && k < 2 * a->n; k++)
        hc_bordered_free(a->m[k]);
    free(a->m);
    free(a->b);
}

static hc_status slopes_new(slopes *a, hc_cell *cell, hc_system *s, work *w,
                            const hc_parameter *p, size_t n_p, double x,
                            double *y, hc_err *err)
{
    *a = (slopes){.n = n_p};
    a->m = calloc(2 * n_p + 1, sizeof(hc_bordered *));
    a->b = malloc((s->n + 1) * sizeof *a->b);
    hc_status st = a->m && a->b ? HC_OK : hc_fail_nomem(err);
    for (size_t k = 0; st == HC_OK && k < 2 * n_p; k++)
        st = hc_system_matrix(&a->m[k], s, err);
    for (size_t k = 0; st == HC_OK && k < n_p; k++)
        st = by_parameter(cell, s, w, p[k], x, y, a->m[2 * k], a->m[2 * k + 1],
                          err);
    return st;
}

hc_status hc_impedance(hc_cell *cell, const hc_cell_grid *grid, double x,
                       const double *freq_hz, size_t n, double complex *z,
                       const hc_parameter *p, size_t n_p, double complex *dz,
                       hc_err *err)
{
    hc_cell_grid g = *grid;
    hc_system *s;
    work w;
    slopes by = {0};
    g.charge = false;
    hc_status st = hc_system_new(&s, cell, &g, err);
    if (st != HC_OK)
        return st;
    st = work_new(&w, s, err);
    if (st != HC_OK) {
        hc_system_free(s);
        return st;
    }
    double *y = calloc(s->n, sizeof *y);
    if (!y)
        st = hc_fail_nomem(err);
    if (st == HC_OK && n_p)
        st = slopes_new(&by, cell, s, &w, p, n_p, x, y, err);
    if (st == HC_OK) {
        hc_system_rest(s, x, y, w.f);
        st = linearise(s, &w, y, err);
    }
    for (size_t i = 0; st == HC_OK && i < n; i++) {
        st = respond(s, &w, freq_hz[i], &z[i], err);
        for (size_t k = 0; st == HC_OK && k < n_p; k++)
            dz[k * n + i] = change(s, &w, by.m[2 * k], by.m[2 * k + 1],
                                   freq_hz[i], w.b, by.b);
    }
    slopes_free(&by);
    free(y);
    work_free(&w);
    hc_system_free(s);
    return st;
}
