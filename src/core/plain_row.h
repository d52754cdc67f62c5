/* plain_row.h: a line of a table taken as numbers in one pass (inside core)
 *
 * Most lines of a long table are plain: as many cells as the header, plain
 * numbers in the columns that are asked for, no quotes.  Such a line is read
 * where it stands; nobody looks for its end first, no cell is cut out, and
 * what is in the other columns is only stepped over.  Any other line is left
 * to the reader, which takes it apart and knows what to say of it.
 */
#ifndef HC_CORE_PLAIN_ROW_H
#define HC_CORE_PLAIN_ROW_H

#include <stddef.h>

typedef struct hc_plain_row hc_plain_row;

/* Lines of `width` cells between delimiters (tab or comma), of which n are
 * wanted: at[k] is the place in the line of the k-th, to[k] where in x it
 * goes; places may repeat.  NULL when there is no memory. */
hc_plain_row *hc_plain_row_new(size_t width, char delimiter, const size_t *at,
                               const size_t *to, size_t n);
void hc_plain_row_free(hc_plain_row *c);

/* The line that begins at s, the wanted of it into x.  Returns where the next
 * line begins, or NULL when this one is not plain; x is undefined then.  A
 * '\n' must stand at or behind s, and eight bytes behind that one be readable.
 */
const char *hc_plain_row_take(hc_plain_row *c, const char *s, double *x);

#endif
