/* hc-drt: the distribution of relaxation times of impedance spectra */
#include "core/number.h"
#include "eis/drt_run.h"

#include <math.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_drt_job job;
    const char *lambda, *grid, *part, *inductance, *capacitance, *smooth;
    bool band, peaks, consensus, circuit;
    double band_level;
    long order, samples, seed;
    bool fail_fast;
} opts;

#define O(NAME, TYPE, ARG, HELP, MEMBER, CHOICES, LO, HI)                     \
    {                                                                         \
        NAME, 0, TYPE, ARG, HELP, offsetof(opts, MEMBER), CHOICES, LO, HI,    \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    O("method", HC_OPT_CHOICE, "NAME", "how it is found (arcs)", job.method,
      "arcs|loggp|ridge|hierarchical|hilbert|nnls|fourier|loewner|mrq", 0, 0),
    O("lambda", HC_OPT_TEXT, "VALUE",
      "ridge: a number or a rule: gcv mgcv rgcv lcurve re-im kf evidence",
      lambda, NULL, 0, 0),
    O("basis", HC_OPT_CHOICE, "NAME", "ridge: basis functions (gaussian)",
      job.opt.basis,
      "gaussian|c2-matern|c4-matern|inverse-quadric|piecewise-linear", 0, 0),
    O("shape", HC_OPT_NUMBER, "X", "ridge: grid step over basis width (0.5)",
      job.opt.fwhm, NULL, 0.05, 5),
    O("order", HC_OPT_INTEGER, "N", "ridge: derivative that is penalised (1)",
      order, NULL, 1, 2),
    O("grid", HC_OPT_CHOICE, "NAME",
      "grid of tau: wide, or collocation (tau = 1/f)", grid,
      "wide|collocation", 0, 0),
    O("per-decade", HC_OPT_NUMBER, "N", "grid points a decade (10)",
      job.opt.per_decade, NULL, 2, 100),
    O("widen", HC_OPT_NUMBER, "DECADES",
      "grid beyond 1/(2 pi f) of the data, each side", job.opt.widen_decades,
      NULL, 0, 5),
    O("part", HC_OPT_CHOICE, "NAME", "part of Z that is fitted (both)", part,
      "both|real|imag", 0, 0),
    O("weights", HC_OPT_CHOICE, "NAME",
      "rows by estimated noise, all alike, or by the table's sd (noise)",
      job.weights, "noise|unit|sigma", 0, 0),
    O("inductance", HC_OPT_CHOICE, "WHEN", "series L in the model (auto)",
      inductance, "auto|on|off", 0, 0),
    O("capacitance", HC_OPT_CHOICE, "WHEN", "series C in the model (auto)",
      capacitance, "auto|on|off", 0, 0),
    O("negative", HC_OPT_FLAG, NULL, "let gamma go below zero",
      job.opt.negative, NULL, 0, 0),
    O("band", HC_OPT_FLAG, NULL, "credible band", band, NULL, 0, 0),
    O("band-level", HC_OPT_NUMBER, "P", "its probability (0.9)", band_level,
      NULL, 0.5, 0.999),
    O("samples", HC_OPT_INTEGER, "N", "ridge: draws for the band (2000)",
      samples, NULL, 50, 1000000),
    HC_OPTION_SEED(opts, seed),
    O("peaks", HC_OPT_FLAG, NULL, "print records of the peaks", peaks, NULL, 0,
      0),
    O("prominence", HC_OPT_NUMBER, "PART",
      "smallest peak, part of the largest (0.03)", job.prominence, NULL, 0, 1),
    O("consensus", HC_OPT_FLAG, NULL,
      "run all methods, print the peaks that several agree on", consensus,
      NULL, 0, 0),
    O("agree", HC_OPT_INTEGER, "N", "consensus: at least N methods",
      job.agree, NULL, 1, 16),
    O("circuit", HC_OPT_FLAG, NULL,
      "print a circuit with start values for hc-fit", circuit, NULL, 0, 0),
    O("smooth-series", HC_OPT_TEXT, "WEIGHT",
      "ridge: smooth along the spectra of a file: auto or a number", smooth,
      NULL, 0, 0),
    HC_OPTION_FREQ_MIN(opts, job.filter.freq_min_hz),
    HC_OPTION_FREQ_MAX(opts, job.filter.freq_max_hz),
    HC_OPTION_CAPACITIVE(opts, job.filter.capacitive),
    HC_OPTION_SPECTRUM(opts, job.filter.spectra),
    HC_OPTION_CYCLE(opts, job.filter.cycles),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-drt",
    .purpose = "distribution of relaxation times of impedance spectra",
    .operands = "[FILE...]",
    .notes = "Reads tables of kind eis, prints gamma (ohm per unit of "
             "ln tau) as a\ntable of kind drt, or with --peaks records of "
             "every peak: tau, R, C, width.",
    .options = options,
    .max_operands = -1};

static hc_drt_switch switch_of(const char *word)
{
    return strcmp(word, "on") == 0    ? HC_DRT_ON
           : strcmp(word, "off") == 0 ? HC_DRT_OFF
                                      : HC_DRT_AUTO;
}

/* --smooth-series: a weight, and what does not go with it. */
static hc_status settle_series(opts *o, hc_err *err)
{
    hc_drt_job *j = &o->job;
    j->smooth = o->smooth != NULL;
    j->series_weight = NAN;
    if (!o->smooth)
        return HC_OK;
    if (strcmp(j->method, "ridge") != 0)
        return hc_fail(err, HC_USAGE, "--smooth-series needs --method ridge");
    if (o->band || o->consensus)
        return hc_fail(err, HC_USAGE, "--smooth-series has no %s",
                       o->band ? "--band" : "--consensus");
    if (strcmp(o->smooth, "auto") != 0 &&
        (!hc_number_parse(o->smooth, strlen(o->smooth), &j->series_weight) ||
         !(j->series_weight >= 0 && isfinite(j->series_weight))))
        return hc_fail(err, HC_USAGE,
                       "--smooth-series: '%s' is neither auto nor a number at "
                       "or above zero",
                       o->smooth);
    return HC_OK;
}

static hc_status settle(opts *o, hc_err *err)
{
    hc_drt_options *d = &o->job.opt;
    if (o->peaks + o->consensus + o->circuit > 1)
        return hc_fail(err, HC_USAGE,
                       "one of --peaks, --consensus and "
                       "--circuit at a time");
    o->job.print = o->peaks       ? HC_DRT_PRINT_PEAKS
                   : o->consensus ? HC_DRT_PRINT_CONSENSUS
                   : o->circuit   ? HC_DRT_PRINT_CIRCUIT
                                  : HC_DRT_PRINT_TABLE;
    if (o->lambda &&
        !hc_number_parse(o->lambda, strlen(o->lambda), &d->lambda))
        d->rule = o->lambda;
    if (!hc_drt_is_rule(d->rule))
        return hc_fail(err, HC_USAGE,
                       "--lambda: '%s' is neither a number nor a rule; the "
                       "rules are %s",
                       o->lambda, HC_DRT_RULES);
    if (!isnan(d->lambda) && !(d->lambda > 0 && isfinite(d->lambda)))
        return hc_fail(err, HC_USAGE, "--lambda: '%s' is not above zero",
                       o->lambda);
    d->collocation = strcmp(o->grid, "collocation") == 0;
    d->part = strcmp(o->part, "real") == 0   ? HC_DRT_REAL
              : strcmp(o->part, "imag") == 0 ? HC_DRT_IMAG
                                             : HC_DRT_BOTH;
    d->inductance = switch_of(o->inductance);
    d->capacitance = switch_of(o->capacitance);
    d->band_level = o->band ? o->band_level : 0;
    d->order = (int)o->order;
    d->band_samples = (size_t)o->samples;
    d->seed = (uint64_t)o->seed;
    hc_status st = settle_series(o, err);
    if (st == HC_OK)
        st = hc_range_check(o->job.filter.spectra, "spectrum", err);
    if (st == HC_OK)
        st = hc_range_check(o->job.filter.cycles, "cycle", err);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.job = {.method = "arcs",
                      .weights = "noise",
                      .opt = hc_drt_defaults(),
                      .prominence = 0.03,
                      .filter = hc_spectrum_filter_none()},
              .grid = "wide",
              .part = "both",
              .inductance = "auto",
              .capacitance = "auto",
              .band_level = 0.9,
              .order = 1,
              .samples = 2000,
              .seed = 1};
    hc_session s;
    hc_writer *w = NULL;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (!hc_session_note(&s, settle(&o, &s.err)) || s.worst != HC_OK)
        return hc_session_end(&s);
    o.job.opt.cache = hc_drt_cache_new(); /* without one it goes slower */
    for (size_t i = 0; i < s.n_files; i++)
        if (!hc_session_note(
                &s, hc_drt_run_file(&s, s.files[i], &o.job, &w, &s.err)))
            break;
    hc_session_end_table(&s, w);
    hc_drt_cache_free(o.job.opt.cache);
    return hc_session_end(&s);
}
