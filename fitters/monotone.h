/* monotone.h: curves through points that do not ring
 *
 * A cubic spline through rested potentials overshoots at plateaus and steep
 * ends, and a diffusivity goes with the square of the slope.  These curves
 * keep the order of the points: where the points rise (fall), so does the
 * curve.
 *
 * Sources: F. N. Fritsch, R. E. Carlson, 10.1137/0717021 and F. N. Fritsch,
 * J. Butland, 10.1137/0905021 (PCHIP slopes); J. M. Hyman, 10.1137/0904045
 * (limiter of spline slopes).
 */
#ifndef HC_FITTERS_MONOTONE_H
#define HC_FITTERS_MONOTONE_H

#include "core/status.h"

#include <stddef.h>

typedef enum {
    HC_MONOTONE_SPLINE, /* C2 cubic spline, its slopes limited by Hyman */
    HC_MONOTONE_PCHIP   /* C1, slopes by the harmonic mean */
} hc_monotone_kind;

/* Piecewise cubic through n >= 2 points, linear beyond its ends. */
typedef struct {
    size_t n;
    double *x, *y; /* [n] x rising */
    double *slope; /* [n] dy/dx */
    double *area;  /* [n] integral from x[0] */
} hc_monotone;

/* Copies the points.  HC_DATA when x does not rise. */
hc_status hc_monotone_new(hc_monotone *out, hc_monotone_kind kind,
                          const double *x, const double *y, size_t n,
                          hc_err *err) HC_MUST_USE;
void hc_monotone_clear(hc_monotone *m);

/* Value; *slope (may be NULL) gets the derivative. */
double hc_monotone_at(const hc_monotone *m, double x, double *slope);

/* The same curve averaged over a window of `width`: twice continuously
 * differentiable, since the average of a C1 curve over a window is C2, and
 * still monotone where the curve is, since the weights are positive.  It
 * passes the points within width^2/24 times the curvature. */
double hc_monotone_smooth_at(const hc_monotone *m, double width, double x,
                             double *slope);

#endif
