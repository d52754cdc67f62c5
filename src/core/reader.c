/* reader.c: the reading half of table.h */
#include "core/reader_work.h"

#include "core/number.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

hc_status hc_reader_broken(const hc_reader *r, hc_err *err, const char *what)
{
    return hc_fail_at(err, HC_DATA, hc_in_name(r->in),
                      hc_in_line_number(r->in), "%s", what);
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
            return hc_reader_broken(r, err, "a column has no name");
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
            return hc_fail_at(
                err, HC_DATA, hc_in_name(r->in), hc_in_line_number(r->in),
                "the appended table has no column '%s'", r->names[i]);
        r->place[i] = j;
    }
    return HC_OK;
}

static hc_status header(hc_reader *r, char *line, size_t len, hc_err *err)
{
    size_t n;
    hc_status st;
    if (len >= 2 && memcmp(line, "\x1f\x8b", 2) == 0)
        return hc_reader_broken(r, err,
                                "is compressed; expected a table (zcat "
                                "undoes it, for instruments' files hc-read)");
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)line[i];
        if (c < 0x20 && !hc_isspace((char)c))
            return hc_reader_broken(r, err,
                                    "control byte in the column names; is "
                                    "this a table? (hc-read reads instrument "
                                    "files)");
    }
    r->delimiter =
        !r->declared && strchr(line, '\t') == NULL && strchr(line, ',') != NULL
            ? ','
            : '\t';
    st = hc_reader_split(r, line, len, &n, err);
    if (st == HC_OK)
        st = r->names == NULL ? first_header(r, n, err)
                              : next_header(r, n, err);
    r->width = n;
    hc_plain_row_free(r->plan); /* of another header */
    r->plan = NULL;
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
        return hc_reader_broken(r, err,
                                "a new table begins before '#: end' of the "
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
        return hc_reader_broken(r, err, "end line is not '#: end rows=N'");
    if ((size_t)want != r->rows_of_part)
        return hc_fail_at(
            err, HC_DATA, hc_in_name(r->in), hc_in_line_number(r->in),
            "end line says %ld rows, found %zu", want, r->rows_of_part);
    r->ended = true;
    return HC_OK;
}

hc_status hc_reader_meta_line(hc_reader *r, const char *line, bool top,
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
            return hc_reader_broken(r, err,
                                    "a table of another kind was appended");
        strncpy(r->kind, value, sizeof r->kind - 1);
    }
    if (hc_meta_add_line(m, text) != HC_OK)
        return hc_fail_nomem(err);
    return HC_OK;
}

bool hc_reader_passes_over(const char *line, size_t len)
{
    return len == 0 || (line[0] == '#' && (len == 1 || line[1] != ':'));
}

hc_status hc_reader_header(hc_reader *r, hc_err *err)
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
        if (hc_reader_passes_over(line, len))
            continue;
        if (hc_starts_with(line, "#:"))
            st = hc_reader_meta_line(r, line, true, err);
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
    st = hc_reader_header(r, err);
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
    free(r->wanted);
    free(r->to);
    hc_plain_row_free(r->plan);
    free(r);
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

hc_status hc_column_need(const hc_columns *t, const char *name, int *column,
                         hc_err *err)
{
    hc_text list = {0};
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->name[i], name) == 0) {
            *column = (int)i;
            return HC_OK;
        }
    for (size_t i = 0; i < t->n && list.len < 300; i++)
        hc_text_printf(&list, "%s%s", i > 0 ? " " : "", t->name[i]);
    const char *more = list.len >= 300 ? " ..." : "";
    if (t->kind[0])
        hc_fail_at(
            err, HC_DATA, t->file, 0,
            "no column '%s'; this is a table of kind '%s', it has: %s%s", name,
            t->kind, hc_text_get(&list), more);
    else
        hc_fail_at(err, HC_DATA, t->file, 0,
                   "no column '%s'; it has: %s%s (hc-read reads instruments' "
                   "exports)",
                   name, hc_text_get(&list), more);
    hc_text_clear(&list);
    return HC_DATA;
}

hc_status hc_reader_need(const hc_reader *r, const char *name, int *column,
                         hc_err *err)
{
    const hc_columns mine = {r->names, r->n, r->kind, hc_in_name(r->in)};
    return hc_column_need(&mine, name, column, err);
}
