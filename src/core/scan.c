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

#ifdef __SSE2__
/* Bit i is set where byte i of s[0..n), n <= 64, is c; at least 16 bytes that
 * end with these can be read. */
static inline uint64_t hits_of(const char *s, size_t n, char c)
{
    const __m128i all = _mm_set1_epi8(c);
    uint64_t hits = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        hits |= (uint64_t)(uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(
                    _mm_loadu_si128((const void *)(s + i)), all))
                << i;
    if (i < n)
        hits |= (uint64_t)((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(
                               _mm_loadu_si128((const void *)(s + n - 16)),
                               all)) >>
                           (16 - (n - i)))
                << i;
    return hits;
}

static inline size_t count_bits(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) +
        (x >> 2 & UINT64_C(0x3333333333333333));
    return (size_t)(((x + (x >> 4)) & hc_word_of(0x0f)) * hc_word_of(1) >> 56);
}

/* The hits of 64 bytes.  Eight are noted whether they are there or not: no
 * branch waits for how many. */
static inline size_t note_hits(uint64_t hits, size_t offset, uint32_t *at,
                               size_t cap, size_t n)
{
    const uint64_t stop = UINT64_C(1) << 63;
    if (cap - n >= 8 && n < cap) {
        size_t all = count_bits(hits);
        for (size_t k = 0; k < 8; k++, hits &= hits - 1)
            at[n + k] =
                (uint32_t)(offset + (size_t)__builtin_ctzll(hits | stop));
        if (all <= 8)
            return n + all;
        n += 8;
    }
    for (; hits != 0; hits &= hits - 1, n++)
        if (n < cap)
            at[n] = (uint32_t)(offset + (size_t)__builtin_ctzll(hits));
    return n;
}
#endif

/* Eight at a time: short texts, other machines. */
static size_t scan_words(const char *s, size_t len, char c, uint32_t *at,
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

uint64_t hc_scan_mask(const char *s, size_t n, char c)
{
    const uint64_t eight = hc_word_of((unsigned char)c);
    uint64_t mask = 0;
    size_t i = 0;
#ifdef __SSE2__
    if (n >= 16)
        return hits_of(s, n, c);
#endif
    for (; i + 8 <= n; i += 8)
        mask |= (uint64_t)hc_word_highs(hc_word_equal(hc_word(s + i), eight))
                << i;
    if (i < n) /* c is not 0, as the bytes behind the end are */
        mask |= (uint64_t)hc_word_highs(
                    hc_word_equal(last_word(s, n, n - i), eight))
                << i;
    return mask;
}

size_t hc_scan_byte(const char *s, size_t len, char c, uint32_t *at,
                    size_t cap)
{
#ifdef __SSE2__
    if (len >= 16) {
        size_t n = 0;
        for (size_t i = 0; i < len; i += 64)
            n = note_hits(hits_of(s + i, len - i < 64 ? len - i : 64, c), i,
                          at, cap, n);
        return n;
    }
#endif
    return scan_words(s, len, c, at, cap);
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

#ifdef __SSE2__
    if (len >= 16) {
        const __m128i zero = _mm_setzero_si128();
        __m128i w = _mm_loadu_si128((const void *)(s + len - 16));
        __m128i odd = _mm_or_si128(w, _mm_cmpeq_epi8(w, zero));
        for (; i + 16 <= len; i += 16) {
            w = _mm_loadu_si128((const void *)(s + i));
            odd = _mm_or_si128(odd, _mm_or_si128(w, _mm_cmpeq_epi8(w, zero)));
        }
        return _mm_movemask_epi8(odd) != 0;
    }
#endif
    for (; i + 8 <= len; i += 8)
        any |= unusual(hc_word(s + i));
    for (; i < len; i++)
        any |= (unsigned char)s[i] == 0 || (unsigned char)s[i] > 0x7f;
    return any != 0;
}
