/* hc-dc: electronic conductivity, current fraction, growth, onset */
#include "core/session.h"
#include "cycle/dc_run.h"

#include <math.h>

typedef struct {
    hc_common common;
    hc_dc_options dc;
    bool fail_fast;
} opts;

#define TEXT(NAME, ARG, HELP, MEMBER)                                         \
    {                                                                         \
        NAME, 0, HC_OPT_TEXT, ARG, HELP, offsetof(opts, dc.MEMBER), NULL, 0,  \
            0,                                                                \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    {"cell",
     0,
     HC_OPT_CHOICE,
     "KIND",
     "hw: blocking-symmetric or hebb-wagner",
     offsetof(opts, dc.cell),
     "blocking-symmetric|hebb-wagner",
     0,
     0,
     {0}},
    HC_OPTION_AREA(opts, dc.area_m2),
    HC_OPTION_SE_THICKNESS(opts, dc.thickness_m),
    HC_OPTION_TEMPERATURE(opts, dc.temperature_c),
    HC_OPTION_QUANTITY("leakage", "CURRENT",
                       "hw, bv: leakage of the instrument, e.g. 1nA",
                       HC_DIM_CURRENT, opts, dc.leakage_a),
    TEXT("eis-before", "FILE", "bv: records of the cell before", before),
    TEXT("eis-after", "FILE", "bv: records of the cell after", after),
    HC_OPTION_QUANTITY("r-before", "RESISTANCE",
                       "bv: interface resistance before, e.g. 120ohm",
                       HC_DIM_RESISTANCE, opts, dc.r_before_ohm),
    HC_OPTION_QUANTITY("r-after", "RESISTANCE",
                       "bv: interface resistance after", HC_DIM_RESISTANCE,
                       opts, dc.r_after_ohm),
    HC_OPTION_QUANTITY("onset-current", "CURRENT",
                       "onset: current that marks it, e.g. 10uA",
                       HC_DIM_CURRENT, opts, dc.onset_a),
    HC_OPTION_QUANTITY("onset-density", "DENSITY",
                       "onset: the same over --area, e.g. 0.1mA/cm2",
                       HC_DIM_CURRENT_DENSITY, opts, dc.onset_a_m2),
    TEXT("quantity", "NAME", "growth: resistance to follow, e.g. R2",
         quantity),
    HC_OPTION_QUANTITY("interval", "TIME",
                       "growth: time between spectra, e.g. 1h", HC_DIM_TIME,
                       opts, dc.interval_s),
    HC_OPTION_QUANTITY("age", "TIME",
                       "growth: of the contact at the first spectrum, e.g. "
                       "10min (the interval)",
                       HC_DIM_TIME, opts, dc.age_s),
    TEXT("times", "FILE",
         "growth: table with spectrum_index and test_time_second", times),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-dc",
    .purpose = "electronic conductivity, current fraction, growth, onset",
    .operands = "hw|bv|growth|onset [FILE...]",
    .notes = "hw      electronic conductivity from held voltages\n"
             "bv      current fraction of Bruce and Vincent\n"
             "growth  resistances in records against time\n"
             "onset   potential at which a sweep passes a current",
    .options = options,
    .min_operands = 1,
    .lead_operands = 1,
    .max_operands = -1};

int main(int argc, char **argv)
{
    opts o = {.dc = {.area_m2 = NAN,
                     .thickness_m = NAN,
                     .temperature_c = NAN,
                     .leakage_a = NAN,
                     .r_before_ohm = NAN,
                     .r_after_ohm = NAN,
                     .onset_a = NAN,
                     .onset_a_m2 = NAN,
                     .interval_s = NAN,
                     .age_s = NAN}};
    hc_session s;
    hc_dc_run r = {.session = &s, .options = &o.dc};
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    o.dc.mode = s.operands[0];
    hc_status st = hc_dc_check(&o.dc, &s.err);
    if (!hc_session_note(&s, st) || st != HC_OK)
        return hc_session_end(&s);
    for (size_t i = 0; i < s.n_files; i++)
        if (!hc_session_note(&s, hc_dc_run_file(&r, s.files[i], &s.err)))
            break;
    hc_session_note(&s, hc_dc_run_end(&r, &s.err));
    return hc_session_end(&s);
}
