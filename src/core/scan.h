/* scan.h: text looked at eight bytes at a time
 *
 * Plain 64-bit arithmetic, the same on every machine.  Byte tricks: H. S.
 * Warren, "Hacker's Delight", section 6-1 (finding a byte); eight digits as
 * a number: D. Lemire, 10.1002/spe.2984, section 4.
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

/* Are all eight decimal digits? */
static inline bool hc_word_is_digits(uint64_t w)
{
    return (((w + hc_word_of(0x46)) | (w - hc_word_of('0'))) &
            hc_word_of(0x80)) == 0;
}

/* Their value, 0 to 99999999. */
static inline uint64_t hc_word_value(uint64_t w)
{
    const uint64_t even = UINT64_C(0x000000ff000000ff);
    w -= hc_word_of('0');
    w = w * 10 + (w >> 8); /* pairs, in every second byte */
    return ((w & even) * (100 + (UINT64_C(1000000) << 32)) +
            (w >> 16 & even) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

/* Where the byte c stands in s[0..len): offsets into at[cap], in order.
 * Returns how many there are, which may be more than cap; c is not NUL and
 * len < 2^32. */
size_t hc_scan_byte(const char *s, size_t len, char c, uint32_t *at,
                    size_t cap);

/* Is any byte of s above 0x7f, or NUL? */
bool hc_scan_unusual(const char *s, size_t len);

#endif
