/* dqdv_run.c: the work of hc-dqdv on one file */
#include "cycle/dqdv_run.h"

#include "core/records.h"

#include <math.h>
#include <stdio.h>

enum { DIGITS = 10 };

static void begin_columns(hc_writer *w)
{
    static const char *const names[] = {
        "source_index",
        "cycle_count",
        "step_count",
        "direction",
        "voltage_volt",
        "capacity_ah",
        "differential_capacity_ah_v",
        "differential_capacity_error_ah_v",
        "counted_differential_capacity_ah_v",
        "differential_voltage_v_ah",
    };

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        hc_writer_column(w, names[k]);
}

static hc_status begin(hc_session *s, const hc_dqdv_job *job,
                       const hc_meta *meta, hc_writer **w, hc_err *err)
{
    bool records = job->peaks || job->fit;
    hc_status st =
        hc_session_table(s, records ? "records" : "dqdv", meta, w, err);

    if (st)
        return st;
    hc_writer_meta(*w, "dqdv_method", "%s",
                   job->rules.method == HC_DQDV_SPLINE ? "spline" : "lean");
    if (records)
        hc_records_begin(*w);
    else
        begin_columns(*w);
    return HC_OK;
}

static void put_curve(hc_writer *w, const hc_dqdv_curve *c, long source)
{
    double q = 0;

    for (size_t k = 0; k < c->n; k++) {
        double half = 0.5 * c->y[k] * c->bin_v;

        q += half;
        hc_writer_integer(w, source);
        hc_writer_number(w, c->cycle);
        hc_writer_integer(w, c->step);
        hc_writer_text(w, c->sign > 0 ? "charge" : "discharge");
        hc_writer_digits(w, c->low_v + ((double)k + 0.5) * c->bin_v, DIGITS);
        hc_writer_digits(w, q, DIGITS);
        hc_writer_digits(w, c->y[k], DIGITS);
        hc_writer_digits(w, c->sd[k], DIGITS);
        hc_writer_digits(w, c->raw[k], DIGITS);
        hc_writer_digits(w, c->y[k] > 0 ? 1 / c->y[k] : (double)NAN, DIGITS);
        hc_writer_end_row(w);
        q += half;
    }
}

static void put(hc_writer *w, const hc_conditions *at, const char *method,
                const char *role, const char *quantity, double x, double sd,
                const char *unit)
{
    hc_record r = hc_record_make(at, method, quantity, x, unit);

    r.std_error = sd;
    r.ci95_low = x - 1.96 * sd;
    r.ci95_high = x + 1.96 * sd;
    snprintf(r.role, sizeof r.role, "%s", role);
    hc_records_put(w, &r);
}

static void put_maxima(hc_writer *w, const hc_dqdv_curve *c,
                       const hc_conditions *at, const hc_dqdv_rules *rules)
{
    hc_dqdv_max max[HC_DQDV_PEAKS];
    size_t n = hc_dqdv_maxima(c, rules, max);

    for (size_t k = 0; k < n; k++) {
        char role[32];

        snprintf(role, sizeof role, "max%zu", k + 1);
        put(w, at, "maximum", role, "peak_voltage_volt", max[k].v, max[k].v_sd,
            "V");
        put(w, at, "maximum", role, "peak_height_ah_v", max[k].height,
            max[k].height_sd, "Ah/V");
        put(w, at, "maximum", role, "peak_prominence_ah_v", max[k].prominence,
            NAN, "Ah/V");
    }
}

static hc_status put_fit(hc_writer *w, const hc_dqdv_curve *c,
                         const hc_conditions *at, const hc_dqdv_job *job,
                         hc_err *err)
{
    hc_dqdv_fit f;
    hc_status st =
        hc_dqdv_fit_peaks(&f, c, &job->rules, (size_t)job->n_peaks, err);

    if (st)
        return st;
    for (size_t k = 0; k < f.n; k++) {
        char role[32];

        snprintf(role, sizeof role, "peak%zu", k + 1);
        put(w, at, "logistic", role, "peak_voltage_volt", f.v0[k], f.v0_sd[k],
            "V");
        put(w, at, "logistic", role, "peak_area_ah", f.area_ah[k],
            f.area_sd[k], "Ah");
        put(w, at, "logistic", role, "peak_width_volt", f.width_v[k],
            f.width_sd[k], "V");
    }
    put(w, at, "logistic", "-", "peak_base_ah_v", f.base_ah_v, NAN, "Ah/V");
    put(w, at, "logistic", "-", "peak_fit_rms_ah", f.rms_ah, NAN, "Ah");
    return HC_OK;
}

typedef struct {
    hc_session *s;
    const hc_dqdv_job *job;
    hc_steps *steps;
    hc_dqdv_bins *bins;
    hc_writer *w;
    const char *cell;
    long curves;
} runner;

static hc_status one_curve(runner *r, const hc_dqdv_curve *c, hc_err *err)
{
    hc_conditions at = hc_conditions_none();
    hc_status st = HC_OK;

    r->curves++;
    if (!r->job->peaks && !r->job->fit) {
        put_curve(r->w, c, c->source);
        return HC_OK;
    }
    at.source_index = c->source;
    snprintf(at.cell, sizeof at.cell, "%s", r->cell ? r->cell : "-");
    at.cycle_count = c->cycle;
    at.step_count = (double)c->step;
    put(r->w, &at, "count", c->sign > 0 ? "charge" : "discharge",
        "capacity_ah", c->charge_ah, NAN, "Ah");
    if (r->job->peaks)
        put_maxima(r->w, c, &at, &r->job->rules);
    if (r->job->fit)
        st = put_fit(r->w, c, &at, r->job, err);
    return st;
}

static hc_status drain(runner *r, hc_err *err)
{
    const hc_step_row *row;
    hc_step step;
    hc_status st = HC_OK;

    while ((row = hc_steps_row(r->steps)) != NULL)
        hc_dqdv_bins_row(r->bins, row);
    while (!st && hc_steps_next(r->steps, &step)) {
        hc_dqdv_curve c = {0};
        bool got = false;

        if (r->job->cycles && !isnan(step.cycle) &&
            !hc_range_has(r->job->cycles, (long)step.cycle))
            continue;
        st = hc_dqdv_bins_take(r->bins, &step, &r->job->rules, &c, &got, err);
        if (!st && got)
            st = one_curve(r, &c, err);
        hc_dqdv_curve_clear(&c);
    }
    return st;
}

static hc_status all_rows(runner *r, hc_series *series, hc_err *err)
{
    hc_sample *sample;
    bool got = true;
    hc_status st = HC_OK;

    while (!st && got) {
        sample = hc_steps_room(r->steps);
        st = hc_series_next(series, sample, &got, err);
        if (!st && got)
            st = hc_steps_push(r->steps, sample, err);
        if (!st)
            st = drain(r, err);
    }
    for (got = true; !st && got;) {
        got = hc_steps_finish(r->steps);
        st = drain(r, err);
    }
    if (!st && r->curves == 0)
        st = hc_fail_at(err, HC_NO, hc_series_name(series), 0,
                        "no constant-current step of at least %ld rows and "
                        "%g V",
                        r->job->rules.min_rows, r->job->rules.min_span_v);
    return st;
}

hc_status hc_dqdv_run(hc_session *s, const hc_dqdv_job *job, size_t from,
                      size_t n, hc_writer **w, hc_err *err)
{
    hc_series *series = NULL;
    runner r = {.s = s, .job = job};
    hc_status st = hc_series_open(&series, s->files[from], err);

    if (st)
        return st;
    hc_series_number(series, hc_session_number(s));
    if (job->join) {
        hc_series_join(series);
        hc_series_queue(series, s->files + from + 1, n - 1);
    }
    if (!*w)
        st = begin(s, job, hc_series_meta(series), w, err);
    r.w = *w;
    r.cell = hc_series_cell(series);
    if (!st)
        st = hc_steps_new(&r.steps, &job->steps, err);
    if (!st)
        st = hc_dqdv_bins_new(&r.bins, err);
    if (!st)
        st = all_rows(&r, series, err);
    hc_series_done(series, s);
    hc_dqdv_bins_free(r.bins);
    hc_steps_free(r.steps);
    hc_series_free(series);
    return st;
}
