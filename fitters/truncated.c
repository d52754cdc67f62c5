/* truncated.c: samples of a Gaussian held at or above zero, truncated.h */
#include "fitters/truncated.h"

#include "fitters/dense.h"
#include "fitters/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BURN_IN = 50, BOUNCES_MAX = 100000 };

/* x - mean = q sin t + p cos t: p where it is, q its velocity; covariance c,
 * factor l of the precision. */
typedef struct {
    size_t n;
    const bool *nonneg;
    double *l, *c, *mean, *p, *q;
    hc_random rng;
} walker;

static void new_velocity(walker *w)
{
    for (size_t i = 0; i < w->n; i++)
        w->q[i] = hc_random_normal(&w->rng);
    hc_lower_solve_t(w->l, w->n, w->q);
}

/* Time after which wall i is met, HUGE_VAL when it is not within `left`. */
static double meets(const walker *w, size_t i, double left, bool just_left)
{
    const double p = w->p[i], q = w->q[i], m = w->mean[i];
    const double u2 = p * p + q * q;
    if (u2 <= m * m)
        return HUGE_VAL;
    /* p cos t + q sin t = u cos(t - a) */
    const double a = atan2(q, p), b = acos(fmax(-1, -m / sqrt(u2)));
    double best = HUGE_VAL;
    for (int side = -1; side <= 1; side += 2) {
        double t = a + side * b;
        t = t < 0 ? t + 2 * M_PI : t;
        /* on the wall itself: the crossing that comes next is the other */
        if (just_left && (t < 1e-9 || t > 2 * M_PI - 1e-9))
            continue;
        /* only the way out counts */
        if (q * cos(t) - p * sin(t) < 0 && t < best)
            best = t;
    }
    return best < left ? best : HUGE_VAL;
}

static void advance(walker *w, double t)
{
    const double c = cos(t), s = sin(t);
    for (size_t i = 0; i < w->n; i++) {
        const double p = w->p[i], q = w->q[i];
        w->p[i] = p * c + q * s;
        w->q[i] = q * c - p * s;
    }
}

static void reflect(walker *w, size_t wall)
{
    const double *c = w->c + wall * w->n;
    const double t = 2 * w->q[wall] / c[wall];
    w->p[wall] = -w->mean[wall];
    for (size_t i = 0; i < w->n; i++)
        w->q[i] -= t * c[i];
}

/* The wall nearest by speed: a first guess of which is met first. */
static size_t nearest(const walker *w, size_t last)
{
    size_t best = w->n;
    double t = HUGE_VAL;
    for (size_t i = 0; i < w->n; i++) {
        if ((w->nonneg && !w->nonneg[i]) || i == last || w->q[i] >= 0)
            continue;
        const double mine = (w->p[i] + w->mean[i]) / -w->q[i];
        if (mine < t) {
            t = mine;
            best = i;
        }
    }
    return best;
}

/* First wall within `left`, and when; n when there is none. */
static size_t first_wall(const walker *w, double left, size_t last, double *t)
{
    size_t wall = w->n;
    const size_t guess = nearest(w, last);
    *t = left;
    for (size_t k = 0; k <= w->n; k++) {
        const size_t i = k == 0 ? guess : k - 1;
        if (i == w->n || (w->nonneg && !w->nonneg[i]))
            continue;
        /* x falls at most this far within t */
        const double reach =
            fmax(-w->q[i], 0) * *t + fabs(w->p[i]) * *t * *t / 2;
        if (i != last && w->p[i] + w->mean[i] > reach)
            continue;
        const double hit = meets(w, i, *t, i == last);
        if (hit < *t) {
            *t = hit;
            wall = i;
        }
    }
    return wall;
}

static void walk(walker *w)
{
    double left = M_PI / 2;
    size_t last = w->n;
    new_velocity(w);
    for (int k = 0; k < BOUNCES_MAX; k++) {
        double t;
        const size_t wall = first_wall(w, left, last, &t);
        advance(w, t);
        if (wall == w->n)
            return;
        reflect(w, wall);
        left -= t;
        last = wall;
    }
}

hc_status hc_truncated_normal(size_t n, const double *h, const double *g,
                              const bool *nonneg, const double *start,
                              size_t samples, uint64_t seed, double *out,
                              hc_err *err)
{
    walker w = {.n = n, .nonneg = nonneg};
    w.l = malloc((2 * n * n + 3 * n) * sizeof *w.l);
    if (!w.l)
        return hc_fail_nomem(err);
    w.c = w.l + n * n;
    w.mean = w.c + n * n;
    w.p = w.mean + n;
    w.q = w.p + n;
    memcpy(w.l, h, n * n * sizeof *h);
    if (!hc_cholesky(w.l, n, 0)) {
        free(w.l);
        return hc_fail(err, HC_INTERNAL,
                       "the precision matrix is not positive definite");
    }
    hc_cholesky_inverse(w.l, n, w.c);
    memcpy(w.mean, g, n * sizeof *g);
    hc_cholesky_solve(w.l, n, w.mean);
    for (size_t i = 0; i < n; i++) {
        const double inside = !nonneg || nonneg[i]
                                  ? fmax(start[i], 1e-3 * sqrt(w.c[i * n + i]))
                                  : start[i];
        w.p[i] = inside - w.mean[i];
    }
    hc_random_seed(&w.rng, seed);
    for (size_t k = 0; k < BURN_IN + samples; k++) {
        walk(&w);
        for (size_t i = 0; i < n && k >= BURN_IN; i++) {
            const double x = w.p[i] + w.mean[i];
            out[(k - BURN_IN) * n + i] = nonneg && !nonneg[i] ? x : fmax(x, 0);
        }
    }
    free(w.l);
    return HC_OK;
}
