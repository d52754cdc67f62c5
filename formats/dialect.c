/* dialect.c: the dialect of a table, from some of its lines
 *
 * Many windows of the same lines are looked at (text-plan.c): what a line has
 * between marks of a kind is counted once.
 */
#include "formats/dialect.h"
#include "formats/quantity.h"

#include "core/number.h"
#include "core/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A number written with a comma (1) or a point (2), a whole number (3), or
 * no number at all (0). */
static int number_style(const char *s, size_t len)
{
    char unit[HC_QUANTITY_UNIT_SIZE], plain[64];
    double x;
    size_t n;
    hc_trim(&s, &len);
    if (len == 0)
        return 0;
    if ((n = hc_quantity_split(s, len, false, unit)) > 0 ||
        (n = hc_quantity_split(s, len, true, unit)) > 0)
        len = n;
    if (n > 0 && hc_ungroup(s, len, plain, sizeof plain) > 0) {
        const char *comma = memrchr(s, ',', len),
                   *point = memrchr(s, '.', len);
        return comma == NULL || point == NULL ? 0 : comma > point ? 1 : 2;
    }
    if (hc_number_parse(s, len, &x))
        return memchr(s, '.', len) != NULL ? 2 : 3;
    if (memchr(s, ',', len) != NULL && s[len - 1] != ',' &&
        hc_number_parse_comma(s, len, &x))
        return 1;
    return 0;
}

/* "1,234" in quotes may be either. */
static bool is_group(const char *s, size_t len)
{
    const char *comma = memchr(s, ',', len);
    return comma != NULL && s + len - comma == 4;
}

/* ---- one line ---- */

static const char delimiters[] = "\t;| ,";

enum { BLANK = 3, COMMA = 4, DELIMITERS, STYLES = 4 };

/* What stands between marks of one kind. */
typedef struct {
    bool counted, told;
    size_t fields;
    size_t styles[STYLES]; /* fields of each style of numbers */
} between;

typedef struct {
    const char *s;
    size_t len;
    bool ended, blank;
    between of[DELIMITERS];
} line;

struct hc_survey {
    const char *text, *end;
    size_t n;
    line lines[];
};

/* Split the line; the count of its fields without empty ones at the end. */
static size_t split(const line *l, char delimiter, char *copy, size_t cap,
                    hc_cell *cells, size_t n_cells, size_t *got)
{
    hc_dialect d = {.delimiter = delimiter, .quotes = true};
    size_t len = l->len < cap ? l->len : cap;
    memcpy(copy, l->s, len);
    size_t n = *got = hc_split(copy, len, d, cells, n_cells);
    while (n > 0 && n <= n_cells && cells[n - 1].type == HC_CELL_NONE)
        n--;
    return n;
}

/* With the styles of the numbers, if they are asked for. */
static const between *look_at(line *l, size_t which, bool tell)
{
    between *b = &l->of[which];
    char copy[4096], delimiter = delimiters[which];
    hc_cell cells[256];
    size_t n;
    if (b->told || (b->counted && !tell))
        return b;
    b->fields = split(l, delimiter, copy, sizeof copy, cells, 256, &n);
    b->counted = true;
    b->told = tell;
    for (size_t i = 0; tell && i < n && i < 256; i++)
        b->styles[cells[i].type != HC_CELL_TEXT ? 0
                  : delimiter == ',' && is_group(cells[i].u.s, cells[i].len)
                      ? 0
                      : number_style(cells[i].u.s, cells[i].len)]++;
    return b;
}

hc_survey *hc_survey_new(const char *text, size_t len)
{
    const char *end = text + len;
    size_t n = 1;
    for (const char *s = text; (s = memchr(s, '\n', (size_t)(end - s))); s++)
        n++;
    hc_survey *v = calloc(1, sizeof *v + n * sizeof v->lines[0]);
    if (v == NULL)
        return NULL;
    v->text = text;
    v->end = end;
    while (text < end) {
        const char *nl = memchr(text, '\n', (size_t)(end - text));
        line *l = &v->lines[v->n++];
        l->s = text;
        l->len = (size_t)((nl == NULL ? end : nl) - text);
        l->ended = nl != NULL;
        l->blank = hc_is_blank(l->s, l->len);
        text = nl == NULL ? end : nl + 1;
    }
    return v;
}

void hc_survey_free(hc_survey *v)
{
    free(v);
}

/* ---- the lines of a window ---- */

enum { MOST_LINES = 64 };

typedef struct {
    size_t lines;           /* non-empty ones */
    size_t same;            /* with as many fields as most lines */
    size_t fields;          /* of most lines */
    size_t numbers[STYLES]; /* fields of each style */
    line *of[MOST_LINES];
} window;

/* The lines from `first` on that say something of marks of that kind. */
static window look(hc_survey *v, size_t first, size_t which)
{
    window w = {.lines = 0};
    for (size_t i = first; i < v->n && w.lines < MOST_LINES; i++) {
        line *l = &v->lines[i];
        if (l->blank)
            continue;
        /* a line that the probe cut in two says nothing, but one with all
         * fields may be the only row below its names */
        size_t fields = look_at(l, which, false)->fields;
        if (l->ended || w.lines == 0 ||
            fields == w.of[w.lines - 1]->of[which].fields)
            w.of[w.lines++] = l;
    }
    for (size_t i = w.lines; i-- > 0;) {
        size_t same = 0, fields = w.of[i]->of[which].fields;
        for (size_t k = 0; k < w.lines; k++)
            same += w.of[k]->of[which].fields == fields;
        if (same > w.same) {
            w.same = same;
            w.fields = fields;
        }
    }
    return w;
}

/* A comma that is no mark between fields is one of decimals; a point may be
 * one of groups. */
static bool has_commas(const window *w)
{
    return w->numbers[1] > 0 && w->numbers[1] >= w->numbers[2];
}

/* One odd line is no reason for doubt. */
static bool consistent(const window *w)
{
    return w->fields >= 2 && (5 * w->same >= 4 * w->lines ||
                              (w->lines >= 3 && w->same + 1 >= w->lines));
}

static void count_numbers(window *w, size_t which)
{
    for (size_t i = 0; i < w->lines; i++)
        for (size_t k = 0; k < STYLES; k++)
            w->numbers[k] += look_at(w->of[i], which, true)->styles[k];
}

hc_dialect hc_survey_dialect(hc_survey *v, const char *from)
{
    size_t len = (size_t)(v->end - from), first = 0;
    hc_dialect d = {.delimiter = ',', .quotes = memchr(from, '"', len)};
    window w;
    while (first < v->n && v->lines[first].s < from)
        first++;
    for (size_t k = 0; delimiters[k] != ' '; k++) {
        if (memchr(from, delimiters[k], len) == NULL)
            continue;
        w = look(v, first, k);
        if (consistent(&w)) {
            count_numbers(&w, k);
            d.delimiter = delimiters[k];
            d.decimal_comma = has_commas(&w);
            return d;
        }
    }
    /* "1,5 2,5" against "1,5,2,5" and "1, 5, 2, 5" */
    window blanks = look(v, first, BLANK);
    if (consistent(&blanks)) {
        count_numbers(&blanks, BLANK);
        const size_t *n = blanks.numbers;
        d.decimal_comma = n[1] > n[2] && n[1] + n[3] > n[0];
        if (d.decimal_comma || n[2] + n[3] > n[0]) {
            d.delimiter = ' ';
            return d;
        }
    }
    w = look(v, first, COMMA);
    if (!consistent(&w) && consistent(&blanks))
        d.delimiter = ' ';
    /* only a field in quotes can hold the mark between fields */
    if (d.delimiter == ',') {
        count_numbers(&w, COMMA);
        d.decimal_comma = w.numbers[1] > w.numbers[2];
    }
    return d;
}
