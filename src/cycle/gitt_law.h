/* gitt_law.h: one law ln D = a + b q for a whole train
 *
 * A fit of constant D to one pulse reads the diffusivity of what the surface
 * saw, which runs ahead of the mean composition.  Here the diffusion
 * equation with D(composition) is solved for the whole train (finite
 * volumes, refined towards the surface; time steps by the L-stable
 * second-order SDIRK method, R. Alexander, 10.1137/0714068) and a, b are
 * found by least squares on all pulses and rests.
 */
#ifndef HC_CYCLE_GITT_LAW_H
#define HC_CYCLE_GITT_LAW_H

#include "cycle/gitt.h"

typedef struct {
    double q_ref_c; /* charge at which rate_s holds: mid of the run */
    double q_low_c, q_high_c; /* range of the run */
    double rate_s;            /* D/L^2 there, 1/s */
    double slope_c;           /* d ln D / dq, 1/C */
    double sd_ln_rate, sd_slope_c;
    double rms_v;
    size_t pulses;
    bool converged;
} hc_gitt_law;

/* Law of the longest run of r.  HC_NO when it has fewer than four pulses
 * without a flag. */
hc_status hc_gitt_law_fit(const hc_gitt_train *t,
                          const hc_gitt_settings *settings,
                          const hc_gitt_result *r, hc_gitt_law *out,
                          hc_err *err) HC_MUST_USE;

#endif
