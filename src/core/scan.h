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
    w = (w ^ hc_word_of('0')) << 8 * (8 - n); /* zeros in front */
    w = w * 10 + (w >> 8); /* pairs, in every second byte */
    return ((w & even) * (100 + (UINT64_C(1000000) << 32)) +
            (w >> 16 & even) * (1 + (UINT64_C(10000) << 32))) >>
           32;
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

/* Where the byte c stands in s[0..len): offsets into at[cap], in order.
 * Returns how many there are, which may be more than cap; c is not NUL and
 * len < 2^32. */
size_t hc_scan_byte(const char *s, size_t len, char c, uint32_t *at,
                    size_t cap);

/* Is any byte of s above 0x7f, or NUL? */
bool hc_scan_unusual(const char *s, size_t len);

#endif
