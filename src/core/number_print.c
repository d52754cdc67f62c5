/* number_print.c: text of numbers, see number.h */
#include "core/number.h"

#include "core/decimal.h"
#include "core/digits.h"
#include "core/pow10.h"
#include "core/scan.h"
#include "core/shortest.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 12 }; /* so many digits come from a short product */

static size_t put_whole(char *p, uint64_t x)
{
    char last[20];
    size_t n = 0, len;
    do
        last[n++] = (char)('0' + x % 10);
    while ((x /= 10) > 0);
    for (len = n; n > 0;)
        *p++ = last[--n];
    return len;
}

/* "e-7" and the like; returns the length. */
static inline size_t put_exponent(char *p, int e)
{
    const size_t minus = e < 0;
    unsigned left = (unsigned)(e < 0 ? -e : e);
    char *from = p;
    *p++ = 'e';
    *p = '-';
    p += minus;
    if (left >= 100)
        *p++ = (char)('0' + left / 100);
    if (left >= 10)
        *p++ = (char)('0' + left / 10 % 10);
    *p++ = (char)('0' + left % 10);
    return (size_t)(p - from);
}

/* Digits as text, with an exponent where there would be many zeros, and a NUL.
 * buf[HC_NUMBER_SIZE] may be written. */
__attribute__((always_inline)) static inline size_t
lay_out(const hc_digits *t, long known, char *buf)
{
    const bool plain = t->point <= 17 && t->point >= -4;
    size_t len = hc_lay_digits(t, known, plain ? t->point : 1, buf);
    if (!plain)
        len += put_exponent(buf + len, t->point - 1);
    buf[len] = '\0';
    return len;
}

/* w 2^(q - 10) 10^k as return / 2^shift, too small by less than 2. */
static inline uint64_t scaled(uint64_t w, int q, int k, int *shift)
{
    /* 10^k = g 2^(its log2 - 63), g of 64 bits rounded down */
    *shift = 9 - q - hc_log2_pow10(k);
    return (uint64_t)((hc_u128)w * hc_pow10[k - HC_POW10_MIN][0] >> 64);
}

/* The first `keep` <= FIRST digits of a normal x > 0, rounded, times 10^exp10:
 * what rounding the shortest text to so many gives, from a product of 64 bits.
 * That text lies within half a unit of x's last place, so the two agree unless
 * x lies that close to where the rounding turns: false then. */
static inline bool first_digits(double x, int keep, uint64_t *digits,
                                int *exp10)
{
    const uint64_t near = 4096;
    uint64_t bits, high;
    memcpy(&bits, &x, sizeof bits);
    uint64_t w = (bits << 11 | 1ULL << 63) >> 1; /* x = w 2^(q - 10) */
    int be = (int)(bits >> 52), q = be - 1075, shift;
    int k = keep - 1 - ((q + 52) * 1262611 >> 22);
    if ((unsigned)be - 1 >= 0x7fe)
        return false;
    high = scaled(w, q, k, &shift);
    if (high >> shift >= hc_whole_tens[keep]) {
        high /= 10;
        k--;
    }
    /* high is at most 3 below, half a unit of x at most 2^10 of it */
    high += (1ULL << (shift - 1)) + near;
    *digits = high >> shift;
    *exp10 = -k;
    return high - (*digits << shift) >= 2 * near;
}

/* The digits of a finite x > 0, rounded to `keep` < 17 of them, times
 * 10^return: zeros at the end, or 10^keep, are possible. */
static inline int kept_digits(double x, int keep, uint64_t *digits)
{
    hc_digits t;
    int exp10;
    if (keep <= FIRST && first_digits(x, keep, digits, &exp10))
        return exp10;
    if (!hc_shortest_quick(x, &t))
        t = hc_shortest_any(x);
    const uint64_t ten = hc_whole_tens[17 - keep];
    *digits = (t.sixteen * 10 + t.last + ten / 2) / ten; /* half up */
    return t.point - keep;
}

static inline hc_digits rounded(double x, int keep)
{
    uint64_t d;
    int exp10 = kept_digits(x, keep, &d);
    hc_digits t = {d * hc_whole_tens[HC_SIXTEEN - keep], 0, exp10 + keep};
    if (t.sixteen >= HC_TEN_16) {
        t.sixteen = HC_TEN_16 / 10;
        t.point++;
    }
    return t;
}

/* 0, inf and NaN. */
static size_t print_odd(double x, char *buf)
{
    const char *s = isnan(x) ? "NaN" : x == 0 ? "0" : x < 0 ? "-inf" : "inf";
    size_t len = strlen(s);
    memcpy(buf, s, len + 1);
    return len;
}

/* A whole number 0 < x < 10^8; returns its length. */
static inline size_t print_few(uint64_t x, char *buf)
{
    const uint64_t w = hc_eight_digits(x);
    const int lead = __builtin_ctzll(w) & 56;
    hc_word_put(buf, (w >> lead) + hc_word_of('0'));
    return (size_t)(HC_EIGHT - lead / 8);
}

/* What the two below leave: odd numbers, and what takes the long way. */
__attribute__((noinline)) static size_t print_hard(double x, int keep,
                                                   char *buf)
{
    const double positive = fabs(x);
    const size_t sign = x < 0;
    hc_digits t;
    if (!(positive > 0 && positive <= DBL_MAX))
        return print_odd(x, buf);
    *buf = '-';
    t = keep > HC_SIXTEEN ? hc_shortest_any(positive)
                          : rounded(positive, keep);
    return sign + lay_out(&t, hc_known_digits(&t), buf + sign);
}

/* Whole numbers of few digits; 0: it is none. */
static inline size_t print_whole(double x, char *buf)
{
    const double positive = fabs(x);
    size_t len = x < 0;
    if (!(positive < (double)HC_TEN_8) ||
        positive != (double)(int32_t)positive)
        return 0;
    if (positive == 0) {
        memcpy(buf, "0", 2);
        return 1;
    }
    *buf = '-';
    len += print_few((uint32_t)(int32_t)positive, buf + len);
    buf[len] = '\0';
    return len;
}

size_t hc_number_print(double x, char *buf)
{
    const size_t sign = x < 0, len = print_whole(x, buf);
    hc_digits t;
    if (len > 0)
        return len;
    if (!hc_shortest_quick(fabs(x), &t))
        return print_hard(x, 17, buf);
    *buf = '-';
    return sign + lay_out(&t, hc_known_digits(&t), buf + sign);
}

size_t hc_number_print_digits(double x, int digits, char *buf)
{
    const size_t sign = x < 0;
    uint64_t d;
    hc_digits t = {0};
    size_t len;
    if (digits >= HC_EIGHT && (len = print_whole(x, buf)) > 0)
        return len;
    digits = digits < 1 ? 1 : digits;
    if (digits > HC_SIXTEEN)
        return hc_number_print(x, buf);
    if (digits > FIRST || !first_digits(fabs(x), digits, &d, &t.point))
        return print_hard(x, digits, buf);
    t.sixteen = d * hc_whole_tens[HC_SIXTEEN - digits];
    t.point += digits;
    if (t.sixteen >= HC_TEN_16) /* up to a power of ten */
        return print_hard(x, digits, buf);
    *buf = '-';
    return sign + lay_out(&t, d % 10 != 0 ? digits : 0, buf + sign);
}

double hc_number_round(double x, int digits)
{
    const double positive = fabs(x);
    char text[HC_NUMBER_SIZE];
    uint64_t d;
    int exp10;
    if (!isfinite(x) || x == 0 || digits >= 17)
        return x == 0 ? 0 : x; /* a zero prints without its sign */
    exp10 = kept_digits(positive, digits < 1 ? 1 : digits, &d);
    if (d <= UINT64_C(1) << 53 && exp10 <= 22 && exp10 >= -22) {
        double v = exp10 < 0 ? (double)d / hc_exact_tens[-exp10]
                             : (double)d * hc_exact_tens[exp10];
        return x < 0 ? -v : v;
    }
    if (!hc_number_parse(text, hc_number_print_digits(x, digits, text), &x))
        return NAN;
    return x;
}

/* x times the power of ten is off by half a unit in its 53rd bit, less than
 * 1e-6 below 10^10, and so is the text from x: farther from where the rounding
 * turns, it is known. */
double hc_number_round_again(hc_rounding *r, double x, int digits)
{
    enum { MOST = 10 };
    const double margin = 1e-5;
    double y = x * r->tens, most, rounded;
    if (digits < 1 || digits > MOST)
        return hc_number_round(x, digits);
    most = hc_exact_tens[digits];
    if (y < most && y * 10 >= most) {
        const int64_t whole = (int64_t)y;
        const double rest = y - (double)whole;
        if (fabs(rest - 0.5) > margin)
            return (double)(whole + (rest > 0.5)) / r->tens;
    }
    rounded = hc_number_round(x, digits);
    r->tens = 0;
    for (size_t k = 0; rounded > 0 && k <= 22; k++)
        if (rounded * hc_exact_tens[k] >= most / 10) {
            r->tens = hc_exact_tens[k];
            break;
        }
    return rounded;
}

/* Any whole number > 0; returns its length. */
static inline size_t put_any(uint64_t x, char *p)
{
    const uint64_t ascii = hc_word_of('0');
    size_t n = HC_SIXTEEN;
    if (x < HC_TEN_8)
        return print_few(x, p);
    if (x < HC_TEN_16) {
        n = (size_t)hc_count_digits(x);
        x *= hc_whole_tens[HC_SIXTEEN - n];
    } else {
        const size_t ahead = put_whole(p, x / HC_TEN_16);
        p += ahead;
        n += ahead;
        x %= HC_TEN_16;
    }
    hc_word_put(p, hc_eight_digits(x / HC_TEN_8) + ascii);
    hc_word_put(p + 8, hc_eight_digits(x % HC_TEN_8) + ascii);
    return n;
}

size_t hc_whole_print(uint64_t x, char *buf)
{
    size_t len = 1;
    *buf = '0';
    if (x > 0)
        len = put_any(x, buf);
    buf[len] = '\0';
    return len;
}

/* Digits that are too many for words, or zeros. */
static size_t decimal_long(uint64_t d, int e, char *p)
{
    char digits[HC_NUMBER_SIZE];
    int n = (int)put_any(d, digits), point = n + e;
    for (; n > 1 && n > point && digits[n - 1] == '0'; n--)
        ;
    memset(p, '0', (size_t)abs(point) + 2);
    if (point > 0) {
        memcpy(p, digits, (size_t)(n < point ? n : point));
        if (n <= point)
            return (size_t)point;
        p[point] = '.';
        memcpy(p + point + 1, digits + point, (size_t)(n - point));
        return (size_t)n + 1;
    }
    p[1] = '.';
    memcpy(p + 2 - point, digits, (size_t)n);
    return (size_t)(2 - point + n);
}

/* Whatever is not short. */
__attribute__((noinline)) static size_t decimal_any(int64_t i, int e, char *p)
{
    const uint64_t d = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    const size_t sign = i < 0;
    *p = '0';
    if (d == 0)
        return 1;
    *p = '-';
    p += sign;
    if (d < 10 * HC_TEN_16) {
        const hc_digits t = hc_digits_of(d, e);
        if (hc_point_near(t.point))
            return sign + hc_lay_digits(&t, hc_known_digits(&t), t.point, p);
    }
    return sign + decimal_long(d, e, p);
}

size_t hc_decimal_print(int64_t i, int e, char *buf)
{
    const uint64_t d = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    if (d - 1 >= HC_TEN_8 - 1)
        return decimal_any(i, e, buf);
    uint64_t w = hc_eight_digits(d);
    const int lead = __builtin_ctzll(w) & 56;
    const long point = HC_EIGHT - lead / 8 + e;
    if (!hc_point_near(point))
        return decimal_any(i, e, buf);
    const size_t sign = i < 0;
    w >>= lead;
    *buf = '-';
    return sign + hc_lay_eight(w + hc_word_of('0'), hc_used_digits(w), point,
                               buf + sign);
}
