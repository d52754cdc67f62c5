/* nnls.c: non-negative least squares, see nnls.h */
#include "fitters/nnls.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pivot_tol = 1e-14; /* below this h counts as singular */
static const double sign_tol = 1e-13;  /* of the largest |g|, |x| */

/* The problem in scaled unknowns (unit diagonal) and the scratch for it. */
typedef struct {
    size_t n, nf;
    double *h, *g, *d; /* scaled; x = d * scaled x */
    double *x, *y;     /* solution and gradient */
    double *f, *b, *r; /* factor of the passive block, its right side */
    size_t *idx;       /* which unknowns are passive */
    bool *passive;
    const bool *nonneg;
    size_t pivots;
} work;

static bool bounded(const work *w, size_t i)
{
    return !w->nonneg || w->nonneg[i];
}

static void work_free(work *w)
{
    free(w->h);
    free(w->idx);
    free(w->passive);
}

static hc_status work_make(work *w, size_t n, const double *h, const double *g,
                           const bool *nonneg, hc_err *err)
{
    *w = (work){.n = n, .nonneg = nonneg};
    w->h = malloc((2 * n * n + 6 * n + 1) * sizeof *w->h);
    w->idx = malloc((n + 1) * sizeof *w->idx);
    w->passive = calloc(n + 1, sizeof *w->passive);
    if (!w->h || !w->idx || !w->passive) {
        work_free(w);
        return hc_fail_nomem(err);
    }
    w->f = w->h + n * n;
    w->g = w->f + n * n;
    w->d = w->g + n;
    w->x = w->d + n;
    w->y = w->x + n;
    w->b = w->y + n;
    w->r = w->b + n;
    for (size_t i = 0; i < n; i++) {
        const double hii = h[i * n + i];
        if (!(hii >= 0) || !isfinite(hii) || !isfinite(g[i])) {
            work_free(w);
            return hc_fail(err, HC_INTERNAL,
                           "normal matrix is not semi-definite (row %zu)", i);
        }
        w->d[i] = hii > 0 ? 1 / sqrt(hii) : 0;
        w->g[i] = g[i] * w->d[i];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            w->h[i * n + j] = h[i * n + j] * w->d[i] * w->d[j];
    return HC_OK;
}

/* Factor of the passive block; false when it is singular. */
static bool factor(work *w)
{
    size_t nf = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->passive[i])
            w->idx[nf++] = i;
    w->nf = nf;
    w->pivots++;
    for (size_t p = 0; p < nf; p++) {
        const double *row = w->h + w->idx[p] * w->n;
        for (size_t q = 0; q <= p; q++)
            w->f[p * nf + q] = row[w->idx[q]];
    }
    return hc_cholesky(w->f, nf, pivot_tol);
}

/* x on the passive set with `refine` steps of refinement; y = h x - g. */
static void solve(work *w, int refine)
{
    const size_t n = w->n, nf = w->nf;
    memset(w->x, 0, n * sizeof *w->x);
    for (int k = 0; k <= refine; k++) {
        for (size_t p = 0; p < nf; p++) {
            const size_t i = w->idx[p];
            w->b[p] = w->g[i] - (k ? hc_dot(w->h + i * n, w->x, n) : 0.0);
        }
        hc_cholesky_solve(w->f, nf, w->b);
        for (size_t p = 0; p < nf; p++)
            w->x[w->idx[p]] += w->b[p];
    }
    for (size_t i = 0; i < n; i++)
        w->y[i] = hc_dot(w->h + i * n, w->x, n) - w->g[i];
}

static double largest(const double *v, size_t n)
{
    double m = 0;
    for (size_t i = 0; i < n; i++)
        if (fabs(v[i]) > m)
            m = fabs(v[i]);
    return m;
}

static bool wrong(const work *w, size_t i, double tol_x, double tol_y)
{
    if (!bounded(w, i) || !(w->d[i] > 0))
        return false;
    return w->passive[i] ? w->x[i] < -tol_x : w->y[i] < -tol_y;
}

/* Block pivoting; false when it stops to make progress or the passive block
 * is singular. */
static bool block_pivot(work *w)
{
    const size_t n = w->n;
    const double tol_y = sign_tol * largest(w->g, n);
    size_t fewest = n + 1;
    int credit = 3;
    for (size_t iter = 0; iter < 20 * n + 100; iter++) {
        if (!factor(w))
            return false;
        solve(w, 0);
        const double tol_x = sign_tol * largest(w->x, n);
        size_t bad = 0;
        for (size_t i = 0; i < n; i++)
            bad += wrong(w, i, tol_x, tol_y);
        if (bad == 0)
            return true;
        if (bad < fewest) {
            fewest = bad;
            credit = 3;
        } else if (credit > 0) {
            credit--;
        } else {
            return false;
        }
        for (size_t i = 0; i < n; i++)
            w->r[i] = wrong(w, i, tol_x, tol_y) ? 1 : 0;
        for (size_t i = 0; i < n; i++)
            if (w->r[i] > 0)
                w->passive[i] = !w->passive[i];
    }
    return false;
}

/* Move from r (feasible) towards x until the first unknown meets zero; false
 * when all of x can be had. */
static bool step_back(work *w, double tol)
{
    double alpha = 2;
    size_t first = w->n;
    for (size_t i = 0; i < w->n; i++)
        if (w->passive[i] && bounded(w, i) && w->x[i] <= tol) {
            const double gap = w->r[i] - w->x[i];
            const double a = gap > 0 ? w->r[i] / gap : 0;
            if (a < alpha) {
                alpha = a;
                first = i;
            }
        }
    if (alpha > 1)
        return false;
    for (size_t i = 0; i < w->n; i++)
        if (w->passive[i]) {
            w->r[i] += alpha * (w->x[i] - w->r[i]);
            /* rounding may leave the first a little above zero for ever */
            if (bounded(w, i) && (i == first || w->r[i] <= tol)) {
                w->r[i] = 0;
                w->passive[i] = false;
            }
        }
    return true;
}

/* The block with `in` added is singular: `in` is a combination c of the
 * passive unknowns, so exchange it against the first of them that meets zero
 * on the way.  r holds the feasible point.  False when none does. */
static bool exchange(work *w, size_t in)
{
    w->passive[in] = false;
    if (!factor(w))
        return false;
    for (size_t p = 0; p < w->nf; p++)
        w->b[p] = w->h[w->idx[p] * w->n + in];
    hc_cholesky_solve(w->f, w->nf, w->b);
    size_t out = w->n;
    double t = HUGE_VAL;
    for (size_t p = 0; p < w->nf; p++) {
        const size_t i = w->idx[p];
        if (bounded(w, i) && w->b[p] > 0 && w->r[i] < t * w->b[p]) {
            t = w->r[i] / w->b[p];
            out = i;
        }
    }
    if (out == w->n)
        return false;
    for (size_t p = 0; p < w->nf; p++)
        w->r[w->idx[p]] -= t * w->b[p];
    w->r[in] = t;
    w->r[out] = 0;
    w->passive[in] = true;
    w->passive[out] = false;
    return factor(w);
}

/* Let `in` join the passive set; r is feasible before and after. */
static bool join(work *w, size_t in)
{
    w->passive[in] = true;
    if (!factor(w) && !exchange(w, in)) {
        w->passive[in] = false;
        return false;
    }
    for (solve(w, 1); step_back(w, 0); solve(w, 1))
        if (!factor(w))
            return false;
    return true;
}

static size_t steepest(const work *w, const bool *barred)
{
    const double tol = sign_tol * largest(w->g, w->n);
    size_t best = w->n;
    for (size_t i = 0; i < w->n; i++)
        if (!w->passive[i] && !barred[i] && w->d[i] > 0 && bounded(w, i) &&
            w->y[i] < -tol && (best == w->n || w->y[i] < w->y[best]))
            best = i;
    return best;
}

/* Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23).  An
 * unknown that cannot join is barred until the objective has gone down. */
static bool lawson_hanson(work *w, bool *barred)
{
    const size_t n = w->n;
    memset(barred, 0, n * sizeof *barred);
    memset(w->passive, 0, n * sizeof *w->passive);
    for (size_t i = 0; i < n; i++)
        if (!bounded(w, i) && w->d[i] > 0) {
            w->passive[i] = true;
            if (!factor(w))
                w->passive[i] = false;
        }
    if (!factor(w))
        return false;
    solve(w, 0);
    memcpy(w->r, w->x, n * sizeof *w->r);
    double low = -hc_dot(w->g, w->x, n);
    for (size_t iter = 0; iter < 20 * n + 100; iter++) {
        const size_t in = steepest(w, barred);
        if (in == n)
            return true;
        if (!join(w, in)) {
            barred[in] = true;
            if (!factor(w))
                return false;
            solve(w, 1);
        }
        const double now = -hc_dot(w->g, w->x, n);
        if (now < low - 1e-15 * fabs(low)) {
            low = now;
            memset(barred, 0, n * sizeof *barred);
        } else {
            barred[in] = true;
        }
        memcpy(w->r, w->x, n * sizeof *w->r);
        for (size_t i = 0; i < n; i++)
            if (bounded(w, i) && w->r[i] < 0)
                w->r[i] = 0;
    }
    return false;
}

double hc_nnls_kkt(size_t n, const double *h, const double *g,
                   const bool *nonneg, const double *x)
{
    double worst = 0, scale = 0, top = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = h[i * n + i] > 0 ? 1 / sqrt(h[i * n + i]) : 0;
        const bool low = !nonneg || nonneg[i];
        double y = (hc_dot(h + i * n, x, n) - g[i]) * d;
        if (low && !(x[i] > 0))
            y = y < 0 ? -y : 0;
        scale = fmax(scale, fabs(g[i]) * d);
        worst = fmax(worst, fabs(y));
        if (low && x[i] < 0 && d > 0)
            top = fmax(top, -x[i] / d);
    }
    return (worst + top) / (scale > 0 ? scale : 1);
}

hc_status hc_nnls_normal(size_t n, const double *h, const double *g,
                         const bool *nonneg, bool warm, double *x,
                         hc_nnls_info *info, hc_err *err)
{
    work w;
    hc_status st = work_make(&w, n, h, g, nonneg, err);
    if (st != HC_OK)
        return st;
    bool *barred = malloc(n + 1);
    if (!barred) {
        work_free(&w);
        return hc_fail_nomem(err);
    }
    for (size_t i = 0; i < n; i++)
        w.passive[i] = w.d[i] > 0 && (!bounded(&w, i) || (warm && x[i] > 0));
    if (!block_pivot(&w)) {
        if (!lawson_hanson(&w, barred)) {
            st = hc_fail(err, HC_INTERNAL,
                         "non-negative least squares did not end");
            goto cleanup;
        }
    }
    solve(&w, 2);
    for (size_t i = 0; i < n; i++)
        x[i] = w.passive[i] && (!bounded(&w, i) || w.x[i] > 0)
                   ? w.x[i] * w.d[i]
                   : 0;
    if (info)
        *info =
            (hc_nnls_info){w.nf, w.pivots, hc_nnls_kkt(n, h, g, nonneg, x)};
cleanup:
    free(barred);
    work_free(&w);
    return st;
}

hc_status hc_nnls(size_t m, size_t n, const double *a, const double *b,
                  const bool *nonneg, double *x, hc_nnls_info *info,
                  hc_err *err)
{
    double *h = malloc((n * n + n + 1) * sizeof *h);
    if (!h)
        return hc_fail_nomem(err);
    hc_gram(a, m, n, h);
    for (size_t j = 0; j < n; j++)
        h[n * n + j] = hc_dot(a + j * m, b, m);
    const hc_status st =
        hc_nnls_normal(n, h, h + n * n, nonneg, false, x, info, err);
    free(h);
    return st;
}
