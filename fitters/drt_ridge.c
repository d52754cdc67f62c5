/* drt_ridge.c: Tikhonov regularisation, exactly non-negative
 *
 * minimise |W (Z - R_inf - j w L - (jw)^-n/Q - A x)|^2 + lambda x^T M x with
 * all unknowns at or above zero (gamma free on request).  T. H. Wan et al.
 * 2015, 10.1016/j.electacta.2015.09.097; M. Saccoccio et al. 2014,
 * 10.1016/j.electacta.2014.09.058.  lambda is in units of the mean squared
 * weight, so that it means with unit weights what DRTtools calls lambda.
 */
#include "fitters/drt_ridge.h"

#include "fitters/dense.h"
#include "fitters/nnls.h"
#include "fitters/truncated.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Normal matrix and right side with the penalty in. */
static void normal(const hc_drt_linear *p, double lambda, const double *m,
                   double *h, double *g)
{
    const size_t nf = p->n_free, nb = p->n_basis, n = nf + nb;
    hc_drt_linear_gram(p, h);
    for (size_t i = 0; i < nb; i++)
        for (size_t k = 0; k < nb; k++)
            h[(nf + i) * n + nf + k] += lambda * m[i * nb + k];
    for (size_t k = 0; k < n; k++)
        g[k] = hc_dot(p->a + k * p->rows, p->b, p->rows);
}

void hc_drt_ridge_fill(const hc_drt_linear *p, const hc_drt_data *d,
                       const double *x, double lambda, const double *m,
                       hc_drt *r)
{
    const hc_drt_grid *g = p->grid;
    const size_t nf = p->n_free, nb = p->n_basis;
    const double *c = x + nf;
    for (size_t i = 0; i < d->n; i++) {
        double re = 0, im = 0;
        for (size_t k = 0; k < nf + nb; k++) {
            re += g->k[k * 2 * d->n + i] * x[k];
            im += g->k[k * 2 * d->n + d->n + i] * x[k];
        }
        r->z_fit[i] = CMPLX(re, im);
        r->sd_ohm[i] = 1 / p->weight[i];
    }
    memcpy(r->tau_s, g->tau_s, g->n_tau * sizeof *r->tau_s);
    hc_times(g->phi, g->n_tau, nb, c, r->gamma_ohm);
    r->r_inf = x[0];
    r->l_h = g->l_col >= 0 ? x[g->l_col] : 0;
    r->l_n = 1;
    r->c_n = g->tail_n;
    r->inv_c = g->c_col >= 0 ? x[g->c_col] : 0;
    for (size_t k = 0; k < nb; k++)
        r->r_pol += c[k] * g->table.area;
    r->lambda = lambda;
    hc_drt_chi2(r, d);
    double pen = 0, ssr = 0;
    for (size_t i = 0; i < nb; i++)
        pen += c[i] * hc_dot(m + i * nb, c, nb);
    for (size_t i = 0; i < p->rows; i++) {
        double e = p->b[i];
        for (size_t k = 0; k < nf + nb; k++)
            e -= p->a[k * p->rows + i] * x[k];
        ssr += e * e;
    }
    r->objective = ssr + lambda * p->mean_w2 * pen;
}

/* The value that `at` others of x[n] do not exceed; x is put in another order,
 * the greater ones behind it (C. A. R. Hoare, Commun. ACM 4 (1961) 321,
 * 10.1145/366622.366647). */
static double pick(double *x, size_t n, size_t at)
{
    size_t a = 0, b = n - 1;
    while (a < b) {
        const double pivot = x[a + (b - a) / 2];
        size_t i = a, j = b;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            const double t = x[i];
            x[i++] = x[j];
            x[j--] = t;
        }
        if (at <= j)
            b = j;
        else
            a = j + 1;
    }
    return x[at];
}

/* Quantiles and sd of gamma at every output time from samples of x. */
static void quantiles(const hc_drt_linear *p, const hc_drt_options *opt,
                      const double *x, double *col, hc_drt *r)
{
    const size_t n = opt->band_samples, nx = p->n_free + p->n_basis;
    const double tail = (1 - opt->band_level) / 2;
    for (size_t k = 0; k < r->n_tau; k++) {
        const double *phi = p->grid->phi + k;
        double sum = 0, square = 0;
        memset(col, 0, n * sizeof *col);
        for (size_t i = 0; i < p->n_basis; i++) {
            const double w = phi[i * r->n_tau];
            const double *c = x + p->n_free + i;
            for (size_t s = 0; s < n && w != 0; s++)
                col[s] += w * c[s * nx];
        }
        for (size_t s = 0; s < n; s++) {
            sum += col[s];
            square += col[s] * col[s];
        }
        const double last = (double)(n - 1);
        r->low[k] = pick(col, n, (size_t)(tail * last));
        r->high[k] = pick(col, n, (size_t)ceil((1 - tail) * last));
        const double mean = sum / (double)n;
        r->sd[k] = sqrt(fmax(0, square / (double)n - mean * mean));
    }
}

/* The posterior of the ridge problem held at or above zero; with unit weights
 * its noise is that of the residual. */
static hc_status band(const hc_drt_linear *p, const hc_drt_options *opt,
                      double *h, double *g, const bool *nonneg,
                      const double *x, hc_drt *r, hc_err *err)
{
    const size_t n = p->n_free + p->n_basis, s = opt->band_samples;
    const double noise2 =
        opt->unit_weights ? r->chi2 / (2 * (double)r->n - 10) : 1;
    double *draws = malloc((s * n + s) * sizeof *draws);
    if (!draws)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n * n; i++)
        h[i] /= noise2;
    for (size_t i = 0; i < n; i++) {
        g[i] /= noise2;
        h[i * n + i] *= 1 + 1e-10;
        if (!(h[i * n + i] > 0)) /* R_inf where Im alone is fitted */
            h[i * n + i] = 1;
    }
    const hc_status st =
        hc_truncated_normal(n, h, g, nonneg, x, s, opt->seed, draws, err);
    if (st == HC_OK)
        quantiles(p, opt, draws, draws + s * n, r);
    free(draws);
    return st;
}

hc_status hc_drt_ridge_solve(const hc_drt_linear *p, const hc_drt_data *d,
                             const hc_drt_options *opt, double lambda,
                             const double *m, hc_drt *out, hc_err *err)
{
    hc_drt_grid *grid = p->grid;
    const size_t nf = p->n_free, n = nf + p->n_basis;
    double *h = malloc((n * n + n) * sizeof *h), *x = grid->x;
    bool *nonneg = malloc(n);
    hc_status st = h && nonneg ? HC_OK : hc_fail_nomem(err);
    if (st != HC_OK)
        goto cleanup;
    double *g = h + n * n;
    normal(p, lambda * p->mean_w2, m, h, g);
    for (size_t k = 0; k < n; k++)
        nonneg[k] = k < nf || !opt->negative;
    st = hc_nnls_normal(n, h, g, nonneg, grid->warm, x, NULL, err);
    grid->warm = st == HC_OK;
    if (st == HC_OK)
        st = hc_drt_result_make(out, d->n, grid->n_tau, err);
    if (st != HC_OK)
        goto cleanup;
    hc_drt_ridge_fill(p, d, x, lambda, m, out);
    snprintf(out->model, sizeof out->model,
             "%s basis of %zu, penalty on derivative %d, lambda %.4g by %s",
             grid->basis->name, p->n_basis, opt->order, lambda,
             isnan(opt->lambda) ? opt->rule : "option");
    if (opt->band_level > 0)
        st = band(p, opt, h, g, nonneg, x, out, err);
    if (st != HC_OK)
        hc_drt_clear(out);
cleanup:
    free(h);
    free(nonneg);
    return st;
}

hc_status hc_drt_ridge(const hc_drt_data *d, const hc_drt_options *opt,
                       hc_drt *out, hc_err *err)
{
    hc_drt_linear p;
    hc_drt_options o;
    hc_status st = hc_drt_find_tail(d, opt, &o, err);
    if (st == HC_OK)
        st = hc_drt_linear_make(&p, d, &o, err);
    if (st != HC_OK)
        return st;
    double lambda = o.lambda;
    if (isnan(lambda))
        st = hc_drt_choose_lambda(&p, &o, &lambda, err);
    if (st == HC_OK)
        st = hc_drt_ridge_solve(&p, d, &o, lambda, p.grid->m, out, err);
    hc_drt_linear_clear(&p);
    return st;
}

/* No penalty to speak of: spikes where the data want them. */
hc_status hc_drt_nnls(const hc_drt_data *d, const hc_drt_options *opt,
                      hc_drt *out, hc_err *err)
{
    hc_drt_options o = *opt;
    o.basis = "piecewise-linear";
    o.order = 1;
    o.lambda = 1e-9;
    o.band_level = 0; /* it would be as wide as the curve is high */
    return hc_drt_ridge(d, &o, out, err);
}
