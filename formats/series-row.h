/* series-row.h: what a row of a series says (inside series.c, straight.c)
 *
 * In line, as each row goes through it; what only some files have is in
 * series-row.c.
 */
#ifndef HC_FORMATS_SERIES_ROW_H
#define HC_FORMATS_SERIES_ROW_H

#include "formats/normal.h"

#include <math.h>
#include <stdbool.h>

/* Time of a row where no column has the time of the test, or under that name
 * one of dates. */
double hc_series_other_time(hc_normal *n, const hc_cell *cells);
/* The time of the steps before, where the steps have times alone. */
void hc_series_add_up_steps(hc_normal *n);
/* The current of files that store none. */
double hc_series_derived_current(const hc_normal *n, double t);
/* Another cycle than the row before had. */
void hc_series_new_cycle(hc_normal *n, double c);
/* The clock of a row in seconds since 1970 UTC, where hc_series_can_utc. */
double hc_series_utc(hc_normal *n, const hc_cell *cells, double t);
/* The dates have jumped by so much. */
void hc_series_warn_of_month(hc_normal *n, double days);

static inline double hc_series_num(const hc_normal *n, int slot)
{
    return slot < 0 ? NAN : n->num[slot];
}

/* Time of the row before any repair. */
static inline double hc_series_raw_time(hc_normal *n, const hc_cell *cells)
{
    if (n->slot.time >= 0) {
        double t = n->num[n->slot.time] * n->run.time_scale;
        if (t < 1e8)
            return t;
    }
    return hc_series_other_time(n, cells);
}

static inline void hc_series_advance(hc_normal *n)
{
    if (n->slot.time < 0 && n->slot.step_time >= 0)
        hc_series_add_up_steps(n);
}

static inline double hc_series_voltage(const hc_normal *n)
{
    const hc_slots *s = &n->slot;
    if (s->volt >= 0)
        return n->num[s->volt];
    if (s->working >= 0 && s->counter >= 0)
        return n->num[s->working] - n->num[s->counter];
    return hc_series_num(n, s->working);
}

static inline double hc_series_current(const hc_normal *n, double t)
{
    return n->slot.amp >= 0 ? n->num[n->slot.amp]
                            : hc_series_derived_current(n, t);
}

/* Our step_count: the file's own, or one more at each change of its step. */
static inline double hc_series_count_step(hc_normal *n)
{
    const hc_slots *s = &n->slot;
    hc_running *r = &n->run;
    double id = hc_series_num(n, s->step_id);
    bool flagged = s->step_flag >= 0 && n->num[s->step_flag] > 0;
    if (s->step >= 0)
        return n->num[s->step];
    if (!r->any)
        r->step = 1;
    else if (flagged || (s->step_id >= 0 && id != r->last_step_id))
        r->step++;
    r->last_step_id = id;
    return s->step_id < 0 && s->step_flag < 0 ? NAN : (double)r->step;
}

static inline double hc_series_count_cycle(hc_normal *n)
{
    double c;
    if (n->slot.cycle >= 0)
        c = n->num[n->slot.cycle];
    else if (n->dataset->cycle_count >= 0)
        c = (double)n->dataset->cycle_count;
    else
        return NAN;
    if (c != n->run.last_cycle)
        hc_series_new_cycle(n, c);
    return c;
}

/* Charge of the interval before this row, in Ah. */
static inline double hc_series_charge(const hc_running *r, double t,
                                      double amp)
{
    const double dt = t - r->last_time;
    if (!(dt > 0) || isnan(amp))
        return 0;
    return r->last_amp * amp > 0 ? 0.5 * (r->last_amp + amp) * dt / 3600
                                 : amp * dt / 3600;
}

/* Less than a month: what a day is that was taken for one. */
#define HC_MONTH_S (27.5 * 86400)

/* A row at time t, and all that runs through the rows. */
__attribute__((always_inline)) static inline void
hc_series_derive(hc_normal *n, const hc_cell *cells, double t, hc_derived *d)
{
    hc_running *r = &n->run;
    const double dt = t - r->last_time;
    d->t = t;
    d->volt = hc_series_voltage(n);
    d->amp = hc_series_current(n, t);
    if (n->dataset->judge_current) {
        hc_polarity_add(&r->polarity, d->amp, d->volt);
        r->high_volts += fabs(d->volt) > 100;
    }
    d->cycle = hc_series_count_cycle(n);
    d->step = hc_series_count_step(n);
    d->utc = NAN;
    if (hc_series_can_utc(n)) {
        d->utc = hc_series_utc(n, cells, t);
        if (!isnan(d->utc))
            r->last_utc = d->utc;
    }
    if (n->counters.kind == HC_COUNTS_NOT || !hc_counters_add(n, d)) {
        const double q = hc_series_charge(r, t, d->amp);
        const double in = r->charged_ah + (q > 0 ? q : 0);
        const double out = r->discharged_ah - (q > 0 ? 0 : q);
        r->charged_ah = d->charged_ah = in;
        r->discharged_ah = d->discharged_ah = out;
    } else {
        d->charged_ah = r->charged_ah;
        d->discharged_ah = r->discharged_ah;
    }
    if (t > r->last_time)
        r->last_dt = dt;
    if (n->slot.date >= 0 && dt > HC_MONTH_S && !r->told_month)
        hc_series_warn_of_month(n, dt / 86400);
    r->last_time = t;
    r->last_amp = d->amp;
    r->last_volt = d->volt;
    r->last_count = d->step;
    r->any = true;
}

/* Is the present row one where nothing is to be repaired, rejected or held?
 * Then *d becomes what it has. */
__attribute__((always_inline)) static inline bool
hc_series_ordinary(hc_normal *n, const hc_cell *cells, hc_derived *d)
{
    const hc_slots *s = &n->slot;
    hc_running *r = &n->run;
    double t, record = NAN;
    if (n->held.held || !r->any)
        return false;
    hc_series_advance(n); /* once more for the same row changes nothing */
    t = hc_series_raw_time(n, cells) + r->time_offset;
    if (t < r->last_time)
        return false;
    if (s->record >= 0) {
        record = n->num[s->record];
        if (record == r->last_record && t == r->last_time)
            return false;
    }
    if (s->time >= 0 && t - r->last_time > HC_SLIP_STEPS * r->last_dt &&
        !n->options->no_repair && hc_time_slip(r, t) != 1)
        return false;
    r->last_record = record;
    hc_series_derive(n, cells, t, d);
    return true;
}

#endif
