#include "formats/xlsx_rows.h"

#include "core/number.h"
#include "formats/dates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 1 << 20 };

typedef struct {
    hc_xlsx_book *w;
    hc_xlsx_take take;
    void *ctx;
    hc_xlsx_row row;
    /* the present cell */
    size_t column, style, value_at;
    char type; /* n s t b e d */
    bool in_value, phonetic;
} reader;

/* "AB12": the number of the column from 0; `next` when there is no letter. */
static size_t column_of(const char *ref, size_t next)
{
    size_t c = 0;
    if (ref == NULL || !hc_isalpha(*ref))
        return next;
    for (; hc_isalpha(*ref) && c < 1 << 20; ref++)
        c = c * 26 + (size_t)(hc_tolower(*ref) - 'a' + 1);
    return c - 1;
}

static void cell_start(reader *r, const char **atts)
{
    const char *t = hc_xlsx_attribute(atts, "t"),
               *style = hc_xlsx_attribute(atts, "s");
    long n;
    r->column = column_of(hc_xlsx_attribute(atts, "r"), r->row.n);
    r->type = t == NULL                     ? 'n'
              : strcmp(t, "inlineStr") == 0 ? 't'
              : strcmp(t, "str") == 0       ? 't'
                                            : *t;
    r->style = 0;
    if (style != NULL &&
        hc_integer_parse(style, strlen(style), 0, HC_XLSX_STYLES_MAX - 1, &n))
        r->style = (size_t)n;
    r->value_at = r->row.text.len;
}

/* A shared string takes the place of its number; false: there is none. */
static bool fetch_string(reader *r, size_t *len)
{
    hc_text *t = &r->row.text;
    long i;
    if (!hc_integer_parse(t->data + r->value_at, *len, 0,
                          (long)r->w->n_strings - 1, &i))
        return false;
    r->value_at = t->len;
    hc_text_puts(t, r->w->strings[i]);
    *len = t->len - r->value_at;
    return true;
}

static void cell_end(reader *r)
{
    hc_xlsx_row *row = &r->row;
    size_t len = row->text.len - r->value_at;
    double x;
    if (r->column >= HC_XLSX_COLUMNS_MAX) {
        row->beyond += len > 0;
        return;
    }
    while (row->n <= r->column)
        row->cells[row->n++] = (hc_xlsx_cell){0};
    if (row->text.failed || len == 0 ||
        (r->type == 's' && !fetch_string(r, &len)) || row->text.failed ||
        len == 0)
        return;
    hc_xlsx_cell *c = &row->cells[r->column];
    char *v = row->text.data + r->value_at;
    for (size_t i = 0; i < len; i++) /* a cell of ours is of one line */
        if ((unsigned char)v[i] < ' ')
            v[i] = ' ';
    *c = (hc_xlsx_cell){.at = (uint32_t)r->value_at,
                        .len = (uint32_t)len,
                        .there = r->type != 'e',
                        .word = r->type == 's' || r->type == 't'};
    c->number = r->type == 'n' || hc_number_parse(v, len, &x);
    if (r->type == 'n' && r->style < r->w->n_styles)
        c->shows = r->w->style_shows[r->style];
}

static hc_status row_end(reader *r, hc_err *err)
{
    hc_xlsx_row *row = &r->row;
    hc_status st = hc_text_status(&row->text, err);
    while (row->n > 0 && !row->cells[row->n - 1].there)
        row->n--;
    row->words = row->numbers = 0;
    for (size_t i = 0; i < row->n; i++) {
        row->numbers += row->cells[i].there && row->cells[i].number;
        row->words += row->cells[i].there && !row->cells[i].number;
    }
    if (st == HC_OK)
        st = r->take(r->ctx, row, err);
    hc_text_reset(&row->text);
    row->n = row->beyond = 0;
    row->index++;
    return st;
}

static hc_status on_start(void *ctx, const char *name, const char **atts,
                          hc_err *err)
{
    reader *r = ctx;
    (void)err;
    if (strcmp(name, "row") == 0) {
        const char *n = hc_xlsx_attribute(atts, "r");
        long said;
        r->row.number++;
        if (n != NULL &&
            hc_integer_parse(n, strlen(n), r->row.number, 1L << 24, &said))
            r->row.number = said;
    } else if (strcmp(name, "c") == 0) {
        cell_start(r, atts);
    } else if (strcmp(name, "rPh") == 0) {
        r->phonetic = true; /* how Chinese characters are read */
    } else {
        r->in_value =
            !r->phonetic && (strcmp(name, "v") == 0 || strcmp(name, "t") == 0);
    }
    return HC_OK;
}

static hc_status on_end(void *ctx, const char *name, hc_err *err)
{
    reader *r = ctx;
    r->in_value = false;
    if (strcmp(name, "c") == 0)
        cell_end(r);
    else if (strcmp(name, "rPh") == 0)
        r->phonetic = false;
    else if (strcmp(name, "row") == 0)
        return row_end(r, err);
    return HC_OK;
}

static hc_status on_text(void *ctx, const char *text, size_t len, hc_err *err)
{
    reader *r = ctx;
    if (!r->in_value)
        return HC_OK;
    if (r->row.text.len + len > ROW_MAX)
        return hc_fail_at(err, HC_DATA, r->w->name, r->row.number,
                          "a row longer than 1 MiB");
    hc_text_add(&r->row.text, text, len);
    return HC_OK;
}

hc_status hc_xlsx_rows(hc_xlsx_book *w, const char *path, hc_xlsx_take take,
                       void *ctx, hc_err *err)
{
    static const hc_xml_handler h = {on_start, on_end, on_text};
    reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return hc_fail_nomem(err);
    r->w = w;
    r->take = take;
    r->ctx = ctx;
    hc_status st = hc_xlsx_part(w, path, &h, r, false, err);
    hc_text_clear(&r->row.text);
    free(r);
    return st;
}

hc_cell hc_xlsx_value(const hc_xlsx_book *w, const hc_xlsx_row *r, size_t i,
                      char shown[HC_XLSX_SHOWN])
{
    const hc_xlsx_cell *c = &r->cells[i];
    hc_cell plain = hc_cell_text(hc_xlsx_text(r, i), c->len);
    double x;
    if (c->shows == HC_XLSX_NUMBER ||
        !hc_number_parse(plain.u.s, plain.len, &x) || !(x >= 0 && x < 3e6))
        return plain;
    /* a time of more than a year is one of a day, unless its hours count on;
     * a date of less than one is a time */
    if (c->shows == HC_XLSX_DURATION || x < 366) {
        long ms = lround(x * 86400e3);
        snprintf(shown, HC_XLSX_SHOWN, "%ld:%02ld:%02ld.%03ld", ms / 3600000,
                 ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
    } else {
        double day0 = w->since_1904 ? hc_civil_seconds(1904, 1, 1)
                                    : hc_civil_seconds(1899, 12, 30);
        /* Excel keeps milliseconds at best */
        hc_moment m = {.seconds = day0 + round(x * 86400e3) / 1e3,
                       .has_date = true};
        hc_moment_iso(&m, shown);
    }
    return hc_cell_text(shown, strlen(shown));
}
