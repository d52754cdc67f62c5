/* drt_bends.c: scales per tau from an answer; drt_scales.h
 *
 * ln gamma of relaxations is straight but for corners at peaks and valleys,
 * sharp ones and blunt ones.  So its second derivative is large where a corner
 * is, and as smooth there as the corner is blunt.
 */
#include "fitters/drt_scales.h"

#include <math.h>

/* Squared differences of the last answer are smoothed by this sd in ln tau,
 * less for gamma itself; this part of their mean is added, and where it counts
 * this part of their variance. */
static const double smooth_ln = 0.5, smooth_soft = 0.2, floor_part = 0.03,
                    unknown_part = 0.3;
/* What is between two straight lines whose slopes differ by one and which
 * bend by b is smooth over per_bend / b, at most `wide`: two rules, since no
 * spectrum tells which is right. */
static const double per_bend[HC_LGP_MANNERS] = {1.75, 2.5},
                    wide[HC_LGP_MANNERS] = {0.6, 0.45};
/* Scales from an answer make the next answer bend where this one did, and
 * more so: on two ZARCs the valley came out twice as sharp as it is.  So a
 * bend is taken to be this much wider than it came out, and no narrower than
 * `narrow`, in ln tau. */
static const double wider_valley = 2, wider_peak = 1.3, narrow = 0.1;

/* Gaussian smoothing of raw[n] by sd, in points; mirrored at the ends. */
static void smoothed(const double *raw, size_t n, double sd, double *v)
{
    double c[121], sum = 0;
    const int arm = (int)fmin(60, ceil(4 * sd));
    for (int k = -arm; k <= arm; k++)
        sum += c[k + arm] = exp(-0.5 * pow(k / sd, 2));
    for (size_t i = 0; i < n; i++) {
        v[i] = 0;
        for (int k = -arm; k <= arm; k++) {
            long j = (long)i + k;
            if (j < 0)
                j = -j - 1;
            if (j >= (long)n)
                j = 2 * (long)n - 1 - j;
            if (j >= 0 && j < (long)n)
                v[i] += c[k + arm] / sum * raw[j];
        }
    }
}

/* Differences of f of an order, squared; cov, NULL for none: a part of what
 * is not known of them counts, too. */
static void squares(const hc_lgp *g, const double *f, const double *cov,
                    int order, double *raw)
{
    static const double rows[2][3] = {{-1, 1, 0}, {1, -2, 1}};
    const double *c = rows[order - 1];
    const size_t n = g->m - (size_t)order, len = (size_t)order + 1;
    for (size_t i = 0; i < n; i++) {
        double d = 0, var = 0;
        for (size_t k = 0; k < len; k++) {
            d += c[k] * f[i + k];
            for (size_t l = 0; cov && l < len; l++)
                var += c[k] * c[l] * cov[(i + k) * g->m + i + l];
        }
        raw[i] = d * d + unknown_part * var;
    }
}

/* Add the square of a bend of area `area`, at point `at`, normal with `sd` in
 * ln tau. */
static void add_bend(const hc_lgp *g, double area, double at, double sd,
                     size_t n, double *square)
{
    const double top = area / (sd * sqrt(2 * M_PI));
    for (size_t k = 0; k < n; k++) {
        const double x = ((double)k - at) * g->step / sd;
        square[k] += top * top * exp(-x * x);
    }
}

/* Squares of the second derivative of f as a sum of bends to either side, of
 * the area, the place and, but for what is said above, the width of those of
 * f; d is scratch. */
static void bends_of(const hc_lgp *g, const double *f, double *square,
                     double *d)
{
    const size_t n = g->m - 2;
    for (size_t i = 0; i < n; i++) {
        d[i] = (f[i] - 2 * f[i + 1] + f[i + 2]) / g->step;
        square[i] = 0;
    }
    for (size_t i = 0, end; i < n; i = end) {
        double area = 0, first = 0, second = 0;
        for (end = i; end < n && (d[end] > 0) == (d[i] > 0); end++) {
            area += d[end];
            first += d[end] * (double)(end - i);
            second += d[end] * (double)((end - i) * (end - i));
        }
        if (area == 0)
            continue;
        const double at = first / area;
        const double var = fmax(second / area - at * at, 0);
        const double sd = fmax(g->step * sqrt(var), narrow) *
                          (area > 0 ? wider_valley : wider_peak);
        add_bend(g, area, (double)i + at, sd, n, square);
    }
}

/* Squares of the derivative that is white, per unit of ln tau; scratch[n]. */
static void raw_squares(const hc_lgp *g, const hc_lgp_prior *p,
                        const double *f, const double *cov, int manner,
                        double *square, double *scratch)
{
    const size_t n = g->m - (size_t)p->order;
    if (manner >= 0) {
        bends_of(g, f, square, scratch);
        return;
    }
    const double unit = pow(g->step, -2 * p->order);
    squares(g, f, cov, p->order, scratch);
    smoothed(scratch, n, (p->soft > 0 ? smooth_soft : smooth_ln) / g->step,
             square);
    for (size_t i = 0; i < n; i++)
        square[i] *= unit;
}

void hc_lgp_bends(const hc_lgp *g, const hc_lgp_prior *p, const double *f,
                  const double *cov, int manner, double *local, double *smooth)
{
    const size_t n = g->m - (size_t)p->order;
    double mean = 0, ln = 0;
    raw_squares(g, p, f, cov, manner, local, smooth);
    for (size_t i = 0; i < n; i++)
        mean += local[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        local[i] = local[i] / fmax(mean, 1e-300) + floor_part;
        ln += log(local[i]) / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double bend = sqrt(local[i] * mean);
        smooth[i] = manner < 0 ? 0
                               : fmin(wide[manner],
                                      per_bend[manner] / fmax(bend, 1e-9));
        local[i] = sqrt(local[i] / exp(ln));
    }
}
