/* eigen_real.h: eigenvalues of a real matrix that is not symmetric */
#ifndef HC_FITTERS_EIGEN_REAL_H
#define HC_FITTERS_EIGEN_REAL_H

#include "core/status.h"

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

/* Eigenvalues w[n], in no order, of the real n x n matrix a[n^2], row-major,
 * which is left alone; work[n^2].  Householder reduction to Hessenberg form
 * and QR steps with Wilkinson's shift in complex arithmetic (Golub and Van
 * Loan, Matrix Computations, 4th ed., sections 7.4 and 7.5).  False when it
 * does not converge, or a is not finite. */
bool hc_eigen_real(const double *a, size_t n, double complex *w,
                   double complex *work);

#endif
