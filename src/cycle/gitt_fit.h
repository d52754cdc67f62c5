/* gitt_fit.h: the superposed finite-length fit of one pulse (inside gitt) */
#ifndef HC_CYCLE_GITT_FIT_H
#define HC_CYCLE_GITT_FIT_H

#include "cycle/gitt.h"

/* A current that flowed before: its edges in the scale th = integral of
 * D/L^2 dt and what it carried. */
typedef struct {
    double on, off;  /* th of its edges */
    double amount_c; /* I L^2 / D of that time: I T_k */
    double charge_c;
} hc_gitt_past;

/* One point of a fit. */
typedef struct {
    double t_s;    /* since the pulse began */
    double v_v, w; /* weight */
    bool on;       /* under current */
} hc_gitt_point;

enum { HC_GITT_FIT_MAX = 256, HC_GITT_TERMS = 18 };

/* What the fit of one pulse works on. */
typedef struct {
    const hc_diffusion_table *g;
    const hc_monotone *ocv;
    const double *cosine;     /* of hc_gitt_cosines */
    const hc_gitt_past *past; /* [n_past] that still matter, latest
                                 first */
    size_t n_past;
    double th_begin;                  /* th at the beginning of this pulse */
    double settled_c;                 /* charge of the past that has settled */
    double current_a, pulse_s, end_s; /* end of its rest */
    hc_gitt_point point[HC_GITT_FIT_MAX];
    size_t n;
    bool with_ct; /* fit Rct (1 - exp(-t/tct)) as well */
    double tct_s;
} hc_gitt_job;

typedef struct {
    double chi2;
    double offset_v, r0_ohm, rct_ohm;
} hc_gitt_linear;

/* Charge of the surface at t since the pulse began, for a rate D/L^2. */
double hc_gitt_surface(const hc_gitt_job *job, double rate_s, double t_s);

/* The same for many times: what the past contributes is smooth in the
 * logarithm of the time since it ended, so that 18 Chebyshev terms hold it
 * to 1e-8 of the charge of a pulse. */
typedef struct {
    double rate_s;
    bool direct; /* too few in the past for it to pay */
    double coef[HC_GITT_TERMS], centre, scale, age;
} hc_gitt_curve;

/* cos(pi k (j + 1/2) / N) for all k, j: what jobs point to. */
void hc_gitt_cosines(double table[HC_GITT_TERMS * HC_GITT_TERMS]);
hc_gitt_curve hc_gitt_curve_of(const hc_gitt_job *job, double rate_s);
double hc_gitt_curve_at(const hc_gitt_job *job, const hc_gitt_curve *c,
                        double t_s);

/* Share of Rct I that shows at t: one relaxation with time tct. */
double hc_gitt_ct_part(const hc_gitt_job *job, double t_s);

/* Weighted least squares of offset, R0 (and Rct) for a given rate; model
 * (may be NULL) gets the fitted potentials. */
hc_gitt_linear hc_gitt_evaluate(const hc_gitt_job *job, double rate_s,
                                double *model_v);

/* Every few points only (64 at most), for scans and first passes. */
void hc_gitt_coarse(const hc_gitt_job *job, hc_gitt_job *few);

/* The rate of the least cost, to `tol` in its logarithm: a scan of 60 rates,
 * th of the pulse from 1e-5 to 10, then Brent; with a hint > 0 a search near
 * it first.  False when the minimum lies at an end of the scan. */
bool hc_gitt_minimise(const hc_gitt_job *job, double hint_s, double tol,
                      double *rate_s) HC_MUST_USE;

/* Decide by the Bayesian criterion whether a charge-transfer arc is seen. */
void hc_gitt_try_ct(hc_gitt_job *job, double *rate_s);

/* Standard deviation of ln D/L^2 (sandwich, inflated for correlated
 * residuals; extra: further variance of ln D) and the 95 % interval by
 * profile. */
void hc_gitt_interval(const hc_gitt_job *job, double rate_s, double extra_var,
                      double *sd_ln, double *low_s, double *high_s);

#endif
