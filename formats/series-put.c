/* series-put.c: a row of kind series as text
 *
 * A number that was only read keeps its digits: its text is copied.  What
 * repeats from row to row (cycles, steps, the counter that rests) keeps the
 * text of the row before.
 */
#include "formats/normal.h"

#include "core/decimal.h"
#include "core/number.h"

#include <math.h>
#include <string.h>

/* Cells up to this size, their tab with them, are put behind each other. */
enum { ROOM = HC_RUNS_ROOM };

/* A text that takes more, or is printed on its way. */
typedef struct {
    const char *s;
    size_t len;
    char buf[HC_CELL_SIZE];
} text;

/* p[0..ROOM) can be written; returns what follows, or NULL: too long. */
static char *put_text(char *p, const text *t)
{
    if (t->len >= ROOM)
        return NULL;
    hc_copy_few(p, t->s, t->len);
    p[t->len] = '\t';
    return p + t->len + 1;
}

static inline char *put_again(const char *s, size_t len, char *p)
{
    memcpy(p, s, HC_NUMBER_SIZE);
    p[len] = '\t';
    return p + len + 1;
}

/* A number that comes a second time is printed into k, from the third on its
 * text is copied: what changes all the time is printed where it belongs. */
static char *put_new(hc_kept *k, double x, int digits, char *p)
{
    bool again = memcmp(&k->x, &x, sizeof x) == 0;
    char *to = again ? k->text : p;
    size_t len = digits == 0 ? hc_number_print(x, to)
                             : hc_number_print_digits(x, digits, to);
    k->x = x;
    k->len = again ? len : 0;
    if (again)
        return put_again(to, len, p);
    p[len] = '\t';
    return p + len + 1;
}

static inline char *put_kept(hc_kept *k, double x, int digits, char *p)
{
    return k->len > 0 && memcmp(&k->x, &x, sizeof x) == 0
               ? put_again(k->text, k->len, p)
               : put_new(k, x, digits, p);
}

static inline bool same_cell(const hc_cell *a, const hc_cell *b)
{
    return a->type == b->type && a->len == b->len && a->u.i == b->u.i;
}

enum { NEAR = 18 }; /* powers of ten whose texts are no longer */

/* A value of a binary file in our unit and sign, without a detour through
 * hc_normal_text; 0: it takes that.  At most HC_NUMBER_SIZE bytes. */
static size_t print_value(const hc_normal *n, int column, const hc_cell *cell,
                          char *p)
{
    const hc_incol *in = &n->in[column];
    bool whole = cell->type == HC_CELL_INT;
    int e = whole ? 0 : (int32_t)cell->len;
    int64_t i = cell->u.i;
    if (in->number && !in->m.exact && cell->type > HC_CELL_TEXT)
        return hc_number_print(n->num[column], p);
    if (!whole && cell->type != HC_CELL_DEC)
        return 0;
    if (in->number) {
        if (i == INT64_MIN || (whole && (in->m.shift != 0 || in->m.sign < 0)))
            return 0;
        e += in->m.shift;
        i = in->m.sign < 0 ? -i : i;
    }
    return e < -NEAR || e > NEAR ? 0 : hc_decimal_print(i, e, p);
}

/* Binary files hold the same numbers again and again: is the text of the row
 * before there? */
static inline bool is_kept(const hc_kept_cell *k, const hc_cell *cell)
{
    return k->len > 0 && same_cell(cell, &k->cell);
}

/* A cell of a binary file; its text is kept, unless the sign depends on
 * another column. */
static char *put_printed(hc_normal *n, hc_outcol *c, int column,
                         const hc_cell *cells, char *p, text *t)
{
    const hc_cell *cell = &cells[column];
    hc_kept_cell *k = &c->kept_cell;
    bool again = same_cell(cell, &k->cell);
    if (again && k->len > 0)
        return put_again(k->text, k->len, p);
    size_t len = print_value(n, column, cell, p);
    if (len == 0) {
        t->len = len = hc_normal_text(n, column, cells, t->buf, &t->s);
        if (len >= ROOM)
            return NULL;
        hc_copy_few(p, t->s, len);
    }
    if (cell->type > HC_CELL_TEXT && len < sizeof k->text &&
        (n->direction < 0 || column != n->slot.amp)) {
        k->cell = *cell;
        k->len = again ? len : 0; /* kept when it comes a second time */
        if (again)
            memcpy(k->text, p, sizeof k->text);
    }
    p[len] = '\t';
    return p + len + 1;
}

/* A column of the data set in our unit and sign. */
__attribute__((always_inline)) static inline char *
put_column(hc_normal *n, hc_outcol *c, int column, const hc_cell *cells,
           char *p, text *t)
{
    const hc_cell *cell = &cells[column];
    const hc_incol *in = &n->in[column];
    const char *s = cell->u.s;
    size_t len = cell->len;
    if (cell->type == HC_CELL_TEXT && !in->number) { /* as it is */
        if (len >= ROOM) {
            t->s = s;
            t->len = len;
            return NULL;
        }
        hc_copy_few(p, s, len);
        p[len] = '\t';
        return p + len + 1;
    }
    if ((unsigned)n->shape[column] - HC_SHAPE_ZERO > 1 || !in->m.exact)
        return put_printed(n, c, column, cells, p, t);
    if (in->m.sign < 0) {
        size_t minus = *s == '-'; /* minus minus */
        *p = '-';
        p += !minus;
        s += minus;
        len -= minus;
    }
    memcpy(p, s, HC_PADDING);
    p[HC_PADDING] = s[HC_PADDING]; /* behind a sign */
    p += len;
    if (in->suffix_len > 0 && n->shape[column] == HC_SHAPE_DECIMAL) {
        memcpy(p, in->suffix, sizeof in->suffix);
        p += in->suffix_len;
    }
    *p = '\t';
    return p + 1;
}

/* A number that was only read keeps its digits, one that had to be computed
 * prints so many. */
__attribute__((always_inline)) static inline char *
put_read(hc_normal *n, hc_outcol *c, int slot, const hc_cell *cells, double x,
         int digits, char *p, text *t)
{
    return slot >= 0 && n->num[slot] == x
               ? put_column(n, c, slot, cells, p, t)
               : put_kept(&c->kept, x, digits, p);
}

__attribute__((always_inline)) static inline char *
put_cell(hc_normal *n, hc_outcol *c, const hc_cell *cells, const hc_derived *d,
         char *p, text *t)
{
    const hc_slots *slot = &n->slot;
    switch (c->from) {
    case HC_FROM_TIME:
        return put_read(n, c, slot->time, cells, d->t, 15, p, t);
    case HC_FROM_VOLTAGE:
        return put_read(n, c,
                        slot->volt >= 0 || slot->counter >= 0 ? slot->volt
                                                              : slot->working,
                        cells, d->volt, 10, p, t);
    case HC_FROM_CURRENT:
        return put_read(n, c, slot->amp, cells, d->amp, 10, p, t);
    case HC_FROM_CYCLE:
        return put_kept(&c->kept, d->cycle, 0, p);
    case HC_FROM_STEP:
        return put_kept(&c->kept, d->step, 0, p);
    case HC_FROM_CHARGED:
        return put_kept(&c->kept, n->run.charged_ah, 10, p);
    case HC_FROM_DISCHARGED:
        return put_kept(&c->kept, n->run.discharged_ah, 10, p);
    case HC_FROM_UNIX:
        return put_read(n, c, slot->unix_time, cells, d->utc, 16, p, t);
    case HC_FROM_COLUMN:
        if (c->column >= 0)
            return put_column(n, c, c->column, cells, p, t);
        break;
    default:
        break;
    }
    t->len = hc_normal_print(n, c, cells, t->buf, &t->s);
    return put_text(p, t);
}

/* A decimal or whole number of a column that only moves its power of ten: a
 * new one is put down, one that comes a second time is kept. */
static inline char *put_moved(hc_outcol *c, const hc_cell *cell, char *p)
{
    hc_kept_cell *k = &c->kept_cell;
    const bool again = same_cell(cell, &k->cell);
    size_t len;
    if (again && k->len > 0)
        return put_again(k->text, k->len, p);
    len = hc_decimal_print(cell->u.i, (int32_t)cell->len + c->shift, p);
    k->cell = *cell;
    k->len = again ? len : 0;
    if (again)
        memcpy(k->text, p, sizeof k->text);
    p[len] = '\t';
    return p + len + 1;
}

static inline bool is_moved(const hc_outcol *c, const hc_cell *cell)
{
    return c->moved && (int32_t)cell->len >= -NEAR / 2 &&
           (int32_t)cell->len <= NEAR / 2 &&
           (cell->type == HC_CELL_DEC ||
            (cell->type == HC_CELL_INT && c->shift == 0));
}

/* Cell by cell: the first row, other ways of writing, long texts. */
static void put_slowly(hc_normal *n, const hc_cell *cells, const hc_derived *d)
{
    for (size_t i = 0; i < n->n_out; i++) {
        char cell[ROOM];
        text t;
        char *end = put_cell(n, &n->out[i], cells, d, cell, &t);
        if (end != NULL)
            hc_writer_raw(n->writer, cell, (size_t)(end - cell) - 1);
        else
            hc_writer_raw(n->writer, t.s, t.len);
    }
    hc_writer_end_row(n->writer);
}

char *hc_series_put_cell(hc_normal *n, size_t i, const hc_cell *cells,
                         const hc_derived *d, char *p)
{
    text t;
    return put_cell(n, &n->out[i], cells, d, p, &t);
}

/* Where nobody knows what changed since the row before. */
static void put_all(hc_normal *n, const hc_cell *cells, const hc_derived *d)
{
    char *row = hc_writer_row(n->writer, n->n_out, n->n_out * ROOM), *p = row;
    text t;
    for (hc_outcol *c = n->out, *end = c + n->n_out; p != NULL && c < end; c++)
        if (c->read >= 0 && is_moved(c, &cells[c->read]))
            p = put_moved(c, &cells[c->read], p);
        else if (c->read >= 0 && is_kept(&c->kept_cell, &cells[c->read]))
            p = put_again(c->kept_cell.text, c->kept_cell.len, p);
        else
            p = put_cell(n, c, cells, d, p, &t);
    if (p != NULL)
        hc_writer_row_done(n->writer, row, p);
    else
        put_slowly(n, cells, d);
}

void hc_series_put(hc_normal *n, const hc_cell *cells, const hc_derived *d)
{
    if (!hc_normal_told(n) || !hc_series_flat_put(n, cells, d))
        put_all(n, cells, d);
}
