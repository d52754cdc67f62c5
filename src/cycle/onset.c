#include "cycle/onset.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>

static const double least_span_v = 0.02, turn_v = 0.005;

/* The sweep that is open. */
typedef struct {
    hc_onset *onset;
    size_t n, cap;
    double limit_a;
    int sign; /* 0: not known yet */
    size_t rows, above;
    double start_v, start_t, extreme_v, extreme_t;
    double last_v, last_i;   /* last sample below the limit */
    double below_v, below_i; /* the one before the run above */
    double first_v, first_i; /* first of the run above */
    double found_v, cycle, temperature;
    bool seen_below, found, from_start;
} work;

static hc_status close_sweep(work *w, hc_err *err)
{
    hc_onset *grown;
    if (w->sign == 0 || w->rows < 10 ||
        fabs(w->extreme_v - w->start_v) < least_span_v)
        return HC_OK;
    grown = hc_grow(w->onset, &w->cap, w->n + 1, sizeof *grown);
    if (grown == NULL)
        return hc_fail_nomem(err);
    w->onset = grown;
    w->onset[w->n++] = (hc_onset){
        .sign = w->sign,
        .from_v = w->start_v,
        .to_v = w->extreme_v,
        .rate_v_s = (w->extreme_v - w->start_v) / (w->extreme_t - w->start_t),
        .onset_v = w->found && !w->from_start ? w->found_v : (double)NAN,
        .status = w->from_start ? "above-from-start"
                  : w->found    ? "ok"
                                : "not-reached",
        .cycle_count = w->cycle,
        .temperature_celsius = w->temperature};
    return HC_OK;
}

static void begin_sweep(work *w, const hc_gitt_row *r, int sign, double v,
                        double t)
{
    w->sign = sign;
    w->rows = w->above = 0;
    w->start_v = v;
    w->start_t = t;
    w->extreme_v = r->v_v;
    w->extreme_t = r->t_s;
    w->found = w->from_start = w->seen_below = false;
    w->cycle = r->cycle_count;
    w->temperature = r->temperature_celsius;
}

static void watch_current(work *w, const hc_gitt_row *r)
{
    double i = w->sign * r->i_a;
    if (i < w->limit_a) {
        w->above = 0;
        w->seen_below = true;
        w->last_v = r->v_v;
        w->last_i = i;
        return;
    }
    if (w->above++ == 0) {
        w->below_v = w->last_v;
        w->below_i = w->last_i;
        w->first_v = r->v_v;
        w->first_i = i;
    }
    if (w->above == 3 && !w->found) {
        double part = (w->limit_a - w->below_i) / (w->first_i - w->below_i);
        w->found = true;
        w->from_start = !w->seen_below;
        w->found_v = w->below_v + part * (w->first_v - w->below_v);
    }
}

static hc_status take_row(work *w, const hc_gitt_row *r, hc_err *err)
{
    hc_status st = HC_OK;
    if (w->rows == 0 && w->sign == 0 && !isfinite(w->start_v)) {
        begin_sweep(w, r, 0, r->v_v, r->t_s);
    } else if (w->sign == 0) {
        double d = r->v_v - w->start_v;
        if (fabs(d) > turn_v)
            begin_sweep(w, r, d > 0 ? 1 : -1, w->start_v, w->start_t);
    } else if (w->sign * (r->v_v - w->extreme_v) < -turn_v) {
        st = close_sweep(w, err);
        begin_sweep(w, r, -w->sign, w->extreme_v, w->extreme_t);
    }
    if (w->sign * (r->v_v - w->extreme_v) > 0) {
        w->extreme_v = r->v_v;
        w->extreme_t = r->t_s;
    }
    w->rows++;
    if (w->sign != 0)
        watch_current(w, r);
    return st;
}

hc_status hc_onset_read(hc_gitt_feed *f, double limit_a, hc_onset **out,
                        size_t *n, hc_err *err)
{
    work w = {.limit_a = limit_a, .start_v = NAN};
    hc_gitt_row row;
    bool got = true;
    hc_status st = hc_gitt_feed_row(f, true, &row, &got, err);
    while (st == HC_OK && got) {
        if (isfinite(row.i_a) && isfinite(row.v_v))
            st = take_row(&w, &row, err);
        if (st == HC_OK)
            st = hc_gitt_feed_row(f, false, &row, &got, err);
    }
    if (st == HC_OK)
        st = close_sweep(&w, err);
    if (st == HC_OK) {
        *out = w.onset;
        *n = w.n;
    } else {
        free(w.onset);
    }
    return st;
}
