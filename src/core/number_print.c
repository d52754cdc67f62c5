/* number_print.c: text of numbers, see number.h */
#include "core/number.h"

#include "core/decimal.h"
#include "core/pow10.h"
#include "core/scan.h"

#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* high word of g * cp with the bits below folded into the last one */
static uint64_t round_to_odd(uint64_t g1, uint64_t g0, uint64_t cp)
{
    uint64_t x1 = (uint64_t)(((u128)g0 * cp) >> 64);
    u128 y = (u128)g1 * cp + x1;
    return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* Schubfach for a finite x > 0: x = *digits * 10^return, as few digits as
 * read back equal, the nearest of those.  Trailing zeros may remain. */
static int shortest(double x, uint64_t *digits)
{
    uint64_t bits, c;
    memcpy(&bits, &x, sizeof bits);
    uint64_t fraction = bits & ((1ULL << 52) - 1);
    int be = (int)(bits >> 52 & 0x7ff), q = (be == 0 ? 1 : be) - 1075;

    c = be == 0 ? fraction : fraction | 1ULL << 52;
    if (q <= 0 && q > -53 && (c & ((1ULL << -q) - 1)) == 0) {
        *digits = c >> -q; /* a whole number */
        return 0;
    }
    bool open = (c & 1) != 0, closer = fraction == 0 && be > 1;
    int k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
    int h = q + hc_log2_pow10(-k) + 1;
    uint64_t g1 = hc_pow10[-k - HC_POW10_MIN][0];
    uint64_t g0 = hc_pow10[-k - HC_POW10_MIN][1];
    if (-k < 0 || -k > HC_POW10_EXACT) {
        g0++; /* rounded up is what the method wants */
        g1 += g0 == 0;
    }
    uint64_t lower = round_to_odd(g1, g0, (4 * c - 2 + closer) << h) + open;
    uint64_t value = round_to_odd(g1, g0, (4 * c) << h);
    uint64_t upper = round_to_odd(g1, g0, (4 * c + 2) << h) - open;
    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t sp = s / 10;
        bool down = lower <= 40 * sp, up = 40 * sp + 40 <= upper;
        if (down != up) {
            *digits = sp + up;
            return k + 1;
        }
    }
    bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
    if (down == up)
        up = value > 4 * s + 2 || (value == 4 * s + 2 && (s & 1) != 0);
    *digits = s + up;
    return k;
}

/* How many decimal digits d has, 1 for 0. */
static int count_digits(uint64_t d)
{
    int guess = (64 - __builtin_clzll(d | 1)) * 1233 >> 12;
    return guess + (d >= hc_whole_tens[guess] || d == 0);
}

/* The eight digits of x < 10^8, the first in the lowest byte. */
static inline uint64_t eight_digits(uint32_t x)
{
    uint64_t w = x / 10000 | (uint64_t)(x % 10000) << 32;
    /* each half into pairs, each pair into digits: n / 100 and n / 10 by
     * multiplication, both exact in their range */
    uint64_t hundreds = (w * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    w = hundreds | (w - 100 * hundreds) << 16;
    uint64_t tens = (w * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    return (tens | (w - 10 * tens) << 8) + hc_word_of('0');
}

enum { DIGITS = 24 }; /* room for those of any 64-bit number */

/* Writes the digits of d so that they end at buf + DIGITS; returns how many
 * they are. */
static inline int write_digits(uint64_t d, char *buf)
{
    int n = count_digits(d);
    uint64_t low = d / 100000000;
    hc_word_put(buf + 16, eight_digits((uint32_t)(d % 100000000)));
    if (n > 8)
        hc_word_put(buf + 8, eight_digits((uint32_t)(low % 100000000)));
    if (n > 16)
        hc_word_put(buf, eight_digits((uint32_t)(low / 100000000)));
    return n;
}

/* "e-7" and the like. */
static char *put_exponent(char *p, int e)
{
    char digits[DIGITS];
    int n = 1;
    *p++ = 'e';
    if (e < 0) {
        *p++ = '-';
        e = -e;
    }
    digits[DIGITS - 1] = (char)('0' + e);
    if (e > 9)
        n = write_digits((uint64_t)e, digits);
    for (int i = DIGITS - n; i < DIGITS; i++)
        *p++ = digits[i];
    return p;
}

/* Lay out n digits whose mark stands after the first `point` of them, in
 * blocks: 20 bytes of digits may be read, 42 + |point| be written. */
static inline char *lay_plain(const char *digits, int n, int point, char *p)
{
    if (point <= 0) {
        memcpy(p, "0.000000", 8);
        if (point < -6)
            memset(p + 8, '0', (size_t)(-6 - point));
        memcpy(p + 2 - point, digits, 20);
        return p + 2 - point + n;
    }
    memcpy(p, digits, 20);
    if (point >= n) {
        memset(p + n, '0', (size_t)(point - n));
        return p + point;
    }
    memcpy(p + point + 1, digits + point, 20);
    p[point] = '.';
    return p + n + 1;
}

/* The same with an exponent where there would be many zeros, and a NUL.
 * buf[HC_NUMBER_SIZE] may be written. */
static size_t lay_out(const char *digits, int n, int point, char *buf)
{
    char *p = buf;
    if (point > 17 || point < -4) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)(n - 1));
            p += n - 1;
        }
        p = put_exponent(p, point - 1);
    } else {
        p = lay_plain(digits, n, point, p);
    }
    *p = '\0';
    return (size_t)(p - buf);
}

/* w 2^(q - 11) 10^k as return / 2^shift, too small by less than 2. */
static inline uint64_t scaled(uint64_t w, int q, int k, int *shift)
{
    /* 10^k = g 2^(its log2 - 63), g of 64 bits rounded down */
    *shift = 10 - q - hc_log2_pow10(k);
    return (uint64_t)((u128)w * hc_pow10[k - HC_POW10_MIN][0] >> 64);
}

/* The first `keep` <= 12 digits of a normal x > 0, rounded, times 10^return:
 * what rounding the shortest text to so many gives, from a product of 64 bits.
 * That text lies within half a unit of x's last place, so the two agree unless
 * x lies that close to where the rounding turns; then *digits is 0. */
static int first_digits(double x, int keep, uint64_t *digits)
{
    uint64_t bits, high;
    memcpy(&bits, &x, sizeof bits);
    uint64_t w = bits << 11 | 1ULL << 63; /* x = w 2^(q - 11) */
    int be = (int)(bits >> 52), q = be - 1075, shift;
    int k = keep - 1 - ((q + 52) * 1262611 >> 22);
    *digits = 0;
    if (be == 0 || k - 1 < HC_POW10_MIN || k > HC_POW10_MAX)
        return 0;
    high = scaled(w, q, k, &shift);
    if (high >> shift >= hc_whole_tens[keep])
        high = scaled(w, q, --k, &shift);
    uint64_t half = 1ULL << (shift - 1), rest = high & (2 * half - 1);
    /* high is at most 2 below, half a unit of x at most 2^11 of it */
    if (rest - (half - 4096) < 8192)
        return 0;
    *digits = (high >> shift) + (rest > half);
    return -k;
}

/* The digits of a finite x > 0, rounded to `keep` of them where it has more,
 * times 10^return. */
static int kept_digits(double x, int keep, uint64_t *digits)
{
    uint64_t d = 0;
    int exp10 = keep <= 12 ? first_digits(x, keep, &d) : 0, n;
    if (d == 0) {
        exp10 = shortest(x, &d);
        n = keep >= 17 ? 0 : count_digits(d);
        if (n > keep) { /* round to so many digits, half up */
            exp10 += n - keep;
            d = (d + hc_whole_tens[n - keep] / 2) / hc_whole_tens[n - keep];
        }
    }
    *digits = d;
    return exp10;
}

static size_t print(double x, int keep, char *buf)
{
    char digits[2 * DIGITS];
    uint64_t d;
    size_t sign = 0;

    if (isnan(x)) {
        memcpy(buf, "NaN", 4);
        return 3;
    }
    if (x < 0) {
        buf[sign++] = '-';
        x = -x;
    }
    if (isinf(x)) {
        memcpy(buf + sign, "inf", 4);
        return sign + 3;
    }
    if (x == 0) {
        memcpy(buf, "0", 2);
        return 1;
    }
    int exp10 = kept_digits(x, keep, &d);
    int n = write_digits(d, digits);
    int point = n + exp10;
    const char *from = digits + DIGITS - n;
    while (n > 1 && from[n - 1] == '0')
        n--;
    return sign + lay_out(from, n, point, buf + sign);
}

size_t hc_number_print(double x, char *buf)
{
    return print(x, 20, buf);
}

size_t hc_number_print_digits(double x, int digits, char *buf)
{
    return print(x, digits < 1 ? 1 : digits, buf);
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

size_t hc_whole_print(uint64_t x, char *buf)
{
    char digits[2 * DIGITS]; /* printed in blocks */
    int n = write_digits(x, digits);
    memcpy(buf, digits + DIGITS - n, 20);
    buf[n] = '\0';
    return (size_t)n;
}

size_t hc_decimal_print(int64_t i, int e, char *buf)
{
    char digits[2 * DIGITS]; /* laid out in blocks */
    char *p = buf;
    const char *from;
    int n, point;
    if (i == 0) {
        *buf = '0';
        return 1;
    }
    *p = '-';
    p += i < 0;
    n = write_digits(i < 0 ? 0 - (uint64_t)i : (uint64_t)i, digits);
    from = digits + DIGITS - n;
    point = n + e;
    while (n > 1 && n > point && from[n - 1] == '0')
        n--;
    return (size_t)(lay_plain(from, n, point, p) - buf);
}
