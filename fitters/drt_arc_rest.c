/* drt_arc_rest.c: the remainder of a sum of arcs, a factor exp(g) with g a
 * Gaussian process; drt_arc_mix.h
 *
 * gamma stays positive, and far from the data it is the arcs.
 */
#include "fitters/drt_arc_mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_SIZES = 4, MOVES = 6 };
/* Sizes tried, sd of g. */
static const double sizes[N_SIZES] = {0.05, 0.15, 0.4, 1};
static const double least_size = 1e-3; /* stands for none */
/* How far the parameters of the arcs (ln R, ln tau, exponents) may move at a
 * time, standard deviation: they are linear no further. */
static const double reach = 0.1;
/* What moving the arcs may win over moving them linearly. */
static const double hope = 10;

void hc_arc_ln_gamma(const hc_arc_mix *x, const hc_arc_model *m, double *f)
{
    const hc_lgp *g = x->g;
    const double resolved = 0.6 * g->step;
    double top = 1e-300;
    for (size_t k = 0; k < g->m; k++) {
        f[k] = 0;
        for (size_t a = 0; a < m->n; a++)
            f[k] += hc_arc_gamma(&m->arc[a], g->u[k],
                                 fmax(hc_arc_blur_to(&m->arc[a], resolved),
                                      hc_arc_blur(x, m, a)));
        top = fmax(top, f[k]);
    }
    for (size_t k = 0; k < g->m; k++)
        f[k] = log(fmax(f[k], 1e-6 * top));
}

/* ln gamma of the arcs on the grid, and the data less what the sum over the
 * grid gets wrong about them. */
static void remainder_problem(const hc_arc_mix *x, const hc_arc_model *m,
                              hc_lgp *g, double *mean, double *b)
{
    hc_arc_ln_gamma(x, m, mean);
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

/* One size; *p is the prior but for it. */
static hc_status fit_remainder(const hc_lgp *g, hc_lgp_prior *p, double size,
                               hc_lgp_fit *fit, hc_err *err)
{
    p->scale = p->level_sd = size;
    p->slope_sd = 0.5 * size;
    memcpy(fit->f, p->mean, g->m * sizeof *fit->f);
    return hc_lgp_solve(g, p, fit, err);
}

/* fit as the best remainder so far, with the arcs m. */
static void take_remainder(hc_arc_mix *x, const hc_lgp *g,
                           const hc_arc_model *m, const hc_lgp_prior *p,
                           const hc_lgp_fit *fit, double e)
{
    x->has_rest = true;
    x->rest_e = e;
    x->rest_size = p->scale;
    x->rest_base = fit->base;
    x->rest_arcs = *m;
    x->rest_area = 0;
    for (size_t k = 0; k < g->m; k++) {
        x->rest_area += g->step * (exp(fit->f[k]) - exp(p->mean[k]));
        x->rest[k] = fit->f[k] - p->mean[k];
        x->rest_sd[k] = sqrt(fmax(0, fit->cov[k * g->m + k]));
    }
    for (size_t i = 0; i < g->n; i++) {
        double re = 0, im = 0;
        for (size_t k = 0; k < g->m; k++) {
            const double d = exp(fit->f[k]) - exp(p->mean[k]);
            re += d * g->k[k * g->rows + i];
            im += d * g->k[k * g->rows + g->n + i];
        }
        for (size_t k = 0; k < p->n_extra; k++) {
            re += fit->extra[k] * p->extra[k * g->rows + i];
            im += fit->extra[k] * p->extra[k * g->rows + g->n + i];
        }
        x->rest_z[i] = hc_drt_base_z(&fit->base, g, exp(x->fit.ln_w[i])) +
                       CMPLX(re, im) * g->sd[i];
        for (size_t a = 0; a < m->n; a++)
            x->rest_z[i] +=
                hc_arc_z(&m->arc[a], x->fit.ln_w[i], M_PI / 2, false);
    }
}

/* What is worked on: a sum of arcs and the problem of its remainder. */
typedef struct {
    hc_arc_mix *x;
    hc_arc_model m;
    hc_lgp g;
    hc_lgp_prior p;
    hc_lgp_fit fit;
    double *mean, *b, *columns, *memory;
    size_t at[HC_ARC_PARAMS];
} work;

/* The problem at the present arcs. */
static void set_up(work *w)
{
    w->g = *w->x->g;
    remainder_problem(w->x, &w->m, &w->g, w->mean, w->b);
    w->p = (hc_lgp_prior){
        .mean = w->mean, .extra = w->columns, .extra_sd = reach};
    w->p.n_extra = hc_arc_free_columns(&w->x->fit, &w->m, w->columns, w->at);
}

/* The size of the best evidence while the arcs move linearly; *e of none. */
static hc_status choose_size(work *w, double *size, double *none, double *e,
                             hc_err *err)
{
    hc_status st = fit_remainder(&w->g, &w->p, least_size, &w->fit, err);
    *none = w->fit.e;
    *e = HUGE_VAL;
    for (size_t k = 0; k < N_SIZES && st == HC_OK; k++) {
        st = fit_remainder(&w->g, &w->p, sizes[k], &w->fit, err);
        if (st != HC_OK || w->fit.e > *e + 10)
            break;
        if (w->fit.e < *e) {
            *e = w->fit.e;
            *size = sizes[k];
        }
    }
    return st;
}

/* Move the arcs with their remainder until they stay. */
static hc_status settle(work *w, double size, double *moved, hc_err *err)
{
    hc_status st = HC_OK;
    *moved = HUGE_VAL;
    for (int k = 0; k < MOVES && st == HC_OK && *moved > 0.02; k++) {
        st = fit_remainder(&w->g, &w->p, size, &w->fit, err);
        *moved = 0;
        for (size_t i = 0; i < w->p.n_extra; i++)
            *moved = fmax(*moved, fabs(w->fit.extra[i]));
        if (st != HC_OK || !(*moved > 0.02) || k + 1 == MOVES)
            break;
        hc_arc_move(&w->x->fit, &w->m, w->at, w->p.n_extra, w->fit.extra);
        set_up(w);
    }
    return st;
}

hc_status hc_arc_try_remainder(hc_arc_mix *x, const hc_arc_model *m,
                               double limit, hc_err *err)
{
    const size_t n = x->g->m, rows = x->g->rows;
    work w = {.x = x, .m = *m};
    w.memory = malloc((2 * n + (1 + HC_ARC_PARAMS) * rows + n * n) *
                      sizeof *w.memory);
    if (!w.memory)
        return hc_fail_nomem(err);
    w.mean = w.memory;
    w.fit = (hc_lgp_fit){.base = m->base, .f = w.mean + n};
    w.b = w.fit.f + n;
    w.columns = w.b + rows;
    set_up(&w);
    double size = least_size, none, e, moved;
    hc_status st = choose_size(&w, &size, &none, &e, err);
    /* charges, flat priors: what the solver does not know of */
    const double rest = m->e - none + 2 * log(6);
    if (st == HC_OK && e + rest < limit + hope) {
        w.fit.cov = w.columns + HC_ARC_PARAMS * rows;
        st = settle(&w, size, &moved, err);
        e = w.fit.e + rest;
        if (st == HC_OK && moved < 0.1 && (!x->has_rest || e < x->rest_e)) {
            take_remainder(x, &w.g, &w.m, &w.p, &w.fit, e);
            hc_arc_move(&x->fit, &x->rest_arcs, w.at, w.p.n_extra,
                        w.fit.extra);
        }
    }
    free(w.memory);
    return st;
}
