/* facts.c: the table of cells into the database */
#include "store/sql.h"

#include "core/frame.h"

#include <string.h>

/* Facts of one row in place of what was known of its cell. */
static hc_status put_cell(hc_store *s, const hc_frame *f, size_t row, int cell,
                          sqlite3_stmt *forget, sqlite3_stmt *q, hc_err *err)
{
    const char *name = hc_frame_text(f, row, cell);
    hc_sql_text(forget, 1, name);
    hc_status st = hc_sql_do(s, forget, err);
    for (size_t c = 0; c < hc_frame_columns(f) && st == HC_OK; c++) {
        const char *value = hc_frame_text(f, row, (int)c);
        if ((int)c == cell || value[0] == '\0' || strcmp(value, "-") == 0)
            continue;
        hc_sql_text(q, 1, name);
        hc_sql_text(q, 2, hc_frame_column_name(f, c));
        hc_sql_text(q, 3, value);
        st = hc_sql_do(s, q, err);
    }
    return st;
}

static hc_status put_cells(hc_store *s, const hc_frame *f, int cell,
                           hc_err *err)
{
    sqlite3_stmt *forget = NULL, *q = NULL;
    hc_status st = hc_sql_prepare(s, "DELETE FROM cell_fact WHERE cell = ?1",
                                  &forget, err);
    if (st == HC_OK)
        st = hc_sql_prepare(s,
                            "INSERT INTO cell_fact (cell, fact, value)"
                            " VALUES (?1, ?2, ?3) ON CONFLICT (cell, fact)"
                            " DO UPDATE SET value = excluded.value",
                            &q, err);
    for (size_t row = 0; row < hc_frame_rows(f) && st == HC_OK; row++)
        st = put_cell(s, f, row, cell, forget, q, err);
    sqlite3_finalize(forget);
    sqlite3_finalize(q);
    return st;
}

hc_status hc_store_cells(hc_store *s, const char *path, size_t *n, hc_err *err)
{
    hc_frame *f = NULL;
    int cell = -1;
    hc_status st = hc_frame_open(&f, path, err);

    if (st != HC_OK)
        return st;
    st = hc_frame_need(f, "cell", &cell, err);
    if (st == HC_OK)
        st = hc_sql_begin(s, err);
    if (st == HC_OK)
        st = hc_sql_end(s, put_cells(s, f, cell, err), err);
    if (st == HC_OK)
        *n = hc_frame_rows(f);
    hc_frame_free(f);
    return st;
}
