/* hc-cycles: capacities, efficiencies, rates and fade, cycle by cycle */
#include "core/session.h"
#include "cycle/cycle_run.h"

#include <math.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_cycle_job job;
    const char *cell, *count, *charge, *cutoffs;
    double mass_kg, specific_as_kg, area_m2, areal_as_m2;
    double nominal_as, theory_as;
    bool records, rates, fail_fast;
} opts;

#define DIM_AREAL ((hc_dim){.a = 1, .s = 1, .m = -2})

static const hc_option options[] = {
    {"cell",
     0,
     HC_OPT_CHOICE,
     "KIND",
     "what the cell is: decides the formula of the efficiency",
     offsetof(opts, cell),
     "full|cathode|anode-free|anode|li-cu",
     0,
     0,
     {0}},
    {"count",
     0,
     HC_OPT_CHOICE,
     "HOW",
     "who counts the cycles (auto)",
     offsetof(opts, count),
     "auto|instrument|current",
     0,
     0,
     {0}},
    {"charge",
     0,
     HC_OPT_CHOICE,
     "FROM",
     "whose charge efficiencies are made of (auto: counters where they are)",
     offsetof(opts, charge),
     "auto|counters|integral",
     0,
     0,
     {0}},
    HC_OPTION_QUANTITY("nominal", "CHARGE",
                       "nominal capacity, e.g. 2.5Ah (slowest discharge)",
                       HC_DIM_CHARGE, opts, nominal_as),
    {"cutoffs",
     0,
     HC_OPT_TEXT,
     "LOW,HIGH",
     "cutoff voltages, e.g. 2.7V,4.2V (the extremes seen)",
     offsetof(opts, cutoffs),
     NULL,
     0,
     0,
     {0}},
    HC_OPTION_QUANTITY("theory", "CHARGE",
                       "theoretical capacity, for the utilisation",
                       HC_DIM_CHARGE, opts, theory_as),
    HC_OPTION_MASS(opts, mass_kg),
    HC_OPTION_QUANTITY("specific", "CHARGE/MASS",
                       "theoretical capacity per mass, e.g. 149mAh/g",
                       HC_DIM_SPECIFIC_CHARGE, opts, specific_as_kg),
    HC_OPTION_AREA(opts, area_m2),
    HC_OPTION_QUANTITY("areal", "CHARGE/AREA",
                       "theoretical capacity per area, e.g. 1.2mAh/cm2",
                       DIM_AREAL, opts, areal_as_m2),
    {"reference",
     0,
     HC_OPT_INTEGER,
     "N",
     "cycle that retention refers to (the first at its rate)",
     offsetof(opts, job.reference),
     NULL,
     0,
     1e9,
     {0}},
    {"rates",
     0,
     HC_OPT_FLAG,
     NULL,
     "print the rate capability",
     offsetof(opts, rates),
     NULL,
     0,
     0,
     {0}},
    {"knee",
     0,
     HC_OPT_FLAG,
     NULL,
     "print the summary, exit 1 when there is no knee",
     offsetof(opts, job.knee),
     NULL,
     0,
     0,
     {0}},
    {"knee-bic",
     0,
     HC_OPT_NUMBER,
     "X",
     "least gain in BIC over a straight line for a knee (10)",
     offsetof(opts, job.min_bic),
     NULL,
     0,
     1e6,
     {0}},
    HC_OPTION_RECORDS(opts, records),
    HC_OPTION_JOIN(opts, job.join),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-cycles",
    .purpose = "capacities, efficiencies, rates and fade, cycle by cycle",
    .operands = "[FILE...]",
    .notes = "Reads time series, or a table of cycles for its summary.",
    .options = options,
    .max_operands = -1};

/* The words and quantities of the options as rules. */
static hc_status settle(opts *o, hc_err *err)
{
    static const char *const cells[] = {"full", "cathode", "anode-free",
                                        "anode", "li-cu"};
    static const char *const counts[] = {"auto", "instrument", "current"};
    static const char *const charges[] = {"auto", "counters", "integral"};

    for (int k = 0; k < 5; k++)
        if (strcmp(o->cell, cells[k]) == 0)
            o->job.rules.cell = (hc_cell_kind)k;
    for (int k = 0; k < 3; k++)
        if (strcmp(o->count, counts[k]) == 0)
            o->job.rules.count = (hc_cycle_count)k;
    for (int k = 0; k < 3; k++)
        if (strcmp(o->charge, charges[k]) == 0)
            o->job.rules.charge = (hc_charge_source)k;
    if (o->cutoffs) {
        hc_status st = hc_cycle_cutoffs(&o->job.rules, o->cutoffs, err);

        if (st)
            return st;
    }
    if (!isnan(o->specific_as_kg) && isnan(o->mass_kg))
        return hc_fail(err, HC_USAGE, "--specific needs --mass");
    if (!isnan(o->areal_as_m2) && isnan(o->area_m2))
        return hc_fail(err, HC_USAGE, "--areal needs --area");
    if (!isnan(o->areal_as_m2))
        o->theory_as = o->areal_as_m2 * o->area_m2;
    if (!isnan(o->specific_as_kg))
        o->theory_as = o->specific_as_kg * o->mass_kg;
    o->job.show = o->rates                    ? HC_SHOW_RATES
                  : o->records || o->job.knee ? HC_SHOW_RECORDS
                                              : HC_SHOW_CYCLES;
    o->job.scale.nominal_ah = o->nominal_as / 3600;
    o->job.scale.theory_ah = o->theory_as / 3600;
    return HC_OK;
}

int main(int argc, char **argv)
{
    opts o = {.job = hc_cycle_job_default(),
              .cell = "full",
              .count = "auto",
              .charge = "auto",
              .mass_kg = NAN,
              .specific_as_kg = NAN,
              .area_m2 = NAN,
              .areal_as_m2 = NAN,
              .nominal_as = NAN,
              .theory_as = NAN};
    hc_session s;
    hc_writer *w = NULL;

    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (!hc_session_note(&s, settle(&o, &s.err)) || s.worst)
        return hc_session_end(&s);
    for (size_t i = 0; i < s.n_files; i += o.job.join ? s.n_files : 1)
        if (!hc_session_note(
                &s, hc_cycle_run(&s, &o.job, i, s.n_files - i, &w, &s.err)))
            break;
    hc_session_end_table(&s, w);
    return hc_session_end(&s);
}
