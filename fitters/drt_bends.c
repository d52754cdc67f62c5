/* drt_bends.c: scales per tau from an answer; drt_scales.h
 *
 * ln gamma of relaxations is straight but for corners at peaks and valleys,
 * sharp ones and blunt ones.  So its second derivative is large where a corner
 * is, and as smooth there as the corner is blunt.
 */
#include "fitters/drt_scales.h"

#include <math.h>

/* Squared differences of the last answer are smoothed by this sd in ln tau,
 * less for corners that are smooth themselves, and for gamma itself; this part
 * of their mean is added, and where it counts this part of their variance. */
static const double smooth_ln = 0.5, smooth_corner = 0.3, smooth_soft = 0.2,
                    floor_part = 0.03, unknown_part = 0.3;
/* What is between two straight lines whose slopes differ by one and which
 * bend by b is smooth over per_bend / b, at most `wide`: two rules, since no
 * spectrum tells which is right. */
static const double per_bend[HC_LGP_MANNERS] = {0.7, 1},
                    wide[HC_LGP_MANNERS] = {0.8, 0.6};

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

void hc_lgp_bends(const hc_lgp *g, const hc_lgp_prior *p, const double *f,
                  const double *cov, int manner, double *local, double *smooth)
{
    const size_t n = g->m - (size_t)p->order;
    const double sd = p->soft > 0  ? smooth_soft
                      : manner < 0 ? smooth_ln
                                   : smooth_corner;
    double mean = 0, ln = 0;
    squares(g, f, cov, p->order, smooth);
    smoothed(smooth, n, sd / g->step, local);
    for (size_t i = 0; i < n; i++)
        mean += local[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        local[i] = local[i] / fmax(mean, 1e-300) + floor_part;
        ln += log(local[i]) / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double bend = sqrt(local[i] * mean) / (g->step * g->step);
        smooth[i] = manner < 0 ? 0
                               : fmin(wide[manner],
                                      per_bend[manner] / fmax(bend, 1e-9));
        local[i] = sqrt(local[i] / exp(ln));
    }
}
