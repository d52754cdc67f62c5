/* fit_global.h: one fit over a series of spectra with parameters in common
 *
 * A parameter may be local (one value per spectrum), shared (one value), or
 * follow an Arrhenius law over the temperatures: ln p = a + power ln(T/T_ref)
 * + E/R (1/T - 1/T_ref).  Each spectrum counts with the noise its own free
 * fit leaves.  The normal equations are an arrow; the locals are eliminated
 * spectrum by spectrum (Schur complement).
 */
#ifndef HC_FITTERS_FIT_GLOBAL_H
#define HC_FITTERS_FIT_GLOBAL_H

#include "fitters/fit.h"

typedef enum { HC_LINK_LOCAL, HC_LINK_SHARED, HC_LINK_ARRHENIUS } hc_link;

enum { HC_GLOBAL_MAX = 24 };

typedef struct {
    int n_global;              /* unknowns in common */
    int par[HC_GLOBAL_MAX];    /* parameter each belongs to */
    bool slope[HC_GLOBAL_MAX]; /* E/R of an Arrhenius law, else ln(p) */
    double value[HC_GLOBAL_MAX], sd[HC_GLOBAL_MAX];
    double chi2, dof; /* weighted with the noise of the free fits */
    double free_chi2; /* of those: their degrees of freedom */
    int steps;
    bool converged;
} hc_global_result;

/* fits[n]: one per spectrum, of the same circuit, in which every parameter
 * that is not local keeps its own logarithm (hc_par.keep_log before
 * hc_fit_new).  p[n][HC_CIRCUIT_PARS]: starts, replaced by the result; s2[n]:
 * noise variance of each free fit; t_k[n]; power: 0, or -1 for the form R/T
 * with ln(p/T).  HC_USAGE when a linked parameter is not free, HC_DATA when
 * the data cannot determine the common unknowns. */
hc_status hc_fit_global(hc_fit *const *fits, size_t n,
                        double (*p)[HC_CIRCUIT_PARS], const double *s2,
                        const double *t_k, const hc_link *link, double t_ref_k,
                        int power, hc_global_result *out,
                        hc_err *err) HC_MUST_USE;

#endif
