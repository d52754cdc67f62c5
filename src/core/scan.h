/* scan.h: text looked at eight bytes at a time
 *
 * Plain 64-bit arithmetic, the same on every machine; where the processor
 * surely has 16-byte comparisons (x86-64), bytes are found with them.  Byte
 * tricks: H. S. Warren, "Hacker's Delight", section 5-1 (counting bits) and
 * 6-1 (finding a byte); eight digits as a number: D. Lemire,
 * 10.1002/spe.2984, section 4.
 */
#ifndef HC_CORE_SCAN_H
#define HC_CORE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Eight bytes, the first of them lowest. */
static inline uint64_t hc_word(const char *s)
{
    uint64_t w;
    memcpy(&w, s, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

/* The eight bytes back again. */
static inline void hc_word_put(char *s, uint64_t w)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    memcpy(s, &w, sizeof w);
}

/* The same byte eight times. */
static inline uint64_t hc_word_of(unsigned char c)
{
    return c * UINT64_C(0x0101010101010101);
}

/* 0x80 in each byte that is that of `eight` (hc_word_of), 0 in the others. */
static inline uint64_t hc_word_equal(uint64_t w, uint64_t eight)
{
    const uint64_t low = hc_word_of(0x7f);
    uint64_t x = w ^ eight;
    return ~(((x & low) + low) | x | low);
}

/* Bit i is set where byte i of the eight has its high bit set. */
static inline unsigned hc_word_highs(uint64_t w)
{
    const uint64_t gather = UINT64_C(0x0102040810204080);
    return (unsigned)(((w & hc_word_of(0x80)) >> 7) * gather >> 56);
}

/* How many of the eight bytes are decimal digits before the first that is
 * none. */
static inline size_t hc_word_digits(uint64_t w)
{
    uint64_t x = w ^ hc_word_of('0');
    uint64_t other = ((x + hc_word_of(0x76)) | x) & hc_word_of(0x80);
    return other == 0 ? 8 : (size_t)__builtin_ctzll(other) / 8;
}

/* The value of the first n of them, 1 <= n <= 8, which are digits. */
static inline uint64_t hc_word_value(uint64_t w, size_t n)
{
    const uint64_t even = UINT64_C(0x000000ff000000ff);
    w = (w ^ hc_word_of('0')) << (-8 * n & 63); /* zeros in front */
    w = w * 10 + (w >> 8); /* pairs, in every second byte */
    return ((w & even) * (100 + (UINT64_C(1000000) << 32)) +
            (w >> 16 & even) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

/* Bit i is set where byte i of 16 is no decimal digit. */
static inline unsigned hc_scan_others(const char *s)
{
#ifdef __SSE2__
    const __m128i nine = _mm_set1_epi8(9);
    __m128i d = _mm_sub_epi8(_mm_loadu_si128((const void *)s),
                             _mm_set1_epi8('0'));
    return (unsigned)_mm_movemask_epi8(
               _mm_cmpeq_epi8(_mm_min_epu8(d, nine), d)) ^
           0xffff;
#else
    uint64_t a = hc_word(s) ^ hc_word_of('0');
    uint64_t b = hc_word(s + 8) ^ hc_word_of('0');
    /* above 9, in each byte for itself: no carry leaves it */
    a = ((a & hc_word_of(0x7f)) + hc_word_of(0x76)) | a;
    b = ((b & hc_word_of(0x7f)) + hc_word_of(0x76)) | b;
    return hc_word_highs(a) | hc_word_highs(b) << 8;
#endif
}

/* Bytes that are looked for, each eight times. */
typedef struct {
    uint64_t a, b, c; /* any of these, and '\n' */
    uint64_t odd;     /* 0xff: and NUL and those above 0x7f; or 0 */
} hc_scan_set;

/* Bit i is set where byte i of 16 is one of them. */
static inline unsigned hc_scan_any(const hc_scan_set *of, const char *s)
{
#ifdef __SSE2__
    const __m128i w = _mm_loadu_si128((const void *)s);
    __m128i m = _mm_or_si128(
        _mm_cmpeq_epi8(w, _mm_set1_epi64x((long long)of->a)),
        _mm_cmpeq_epi8(w, _mm_set1_epi8('\n')));
    m = _mm_or_si128(m, _mm_cmpeq_epi8(w, _mm_set1_epi64x((long long)of->b)));
    m = _mm_or_si128(m, _mm_cmpeq_epi8(w, _mm_set1_epi64x((long long)of->c)));
    m = _mm_or_si128(
        m, _mm_and_si128(_mm_set1_epi64x((long long)of->odd),
                         _mm_or_si128(w, _mm_cmpeq_epi8(
                                             w, _mm_setzero_si128()))));
    return (unsigned)_mm_movemask_epi8(m);
#else
    unsigned bits = 0;
    for (int i = 0; i < 16; i += 8) {
        uint64_t w = hc_word(s + i);
        uint64_t m = hc_word_equal(w, of->a) | hc_word_equal(w, of->b) |
                     hc_word_equal(w, of->c) |
                     hc_word_equal(w, hc_word_of('\n')) |
                     ((w | hc_word_equal(w, 0)) & of->odd);
        bits |= hc_word_highs(m) << i;
    }
    return bits;
#endif
}

/* What 32 bytes hold, a bit for each, the first lowest. */
typedef struct {
    uint32_t ends;  /* '\n' */
    uint32_t marks; /* the delimiter */
    uint32_t odd;   /* NUL, '"', above 0x7f */
} hc_marks;

static inline hc_marks hc_scan_marks(const char *s, char delimiter)
{
    hc_marks m = {0, 0, 0};
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), zero = _mm_setzero_si128();
    const __m128i end = _mm_set1_epi8('\n'), mark = _mm_set1_epi8(delimiter);
    for (int i = 0; i < 32; i += 16) {
        __m128i w = _mm_loadu_si128((const void *)(s + i));
        __m128i odd = _mm_or_si128(
            w, _mm_or_si128(_mm_cmpeq_epi8(w, zero),
                            _mm_cmpeq_epi8(w, quote)));
        m.ends |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(w, end)) << i;
        m.marks |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(w, mark)) << i;
        m.odd |= (uint32_t)_mm_movemask_epi8(odd) << i;
    }
#else
    for (int i = 0; i < 32; i += 8) {
        uint64_t w = hc_word(s + i);
        uint64_t odd = w | hc_word_equal(w, 0) |
                       hc_word_equal(w, hc_word_of('"'));
        uint64_t marks =
            hc_word_equal(w, hc_word_of((unsigned char)delimiter));
        m.ends |= hc_word_highs(hc_word_equal(w, hc_word_of('\n'))) << i;
        m.marks |= hc_word_highs(marks) << i;
        m.odd |= hc_word_highs(odd) << i;
    }
#endif
    return m;
}

/* A copy of a few bytes, as a cell has them. */
static inline void hc_copy_few(char *to, const char *s, size_t n)
{
    if (n > 16) {
        memcpy(to, s, n);
    } else if (n >= 8) {
        memcpy(to, s, 8);
        memcpy(to + n - 8, s + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, s, 4);
        memcpy(to + n - 4, s + n - 4, 4);
    } else if (n > 0) {
        to[0] = s[0];
        to[n / 2] = s[n / 2];
        to[n - 1] = s[n - 1];
    }
}

/* Bit i is set where byte i of s[0..n), n <= 64, is c, which is not NUL. */
uint64_t hc_scan_mask(const char *s, size_t n, char c);

/* Where the byte c stands in s[0..len): offsets into at[cap], in order.
 * Returns how many there are, which may be more than cap; c is not NUL and
 * len < 2^32. */
size_t hc_scan_byte(const char *s, size_t len, char c, uint32_t *at,
                    size_t cap);

/* Is any byte of s above 0x7f, or NUL? */
bool hc_scan_unusual(const char *s, size_t len);

#endif
