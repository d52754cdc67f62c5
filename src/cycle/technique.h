/* technique.h: what kind of test a series is, from its steps
 *
 * Instruments call most tests "galvanostatic"; what they are shows in the
 * pattern of their steps.
 */
#ifndef HC_CYCLE_TECHNIQUE_H
#define HC_CYCLE_TECHNIQUE_H

#include "cycle/steps.h"

typedef enum {
    HC_TECHNIQUE_NONE,      /* no rows */
    HC_TECHNIQUE_REST,      /* no current anywhere */
    HC_TECHNIQUE_SWEEP,     /* voltage linear in time */
    HC_TECHNIQUE_CCD,       /* symmetric cell, alternating or one-way, the
                             * current stepped up */
    HC_TECHNIQUE_SYMMETRIC, /* symmetric cell, the current the same */
    HC_TECHNIQUE_GITT,      /* one direction, pulse after pulse with rests */
    HC_TECHNIQUE_PULSE,     /* one or two such pulses */
    HC_TECHNIQUE_CYCLING,   /* charge and discharge */
    HC_TECHNIQUE_HOLD,      /* held voltages */
    HC_TECHNIQUE_OTHER
} hc_technique;

const char *hc_technique_name(hc_technique t); /* "gitt" */

typedef struct {
    long active, rests, eis, sweeps, held; /* steps */
    long same_way, turns; /* active steps after a rest with the sign of the
                           * one before; changes of sign */
    long levels;          /* times the current went beyond all before */
    double largest_a;     /* |current| so far */
    int sign;             /* of the last active step */
    bool rested;          /* since then */
    long along, against;  /* active steps whose voltage has the sign of their
                           * current */
    long pulses;          /* short ones between rests */
    double voltage_v[2];  /* sums of the voltage, + and - steps */
    long signs[2];        /* how many they are */
    double voltage_max_v; /* of |voltage|, active steps */
    double rest_max_v;    /* of |voltage| at the end of rests */
} hc_technique_steps;

/* {0} to begin with; one step after the other. */
void hc_technique_step(hc_technique_steps *t, const hc_step *step);
hc_technique hc_technique_of(const hc_technique_steps *t);

#endif
