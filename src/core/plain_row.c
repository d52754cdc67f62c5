#include "core/plain_row.h"

#include "core/decimal.h"
#include "core/mantissa.h"
#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>

/* One wanted column.  The last short text that stood in it is kept with its
 * value: counters and settings say the same in row after row. */
typedef struct {
    hc_plain_want want;
    size_t skip;         /* columns before it, behind the last one wanted, or
                            AGAIN */
    bool alone;          /* its number goes to x[to] and nothing elsewhere */
    bool told;           /* its text is wanted */
    char end;            /* what stands behind it */
    uint64_t text, mask; /* with the byte behind it */
    size_t len;          /* of the text */
    size_t taken;        /* of the text taken last */
    unsigned char is;    /* that one, hc_plain_is, kept or not */
    unsigned misses;     /* texts kept since one was the right one */
    unsigned pause;      /* so many of the next ones are not kept */
    double value, moved;
} wanted;

#define AGAIN SIZE_MAX /* it is the same column as the one before */

struct hc_plain_row {
    hc_plain_lines lines;
    size_t rest; /* columns behind the last one wanted */
    size_t n;
    wanted at[]; /* in the order of the line */
};

static int by_place(const void *a, const void *b)
{
    const wanted *p = a, *q = b;
    return (p->want.place > q->want.place) - (p->want.place < q->want.place);
}

hc_plain_row *hc_plain_row_new(hc_plain_lines lines,
                               const hc_plain_want *wants, size_t n)
{
    hc_plain_row *c = calloc(1, sizeof *c + n * sizeof *c->at);
    size_t next = 0;

    if (c == NULL)
        return NULL;
    c->lines = lines;
    c->n = n;
    for (size_t k = 0; k < n; k++)
        c->at[k].want = wants[k];
    qsort(c->at, n, sizeof *c->at, by_place);
    for (size_t k = 0; k < n; k++) {
        wanted *w = &c->at[k];
        w->skip = w->want.place < next ? AGAIN : w->want.place - next;
        w->told = w->want.what >= HC_PLAIN_TEXT || w->want.text;
        w->alone = !w->told && w->want.shift == 0;
        w->is = w->want.what == HC_PLAIN_TEXT ? HC_PLAIN_IS_OTHER
                                              : HC_PLAIN_IS_ZERO;
        next = w->want.place + 1;
        w->end = next == lines.width ? '\n' : lines.delimiter;
        /* "0" and what ends it, for a beginning */
        w->text = (uint64_t)'0' | (uint64_t)w->end << 8;
        w->mask = 0xffff;
        w->len = 1;
    }
    c->rest = lines.width - next;
    return c;
}

void hc_plain_row_free(hc_plain_row *c)
{
    free(c);
}

/* 0x80 in the bytes that end a cell or a line, or make a line one that is not
 * plain. */
static inline uint64_t marks(const hc_plain_row *c, uint64_t w)
{
    const uint64_t quote = hc_word_equal(w, hc_word_of('"'));
    uint64_t m =
        hc_word_equal(w, hc_word_of((unsigned char)c->lines.delimiter)) |
        hc_word_equal(w, hc_word_of('\n'));
    if (c->lines.foreign) /* NUL and bytes above 0x7f, surely the first */
        return m | quote | ((w | (w - hc_word_of(1))) & hc_word_of(0x80)) |
               hc_word_equal(w,
                             hc_word_of((unsigned char)c->lines.refused));
    return c->lines.delimiter == ',' ? m | quote : m;
}

/* Behind n cells, each of which ends with the delimiter; NULL when they do not
 * stand there so. */
static const char *step_over(const hc_plain_row *c, const char *s, size_t n)
{
    for (;; s += 8) {
        uint64_t m = marks(c, hc_word(s));
        for (; m != 0; m &= m - 1) {
            const char *p = s + (size_t)__builtin_ctzll(m) / 8;
            if (*p != c->lines.delimiter)
                return NULL;
            if (--n == 0)
                return p + 1;
        }
    }
}

/* The byte that ends the cell at s. */
static const char *cell_end(const hc_plain_row *c, const char *s)
{
    for (;; s += 8) {
        uint64_t m = marks(c, hc_word(s));
        if (m != 0)
            return s + (size_t)__builtin_ctzll(m) / 8;
    }
}

/* Behind what ends a cell, p, when it is that; else NULL.  A line may end like
 * those of Windows. */
static inline const char *behind(const hc_plain_row *c, char end,
                                 const char *p)
{
    if (*p == end)
        return p + 1;
    if (end != '\n')
        return NULL;
    if (c->lines.foreign && *p == c->lines.delimiter) {
        p++;
        if (*p == '\n')
            return p + 1;
    }
    return *p == '\r' && p[1] == '\n' ? p + 2 : NULL;
}

/* Keep the text of the number just taken, if it is short.  Where the last ones
 * were all different only now and then. */
static inline void keep(wanted *w, const char *s, size_t len)
{
    enum { PATIENCE = 8, PAUSE = 32 };
    if (w->pause > 0) {
        w->pause--;
        return;
    }
    if (++w->misses > PATIENCE)
        w->pause = PAUSE - 1;
    if (len < 8) {
        w->len = len;
        w->mask = ~UINT64_C(0) >> 8 * (7 - len);
        w->text = hc_word(s) & w->mask;
    }
}

static bool value_of(uint64_t digits, int exp10, bool minus, double *x)
{
    if (!hc_decimal_value(digits, exp10, x))
        return false;
    *x = minus ? -*x : *x;
    return true;
}

/* A number that is more than a quotient, from behind its digits on: long ones,
 * those with an exponent or in another unit. */
__attribute__((noinline)) static const char *
take_scaled(const hc_plain_row *c, wanted *w, const char *s, const char *p,
            uint64_t digits, int exp10)
{
    const char *next;
    if ((*p | 0x20) == 'e' && (p = hc_take_exponent(p, &exp10)) == NULL)
        return NULL;
    next = behind(c, w->end, p);
    if (next == NULL || !value_of(digits, exp10, *s == '-', &w->value) ||
        (w->want.shift != 0 && !value_of(digits, exp10 + w->want.shift,
                                         *s == '-', &w->moved)))
        return NULL;
    w->is = HC_PLAIN_IS_NUMBER;
    w->taken = (size_t)(p - s);
    if (next == p + 1 && *p == w->end)
        keep(w, s, w->taken);
    return next;
}

/* A number that is not the one kept; returns behind what ends it. */
__attribute__((always_inline)) static inline const char *
take_number(const hc_plain_row *c, wanted *w, const char *s)
{
    const bool minus = *s == '-';
    const char *p, *next;
    uint64_t digits;
    int after;
    double v;

    p = hc_take_mantissa(s + minus, &digits, &after);
    if (w->mask != 0) {
        w->mask = 0;
        w->text = 1; /* nothing is kept */
    }
    if (p == NULL)
        return NULL;
    if (digits > 1ULL << 53 || p - s > HC_PADDING + minus ||
        (unsigned)(after - w->want.shift) > 22)
        return take_scaled(c, w, s, p, digits, -after);
    if (*p != w->end) {
        if ((*p | 0x20) == 'e')
            return take_scaled(c, w, s, p, digits, -after);
        next = behind(c, w->end, p);
    } else {
        keep(w, s, (size_t)(p - s));
        next = p + 1;
    }
    w->taken = (size_t)(p - s);
    w->is = digits == 0 ? HC_PLAIN_IS_ZERO : HC_PLAIN_IS_DECIMAL;
    v = (double)(int64_t)digits;
    v = minus ? -v : v;
    w->value = v / hc_exact_tens[after]; /* at most 18 */
    if (w->want.shift != 0)
        w->moved = v / hc_exact_tens[after - w->want.shift];
    return next;
}

/* The same once more, for where it is rare. */
__attribute__((noinline)) static const char *
take_number_rarely(const hc_plain_row *c, wanted *w, const char *s)
{
    return take_number(c, w, s);
}

static inline void tell(const wanted *w, hc_cell text, hc_plain_texts texts)
{
    texts.cells[w->want.place] = text;
    texts.is[w->want.place] = w->is;
}

/* What is kept, or was taken just now: s[0..len). */
static inline void put(const wanted *w, const char *s, size_t len, double *x,
                       hc_plain_texts texts)
{
    const hc_plain_want *want = &w->want;
    if (w->alone) {
        x[want->to] = w->value;
        return;
    }
    if (w->told)
        tell(w, hc_cell_text(s, len), texts);
    if (want->what == HC_PLAIN_TEXT)
        return;
    x[want->to] = w->value;
    if (want->shift != 0)
        x[want->moved] = w->moved;
}

/* A text that may be a number, and mostly is a word or a date. */
static double number_or_nan(const char *s, size_t len)
{
    double x;
    hc_trim(&s, &len);
    if (len == 0 ||
        (hc_isalpha(*s) && (*s | 0x20) != 'n' && (*s | 0x20) != 'i'))
        return NAN;
    if (len > 4 && s[4] == '-' && hc_isdigit(s[3])) /* 2024-07-15 */
        return NAN;
    return hc_number_parse(s, len, &x) ? x : NAN;
}

/* Nothing, a number behind blanks, a text: all but a plain number. */
__attribute__((noinline)) static const char *
take_other(const hc_plain_row *c, wanted *w, const char *s, double *x,
           hc_plain_texts texts)
{
    const hc_plain_want *want = &w->want;
    const char *next, *end, *from = s;
    size_t len;
    bool alone;

    if (want->what != HC_PLAIN_TEXT && c->lines.foreign && *s == ' ') {
        while (*s == ' ')
            s++;
        next = take_number_rarely(c, w, s);
        if (next != NULL) {
            put(w, s, w->taken, x, texts);
            return next;
        }
    }
    end = cell_end(c, from);
    next = behind(c, w->end, end);
    alone = *end == w->end;
    if (*end == '\n' && end > from && end[-1] == '\r')
        end--;
    if (next == NULL || (end > from && end[-1] == '\r'))
        return NULL;
    for (s = from; s < end && (*s == ' ' || *s == '\t');)
        s++;
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    len = (size_t)(end - s);
    alone = alone && s == from && next == s + len + 1;
    w->is = HC_PLAIN_IS_OTHER;
    if (want->what == HC_PLAIN_TEXT && alone && len > 0)
        keep(w, s, len);
    if (w->told)
        tell(w, len > 0 ? hc_cell_text(s, len) : hc_cell_none(), texts);
    if (want->what == HC_PLAIN_TEXT ||
        (want->what == HC_PLAIN_EITHER && len > 0))
        return next;
    if (len > 0 && want->what == HC_PLAIN_NUMBER)
        return NULL;
    w->value = number_or_nan(s, len);
    w->moved = NAN; /* of an ANY none is wanted */
    if (alone && !w->told)
        keep(w, s, len);
    x[want->to] = w->value;
    if (want->shift != 0)
        x[want->moved] = w->moved;
    return next;
}

/* Behind the cells that nobody wants and the end of the line. */
static const char *step_to_end(const hc_plain_row *c, const char *s)
{
    if (c->rest > 1 && (s = step_over(c, s, c->rest - 1)) == NULL)
        return NULL;
    return behind(c, '\n', cell_end(c, s));
}

const char *hc_plain_row_take(hc_plain_row *c, const char *s, double *x,
                              hc_plain_texts texts)
{
    wanted *end = c->at + c->n;

    for (wanted *w = c->at; w < end; w++) {
        const char *next;
        if (w->skip > 0) {
            if (w->skip == AGAIN) {
                x[w->want.to] = x[w[-1].want.to];
                continue;
            }
            if ((s = step_over(c, s, w->skip)) == NULL)
                return NULL;
        }
        if ((hc_word(s) & w->mask) == w->text) {
            put(w, s, w->len, x, texts);
            w->misses = 0;
            s += w->len + 1;
            continue;
        }
        next = w->want.what == HC_PLAIN_TEXT ? NULL : take_number(c, w, s);
        if (next != NULL)
            put(w, s, w->taken, x, texts);
        else if ((next = take_other(c, w, s, x, texts)) == NULL)
            return NULL;
        s = next;
    }
    return c->rest > 0 ? step_to_end(c, s) : s;
}
