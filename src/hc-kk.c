/* hc-kk: does an impedance spectrum obey the Kramers-Kronig relations? */
#include "core/session.h"
#include "core/spectrum.h"
#include "core/number.h"
#include "eis/kk_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_kk_run run;
    const char *extension;
    bool no_inductance, no_capacitance;
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
    O("method", HC_OPT_CHOICE, "NAME", "which test (auto)", run.method,
      "auto|linkk|boukamp|zhit|hilbert", 0, 0),
    O("choice", HC_OPT_CHOICE, "NAME",
      "auto: number of RC by bic or method 3 to 6 (bic)", run.choice,
      "bic|3|4|5|6", 0, 0),
    O("part", HC_OPT_CHOICE, "NAME",
      "linkk, boukamp: part of Z that is fitted (complex)", run.part,
      "complex|real|imag", 0, 0),
    O("representation", HC_OPT_CHOICE, "NAME",
      "fit impedance or admittance (auto)", run.representation,
      "auto|impedance|admittance", 0, 0),
    O("extension", HC_OPT_TEXT, "DECADES",
      "widen the range of time constants: auto or a number (auto)", extension,
      NULL, 0, 0),
    O("rc", HC_OPT_INTEGER, "N", "linkk, boukamp: number of RC elements",
      run.rc, NULL, 1, 500),
    O("mu", HC_OPT_NUMBER, "MU",
      "linkk: add RC elements until mu falls to MU (0.85)", run.mu, NULL, 0,
      1),
    O("no-inductance", HC_OPT_FLAG, NULL, "no series inductor in the fit",
      no_inductance, NULL, 0, 0),
    O("no-capacitance", HC_OPT_FLAG, NULL, "no series capacitor in the fit",
      no_capacitance, NULL, 0, 0),
    O("limit", HC_OPT_QUANTITY, "PART",
      "residuals beyond PART of |Z| are doubtful (1%)", run.limits.pass, NULL,
      0, 0),
    O("limit-fail", HC_OPT_QUANTITY, "PART",
      "residuals beyond PART of |Z| fail (3%)", run.limits.fail, NULL, 0, 0),
    O("trend-p", HC_OPT_NUMBER, "P", "significance of the trend tests (0.001)",
      run.limits.p, NULL, 1e-12, 0.5),
    O("check", HC_OPT_FLAG, NULL, "exit 1 if a spectrum fails", run.check,
      NULL, 0, 0),
    O("drop", HC_OPT_FLAG, NULL,
      "leave out bad edge runs and single mains-frequency points", run.drop,
      NULL, 0, 0),
    O("drop-max", HC_OPT_QUANTITY, "PART",
      "drop at most PART of the points, else exit 1 (10%)",
      run.limits.drop_max, NULL, 0, 0),
    HC_OPTION_RECORDS(opts, run.records),
    HC_OPTION_FREQ_MIN(opts, run.filter.freq_min_hz),
    HC_OPTION_FREQ_MAX(opts, run.filter.freq_max_hz),
    HC_OPTION_CAPACITIVE(opts, run.filter.capacitive),
    HC_OPTION_SPECTRUM(opts, run.filter.spectra),
    HC_OPTION_CYCLE(opts, run.filter.cycles),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-kk",
    .purpose = "test impedance spectra by the Kramers-Kronig relations",
    .operands = "[FILE...]",
    .notes = "Reads tables of kind eis and prints them with the columns "
             "kk_real_residual,\nkk_imaginary_residual (parts of |Z|) and "
             "kk_flag (ok large edge mains), or\nwith --records one record "
             "per figure: kk_verdict (pass doubtful fail) and more.",
    .options = options,
    .max_operands = -1};

/* Options that need a look before the work starts. */
static hc_status settle(opts *o, hc_err *err)
{
    o->run.inductance = !o->no_inductance;
    o->run.capacitance = !o->no_capacitance;
    o->run.log_f_ext = NAN;
    if (o->extension && strcmp(o->extension, "auto") != 0 &&
        (!hc_number_parse(o->extension, strlen(o->extension),
                          &o->run.log_f_ext) ||
         !(fabs(o->run.log_f_ext) <= 4)))
        return hc_fail(err, HC_USAGE,
                       "--extension: '%s' is neither auto nor a number of "
                       "decades from -4 to 4",
                       o->extension);
    if (!(o->run.limits.pass <= o->run.limits.fail))
        return hc_fail(err, HC_USAGE, "--limit must not exceed --limit-fail");
    hc_status st = hc_range_check(o->run.filter.spectra, "spectrum", err);
    if (st == HC_OK)
        st = hc_range_check(o->run.filter.cycles, "cycle", err);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.run = hc_kk_run_defaults()};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (!hc_session_note(&s, settle(&o, &s.err)) || s.worst != HC_OK)
        return hc_session_end(&s);
    hc_writer *w = NULL;
    for (size_t i = 0; i < s.n_files; i++)
        if (!hc_session_note(
                &s, hc_kk_run_file(&s, s.files[i], &o.run, &w, &s.err)))
            break;
    hc_session_end_table(&s, w);
    hc_pass_clear(&o.run.pass);
    return hc_session_end(&s);
}
