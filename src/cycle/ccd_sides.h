/* ccd_sides.h: stripping and plating apart
 *
 * In a symmetric cell one side is stripped while the other is plated at the
 * same current.  A third electrode shows which resistance rises; a protocol
 * that keeps one polarity at a small current says which side the large one
 * strips.  Then the first level at which the stripped side's resistance rises
 * convexly bounds the critical current of stripping (CCS), and that of the
 * first short the one of plating (CCP) (Kasemchainan 2019,
 * 10.1038/s41563-019-0438-9).  Voids gather over cycles: fewer repeats than
 * min_repeats at a level give an upper bound only.
 */
#ifndef HC_CYCLE_CCD_SIDES_H
#define HC_CYCLE_CCD_SIDES_H

#include "cycle/ccd.h"

typedef struct {
    bool apart;      /* the data tell the sides apart */
    bool three;      /* by a third electrode, else by the protocol */
    bool few;        /* repeats: upper bounds */
    bool conditions; /* temperature and pressure are known */
    /* first level that rises: its half cycle, 0 none */
    long rise_half;
    double rise_low_a_m2, rise_high_a_m2; /* high NaN: censored */
    double rise_rel, rise_q_as_m2;        /* of that half cycle */
    double seen_rel; /* smallest rise the noise would have shown at the end */
    bool short_at_varied; /* the short came where the current is varied */
} hc_ccd_sides;

/* Of half cycles that were judged (hc_ccd_judge). */
void hc_ccd_sides_judge(hc_ccd_sides *out, const hc_half_list *l,
                        const hc_ccd_result *r, const hc_ccd_limits *limits);

/* What the bounds of a level may be called: "ok", "upper-bound" or
 * "conditions-unknown". */
const char *hc_ccd_sides_status(const hc_ccd_sides *s);

#endif
