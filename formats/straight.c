/* straight.c: rows of long texts that become numbers where they stand
 *
 * Most rows need not be cut into cells first: what each column is wanted for
 * is told to the reader of rows once, and core/plain_row.h takes a line apart
 * in one pass.  The rules of the series are those of series.c.  A row that is
 * not ordinary, in its writing or in its time, is left to the way through the
 * cells.  A table of text gets the texts as they stand in the line
 * (series-put.c); where only the numbers are asked for (hc_read_numbers), they
 * are bit by bit those of the texts that would be printed.
 *
 * n->num has four parts of n_in each: the numbers in our units, and of the
 * columns that are turned, the numbers as the file has them, those times the
 * power of ten that its unit is, and those of the text in the table.
 */
#include "formats/normal.h"

#include "core/numbers_work.h"
#include "core/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void hc_straight_clear(hc_straight *s)
{
    free(s->wants);
    free(s->turned);
    free(s->texts);
    free(s->seen);
    free(s->out);
    *s = (hc_straight){.wants = NULL};
}

/* ---- what is wanted of each column ---- */

static double *as_file(const hc_normal *n, size_t i)
{
    return &n->num[n->n_in + i];
}

static double *as_text(const hc_normal *n, size_t i)
{
    return &n->num[3 * n->n_in + i];
}

/* Is it in the table so? */
static bool is_shown(const hc_normal *n, size_t i, hc_from as)
{
    for (size_t k = 0; k < n->n_out; k++)
        if (n->out[k].from == as && n->out[k].column == (int)i)
            return true;
    return false;
}

static bool is_turned(const hc_normal *n, size_t i)
{
    return n->in[i].number &&
           (!n->in[i].plain ||
            (n->in[i].clock && is_shown(n, i, HC_FROM_ALL)));
}

/* A text that the row is told by. */
static bool is_text(const hc_normal *n, size_t i)
{
    const int column = (int)i;
    return !n->in[i].number &&
           (column == n->slot.step_id || column == n->direction ||
            (column == n->slot.date && hc_series_can_utc(n)));
}

static void want(hc_normal *n, size_t i)
{
    hc_straight *s = &n->straight;
    const hc_incol *in = &n->in[i];
    hc_plain_want w = {.place = i, .to = i};
    bool text = is_text(n, i) || (s->shown && !in->number);
    if (!in->number && !is_text(n, i) && !is_shown(n, i, HC_FROM_COLUMN) &&
        !is_shown(n, i, HC_FROM_ALL))
        return;
    if (is_turned(n, i) || text)
        w.to = n->n_in + i;
    w.text = s->shown;
    if (is_turned(n, i)) {
        s->turned[s->n_turned++] = i;
        w.shift = in->m.exact && !s->shown ? in->m.shift : 0;
        w.moved = 2 * n->n_in + i;
    }
    w.what = text          ? HC_PLAIN_TEXT
             : !in->number ? HC_PLAIN_ANY
             : in->clock   ? HC_PLAIN_EITHER
                           : HC_PLAIN_NUMBER;
    if (is_text(n, i) || (in->number && in->clock))
        s->texts[s->n_texts++] = i;
    s->wants[s->n_wants++] = w;
}

/* ---- where a column of the table comes from ---- */

static const double *text_of(const hc_normal *n, int column)
{
    size_t i = (size_t)column;
    if (column < 0)
        return NULL;
    return is_turned(n, i) ? as_text(n, i)
           : is_text(n, i) ? as_file(n, i)
                           : &n->num[i];
}

/* False: a column of a kind that only the way through the cells can put. */
static bool put_from(const hc_normal *n, const hc_outcol *c, hc_outnum *o)
{
    const hc_slots *s = &n->slot;
    *o = (hc_outnum){.is = c->from};
    switch (c->from) {
    case HC_FROM_TIME:
        o->from = text_of(n, s->time);
        return true;
    case HC_FROM_VOLTAGE:
        o->from =
            text_of(n, s->volt >= 0 || s->counter >= 0 ? s->volt : s->working);
        return true;
    case HC_FROM_CURRENT:
        o->from = text_of(n, s->amp);
        return true;
    case HC_FROM_UNIX:
        o->from = text_of(n, s->unix_time);
        return true;
    case HC_FROM_CYCLE:
    case HC_FROM_STEP:
    case HC_FROM_CHARGED:
    case HC_FROM_DISCHARGED:
        return true;
    case HC_FROM_COLUMN:
        o->from = text_of(n, c->column);
        return true;
    case HC_FROM_ALL:
        o->from = c->column >= 0 && is_turned(n, (size_t)c->column)
                      ? as_file(n, (size_t)c->column)
                      : text_of(n, c->column);
        return true;
    default:
        return false;
    }
}

static bool is_copied(const hc_outnum *o)
{
    return o->from != NULL && o->is != HC_FROM_TIME;
}

/* Those that are copied first. */
static bool put_columns(hc_normal *n)
{
    hc_straight *s = &n->straight;
    size_t at = 0;
    for (int copied = 1; copied >= 0; copied--) {
        for (size_t k = 0; k < n->n_out; k++) {
            hc_outnum o;
            if (!put_from(n, &n->out[k], &o))
                return false;
            o.column = k;
            if (is_copied(&o) == copied)
                s->out[at++] = o;
        }
        s->n_copied = copied ? at : s->n_copied;
    }
    return true;
}

hc_status hc_straight_prepare(hc_normal *n, hc_err *err)
{
    hc_straight *s = &n->straight;
    const hc_slots *slot = &n->slot;
    hc_straight_clear(s);
    /* of dates alone nothing tells quickly that they are in order */
    if (n->kind == HC_KIND_EIS || n->options->by_cells ||
        n->wide.cells != NULL ||
        (slot->date >= 0 && slot->time < 0 && slot->step_time < 0 &&
         slot->unix_time < 0))
        return HC_OK;
    s->wants = calloc(n->n_in + 1, sizeof *s->wants);
    s->turned = calloc(n->n_in + 1, sizeof *s->turned);
    s->texts = calloc(n->n_in + 1, sizeof *s->texts);
    s->seen = calloc(n->n_in + 1, sizeof *s->seen);
    s->out = calloc(n->n_out + 1, sizeof *s->out);
    if (s->wants == NULL || s->turned == NULL || s->texts == NULL ||
        s->seen == NULL || s->out == NULL)
        return hc_fail_nomem(err);
    s->shown = n->session->numbers == NULL;
    if (!s->shown && !put_columns(n))
        return HC_OK;
    for (size_t i = 0; i < n->n_in; i++)
        want(n, i);
    n->sink->wants = s->wants;
    n->sink->n_wants = s->n_wants;
    n->sink->values = n->num;
    n->sink->shapes = n->shape;
    return HC_OK;
}

/* ---- a row ---- */

/* The short text of the row before? */
static bool same_text(hc_seen *seen, const hc_cell *c)
{
    uint64_t word;
    if (c->type != HC_CELL_TEXT || c->len > 8) {
        seen->what = 0;
        return false;
    }
    word = hc_word(c->u.s) << 8 * (8 - c->len);
    if (seen->what == hc_cell_what(c) && seen->word == word)
        return true;
    seen->what = hc_cell_what(c);
    seen->word = word;
    return false;
}

/* Is it a text that is no number? */
static bool is_words(const hc_normal *n, size_t i, const hc_cell *c)
{
    return c->type == HC_CELL_TEXT && n->shape[i] == HC_PLAIN_IS_OTHER;
}

/* Columns that are texts, or times that are: 1:02:03. */
static bool take_texts(hc_normal *n, const hc_cell *cells)
{
    hc_straight *s = &n->straight;
    for (size_t k = 0; k < s->n_texts; k++) {
        const size_t i = s->texts[k];
        const hc_cell *c = &cells[i];
        if (!n->in[i].number) {
            if (same_text(&s->seen[i], c))
                continue;
            if ((int)i == n->slot.step_id)
                n->num[i] = hc_normal_step_key(c);
            if (!s->shown)
                *as_file(n, i) = c->type == HC_CELL_TEXT
                                     ? hc_numbers_of_text(c->u.s, c->len)
                                     : NAN;
            continue;
        }
        if (!is_words(n, i, c)) {
            s->seen[i].what = 0;
            continue;
        }
        *as_file(n, i) = NAN; /* as its text is no number */
        if (same_text(&s->seen[i], c))
            continue;
        s->seen[i].what = 0;
        if (!hc_cell_has_colon(c) ||
            !hc_normal_clock_text(n, i, c, &n->num[i]))
            return false;
        s->seen[i].what = c->len > 8 ? 0 : hc_cell_what(c);
        n->num[i] += 0.0; /* a zero prints without sign */
        *as_text(n, i) = n->num[i];
    }
    return true;
}

/* The sign of a current without one; false: this one has it, which may have
 * to be told. */
static bool take_direction(hc_normal *n, const hc_cell *cells)
{
    const hc_running *r = &n->run;
    double amp;
    if (n->direction < 0 || n->slot.amp < 0)
        return true;
    amp = *as_file(n, (size_t)n->slot.amp);
    if (amp < 0 && !r->signed_amp && !r->reversed)
        return false;
    hc_normal_direct(n, &cells[n->direction], amp);
    return true;
}

/* Numbers that are not ours as they stand. */
static void turn(hc_normal *n, const hc_cell *cells)
{
    const hc_straight *s = &n->straight;
    for (size_t k = 0; k < s->n_turned; k++) {
        const size_t i = s->turned[k];
        const hc_meaning *m = &n->in[i].m;
        double x = n->num[n->n_in + i];
        if (n->in[i].clock && is_words(n, i, &cells[i]))
            continue;
        n->num[i] = n->in[i].plain ? x : hc_meaning_value(m, x);
        if (s->shown)
            continue;
        if (m->exact && m->shift != 0)
            x = n->num[2 * n->n_in + i];
        /* the sign stands before the text, and a zero that is computed
         * prints without one */
        *as_text(n, i) = !m->exact ? n->num[i] + 0.0 : m->sign < 0 ? -x : x;
    }
}

bool hc_straight_row(void *normal, const hc_cell *cells)
{
    hc_normal *n = normal;
    hc_straight *s = &n->straight;
    bool taken;
    s->before = true;
    if (s->old)
        memset(s->seen, 0, n->n_in * sizeof *s->seen);
    s->old = false;
    if (!s->shown) {
        s->column = hc_writer_values(n->writer, n->n_out, &s->row);
        if (s->column == NULL)
            return false;
    }
    if (!take_texts(n, cells) || !take_direction(n, cells))
        return false;
    turn(n, cells);
    s->now = !s->shown;
    taken = hc_series_ordinary(n, cells);
    s->now = false;
    return taken;
}

/* ---- into the table ---- */

static inline double rounded(hc_outnum *o, double x, int digits)
{
    if (memcmp(&o->x, &x, sizeof x) != 0) {
        o->x = x;
        o->value = hc_number_round_again(&o->rounding, x, digits);
    }
    return o->value;
}

/* What has no column of the file behind it, or not in this row, is computed
 * and rounded as it would be printed. */
static double put_computed(hc_normal *n, hc_from from, hc_outnum *o,
                           const hc_derived *d)
{
    switch (from) {
    case HC_FROM_TIME:
        return o->from != NULL && n->num[n->slot.time] == d->t
                   ? *o->from
                   : rounded(o, d->t, 15);
    case HC_FROM_VOLTAGE:
        return rounded(o, d->volt, 10);
    case HC_FROM_CURRENT:
        return rounded(o, d->amp, 10);
    case HC_FROM_CYCLE:
        return d->cycle + 0.0;
    case HC_FROM_STEP:
        return d->step + 0.0;
    case HC_FROM_CHARGED:
        return rounded(o, n->run.charged_ah, 10);
    case HC_FROM_DISCHARGED:
        return rounded(o, n->run.discharged_ah, 10);
    case HC_FROM_UNIX:
        return rounded(o, d->utc, 16);
    default:
        return NAN;
    }
}

void hc_straight_put(hc_normal *n, const hc_derived *d)
{
    const hc_straight *s = &n->straight;
    double *const *column = s->column;
    const size_t row = s->row;
    hc_outnum *o = s->out, *computed = o + s->n_copied, *end = o + n->n_out;
    for (; o < computed; o++)
        column[o->column][row] = *o->from;
    for (; o < end; o++)
        column[o->column][row] = put_computed(n, o->is, o, d);
    hc_writer_values_done(n->writer);
}
