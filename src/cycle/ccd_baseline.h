/* ccd_baseline.h: what the resistance of a sound cell should be
 *
 * ln R = a + (E/k)(1/T - 1/T0) + c ln(j/j_1), followed half cycle by half
 * cycle by a Kalman filter: a and c walk slowly (ageing, Butler-Volmer
 * curvature), E has a prior.  Outliers count as two standard deviations.
 */
#ifndef HC_CYCLE_CCD_BASELINE_H
#define HC_CYCLE_CCD_BASELINE_H

#include "cycle/ccd.h"

enum { HC_BASE_N = 3, HC_BASE_MEMORY = 12, HC_BASE_SCATTER = 32 };

typedef struct {
    double x[HC_BASE_N];            /* a, E in eV, c */
    double p[HC_BASE_N][HC_BASE_N]; /* covariance */
    double t0_k, j1_a_m2;
    double scatter; /* of ln R between half cycles */
    double scatter_floor;
    double walk; /* sd of what a drifts by in a half cycle */
    double innov[HC_BASE_SCATTER];
    size_t n_innov;
    double a_past[HC_BASE_MEMORY]; /* a of the last safe half cycles */
    size_t n_past;
    double a_lowest; /* of all safe half cycles */
} hc_baseline;

/* Begin with the resistance of the first half cycle's head. */
void hc_baseline_begin(hc_baseline *b, const hc_ccd_limits *limits,
                       double r_ohm_m2, double temp_c, double j_a_m2);

/* Expected R at temperature and current, with the lowest a of the last
 * half cycles (a fall from a raised value back to it is no short), and its
 * relative standard deviation. */
double hc_baseline_expect(const hc_baseline *b, double temp_c, double j_a_m2,
                          double *sd_rel);

/* What the cell had at its best, at this temperature and current. */
double hc_baseline_pristine(const hc_baseline *b, double temp_c,
                            double j_a_m2);

/* A safe half cycle: R with its relative standard error. */
void hc_baseline_update(hc_baseline *b, double r_ohm_m2, double se_rel,
                        double temp_c, double j_a_m2);

#endif
