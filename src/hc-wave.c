/* hc-wave: sampled voltage and current to impedance, with harmonics */
#include "core/session.h"
#include "eis/wave_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_wave_job job;
    const char *method, *drive;
    double freq_hz;
    long harmonics;
    bool fail_fast;
} opts;

#define O(NAME, TYPE, ARG, HELP, MEMBER, CHOICES, LO, HI, DIM)                \
    {NAME, 0, TYPE, ARG, HELP, offsetof(opts, MEMBER), CHOICES, LO, HI, DIM}

static const hc_option options[] = {
    O("method", HC_OPT_CHOICE, "NAME", "how (auto)", method,
      "auto|periods|lines|step|broadband", 0, 0, {0}),
    O("period", HC_OPT_QUANTITY, "TIME",
      "period of the excitation (found, or 1/frequency_hertz)",
      job.wave.period_s, NULL, 0, 0, HC_DIM_TIME),
    O("freq", HC_OPT_QUANTITY, "FREQ", "the same by its frequency", freq_hz,
      NULL, 0, 0, HC_DIM_FREQUENCY),
    O("rate", HC_OPT_QUANTITY, "FREQ",
      "sampling rate of a table without a time, e.g. 10kHz", job.rate_hz,
      NULL, 0, 0, HC_DIM_FREQUENCY),
    O("drive", HC_OPT_CHOICE, "NAME", "what is excited (auto)", drive,
      "auto|current|voltage", 0, 0, {0}),
    O("drift", HC_OPT_INTEGER, "N",
      "order of the polynomial taken off, 0: offset only (3)", job.wave.drift,
      NULL, 0, 5, {0}),
    O("skip", HC_OPT_INTEGER, "N",
      "leave N periods out at the start (found)", job.wave.skip, NULL, 0,
      1000000, {0}),
    O("harmonics", HC_OPT_INTEGER, "N",
      "print harmonics up to order N in place of impedance", harmonics, NULL,
      1, HC_WAVE_HARMONICS, {0}),
    O("per-decade", HC_OPT_INTEGER, "N",
      "merge lines to N a decade (20 if more than 300)", job.wave.per_decade,
      NULL, 1, 1000, {0}),
    O("max-error", HC_OPT_QUANTITY, "PART",
      "leave out points known worse than PART of |Z|, e.g. 5%",
      job.max_error, NULL, 0, 0, {0}),
    HC_OPTION_JOIN(opts, job.join),
    HC_OPTION_RECORDS(opts, job.records),
    HC_OPTION_FREQ_MIN(opts, job.freq_min_hz),
    HC_OPTION_FREQ_MAX(opts, job.freq_max_hz),
    HC_OPTION_SPECTRUM(opts, job.spectra),
    HC_OPTION_CYCLE(opts, job.cycles),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-wave",
    .purpose = "sampled voltage and current to impedance",
    .operands = "[FILE...]",
    .notes = "Reads tables of kind wave or series: time, voltage and current "
             "at equal\ndistances.  Prints a table of kind eis with the error "
             "of each point, or with\n--harmonics one of kind harmonics.",
    .options = options,
    .max_operands = -1};

/* Options that need a look before the work starts. */
static hc_status settle(opts *o, hc_err *err)
{
    hc_wave_options *w = &o->job.wave;
    if (!isnan(o->freq_hz) && !isnan(w->period_s))
        return hc_fail(err, HC_USAGE, "--freq and --period say the same");
    if (!isnan(o->freq_hz))
        w->period_s = 1 / o->freq_hz;
    if (!isnan(w->period_s) && !(w->period_s > 0 && isfinite(w->period_s)))
        return hc_fail(err, HC_USAGE, "--period, --freq must be above zero");
    if (!isnan(o->job.rate_hz) &&
        !(o->job.rate_hz > 0 && isfinite(o->job.rate_hz)))
        return hc_fail(err, HC_USAGE, "--rate must be above zero");
    if (!isnan(o->job.max_error) && !(o->job.max_error > 0))
        return hc_fail(err, HC_USAGE, "--max-error must be above zero");
    o->job.harmonics = o->harmonics > 0;
    if (o->job.harmonics && o->job.records)
        return hc_fail(err, HC_USAGE, "one of --harmonics and --records");
    if (o->job.harmonics)
        w->harmonics = o->harmonics;
    if (o->method && !hc_wave_method_find(o->method, &w->method))
        return hc_fail(err, HC_USAGE, "--method: '%s'", o->method);
    w->drive = strcmp(o->drive, "current") == 0   ? HC_DRIVE_CURRENT
               : strcmp(o->drive, "voltage") == 0 ? HC_DRIVE_VOLTAGE
                                                  : HC_DRIVE_AUTO;
    hc_status st = hc_range_check(o->job.spectra, "spectrum", err);
    if (st == HC_OK)
        st = hc_range_check(o->job.cycles, "cycle", err);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.job = hc_wave_job_defaults(), .drive = "auto", .freq_hz = NAN};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (!hc_session_note(&s, settle(&o, &s.err)) || s.worst != HC_OK)
        return hc_session_end(&s);
    hc_writer *w = NULL;
    for (size_t i = 0; i < s.n_files; i++)
        if (!hc_session_note(
                &s, hc_wave_file(&s, s.files[i], &o.job, &w, &s.err)))
            break;
    hc_session_end_table(&s, w);
    return hc_session_end(&s);
}
