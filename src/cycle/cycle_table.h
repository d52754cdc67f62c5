/* cycle_table.h: cycles as a table of kind `cycles`, and back */
#ifndef HC_CYCLE_CYCLE_TABLE_H
#define HC_CYCLE_CYCLE_TABLE_H

#include "core/table.h"
#include "cycle/cycles.h"

/* What capacities are divided by; NaN where not said. */
typedef struct {
    double nominal_ah; /* C-rate; NaN: the slowest discharge */
    double theory_ah;  /* capacity utilisation */
} hc_cycle_scale;

void hc_cycle_table_begin(hc_writer *w);
/* Rows of one source.  `retention` per cycle may be NULL. */
void hc_cycle_table_put(hc_writer *w, const hc_cycle_list *l,
                        const hc_cycle_scale *scale, const double *retention,
                        long first_source);

/* A table of kind cycles (or a bare one with its columns) read back: number,
 * capacities, currents or C-rates.  A rate without current becomes the
 * current of a cell of 1 Ah.  HC_NO when there is no row. */
hc_status hc_cycle_table_read(hc_cycle_list *l, hc_reader *r,
                              hc_cell_kind cell, hc_err *err) HC_MUST_USE;
/* Does the open table look like one of cycles? */
bool hc_cycle_table_is(const hc_reader *r);

#endif
