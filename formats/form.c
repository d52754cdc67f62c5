#include "formats/form.h"
#include "formats/generic.h"
#include "formats/text-lines.h"

#include "core/number.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static inline char plain(char c)
{
    return c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_separator(char c)
{
    return c == ',' || c == ';' || c == '\t' || c == '|';
}

/* Blanks, quotes and BaSyTec's '~' around a name. */
static bool around(char c)
{
    return hc_isspace(c) || c == '"' || c == '~' || c == '_';
}

static bool same_text(const char *s, size_t len, const char *name)
{
    while (len > 0 && around(*s))
        s++, len--;
    while (len > 0 && around(s[len - 1]))
        len--;
    if (strlen(name) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (plain(s[i]) != plain(name[i]))
            return false;
    return true;
}

/* Length of "Name (unit)", "Name[unit]", "Name#unit" without the unit. */
static size_t without_unit(const char *s, size_t len)
{
    size_t end = len;
    while (end > 0 && around(s[end - 1]))
        end--;
    if (end > 0 && (s[end - 1] == ')' || s[end - 1] == ']')) {
        char open = s[end - 1] == ')' ? '(' : '[';
        const char *at = memrchr(s, open, end);
        return at != NULL && at > s ? (size_t)(at - s) : len;
    }
    const char *mark = memchr(s, '#', len);
    return mark != NULL && mark > s && mark + 1 < s + end ? (size_t)(mark - s)
                                                          : len;
}

static bool same(const char *s, size_t len, const char *name)
{
    if (same_text(s, len, name))
        return true;
    size_t base = without_unit(s, len);
    return base < len && same_text(s, base, name);
}

size_t hc_count_words(const char *line, size_t len)
{
    enum { OTHER, AROUND, MARK, LETTER };
    static const unsigned char kinds[128] = {
        [','] = MARK,    [';'] = MARK,    ['\t'] = MARK,   ['|'] = MARK,
        [' '] = AROUND,  ['\n'] = AROUND, ['\v'] = AROUND, ['\f'] = AROUND,
        ['\r'] = AROUND, ['"'] = AROUND,  ['~'] = AROUND,  ['_'] = AROUND};
    bool begins = true;
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        unsigned kind = c < 0x80 ? kinds[c] : LETTER;
        if (kind == MARK) {
            begins = true;
        } else if (begins && kind != AROUND) {
            n += kind == LETTER || hc_isalpha((char)c);
            begins = false;
        }
    }
    return n;
}

size_t hc_has_fields(const char *line, size_t len, const char *const *names)
{
    const char *end = line + len;
    char firsts[64]; /* most fields differ there already */
    uint64_t found = 0;
    size_t n = 0, of = 0;
    for (; of < sizeof firsts && names[of] != NULL; of++)
        firsts[of] = plain(*names[of]);
    for (const char *s = line, *e; s <= end; s = e + 1) {
        for (e = s; e < end && !is_separator(*e); e++)
            ;
        while (s < e && around(*s))
            s++;
        if (s == e || memchr(firsts, plain(*s), of) == NULL)
            continue;
        char first = plain(*s);
        for (size_t i = 0; i < of; i++)
            if (firsts[i] == first && (found >> i & 1) == 0 &&
                same(s, (size_t)(e - s), names[i])) {
                found |= UINT64_C(1) << i;
                n++;
            }
    }
    return n;
}

bool hc_has_field(const char *line, size_t len, const char *name)
{
    const char *const names[] = {name, NULL};
    return hc_has_fields(line, len, names) > 0;
}

/* ---- the head ---- */

static size_t max_head(const hc_form *f)
{
    return f->max_head > 0 ? f->max_head : 200;
}

/* Has line i at least n fields that begin with a letter?  Counted once for all
 * who ask. */
static bool has_words(const hc_probe *p, size_t i, const char *line,
                      size_t len, size_t n)
{
    hc_probe_notes *notes = p->notes;
    if (notes == NULL || i >= HC_NOTED_LINES || i > notes->n_counted)
        return hc_count_words(line, hc_text_joined(p, line, len)) >= n;
    if (i == notes->n_counted) {
        size_t words = hc_count_words(line, hc_text_joined(p, line, len));
        notes->words[notes->n_counted++] =
            (unsigned char)(words < 255 ? words : 255);
    }
    return notes->words[i] >= n;
}

long hc_form_find(const hc_form *f, const hc_probe *p)
{
    const char *line = NULL;
    size_t len;
    if (p->binary)
        return -1;
    for (size_t i = 0; i <= max_head(f) && hc_probe_next(p, &line, &len); i++)
        if ((f->words == 0 || has_words(p, i, line, len, f->words)) &&
            f->is_names(line, hc_text_joined(p, line, len)))
            return (long)i;
    return -1;
}

static hc_status key_value(hc_sink *sink, const char *line, size_t len,
                           const char *marks, hc_err *err)
{
    size_t at = 0;
    while (at < len && strchr(marks, line[at]) == NULL)
        at++;
    if (at == 0 || at >= len)
        return HC_OK;
    const char *key = line, *value = line + at + 1;
    size_t key_len = at, value_len = len - at - 1;
    while (value_len > 0 && is_separator(value[value_len - 1]))
        value_len--;
    hc_trim(&key, &key_len);
    while (key_len > 0 && key[key_len - 1] == ':')
        key_len--;
    hc_trim(&value, &value_len);
    if (key_len == 0 || value_len == 0)
        return HC_OK;
    return hc_sink_metan(sink, key, key_len, value, value_len, err);
}

hc_status hc_form_colon(hc_sink *sink, const char *line, size_t len,
                        hc_err *err)
{
    return key_value(sink, line, len, ":=", err);
}

hc_status hc_form_comma(hc_sink *sink, const char *line, size_t len,
                        hc_err *err)
{
    return key_value(sink, line, len, ",;\t", err);
}

/* ---- the dialect ---- */

static char delimiter_of(const char *line, size_t len)
{
    static const char marks[] = "\t;,|";
    char best = ',';
    size_t most = 0;
    for (const char *m = marks; *m != '\0'; m++) {
        size_t n = 0;
        for (size_t i = 0; i < len; i++)
            n += line[i] == *m;
        if (n > most) {
            most = n;
            best = *m;
        }
    }
    return most > 0 ? best : ' ';
}

long hc_form_commas_in(const char *line, size_t len, char delimiter)
{
    long more = 0;
    const char *end = line + len;
    for (const char *s = line; s <= end;) {
        const char *e = s;
        while (e < end && *e != delimiter && *e != '"')
            e++;
        const char *v = s;
        size_t n = (size_t)(e - s);
        double x;
        hc_trim(&v, &n);
        if (n > 0 && memchr(v, ',', n) != NULL)
            more += hc_number_parse_comma(v, n, &x);
        else if (n > 0 && memchr(v, '.', n) != NULL)
            more -= hc_number_parse(v, n, &x);
        s = e + 1;
    }
    return more;
}

bool hc_form_commas(const hc_probe *p, size_t at, char delimiter)
{
    enum { LINES = 40 };
    const char *line;
    size_t len;
    long more = 0;
    if (delimiter == ',' || !hc_probe_line(p, at, &line, &len))
        return false;
    for (int i = 0; i < LINES; i++) {
        more += hc_form_commas_in(line, len, delimiter);
        if (!hc_probe_next(p, &line, &len))
            break;
    }
    return more > 0;
}

/* No field of the row is a number. */
static bool only_words(const char *line, size_t len)
{
    const char *end = line + len;
    for (const char *s = line; s <= end;) {
        const char *e = s;
        while (e < end && !is_separator(*e))
            e++;
        const char *v = s;
        size_t n = (size_t)(e - s);
        double x;
        hc_trim(&v, &n);
        if (n > 0 && (hc_number_parse(v, n, &x) || memchr(v, ':', n) != NULL))
            return false;
        s = e + 1;
    }
    return true;
}

/* ---- reading ---- */

static hc_status find_names(const hc_form *f, hc_lines *l, const char *name,
                            hc_sink *sink, char **line, size_t *len,
                            hc_err *err)
{
    for (size_t i = 0; i <= max_head(f); i++) {
        HC_TRY(hc_lines_next(l, line, len, err));
        if (*line == NULL)
            break;
        if (f->is_names(*line, *len))
            return HC_OK;
        if (f->head != NULL)
            HC_TRY(f->head(sink, *line, *len, err));
    }
    return hc_fail_at(err, HC_DATA, name, hc_lines_number(l),
                      "no line with the names of the columns");
}

static hc_status read_rows(const hc_form *f, hc_lines *l, hc_sink *sink,
                           hc_dialect d, hc_err *err)
{
    hc_rows_rules rules = f->rules;
    HC_TRY(hc_sink_fact(sink, "decimal", d.decimal_comma ? "comma" : "point",
                        err));
    rules.dialect = d;
    return hc_rows_read(l, sink, &rules, err);
}

/* Is the line one of units, for the columns? */
static bool units_of(const hc_cell *cells, size_t n, hc_column *columns)
{
    size_t units = 0, words = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < n; i++) {
            char text[64], unit[64];
            if (cells[i].type != HC_CELL_TEXT)
                continue;
            snprintf(text, sizeof text, "%.*s", (int)cells[i].len,
                     cells[i].u.s);
            bool is = hc_unit_word(text, unit, sizeof unit);
            words += pass == 0;
            units += pass == 0 && is;
            if (pass == 1 && is && columns[i].unit == NULL)
                columns[i].unit = hc_strdup(unit);
        }
        if (units < 2 || 2 * units < words)
            return false;
    }
    return true;
}

hc_status hc_form_units(hc_lines *l, hc_dialect d, hc_column *columns,
                        size_t n, hc_err *err)
{
    char *line, *copy;
    size_t len;
    do
        HC_TRY(hc_lines_next(l, &line, &len, err));
    while (line != NULL && hc_is_blank(line, len));
    if (line == NULL)
        return HC_OK;
    hc_lines_back(l);
    if (!only_words(line, len))
        return HC_OK;
    copy = hc_strndup(line, len);
    hc_cell *cells = copy == NULL ? NULL : calloc(n + 1, sizeof *cells);
    if (cells == NULL) {
        free(copy);
        return hc_fail_nomem(err);
    }
    size_t got = hc_split(copy, len, d, cells, n);
    hc_status st = HC_OK;
    if (units_of(cells, got < n ? got : n, columns))
        st = hc_lines_next(l, &line, &len, err);
    free(cells);
    free(copy);
    return st;
}

/* Currents may be without sign: the column that says the direction is known
 * by its name, or by what it says beside the rows. */
static void find_direction(const hc_form *f, const hc_probe *p,
                           const hc_lines *l, hc_dialect dialect,
                           hc_dataset *d)
{
    size_t at = hc_lines_at(l);
    if (f->direction == NULL)
        return;
    for (size_t i = 0; i < d->n_columns; i++)
        for (const char *const *w = f->direction; *w != NULL; w++)
            if (d->direction == NULL &&
                same(d->columns[i].name, strlen(d->columns[i].name), *w)) {
                d->direction = d->columns[i].name;
                d->discharging = hc_discharge_words();
            }
    if (d->direction != NULL)
        return;
    hc_text_direction(p, at, dialect, f->columns, d);
}

static hc_status read_table(const hc_form *f, const hc_probe *p, hc_lines *l,
                            hc_sink *sink, hc_dialect dialect,
                            hc_column *columns, size_t n, hc_err *err)
{
    hc_dataset d =
        hc_dataset_make(f->dataset != NULL ? f->dataset : "data", columns, n);
    if (f->technique != NULL)
        d.technique = f->technique;
    d.kind = f->kind;
    d.one_spectrum = f->one_spectrum;
    dialect.decimal_comma =
        hc_form_commas(p, hc_lines_at(l), dialect.delimiter);
    if (!sink->clocks)
        find_direction(f, p, l, dialect, &d);
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(read_rows(f, l, sink, dialect, err));
    return hc_sink_end(sink, err);
}

static hc_status form_lines(const hc_form *f, const hc_source *src,
                            hc_lines *l, hc_sink *sink, hc_err *err)
{
    char *line;
    size_t len, n;
    hc_column *columns;
    HC_TRY(find_names(f, l, src->name, sink, &line, &len, err));
    hc_dialect d = {.delimiter = f->delimiter != 0 ? f->delimiter
                                                   : delimiter_of(line, len),
                    .quotes = true};
    HC_TRY(hc_sink_fact(sink, "separator", hc_dialect_delimiter_name(d), err));
    HC_TRY(hc_sink_fact(sink, "has_header", "True", err));
    HC_TRY(hc_sink_factf(sink, err, "header_line_number", "%ld",
                         hc_lines_number(l)));
    HC_TRY(hc_split_names(line, len, d, &columns, &n, err));
    for (size_t i = 0; i < n; i++) /* BaSyTec, before each name */
        if (*columns[i].name == '~')
            memmove((char *)columns[i].name, columns[i].name + 1,
                    strlen(columns[i].name));
    hc_status st = hc_form_units(l, d, columns, n, err);
    if (st == HC_OK)
        st = read_table(f, &src->probe, l, sink, d, columns, n, err);
    hc_columns_free(columns, n);
    return st;
}

hc_status hc_form_read(const hc_form *f, hc_source *src, hc_sink *sink,
                       hc_err *err)
{
    hc_lines *l;
    HC_TRY(hc_lines_open(&l, src, err));
    hc_status st = form_lines(f, src, l, sink, err);
    return hc_lines_close(l, st, sink, err);
}
