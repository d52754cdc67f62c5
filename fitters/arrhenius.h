/* arrhenius.h: thermally activated quantities, straight lines with weights
 *
 * ln y = a - E/R (1/T - 1/T_ref) where y is what the form says.  The form is
 * stored beside E: E of sigma T and of sigma differ by about R T.
 */
#ifndef HC_FITTERS_ARRHENIUS_H
#define HC_FITTERS_ARRHENIUS_H

#include "core/status.h"

#include <stdbool.h>

#define HC_GAS_CONSTANT 8.31446261815324 /* J/(mol K), CODATA 2018 exact */

typedef struct {
    const char *name; /* "sigmaT" */
    int power;        /* y = value * T^power */
    int sign;         /* +1: grows with temperature, -1: resistances */
} hc_arrhenius_form;

/* sigmaT (default), sigma, R, R/T, D, i0; NULL for another name. */
const hc_arrhenius_form *hc_arrhenius_form_of(const char *name);

/* Straight line y = a + b x; sd[] NULL: equal weights, the scatter is the
 * error.  With sd the errors are scaled up when chi2 > dof (Birge 1932,
 * 10.1103/PhysRev.40.207). */
typedef struct {
    double a, b, sd_a, sd_b, cov_ab;
    double chi2, dof;
} hc_line_fit;

hc_status hc_line_fit_make(size_t n, const double *x, const double *y,
                           const double *sd, hc_line_fit *out,
                           hc_err *err) HC_MUST_USE;

typedef struct {
    double reference; /* value at t_ref_k */
    double sd_ln;     /* of ln(reference) */
    double e_j_mol, sd_e_j_mol;
    double dof;
    double break_k; /* temperature of a break in the line, or NaN */
} hc_arrhenius_fit;

/* At least three temperatures.  sd_ln NULL: equal weights.  A break is
 * reported when two lines beat one by 10 in BIC, each with three points. */
hc_status hc_arrhenius_make(size_t n, const double *t_k, const double *value,
                            const double *sd_ln, const hc_arrhenius_form *form,
                            double t_ref_k, hc_arrhenius_fit *out,
                            hc_err *err) HC_MUST_USE;

/* Which of the temperatures, in the order measured, were reached by heating
 * (1) and which by cooling (-1); changes below 0.5 K do not count, and the
 * first goes the way of the next.  All 0: one temperature. */
void hc_arrhenius_ways(size_t n, const double *t_k, int *way);

/* Value of the law at t_k. */
double hc_arrhenius_at(const hc_arrhenius_form *form, double reference,
                       double e_j_mol, double t_ref_k, double t_k);

/* Random-effects mean of n values with known variances (DerSimonian and
 * Laird 1986, 10.1016/0197-2456(86)90046-2); tau2: variance between. */
void hc_random_effects(size_t n, const double *y, const double *variance,
                       double *mean, double *sd, double *tau2);

#endif
