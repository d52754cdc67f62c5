/* simtable.h: results of the model as tables */
#ifndef HC_CELL_SIMTABLE_H
#define HC_CELL_SIMTABLE_H

#include "cell/simulate.h"
#include "core/table.h"

typedef struct {
    size_t n;              /* swept parameters, 0 none */
    const hc_parameter *p; /* [n] */
} hc_sweep_columns;

/* Kind series: BDF names, state, and the parts of the voltage. */
void hc_sim_columns(hc_writer *w, const hc_sweep_columns *sweep);
/* One row; index and values [n] of the sweep (NULL: none). */
void hc_sim_row(hc_writer *w, const hc_cell *cell, const hc_sim_point *p,
                   long index, const double *values, size_t n);

/* Kind steps: one row at the end of each step. */
void hc_ends_columns(hc_writer *w, const hc_sweep_columns *sweep);
typedef struct {
    bool open;
    double t0, charged0, discharged0;
} hc_ends_state;
void hc_ends_row(hc_writer *w, const hc_cell *cell, const hc_sim_point *p,
                 hc_ends_state *state, long index, const double *values,
                 size_t n);

/* Kind profile: depth, x, concentration and its gradient. */
void hc_profile_columns(hc_writer *w);
hc_status hc_profile_rows(hc_writer *w, const hc_cell *cell,
                          const hc_sim_point *p, hc_err *err) HC_MUST_USE;

#endif
