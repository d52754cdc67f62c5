/* drt_grid.c: the part of a linear DRT that is the same for a whole series */
#include "fitters/drt_grid.h"

#include "fitters/dense.h"
#include "fitters/drt_linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hc_drt_cache *hc_drt_cache_new(void)
{
    return calloc(1, sizeof(hc_drt_cache));
}

void hc_drt_cache_free(hc_drt_cache *c)
{
    if (c)
        hc_drt_grid_clear(&c->grid);
    free(c);
}

void hc_drt_grid_clear(hc_drt_grid *g)
{
    free(g->freq_hz);
    free(g->ln_tau);
    free(g->k);
    free(g->m);
    free(g->k_hat);
    free(g->weight);
    free(g->gram);
    free(g->tau_s);
    hc_drt_table_clear(&g->table);
    *g = (hc_drt_grid){0};
}

/* NaN is the same as NaN here. */
static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool fits(const hc_drt_grid *g, const hc_drt_grid *want)
{
    return g->n == want->n && g->basis == want->basis &&
           g->order == want->order && g->part == want->part &&
           g->collocation == want->collocation && g->with_l == want->with_l &&
           g->with_c == want->with_c && g->tail_n == want->tail_n &&
           same(g->fwhm, want->fwhm) &&
           same(g->per_decade, want->per_decade) &&
           same(g->widen_decades, want->widen_decades) &&
           memcmp(g->freq_hz, want->freq_hz, g->n * sizeof(double)) == 0;
}

static hc_status make_times(hc_drt_grid *g, const hc_drt_data *d, hc_err *err)
{
    double low, high;
    hc_drt_window(d, &low, &high);
    if (g->collocation) { /* tau = 1/f, as DRTtools */
        g->n_basis = d->n;
    } else {
        const double wide = isnan(g->widen_decades) ? 0.2 : g->widen_decades;
        low -= wide * M_LN10;
        high += wide * M_LN10;
        const double per = g->per_decade > 0 ? g->per_decade : 10;
        g->n_basis = (size_t)((high - low) / M_LN10 * per + 1.5);
        if (g->n_basis < 4)
            g->n_basis = 4;
    }
    g->ln_tau = malloc(g->n_basis * sizeof *g->ln_tau);
    if (!g->ln_tau)
        return hc_fail_nomem(err);
    const bool falling = d->freq_hz[0] > d->freq_hz[d->n - 1];
    for (size_t k = 0; k < g->n_basis; k++)
        g->ln_tau[k] =
            g->collocation
                ? -log(d->freq_hz[falling ? k : d->n - 1 - k])
                : low + (high - low) * (double)k / (double)(g->n_basis - 1);
    return HC_OK;
}

static hc_status make_kernel(hc_drt_grid *g, const hc_drt_data *d, hc_err *err)
{
    const size_t n = g->n, nf = g->n_free, nb = g->n_basis;
    double low, high;
    hc_drt_window(d, &low, &high);
    const double step = (g->ln_tau[nb - 1] - g->ln_tau[0]) / (double)(nb - 1);
    g->eps = hc_drt_epsilon(g->basis, g->fwhm, step);
    hc_status st =
        hc_drt_table_make(&g->table, g->basis, g->eps, g->ln_tau[0] - high,
                          g->ln_tau[nb - 1] - low, err);
    if (st != HC_OK)
        return st;
    g->k = calloc(2 * n * (nf + nb), sizeof *g->k);
    if (!g->k)
        return hc_fail_nomem(err);
    if (g->c_col >= 0)
        hc_drt_tail_column(d, g->tail_n, g->k + (size_t)g->c_col * 2 * n);
    for (size_t i = 0; i < n; i++) {
        const double w = 2 * M_PI * d->freq_hz[i], ln_w = log(w);
        g->k[i] = 1;
        if (g->l_col >= 0)
            g->k[(size_t)g->l_col * 2 * n + n + i] = w;
        for (size_t k = 0; k < nb; k++) {
            const double complex z =
                hc_drt_table_at(&g->table, ln_w + g->ln_tau[k]);
            double *c = g->k + (nf + k) * 2 * n;
            c[i] = creal(z);
            c[n + i] = cimag(z);
        }
    }
    return HC_OK;
}

static hc_status make_penalty(hc_drt_grid *g, hc_err *err)
{
    const size_t n = g->n_basis;
    g->m = malloc(2 * n * n * sizeof *g->m);
    if (!g->m)
        return hc_fail_nomem(err);
    g->l = g->m + n * n;
    double top = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k <= i; k++) {
            const double d = g->ln_tau[i] - g->ln_tau[k];
            /* an even grid has the same distances in every row */
            const bool seen =
                k > 0 && i > 0 &&
                fabs(d - (g->ln_tau[i - 1] - g->ln_tau[k - 1])) < 1e-9;
            g->m[i * n + k] =
                seen ? g->m[(i - 1) * n + k - 1]
                     : hc_drt_penalty(g->basis, g->eps, g->order, d);
            g->m[k * n + i] = g->m[i * n + k];
        }
        top = fmax(top, g->m[i * n + i]);
    }
    memcpy(g->l, g->m, n * n * sizeof *g->l);
    for (size_t i = 0; i < n; i++)
        g->l[i * n + i] += 1e-11 * top;
    if (!hc_cholesky(g->l, n, 0))
        return hc_fail(err, HC_INTERNAL,
                       "the penalty matrix of the DRT is not positive "
                       "definite");
    return HC_OK;
}

/* k l^-T: rows are independent. */
static hc_status make_k_hat(hc_drt_grid *g, hc_err *err)
{
    const size_t rows = g->rows, nb = g->n_basis;
    g->k_hat = malloc(nb * rows * sizeof *g->k_hat);
    if (!g->k_hat)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < nb; k++) {
        double *c = g->k_hat + k * rows;
        memcpy(c, g->k + (g->n_free + k) * 2 * g->n + g->row0,
               rows * sizeof *c);
        for (size_t j = 0; j < k; j++)
            hc_subtract(c, g->l[k * nb + j], g->k_hat + j * rows, rows);
        for (size_t i = 0; i < rows; i++)
            c[i] /= g->l[k * nb + k];
    }
    return HC_OK;
}

/* Output times, half a decade wider than the basis, and the basis there. */
static hc_status make_output(hc_drt_grid *g, hc_err *err)
{
    const size_t nb = g->n_basis;
    const double margin = 0.5 * M_LN10;
    const double low = g->ln_tau[0] - margin;
    const double high = g->ln_tau[nb - 1] + margin;
    g->n_tau = hc_drt_grid_size(low, high);
    g->tau_s =
        calloc(g->n_tau + g->n_tau * nb + g->n_free + nb, sizeof *g->tau_s);
    if (!g->tau_s)
        return hc_fail_nomem(err);
    g->phi = g->tau_s + g->n_tau;
    g->x = g->phi + g->n_tau * nb;
    hc_drt_grid_fill(low, high, g->n_tau, g->tau_s);
    for (size_t k = 0; k < nb; k++)
        for (size_t i = 0; i < g->n_tau; i++) {
            const double ln_tau =
                low + (high - low) * (double)i / (double)(g->n_tau - 1);
            const double u = g->eps * (ln_tau - g->ln_tau[k]);
            if (fabs(u) < g->basis->support)
                g->phi[k * g->n_tau + i] = g->basis->phi(u);
        }
    return HC_OK;
}

hc_status hc_drt_grid_for(hc_drt_grid *g, const hc_drt_data *d,
                          const hc_drt_options *opt, hc_err *err)
{
    hc_drt_grid want = {.n = d->n,
                        .fwhm = opt->fwhm,
                        .per_decade = opt->per_decade,
                        .widen_decades = opt->widen_decades,
                        .tail_n = opt->tail_n > 0 ? opt->tail_n : 1,
                        .order = opt->order,
                        .part = opt->part,
                        .collocation = opt->collocation,
                        .n_free = 1,
                        .l_col = -1,
                        .c_col = -1};
    want.basis = hc_drt_basis_find(opt->basis);
    if (!want.basis)
        return hc_fail(err, HC_USAGE, "no basis function '%s'", opt->basis);
    if (!want.basis->d2 && opt->order == 2)
        return hc_fail(err, HC_USAGE,
                       "basis %s has no second derivative to penalise",
                       want.basis->name);
    want.with_l = opt->part != HC_DRT_REAL && hc_drt_wants_l(d, opt);
    want.with_c = opt->part != HC_DRT_REAL && hc_drt_wants_c(d, opt);
    want.freq_hz = malloc(d->n * sizeof *want.freq_hz);
    if (!want.freq_hz)
        return hc_fail_nomem(err);
    memcpy(want.freq_hz, d->freq_hz, d->n * sizeof *want.freq_hz);
    if (g->freq_hz && fits(g, &want)) {
        free(want.freq_hz);
        return HC_OK;
    }
    hc_drt_grid_clear(g);
    if (want.with_l)
        want.l_col = (int)want.n_free++;
    if (want.with_c)
        want.c_col = (int)want.n_free++;
    want.rows = opt->part == HC_DRT_BOTH ? 2 * d->n : d->n;
    want.row0 = opt->part == HC_DRT_IMAG ? d->n : 0;
    hc_status st = make_times(&want, d, err);
    if (st == HC_OK)
        st = make_kernel(&want, d, err);
    if (st == HC_OK)
        st = make_penalty(&want, err);
    if (st == HC_OK)
        st = make_k_hat(&want, err);
    if (st == HC_OK)
        st = make_output(&want, err);
    if (st == HC_OK)
        *g = want;
    else
        hc_drt_grid_clear(&want);
    return st;
}
