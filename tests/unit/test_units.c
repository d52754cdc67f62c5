/* units.c, text.c and sha256.c */
#include "unit.h"

#include "core/sha256.h"
#include "core/text.h"
#include "core/units.h"

static double si(const char *s, hc_dim want)
{
    double x = NAN;
    hc_err e;
    hc_err_clear(&e);
    assert_ok(hc_quantity_parse(s, want, "--x", &x, &e), e);
    return x;
}

static void quantities_become_si(void **state)
{
    (void)state;
    assert_near(si("1.44cm2", HC_DIM_AREA), 1.44e-4, 1e-15);
    assert_near(si("1.44 cm^2", HC_DIM_AREA), 1.44e-4, 1e-15);
    assert_near(si("1.44cm\xc2\xb2", HC_DIM_AREA), 1.44e-4, 1e-15);
    assert_near(si("25um", HC_DIM_LENGTH), 25e-6, 1e-15);
    assert_near(si("25\xc2\xb5m", HC_DIM_LENGTH), 25e-6, 1e-15);
    assert_near(si("0.1mA/cm2", HC_DIM_CURRENT_DENSITY), 1, 1e-14);
    assert_near(si("0.1 mA cm-2", HC_DIM_CURRENT_DENSITY), 1, 1e-14);
    assert_near(si("1mS/cm", HC_DIM_CONDUCTIVITY), 0.1, 1e-14);
    assert_near(si("1e-10cm2/s", HC_DIM_DIFFUSIVITY), 1e-14, 1e-14);
    assert_near(si("274mAh/g", HC_DIM_SPECIFIC_CHARGE), 274 * 3600, 1e-14);
    assert_near(si("5MPa", HC_DIM_PRESSURE), 5e6, 1e-15);
    assert_near(si("1MHz", HC_DIM_FREQUENCY), 1e6, 1e-15);
    assert_near(si("10min", HC_DIM_TIME), 600, 1e-15);
    assert_near(si("12k\xce\xa9", HC_DIM_RESISTANCE), 12e3, 1e-15);
    assert_near(si("1.2mol/L", HC_DIM_CONCENTRATION), 1200, 1e-14);
    assert_near(si("298.15K", HC_DIM_TEMPERATURE), 25, 1e-12);
    assert_near(si("-25degC", HC_DIM_TEMPERATURE), -25, 1e-15);
    assert_near(si("50%", HC_DIM_NONE), 0.5, 1e-15);
    assert_near(si("0.5", HC_DIM_NONE), 0.5, 1e-15);
}

static void columns_say_their_units(void **state)
{
    static const struct {
        const char *name, *unit;
        size_t stem;
    } of[] = {
        {"voltage_volt", "V", 7},
        {"area_specific_resistance_ohm_m2", "ohm m2", 24},
        {"real_impedance_ohm", "ohm", 14},
        {"ccd_last_safe_a_m2", "A/m2", 13},
        {"charging_capacity_ah", "Ah", 17},
        {"diffusivity_m2_s", "m2/s", 11},
        {"cycle_count", "", 11},
        {"area", "", 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        const char *s = of[i].name;
        size_t stem = 99;
        assert_string_equal(hc_unit_of_column(s, strlen(s), &stem),
                            of[i].unit);
        assert_int_equal(stem, of[i].stem);
    }
    assert_string_equal(hc_unit_of_column("voltage_volt@ce", 12, NULL), "V");
}

static void wrong_quantities_are_refused(void **state)
{
    static const struct {
        const char *text;
        hc_dim want;
        const char *says;
    } bad[] = {
        {"1.44", {.m = 2}, "needs a unit"},
        {"1.44cm", {.m = 2}, "is a length"},
        {"1.44parsec", {.m = 1}, "unknown unit 'parsec'"},
        {"big", {.m = 1}, "is not a number"},
        {"25", {.k = 1}, "needs a unit"},
        {"1,44cm2", {.m = 2}, "unknown unit"},
    };
    hc_err e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double x = 7;
        assert_int_equal(
            hc_quantity_parse(bad[i].text, bad[i].want, "--area", &x, &e),
            HC_USAGE);
        assert_non_null(strstr(e.text, bad[i].says));
        assert_true(x == 7);
    }
}

/* FIPS 180-4 examples and the million 'a'. */
static void sha256_gives_the_standard_digests(void **state)
{
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb924"
             "27ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223"
                "b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char hex[HC_SHA256_HEX];
    hc_sha256 s;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        hc_sha256_init(&s);
        hc_sha256_add(&s, known[i].text, strlen(known[i].text));
        hc_sha256_hex(&s, hex);
        assert_string_equal(hex, known[i].hex);
    }
    hc_sha256_init(&s);
    for (int i = 0; i < 1000000; i++)
        hc_sha256_add(&s, "a", 1);
    hc_sha256_hex(&s, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
                             "f1809a48a497200e046d39ccc7112cd0");
}

static void texts_grow(void **state)
{
    hc_text t = {0};
    (void)state;
    assert_string_equal(hc_text_get(&t), "");
    for (int i = 0; i < 1000; i++)
        hc_text_printf(&t, "%d,", i);
    assert_int_equal(t.len, 3890);
    assert_false(t.failed);
    hc_text_reset(&t);
    assert_string_equal(hc_text_get(&t), "");
    hc_text_clear(&t);
    assert_int_equal(hc_edit_distance("freq-min", "frq-min"), 1);
    assert_int_equal(hc_strcasecmp("Warburg", "wARBURG"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_become_si),
        cmocka_unit_test(columns_say_their_units),
        cmocka_unit_test(wrong_quantities_are_refused),
        cmocka_unit_test(sha256_gives_the_standard_digests),
        cmocka_unit_test(texts_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
