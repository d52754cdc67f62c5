/* onset.h: where the current of a potential sweep passes a stated limit */
#ifndef HC_CYCLE_ONSET_H
#define HC_CYCLE_ONSET_H

#include "cycle/gitt_feed.h"

typedef struct {
    int sign;            /* of the sweep: +1 anodic, -1 cathodic */
    double from_v, to_v; /* its ends */
    double rate_v_s;
    double onset_v;     /* NaN when not reached */
    const char *status; /* ok, not-reached, above-from-start */
    double cycle_count, temperature_celsius;
} hc_onset;

/* Sweeps of the next source: stretches of rising or falling potential of at
 * least ten rows and 20 mV.  Three samples in a row must be above limit_a in
 * the sense of the sweep; the potential is interpolated between the last
 * below and the first above. */
hc_status hc_onset_read(hc_gitt_feed *f, double limit_a, hc_onset **out,
                        size_t *n, hc_err *err) HC_MUST_USE;

#endif
