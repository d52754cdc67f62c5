#include "fitters/lm.h"

#include "fitters/dense.h"

#include <math.h>
#include <string.h>

enum { REJECTIONS = 12 };

static const double lambda_start = 0.1;

static double clip(const hc_lm *lm, int i, double x)
{
    if (lm->lo != NULL && x < lm->lo[i])
        return lm->lo[i];
    if (lm->hi != NULL && x > lm->hi[i])
        return lm->hi[i];
    return x;
}

void hc_lm_begin(const hc_lm *lm, hc_lm_state *s, const double *x)
{
    s->lambda = lambda_start;
    s->nu = 2;
    s->steps = s->calm = 0;
    s->promise = INFINITY;
    s->end = HC_LM_GOING;
    for (int i = 0; i < lm->n; i++) {
        s->x[i] = clip(lm, i, x[i]);
        s->diag[i] = 0;
    }
    s->cost = NAN;
}

/* Unknowns that may move: not those on a bound with the gradient outwards.
 */
static int movable(const hc_lm *lm, const hc_lm_state *s, const double *grad,
                   int *index)
{
    int m = 0;
    for (int i = 0; i < lm->n; i++) {
        bool low = lm->lo != NULL && s->x[i] <= lm->lo[i] && grad[i] > 0;
        bool high = lm->hi != NULL && s->x[i] >= lm->hi[i] && grad[i] < 0;
        if (!low && !high)
            index[m++] = i;
    }
    return m;
}

/* Largest half of the acceleration beside the velocity that is trusted. */
static const double most_bend = 0.375;

/* h plus half the acceleration along it, from the factor a of the damped
 * system over index[m]. */
static void bend(const hc_lm *lm, const hc_lm_state *s, const double *a,
                 const int *index, int m, double *h)
{
    double second[HC_LM_MAX], b[HC_LM_MAX], size = 0, bent = 0;
    lm->bend(lm->ctx, s->x, h, second);
    for (int i = 0; i < m; i++)
        b[i] = -0.5 * second[index[i]];
    hc_cholesky_solve(a, (size_t)m, b);
    for (int i = 0; i < m; i++) {
        double d = s->diag[index[i]];
        size += d * h[index[i]] * h[index[i]];
        bent += d * b[i] * b[i];
    }
    for (int i = 0; i < m && bent <= most_bend * most_bend * size; i++)
        h[index[i]] += b[i];
}

/* h of the damped system over the movable unknowns; false if singular. */
static bool solve(const hc_lm *lm, const hc_lm_state *s, const double *jtj,
                  const double *grad, const int *index, int m, double floor,
                  double *h)
{
    double a[HC_LM_MAX * HC_LM_MAX], b[HC_LM_MAX];
    for (int i = 0; i < m; i++) {
        const double *row = jtj + index[i] * lm->n;
        for (int k = 0; k <= i; k++)
            a[i * m + k] = row[index[k]];
        a[i * m + i] += s->lambda * fmax(s->diag[index[i]], floor);
        b[i] = -grad[index[i]];
    }
    if (!hc_cholesky(a, (size_t)m, 0))
        return false;
    hc_cholesky_solve(a, (size_t)m, b);
    memset(h, 0, (size_t)lm->n * sizeof *h);
    for (int i = 0; i < m; i++)
        h[index[i]] = b[i];
    if (lm->bend != NULL)
        bend(lm, s, a, index, m, h);
    return true;
}

/* Shorten the whole step to the caps, clip to the boxes. */
static void limit(const hc_lm *lm, const hc_lm_state *s, double *h, double *x)
{
    double f = 1;
    for (int i = 0; i < lm->n && lm->cap != NULL; i++)
        if (fabs(h[i]) * f > lm->cap[i])
            f = lm->cap[i] / fabs(h[i]);
    for (int i = 0; i < lm->n; i++) {
        x[i] = clip(lm, i, s->x[i] + f * h[i]);
        h[i] = x[i] - s->x[i];
    }
}

/* Reduction of the cost that the quadratic model promises. */
static double promised(int n, const double *jtj, const double *grad,
                       const double *h)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double row = 0;
        for (int k = 0; k < n; k++)
            row += jtj[i * n + k] * h[k];
        sum -= h[i] * (2 * grad[i] + row);
    }
    return sum;
}

static void accept(hc_lm_state *s, int n, const double *x, double cost,
                   double promise, double gain)
{
    double won = s->cost - cost, rho = promise > 0 ? won / promise : 1;
    double t = 2 * rho - 1;
    s->lambda *= fmax(0.2, 1 - t * t * t);
    if (s->lambda < 1e-20)
        s->lambda = 1e-20;
    s->nu = 2;
    s->calm = won <= gain * s->cost ? s->calm + 1 : 0;
    memcpy(s->x, x, (size_t)n * sizeof *x);
    s->cost = cost;
    s->promise = promise;
}

void hc_lm_run(const hc_lm *lm, hc_lm_state *s, int steps, double gain)
{
    double jtj[HC_LM_MAX * HC_LM_MAX], grad[HC_LM_MAX], h[HC_LM_MAX];
    double x[HC_LM_MAX];
    int index[HC_LM_MAX];
    if (isinf(s->cost))
        return;
    double at = lm->cost(lm->ctx, s->x);
    if (isnan(s->cost))
        s->cost = isfinite(at) ? at : INFINITY;
    s->end = isinf(s->cost) ? HC_LM_STUCK : HC_LM_GOING;
    s->calm = 0;
    for (int step = 0; step < steps && s->end == HC_LM_GOING; step++) {
        double top = 0;
        bool taken = false;
        lm->normal(lm->ctx, jtj, grad);
        for (int i = 0; i < lm->n; i++) {
            s->diag[i] = fmax(s->diag[i], jtj[i * lm->n + i]);
            top = fmax(top, s->diag[i]);
        }
        int m = movable(lm, s, grad, index);
        for (int r = 0; r < REJECTIONS && !taken && m > 0; r++) {
            double cost = INFINITY, promise = 0;
            if (solve(lm, s, jtj, grad, index, m, 1e-12 * top, h)) {
                limit(lm, s, h, x);
                promise = promised(lm->n, jtj, grad, h);
                cost = lm->cost(lm->ctx, x);
            }
            if (cost < s->cost) {
                accept(s, lm->n, x, cost, promise, gain);
                taken = true;
            } else if (isfinite(cost) && promise >= 0 &&
                       promise <= 1e-15 * s->cost) {
                break; /* at the floor of the arithmetic */
            } else {
                s->lambda *= s->nu;
                s->nu *= 2;
            }
        }
        s->steps++;
        if (!taken) {
            s->end = HC_LM_STUCK;
            lm->cost(lm->ctx, s->x);
        } else if (s->calm >= 2 || s->cost <= lm->cost_floor) {
            s->end = HC_LM_CONVERGED;
        }
    }
}
