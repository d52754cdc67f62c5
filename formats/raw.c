#include "formats/raw.h"

#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"
#include "formats/listing.h"
#include "formats/normal.h"

#include <stdlib.h>
#include <string.h>

static hc_status on_fact(void *ctx, const char *key, const char *value,
                         hc_err *err)
{
    hc_raw *r = ctx;
    if (r->writer != NULL || r->many)
        return HC_OK;
    return hc_meta_add(&r->facts, key, "%s", value) == HC_OK
               ? HC_OK
               : hc_fail_nomem(err);
}

static hc_status write_header(hc_raw *r, const hc_dataset *d, hc_err *err)
{
    r->names = calloc(d->n_columns + 1, sizeof *r->names);
    if (r->names == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < d->n_columns; i++) {
        r->names[i] = hc_strdup(d->columns[i].name);
        if (r->names[i] == NULL)
            return hc_fail_nomem(err);
        r->n_names = i + 1;
    }
    HC_TRY(hc_session_table(r->session, "raw", &r->facts, &r->writer, err));
    hc_writer_meta(r->writer, "dataset", "%s", d->name);
    for (size_t i = 0; i < d->n_columns; i++)
        if (d->columns[i].unit != NULL)
            hc_writer_meta(r->writer, "unit", "%s %s", d->columns[i].name,
                           d->columns[i].unit);
    if (r->many)
        hc_writer_column(r->writer, "source_index");
    for (size_t i = 0; i < d->n_columns; i++)
        hc_writer_column(r->writer, d->columns[i].name);
    return HC_OK;
}

static bool same_columns(const hc_raw *r, const hc_dataset *d)
{
    if (d->n_columns != r->n_names)
        return false;
    for (size_t i = 0; i < r->n_names; i++)
        if (strcmp(r->names[i], d->columns[i].name) != 0)
            return false;
    return true;
}

static bool wanted(const hc_raw *r, const hc_dataset *d, size_t index)
{
    bool can_eis;
    hc_kind own = hc_dataset_kind(d, r->format, &can_eis), kind;
    if (r->options->select != NULL)
        return hc_dataset_selected(d->name, d->technique, d->side, index, own,
                                   can_eis, r->options->select, &kind);
    return !d->side;
}

/* Where only numbers are asked for, straight from the lines. */
static hc_status want_numbers(hc_raw *r, hc_err *err)
{
    if (r->session->numbers == NULL)
        return HC_OK;
    free(r->wants);
    free(r->values);
    r->wants = calloc(r->n_columns + 1, sizeof *r->wants);
    r->values = calloc(r->n_columns + 1, sizeof *r->values);
    if (r->wants == NULL || r->values == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < r->n_columns; i++)
        r->wants[i] =
            (hc_plain_want){.place = i, .what = HC_PLAIN_ANY, .to = i};
    r->sink->wants = r->wants;
    r->sink->n_wants = r->n_columns;
    r->sink->values = r->values;
    return HC_OK;
}

static hc_status on_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    hc_raw *r = ctx;
    size_t index = r->n_datasets++;
    hc_text_printf(&r->list, "%s%zu %s%s%s", index == 0 ? "" : ", ", index,
                   d->name, d->technique[0] == '\0' ? "" : " ", d->technique);
    r->active = wanted(r, d, index);
    r->n_columns = d->n_columns;
    hc_row_runs_start(&r->runs, d->n_columns);
    if (!r->active)
        return HC_OK;
    r->selected_any = true;
    if (r->writer == NULL)
        HC_TRY(write_header(r, d, err));
    if (!same_columns(r, d)) {
        r->active = false;
        r->conflict = true;
        return HC_OK;
    }
    return want_numbers(r, err);
}

/* ---- a row ---- */

enum { NEAR = 18 }; /* powers of ten whose texts are short */

/* A cell and a tab to p[0..HC_RUNS_ROOM), NULL: it takes more. */
static char *put_cell(const hc_cell *cell, char *p)
{
    const int e = (int32_t)cell->len;
    char buf[HC_CELL_SIZE];
    const char *s;
    size_t len;
    if (cell->type >= HC_CELL_INT && e >= -NEAR && e <= NEAR) {
        len = hc_decimal_print(cell->u.i, e, p);
    } else {
        len = hc_cell_print(cell, buf, &s);
        if (len >= HC_RUNS_ROOM)
            return NULL;
        hc_copy_few(p, s, len);
    }
    p[len] = '\t';
    return p + len + 1;
}

static char *put_whole(hc_raw *r, uint64_t changed, bool told,
                       const hc_cell *cells, char *p)
{
    char *at[HC_RUNS_COLUMNS + 1];
    for (size_t i = 0; i < r->n_columns; i++) {
        at[told ? i : 0] = p;
        p = put_cell(&cells[i], p);
        if (p == NULL)
            return NULL;
    }
    at[told ? r->n_columns : 0] = p;
    if (told)
        hc_row_runs_keep(&r->runs, changed, at);
    return p;
}

static char *put_runs(const hc_row_runs *r, const hc_cell *cells, char *p)
{
    const hc_run *run = r->runs, *end = run + r->n_hot;
    p = hc_run_copy(run, p);
    while (run++ < end) {
        p = put_cell(&cells[run->column], p);
        if (p == NULL)
            return NULL;
        p = hc_run_copy(run, p);
    }
    return p;
}

/* False: it has to go cell by cell. */
static bool put_row(hc_raw *r, const hc_cell *cells)
{
    const bool told =
        r->sink->changed != NULL && r->n_columns <= HC_RUNS_COLUMNS;
    const uint64_t changed = told ? *r->sink->changed : 0;
    const size_t n = r->n_columns + r->many;
    char *row = r->options->by_cells
                    ? NULL
                    : hc_writer_row(r->writer, n, HC_RUNS_SIZE(n));
    char *p = row;
    if (row == NULL) {
        hc_row_runs_start(&r->runs, r->n_columns);
        return false;
    }
    if (r->many)
        p = put_cell(&(hc_cell){HC_CELL_INT, 0, {.i = r->source_index}}, p);
    p = told && hc_row_runs_fit(&r->runs, changed)
            ? put_runs(&r->runs, cells, p)
            : put_whole(r, changed, told, cells, p);
    if (p == NULL) {
        hc_row_runs_start(&r->runs, r->n_columns);
        return false;
    }
    hc_writer_row_done(r->writer, row, p);
    return true;
}

static hc_status on_row(void *ctx, const hc_cell *cells, hc_err *err)
{
    hc_raw *r = ctx;
    (void)err;
    if (!r->active || put_row(r, cells))
        return HC_OK;
    if (r->many)
        hc_writer_integer(r->writer, r->source_index);
    for (size_t i = 0; i < r->n_columns; i++) {
        char buf[HC_CELL_SIZE];
        const char *s;
        size_t len = hc_cell_print(&cells[i], buf, &s);
        hc_writer_raw(r->writer, s, len);
    }
    hc_writer_end_row(r->writer);
    return HC_OK;
}

static bool on_numbers(void *ctx, const hc_cell *cells)
{
    hc_raw *r = ctx;
    size_t row;
    double *const *column = hc_writer_values(r->writer, r->n_columns, &row);
    (void)cells;
    if (column == NULL)
        return false;
    for (size_t i = 0; i < r->n_columns; i++)
        column[i][row] = r->values[i];
    hc_writer_values_done(r->writer);
    return true;
}

static hc_status on_end(void *ctx, hc_err *err)
{
    (void)err;
    ((hc_raw *)ctx)->active = false;
    return HC_OK;
}

static void on_warn(void *ctx, long line, const char *text)
{
    hc_raw *r = ctx;
    hc_say_warning(&r->session->talk, r->path, line, "%s", text);
}

const hc_sink_ops hc_raw_ops = {.fact = on_fact,
                                .begin = on_begin,
                                .row = on_row,
                                .numbers = on_numbers,
                                .end = on_end,
                                .warn = on_warn};

void hc_raw_open(hc_raw *r, const hc_format *format, const char *path,
                 long source_index, hc_sink *sink)
{
    r->format = format;
    r->path = path;
    r->source_index = source_index;
    r->sink = sink;
    r->n_datasets = 0;
    r->active = r->selected_any = r->conflict = false;
    hc_text_reset(&r->list);
}

hc_status hc_raw_finish(hc_raw *r, hc_err *err)
{
    if (r->conflict)
        return hc_fail_at(err, HC_USAGE, r->path, 0,
                          "holds tables of other columns, choose with "
                          "--select: %.600s",
                          hc_text_get(&r->list));
    if (!r->selected_any)
        return hc_fail_at(err, r->options->select ? HC_USAGE : HC_DATA,
                          r->path, 0,
                          "nothing in it is '%s'; it holds: "
                          "%.600s",
                          r->options->select ? r->options->select : "data",
                          hc_text_get(&r->list));
    return HC_OK;
}

void hc_raw_clear(hc_raw *r)
{
    for (size_t i = 0; i < r->n_names; i++)
        free(r->names[i]);
    free(r->names);
    free(r->wants);
    free(r->values);
    hc_meta_clear(&r->facts);
    hc_text_clear(&r->list);
}
