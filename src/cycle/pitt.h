/* pitt.h: diffusivities from steps of potential
 *
 * At a held potential the current into a film falls as
 *     I = 2 dQ D/L^2 sum exp(-(2n+1)^2 pi^2 D t / (4 L^2))
 * (C. J. Wen et al., 10.1149/1.2128939), into spheres as
 *     I = 6 dQ D/R^2 sum exp(-n^2 pi^2 D t / R^2).
 * dQ, D/L^2 and a constant leakage are fitted to the whole decay.
 */
#ifndef HC_CYCLE_PITT_H
#define HC_CYCLE_PITT_H

#include "cycle/gitt.h"
#include "cycle/holds.h"

/* One hold. */
typedef struct {
    double t_on_s, t_off_s;
    double from_v, to_v;                 /* potential before and during */
    double charge_c;                     /* that flowed */
    double rate_s, low_s, high_s, sd_ln; /* D/L^2 with its 95 % interval */
    double total_c;                      /* fitted dQ at infinite time */
    double leak_a;
    size_t points;
    const char *status; /* ok, short, not-identifiable */
    double temperature_celsius, cycle_count;
} hc_pitt_step;

/* All holds of the next source; steps are changes of the potential of
 * more than 0.5 mV. */
hc_status hc_pitt_read(hc_gitt_feed *f, hc_diffusion_shape shape,
                       hc_pitt_step **out, size_t *n, hc_err *err) HC_MUST_USE;

#endif
