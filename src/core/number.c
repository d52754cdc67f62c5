/* number.c: numbers from text, see number.h */
#include "core/number.h"

#include "core/decimal.h"
#include "core/mantissa.h"
#include "core/pow10.h"
#include "core/scan.h"
#include "core/text.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* A decimal number taken apart: 10^exp10 * digits, of which at most 19 are
 * kept; `many` says that more followed. */
typedef struct {
    uint64_t digits;
    int exp10;
    bool negative, many;
    size_t used; /* bytes of the text */
} parts;

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Digits before and after the mark; false when there is none. */
static bool scan_digits(const char *s, size_t len, char mark, parts *p)
{
    size_t i = p->used, from = i, point = 0;
    int kept = 0, seen = 0, dropped = 0, after = 0;
    bool in_fraction = false;
    uint64_t digits = 0;

    /* nearly every number: at most 19 digits, zeros in front among them */
    for (; i < len && i - from < 19; i++) {
        if (hc_isdigit(s[i])) {
            digits = digits * 10 + (uint64_t)(s[i] - '0');
        } else if (s[i] == mark && !in_fraction) {
            in_fraction = true;
            point = i;
        } else {
            break;
        }
    }
    if (i == len || i - from < 19) {
        p->digits = digits;
        p->used = i;
        p->exp10 = in_fraction ? -(int)(i - point - 1) : 0;
        return i - from > in_fraction;
    }
    in_fraction = false;
    for (i = from; i < len; i++) {
        if (s[i] == mark && !in_fraction) {
            in_fraction = true;
            continue;
        }
        if (!hc_isdigit(s[i]))
            break;
        seen++;
        if (kept < 19) {
            p->digits = p->digits * 10 + (uint64_t)(s[i] - '0');
            if (p->digits != 0)
                kept++;
            after += in_fraction;
        } else {
            p->many |= s[i] != '0';
            dropped += !in_fraction;
        }
    }
    p->used = i;
    p->exp10 = dropped - after;
    return seen > 0;
}

/* An exponent, if one stands here; "1e" alone leaves the e unread. */
static void scan_exponent(const char *s, size_t len, parts *p)
{
    size_t i = p->used;
    int e = 0;
    bool minus = false;

    if (i >= len || (s[i] != 'e' && s[i] != 'E'))
        return;
    i++;
    if (i < len && (s[i] == '+' || s[i] == '-'))
        minus = s[i++] == '-';
    if (i >= len || !hc_isdigit(s[i]))
        return;
    for (; i < len && hc_isdigit(s[i]); i++)
        if (e < 100000)
            e = e * 10 + (s[i] - '0');
    p->exp10 += minus ? -e : e;
    p->used = i;
}

/* Eisel-Lemire: digits * 10^exp10 from a 64 x 128 bit product.  The table is
 * rounded down, so the true product lies less than digits * 1 ulp above; when
 * that could change the rounding, or the result is not a normal number, the
 * answer is false and the caller asks the C library. */
static bool round_product(uint64_t digits, int exp10, double *out)
{
    if (exp10 < HC_POW10_MIN || exp10 > 308)
        return false;
    const uint64_t *g = hc_pow10[exp10 - HC_POW10_MIN];
    int shift = __builtin_clzll(digits);
    uint64_t w = digits << shift;
    u128 low = (u128)w * g[1];
    u128 high = (u128)w * g[0] + (uint64_t)(low >> 64);
    uint64_t top = (uint64_t)(high >> 64), mid = (uint64_t)high;
    int upper = (int)(top >> 63);

    /* 53 bits of mantissa, one rounding bit, the rest */
    int cut = upper + 9;
    uint64_t half = 1ULL << cut, rest = top & ((half << 1) - 1);
    uint64_t mantissa = top >> (cut + 1);
    bool exact = exp10 >= 0 && exp10 <= HC_POW10_EXACT;
    if (!exact && mid >= UINT64_MAX - 1)
        return false;
    if (rest == half && mid == 0)
        return false; /* a tie, or too close to one */
    if (rest == half - 1 && mid == UINT64_MAX)
        return false;
    if (rest >= half)
        mantissa++;
    int exp2 = hc_log2_pow10(exp10) + 64 - shift + upper - 1 + 1023;
    if (mantissa >> 53) {
        mantissa >>= 1;
        exp2++;
    }
    if (exp2 <= 0 || exp2 >= 2047)
        return false;
    *out = from_bits((uint64_t)exp2 << 52 | (mantissa & ((1ULL << 52) - 1)));
    return true;
}

/* The C library's own conversion, in the C locale whatever the process has
 * set.  The mark is made a point first. */
static double from_library(const char *s, size_t len, char mark)
{
    char small[64], *copy = small, *point;
    double x = NAN;
    locale_t c;

    if (len >= sizeof small && (copy = malloc(len + 1)) == NULL)
        return NAN;
    memcpy(copy, s, len);
    copy[len] = '\0';
    if (mark != '.' && (point = strchr(copy, mark)) != NULL)
        *point = '.';
    c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c != (locale_t)0) {
        x = strtod_l(copy, NULL, c);
        freelocale(c);
    }
    if (copy != small)
        free(copy);
    return x;
}

const double hc_exact_tens[23] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool hc_decimal_value(uint64_t digits, int exp10, double *x)
{
    if (digits == 0)
        *x = 0;
    else if (digits <= 1ULL << 53 && exp10 >= -22 && exp10 <= 22)
        *x = exp10 < 0 ? (double)digits / hc_exact_tens[-exp10]
                       : (double)digits * hc_exact_tens[exp10];
    else
        return round_product(digits, exp10, x);
    return true;
}

static double value_of(const char *s, const parts *p, char mark)
{
    double x;
    if (p->many || !hc_decimal_value(p->digits, p->exp10, &x))
        return from_library(s, p->used, mark);
    return p->negative ? -x : x;
}

/* "nan", "inf", "infinity" in any case, at the start. */
static size_t word_prefix(const char *s, size_t len, double *out)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {
        {"infinity", INFINITY}, {"inf", INFINITY}, {"nan", (double)NAN}};

    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        size_t n = strlen(words[k].word), i = 0;
        if (n > len)
            continue;
        while (i < n && hc_tolower(s[i]) == words[k].word[i])
            i++;
        if (i == n) {
            *out = words[k].value;
            return n;
        }
    }
    return 0;
}

static size_t prefix(const char *s, size_t len, char mark, double *out)
{
    parts p = {0};
    size_t n;

    if (len > 0 && (s[0] == '-' || s[0] == '+')) {
        p.negative = s[0] == '-';
        p.used = 1;
    }
    if (scan_digits(s, len, mark, &p)) {
        scan_exponent(s, len, &p);
        *out = value_of(s, &p, mark);
        return p.used;
    }
    n = word_prefix(s + (p.negative || (len > 0 && s[0] == '+')),
                    len - (p.negative || (len > 0 && s[0] == '+')), out);
    if (n == 0)
        return 0;
    if (p.negative)
        *out = -*out;
    return n + (p.negative || s[0] == '+');
}

size_t hc_number_prefix(const char *s, size_t len, double *out)
{
    return prefix(s, len, '.', out);
}

/* Digits from p on, put behind those in *digits. */
static inline const char *take_digits(const char *p, const char *end,
                                      uint64_t *digits)
{
    uint64_t x = *digits;
    unsigned d;
    for (; p < end && (d = (unsigned)(unsigned char)*p - '0') <= 9; p++)
        x = x * 10 + d;
    *digits = x;
    return p;
}

/* The same, up to eight at a time; for where more of them are likely. */
static inline const char *take_many_digits(const char *p, const char *end,
                                           uint64_t *digits)
{
    while (end - p >= 8) {
        uint64_t w = hc_word(p);
        size_t n = hc_word_digits(w);
        if (n == 0)
            return p;
        *digits = *digits * hc_whole_tens[n] + hc_word_value(w, n);
        p += n;
        if (n < 8)
            return p;
    }
    return take_digits(p, end, digits);
}

/* An exponent that fills [p, end), from its 'e' on, added to *exp10; false
 * when it is none or of more than three digits. */
static inline bool short_exponent(const char *p, const char *end, int *exp10)
{
    uint64_t e = 0;
    bool minus;

    if ((*p | 0x20) != 'e' || end - p < 2)
        return false;
    p++;
    minus = *p == '-';
    p += minus || *p == '+';
    if (p == end || end - p > 3 || take_digits(p, end, &e) != end)
        return false;
    *exp10 += minus ? -(int)e : (int)e;
    return true;
}

/* All of s in the general way. */
static bool parse_any(const char *s, size_t len, char mark, double *out)
{
    double x;
    if (len == 0 || prefix(s, len, mark, &x) != len)
        return false;
    *out = x;
    return true;
}

/* digits * 10^exp10 for the text s, where that is no plain quotient. */
static bool parse_scaled(const char *s, uint64_t digits, int exp10,
                         double *out)
{
    double x;
    if (!hc_decimal_value(digits, exp10, &x))
        return false;
    *out = *s == '-' ? -x : x;
    return true;
}

/* The numbers that tables are full of, in one pass: a sign, at most 18
 * digits with a mark among them, a short exponent; all else goes the general
 * way.  No call stands in the way of the plain ones. */
__attribute__((always_inline)) static inline bool
parse(const char *s, size_t len, char mark, double *out)
{
    const char *end = s + len, *from = s + (len > 0 && *s == '-'), *p;
    uint64_t digits = 0;
    int exp10 = 0;
    double x;

    p = take_digits(from, end, &digits);
    if (p < end && *p == mark) {
        const char *point = ++p;
        from++; /* the mark is no digit */
        p = take_many_digits(p, end, &digits);
        exp10 = (int)(point - p);
    }
    if ((size_t)(p - from - 1) >= 18 ||
        (p < end && !short_exponent(p, end, &exp10)))
        return parse_any(s, len, mark, out);
    if (digits > 1ULL << 53 || (unsigned)-exp10 > 22)
        return parse_scaled(s, digits, exp10, out) ||
               parse_any(s, len, mark, out);
    x = (double)(int64_t)digits;
    if (exp10 < 0)
        x /= hc_exact_tens[-exp10];
    *out = *s == '-' ? -x : x;
    return true;
}

/* The same for one that ends at p; apart, so that the plain ones need to
 * save nothing for this call. */
__attribute__((noinline)) static const char *
plain_scaled(const char *s, const char *p, uint64_t digits, int exp10,
             double *out)
{
    return parse_scaled(s, digits, exp10, out) ? p : NULL;
}

const char *hc_number_plain(const char *s, double *out)
{
    uint64_t digits;
    int after, exp10;
    const char *p = hc_take_mantissa(s + (*s == '-'), &digits, &after);
    double x;

    if (p == NULL)
        return NULL;
    exp10 = -after;
    if ((*p | 0x20) == 'e' && (p = hc_take_exponent(p, &exp10)) == NULL)
        return NULL;
    if (digits > 1ULL << 53 || (unsigned)-exp10 > 22)
        return plain_scaled(s, p, digits, exp10, out);
    x = (double)(int64_t)digits;
    if (exp10 < 0)
        x /= hc_exact_tens[-exp10];
    *out = *s == '-' ? -x : x;
    return p;
}

bool hc_number_parse(const char *s, size_t len, double *out)
{
    return parse(s, len, '.', out);
}

bool hc_number_parse_comma(const char *s, size_t len, double *out)
{
    return parse(s, len, ',', out);
}

bool hc_integer_parse(const char *s, size_t len, long lo, long hi, long *out)
{
    size_t i = 0;
    long x = 0;
    bool minus = false;

    if (len > 0 && (s[0] == '-' || s[0] == '+'))
        minus = s[i++] == '-';
    if (i == len)
        return false;
    for (; i < len; i++) {
        if (!hc_isdigit(s[i]) || __builtin_mul_overflow(x, 10L, &x) ||
            __builtin_sub_overflow(x, (long)(s[i] - '0'), &x))
            return false;
    }
    /* x was built as a negative number, which has the wider range */
    if (!minus && __builtin_sub_overflow(0L, x, &x))
        return false;
    if (x < lo || x > hi)
        return false;
    *out = x;
    return true;
}

/* ---- shifting ---- */

/* Sign and digits at the start of s[0..len), a mark among them; *zero says
 * that none is above 0.  0 when there is no digit. */
static size_t mantissa_of(const char *s, size_t len, bool *zero)
{
    const char *end = s + len, *p = s + (len > 0 && (*s == '-' || *s == '+'));
    const char *from = p, *point;
    uint64_t digits = 0;
    size_t n;

    p = point = take_digits(p, end, &digits);
    if (p < end && *p == '.')
        p = take_many_digits(p + 1, end, &digits);
    n = (size_t)(p - from) - (p > point);
    *zero = digits == 0;
    if (n > 19) /* too many for 64 bits */
        for (*zero = true; from < p; from++)
            *zero = *zero && (*from == '0' || *from == '.');
    return n == 0 ? 0 : (size_t)(p - s);
}

size_t hc_number_shift(const char *s, size_t len, int shift, char *buf,
                       size_t cap)
{
    parts p = {0};
    bool zero;
    size_t mantissa = mantissa_of(s, len, &zero);

    if (mantissa == 0)
        return 0;
    p.used = mantissa;
    scan_exponent(s, len, &p);
    if (p.used != len || mantissa >= cap)
        return 0;
    hc_copy_few(buf, s, mantissa);
    buf[mantissa] = '\0';
    if (p.exp10 + shift == 0 || zero)
        return mantissa;
    const long e = (long)p.exp10 + shift;
    char text[HC_NUMBER_SIZE + 2] = "e-";
    size_t n = e < 0 ? 2 : 1;
    n += hc_whole_print((uint64_t)labs(e), text + n);
    if (n >= cap - mantissa)
        return 0;
    memcpy(buf + mantissa, text, n);
    buf[mantissa + n] = '\0';
    return mantissa + n;
}
