/* hc-ccd: critical current density of symmetric cells */
#include "core/session.h"
#include "cycle/ccd_cells.h"
#include "cycle/ccd_run.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    hc_common common;
    hc_ccd_job job;
    double sigma_s_m, se_thickness_m, ea_j, ea_sd_j;
    bool fail_fast;
} opts;

#define DIM_ASR ((hc_dim){.kg = 1, .m = 4, .s = -3, .a = -2}) /* ohm m2 */

#define LIMIT(NAME, ARG, HELP, MEMBER, LO, HI)                                \
    {                                                                         \
        NAME, 0, HC_OPT_NUMBER, ARG, HELP, offsetof(opts, job.limits.MEMBER), \
            NULL, LO, HI,                                                     \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    HC_OPTION_AREA(opts, job.limits.area_m2),
    HC_OPTION_QUANTITY("area-sd", "AREA", "standard deviation of the area",
                       HC_DIM_AREA, opts, job.limits.area_sd_m2),
    HC_OPTION_QUANTITY("r0", "RESISTANCE",
                       "of the pristine cell times area, e.g. 280ohm cm2",
                       DIM_ASR, opts, job.limits.r0_ohm_m2),
    HC_OPTION_TEMPERATURE(opts, job.limits.r0_temperature_c),
    HC_OPTION_QUANTITY("floor", "RESISTANCE",
                       "bulk alone, from the same cell's own spectrum",
                       DIM_ASR, opts, job.limits.floor_ohm_m2),
    LIMIT("floor-error", "PART", "relative standard error of it (0.05)",
          floor_error, 0, 1),
    HC_OPTION_QUANTITY("sigma", "CONDUCTIVITY",
                       "of the electrolyte, from elsewhere, e.g. 1mS/cm",
                       HC_DIM_CONDUCTIVITY, opts, sigma_s_m),
    HC_OPTION_SE_THICKNESS(opts, se_thickness_m),
    HC_OPTION_QUANTITY("lead-resistance", "RESISTANCE",
                       "of the leads, subtracted", HC_DIM_RESISTANCE, opts,
                       job.limits.lead_ohm),
    HC_OPTION_QUANTITY("lithium-thickness", "LENGTH",
                       "of one electrode, e.g. 20um", HC_DIM_LENGTH, opts,
                       job.limits.lithium_m),
    {"table",
     0,
     HC_OPT_FLAG,
     NULL,
     "print a row per half cycle",
     offsetof(opts, job.table),
     NULL,
     0,
     0,
     {0}},
    HC_OPTION_QUANTITY("settle", "TIME",
                       "left out at the start of a half cycle (120s)",
                       HC_DIM_TIME, opts, job.limits.settle_s),
    LIMIT("alpha", "P", "false alarm per sample (1e-6)", alpha, 1e-30, 0.1),
    LIMIT("drop", "PART", "smallest drop looked for (0.03)", drop_min, 1e-3,
          0.9),
    LIMIT("hard", "PART", "resistance left: hard below (0.12)", hard_ratio, 0,
          1),
    LIMIT("pre-short", "PART", "of --r0: shorted from the start below (0.3)",
          preshort_ratio, 0, 1),
    LIMIT("runaway", "RATIO", "void or contact loss above (1.5)",
          runaway_ratio, 1, 100),
    LIMIT("heal", "PART", "healed within this part of the baseline (0.1)",
          heal_part, 0, 1),
    LIMIT("scatter", "PART", "least scatter of the baseline (0.004)",
          scatter_floor, 1e-5, 0.5),
    HC_OPTION_QUANTITY("ea", "ENERGY",
                       "prior of the activation energy (0.35eV)",
                       HC_DIM_ENERGY, opts, ea_j),
    HC_OPTION_QUANTITY("ea-sd", "ENERGY", "its standard deviation (0.17eV)",
                       HC_DIM_ENERGY, opts, ea_sd_j),
    {"min-repeats",
     0,
     HC_OPT_INTEGER,
     "N",
     "per level, below: CCS and CCP are upper bounds (5)",
     offsetof(opts, job.limits.min_repeats),
     NULL,
     1,
     1000,
     {0}},
    HC_OPTION_JOIN(opts, job.join),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-ccd",
    .purpose = "critical current density of symmetric cells",
    .operands = "[FILE...]",
    .notes = "The detector was validated on synthetic data only.",
    .options = options,
    .max_operands = -1};

/* An energy of one particle that was given, else *ev stays. */
static hc_status take_energy(const char *name, double joule, double *ev,
                             hc_err *err)
{
    double x = joule / 1.602176634e-19; /* the elementary charge, exact */
    if (isnan(joule))
        return HC_OK;
    if (!(x >= 0 && x <= 3))
        return hc_fail(err, HC_USAGE, "--%s lies between 0 and 3 eV", name);
    *ev = x;
    return HC_OK;
}

static hc_status settle(opts *o, hc_err *err)
{
    hc_status st = take_energy("ea", o->ea_j, &o->job.limits.ea_ev, err);
    if (st == HC_OK)
        st = take_energy("ea-sd", o->ea_sd_j, &o->job.limits.ea_sd_ev, err);
    if (st != HC_OK)
        return st;
    if (isnan(o->sigma_s_m) && isnan(o->se_thickness_m))
        return HC_OK;
    if (isnan(o->sigma_s_m) || isnan(o->se_thickness_m))
        return hc_fail(err, HC_USAGE,
                       "--sigma and --se-thickness go together");
    if (!isnan(o->job.limits.floor_ohm_m2))
        return hc_fail(err, HC_USAGE,
                       "--floor and --sigma say the same thing twice");
    o->job.limits.floor_ohm_m2 = o->se_thickness_m / o->sigma_s_m;
    o->job.limits.floor_elsewhere = true;
    return HC_OK;
}

int main(int argc, char **argv)
{
    opts o = {.job = {.limits = hc_ccd_limits_default(),
                      .steps = hc_step_limits_default()},
              .sigma_s_m = NAN,
              .se_thickness_m = NAN,
              .ea_j = NAN,
              .ea_sd_j = NAN};
    hc_session s;
    hc_writer *w = NULL;
    hc_ccd_cells cells = {0};

    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (!hc_session_note(&s, settle(&o, &s.err)) || s.worst)
        return hc_session_end(&s);
    for (size_t i = 0; i < s.n_files; i += o.job.join ? s.n_files : 1)
        if (!hc_session_note(&s, hc_ccd_run(&s, &o.job, i, s.n_files - i, &w,
                                            &cells, &s.err)))
            break;
    if (w && !o.job.table)
        hc_session_note(&s, hc_ccd_cells_records(w, &cells, &s.err));
    hc_session_end_table(&s, w);
    free(cells.at);
    return hc_session_end(&s);
}
