/* writer.c: the writing half of table.h */
#include "core/table.h"

#include "core/number.h"
#include "core/numbers_work.h"
#include "core/scan.h"
#include "core/text.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hc_writer {
    hc_out *out;
    hc_write_as as;
    char **names; /* JSON: names already quoted */
    size_t n, cap;
    size_t cell; /* next column of the row being written */
    char *row;   /* that row so far */
    size_t row_len, row_cap;
    size_t rows;
    bool header_done, failed, bad_row;
    bool direct; /* the row that hc_writer_row began is in out's buffer */
    const hc_tail *tail; /* NULL: none */
    hc_numbers *numbers; /* where the rows go, NULL: into the text */
};

hc_status hc_writer_new(hc_writer **w, hc_out *out, hc_write_as as,
                        hc_err *err)
{
    hc_writer *p = calloc(1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    p->out = out;
    p->as = as;
    if (as == HC_WRITE_TABLE)
        hc_out_puts(out, "#: halfcell-table 1\n");
    *w = p;
    return HC_OK;
}

void hc_writer_free(hc_writer *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->n; i++)
        free(w->names[i]);
    free(w->names);
    free(w->row);
    free(w);
}

void hc_writer_set_tail(hc_writer *w, const hc_tail *tail)
{
    w->tail = tail;
}

void hc_writer_to_numbers(hc_writer *w, hc_numbers *to)
{
    w->numbers = to;
}

static void put_header(hc_writer *w)
{
    if (w->header_done)
        return;
    w->header_done = true;
    if (w->numbers != NULL && !hc_numbers_width(w->numbers, w->n))
        w->failed = true;
    if (w->as == HC_WRITE_JSON)
        return;
    for (size_t i = 0; i < w->n; i++) {
        if (i > 0)
            hc_out_putc(w->out, w->as == HC_WRITE_CSV ? ',' : '\t');
        hc_out_puts(w->out, w->names[i]);
    }
    if (w->n > 0)
        hc_out_putc(w->out, '\n');
}

/* ---- the row being written ---- */

/* Room for `more` bytes at the end of the row, NULL when there is none. */
static inline char *room(hc_writer *w, size_t more)
{
    if (w->row_cap - w->row_len < more) {
        char *p = hc_grow(w->row, &w->row_cap, w->row_len + more, 1);
        if (p == NULL) {
            w->failed = true;
            return NULL;
        }
        w->row = p;
    }
    return w->row + w->row_len;
}

static inline void put(hc_writer *w, const char *s, size_t len)
{
    char *p = room(w, len);
    if (p == NULL)
        return;
    hc_copy_few(p, s, len);
    w->row_len += len;
}

static inline void put_byte(hc_writer *w, char c)
{
    char *p = room(w, 1);
    if (p == NULL)
        return;
    *p = c;
    w->row_len++;
}

/* ---- meta lines and names ---- */

/* TAB, LF and CR as \t \n \r, so that a cell stays a cell. */
static void escape(hc_text *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (s[i]) {
        case '\t':
            hc_text_puts(to, "\\t");
            break;
        case '\n':
            hc_text_puts(to, "\\n");
            break;
        case '\r':
            hc_text_puts(to, "\\r");
            break;
        default:
            hc_text_putc(to, s[i]);
        }
    }
}

/* A quoted JSON string; bytes that are no UTF-8 become U+FFFD. */
static char *json_quoted(const char *s, size_t len)
{
    json_t *j = json_stringn(s, len);
    char *text;
    if (j == NULL) {
        hc_text clean = {0};
        for (size_t i = 0; i < len; i++)
            if ((unsigned char)s[i] < 0x80)
                hc_text_putc(&clean, s[i]);
            else
                hc_text_puts(&clean, "\xef\xbf\xbd");
        j = json_stringn(hc_text_get(&clean), clean.len);
        hc_text_clear(&clean);
    }
    text = j == NULL ? NULL : json_dumps(j, JSON_ENCODE_ANY);
    json_decref(j);
    return text;
}

void hc_writer_meta(hc_writer *w, const char *key, const char *fmt, ...)
{
    char small[1024], *big = NULL;
    hc_text escaped = {0};
    va_list ap;
    int n;
    if (w->as != HC_WRITE_TABLE)
        return;
    va_start(ap, fmt);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof small && (big = malloc((size_t)n + 1)) != NULL) {
        va_start(ap, fmt);
        vsnprintf(big, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    if (w->rows > 0)
        put_header(w);
    escape(&escaped, big != NULL ? big : small,
           strlen(big != NULL ? big : small));
    w->failed |= escaped.failed;
    hc_out_printf(w->out, "#: %s%s%s\n", key, n > 0 ? " " : "",
                  hc_text_get(&escaped));
    hc_text_clear(&escaped);
    free(big);
}

void hc_writer_copy_meta(hc_writer *w, const hc_meta *m)
{
    for (size_t i = 0; i < m->n && w->as == HC_WRITE_TABLE; i++) {
        if (hc_starts_with(m->lines[i], "kind "))
            continue;
        hc_out_puts(w->out, "#: ");
        hc_out_puts(w->out, m->lines[i]);
        hc_out_putc(w->out, '\n');
    }
}

void hc_writer_column(hc_writer *w, const char *name)
{
    char **p = hc_grow(w->names, &w->cap, w->n + 1, sizeof *p);
    char *copy = w->as == HC_WRITE_JSON ? json_quoted(name, strlen(name))
                                        : hc_strdup(name);
    if (p != NULL)
        w->names = p;
    if (p == NULL || copy == NULL) {
        free(copy);
        w->failed = true;
        return;
    }
    w->names[w->n++] = copy;
}

/* What stands before the next cell. */
static inline bool begin_cell(hc_writer *w)
{
    if (!w->header_done)
        put_header(w);
    if (w->cell >= w->n) {
        w->bad_row = true;
        return false;
    }
    if (w->as != HC_WRITE_JSON) {
        if (w->cell > 0)
            put_byte(w, w->as == HC_WRITE_CSV ? ',' : '\t');
    } else {
        put_byte(w, w->cell > 0 ? ',' : '{');
        put(w, w->names[w->cell], strlen(w->names[w->cell]));
        put_byte(w, ':');
    }
    w->cell++;
    return true;
}

static void put_number(hc_writer *w, const char *text, size_t len, double x)
{
    if (w->as == HC_WRITE_JSON && !isfinite(x))
        put(w, "null", 4);
    else if (w->as == HC_WRITE_TABLE || !isnan(x))
        put(w, text, len);
}

/* A cell that becomes a number. */
static void put_value(hc_writer *w, double x)
{
    double *const *column;
    size_t row;
    if (!w->header_done)
        put_header(w);
    if (w->cell >= w->n) {
        w->bad_row = true;
        return;
    }
    column = w->failed ? NULL : hc_numbers_next(w->numbers, &row);
    if (column == NULL)
        w->failed = true;
    else
        column[w->cell][row] = x;
    w->cell++;
}

void hc_writer_number(hc_writer *w, double x)
{
    char buf[HC_NUMBER_SIZE];
    if (w->numbers != NULL)
        put_value(w, x == 0 ? 0 : x); /* it prints without its sign */
    else if (begin_cell(w))
        put_number(w, buf, hc_number_print(x, buf), x);
}

void hc_writer_digits(hc_writer *w, double x, int digits)
{
    char buf[HC_NUMBER_SIZE];
    if (w->numbers != NULL)
        put_value(w, hc_number_round(x, digits));
    else if (begin_cell(w))
        put_number(w, buf, hc_number_print_digits(x, digits, buf), x);
}

void hc_writer_integer(hc_writer *w, long x)
{
    char buf[HC_NUMBER_SIZE];
    if (w->numbers != NULL)
        put_value(w, (double)x);
    else if (begin_cell(w))
        put(w, buf, (size_t)snprintf(buf, sizeof buf, "%ld", x));
}

static void put_json_text(hc_writer *w, const char *s, size_t len)
{
    char *quoted = json_quoted(s, len);
    if (quoted == NULL)
        w->failed = true;
    else
        put(w, quoted, strlen(quoted));
    free(quoted);
}

void hc_writer_text(hc_writer *w, const char *s)
{
    size_t len = strlen(s);
    if (w->numbers != NULL) {
        put_value(w, hc_numbers_of_text(s, len));
        return;
    }
    if (!begin_cell(w))
        return;
    if (w->as == HC_WRITE_JSON) {
        put_json_text(w, s, len);
    } else if (strcspn(s, "\t\n\r") == len) {
        put(w, s, len);
    } else {
        hc_text escaped = {0};
        escape(&escaped, s, len);
        put(w, hc_text_get(&escaped), escaped.len);
        w->failed |= escaped.failed;
        hc_text_clear(&escaped);
    }
}

/* JSON allows fewer spellings of a number than we read ("+1", ".5"). */
static bool is_json_number(const char *s, size_t len)
{
    const char *end = s + len;
    if (s < end && *s == '-')
        s++;
    if (s == end || !hc_isdigit(*s))
        return false;
    if (*s == '0' && s + 1 < end && hc_isdigit(s[1]))
        return false;
    while (s < end && hc_isdigit(*s))
        s++;
    if (s < end && *s == '.' && (++s == end || !hc_isdigit(*s)))
        return false;
    return true;
}

/* Any cell but the plain ones of hc_writer_raw. */
static void put_raw(hc_writer *w, const char *s, size_t len)
{
    double x;
    if (w->numbers != NULL) {
        put_value(w, hc_numbers_of_text(s, len));
        return;
    }
    if (!begin_cell(w))
        return;
    if (w->as == HC_WRITE_CSV && len == 3 && memcmp(s, "NaN", 3) == 0)
        return;
    if (w->as != HC_WRITE_JSON) {
        put(w, s, len);
    } else if (!hc_number_parse(s, len, &x)) {
        put_json_text(w, s, len);
    } else if (is_json_number(s, len)) {
        put_number(w, s, len, x);
    } else {
        char buf[HC_NUMBER_SIZE];
        put_number(w, buf, hc_number_print(x, buf), x);
    }
}

void hc_writer_raw(hc_writer *w, const char *s, size_t len)
{
    char *p;
    if (w->as != HC_WRITE_TABLE || w->cell == 0 || w->cell >= w->n ||
        w->row_cap - w->row_len <= len) {
        put_raw(w, s, len);
        return;
    }
    p = w->row + w->row_len;
    *p = '\t';
    hc_copy_few(p + 1, s, len);
    w->row_len += len + 1;
    w->cell++;
}

void hc_writer_end_row(hc_writer *w)
{
    if (w->cell != w->n)
        w->bad_row = true;
    if (w->numbers != NULL) {
        if (!w->failed)
            hc_numbers_add(w->numbers);
    } else {
        if (w->as == HC_WRITE_JSON)
            put_byte(w, '}');
        put_byte(w, '\n');
        hc_out_write(w->out, w->row, w->row_len);
    }
    w->row_len = 0;
    w->cell = 0;
    w->rows++;
}

char *hc_writer_row(hc_writer *w, size_t cells, size_t size)
{
    char *to;
    if (w->as != HC_WRITE_TABLE || !w->header_done || w->cell != 0 ||
        cells != w->n || cells == 0 || w->numbers != NULL)
        return NULL;
    to = hc_out_room(w->out, size);
    w->direct = to != NULL;
    return w->direct ? to : room(w, size);
}

double *const *hc_writer_values(hc_writer *w, size_t cells, size_t *row)
{
    if (w->numbers == NULL || !w->header_done || w->cell != 0 ||
        cells != w->n || w->failed)
        return NULL;
    return hc_numbers_next(w->numbers, row);
}

void hc_writer_values_done(hc_writer *w)
{
    hc_numbers_add(w->numbers);
    w->rows++;
}

void hc_writer_row_done(hc_writer *w, char *row, char *end)
{
    end[-1] = '\n';
    if (w->direct)
        hc_out_filled(w->out, (size_t)(end - row));
    else
        hc_out_write(w->out, row, (size_t)(end - row));
    w->rows++;
}

size_t hc_writer_rows(const hc_writer *w)
{
    return w->rows;
}

static void put_tail(hc_writer *w)
{
    if (w->tail == NULL)
        return;
    if (w->tail->incomplete)
        hc_writer_meta(w, "incomplete", "the input was");
    hc_writer_copy_meta(w, &w->tail->sources);
    w->failed |= w->tail->failed;
}

hc_status hc_writer_end(hc_writer *w, hc_err *err)
{
    put_header(w);
    put_tail(w);
    if (w->failed)
        return hc_fail_nomem(err);
    if (w->bad_row || w->cell != 0)
        return hc_fail(err, HC_INTERNAL,
                       "a row was written that does not fit its header");
    if (w->as == HC_WRITE_TABLE)
        hc_out_printf(w->out, "#: end rows=%zu\n",
                      w->numbers != NULL ? 0 : w->rows);
    hc_out_mark_whole(w->out);
    return HC_OK;
}
