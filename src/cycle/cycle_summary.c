/* cycle_summary.c: what a list of cycles says as a whole */
#include "cycle/cycle_summary.h"

#include "core/text.h"
#include "cycle/thin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Currents within this part of each other are one rate. */
static const double rate_tol = 0.03;

void hc_cycle_summary_clear(hc_cycle_summary *s)
{
    free(s->rates);
    free(s->rate_of);
    free(s->retention);
    memset(s, 0, sizeof *s);
}

static long find_rate(const hc_cycle_summary *s, double current_a)
{
    for (size_t r = 0; r < s->n_rates; r++)
        if (fabs(s->rates[r].current_a - current_a) <=
            rate_tol * s->rates[r].current_a)
            return (long)r;
    return -1;
}

static hc_status group_rates(hc_cycle_summary *s, const hc_cycle_list *l,
                             hc_err *err)
{
    size_t cap = 0;

    for (size_t k = 0; k < l->n; k++) {
        double i = l->at[k].discharge.current_a;

        s->rate_of[k] = -1;
        if (!(l->at[k].discharge.used_ah > 0) || !(i > 0))
            continue;
        long r = find_rate(s, i);

        if (r < 0) {
            void *p =
                hc_grow(s->rates, &cap, s->n_rates + 1, sizeof *s->rates);

            if (!p)
                return hc_fail_nomem(err);
            s->rates = p;
            r = (long)s->n_rates++;
            s->rates[r] =
                (hc_rate){.current_a = i,
                          .charge_current_a = l->at[k].charge.current_a,
                          .first = (long)k};
        }
        s->rate_of[k] = r;
        s->rates[r].cycles++;
        s->rates[r].last = (long)k;
    }
    for (size_t r = 1; r < s->n_rates; r++)
        if (s->rates[r].cycles > s->rates[s->main_rate].cycles)
            s->main_rate = r;
    return HC_OK;
}

/* Median of the last three cycles at a rate, up to cycle `upto`. */
static double last_three(const hc_cycle_summary *s, const hc_cycle_list *l,
                         long rate, long upto)
{
    double x[3];
    size_t n = 0;

    for (long k = upto; k >= 0 && n < 3; k--)
        if (s->rate_of[k] == rate)
            x[n++] = l->at[k].discharge.used_ah;
    return hc_median_sort(x, n);
}

/* The reference of a rate: the cycle asked for, or its first cycle that is
 * not the first of the test (formation). */
static long reference_of(const hc_cycle_summary *s, const hc_cycle_list *l,
                         long rate, long asked)
{
    long only = -1;

    for (size_t k = 0; k < l->n; k++) {
        if (s->rate_of[k] != rate)
            continue;
        if (asked >= 0 && l->at[k].number == asked)
            return (long)k;
        if (asked >= 0 && l->at[k].number < asked)
            continue;
        if (k > 0)
            return (long)k;
        only = (long)k;
    }
    return only;
}

static void retain(hc_cycle_summary *s, const hc_cycle_list *l, long asked)
{
    for (size_t k = 0; k < l->n; k++)
        s->retention[k] = NAN;
    for (size_t r = 0; r < s->n_rates; r++) {
        long ref = reference_of(s, l, (long)r, asked);

        if (r == s->main_rate)
            s->reference = ref;
        for (size_t k = 0; ref >= 0 && k < l->n; k++)
            if (s->rate_of[k] == (long)r)
                s->retention[k] =
                    l->at[k].discharge.used_ah / l->at[ref].discharge.used_ah;
    }
}

static void find_nominal(hc_cycle_summary *s, const hc_cycle_scale *scale)
{
    double slowest = INFINITY;

    s->nominal_ah = scale->nominal_ah;
    if (!isnan(s->nominal_ah))
        return;
    s->nominal_measured = true;
    for (size_t r = 0; r < s->n_rates; r++)
        if (s->rates[r].current_a < slowest) {
            slowest = s->rates[r].current_a;
            s->nominal_ah = s->rates[r].capacity_ah;
        }
}

/* Return to the first rate after another one. */
static void find_recovery(hc_cycle_summary *s, const hc_cycle_list *l)
{
    long first_end = -1, back = -1;

    s->recovery = NAN;
    for (size_t k = 0; k < l->n; k++) {
        if (s->rate_of[k] < 0)
            continue;
        if (s->rate_of[k] == 0 && back < 0 && first_end < 0)
            continue;
        if (s->rate_of[k] != 0 && first_end < 0)
            first_end = (long)k - 1;
        if (s->rate_of[k] == 0 && first_end >= 0)
            back = (long)k;
    }
    if (back >= 0)
        s->recovery =
            last_three(s, l, 0, back) / last_three(s, l, 0, first_end);
}

/* Mean efficiency, life to 80 %, knee: of the cycles at the main rate. */
static hc_status follow_fade(hc_cycle_summary *s, const hc_cycle_list *l,
                             double min_bic_gain, hc_err *err)
{
    double *x = calloc(2 * l->n, sizeof *x), *y = x ? x + l->n : NULL;
    double ce = 0;
    size_t n = 0, n_ce = 0;

    if (!x)
        return hc_fail_nomem(err);
    s->cycle_80 = -1;
    for (size_t k = 0; k < l->n; k++) {
        const hc_cycle *c = &l->at[k];

        if (s->rate_of[k] != (long)s->main_rate || c->no_low)
            continue; /* one that was cut short has no capacity */
        if (k > 0 && isfinite(c->ce)) {
            ce += c->ce;
            n_ce++;
        }
        if (s->retention[k] >= 0.8)
            s->cycle_80 = -1;
        else if (s->cycle_80 < 0)
            s->cycle_80 = (long)k;
        x[n] = (double)c->number;
        y[n++] = c->discharge.used_ah;
    }
    s->mean_ce = n_ce ? ce / (double)n_ce : (double)NAN;
    s->first_ce = l->at[0].ce;
    s->knee = hc_knee_find(x, y, n, min_bic_gain);
    free(x);
    return HC_OK;
}

hc_status hc_cycle_summarise(hc_cycle_summary *out, const hc_cycle_list *l,
                             const hc_cycle_scale *scale, long reference,
                             double min_bic_gain, hc_err *err)
{
    hc_cycle_summary s = {.reference = -1};
    hc_status st = HC_OK;

    s.rate_of = calloc(l->n + 1, sizeof *s.rate_of);
    s.retention = calloc(l->n + 1, sizeof *s.retention);
    if (!s.rate_of || !s.retention)
        st = hc_fail_nomem(err);
    if (!st)
        st = group_rates(&s, l, err);
    if (!st) {
        for (size_t r = 0; r < s.n_rates; r++)
            s.rates[r].capacity_ah =
                last_three(&s, l, (long)r, s.rates[r].last);
        find_nominal(&s, scale);
        retain(&s, l, reference);
        find_recovery(&s, l);
        st = follow_fade(&s, l, min_bic_gain, err);
    }
    if (st)
        hc_cycle_summary_clear(&s);
    else
        *out = s;
    return st;
}

/* ---- as records ---- */

static void put(hc_writer *w, const hc_conditions *at, const char *quantity,
                double value, const char *unit, const char *status)
{
    hc_record r = hc_record_make(at, "cycles", quantity, value, unit);

    snprintf(r.status, sizeof r.status, "%s", status);
    hc_records_put(w, &r);
}

static void put_knee(hc_writer *w, const hc_conditions *at, const hc_knee *k)
{
    hc_record r = hc_record_make(at, "bacon-watts", "knee_cycle",
                                 k->found ? k->x : (double)NAN, "1");

    r.ci95_low = k->found ? k->low : (double)NAN;
    r.ci95_high = k->found ? k->high : (double)NAN;
    snprintf(r.status, sizeof r.status, "%s",
             k->n < 12  ? "too-few-cycles"
             : k->found ? "ok"
                        : "no-knee");
    hc_records_put(w, &r);
    if (k->n < 12)
        return;
    put(w, at, "knee_bic_gain", k->bic_gain, "1", "ok");
    if (!k->found)
        return;
    put(w, at, "knee_kneedle_cycle", k->kneedle, "1", "ok");
    put(w, at, "fade_before_knee_ah", k->slope_before, "Ah", "per-cycle");
    put(w, at, "fade_after_knee_ah", k->slope_after, "Ah", "per-cycle");
}

static void put_fade(hc_writer *w, const hc_cycle_summary *s,
                     const hc_cycle_list *l, const hc_conditions *none)
{
    hc_conditions at = *none;

    if (s->n_rates == 0)
        return;
    const hc_rate *main_rate = &s->rates[s->main_rate];

    put(w, &at, "reference_cycle",
        s->reference >= 0 ? (double)l->at[s->reference].number : (double)NAN,
        "1", "equal-rate");
    at.cycle_count = (double)l->at[main_rate->last].number;
    put(w, &at, "capacity_retention", s->retention[main_rate->last], "1",
        "equal-rate");
    at.cycle_count = NAN;
    put(w, &at, "cycle_at_80_percent",
        s->cycle_80 >= 0 ? (double)l->at[s->cycle_80].number : (double)NAN,
        "1", s->cycle_80 >= 0 ? "ok" : "not-reached");
    put_knee(w, &at, &s->knee);
}

/* Single cycles of a reservoir test move what was set, the last all that is
 * left: they have no mean. */
static void put_mean(hc_writer *w, const hc_cycle_summary *s,
                     const hc_cycle_list *l, const hc_conditions *at)
{
    bool reservoir = !isnan(l->reservoir_ce);

    put(w, at, "mean_coulombic_efficiency",
        reservoir ? (double)NAN : s->mean_ce, "1",
        reservoir ? "reservoir-method" : "main-rate-without-first");
}

void hc_cycle_summary_records(hc_writer *w, const hc_cycle_summary *s,
                              const hc_cycle_list *l,
                              const hc_cycle_scale *scale, const char *cell,
                              long source)
{
    hc_conditions at = hc_conditions_none();
    const hc_cycle *first = &l->at[0];
    unsigned suspicion = 0;

    at.source_index = source;
    snprintf(at.cell, sizeof at.cell, "%s", cell ? cell : "-");
    put(w, &at, "cycles", (double)l->n, "1",
        l->by_instrument ? "by-instrument" : "by-current");
    put(w, &at, "nominal_capacity_ah", s->nominal_ah, "Ah",
        s->nominal_measured ? "slowest-discharge" : "given");
    at.cycle_count = (double)first->number;
    put(w, &at, "first_coulombic_efficiency", s->first_ce, "1", "ok");
    put(w, &at, "first_charging_capacity_ah", first->charge.used_ah, "Ah",
        first->by_counters ? "counters" : "integral");
    put(w, &at, "first_discharging_capacity_ah", first->discharge.used_ah,
        "Ah", first->by_counters ? "counters" : "integral");
    at.cycle_count = NAN;
    put_mean(w, s, l, &at);
    if (!isnan(scale->theory_ah) && s->n_rates)
        put(w, &at, "capacity_utilisation", s->nominal_ah / scale->theory_ah,
            "1", s->nominal_measured ? "slowest-discharge" : "nominal");
    put_fade(w, s, l, &at);
    for (size_t r = 0; r < s->n_rates; r++) {
        char status[64];

        snprintf(status, sizeof status, "rate=%.4g/h",
                 s->rates[r].current_a / s->nominal_ah);
        put(w, &at, "rate_capacity_ah", s->rates[r].capacity_ah, "Ah", status);
    }
    if (!isnan(s->recovery))
        put(w, &at, "rate_recovery", s->recovery, "1", "first-rate");
    if (!isnan(l->reservoir_ce)) {
        put(w, &at, "reservoir_coulombic_efficiency", l->reservoir_ce, "1",
            "reservoir-method");
        put(w, &at, "reservoir_cycles", (double)l->reservoir_cycles, "1",
            "ok");
    }
    for (size_t k = 0; k < l->n; k++) {
        if (!l->at[k].suspicion)
            continue;
        suspicion |= l->at[k].suspicion;
        hc_conditions here = at;

        here.cycle_count = (double)l->at[k].number;
        hc_record r = hc_record_word(
            &here, "cycles", "soft_short",
            l->at[k].suspicion & HC_SUSPECT_VOLTAGE_FALLS ? "voltage-falls"
            : l->at[k].suspicion & HC_SUSPECT_NO_CUTOFF   ? "no-cutoff"
                                                          : "rest-loss");

        hc_records_put(w, &r);
    }
    if (!suspicion) {
        hc_record r =
            hc_record_word(&at, "cycles", "soft_short", "no-suspicion");

        hc_records_put(w, &r);
    }
}

/* ---- rates ---- */

void hc_rate_table_begin(hc_writer *w)
{
    static const char *const names[] = {
        "source_index",     "discharging_rate_per_hour",
        "current_ampere",   "charging_current_ampere",
        "cycles",           "discharging_capacity_ah",
        "relative_capacity"};

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        hc_writer_column(w, names[k]);
}

void hc_rate_table_put(hc_writer *w, const hc_cycle_summary *s, long source)
{
    double most = 0;

    for (size_t r = 0; r < s->n_rates; r++)
        most = fmax(most, s->rates[r].capacity_ah);
    for (size_t r = 0; r < s->n_rates; r++) {
        hc_writer_integer(w, source);
        hc_writer_digits(w, s->rates[r].current_a / s->nominal_ah, 10);
        hc_writer_digits(w, s->rates[r].current_a, 10);
        hc_writer_digits(w, s->rates[r].charge_current_a, 10);
        hc_writer_integer(w, s->rates[r].cycles);
        hc_writer_digits(w, s->rates[r].capacity_ah, 10);
        hc_writer_digits(w, s->rates[r].capacity_ah / most, 10);
        hc_writer_end_row(w);
    }
}
