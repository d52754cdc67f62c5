/* drt_local.c: ridge with a scale per tau, hierarchical
 *
 * The penalised derivative at each time is normal with a precision of its
 * own, lambda times s, and s has a gamma law of mean one: s is found with the
 * distribution by expectation and maximisation, so that peaks are hardly
 * smoothed and flat parts are.  In the manner of J. Huang, M. Papac, R.
 * O'Hayre, Electrochim. Acta 367 (2021) 137493,
 * 10.1016/j.electacta.2020.137493.
 */
#include "fitters/drt_ridge.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 30 };
static const double shape = 0.5;      /* of the gamma law */
static const double neighbours = 0.5; /* sd of the average over ln tau */

/* The derivative at `n` even times: e = d c, times the root of the spacing. */
typedef struct {
    size_t n, n_basis;
    double step;
    double *d;          /* n x n_basis, column-major */
    double *e, *s, *sd; /* [n] derivative, scale, sqrt(s) */
    double *scaled;     /* n x n_basis, sqrt(s) d */
    double *m;          /* n_basis^2 */
} field;

static hc_status field_make(field *f, const hc_drt_grid *g, hc_err *err)
{
    const size_t nb = g->n_basis, n = 2 * nb + 8;
    *f = (field){.n = n, .n_basis = nb};
    f->d = malloc((2 * n * nb + nb * nb + 3 * n) * sizeof *f->d);
    if (!f->d)
        return hc_fail_nomem(err);
    f->scaled = f->d + n * nb;
    f->m = f->scaled + n * nb;
    f->e = f->m + nb * nb;
    f->s = f->e + n;
    f->sd = f->s + n;
    const double width = g->ln_tau[nb - 1] - g->ln_tau[0];
    f->step = width / (double)(n - 9);
    double (*const phi)(double) = g->order == 1 ? g->basis->d1 : g->basis->d2;
    const double unit = pow(g->eps, g->order) * sqrt(f->step);
    for (size_t i = 0; i < n; i++) {
        const double u = g->ln_tau[0] + f->step * ((double)i - 4);
        for (size_t k = 0; k < nb; k++)
            f->d[k * n + i] = unit * phi(g->eps * (u - g->ln_tau[k]));
        f->s[i] = 1;
    }
    return HC_OK;
}

static void penalty(field *f)
{
    for (size_t i = 0; i < f->n; i++)
        f->sd[i] = sqrt(f->s[i]);
    for (size_t k = 0; k < f->n_basis; k++)
        for (size_t i = 0; i < f->n; i++)
            f->scaled[k * f->n + i] = f->sd[i] * f->d[k * f->n + i];
    hc_gram(f->scaled, f->n, f->n_basis, f->m);
}

/* New scales from coefficients c; the largest change of ln s. */
static double rescale(field *f, const double *c, double precision)
{
    hc_times(f->d, f->n, f->n_basis, c, f->e);
    double change = 0;
    for (size_t i = 0; i < f->n; i++) {
        double sum = 0, weights = 0;
        for (size_t k = 0; k < f->n; k++) {
            const double x = f->step * ((double)i - (double)k) / neighbours;
            const double w = exp(-0.5 * x * x);
            sum += w * f->e[k] * f->e[k];
            weights += w;
        }
        const double s =
            (shape + 0.5) / (shape + 0.5 * precision * sum / weights);
        change = fmax(change, fabs(log(s / f->s[i])));
        f->s[i] = s;
    }
    return change;
}

hc_status hc_drt_local(const hc_drt_data *d, const hc_drt_options *given,
                       hc_drt *out, hc_err *err)
{
    hc_drt_linear p;
    field f = {0};
    hc_drt_options o;
    const hc_drt_options *const opt = &o;
    hc_status st = hc_drt_find_tail(d, given, &o, err);
    if (st == HC_OK)
        st = hc_drt_linear_make(&p, d, opt, err);
    if (st != HC_OK)
        return st;
    double lambda = opt->lambda;
    if (isnan(lambda))
        st = hc_drt_choose_lambda(&p, opt, &lambda, err);
    if (st == HC_OK)
        st = field_make(&f, p.grid, err);
    hc_drt_options quick = *opt;
    quick.band_level = 0;
    for (int k = 0; st == HC_OK && k < ROUNDS; k++) {
        penalty(&f);
        hc_drt now;
        st = hc_drt_ridge_solve(&p, d, &quick, lambda, f.m, &now, err);
        if (st != HC_OK)
            break;
        const double noise2 =
            opt->unit_weights ? now.chi2 / (2 * (double)d->n) : 1;
        hc_drt_clear(&now);
        if (rescale(&f, p.grid->x + p.n_free, lambda * p.mean_w2 / noise2) <
            0.01)
            break;
    }
    if (st == HC_OK) {
        penalty(&f);
        st = hc_drt_ridge_solve(&p, d, opt, lambda, f.m, out, err);
    }
    if (st == HC_OK)
        snprintf(out->model, sizeof out->model,
                 "%s basis of %zu, penalty on derivative %d with a scale per "
                 "tau, lambda %.4g; no part of it parametric",
                 p.grid->basis->name, p.n_basis, opt->order, lambda);
    free(f.d);
    hc_drt_linear_clear(&p);
    return st;
}
