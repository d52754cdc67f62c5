/* drt_linear.c: the linear problem of a DRT, and what all methods share */
#include "fitters/drt_linear.h"

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

static hc_status make_grid(hc_drt_linear *p, const hc_drt_data *d,
                           const hc_drt_options *opt, hc_err *err)
{
    double low, high;
    hc_drt_window(d, &low, &high);
    if (opt->collocation) { /* tau = 1/f, as DRTtools */
        p->n_basis = d->n;
    } else {
        const double wide =
            isnan(opt->widen_decades) ? 0.2 : opt->widen_decades;
        low -= wide * M_LN10;
        high += wide * M_LN10;
        const double per = opt->per_decade > 0 ? opt->per_decade : 10;
        p->n_basis = (size_t)((high - low) / M_LN10 * per + 1.5);
        if (p->n_basis < 4)
            p->n_basis = 4;
    }
    p->ln_tau = malloc(p->n_basis * sizeof *p->ln_tau);
    if (!p->ln_tau)
        return hc_fail_nomem(err);
    const bool falling = d->freq_hz[0] > d->freq_hz[d->n - 1];
    for (size_t k = 0; k < p->n_basis; k++)
        p->ln_tau[k] =
            opt->collocation
                ? -log(d->freq_hz[falling ? k : d->n - 1 - k])
                : low + (high - low) * (double)k / (double)(p->n_basis - 1);
    return HC_OK;
}

/* Rows of one complex column value at point i. */
static void put(hc_drt_linear *p, size_t col, size_t i, hc_drt_part part,
                double complex v)
{
    double *c = p->a + col * p->rows;
    const double w = p->weight[i];
    if (part != HC_DRT_IMAG)
        c[i] = w * creal(v);
    if (part != HC_DRT_REAL)
        c[p->rows - p->n + i] = w * cimag(v);
}

static void fill(hc_drt_linear *p, const hc_drt_data *d, hc_drt_part part)
{
    for (size_t i = 0; i < d->n; i++) {
        const double w = 2 * M_PI * d->freq_hz[i], ln_w = log(w);
        put(p, 0, i, part, 1);
        if (p->l_col >= 0)
            put(p, (size_t)p->l_col, i, part, CMPLX(0, w));
        if (p->c_col >= 0)
            put(p, (size_t)p->c_col, i, part, CMPLX(0, -1 / w));
        for (size_t k = 0; k < p->n_basis; k++)
            put(p, p->n_free + k, i, part,
                hc_drt_table_at(&p->table, ln_w + p->ln_tau[k]));
        const double complex z = d->z_ohm[i] * p->weight[i];
        if (part != HC_DRT_IMAG)
            p->b[i] = creal(z);
        if (part != HC_DRT_REAL)
            p->b[p->rows - p->n + i] = cimag(z);
    }
}

hc_status hc_drt_linear_make(hc_drt_linear *p, const hc_drt_data *d,
                             const hc_drt_options *opt, hc_err *err)
{
    const size_t n = d->n;
    *p = (hc_drt_linear){.n = n, .l_col = -1, .c_col = -1, .n_free = 1};
    p->rows = opt->part == HC_DRT_BOTH ? 2 * n : n;
    p->basis = hc_drt_basis_find(opt->basis);
    if (!p->basis)
        return hc_fail(err, HC_USAGE, "no basis function '%s'", opt->basis);
    if (opt->part != HC_DRT_REAL && hc_drt_wants_l(d, opt))
        p->l_col = (int)p->n_free++;
    if (opt->part != HC_DRT_REAL && hc_drt_wants_c(d, opt))
        p->c_col = (int)p->n_free++;
    hc_status st = make_grid(p, d, opt, err);
    if (st != HC_OK)
        return st;
    const double step =
        (p->ln_tau[p->n_basis - 1] - p->ln_tau[0]) / (double)(p->n_basis - 1);
    p->eps = hc_drt_epsilon(p->basis, opt->fwhm, step);
    double low, high;
    hc_drt_window(d, &low, &high);
    p->weight = malloc(n * sizeof *p->weight);
    p->b = malloc(p->rows * sizeof *p->b);
    p->a = malloc(p->rows * (p->n_free + p->n_basis) * sizeof *p->a);
    if (!p->weight || !p->b || !p->a) {
        st = hc_fail_nomem(err);
        goto fail;
    }
    st = hc_drt_table_make(&p->table, p->basis, p->eps, p->ln_tau[0] - high,
                           p->ln_tau[p->n_basis - 1] - low, err);
    if (st == HC_OK)
        st = hc_drt_weights(d, opt, p->weight, err);
    if (st != HC_OK)
        goto fail;
    for (size_t i = 0; i < n; i++) {
        p->weight[i] = 1 / p->weight[i];
        p->mean_w2 += p->weight[i] * p->weight[i] / (double)n;
    }
    fill(p, d, opt->part);
    return HC_OK;
fail:
    hc_drt_linear_clear(p);
    return st;
}

void hc_drt_linear_clear(hc_drt_linear *p)
{
    free(p->a);
    free(p->b);
    free(p->ln_tau);
    free(p->weight);
    free(p->m);
    hc_drt_table_clear(&p->table);
    *p = (hc_drt_linear){0};
}

hc_status hc_drt_linear_penalty(hc_drt_linear *p, int order, hc_err *err)
{
    const size_t n = p->n_basis;
    p->m = malloc(n * n * sizeof *p->m);
    if (!p->m)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k <= i; k++) {
            const double d = p->ln_tau[i] - p->ln_tau[k];
            /* an even grid has the same distances in every row */
            const bool seen =
                k > 0 && i > 0 &&
                fabs(d - (p->ln_tau[i - 1] - p->ln_tau[k - 1])) < 1e-9;
            p->m[i * n + k] = seen
                                  ? p->m[(i - 1) * n + k - 1]
                                  : hc_drt_penalty(p->basis, p->eps, order, d);
            p->m[k * n + i] = p->m[i * n + k];
        }
    return HC_OK;
}

double hc_drt_linear_gamma(const hc_drt_linear *p, const double *x,
                           double ln_tau)
{
    double s = 0;
    for (size_t k = 0; k < p->n_basis; k++) {
        const double u = p->eps * (ln_tau - p->ln_tau[k]);
        if (fabs(u) < p->basis->support)
            s += x[k] * p->basis->phi(u);
    }
    return s;
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
