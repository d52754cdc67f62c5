/* scan.h: text looked at eight bytes at a time, against one at a time */
#include "unit.h"

#include "core/scan.h"

/* Texts of every length to 70 in memory of exactly that size, with bytes
 * next to the one that is looked for, and high ones. */
static void finds_every_byte(void **state)
{
    static const unsigned char near[] = {'\t', '\n', 8, 0x89, 0x8a, 0, 0xff,
                                         '0'};
    uint64_t seed = 7;
    (void)state;
    for (size_t n = 0; n <= 70; n++)
        for (int trial = 0; trial < 200; trial++) {
            char *s = malloc(n + (n == 0));
            uint32_t at[40] = {0};
            size_t k = 0, cap = (size_t)trial % 41, got;
            bool unusual = false;
            assert_non_null(s);
            for (size_t i = 0; i < n; i++)
                s[i] = (char)near[unit_random(&seed) % (trial < 20 ? 3 : 8)];
            got = hc_scan_byte(s, n, '\t', at, cap);
            for (size_t i = 0; i < n; i++) {
                unusual |= s[i] == 0 || (unsigned char)s[i] > 0x7f;
                if (s[i] != '\t')
                    continue;
                assert_true(k >= cap || at[k] == i);
                k++;
            }
            assert_int_equal(got, k);
            assert_int_equal(hc_scan_unusual(s, n), unusual);
            free(s);
        }
}

static void knows_eight_digits(void **state)
{
    uint64_t seed = 9;
    char text[9];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        unsigned x = (unsigned)(unit_random(&seed) % 100000000);
        snprintf(text, sizeof text, "%08u", x);
        assert_true(hc_word_is_digits(hc_word(text)));
        assert_int_equal(hc_word_value(hc_word(text)), x);
        text[i % 8] = (char)(i / 8 % 256);
        assert_int_equal(hc_word_is_digits(hc_word(text)),
                         text[i % 8] >= '0' && text[i % 8] <= '9');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_byte),
        cmocka_unit_test(knows_eight_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
