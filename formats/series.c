/* series.c: rows of kind series and wave
 *
 * test_time_second, voltage_volt, current_ampere first, then what the file
 * has of BDF's columns.  charging_capacity_ah and discharging_capacity_ah
 * never reset: where the file has no such columns they follow from its
 * counters (counters.c), and without counters from the current (trapezoid; the
 * interval over which the current changes its sign or starts counts with the
 * later current).
 */
#include "formats/series-row.h"

#include "core/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void emit(hc_normal *n, const hc_cell *cells, double t)
{
    hc_derived d;
    hc_series_derive(n, cells, t, &d);
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
    raw = hc_series_raw_time(n, h->cells) + n->run.time_offset;
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
    double record = hc_series_num(n, n->slot.record);
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
    bool new_step = s->step >= 0 ? n->num[s->step] != r->last_count
                                 : s->step_id >= 0 &&
                                       n->num[s->step_id] != r->last_step_id;
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
    hc_series_advance(n);
    double t = hc_series_raw_time(n, cells) + n->run.time_offset;
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
        t = hc_series_raw_time(n, cells) + n->run.time_offset;
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
    if (what == NULL && n->dataset->codes && !n->run.polarity.negative)
        what =
            "current_ampere: it has one sign, and beside it stand different "
            "codes: is one of them a discharge?";
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
