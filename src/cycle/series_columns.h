/* series_columns.h: which column of a table fills which member of a sample */
#ifndef HC_CYCLE_SERIES_COLUMNS_H
#define HC_CYCLE_SERIES_COLUMNS_H

#include "cycle/series.h"

/* Each column there is goes straight to its member of a sample from now on
 * (hc_reader_next_numbers); *blank has NaN where none does.  HC_DATA when
 * time, current or voltage has no column, or the table's kind is another. */
hc_status hc_sample_columns(hc_reader *r, hc_sample *blank,
                            hc_err *err) HC_MUST_USE;

#endif
