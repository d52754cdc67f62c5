/* student.h: limits of Student's t distribution */
#ifndef HC_FITTERS_STUDENT_H
#define HC_FITTERS_STUDENT_H

/* The 97.5 % point: 12.706 for one degree of freedom, 1.960 for many.  dof
 * below 1 (an error that comes from elsewhere) gives 1.960.  Exact to 1e-9
 * by bisection of the incomplete beta function's closed forms (M. Abramowitz,
 * I. A. Stegun, 26.7.3 and 26.7.4) for whole dof. */
double hc_student_975(double dof);

/* P(|T| <= t) for whole dof >= 1. */
double hc_student_within(double t, int dof);

/* x with P(N <= x) = p for the standard normal N, 0 < p < 1. */
double hc_normal_quantile(double p);

#endif
