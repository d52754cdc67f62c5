/* plain_row.h: a line of a table taken as numbers in one pass (inside core)
 *
 * Most lines of a long table are plain: as many cells as the header, plain
 * numbers in the columns that are asked for, no quotes.  Such a line is read
 * where it stands, by a small program made once for the table: one step for
 * each column that is wanted.  Nobody looks for the end of the line first, no
 * cell is cut out, and what is in the other columns is only stepped over.  Any
 * other line is left to the reader, which takes it apart and knows what to say
 * of it.
 */
#ifndef HC_CORE_PLAIN_ROW_H
#define HC_CORE_PLAIN_ROW_H

#include "core/table_cell.h"

#include <stdbool.h>
#include <stddef.h>

/* What a column is wanted for. */
typedef enum {
    HC_PLAIN_NUMBER, /* its number, NaN where nothing stands */
    HC_PLAIN_ANY,    /* the same, and NaN where something else stands */
    HC_PLAIN_TEXT,   /* its text */
    HC_PLAIN_EITHER, /* its number, or its text where that is none */
} hc_plain_what;

typedef struct {
    size_t place; /* in the line; may repeat where all are NUMBER */
    hc_plain_what what;
    bool text;    /* of a NUMBER the text as well */
    size_t to;    /* in x */
    int shift;    /* not 0: x[moved] becomes the number times 10^shift, as if
                     its text had that exponent */
    size_t moved;
} hc_plain_want;

/* How the text of a cell is written. */
typedef enum {
    HC_PLAIN_IS_OTHER,   /* no number that was taken */
    HC_PLAIN_IS_ZERO,    /* a sign, at most 16 digits and a mark: 0 */
    HC_PLAIN_IS_DECIMAL, /* the same, not 0 */
    HC_PLAIN_IS_NUMBER,  /* any other number */
} hc_plain_is;

/* Where the texts go, without blanks around them: one for each cell of a
 * line, of which those that are wanted are written. */
typedef struct {
    hc_cell *cells;
    unsigned char *is; /* hc_plain_is */
} hc_plain_texts;

typedef struct hc_plain_row hc_plain_row;

/* How lines are written. */
typedef struct {
    size_t width;   /* cells of a line */
    char delimiter; /* no digit, no sign, no letter, no blank */
    bool foreign;   /* not ours: lines with NUL, quotes or other than ASCII are
                       not plain; a delimiter may stand behind the last cell,
                       blanks before a number */
    char refused;   /* of foreign ones, another byte that no plain line has
                       outside its numbers, which never have it; 0: none */
} hc_plain_lines;

/* A program for n columns that are wanted; NULL when there is no memory. */
hc_plain_row *hc_plain_row_new(hc_plain_lines lines,
                               const hc_plain_want *wants, size_t n);
void hc_plain_row_free(hc_plain_row *c);

/* The line that begins at s, the wanted of it into x and texts.  Returns where
 * the next line begins, or NULL when this one is not plain; x and texts are
 * undefined then.  A '\n' must stand at or behind s, and HC_PADDING bytes
 * behind that one be readable.  texts has NULL pointers where no text is
 * wanted.
 */
const char *hc_plain_row_take(hc_plain_row *c, const char *s, double *x,
                              hc_plain_texts texts);

#endif
