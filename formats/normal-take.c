/* normal-take.c: the cells of a row as numbers in our units */
#include "formats/normal.h"

#include "core/decimal.h"
#include "core/number.h"
#include "formats/dates.h"
#include "formats/generic.h"
#include "formats/lines.h"
#include "formats/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The grammar of hc_number_parse without its arithmetic. */
static bool is_number(const char *s, size_t len)
{
    const char *end = s + len, *start;
    s += len > 0 && (*s == '-' || *s == '+');
    start = s;
    while (s < end && (unsigned char)(*s - '0') < 10)
        s++;
    if (s < end && *s == '.') {
        start++;
        for (s++; s < end && (unsigned char)(*s - '0') < 10;)
            s++;
    }
    if (s == start)
        return false;
    if (s < end && (*s == 'e' || *s == 'E')) {
        s++;
        s += s < end && (*s == '-' || *s == '+');
        start = s;
        while (s < end && (unsigned char)(*s - '0') < 10)
            s++;
        if (s == start)
            return false;
    }
    return s == end;
}

/* The words of a column repeat: the answer to the last one is kept. */
static hc_word_says says(hc_normal *n, const hc_cell *c)
{
    hc_kept_word *k = &n->said;
    hc_word_says what = HC_WORD_OTHER;
    if (c->type == HC_CELL_TEXT && c->len == k->len &&
        memcmp(c->u.s, k->text, k->len) == 0)
        return k->says;
    if (hc_cell_says(c, n->dataset->discharging))
        what = HC_WORD_DISCHARGED;
    else if (hc_cell_says(c, hc_charge_words()))
        what = HC_WORD_CHARGED;
    if (c->type == HC_CELL_TEXT && c->len <= sizeof k->text) {
        k->len = c->len;
        memcpy(k->text, c->u.s, c->len);
        k->says = what;
    }
    return what;
}

/* Some dialects have the sign all the same, in all rows then; and some the
 * other one, as the first charge of a size shows. */
static void see_sign(hc_normal *n, hc_word_says what, double amp)
{
    hc_running *r = &n->run;
    if (fabs(amp) > r->largest_amp)
        r->largest_amp = fabs(amp);
    if (!(amp < 0) || r->reversed)
        return;
    if (what == HC_WORD_DISCHARGED) {
        r->signed_amp = true;
    } else if (what == HC_WORD_CHARGED && -amp > 0.1 * r->largest_amp) {
        r->reversed = true;
        hc_normal_repaired(n,
                           "row %zu: current_ampere with its sign turned from "
                           "here: it is negative in the steps of a charge",
                           hc_writer_rows(n->writer) + 1);
    }
}

void hc_normal_direction(hc_normal *n, const hc_cell *cells)
{
    double amp;
    if (n->direction < 0 || n->slot.amp < 0)
        return;
    if (!hc_cell_number(&cells[n->slot.amp], &amp))
        amp = NAN;
    hc_normal_direct(n, &cells[n->direction], amp);
}

void hc_normal_direct(hc_normal *n, const hc_cell *word, double amp)
{
    const hc_running *r = &n->run;
    hc_word_says what = r->signed_amp ? HC_WORD_OTHER : says(n, word);
    if (what != HC_WORD_OTHER)
        see_sign(n, what, amp);
    bool turned =
        r->reversed || (what == HC_WORD_DISCHARGED && !r->signed_amp);
    n->in[n->slot.amp].m.sign = turned ? -n->amp_sign : n->amp_sign;
}

double hc_normal_step_key(const hc_cell *c)
{
    double x;
    if (hc_cell_number(c, &x))
        return isnan(x) ? -1 : x;
    x = 0; /* it is NaN by now */
    for (uint32_t i = 0; i < c->len; i++)
        x = fmod(x * 31 + (unsigned char)c->u.s[i], 9007199254740881.0);
    return x + 0.5;
}

bool hc_normal_clock_text(const hc_normal *n, size_t column, const hc_cell *c,
                          double *x)
{
    bool utc;
    if (c->type != HC_CELL_TEXT)
        return false;
    if (hc_duration_parse(c->u.s, c->len, x)) {
        const char *end = c->u.s + c->len, *colon;
        if (!n->in[column].minutes)
            return true;
        colon = memchr(c->u.s, ':', c->len);
        if (colon != NULL &&
            memchr(colon + 1, ':', (size_t)(end - colon - 1)) == NULL &&
            memchr(colon, '.', (size_t)(end - colon)) == NULL)
            *x /= 60; /* it was taken for h:mm */
        return true;
    }
    hc_moment m;
    if (hc_date_parse(c->u.s, c->len, n->dates, &m) && !m.has_date)
        *x = m.seconds; /* 11:59:50 AM */
    else
        *x = hc_normal_clock(n, c, &utc);
    return !isnan(*x);
}

/* A number in groups ("1,234.5"), with another exponent, with its unit in the
 * cell: *cells becomes a copy of the row with it written plainly. */
static bool mend_groups(hc_normal *n, const hc_cell **cells, size_t i)
{
    const hc_cell *c = &(*cells)[i];
    char text[HC_MENDED_SIZE];
    size_t len = c->type == HC_CELL_TEXT
                     ? hc_respell(c->u.s, c->len, text, sizeof text)
                     : 0;
    if (len == 0)
        len =
            hc_quantity_respell(c, &n->dataset->columns[i], n->format->columns,
                                &n->in[i].m, text, sizeof text);
    if (len == 0)
        return false;
    if (n->mended.cells == NULL) {
        n->mended.cells = calloc(n->n_in, sizeof *n->mended.cells);
        n->mended.text = calloc(n->n_in, sizeof *n->mended.text);
    }
    if (n->mended.cells == NULL || n->mended.text == NULL)
        return false;
    if (*cells != n->mended.cells)
        memcpy(n->mended.cells, *cells, n->n_in * sizeof **cells);
    memcpy(n->mended.text[i], text, len + 1);
    n->mended.cells[i] = hc_cell_text(n->mended.text[i], len);
    *cells = n->mended.cells;
    n->changes.always |= hc_bit(i); /* the next row is not mended yet */
    return true;
}

/* Columns of cycles, steps, set values say the same again and again: is this
 * the cell of the row before?  If not it is noted, but for what it is: the
 * caller sets that once there is a number for it.  Of texts only those of 1
 * to 8 bytes are noted, and only where hc_word may read behind them. */
static inline bool same_as_before(hc_seen *seen, const hc_cell *cell,
                                  bool padded)
{
    uint64_t what = hc_cell_what(cell), was = seen->what, word;
    if (cell->type == HC_CELL_TEXT) {
        if (!padded || cell->len - 1 >= 8) {
            seen->what = 0;
            return false;
        }
        word = hc_word(cell->u.s) << 8 * (8 - cell->len);
    } else {
        word = (uint64_t)cell->u.i;
    }
    if (word == seen->word && what == was && what != 0)
        return true;
    seen->word = word;
    seen->what = 0;
    return false;
}

/* The same of a decimal or whole number. */
static inline bool same_decimal(hc_seen *seen, const hc_cell *cell)
{
    const uint64_t word = (uint64_t)cell->u.i;
    if (word == seen->word && hc_cell_what(cell) == seen->what)
        return true;
    seen->word = word;
    seen->what = 0;
    return false;
}

/* Its number is known now; one whose sign depends on another column is not
 * kept. */
static inline void note(hc_normal *n, size_t i, const hc_cell *cell)
{
    if (n->direction < 0 || (int)i != n->slot.amp)
        n->seen[i].what = hc_cell_what(cell);
}

/* A sign, digits and a mark, as nearly all numbers of texts are. */
static inline bool take_short(hc_normal *n, size_t i, const hc_cell *cell)
{
    const hc_incol *c = &n->in[i];
    const char *s = cell->u.s;
    size_t minus;
    uint64_t digits;
    unsigned places;
    double x;
    if (cell->type != HC_CELL_TEXT)
        return false;
    minus = *s == '-'; /* no cell with text is empty */
    if (!hc_decimal_digits(s + minus, cell->len - minus, &digits, &places) ||
        digits > UINT64_C(1) << 53)
        return false;
    note(n, i, cell);
    n->shape[i] = digits == 0 ? HC_SHAPE_ZERO : HC_SHAPE_DECIMAL;
    n->num[i] = 0;
    if (c->passed)
        return true;
    x = (double)(int64_t)digits / hc_exact_tens[places];
    x = minus ? -x : x;
    n->num[i] = c->plain ? x : hc_meaning_value(&c->m, x);
    return true;
}

/* What a double holds exactly. */
#define WHOLE_MOST ((double)(INT64_C(1) << 53))

/* A decimal or whole number, over a power of ten and the divisor of its unit
 * in one rounding; false where that takes more than whole numbers of 53 bits.
 */
static inline bool take_decimal(hc_normal *n, size_t i, const hc_cell *cell)
{
    const int64_t most = INT64_C(1) << 53;
    const hc_incol *c = &n->in[i];
    const int e = (int32_t)cell->len; /* 0 of a whole number */
    const double whole = (double)cell->u.i;
    double under;
    if (e > 0 || e < -9 || cell->u.i > most || cell->u.i < -most)
        return false;
    under = hc_exact_tens[-e];
    if (c->plain) {
        n->num[i] = whole / under;
    } else if (c->m.exact) {
        n->num[i] = hc_meaning_value(&c->m, whole / under);
    } else {
        under *= c->m.divisor;
        if (!(c->m.divisor > 0) || under > WHOLE_MOST)
            return false;
        n->num[i] = c->m.sign * (whole / under);
    }
    n->shape[i] = HC_SHAPE_OTHER;
    note(n, i, cell);
    return true;
}

/* Any other number, a duration, a date. */
static bool take_any(hc_normal *n, size_t i, const hc_cell *cell)
{
    const hc_incol *c = &n->in[i];
    double x;
    if (c->passed &&
        (cell->type == HC_CELL_DEC || cell->type == HC_CELL_INT ||
         (cell->type == HC_CELL_TEXT && is_number(cell->u.s, cell->len)))) {
        n->num[i] = 0;
        return true;
    }
    if ((!c->clock || !hc_cell_has_colon(cell)) && hc_cell_number(cell, &x)) {
        n->num[i] = c->plain ? x : hc_meaning_value(&c->m, x);
        return true;
    }
    return c->clock && hc_normal_clock_text(n, i, cell, &n->num[i]);
}

/* A column whose cell is another than in the row before.  False: it is no
 * number, the row has been rejected. */
static bool take_new(hc_normal *n, const hc_cell **row, size_t i)
{
    const bool step = (int)i == n->slot.step_id;
    const hc_cell *cell = &(*row)[i];
    if (step) {
        n->num[i] = hc_normal_step_key(cell);
        note(n, i, cell);
    }
    if (!n->in[i].number || (n->sink->padded && take_short(n, i, cell)))
        return true;
    n->shape[i] = HC_SHAPE_OTHER;
    n->seen[i].what = 0;
    if (take_any(n, i, cell)) {
        if (cell->type != HC_CELL_TEXT)
            note(n, i, cell);
        return true;
    }
    if (mend_groups(n, row, i)) /* now it is a number */
        return take_new(n, row, i);
    hc_normal_reject(n, "%.60s is not a number: '%.*s'",
                     n->dataset->columns[i].name,
                     (int)(cell->len < 40 ? cell->len : 40), cell->u.s);
    return false;
}

enum { PLACES = 9 };

/* Once for a data set: which numbers can be taken without asking much. */
static void settle_ways(hc_normal *n)
{
    for (size_t i = 0; i < n->n_in; i++) {
        const hc_incol *c = &n->in[i];
        hc_take *t = &n->changes.ways[i];
        *t = (hc_take){.over = 1, .sign = 1, .least = UINT32_MAX};
        if (!c->number || c->passed || (int)i == n->slot.step_id ||
            (n->direction >= 0 && (int)i == n->slot.amp))
            continue;
        if (!c->plain) {
            if (c->m.exact || !(c->m.divisor > 0))
                continue;
            t->over = c->m.divisor;
            t->sign = c->m.sign;
        }
        while (t->places < PLACES &&
               hc_exact_tens[t->places + 1] * t->over <= WHOLE_MOST)
            t->places++;
        if (t->over <= WHOLE_MOST)
            t->least = HC_CELL_INT;
    }
    n->changes.settled = true;
}

/* As take_decimal does it; false: it is another kind of cell, or a number
 * that takes more. */
static inline bool take_way(const hc_take *t, const hc_cell *cell, double *x)
{
    const uint64_t most = UINT64_C(1) << 53;
    const uint32_t places = 0 - cell->len; /* 0 of a whole number */
    if (cell->type < t->least || places > t->places ||
        (uint64_t)cell->u.i + most > 2 * most)
        return false;
    *x = t->sign * ((double)cell->u.i / (hc_exact_tens[places] * t->over));
    return true;
}

static inline bool take_float(hc_normal *n, size_t i, const hc_cell *cell)
{
    const hc_incol *c = &n->in[i];
    double x;
    if ((cell->type != HC_CELL_F4 && cell->type != HC_CELL_F8) ||
        (int)i == n->slot.step_id)
        return false;
    x = cell->type == HC_CELL_F4 ? (double)cell->u.f4 : cell->u.f8;
    n->num[i] = c->plain ? x : hc_meaning_value(&c->m, x);
    return true;
}

/* The columns that the reader says have changed. */
static bool take_changed(hc_normal *n, const hc_cell **row)
{
    hc_changes *c = &n->changes;
    const uint64_t changed = *n->sink->changed | c->always;
    uint64_t left = c->take |= changed;
    c->put |= changed;
    if (!c->settled)
        settle_ways(n);
    for (left &= c->asked; left != 0; left &= left - 1) {
        const size_t i = (size_t)__builtin_ctzll(left);
        const hc_cell *cell = &(*row)[i];
        if (!take_way(&c->ways[i], cell, &n->num[i]) &&
            !(n->in[i].passed && cell->type >= HC_CELL_INT) &&
            !take_float(n, i, cell) && !take_new(n, row, i))
            return false;
    }
    c->take = 0;
    return true;
}

bool hc_normal_take(hc_normal *n, const hc_cell **row)
{
    const bool padded = n->sink->padded;
    if (n->direction >= 0)
        hc_normal_direction(n, *row);
    if (hc_normal_told(n))
        return take_changed(n, row);
    if (n->straight.before)
        memset(n->seen, 0, n->n_in * sizeof *n->seen);
    n->straight.before = false;
    n->straight.old = true;
    for (size_t k = 0; k < n->n_wanted; k++) {
        const size_t i = n->wanted[k];
        const hc_cell *cell = &(*row)[i];
        if (cell->type >= HC_CELL_INT) {
            if (n->in[i].passed || same_decimal(&n->seen[i], cell) ||
                ((int)i != n->slot.step_id && take_decimal(n, i, cell)))
                continue;
        } else if (same_as_before(&n->seen[i], cell, padded)) {
            continue;
        }
        if (!take_new(n, row, i))
            return false;
    }
    return true;
}

void hc_normal_take_again(hc_normal *n, const hc_cell *cells)
{
    hc_normal_direction(n, cells);
    n->changes.put = UINT64_MAX;
    for (size_t i = 0; i < n->n_in; i++) {
        n->shape[i] = HC_SHAPE_OTHER;
        n->seen[i].what = 0;
        if ((int)i == n->slot.step_id)
            n->num[i] = hc_normal_step_key(&cells[i]);
        if (!n->in[i].number)
            continue;
        if (hc_cell_number(&cells[i], &n->num[i]))
            n->num[i] = hc_meaning_value(&n->in[i].m, n->num[i]);
        else if (n->in[i].clock)
            (void)hc_normal_clock_text(n, i, &cells[i], &n->num[i]);
    }
}

void hc_normal_mended_clear(hc_normal *n)
{
    free(n->mended.cells);
    free(n->mended.text);
    n->mended.cells = NULL;
    n->mended.text = NULL;
}
