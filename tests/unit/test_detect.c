/* test_detect.c: what is found out once a file, against a slower way */
#include "unit.h"

#include "core/text.h"
#include "formats/cursor.h"
#include "formats/dates.h"
#include "formats/decode.h"
#include "formats/dialect.h"
#include "formats/text-lines.h"

/* ---- the order of dates ---- */

/* "a/b/yyyy" or "a-b-yy" at c, as it is read from the front. */
static bool numbers_at(hc_cursor *c, long *a, long *b)
{
    long y;
    int n = hc_cursor_digits(c, 9, a);
    if (n > 2 || c->s == c->end || (*c->s != '/' && *c->s != '-'))
        return false;
    char mark = *c->s++;
    n = hc_cursor_digits(c, 9, b);
    return n >= 1 && n <= 2 && hc_cursor_eat(c, mark) &&
           hc_cursor_digits(c, 4, &y) >= 2;
}

/* Byte by byte: days first, months first, days that go on, months that do. */
static hc_date_order byte_by_byte(const char *s, size_t len,
                                  hc_date_order order)
{
    hc_cursor c = {s, s + len};
    size_t day = 0, month = 0, days = 0, months = 0;
    long a, b, was_a = 0, was_b = 0;
    while (c.s < c.end) {
        if (!hc_isdigit(*c.s)) {
            c.s++;
        } else if (numbers_at(&c, &a, &b)) {
            day += a > 12 && a <= 31 && b >= 1 && b <= 12;
            month += b > 12 && b <= 31 && a >= 1 && a <= 12;
            days += a == was_a + 1 && b == was_b;
            months += b == was_b + 1 && a == was_a;
            was_a = a;
            was_b = b;
        }
    }
    if (day + month == 0) {
        day = months == 0 ? days : 0;
        month = days == 0 ? months : 0;
    }
    return day > 0 && month == 0   ? HC_DATE_DMY
           : month > 0 && day == 0 ? HC_DATE_MDY
                                   : order;
}

static void test_date_order(void **state)
{
    static const char *const parts[] = {
        "/",         "-",  "/",  "1",    "2",        "12",
        "13",        "31", "32", "2021", "21",       "20210203",
        "123456789", ",",  " ",  "\n",   "1/2/2021", "-0.5"};
    size_t told = 0;
    uint64_t seed = 31;
    (void)state;
    for (int trial = 0; trial < 60000; trial++) {
        char text[200] = "";
        size_t n = unit_random(&seed) % 12;
        for (size_t i = 0; i < n; i++)
            strcat(
                text,
                parts[unit_random(&seed) % (sizeof parts / sizeof parts[0])]);
        for (hc_date_order o = HC_DATE_MDY; o <= HC_DATE_DMY; o++) {
            hc_date_order is = byte_by_byte(text, strlen(text), o);
            if (hc_date_order_of(text, strlen(text), o) != is) {
                print_error("of '%s'\n", text);
                fail();
            }
            told += is != o;
        }
    }
    assert_true(told > 600);
}

/* ---- dialects ---- */

/* A window of lines has the dialect of the same lines alone, whatever was
 * asked before. */
static void test_dialects(void **state)
{
    static const char *const parts[] = {
        "1", "2.5", "1,5", "Time", "\"a,b\"", "-3e-5", "", "1,234", "12 mV"};
    static const char *const marks[] = {",", ";", "\t", " ", "|", ", "};
    unsigned seen[128] = {0};
    uint64_t seed = 37;
    (void)state;
    for (int trial = 0; trial < 4000; trial++) {
        char text[2000] = "";
        size_t starts[12], n = 1 + unit_random(&seed) % 12, wide = 0;
        for (size_t i = 0; i < n; i++) {
            const char *mark = marks[trial % 6];
            starts[i] = strlen(text);
            wide = 1 + (i == 0 ? unit_random(&seed) % 6 : wide);
            for (size_t k = 0; k < wide; k++) {
                strcat(text, parts[unit_random(&seed) % 9]);
                strcat(text, k + 1 < wide ? mark : "\n");
            }
            wide -= 1 - unit_random(&seed) % 5 / 4;
        }
        size_t len = strlen(text) - unit_random(&seed) % 2;
        hc_survey *all = hc_survey_new(text, len), *one;
        assert_non_null(all);
        for (size_t i = 0; i < n; i++) {
            assert_non_null(
                one = hc_survey_new(text + starts[i], len - starts[i]));
            hc_dialect a = hc_survey_dialect(all, text + starts[i]);
            hc_dialect b = hc_survey_dialect(one, text + starts[i]);
            assert_int_equal(a.delimiter, b.delimiter);
            assert_int_equal(a.decimal_comma, b.decimal_comma);
            assert_int_equal(a.quotes, b.quotes);
            seen[(unsigned char)a.delimiter]++;
            hc_survey_free(one);
        }
        hc_survey_free(all);
    }
    for (const char *m = ",;\t |"; *m != '\0'; m++)
        assert_true(seen[(unsigned char)*m] > 100);
}

/* What are digits at a glance is a number when it is read. */
static void test_digits(void **state)
{
    static const char bytes[] = "0123456789.-+e,: ";
    uint64_t seed = 41;
    size_t digits = 0;
    (void)state;
    for (int trial = 0; trial < 100000; trial++) {
        char text[8];
        size_t n = 1 + unit_random(&seed) % 7;
        double x;
        for (size_t i = 0; i < n; i++)
            text[i] = bytes[unit_random(&seed) % (trial % 2 ? 17 : 12)];
        hc_cell c = hc_cell_text(text, n);
        if (!hc_text_is_digits(&c))
            continue;
        digits++;
        assert_true(hc_cell_number(&c, &x));
    }
    assert_true(digits > 10000);
}

/* ---- encodings ---- */

/* ASCII before and behind words changes nothing, nor does it where the text
 * ends. */
static void test_charset(void **state)
{
    static const struct {
        hc_encoding is;
        const char *text;
    } cases[] = {
        {HC_ENC_LATIN1, "Temperatur/\xb0\x43 f\xfcr"},
        {HC_ENC_CP1251, "\xd2\xee\xea,\xcd\xe0\xef\xf0\xff\xe6\xe5\xed\xe8"},
        {HC_ENC_GBK, "\xb5\xe7\xd1\xb9,\xb5\xe7\xc1\xf7,\xd7\xb4\xcc\xac"},
        {HC_ENC_SHIFT_JIS, "\x93\x64\x88\xb3,\x93\x64\x97\xac,\x8e\x9e"},
        {HC_ENC_EUC_KR,
         "\xc0\xfc\xbe\xd0,\xc0\xfc\xb7\xf9,\xbb\xf3\xc5\xc2,\xbb\xf3"},
        {HC_ENC_BIG5, "\xb9\x71\xc0\xa3"},
        {HC_ENC_CP1250, "napi\xea,api\xea\x63ie"},
        {HC_ENC_CP1254, "Ak\xfdm"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t before = 0; before < 100; before += 7)
            for (size_t behind = 0; behind < 100; behind += 9) {
                char text[300];
                size_t n = strlen(cases[i].text);
                memset(text, '1', sizeof text);
                memcpy(text + before, cases[i].text, n);
                assert_int_equal(hc_charset_guess(text, before + n + behind),
                                 cases[i].is);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_order),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_charset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
