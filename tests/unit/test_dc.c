/* Student's t, steady currents, growth: against tables and made curves */
#include "unit.h"

#include "cycle/dc.h"
#include "cycle/growth.h"
#include "fitters/student.h"

/* NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2 */
static void student_limits(void **state)
{
    (void)state;
    assert_near_abs(hc_student_975(1), 12.706, 0, 5e-4);
    assert_near_abs(hc_student_975(2), 4.303, 0, 5e-4);
    assert_near_abs(hc_student_975(3), 3.182, 0, 5e-4);
    assert_near_abs(hc_student_975(10), 2.228, 0, 5e-4);
    assert_near_abs(hc_student_975(30), 2.042, 0, 5e-4);
    assert_near_abs(hc_student_975(100), 1.984, 0, 5e-4);
    assert_near_abs(hc_student_975(1e6), 1.96, 0, 1e-4);
    assert_near_abs(hc_student_975(0), 1.96, 0, 1e-4);
}

static double normal(uint64_t *seed)
{
    double s = 0;
    for (int i = 0; i < 12; i++)
        s += (double)(unit_random(seed) >> 11) / 9007199254740992.0;
    return s - 6;
}

enum { N = 300 };

/* law 0: c; 1: c + exponential; 2: c + Cottrell */
static hc_hold hold_of(hc_hold_sample *s, int law, double noise,
                       uint64_t *seed)
{
    for (int i = 0; i < N; i++) {
        double t = 10 * (i + 1), v = 1e-9;
        v += law == 1 ? 4e-9 * exp(-t / 500) : 0;
        v += law == 2 ? 5e-9 / sqrt(t) : 0;
        s[i] = (hc_hold_sample){t, v + noise * normal(seed)};
    }
    return (hc_hold){.t_on_s = 0,
                     .t_off_s = 10 * N,
                     .v_v = 0.1,
                     .sample = s,
                     .n = N,
                     .rows = N};
}

static void steady_currents_are_covered(void **state)
{
    (void)state;
    hc_hold_sample s[N];
    uint64_t seed = 17;
    for (int law = 0; law < 3; law++) {
        int inside = 0;
        for (int k = 0; k < 50; k++) {
            hc_hold h = hold_of(s, law, 3e-11, &seed);
            hc_steady got = hc_steady_of(&h, NAN);
            assert_int_equal(got.kind, HC_STEADY_OK);
            assert_near(got.current_a, 1e-9, 0.1);
            inside += got.low_a <= 1e-9 && 1e-9 <= got.high_a;
        }
        assert_true(inside >= 44);
    }
}

static void noise_and_decomposition_are_named(void **state)
{
    (void)state;
    hc_hold_sample s[N];
    uint64_t seed = 5;
    hc_hold h = hold_of(s, 0, 3e-9, &seed);
    for (int i = 0; i < N; i++)
        s[i].i_a -= 1e-9;
    hc_steady_kind kind = hc_steady_of(&h, NAN).kind;
    assert_true(kind == HC_STEADY_NOISY || kind == HC_STEADY_FALLING);
    h = hold_of(s, 0, 1e-11, &seed);
    assert_int_equal(hc_steady_of(&h, 1e-8).kind, HC_STEADY_NOISY);
    for (int i = 0; i < N; i++)
        s[i].i_a *= 1 + i / 150.0;
    assert_int_equal(hc_steady_of(&h, NAN).kind, HC_STEADY_GROWING);
    h.n = 5;
    assert_int_equal(hc_steady_of(&h, NAN).kind, HC_STEADY_SHORT);
}

/* The interval of the exponent covers one half when growth is parabolic. */
static void exponents_are_covered(void **state)
{
    (void)state;
    double t[30], r[30];
    uint64_t seed = 9;
    int parabolic = 0;
    for (int k = 0; k < 60; k++) {
        for (int i = 0; i < 30; i++) {
            t[i] = 3600.0 * (i + 1);
            r[i] = 50 + 0.3 * sqrt(t[i]) + 0.5 * normal(&seed);
        }
        hc_growth g = hc_growth_fit(t, r, 30);
        parabolic += strcmp(g.verdict, "parabolic") == 0;
        assert_near(g.k_ohm_s05, 0.3, 0.05);
    }
    assert_true(parabolic >= 52 && parabolic <= 60);
    assert_string_equal(hc_growth_fit(t, r, 3).verdict, "too-few");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_limits),
        cmocka_unit_test(steady_currents_are_covered),
        cmocka_unit_test(noise_and_decomposition_are_named),
        cmocka_unit_test(exponents_are_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
