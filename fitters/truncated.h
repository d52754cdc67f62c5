/* truncated.h: samples of a Gaussian held at or above zero, exact
 *
 * A. Pakman, L. Paninski, J. Comput. Graph. Stat. 23 (2014) 518,
 * 10.1080/10618600.2013.788448: Hamiltonian paths of a Gaussian are sine and
 * cosine, so walls are met at times in closed form and no step is rejected.
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
