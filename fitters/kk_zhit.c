/* kk_zhit.c: the modulus of Z rebuilt from its phase, kk.h
 *
 *     ln|Z(w0)| = const + 2/pi int phi dln w + gamma dphi/dln w,
 *     gamma = -pi/6
 *
 * W. Ehm, H. Gohr, R. Kaus, B. Roseler, C. A. Schiller, ACH Models Chem. 137
 * (2000) 145; C. A. Schiller et al., PCCP 3 (2001) 374, 10.1039/b007678n.
 * The phase is hardly touched by a drift that the modulus at low frequency
 * shows in full, so the difference of the two tells drift and its size.
 * The series is cut after its first term, which costs up to 2 % on sharp
 * arcs; that error is nearly the same for the RC fit of the same spectrum,
 * where it can be seen, and is taken off.
 */
#include "fitters/kk.h"

#include "core/sort.h"

#include "fitters/kk_solve.h"

#include <math.h>
#include <stdlib.h>

static const double gamma_zhit = -M_PI / 6;

/* Slope dy/dx at i of the parabola fitted to up to five neighbours. */
static double local_slope(const double *x, const double *y, size_t n, size_t i)
{
    size_t a = i >= 2 ? i - 2 : 0, b = a + 5;
    if (b > n) {
        b = n;
        a = n > 5 ? n - 5 : 0;
    }
    double s[5] = {0}, t[3] = {0};
    for (size_t k = a; k < b; k++) {
        const double u = x[k] - x[i];
        double p = 1;
        for (int j = 0; j < 5; j++, p *= u) {
            s[j] += p;
            if (j < 3)
                t[j] += p * y[k];
        }
    }
    /* normal equations of c0 + c1 u + c2 u^2, c1 by Cramer's rule */
    const double det = s[0] * (s[2] * s[4] - s[3] * s[3]) -
                       s[1] * (s[1] * s[4] - s[3] * s[2]) +
                       s[2] * (s[1] * s[3] - s[2] * s[2]);
    const double num = s[0] * (t[1] * s[4] - s[3] * t[2]) -
                       t[0] * (s[1] * s[4] - s[3] * s[2]) +
                       s[2] * (s[1] * t[2] - t[1] * s[2]);
    return det != 0 ? num / det : 0;
}

static double median(double *v, size_t n)
{
    hc_sort_rising(v, n);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* ln|Z| up to its constant: Hermite integral of the phase over ln w. */
static void rebuild(const double *x, const double *phase, size_t n,
                    double *slope, double *ln_z)
{
    for (size_t i = 0; i < n; i++)
        slope[i] = local_slope(x, phase, n, i);
    double integral = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            const double h = x[i] - x[i - 1];
            integral += h * (phase[i] + phase[i - 1]) / 2 +
                        h * h * (slope[i - 1] - slope[i]) / 12;
        }
        ln_z[i] = 2 / M_PI * integral + gamma_zhit * slope[i];
    }
}

/* The largest departure among the lower half of frequencies, signed. */
static double low_departure(const double *rest, size_t n)
{
    double most = 0;
    for (size_t i = n / 2; i < n; i++)
        if (fabs(rest[i]) > fabs(most))
            most = rest[i];
    return most;
}

/* ln|z| less what its phase says, up to a constant: rest[n]. */
static void modulus_against_phase(const hc_kk_data *d, const double complex *z,
                                  double *work, double *rest)
{
    const size_t n = d->n;
    double *x = work, *phase = x + n, *slope = phase + n, *ln_z = slope + n;
    double turn = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = log(2 * M_PI * d->freq_hz[i]);
        phase[i] = carg(z[i]) + turn;
        if (i > 0) { /* unwrap */
            const double k = rint((phase[i] - phase[i - 1]) / (2 * M_PI));
            turn -= 2 * M_PI * k;
            phase[i] -= 2 * M_PI * k;
        }
    }
    rebuild(x, phase, n, slope, ln_z);
    for (size_t i = 0; i < n; i++)
        rest[i] = log(cabs(z[i])) - ln_z[i];
}

static void fill(const hc_kk_data *d, const hc_kk_fit *rc, double *work,
                 hc_kk_fit *f)
{
    const size_t n = d->n;
    double *rest = work + 4 * n, *sorted = rest + n;
    modulus_against_phase(d, rc->z_fit, work, sorted);
    modulus_against_phase(d, d->z_ohm, work, rest);
    for (size_t i = 0; i < n; i++)
        rest[i] -= sorted[i];
    const size_t half = (n + 1) / 2; /* the upper half drifts least */
    for (size_t i = 0; i < half; i++)
        sorted[i] = rest[i];
    const double offset = median(sorted, half);
    for (size_t i = 0; i < n; i++) {
        rest[i] -= offset;
        f->z_fit[i] = d->z_ohm[i] * exp(-rest[i]);
        f->pseudo_chi2 += pow(expm1(-rest[i]), 2);
    }
    /* noise: second differences, sd sqrt(6), robust against the smooth part */
    for (size_t i = 0; i + 2 < n; i++)
        sorted[i] = fabs(rest[i] - 2 * rest[i + 1] + rest[i + 2]);
    f->noise = median(sorted, n - 2) / 0.6745 / sqrt(6);
    f->drift = low_departure(rest, n);
    for (size_t i = 0; i < n; i++)
        f->sd_ohm[i] = fmax(f->noise, 1e-7) * cabs(d->z_ohm[i]);
}

hc_status hc_kk_zhit(const hc_kk_data *d, const hc_kk_options *opt,
                     hc_kk_fit *out, hc_err *err)
{
    const hc_status st = hc_kk_check_data(d, 8, err);
    if (st != HC_OK)
        return st;
    for (size_t i = 1; i < d->n; i++)
        if (!(d->freq_hz[i] < d->freq_hz[i - 1]))
            return hc_fail(err, HC_DATA,
                           "frequencies are not falling at point %zu (%g "
                           "Hz), which Z-HIT needs",
                           i, d->freq_hz[i]);
    hc_kk_fit rc;
    const hc_status st2 = hc_kk_auto(d, opt, &rc, err);
    if (st2 != HC_OK)
        return st2;
    double *work = malloc(6 * d->n * sizeof *work);
    hc_kk_fit f = {.n = d->n, .q = 1, .coefficients = 1, .mu = NAN};
    f.z_fit = malloc(d->n * sizeof *f.z_fit);
    f.sd_ohm = malloc(d->n * sizeof *f.sd_ohm);
    if (!work || !f.z_fit || !f.sd_ohm) {
        free(work);
        hc_kk_fit_clear(&rc);
        hc_kk_fit_clear(&f);
        return hc_fail_nomem(err);
    }
    fill(d, &rc, work, &f);
    hc_kk_fit_clear(&rc);
    free(work);
    *out = f;
    return HC_OK;
}
