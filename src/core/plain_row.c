#include "core/plain_row.h"

#include "core/decimal.h"
#include "core/mantissa.h"
#include "core/number.h"
#include "core/scan.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>

/* A number, and itself in another unit. */
typedef struct {
    double value, moved;
    unsigned char is; /* hc_plain_is */
} number;

/* One wanted column.  The last short text that stood in it is kept with its
 * value: counters and settings say the same in row after row. */
typedef struct {
    hc_plain_want want;
    size_t skip;         /* columns before it, behind the last one wanted, or
                            AGAIN */
    bool alone;          /* its number goes to x[to] and nothing elsewhere */
    bool told;           /* its text is wanted */
    char end;            /* what stands behind it */
    uint64_t text, mask; /* kept, with the byte behind it: of up to eight */
    uint64_t more[2], more_mask[2]; /* of those behind these */
    size_t len;          /* without the byte behind it, < MOST_KEPT */
    number kept;         /* and what it is */
    unsigned misses;     /* texts kept since one was the right one */
    unsigned pause;      /* so many of the next ones are not kept */
} wanted;

enum { MOST_KEPT = 24 };

#define AGAIN SIZE_MAX /* it is the same column as the one before */

struct hc_plain_row {
    hc_plain_lines lines;
    hc_scan_set marks; /* what ends a cell or a line, or makes a line one that
                          is not plain */
    size_t rest;       /* columns behind the last one wanted */
    size_t n;
    wanted at[]; /* in the order of the line */
};

static int by_place(const void *a, const void *b)
{
    const wanted *p = a, *q = b;
    return (p->want.place > q->want.place) - (p->want.place < q->want.place);
}

static hc_scan_set marks_of(const hc_plain_lines *l)
{
    const uint64_t delimiter = hc_word_of((unsigned char)l->delimiter);
    hc_scan_set set = {.a = delimiter, .b = delimiter, .c = delimiter};
    if (l->foreign || l->delimiter == ',')
        set.b = hc_word_of('"');
    if (l->foreign && l->refused != 0)
        set.c = hc_word_of((unsigned char)l->refused);
    set.odd = l->foreign ? ~UINT64_C(0) : 0;
    return set;
}

hc_plain_row *hc_plain_row_new(hc_plain_lines lines,
                               const hc_plain_want *wants, size_t n)
{
    hc_plain_row *c = calloc(1, sizeof *c + n * sizeof *c->at);
    size_t next = 0;

    if (c == NULL)
        return NULL;
    c->lines = lines;
    c->marks = marks_of(&lines);
    c->n = n;
    for (size_t k = 0; k < n; k++)
        c->at[k].want = wants[k];
    qsort(c->at, n, sizeof *c->at, by_place);
    for (size_t k = 0; k < n; k++) {
        wanted *w = &c->at[k];
        w->skip = w->want.place < next ? AGAIN : w->want.place - next;
        w->told = w->want.what >= HC_PLAIN_TEXT || w->want.text;
        w->alone = !w->told && w->want.shift == 0;
        w->kept.is = w->want.what == HC_PLAIN_TEXT ? HC_PLAIN_IS_OTHER
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

/* Behind n cells, each of which ends with the delimiter; NULL when they do not
 * stand there so. */
static const char *step_over(const hc_plain_row *c, const char *s, size_t n)
{
    for (;; s += 16) {
        unsigned m = hc_scan_any(&c->marks, s);
        for (; m != 0; m &= m - 1) {
            const char *p = s + __builtin_ctz(m);
            if (*p != c->lines.delimiter)
                return NULL;
            if (--n == 0)
                return p + 1;
        }
    }
}

/* The byte that ends the cell at s. */
static inline const char *cell_end(const hc_plain_row *c, const char *s)
{
    unsigned m;
    while ((m = hc_scan_any(&c->marks, s)) == 0)
        s += 16;
    return s + __builtin_ctz(m);
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

/* Is the next text kept?  Where the last ones were all different only now and
 * then. */
static inline bool is_kept(wanted *w)
{
    enum { PATIENCE = 8, PAUSE = 32 };
    if (w->pause > 0) {
        w->pause--;
        return false;
    }
    if (++w->misses > PATIENCE)
        w->pause = PAUSE - 1;
    return true;
}

/* A mask of the first n <= 8 bytes of a word. */
static uint64_t first_bytes(size_t n)
{
    return n == 0 ? 0 : ~UINT64_C(0) >> 8 * (8 - n);
}

__attribute__((noinline)) static void keep_more(wanted *w, const char *s)
{
    const size_t n = w->len - 7;
    w->mask = ~UINT64_C(0);
    w->text = hc_word(s);
    w->more_mask[0] = first_bytes(n < 8 ? n : 8);
    w->more_mask[1] = first_bytes(n < 8 ? 0 : n - 8);
    for (size_t i = 0; i < 2; i++)
        w->more[i] = hc_word(s + 8 * (i + 1)) & w->more_mask[i];
}

static inline void keep_text(wanted *w, const char *s, size_t len)
{
    w->len = len;
    if (len >= 8) {
        keep_more(w, s);
        return;
    }
    w->mask = ~UINT64_C(0) >> 8 * (7 - len);
    w->text = hc_word(s) & w->mask;
}

/* Does the text at s that begins as the kept one go on as that?  (No line ends
 * among its first eight bytes.) */
static bool goes_on(const wanted *w, const char *s)
{
    return (((hc_word(s + 8) & w->more_mask[0]) ^ w->more[0]) |
            ((hc_word(s + 16) & w->more_mask[1]) ^ w->more[1])) == 0;
}

/* Keep the text s[0..len) and what it is, if it is not long. */
static inline void keep(wanted *w, const char *s, size_t len, const number *v)
{
    if (!is_kept(w) || len >= MOST_KEPT)
        return;
    keep_text(w, s, len);
    w->kept = *v;
}

/* The same of a number that is alone. */
static inline void keep_alone(wanted *w, const char *s, size_t len, double x)
{
    if (!is_kept(w) || len >= MOST_KEPT)
        return;
    keep_text(w, s, len);
    w->kept.value = x;
}

static bool value_of(uint64_t digits, int exp10, bool minus, double *x)
{
    if (!hc_decimal_value(digits, exp10, x))
        return false;
    *x = minus ? -*x : *x;
    return true;
}

/* Digits over a power of ten, of at most 53 bits, and of a number that is not
 * alone what else it is; false: not so simple. */
__attribute__((always_inline)) static inline bool
quotient(const wanted *w, uint64_t digits, int after, bool minus, bool alone,
         number *v)
{
    double x = (double)(int64_t)digits;
    if (minus)
        x = -x;
    v->value = x / hc_exact_tens[after]; /* at most 18 */
    if (alone)
        return true;
    v->is = digits == 0 ? HC_PLAIN_IS_ZERO : HC_PLAIN_IS_DECIMAL;
    if (w->want.shift == 0)
        return true;
    if ((unsigned)(after - w->want.shift) > 22)
        return false;
    v->moved = x / hc_exact_tens[after - w->want.shift];
    return true;
}

/* A number that is more than a quotient, digits * 10^exp10 times what its
 * exponent at p says; *end becomes the byte behind it, and behind what ends it
 * is returned. */
static const char *take_scaled(const hc_plain_row *c, wanted *w, const char *s,
                               const char *p, uint64_t digits, int exp10,
                               number *v, const char **end)
{
    const bool minus = *s == '-';
    const char *next;
    if ((*p | 0x20) == 'e' && (p = hc_take_exponent(p, &exp10)) == NULL)
        return NULL;
    next = behind(c, w->end, p);
    if (next == NULL || !value_of(digits, exp10, minus, &v->value) ||
        (w->want.shift != 0 &&
         !value_of(digits, exp10 + w->want.shift, minus, &v->moved)))
        return NULL;
    v->is = HC_PLAIN_IS_NUMBER;
    if (next == p + 1 && *p == w->end)
        keep(w, s, (size_t)(p - s), v);
    *end = p;
    return next;
}

/* Any number; the same. */
static const char *take_number(const hc_plain_row *c, wanted *w, const char *s,
                               number *v, const char **end)
{
    const bool minus = *s == '-';
    const char *p, *next;
    uint64_t digits;
    int after;

    p = hc_take_mantissa(s + minus, &digits, &after);
    if (p == NULL)
        return NULL;
    if (digits > 1ULL << 53 || p - s > HC_PADDING + minus ||
        (*p | 0x20) == 'e' || !quotient(w, digits, after, minus, false, v))
        return take_scaled(c, w, s, p, digits, -after, v, end);
    next = behind(c, w->end, p);
    if (next == p + 1 && *p == w->end)
        keep(w, s, (size_t)(p - s), v);
    *end = p;
    return next;
}

static inline void tell(const wanted *w, hc_cell text, unsigned char is,
                        const hc_plain_texts *texts)
{
    texts->cells[w->want.place] = text;
    texts->is[w->want.place] = is;
}

/* What s[0..len) is. */
static inline void put(const wanted *w, const char *s, size_t len,
                       const number *v, double *x, const hc_plain_texts *texts)
{
    const hc_plain_want *want = &w->want;
    if (w->told)
        tell(w, hc_cell_text(s, len), v->is, texts);
    if (want->what == HC_PLAIN_TEXT)
        return;
    x[want->to] = v->value;
    if (want->shift != 0)
        x[want->moved] = v->moved;
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
           const hc_plain_texts *texts)
{
    const hc_plain_want *want = &w->want;
    const char *next, *end, *from = s;
    number v = {0};
    size_t len;
    bool alone;

    if (want->what != HC_PLAIN_TEXT && c->lines.foreign && *s == ' ') {
        while (*s == ' ')
            s++;
        next = take_number(c, w, s, &v, &end);
        if (next != NULL) {
            put(w, s, (size_t)(end - s), &v, x, texts);
            return next;
        }
    }
    end = cell_end(c, from);
    if (want->what == HC_PLAIN_EITHER && *end == w->end && end > from &&
        *from > ' ' && end[-1] > ' ') {
        tell(w, hc_cell_text(from, (size_t)(end - from)), HC_PLAIN_IS_OTHER,
             texts);
        return end + 1;
    }
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
    v = (number){NAN, NAN, HC_PLAIN_IS_OTHER};
    if (want->what == HC_PLAIN_TEXT && alone && len > 0)
        keep(w, s, len, &v);
    if (w->told)
        tell(w, len > 0 ? hc_cell_text(s, len) : hc_cell_none(), v.is, texts);
    if (want->what == HC_PLAIN_TEXT ||
        (want->what == HC_PLAIN_EITHER && len > 0))
        return next;
    if (len > 0 && want->what == HC_PLAIN_NUMBER)
        return NULL;
    v.value = number_or_nan(s, len);
    if (alone && !w->told)
        keep(w, s, len, &v);
    x[want->to] = v.value;
    if (want->shift != 0) /* of an ANY none is wanted */
        x[want->moved] = NAN;
    return next;
}

/* Any cell but those that take() knows. */
__attribute__((noinline)) static const char *
take_rarely(const hc_plain_row *c, wanted *w, const char *s, double *x,
            const hc_plain_texts *texts)
{
    const char *next, *end;
    number v = {0};
    next = take_number(c, w, s, &v, &end);
    if (next == NULL)
        return take_other(c, w, s, x, texts);
    put(w, s, (size_t)(end - s), &v, x, texts);
    return next;
}

/* A number with an exponent at p behind digits * 10^-after. */
__attribute__((noinline)) static const char *
take_exponent(const hc_plain_row *c, wanted *w, const char *s, const char *p,
              uint64_t digits, int after, double *x,
              const hc_plain_texts *texts)
{
    const char *next, *end;
    number v = {0};
    next = take_scaled(c, w, s, p, digits, -after, &v, &end);
    if (next == NULL)
        return take_other(c, w, s, x, texts);
    put(w, s, (size_t)(end - s), &v, x, texts);
    return next;
}

/* A word of the line, its text alone. */
static inline const char *take_text(const hc_plain_row *c, wanted *w,
                                    const char *s, double *x,
                                    const hc_plain_texts *texts)
{
    static const number none = {NAN, NAN, HC_PLAIN_IS_OTHER};
    const char *end = cell_end(c, s);
    if (*end != w->end || end == s || *s <= ' ' || end[-1] <= ' ')
        return take_other(c, w, s, x, texts);
    keep(w, s, (size_t)(end - s), &none);
    tell(w, hc_cell_text(s, (size_t)(end - s)), none.is, texts);
    return end + 1;
}

/* Digits with a point among them, at most eight before and behind it and at
 * most 15 bytes with it; *p moves behind them.  False: not so. */
__attribute__((always_inline)) static inline bool
short_mantissa(const char **p, uint64_t *digits, int *after)
{
    enum { BYTES = 16 };
    const char *s = *p;
    const uint64_t w = hc_word(s);
    unsigned others = hc_scan_others(s) | 1U << BYTES;
    const size_t n = (size_t)__builtin_ctz(others);
    size_t end;
    if (n - 1 >= 8)
        return false;
    if (s[n] != '.') {
        *p = s + n;
        *digits = hc_word_value(w, n);
        *after = 0;
        return true;
    }
    others &= others - 1;
    end = (size_t)__builtin_ctz(others);
    *p = s + end;
    *after = (int)(end - n) - 1;
    if (end <= 8) { /* the point left out */
        const uint64_t high = ~UINT64_C(0) << 8 * n, next = w >> 8;
        *digits = hc_word_value(w ^ ((w ^ next) & high), end - 1);
        return true;
    }
    if (end == BYTES || end - n - 2 >= 8)
        return false;
    *digits = hc_word_value(w, n) * hc_whole_tens[end - n - 1] +
              hc_word_value(hc_word(s + n + 1), end - n - 1);
    return true;
}

/* What stands at s; returns behind what ends it, or NULL: not plain. */
__attribute__((always_inline)) static inline const char *
take(const hc_plain_row *c, wanted *w, const char *s, bool alone, double *x,
     const hc_plain_texts *texts)
{
    const bool minus = *s == '-';
    const char *p = s + minus, *next;
    uint64_t digits;
    number v;
    int after;

    if (!short_mantissa(&p, &digits, &after) ||
        !quotient(w, digits, after, minus, alone, &v))
        return take_rarely(c, w, s, x, texts);
    if (*p == w->end) {
        next = p + 1;
        if (alone)
            keep_alone(w, s, (size_t)(p - s), v.value);
        else
            keep(w, s, (size_t)(p - s), &v);
    } else if ((*p | 0x20) == 'e') {
        return take_exponent(c, w, s, p, digits, after, x, texts);
    } else if ((next = behind(c, w->end, p)) == NULL) {
        return take_other(c, w, s, x, texts);
    }
    if (alone)
        x[w->want.to] = v.value;
    else
        put(w, s, (size_t)(p - s), &v, x, texts);
    return next;
}

/* The text of the row before. */
static inline const char *again(wanted *w, const char *s, double *x,
                                const hc_plain_texts *texts)
{
    const size_t len = w->len;
    w->misses = 0;
    if (w->alone)
        x[w->want.to] = w->kept.value;
    else
        put(w, s, len, &w->kept, x, texts);
    return s + len + 1;
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
        if (w->skip > 0) {
            if (w->skip == AGAIN) {
                x[w->want.to] = x[w[-1].want.to];
                continue;
            }
            if ((s = step_over(c, s, w->skip)) == NULL)
                return NULL;
        }
        if ((hc_word(s) & w->mask) == w->text &&
            (w->len < 8 || goes_on(w, s)))
            s = again(w, s, x, &texts);
        else if (w->alone)
            s = take(c, w, s, true, x, &texts);
        else if (w->want.what != HC_PLAIN_TEXT)
            s = take(c, w, s, false, x, &texts);
        else
            s = take_text(c, w, s, x, &texts);
        if (s == NULL)
            return NULL;
    }
    return c->rest > 0 ? step_to_end(c, s) : s;
}
