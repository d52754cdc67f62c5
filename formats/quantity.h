/* quantity.h: numbers that carry their unit in the cell ("3.5 V", "12mA") */
#ifndef HC_FORMATS_QUANTITY_H
#define HC_FORMATS_QUANTITY_H

#include "formats/columns.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_QUANTITY_UNIT_SIZE = 16 };

/* Length of the number (with a decimal point, or a comma where that is asked
 * for, or in groups, "1.250,5") that s[0..len) begins with when a unit and
 * nothing else stands behind it, which goes to unit[HC_QUANTITY_UNIT_SIZE];
 * 0: no such thing. */
size_t hc_quantity_split(const char *s, size_t len, bool comma, char *unit);

/* The number of a cell, with or without a unit behind it; false: none. */
bool hc_quantity_number(const hc_cell *c, double *x);

/* The text of a cell that carries its unit, in the unit that the column has
 * by its meaning `m`: to to[cap], NUL behind.  Returns its length, 0 when it
 * is no number with a unit of that kind. */
size_t hc_quantity_respell(const hc_cell *cell, const hc_column *column,
                           const hc_colmap *own, const hc_meaning *m, char *to,
                           size_t cap);

#endif
