/* hc-fit: equivalent circuits fitted to impedance spectra */
#include "core/session.h"
#include "core/spectrum.h"
#include "eis/fit_job.h"

#include <string.h>

/* clang-format off */
static const hc_option options[] = {
    {"weight", 'w', HC_OPT_CHOICE, "NAME",
     "modulus, proportional, unit, sigma (columns), kk (noise estimate)",
     offsetof(hc_fit_options, weight),
     "modulus|proportional|unit|sigma|kk|boukamp", 0, 0, {0}},
    {"set", 's', HC_OPT_LIST, "NAME=VALUE", "start value of a parameter",
     offsetof(hc_fit_options, set), NULL, 0, 0, {0}},
    {"fix", 0, HC_OPT_LIST, "NAME=VALUE", "hold a parameter",
     offsetof(hc_fit_options, fix), NULL, 0, 0, {0}},
    {"bound", 0, HC_OPT_LIST, "NAME=LOW:HIGH", "keep a parameter between",
     offsetof(hc_fit_options, bound), NULL, 0, 0, {0}},
    {"tie", 0, HC_OPT_LIST, "NAME=OTHER",
     "one parameter for two, also NAME=2*OTHER",
     offsetof(hc_fit_options, tie), NULL, 0, 0, {0}},
    {"role", 0, HC_OPT_LIST, "NAME=ROLE",
     "which process an element is, e.g. R1=bulk,R2=cathode",
     offsetof(hc_fit_options, role), NULL, 0, 0, {0}},
    {"negative", 0, HC_OPT_LIST, "NAME",
     "let a resistance (or all) be negative",
     offsetof(hc_fit_options, negative), NULL, 0, 0, {0}},
    {"order", 0, HC_OPT_CHOICE, "HOW", "sort equal arcs by tau, or none",
     offsetof(hc_fit_options, order), "tau|none", 0, 0, {0}},
    {"auto", 0, HC_OPT_FLAG, NULL,
     "propose the circuit, one for all spectra (no CIRCUIT is given)",
     offsetof(hc_fit_options, propose), NULL, 0, 0, {0}},
    {"effort", 0, HC_OPT_CHOICE, "HOW", "quick, default or thorough",
     offsetof(hc_fit_options, effort), "quick|default|thorough", 0, 0, {0}},
    {"robust", 0, HC_OPT_CHOICE, "LOSS",
     "huber or bisquare in place of least squares",
     offsetof(hc_fit_options, robust), "none|huber|bisquare", 0, 0, {0}},
    {"ci", 0, HC_OPT_CHOICE, "HOW", "95 % intervals: linear or profile",
     offsetof(hc_fit_options, ci), "linear|profile", 0, 0, {0}},
    {"chain", 0, HC_OPT_FLAG, NULL,
     "start each spectrum from the one before",
     offsetof(hc_fit_options, chain), NULL, 0, 0, {0}},
    {"arrhenius", 0, HC_OPT_TEXT, "LIST",
     "one fit per cell; these parameters follow an Arrhenius law",
     offsetof(hc_fit_options, arrhenius), NULL, 0, 0, {0}},
    {"arrhenius-form", 0, HC_OPT_CHOICE, "FORM",
     "R/T (the energy of sigma T) or R", offsetof(hc_fit_options, form),
     "R/T|R", 0, 0, {0}},
    {"share", 0, HC_OPT_TEXT, "LIST",
     "one fit per cell; one value of these for all spectra",
     offsetof(hc_fit_options, share), NULL, 0, 0, {0}},
    {"correlation", 0, HC_OPT_FLAG, NULL, "rows for all correlations",
     offsetof(hc_fit_options, correlation), NULL, 0, 0, {0}},
    {"curve", 0, HC_OPT_TEXT, "FILE", "write the fitted curve, kind eis",
     offsetof(hc_fit_options, curve), NULL, 0, 0, {0}},
    {"dense", 0, HC_OPT_NUMBER, "N", "curve with N points a decade",
     offsetof(hc_fit_options, dense), NULL, 1, 10000, {0}},
    HC_OPTION_FREQ_MIN(hc_fit_options, filter.freq_min_hz),
    HC_OPTION_FREQ_MAX(hc_fit_options, filter.freq_max_hz),
    HC_OPTION_CAPACITIVE(hc_fit_options, filter.capacitive),
    HC_OPTION_SPECTRUM(hc_fit_options, filter.spectra),
    HC_OPTION_CYCLE(hc_fit_options, filter.cycles),
    HC_OPTION_SEED(hc_fit_options, seed),
    {"records", 0, HC_OPT_FLAG, NULL, "no change: records it prints always",
     offsetof(hc_fit_options, records), NULL, 0, 0, {0}},
    HC_OPTION_APPEND(hc_fit_options, append),
    HC_OPTION_FAIL_FAST(hc_fit_options, fail_fast),
    HC_OPTIONS_COMMON(hc_fit_options),
    HC_OPTIONS_END};
/* clang-format on */

static const hc_tool tool = {
    .name = "hc-fit",
    .purpose = "fit an equivalent circuit, without start values",
    .operands = "CIRCUIT [FILE...]",
    .notes = "Reads tables of kind eis and prints records: every parameter "
             "with its error,\n95 % interval and status, then the goodness "
             "of the fit.\n"
             "Example: hc-fit 'R0-p(R1,CPE1)-Wo1' cell.tsv",
    .options = options,
    .min_operands = 1,
    .lead_operands = 1,
    .max_operands = -1};

/* With --auto every operand is a file. */
static hc_tool tool_for(int argc, char **argv)
{
    hc_tool t = tool;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--auto") == 0)
            t.min_operands = t.lead_operands = 0;
    return t;
}

static void work(hc_fit_job *job, hc_session *s, const hc_fit_options *o)
{
    const char *circuit = o->propose ? "R0" : s->operands[0];
    hc_status st = hc_fit_job_begin(job, circuit, &s->err);
    if (!o->propose)
        st = hc_session_missing(s, st, "CIRCUIT, e.g. 'R0-p(R1,CPE1)',",
                                &s->err);
    if (!hc_session_note(s, st) || !job->ready)
        return;
    if (o->propose) {
        hc_session_note(s, hc_fit_job_auto(job, &s->err));
        return;
    }
    if (o->arrhenius != NULL || o->share != NULL) {
        hc_session_note(s, hc_fit_job_series(job, &s->err));
        return;
    }
    for (size_t i = 0; i < s->n_files; i++)
        if (!hc_session_note(s, hc_fit_job_file(job, s->files[i], &s->err)))
            break;
}

int main(int argc, char **argv)
{
    hc_fit_options o = hc_fit_options_default();
    hc_tool mine = tool_for(argc, argv);
    hc_session s;
    hc_fit_job job = {.options = &o, .session = &s};
    if (hc_session_begin(&s, &mine, argc, argv, &o, &o.common)) {
        s.fail_fast = o.fail_fast;
        work(&job, &s, &o);
        hc_session_note(&s, hc_fit_job_end(&job, &s.err));
    }
    hc_fit_options_clear(&o);
    return hc_session_end(&s);
}
