/* numbers_work.h: how columns of numbers are filled (inside the library) */
#ifndef HC_CORE_NUMBERS_WORK_H
#define HC_CORE_NUMBERS_WORK_H

#include "core/numbers.h"

/* Without columns, which hc_numbers_width gives it before the first row. */
hc_status hc_numbers_new(hc_numbers **out, hc_err *err) HC_MUST_USE;
bool hc_numbers_width(hc_numbers *n, size_t columns);

struct hc_numbers {
    hc_frame *head;
    double **column; /* [columns] of cap rows each */
    size_t columns, rows, cap;
};

/* More rows than n->cap; false when there is no memory. */
bool hc_numbers_grow(hc_numbers *n);

/* Room for one more row: arrays of the columns, in which index *row is its
 * own; NULL when there is no memory.  It is one of the table once
 * hc_numbers_add was called. */
static inline double *const *hc_numbers_next(hc_numbers *n, size_t *row)
{
    if (n->rows == n->cap && !hc_numbers_grow(n))
        return NULL;
    *row = n->rows;
    return n->column;
}

static inline void hc_numbers_add(hc_numbers *n)
{
    n->rows++;
}

/* The table is whole: what was written besides its rows, text of a table that
 * has none. */
hc_status hc_numbers_close(hc_numbers *n, hc_in *text, hc_err *err)
    HC_MUST_USE;

/* The number a text of a table is, NaN when it is none. */
double hc_numbers_of_text(const char *s, size_t len);

#endif
