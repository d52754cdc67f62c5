/* ticks.h: where an axis has its ticks and what stands at them */
#ifndef HC_PLOT_TICKS_H
#define HC_PLOT_TICKS_H

#include <stdbool.h>
#include <stddef.h>

enum { HC_TICKS_MAX = 256, HC_TICK_LABEL = 128 };

typedef struct {
    double at; /* value */
    bool major;
    char label[HC_TICK_LABEL]; /* in the canvas's text marks; empty: none */
} hc_tick;

typedef struct {
    hc_tick tick[HC_TICKS_MAX];
    size_t n;
} hc_ticks;

/* Ticks of a linear axis from lo to hi (lo < hi) with about `wanted` labelled
 * ones, steps of 1, 2, 2.5 or 5 times a power of ten.  Every label has the
 * decimals the step needs, and U+2212 as its minus. */
void hc_ticks_linear(double lo, double hi, double wanted, hc_ticks *out);

/* Ticks of a logarithmic axis (0 < lo < hi): decades labelled 10^n, thinned
 * to about `wanted`; under two decades 1, 2, 5 or every digit as well. */
void hc_ticks_log(double lo, double hi, double wanted, hc_ticks *out);

/* The power of ten, a multiple of three, to take out of an axis whose values
 * reach from lo to hi so that labels stay short; 0 when they are. */
int hc_ticks_exponent(double lo, double hi);

#endif
