/* gitt_classic.h: the formulas of the textbooks (inside gitt) */
#ifndef HC_CYCLE_GITT_CLASSIC_H
#define HC_CYCLE_GITT_CLASSIC_H

#include "cycle/gitt.h"

/* A straight line v = intercept + slope sqrt(t - t0). */
typedef struct {
    size_t n;
    double intercept_v, slope_v;
    double sd_intercept_v, sd_slope_v;
} hc_gitt_root_line;

/* Least squares over samples with low <= t - t0 <= high. */
hc_gitt_root_line hc_gitt_root_fit(const hc_gitt_sample *s, size_t n,
                                   double t0_s, double low_s, double high_s);

/* What the formulas take from a pulse, measured or modelled. */
typedef struct {
    const hc_gitt_sample *sample; /* [n] of the pulse */
    size_t n;
    double t_on_s, pulse_s, current_a, charge_c;
    double e_before_v, e_after_v; /* rested */
    double u_v;                   /* standard error of their difference */
    double slope_v_c;             /* dU/dq there */
} hc_gitt_view;

/* D/L^2 by Weppner-Huggins: full (dU/dq and dE/dsqrt t), simplified (end
 * points, the ohmic part by the sqrt t intercept) and slope (dE_s and
 * dE/dsqrt t), with u(ln D)^2 = (2 u_s/dE_s)^2 + (2 u_m/slope)^2.  NaN
 * where the window has fewer than three samples. */
typedef struct {
    double full, simple, slope;
    double sd_full, sd_simple, sd_slope; /* of the logarithms */
} hc_gitt_classic_values;

hc_gitt_classic_values hc_gitt_classics(const hc_gitt_view *v,
                                        const hc_gitt_settings *set);

#endif
