#include "core/scan.h"

/* The last bytes of s[0..len), n < 8 of them, in the low bytes of a word; the
 * others are 0. */
static uint64_t last_word(const char *s, size_t len, size_t n)
{
    uint64_t w = 0;
    if (len >= 8)
        return hc_word(s + len - 8) >> 8 * (8 - n);
    for (size_t i = n; i > 0; i--)
        w = w << 8 | (unsigned char)s[i - 1];
    return w;
}

/* The hits of one word, whose first byte has that offset. */
static inline size_t note(uint64_t hits, size_t offset, uint32_t *at,
                          size_t cap, size_t n)
{
    for (; hits != 0; hits &= hits - 1, n++)
        if (n < cap)
            at[n] = (uint32_t)(offset + (size_t)__builtin_ctzll(hits) / 8);
    return n;
}

size_t hc_scan_byte(const char *s, size_t len, char c, uint32_t *at,
                    size_t cap)
{
    const uint64_t eight = hc_word_of((unsigned char)c);
    size_t n = 0, i = 0;

    for (; i + 8 <= len; i += 8)
        n = note(hc_word_equal(hc_word(s + i), eight), i, at, cap, n);
    if (i < len) /* c is not 0, as the bytes behind the end are */
        n = note(hc_word_equal(last_word(s, len, len - i), eight), i, at, cap,
                 n);
    return n;
}

/* 0x80 in some byte when one of the eight is NUL or above 0x7f. */
static inline uint64_t unusual(uint64_t w)
{
    return (w | (w - hc_word_of(1))) & hc_word_of(0x80);
}

bool hc_scan_unusual(const char *s, size_t len)
{
    uint64_t any = 0;
    size_t i = 0;

    for (; i + 8 <= len; i += 8)
        any |= unusual(hc_word(s + i));
    for (; i < len; i++)
        any |= (unsigned char)s[i] == 0 || (unsigned char)s[i] > 0x7f;
    return any != 0;
}
