/* ident_private.h: what the parts of an identification share
 *
 *     ident.c      the data
 *     identeval.c  residuals and their derivatives
 *     identfit.c   least squares, covariance, what cannot be separated
 *     identout.c   records and the cell file
 */
#ifndef HC_CELL_IDENT_PRIVATE_H
#define HC_CELL_IDENT_PRIVATE_H

#include "cell/ident.h"

#include <complex.h>

typedef struct {
    hc_protocol steps; /* a series: its current ... */
    double *volt;      /* [n] ... and its voltage */
    double x0;         /* NaN: the cell's x0 */
    double *freq;      /* a spectrum */
    double complex *z; /* [n] ohm */
    double x;          /* of the spectrum; NaN: the cell's x0 */
    size_t n;
} hc_ident_set;

struct hc_ident {
    hc_cell *cell;
    hc_ident_options o;
    hc_ident_set *sets;
    size_t n_sets, cap;
    size_t n_rows;
    double *r, *jac;  /* [rows], [rows][n] */
    size_t cut_short; /* series that the model could not follow to the end */
    bool rough; /* half the mesh, a loose tolerance: far from the end */
    bool far;   /* residuals count by asinh */
};

/* Residuals (and the Jacobian by ln p) at the cell's present values. */
hc_status hc_ident_evaluate(hc_ident *f, bool with_jac, double *ssr,
                            hc_err *err) HC_MUST_USE;

#endif
