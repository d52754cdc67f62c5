/* drt_arc_rest.c: the remainder of a sum of arcs, a factor exp(g) with g a
 * Gaussian process; drt_arc_mix.h
 *
 * gamma stays positive, and far from the data it is the arcs.
 */
#include "fitters/drt_arc_mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_SIZES = 4 };
/* Sizes tried, sd of g. */
static const double sizes[N_SIZES] = {0.05, 0.15, 0.4, 1};

void hc_arc_ln_gamma(const hc_arc_mix *x, double *f)
{
    const hc_lgp *g = x->g;
    const hc_arc_model *m = &x->kept[0];
    double top = 1e-300;
    for (size_t k = 0; k < g->m; k++) {
        f[k] = 0;
        for (size_t a = 0; a < m->n; a++)
            f[k] += hc_arc_gamma(&m->arc[a], g->u[k],
                                 fmax(0.6 * g->step, hc_arc_blur(x, m, a)));
        top = fmax(top, f[k]);
    }
    for (size_t k = 0; k < g->m; k++)
        f[k] = log(fmax(f[k], 1e-6 * top));
}

/* ln gamma of the arcs on the grid, and the data less what the sum over the
 * grid gets wrong about them. */
static void remainder_problem(const hc_arc_mix *x, hc_lgp *g, double *mean,
                              double *b)
{
    const hc_arc_model *m = &x->kept[0];
    hc_arc_ln_gamma(x, mean);
    memcpy(b, g->b, g->rows * sizeof *b);
    for (size_t k = 0; k < g->m; k++)
        for (size_t i = 0; i < g->rows; i++)
            b[i] += exp(mean[k]) * g->k[k * g->rows + i];
    for (size_t i = 0; i < g->n; i++)
        for (size_t a = 0; a < m->n; a++) {
            const double complex z =
                hc_arc_z(&m->arc[a], x->fit.ln_w[i], M_PI / 2, false) /
                g->sd[i];
            b[i] -= creal(z);
            b[g->n + i] -= cimag(z);
        }
    g->b = b;
}

static hc_status fit_remainder(const hc_lgp *g, const double *mean,
                               double size, hc_lgp_fit *fit, hc_err *err)
{
    const hc_lgp_prior p = {
        .mean = mean, .scale = size, .slope_sd = 0.5 * size, .level_sd = size};
    memcpy(fit->f, mean, g->m * sizeof *fit->f);
    return hc_lgp_solve(g, &p, fit, err);
}

static void take_remainder(hc_arc_mix *x, const hc_lgp *g, const double *mean,
                           const hc_lgp_fit *fit, double e, double size)
{
    x->has_rest = true;
    x->rest_e = e;
    x->rest_size = size;
    x->rest_base = fit->base;
    for (size_t k = 0; k < g->m; k++) {
        x->rest[k] = fit->f[k] - mean[k];
        x->rest_sd[k] = sqrt(fmax(0, fit->cov[k * g->m + k]));
    }
    for (size_t i = 0; i < g->n; i++) {
        double re = 0, im = 0;
        for (size_t k = 0; k < g->m; k++) {
            const double d = exp(fit->f[k]) - exp(mean[k]);
            re += d * g->k[k * g->rows + i];
            im += d * g->k[k * g->rows + g->n + i];
        }
        x->rest_z[i] = hc_drt_base_z(&fit->base, g, exp(x->fit.ln_w[i])) +
                       CMPLX(re, im) * g->sd[i];
        for (size_t a = 0; a < x->kept[0].n; a++)
            x->rest_z[i] +=
                hc_arc_z(&x->kept[0].arc[a], x->fit.ln_w[i], M_PI / 2, false);
    }
}

/* Its evidence against that of the same arcs with g held at zero. */
hc_status hc_arc_try_remainders(hc_arc_mix *x, hc_err *err)
{
    hc_lgp g = *x->g;
    const size_t m = g.m;
    double *mean = malloc((2 * m + g.rows + m * m) * sizeof *mean);
    if (!mean)
        return hc_fail_nomem(err);
    hc_lgp_fit fit = {.base = x->kept[0].base, .f = mean + m};
    double *b = fit.f + m;
    remainder_problem(x, &g, mean, b);
    hc_status st = fit_remainder(&g, mean, 1e-3, &fit, err);
    const double none = fit.e;
    fit.cov = b + g.rows;
    for (size_t k = 0; k < N_SIZES && st == HC_OK; k++) {
        st = fit_remainder(&g, mean, sizes[k], &fit, err);
        const double e = x->kept[0].e + fit.e - none + 2 * log(6);
        if (st == HC_OK && (!x->has_rest || e < x->rest_e))
            take_remainder(x, &g, mean, &fit, e, sizes[k]);
    }
    free(mean);
    return st;
}
