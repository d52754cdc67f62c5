/* dates.h: times that passed; the usual ones against the way that takes all */
#include "unit.h"

#include "formats/dates.h"

#include <math.h>
#include <string.h>

/* Against what a clock counts, and the same text behind a blank, which only
 * the general way takes: bit by bit. */
static void usual_ones_are_the_same(void **state)
{
    static const char *const fractions[] = {"",    ".5",     ".",
                                            ".25", ".000001", ".123456789",
                                            ".1234567890123"};
    uint64_t seed = 5;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        const char *fraction = fractions[unit_random(&seed) % 7];
        const unsigned h = (unsigned)(unit_random(&seed) % 10000000);
        const unsigned m = (unsigned)(unit_random(&seed) % 60);
        const unsigned s = (unsigned)(unit_random(&seed) % 60);
        char text[64];
        double got, want;
        snprintf(text, sizeof text, " %u:%02u:%02u%s", h >> i % 24, m, s,
                 fraction);
        assert_true(hc_duration_parse(text + 1, strlen(text + 1), &got));
        assert_true(hc_duration_parse(text, strlen(text), &want));
        assert_memory_equal(&got, &want, sizeof got);
        want = 3600.0 * (h >> i % 24) + 60.0 * m + s + atof(fraction);
        assert_true(fabs(got - want) < 1e-6);
    }
}

static void others_are_taken_or_not(void **state)
{
    static const struct {
        const char *text;
        double seconds; /* < 0: it is none */
    } known[] = {{"0:00:00", 0},        {"1:2:3", 3723},
                 {"100:00:01", 360001}, {"1d 00:00:01", 86401},
                 {"1:02:03:004", 3723.004}, {"0:00:01,50", 1.5},
                 {"1:02", 3720},        {"1:02:0x", -1},
                 {"1:02:03.5x", -1},    {":02:03", -1},
                 {"1:02:03.5.5", -1},   {"a:02:03", -1},
                 {"1234567:00:00", 4444441200}, {"1:0203:04", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double x = -1;
        bool is = hc_duration_parse(known[i].text, strlen(known[i].text), &x);
        assert_int_equal(is, known[i].seconds >= 0);
        if (is)
            assert_true(fabs(x - known[i].seconds) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_ones_are_the_same),
        cmocka_unit_test(others_are_taken_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
