#include "formats/xlsx_text.h"

#include "core/text.h"
#include "formats/format.h"
#include "formats/neware.h"
#include "formats/xlsx_rows.h"

#include <string.h>

/* Nothing but cells of the first column. */
static bool is_one_column(const char *text, size_t len)
{
    return len > 0 && memchr(text, '\t', len) == NULL &&
           memchr(text, '\n', len) != text + len - 1;
}

hc_status hc_xlsx_text_is(const char *head, size_t len, bool *is, hc_err *err)
{
    hc_source *src;
    const hc_format *format;
    hc_err none;
    *is = false;
    if (len == 0)
        return HC_OK;
    HC_TRY(hc_source_memory(&src, head, len, "", err));
    hc_status st = is_one_column(head, len)
                       ? hc_format_detect(&src->probe, &format, &none)
                   : hc_neware_is_layered(&src->probe) ? HC_OK
                                                       : HC_DATA;
    hc_source_free(src);
    *is = st == HC_OK;
    return st == HC_NOMEM ? hc_fail_nomem(err) : HC_OK;
}

/* The text of a sheet so far. */
typedef struct {
    const hc_xlsx_book *w;
    hc_text text;
    long lines;
} sheet_text;

static hc_status take(void *ctx, const hc_xlsx_row *r, hc_err *err)
{
    sheet_text *t = ctx;
    char shown[HC_XLSX_SHOWN];
    for (; t->lines + 1 < r->number; t->lines++)
        hc_text_putc(&t->text, '\n');
    for (size_t i = 0; i < r->n; i++) {
        hc_cell c = r->cells[i].there ? hc_xlsx_value(t->w, r, i, shown)
                                      : hc_cell_none();
        if (i > 0)
            hc_text_putc(&t->text, '\t');
        if (c.type == HC_CELL_TEXT)
            hc_text_add(&t->text, c.u.s, c.len);
    }
    hc_text_putc(&t->text, '\n');
    t->lines++;
    return hc_text_status(&t->text, err);
}

hc_status hc_xlsx_text_read(hc_xlsx_book *w, const hc_xlsx_sheet *sheet,
                            hc_err *err)
{
    sheet_text t = {.w = w};
    hc_source *src = NULL;
    const hc_format *format;
    hc_status st = hc_xlsx_rows(w, sheet->path, take, &t, err);
    if (st == HC_OK)
        st = hc_source_memory(&src, t.text.data, t.text.len, w->name, err);
    if (st == HC_OK)
        st = hc_format_detect(&src->probe, &format, err);
    if (st == HC_OK)
        st = format->read(src, w->sink, err);
    hc_source_free(src);
    hc_text_clear(&t.text);
    return st;
}
