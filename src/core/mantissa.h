/* mantissa.h: the digits of a number whose end is not known (inside core)
 *
 * Eight bytes at a time; that many behind the number are read, which any byte
 * ends that is no part of one.
 */
#ifndef HC_CORE_MANTISSA_H
#define HC_CORE_MANTISSA_H

#include "core/pow10.h"
#include "core/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits from p on, put behind those in *digits, up to a byte that is none;
 * may overflow when they are more than 19. */
static inline const char *hc_take_digits(const char *p, uint64_t *digits)
{
    for (;; p += 8) {
        uint64_t w = hc_word(p);
        size_t n = hc_word_digits(w);
        if (n == 0)
            return p;
        *digits = *digits * hc_whole_tens[n] + hc_word_value(w, n);
        if (n < 8)
            return p + n;
    }
}

/* The exponent at p, from its 'e' on; NULL unless it is a plain one. */
static inline const char *hc_take_exponent(const char *p, int *exp10)
{
    int e = 0;
    unsigned d;
    bool minus = p[1] == '-';
    const char *from = p += 1 + (minus || p[1] == '+');

    for (; (d = (unsigned)(unsigned char)*p - '0') <= 9; p++) {
        if (p - from == 3)
            return NULL;
        e = e * 10 + (int)d;
    }
    *exp10 += minus ? -e : e;
    return p > from ? p : NULL;
}

/* Digits with a point among them, up to eight bytes of them at a stroke:
 * *after is how many stand behind the point.  NULL when there are none or
 * more than 18. */
__attribute__((always_inline)) static inline const char *
hc_take_mantissa(const char *p, uint64_t *digits, int *after)
{
    const char *from = p, *point;
    uint64_t w = hc_word(p), low;
    size_t n = hc_word_digits(w);

    *after = 0;
    if (n == 8 || (n == 0 && *p != '.')) {
        *digits = 0;
        p = hc_take_digits(p, digits);
        n = (size_t)(p - from);
        if (*p == '.') {
            point = p;
            p = hc_take_digits(p + 1, digits);
            *after = (int)(p - point) - 1;
            n += (size_t)*after;
        }
        return n > 0 && n <= 18 ? p : NULL;
    }
    point = p + n;
    if (*point != '.') {
        *digits = hc_word_value(w, n);
        return point;
    }
    low = (UINT64_C(1) << 8 * n) - 1;
    w = (w & low) | (hc_word(p + 1) & ~low); /* the point left out */
    n = hc_word_digits(w);
    if (n == 0)
        return NULL;
    *digits = hc_word_value(w, n);
    p += n + 1;
    if (n == 8)
        p = hc_take_digits(p, digits);
    *after = (int)(p - point) - 1;
    return p - from <= 19 ? p : NULL;
}

#endif
