/* numbers.h: a whole table in memory as numbers, one array a column
 *
 * For programs that compute and have no use for the texts: eight bytes a cell,
 * in the order of the rows.  What is no number (a word, a date, an empty
 * cell) is NaN; hc_frame keeps texts.
 */
#ifndef HC_CORE_NUMBERS_H
#define HC_CORE_NUMBERS_H

#include "core/frame.h"

/* hc_numbers, see table.h */
void hc_numbers_free(hc_numbers *n);

size_t hc_numbers_rows(const hc_numbers *n);
/* The table without its rows: names of columns, kind, '#:' lines, whether its
 * source was incomplete.  Borrowed. */
const hc_frame *hc_numbers_head(const hc_numbers *n);
/* The values of a column [hc_numbers_rows], in the unit its name says; NULL
 * for column < 0 and for a table without rows.  Borrowed. */
const double *hc_numbers_values(const hc_numbers *n, int column);

#endif
