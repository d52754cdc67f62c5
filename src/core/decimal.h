/* decimal.h: short decimal numbers, read eight bytes at a time
 *
 * Nearly every field of a measurement is a sign, at most 16 digits and a
 * mark.  Such a text is put at the top of one or two words, its mark taken
 * out and its digits multiplied together, without a branch that depends on
 * where they stand.  Eight digits as a number: D. Lemire, 10.1002/spe.2984,
 * section 4.  The result is the one of hc_number_parse, bit by bit: a whole
 * number of at most 53 bits over a power of ten that a double holds exactly.
 */
#ifndef HC_CORE_DECIMAL_H
#define HC_CORE_DECIMAL_H

#include "core/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes behind the text may be read (they say nothing). */
enum { HC_PADDING = 16 };

/* 10^0 to 10^22, which a double holds exactly. */
extern const double hc_exact_tens[23];

/* digits * 10^exp10, correctly rounded; false where that takes the C
 * library. */
bool hc_decimal_value(uint64_t digits, int exp10, double *x);

/* One to eight characters that end at the top byte of a word. */
typedef struct {
    uint64_t digits; /* the value, the mark left out */
    uint64_t marks;  /* 0x80 in the byte of the mark */
    uint64_t odd;    /* not 0: no digits, or another character among them */
} hc_eight;

/* w: n <= 8 characters, the last in the top byte, 0 in the bytes below. */
static inline hc_eight hc_eight_of(uint64_t w, size_t n)
{
    const uint64_t even = UINT64_C(0x000000ff000000ff);
    const uint64_t high = hc_word_of(0x80);
    hc_eight e = {.marks = hc_word_equal(w, hc_word_of('.'))};
    uint64_t below = (e.marks >> 7) - (e.marks != 0);
    uint64_t kept = ~(below | (e.marks >> 7) * 0xff);
    size_t used = n - (e.marks != 0);
    w = (w & kept) | (w & below) << 8;
    /* digits become 0 to 9, what lies below the first of them stays 0 */
    w ^= used == 0 ? 0 : hc_word_of('0') << 8 * (8 - used);
    e.odd = (((w + hc_word_of(0x76)) | w) & high) | (e.marks & (e.marks - 1));
    w = w * 10 + (w >> 8);
    e.digits = ((w & even) * (100 + (UINT64_C(1000000) << 32)) +
                (w >> 16 & even) * (1 + (UINT64_C(10000) << 32))) >>
               32;
    return e;
}

/* How many digits stand behind the mark, 0 without one. */
static inline unsigned hc_eight_places(uint64_t marks)
{
    uint64_t m = marks != 0 ? marks : UINT64_C(1) << 63;
    return (unsigned)__builtin_clzll(m) / 8;
}

/* A sign, digits and at most one mark, 1 to 16 characters behind the sign, as
 * digits over 10^places.  False: something else, hc_number_parse knows. */
static inline bool hc_decimal_digits(const char *s, size_t n,
                                     uint64_t *digits, unsigned *places)
{
    if (n - 1 < 8) {
        hc_eight e = hc_eight_of(hc_word(s) << 8 * (8 - n), n);
        *digits = e.digits;
        *places = hc_eight_places(e.marks);
        return e.odd == 0 && (n > 1 || e.marks == 0);
    }
    if (n - 9 < 8) {
        size_t first = n - 8;
        hc_eight a = hc_eight_of(hc_word(s) << 8 * (8 - first), first);
        hc_eight b = hc_eight_of(hc_word(s + first), 8);
        uint64_t below = b.marks != 0 ? 10000000 : 100000000;
        *digits = a.digits * below + b.digits;
        *places = b.marks != 0   ? hc_eight_places(b.marks)
                  : a.marks != 0 ? 8 + hc_eight_places(a.marks)
                                 : 0;
        return (a.odd | b.odd) == 0 && (a.marks == 0 || b.marks == 0);
    }
    return false;
}

/* Such a text as a double.  s[0 .. len + HC_PADDING) can be read. */
__attribute__((always_inline)) static inline bool
hc_decimal_parse(const char *s, size_t len, double *x)
{
    size_t minus = len > 0 && *s == '-';
    uint64_t digits;
    unsigned places;
    double v;
    if (!hc_decimal_digits(s + minus, len - minus, &digits, &places) ||
        digits > UINT64_C(1) << 53)
        return false;
    v = (double)(int64_t)digits / hc_exact_tens[places];
    *x = minus ? -v : v;
    return true;
}

#endif
