/* steps.h: the step table under all cycling tools, found while rows stream by
 *
 *     hc_steps *d;
 *     hc_steps_new(&d, &limits, err);
 *     sample = hc_steps_room(d);
 *     while (hc_series_next(..., sample, ...) && got) {
 *         hc_steps_push(d, sample, err);
 *         while ((row = hc_steps_row(d))) ...   each sample, with its step
 *         while (hc_steps_next(d, &step)) ...   steps that are done
 *         sample = hc_steps_room(d);
 *     }
 *     do {
 *         more = hc_steps_finish(d);
 *         (the same two loops once more)
 *     } while (more);
 *
 * A step is a stretch of rows with one sign of the current, one level of it
 * (within `level_tol`, unless it drifts smoothly), one control mode and one
 * step id of the instrument.  Edges come from the current: a row that bears
 * the new id but still the old current belongs to the old step, and the
 * other way round.  Thresholds are relative to the largest current seen so
 * far and to the noise of the rests, so that a cell at 10 uA is not resting.
 *
 * A sweep of the voltage is a step too, whatever its current does; it ends
 * where the voltage turns, and its sign is that of its net charge.
 *
 * Rows come out some HC_SWEEP_LOOK later than they go in (the rows that
 * follow decide where an edge is); steps come out when the step after them
 * is done, since the drop at their end and the name `pulse` need it.
 * Memory is constant.
 */
#ifndef HC_CYCLE_STEPS_H
#define HC_CYCLE_STEPS_H

#include "core/status.h"
#include "cycle/series.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HC_STEP_REST,
    HC_STEP_CC,    /* constant current */
    HC_STEP_CV,    /* constant voltage, current falling */
    HC_STEP_PULSE, /* constant current between rests, short */
    HC_STEP_RAMP,  /* current linear in time */
    HC_STEP_SWEEP, /* voltage linear in time */
    HC_STEP_POWER, /* constant power */
    HC_STEP_EIS,
    HC_STEP_OTHER,
    HC_STEP_TYPES
} hc_step_type;

/* "rest", "cc", ...: what the step_type column says. */
const char *hc_step_type_name(hc_step_type t);

/* Limits, all printable options.  hc_step_limits_default fills them. */
typedef struct {
    double rest_relative;  /* |I| below this part of the largest so far: rest
                            * (1e-3) */
    double rest_current_a; /* and below this one (0: not used) */
    double level_tol;      /* relative change of level that starts a step
                            * (0.03) */
    double steady_tol;     /* relative scatter of a constant current (0.01) */
    double pulse_max_s;    /* longest step called a pulse (1800) */
} hc_step_limits;

hc_step_limits hc_step_limits_default(void);

typedef struct {
    long index; /* 0, 1, ... within the source */
    long source;
    hc_step_type type;
    int sign; /* +1 charge, -1 discharge, 0 rest and eis */
    double cycle, instrument_step; /* as the instrument counts, or NaN */
    long rows;
    long line_first, line_last;
    double start_s, end_s;
    double lead_s;    /* time before the first row that belongs to it, from
                       * step_time; 0 when not known */
    double current_a; /* median, signed */
    double current_first_a, current_last_a;
    double current_min_a, current_max_a;
    double current_sd_a; /* robust scatter about the median or the trend */
    double voltage_first_v, voltage_last_v, voltage_min_v, voltage_max_v;
    double voltage_median_v; /* NaN in a step without rows */
    double charge_ah;        /* signed, trapezoid inside the step */
    double energy_wh;
    double charged_ah, discharged_ah; /* its positive and negative parts */
    double charged_wh, discharged_wh;
    double counter_charge_ah, counter_discharge_ah; /* instrument, or NaN */
    double counter_charge_wh, counter_discharge_wh;
    double ir_start_v; /* first voltage minus the last of the step before,
                        * NaN at the first step */
    double ir_start_s; /* time between those two rows */
    double di_start_a; /* change of the current there */
    double ir_end_v, ir_end_s, di_end_a; /* the same at the end */
    double temperature_c, temperature_min_c, temperature_max_c; /* mean */
    double pressure_pa;                                         /* mean */
    double gap_s;         /* time of gaps that were left out */
    double gap_bridged_s; /* time of gaps bridged: same step and current */
    bool id_disagrees;    /* the current splits what the instrument calls one
                           * step, or its edge stands elsewhere */
} hc_step;

/* A sample with the step it belongs to. */
typedef struct {
    const hc_sample *sample;
    long step;    /* index of the step; the step itself comes later */
    bool first;   /* of its step */
    int sign;     /* provisional: +1, -1, 0 (a quiet step is 0 until done) */
    double dq_ah; /* charge of the interval before it, 0 across edges */
    double de_wh;
} hc_step_row;

typedef struct hc_steps hc_steps;

hc_status hc_steps_new(hc_steps **out, const hc_step_limits *limits,
                       hc_err *err) HC_MUST_USE;
void hc_steps_free(hc_steps *d);

/* Where to put the next sample so that hc_steps_push need not copy it. */
hc_sample *hc_steps_room(hc_steps *d);
/* Samples must come in order of time.  A change of sample->source finishes
 * the steps of the old source. */
hc_status hc_steps_push(hc_steps *d, const hc_sample *sample,
                        hc_err *err) HC_MUST_USE;
/* No more samples come: places one that waits.  False when none was left and
 * the last steps are done; rows and steps are to be taken after each call. */
bool hc_steps_finish(hc_steps *d);

/* The next row with its step, NULL when there is none; at most one after a
 * push.  Borrowed until the next push. */
const hc_step_row *hc_steps_row(hc_steps *d);
/* Is a step finished?  Then hc_steps_next gives it. */
bool hc_steps_done(const hc_steps *d);
/* The next finished step, if there is one. */
bool hc_steps_next(hc_steps *d, hc_step *step);

/* What counts as rest at this moment. */
double hc_steps_rest_limit(const hc_steps *d);

#endif
