/* reader_rows.c: the rows of a table (see table.h) */
#include "core/reader_work.h"

#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

/* Room for n cells of a row. */
static hc_status make_cells(hc_reader *r, size_t n, hc_err *err)
{
    hc_span *c = hc_grow(r->cells, &r->cells_cap, n, sizeof *c);
    uint32_t *at;
    if (c == NULL)
        return hc_fail_nomem(err);
    r->cells = c;
    at = realloc(r->at, r->cells_cap * sizeof *at);
    if (at == NULL)
        return hc_fail_nomem(err);
    r->at = at;
    return HC_OK;
}

/* Split a line of a CSV in which quotes stand; those around a cell go. */
static hc_status split_quoted(hc_reader *r, char *line, size_t len, size_t *n,
                              hc_err *err)
{
    char *p = line, *end = line + len;
    size_t k = 0;

    for (;;) {
        char *stop;
        hc_status st;
        if (k == r->cells_cap && (st = make_cells(r, k + 1, err)) != HC_OK)
            return st;
        if (p < end && *p == '"') {
            stop = memchr(p + 1, '"', (size_t)(end - p - 1));
            if (stop == NULL)
                return hc_reader_broken(r, err, "a quote is not closed");
            r->cells[k++] = (hc_span){p + 1, (size_t)(stop - p - 1)};
            *stop++ = '\0';
            if (stop < end && *stop != ',')
                return hc_reader_broken(r, err, "text behind a closing quote");
        } else {
            stop = memchr(p, ',', (size_t)(end - p));
            if (stop == NULL)
                stop = end;
            r->cells[k++] = (hc_span){p, (size_t)(stop - p)};
        }
        if (stop >= end)
            break;
        *stop = '\0';
        p = stop + 1;
    }
    *n = k;
    return HC_OK;
}

hc_status hc_reader_split(hc_reader *r, char *line, size_t len, size_t *n,
                          hc_err *err)
{
    size_t marks, from = 0;

    if (r->delimiter == ',' && memchr(line, '"', len) != NULL)
        return split_quoted(r, line, len, n, err);
    marks = hc_scan_byte(line, len, r->delimiter, r->at, r->cells_cap);
    if (marks >= r->cells_cap) {
        hc_status st = make_cells(r, marks + 1, err);
        if (st != HC_OK)
            return st;
        marks = hc_scan_byte(line, len, r->delimiter, r->at, r->cells_cap);
    }
    for (size_t k = 0; k < marks; k++) {
        r->cells[k] = (hc_span){line + from, r->at[k] - from};
        line[r->at[k]] = '\0';
        from = r->at[k] + 1;
    }
    r->cells[marks] = (hc_span){line + from, len - from};
    *n = marks + 1;
    return HC_OK;
}

/* ---- rows ---- */

static hc_status finish(hc_reader *r, hc_err *err)
{
    r->done = true;
    if (r->declared && !r->ended)
        return hc_fail_at(err, HC_DATA, hc_in_name(r->in), 0,
                          "no '#: end' line after %zu rows: upstream did "
                          "not finish",
                          r->rows);
    return HC_OK;
}

/* A '#:' line among or behind the rows; a new table may begin with it. */
static hc_status later_meta(hc_reader *r, const char *line, hc_err *err)
{
    bool was_ended = r->ended;
    hc_status st = hc_reader_meta_line(r, line, false, err);
    if (st != HC_OK || !was_ended || r->ended)
        return st;
    if (strcmp(r->kind, "records") != 0)
        return hc_reader_broken(r, err,
                                "a second table follows; only records may be "
                                "appended");
    return hc_reader_header(r, err);
}

static hc_status take_row(hc_reader *r, char *line, size_t len, hc_err *err)
{
    size_t n;
    hc_status st;
    if (r->ended)
        return hc_reader_broken(r, err, "a row after '#: end'");
    st = hc_reader_split(r, line, len, &n, err);
    if (st != HC_OK)
        return st;
    if (n != r->width)
        return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                          hc_in_line_number(r->in),
                          "row has %zu cells, the header %zu%s", n, r->width,
                          hc_in_line_ended(r->in) ? "" : " (the file is cut)");
    r->rows++;
    r->rows_of_part++;
    return HC_OK;
}

hc_status hc_reader_next(hc_reader *r, bool *got, hc_err *err)
{
    *got = false;
    while (!r->done) {
        char *line;
        size_t len;
        hc_status st = hc_in_line(r->in, &line, &len, err);
        if (st != HC_OK)
            return st;
        if (line == NULL)
            return finish(r, err);
        if (len > 0 && line[0] != '#') {
            st = take_row(r, line, len, err);
            *got = st == HC_OK;
            return st;
        }
        if (hc_reader_passes_over(line, len))
            continue;
        st = later_meta(r, line, err);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

const char *hc_reader_text(const hc_reader *r, size_t column, size_t *len)
{
    const hc_span *c = &r->cells[r->place[column]];
    if (len != NULL)
        *len = c->len;
    return c->s;
}

/* A cell that is no plain number: blanks about one, nothing, or an error. */
static hc_status odd_number(const hc_reader *r, int column, double *x,
                            hc_err *err)
{
    const hc_span *c = &r->cells[r->place[column]];
    const char *s = c->s;
    size_t len = c->len;
    hc_trim(&s, &len);
    if (len == 0) {
        *x = NAN;
        return HC_OK;
    }
    if (hc_number_parse(s, len, x))
        return HC_OK;
    return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                      hc_in_line_number(r->in), "%s is not a number: '%.60s'",
                      r->names[column], c->s);
}

hc_status hc_reader_number(const hc_reader *r, int column, double *x,
                           hc_err *err)
{
    const hc_span *c;

    if (column < 0) {
        *x = NAN;
        return HC_OK;
    }
    c = &r->cells[r->place[column]];
    return hc_number_parse(c->s, c->len, x) ? HC_OK
                                            : odd_number(r, column, x, err);
}

/* ---- rows as numbers ---- */

hc_status hc_reader_want(hc_reader *r, const int *columns, const size_t *to,
                         size_t n, hc_err *err)
{
    int *wanted = calloc(n + 1, sizeof *wanted);
    size_t *places = calloc(n + 1, sizeof *places);

    if (wanted == NULL || places == NULL) {
        free(wanted);
        free(places);
        return hc_fail_nomem(err);
    }
    for (size_t k = 0; k < n; k++) {
        wanted[k] = columns[k];
        places[k] = to[k];
    }
    free(r->wanted);
    free(r->to);
    r->wanted = wanted;
    r->to = places;
    r->n_wanted = n;
    hc_plain_row_free(r->plan);
    r->plan = NULL;
    return HC_OK;
}

static hc_status make_plan(hc_reader *r, hc_err *err)
{
    const hc_plain_lines lines = {.width = r->width,
                                  .delimiter = r->delimiter};
    hc_plain_want *wants = calloc(r->n_wanted + 1, sizeof *wants);

    if (wants == NULL)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < r->n_wanted; k++) {
        wants[k].place = r->place[r->wanted[k]];
        wants[k].to = r->to[k];
    }
    r->plan = hc_plain_row_new(lines, wants, r->n_wanted);
    free(wants);
    return r->plan == NULL ? hc_fail_nomem(err) : HC_OK;
}

/* The stream stands where its lines were taken to. */
static void settle(hc_reader *r)
{
    if (r->next != NULL)
        hc_in_take_lines(r->in, (size_t)(r->next - r->taken), r->lines);
    r->next = r->stop = r->taken = NULL;
    r->lines = 0;
}

/* The next row in the reader's own way, then the lines that wait. */
static hc_status next_in_parts(hc_reader *r, double *x, bool *got, hc_err *err)
{
    hc_status st;
    size_t len;

    settle(r);
    st = hc_reader_next(r, got, err);
    if (st != HC_OK || !*got)
        return st;
    for (size_t k = 0; k < r->n_wanted && st == HC_OK; k++)
        st = hc_reader_number(r, r->wanted[k], &x[r->to[k]], err);
    if (st == HC_OK && r->plan == NULL)
        st = make_plan(r, err);
    if (st != HC_OK)
        return st;
    len = hc_in_lines(r->in, &r->next);
    r->taken = r->next;
    r->stop = r->next + len;
    return HC_OK;
}

hc_status hc_reader_next_numbers(hc_reader *r, double *x, bool *got,
                                 hc_err *err)
{
    const hc_plain_texts no_texts = {NULL, NULL};
    const char *next;

    /* no '#' and no line end: a row */
    if (r->next == r->stop || (unsigned char)*r->next <= '#' ||
        (next = hc_plain_row_take(r->plan, r->next, x, no_texts)) == NULL)
        return next_in_parts(r, x, got, err);
    r->next = next;
    r->lines++;
    r->rows++;
    r->rows_of_part++;
    *got = true;
    return HC_OK;
}

long hc_reader_line(const hc_reader *r)
{
    return hc_in_line_number(r->in) + r->lines;
}

size_t hc_reader_rows(const hc_reader *r)
{
    return r->rows;
}
