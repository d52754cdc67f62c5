/* fresh.h: seeded circuits and spectra that no setting was chosen on
 *
 * A case is a circuit of a list with parameters, frequencies, noise and
 * weight drawn from a seed, over ten orders of magnitude of |Z|; nothing is
 * drawn again because it came out hard.  The search is judged on its cost
 * against the lowest one known, so a case need not be identifiable.
 */
#ifndef HC_TESTS_FRESH_H
#define HC_TESTS_FRESH_H

#include "fitters/fit.h"

enum { FRESH_POINTS = 128 };

typedef struct {
    const char *circuit; /* without values */
    double truth[HC_CIRCUIT_PARS];
    hc_circuit c;
    hc_fit_weight weight;
    double noise; /* sd of Re and Im as a part of |Z| */
    size_t n;
    double freq_hz[FRESH_POINTS], re[FRESH_POINTS], im[FRESH_POINTS];
} fresh_case;

int fresh_circuits(void);

/* Case `seed` of circuit number `which` of the list. */
void fresh_make(int which, uint64_t seed, fresh_case *out);

/* The lowest cost known: the least of a descent from the truth and the
 * thorough search from `seeds` seeds, but not below residuals of 1e-9;
 * *thorough: cost of the first of those. */
double fresh_reference(const fresh_case *k, int seeds, double *thorough);

/* The fit of a case, ready; fails the program when it cannot be made. */
hc_fit *fresh_fit(const fresh_case *k);

#endif
