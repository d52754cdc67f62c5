/* growth.h: does an interphase grow as the square root of time?
 *
 * R = R0 + k t^n.  Diffusion through the layer itself gives n = 1/2 (C.
 * Wagner's parabolic law); the test asks whether 1/2 lies in the 95 % profile
 * interval of n.
 */
#ifndef HC_CYCLE_GROWTH_H
#define HC_CYCLE_GROWTH_H

#include <stddef.h>

typedef struct {
    size_t n;
    double r0_ohm, sd_r0;       /* with n = 1/2 */
    double k_ohm_s05, sd_k;     /* ohm / sqrt(s) */
    double exponent, low, high; /* best n and its interval */
    double rms_ohm;
    const char *verdict; /* parabolic, not-parabolic, no-growth, too-few */
} hc_growth;

/* t_s >= 0 since the contact was made, r_ohm, each [n]. */
hc_growth hc_growth_fit(const double *t_s, const double *r_ohm, size_t n);

#endif
