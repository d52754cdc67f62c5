/* fit_judge.h: shared by fit_judge.c and fit_profile.c */
#ifndef HC_FITTERS_FIT_JUDGE_H
#define HC_FITTERS_FIT_JUDGE_H

#include "fitters/fit_problem.h"

/* A minimum with the covariance of the raw logs (exponents as they are). */
typedef struct {
    hc_fit *f;
    const hc_fit_minimum *m;
    double raw[HC_CIRCUIT_PARS];
    double *cov; /* [np][np] */
    double line; /* cost of the 95 % limit of one parameter */
    double dof;
} judged;

/* Is the profile of parameter k open: can it be ten times larger or smaller
 * (an exponent 0.3 away) below the 95 % line? */
bool profile_is_open(const judged *j, int k);

/* Ends of the profile-likelihood interval, in raw logs; infinite: open. */
void profile_ends(const judged *j, int k, double *low, double *high);

#endif
