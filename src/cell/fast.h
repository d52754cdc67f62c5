/* fast.h: the film in constant current, some fifty times as fast as IDA
 *
 * BDF2 with a variable step and the Thomas algorithm, the surface by the same
 * parabola and the same mesh as film.c.  Charge transfer and resistances are
 * quasi-steady (no capacitors), so that every cutoff is a threshold on the
 * surface composition, found once per step and met by interpolation.
 */
#ifndef HC_CELL_FAST_H
#define HC_CELL_FAST_H

#include "cell/mesh.h"
#include "cell/simulate.h"

typedef struct hc_fast hc_fast;

/* HC_USAGE, with the reason, when the cell is none of the kind: film, ohmic
 * electrolyte, constant temperature.  Capacitors are left out. */
hc_status hc_fast_new(hc_fast **out, const hc_cell *cell, size_t n,
                      hc_err *err) HC_MUST_USE;
void hc_fast_free(hc_fast *f);
void hc_fast_rest(hc_fast *f, double x);

typedef struct {
    double duration_s, voltage, x_surface, x_mean;
    long steps;
    bool by_voltage; /* else the time was over */
} hc_fast_end;

/* Current density i until the voltage (NaN: none) or the duration (NaN:
 * none).  HC_NO when the composition runs out before. */
hc_status hc_fast_run(hc_fast *f, double i, double volt, double duration_s,
                      hc_fast_end *end, hc_err *err) HC_MUST_USE;

/* A protocol of charges, discharges and rests; a point at the ends of each
 * step (sink as of hc_simulate). */
hc_status hc_fast_simulate(const hc_cell *cell, const hc_protocol *p,
                           const hc_sim_options *o, hc_sim_sink sink,
                           void *ctx, hc_err *err) HC_MUST_USE;

#endif
