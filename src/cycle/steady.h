/* steady.h: the current a polarisation tends to, with its interval
 *
 * Three laws are fitted to the last nine tenths of a hold: a constant, a
 * constant and an exponential, a constant and 1/sqrt(t) (Cottrell).  The best
 * by the Bayesian criterion gives the value; laws that come within 10 of it
 * widen the interval.  Where the best does not hold in the end, as one
 * exponential does not follow a spread of time constants, they are fitted to
 * a later part, and the interval holds what the extrapolation adds.
 */
#ifndef HC_CYCLE_STEADY_H
#define HC_CYCLE_STEADY_H

#include "cycle/holds.h"

typedef enum {
    HC_STEADY_OK,
    HC_STEADY_FALLING, /* still falls, or is lost in noise: upper limit */
    HC_STEADY_NOISY,
    HC_STEADY_GROWING, /* something decomposes */
    HC_STEADY_SHORT    /* too few samples */
} hc_steady_kind;

typedef struct {
    hc_steady_kind kind;
    double current_a;     /* extrapolated, signed */
    double low_a, high_a; /* 95 % */
    double sd_a;
    double end_a;    /* mean of the last twentieth */
    double first_a;  /* first sample */
    double noise_a;  /* of one sample */
    double floor_a;  /* leakage of the instrument, 0 when not stated */
    const char *law; /* constant, exponential, cottrell */
} hc_steady;

/* floor_a: leakage of the instrument, NaN when not stated. */
hc_steady hc_steady_of(const hc_hold *h, double floor_a);

/* Largest size of a current that is not steady: what flows at the end, or
 * what noise may hide there, and the leakage that may have fed it. */
double hc_steady_bound_a(const hc_steady *s);

/* "ok" "upper-limit" "upper-limit-noise" "decomposition" "too-short" */
const char *hc_steady_word(hc_steady_kind k);

#endif
