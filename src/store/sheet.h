/* sheet.h: fields as spreadsheets and Origin read them; private to src/store
 */
#ifndef HC_STORE_SHEET_H
#define HC_STORE_SHEET_H

#include "core/records.h"
#include "store/export.h"

typedef struct {
    hc_out *out;
    char separator;
    bool quotes; /* CSV; else tabs and line ends become blanks */
    bool comma;  /* decimal comma */
    bool first;  /* of the line */
} hc_sheet;

hc_sheet hc_sheet_make(const hc_export *how, hc_out *out);
/* Text that a spreadsheet would take for a formula gets a ' in front. */
void hc_sheet_text(hc_sheet *s, const char *text);
/* A number as text, or any text; NaN becomes an empty field. */
void hc_sheet_value(hc_sheet *s, const char *text);
void hc_sheet_number(hc_sheet *s, double x); /* 10 significant digits */
void hc_sheet_end_row(hc_sheet *s);

/* Records that match, one by one, in the laboratory's units with `lab`. */
typedef hc_status (*hc_export_fn)(void *ctx, const hc_record *r,
                                  const char *run, long row, hc_err *err);
hc_status hc_export_each(hc_store *s, const hc_store_filter *filter, bool lab,
                         hc_export_fn fn, void *ctx, size_t *n, hc_err *err)
    HC_MUST_USE;

/* One row a condition, one column a quantity, under three heading rows. */
hc_status hc_export_wide(hc_store *s, const hc_store_filter *filter,
                         const hc_export *how, hc_out *out, size_t *n,
                         hc_err *err) HC_MUST_USE;

#endif
