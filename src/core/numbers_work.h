/* numbers_work.h: how columns of numbers are filled (inside the library) */
#ifndef HC_CORE_NUMBERS_WORK_H
#define HC_CORE_NUMBERS_WORK_H

#include "core/numbers.h"

/* Without columns, which hc_numbers_width gives it before the first row. */
hc_status hc_numbers_new(hc_numbers **out, hc_err *err) HC_MUST_USE;
bool hc_numbers_width(hc_numbers *n, size_t columns);

/* Room for one more row: its number of columns arrays, in which index *row is
 * its own; NULL when there is no memory.  The row is one of the table once
 * hc_numbers_add was called. */
double *const *hc_numbers_next(hc_numbers *n, size_t *row);
void hc_numbers_add(hc_numbers *n);

/* The table is whole: what was written besides its rows, text of a table that
 * has none. */
hc_status hc_numbers_close(hc_numbers *n, hc_in *text, hc_err *err)
    HC_MUST_USE;

/* The number a text of a table is, NaN when it is none. */
double hc_numbers_of_text(const char *s, size_t len);

#endif
