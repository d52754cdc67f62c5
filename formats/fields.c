/* fields.c: fields of a line, and the dialect of a table of them */
#include "formats/lines.h"
#include "formats/quantity.h"

#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- splitting ---- */

/* Turn the one comma of a number into a point, of one with a unit behind it
 * as well. */
static void fix_comma(char *s, size_t len)
{
    char *comma = NULL, unit[HC_QUANTITY_UNIT_SIZE];
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == ',') {
            if (comma != NULL)
                return;
            comma = s + i;
        } else if (!hc_isdigit(c) && c != '-' && c != '+' && c != 'e' &&
                   c != 'E') {
            if (comma == NULL || hc_quantity_split(s, len, true, unit) == 0)
                return;
            break;
        }
    }
    if (comma != NULL && len > 1)
        *comma = '.';
}

static inline hc_cell make_cell(char *s, char *end, bool comma)
{
    hc_cell c = hc_field(s, end);
    if (comma && c.type == HC_CELL_TEXT)
        fix_comma(s + (c.u.s - s), c.len);
    return c;
}

/* A quoted field at s (which is the quote); *next stands behind it, on the
 * delimiter or the end. */
static hc_cell quoted(char *s, char *end, char delimiter, bool comma,
                      char **next)
{
    char *to = s, *p = s + 1;
    while (p < end) {
        if (*p == '"' && p + 1 < end && p[1] == '"')
            p++;
        else if (*p == '"')
            break;
        *to++ = *p++;
    }
    while (p < end && *p != delimiter)
        p++;
    *next = p;
    return make_cell(s, to, comma);
}

static size_t split_blanks(char *s, char *end, hc_dialect d, hc_cell *cells,
                           size_t cap)
{
    size_t n = 0;
    for (;;) {
        char *start;
        while (s < end && hc_isspace(*s))
            s++;
        if (s == end)
            return n;
        start = s;
        if (d.quotes && *s == '"') {
            char *q = memchr(s + 1, '"', (size_t)(end - s - 1));
            s = q == NULL ? end : q + 1;
            if (n < cap)
                cells[n] =
                    make_cell(start + 1, q == NULL ? end : q, d.decimal_comma);
        } else {
            while (s < end && !hc_isspace(*s))
                s++;
            if (n < cap)
                cells[n] = make_cell(start, s, d.decimal_comma);
        }
        n++;
    }
}

/* Fields some of which stand in quotes. */
static size_t split_quoted(char *s, char *end, hc_dialect d, hc_cell *cells,
                           size_t cap)
{
    size_t n = 0;
    for (;;) {
        char *start = s;
        while (s < end && *s == ' ')
            s++;
        if (s < end && *s == '"') {
            hc_cell c = quoted(s, end, d.delimiter, d.decimal_comma, &s);
            if (n < cap)
                cells[n] = c;
            n++;
            if (s == end)
                return n;
            s++;
            continue;
        }
        while (s < end && *s != d.delimiter)
            s++;
        if (n < cap)
            cells[n] = make_cell(start, s, d.decimal_comma);
        n++;
        if (s == end)
            return n;
        s++;
    }
}

/* Is there a quote in the line? */
static bool has_quote(const char *line, size_t len)
{
    return len <= 64 ? hc_scan_mask(line, len, '"') != 0
                     : memchr(line, '"', len) != NULL;
}

size_t hc_split(char *line, size_t len, hc_dialect d, hc_cell *cells,
                size_t cap)
{
    char *s = line, *end = line + len;
    size_t n = 0;
    if (d.delimiter == ' ')
        return split_blanks(s, end, d, cells, cap);
    if (d.quotes && has_quote(line, len))
        return split_quoted(s, end, d, cells, cap);
    for (char *from = line; from < end; from += 64) {
        size_t rest = (size_t)(end - from);
        uint64_t marks =
            hc_scan_mask(from, rest < 64 ? rest : 64, d.delimiter);
        for (; marks != 0; marks &= marks - 1, n++) {
            char *stop = from + __builtin_ctzll(marks);
            if (n >= cap) {
                /* counted only */
            } else if (!d.decimal_comma && s<stop && * s> ' ' &&
                       stop[-1] > ' ') {
                cells[n] = hc_cell_text(s, (size_t)(stop - s));
            } else {
                cells[n] = make_cell(s, stop, d.decimal_comma);
            }
            s = stop + 1;
        }
        if (rest <= 64)
            break;
    }
    if (n < cap)
        cells[n] = make_cell(s, end, d.decimal_comma);
    return n + 1;
}

/* ---- numbers in groups ---- */

/* The mark of groups or of decimals at s, 0 when none stands there. */
static size_t group_mark(const char *s, size_t len, const char **mark)
{
    static const char *const marks[] = {
        ",", ".", "'", " ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x99"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t m = strlen(marks[i]);
        if (len >= m && memcmp(s, marks[i], m) == 0) {
            *mark = marks[i];
            return m;
        }
    }
    return 0;
}

size_t hc_ungroup(const char *s, size_t len, char *to, size_t cap)
{
    size_t n = 0, groups = 0, digits = 0, at = 0;
    const char *of_groups = NULL, *mark;
    bool decimal = false;
    if (len > 0 && (*s == '-' || *s == '+'))
        to[n++] = s[at++];
    while (at < len && n + 2 < cap) {
        if (hc_isdigit(s[at])) {
            to[n++] = s[at++];
            digits++;
            continue;
        }
        size_t m = group_mark(s + at, len - at, &mark);
        if (m == 0 || decimal || digits == 0 || digits > 3 ||
            (groups > 0 && digits != 3))
            return 0;
        if (of_groups == NULL || strcmp(of_groups, mark) == 0) {
            of_groups = mark;
            groups++;
        } else if (*mark == ',' || *mark == '.') {
            decimal = true;
            to[n++] = '.';
        } else {
            return 0;
        }
        digits = 0;
        at += m;
    }
    if (at < len || groups == 0 || (!decimal && digits != 3))
        return 0;
    /* "100,000" may be a hundred */
    if (!decimal && groups == 1 && (*of_groups == ',' || *of_groups == '.'))
        return 0;
    to[n] = '\0';
    return n;
}

size_t hc_respell(const char *s, size_t len, char *to, size_t cap)
{
    size_t n = hc_ungroup(s, len, to, cap), at = 0;
    double x;
    if (n > 0 || len < 3 || len >= cap)
        return n;
    while (at < len && s[at] != 'D' && s[at] != 'd')
        at++;
    if (at == 0 || at + 1 >= len)
        return 0;
    memcpy(to, s, len);
    to[at] = 'e';
    to[len] = '\0';
    return hc_number_parse(to, len, &x) ? len : 0;
}

/* ---- names ---- */

void hc_columns_free(hc_column *columns, size_t n)
{
    if (columns == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        free((char *)columns[i].name);
        free((char *)columns[i].unit);
    }
    free(columns);
}

static char *name_of(const hc_cell *c, size_t i)
{
    char made[32];
    if (c->type == HC_CELL_TEXT) {
        char *name = hc_strndup(c->u.s, c->len), *at;
        while (name != NULL && (at = strstr(name, "\xc2\xa0")) != NULL) {
            *at = ' '; /* a blank that does not break */
            memmove(at + 1, at + 2, strlen(at + 2) + 1);
        }
        for (at = name; at != NULL && *at != '\0'; at++)
            if (*at == '\n' || *at == '\r')
                *at = ' '; /* a name in quotes over two lines */
        return name;
    }
    snprintf(made, sizeof made, "column_%zu", i + 1);
    return hc_strdup(made);
}

hc_status hc_split_names(const char *line, size_t len, hc_dialect d,
                         hc_column **columns, size_t *n, hc_err *err)
{
    char *copy = hc_strndup(line, len);
    size_t cap = len < HC_COLUMNS_MAX ? len + 1 : HC_COLUMNS_MAX, got;
    hc_cell *cells = copy == NULL ? NULL : calloc(cap, sizeof *cells);
    hc_column *c;
    d.decimal_comma = false;
    if (cells == NULL) {
        free(copy);
        return hc_fail_nomem(err);
    }
    got = hc_split(copy, len, d, cells, cap);
    if (got > cap) {
        free(cells);
        free(copy);
        return hc_fail(err, HC_DATA,
                       "%zu columns of names, no table has more than %d", got,
                       HC_COLUMNS_MAX);
    }
    while (got > 0 && cells[got - 1].type == HC_CELL_NONE)
        got--;
    c = calloc(got + 1, sizeof *c);
    for (size_t i = 0; c != NULL && i < got; i++)
        if ((c[i].name = name_of(&cells[i], i)) == NULL) {
            hc_columns_free(c, got);
            c = NULL;
        }
    free(cells);
    free(copy);
    if (c == NULL)
        return hc_fail_nomem(err);
    *columns = c;
    *n = got;
    return HC_OK;
}

const char *hc_dialect_delimiter_name(hc_dialect d)
{
    switch (d.delimiter) {
    case '\t':
        return "tab";
    case ';':
        return "semicolon";
    case '|':
        return "bar";
    case ' ':
        return "blank";
    default:
        return "comma";
    }
}
