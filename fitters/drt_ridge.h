/* drt_ridge.h: scores of the regularisation parameter (internal) */
#ifndef HC_FITTERS_DRT_RIDGE_H
#define HC_FITTERS_DRT_RIDGE_H

#include "fitters/drt_linear.h"

/* The problem in the basis where data and penalty are both diagonal, with the
 * unpenalised columns projected out. */
typedef struct {
    size_t rows, n_free, n;
    double *s;       /* [n] eigenvalues of B^T B, B = A_p L^-T, M = L L^T */
    double *z;       /* [n] B^T b in that basis */
    double *v;       /* n x n, row k the vector of s[k]; NULL: not kept */
    const double *l; /* Cholesky factor of M; with v */
    double b2;       /* |b|^2 after projection */
} hc_drt_modes;

/* All rows; the eigenvalues that are zero are left out. */
hc_status hc_drt_modes_make(hc_drt_modes *m, const hc_drt_linear *p,
                            hc_err *err) HC_MUST_USE;
/* Keep the decomposition for p's weights with its grid. */
hc_status hc_drt_modes_share(const hc_drt_linear *p, hc_err *err) HC_MUST_USE;
/* The rows with use_row[p->rows], and the vectors. */
hc_status hc_drt_modes_of_rows(hc_drt_modes *m, const hc_drt_linear *p,
                               const bool *use_row, hc_err *err) HC_MUST_USE;
void hc_drt_modes_clear(hc_drt_modes *m);
/* Basis coefficients of the unconstrained minimum at lambda, from v. */
void hc_drt_modes_solution(const hc_drt_modes *m, double lambda, double *x);

/* Best lambda (in units of p->mean_w2) by opt->rule. */
hc_status hc_drt_choose_lambda(const hc_drt_linear *p,
                               const hc_drt_options *opt, double *lambda,
                               hc_err *err) HC_MUST_USE;

/* -2 ln of the largest evidence over lambda, the noise being that of the
 * weights, but for what any split of the same rows has in common; the
 * weighted squares that it leaves, and how many degrees of freedom. */
hc_status hc_drt_best_evidence(const hc_drt_linear *p, double *minus2,
                               double *ssr, double *left,
                               hc_err *err) HC_MUST_USE;

/* The exact minimum at lambda with the penalty matrix m[n_basis^2] (that of
 * the grid, say); leaves its coefficients in p->grid->x. */
hc_status hc_drt_ridge_solve(const hc_drt_linear *p, const hc_drt_data *d,
                             const hc_drt_options *opt, double lambda,
                             const double *m, hc_drt *out,
                             hc_err *err) HC_MUST_USE;

/* Curve, fit, base and objective of the coefficients x; r is made and empty.
 */
void hc_drt_ridge_fill(const hc_drt_linear *p, const hc_drt_data *d,
                       const double *x, double lambda, const double *m,
                       hc_drt *r);

/* The methods, each in its file, rows of the table in drt_methods.c. */
hc_status hc_drt_ridge(const hc_drt_data *d, const hc_drt_options *opt,
                       hc_drt *out, hc_err *err) HC_MUST_USE;

hc_status hc_drt_nnls(const hc_drt_data *d, const hc_drt_options *opt,
                      hc_drt *out, hc_err *err) HC_MUST_USE;
hc_status hc_drt_local(const hc_drt_data *d, const hc_drt_options *opt,
                       hc_drt *out, hc_err *err) HC_MUST_USE;
hc_status hc_drt_hilbert(const hc_drt_data *d, const hc_drt_options *opt,
                         hc_drt *out, hc_err *err) HC_MUST_USE;
hc_status hc_drt_loewner(const hc_drt_data *d, const hc_drt_options *opt,
                         hc_drt *out, hc_err *err) HC_MUST_USE;
hc_status hc_drt_fourier(const hc_drt_data *d, const hc_drt_options *opt,
                         hc_drt *out, hc_err *err) HC_MUST_USE;

#endif
