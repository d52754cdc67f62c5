/* knee.h: where a fading curve turns down
 *
 * Bacon-Watts model with a sharp turn: y = a + b x + c max(0, x - x0), the
 * limit gamma -> 0 of a + b (x - x0) + c (x - x0) tanh((x - x0)/gamma) that
 * Fermin-Cueto et al. use (10.1016/j.egyai.2020.100006).  x0 comes from a
 * profile of the sum of squares, its interval from the F test on that
 * profile, widened for residuals that follow each other.
 */
#ifndef HC_CYCLE_KNEE_H
#define HC_CYCLE_KNEE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    bool found;          /* BIC gain above the limit and a downward turn */
    double x, low, high; /* 95 % */
    double kneedle;      /* farthest point below the chord, cross-check */
    double bic_gain;     /* over a straight line */
    double slope_before, slope_after; /* per unit of x */
    double residual_sd;
    size_t n;
} hc_knee;

/* x[n] rising, y[n].  Needs n >= 12; found stays false below. */
hc_knee hc_knee_find(const double *x, const double *y, size_t n,
                     double min_bic_gain);

#endif
