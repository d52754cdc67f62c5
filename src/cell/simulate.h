/* simulate.h: a protocol run on a cell, point by point */
#ifndef HC_CELL_SIMULATE_H
#define HC_CELL_SIMULATE_H

#include "cell/protocol.h"
#include "cell/solver.h"
#include "core/messages.h"

typedef struct {
    double t_s;
    long step, cycle; /* from 1 */
    const char *type;
    bool ends_step;
    const hc_system *system;
    const double *y;
    hc_observed seen;
    double charged, discharged; /* since the start [C/m2], both >= 0 */
} hc_sim_point;

/* A row of the result; a status other than HC_OK stops the run. */
typedef hc_status (*hc_sim_sink)(void *ctx, const hc_sim_point *p,
                                 hc_err *err);

typedef struct {
    hc_cell_grid grid;
    double rtol;    /* 1e-5 */
    double every_s; /* output interval; 0: every step of the solver */
    double x0;      /* NaN: the cell's x0 */
} hc_sim_options;

hc_sim_options hc_sim_default(void);

/* Run all steps from rest at x0.  HC_NO when a step cannot come to its end
 * (what was computed has gone to the sink by then). */
hc_status hc_simulate(const hc_cell *cell, const hc_protocol *p,
                      const hc_sim_options *o, hc_sim_sink sink, void *ctx,
                      hc_talk *talk, hc_err *err) HC_MUST_USE;

/* x at which the OCV is the voltage of the rested cell; HC_DATA when the
 * curve does not hold it. */
hc_status hc_sim_x_of_voltage(const hc_cell *cell, double volt, double *x,
                              hc_err *err) HC_MUST_USE;

#endif
