/* dense.h: small dense linear algebra for the fitters
 *
 * Matrices of a hundred or so rows.  Symmetric matrices are full n x n,
 * row-major; the lower triangle is what is read.  Column-major matrices say
 * so.  Nothing here allocates but where it says so.
 */
#ifndef HC_FITTERS_DENSE_H
#define HC_FITTERS_DENSE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

double hc_dot(const double *a, const double *b, size_t n);

/* y -= t x */
void hc_subtract(double *y, double t, const double *x, size_t n);

/* Cholesky factor in place, a = l l^T, lower triangle; the strict upper one
 * is left alone.  False when a pivot is not above tol times the diagonal
 * element it came from (not positive definite). */
bool hc_cholesky(double *a, size_t n, double tol);

/* Solve l l^T x = b in place. */
void hc_cholesky_solve(const double *l, size_t n, double *b);

/* Solve l x = b, and l^T x = b, in place. */
void hc_lower_solve(const double *l, size_t n, double *b);
void hc_lower_solve_t(const double *l, size_t n, double *b);

/* Inverse of l l^T, both triangles. */
void hc_cholesky_inverse(const double *l, size_t n, double *inv);

/* Eigenvalues w (rising) and vectors of the symmetric matrix a, which is
 * overwritten: row k of a becomes the eigenvector of w[k].  Householder
 * tridiagonalisation and implicit QL (Golub and Van Loan, Matrix
 * Computations, 4th ed., sections 8.3 and 8.4).  False when it does not
 * converge.  work[n]. */
bool hc_eigen_symmetric(double *a, size_t n, double *w, double *work);

/* The same without the vectors: y[n] in becomes its components along them. */
bool hc_eigen_along(double *a, size_t n, double *w, double *y, double *work);

/* Least squares min |b - a x| by Householder QR with column pivoting; a is
 * m x n column-major and is overwritten, b[m] too (afterwards b[rank..m) are
 * the components of the residual).  Columns whose part outside those chosen
 * before falls below rank_tol times their own length get x = 0.  perm[n] and
 * work[3 n] are scratch.  Returns the rank. */
size_t hc_least_squares(double *a, size_t m, size_t n, double *b,
                        double rank_tol, double *x, size_t *perm,
                        double *work);

/* Gram matrix h = a^T a, n x n, of the column-major m x n matrix a. */
void hc_gram(const double *a, size_t m, size_t n, double *h);

/* y = a x for the column-major m x n matrix a. */
void hc_times(const double *a, size_t m, size_t n, const double *x, double *y);

#endif
