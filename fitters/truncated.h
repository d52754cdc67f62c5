/* truncated.h: samples of a Gaussian held at or above zero, exact
 *
 * Gibbs sampling along differences of neighbouring unknowns: on every such
 * line the density is a normal one between two walls and drawn exactly, so
 * nothing is rejected and there is no step to tune (V. F. Turchin, Theory
 * Probab. Appl. 16 (1971) 720, 10.1137/1116083; hit and run along chosen
 * directions).  The differences of high order are what a smooth kernel does
 * not see, so that they go far; single unknowns alone would hardly move.
 */
#ifndef HC_FITTERS_TRUNCATED_H
#define HC_FITTERS_TRUNCATED_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Density ~ exp(-1/2 x^T h x + g^T x), x[i] >= 0 where nonneg[i] (NULL: all);
 * h n x n positive definite.  start[n] is a point at or above zero (the
 * mode, say).  out is samples x n, row-major.  HC_NOMEM, HC_INTERNAL when h is
 * not positive definite. */
hc_status hc_truncated_normal(size_t n, const double *h, const double *g,
                              const bool *nonneg, const double *start,
                              size_t samples, uint64_t seed, double *out,
                              hc_err *err) HC_MUST_USE;

#endif
