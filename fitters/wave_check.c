/* wave_check.c: is a record fit to be analysed, and what shape has it? */
#include "fitters/wave_private.h"

#include "core/number.h"
#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>

/* ---- sampling ---- */

hc_status hc_wave_uniform(const double *t_s, size_t n, double *dt_s,
                          hc_err *err)
{
    if (n < 2)
        return hc_fail(err, HC_DATA, "%zu samples are too few", n);
    double least = HUGE_VAL, most = 0;
    size_t widest = 1;
    for (size_t k = 1; k < n; k++) {
        const double d = t_s[k] - t_s[k - 1];
        if (!(d > 0))
            return hc_fail(err, HC_DATA,
                           "time does not rise at sample %zu: %.10g s after "
                           "%.10g s",
                           k + 1, t_s[k], t_s[k - 1]);
        if (d < least)
            least = d;
        if (d > most) {
            most = d;
            widest = k;
        }
    }
    const double dt = (t_s[n - 1] - t_s[0]) / (double)(n - 1);
    double off = 0;
    for (size_t k = 1; k < n; k++) {
        const double e = fabs(t_s[k] - t_s[0] - (double)k * dt);
        if (e > off)
            off = e;
    }
    if (most > 1.9 * least && off > 0.2 * dt) {
        size_t wide = 0;
        for (size_t k = 1; k < n; k++)
            wide += t_s[k] - t_s[k - 1] > 1.5 * least;
        if (wide <= n / 50 + 1)
            return hc_fail(err, HC_DATA,
                           "a gap in the sampling: %.10g s to %.10g s, "
                           "elsewhere %.6g s (%zu gaps)",
                           t_s[widest - 1], t_s[widest], least, wide);
    }
    if (off > 0.2 * dt)
        return hc_fail(err, HC_DATA,
                       "sampling is not uniform: distances in time from "
                       "%.6g to %.6g s",
                       least, most);
    *dt_s = dt;
    return HC_OK;
}

/* ---- clipping ---- */

static size_t run_from(const double *x, size_t n, size_t k)
{
    size_t m = 1;
    while (k + m < n && x[k + m] == x[k])
        m++;
    return m;
}

static size_t run_before(const double *x, size_t k)
{
    size_t m = 0;
    while (m < k && x[k - 1 - m] == x[k - 1])
        m++;
    return m;
}

hc_status hc_wave_clipped(const double *x, size_t n, const char *what,
                          hc_err *err)
{
    double low = x[0], high = x[0];
    size_t still = 0, flats = 0, longest = 0, samples = 0;
    double at = 0;
    for (size_t k = 1; k < n; k++) {
        low = x[k] < low ? x[k] : low;
        high = x[k] > high ? x[k] : high;
        still += x[k] == x[k - 1];
    }
    if (still > n / 2 || high == low)
        return HC_OK; /* steps and coarse digits */
    for (size_t k = 0; k < n;) {
        const size_t m = run_from(x, n, k);
        if ((x[k] == low || x[k] == high) && k > 0 && k + m < n && m >= 4) {
            const size_t a = run_before(x, k), b = run_from(x, n, k + m);
            /* a peak rounded to digits has neighbours of like length */
            if (m > 5 * (a > b ? a : b)) {
                flats++;
                samples += m;
                if (m > longest) {
                    longest = m;
                    at = x[k];
                }
            }
        }
        k += m;
    }
    if (flats == 0)
        return HC_OK;
    return hc_fail(err, HC_DATA,
                   "the %s is clipped: %zu samples in %zu flat tops, the "
                   "longest %zu samples at %.6g; lower the amplitude or take "
                   "a wider range",
                   what, samples, flats, longest, at);
}

hc_status hc_wave_moves(const double *x, size_t n, const char *what,
                        hc_err *err)
{
    double low = x[0], high = x[0];
    for (size_t k = 1; k < n; k++) {
        low = x[k] < low ? x[k] : low;
        high = x[k] > high ? x[k] : high;
    }
    if (high - low > 1e-13 * fmax(fabs(low), fabs(high)))
        return HC_OK;
    return hc_fail(err, HC_NO, "no excitation: the %s stays at %.6g", what,
                   x[0]);
}

/* ---- shape ---- */

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

double hc_wave_noise(const double *x, size_t n)
{
    enum { PROBES = 4096 };
    double d[PROBES];
    const size_t stride = (n - 1) / PROBES + 1;
    size_t m = 0;
    for (size_t k = 0; k + 1 < n && m < PROBES; k += stride)
        d[m++] = fabs(x[k + 1] - x[k]);
    qsort(d, m, sizeof *d, falling);
    return m ? d[m / 2] / (0.6745 * sqrt(2)) : 0;
}

void hc_wave_hold(double *x, size_t n)
{
    const double noise = hc_wave_noise(x, n);
    for (size_t a = 0, b; a < n; a = b) {
        double mean = x[a], square = 0;
        for (b = a + 1; b < n && fabs(x[b] - mean) <= 5 * noise; b++) {
            const double e = x[b] - mean;
            mean += e / (double)(b - a + 1);
            square += e * (x[b] - mean);
        }
        if (b - a < 16 || square > 1.2 * noise * noise * (double)(b - a))
            continue;
        for (size_t k = a; k < b; k++)
            x[k] = mean;
    }
}

double hc_wave_edge_part(const double *x, size_t n)
{
    enum { BLOCKS = 512 };
    double mean[BLOCKS], low = x[0], high = x[0];
    const size_t m = n < BLOCKS ? n : BLOCKS;
    for (size_t b = 0; b < m; b++) {
        const size_t from = b * n / m, to = (b + 1) * n / m;
        mean[b] = 0;
        for (size_t k = from; k < to; k++) {
            mean[b] += x[k];
            low = fmin(low, x[k]);
            high = fmax(high, x[k]);
        }
        mean[b] /= (double)(to - from);
    }
    /* what moves fast all along is no noise upon steps */
    double noise = hc_wave_noise(x, n);
    noise *=
        noise < 0.02 * (high - low) ? 2 * sqrt(2 * (double)m / (double)n) : 0;
    double all = 0, sum = 0;
    for (size_t b = 0; b + 1 < m; b++) {
        mean[b] = fmax(0, fabs(mean[b + 1] - mean[b]) - noise);
        all += mean[b];
    }
    qsort(mean, m - 1, sizeof *mean, falling);
    size_t k = 0;
    while (k + 1 < m && sum < 0.9 * all)
        sum += mean[k++];
    return all > 0 ? (double)k / (double)m : 1;
}

/* ---- trend ---- */

hc_status hc_wave_block_trend(const double *mean, size_t n, long order,
                              double c[HC_WAVE_ORDERS], hc_err *err)
{
    const size_t m = (size_t)order + 1;
    double gram[HC_WAVE_ORDERS * HC_WAVE_ORDERS] = {0};
    if (order < 0 || m > HC_WAVE_ORDERS || n < m)
        return hc_fail(err, HC_INTERNAL, "trend of order %ld over %zu blocks",
                       order, n);
    for (size_t j = 0; j < HC_WAVE_ORDERS; j++)
        c[j] = 0;
    for (size_t k = 0; k < n; k++) {
        const double a = 2 * (double)k / (double)n - 1, b = a + 2 / (double)n;
        double p[HC_WAVE_ORDERS], pa = a, pb = b;
        for (size_t j = 0; j < m; j++, pa *= a, pb *= b)
            p[j] = (pb - pa) / ((double)(j + 1) * (b - a));
        for (size_t j = 0; j < m; j++) {
            c[j] += mean[k] * p[j];
            for (size_t i = 0; i <= j; i++)
                gram[j * m + i] += p[i] * p[j];
        }
    }
    if (!hc_cholesky(gram, m, 1e-12))
        return hc_fail(err, HC_DATA, "too few samples for a trend");
    hc_cholesky_solve(gram, m, c);
    return HC_OK;
}

double hc_wave_trend_at(const double c[HC_WAVE_ORDERS], double u)
{
    double y = c[HC_WAVE_ORDERS - 1];
    for (int j = HC_WAVE_ORDERS - 2; j >= 0; j--)
        y = y * u + c[j];
    return y;
}

hc_status hc_wave_detrend(double *x, size_t n, int order, hc_err *err)
{
    enum { BLOCKS = 64 };
    double mean[BLOCKS] = {0}, c[HC_WAVE_ORDERS];
    const size_t m = n < BLOCKS ? n : BLOCKS, len = n / m, used = m * len;
    for (size_t b = 0; b < m; b++) {
        mean[b] = 0;
        for (size_t k = 0; k < len; k++)
            mean[b] += x[b * len + k];
        mean[b] /= (double)len;
    }
    const hc_status st = hc_wave_block_trend(mean, m, order, c, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 0; k < n; k++)
        x[k] -= hc_wave_trend_at(c, (2 * (double)k + 1) / (double)used - 1);
    return HC_OK;
}
