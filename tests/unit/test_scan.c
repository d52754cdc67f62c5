/* scan.h, search.h: text looked at in words, against one byte at a time */
#include "unit.h"

#include "core/scan.h"
#include "core/search.h"

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
            uint64_t mask = n <= 64 ? hc_scan_mask(s, n, '\t') : 0, seen = 0;
            got = hc_scan_byte(s, n, '\t', at, cap);
            for (size_t i = 0; i < n; i++) {
                unusual |= s[i] == 0 || (unsigned char)s[i] > 0x7f;
                if (n <= 64)
                    seen |= (uint64_t)(s[i] == '\t') << i;
                if (s[i] != '\t')
                    continue;
                assert_true(k >= cap || at[k] == i);
                k++;
            }
            assert_int_equal(got, k);
            assert_true(mask == seen);
            assert_int_equal(hc_scan_unusual(s, n), unusual);
            free(s);
        }
}

/* All three marks of 32 bytes. */
static void finds_marks(void **state)
{
    static const unsigned char bytes[] = {'\n', ',', '"', 0,    0x80, 0xff,
                                          '!',  '#', '+', 0x0b, '1',  '.'};
    uint64_t seed = 11;
    char s[32];
    (void)state;
    for (int trial = 0; trial < 20000; trial++) {
        hc_marks is = {0, 0, 0}, got;
        for (int i = 0; i < 32; i++) {
            unsigned char c = bytes[unit_random(&seed) % sizeof bytes];
            s[i] = (char)c;
            is.ends |= (uint32_t)(c == '\n') << i;
            is.marks |= (uint32_t)(c == ',') << i;
            is.odd |= (uint32_t)(c == 0 || c == '"' || c > 0x7f) << i;
        }
        got = hc_scan_marks(s, ',');
        assert_true(got.ends == is.ends && got.marks == is.marks &&
                    got.odd == is.odd);
    }
}

/* What 16 bytes hold: bytes that are no digits, bytes of a set. */
static void finds_in_sixteen(void **state)
{
    static const unsigned char bytes[] = {'0', '9', '/',  ':',  '.',  ',', 0,
                                          '"', 'e', '\n', 0x80, 0xb0, 0xff, 1,
                                          '5', 'x', 0xaf, '\t', 0xb9, 0x7f};
    uint64_t seed = 13;
    char s[16];
    (void)state;
    for (int trial = 0; trial < 40000; trial++) {
        const hc_scan_set set = {.a = hc_word_of(','),
                                 .b = hc_word_of('"'),
                                 .c = hc_word_of('x'),
                                 .odd = trial % 2 == 0 ? ~UINT64_C(0) : 0};
        unsigned others = 0, any = 0;
        for (unsigned i = 0; i < 16; i++) {
            unsigned char c = trial < 4096
                                  ? (unsigned char)(trial / 16 + (int)i)
                                  : bytes[unit_random(&seed) % sizeof bytes];
            s[i] = (char)c;
            others |= (unsigned)(c < '0' || c > '9') << i;
            any |= (unsigned)(c == ',' || c == '"' || c == 'x' || c == '\n' ||
                              (set.odd != 0 && (c == 0 || c > 0x7f)))
                   << i;
        }
        assert_int_equal(hc_scan_others(s), others);
        assert_int_equal(hc_scan_any(&set, s), any);
    }
}

static void knows_digits(void **state)
{
    uint64_t seed = 9;
    char text[9];
    (void)state;
    for (int i = 0; i < 40000; i++) {
        size_t n = 0;
        snprintf(text, sizeof text, "%08u",
                 (unsigned)(unit_random(&seed) % 100000000));
        for (int k = 0; k < i % 3; k++) /* other bytes among them */
            text[unit_random(&seed) % 8] = (char)(unit_random(&seed) % 256);
        while (n < 8 && text[n] >= '0' && text[n] <= '9')
            n++;
        assert_int_equal(hc_word_digits(hc_word(text)), n);
        for (size_t k = 1; k <= n; k++) {
            char first[9] = {0};
            memcpy(first, text, k);
            assert_int_equal(hc_word_value(hc_word(text), k),
                             strtoul(first, NULL, 10));
        }
    }
}

/* Copies stay within their bytes. */
static void copies_few(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 40; n++) {
        char *from = malloc(n + 1), *to = malloc(n + 1);
        assert_true(from != NULL && to != NULL);
        for (size_t i = 0; i < n; i++)
            from[i] = (char)(i + 1);
        to[n] = 77;
        hc_copy_few(to, from, n);
        assert_memory_equal(to, from, n);
        assert_int_equal(to[n], 77);
        free(from);
        free(to);
    }
}

/* Words at every place of texts that end with their memory, among near
 * misses. */
static void finds_words(void **state)
{
    static const char letters[] = "abA_";
    uint64_t seed = 23;
    (void)state;
    for (size_t n = 0; n <= 150; n++)
        for (size_t of = 1; of <= 7; of++)
            for (int trial = 0; trial < 40; trial++) {
                char *s = malloc(n + (n == 0)), word[8];
                assert_non_null(s);
                for (size_t i = 0; i < of; i++)
                    word[i] = letters[unit_random(&seed) % 3];
                for (size_t i = 0; i < n; i++)
                    s[i] = letters[unit_random(&seed) % (trial % 2 ? 2 : 4)];
                if (trial % 4 == 0 && n >= of)
                    memcpy(s + unit_random(&seed) % (n - of + 1), word, of);
                const char *at = NULL;
                for (size_t i = 0; at == NULL && i + of <= n; i++)
                    if (memcmp(s + i, word, of) == 0)
                        at = s + i;
                assert_ptr_equal(hc_search_word(s, n, word, of), at);
                free(s);
            }
}

/* The first high and the first control byte. */
static void finds_kinds(void **state)
{
    uint64_t seed = 29;
    (void)state;
    for (int trial = 0; trial < 40000; trial++) {
        size_t n = unit_random(&seed) % 90, high = n, control = n, last = 0;
        char *s = malloc(n + (n == 0));
        assert_non_null(s);
        for (size_t i = 0; i < n; i++) {
            static const char fine[] = "\t\n\v\f\r\x1a\x1b A";
            bool odd = unit_random(&seed) % 50 == 0;
            s[i] = odd ? (char)(unit_random(&seed) % 256)
                       : fine[unit_random(&seed) % 9];
        }
        for (size_t i = n; i-- > 0;) {
            unsigned char c = (unsigned char)s[i];
            if (c > 0x7f) {
                high = i;
                last = last == 0 ? i + 1 : last;
            }
            if (c < 0x20 && strchr("\t\n\v\f\r\x1a\x1b", c) == NULL)
                control = i;
            if (c == 0)
                control = i;
        }
        assert_int_equal(hc_search_high(s, n), high);
        assert_int_equal(hc_search_last(s, n), last);
        assert_int_equal(hc_search_control(s, n), control);
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_words),
        cmocka_unit_test(finds_kinds),
        cmocka_unit_test(finds_every_byte),
        cmocka_unit_test(finds_marks),
        cmocka_unit_test(finds_in_sixteen),
        cmocka_unit_test(knows_digits),
        cmocka_unit_test(copies_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
