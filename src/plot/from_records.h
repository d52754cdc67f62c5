/* from_records.h: the records of a fit as the curve they stand for */
#ifndef HC_PLOT_FROM_RECORDS_H
#define HC_PLOT_FROM_RECORDS_H

#include "core/frame.h"

/* Is this a table of records that names its circuit (hc-fit)? */
bool hc_plot_is_fit(const hc_frame *f);

/* A new table of kind eis with '#: curve fit': the circuit's impedance with
 * the fitted values, spectrum by spectrum over the range that was fitted.
 * Its column `arc` holds the role of an arc at the row nearest its apex, "-"
 * elsewhere.  HC_DATA when values of the circuit's parameters are missing. */
hc_status hc_plot_curve_of_fit(const hc_frame *records, hc_frame **out,
                               hc_err *err) HC_MUST_USE;

#endif
