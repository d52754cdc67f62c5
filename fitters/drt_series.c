/* drt_series.c: the ridge distributions of a series, tied to each other
 *
 * minimise  sum_s |W_s (Z_s - base_s - A x_s)|^2
 *           + lambda sum_s x_s^T M x_s
 *           + lambda kappa sum_s (D x)_s^T M (D x)_s
 *
 * with all unknowns at or above zero; D takes second differences along the
 * series, so that a distribution that stays or changes evenly costs nothing.
 * lambda and kappa are where the evidence (marginal likelihood, the noise
 * level integrated out) of the unconstrained problem is largest, found on a
 * grid and refined.  For it the noise of all spectra has one course over
 * frequency, each its own size: then one eigen-decomposition serves them all,
 * and what is left is a band matrix of width two per eigenvalue (Golub and Van
 * Loan, Matrix Computations, 4th ed., section 12.3, for the Kronecker form).
 * The answer itself is exact and has each spectrum's own noise.
 */
#include "fitters/drt_ridge.h"

#include "fitters/dense.h"
#include "fitters/nnls_chain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double lambda_min = 1e-7, lambda_max = 10;
static const double kappa_min = 1e-3, kappa_max = 1e4;
static const double same_frequency = 1e-4;
static const double loose = 30, firmer = 10; /* kappa on the way to its own */
enum { LAMBDAS = 33, KAPPAS = 22, REFINEMENTS = 12 };

typedef struct {
    size_t n, n_modes, n_free, rows; /* spectra; of one spectrum */
    double *s;                       /* [n_modes] eigenvalues */
    double *z;                       /* n x n_modes */
    double *size;                    /* [n] mean squared weight */
    double b2;                       /* of all, weighted */
    double unit;                     /* of lambda */
    double *band;                    /* 3 n */
    double *rhs;                     /* [n] */
} pooled;

/* ---- the evidence ---- */

/* ln det of the band matrix diag + lambda (1 + kappa D^T D) and, where r is
 * not NULL, r^T inverse r; L D L^T with two subdiagonals. */
static double band_ln_det(const pooled *p, double mode, double lambda,
                          double kappa, double *r, double *square)
{
    double *d = p->band, *l1 = d + p->n, *l2 = l1 + p->n, ln = 0;
    for (size_t i = 0; i < p->n; i++) {
        double a = mode * p->size[i] +
                   lambda * (1 + kappa * hc_second_difference(p->n, i, 0));
        double b =
            i > 0 ? lambda * kappa * hc_second_difference(p->n, i - 1, 1) : 0;
        double c =
            i > 1 ? lambda * kappa * hc_second_difference(p->n, i - 2, 2) : 0;
        l2[i] = i > 1 ? c / d[i - 2] : 0;
        if (i > 1)
            b -= c * l1[i - 1];
        l1[i] = i > 0 ? b / d[i - 1] : 0;
        a -= i > 0 ? l1[i] * b : 0;
        a -= i > 1 ? l2[i] * c : 0;
        d[i] = a;
        ln += log(a);
        if (r) {
            r[i] -= (i > 0 ? l1[i] * r[i - 1] : 0) +
                    (i > 1 ? l2[i] * r[i - 2] : 0);
            *square += r[i] * r[i] / a;
        }
    }
    return ln;
}

/* -2 ln of the evidence, but for a constant. */
static double minus2_evidence(const pooled *p, double lambda, double kappa)
{
    const double prior = band_ln_det(p, 0, lambda, kappa, NULL, NULL);
    double q = p->b2, ln = 0;
    for (size_t k = 0; k < p->n_modes; k++) {
        double square = 0;
        for (size_t i = 0; i < p->n; i++)
            p->rhs[i] = p->size[i] * p->z[i * p->n_modes + k];
        ln += band_ln_det(p, p->s[k], lambda, kappa, p->rhs, &square) - prior;
        q -= square;
    }
    return (double)(p->n * (p->rows - p->n_free)) * log(fmax(q, 1e-300)) + ln;
}

/* Best kappa for a lambda and the other way, in turn, after a scan of both;
 * a lambda or kappa that is given (not NaN) stays. */
static void choose(const pooled *p, double *lambda, double *kappa)
{
    const double la = log(lambda_min * p->unit),
                 lb = log(lambda_max * p->unit);
    const double ka = log(kappa_min), kb = log(kappa_max);
    const bool free_l = isnan(*lambda), free_k = isnan(*kappa);
    double best = HUGE_VAL, x = la, y = ka;
    for (size_t i = 0; i < (free_l ? LAMBDAS : 1); i++)
        for (size_t k = 0; k < (free_k ? KAPPAS : 1); k++) {
            const double l = free_l
                                 ? la + (lb - la) * (double)i / (LAMBDAS - 1)
                                 : log(*lambda);
            const double t = free_k ? ka + (kb - ka) * (double)k / (KAPPAS - 1)
                                    : log(*kappa);
            const double f = minus2_evidence(p, exp(l), exp(t));
            if (f < best) {
                best = f;
                x = l;
                y = t;
            }
        }
    double hl = (lb - la) / (LAMBDAS - 1) / 2,
           hk = (kb - ka) / (KAPPAS - 1) / 2;
    for (int k = 0; k < REFINEMENTS; k++, hl *= 0.7, hk *= 0.7)
        for (int way = 0; way < 4; way++) {
            const double l = x + (!free_l || way > 1 ? 0 : way ? hl : -hl);
            const double t = y + (!free_k || way < 2 ? 0 : way > 2 ? hk : -hk);
            const double f = minus2_evidence(p, exp(l), exp(t));
            const bool inside = (!free_l || (l >= la && l <= lb)) &&
                                (!free_k || (t >= ka && t <= kb));
            if (f < best && inside) {
                best = f;
                x = l;
                y = t;
            }
        }
    if (free_l)
        *lambda = exp(x);
    if (free_k)
        *kappa = exp(y);
}

/* ---- the pooled problem ---- */

static void pooled_clear(pooled *p)
{
    free(p->s);
    *p = (pooled){0};
}

static hc_status pooled_room(pooled *p, size_t n, size_t modes, hc_err *err)
{
    p->n = n;
    p->n_modes = modes;
    p->s = malloc((modes + n * modes + 5 * n) * sizeof *p->s);
    if (!p->s)
        return hc_fail_nomem(err);
    p->z = p->s + modes;
    p->size = p->z + n * modes;
    p->band = p->size + n;
    p->rhs = p->band + 3 * n;
    return HC_OK;
}

/* The common course of the noise over frequency: the mean of w^2 over the
 * mean w^2 of its spectrum; and that mean. */
static void common_noise(size_t n, const hc_drt_linear *each, double *sd,
                         double *size)
{
    const size_t points = each[0].n;
    for (size_t i = 0; i < points; i++) {
        double sum = 0;
        for (size_t s = 0; s < n; s++)
            sum += each[s].weight[i] * each[s].weight[i] / each[s].mean_w2;
        sd[i] = sqrt((double)n / sum);
    }
    for (size_t s = 0; s < n; s++)
        size[s] = each[s].mean_w2;
}

/* One decomposition for all: the cache sees the same weights every time. */
static hc_status pool(pooled *p, size_t n, const hc_drt_data *d,
                      const hc_drt_linear *each, const hc_drt_options *opt,
                      hc_err *err)
{
    double *sd = malloc((each[0].n + n) * sizeof *sd);
    if (!sd)
        return hc_fail_nomem(err);
    double *size = sd + each[0].n, ln_unit = 0;
    hc_status st = HC_OK;
    common_noise(n, each, sd, size);
    hc_drt_options o = *opt;
    o.unit_weights = false;
    for (size_t s = 0; s < n && st == HC_OK; s++) {
        const hc_drt_data one = {each[0].n, d[0].freq_hz, d[s].z_ohm, sd};
        hc_drt_linear lin;
        hc_drt_modes m;
        st = hc_drt_linear_make(&lin, &one, &o, err);
        if (st != HC_OK)
            break;
        st = hc_drt_modes_make(&m, &lin, err);
        if (st == HC_OK && s == 0) {
            st = pooled_room(p, n, m.n, err);
            p->rows = m.rows;
            p->n_free = m.n_free;
        }
        if (st == HC_OK) {
            memcpy(p->s, m.s, m.n * sizeof *m.s);
            memcpy(p->z + s * m.n, m.z, m.n * sizeof *m.z);
            p->size[s] = size[s];
            p->b2 += size[s] * m.b2;
            ln_unit += log(size[s]) / (double)n;
        }
        hc_drt_modes_clear(&m);
        hc_drt_linear_clear(&lin);
    }
    p->unit = exp(ln_unit);
    free(sd);
    return st;
}

/* ---- the exact answer ---- */

static hc_status solve(size_t n, const hc_drt_linear *each, bool negative,
                       double lambda, double kappa, double *x, hc_err *err)
{
    const hc_drt_grid *grid = each[0].grid;
    const size_t nf = each[0].n_free, nb = each[0].n_basis, all = nf + nb;
    double *h = malloc((n * all * all + n * all) * sizeof *h);
    bool *nonneg = malloc(all);
    hc_status st = h && nonneg ? HC_OK : hc_fail_nomem(err);
    if (st != HC_OK)
        goto cleanup;
    double *g = h + n * all * all;
    for (size_t s = 0; s < n; s++) {
        double *hs = h + s * all * all;
        hc_drt_linear_gram(&each[s], hs);
        for (size_t i = 0; i < nb; i++)
            for (size_t k = 0; k < nb; k++)
                hs[(nf + i) * all + nf + k] += lambda * grid->m[i * nb + k];
        for (size_t k = 0; k < all; k++)
            g[s * all + k] =
                hc_dot(each[s].a + k * each[s].rows, each[s].b, each[s].rows);
    }
    for (size_t k = 0; k < all; k++)
        nonneg[k] = k < nf || !negative;
    hc_nnls_chain_problem p = {n, all, nf, h, g, grid->m, 0, nonneg};
    /* firmly tied from the start, pivots go round in circles */
    for (double k = fmin(kappa, loose); st == HC_OK; k *= firmer) {
        p.tie = lambda * fmin(k, kappa);
        st = hc_nnls_chain(&p, x, NULL, err);
        if (k >= kappa)
            break;
    }
cleanup:
    free(h);
    free(nonneg);
    return st;
}

static hc_status put(size_t n, const hc_drt_data *d, const hc_drt_linear *each,
                     const double *x, double lambda, double kappa, double unit,
                     hc_drt *out, hc_err *err)
{
    const size_t all = each[0].n_free + each[0].n_basis;
    for (size_t s = 0; s < n; s++) {
        hc_drt *r = &out[s];
        hc_status st = hc_drt_result_make(r, d[s].n, each[s].grid->n_tau, err);
        if (st == HC_OK) {
            hc_drt_ridge_fill(&each[s], &d[s], x + s * all,
                              lambda / each[s].mean_w2, each[s].grid->m, r);
            r->lambda = lambda / unit;
            r->series_weight = kappa;
            snprintf(r->model, sizeof r->model,
                     "%s basis of %zu, lambda %.4g, tied to its neighbours "
                     "with %.3g times that; no part of it parametric",
                     each[s].grid->basis->name, each[s].n_basis, lambda / unit,
                     kappa);
            st = hc_drt_find_peaks(r, &d[s], 0.03, err);
            if (st != HC_OK)
                hc_drt_clear(r);
        }
        if (st != HC_OK) {
            while (s-- > 0)
                hc_drt_clear(&out[s]);
            return st;
        }
    }
    return HC_OK;
}

/* ---- what is asked of a series ---- */

static hc_status check(size_t n, const hc_drt_data *d,
                       const hc_drt_options *opt, hc_err *err)
{
    if (n < 3)
        return hc_fail(err, HC_DATA,
                       "a series of %zu has no course to smooth, at least 3 "
                       "spectra are needed",
                       n);
    if (isnan(opt->lambda) && strcmp(opt->rule, "evidence") != 0)
        return hc_fail(err, HC_USAGE,
                       "in a series lambda is a number or chosen by "
                       "evidence, not by %s",
                       opt->rule);
    for (size_t s = 0; s < n; s++) {
        const hc_status st = hc_drt_check(&d[s], err);
        if (st != HC_OK) {
            hc_err_prefix(err, "spectrum %zu of the series: ", s + 1);
            return st;
        }
        bool same = d[s].n == d[0].n;
        for (size_t i = 0; same && i < d[0].n; i++)
            same =
                fabs(d[s].freq_hz[i] / d[0].freq_hz[i] - 1) < same_frequency;
        if (!same)
            return hc_fail(err, HC_DATA,
                           "spectrum %zu of the series does not have the "
                           "frequencies of the first; a series that is "
                           "smoothed needs one grid",
                           s + 1);
    }
    return HC_OK;
}

/* A series L or C in one is in all. */
static hc_drt_options same_model(size_t n, const hc_drt_data *d,
                                 const hc_drt_options *opt)
{
    hc_drt_options o = *opt;
    bool l = false, c = false;
    for (size_t s = 0; s < n; s++) {
        l |= hc_drt_wants_l(&d[s], opt);
        c |= hc_drt_wants_c(&d[s], opt);
    }
    o.inductance = l ? HC_DRT_ON : HC_DRT_OFF;
    o.capacitance = c ? HC_DRT_ON : HC_DRT_OFF;
    o.band_level = 0;
    return o;
}

/* The linear problems, all on one grid. */
static hc_status each_alone(size_t n, const hc_drt_data *d,
                            const hc_drt_options *opt, hc_drt_linear *each,
                            hc_err *err)
{
    for (size_t s = 0; s < n; s++) {
        const hc_drt_data one = {d[s].n, d[0].freq_hz, d[s].z_ohm,
                                 d[s].sd_ohm};
        const hc_status st = hc_drt_linear_make(&each[s], &one, opt, err);
        if (st != HC_OK)
            return st;
        each[s].shared = 0; /* of the weights of the moment */
    }
    return HC_OK;
}

/* What the evidence and the answer are made of. */
typedef struct {
    hc_drt_options opt;
    hc_drt_linear *each; /* [n] */
    size_t n;
    pooled pooled;
} series;

static void series_clear(series *q)
{
    for (size_t s = 0; q->each && s < q->n; s++)
        hc_drt_linear_clear(&q->each[s]);
    free(q->each);
    pooled_clear(&q->pooled);
    hc_drt_cache_free(q->opt.cache);
}

static hc_status series_make(series *q, size_t n, const hc_drt_data *d,
                             const hc_drt_options *opt, hc_err *err)
{
    hc_status st = check(n, d, opt, err);
    if (st != HC_OK)
        return st;
    *q = (series){.opt = same_model(n, d, opt), .n = n};
    q->each = calloc(n, sizeof *q->each);
    q->opt.cache = hc_drt_cache_new();
    st = q->each && q->opt.cache ? each_alone(n, d, &q->opt, q->each, err)
                                 : hc_fail_nomem(err);
    if (st == HC_OK)
        st = pool(&q->pooled, n, d, q->each, &q->opt, err);
    if (st != HC_OK)
        series_clear(q);
    return st;
}

hc_status hc_drt_series_score(size_t n, const hc_drt_data *d,
                              const hc_drt_options *opt, size_t many,
                              const double *lambda, const double *weight,
                              double *score, hc_err *err)
{
    series q;
    const hc_status st = series_make(&q, n, d, opt, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 0; k < many; k++)
        score[k] =
            minus2_evidence(&q.pooled, lambda[k] * q.pooled.unit, weight[k]);
    series_clear(&q);
    return HC_OK;
}

hc_status hc_drt_series(size_t n, const hc_drt_data *d,
                        const hc_drt_options *opt, double weight, hc_drt *out,
                        hc_err *err)
{
    series q;
    hc_status st = series_make(&q, n, d, opt, err);
    if (st != HC_OK)
        return st;
    const double unit = q.pooled.unit;
    double lambda = opt->lambda * unit, kappa = weight;
    choose(&q.pooled, &lambda, &kappa);
    const size_t all = n * (q.each[0].n_free + q.each[0].n_basis);
    double *x = malloc(all * sizeof *x);
    if (!x) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    for (size_t i = 0; i < all; i++)
        x[i] = 1; /* nothing is held at zero at first */
    st = solve(n, q.each, opt->negative, lambda, kappa, x, err);
    if (st == HC_OK)
        st = put(n, d, q.each, x, lambda, kappa, unit, out, err);
    free(x);
cleanup:
    series_clear(&q);
    return st;
}
