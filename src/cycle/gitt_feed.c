#include "cycle/gitt_feed.h"

#include <math.h>

hc_gitt_feed hc_gitt_feed_of(hc_series *from)
{
    return (hc_gitt_feed){.series = from};
}

static hc_status look(hc_gitt_feed *f, hc_err *err)
{
    hc_status st = HC_OK;
    if (!f->has_ahead && !f->done) {
        st = hc_series_next(f->series, &f->ahead, &f->has_ahead, err);
        f->done = !f->has_ahead;
    }
    return st;
}

static hc_gitt_row row_of(const hc_sample *s, bool working)
{
    return (hc_gitt_row){
        .t_s = s->time_s,
        .i_a = s->current_a,
        .v_v = working ? s->working_v : s->voltage_v,
        .step_time_s = s->step_time_s,
        .temperature_celsius = s->temperature_c,
        .cycle_count = s->cycle,
        .step_count = s->step,
    };
}

hc_status hc_gitt_feed_row(hc_gitt_feed *f, bool first, hc_gitt_row *row,
                           bool *got, hc_err *err)
{
    hc_status st = look(f, err);
    *got = false;
    if (st == HC_OK && first && f->has_ahead) {
        f->source = f->ahead.source;
        f->working = isfinite(f->ahead.working_v);
    }
    /* impedance between the steps is no titration */
    while (st == HC_OK && f->has_ahead && f->ahead.source == f->source &&
           f->ahead.freq_hz > 0) {
        f->has_ahead = false;
        st = look(f, err);
    }
    if (st != HC_OK || !f->has_ahead || f->ahead.source != f->source)
        return st;
    *row = row_of(&f->ahead, f->working);
    f->line = f->ahead.line;
    f->has_ahead = false;
    *got = true;
    return HC_OK;
}

hc_status hc_gitt_feed_next(hc_gitt_feed *f, hc_gitt_train **out, hc_err *err)
{
    hc_gitt_train *t = NULL;
    hc_gitt_row row;
    bool got = false;
    hc_status st = hc_gitt_feed_row(f, true, &row, &got, err);
    *out = NULL;
    if (st != HC_OK || !got)
        return st;
    st = hc_gitt_train_new(&t, err);
    while (st == HC_OK && got) {
        st = hc_gitt_train_push(t, &row, hc_series_name(f->series), f->line,
                                err);
        if (st == HC_OK)
            st = hc_gitt_feed_row(f, false, &row, &got, err);
    }
    if (st != HC_OK) {
        hc_gitt_train_free(t);
        return st;
    }
    *out = t;
    return HC_OK;
}
