/* xlsx_text.h: a sheet that is the text of another format: lines in one
 * column, as a CSV file that was opened in Excel unsplit, or the cycles,
 * steps and records of Neware's layered export
 */
#ifndef HC_FORMATS_XLSX_TEXT_H
#define HC_FORMATS_XLSX_TEXT_H

#include "formats/xlsx_book.h"

#include <stdbool.h>
#include <stddef.h>

/* Is it one, by its first rows as lines with tabs between the cells? */
hc_status hc_xlsx_text_is(const char *head, size_t len, bool *is,
                          hc_err *err) HC_MUST_USE;

/* All of it, read by its format into the workbook's sink. */
hc_status hc_xlsx_text_read(hc_xlsx_book *w, const hc_xlsx_sheet *sheet,
                            hc_err *err) HC_MUST_USE;

#endif
