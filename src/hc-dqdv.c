/* hc-dqdv: dQ/dV and dV/dQ that conserve charge, and their peaks */
#include "core/session.h"
#include "cycle/dqdv_run.h"

#include <math.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_dqdv_job job;
    const char *method;
    bool fail_fast;
} opts;

static const hc_option options[] = {
    {"method",
     0,
     HC_OPT_CHOICE,
     "NAME",
     "counts and Savitzky-Golay (lean), or a smoothing spline",
     offsetof(opts, method),
     "lean|spline",
     0,
     0,
     {0}},
    HC_OPTION_QUANTITY("bin", "VOLTAGE",
                       "width of a bin (1mV, or two quanta if larger)",
                       HC_DIM_VOLTAGE, opts, job.rules.bin_v),
    {"window",
     0,
     HC_OPT_INTEGER,
     "N",
     "bins under the filter, odd (by cross-validation)",
     offsetof(opts, job.rules.window),
     NULL,
     5,
     61,
     {0}},
    {"peaks",
     0,
     HC_OPT_FLAG,
     NULL,
     "print records of the maxima",
     offsetof(opts, job.peaks),
     NULL,
     0,
     0,
     {0}},
    {"fit",
     0,
     HC_OPT_FLAG,
     NULL,
     "print records of logistic peaks fitted to Q(V)",
     offsetof(opts, job.fit),
     NULL,
     0,
     0,
     {0}},
    {"fit-peaks",
     0,
     HC_OPT_INTEGER,
     "N",
     "how many peaks to fit (as the BIC supports)",
     offsetof(opts, job.n_peaks),
     NULL,
     1,
     HC_DQDV_PEAKS,
     {0}},
    {"prominence",
     0,
     HC_OPT_NUMBER,
     "PART",
     "least prominence of a maximum, of the highest (0.01)",
     offsetof(opts, job.rules.prominence),
     NULL,
     0,
     1,
     {0}},
    HC_OPTION_QUANTITY("min-span", "VOLTAGE",
                       "leave out steps that span less (20mV)", HC_DIM_VOLTAGE,
                       opts, job.rules.min_span_v),
    {"min-rows",
     0,
     HC_OPT_INTEGER,
     "N",
     "leave out steps with fewer (20)",
     offsetof(opts, job.rules.min_rows),
     NULL,
     3,
     1e9,
     {0}},
    HC_OPTION_CYCLE(opts, job.cycles),
    HC_OPTION_JOIN(opts, job.join),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-dqdv",
    .purpose = "dQ/dV and dV/dQ that conserve charge, and their peaks",
    .operands = "[FILE...]",
    .notes = "Reads tables of kind series, prints for each cycle and "
             "direction the curves\nas a table of kind dqdv, or records of "
             "its peaks.",
    .options = options,
    .max_operands = -1};

static hc_status settle(opts *o, hc_err *err)
{
    if (strcmp(o->method, "spline") == 0)
        o->job.rules.method = HC_DQDV_SPLINE;
    if (o->job.n_peaks)
        o->job.fit = true;
    if (o->job.rules.window && o->job.rules.window % 2 == 0)
        return hc_fail(err, HC_USAGE, "--window wants an odd number");
    return hc_range_check(o->job.cycles, "--cycle", err);
}

int main(int argc, char **argv)
{
    opts o = {.job = {.rules = hc_dqdv_rules_default(),
                      .steps = hc_step_limits_default()},
              .method = "lean"};
    hc_session s;
    hc_writer *w = NULL;

    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (!hc_session_note(&s, settle(&o, &s.err)) || s.worst)
        return hc_session_end(&s);
    for (size_t i = 0; i < s.n_files; i += o.job.join ? s.n_files : 1)
        if (!hc_session_note(
                &s, hc_dqdv_run(&s, &o.job, i, s.n_files - i, &w, &s.err)))
            break;
    hc_session_end_table(&s, w);
    return hc_session_end(&s);
}
