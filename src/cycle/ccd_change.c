/* ccd_change.c: a drop within a half cycle (see ccd_change.h) */
#include "cycle/ccd_change.h"

#include "cycle/thin.h"

#include <math.h>

/* A settling leaves no less than this when its time is over. */
static const double settling_low = 0.9;

/* Mean drop of the excursion that begins at `from`, up to its deepest sum;
 * *to is behind it, *gain what it adds to the BIC when the noise is s. */
static double excursion(const hc_ccd_trace *t, size_t from, double delta,
                        double s, size_t *to, double *gain)
{
    double sum = 0, top = 0, drop = 0, at_top = 0;
    size_t n = 0, k;

    *to = from + 1;
    for (k = from; k < t->n; k++) {
        sum += 1 - t->ratio[k] - 0.5 * delta;
        if (sum <= 0)
            break;
        drop += 1 - t->ratio[k];
        n++;
        if (sum > top) {
            top = sum;
            at_top = drop / (double)n;
            *to = k + 1;
        }
    }
    double z = at_top / s, all = (double)(t->n - t->settled);

    *gain = (double)(*to - from) * z * z - 2 * log(all);
    return at_top;
}

/* Rises over its quarters, by less and less: an exponential does, a short that
 * goes away does not. */
static bool relaxes(const double *ratio, size_t n)
{
    double m[4], rise;
    size_t part = n / 4;

    if (part < 1)
        return false;
    for (size_t k = 0; k < 4; k++)
        m[k] = hc_ccd_median(ratio + k * part, part);
    rise = m[3] - m[0];
    return rise > 0 && m[1] - m[0] > 0.3 * rise && m[2] - m[1] > 0.1 * rise &&
           m[3] >= m[2] && m[1] - m[0] > m[3] - m[2];
}

/* What is low when the settling ends and comes back within a third of the
 * half cycle, by little at first and less and less, is the end of the
 * settling and no short; so is what relaxes over most of it. */
static bool still_settling(const hc_ccd_trace *t, size_t start, size_t to)
{
    size_t n = t->n - t->settled, half = (to - start) / 2;

    if (start > t->settled + 1)
        return false;
    if (4 * (to - t->settled) <= 3 * n &&
        relaxes(t->ratio + start, to - start))
        return true;
    if (3 * (to - t->settled) > n || t->ratio[start] < settling_low)
        return false;
    return half < 2 || hc_ccd_median(t->ratio + start, half) <
                           hc_ccd_median(t->ratio + start + half, half);
}

/* Gain in BIC of a mean that changes at the onset over none. */
static double gain_of(const hc_ccd_trace *t, const hc_ccd_change *c, double s)
{
    double ss0 = 0, ss1 = 0, n = (double)(t->n - t->settled);

    for (size_t k = t->settled; k < t->n; k++) {
        double e0 = t->ratio[k] - 1;
        double e1 = t->ratio[k] - (k < c->onset ? 1 : c->after);

        ss0 += fmin(e0 * e0, 1);
        ss1 += fmin(e1 * e1, 1);
    }
    return n * log(ss0 / fmax(ss1, n * s * s)) - 2 * log(n);
}

/* Least sum of squares of two levels, one before and one from some sample on;
 * x[n] has n >= 4. */
static double step_squares(const double *x, size_t n)
{
    double least = INFINITY, sum = 0, squares = 0, left = 0, all;

    for (size_t k = 0; k < n; k++) {
        sum += x[k];
        squares += x[k] * x[k];
    }
    for (size_t k = 0; k + 2 < n; k++) {
        double a = (double)(k + 1), b = (double)n - a;

        left += x[k];
        all = squares - left * left / a - (sum - left) * (sum - left) / b;
        if (k >= 1)
            least = fmin(least, all);
    }
    return least;
}

/* Does the resistance go down in a straight line from where it was expected?
 * A short drops. */
static bool declines(const hc_ccd_trace *t, double delta)
{
    size_t from = t->settled, n = t->n - from;
    double a, b, sd;

    if (n < 6)
        return false;
    sd = hc_thin_line(t->t + from, t->ratio + from, n, &a, &b);
    return b < 0 && a > 1 - 1.5 * delta &&
           sd * sd * (double)(n - 2) <= step_squares(t->ratio + from, n);
}

hc_ccd_change hc_ccd_cusum(const hc_ccd_trace *t, double delta, double s,
                           double alpha)
{
    hc_ccd_change c = {.onset = t->settled, .after = NAN, .delta = delta};
    double limit = log(1 / alpha);
    size_t n = t->n - t->settled, need = n < 7 ? 2 : 3, run = 0, start = 0;
    /* one sample may not say more than two or three of them have to */
    double sum = 0, most = (need == 2 ? 0.51 : 0.5) * limit, gain;
    size_t low = 0, to;

    s *= 1.12; /* a median of three joins neighbours: sums scatter more */
    for (size_t k = t->settled; k < t->n; k++)
        low += t->ratio[k] < 1 - c.delta;
    c.low_part = n ? (double)low / (double)n : 0;
    for (size_t k = t->settled; k < t->n && !c.alarm; k++) {
        double rise =
            ((1 - t->ratio[k]) * c.delta - 0.5 * c.delta * c.delta) / (s * s);

        sum += fmin(rise, most);
        if (sum <= 0) {
            sum = 0;
            run = 0;
            continue;
        }
        if (run++ == 0)
            start = k;
        /* a drop of half the size looked for may be the baseline's error */
        if (sum > limit && run >= need &&
            excursion(t, start, c.delta, s, &to, &gain) > 0.7 * c.delta &&
            gain > HC_CCD_VERY_STRONG) {
            if (still_settling(t, start, to)) {
                sum = 0;
                run = 0;
                k = to - 1;
                continue;
            }
            c.alarm = true;
            c.onset = start;
        }
    }
    if (c.alarm) {
        c.after = hc_ccd_median(t->ratio + c.onset, t->n - c.onset);
        c.bic_gain = gain_of(t, &c, s);
        c.gradual = declines(t, delta);
    }
    return c;
}
