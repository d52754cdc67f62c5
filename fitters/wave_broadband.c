/* wave_broadband.c: one sweep or burst of noise, by local polynomials
 *
 * V = Z I + T at neighbouring lines, where Z and T, what the ends of the
 * record leak, are parabolas (Pintelon and Schoukens, chapter 7).  The part
 * that the fit leaves is the noise.  Windows must lie around their line, so
 * the lowest is the twelfth: off centre the bias exceeds the noise.
 */
#include "fitters/wave_private.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TERMS = 6, BEYOND = 4, HALF = 7, WIDEST = 400, PER_DECADE = 20 };

typedef struct {
    size_t half;
    double complex *v, *i; /* [half] lines of the record */
    double top;            /* largest |I| */
} work;

hc_status hc_wave_is_sparse(const double *x, size_t n, bool *sparse,
                            hc_err *err)
{
    const size_t half = n / 2;
    double *y = calloc(n, sizeof *y);
    double complex *z = fftw_malloc((half + 1) * sizeof *z);
    fftw_plan plan =
        y && z ? fftw_plan_dft_r2c_1d((int)n, y, z, FFTW_ESTIMATE) : NULL;
    if (plan) {
        double all = 0, beside = 0;
        memcpy(y, x, n * sizeof *y);
        fftw_execute(plan);
        for (size_t k = 1; k < half; k++)
            y[k] = creal(z[k] * conj(z[k]));
        y[0] = y[half] = 0;
        for (size_t k = 1; k < half; k++) {
            all += y[k];
            beside += fmin(y[k], fmax(y[k - 1], y[k + 1]));
        }
        *sparse = beside < 0.05 * all;
    }
    const bool ok = plan != NULL;
    fftw_destroy_plan(plan);
    fftw_free(z);
    free(y);
    return ok ? HC_OK : hc_fail_nomem(err);
}

static hc_status transform(const hc_wave_data *d, work *w, hc_err *err)
{
    const size_t n = d->n;
    double *x = malloc(n * sizeof *x);
    double complex *z = fftw_malloc((n / 2 + 1) * sizeof *z);
    fftw_plan plan =
        x && z ? fftw_plan_dft_r2c_1d((int)n, x, z, FFTW_ESTIMATE) : NULL;
    w->half = n / 2;
    w->v = malloc(w->half * sizeof *w->v);
    w->i = malloc(w->half * sizeof *w->i);
    hc_status st = plan && w->v && w->i ? HC_OK : hc_fail_nomem(err);
    for (int pass = 0; st == HC_OK && pass < 2; pass++) {
        for (size_t k = 0; k < n; k++)
            x[k] = pass ? d->i_ampere[k] : d->v_volt[k];
        st = hc_wave_detrend(x, n, 1, err);
        if (st != HC_OK)
            break;
        fftw_execute(plan);
        for (size_t k = 0; k < w->half; k++)
            (pass ? w->i : w->v)[k] = z[k];
    }
    fftw_destroy_plan(plan);
    fftw_free(z);
    free(x);
    for (size_t k = 1; st == HC_OK && k < w->half; k++)
        w->top = fmax(w->top, cabs(w->i[k]));
    return st;
}

/* Hermitian positive definite a (lower) factored in place. */
static bool factor(double complex a[TERMS][TERMS])
{
    for (int j = 0; j < TERMS; j++) {
        const double was = creal(a[j][j]);
        for (int k = 0; k < j; k++)
            a[j][j] -= a[j][k] * conj(a[j][k]);
        if (!(creal(a[j][j]) > 1e-11 * was))
            return false;
        a[j][j] = sqrt(creal(a[j][j]));
        for (int i = j + 1; i < TERMS; i++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * conj(a[j][k]);
            a[i][j] /= a[j][j];
        }
    }
    return true;
}

static void solve_lower(double complex a[TERMS][TERMS], double complex *b)
{
    for (int j = 0; j < TERMS; j++) {
        for (int k = 0; k < j; k++)
            b[j] -= a[j][k] * b[k];
        b[j] /= a[j][j];
    }
}

/* The same from below: conj(a)' b = b. */
static void solve_upper(double complex a[TERMS][TERMS], double complex *b)
{
    for (int j = TERMS - 1; j >= 0; j--) {
        for (int k = j + 1; k < TERMS; k++)
            b[j] -= conj(a[k][j]) * b[k];
        b[j] /= a[j][j];
    }
}

/* Lines a to b around k, with their columns: x u^s of Z and u^s of what
 * leaks, s = 0, 1, 2; the same of s = 3, 4 stands beside the answer. */
typedef struct {
    size_t k, a, b, wide;
    double size;                         /* rms of I: x is I over it */
    double complex g[TERMS][TERMS];      /* lower factor */
    double complex r[1 + BEYOND][TERMS]; /* answer, then u^3 and u^4 */
    double yy, power;
} window;

static void columns(const work *w, const window *f, size_t q, int from, int to,
                    double complex *c)
{
    const double u = ((double)q - (double)f->k) / (double)f->wide;
    for (int s = from; s < to; s++) {
        *c++ = w->i[q] / f->size * pow(u, s);
        *c++ = pow(u, s);
    }
}

static void gather(const work *w, window *f)
{
    double complex c[TERMS + BEYOND];
    for (size_t q = f->a; q <= f->b; q++) {
        columns(w, f, q, 0, (TERMS + BEYOND) / 2, c);
        for (int s = 0; s < TERMS; s++) {
            f->r[0][s] += conj(c[s]) * w->v[q];
            for (int t = 0; t < BEYOND; t++)
                f->r[1 + t][s] += conj(c[s]) * c[TERMS + t];
            for (int t = 0; t <= s; t++)
                f->g[s][t] += conj(c[s]) * c[t];
        }
        f->yy += creal(w->v[q] * conj(w->v[q]));
    }
}

/* What the orders left out may do to Z at its line.  A function of frequency
 * alone changes by its own size over a window as wide as the frequency, so
 * each order is smaller by the window's part of it than the one before. */
static double bias_of(const window *f, const double complex *e,
                      const double complex *c)
{
    const double part = (double)f->wide / (double)f->k;
    double sum = 0;
    for (int t = 0; t < BEYOND; t++) {
        double complex lever = 0;
        for (int s = 0; s < TERMS; s++)
            lever += conj(e[s]) * f->r[1 + t][s];
        sum += cabs(lever * c[TERMS - BEYOND + t]) * part * part;
    }
    return sum;
}

/* Z by the factored window, its error and what its noise in I takes off. */
static void solve(window *f, hc_wave_line *l)
{
    double complex e[TERMS] = {1}, c[TERMS];
    double inverse = 0;
    for (int t = 0; t <= BEYOND; t++)
        solve_lower(f->g, f->r[t]);
    for (int s = 0; s < TERMS; s++)
        f->power += creal(f->r[0][s] * conj(f->r[0][s]));
    memcpy(c, f->r[0], sizeof c);
    solve_upper(f->g, c);
    solve_lower(f->g, e);
    for (int s = 0; s < TERMS; s++)
        inverse += creal(e[s] * conj(e[s]));
    const double dof = (double)(f->b - f->a + 1) - TERMS;
    const double var = fmax(f->yy - f->power, 1e-15 * f->yy) / dof * inverse;
    /* If all the noise were in I, so much of |I|^2 would be noise. */
    const double faint = dof * var / cabs(c[0]);
    const double bias = bias_of(f, e, c) + faint;
    l->z_ohm = c[0] / f->size;
    l->sd_ohm = hypot(sqrt(var / 2), bias / 2) / f->size;
    l->ci95_ohm = (sqrt(var) * hc_wave_disc(dof) + bias) / f->size;
}

/* Local fit around line k; false when it cannot be told from leakage. */
static bool fit(const work *w, size_t k, hc_wave_line *l)
{
    const size_t wide = (size_t)fmin(WIDEST, fmax(HALF, (double)k / 50));
    window f = {.k = k, .wide = wide};
    f.a = k > wide ? k - wide : 1;
    f.b = f.a + 2 * wide < w->half - 1 ? f.a + 2 * wide : w->half - 1;
    if (f.b < f.a + TERMS + 4)
        return false;
    for (size_t q = f.a; q <= f.b; q++)
        f.size += creal(w->i[q] * conj(w->i[q]));
    f.size = sqrt(f.size / (double)(f.b - f.a + 1));
    if (!(f.size > 1e-3 * w->top))
        return false;
    gather(w, &f);
    if (!factor(f.g))
        return false;
    solve(&f, l);
    l->v_volt = l->i_ampere = l->distortion = NAN;
    return l->ci95_ohm < 0.5 * cabs(l->z_ohm);
}

/* Part of the Hann-weighted energy of x above two cycles a record. */
static double fast_part(const double *x, size_t n)
{
    double complex s[3] = {0};
    double all = 0, mean = 0;
    for (size_t k = 0; k < n; k++)
        mean += x[k] / (double)n;
    for (size_t k = 0; k < n; k++) {
        const double turn = 2 * M_PI * ((double)k + 0.5) / (double)n;
        const double y = (1 - cos(turn)) * (x[k] - mean);
        all += y * y;
        for (int m = 0; m < 3; m++)
            s[m] += y * cexp(CMPLX(0, -turn * m));
    }
    double low = creal(s[0] * conj(s[0]));
    for (int m = 1; m < 3; m++)
        low += 2 * creal(s[m] * conj(s[m]));
    return 1 - low / (all * (double)n);
}

hc_status hc_wave_broadband(const hc_wave_data *d, const hc_wave_options *o,
                            hc_wave *out, hc_err *err)
{
    work w = {0};
    if (fast_part(d->i_ampere, d->n) < 0.02)
        return hc_fail(err, HC_DATA,
                       "no whole period and no step in %zu samples over "
                       "%.6g s; one and a half periods are needed, or "
                       "--period",
                       d->n, (double)d->n * d->dt_s);
    hc_status st = transform(d, &w, err);
    const double step = pow(10, 1.0 / PER_DECADE);
    if (st == HC_OK) {
        out->lines = calloc(w.half + 1, sizeof *out->lines);
        if (!out->lines)
            st = hc_fail_nomem(err);
    }
    size_t last = 0;
    for (double f = HALF + 5; st == HC_OK && f < (double)w.half - 1;
         f *= step) {
        const size_t k = (size_t)(f + 0.5);
        if (k == last)
            continue;
        last = k;
        hc_wave_line *l = &out->lines[out->n_lines];
        l->freq_hz = (double)k / (d->dt_s * (double)d->n);
        out->n_lines += fit(&w, k, l);
    }
    out->voltage_driven = o->drive == HC_DRIVE_VOLTAGE;
    if (st == HC_OK && out->n_lines == 0)
        st = hc_fail(err, HC_NO,
                     "no excitation: no part of the spectrum gives an "
                     "impedance to half its size");
    free(w.v);
    free(w.i);
    return st;
}
