/* hc-gitt: diffusivities from pulses and rests */
#include "core/session.h"
#include "cycle/gitt_run.h"

#include <math.h>

typedef struct {
    hc_common common;
    hc_gitt_options gitt;
    bool fail_fast;
} opts;

#define FLAG(NAME, HELP, MEMBER)                                              \
    {                                                                         \
        NAME, 0, HC_OPT_FLAG, NULL, HELP, offsetof(opts, gitt.MEMBER), NULL,  \
            0, 0,                                                             \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define CHOICE(NAME, HELP, MEMBER, LIST)                                      \
    {                                                                         \
        NAME, 0, HC_OPT_CHOICE, "NAME", HELP, offsetof(opts, gitt.MEMBER),    \
            LIST, 0, 0,                                                       \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    CHOICE("geometry", "film or sphere; follows from the length given",
           geometry, "film|sphere"),
    HC_OPTION_FILM_THICKNESS(opts, gitt.film_m),
    HC_OPTION_PARTICLE_RADIUS(opts, gitt.radius_m),
    CHOICE("method", "fit, wh, ici, all of them (all), or pitt", method,
           "fit|wh|ici|pitt|all"),
    HC_OPTION_QUANTITY("capacity", "CHARGE",
                       "charge of one unit of composition, e.g. 1.2mAh",
                       HC_DIM_CHARGE, opts, gitt.capacity_c),
    {"x0",
     0,
     HC_OPT_NUMBER,
     "X",
     "composition before the first row, falls while charging",
     offsetof(opts, gitt.x0),
     NULL,
     0,
     1,
     {0}},
    FLAG("join", "the files are parts of one test, in this order", join),
    FLAG("composite", "composite electrode: D is an apparent one", composite),
    FLAG("law", "also fit ln D linear in the composition", law),
    FLAG("ocv", "print the open-circuit curve instead of records", ocv),
    CHOICE("ici-clock", "time of ICI's dE/dt: auto, wall or current (auto)",
           clock, "auto|wall|current"),
    HC_OPTION_QUANTITY("skip", "TIME",
                       "leave out so much after each edge (50ms)", HC_DIM_TIME,
                       opts, gitt.skip_s),
    {"eis",
     0,
     HC_OPT_TEXT,
     "FILE",
     "records of hc-fit: D from their Warburg coefficients as well",
     offsetof(opts, gitt.eis),
     NULL,
     0,
     0,
     {0}},
    HC_OPTION_TEMPERATURE(opts, gitt.temperature_c),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-gitt",
    .purpose = "diffusivities from pulses and rests",
    .operands = "[FILE...]",
    .notes = "Reads halfcell tables of kind series. Give --film-thickness "
             "or\n--particle-radius for D; with --geometry alone only D/L^2 "
             "is printed.",
    .options = options,
    .max_operands = -1};

int main(int argc, char **argv)
{
    opts o = {.gitt = {.film_m = NAN,
                       .radius_m = NAN,
                       .capacity_c = NAN,
                       .x0 = NAN,
                       .temperature_c = NAN,
                       .skip_s = NAN}};
    hc_session s;
    hc_gitt_job_run j;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    hc_status st = hc_gitt_run_begin(&j, &s, &o.gitt, &s.err);
    if (!hc_session_note(&s, st) || st != HC_OK)
        return hc_session_end(&s);
    for (size_t i = 0; i < s.n_files; i += o.gitt.join ? s.n_files : 1)
        if (!hc_session_note(
                &s, hc_gitt_run_file(&j, s.files + i, s.n_files - i, &s.err)))
            break;
    hc_session_note(&s, hc_gitt_run_end(&j, &s.err));
    return hc_session_end(&s);
}
