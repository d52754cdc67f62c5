/* eigen_real.h: eigenvalues of a real matrix that is not symmetric */
#ifndef HC_FITTERS_EIGEN_REAL_H
#define HC_FITTERS_EIGEN_REAL_H

#include "core/status.h"

#include <complex.h>
#include <stddef.h>

/* Eigenvalues w[n], in no order, of the real n x n matrix a[n^2], row-major,
 * n >= 1, by GSL.  HC_INTERNAL when they do not converge or a is not finite,
 * HC_NOMEM. */
hc_status hc_eigen_real(const double *a, size_t n, double complex *w,
                        hc_err *err) HC_MUST_USE;

#endif
