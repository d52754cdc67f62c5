/* noise.h: the noise of signals that tests of hc-wave are made of */
#ifndef HC_TESTS_NOISE_H
#define HC_TESTS_NOISE_H

#include "fitters/random.h"

#include <math.h>
#include <stddef.h>

/* White noise 40 dB below the moving part of a signal. */
static inline void noise_40_db(double *x, size_t n, hc_random *rng)
{
    double mean = 0, s = 0;
    for (size_t k = 0; k < n; k++)
        mean += x[k] / (double)n;
    for (size_t k = 0; k < n; k++)
        s += (x[k] - mean) * (x[k] - mean) / (double)n;
    for (size_t k = 0; k < n; k++)
        x[k] += 0.01 * sqrt(s) * hc_random_normal(rng);
}

#endif
