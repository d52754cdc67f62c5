/* wave_periods.c: whole periods of whole samples, transformed and averaged
 *
 * One period is one transform, so nothing leaks; what differs between
 * periods is the noise (Pintelon and Schoukens, section 2.4).  The noise of
 * neighbouring lines is pooled, since few periods tell little.
 */
#include "fitters/wave_private.h"

#include "core/sort.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

enum { PROBES = 4096 };

typedef struct {
    const hc_wave_data *d;
    size_t len, first, blocks; /* samples a period, where, how many */
    double scale;              /* of the current, to the size of V */
    double trend_v[HC_WAVE_ORDERS], trend_i[HC_WAVE_ORDERS];
    double *vv, *ii; /* [len/2] sums over periods */
    double complex *v, *i, *dv, *di, *vi;
    size_t lines; /* len/2: lines 0 to lines-1 */
} work;

/* Mean square of what changes from one period to the next, drift aside. */
static double change(const double *x, size_t len)
{
    double e[PROBES], s = 0;
    const size_t n = len < PROBES ? len : PROBES;
    hc_err err;
    for (size_t k = 0; k < n; k++) {
        const size_t at = k * len / n;
        e[k] = x[at + len] - x[at];
    }
    if (n < 8 || hc_wave_detrend(e, n, 2, &err) != HC_OK)
        return 0;
    for (size_t k = 0; k < n; k++)
        s += e[k] * e[k];
    return s / (double)n;
}

/* Periods at the start that are not yet like the later ones. */
static long settling(const hc_wave_data *d, size_t first, size_t len,
                     size_t blocks)
{
    enum { MOST = 64 };
    double e[MOST], sorted[MOST];
    const size_t n = blocks - 1 < MOST ? blocks - 1 : MOST;
    if (n < 2)
        return 0;
    for (size_t p = 0; p < n; p++)
        e[p] = sorted[p] = change(d->v_volt + first + p * len, len);
    hc_sort_rising(sorted, n);
    /* what is below 1e-4 of the signal is not worth a period */
    double mean = 0, square = 0;
    for (size_t k = 0; k < len; k++)
        mean += d->v_volt[first + k] / (double)len;
    for (size_t k = 0; k < len; k++)
        square += pow(d->v_volt[first + k] - mean, 2) / (double)len;
    const double usual = fmax(sorted[n / 4], 1e-8 * square);
    long skip = 0;
    while ((size_t)skip < n / 2 && e[skip] > 1.5 * usual)
        skip++;
    return skip;
}

/* Polynomial through the means of the periods: drift whatever the wave. */
static hc_status fit_trend(const work *w, const double *x, long order,
                           double *c, hc_err *err)
{
    double *mean = calloc(w->blocks, sizeof *mean);
    if (!mean)
        return hc_fail_nomem(err);
    for (size_t p = 0; p < w->blocks; p++) {
        const double *b = x + w->first + p * w->len;
        for (size_t k = 0; k < w->len; k++)
            mean[p] += b[k];
        mean[p] /= (double)w->len;
    }
    const hc_status st = hc_wave_block_trend(mean, w->blocks, order, c, err);
    free(mean);
    return st;
}

/* Period p as V + j scale I without its trend. */
static void load(const work *w, size_t p, double complex *z)
{
    const size_t from = w->first + p * w->len;
    const double b = 2 / ((double)w->blocks * (double)w->len);
    const double a = 2 * (double)p / (double)w->blocks - 1 + b / 2;
    for (size_t k = 0; k < w->len; k++) {
        const double u = a + b * (double)k;
        z[k] = CMPLX(w->d->v_volt[from + k] - hc_wave_trend_at(w->trend_v, u),
                     w->scale * (w->d->i_ampere[from + k] -
                                 hc_wave_trend_at(w->trend_i, u)));
    }
}

/* Amplitudes of both signals at line k of the packed transform. */
static void unpack(const work *w, const double complex *z, size_t k,
                   double complex *v, double complex *i)
{
    const double complex a = z[k], b = conj(z[w->len - k]);
    *v = (a + b) / (double)w->len;
    *i = (a - b) * CMPLX(0, -1) / ((double)w->len * w->scale);
}

/* Sums are of differences to the first period, so that little cancels. */
static void add(work *w, size_t p, const double complex *z)
{
    for (size_t k = 1; k < w->lines; k++) {
        double complex v, i;
        unpack(w, z, k, &v, &i);
        if (p == 0) {
            w->v[k] = v;
            w->i[k] = i;
            continue;
        }
        v -= w->v[k];
        i -= w->i[k];
        w->dv[k] += v;
        w->di[k] += i;
        w->vv[k] += creal(v) * creal(v) + cimag(v) * cimag(v);
        w->ii[k] += creal(i) * creal(i) + cimag(i) * cimag(i);
        w->vi[k] += v * conj(i);
    }
}

static hc_status transform(work *w, hc_err *err)
{
    double complex *z = fftw_malloc(w->len * sizeof *z);
    fftw_plan plan =
        z ? fftw_plan_dft_1d((int)w->len, z, z, FFTW_FORWARD, FFTW_ESTIMATE)
          : NULL;
    for (size_t p = 0; plan && p < w->blocks; p++) {
        load(w, p, z);
        fftw_execute(plan);
        add(w, p, z);
    }
    const bool ok = plan != NULL;
    fftw_destroy_plan(plan);
    fftw_free(z);
    return ok ? HC_OK : hc_fail_nomem(err);
}

/* Means, and variances of the means, of each line alone. */
static void finish(work *w)
{
    const double n = (double)w->blocks;
    for (size_t k = 1; k < w->lines; k++) {
        const double complex dv = w->dv[k] / n, di = w->di[k] / n;
        const double f = 1 / (n * (n - 1));
        w->vv[k] = fmax(0, w->vv[k] - n * creal(dv * conj(dv))) * f;
        w->ii[k] = fmax(0, w->ii[k] - n * creal(di * conj(di))) * f;
        w->vi[k] = (w->vi[k] - n * dv * conj(di)) * f;
        w->v[k] += dv;
        w->i[k] += di;
    }
}

/* Variances pooled over lines a to b. */
static void pool(const work *w, size_t a, size_t b, double *vv, double *ii,
                 double complex *vi)
{
    *vv = *ii = 0;
    *vi = 0;
    for (size_t k = a; k <= b; k++) {
        *vv += w->vv[k];
        *ii += w->ii[k];
        *vi += w->vi[k];
    }
    const double n = (double)(b - a + 1);
    *vv /= n;
    *ii /= n;
    *vi /= n;
}

static void fill(const work *w, hc_wave_spectrum *s)
{
    const size_t n = w->blocks - 1, wide = (8 + n - 1) / n;
    for (size_t k = 1; k < w->lines; k++) {
        const size_t m = k - 1, last = w->lines - 1;
        const size_t near_ = k / 2 < wide ? k / 2 : wide;
        const size_t up = k + near_ < last ? k + near_ : last;
        const size_t far = k + wide < last ? k + wide : last;
        double complex vi;
        s->freq_hz[m] = (double)k / ((double)w->len * w->d->dt_s);
        s->order[m] = (long)k;
        s->v[m] = w->v[k];
        s->i[m] = w->i[k];
        pool(w, k > wide ? k - wide : 1, far, &s->sv[m], &s->si[m], &vi);
        pool(w, k - near_, up, &s->vv[m], &s->ii[m], &s->vi[m]);
        s->dof[m] = (double)((up - (k - near_) + 1) * n);
        const double own = hc_wave_ratio_variance(w->v[k], w->i[k], w->vv[k],
                                                  w->ii[k], w->vi[k]);
        const double pooled = hc_wave_ratio_variance(
            w->v[k], w->i[k], s->vv[m], s->ii[m], s->vi[m]);
        if (own > 4 * pooled) { /* noise of this line alone */
            s->vv[m] = w->vv[k];
            s->ii[m] = w->ii[k];
            s->vi[m] = w->vi[k];
            s->dof[m] = (double)n;
        }
    }
}

static void work_clear(work *w)
{
    free(w->vv);
    free(w->ii);
    free(w->v);
    free(w->i);
    free(w->dv);
    free(w->di);
    free(w->vi);
}

static hc_status work_init(work *w, const hc_wave_data *d, size_t period,
                           hc_err *err)
{
    *w = (work){.d = d, .len = period, .blocks = d->n / period};
    w->first = d->n - w->blocks * period;
    w->lines = (period + 1) / 2;
    double v2 = 0, i2 = 0;
    const size_t stride = d->n / 100000 + 1;
    for (size_t k = 0; k < d->n; k += stride) {
        v2 += fabs(d->v_volt[k] - d->v_volt[0]);
        i2 += fabs(d->i_ampere[k] - d->i_ampere[0]);
    }
    w->scale = v2 > 0 && i2 > 0 ? v2 / i2 : 1;
    w->vv = calloc(w->lines, sizeof *w->vv);
    w->ii = calloc(w->lines, sizeof *w->ii);
    w->v = calloc(w->lines, sizeof *w->v);
    w->i = calloc(w->lines, sizeof *w->i);
    w->dv = calloc(w->lines, sizeof *w->dv);
    w->di = calloc(w->lines, sizeof *w->di);
    w->vi = calloc(w->lines, sizeof *w->vi);
    if (w->vv && w->ii && w->v && w->i && w->dv && w->di && w->vi)
        return HC_OK;
    return hc_fail_nomem(err);
}

hc_status hc_wave_periods(const hc_wave_data *d, const hc_wave_options *o,
                          size_t period, hc_wave *out, hc_err *err)
{
    work w;
    hc_wave_spectrum s = {0};
    hc_status st = work_init(&w, d, period, err);
    if (st == HC_OK) {
        long skip =
            o->skip >= 0 ? o->skip : settling(d, w.first, w.len, w.blocks);
        if ((size_t)skip + 2 > w.blocks)
            st = hc_fail(err, HC_DATA,
                         "%zu whole periods less %ld to skip; two are needed",
                         w.blocks, skip);
        else {
            w.first += (size_t)skip * period;
            w.blocks -= (size_t)skip;
            out->skipped = skip;
        }
    }
    const long most = (long)w.blocks - 1;
    const long order = o->drift < most ? o->drift : most;
    if (st == HC_OK)
        st = fit_trend(&w, d->v_volt, order, w.trend_v, err);
    if (st == HC_OK)
        st = fit_trend(&w, d->i_ampere, order, w.trend_i, err);
    if (st == HC_OK)
        st = transform(&w, err);
    if (st == HC_OK)
        st = hc_wave_spectrum_init(&s, w.lines - 1, err);
    if (st == HC_OK) {
        finish(&w);
        fill(&w, &s);
        s.rate_hz = 1 / d->dt_s;
        out->period_s = (double)period * d->dt_s;
        out->periods = (double)w.blocks;
        st = hc_wave_judge(&s, o, out, err);
    }
    hc_wave_spectrum_clear(&s);
    work_clear(&w);
    return st;
}
