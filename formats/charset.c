/* charset.c: texts in the encodings of one language
 *
 * A run of high bytes in UTF-8 is checked elsewhere.  What is left is told by
 * how such bytes stand: Latin-1 has them one by one (a degree sign, an
 * umlaut); Cyrillic words are runs of letters 0xC0 to 0xFF; Shift-JIS leads
 * its pairs with 0x81 to 0x9F; EUC-KR and GB 2312 have pairs from 0xA1, the
 * syllables of Korean led by 0xB0 to 0xC8, the characters of Chinese by 0xB0
 * to 0xF7 (W. Lunde, CJKV Information Processing, chapter 4).
 */
#include "formats/decode.h"

#include "core/search.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

const char *hc_charset_name(hc_encoding e)
{
    switch (e) {
    case HC_ENC_GBK:
        return "GBK";
    case HC_ENC_SHIFT_JIS:
        return "CP932";
    case HC_ENC_EUC_KR:
        return "CP949";
    case HC_ENC_CP1251:
        return "CP1251";
    case HC_ENC_CP1250:
        return "CP1250";
    case HC_ENC_CP1254:
        return "CP1254";
    case HC_ENC_BIG5:
        return "BIG5";
    default:
        return NULL;
    }
}

/* ---- which one ---- */

/* How many bytes of ASCII stand at i. */
static size_t ascii_at(const unsigned char *s, size_t len, size_t i)
{
    return hc_search_high((const char *)s + i, len - i);
}

static bool is_pair(const unsigned char *s, unsigned lead, unsigned last)
{
    return s[0] >= lead && s[0] <= last && s[1] >= 0xA1 && s[1] != 0xFF;
}

/* Pairs of bytes from 0xA1, whose lead is in [0xA1, last]; symbols up to 0xA9
 * belong to all of them. */
static bool likely_pairs(const unsigned char *s, size_t len, unsigned last)
{
    size_t pairs = 0, words = 0, odd = 0;
    for (size_t i = 0; i < len;) {
        size_t run = 0;
        while (i + 1 < len && is_pair(s + i, 0xA1, last)) {
            run++;
            i += 2;
        }
        pairs += run;
        words += run >= 2;
        if (run == 0) {
            odd += s[i] >= 0x80 && i + 1 < len;
            i += 1 + ascii_at(s, len, i + 1);
        }
    }
    return words >= 1 && pairs >= 4 && 8 * odd <= pairs;
}

/* As for Chinese, but of syllables alone: six of them would begin so in one
 * Chinese text of twenty. */
static bool likely_korean(const unsigned char *s, size_t len)
{
    size_t syllables = 0;
    for (size_t i = ascii_at(s, len, 0); i + 1 < len;
         i += 1 + ascii_at(s, len, i + 1))
        if (is_pair(s + i, 0xB0, 0xC8)) {
            syllables++;
            i++;
        }
    return syllables >= 6 && likely_pairs(s, len, 0xC8);
}

static size_t shift_jis_pair(const unsigned char *s, size_t len)
{
    bool lead =
        (s[0] >= 0x81 && s[0] <= 0x9F) || (s[0] >= 0xE0 && s[0] <= 0xFC);
    return len >= 2 && lead && s[1] >= 0x40 && s[1] != 0x7F && s[1] <= 0xFC;
}

static bool likely_japanese(const unsigned char *s, size_t len)
{
    size_t pairs = 0, low = 0, words = 0, odd = 0, run = 0, plain;
    for (size_t i = 0; i < len;) {
        if ((plain = ascii_at(s, len, i)) > 0) {
            i += plain;
            run = 0;
        } else if (shift_jis_pair(s + i, len - i)) {
            pairs++;
            low += s[i] <= 0x9F;
            words += ++run == 2;
            i += 2;
        } else {
            /* half-width kana stand for themselves */
            odd += (s[i] < 0xA1 || s[i] > 0xDF) && i + 1 < len;
            i++;
            run = 0;
        }
    }
    return words >= 1 && pairs >= 3 && 2 * low >= pairs && 8 * odd <= pairs;
}

static bool likely_cyrillic(const unsigned char *s, size_t len)
{
    size_t high = 0, letters = 0, words = 0, run = 0, plain;
    for (size_t i = 0; i < len; i++) {
        if ((plain = ascii_at(s, len, i)) > 0) {
            i += plain - 1;
            run = 0;
            continue;
        }
        /* Yo, degree, plus-minus, micro, numero, no-break space: beside */
        bool letter = s[i] >= 0xC0 || s[i] == 0xA8 || s[i] == 0xB8;
        bool sign = s[i] == 0xB0 || s[i] == 0xB1 || s[i] == 0xB5 ||
                    s[i] == 0xB9 || s[i] == 0xA0;
        high += !sign;
        letters += letter;
        run = letter ? run + 1 : 0;
        words += run == 4;
    }
    return words >= 1 && letters >= 6 && 20 * letters >= 19 * high;
}

/* Words for quantities in encodings that how their bytes stand does not tell
 * from others: of Taiwan voltage, current, frequency, time; Polish voltage,
 * current, frequency, part; Czech voltage, time, part, frequency; Turkish
 * current, step, part. */
static const struct {
    hc_encoding e;
    const char *word;
} tells[] = {
    {HC_ENC_BIG5, "\xb9\x71\xc0\xa3"},
    {HC_ENC_BIG5, "\xb9\x71\xac\x79"},
    {HC_ENC_BIG5, "\xc0\x57\xb2\x76"},
    {HC_ENC_BIG5, "\xae\xc9\xb6\xa1"},
    {HC_ENC_CP1250, "api\xea"
                    "cie"},
    {HC_ENC_CP1250, "Pr\xb9"
                    "d"},
    {HC_ENC_CP1250, "pr\xb9"
                    "d"},
    {HC_ENC_CP1250, "z\xeastotliwo"},
    {HC_ENC_CP1250, "z\xea\x9c\xe6"},
    {HC_ENC_CP1250, "Nap\xect\xed"},
    {HC_ENC_CP1250, "\xe8\xe1st"},
    {HC_ENC_CP1250, "mito\xe8"
                    "et"},
    {HC_ENC_CP1254, "Ak\xfdm"},
    {HC_ENC_CP1254, "ak\xfdm"},
    {HC_ENC_CP1254, "Ad\xfdm"},
    {HC_ENC_CP1254, "k\xfds\xfdm"},
};

static hc_encoding told(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof tells / sizeof tells[0]; i++)
        if (hc_search_word(text, len, tells[i].word,
                           strlen(tells[i].word)) != NULL)
            return tells[i].e;
    return HC_ENC_LATIN1;
}

hc_encoding hc_charset_guess(const char *text, size_t len)
{
    /* most texts have such bytes in their heads alone; some ASCII around them
     * belongs to the words and ends the runs */
    enum { AROUND = 16 };
    size_t from = hc_search_high(text, len), end = hc_search_last(text, len);
    from -= from < AROUND ? from : AROUND;
    len = (len - end < AROUND ? len : end + AROUND) - from;
    text += from;
    const unsigned char *s = (const unsigned char *)text;
    hc_encoding e = told(text, len);
    return e != HC_ENC_LATIN1           ? e
           : likely_cyrillic(s, len)    ? HC_ENC_CP1251
           : likely_japanese(s, len)    ? HC_ENC_SHIFT_JIS
           : likely_korean(s, len)      ? HC_ENC_EUC_KR
           : likely_pairs(s, len, 0xF7) ? HC_ENC_GBK
                                        : HC_ENC_LATIN1;
}

/* ---- to UTF-8 ---- */

struct hc_charset {
    iconv_t cd;
};

void hc_charset_free(hc_charset *open)
{
    if (open != NULL && open->cd != (iconv_t)-1)
        iconv_close(open->cd);
    free(open);
}

void hc_charset_text(hc_charset **open, hc_encoding e, hc_text *t,
                     const char *s, size_t len)
{
    const char *name = hc_charset_name(e);
    char *in = hc_strndup(s, len), *from = in, out[512];
    if (*open == NULL && name != NULL &&
        (*open = calloc(1, sizeof **open)) != NULL)
        (*open)->cd = iconv_open("UTF-8", name);
    if (*open == NULL || (*open)->cd == (iconv_t)-1 || in == NULL) {
        hc_latin1_text(t, s, len);
        len = 0;
    }
    while (len > 0) {
        char *to = out;
        size_t left = sizeof out;
        size_t n = iconv((*open)->cd, &from, &len, &to, &left);
        hc_text_add(t, out, (size_t)(to - out));
        if (n == (size_t)-1 && errno != E2BIG && len > 0) {
            hc_latin1_text(t, from, 1); /* a byte that is no character */
            from++;
            len--;
        }
    }
    free(in);
}
