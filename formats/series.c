/* series.c: rows of kind series and wave
 *
 * test_time_second, voltage_volt, current_ampere first, then what the file
 * has of BDF's columns.  charging_capacity_ah and discharging_capacity_ah
 * never reset: where the file has no such columns they follow from its
 * counters (counters.c), and without counters from the current (trapezoid; the
 * interval over which the current changes its sign or starts counts with the
 * later current).
 */
#include "formats/normal.h"

#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one row ---- */

static double num(const hc_normal *n, int slot)
{
    return slot < 0 ? NAN : n->num[slot];
}

/* Time of the row before any repair. */
static double raw_time(hc_normal *n, const hc_cell *cells)
{
    double t;
    bool utc = false;
    if (n->slot.time >= 0) {
        t = n->num[n->slot.time] * n->run.time_scale;
        /* a column of dates under the name of time */
        if (t < 1e8 || cells[n->slot.time].type != HC_CELL_TEXT ||
            memchr(cells[n->slot.time].u.s, ':', cells[n->slot.time].len) ==
                NULL)
            return t;
    } else if (n->slot.step_time >= 0) {
        t = n->run.step_base + n->num[n->slot.step_time];
        return round(t * 1e6) / 1e6; /* what adding up made */
    } else if (n->slot.unix_time >= 0) {
        t = n->num[n->slot.unix_time];
    } else if (n->slot.date >= 0) {
        double clock = hc_normal_clock(n, &cells[n->slot.date], &utc);
        t = hc_normal_utc(n, clock, utc); /* over the change to summer time */
        t = isnan(t) ? clock : t;
    } else {
        return NAN;
    }
    if (isnan(n->run.first_date))
        n->run.first_date = t;
    return t - n->run.first_date;
}

/* Without a time of the test: steps one behind the other.  (The clock would
 * count pauses, in which nothing is recorded and nothing flows.) */
static void advance_step_time(hc_normal *n)
{
    hc_running *r = &n->run;
    const hc_slots *s = &n->slot;
    if (s->time >= 0 || s->step_time < 0)
        return;
    double t = n->num[s->step_time];
    double key = num(n, s->step >= 0 ? s->step : s->step_id);
    if (isnan(key)) /* no name of the step: its time alone tells */
        key = 0;
    /* a new step, and the time goes on by one interval as before: it is a
     * time of the test under the name of one of its steps */
    double on = t - r->last_step_time;
    if (r->any && key != r->last_step_key && r->last_dt > 0 &&
        fabs(on - r->last_dt) < 0.1 * r->last_dt && t > 3 * r->last_dt &&
        r->step_base == 0)
        r->step_time_on = true;
    if (r->any && (t < r->last_step_time ||
                   (key != r->last_step_key && !r->step_time_on)))
        r->step_base += r->last_step_time;
    r->last_step_key = key;
    r->last_step_time = t;
}

static double voltage(const hc_normal *n)
{
    const hc_slots *s = &n->slot;
    if (s->volt >= 0)
        return n->num[s->volt];
    if (s->working >= 0 && s->counter >= 0)
        return n->num[s->working] - n->num[s->counter];
    return num(n, s->working);
}

/* Files that store no current have the charge since the row before, as
 * EC-Lab makes its <I> of it; else what the instrument was told to do. */
static double derived_current(const hc_normal *n, double t)
{
    const hc_slots *s = &n->slot;
    double mode = num(n, s->mode), dt = t - n->run.last_time;
    if (s->amp_in >= 0 || s->amp_out >= 0) {
        double in = num(n, s->amp_in), out = num(n, s->amp_out);
        if (s->amp_in < 0) /* alone it may have both signs */
            return -out;
        return (isnan(in) ? 0 : in) - (isnan(out) ? 0 : fabs(out));
    }
    if (mode == 3)
        return 0;
    if (s->increment >= 0 && dt > 0)
        return n->num[s->increment] / dt;
    if (s->control_amp >= 0 && (s->mode < 0 || mode == 1))
        return n->num[s->control_amp];
    if (mode == 1 && s->control_mixed >= 0) /* in mA */
        return n->num[s->control_mixed] / 1000;
    return NAN;
}

static double current(const hc_normal *n, double t)
{
    return n->slot.amp >= 0 ? n->num[n->slot.amp] : derived_current(n, t);
}

/* Our step_count: the file's own, or one more at each change of its step. */
static double count_step(hc_normal *n)
{
    const hc_slots *s = &n->slot;
    hc_running *r = &n->run;
    double id = num(n, s->step_id);
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

static double count_cycle(hc_normal *n)
{
    double c = n->slot.cycle >= 0             ? n->num[n->slot.cycle]
               : n->dataset->cycle_count >= 0 ? (double)n->dataset->cycle_count
                                              : NAN;
    if (c == n->run.last_cycle)
        return c;
    n->run.last_cycle = c;
    if (!isnan(c) && c != floor(c) && n->run.warned_cycle == 0) {
        n->run.warned_cycle = 1;
        hc_sink_warn(n->sink, n->sink->line,
                     "the cycle column holds %g, which is no whole number", c);
        hc_normal_trail(n, "flagged",
                        "%s%scycle_count holds %g, which is no whole number",
                        n->many ? n->path : "", n->many ? ": " : "", c);
    }
    return c;
}

/* Charge of the interval before this row, in Ah. */
static void add_charge(hc_running *r, double t, double amp)
{
    double dt = t - r->last_time, q;
    if (!(dt > 0) || isnan(amp))
        return;
    if (r->last_amp * amp > 0) {
        q = 0.5 * (r->last_amp + amp) * dt / 3600;
    } else {
        q = amp * dt / 3600;
    }
    if (q > 0)
        r->charged_ah += q;
    else
        r->discharged_ah -= q;
}

static double utc_of(hc_normal *n, const hc_cell *cells, double t)
{
    bool utc = false;
    double clock;
    if (n->slot.unix_time >= 0)
        return n->num[n->slot.unix_time];
    if (n->slot.date >= 0) {
        clock = hc_normal_clock(n, &cells[n->slot.date], &utc);
        if (n->slot.time >= 0 && hc_cell_has_colon(&cells[n->slot.time]) &&
            fmod(clock, 86400) == 0 && n->num[n->slot.time] < 86400)
            clock += n->num[n->slot.time]; /* the time of that day */
        return hc_normal_utc(n, clock, utc);
    }
    return hc_normal_utc(n, n->start_clock, n->start_is_utc) + t;
}

/* Less than a month: what a day is that was taken for one. */
#define MONTH_S (27.5 * 86400)

static void emit(hc_normal *n, const hc_cell *cells, double t)
{
    hc_derived d = {.t = t};
    hc_running *r = &n->run;
    d.volt = voltage(n);
    d.amp = current(n, t);
    if (n->dataset->judge_current) {
        hc_polarity_add(&r->polarity, d.amp, d.volt);
        r->high_volts += fabs(d.volt) > 100;
    }
    d.cycle = count_cycle(n);
    d.step = count_step(n);
    d.utc = hc_series_can_utc(n) ? utc_of(n, cells, t) : NAN;
    if (!isnan(d.utc))
        r->last_utc = d.utc;
    if (!hc_counters_add(n, &d))
        add_charge(r, t, d.amp);
    if (t > r->last_time)
        r->last_dt = t - r->last_time;
    if (n->slot.date >= 0 && t - r->last_time > MONTH_S && !r->told_month) {
        r->told_month = true;
        hc_sink_warn(n->sink, n->sink->line,
                     "the dates jump by %.0f days: are day and month taken "
                     "for each other?",
                     (t - r->last_time) / 86400);
    }
    d.charged_ah = r->charged_ah;
    d.discharged_ah = r->discharged_ah;
    r->last_time = t;
    r->last_amp = d.amp;
    r->last_volt = d.volt;
    r->last_count = d.step;
    r->any = true;
    if (n->straight.now)
        hc_straight_put(n, &d);
    else
        hc_series_put(n, cells, &d);
}

/* ---- repairs ---- */

/* Keep a copy of the row until the next one tells what its time should be. */
static hc_status hold(hc_normal *n, const hc_cell *cells, hc_err *err)
{
    hc_held_row *h = &n->held;
    free(h->cells);
    free(h->at);
    h->cells = calloc(n->n_in + 1, sizeof *h->cells);
    h->at = calloc(n->n_in + 1, sizeof *h->at);
    if (h->cells == NULL || h->at == NULL)
        return hc_fail_nomem(err);
    hc_text_reset(&h->text);
    for (size_t i = 0; i < n->n_in; i++) {
        h->cells[i] = cells[i];
        h->at[i] = h->text.len;
        if (cells[i].type == HC_CELL_TEXT)
            hc_text_add(&h->text, cells[i].u.s, cells[i].len);
    }
    HC_TRY(hc_text_status(&h->text, err));
    for (size_t i = 0; i < n->n_in; i++)
        if (h->cells[i].type == HC_CELL_TEXT)
            h->cells[i].u.s = h->text.data + h->at[i];
    h->held = true;
    return HC_OK;
}

/* The row that ran backwards goes out: alone (the next row's time fits what
 * was before) with the time of the row before, otherwise as the first of a
 * clock that started again. */
static hc_status release(hc_normal *n, bool alone, double next)
{
    hc_held_row *h = &n->held;
    double was = n->run.last_time, raw;
    h->held = false;
    hc_normal_take_again(n, h->cells);
    raw = raw_time(n, h->cells) + n->run.time_offset;
    if (alone) {
        hc_normal_repaired(n, "row %zu: time %g between %g and %g, set to %g",
                           hc_writer_rows(n->writer) + 1, raw, was, next, was);
        emit(n, h->cells, was);
        return HC_OK;
    }
    n->run.time_offset += was - raw;
    hc_normal_repaired(n,
                       "row %zu: time starts again at %g after %g, "
                       "continued",
                       hc_writer_rows(n->writer) + 1, raw, was);
    emit(n, h->cells, was);
    return HC_OK;
}

/* Is a duplicate of the record before (the same index)? */
static bool is_duplicate(hc_normal *n, double t)
{
    double record = num(n, n->slot.record);
    bool same = record == n->run.last_record && t == n->run.last_time;
    n->run.last_record = record;
    if (!same || n->options->no_repair)
        return false;
    hc_normal_repaired(n, "record %.0f is there twice, one left out", record);
    return true;
}

/* A time that goes on in another unit. */
static double mend_slip(hc_normal *n, double t)
{
    hc_running *r = &n->run;
    double k = hc_time_slip(r, t);
    if (k == 1)
        return t;
    hc_normal_repaired(n,
                       "row %zu: time %g after %g is in another unit, taken "
                       "times %g from here",
                       hc_writer_rows(n->writer) + 1, t - r->time_offset,
                       r->last_time, k);
    r->time_scale *= k;
    return (t - r->time_offset) * k + r->time_offset;
}

/* Times of the day beside dates that have none: where the time falls and the
 * date has gone on, days are added.  False: it is not so. */
static bool over_midnight(hc_normal *n, const hc_cell *cells, double *t)
{
    hc_running *r = &n->run;
    const hc_slots *s = &n->slot;
    bool utc, first = !r->any;
    double day, on;
    if (s->date < 0 || s->time < 0 || !hc_cell_has_colon(&cells[s->time]) ||
        (!first && isnan(r->first_day)))
        return false;
    day = hc_normal_clock(n, &cells[s->date], &utc);
    if (isnan(day) || fmod(day, 86400) != 0)
        return false;
    if (first) { /* the time of the test begins with its first row */
        r->first_day = day;
        r->time_offset -= *t;
        *t = 0;
        return true;
    }
    on = *t + day - r->first_day;
    if (day <= r->first_day || on < r->last_time)
        return false;
    hc_normal_repaired(n, "row %zu: time %g after %g is of a later day",
                       hc_writer_rows(n->writer) + 1, *t - r->time_offset,
                       r->last_time - r->time_offset);
    r->time_offset += day - r->first_day;
    r->first_day = day;
    *t = on;
    return true;
}

/* Between the first two rows, where nothing is known of the interval. */
#define FIRST_DT_S 600.0

/* A time of the day beside no date that falls from the end of a day to its
 * beginning. */
static bool past_midnight(hc_normal *n, const hc_cell *cells, double *t)
{
    hc_running *r = &n->run;
    const hc_slots *s = &n->slot;
    double raw = *t - r->time_offset, was = r->last_time - r->time_offset;
    double near = r->last_dt > 0 ? 2 * r->last_dt : FIRST_DT_S;
    if (s->date >= 0 || s->time < 0 || !hc_cell_has_colon(&cells[s->time]) ||
        was >= 86400 || was + near < 86400 || raw > near)
        return false;
    r->time_offset += 86400;
    *t += 86400;
    hc_normal_repaired(n, "row %zu: time %g after %g is of the next day",
                       hc_writer_rows(n->writer) + 1, raw, was);
    return true;
}

/* The dates are the only time there is, and this one is none: the row has
 * been rejected. */
static bool lacks_date(hc_normal *n, const hc_cell *cells)
{
    const hc_slots *s = &n->slot;
    const hc_cell *c;
    bool utc;
    if (s->date < 0 || s->time >= 0 || s->step_time >= 0 || s->unix_time >= 0)
        return false;
    c = &cells[s->date];
    if (c->type != HC_CELL_TEXT || !isnan(hc_normal_clock(n, c, &utc)))
        return false;
    hc_normal_reject(n, "%.60s is not a date that is known: '%.*s'",
                     n->dataset->columns[s->date].name,
                     (int)(c->len < 40 ? c->len : 40), c->u.s);
    return true;
}

/* A time of the test that begins again with a step is that of the step. */
static bool with_the_step(hc_normal *n, double *t)
{
    hc_running *r = &n->run;
    const hc_slots *s = &n->slot;
    double raw = *t - r->time_offset;
    bool new_step = s->step >= 0 ? num(n, s->step) != r->last_count
                                 : s->step_id >= 0 &&
                                       num(n, s->step_id) != r->last_step_id;
    if (s->time < 0 || !new_step || raw < 0 ||
        raw > fmax(2 * r->last_dt, 0.1 * (r->last_time - r->time_offset)))
        return false;
    hc_normal_repaired(n,
                       "row %zu: time starts again at %g with a step after "
                       "%g, continued",
                       hc_writer_rows(n->writer) + 1, raw, r->last_time);
    *t = r->last_time + raw;
    r->time_offset = r->last_time;
    return true;
}

hc_status hc_series_row(hc_normal *n, const hc_cell *cells, hc_err *err)
{
    if (lacks_date(n, cells))
        return HC_OK;
    advance_step_time(n);
    double t = raw_time(n, cells) + n->run.time_offset;
    double last = n->run.last_time;
    if (n->held.held) {
        double *kept = n->num;
        bool alone = t > last;
        double raw = t;
        /* numbers of the held row overwrite those of this one */
        n->num = calloc(n->n_in + 1, sizeof *n->num);
        if (n->num == NULL) {
            n->num = kept;
            return hc_fail_nomem(err);
        }
        hc_status st = release(n, alone, raw);
        free(n->num);
        n->num = kept;
        n->changes.put = UINT64_MAX; /* it is the held one that was put */
        hc_normal_direction(n, cells);
        HC_TRY(st);
        t = raw_time(n, cells) + n->run.time_offset;
        last = n->run.last_time;
    }
    if (n->slot.record >= 0 && is_duplicate(n, t))
        return HC_OK;
    if ((!n->run.any || t < last) && !n->options->no_repair &&
        (over_midnight(n, cells, &t) ||
         (n->run.any && past_midnight(n, cells, &t)))) {
        emit(n, cells, t);
        return HC_OK;
    }
    if (!n->options->no_repair && n->slot.time >= 0)
        t = mend_slip(n, t);
    if (n->run.any && t < last) {
        /* a start at 0 can be proved, anything else only be told */
        if (!n->options->no_repair &&
            fabs(t - n->run.time_offset) < 1e-3 * fabs(last) + 1e-9)
            return hold(n, cells, err);
        if (n->options->no_repair || !with_the_step(n, &t))
            hc_normal_backwards(n, last, t);
    }
    emit(n, cells, t);
    return HC_OK;
}

bool hc_series_ordinary(hc_normal *n, const hc_cell *cells)
{
    const hc_slots *s = &n->slot;
    hc_running *r = &n->run;
    double t, record = num(n, s->record);
    if (n->held.held || !r->any)
        return false;
    advance_step_time(n); /* once more for the same row changes nothing */
    t = raw_time(n, cells) + r->time_offset;
    if (t < r->last_time ||
        (s->record >= 0 && record == r->last_record && t == r->last_time) ||
        (!n->options->no_repair && s->time >= 0 && hc_time_slip(r, t) != 1))
        return false;
    r->last_record = record;
    emit(n, cells, t);
    return true;
}

static void flag(hc_normal *n, const char *what)
{
    hc_sink_warn(n->sink, 0, "%s", what);
    hc_normal_trail(n, "flagged", "%s%s%s", n->many ? n->path : "",
                    n->many ? ": " : "", what);
}

/* What the whole of the rows of a table of no known instrument says of the
 * sign of the current and the unit of the voltage. */
static void tell_doubts(hc_normal *n)
{
    const char *what = NULL;
    if (!n->dataset->judge_current)
        return;
    switch (hc_polarity_says(&n->run.polarity)) {
    case HC_POLARITY_REVERSED:
    case HC_POLARITY_DOUBTFUL:
        what = "current_ampere: the voltage falls while it is positive: does "
               "a positive current discharge in this file?";
        break;
    case HC_POLARITY_UNSIGNED:
        what = "current_ampere: it has one sign where the voltage rises and "
               "where it falls: is it without sign in this file?";
        break;
    case HC_POLARITY_UNKNOWN:
    case HC_POLARITY_RIGHT:
        break;
    }
    char text[256];
    const char *codes = n->dataset->codes;
    if (what == NULL && codes != NULL && !n->run.polarity.negative) {
        snprintf(text, sizeof text,
                 "current_ampere: it has one sign, and '%.60s' different "
                 "codes: is one of them a discharge?",
                 codes);
        what = text;
    }
    if (what != NULL)
        flag(n, what);
    if (2 * n->run.high_volts > n->sink->dataset_rows)
        flag(n, "voltage_volt: above 100 V in most rows: is it in mV in this "
                "file?");
}

hc_status hc_series_end(hc_normal *n, hc_err *err)
{
    (void)err;
    hc_status st = n->held.held ? release(n, false, NAN) : HC_OK;
    tell_doubts(n);
    return st;
}
