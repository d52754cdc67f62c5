/* hc-steps: the step table of a time series */
#include "core/session.h"
#include "cycle/step_table.h"

#include <math.h>

typedef struct {
    hc_common common;
    hc_step_limits limits;
    bool join;
    bool fail_fast;
} opts;

static const hc_option options[] = {
    HC_OPTION_JOIN(opts, join),
    {"rest",
     0,
     HC_OPT_NUMBER,
     "PART",
     "current below PART of the largest so far is rest (0.001)",
     offsetof(opts, limits.rest_relative),
     NULL,
     0,
     0.5,
     {0}},
    HC_OPTION_QUANTITY("rest-current", "CURRENT",
                       "current below this is rest as well, e.g. 1uA",
                       HC_DIM_CURRENT, opts, limits.rest_current_a),
    {"level",
     0,
     HC_OPT_NUMBER,
     "PART",
     "a change of the current by PART starts a step (0.03)",
     offsetof(opts, limits.level_tol),
     NULL,
     1e-4,
     0.5,
     {0}},
    {"steady",
     0,
     HC_OPT_NUMBER,
     "PART",
     "scatter of a constant current (0.01)",
     offsetof(opts, limits.steady_tol),
     NULL,
     1e-5,
     0.5,
     {0}},
    HC_OPTION_QUANTITY("pulse-max", "TIME",
                       "longest step between rests called a pulse (30min)",
                       HC_DIM_TIME, opts, limits.pulse_max_s),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-steps",
    .purpose = "the step table of a time series",
    .operands = "[FILE...]",
    .notes = "Reads halfcell tables of kind series, or bare TSV/CSV with "
             "BDF column names,\nand prints one row per step: rest, cc, cv, "
             "pulse, ramp,\nsweep, power, eis, other.",
    .options = options,
    .max_operands = -1};

/* One file, or all of them as one test. */
static hc_status run(hc_session *s, const opts *o, size_t from, size_t n,
                     hc_writer **w, hc_err *err)
{
    hc_series *series = NULL;
    hc_status st = hc_series_open(&series, s->files[from], err);

    if (!st && !*w) {
        st = hc_session_table(s, "steps", hc_series_meta(series), w, err);
        if (!st) {
            hc_step_limits_write(*w, &o->limits);
            hc_step_table_begin(*w);
        }
    }
    if (!st)
        hc_series_number(series, hc_session_number(s));
    if (!st && o->join) {
        hc_series_join(series);
        hc_series_queue(series, s->files + from + 1, n - 1);
    }
    if (!st)
        st = hc_step_table_run(series, &o->limits, *w, &s->talk, err);
    if (series)
        hc_session_inherit(s, hc_series_meta(series),
                           hc_series_trailer(series),
                           hc_series_incomplete(series));
    hc_series_free(series);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.limits = hc_step_limits_default()};
    hc_session s;
    hc_writer *w = NULL;

    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    for (size_t i = 0; i < s.n_files; i += o.join ? s.n_files : 1)
        if (!hc_session_note(&s, run(&s, &o, i, s.n_files - i, &w, &s.err)))
            break;
    hc_session_end_table(&s, w);
    return hc_session_end(&s);
}
