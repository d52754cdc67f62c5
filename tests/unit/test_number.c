/* number.c: shortest printing, correctly rounded reading, no locale */
#include "unit.h"

#include "core/decimal.h"
#include "core/number.h"
#include "core/pow10.h"

#include <locale.h>

static const char *print(double x)
{
    static char buf[HC_NUMBER_SIZE];
    size_t n = hc_number_print(x, buf);
    assert_int_equal(n, strlen(buf));
    return buf;
}

static void prints_plainly(void **state)
{
    (void)state;
    assert_string_equal(print(0), "0");
    assert_string_equal(print(-0.0), "0");
    assert_string_equal(print(1), "1");
    assert_string_equal(print(-12.5), "-12.5");
    assert_string_equal(print(0.1), "0.1");
    assert_string_equal(print(0.3), "0.3");
    assert_string_equal(print(100), "100");
    assert_string_equal(print(1e16), "10000000000000000");
    assert_string_equal(print(1e17), "1e17");
    assert_string_equal(print(1e-5), "0.00001");
    assert_string_equal(print(9.9e-6), "9.9e-6");
    assert_string_equal(print(1.25e-7), "1.25e-7");
    assert_string_equal(print(5e-324), "5e-324");
    assert_string_equal(print(1.7976931348623157e308),
                        "1.7976931348623157e308");
    assert_string_equal(print(1e23), "1e23");
    assert_string_equal(print(NAN), "NaN");
    assert_string_equal(print(-INFINITY), "-inf");
}

static void rounds_to_digits(void **state)
{
    char buf[HC_NUMBER_SIZE];
    (void)state;
    hc_number_print_digits(0.99999999999, 10, buf);
    assert_string_equal(buf, "1");
    hc_number_print_digits(123456.7890123, 10, buf);
    assert_string_equal(buf, "123456.789");
    hc_number_print_digits(-2.0 / 3, 4, buf);
    assert_string_equal(buf, "-0.6667");
    hc_number_print_digits(12345, 2, buf);
    assert_string_equal(buf, "12000");
}

/* A printed number as its digits, no zeros around them, and its exponent:
 * 0.digits times 10 to it. */
static int take_apart(const char *s, char *digits)
{
    int n = 0, point = 0;
    bool behind = false;
    for (; *s != '\0' && *s != 'e'; s++) {
        if (*s == '.')
            behind = true;
        else if (n > 0 || *s != '0')
            digits[n++] = *s;
        if (*s != '.')
            point += behind ? -(n == 0) : n > 0;
    }
    while (n > 0 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return point + (*s == 'e' ? atoi(s + 1) : 0);
}

/* The digits rounded to so many, half up. */
static int round_text(char *digits, int point, int keep)
{
    int n = (int)strlen(digits);
    if (n <= keep)
        return point;
    bool up = digits[keep] >= '5';
    n = keep;
    while (up && n > 0 && digits[n - 1] == '9')
        n--;
    if (up && n == 0) {
        strcpy(digits, "1");
        return point + 1;
    }
    if (up)
        digits[n - 1]++;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return point;
}

/* Rounding has quick ways: against rounding the shortest text
 * as text, also of numbers that lie where the rounding turns. */
static void rounds_as_the_shortest_text(void **state)
{
    const int trials = getenv("HC_RELEASE") != NULL ? 20000000 : 300000;
    uint64_t seed = 424242;
    (void)state;
    for (int i = 0; i < trials; i++) {
        uint64_t u = unit_random(&seed), v = unit_random(&seed);
        int keep = 1 + (int)(v % 17), e = (int)(v >> 16 & 63) - 30;
        char got[HC_NUMBER_SIZE], want[HC_NUMBER_SIZE], a[40], b[40];
        double x;
        if (i % 4 == 0)
            memcpy(&x, &u, sizeof x);
        else if (i % 4 == 1) /* digits, a five, some bits beside it */
            x = ((double)(u % 1000000000000) + 0.5) * pow(10, e) *
                (1 + ldexp((double)(v >> 24 & 7) - 4, -52));
        else if (i % 4 == 2)
            x = (double)(u % 100000000) / 3600 / 1000;
        else
            x = pow(10, e) * (1 + ldexp((double)(u & 15) - 8, -52));
        if (!isfinite(x) || x == 0)
            continue;
        x = fabs(x);
        hc_number_print(x, want);
        hc_number_print_digits(x, keep, got);
        int in = round_text(a, take_apart(want, a), keep);
        int out = take_apart(got, b);
        if (in != out || strcmp(a, b) != 0) {
            print_error("%s to %d digits: %s\n", want, keep, got);
            fail();
        }
    }
}

/* Fields of every length with the mark everywhere, and others that are no
 * such number: the short way says the same as the long one, or nothing. */
static void reads_short_decimals(void **state)
{
    static const char odd[] = "+-.eE,: a/\x80\xb0\xff";
    const int trials = getenv("HC_RELEASE") != NULL ? 20000000 : 500000;
    uint64_t seed = 777;
    long taken = 0;
    (void)state;
    for (int i = 0; i < trials; i++) {
        uint64_t u = unit_random(&seed);
        size_t len = u % 19, mark = u >> 8 & 31;
        char *s = malloc(len + HC_PADDING);
        double x = 1, y = 2;
        assert_non_null(s);
        for (size_t k = 0; k < len + HC_PADDING; k++)
            s[k] = (char)(k < len ? '0' + unit_random(&seed) % 10
                                  : unit_random(&seed));
        if (mark < len)
            s[mark] = '.';
        if (len > 0 && (u >> 16 & 3) == 0)
            s[0] = '-';
        if (len > 0 && (u >> 18 & 7) == 0)
            s[(u >> 21) % len] = odd[(u >> 32) % (sizeof odd - 1)];
        if (hc_decimal_parse(s, len, &x)) {
            taken++;
            assert_true(hc_number_parse(s, len, &y));
            assert_memory_equal(&x, &y, sizeof x);
        } else if (len > 0 && len < 9 && hc_number_parse(s, len, &y)) {
            assert_true(memchr(s, 'e', len) != NULL || s[0] == '+' ||
                        memchr(s, 'E', len) != NULL);
        }
        free(s);
    }
    assert_true(taken > trials / 3);
}

/* How many digits the C library needs for x to read back equal. */
static int digits_needed(double x)
{
    char buf[40];
    for (int p = 1; p < 17; p++) {
        snprintf(buf, sizeof buf, "%.*e", p - 1, x);
        if (strtod(buf, NULL) == x)
            return p;
    }
    return 17;
}

static int digits_used(const char *s)
{
    char kept[40];
    int n = 0;
    for (; *s != '\0' && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
            kept[n++] = *s;
    while (n > 1 && kept[n - 1] == '0')
        n--;
    return n;
}

/* Against the C library on random bit patterns, measured-looking values and
 * powers of two: reads back equal, never longer than need be. */
static void is_shortest_and_exact(void **state)
{
    uint64_t seed = 88172645463325252ULL;
    (void)state;
    for (int i = 0; i < 60000; i++) {
        uint64_t u = unit_random(&seed);
        double x, y;
        if (i % 3 == 0)
            memcpy(&x, &u, sizeof x);
        else if (i % 3 == 1)
            x = (double)(u % 1000000007) / 1e4;
        else
            x = ldexp((double)(u >> 11), (int)(u % 200) - 150);
        if (!isfinite(x))
            continue;
        const char *s = print(x);
        assert_true(strtod(s, NULL) == x);
        assert_true(hc_number_parse(s, strlen(s), &y) && y == x);
        assert_true(digits_used(s) <= digits_needed(x));
    }
}

/* Long and odd decimals against strtod. */
static void reads_like_strtod(void **state)
{
    uint64_t seed = 123456789;
    char buf[64];
    double x;
    (void)state;
    for (int i = 0; i < 60000; i++) {
        uint64_t u = unit_random(&seed), v = unit_random(&seed);
        int n = snprintf(buf, sizeof buf, "%llu.%0*llue%d",
                         (unsigned long long)(u % 100000), 1 + (int)(v % 18),
                         (unsigned long long)(u >> 20),
                         (int)(v % 640) - 330);
        assert_true(hc_number_parse(buf, (size_t)n, &x));
        assert_true(x == strtod(buf, NULL));
    }
}

/* The text in memory of exactly its size: a sanitizer sees a byte too far. */
static void same_as_strtod(const char *text)
{
    size_t n = strlen(text);
    char *exact = malloc(n);
    double x, want = strtod(text, NULL);
    assert_non_null(exact);
    memcpy(exact, text, n);
    if (!hc_number_parse(exact, n, &x) || memcmp(&x, &want, sizeof x) != 0) {
        print_error("'%s' is read as %.17g, not %.17g\n", text, x, want);
        fail();
    }
    free(exact);
}

/* Every number of digits with the mark in every place, every sign, every
 * spelling of an exponent. */
static void reads_every_length(void **state)
{
    static const char *const ends[] = {"",     "e0",   "e-3",   "E+003",
                                       "e-12", "e+22", "E-0023", "e305"};
    uint64_t seed = 42;
    char text[64];
    (void)state;
    for (int digits = 1; digits <= 26; digits++)
        for (int mark = 0; mark <= digits + 1; mark++) /* the last: none */
            for (size_t k = 0; k < 3 * sizeof ends / sizeof *ends; k++) {
                int n = 0;
                if (k % 3 > 0)
                    text[n++] = k % 3 == 1 ? '-' : '+';
                for (int i = 0; i <= digits; i++) {
                    if (i == mark)
                        text[n++] = '.';
                    if (i < digits)
                        text[n++] = (char)('0' + unit_random(&seed) % 10);
                }
                strcpy(text + n, ends[k / 3]);
                same_as_strtod(text);
            }
}

/* Where the ways through the reader meet: 2^53, 19 digits, 10^22, ties, the
 * ends of the range, and zeros that say nothing. */
static void reads_at_the_seams(void **state)
{
    static const char *const texts[] = {
        "9007199254740991", "9007199254740992", "9007199254740993",
        "9007199254740993e0", "900719925474099.3e1", "-9007199254740993",
        "999999999999999999", "9999999999999999999", "18446744073709551615",
        "18446744073709551616", "99999999999999999999", "1e22", "1e23",
        "1e-22", "1e-23", "123456789012345678e-22", "0.000000000000000e+000",
        "-0.000000000000000E+000", "-0", "0e999", "0.0000000000000000000001",
        "00000000000000000000001", "000000000000000000.5", "4.9e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "5e-324",
        "2.2250738585072011e-308", "2.2250738585072014e-308",
        "1.7976931348623157e308", "1.7976931348623159e308", "8.5e-308",
        "6.000000000000000E+001", "3.4028234663852886e+38", "1e-5", "1E5",
        "12345678.12345678", "0.12345678", "12345678", "123456789",
        "1.00000000000000011102230246251565",
        "1.00000000000000011102230246251566"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_as_strtod(texts[i]);
}

static void reads_only_numbers(void **state)
{
    static const char *const bad[] = {"",     " 1",  "1 ",   "1,5", "1e",
                                      "1e+",  "--1", "0x10", ".",   "e5",
                                      "1.2.3", "infin", "n",  "+",
                                      "-",    "-.",   "1e5x", "12345678x",
                                      "1.12345678x", "1.1234567/",
                                      "1.1234567:", "1..2", "1e1.5", "1-2",
                                      "1.5 e3", "1_000", "1e-", "1e--3",
                                      "nano", "+-1", "1.23456789,0"};
    double x = 7;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hc_number_parse(bad[i], strlen(bad[i]), &x));
        assert_true(x == 7);
    }
    assert_true(hc_number_parse("1E+002", 6, &x) && x == 100);
    assert_true(hc_number_parse("-.5", 3, &x) && x == -0.5);
    assert_true(hc_number_parse("5.", 2, &x) && x == 5);
    assert_true(hc_number_parse("1e400", 5, &x) && isinf(x));
    assert_true(hc_number_parse("1e-400", 6, &x) && x == 0);
    assert_true(hc_number_parse("NaN", 3, &x) && isnan(x));
    assert_true(hc_number_parse("+inf", 4, &x) && x == INFINITY);
    assert_true(hc_number_parse("-nan", 4, &x) && isnan(x));
    assert_true(hc_number_parse("1e0000001", 9, &x) && x == 10);
    assert_true(hc_number_parse_comma("-0,12345678901E-002", 19, &x) &&
                x == -0.0012345678901);
    assert_true(hc_number_parse("-Infinity", 9, &x) && x == -INFINITY);
    assert_true(hc_number_parse_comma("1,5e3", 5, &x) && x == 1500);
    assert_false(hc_number_parse_comma("1.5", 3, &x));
    assert_int_equal(hc_number_prefix("1.5mA", 5, &x), 3);
    assert_int_equal(hc_number_prefix("1e", 2, &x), 1);
}

static void reads_integers(void **state)
{
    long n = 0;
    (void)state;
    assert_true(hc_integer_parse("-12", 3, -20, 20, &n) && n == -12);
    assert_false(hc_integer_parse("21", 2, -20, 20, &n));
    assert_false(hc_integer_parse("1.0", 3, 0, 9, &n));
    assert_false(hc_integer_parse("99999999999999999999", 20, 0,
                                  4611686018427387904L, &n));
}

/* Every number of digits; a sanitizer sees a byte too far. */
static void prints_whole_numbers(void **state)
{
    uint64_t x = 1, seed = 3;
    char buf[HC_NUMBER_SIZE], want[32];
    (void)state;
    for (int n = 1; n <= 20; n++, x *= 10)
        for (uint64_t k = 0; k < 3; k++) { /* 9.., 10.., 10..1 */
            snprintf(want, sizeof want, "%llu",
                     (unsigned long long)(x - 1 + k));
            assert_int_equal(hc_whole_print(x - 1 + k, buf), strlen(want));
            assert_string_equal(buf, want);
        }
    for (int i = 0; i < 100000; i++) {
        x = unit_random(&seed) >> unit_random(&seed) % 64;
        x = i % 4 == 0 ? x % 1000 * hc_whole_tens[i % 16] : x;
        snprintf(want, sizeof want, "%llu", (unsigned long long)x);
        assert_int_equal(hc_whole_print(x, buf), strlen(want));
        assert_string_equal(buf, want);
    }
    assert_int_equal(hc_whole_print(UINT64_MAX, buf), 20);
    assert_string_equal(buf, "18446744073709551615");
}

/* Against the digits of printf with the mark put in by hand. */
static void prints_decimals(void **state)
{
    uint64_t seed = 5;
    char buf[HC_DECIMAL_SIZE], want[200], digits[32];
    (void)state;
    for (int trial = 0; trial < 200000; trial++) {
        int64_t i = (int64_t)(unit_random(&seed) >> unit_random(&seed) % 64);
        int e = (int)(unit_random(&seed) % (2 * HC_DECIMAL_MOST + 1)) -
                HC_DECIMAL_MOST;
        if (trial % 5 == 0) /* few digits and zeros behind them */
            i = i % 1000 * (int64_t)hc_whole_tens[unit_random(&seed) % 16];
        i = trial % 3 == 0 ? -i : i;
        size_t len = hc_decimal_print(i, e, buf);
        int n = snprintf(digits, sizeof digits, "%llu",
                         i < 0 ? 0 - (unsigned long long)i
                               : (unsigned long long)i);
        int at = 0, zeros = n + e <= 0 ? 1 - n - e : 0;
        at += snprintf(want, sizeof want, "%s%.*s%s", i < 0 ? "-" : "",
                       zeros, "0000000000000000000000000000000000000000000"
                       "000000000000000000", digits);
        for (int k = 0; k < e && i != 0; k++)
            want[at++] = '0';
        if (e < 0 && i != 0) { /* the mark, and no zeros at the end */
            memmove(want + at + e + 1, want + at + e, (size_t)-e);
            want[at + e] = '.';
            at++;
            while (want[at - 1] == '0')
                at--;
            at -= want[at - 1] == '.';
        }
        if (i == 0)
            at = snprintf(want, sizeof want, "0");
        want[at] = '\0';
        assert_int_equal(len, at);
        assert_memory_equal(buf, want, len);
    }
    assert_int_equal(hc_decimal_print(100000000000000000, -23, buf), 8);
    assert_memory_equal(buf, "0.000001", 8);
    assert_int_equal(hc_decimal_print(INT64_MIN, 0, buf), 20);
    assert_memory_equal(buf, "-9223372036854775808", 20);
}

static void shifts_the_exponent_of_the_text(void **state)
{
    char buf[HC_NUMBER_SIZE];
    (void)state;
    hc_number_shift("1.50", 4, -3, buf, sizeof buf);
    assert_string_equal(buf, "1.50e-3");
    hc_number_shift("-1.5E+002", 9, -3, buf, sizeof buf);
    assert_string_equal(buf, "-1.5e-1");
    hc_number_shift("1.5e3", 5, -3, buf, sizeof buf);
    assert_string_equal(buf, "1.5");
    hc_number_shift("0.000", 5, -3, buf, sizeof buf);
    assert_string_equal(buf, "0.000");
    hc_number_shift("+1.50", 5, 3, buf, sizeof buf);
    assert_string_equal(buf, "+1.50e3");
    hc_number_shift("9.9", 3, -100, buf, sizeof buf);
    assert_string_equal(buf, "9.9e-100");
    hc_number_shift("-0.0e9", 6, -3, buf, sizeof buf);
    assert_string_equal(buf, "-0.0");
    hc_number_shift("5.", 2, -3, buf, sizeof buf);
    assert_string_equal(buf, "5.e-3");
    /* more digits than 64 bits hold, 2^64 among them */
    hc_number_shift("18446744073709551616", 20, 1, buf, sizeof buf);
    assert_string_equal(buf, "18446744073709551616e1");
    hc_number_shift("0.0000000000000000000000000", 27, 1, buf, sizeof buf);
    assert_string_equal(buf, "0.0000000000000000000000000");
    /* "1e-3" and its NUL fill five bytes */
    assert_int_equal(hc_number_shift("1", 1, -3, buf, 5), 4);
    assert_string_equal(buf, "1e-3");
    assert_int_equal(hc_number_shift("1", 1, -3, buf, 4), 0);
    assert_int_equal(hc_number_shift("1e-999999", 9, -1, buf, 9), 0);
    assert_int_equal(hc_number_shift("1.5x", 4, 1, buf, sizeof buf), 0);
    assert_int_equal(hc_number_shift(".", 1, 1, buf, sizeof buf), 0);
    assert_int_equal(hc_number_shift("-", 1, 1, buf, sizeof buf), 0);
    assert_int_equal(hc_number_shift("1e", 2, 1, buf, sizeof buf), 0);
    assert_int_equal(hc_number_shift("abc", 3, 1, buf, sizeof buf), 0);
    assert_int_equal(hc_number_shift("123456789", 9, 1, buf, 8), 0);
}

/* Numbers are the same whatever locale a process has set. */
static void ignores_the_locale(void **state)
{
    double x;
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        skip();
    assert_string_equal(print(1.5), "1.5");
    assert_true(hc_number_parse("1.00000000000000000000000001", 28, &x));
    assert_true(x == 1);
    setlocale(LC_ALL, "C");
}

/* Every row of the table again: 10^k = m 2^e with m in [2^127, 2^128), from
 * long-hand multiplication and division by ten with 64 guard bits. */
static void table_of_powers_is_right(void **state)
{
    uint32_t a[80] = {0}; /* little-endian words of a big whole number */
    (void)state;
    a[0] = 1;
    for (int k = 0; k <= 300; k++) {
        int top = 79;
        while (a[top] == 0)
            top--;
        int lead = __builtin_clz(a[top]);
        uint64_t word[2] = {0, 0};
        for (int i = 0; i < 128; i++) {
            int bit = 32 * top + 31 - lead - i;
            uint64_t b = bit < 0 ? 0 : a[bit / 32] >> (bit % 32) & 1;
            word[i / 64] = word[i / 64] << 1 | b;
        }
        assert_true(hc_pow10[k - HC_POW10_MIN][0] == word[0]);
        assert_true(hc_pow10[k - HC_POW10_MIN][1] == word[1]);
        uint64_t carry = 0;
        for (int i = 0; i < 80; i++) {
            carry += (uint64_t)a[i] * 10;
            a[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    /* negative powers: row(k) * row(-k) is 2^254 or 2^255 from below */
    for (int k = 1; k <= 300; k++) {
        long double p = ldexpl((long double)hc_pow10[k - HC_POW10_MIN][0], 64)
                        + (long double)hc_pow10[k - HC_POW10_MIN][1];
        long double q =
            ldexpl((long double)hc_pow10[-k - HC_POW10_MIN][0], 64) +
            (long double)hc_pow10[-k - HC_POW10_MIN][1];
        int e;
        long double m = frexpl(p * q, &e);
        assert_true(fabsl(m - 1) < 1e-17L || fabsl(m - 0.5L) < 1e-17L);
    }
}

/* What a table's reader takes in passing is what the whole cell is, and all
 * plain numbers are taken so. */
static void takes_plain_cells(void **state)
{
    static const char *const odd[] = {"",     ".",    "-",     "e5",  "1e",
                                      "1e+",  "nan",  "+1",    "-.",  "1e1234",
                                      "0x10", " 1",   "1.2.3", "1 2", "--1"};
    uint64_t seed = 11;
    char s[64];
    double x, y;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t r = unit_random(&seed), d = unit_random(&seed);
        int whole = (int)(r % 12), part = (int)(r >> 8 & 15), n = 0;
        n += snprintf(s + n, 2, "%s", r >> 16 & 1 ? "-" : "");
        for (int k = 0; k < whole; k++, d = d * 3 + 1)
            s[n++] = (char)('0' + d % 10);
        if (r >> 17 & 3) {
            s[n++] = '.';
            for (int k = 0; k < part; k++, d = d * 7 + 1)
                s[n++] = (char)('0' + d % 10);
        } else {
            part = 0;
        }
        if (r >> 20 & 1)
            n += snprintf(s + n, 8, "e%s%d", r >> 21 & 1 ? "-" : "",
                          (int)(r >> 24 & 31));
        memset(s + n, 0, sizeof s - (size_t)n);
        s[n] = "\t\n,\r"[r >> 40 & 3];
        const char *end = hc_number_plain(s, &x);
        bool number = hc_number_parse(s, (size_t)n, &y);
        assert_false(end != NULL && !(number && whole + part <= 18));
        /* others may need the C library */
        assert_false(end == NULL && number && whole + part <= 15 &&
                     (r >> 20 & 1) == 0);
        if (end == NULL)
            continue;
        assert_ptr_equal(end, s + n);
        assert_memory_equal(&x, &y, sizeof x);
    }
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
        memset(s, 0, sizeof s);
        snprintf(s, sizeof s, "%s\t1\n", odd[k]);
        const char *end = hc_number_plain(s, &x);
        if (end != NULL && *end == '\t')
            fail_msg("'%s' was taken", odd[k]);
    }
}

/* ---- rounding ---- */

static double of_text(double x, int digits)
{
    char text[HC_NUMBER_SIZE];
    size_t len = hc_number_print_digits(x, digits, text);
    assert_true(hc_number_parse(text, len, &x));
    return x;
}

static void check_round(hc_rounding *r, double x, int digits)
{
    const double want = of_text(x, digits);
    const double got = hc_number_round(x, digits);
    const double again = hc_number_round_again(r, x, digits);
    if (memcmp(&got, &want, sizeof got) != 0 ||
        memcmp(&again, &want, sizeof got) != 0)
        fail_msg("%.17g to %d digits: %.17g, again %.17g, wanted %.17g", x,
                 digits, got, again, want);
}

/* A rounded number is, bit by bit, the text of as many digits. */
static void rounded_is_what_prints(void **state)
{
    static const double odd[] = {0.0,           -0.0,           1e-300,
                                 4.9e-324,      1.7e308,        1e22,
                                 1e23,          9999999999.5,   9999999999.49,
                                 0.99999999995, 1e-5,           12345678905.0,
                                 1234567890.5,  0.1,            2.5e-7};
    uint64_t seed = 11;
    (void)state;
    for (int digits = 1; digits <= 17; digits++) {
        hc_rounding r = {0};
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            check_round(&r, odd[i], digits);
            check_round(&r, -odd[i], digits);
        }
        /* counters that grow, over several powers of ten */
        for (double x = 1e-9; x < 1e3; x *= 1.003)
            check_round(&r, x, digits);
        for (int i = 0; i < 20000; i++) {
            uint64_t u = unit_random(&seed);
            double x;
            memcpy(&x, &u, sizeof x);
            if (isfinite(x))
                check_round(&r, x, digits);
            /* where the rounding turns, and a unit beside it */
            x = ((double)(u % 10000000000u) + 0.5) / 1e7;
            check_round(&r, x, 10);
            check_round(&r, nextafter(x, 0), 10);
            check_round(&r, nextafter(x, 1e9), 10);
        }
    }
    assert_true(isnan(hc_number_round((double)NAN, 5)));
    assert_true(isinf(hc_number_round((double)INFINITY, 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_plainly),
        cmocka_unit_test(rounds_to_digits),
        cmocka_unit_test(rounds_as_the_shortest_text),
        cmocka_unit_test(reads_short_decimals),
        cmocka_unit_test(is_shortest_and_exact),
        cmocka_unit_test(reads_like_strtod),
        cmocka_unit_test(reads_every_length),
        cmocka_unit_test(reads_at_the_seams),
        cmocka_unit_test(reads_only_numbers),
        cmocka_unit_test(takes_plain_cells),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(prints_whole_numbers),
        cmocka_unit_test(prints_decimals),
        cmocka_unit_test(shifts_the_exponent_of_the_text),
        cmocka_unit_test(ignores_the_locale),
        cmocka_unit_test(table_of_powers_is_right),
        cmocka_unit_test(rounded_is_what_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
