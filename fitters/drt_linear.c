/* drt_linear.c: the linear problem of a DRT, and what all methods share */
#include "fitters/drt_linear.h"

#include "fitters/dense.h"
#include "fitters/drt_ridge.h"
#include "fitters/kk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hc_drt_options hc_drt_defaults(void)
{
    return (hc_drt_options){.lambda = NAN,
                            .rule = "evidence",
                            .basis = "gaussian",
                            .fwhm = 0.5,
                            .order = 1,
                            .widen_decades = NAN,
                            .band_samples = 2000,
                            .seed = 1};
}

void hc_drt_window(const hc_drt_data *d, double *low, double *high)
{
    double lo = HUGE_VAL, hi = 0;
    for (size_t i = 0; i < d->n; i++) {
        lo = fmin(lo, d->freq_hz[i]);
        hi = fmax(hi, d->freq_hz[i]);
    }
    *low = -log(2 * M_PI * hi);
    *high = -log(2 * M_PI * lo);
}

/* Indices of the points of lowest and highest frequency. */
static void ends(const hc_drt_data *d, size_t *lo, size_t *hi)
{
    *lo = *hi = 0;
    for (size_t i = 1; i < d->n; i++) {
        if (d->freq_hz[i] < d->freq_hz[*lo])
            *lo = i;
        if (d->freq_hz[i] > d->freq_hz[*hi])
            *hi = i;
    }
}

bool hc_drt_wants_l(const hc_drt_data *d, const hc_drt_options *opt)
{
    if (opt->inductance != HC_DRT_AUTO)
        return opt->inductance == HC_DRT_ON;
    size_t lo, hi;
    ends(d, &lo, &hi);
    const size_t step = hi > lo ? (size_t)-1 : 1;
    int up = 0;
    for (size_t k = 0, i = hi; k < 3; k++, i += step)
        up += cimag(d->z_ohm[i]) > 0.01 * cabs(d->z_ohm[i]);
    return up == 3;
}

bool hc_drt_wants_c(const hc_drt_data *d, const hc_drt_options *opt)
{
    if (opt->capacitance != HC_DRT_AUTO)
        return opt->capacitance == HC_DRT_ON;
    size_t lo, hi;
    ends(d, &lo, &hi);
    const size_t step = lo > hi ? (size_t)-1 : 1;
    int blocks = 0;
    for (size_t k = 0, i = lo; k < 3; k++, i += step)
        blocks += carg(d->z_ohm[i]) < -M_PI / 3 &&
                  cabs(d->z_ohm[i]) > cabs(d->z_ohm[i + step]);
    return blocks == 3;
}

hc_status hc_drt_weights(const hc_drt_data *d, const hc_drt_options *opt,
                         double *sd, hc_err *err)
{
    if (opt->unit_weights) {
        for (size_t i = 0; i < d->n; i++)
            sd[i] = 1;
        return HC_OK;
    }
    if (d->sd_ohm) {
        for (size_t i = 0; i < d->n; i++) {
            if (!(d->sd_ohm[i] > 0) || !isfinite(d->sd_ohm[i]))
                return hc_fail(err, HC_DATA,
                               "point %zu: standard deviation %g is not "
                               "above zero",
                               i, d->sd_ohm[i]);
            sd[i] = d->sd_ohm[i];
        }
        return HC_OK;
    }
    const hc_kk_data k = {d->n, d->freq_hz, d->z_ohm};
    hc_kk_noise noise;
    const hc_status st = hc_kk_noise_estimate(&k, &noise, err);
    if (st != HC_OK)
        return st;
    memcpy(sd, noise.sd_ohm, d->n * sizeof *sd);
    hc_kk_noise_clear(&noise);
    return HC_OK;
}

/* ---- the linear problem ---- */

/* Factor on the last weights when these are the same but for it, 0 if not. */
static double factor_on_last(const hc_drt_grid *g, const double *weight)
{
    if (!g->weight)
        return 0;
    const double f = weight[0] / g->weight[0];
    for (size_t i = 0; i < g->rows; i++)
        if (!(fabs(weight[i] - f * g->weight[i]) <= 1e-13 * weight[i]))
            return 0;
    return f;
}

/* Use the decomposition of the last weights, make it, or note the weights. */
static hc_status share(hc_drt_linear *p, hc_err *err)
{
    hc_drt_grid *g = p->grid;
    p->shared = factor_on_last(g, p->row_weight);
    if (p->shared > 0)
        return g->gram ? HC_OK : hc_drt_modes_share(p, err);
    free(g->gram);
    g->gram = NULL;
    if (!g->weight)
        g->weight = malloc(g->rows * sizeof *g->weight);
    if (!g->weight)
        return hc_fail_nomem(err);
    memcpy(g->weight, p->row_weight, g->rows * sizeof *g->weight);
    return HC_OK;
}

void hc_drt_linear_gram(const hc_drt_linear *p, double *h)
{
    const size_t n = p->n_free + p->n_basis;
    if (!(p->shared > 0)) {
        hc_gram(p->a, p->rows, n, h);
        return;
    }
    for (size_t i = 0; i < n * n; i++)
        h[i] = p->shared * p->shared * p->grid->gram[i];
}

hc_status hc_drt_linear_make(hc_drt_linear *p, const hc_drt_data *d,
                             const hc_drt_options *opt, hc_err *err)
{
    const size_t n = d->n;
    *p = (hc_drt_linear){.n = n};
    hc_drt_cache *cache = opt->cache;
    if (!cache)
        cache = p->own = hc_drt_cache_new();
    if (!cache)
        return hc_fail_nomem(err);
    hc_status st = hc_drt_grid_for(&cache->grid, d, opt, err);
    if (st != HC_OK)
        goto fail;
    const hc_drt_grid *g = p->grid = &cache->grid;
    const size_t cols = g->n_free + g->n_basis;
    p->rows = g->rows;
    p->n_free = g->n_free;
    p->n_basis = g->n_basis;
    p->weight = malloc((n + g->rows * (cols + 2)) * sizeof *p->weight);
    if (!p->weight) {
        st = hc_fail_nomem(err);
        goto fail;
    }
    p->row_weight = p->weight + n;
    p->b = p->row_weight + g->rows;
    p->a = p->b + g->rows;
    st = hc_drt_weights(d, opt, p->weight, err);
    if (st != HC_OK)
        goto fail;
    for (size_t i = 0; i < n; i++) {
        p->weight[i] = 1 / p->weight[i];
        p->mean_w2 += p->weight[i] * p->weight[i] / (double)n;
    }
    for (size_t i = 0; i < g->rows; i++) {
        const size_t at = g->row0 + i;
        const double complex z = d->z_ohm[at % n];
        p->row_weight[i] = p->weight[at % n];
        p->b[i] = p->row_weight[i] * (at < n ? creal(z) : cimag(z));
    }
    for (size_t k = 0; k < cols; k++)
        for (size_t i = 0; i < g->rows; i++)
            p->a[k * g->rows + i] =
                p->row_weight[i] * g->k[k * 2 * n + g->row0 + i];
    if (opt->cache)
        st = share(p, err);
    if (st == HC_OK)
        return HC_OK;
fail:
    hc_drt_linear_clear(p);
    return st;
}

void hc_drt_linear_clear(hc_drt_linear *p)
{
    free(p->weight);
    hc_drt_cache_free(p->own);
    *p = (hc_drt_linear){0};
}

/* ---- results ---- */

hc_status hc_drt_result_make(hc_drt *r, size_t n, size_t n_tau, hc_err *err)
{
    *r = (hc_drt){.n = n,
                  .n_tau = n_tau,
                  .sd_r_inf = NAN,
                  .sd_l = NAN,
                  .sd_inv_c = NAN,
                  .lambda = NAN,
                  .series_weight = NAN,
                  .agreement = NAN,
                  .ln_one_over_two = NAN,
                  .noise_raised = 1,
                  .minus2_ln_evidence = NAN};
    r->tau_s = malloc(n_tau * sizeof *r->tau_s);
    r->gamma_ohm = calloc(n_tau, sizeof *r->gamma_ohm);
    r->sd = malloc(n_tau * sizeof *r->sd);
    r->low = malloc(n_tau * sizeof *r->low);
    r->high = malloc(n_tau * sizeof *r->high);
    r->z_fit = calloc(n, sizeof *r->z_fit);
    r->sd_ohm = malloc(n * sizeof *r->sd_ohm);
    if (!r->tau_s || !r->gamma_ohm || !r->sd || !r->low || !r->high ||
        !r->z_fit || !r->sd_ohm) {
        hc_drt_clear(r);
        return hc_fail_nomem(err);
    }
    for (size_t k = 0; k < n_tau; k++)
        r->sd[k] = r->low[k] = r->high[k] = NAN;
    return HC_OK;
}

void hc_drt_clear(hc_drt *r)
{
    free(r->tau_s);
    free(r->gamma_ohm);
    free(r->sd);
    free(r->low);
    free(r->high);
    free(r->z_fit);
    free(r->sd_ohm);
    free(r->peaks);
    free(r->grid_u);
    *r = (hc_drt){0};
}

size_t hc_drt_grid_size(double low, double high)
{
    return (size_t)((high - low) / M_LN10 * 40 + 1.5);
}

void hc_drt_grid_fill(double low, double high, size_t n, double *tau)
{
    for (size_t k = 0; k < n; k++)
        tau[k] = exp(low + (high - low) * (double)k / (double)(n - 1));
}

void hc_drt_chi2(hc_drt *r, const hc_drt_data *d)
{
    r->chi2 = 0;
    for (size_t i = 0; i < d->n; i++) {
        const double complex e = (d->z_ohm[i] - r->z_fit[i]) / r->sd_ohm[i];
        r->chi2 += creal(e) * creal(e) + cimag(e) * cimag(e);
    }
}
