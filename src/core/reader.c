/* reader.c: the reading half of table.h */
#include "core/table.h"

#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *s;
    size_t len;
} span;

struct hc_reader {
    hc_in *in;
    hc_meta meta, trailer;
    char kind[32];
    char **names; /* [n] of the first header */
    size_t n;
    size_t *place; /* [n] column of the present header; appended records */
    size_t width;  /* columns of the present header */
    span *cells;   /* [width] of the present row */
    uint32_t *at;  /* [cells_cap] where the delimiters of the row are */
    size_t cells_cap;
    char delimiter;
    bool declared; /* began with '#: halfcell-table' */
    bool ended;    /* its '#: end' was seen */
    bool incomplete, done;
    size_t rows, rows_of_part;
};

/* ---- lines ---- */

static hc_status broken(const hc_reader *r, hc_err *err, const char *what)
{
    return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                      hc_in_line_number(r->in), "%s", what);
}

/* Room for n cells of a row. */
static hc_status make_cells(hc_reader *r, size_t n, hc_err *err)
{
    span *c = hc_grow(r->cells, &r->cells_cap, n, sizeof *c);
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
                return broken(r, err, "a quote is not closed");
            r->cells[k++] = (span){p + 1, (size_t)(stop - p - 1)};
            *stop++ = '\0';
            if (stop < end && *stop != ',')
                return broken(r, err, "text behind a closing quote");
        } else {
            stop = memchr(p, ',', (size_t)(end - p));
            if (stop == NULL)
                stop = end;
            r->cells[k++] = (span){p, (size_t)(stop - p)};
        }
        if (stop >= end)
            break;
        *stop = '\0';
        p = stop + 1;
    }
    *n = k;
    return HC_OK;
}

/* Split a line into r->cells, NUL-terminated. */
static hc_status split(hc_reader *r, char *line, size_t len, size_t *n,
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
        r->cells[k] = (span){line + from, r->at[k] - from};
        line[r->at[k]] = '\0';
        from = r->at[k] + 1;
    }
    r->cells[marks] = (span){line + from, len - from};
    *n = marks + 1;
    return HC_OK;
}

/* ---- the header ---- */

static void free_names(hc_reader *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->names[i]);
    free(r->names);
    free(r->place);
    r->names = NULL;
    r->place = NULL;
    r->n = 0;
}

static hc_status first_header(hc_reader *r, size_t n, hc_err *err)
{
    r->names = calloc(n, sizeof *r->names);
    r->place = calloc(n, sizeof *r->place);
    if (r->names == NULL || r->place == NULL)
        return hc_fail_nomem(err);
    r->n = n;
    for (size_t i = 0; i < n; i++) {
        const char *s = r->cells[i].s;
        size_t len = r->cells[i].len;
        hc_trim(&s, &len);
        if (len == 0)
            return broken(r, err, "a column has no name");
        r->names[i] = hc_strndup(s, len);
        if (r->names[i] == NULL)
            return hc_fail_nomem(err);
        r->place[i] = i;
        for (size_t j = 0; j < i; j++)
            if (strcmp(r->names[i], r->names[j]) == 0)
                return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                                  hc_in_line_number(r->in),
                                  "two columns are named '%s'", r->names[i]);
    }
    return HC_OK;
}

/* The header of a table appended to the first: same names, any order. */
static hc_status next_header(hc_reader *r, size_t n, hc_err *err)
{
    for (size_t i = 0; i < r->n; i++) {
        size_t j = 0;
        while (j < n && strcmp(r->names[i], r->cells[j].s) != 0)
            j++;
        if (j == n)
            return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                              hc_in_line_number(r->in),
                              "the appended table has no column '%s'",
                              r->names[i]);
        r->place[i] = j;
    }
    return HC_OK;
}

static hc_status header(hc_reader *r, char *line, size_t len, hc_err *err)
{
    size_t n;
    hc_status st;
    if (memchr(line, '\0', len) != NULL)
        return broken(r, err, "NUL byte in the column names; is this a "
                              "table? (hc-read reads instrument files)");
    r->delimiter = !r->declared && strchr(line, '\t') == NULL &&
                           strchr(line, ',') != NULL
                       ? ','
                       : '\t';
    st = split(r, line, len, &n, err);
    if (st == HC_OK)
        st = r->names == NULL ? first_header(r, n, err)
                              : next_header(r, n, err);
    r->width = n;
    return st;
}

/* ---- '#:' lines ---- */

static hc_status version_line(hc_reader *r, const char *value, hc_err *err)
{
    if (strcmp(value, "1") != 0)
        return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                          hc_in_line_number(r->in),
                          "table version '%s'; this program knows 1", value);
    if (r->declared && !r->ended)
        return broken(r, err, "a new table begins before '#: end' of the "
                              "last: upstream did not finish");
    r->declared = true;
    r->ended = false;
    r->rows_of_part = 0;
    return HC_OK;
}

static hc_status end_line(hc_reader *r, const char *value, hc_err *err)
{
    long want;
    if (!hc_starts_with(value, "rows=") ||
        !hc_integer_parse(value + 5, strlen(value + 5), 0,
                          4611686018427387904L, &want))
        return broken(r, err, "end line is not '#: end rows=N'");
    if ((size_t)want != r->rows_of_part)
        return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                          hc_in_line_number(r->in),
                          "end line says %ld rows, found %zu", want,
                          r->rows_of_part);
    r->ended = true;
    return HC_OK;
}

/* One '#:' line; `top` while no row was met in this table. */
static hc_status meta_line(hc_reader *r, const char *line, bool top,
                           hc_err *err)
{
    const char *text = line + 2, *value;
    hc_meta *m = top ? &r->meta : &r->trailer;
    size_t key;

    while (*text == ' ')
        text++;
    key = strcspn(text, " ");
    value = text + key + (text[key] == ' ');
    if (key == 14 && memcmp(text, "halfcell-table", 14) == 0)
        return version_line(r, value, err);
    if (key == 3 && memcmp(text, "end", 3) == 0)
        return end_line(r, value, err);
    if (key == 10 && memcmp(text, "incomplete", 10) == 0) {
        r->incomplete = true;
        return HC_OK;
    }
    if (key == 4 && memcmp(text, "kind", 4) == 0) {
        if (r->kind[0] != '\0' && strcmp(r->kind, value) != 0)
            return broken(r, err, "a table of another kind was appended");
        strncpy(r->kind, value, sizeof r->kind - 1);
    }
    if (hc_meta_add_line(m, text) != HC_OK)
        return hc_fail_nomem(err);
    return HC_OK;
}

static bool is_blank_or_comment(const char *line, size_t len)
{
    return len == 0 || (line[0] == '#' && (len == 1 || line[1] != ':'));
}

/* Read '#:' lines up to and with the header. */
static hc_status read_header(hc_reader *r, hc_err *err)
{
    for (;;) {
        char *line;
        size_t len;
        hc_status st = hc_in_line(r->in, &line, &len, err);
        if (st != HC_OK)
            return st;
        if (line == NULL)
            return hc_fail_at(err, HC_DATA, hc_in_name(r->in), 0,
                              r->declared
                                  ? "ends before the column names: upstream "
                                    "did not finish"
                                  : "is empty; expected a table");
        if (hc_in_line_number(r->in) == 1 && len >= 3 &&
            memcmp(line, "\xef\xbb\xbf", 3) == 0) {
            line += 3;
            len -= 3;
        }
        if (is_blank_or_comment(line, len))
            continue;
        if (hc_starts_with(line, "#:"))
            st = meta_line(r, line, true, err);
        else
            return header(r, line, len, err);
        if (st != HC_OK)
            return st;
    }
}

hc_status hc_reader_new(hc_reader **out, hc_in *in, hc_err *err)
{
    hc_reader *r = calloc(1, sizeof *r);
    hc_status st;
    if (r == NULL) {
        hc_in_free(in);
        return hc_fail_nomem(err);
    }
    r->in = in;
    st = read_header(r, err);
    if (st != HC_OK)
        hc_reader_free(r);
    else
        *out = r;
    return st;
}

hc_status hc_reader_open(hc_reader **out, const char *path, hc_err *err)
{
    hc_in *in = NULL;
    hc_status st = hc_in_open(&in, path, err);
    return st == HC_OK ? hc_reader_new(out, in, err) : st;
}

void hc_reader_free(hc_reader *r)
{
    if (r == NULL)
        return;
    hc_in_free(r->in);
    hc_meta_clear(&r->meta);
    hc_meta_clear(&r->trailer);
    free_names(r);
    free(r->cells);
    free(r->at);
    free(r);
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
    hc_status st = meta_line(r, line, false, err);
    if (st != HC_OK || !was_ended || r->ended)
        return st;
    if (strcmp(r->kind, "records") != 0)
        return broken(r, err, "a second table follows; only records may be "
                              "appended");
    return read_header(r, err);
}

static hc_status take_row(hc_reader *r, char *line, size_t len, hc_err *err)
{
    size_t n;
    hc_status st;
    if (r->ended)
        return broken(r, err, "a row after '#: end'");
    st = split(r, line, len, &n, err);
    if (st != HC_OK)
        return st;
    if (n != r->width)
        return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                          hc_in_line_number(r->in),
                          "row has %zu cells, the header %zu%s", n, r->width,
                          hc_in_line_ended(r->in) ? ""
                                                  : " (the file is cut)");
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
        if (is_blank_or_comment(line, len))
            continue;
        st = later_meta(r, line, err);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

/* ---- asking ---- */

const char *hc_reader_name(const hc_reader *r)
{
    return hc_in_name(r->in);
}

const char *hc_reader_kind(const hc_reader *r)
{
    return r->kind;
}

const hc_meta *hc_reader_meta(const hc_reader *r)
{
    return &r->meta;
}

const hc_meta *hc_reader_trailer(const hc_reader *r)
{
    return &r->trailer;
}

bool hc_reader_incomplete(const hc_reader *r)
{
    return r->incomplete;
}

size_t hc_reader_columns(const hc_reader *r)
{
    return r->n;
}

const char *hc_reader_column_name(const hc_reader *r, size_t column)
{
    return r->names[column];
}

int hc_reader_column(const hc_reader *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->names[i], name) == 0)
            return (int)i;
    return -1;
}

hc_status hc_reader_need(const hc_reader *r, const char *name, int *column,
                         hc_err *err)
{
    int c = hc_reader_column(r, name);
    hc_text list = {0};
    if (c >= 0) {
        *column = c;
        return HC_OK;
    }
    for (size_t i = 0; i < r->n && list.len < 300; i++)
        hc_text_printf(&list, "%s%s", i > 0 ? " " : "", r->names[i]);
    hc_fail_at(err, HC_DATA, hc_in_name(r->in), 0,
               "no column '%s'; it has: %s%s (hc-read reads instruments' "
               "exports)",
               name, hc_text_get(&list), list.len >= 300 ? " ..." : "");
    hc_text_clear(&list);
    return HC_DATA;
}

const char *hc_reader_text(const hc_reader *r, size_t column, size_t *len)
{
    const span *c = &r->cells[r->place[column]];
    if (len != NULL)
        *len = c->len;
    return c->s;
}

/* A cell that is no plain number: blanks about one, nothing, or an error. */
static hc_status odd_number(const hc_reader *r, int column, double *x,
                            hc_err *err)
{
    const span *c = &r->cells[r->place[column]];
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
    if (column < 0) {
        *x = NAN;
        return HC_OK;
    }
    return hc_reader_numbers(r, &column, 1, x, err);
}

hc_status hc_reader_numbers(const hc_reader *r, const int *columns, size_t n,
                            double *x, hc_err *err)
{
    for (size_t k = 0; k < n; k++) {
        const span *c = &r->cells[r->place[columns[k]]];
        hc_status st;
        if (!hc_number_parse(c->s, c->len, &x[k]) &&
            (st = odd_number(r, columns[k], &x[k], err)) != HC_OK)
            return st;
    }
    return HC_OK;
}

long hc_reader_line(const hc_reader *r)
{
    return hc_in_line_number(r->in);
}

size_t hc_reader_rows(const hc_reader *r)
{
    return r->rows;
}
