/* rows.c: the rows of a text table, see lines.h */
#include "formats/lines_work.h"

#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"
#include "formats/columns.h"

#include <stdlib.h>
#include <string.h>

static bool ends_in(const char *line, size_t len, char delimiter)
{
    return len > 0 && delimiter != ' ' && line[len - 1] == delimiter;
}

void hc_names_ended(hc_lines *l, hc_sink *sink)
{
    /* some exports without rows end so: behind the last delimiter */
    if (!hc_lines_ended(l) && !ends_in(l->line, l->len, '\t'))
        hc_sink_incomplete(sink,
                           "line %ld, the names of the columns, has no "
                           "end",
                           hc_lines_number(l));
}

/* Cells of rows that are wider than the table are counted, not kept. */
typedef struct {
    const hc_rows_rules *rules;
    hc_cell *cells;
    size_t n;      /* columns */
    bool trailing; /* the row before ended in a delimiter */
    bool any;
    bool over;           /* another table begins */
    long short_line;     /* a short row that may be the last line, or 0 */
    size_t short_fields; /* of it */
    /* where the sink takes rows without cells, else NULL: */
    hc_plain_row *numbers;
    unsigned misses; /* rows since one was taken so */
} row_reader;

/* Are the last n fields of the line empty? */
static bool tail_empty(const char *line, const char *end, char delimiter,
                       size_t n)
{
    while (n > 0 && end > line) {
        char c = *--end;
        if (c == delimiter)
            n--;
        else if (!hc_isspace(c) && c != '"')
            return false;
    }
    return n == 0;
}

/* The last line of the file has no line end: was it cut? */
static bool looks_cut(const row_reader *r, const hc_lines *l, size_t got,
                      bool trailing, const hc_sink *sink)
{
    int64_t declared = sink->dataset->rows_declared;
    if (hc_lines_ended(l))
        return false;
    if (declared > (int64_t)sink->dataset_rows + 1)
        return true;
    if (got < r->n || sink->growing)
        return true;
    return r->any ? r->trailing != trailing
                  : trailing && r->cells[r->n - 1].type == HC_CELL_NONE;
}

/* A short row with another line behind it is no ragged tail. */
static void reject_short(row_reader *r, hc_sink *sink)
{
    if (r->short_line > 0)
        hc_sink_reject(sink, r->short_line,
                       "%zu fields where the table has %zu columns",
                       r->short_fields, r->n);
    r->short_line = 0;
}

static hc_status say_tail(const row_reader *r, hc_sink *sink, hc_err *err)
{
    if (r->short_line == 0)
        return HC_OK;
    hc_sink_warn(sink, r->short_line,
                 "the last line has %zu of %zu fields and is no record",
                 r->short_fields, r->n);
    return hc_sink_factf(sink, err, "ragged_rows", "[%zu, %zu]",
                         r->short_fields, r->n);
}

static bool same(const hc_cell *c, const char *s)
{
    return strlen(s) == c->len && memcmp(c->u.s, s, c->len) == 0;
}

/* Most rows begin with a number: a quick look before the slow one. */
static bool may_be_words(const char *line)
{
    return !hc_isdigit(*line) && *line != '-' && *line != ' ';
}

static bool begins(const hc_cell *c, const char *s)
{
    return strlen(s) >= c->len && memcmp(c->u.s, s, c->len) == 0;
}

/* The line of names, or of units, once more: a measurement that was started
 * again into the same file.  Its last field may be cut with the file. */
static bool is_head_again(const row_reader *r, const hc_sink *sink, size_t got,
                          bool ended)
{
    const hc_column *c = sink->dataset->columns;
    size_t names = 0, units = 0;
    for (size_t i = 0; i < got && i < r->n; i++) {
        const hc_cell *cell = &r->cells[i];
        if (cell->type != HC_CELL_TEXT)
            continue;
        if (same(cell, c[i].name) ||
            (!ended && i + 1 == got && begins(cell, c[i].name)))
            names++;
        else if (c[i].unit != NULL && same(cell, c[i].unit))
            units++;
        else
            return false;
    }
    return names >= 2 || units >= 2;
}

/* Words only, at least two of which name quantities: another table below the
 * first? */
static bool is_other_head(const row_reader *r, size_t got)
{
    size_t known = 0;
    for (size_t i = 0; i < got && i <= r->n; i++) {
        const hc_cell *cell = &r->cells[i];
        char name[256];
        double x;
        if (cell->type == HC_CELL_NONE)
            continue;
        if (hc_cell_number(cell, &x))
            return false;
        hc_copy(name, sizeof name, cell->u.s, cell->len);
        hc_column c = {name, NULL};
        known += hc_column_meaning(&c, NULL).target != NULL;
    }
    return known >= 2;
}

/* Rows under other names are no rows of this table: they end it. */
static bool other_table(row_reader *r, const hc_lines *l, hc_sink *sink,
                        const char *start, size_t got)
{
    if (!r->rules->one_table || !r->any || !may_be_words(start) ||
        !hc_lines_ended(l) || !is_other_head(r, got))
        return false;
    hc_sink_reject(sink, hc_lines_number(l),
                   "another table begins here, which is not read: cut the "
                   "file before this line into files of their own");
    r->over = true;
    return true;
}

/* A line that ends within a field in quotes, or is cut, is no row. */
static bool is_unfinished(const row_reader *r, const hc_lines *l,
                          hc_sink *sink, size_t got, bool trailing)
{
    if (l->open && l->next < l->n_waiting) {
        hc_sink_reject(sink, hc_lines_number(l),
                       "a quote that nothing closes");
        return true;
    }
    if (!l->open && !looks_cut(r, l, got, trailing, sink))
        return false;
    hc_sink_incomplete(sink, "line %ld ends within a row", hc_lines_number(l));
    return true;
}

static hc_status take_row(row_reader *r, hc_lines *l, hc_sink *sink,
                          char *line, size_t len, hc_err *err)
{
    const hc_rows_rules *rules = r->rules;
    char delimiter = rules->dialect.delimiter, *start = line;
    bool trailing = ends_in(line, len, delimiter);
    size_t got;
    if (!l->plain && memchr(line, '\0', len) != NULL) {
        hc_sink_reject(sink, hc_lines_number(l), "NUL bytes in the row");
        return HC_OK;
    }
    if (rules->comments != NULL && strchr(rules->comments, *line) != NULL &&
        hc_lines_ended(l)) {
        hc_sink_warn(sink, hc_lines_number(l), "a remark: skipped");
        return HC_OK;
    }
    if (rules->leading_tab && len > 0 && *line == delimiter)
        start++;
    /* one cell more than columns: its text is the rest */
    got = hc_split(start, len - (size_t)(start - line), rules->dialect,
                   r->cells, r->n + 1);
    if (got > r->n && r->cells[r->n].type == HC_CELL_NONE &&
        (got == r->n + 1 ||
         tail_empty(start, line + len, delimiter, got - r->n)))
        got = r->n;
    if (is_unfinished(r, l, sink, got, trailing))
        return HC_OK;
    if (got != r->n && other_table(r, l, sink, start, got))
        return HC_OK;
    if (got < r->n && rules->ragged_tail && hc_lines_ended(l)) {
        r->short_line = hc_lines_number(l);
        r->short_fields = got;
        return HC_OK;
    }
    if (got != r->n && !(got < r->n && rules->short_ok)) {
        hc_sink_reject(sink, hc_lines_number(l),
                       "%zu fields where the table has %zu columns", got,
                       r->n);
        return HC_OK;
    }
    if (may_be_words(start) &&
        is_head_again(r, sink, got, hc_lines_ended(l))) {
        if (!hc_lines_ended(l))
            hc_sink_incomplete(sink, "line %ld ends within a row",
                               hc_lines_number(l));
        hc_sink_warn(sink, hc_lines_number(l),
                     "the names or units of the columns once more: skipped");
        return HC_OK;
    }
    if (other_table(r, l, sink, start, got))
        return HC_OK;
    for (size_t i = got; i < r->n; i++)
        r->cells[i] = hc_cell_none();
    r->trailing = trailing;
    r->any = true;
    if (rules->fix != NULL)
        rules->fix(r->cells, r->n);
    sink->line = hc_lines_number(l);
    return hc_sink_row(sink, r->cells, err);
}

bool hc_is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!hc_isspace(line[i]))
            return false;
    return true;
}

/* ---- many plain rows at once ---- */

/* What nearly all rows are: ASCII that begins with a number, without quotes,
 * one field for each column.  (With leading tabs that alone tells a row from
 * what stops them.)  Puts the cells, returns what stands behind the
 * line end; NULL: something else, or too close to the end of what waits. */
static const char *plain_row(row_reader *r, const char *line, const char *end,
                             bool *trailing)
{
    const char delimiter = r->rules->dialect.delimiter, *s = line, *stop;
    uint32_t skip = 0;
    size_t n = 0;
    if (r->rules->leading_tab) {
        if (end == line || *line != delimiter)
            return NULL;
        skip = 1;
        s++;
    }
    if (end - s < 1 || (!hc_isdigit(*s) && *s != '-'))
        return NULL;
    for (const char *from = line; end - from >= 32; from += 32, skip = 0) {
        hc_marks m = hc_scan_marks(from, delimiter);
        uint32_t here = m.ends ^ (m.ends - 1); /* to the line end */
        if ((m.odd & here) != 0)
            return NULL;
        for (uint32_t k = m.marks & here & ~skip; k != 0; k &= k - 1) {
            stop = from + __builtin_ctz(k);
            if (n == r->n)
                return NULL;
            r->cells[n++] = hc_field(s, stop);
            s = stop + 1;
        }
        if (m.ends == 0)
            continue;
        stop = from + __builtin_ctz(m.ends);
        end = stop + 1;
        stop -= stop > s && stop[-1] == '\r';
        if (r->rules->stop != NULL && !r->rules->leading_tab &&
            r->rules->stop(line, (size_t)(stop - line)))
            return NULL;
        *trailing = s == stop;
        if (n + 1 == r->n)
            r->cells[n++] = hc_field(s, stop);
        else if (!*trailing)
            return NULL;
        return n < r->n || (stop > s && stop[-1] == '\r') ? NULL : end;
    }
    return NULL;
}

static bool may_be_plain(const hc_rows_rules *rules)
{
    return rules->max_rows == 0 && rules->dialect.delimiter != ' ' &&
           !rules->dialect.decimal_comma;
}

/* Rows of which nobody wants more than that they are there? */
static bool is_counted(const hc_sink *sink)
{
    return sink->ops->row == NULL;
}

/* The same where the sink takes numbers: they go to it straight from the line.
 * NULL: not so, or not this row. */
static const char *plain_numbers(row_reader *r, hc_sink *sink,
                                 const char *line, const char *end)
{
    const hc_rows_rules *rules = r->rules;
    const char *s = line + rules->leading_tab, *stop, *next;
    if (r->numbers == NULL || r->short_line > 0 || s >= end ||
        (!hc_isdigit(*s) && *s != '-') ||
        (rules->leading_tab && *line != rules->dialect.delimiter))
        return NULL;
    next = hc_plain_row_take(r->numbers, s, sink->values,
                             (hc_plain_texts){r->cells, sink->shapes});
    if (next == NULL)
        return NULL;
    stop = next - 1;
    stop -= stop > s && stop[-1] == '\r';
    if (rules->stop != NULL && !rules->leading_tab &&
        rules->stop(line, (size_t)(stop - line)))
        return NULL;
    if (is_counted(sink) ? hc_sink_row(sink, r->cells, NULL) != HC_OK
                         : !hc_sink_numbers(sink, r->cells))
        return NULL;
    r->trailing = stop[-1] == rules->dialect.delimiter;
    return next;
}

/* The same, but where one after the other was not so only now and then. */
static const char *try_numbers(row_reader *r, hc_sink *sink, const char *line,
                               const char *end)
{
    enum { PATIENCE = 16, PAUSE = 32 };
    const char *next;
    if (r->misses > PATIENCE && r->misses++ % PAUSE != 0)
        return NULL;
    next = plain_numbers(r, sink, line, end);
    r->misses = next != NULL ? 0 : r->misses + 1;
    return next;
}

/* Tabs within the fields of a table with other marks would end cells of ours:
 * the first line that holds one. */
static const char *before_tab(const char *text, const char *end, char mark)
{
    const char *tab =
        mark == '\t' ? NULL : memchr(text, '\t', (size_t)(end - text));
    if (tab == NULL)
        return end;
    const char *nl = memrchr(text, '\n', (size_t)(tab - text));
    return nl == NULL ? text : nl + 1;
}

static void blank_tabs(char *line, size_t len, char mark)
{
    char *end = line + len;
    if (mark == '\t')
        return;
    while ((line = memchr(line, '\t', (size_t)(end - line))) != NULL)
        *line++ = ' ';
}

/* Rows of the lines that wait in the buffer, up to the first that is not
 * plain. */
static hc_status take_plain(row_reader *r, hc_lines *l, hc_sink *sink,
                            long *taken, hc_err *err)
{
    const char *text, *at, *next, *end;
    hc_status st = HC_OK;
    bool trailing;
    *taken = 0;
    size_t bytes = hc_in_lines(l->in, &text);
    end = before_tab(text, text + bytes, r->rules->dialect.delimiter);
    for (at = text; st == HC_OK; at = next) {
        sink->line = l->number + 1;
        next = try_numbers(r, sink, at, end);
        if (next == NULL) {
            next = plain_row(r, at, end, &trailing);
            if (next == NULL)
                break;
            reject_short(r, sink);
            r->trailing = trailing;
            if (r->rules->fix != NULL)
                r->rules->fix(r->cells, r->n);
            st = hc_sink_row(sink, r->cells, err);
        }
        r->any = true;
        l->number++;
        ++*taken;
    }
    hc_in_take_lines(l->in, (size_t)(at - text), *taken);
    return st;
}

static hc_status read_rows(row_reader *r, hc_lines *l, hc_sink *sink,
                           hc_err *err)
{
    enum { PAUSE = 64 }; /* lines after one that is not plain */
    const hc_rows_rules *rules = r->rules;
    bool plain = may_be_plain(rules);
    long taken, pause = 0;
    char *line;
    size_t len;
    while (!r->over &&
           (rules->max_rows == 0 ||
            sink->dataset_rows + sink->dataset_rejected < rules->max_rows)) {
        if (plain && !l->again && l->next == l->n_waiting && pause-- <= 0) {
            HC_TRY(take_plain(r, l, sink, &taken, err));
            pause = taken > 0 ? 0 : PAUSE;
        }
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            return say_tail(r, sink, err);
        if (len == 0 || (hc_isspace(*line) && hc_is_blank(line, len))) {
            if (rules->skip_blank)
                continue;
            hc_lines_back(l);
            return HC_OK;
        }
        if (rules->stop != NULL && rules->stop(line, len)) {
            hc_lines_back(l);
            return HC_OK;
        }
        reject_short(r, sink);
        blank_tabs(line, len, rules->dialect.delimiter);
        HC_TRY(take_row(r, l, sink, line, len, err));
    }
    return HC_OK;
}

static hc_status prepare_numbers(row_reader *r, const hc_sink *sink,
                                 hc_err *err)
{
    const hc_rows_rules *rules = r->rules;
    const hc_plain_lines lines = {.width = r->n,
                                  .delimiter = rules->dialect.delimiter,
                                  .foreign = true,
                                  .refused = rules->fix != NULL ? ',' : 0};
    const size_t n = sink->wants == NULL ? 0 : sink->n_wants;
    if ((sink->wants == NULL && !is_counted(sink)) || !may_be_plain(rules))
        return HC_OK;
    r->numbers = hc_plain_row_new(lines, sink->wants, n);
    return r->numbers == NULL ? hc_fail_nomem(err) : HC_OK;
}

hc_status hc_rows_read(hc_lines *l, hc_sink *sink, const hc_rows_rules *rules,
                       hc_err *err)
{
    row_reader r = {.rules = rules, .n = sink->dataset->n_columns};
    hc_status st;
    r.cells = calloc(r.n + 1, sizeof *r.cells);
    if (r.cells == NULL)
        return hc_fail_nomem(err);
    st = prepare_numbers(&r, sink, err);
    sink->padded = true;
    if (st == HC_OK)
        st = read_rows(&r, l, sink, err);
    sink->padded = false;
    hc_plain_row_free(r.numbers);
    free(r.cells);
    return st;
}
