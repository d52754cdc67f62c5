/* dqdv_smooth.c: linear smoothers of the counts that keep their sum
 *
 * Savitzky-Golay (order 3, 10.1021/ac60214a047) with the window of the least
 * leave-one-out error, and a discrete smoothing spline (Whittaker with third
 * differences, Eilers 2003, 10.1021/ac034173t) whose penalty comes from
 * generalised cross-validation (Craven and Wahba 1978, 10.1007/BF01404567).
 */
#include "cycle/dqdv.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_MIN = 5, WINDOW_MAX = 61, ORDER = 3 };

/* The normal equations of a cubic through points -m..m, factored. */
static bool sg_factor(long m, double a[16])
{
    memset(a, 0, 16 * sizeof *a);
    for (long k = -m; k <= m; k++) {
        double x = (double)k / (double)m, r[4] = {1, x, x * x, x * x * x};

        for (int p = 0; p <= ORDER; p++)
            for (int q = 0; q <= ORDER; q++)
                a[p * 4 + q] += r[p] * r[q];
    }
    return hc_cholesky(a, 4, 1e-14);
}

/* Weights of that cubic, evaluated at `at`. */
static void sg_weights(const double a[16], long m, long at, double *w)
{
    double x = (double)at / (double)m, b[4] = {1, x, x * x, x * x * x};

    hc_cholesky_solve(a, 4, b);
    for (long k = -m; k <= m; k++) {
        x = (double)k / (double)m;
        w[k + m] = b[0] + x * (b[1] + x * (b[2] + x * b[3]));
    }
}

/* First point of the window of point k and where in it k stands: at the ends
 * of the curve the cubic of the outermost window is used. */
static long window_of(long k, long m, long n, long *at)
{
    long from = k - m;

    if (from < 0)
        from = 0;
    if (from > n - 2 * m - 1)
        from = n - 2 * m - 1;
    *at = k - from - m;
    return from;
}

/* Mean squared leave-one-out error of half window m; the curve into y. */
static double sg_smooth(const hc_dqdv_curve *c, long m, double *y)
{
    double a[16], middle[WINDOW_MAX], edge[WINDOW_MAX], loo = 0;
    long n = (long)c->n;

    if (!sg_factor(m, a))
        return INFINITY;
    sg_weights(a, m, 0, middle);
    for (long k = 0; k < n; k++) {
        long at, from = window_of(k, m, n, &at);
        const double *use = middle;
        double sum = 0;

        if (at) {
            sg_weights(a, m, at, edge);
            use = edge;
        }
        for (long i = 0; i <= 2 * m; i++)
            sum += use[i] * c->raw[from + i];
        double e = (c->raw[k] - sum) / fmax(1e-3, 1 - use[at + m]);

        y[k] = sum;
        loo += e * e;
    }
    return loo / (double)n;
}

/* What the errors of the edges of the bins leave in the curve: what one bin
 * loses at an edge its neighbour gains. */
static void sg_errors(hc_dqdv_curve *c, const double *sd_raw, long m)
{
    double a[16], w[WINDOW_MAX];
    long n = (long)c->n;

    if (!sg_factor(m, a))
        return;
    sg_weights(a, m, 0, w);
    for (long k = 0; k < n; k++) {
        long at, from = window_of(k, m, n, &at);
        bool edge = at != 0;
        double var = 0;

        if (edge)
            sg_weights(a, m, at, w);
        for (long i = 0; i <= 2 * m; i++) {
            double dw = w[i] - (i ? w[i - 1] : 0);

            var += dw * dw * sd_raw[from + i] * sd_raw[from + i];
        }
        c->sd[k] = sqrt(var);
        if (edge)
            sg_weights(a, m, 0, w);
    }
}

/* The window asked for, or the one of the least leave-one-out error among
 * half windows about a fifth apart. */
static hc_status smooth_lean(hc_dqdv_curve *c, const double *sd_raw,
                             long window, hc_err *err)
{
    double *y = calloc(c->n, sizeof *y), best = INFINITY;
    long from = window ? window / 2 : WINDOW_MIN / 2;
    long to = window ? window / 2 : WINDOW_MAX / 2;

    if (!y)
        return hc_fail_nomem(err);
    memcpy(c->y, c->raw, c->n * sizeof *c->y);
    for (size_t k = 0; k < c->n; k++)
        c->sd[k] = M_SQRT2 * sd_raw[k];
    for (long m = from; m <= to && 4 * m + 2 <= (long)c->n;
         m += m < 5 ? 1 : m / 5) {
        double loo = sg_smooth(c, m, y);

        if (loo < best) {
            best = loo;
            c->window = 2 * m + 1;
            memcpy(c->y, y, c->n * sizeof *y);
        }
    }
    if (c->window)
        sg_errors(c, sd_raw, c->window / 2);
    free(y);
    return HC_OK;
}

/* (I + lambda D'D) z = y with third differences: bands 0..3 of a symmetric
 * positive matrix, factored L D L'. */
static void whittaker(const double *y, size_t n, double lambda, double *z,
                      double *band)
{
    static const double d3[4] = {-1, 3, -3, 1};
    double *b0 = band, *b1 = band + n, *b2 = band + 2 * n, *b3 = band + 3 * n;
    double *b[4] = {b0, b1, b2, b3};

    memset(band, 0, 4 * n * sizeof *band);
    for (size_t k = 0; k < n; k++)
        b0[k] = 1;
    for (size_t r = 0; r + 3 < n; r++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = i; j < 4; j++)
                b[j - i][r + i] += lambda * d3[i] * d3[j];
    /* b[s][k] is the element (k, k + s); afterwards l(k + s, k) */
    for (size_t k = 0; k < n; k++) {
        z[k] = y[k];
        for (size_t s = 1; s <= 3 && k + s < n; s++) {
            double f = b[s][k] / b0[k];

            for (size_t t = s; t <= 3 && k + t < n; t++)
                b[t - s][k + s] -= f * b[t][k];
        }
    }
    for (size_t k = 0; k < n; k++)
        for (size_t s = 1; s <= 3 && k + s < n; s++)
            z[k + s] -= b[s][k] / b0[k] * z[k];
    for (size_t k = n; k-- > 0;) {
        z[k] /= b0[k];
        for (size_t s = 1; s <= 3 && k + s < n; s++)
            z[k] -= b[s][k] / b0[k] * z[k + s];
    }
}

/* Sum of f(eigenvalue) of the smoother, from the eigenvalues of the circulant
 * neighbour: 1/(1 + lambda (2 - 2 cos)^3). */
/* With power 2 that of h^2 e: the error left of edges that move (e is the
 * spectrum of their differences). */
static double smoother_sum(size_t n, double lambda, int power)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++) {
        double e = 2 - 2 * cos(M_PI * (double)k / (double)n);
        double h = 1 / (1 + lambda * e * e * e);

        sum += power == 2 ? h * h * e : h;
    }
    return sum;
}

static hc_status smooth_spline(hc_dqdv_curve *c, const double *sd_raw,
                               hc_err *err)
{
    double *z = calloc(5 * c->n, sizeof *z), best = INFINITY;
    double n = (double)c->n;

    if (!z)
        return hc_fail_nomem(err);
    c->lambda = 1;
    for (int k = -8; k <= 40; k++) {
        double lambda = pow(10, 0.25 * k), rss = 0;

        whittaker(c->raw, c->n, lambda, z, z + c->n);
        for (size_t i = 0; i < c->n; i++)
            rss += (c->raw[i] - z[i]) * (c->raw[i] - z[i]);
        double free_part = 1 - smoother_sum(c->n, lambda, 1) / n;
        double gcv = rss / n / (free_part * free_part);

        if (gcv < best) {
            best = gcv;
            c->lambda = lambda;
        }
    }
    whittaker(c->raw, c->n, c->lambda, c->y, z);
    double shrink = sqrt(smoother_sum(c->n, c->lambda, 2) / n);

    for (size_t i = 0; i < c->n; i++)
        c->sd[i] = sd_raw[i] * shrink;
    free(z);
    return HC_OK;
}

hc_status hc_dqdv_smooth(hc_dqdv_curve *c, const double *sd_raw,
                         const hc_dqdv_rules *rules, hc_err *err)
{
    double sum = 0;
    hc_status st = rules->method == HC_DQDV_SPLINE
                       ? smooth_spline(c, sd_raw, err)
                       : smooth_lean(c, sd_raw, rules->window, err);

    if (st)
        return st;
    for (size_t k = 0; k < c->n; k++)
        sum += c->y[k] * c->bin_v;
    /* the edges of a Savitzky-Golay filter lose a little of the sum */
    if (sum > 0 && c->charge_ah > 0)
        for (size_t k = 0; k < c->n; k++) {
            c->y[k] *= c->charge_ah / sum;
            c->sd[k] *= c->charge_ah / sum;
        }
    return HC_OK;
}
