/* cycles_judge.h: what is judged of cycles once all are counted */
#ifndef HC_CYCLE_CYCLES_JUDGE_H
#define HC_CYCLE_CYCLES_JUDGE_H

#include "cycle/cycles.h"

/* Efficiencies, cutoffs that were missed, suspicions of a short, and for
 * Li|Cu the efficiency by the reservoir method, into the list. */
void hc_cycles_judge(hc_cycle_list *l, const hc_cycle_rules *rules);

#endif
