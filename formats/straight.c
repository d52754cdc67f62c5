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
#include "formats/series-row.h"

#include "core/decimal.h"
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

/* How its number becomes one in our unit, see hc_meaning_value. */
static hc_turned turned_of(const hc_normal *n, size_t i)
{
    enum { MOST = 12 };
    const hc_meaning *m = &n->in[i].m;
    hc_turned t = {.column = i, .exact = m->exact};
    t.moved = m->exact && m->shift != 0;
    if (n->in[i].plain) {
        t.over = t.times = 1;
    } else if (m->exact && !m->log10 && abs(m->shift) <= MOST) {
        t.over = m->shift < 0 ? hc_exact_tens[-m->shift] : 1;
        t.times = m->shift > 0 ? hc_exact_tens[m->shift] : 1;
    } else if (!m->exact && !m->log10 && m->divisor > 0 && abs(m->sign) == 1) {
        t.over = m->divisor;
        t.times = 1;
    } else if (!m->exact && !m->log10 && !(m->divisor > 0) &&
               abs(m->sign) == 1) {
        t.linear = true;
        t.times = m->scale;
        t.plus = m->offset;
    }
    return t;
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
        s->turned[s->n_turned++] = turned_of(n, i);
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
    int column = -1;
    *o = (hc_outnum){.digits = 0};
    switch (c->from) {
    case HC_FROM_TIME: /* put_time */
    case HC_FROM_CYCLE:
    case HC_FROM_STEP:
    case HC_FROM_CHARGED:
    case HC_FROM_DISCHARGED:
        break;
    case HC_FROM_VOLTAGE:
        column = s->volt >= 0 || s->counter >= 0 ? s->volt : s->working;
        break;
    case HC_FROM_CURRENT:
        column = s->amp;
        break;
    case HC_FROM_UNIX:
        column = s->unix_time;
        break;
    case HC_FROM_COLUMN:
        column = c->column;
        break;
    case HC_FROM_ALL:
        column = c->column;
        if (column >= 0 && is_turned(n, (size_t)column)) {
            o->from = as_file(n, (size_t)column);
            return true;
        }
        break;
    default:
        return false;
    }
    o->from = text_of(n, column);
    return true;
}

/* What has no column of the file behind it, or not in each row, is computed
 * and rounded as it would be printed. */
static void put_computed(const hc_normal *n, hc_from from, hc_outnum *o)
{
    static const double none = (double)NAN;
    const hc_derived *d = &n->straight.row;
    o->digits = 10;
    switch (from) {
    case HC_FROM_TIME:
        o->from = &d->t;
        o->digits = 15;
        return;
    case HC_FROM_VOLTAGE:
        o->from = &d->volt;
        return;
    case HC_FROM_CURRENT:
        o->from = &d->amp;
        return;
    case HC_FROM_CHARGED:
        o->from = &d->charged_ah;
        return;
    case HC_FROM_DISCHARGED:
        o->from = &d->discharged_ah;
        return;
    case HC_FROM_UNIX:
        o->from = &d->utc;
        o->digits = 16;
        return;
    default:
        o->digits = 0;
        o->from = from == HC_FROM_CYCLE  ? &d->cycle
                  : from == HC_FROM_STEP ? &d->step
                                         : &none;
        return;
    }
}

/* Those that are copied first, then the time. */
static bool put_columns(hc_normal *n)
{
    enum { COPIED, TIME, COMPUTED };
    hc_straight *s = &n->straight;
    size_t at = 0;
    for (int pass = COPIED; pass <= COMPUTED; pass++) {
        for (size_t k = 0; k < n->n_out; k++) {
            const hc_from from = n->out[k].from;
            hc_outnum o;
            if (!put_from(n, &n->out[k], &o))
                return false;
            o.column = k;
            if (pass != (o.from != NULL         ? COPIED
                         : from == HC_FROM_TIME ? TIME
                                                : COMPUTED))
                continue;
            if (pass != COPIED)
                put_computed(n, from, &o);
            s->n_copied += pass == COPIED;
            s->times += pass == TIME;
            s->out[at++] = o;
        }
    }
    s->time = text_of(n, n->slot.time);
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

static inline double turned_value(const hc_turned *t, const hc_meaning *m,
                                  double x)
{
    double value;
    if (t->over > 0)
        value = x / t->over * t->times;
    else if (t->linear)
        value = t->times * x + t->plus;
    else
        return hc_meaning_value(m, x);
    return m->sign < 0 ? -value : value;
}

/* Numbers that are not ours as they stand. */
static inline void turn(hc_normal *n, const hc_cell *cells)
{
    const hc_straight *s = &n->straight;
    for (size_t k = 0; k < s->n_turned; k++) {
        const hc_turned *t = &s->turned[k];
        const size_t i = t->column;
        const bool minus = n->in[i].m.sign < 0;
        double x = n->num[n->n_in + i], value;
        if (n->in[i].clock && is_words(n, i, &cells[i]))
            continue;
        value = turned_value(t, &n->in[i].m, x);
        n->num[i] = value;
        if (s->shown)
            continue;
        if (t->moved)
            x = n->num[2 * n->n_in + i];
        /* the sign stands before the text, and a zero that is computed
         * prints without one */
        *as_text(n, i) = !t->exact ? value + 0.0 : minus ? -x : x;
    }
}

/* ---- into the table ---- */

static inline double computed(hc_outnum *o)
{
    const double x = *o->from;
    if (memcmp(&o->x, &x, sizeof x) != 0) {
        o->value = o->digits == 0
                       ? x + 0.0 /* a zero prints without sign */
                       : hc_number_round_again(&o->rounding, x, o->digits);
        o->x = x;
    }
    return o->value;
}

static inline void put_numbers(hc_normal *n)
{
    const hc_straight *s = &n->straight;
    double *const *column = s->column;
    const size_t at = s->at;
    hc_outnum *o = s->out, *copied = o + s->n_copied, *end = o + n->n_out;
    for (; o < copied; o++)
        column[o->column][at] = *o->from;
    /* a time that is the one of the file is what its text says */
    if (s->times > 0 && s->time != NULL && n->num[n->slot.time] == s->row.t) {
        column[o->column][at] = *s->time;
        o++;
    }
    for (; o < end; o++)
        column[o->column][at] = computed(o);
    hc_writer_values_done(n->writer);
}

/* ---- the whole of it ---- */

bool hc_straight_row(void *normal, const hc_cell *cells)
{
    hc_normal *n = normal;
    hc_straight *s = &n->straight;
    s->before = true;
    if (s->old)
        memset(s->seen, 0, n->n_in * sizeof *s->seen);
    s->old = false;
    if (!s->shown) {
        s->column = hc_writer_values(n->writer, n->n_out, &s->at);
        if (s->column == NULL)
            return false;
    }
    if (!take_texts(n, cells) || !take_direction(n, cells))
        return false;
    turn(n, cells);
    if (!hc_series_ordinary(n, cells, &s->row))
        return false;
    if (s->shown)
        hc_series_put(n, cells, &s->row);
    else
        put_numbers(n);
    return true;
}
