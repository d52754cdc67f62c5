/* test_detect.c: what is found out once a file, against a slower way */
#include "unit.h"

#include "core/text.h"
#include "formats/cursor.h"
#include "formats/dates.h"
#include "formats/decode.h"

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
        "/", "-", "/", "1", "2", "12", "13", "31", "32", "2021", "21",
        "20210203", "123456789", ",", " ", "\n", "1/2/2021", "-0.5"};
    size_t told = 0;
    uint64_t seed = 31;
    (void)state;
    for (int trial = 0; trial < 60000; trial++) {
        char text[200] = "";
        size_t n = unit_random(&seed) % 12;
        for (size_t i = 0; i < n; i++)
            strcat(text, parts[unit_random(&seed) %
                               (sizeof parts / sizeof parts[0])]);
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
                assert_int_equal(
                    hc_charset_guess(text, before + n + behind), cases[i].is);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_order),
        cmocka_unit_test(test_charset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
