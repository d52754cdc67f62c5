/* truncated.c: samples of a Gaussian held at or above zero, truncated.h */
#include "fitters/truncated.h"

#include "fitters/dense.h"
#include "fitters/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BURN_IN = 50, SWEEPS = 3, ORDERS = 5 };
/* Moves that begin at neighbouring unknowns stand in a block, and the slopes
 * elsewhere hear of them when the block is done. */
enum { BLOCK = 16, WINDOW = BLOCK + ORDERS - 1 };

/* Directions that are walked along: differences of neighbours of order 0 to
 * ORDERS - 1, which the data of a deconvolution feel less and less.
 * x = d * scaled x. */
typedef struct {
    size_t n;
    const bool *nonneg;
    double *d, *x, *slope; /* slope = h x - g, scaled */
    double *h;             /* scaled, n x n */
    double *hd;            /* [ORDERS][n][WINDOW] h times the differences,
                            * from the first of the block on */
    double *sd; /* [ORDERS][n] (difference^T h difference)^-1/2, or 0 */
    hc_random rng;
    double spare[2]; /* normals, and how many of them are left */
    int spares;
} walker;

static const double pattern[ORDERS][ORDERS] = {
    {1}, {1, -1}, {1, -2, 1}, {1, -3, 3, -1}, {1, -4, 6, -4, 1}};
/* -1 over that. */
static const double wall[ORDERS][ORDERS] = {{-1},
                                            {-1, 1},
                                            {-1, 0.5, -1},
                                            {-1, 1 / 3.0, -1 / 3.0, 1},
                                            {-1, 0.25, -1 / 6.0, 0.25, -1}};

/* ---- one dimension ---- */

/* Standard normal between a and b, 0 < a < b (C. P. Robert, Stat. Comput. 5
 * (1995) 121, 10.1007/BF00143942). */
static double tail(hc_random *rng, double a, double b)
{
    const double rate = (a + sqrt(a * a + 4)) / 2;
    if (rate * (b - a) < 1) /* nearly flat */
        for (;;) {
            const double t = a + (b - a) * hc_random_uniform(rng);
            if (hc_random_uniform(rng) <= exp((a * a - t * t) / 2))
                return t;
        }
    for (;;) {
        const double t = a - log1p(-hc_random_uniform(rng)) / rate;
        const double e = t - rate;
        if (t < b && hc_random_uniform(rng) <= exp(-e * e / 2))
            return t;
    }
}

static double normal(walker *w)
{
    if (w->spares == 0) {
        hc_random_normals(&w->rng, w->spare);
        w->spares = 2;
    }
    return w->spare[--w->spares];
}

static double between(walker *w, double a, double b)
{
    hc_random *rng = &w->rng;
    if (!(b > a))
        return a;
    if (a > 0)
        return tail(rng, a, b);
    if (b < 0)
        return -tail(rng, -b, -a);
    if (b - a < 2)
        for (;;) {
            const double t = a + (b - a) * hc_random_uniform(rng);
            if (hc_random_uniform(rng) <= exp(-t * t / 2))
                return t;
        }
    for (;;) {
        const double t = normal(w);
        if (t >= a && t <= b)
            return t;
    }
}

/* Step along a line on which the density has this slope of -ln and this
 * standard deviation. */
static double draw(walker *w, double slope, double sd, double lo, double hi)
{
    const double one = 1 / sd, mean = slope * sd;
    const double t =
        sd * (between(w, lo * one + mean, hi * one + mean) - mean);
    return fmin(hi, fmax(lo, t));
}

/* ---- moves ---- */

/* Returns how far x went: rounding must not carry it below zero. */
static double step(walker *w, size_t i, double t)
{
    const double before = w->x[i];
    w->x[i] += t;
    if ((!w->nonneg || w->nonneg[i]) && w->x[i] < 0)
        w->x[i] = 0;
    return w->x[i] - before;
}

/* One move in the block that begins at `first`; by[] sums up the steps. */
static void local(walker *w, size_t order, size_t at, size_t first, double *by)
{
    double lo = -HUGE_VAL, hi = HUGE_VAL, slope = 0;
    const double *c = pattern[order], *to = wall[order];
    const double sd = w->sd[order * w->n + at];
    const size_t left = w->n - first;
    if (!(sd > 0))
        return;
    for (size_t k = 0; k <= order; k++) {
        slope += c[k] * w->slope[at + k];
        if (w->nonneg && !w->nonneg[at + k])
            continue;
        const double t = w->x[at + k] * to[k];
        if (to[k] < 0)
            lo = t > lo ? t : lo;
        else
            hi = t < hi ? t : hi;
    }
    const double t = draw(w, slope, sd, lo, hi);
    for (size_t k = 0; k <= order; k++)
        by[at + k - first] += step(w, at + k, t * c[k]);
    hc_subtract(w->slope + first, -t, w->hd + (order * w->n + at) * WINDOW,
                left < WINDOW ? left : WINDOW);
}

static void walk_block(walker *w, size_t first)
{
    const size_t n = w->n, end = first + WINDOW < n ? first + WINDOW : n;
    double by[WINDOW] = {0};
    for (size_t order = 0; order < ORDERS; order++)
        for (size_t at = first; at < first + BLOCK && at + order < n; at++)
            local(w, order, at, first, by);
    for (size_t k = first; k < end; k++) {
        const double *row = w->h + k * n;
        hc_subtract(w->slope, -by[k - first], row, first);
        hc_subtract(w->slope + end, -by[k - first], row + end, n - end);
    }
}

static void sweep(walker *w)
{
    for (size_t first = 0; first < w->n; first += BLOCK)
        walk_block(w, first);
}

/* ---- set-up ---- */

/* h times the differences that begin at `at`, and how they curve. */
static void differences(walker *w, size_t at)
{
    const size_t n = w->n, first = at - at % BLOCK;
    const size_t len = n - first < WINDOW ? n - first : WINDOW;
    for (size_t order = 0; order < ORDERS && at + order < n; order++) {
        double *hd = w->hd + (order * n + at) * WINDOW, curve = 0;
        memset(hd, 0, WINDOW * sizeof *hd);
        for (size_t k = 0; k <= order; k++)
            hc_subtract(hd, -pattern[order][k], w->h + (at + k) * n + first,
                        len);
        for (size_t k = 0; k <= order; k++)
            curve += pattern[order][k] * hd[at + k - first];
        w->sd[order * n + at] = curve > 0 ? 1 / sqrt(curve) : 0;
    }
}

/* False where h is not positive definite; work[n^2]. */
static bool prepare(walker *w, const double *h, const double *start,
                    double *work)
{
    const size_t n = w->n;
    for (size_t i = 0; i < n; i++)
        w->d[i] = h[i * n + i] > 0 ? 1 / sqrt(h[i * n + i]) : 0;
    for (size_t i = 0; i < n; i++) {
        if (!(w->d[i] > 0))
            return false;
        for (size_t k = 0; k < n; k++)
            w->h[i * n + k] = h[i * n + k] * w->d[i] * w->d[k];
        w->x[i] = start[i] / w->d[i];
        if (!w->nonneg || w->nonneg[i])
            w->x[i] = fmax(w->x[i], 0);
    }
    for (size_t at = 0; at < n; at++)
        differences(w, at);
    memcpy(work, w->h, n * n * sizeof *work);
    return hc_cholesky(work, n, 0);
}

hc_status hc_truncated_normal(size_t n, const double *h, const double *g,
                              const bool *nonneg, const double *start,
                              size_t samples, uint64_t seed, double *out,
                              hc_err *err)
{
    walker w = {.n = n, .nonneg = nonneg};
    w.d = malloc((2 * n * n + (ORDERS * (WINDOW + 1) + 3) * n) * sizeof *w.d);
    if (!w.d)
        return hc_fail_nomem(err);
    w.x = w.d + n;
    w.slope = w.x + n;
    w.sd = w.slope + n;
    w.h = w.sd + ORDERS * n;
    w.hd = w.h + 2 * n * n;
    hc_random_seed(&w.rng, seed);
    if (!prepare(&w, h, start, w.h + n * n)) {
        free(w.d);
        return hc_fail(err, HC_INTERNAL,
                       "the precision matrix is not positive definite");
    }
    for (size_t k = 0; k < BURN_IN + samples; k++) {
        /* now and then without what rounding has added up to */
        for (size_t i = 0; i < n && k % 16 == 0; i++)
            w.slope[i] = hc_dot(w.h + i * n, w.x, n) - g[i] * w.d[i];
        for (int s = 0; s < SWEEPS; s++)
            sweep(&w);
        for (size_t i = 0; i < n && k >= BURN_IN; i++)
            out[(k - BURN_IN) * n + i] = w.x[i] * w.d[i];
    }
    free(w.d);
    return HC_OK;
}
