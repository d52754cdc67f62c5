/* drt_noise.c: the noise that a fit of ln gamma leaves; drt_loggp.h */
#include "fitters/drt_loggp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More chi2 per degree of freedom than this is not chance; nor is more than
 * `outlying` over a point and `reach` of its neighbours on either side (five
 * standard deviations). */
const double hc_lgp_passive_limit = 1.3;
static const double outlying = 3;
enum { reach = 2 };

/* Mean square of Re and Im of the residual at point i, the noise as it was
 * given. */
static double misfit_at(const hc_lgp *g, const double complex *z, size_t i)
{
    const double complex e = (g->d->z_ohm[i] - z[i]) * g->factor[i] / g->sd[i];
    return (creal(e) * creal(e) + cimag(e) * cimag(e)) / 2;
}

/* Factor on the variance of point i: where it and its neighbours are too far
 * off together, its own misfit. */
static double own_factor(const hc_lgp *g, const double complex *z, size_t i)
{
    const size_t from = i > reach ? i - reach : 0;
    const size_t to = i + reach < g->n ? i + reach : g->n - 1;
    double sum = 0;
    for (size_t k = from; k <= to; k++)
        sum += misfit_at(g, z, k) / (double)(to - from + 1);
    return sum > outlying ? fmax(1, misfit_at(g, z, i)) : 1;
}

bool hc_lgp_raise_noise(hc_lgp *g, const double complex *z, bool all)
{
    const double n = (double)g->n;
    double left = 0, square = 0;
    double *by = malloc(g->n * sizeof *by);
    bool raised = false;
    if (!by)
        return false;
    g->outlying = 0;
    for (size_t i = 0; i < g->n; i++) {
        by[i] = own_factor(g, z, i);
        g->outlying += by[i] > 1;
        /* chi2 per degree of freedom, about */
        left += misfit_at(g, z, i) / (0.9 * n * by[i]);
    }
    if (left < hc_lgp_passive_limit || (g->outlying > 0 && !all))
        left = 1;
    for (size_t i = 0; i < g->n; i++) {
        const double t = sqrt(by[i] * left);
        raised |= fabs(t / g->factor[i] - 1) > 0.1;
        g->sd[i] *= t / g->factor[i];
        g->factor[i] = t;
        square += t * t / n;
    }
    g->raised = sqrt(square);
    free(by);
    if (raised)
        hc_lgp_fill_rows(g);
    return raised;
}

void hc_lgp_put_noise(const hc_lgp *g, hc_drt *r)
{
    memcpy(r->sd_ohm, g->sd, g->n * sizeof *g->sd);
    r->noise_raised = g->raised;
    r->n_outlying = g->outlying;
    if (g->outlying == 0)
        return;
    double least = HUGE_VAL, lo = HUGE_VAL, hi = 0;
    for (size_t i = 0; i < g->n; i++)
        least = fmin(least, g->factor[i]);
    for (size_t i = 0; i < g->n; i++)
        if (g->factor[i] > least) {
            lo = fmin(lo, g->d->freq_hz[i]);
            hi = fmax(hi, g->d->freq_hz[i]);
        }
    r->outlying_low_hz = lo;
    r->outlying_high_hz = hi;
}
