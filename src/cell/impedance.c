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

hc_status hc_impedance_of_state(hc_system *s, const double *y,
                                const double *freq_hz, size_t n,
                                double complex *z, hc_err *err)
{
    work w;
    hc_status st = work_new(&w, s, err);
    if (st != HC_OK)
        return st;
    st = linearise(s, &w, y, err);
    for (size_t i = 0; st == HC_OK && i < n; i++)
        st = respond(s, &w, freq_hz[i], &z[i], err);
    work_free(&w);
    return st;
}

/* dZ/d(ln p) by a central difference of the whole spectrum, fourth order:
 * Z is analytic in every parameter, 1e-10 is reached. */
static hc_status by_parameter(hc_cell *cell, hc_system *s, work *w,
                              hc_parameter p, double x, const double *freq,
                              size_t n, double complex *dz, double *y,
                              hc_err *err)
{
    static const double weight[] = {8.0 / 12, -1.0 / 12};
    static const double h = 2e-3;
    double *value = &cell->value[p], keep = *value;
    hc_status st = HC_OK;
    memset(dz, 0, n * sizeof *dz);
    for (int step = 1; step <= 2; step++)
        for (int sign = -1; st == HC_OK && sign <= 1; sign += 2) {
            *value = keep * exp(sign * step * h);
            st = hc_system_parameters(s, err);
            hc_system_rest(s, x, y, w->f);
            if (st == HC_OK)
                st = linearise(s, w, y, err);
            for (size_t i = 0; st == HC_OK && i < n; i++) {
                double complex z;
                st = respond(s, w, freq[i], &z, err);
                dz[i] += sign * weight[step - 1] * z / h;
            }
        }
    *value = keep;
    hc_status again = hc_system_parameters(s, err);
    return st == HC_OK ? again : st;
}

hc_status hc_impedance(hc_cell *cell, const hc_grid *grid, double x,
                       const double *freq_hz, size_t n, double complex *z,
                       const hc_parameter *p, size_t n_p, double complex *dz,
                       hc_err *err)
{
    hc_grid g = *grid;
    hc_system *s;
    work w;
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
    if (st == HC_OK) {
        hc_system_rest(s, x, y, w.f);
        st = linearise(s, &w, y, err);
    }
    for (size_t i = 0; st == HC_OK && i < n; i++)
        st = respond(s, &w, freq_hz[i], &z[i], err);
    for (size_t k = 0; st == HC_OK && k < n_p; k++)
        st =
            by_parameter(cell, s, &w, p[k], x, freq_hz, n, dz + k * n, y, err);
    free(y);
    work_free(&w);
    hc_system_free(s);
    return st;
}
