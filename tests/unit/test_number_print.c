/* number_print.c: what is printed is the shortest that reads back, and of
 * those the nearest: by the C library's exact texts */
#include "unit.h"

#include "core/number.h"

/* the digits as a machine without 16-byte vectors lays them out */
#undef __SSE2__
#include "core/digits.h"

enum { SIZE = 128 };

/* x to so many digits, "d.ddde-7", nearest (ties to even). */
static void nearest(double x, int digits, char *text)
{
    snprintf(text, SIZE, "%.*e", digits - 1, x);
}

/* The digits of a text, no zeros around them; how many. */
static int digits_of(const char *s, char *digits)
{
    int n = 0;
    for (; *s != '\0' && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
            digits[n++] = *s;
    while (n > 0 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n;
}

/* Does a decimal of so many digits read back, from below x or above? */
static bool reads_back(double x, int digits)
{
    char text[SIZE], exponent[16];
    int n = 0;
    snprintf(text, sizeof text, "%.60e", x); /* cut off: below x */
    snprintf(exponent, sizeof exponent, "%s", strchr(text, 'e'));
    n = digits == 1 ? 1 : digits + 1; /* the mark */
    strcpy(text + n, exponent);
    if (strtod(text, NULL) == x)
        return true;
    do /* a unit more in the last */
        n--;
    while (n > 0 && (text[n] == '9' || text[n] == '.') &&
           (text[n] = text[n] == '9' ? '0' : '.'));
    if (n == 0 && text[0] == '9') { /* "9.99" becomes "10.0" */
        memmove(text + 1, text, strlen(text) + 1);
        text[0] = '1';
        text[1] = '0';
    } else {
        text[n]++;
    }
    return strtod(text, NULL) == x;
}

static void check(double x)
{
    char s[HC_NUMBER_SIZE], digits[SIZE], text[SIZE], near[SIZE];
    if (!isfinite(x) || x == 0)
        return;
    x = fabs(x);
    const size_t len = hc_number_print(x, s);
    const int n = digits_of(s, digits);
    assert_int_equal(len, strlen(s));
    nearest(x, n, text);
    digits_of(text, near);
    if (strtod(s, NULL) != x)
        fail_msg("%.17g prints as %s", x, s);
    if (n > 1 && reads_back(x, n - 1))
        fail_msg("%.17g prints as %s, one digit less is enough", x, s);
    /* beside a power of two the nearest may read as another number */
    if (strcmp(digits, near) != 0 && strtod(text, NULL) == x)
        fail_msg("%.17g prints as %s, %s is nearer", x, s, text);
}

/* x, and the doubles beside it. */
static void check_around(double x)
{
    check(x);
    check(nextafter(x, 0));
    check(nextafter(x, INFINITY));
}

static double of_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static void is_the_shortest_and_nearest(void **state)
{
    const int trials = getenv("HC_RELEASE") != NULL ? 600000 : 9000;
    uint64_t seed = 20240229;
    (void)state;
    for (int i = 0; i < trials; i++) {
        const uint64_t u = unit_random(&seed), v = unit_random(&seed);
        check(of_bits(u));
        check(of_bits(u >> 12));                   /* subnormal */
        check((double)(v % 2000000000) / 3600000); /* from mA s to Ah */
        check((double)(v % 100000000) / 1e4);
        check((double)(float)((double)u * 1e-19));
        check(ldexp((double)(v >> 11), -(int)(u % 80)));
        /* few bits: texts of 17 digits and a five behind them */
        check(ldexp((double)(v >> 40 | 1), -(int)(u % 60)));
    }
}

static void is_so_at_the_seams(void **state)
{
    (void)state;
    for (int e = -1074; e < 1024; e++) /* the neighbours differ in distance */
        check_around(ldexp(1, e));
    for (int e = -323; e < 309; e++)
        for (int d = 1; d < 10; d++) {
            char text[SIZE];
            snprintf(text, sizeof text, "%de%d", d, e);
            check_around(strtod(text, NULL));
        }
    for (int k = 0; k < 64; k++)
        for (int j = -12; j <= 12; j++) {
            check(ldexp(1, k) + j);
            check(ldexp(1, k) + j / 4.0);
            if (k < 23)
                check(pow(10, k) + j);
        }
    check_around(2.2250738585072014e-308);
    check_around(1.7976931348623155e308);
    check(9007199254740993.0);
}

/* The way of machines without vectors, against the C library. */
static void lays_out_without_vectors(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const uint64_t u = unit_random(&seed), v = unit_random(&seed);
        const uint64_t ten = hc_whole_tens[v % 16];
        hc_digits t = {(HC_TEN_16 / 10 + u % (9 * (HC_TEN_16 / 10))) / ten *
                           ten,
                       v >> 8 & 1 ? 0 : (unsigned)(v >> 16) % 10,
                       (int)(v >> 33) % 24 - 6};
        char digits[32], want[64], got[64];
        snprintf(digits, sizeof digits, "%llu%u",
                 (unsigned long long)t.sixteen, t.last);
        if (t.point <= 0)
            snprintf(want, sizeof want, "0.%.*s%s", -t.point, "000000",
                     digits);
        else
            snprintf(want, sizeof want, "%.*s.%s", t.point, digits,
                     digits + t.point);
        size_t n = strlen(want);
        while (want[n - 1] == '0')
            n--;
        n -= want[n - 1] == '.';
        assert_int_equal(hc_lay_digits(&t, hc_known_digits(&t), t.point, got),
                         n);
        assert_memory_equal(got, want, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_shortest_and_nearest),
        cmocka_unit_test(is_so_at_the_seams),
        cmocka_unit_test(lays_out_without_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
