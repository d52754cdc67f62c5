/* xlsx_rows.h: the rows of a sheet, one after the other */
#ifndef HC_FORMATS_XLSX_ROWS_H
#define HC_FORMATS_XLSX_ROWS_H

#include "formats/xlsx_book.h"

#include <stdint.h>

enum { HC_XLSX_COLUMNS_MAX = 512, HC_XLSX_SHOWN = 40 };

typedef struct {
    uint32_t at, len; /* in text */
    bool there;       /* it has a value, and that is no error */
    bool number;      /* stored as one, or a text that reads as one */
    bool word;        /* stored as text, whatever it reads as */
    hc_xlsx_shows shows;
} hc_xlsx_cell;

typedef struct {
    hc_text text;
    hc_xlsx_cell cells[HC_XLSX_COLUMNS_MAX];
    size_t n;       /* with gaps; no empty ones at the end */
    size_t words;   /* cells that are there and no numbers */
    size_t numbers; /* and those that are */
    size_t beyond;  /* cells right of the widest table there is */
    long number;    /* as the sheet counts, from 1 */
    size_t index;   /* rows that the file holds before it */
} hc_xlsx_row;

/* Gets each row in turn; anything but HC_OK ends the reading. */
typedef hc_status (*hc_xlsx_take)(void *ctx, const hc_xlsx_row *row,
                                  hc_err *err);

/* All rows of the part `path`. */
hc_status hc_xlsx_rows(hc_xlsx_book *w, const char *path, hc_xlsx_take take,
                       void *ctx, hc_err *err) HC_MUST_USE;

static inline const char *hc_xlsx_text(const hc_xlsx_row *r, size_t i)
{
    return r->text.data + r->cells[i].at;
}

/* The value of cell i as the sheet shows it: a number whose style is a date
 * as "2024-05-01T12:00:00" (days since 1899-12-30, or 1904-01-01 where the
 * workbook says so), one whose style is a time as h:mm:ss.  `shown` holds
 * these; other texts stay in the row. */
hc_cell hc_xlsx_value(const hc_xlsx_book *w, const hc_xlsx_row *r, size_t i,
                      char shown[HC_XLSX_SHOWN]);

#endif
