/* wave_period.c: length of the period of a sampled signal
 *
 * The squared difference of the signal and its shifted self, normalised to
 * the energy of the overlap (P. McLeod, G. Wyvill, "A smarter way to find
 * pitch", ICMC 2005): 1 at whole periods, whatever the wave form.
 */
#include "fitters/wave_private.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

enum { FIRST = 1 << 17, PROBES = 20000 };

/* r[k] = sum_j x_j x_(j+k), k < n, by FFT. */
static hc_status autocorrelation(const double *x, size_t n, double *r,
                                 hc_err *err)
{
    size_t m = 1;
    while (m < 2 * n)
        m *= 2;
    double *a = fftw_malloc(m * sizeof *a);
    double complex *f = fftw_malloc((m / 2 + 1) * sizeof *f);
    fftw_plan there =
        a && f ? fftw_plan_dft_r2c_1d((int)m, a, f, FFTW_ESTIMATE) : NULL;
    fftw_plan back =
        a && f ? fftw_plan_dft_c2r_1d((int)m, f, a, FFTW_ESTIMATE) : NULL;
    if (there && back) {
        for (size_t j = 0; j < m; j++)
            a[j] = j < n ? x[j] : 0;
        fftw_execute(there);
        for (size_t k = 0; k <= m / 2; k++)
            f[k] *= conj(f[k]);
        fftw_execute(back);
        for (size_t k = 0; k < n; k++)
            r[k] = a[k] / (double)m;
    }
    const bool ok = there && back;
    fftw_destroy_plan(there);
    fftw_destroy_plan(back);
    fftw_free(a);
    fftw_free(f);
    return ok ? HC_OK : hc_fail_nomem(err);
}

/* Likeness at each lag, in place of r. */
static void normalise(const double *x, size_t n, double *r)
{
    double m = 2 * r[0];
    for (size_t k = 0; k < n; k++) {
        if (k > 0)
            m -= x[k - 1] * x[k - 1] + x[n - k] * x[n - k];
        r[k] = m > 1e-12 * r[0] ? 2 * r[k] / m : 0;
    }
}

/* The first lag whose likeness is as good as the best; 0: none. */
static double first_peak(const double *r, size_t n)
{
    const size_t last = n - n / 3 > 3 ? n - n / 3 : 3;
    size_t from = 1;
    while (from < last && r[from] > 0.5 && r[from] <= r[from - 1])
        from++;
    double best = 0;
    for (size_t k = from; k + 1 < last; k++)
        if (r[k] >= r[k - 1] && r[k] > r[k + 1])
            best = fmax(best, r[k]);
    if (best < 0.75)
        return 0;
    const double enough = best - (2 * (1 - best) + 5e-4);
    for (size_t k = from; k + 1 < last; k++)
        if (r[k] >= r[k - 1] && r[k] > r[k + 1]) {
            const double c = r[k - 1] - 2 * r[k] + r[k + 1];
            const double s = c < 0 ? 0.5 * (r[k - 1] - r[k + 1]) / c : 0;
            const double top = r[k] - 0.25 * (r[k - 1] - r[k + 1]) * s;
            if (top >= enough)
                return (double)k + s;
        }
    return 0;
}

/* Mean squared difference at a whole lag, from at most PROBES places, which
 * are scattered so that no rhythm of the signal hides between them. */
static double unlikeness(const double *x, size_t n, size_t lag)
{
    const size_t m = n - lag, k = m < PROBES ? m : PROBES;
    double s = 0, mean = 0;
    for (size_t p = 0; p < k; p++) {
        const size_t j = m < PROBES ? p : p * 2654435761u % m;
        const double e = x[j + lag] - x[j];
        s += e * e;
        mean += e;
    }
    mean /= (double)k;
    return s / (double)k - mean * mean;
}

/* The lag within `reach` of `lag` where x is most like itself, between
 * samples by a parabola; *sd from its curvature and what differs there. */
static double best_lag(const double *x, size_t n, double lag, double reach,
                       double *sd)
{
    const size_t a = (size_t)fmax(1, floor(lag - reach));
    const size_t b = (size_t)fmin((double)n - 9, ceil(lag + reach));
    *sd = HUGE_VAL;
    if (b <= a + 1)
        return lag;
    size_t k = a;
    double least = HUGE_VAL;
    for (size_t j = a; j <= b; j++) {
        const double u = unlikeness(x, n, j);
        if (u < least) {
            least = u;
            k = j;
        }
    }
    if (k <= 1 || k + 10 > n)
        return (double)k;
    const double u = unlikeness(x, n, k - 1), w = unlikeness(x, n, k + 1);
    const double c = u - 2 * least + w;
    const double pairs = (double)(n - k < PROBES ? n - k : PROBES);
    if (c > 0)
        *sd = sqrt(2 * least / (c * pairs));
    /* edges make a notch, not a parabola: then no better than this */
    if (k > 2 &&
        unlikeness(x, n, k - 2) + unlikeness(x, n, k + 2) - 2 * least < 3 * c)
        *sd = fmax(*sd, 0.1);
    return (double)k + (c > 0 ? fmax(-0.5, fmin(0.5, 0.5 * (u - w) / c)) : 0);
}

/* Sharpen over 1, 2, 4 ... periods. */
static double refine(const double *x, size_t n, double period, double reach,
                     double *sd)
{
    period = best_lag(x, n, period, reach, sd);
    for (double m = 2; m * period < 0.8 * (double)n; m *= 2) {
        const double far = fmin(0.02 * m * period, fmax(2, 4 * m * *sd));
        period = best_lag(x, n, m * period, far, sd) / m;
        *sd /= m;
    }
    return period;
}

/* Of x[n] averaged over `by` samples each. */
static hc_status search(const double *x, size_t n, size_t by, double *period,
                        hc_err *err)
{
    const size_t m = n / by;
    double *y = malloc(m * sizeof *y), *r = calloc(m, sizeof *r);
    hc_status st = y && r ? HC_OK : hc_fail_nomem(err);
    for (size_t k = 0; st == HC_OK && k < m; k++) {
        y[k] = 0;
        for (size_t j = 0; j < by; j++)
            y[k] += x[k * by + j];
    }
    if (st == HC_OK)
        st = hc_wave_detrend(y, m, 1, err);
    if (st == HC_OK)
        st = autocorrelation(y, m, r, err);
    if (st == HC_OK) {
        normalise(y, m, r);
        *period = r[0] > 0 ? first_peak(r, m) * (double)by : 0;
    }
    free(y);
    free(r);
    return st;
}

hc_status hc_wave_period(const double *x, size_t n, double *period, double *sd,
                         hc_err *err)
{
    double p = 0;
    size_t by = 1;
    hc_status st = search(x, n < FIRST ? n : FIRST, 1, &p, err);
    if (st == HC_OK && p > 0 && n > FIRST && p > FIRST / 2.2)
        p = 0; /* too few periods in the part looked at */
    if (st == HC_OK && p <= 0 && n > FIRST) {
        by = (n + FIRST - 1) / FIRST;
        st = search(x, n, by, &p, err);
    }
    if (st == HC_OK)
        *period =
            p > 0 ? refine(x, n, p, fmax((double)by + 1, 0.02 * p), sd) : 0;
    return st;
}
