/* wave_lines.c: sines of any frequency, by least squares
 *
 * For records of any number of periods: amplitudes of all lines, offset and
 * drift are fitted together, so lines do not leak into each other.  The noise
 * of a line is the spectrum of what remains, beside it.
 */
#include "fitters/wave_private.h"

#include "core/sort.h"
#include "fitters/dense.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 400, CHUNK = 512, ROUNDS = 10 };

typedef struct {
    const hc_wave_data *d;
    size_t k, trend;    /* lines, terms of the trend */
    double turn[LINES]; /* cycles a sample, rising */
    long order[LINES];
    double base;         /* cycles a sample; 0: each line is free */
    double *v, *i;       /* [n] signals, then what remains of them */
    double *a, *bv, *bi; /* normal equations, their solutions */
    double *inflation;   /* [k] variance over that of a line alone */
    double complex *z;   /* [n] packed transform */
} work;

/* sum_n x_n exp(-2 pi j turn n) for the rows x[0..m). */
static void project(const double *const *x, size_t m, size_t n, double turn,
                    double complex *out)
{
    const double complex step = cexp(CMPLX(0, -2 * M_PI * turn));
    for (size_t r = 0; r < m; r++)
        out[r] = 0;
    for (size_t from = 0; from < n; from += CHUNK) {
        const double whole = turn * (double)from;
        double complex e = cexp(CMPLX(0, -2 * M_PI * (whole - floor(whole))));
        const size_t to = from + CHUNK < n ? from + CHUNK : n;
        for (size_t k = from; k < to; k++) {
            for (size_t r = 0; r < m; r++)
                out[r] += x[r][k] * e;
            e *= step;
        }
    }
}

/* sum_(n < N) exp(2 pi j turn n), in closed form. */
static double complex geometric(double turn, double n)
{
    const double t = turn - floor(turn + 0.5);
    if (fabs(t) * n < 1e-9)
        return n;
    return cexp(CMPLX(0, M_PI * t * (n - 1))) * sin(M_PI * t * n) /
           sin(M_PI * t);
}

static double legendre(size_t j, double u)
{
    double a = 1, b = u;
    if (j == 0)
        return 1;
    for (size_t k = 2; k <= j; k++) {
        const double c =
            ((2 * (double)k - 1) * u * b - ((double)k - 1) * a) / (double)k;
        a = b;
        b = c;
    }
    return b;
}

static double place(const work *w, size_t k)
{
    return (2 * (double)k + 1) / (double)w->d->n - 1;
}

/* Columns: cos, -sin of each line, then Legendre polynomials. */
static void trig_rows(work *w, size_t m)
{
    const double n = (double)w->d->n;
    for (size_t p = 0; p < w->k; p++)
        for (size_t q = 0; q <= p; q++) {
            const double complex s = geometric(w->turn[p] + w->turn[q], n);
            const double complex d = geometric(w->turn[p] - w->turn[q], n);
            double *r = w->a + 2 * p * m + 2 * q;
            r[0] = 0.5 * (creal(d) + creal(s));
            r[1] = 0.5 * (cimag(d) - cimag(s));
            r[m] = -0.5 * (cimag(s) + cimag(d));
            r[m + 1] = 0.5 * (creal(d) - creal(s));
        }
}

static hc_status normal_equations(work *w, hc_err *err)
{
    const size_t n = w->d->n, m = 2 * w->k + w->trend;
    double *poly = malloc((w->trend * n + 1) * sizeof *poly);
    if (!poly)
        return hc_fail_nomem(err);
    const double *rows[2 + HC_WAVE_ORDERS] = {w->v, w->i};
    for (size_t j = 0; j < w->trend; j++) {
        rows[2 + j] = poly + j * n;
        for (size_t k = 0; k < n; k++)
            poly[j * n + k] = legendre(j, place(w, k));
    }
    trig_rows(w, m);
    for (size_t p = 0; p < w->k; p++) {
        double complex s[2 + HC_WAVE_ORDERS];
        project(rows, 2 + w->trend, n, w->turn[p], s);
        w->bv[2 * p] = creal(s[0]);
        w->bv[2 * p + 1] = cimag(s[0]);
        w->bi[2 * p] = creal(s[1]);
        w->bi[2 * p + 1] = cimag(s[1]);
        for (size_t j = 0; j < w->trend; j++) {
            w->a[(2 * w->k + j) * m + 2 * p] = creal(s[2 + j]);
            w->a[(2 * w->k + j) * m + 2 * p + 1] = cimag(s[2 + j]);
        }
    }
    for (size_t j = 0; j < w->trend; j++) {
        const size_t r = 2 * w->k + j;
        for (size_t q = 0; q <= j; q++)
            w->a[r * m + 2 * w->k + q] = hc_dot(rows[2 + j], rows[2 + q], n);
        w->bv[r] = hc_dot(rows[2 + j], w->v, n);
        w->bi[r] = hc_dot(rows[2 + j], w->i, n);
    }
    free(poly);
    return HC_OK;
}

static hc_status solve(work *w, hc_err *err)
{
    const size_t m = 2 * w->k + w->trend;
    hc_status st = normal_equations(w, err);
    if (st != HC_OK)
        return st;
    for (size_t p = 0; p < w->k; p++)
        w->inflation[p] = w->a[2 * p * m + 2 * p];
    if (!hc_cholesky(w->a, m, 1e-9))
        return hc_fail(err, HC_DATA,
                       "the record is too short to tell its %zu lines apart",
                       w->k);
    hc_cholesky_solve(w->a, m, w->bv);
    hc_cholesky_solve(w->a, m, w->bi);
    return HC_OK;
}

/* Variance of each line over that of a line alone, from the factor. */
static hc_status inflate(work *w, hc_err *err)
{
    const size_t m = 2 * w->k + w->trend;
    double *inv = malloc(m * m * sizeof *inv);
    if (!inv)
        return hc_fail_nomem(err);
    hc_cholesky_inverse(w->a, m, inv);
    for (size_t p = 0; p < w->k; p++)
        w->inflation[p] =
            0.25 * (double)w->d->n *
            (inv[2 * p * m + 2 * p] + inv[(2 * p + 1) * m + 2 * p + 1]);
    free(inv);
    return HC_OK;
}

static double complex amplitude(const double *b, size_t p)
{
    return CMPLX(b[2 * p], b[2 * p + 1]);
}

/* v and i less the fit. */
static void subtract(work *w)
{
    for (size_t p = 0; p < w->k; p++) {
        const double complex step = cexp(CMPLX(0, 2 * M_PI * w->turn[p]));
        const double complex av = amplitude(w->bv, p);
        const double complex ai = amplitude(w->bi, p);
        for (size_t from = 0; from < w->d->n; from += CHUNK) {
            const double whole = w->turn[p] * (double)from;
            double complex e =
                cexp(CMPLX(0, 2 * M_PI * (whole - floor(whole))));
            const size_t to = from + CHUNK < w->d->n ? from + CHUNK : w->d->n;
            for (size_t k = from; k < to; k++) {
                w->v[k] -= creal(av * e);
                w->i[k] -= creal(ai * e);
                e *= step;
            }
        }
    }
    const size_t at = 2 * w->k;
    for (size_t k = 0; k < w->d->n; k++)
        for (size_t j = 0; j < w->trend; j++) {
            const double y = legendre(j, place(w, k));
            w->v[k] -= w->bv[at + j] * y;
            w->i[k] -= w->bi[at + j] * y;
        }
}

static void restore(work *w)
{
    const double mv = w->d->v_volt[0], mi = w->d->i_ampere[0];
    for (size_t k = 0; k < w->d->n; k++) {
        w->v[k] = w->d->v_volt[k] - mv;
        w->i[k] = w->d->i_ampere[k] - mi;
    }
}

static double square(const double *x, size_t n)
{
    return hc_dot(x, x, n) / (double)n;
}

/* One Gauss-Newton step of the frequencies.  What remains is multiplied by
 * time from the middle; its part along j A is the shift. */
static hc_status sharpen(work *w, bool *done, hc_err *err)
{
    const size_t n = w->d->n;
    const double middle = 0.5 * (double)(n - 1);
    const double sv = square(w->v, n) + 1e-300, si = square(w->i, n) + 1e-300;
    double *tv = malloc(2 * n * sizeof *tv);
    if (!tv)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < n; k++) {
        tv[k] = w->v[k] * ((double)k - middle);
        tv[n + k] = w->i[k] * ((double)k - middle);
    }
    const double *rows[2] = {tv, tv + n};
    const double t2 = (double)n * ((double)n * (double)n - 1) / 12;
    double up = 0, down = 0, most = 0;
    for (size_t p = 0; p < w->k; p++) {
        double complex s[2];
        project(rows, 2, n, w->turn[p], s);
        const double complex av = amplitude(w->bv, p);
        const double complex ai = amplitude(w->bi, p);
        const double a =
            cimag(s[0] * conj(av)) / sv + cimag(s[1] * conj(ai)) / si;
        const double b =
            0.5 * t2 * (creal(av * conj(av)) / sv + creal(ai * conj(ai)) / si);
        const double h = (double)w->order[p];
        up += h * a;
        down += h * h * b;
        if (w->base <= 0 && b > 0) {
            const double shift = a / b / (2 * M_PI);
            w->turn[p] += fmax(-0.3 / (double)n, fmin(0.3 / (double)n, shift));
            most = fmax(most, fabs(shift));
        }
    }
    if (w->base > 0 && down > 0) {
        const double shift = up / down / (2 * M_PI);
        w->base += fmax(-0.3 / (double)n, fmin(0.3 / (double)n, shift));
        for (size_t p = 0; p < w->k; p++)
            w->turn[p] = (double)w->order[p] * w->base;
        most = fabs(shift);
    }
    *done = most * (double)n < 1e-7;
    free(tv);
    return HC_OK;
}

/* ---- the spectrum that lines are looked for in ---- */

/* Packed transform of V + j scale I, with a Hann window if asked. */
static hc_status packed(work *w, bool window, double scale, hc_err *err)
{
    const size_t n = w->d->n;
    fftw_plan plan =
        fftw_plan_dft_1d((int)n, w->z, w->z, FFTW_FORWARD, FFTW_ESTIMATE);
    if (!plan)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < n; k++) {
        const double h =
            window ? 1 - cos(2 * M_PI * ((double)k + 0.5) / (double)n) : 1;
        w->z[k] = CMPLX(h * w->v[k], h * scale * w->i[k]);
    }
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    return HC_OK;
}

static void bin(const work *w, size_t k, double scale, double complex *v,
                double complex *i)
{
    const size_t n = w->d->n;
    const double complex a = w->z[k], b = conj(w->z[(n - k) % n]);
    *v = (a + b) / 2;
    *i = (a - b) * CMPLX(0, -0.5) / scale;
}

static double power(double complex x)
{
    return creal(x * conj(x));
}

/* Mean of noise around bin k, from the fifth smallest of the 25 % around. */
static double ground(const double *p, size_t n, size_t k)
{
    enum { SPAN = 50 };
    double near_[2 * SPAN + 1];
    const size_t a = k > SPAN ? k - SPAN : 1;
    const size_t b = k + SPAN < n ? k + SPAN : n - 1;
    size_t m = 0;
    for (size_t j = a; j <= b; j++)
        near_[m++] = p[j];
    hc_sort_rising(near_, m);
    return near_[m / 5] / 0.223; /* quantile of an exponential law */
}

typedef struct {
    double turn, weight;
    long order;
} candidate;

static int heavier(const void *a, const void *b)
{
    const double x = ((const candidate *)a)->weight;
    const double y = ((const candidate *)b)->weight;
    return (x < y) - (x > y);
}

static int by_turn(const void *a, const void *b)
{
    const double x = ((const candidate *)a)->turn;
    const double y = ((const candidate *)b)->turn;
    return (x > y) - (x < y);
}

/* Multiples of the base that stand out in pv or pi; harmonics of the
 * strongest come along. */
static size_t of_base(const work *w, const double *pv, const double *pi,
                      size_t half, candidate *c, size_t most)
{
    size_t n = 0;
    const double bins = w->base * (double)w->d->n;
    for (long h = 1; n < most; h++) {
        const double at = (double)h * bins;
        if (at + 1 >= (double)half)
            break;
        const size_t k = (size_t)(at + 0.5);
        const double v = pv[k] / ground(pv, half, k);
        const double i = pi[k] / ground(pi, half, k);
        c[n++] = (candidate){(double)h * w->base, fmax(v, i), h};
    }
    const long along = bins > 2 ? HC_WAVE_HARMONICS : 1;
    size_t kept = 0;
    for (size_t m = 0; m < n; m++)
        if (c[m].weight > 30 || c[m].order <= along)
            c[kept++] = c[m];
    return kept;
}

/* Peaks of the spectrum, their places by the ratio of Hann bins. */
static size_t of_peaks(const work *w, const double *pv, const double *pi,
                       size_t half, candidate *c, size_t most)
{
    size_t n = 0;
    double top = 0;
    for (size_t k = 1; k + 1 < half; k++)
        top = fmax(top, pi[k]);
    for (size_t k = 1; k + 1 < half && n < most; k++) {
        const double *p = pi;
        if (!(p[k] >= p[k - 1] && p[k] > p[k + 1]) || p[k] < 1e-6 * top ||
            p[k] < 100 * ground(p, half, k) ||
            pv[k] < 10 * ground(pv, half, k))
            continue;
        const double a = sqrt(p[k - 1]), b = sqrt(p[k]), e = sqrt(p[k + 1]);
        const double r = e > a ? e / b : a / b;
        const double shift = (2 * r - 1) / (r + 1);
        c[n++] = (candidate){
            ((double)k + (e > a ? shift : -shift)) / (double)w->d->n, p[k], 0};
    }
    return n;
}

static hc_status choose(work *w, double scale, hc_err *err)
{
    const size_t half = (w->d->n + 1) / 2;
    double *pv = malloc(half * sizeof *pv), *pi = malloc(half * sizeof *pi);
    candidate *c = malloc(half * sizeof *c);
    hc_status st = pv && pi && c ? HC_OK : hc_fail_nomem(err);
    if (st == HC_OK)
        st = packed(w, true, scale, err);
    size_t n = 0;
    if (st == HC_OK) {
        for (size_t k = 0; k < half; k++) {
            double complex v, i;
            bin(w, k, scale, &v, &i);
            pv[k] = power(v);
            pi[k] = power(i);
        }
        n = w->base > 0 ? of_base(w, pv, pi, half, c, half)
                        : of_peaks(w, pv, pi, half, c, half);
        if (n > LINES) {
            qsort(c, n, sizeof *c, heavier);
            n = LINES;
        }
        qsort(c, n, sizeof *c, by_turn);
        w->k = 0;
        for (size_t m = 0; m < n; m++) {
            w->turn[w->k] = c[m].turn;
            w->order[w->k++] = c[m].order;
        }
        if (n == 0)
            st = hc_fail(err, HC_NO,
                         "no excitation: no line stands out of the spectrum");
    }
    free(pv);
    free(pi);
    free(c);
    return st;
}

/* ---- noise ---- */

/* What a fitted line left in its bin is no noise. */
static bool taken(const work *w, size_t k)
{
    for (size_t q = 0; q < w->k; q++)
        if (fabs(w->turn[q] * (double)w->d->n - (double)k) < 0.75)
            return true;
    return false;
}

/* Variances of the amplitudes of line p, from bins of what remains. */
static void noise(const work *w, size_t p, double scale, hc_wave_spectrum *s)
{
    enum { ENOUGH = 12 };
    const size_t half = (w->d->n + 1) / 2;
    const size_t at = (size_t)(w->turn[p] * (double)w->d->n + 0.5);
    double vv = 0, ii = 0, m = 0;
    double complex vi = 0;
    for (size_t away = 1; away < half && m < ENOUGH; away++)
        for (int side = 0; side < 2; side++) {
            const size_t k = side ? at + away : at - away;
            if (k == 0 || k >= half || (!side && away >= at) || taken(w, k))
                continue;
            double complex v, i;
            bin(w, k, scale, &v, &i);
            vv += power(v);
            ii += power(i);
            vi += v * conj(i);
            m++;
        }
    const double n = (double)w->d->n;
    const double f = m > 0 ? 4 / (n * n) * w->inflation[p] / m : 0;
    s->dof[p] = m > 0 ? m : 1;
    s->vv[p] = s->sv[p] = m > 0 ? vv * f : HUGE_VAL;
    s->ii[p] = s->si[p] = m > 0 ? ii * f : HUGE_VAL;
    s->vi[p] = vi * f;
}

static hc_status result(work *w, double scale, const hc_wave_options *o,
                        hc_wave *out, hc_err *err)
{
    hc_wave_spectrum s;
    hc_status st = packed(w, false, scale, err);
    if (st == HC_OK)
        st = hc_wave_spectrum_init(&s, w->k, err);
    if (st != HC_OK)
        return st;
    for (size_t p = 0; p < w->k; p++) {
        s.freq_hz[p] = w->turn[p] / w->d->dt_s;
        s.order[p] = w->order[p];
        s.v[p] = amplitude(w->bv, p);
        s.i[p] = amplitude(w->bi, p);
        noise(w, p, scale, &s);
    }
    out->period_s = w->base > 0 ? w->d->dt_s / w->base : NAN;
    out->periods = (double)w->d->n * (w->base > 0 ? w->base : NAN);
    st = hc_wave_judge(&s, o, out, err);
    hc_wave_spectrum_clear(&s);
    return st;
}

static hc_status fit(work *w, hc_err *err)
{
    bool done = false;
    hc_status st = HC_OK;
    for (int r = 0; r < ROUNDS && st == HC_OK && !done; r++) {
        restore(w);
        st = solve(w, err);
        if (st == HC_OK && r + 1 < ROUNDS) {
            subtract(w);
            st = sharpen(w, &done, err);
        }
    }
    if (st == HC_OK) {
        restore(w);
        st = solve(w, err);
    }
    if (st == HC_OK) {
        subtract(w);
        st = inflate(w, err);
    }
    return st;
}

static hc_status memory(work *w, hc_err *err)
{
    const size_t m = 2 * w->k + w->trend;
    w->a = calloc(m * m, sizeof *w->a);
    w->bv = calloc(m, sizeof *w->bv);
    w->bi = calloc(m, sizeof *w->bi);
    w->inflation = calloc(w->k, sizeof *w->inflation);
    return w->a && w->bv && w->bi && w->inflation ? HC_OK : hc_fail_nomem(err);
}

hc_status hc_wave_lines(const hc_wave_data *d, const hc_wave_options *o,
                        double period_s, hc_wave *out, hc_err *err)
{
    work *w = calloc(1, sizeof *w);
    if (!w)
        return hc_fail_nomem(err);
    w->d = d;
    w->base = period_s > 0 ? d->dt_s / period_s : 0;
    const double periods = w->base > 0 ? w->base * (double)d->n : 2;
    const double most = fmax(0, floor(2 * periods) - 1);
    w->trend = (size_t)fmin((double)o->drift, most) + 1;
    w->v = malloc(d->n * sizeof *w->v);
    w->i = malloc(d->n * sizeof *w->i);
    w->z = fftw_malloc(d->n * sizeof *w->z);
    hc_status st = w->v && w->i && w->z ? HC_OK : hc_fail_nomem(err);
    double scale = 1;
    if (st == HC_OK) {
        restore(w);
        st = hc_wave_detrend(w->v, d->n, 1, err);
    }
    if (st == HC_OK)
        st = hc_wave_detrend(w->i, d->n, 1, err);
    if (st == HC_OK) {
        const double v2 = square(w->v, d->n), i2 = square(w->i, d->n);
        scale = v2 > 0 && i2 > 0 ? sqrt(v2 / i2) : 1;
        st = choose(w, scale, err);
    }
    if (st == HC_OK)
        st = memory(w, err);
    if (st == HC_OK)
        st = fit(w, err);
    if (st == HC_OK)
        st = result(w, scale, o, out, err);
    free(w->v);
    free(w->i);
    free(w->a);
    free(w->bv);
    free(w->bi);
    free(w->inflation);
    fftw_free(w->z);
    free(w);
    return st;
}
