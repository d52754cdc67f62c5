#include "core/frame.h"

#include "core/number.h"
#include "core/reader_work.h"
#include "core/text.h"
#include "core/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hc_frame {
    char *name;
    char kind[32];
    hc_meta meta, trailer;
    char **columns;
    size_t n_columns, rows;
    hc_text cells; /* all texts, each NUL-terminated */
    size_t *at;    /* [rows * n_columns] offsets into cells */
    size_t at_cap;
    long *lines; /* [rows] */
    size_t lines_cap;
    bool incomplete;
};

void hc_frame_free(hc_frame *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->n_columns; i++)
        free(f->columns[i]);
    free(f->columns);
    hc_meta_clear(&f->meta);
    hc_meta_clear(&f->trailer);
    hc_text_clear(&f->cells);
    free(f->at);
    free(f->lines);
    free(f->name);
    free(f);
}

static hc_status copy_header(hc_frame *f, const hc_reader *r, hc_err *err)
{
    size_t n = hc_reader_columns(r);
    f->name = hc_strdup(hc_reader_name(r));
    f->columns = calloc(n + 1, sizeof *f->columns);
    if (f->name == NULL || f->columns == NULL ||
        hc_meta_copy(&f->meta, hc_reader_meta(r)) != HC_OK)
        return hc_fail_nomem(err);
    strncpy(f->kind, hc_reader_kind(r), sizeof f->kind - 1);
    for (; f->n_columns < n; f->n_columns++) {
        f->columns[f->n_columns] =
            hc_strdup(hc_reader_column_name(r, f->n_columns));
        if (f->columns[f->n_columns] == NULL)
            return hc_fail_nomem(err);
    }
    return HC_OK;
}

static hc_status copy_row(hc_frame *f, const hc_reader *r, hc_err *err)
{
    size_t base = f->rows * f->n_columns;
    size_t *at = hc_grow(f->at, &f->at_cap, base + f->n_columns, sizeof *at);
    long *lines;
    if (at == NULL)
        return hc_fail_nomem(err);
    f->at = at;
    lines = hc_grow(f->lines, &f->lines_cap, f->rows + 1, sizeof *lines);
    if (lines == NULL)
        return hc_fail_nomem(err);
    f->lines = lines;
    for (size_t i = 0; i < f->n_columns; i++) {
        size_t len;
        const char *s = hc_reader_text(r, i, &len);
        f->at[base + i] = f->cells.len;
        hc_text_add(&f->cells, s, len);
        hc_text_putc(&f->cells, '\0');
    }
    f->lines[f->rows++] = hc_reader_line(r);
    return hc_text_status(&f->cells, err);
}

hc_status hc_frame_read(hc_frame **out, hc_reader *r, hc_err *err)
{
    hc_frame *f = calloc(1, sizeof *f);
    bool got = true;
    hc_status st = f == NULL ? hc_fail_nomem(err) : copy_header(f, r, err);

    while (st == HC_OK && got) {
        st = hc_reader_next(r, &got, err);
        if (st == HC_OK && got)
            st = copy_row(f, r, err);
    }
    if (st == HC_OK &&
        hc_meta_copy(&f->trailer, hc_reader_trailer(r)) != HC_OK)
        st = hc_fail_nomem(err);
    if (st != HC_OK) {
        hc_frame_free(f);
        return st;
    }
    f->incomplete = hc_reader_incomplete(r);
    *out = f;
    return HC_OK;
}

hc_status hc_frame_open(hc_frame **out, const char *path, hc_err *err)
{
    hc_reader *r = NULL;
    hc_status st = hc_reader_open(&r, path, err);
    if (st != HC_OK)
        return st;
    st = hc_frame_read(out, r, err);
    hc_reader_free(r);
    return st;
}

size_t hc_frame_rows(const hc_frame *f)
{
    return f->rows;
}

size_t hc_frame_columns(const hc_frame *f)
{
    return f->n_columns;
}

const char *hc_frame_name(const hc_frame *f)
{
    return f->name;
}

const char *hc_frame_kind(const hc_frame *f)
{
    return f->kind;
}

const char *hc_frame_column_name(const hc_frame *f, size_t column)
{
    return f->columns[column];
}

int hc_frame_column(const hc_frame *f, const char *name)
{
    for (size_t i = 0; i < f->n_columns; i++)
        if (strcmp(f->columns[i], name) == 0)
            return (int)i;
    return -1;
}

hc_status hc_frame_need(const hc_frame *f, const char *name, int *column,
                        hc_err *err)
{
    const hc_columns mine = {f->columns, f->n_columns, f->kind, f->name};
    return hc_column_need(&mine, name, column, err);
}

hc_status hc_frame_check(const hc_frame *f, const char *name, hc_err *err)
{
    double x;
    if (f->kind[0] != '\0')
        return HC_OK;
    for (size_t i = 0; i < f->rows; i++)
        for (size_t k = 0; k < f->n_columns; k++) {
            const char *text = hc_frame_text(f, i, (int)k);
            if (hc_number_parse(text, strlen(text), &x))
                return HC_OK;
        }
    return hc_fail_at(err, HC_DATA, name, 0,
                      "is no table: no '#:' line and no number (hc-read "
                      "reads instruments' exports)");
}

const hc_meta *hc_frame_meta(const hc_frame *f)
{
    return &f->meta;
}

const hc_meta *hc_frame_trailer(const hc_frame *f)
{
    return &f->trailer;
}

bool hc_frame_incomplete(const hc_frame *f)
{
    return f->incomplete;
}

const char *hc_frame_text(const hc_frame *f, size_t row, int column)
{
    if (column < 0)
        return "NaN";
    return f->cells.data + f->at[row * f->n_columns + (size_t)column];
}

double hc_frame_number(const hc_frame *f, size_t row, int column)
{
    const char *s = hc_frame_text(f, row, column);
    size_t len = strlen(s);
    double x;
    hc_trim(&s, &len);
    return hc_number_parse(s, len, &x) ? x : NAN;
}

long hc_frame_line(const hc_frame *f, size_t row)
{
    return f->lines[row];
}

hc_status hc_frame_measured(const hc_frame *f, hc_err *err)
{
    for (size_t c = 0; c < hc_frame_columns(f); c++) {
        const char *column = hc_frame_column_name(f, c);
        const char *unit = hc_unit_of_column(column, strlen(column), NULL);
        for (size_t k = 0; *unit != '\0' && k < hc_frame_rows(f); k++) {
            const char *s = hc_frame_text(f, k, (int)c);
            size_t len = strlen(s);
            double x;
            hc_trim(&s, &len);
            if (len > 0 && !hc_number_parse(s, len, &x))
                return hc_fail_at(err, HC_DATA, hc_frame_name(f),
                                  hc_frame_line(f, k),
                                  "%s is not a number: '%.60s'", column, s);
        }
    }
    return HC_OK;
}
