/* drt_bands.h: the prior of f as a quadratic form with few bands (internal)
 *
 *     |Q y - q|^2 = y^T P y - 2 rhs^T y + constant
 */
#ifndef HC_FITTERS_DRT_BANDS_H
#define HC_FITTERS_DRT_BANDS_H

#include "fitters/drt_loggp.h"

/* Beside the diagonal, on one side. */
enum { HC_DRT_BANDS = 4 };

typedef struct {
    double *d[HC_DRT_BANDS + 1]; /* d[k][i] is the element (i, i + k) of P */
    double *rhs;                 /* [m], in one piece behind the bands */
    double constant;
    double ln_det; /* of P */
} hc_drt_bands;

/* The prior q on the grid of g; d and rhs point to
 * (HC_DRT_BANDS + 2) m numbers. */
void hc_drt_bands_fill(hc_drt_bands *p, const hc_lgp *g,
                       const hc_lgp_prior *q);

/* rhs - P y into out[m]; returns the quadratic form. */
double hc_drt_bands_force(const hc_drt_bands *p, size_t m, const double *y,
                          double *out);

#endif
