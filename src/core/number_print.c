/* number_print.c: text of numbers, see number.h */
#include "core/number.h"

#include "core/decimal.h"
#include "core/pow10.h"
#include "core/scan.h"

#include <float.h>
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
static inline int shortest(double x, uint64_t *digits)
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

/* The eight digits of x < 10^8 as numbers, the first in the lowest byte. */
static inline uint64_t eight_digits(uint32_t x)
{
    uint64_t w = x / 10000 | (uint64_t)(x % 10000) << 32;
    /* each half into pairs, each pair into digits: n / 100 and n / 10 by
     * multiplication, both exact in their range */
    uint64_t hundreds = (w * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    w = hundreds | (w - 100 * hundreds) << 16;
    uint64_t tens = (w * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    return tens | (w - 10 * tens) << 8;
}

/* A number other than 0 as characters: `ahead`, unless it is 0, is a number
 * before the 16 of a and b, else they are up to 16.  The first is in the
 * lowest byte of a; what is behind the last says nothing. */
typedef struct {
    uint64_t ahead, a, b;
    int n;     /* digits of all three */
    int zeros; /* of a and b, at the end */
} decimals;

enum { FEW = 8, AB = 16 }; /* digits of a; of a and b */

/* Of d < 10^8. */
static inline decimals few_decimals(uint64_t d)
{
    const uint64_t w = eight_digits((uint32_t)d);
    const int lead = __builtin_ctzll(w) / 8;
    return (decimals){.a = (w + hc_word_of('0')) >> 8 * lead,
                      .n = FEW - lead,
                      .zeros = __builtin_clzll(w) / 8};
}

static inline decimals decimals_of(uint64_t d)
{
    const uint64_t few = 100000000, ascii = hc_word_of('0');
    decimals t = {.n = AB};
    uint64_t high = d / few, a, b;
    if (high == 0)
        return few_decimals(d);
    if (high >= few) {
        t.ahead = high / few;
        t.n += count_digits(t.ahead);
        high %= few;
    }
    a = eight_digits((uint32_t)high);
    b = eight_digits((uint32_t)(d % few));
    t.zeros = b != 0   ? __builtin_clzll(b) / 8
              : a != 0 ? FEW + __builtin_clzll(a) / 8
                       : AB;
    t.a = a + ascii;
    t.b = b + ascii;
    if (t.ahead == 0) { /* a is not 0 then */
        const int lead = __builtin_ctzll(a) / 8;
        t.a = t.a >> 8 * lead | t.b << 1 << (63 - 8 * lead);
        t.b >>= 8 * lead;
        t.n -= lead;
    }
    return t;
}

static char *put_whole(char *p, uint64_t x)
{
    char last[20];
    int n = 0;
    do
        last[n++] = (char)('0' + x % 10);
    while ((x /= 10) > 0);
    while (n > 0)
        *p++ = last[--n];
    return p;
}

/* "e-7" and the like. */
static char *put_exponent(char *p, int e)
{
    *p++ = 'e';
    *p = '-';
    p += e < 0;
    return put_whole(p, (uint64_t)(e < 0 ? -e : e));
}

/* The digits behind each other, without the zeros at the end. */
static inline char *put_digits(char *p, const decimals *t)
{
    int n = t->n;
    if (t->ahead > 0) {
        *p = (char)('0' + t->ahead);
        p = t->ahead < 10 ? p + 1 : put_whole(p, t->ahead);
        n = AB;
    }
    hc_word_put(p, t->a);
    hc_word_put(p + 8, t->b);
    return p + n - t->zeros;
}

/* A mark behind so many of more than 16 digits. */
static char *mark_many(const decimals *t, int point, char *p)
{
    char *end = put_digits(p + 1, t);
    memmove(p, p + 1, (size_t)point);
    p[point] = '.';
    return end;
}

/* Lay out the digits with the mark behind the first `point` of them and no
 * zeros at the end of a fraction, in blocks: 42 + |point| bytes may be
 * written. */
static inline char *lay_plain(const decimals *t, int point, char *p)
{
    uint64_t a = t->a, b = t->b;
    if (point <= 0) {
        memcpy(p, "0.000000", 8);
        if (point < -6)
            memset(p + 8, '0', (size_t)(-6 - point));
        return put_digits(p + 2 - point, t);
    }
    if (point >= t->n - t->zeros) {
        put_digits(p, t);
        if (point > t->n)
            memset(p + t->n, '0', (size_t)(point - t->n));
        return p + point;
    }
    if (t->ahead > 0)
        return mark_many(t, point, p);
    hc_word_put(p, a);
    hc_word_put(p + 8, b);
    if (point < FEW) {
        a = a >> 8 * point | b << (64 - 8 * point);
        b >>= 8 * point;
    } else {
        a = b >> 8 * (point - FEW);
        b = 0;
    }
    hc_word_put(p + point + 1, a);
    hc_word_put(p + point + 9, b);
    p[point] = '.';
    return p + t->n - t->zeros + 1;
}

/* The same of at most eight digits. */
static inline char *lay_few(const decimals *t, int point, char *p)
{
    const int left = t->n - t->zeros;
    if (point <= 0) {
        memcpy(p, "0.000000", 8);
        if (point < -6)
            memset(p + 8, '0', (size_t)(-6 - point));
        hc_word_put(p + 2 - point, t->a);
        return p + 2 - point + left;
    }
    hc_word_put(p, t->a);
    if (point >= left) {
        if (point > t->n)
            memset(p + t->n, '0', (size_t)(point - t->n));
        return p + point;
    }
    hc_word_put(p + point + 1, t->a >> 8 * point);
    p[point] = '.';
    return p + left + 1;
}

/* The same with an exponent where there would be many zeros, and a NUL.
 * buf[HC_NUMBER_SIZE] may be written. */
static inline size_t lay_out(const decimals *t, int point, char *buf)
{
    char *end;
    if (point > 17 || point < -4)
        end = put_exponent(lay_plain(t, 1, buf), point - 1);
    else
        end = lay_plain(t, point, buf);
    *end = '\0';
    return (size_t)(end - buf);
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
static inline int first_digits(double x, int keep, uint64_t *digits)
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
static inline int kept_digits(double x, int keep, uint64_t *digits)
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

/* 0, inf and NaN. */
static size_t print_odd(double x, char *buf)
{
    const char *s = isnan(x) ? "NaN" : x == 0 ? "0" : x < 0 ? "-inf" : "inf";
    size_t len = strlen(s);
    memcpy(buf, s, len + 1);
    return len;
}

/* A whole number 0 < x < 10^8. */
static size_t print_few(double x, char *buf)
{
    decimals t = few_decimals((uint64_t)x);
    hc_word_put(buf, t.a);
    buf[t.n] = '\0';
    return (size_t)t.n;
}

__attribute__((always_inline)) static inline size_t print(double x, int keep,
                                                          char *buf)
{
    const double few = 1e8, positive = fabs(x);
    const size_t sign = x < 0;
    uint64_t d;
    int exp10;
    decimals t;
    if (!(positive > 0 && positive <= DBL_MAX))
        return print_odd(x, buf);
    *buf = '-';
    if (positive < few && positive == (double)(int32_t)positive &&
        keep >= FEW)
        return sign + print_few(positive, buf + sign);
    exp10 = kept_digits(positive, keep, &d);
    t = decimals_of(d);
    return sign + lay_out(&t, t.n + exp10, buf + sign);
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
    decimals t;
    if (x == 0) {
        memcpy(buf, "0", 2);
        return 1;
    }
    t = decimals_of(x);
    put_digits(buf, &t);
    buf[t.n] = '\0';
    return (size_t)t.n;
}

size_t hc_decimal_print(int64_t i, int e, char *buf)
{
    const uint64_t d = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    char *p = buf;
    decimals t;
    if (i == 0) {
        *buf = '0';
        return 1;
    }
    *p = '-';
    p += i < 0;
    if (d < 100000000) {
        t = few_decimals(d);
        return (size_t)(lay_few(&t, t.n + e, p) - buf);
    }
    t = decimals_of(d);
    return (size_t)(lay_plain(&t, t.n + e, p) - buf);
}
