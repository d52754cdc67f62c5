/* normal-wide.c: data sets with complex numbers get columns of real ones */
#include "formats/normal.h"

#include <stdlib.h>
#include <string.h>

void hc_normal_wide_clear(hc_normal *n)
{
    hc_complex_columns_clear(&n->wide.columns);
    free(n->wide.cells);
    free(n->wide.texts);
    n->wide = (hc_wide){0};
}

hc_status hc_normal_widen(hc_normal *n, const hc_dataset **d, hc_err *err)
{
    hc_wide *w = &n->wide;
    hc_normal_wide_clear(n);
    if ((*d)->is_complex == NULL)
        return HC_OK;
    HC_TRY(hc_complex_widen((*d)->columns, (*d)->n_columns, (*d)->is_complex,
                            n->format->columns, &w->columns, err));
    w->cells = calloc(w->columns.n + 1, sizeof *w->cells);
    w->texts = calloc(w->columns.n_pairs + 1, sizeof *w->texts);
    if (w->cells == NULL || w->texts == NULL)
        return hc_fail_nomem(err);
    w->dataset = **d;
    w->dataset.columns = w->columns.columns;
    w->dataset.n_columns = w->columns.n;
    w->dataset.is_complex = w->columns.which;
    *d = &w->dataset;
    return HC_OK;
}

bool hc_normal_wide_row(hc_normal *n, const hc_cell **cells)
{
    hc_wide *w = &n->wide;
    size_t bad;
    if (!hc_complex_row(&w->columns, *cells, w->cells, w->texts, &bad)) {
        const hc_cell *c = &(*cells)[bad];
        bool text = c->type == HC_CELL_TEXT;
        hc_normal_reject(n, "%.60s is not a complex number as above: '%.*s'",
                         w->dataset.columns[bad].name,
                         text ? (int)(c->len < 40 ? c->len : 40) : 0,
                         text ? c->u.s : "");
        return false;
    }
    *cells = w->cells;
    return true;
}
