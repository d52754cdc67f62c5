/* drt_kernel.h: basis functions of a DRT and their impedance (internal) */
#ifndef HC_FITTERS_DRT_KERNEL_H
#define HC_FITTERS_DRT_KERNEL_H

#include "core/status.h"

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

/* A radial basis function phi(u), u = x * epsilon, on x = ln tau - centre. */
typedef struct {
    const char *name;
    double half;    /* u at which phi is one half */
    double support; /* phi is negligible beyond this u */
    bool kink;      /* phi is not smooth at u = 0 */
    double (*phi)(double u);
    double (*d1)(double u); /* first derivative by u */
    double (*d2)(double u); /* second; NULL when it has none */
} hc_drt_basis;

extern const hc_drt_basis hc_drt_bases[]; /* ends with a NULL name */
const hc_drt_basis *hc_drt_basis_find(const char *name);

/* Impedance of one basis function of unit height as a function of
 * v = ln(w tau_m), tabulated with its derivative: int phi(eps x) /
 * (1 + j e^(v+x)) dx.  Good to 1e-9. */
typedef struct {
    double v0, step, eps, area; /* area = int phi(eps x) dx */
    size_t n;
    double *re, *im, *dre, *dim;
} hc_drt_table;

hc_status hc_drt_table_make(hc_drt_table *t, const hc_drt_basis *b, double eps,
                            double v_min, double v_max,
                            hc_err *err) HC_MUST_USE;
void hc_drt_table_clear(hc_drt_table *t);
double complex hc_drt_table_at(const hc_drt_table *t, double v);

/* int phi^(order)(eps x) phi^(order)(eps (x - d)) dx, derivatives by x. */
double hc_drt_penalty(const hc_drt_basis *b, double eps, int order, double d);

/* epsilon for a grid step and the coefficient of DRTtools: the full width at
 * half maximum is step/coefficient... */
double hc_drt_epsilon(const hc_drt_basis *b, double coefficient, double step);

#endif
