/* nnls.h: least squares with some unknowns held at or above zero, exact
 *
 * Minimises 1/2 x^T h x - g^T x with x[i] >= 0 where nonneg[i]; for a least
 * squares problem |b - a x|^2 that is h = a^T a, g = a^T b.  Block principal
 * pivoting (Portugal, Judice and Vicente 1994,
 * 10.1090/S0025-5718-1994-1250776-4; Kim and Park 2011, 10.1137/110821172),
 * and where that stops to make progress or h is singular the active set of
 * Lawson and Hanson, which always ends.  The unknowns are scaled to a unit
 * diagonal and the solution is refined, so that the conditions of Karush,
 * Kuhn and Tucker hold to 1e-12.
 */
#ifndef HC_FITTERS_NNLS_H
#define HC_FITTERS_NNLS_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t passive; /* unknowns that are not held at zero */
    size_t pivots;  /* factorisations needed */
    double kkt;     /* worst violation of a condition, relative */
} hc_nnls_info;

/* h n x n symmetric (unchanged), g[n]; nonneg NULL means all of them.  x is
 * output only, except that with `warm` its positive entries are the first
 * guess of what is not held at zero.  info may be NULL.  HC_NOMEM, or
 * HC_INTERNAL when h is not semi-definite (NaN included). */
hc_status hc_nnls_normal(size_t n, const double *h, const double *g,
                         const bool *nonneg, bool warm, double *x,
                         hc_nnls_info *info, hc_err *err) HC_MUST_USE;

/* min |b - a x|, a column-major m x n: the same by its normal equations. */
hc_status hc_nnls(size_t m, size_t n, const double *a, const double *b,
                  const bool *nonneg, double *x, hc_nnls_info *info,
                  hc_err *err) HC_MUST_USE;

/* Worst violation of the conditions at x, relative to the largest |g| in
 * units where the diagonal of h is 1. */
double hc_nnls_kkt(size_t n, const double *h, const double *g,
                   const bool *nonneg, const double *x);

#endif
