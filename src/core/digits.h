/* digits.h: the digits of a number as characters (inside core)
 *
 * Eight or sixteen digits at a time, in registers: halves, quarters and pairs
 * of them come apart by multiplication, all of one kind at once.  The mark
 * goes between them by a shift, the zeros at the end are counted as bits.
 */
#ifndef HC_CORE_DIGITS_H
#define HC_CORE_DIGITS_H

#include "core/pow10.h"
#include "core/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A number > 0 as its first 16 digits, the first of them not 0, and the one
 * behind them: sixteen.last 10^(point - 16). */
typedef struct {
    uint64_t sixteen;
    unsigned last;
    int point; /* so many digits stand before the mark */
} hc_digits;

enum { HC_EIGHT = 8, HC_SIXTEEN = 16 };
#define HC_TEN_8  UINT64_C(100000000)
#define HC_TEN_16 UINT64_C(10000000000000000)

/* How many decimal digits d has, 1 for 0. */
static inline int hc_count_digits(uint64_t d)
{
    int guess = (64 - __builtin_clzll(d | 1)) * 1233 >> 12;
    return guess + (d >= hc_whole_tens[guess] || d == 0);
}

/* Of d 10^exp10, 0 < d < 10^17. */
static inline hc_digits hc_digits_of(uint64_t d, int exp10)
{
    int n = hc_count_digits(d);
    hc_digits t = {.point = n + exp10};
    if (n > HC_SIXTEEN) {
        t.sixteen = d / 10;
        t.last = (unsigned)(d % 10);
    } else {
        t.sixteen = d * hc_whole_tens[HC_SIXTEEN - n];
    }
    return t;
}

/* The eight digits of x < 10^8 as numbers, the first in the lowest byte. */
static inline uint64_t hc_eight_digits(uint64_t x)
{
    /* x / 10000, then / 100 and / 10 of each part: exact in their range */
    uint64_t left = x * 109951163 >> 40;
    x = (x << 32) - left * ((UINT64_C(10000) << 32) - 1);
    left = (x * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    x = (x << 16) - left * ((100 << 16) - 1);
    left = (x * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    return (x << 8) - left * ((10 << 8) - 1);
}

/* How many of such digits there are up to the last that is not 0; not all
 * are. */
static inline long hc_used_digits(uint64_t w)
{
    return ((63 ^ __builtin_clzll(w)) >> 3) + 1;
}

/* Sixteen digits as characters. */
#ifdef __SSE2__
typedef __m128i hc_eights;

/* Of twice x < 10^8; *used: how many up to the last that is not 0. */
static inline hc_eights hc_eights_of(uint64_t first, uint64_t second,
                                     long *used)
{
    /* as hc_eight_digits, both at once */
    __m128i x = _mm_set_epi64x((int64_t)second, (int64_t)first), left;
    left = _mm_mul_epu32(x, _mm_set1_epi64x(109951163));
    left = _mm_srli_epi64(left, 40);
    x = _mm_sub_epi64(x, _mm_mul_epu32(left, _mm_set1_epi64x(10000)));
    x = _mm_or_si128(_mm_slli_epi64(x, 32), left);
    left = _mm_srli_epi16(_mm_mulhi_epu16(x, _mm_set1_epi16(10486)), 4);
    x = _mm_sub_epi16(x, _mm_madd_epi16(left, _mm_set1_epi32(100)));
    x = _mm_or_si128(_mm_slli_epi32(x, 16), left);
    /* n 6554 is n / 10 in units of 2^16, and a little */
    left = _mm_mulhi_epu16(x, _mm_set1_epi16(6554));
    x = _mm_mullo_epi16(x, _mm_set1_epi16(6554));
    x = _mm_mulhi_epu16(x, _mm_set1_epi16(10));
    x = _mm_or_si128(_mm_slli_epi16(x, 8), left);
    const __m128i zeros = _mm_cmpeq_epi8(x, _mm_setzero_si128());
    const unsigned others = (unsigned)_mm_movemask_epi8(zeros) ^ 0xffff;
    *used = 31 ^ __builtin_clz(others << 1 | 1);
    return _mm_or_si128(x, _mm_set1_epi8('0'));
}

static inline uint64_t hc_eights_first(hc_eights e)
{
    return (uint64_t)_mm_cvtsi128_si64(e);
}

static inline uint64_t hc_eights_second(hc_eights e)
{
    return hc_eights_first(_mm_unpackhi_epi64(e, e));
}

static inline void hc_eights_put(char *p, hc_eights e)
{
    _mm_storeu_si128((void *)p, e);
}
#else
typedef struct {
    uint64_t first, second;
} hc_eights;

static inline hc_eights hc_eights_of(uint64_t first, uint64_t second,
                                     long *used)
{
    const uint64_t a = hc_eight_digits(first), b = hc_eight_digits(second);
    *used = b != 0   ? HC_EIGHT + hc_used_digits(b)
            : a != 0 ? hc_used_digits(a)
                     : 0;
    return (hc_eights){a + hc_word_of('0'), b + hc_word_of('0')};
}

static inline uint64_t hc_eights_first(hc_eights e)
{
    return e.first;
}

static inline uint64_t hc_eights_second(hc_eights e)
{
    return e.second;
}

static inline void hc_eights_put(char *p, hc_eights e)
{
    hc_word_put(p, e.first);
    hc_word_put(p + 8, e.second);
}
#endif

/* Digits go down without zeros at the end of a fraction, the mark behind the
 * first `point` of them, -6 <= point <= 17 (hc_point_near); 25 + |point| bytes
 * may be written, the length returns. */
static inline bool hc_point_near(long point)
{
    return (unsigned long)(point + 6) <= 6 + 17;
}

/* Eight characters of which the first n are up to the last digit not 0. */
static inline size_t hc_lay_eight(uint64_t a, long n, long point, char *p)
{
    if (point <= 0) {
        memcpy(p, "0.000000", 8);
        hc_word_put(p + 2 - point, a);
        return (size_t)(2 - point + n);
    }
    hc_word_put(p, a);
    if (n <= point) {
        hc_word_put(p + 8, hc_word_of('0'));
        p[16] = '0';
        return (size_t)point;
    }
    hc_word_put(p + point + 1, a >> 8 * point);
    p[point] = '.';
    return (size_t)(n + 1);
}

/* Where the last digit is not 0, so many there are; else 0. */
static inline long hc_known_digits(const hc_digits *t)
{
    return t->last == 0 && t->sixteen % 10 == 0 ? 0 : 16 + (t->last != 0);
}

/* All of t but its own point.  `known`: so many digits there are without the
 * zeros at the end, 0 where that is not known; what is done next waits for the
 * length, and the digits tell it late. */
__attribute__((always_inline)) static inline size_t
hc_lay_digits(const hc_digits *t, long known, long point, char *p)
{
    const uint64_t high = t->sixteen / HC_TEN_8;
    const uint64_t low = t->sixteen - high * HC_TEN_8;
    const char last = (char)('0' + t->last);
    long n;
    if (known == 0 && low == 0) {
        const uint64_t w = hc_eight_digits(high);
        return hc_lay_eight(w + hc_word_of('0'), hc_used_digits(w), point, p);
    }
    const hc_eights e = hc_eights_of(high, low, &n);
    n = known > 0 ? known : n;
    if (point <= 0) {
        memcpy(p, "0.000000", 8);
        p += 2 - point;
        hc_eights_put(p, e);
        p[16] = last;
        return (size_t)(2 - point + n);
    }
    hc_eights_put(p, e);
    if (n <= point) {
        p[16] = last;
        return (size_t)point;
    }
    if (point < HC_EIGHT) {
        hc_word_put(p + point + 1, hc_eights_first(e) >> 8 * point);
        hc_word_put(p + 9, hc_eights_second(e));
    } else { /* 8 to 16 */
        const long half = 4 * (point - HC_EIGHT);
        hc_word_put(p + point + 1, hc_eights_second(e) >> half >> half);
    }
    p[17] = last;
    p[point] = '.';
    return (size_t)(n + 1);
}

#endif
