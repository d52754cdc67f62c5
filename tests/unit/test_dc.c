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

/* ---- conductivities from points of known currents ---- */

static const double f_298_1_v = 96485.33212 / (8.314462618 * 298.15);

/* Area over length is one metre: a conductivity in S/m is I/U in A/V. */
static double wagner_a(double u_v, double electrons, double holes)
{
    double f = f_298_1_v;
    return (-electrons * expm1(-f * u_v) + holes * expm1(f * u_v)) / f;
}

static hc_dc_point point_of(double u_v, double i_a, double sd_a)
{
    return (hc_dc_point){u_v,
                         {.kind = HC_STEADY_OK,
                          .current_a = i_a,
                          .end_a = i_a,
                          .first_a = i_a,
                          .sd_a = sd_a,
                          .low_a = i_a - 1.96 * sd_a,
                          .high_a = i_a + 1.96 * sd_a}};
}

enum { VOLTAGES = 6 };
static const double voltage[VOLTAGES] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5};

static void electrons_and_holes_are_recovered(void **state)
{
    (void)state;
    /* both matter at these voltages: exp(f 0.5 V) = 2.8e8 */
    static const double part[] = {1e-6, 1e-4, 1e-2, 1};
    hc_dc_point p[VOLTAGES];
    for (size_t k = 0; k < 4; k++) {
        double e = 3e-7, h = e * part[k];
        for (int i = 0; i < VOLTAGES; i++)
            p[i] = point_of(voltage[i], 0.02 * wagner_a(voltage[i], e, h), 0);
        hc_dc_conductivity got = hc_dc_hebb_wagner(p, VOLTAGES, 50, 298.15);
        assert_near(got.holes.value, h, 1e-9);
        assert_string_equal(got.holes.status, "ok");
        if (part[k] < 0.1) {
            assert_near(got.electrons.value, e, 1e-6);
            assert_string_equal(got.electrons.status, "ok");
        }
    }
}

static void hebb_wagner_intervals_cover(void **state)
{
    (void)state;
    hc_dc_point p[VOLTAGES];
    uint64_t seed = 21;
    double e = 2e-8, h = 1e-11;
    int electrons = 0, holes = 0, strays = 0, runs = 300;
    for (int k = 0; k < runs; k++) {
        for (int i = 0; i < VOLTAGES; i++) {
            double a = wagner_a(voltage[i], e, h), sd = 0.05 * a;
            p[i] = point_of(voltage[i], a + sd * normal(&seed), sd);
        }
        hc_dc_conductivity c = hc_dc_hebb_wagner(p, VOLTAGES, 1, 298.15);
        electrons += !(c.electrons.low > e) && e < c.electrons.high;
        holes += !(c.holes.low > h) && h < c.holes.high;
        strays += strcmp(c.holes.status, "not-hebb-wagner") == 0;
    }
    assert_true(electrons >= 0.93 * runs);
    assert_true(holes >= 0.93 * runs);
    assert_true(strays <= 0.03 * runs);
}

/* One voltage cannot tell them apart; no holes leave a limit. */
static void what_cannot_be_told_is_bounded(void **state)
{
    (void)state;
    hc_dc_point p[VOLTAGES];
    double e = 2e-8, h = 1e-11;
    p[0] = point_of(0.2, wagner_a(0.2, e, h), 1e-12);
    hc_dc_conductivity c = hc_dc_hebb_wagner(p, 1, 1, 298.15);
    assert_string_equal(c.electrons.status, "upper-limit");
    assert_string_equal(c.holes.status, "upper-limit");
    assert_true(c.electrons.value > e && c.electrons.value < 2.5 * e);
    assert_true(c.holes.value > h);
    for (int i = 0; i < VOLTAGES; i++)
        p[i] = point_of(voltage[i], wagner_a(voltage[i], e, 0), 1e-11);
    c = hc_dc_hebb_wagner(p, VOLTAGES, 1, 298.15);
    assert_string_equal(c.electrons.status, "ok");
    assert_near(c.electrons.value, e, 1e-3);
    assert_string_equal(c.holes.status, "upper-limit");
    assert_true(c.holes.value > 0 && c.holes.value < 1e-15);
}

/* An ohmic current is none of Hebb and Wagner's, nor theirs ohmic. */
static void the_wrong_law_is_named(void **state)
{
    (void)state;
    hc_dc_point p[VOLTAGES];
    for (int i = 0; i < VOLTAGES; i++)
        p[i] = point_of(voltage[i], 1e-8 * voltage[i], 1e-12);
    assert_string_equal(
        hc_dc_hebb_wagner(p, VOLTAGES, 1, 298.15).electrons.status,
        "not-hebb-wagner");
    hc_dc_conductivity c = hc_dc_ohmic(p, VOLTAGES, 1);
    assert_string_equal(c.electrons.status, "ok");
    assert_near(c.electrons.value, 1e-8, 1e-12);
    for (int i = 0; i < VOLTAGES; i++)
        p[i] = point_of(voltage[i], wagner_a(voltage[i], 1e-8, 1e-9), 0);
    assert_string_equal(hc_dc_ohmic(p, VOLTAGES, 1).electrons.status,
                        "not-ohmic");
    for (int i = 0; i < VOLTAGES; i++)
        p[i] = point_of(voltage[i], -1e-8 * voltage[i], 1e-12);
    assert_string_equal(hc_dc_ohmic(p, VOLTAGES, 1).electrons.status,
                        "inconsistent");
}

/* The truth lies in the interval when all of the stated leakage flows. */
static void leakage_widens(void **state)
{
    (void)state;
    hc_dc_point p[VOLTAGES], q[VOLTAGES];
    double floor = 5e-10, e = 1e-8, h = 1e-13;
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int i = 0; i < VOLTAGES; i++) {
            double u = voltage[i] + 0.1;
            p[i] = point_of(u, e * u + sign * floor, 1e-12);
            q[i] = point_of(u, wagner_a(u, e, h) + sign * 1e-11, 1e-13);
            p[i].steady.floor_a = floor;
            q[i].steady.floor_a = 1e-11;
        }
        hc_dc_value c = hc_dc_ohmic(p, VOLTAGES, 1).electrons;
        assert_true(c.low < e && e < c.high);
        c = hc_dc_hebb_wagner(q, VOLTAGES, 1, 298.15).electrons;
        assert_true(!(c.low > e) && e < c.high);
    }
    /* nothing is seen above the leakage: it may all have flowed */
    for (int i = 0; i < VOLTAGES; i++) {
        p[i].steady.kind = HC_STEADY_NOISY;
        p[i].steady.end_a = 0;
    }
    hc_dc_value c = hc_dc_ohmic(p, VOLTAGES, 1).electrons;
    assert_string_equal(c.status, "upper-limit");
    assert_near(c.value, floor / 0.6, 1e-12);
    p[2].steady.kind = HC_STEADY_GROWING;
    hc_dc_conductivity all = hc_dc_ohmic(p, VOLTAGES, 1);
    assert_string_equal(all.electrons.status, "decomposition");
    assert_int_equal(all.growing, 1);
}

/* ---- current fraction ---- */

/* Bulk 100 ohm, interfaces 50 before and r_s after, a fraction t. */
static hc_dc_cell cell_of(double u_v, double r_s, double t, hc_steady *s)
{
    double i0 = u_v / 150, is = u_v / (r_s + 100 / t);
    *s = point_of(0, is, 1e-3 * is).steady;
    s->first_a = i0;
    return (hc_dc_cell){u_v, 50, 0, r_s, 0, 150};
}

static void fractions_are_recovered(void **state)
{
    (void)state;
    static const double t[] = {0.05, 0.3, 0.7, 1};
    hc_steady s;
    for (int k = 0; k < 4; k++)
        for (double u = -0.01; u < 0.02; u += 0.02) {
            hc_dc_cell c = cell_of(u, 55, t[k], &s);
            hc_dc_fraction f = hc_dc_bruce_vincent(&s, &c);
            assert_near(f.fraction.value, t[k], 1e-12);
            assert_near(f.fraction_ohmic.value, t[k], 1e-12);
            if (t[k] < 1)
                assert_string_equal(f.fraction.status, "ok");
        }
}

static const char *doubt_of(double u, double r_s, double first_part)
{
    hc_steady s;
    hc_dc_cell c = cell_of(u, r_s, 0.3, &s);
    s.first_a *= first_part;
    return hc_dc_bruce_vincent(&s, &c).fraction.status;
}

static void inconsistencies_are_named(void **state)
{
    (void)state;
    hc_steady s;
    assert_string_equal(doubt_of(0.01, 50, 1), "ok");
    assert_string_equal(doubt_of(0.019, 50, 1), "ok");
    assert_string_equal(doubt_of(0.021, 50, 1), "large-polarisation");
    assert_string_equal(doubt_of(0.01, 59, 1), "ok");
    assert_string_equal(doubt_of(0.01, 61, 1), "resistance-drift");
    assert_string_equal(doubt_of(0.01, 39, 1), "resistance-drift");
    assert_string_equal(doubt_of(0.01, 50, 0.79), "first-current-late");
    assert_string_equal(doubt_of(0.01, 50, 1.21), "first-current-high");
    /* through the bulk alone: the interfaces are still being charged */
    assert_string_equal(doubt_of(0.01, 50, 1.5), "first-current-high");
    /* the interfaces alone would let less through than flowed */
    assert_string_equal(doubt_of(0.01, 50, 3.1), "inconsistent");
    hc_dc_cell c = cell_of(0.01, 50, 0.3, &s);
    s.current_a = c.u_v / 40;
    assert_string_equal(hc_dc_bruce_vincent(&s, &c).fraction.status,
                        "inconsistent");
    c = cell_of(0.01, 50, 0.3, &s);
    s.kind = HC_STEADY_GROWING;
    assert_string_equal(hc_dc_bruce_vincent(&s, &c).fraction.status,
                        "decomposition");
    /* it falls on: what flows at the end bounds the fraction */
    s.kind = HC_STEADY_FALLING;
    s.end_a = 1.2 * s.current_a;
    s.current_a *= 0.1;
    hc_dc_value f = hc_dc_bruce_vincent(&s, &c).fraction;
    assert_string_equal(f.status, "upper-limit");
    assert_true(f.value > 0.3 && f.value < 0.5 && isnan(f.low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_limits),
        cmocka_unit_test(steady_currents_are_covered),
        cmocka_unit_test(noise_and_decomposition_are_named),
        cmocka_unit_test(exponents_are_covered),
        cmocka_unit_test(electrons_and_holes_are_recovered),
        cmocka_unit_test(hebb_wagner_intervals_cover),
        cmocka_unit_test(what_cannot_be_told_is_bounded),
        cmocka_unit_test(the_wrong_law_is_named),
        cmocka_unit_test(leakage_widens),
        cmocka_unit_test(fractions_are_recovered),
        cmocka_unit_test(inconsistencies_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
