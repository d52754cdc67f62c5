/* generic.h: finding the table in a text that nobody described */
#ifndef HC_FORMATS_GENERIC_H
#define HC_FORMATS_GENERIC_H

#include "formats/lines.h"

/* Where the table of a text is; lines count from 0. */
typedef struct {
    hc_dialect dialect;
    bool has_names, has_units;
    size_t names_line;
    size_t data_line;
    size_t n_fields; /* of a row */
} hc_text_plan;

/* False when the probe shows no table of numbers. */
bool hc_text_plan_make(const hc_probe *p, hc_text_plan *plan);

/* Names (with units of the line below) as columns; "col1", "col2" ... when
 * there are none. */
hc_status hc_text_plan_columns(const hc_probe *p, const hc_text_plan *plan,
                               hc_column **c, size_t *n,
                               hc_err *err) HC_MUST_USE;

/* Read the planned table as one data set; facts of the text as well. */
hc_status hc_text_plan_read(hc_source *src, hc_sink *sink,
                            const hc_text_plan *plan, hc_dataset *d,
                            hc_err *err) HC_MUST_USE;

#endif
