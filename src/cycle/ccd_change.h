/* ccd_change.h: a drop of the resistance within a half cycle (inside ccd)
 *
 * The CUSUM is that of Page (1954, 10.1093/biomet/41.1-2.100) on the log
 * likelihood ratio of a drop by delta against none.
 */
#ifndef HC_CYCLE_CCD_CHANGE_H
#define HC_CYCLE_CCD_CHANGE_H

#include "cycle/ccd_trace.h"

/* Gain in BIC that counts as very strong evidence (Kass and Raftery 1995,
 * 10.1080/01621459.1995.10476572). */
#define HC_CCD_VERY_STRONG 10.0

typedef struct {
    bool alarm;
    size_t onset; /* index into the trace */
    double after; /* median ratio from there on */
    double bic_gain;
    double low_part; /* part of the settled samples that are low */
    double delta;
    bool gradual; /* a steady decline from 1 on, not a drop */
} hc_ccd_change;

/* Looks in t->ratio, behind the settling, for a drop by about delta below 1
 * that stays for some samples, each with the noise s; alpha is the chance of
 * a false alarm per sample.  Single spikes and the end of a settling, slow
 * ones too, are none. */
hc_ccd_change hc_ccd_cusum(const hc_ccd_trace *t, double delta, double s,
                           double alpha);

#endif
