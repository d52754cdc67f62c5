/* xlsx_head.h: where the table of a sheet is, from its first rows */
#ifndef HC_FORMATS_XLSX_HEAD_H
#define HC_FORMATS_XLSX_HEAD_H

#include "formats/generic.h"
#include "formats/xlsx_book.h"

typedef struct {
    bool is_text;              /* the text of another format: xlsx_text.h */
    bool table;                /* one was found; what follows says where */
    hc_text_plan plan;         /* lines are rows of the file, from 0 */
    long names_row, above_row; /* as the sheet counts, from 1 */
    hc_kind allows;            /* by its columns */
    bool cells_to_judge;       /* of a series: voltage and current */
    hc_column *columns;
    size_t n;
    unsigned char *is_complex;
    double begins;      /* number of its first record, or time; NaN: none */
    hc_dataset dataset; /* of these columns, and what the rows say of them */
} hc_xlsx_head;

/* Look at the first rows of a sheet.  `own` names the columns of workbooks.
 * HC_OK without a table when there is none, or when the sheet is broken
 * (reading it tells). */
hc_status hc_xlsx_head_look(hc_xlsx_book *w, const hc_xlsx_sheet *sheet,
                            const hc_colmap *own, hc_xlsx_head *h,
                            hc_err *err) HC_MUST_USE;

/* A sheet without names behind one with as many columns goes on with it: the
 * names become its own.  Does nothing to others. */
hc_status hc_xlsx_head_go_on(hc_xlsx_head *h, const hc_xlsx_head *before,
                             const hc_xlsx_sheet *sheet,
                             hc_err *err) HC_MUST_USE;
void hc_xlsx_head_clear(hc_xlsx_head *h);

/* Has the table a column with that meaning?  Its number, or -1. */
int hc_xlsx_head_find(const hc_xlsx_head *h, const hc_colmap *own,
                      const char *target);

#endif
