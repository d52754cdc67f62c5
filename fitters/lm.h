/* lm.h: Levenberg-Marquardt in boxes, for small dense least squares
 *
 * Minimises cost(x) = |r(x)|^2 over lo <= x <= hi by steps
 * (J^T J + lambda D) h = -J^T r, D the largest diagonal of J^T J seen so far
 * (More 1978, 10.1007/BFb0067700), lambda by Nielsen's rule (report
 * IMM-REP-1999-05).  An unknown on its bound whose gradient points outwards
 * is left out of the system; others are clipped and judged by the true cost.
 * With bend() each step follows a curved valley to second order (geodesic
 * acceleration, Transtrum and Sethna 2012, arXiv:1201.5885): worth its price
 * where noise-free data let a descent crawl.
 * A run can be stopped after some steps and taken up again.
 */
#ifndef HC_FITTERS_LM_H
#define HC_FITTERS_LM_H

#include <stdbool.h>

enum { HC_LM_MAX = 64 };

typedef struct {
    void *ctx;
    int n; /* unknowns, <= HC_LM_MAX */
    /* Cost at x; keeps what normal() needs.  NaN or inf rejects the step. */
    double (*cost)(void *ctx, const double *x);
    /* J^T J [n][n] and J^T r [n] at the x of the last cost(). */
    void (*normal)(void *ctx, double *jtj, double *grad);
    /* J^T r'' [n], the second derivative of r along v at the x and J of the
     * last normal(); r is that of the last cost() before it.  NULL: steps
     * are not bent. */
    void (*bend)(void *ctx, const double *x, const double *v, double *out);
    const double *lo, *hi; /* [n], may be infinite; NULL: no bounds */
    const double *cap;     /* [n] largest step per unknown; NULL: none */
    double cost_floor;     /* stop below */
} hc_lm;

typedef enum { HC_LM_GOING, HC_LM_CONVERGED, HC_LM_STUCK } hc_lm_end;

typedef struct {
    double x[HC_LM_MAX];
    double cost;
    double lambda, nu;
    double diag[HC_LM_MAX]; /* largest seen */
    double promise; /* what the model of the last step promised of the cost */
    int steps, calm;
    hc_lm_end end;
} hc_lm_state;

/* Start at x (clipped to the boxes); the cost is NaN until the first run. */
void hc_lm_begin(const hc_lm *lm, hc_lm_state *s, const double *x);

/* Up to `steps` more steps; ends early when the relative gain stays below
 * `gain` on two steps running, or no step is acceptable. */
void hc_lm_run(const hc_lm *lm, hc_lm_state *s, int steps, double gain);

#endif
