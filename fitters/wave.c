/* wave.c: which way from samples to impedance suits a record */
#include "fitters/wave_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {[HC_WAVE_AUTO] = "auto",
                                    [HC_WAVE_PERIODS] = "periods",
                                    [HC_WAVE_LINES] = "lines",
                                    [HC_WAVE_STEP] = "step",
                                    [HC_WAVE_BROADBAND] = "broadband"};

hc_wave_options hc_wave_defaults(void)
{
    return (hc_wave_options){
        .period_s = NAN, .drift = 3, .skip = -1, .harmonics = 3};
}

const char *hc_wave_method_word(hc_wave_method m)
{
    return words[m];
}

bool hc_wave_method_find(const char *word, hc_wave_method *m)
{
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strcmp(words[k], word) == 0) {
            *m = (hc_wave_method)k;
            return true;
        }
    return false;
}

void hc_wave_clear(hc_wave *w)
{
    free(w->lines);
    free(w->harmonics);
    *w = (hc_wave){0};
}

/* Whole number of periods that is a whole number of samples, 0: none that
 * leaves two of them. */
static size_t whole(double period, double sd, size_t n)
{
    if (sd * (double)n > 0.3 * period)
        return 0;
    for (long m = 1; m <= 64; m++) {
        const double len = period * (double)m;
        if (2 * floor(len + 0.5) > (double)n)
            return 0;
        const double off = fabs(len - floor(len + 0.5)) * (double)n / len;
        if (off < 0.02 * (double)m || off < 1e-6 * len)
            return (size_t)(len + 0.5);
    }
    return 0;
}

static bool stepped(const double *x, size_t n)
{
    return hc_wave_edge_part(x, n) < 0.25;
}

/* The period in samples: given, or found in I, else in V; 0: none.  A few
 * steps are not taken for the beginning of something periodic, nor is the
 * answer to them. */
static hc_status find_period(const hc_wave_data *d, const hc_wave_options *o,
                             double *period, double *sd, hc_err *err)
{
    *period = *sd = 0;
    if (o->period_s > 0) {
        *period = o->period_s / d->dt_s;
        if ((double)d->n < *period * (1 - 1e-6))
            return hc_fail(err, HC_DATA,
                           "%.3g of a period of %.6g s was sampled; a whole "
                           "one is needed",
                           (double)d->n / *period, o->period_s);
        if (*period < 2)
            return hc_fail(err, HC_DATA,
                           "a period of %.6g s has fewer than two samples, "
                           "%.6g s apart",
                           o->period_s, d->dt_s);
        return HC_OK;
    }
    const bool steps = stepped(d->i_ampere, d->n);
    hc_status st = hc_wave_period(d->i_ampere, d->n, period, sd, err);
    if (steps && 2 * *period > (double)d->n)
        *period = 0;
    if (st != HC_OK || *period > 0 || steps)
        return st;
    st = hc_wave_period(d->v_volt, d->n, period, sd, err);
    if (2 * *period > (double)d->n) /* what the current does not show */
        *period = 0;
    return st;
}

/* A given period is exact to its digits only, a found one to its error: a
 * whole number of samples close to it is meant. */
static double snap(const hc_wave_data *d, const hc_wave_options *o,
                   double period, double sd)
{
    const double near_ = floor(period + 0.5);
    const double periods = (double)d->n / period;
    if (o->period_s > 0 && fabs(period - near_) < 1e-6 * period)
        return near_;
    const double slack = fmin(0.3, fmax(0.02, 3 * sd * periods));
    return fabs(period - near_) * periods < slack && sd * periods < 0.3
               ? near_
               : period;
}

static hc_status choose(const hc_wave_data *d, const hc_wave_options *o,
                        hc_wave_method *m, double *period, hc_err *err)
{
    double sd = 0;
    const bool driven_by_v = o->drive == HC_DRIVE_VOLTAGE;
    *period = 0;
    *m = o->method;
    if (*m == HC_WAVE_STEP || *m == HC_WAVE_BROADBAND)
        return HC_OK;
    hc_status st = find_period(d, o, period, &sd, err);
    if (st != HC_OK)
        return st;
    if (*period > 0) {
        *period = snap(d, o, *period, sd);
        const size_t len = whole(*period, sd, d->n);
        if (*m == HC_WAVE_AUTO)
            *m = len > 0 ? HC_WAVE_PERIODS : HC_WAVE_LINES;
        if (*m == HC_WAVE_PERIODS && len > 0)
            *period = (double)len;
        return HC_OK;
    }
    if (*m != HC_WAVE_AUTO)
        return HC_OK;
    const double *x = driven_by_v ? d->v_volt : d->i_ampere;
    bool sparse = false;
    if (stepped(x, d->n))
        *m = HC_WAVE_STEP;
    else if ((st = hc_wave_is_sparse(x, d->n, &sparse, err)) == HC_OK) {
        *m = sparse ? HC_WAVE_LINES : HC_WAVE_BROADBAND;
        *period = sparse ? (double)d->n : 0; /* the record is one period */
    }
    return st;
}

static hc_status check(const hc_wave_data *d, hc_err *err)
{
    if (d->n < HC_WAVE_LEAST)
        return hc_fail(err, HC_DATA, "%zu samples are too few; %d at least",
                       d->n, HC_WAVE_LEAST);
    hc_status st = hc_wave_moves(d->i_ampere, d->n, "current", err);
    if (st == HC_OK)
        st = hc_wave_moves(d->v_volt, d->n, "voltage", err);
    if (st == HC_OK)
        st = hc_wave_clipped(d->v_volt, d->n, "voltage", err);
    if (st == HC_OK)
        st = hc_wave_clipped(d->i_ampere, d->n, "current", err);
    return st;
}

static double mean(const double *x, size_t n)
{
    double s = 0;
    for (size_t k = 0; k < n; k++)
        s += x[k];
    return s / (double)n;
}

static hc_status no_period(const hc_wave_data *d, hc_err *err)
{
    return hc_fail(err, HC_DATA,
                   "no period is found in %zu samples over %.6g s: at least "
                   "one and a half are needed, or --period",
                   d->n, (double)d->n * d->dt_s);
}

static hc_status by_method(const hc_wave_data *d, const hc_wave_options *o,
                           hc_wave_method m, double period, hc_wave *out,
                           hc_err *err)
{
    switch (m) {
    case HC_WAVE_PERIODS:
        if (period < 2)
            return no_period(d, err);
        if (2 * (size_t)(period + 0.5) > d->n)
            return hc_fail(err, HC_DATA,
                           "%.3g periods of %.6g s were sampled; averaging "
                           "needs two",
                           (double)d->n / period, period * d->dt_s);
        return hc_wave_periods(d, o, (size_t)(period + 0.5), out, err);
    case HC_WAVE_LINES:
        return hc_wave_lines(d, o, period > 0 ? period * d->dt_s : NAN, out,
                             err);
    case HC_WAVE_STEP:
        return hc_wave_step(d, o, out, err);
    case HC_WAVE_BROADBAND:
    case HC_WAVE_AUTO:
        break;
    }
    return hc_wave_broadband(d, o, out, err);
}

hc_status hc_wave_run(const hc_wave_data *d, const hc_wave_options *o,
                      hc_wave *out, hc_err *err)
{
    hc_wave w = {.period_s = NAN, .periods = NAN, .even = NAN, .odd = NAN};
    double period = 0;
    hc_status st = check(d, err);
    if (st == HC_OK)
        st = choose(d, o, &w.method, &period, err);
    if (st == HC_OK) {
        w.dc_volt = mean(d->v_volt, d->n);
        w.dc_ampere = mean(d->i_ampere, d->n);
        st = by_method(d, o, w.method, period, &w, err);
    }
    if (st == HC_OK)
        hc_wave_thin(&w, o->per_decade);
    if (st == HC_OK)
        *out = w;
    else
        hc_wave_clear(&w);
    return st;
}
