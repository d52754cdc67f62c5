/* step_kind.h: what kind a finished stretch of rows is */
#ifndef HC_CYCLE_STEP_KIND_H
#define HC_CYCLE_STEP_KIND_H

#include "cycle/steps.h"
#include "cycle/thin.h"

/* Type of a step with current, from its thinned points; lsb_v is the
 * smallest change of voltage seen in the test.  Fills step->type,
 * current_a, current_sd_a and voltage_median_v. */
void hc_step_judge(hc_step *step, const hc_thin *thin, double lsb_v,
                   const hc_step_limits *limits);

#endif
