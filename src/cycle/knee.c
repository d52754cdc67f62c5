/* knee.c: where a fading curve turns down (see knee.h) */
#include "cycle/knee.h"

#include <math.h>

enum { KNEE_MIN = 12, KNEE_GRID = 400 };

/* Least squares of y on 1, u = x - xm and h = max(0, x - x0).  Returns the
 * residual sum of squares; beta[3]. */
static double hinge_fit(const double *x, const double *y, size_t n, double x0,
                        double xm, double beta[3])
{
    double a[3][4] = {{0}}, ss = 0;

    for (size_t k = 0; k < n; k++) {
        double r[3] = {1, x[k] - xm, x[k] > x0 ? x[k] - x0 : 0};

        for (int p = 0; p < 3; p++) {
            for (int q = 0; q < 3; q++)
                a[p][q] += r[p] * r[q];
            a[p][3] += r[p] * y[k];
        }
    }
    for (int p = 0; p < 3; p++) { /* symmetric positive: no pivoting */
        if (a[p][p] <= 0) {
            beta[0] = beta[1] = beta[2] = 0;
            return INFINITY;
        }
        for (int q = p + 1; q < 3; q++) {
            double f = a[q][p] / a[p][p];

            for (int c = p; c < 4; c++)
                a[q][c] -= f * a[p][c];
        }
    }
    for (int p = 2; p >= 0; p--) {
        beta[p] = a[p][3];
        for (int q = p + 1; q < 3; q++)
            beta[p] -= a[p][q] * beta[q];
        beta[p] /= a[p][p];
    }
    for (size_t k = 0; k < n; k++) {
        double h = x[k] > x0 ? x[k] - x0 : 0;
        double e = y[k] - beta[0] - beta[1] * (x[k] - xm) - beta[2] * h;

        ss += e * e;
    }
    return ss;
}

static double line_rss(const double *x, const double *y, size_t n, double xm)
{
    double ym = 0, sxx = 0, sxy = 0, ss = 0;

    for (size_t k = 0; k < n; k++)
        ym += y[k] / (double)n;
    for (size_t k = 0; k < n; k++) {
        sxx += (x[k] - xm) * (x[k] - xm);
        sxy += (x[k] - xm) * (y[k] - ym);
    }
    for (size_t k = 0; k < n; k++) {
        double e = y[k] - ym - sxy / sxx * (x[k] - xm);

        ss += e * e;
    }
    return ss;
}

/* Autocorrelation of the residuals at lag 1, for the effective number of
 * points n (1 - rho)/(1 + rho). */
static double residual_rho(const double *x, const double *y, size_t n,
                           double x0, double xm, const double beta[3])
{
    double before = 0, ss = 0, s1 = 0;

    for (size_t k = 0; k < n; k++) {
        double h = x[k] > x0 ? x[k] - x0 : 0;
        double e = y[k] - beta[0] - beta[1] * (x[k] - xm) - beta[2] * h;

        ss += e * e;
        if (k > 0)
            s1 += e * before;
        before = e;
    }
    return ss > 0 ? fmin(0.95, fmax(0, s1 / ss)) : 0;
}

static double farthest_from_chord(const double *x, const double *y, size_t n)
{
    double slope = (y[n - 1] - y[0]) / (x[n - 1] - x[0]), best = 0;
    double where = NAN;

    for (size_t k = 1; k + 1 < n; k++) {
        double d = y[k] - y[0] - slope * (x[k] - x[0]);

        if (d > best) {
            best = d;
            where = x[k];
        }
    }
    return where;
}

/* Where the profile of the sum of squares crosses `limit`, from inside (at
 * `in`) to outside (at `out`). */
static double crossing(const double *x, const double *y, size_t n, double xm,
                       double in, double out, double limit)
{
    double beta[3];

    for (int k = 0; k < 30; k++) {
        double mid = 0.5 * (in + out);

        if (hinge_fit(x, y, n, mid, xm, beta) <= limit)
            in = mid;
        else
            out = mid;
    }
    return 0.5 * (in + out);
}

/* Smallest sum of squares over x0 in [lo, hi] on an even grid. */
static double best_of(const double *x, const double *y, size_t n, double xm,
                      double lo, double hi, int grid, double *x0,
                      double beta[3])
{
    double best = INFINITY, b[3];

    for (int g = 0; g <= grid; g++) {
        double at = lo + (hi - lo) * (double)g / grid;
        double rss = hinge_fit(x, y, n, at, xm, b);

        if (rss < best) {
            best = rss;
            *x0 = at;
            for (int p = 0; p < 3; p++)
                beta[p] = b[p];
        }
    }
    return best;
}

/* Interval of x0 by the profile: outwards until the limit is crossed. */
static void profile(hc_knee *knee, const double *x, const double *y, size_t n,
                    double xm, double limit)
{
    double beta[3], lo = x[1], hi = x[n - 2];
    double step = (hi - lo) / KNEE_GRID;

    for (int side = -1; side <= 1; side += 2) {
        double in = knee->x, end = side < 0 ? lo : hi, out = in;

        while (fabs(end - in) > step) {
            out = in + side * step;
            if (hinge_fit(x, y, n, out, xm, beta) > limit)
                break;
            in = out;
        }
        if (in != out)
            in = crossing(x, y, n, xm, in, out, limit);
        *(side < 0 ? &knee->low : &knee->high) = in;
    }
}

hc_knee hc_knee_find(const double *x, const double *y, size_t n,
                     double min_bic_gain)
{
    hc_knee knee = {.x = NAN,
                    .low = NAN,
                    .high = NAN,
                    .kneedle = NAN,
                    .bic_gain = NAN,
                    .slope_before = NAN,
                    .slope_after = NAN,
                    .residual_sd = NAN,
                    .n = n};
    double beta[3] = {0}, xm = 0, best, line, step;

    if (n < KNEE_MIN || !(x[n - 1] > x[0]))
        return knee;
    for (size_t k = 0; k < n; k++)
        xm += x[k] / (double)n;
    best_of(x, y, n, xm, x[3], x[n - 4], KNEE_GRID, &knee.x, beta);
    step = (x[n - 4] - x[3]) / KNEE_GRID;
    best = best_of(x, y, n, xm, fmax(x[1], knee.x - step),
                   fmin(x[n - 2], knee.x + step), 40, &knee.x, beta);
    line = line_rss(x, y, n, xm);
    knee.slope_before = beta[1];
    knee.slope_after = beta[1] + beta[2];
    knee.residual_sd = sqrt(best / (double)(n - 4));
    knee.kneedle = farthest_from_chord(x, y, n);
    /* two parameters more than the line: x0 and the second slope */
    double rho = residual_rho(x, y, n, knee.x, xm, beta);
    double n_eff = fmax(6, (double)n * (1 - rho) / (1 + rho));

    knee.bic_gain = n_eff * log(line / fmax(best, 1e-300)) - 2 * log(n_eff);
    knee.found = knee.bic_gain > min_bic_gain && beta[2] < 0;
    profile(&knee, x, y, n, xm, best * (1 + 3.84 / (n_eff - 4)));
    return knee;
}
