#include "core/search.h"

#include "core/scan.h"

/* ---- words ---- */

#ifdef __SSE2__
/* Bit i is set where byte i of the 16 is a and byte i + gap is z. */
static inline unsigned pairs_at(const char *s, size_t gap, __m128i a,
                                __m128i z)
{
    __m128i first = _mm_loadu_si128((const void *)s);
    __m128i last = _mm_loadu_si128((const void *)(s + gap));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(first, a), _mm_cmpeq_epi8(last, z)));
}

/* Words of at least two bytes, where the first and the last of them stand as
 * far from each other as they should (W. Mula, "SIMD-friendly algorithms for
 * substring searching"); what is left behind *at is shorter than 32 + n. */
static const char *by_pairs(const char **at, const char *end, const char *word,
                            size_t n)
{
    const __m128i a = _mm_set1_epi8(word[0]), z = _mm_set1_epi8(word[n - 1]);
    const char *s = *at;
    for (; (size_t)(end - s) >= 32 + n; s += 32) {
        unsigned hits =
            pairs_at(s, n - 1, a, z) | pairs_at(s + 16, n - 1, a, z) << 16;
        for (; hits != 0; hits &= hits - 1) {
            const char *here = s + __builtin_ctz(hits);
            if (memcmp(here, word, n) == 0)
                return here;
        }
    }
    *at = s;
    return NULL;
}
#endif

/* Which byte of a word is rarest in tables of numbers: marks, then capitals,
 * then small letters. */
static size_t rarest(const char *word, size_t n)
{
    size_t best = 0;
    int most = -1;
    for (size_t i = 0; i < n; i++) {
        char c = word[i];
        int rank = c >= 'a' && c <= 'z'                                   ? 1
                   : c >= 'A' && c <= 'Z'                                 ? 2
                   : c > ' ' && memchr(",;.-+|0123456789", c, 16) == NULL ? 3
                                                                          : 0;
        if (rank > most) {
            most = rank;
            best = i;
        }
    }
    return best;
}

/* By that byte, so long as it is rare indeed; what is left begins at *at. */
static const char *by_rarest(const char **at, const char *end,
                             const char *word, size_t n)
{
    enum { RARE = 40 };
    const size_t k = rarest(word, n);
    for (int i = 0; i < RARE && (size_t)(end - *at) >= n; i++) {
        const char *hit =
            memchr(*at + k, word[k], (size_t)(end - *at) - n + 1);
        if (hit == NULL) {
            *at = end;
            return NULL;
        }
        if (memcmp(hit - k, word, n) == 0)
            return hit - k;
        *at = hit - k + 1;
    }
    return NULL;
}

const char *hc_search_word(const char *s, size_t len, const char *word,
                           size_t n)
{
    const char *end = s + len, *hit = by_rarest(&s, end, word, n);
    if (hit != NULL || n == 1)
        return hit != NULL ? hit : memchr(s, word[0], (size_t)(end - s));
#ifdef __SSE2__
    const char *found = by_pairs(&s, end, word, n);
    if (found != NULL)
        return found;
#endif
    return memmem(s, (size_t)(end - s), word, n);
}

/* ---- bytes ---- */

size_t hc_search_high(const char *s, size_t len)
{
    const uint64_t high = hc_word_of(0x80);
    size_t i = 0;
    while (i + 32 <= len && ((hc_word(s + i) | hc_word(s + i + 8) |
                              hc_word(s + i + 16) | hc_word(s + i + 24)) &
                             high) == 0)
        i += 32;
    while (i < len && (unsigned char)s[i] < 0x80)
        i++;
    return i;
}

size_t hc_search_last(const char *s, size_t len)
{
    while (len >= 8 && (hc_word(s + len - 8) & hc_word_of(0x80)) == 0)
        len -= 8;
    while (len > 0 && (unsigned char)s[len - 1] < 0x80)
        len--;
    return len;
}

/* 0x80 in each byte of w, whose high bits are clear, that is at least n. */
static inline uint64_t at_least(uint64_t w, unsigned n)
{
    return (w + hc_word_of((unsigned char)(0x80 - n))) & hc_word_of(0x80);
}

/* 0x80 in each byte that is such a control byte. */
static inline uint64_t controls(uint64_t w)
{
    const uint64_t high = hc_word_of(0x80);
    uint64_t low = w & ~high, less = ~(at_least(low, 0x20) | w) & high;
    if (less == 0)
        return 0;
    return less & ~(at_least(low, '\t') & ~at_least(low, '\r' + 1)) &
           ~(at_least(low, 0x1a) & ~at_least(low, 0x1c));
}

size_t hc_search_control(const char *s, size_t len)
{
    size_t i = 0;
    while (i + 8 <= len && controls(hc_word(s + i)) == 0)
        i += 8;
    for (; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x20 && !(c >= '\t' && c <= '\r') && c != 0x1a && c != 0x1b)
            return i;
    }
    return len;
}
