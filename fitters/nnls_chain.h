/* nnls_chain.h: non-negative least squares of a series of problems of one
 * size whose neighbours are tied, exact
 *
 * Minimises over x_0 ... x_(S-1), each of n unknowns,
 *
 *     sum_s  1/2 x_s^T h_s x_s - g_s^T x_s
 *            + 1/2 tie sum_s |x_(s-1) - 2 x_s + x_(s+1)|^2 in the metric m
 *
 * with x >= 0 where nonneg.  The first n_free unknowns are not tied.  By block
 * principal pivoting with its backup rule (Portugal, Judice and Vicente 1994,
 * 10.1090/S0025-5718-1994-1250776-4), which ends for a definite matrix; the
 * passive block is factored within its envelope, so that time and memory grow
 * linearly with S.
 */
#ifndef HC_FITTERS_NNLS_CHAIN_H
#define HC_FITTERS_NNLS_CHAIN_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t blocks, n, n_free;
    const double *h;    /* blocks x n x n, symmetric */
    const double *g;    /* blocks x n */
    const double *m;    /* (n - n_free)^2, symmetric */
    double tie;         /* >= 0 */
    const bool *nonneg; /* [n] */
} hc_nnls_chain_problem;

/* Element (s, s + apart) of D^T D, D the second differences of `blocks`
 * values; apart 0, 1, 2. */
double hc_second_difference(size_t blocks, size_t s, size_t apart);

/* x[blocks x n] is the first guess; above all, which of its entries are above
 * zero.  kkt (may be NULL): worst violation of the conditions, relative.
 * HC_NOMEM, or HC_INTERNAL when a passive block is not definite. */
hc_status hc_nnls_chain(const hc_nnls_chain_problem *p, double *x, double *kkt,
                        hc_err *err) HC_MUST_USE;

#endif
