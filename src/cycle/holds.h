/* holds.h: stretches of constant potential in a series */
#ifndef HC_CYCLE_HOLDS_H
#define HC_CYCLE_HOLDS_H

#include "cycle/gitt_feed.h"

enum { HC_HOLD_KEEP = 500 };

typedef struct {
    double t_s, i_a;
} hc_hold_sample;

typedef struct {
    double t_on_s, t_off_s; /* the edge as in gitt_train: step time, or the
                               first sample of a log that restarts densely */
    double from_v, v_v;     /* before (NaN at the first), mean during */
    double charge_c;
    hc_hold_sample *sample; /* [n], thinned evenly in sqrt(t) */
    size_t n, rows;
    double temperature_celsius, cycle_count;
} hc_hold;

/* The holds of the next source that have at least eight rows; a change of
 * the potential by more than step_v begins another. */
hc_status hc_holds_read(hc_gitt_feed *f, double step_v, hc_hold **out,
                        size_t *n, hc_err *err) HC_MUST_USE;
void hc_holds_free(hc_hold *h, size_t n);

#endif
