/* series-flat.c: a row of kind series as text, where the reader says what
 * changed since the row before
 *
 * How each column of the table is put is settled once for the data set.
 * Columns that changed are printed, what stands between them is copied as it
 * was (row_runs.h).
 */
#include "formats/count_on.h"
#include "formats/normal.h"
#include "formats/row_runs.h"

#include "core/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a column is put; where its cell does not allow that, by its cell. */
typedef enum {
    PUT_BY_CELL,
    PUT_COMPUTED, /* a number of the row, with so many digits */
    PUT_VALUE,    /* the number in our unit, as it had to be computed */
    PUT_MOVED,    /* a decimal with another power of ten, or a float */
    PUT_READ,     /* the same, if it is still the number of the row, which
                     else is computed */
} put_way;

typedef struct {
    put_way way;
    int column;     /* of the data set, 0 where that says nothing */
    uint32_t least; /* hc_cell_type of one that is MOVED quickly */
    int shift;
    int digits;
    const double *x; /* a number of the row */
    hc_count count;
} flat_column;

/* A number of the row that no column tells of. */
typedef struct {
    const double *x;
    double last;
    uint64_t out; /* where in the table it stands */
} flat_number;

enum { NUMBERS = 8 };
typedef struct hc_series_flat {
    hc_row_runs runs;
    flat_column columns[HC_RUNS_COLUMNS];
    hc_derived row; /* the present one */
    flat_number numbers[NUMBERS];
    size_t n_numbers;
    /* of each column of the data set: where in the table it stands */
    uint64_t shown[64];
    uint64_t always;  /* columns of the table that hang on anything */
    uint64_t in, out; /* columns of the data set that changed last time, and
                         those of the table that they stand in */
} hc_series_flat;

void hc_series_flat_clear(hc_normal *n)
{
    free(n->flat);
    n->flat = NULL;
}

/* ---- once for a data set ---- */

static void show(hc_series_flat *f, int column, size_t i)
{
    if (column >= 0)
        f->shown[column] |= hc_bit(i);
}

/* A number of the row: *column is the one of the data set that has it, -1
 * none; the digits of one that is computed. */
static const double *number_of(const hc_series_flat *f, const hc_normal *n,
                               hc_from from, int *column, int *digits)
{
    const hc_slots *s = &n->slot;
    const hc_derived *d = &f->row;
    *column = -1;
    *digits = 10;
    switch (from) {
    case HC_FROM_TIME:
        *column = s->time;
        *digits = 15;
        return &d->t;
    case HC_FROM_UNIX:
        *column = s->unix_time;
        *digits = 16;
        return &d->utc;
    case HC_FROM_VOLTAGE:
        *column = s->volt >= 0 || s->counter >= 0 ? s->volt : s->working;
        return &d->volt;
    case HC_FROM_CURRENT:
        *column = s->amp;
        return &d->amp;
    case HC_FROM_CYCLE:
        *digits = 0;
        return &d->cycle;
    case HC_FROM_STEP:
        *digits = 0;
        return &d->step;
    case HC_FROM_CHARGED:
        return &d->charged_ah;
    case HC_FROM_DISCHARGED:
        return &d->discharged_ah;
    default:
        return NULL;
    }
}

/* The column that alone tells what stands in this one of the table, -1 none.
 */
static int told_by(const hc_normal *n, const hc_outcol *c)
{
    return c->from == HC_FROM_CYCLE  ? n->slot.cycle
           : c->from == HC_FROM_STEP ? n->slot.step
                                     : c->read;
}

static void settle_column(const hc_normal *n, size_t i, hc_series_flat *f)
{
    const hc_outcol *c = &n->out[i];
    const hc_incol *in = c->read < 0 ? NULL : &n->in[c->read];
    flat_column *to = &f->columns[i];
    int column;
    *to = (flat_column){.column = c->read < 0 ? 0 : c->read};
    to->x = number_of(f, n, c->from, &column, &to->digits);
    show(f, told_by(n, c), i);
    show(f, column, i);
    if (to->x != NULL && told_by(n, c) < 0)
        f->numbers[f->n_numbers++] =
            (flat_number){.x = to->x, .last = NAN, .out = hc_bit(i)};
    if (to->x != NULL && column < 0) {
        to->way = PUT_COMPUTED;
    } else if (c->moved) {
        to->way = PUT_MOVED;
        to->shift = c->shift;
    } else if (in != NULL && in->number && !in->m.exact) {
        to->way = PUT_VALUE;
    } else if (to->x != NULL && hc_normal_moves(n, column)) {
        to->way = PUT_READ;
        to->column = column;
        to->shift = n->in[column].m.shift;
    } else if (c->from == HC_FROM_ALL && c->column >= 0) {
        to->way = PUT_MOVED;
        to->column = c->column;
    }
    to->least = to->way != PUT_MOVED ? UINT32_MAX
                : to->shift == 0     ? HC_CELL_INT
                                     : HC_CELL_DEC;
    if (c->from == HC_FROM_COLUMN || c->from == HC_FROM_ALL)
        show(f, c->column, i);
    if (c->from == HC_FROM_LOGGER)
        f->always |= hc_bit(i);
}

/* NULL: no memory, or too many columns. */
static hc_series_flat *settle(hc_normal *n)
{
    hc_series_flat *f;
    if (n->n_out > HC_RUNS_COLUMNS)
        return NULL;
    f = n->flat = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    for (size_t i = 0; i < n->n_out; i++)
        settle_column(n, i, f);
    hc_row_runs_start(&f->runs, n->n_out);
    return f;
}

/* ---- a row ---- */

/* Columns of the table that may be others than in the row before. */
static inline uint64_t changed_of(hc_series_flat *f, uint64_t in)
{
    uint64_t out = f->always;
    if (in != f->in) {
        f->in = in;
        f->out = 0;
        for (uint64_t left = in; left != 0; left &= left - 1)
            f->out |= f->shown[__builtin_ctzll(left)];
    }
    for (flat_number *k = f->numbers, *end = k + f->n_numbers; k < end; k++) {
        const double x = *k->x;
        out |= memcmp(&x, &k->last, sizeof x) != 0 ? k->out : 0;
        k->last = x;
    }
    return out | f->out;
}

enum { NEAR = 9 }; /* powers of ten whose texts are short */

/* Whole numbers below it print with all their digits. */
#define WHOLE_MOST 1e10

__attribute__((always_inline)) static inline size_t
put_computed(flat_column *c, char *p)
{
    const double x = *c->x;
    const int64_t i = fabs(x) < WHOLE_MOST ? (int64_t)x : -1;
    const bool whole = (double)i == x;
    size_t len;
    if (whole && hc_count_is_next(&c->count, i, 0))
        return hc_count_put(&c->count, p);
    len = c->digits == 0 ? hc_number_print(x, p)
                         : hc_number_print_digits(x, c->digits, p);
    if (whole)
        hc_count_see(&c->count, i, 0, p, len);
    return len;
}

/* A float whose unit is a power of ten gets that behind it, where its text
 * has no exponent of its own; 0: it has, or is none. */
static size_t put_float(const hc_incol *in, int shift, const hc_cell *cell,
                        char *p)
{
    size_t len;
    if (shift != 0) {
        const double x =
            fabs(cell->type == HC_CELL_F4 ? (double)cell->u.f4 : cell->u.f8);
        if (!(x >= 1e-4 && x < 1e15) || in->suffix_len == 0)
            return 0;
    }
    len = hc_float_print(cell, p);
    if (shift == 0)
        return len;
    memcpy(p + len, in->suffix, sizeof in->suffix);
    return len + in->suffix_len;
}

__attribute__((always_inline)) static inline size_t
put_decimal(flat_column *c, const hc_cell *cell, char *p)
{
    const int64_t i = cell->u.i;
    const int e = (int32_t)cell->len + c->shift;
    size_t len;
    if (hc_count_is_next(&c->count, i, e))
        return hc_count_put(&c->count, p);
    len = hc_decimal_print(i, e, p);
    hc_count_see(&c->count, i, e, p, len);
    return len;
}

static inline bool is_near(const hc_cell *cell)
{
    return cell->len + NEAR <= 2 * NEAR;
}

/* What is put in no other way; 0: it has to be put by its cell. */
static size_t put_rest(const hc_normal *n, flat_column *c, const hc_cell *cell,
                       char *p)
{
    const hc_cell_type least = c->shift == 0 ? HC_CELL_INT : HC_CELL_DEC;
    if (c->way == PUT_READ && n->num[c->column] != *c->x)
        return put_computed(c, p);
    if (c->way < PUT_MOVED || cell->type < HC_CELL_F8)
        return 0;
    if (cell->type < HC_CELL_INT)
        return put_float(&n->in[c->column], c->shift, cell, p);
    return cell->type >= least && is_near(cell) ? put_decimal(c, cell, p) : 0;
}

/* A column and its tab to p[0..HC_RUNS_ROOM), NULL: it takes more. */
__attribute__((always_inline)) static inline char *
put(hc_normal *n, hc_series_flat *f, size_t i, const hc_cell *cells,
    const hc_derived *d, char *p)
{
    flat_column *c = &f->columns[i];
    const hc_cell *cell = &cells[c->column];
    size_t len;
    if (cell->type >= c->least && is_near(cell))
        len = put_decimal(c, cell, p);
    else if (c->way == PUT_COMPUTED)
        len = put_computed(c, p);
    else if (c->way == PUT_VALUE && cell->type >= HC_CELL_F8)
        len = hc_number_print(n->num[c->column], p);
    else
        len = put_rest(n, c, cell, p);
    if (len == 0)
        return hc_series_put_cell(n, i, cells, d, p);
    p[len] = '\t';
    return p + len + 1;
}

static char *put_whole(hc_normal *n, uint64_t changed, const hc_cell *cells,
                       const hc_derived *d, char *p)
{
    hc_series_flat *f = n->flat;
    char *at[HC_RUNS_COLUMNS + 1];
    for (size_t i = 0; i < n->n_out; i++) {
        at[i] = p;
        p = put(n, f, i, cells, d, p);
        if (p == NULL)
            return NULL;
    }
    at[n->n_out] = p;
    hc_row_runs_keep(&f->runs, changed, at);
    return p;
}

static char *put_runs(hc_normal *n, const hc_cell *cells, const hc_derived *d,
                      char *p)
{
    hc_series_flat *f = n->flat;
    const hc_run *run = f->runs.runs, *end = run + f->runs.n_hot;
    p = hc_run_copy(run, p);
    while (run++ < end) {
        p = put(n, f, run->column, cells, d, p);
        if (p == NULL)
            return NULL;
        p = hc_run_copy(run, p);
    }
    return p;
}

bool hc_series_flat_put(hc_normal *n, const hc_cell *cells,
                        const hc_derived *d)
{
    hc_series_flat *f = n->flat != NULL ? n->flat : settle(n);
    const size_t size = HC_RUNS_SIZE(n->n_out);
    uint64_t changed;
    char *row, *end;
    if (f == NULL)
        return false;
    row = hc_writer_row(n->writer, n->n_out, size);
    if (row == NULL)
        return false;
    f->row = *d;
    changed = changed_of(f, n->changes.put);
    end = hc_row_runs_fit(&f->runs, changed)
              ? put_runs(n, cells, d, row)
              : put_whole(n, changed, cells, d, row);
    if (end == NULL) {
        hc_row_runs_start(&f->runs, n->n_out);
        return false;
    }
    n->changes.put = 0;
    hc_writer_row_done(n->writer, row, end);
    return true;
}
