/* test_loewner.c: lines from the Loewner pencil, on sums of RC elements,
 * whose lines are known, and on arcs, which have none */
#include "tests/unit/unit.h"

#include "fitters/drt.h"
#include "fitters/eigen_real.h"
#include "fitters/loewner.h"
#include "fitters/random.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 100, TERMS = 7 };

typedef struct {
    double freq[MOST];
    double complex z[MOST];
    hc_drt_data d;
} spectrum;

typedef struct {
    double r_inf, l, inv_c;
    size_t n;
    double r[TERMS], tau[TERMS];
} truth;

/* n points from f0 to f1, evenly in the logarithm but for a wobble. */
static void make(spectrum *s, const truth *t, size_t n, double f0, double f1,
                 double noise, uint64_t seed)
{
    hc_random random;
    hc_random_seed(&random, seed);
    for (size_t i = 0; i < n; i++) {
        const double at = (double)i / (double)(n - 1);
        s->freq[i] = f0 * pow(f1 / f0, at + 0.002 * sin(7 * at));
        const double w = 2 * M_PI * s->freq[i];
        s->z[i] = CMPLX(t->r_inf, w * t->l - t->inv_c / w);
        for (size_t k = 0; k < t->n; k++)
            s->z[i] += t->r[k] / CMPLX(1, w * t->tau[k]);
        s->z[i] += noise *
                   CMPLX(hc_random_normal(&random), hc_random_normal(&random));
    }
    s->d = (hc_drt_data){n, s->freq, s->z, NULL};
}

static void run(const spectrum *s, const hc_drt_options *o, hc_drt *r)
{
    hc_err err;
    assert_ok(hc_drt_run(hc_drt_method_find("loewner"), &s->d, o, r, &err),
              err);
}

static double area(const hc_drt *r)
{
    double sum = 0;
    for (size_t k = 0; k + 1 < r->n_tau; k++)
        sum += (r->gamma_ohm[k] + r->gamma_ohm[k + 1]) / 2 *
               log(r->tau_s[k + 1] / r->tau_s[k]);
    return sum;
}

/* Companion matrix: a double root, a complex pair, zero; and a rotation. */
static void eigenvalues_of_known_matrices(void **state)
{
    (void)state;
    double complex w[25];
    hc_err err;
    /* (x - 3)(x + 2)(x^2 + 4) = x^4 - x^3 - 2 x^2 - 4 x - 24 */
    const double a[16] = {1, 2, 4, 24, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    const double complex want[4] = {3, -2, CMPLX(0, 2), CMPLX(0, -2)};
    assert_int_equal(hc_eigen_real(a, 4, w, &err), HC_OK);
    for (size_t k = 0; k < 4; k++) {
        double near = HUGE_VAL;
        for (size_t i = 0; i < 4; i++)
            near = fmin(near, cabs(w[i] - want[k]));
        assert_true(near < 1e-13);
    }
    /* powers of the eigenvalues add up to the traces of powers of b */
    double b[625], p[625], q[625];
    hc_random random;
    hc_random_seed(&random, 5);
    for (size_t i = 0; i < 625; i++)
        p[i] = b[i] = hc_random_normal(&random);
    assert_int_equal(hc_eigen_real(b, 25, w, &err), HC_OK);
    for (int power = 1; power <= 4; power++) {
        double complex sum = 0;
        double trace = 0;
        for (size_t i = 0; i < 25; i++) {
            sum += cpow(w[i], power);
            trace += p[i * 25 + i];
        }
        assert_near_abs(creal(sum), trace, 1e-10, 1e-9);
        assert_near_abs(cimag(sum), 0, 0, 1e-9);
        for (size_t i = 0; i < 625; i++) {
            q[i] = 0;
            for (size_t k = 0; k < 25; k++)
                q[i] += p[i / 25 * 25 + k] * b[k * 25 + i % 25];
        }
        memcpy(p, q, sizeof p);
    }
    const double zero[9] = {0};
    assert_int_equal(hc_eigen_real(zero, 3, w, &err), HC_OK);
    assert_true(cabs(w[0]) + cabs(w[1]) + cabs(w[2]) == 0);
    const double bad[1] = {NAN};
    assert_int_equal(hc_eigen_real(bad, 1, w, &err), HC_INTERNAL);
}

/* Without noise the lines are the RC elements: 1 to 7 of them, odd and even
 * numbers of points, frequencies rising or falling, with L and 1/C. */
static void sums_of_rc_are_recovered(void **state)
{
    (void)state;
    static const truth cases[] = {
        {10, 0, 0, 1, {50}, {1e-2}},
        {0.1, 0, 0, 2, {30, 20}, {1e-3, 5e-2}},
        {10, 0, 0, 2, {30, 20}, {1e-3, 2e-3}},
        {1e5, 0, 0, 3, {3e6, 1e5, 4e6}, {1e-5, 1e-3, 0.3}},
        {10,
         0,
         0,
         7,
         {3, 2, 1, 1, 1, 1, 1},
         {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1}},
        {1, 1e-6, 0, 2, {3, 2}, {1e-4, 1e-2}},
        {1, 0, 20, 2, {3, 2}, {1e-4, 1e-2}},
    };
    double worst = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int turn = 0; turn < 4; turn++) {
            const truth *t = &cases[c];
            const bool up = turn % 2;
            spectrum s;
            hc_drt r;
            make(&s, t, turn < 2 ? 81 : 44, up ? 1e-2 : 1e6, up ? 1e6 : 1e-2,
                 0, 1);
            hc_drt_options o = hc_drt_defaults();
            run(&s, &o, &r);
            assert_int_equal(r.n_peaks, t->n);
            for (size_t k = 0; k < t->n; k++) {
                worst = fmax(worst, fabs(r.peaks[k].r_ohm / t->r[k] - 1));
                worst = fmax(worst, fabs(r.peaks[k].tau_s / t->tau[k] - 1));
            }
            worst = fmax(worst, fabs(r.r_inf / t->r_inf - 1));
            if (t->l > 0)
                worst = fmax(worst, fabs(r.l_h / t->l - 1));
            if (t->inv_c > 0)
                worst = fmax(worst, fabs(r.inv_c / t->inv_c - 1));
            assert_near(area(&r), r.r_pol, 1e-6);
            hc_drt_clear(&r);
        }
    if (!(worst < 1e-8))
        print_error("worst error %g\n", worst);
    assert_true(worst < 1e-8);
}

/* A loop below zero needs a resistance below zero: left out without
 * --negative, exact with it. */
static void an_inductive_loop_is_a_line_below_zero(void **state)
{
    (void)state;
    const truth t = {10, 0, 0, 2, {50, -10}, {1e-3, 0.5}};
    spectrum s;
    hc_drt r;
    make(&s, &t, 81, 1e6, 1e-2, 0, 1);
    hc_drt_options o = hc_drt_defaults();
    run(&s, &o, &r);
    for (size_t k = 0; k < r.n_peaks; k++)
        assert_true(r.peaks[k].r_ohm > 0);
    hc_drt_clear(&r);
    o.negative = true;
    run(&s, &o, &r);
    assert_int_equal(r.n_peaks, 2);
    assert_near(r.peaks[1].r_ohm, -10, 1e-8);
    assert_near(r.peaks[1].tau_s, 0.5, 1e-8);
    hc_drt_clear(&r);
}

/* Three lines at 0.1 and 1 % of the whole: how often three are found, within
 * five times their error and a few per cent. */
static void noise_moves_lines_by_their_errors(void **state)
{
    (void)state;
    const truth t = {10, 0, 0, 3, {30, 20, 15}, {3e-5, 2e-3, 0.3}};
    for (int k = 0; k < 2; k++) {
        const double noise = k ? 0.5 : 0.05;
        int three = 0, inside = 0, all = 0;
        double chi2 = 0;
        for (int seed = 0; seed < 20; seed++) {
            spectrum s;
            hc_drt r;
            make(&s, &t, 81, 1e6, 1e-2, noise, (uint64_t)seed + 1);
            const hc_drt_options o = hc_drt_defaults();
            run(&s, &o, &r);
            chi2 += r.chi2 / (2.0 * 81 * 20);
            three += r.n_peaks == 3;
            for (size_t i = 0; i < 3 && r.n_peaks == 3; i++) {
                const hc_drt_peak *p = &r.peaks[i];
                assert_near(p->r_ohm, t.r[i], k ? 0.15 : 0.02);
                assert_near(p->tau_s, t.tau[i], k ? 0.25 : 0.04);
                inside += fabs(p->r_ohm - t.r[i]) < 1.96 * p->sd_r_ohm;
                inside += fabs(log(p->tau_s / t.tau[i])) < 1.96 * p->sd_ln_tau;
                all += 2;
            }
            hc_drt_clear(&r);
        }
        print_message("noise %g: %d of 20 with three lines, chi2 %.3f, %d "
                      "of %d in their 95 %% intervals\n",
                      noise, three, chi2, inside, all);
        assert_true(three >= 15);
        assert_in_range((long)(100 * chi2), 80, 115);
        assert_true(inside * 100 >= 80 * all);
    }
}

/* An arc has no lines: those drawn instead carry its resistance, follow the
 * data, lie inside its range, and there are more of them with less noise. */
static void an_arc_becomes_a_comb_of_its_size(void **state)
{
    (void)state;
    size_t last = 0;
    for (int k = 0; k < 3; k++) {
        const double noise = k == 0 ? 0.5 : k == 1 ? 0.05 : 0.005;
        spectrum s;
        hc_drt r;
        const truth none = {10, 0, 0, 0, {0}, {0}};
        make(&s, &none, 81, 1e6, 1e-2, noise, 3);
        for (size_t i = 0; i < 81; i++)
            s.z[i] +=
                50 / (1 + cpow(CMPLX(0, 2 * M_PI * s.freq[i] * 1e-2), 0.8));
        const hc_drt_options o = hc_drt_defaults();
        run(&s, &o, &r);
        assert_near(r.r_pol, 50, 0.03);
        assert_true(r.n_peaks > last);
        last = r.n_peaks;
        double worst = 0;
        for (size_t i = 0; i < 81; i++)
            worst = fmax(worst, cabs(r.z_fit[i] - s.z[i]));
        assert_true(worst < 8 * noise);
        for (size_t i = 0; i < r.n_peaks; i++)
            assert_true(r.peaks[i].r_ohm > 0 && r.peaks[i].tau_s > 1e-8 &&
                        r.peaks[i].tau_s < 100);
        hc_drt_clear(&r);
    }
}

static void one_part_of_z_is_not_enough(void **state)
{
    (void)state;
    const truth t = {10, 0, 0, 1, {50}, {1e-2}};
    spectrum s;
    hc_drt r;
    hc_err err;
    make(&s, &t, 81, 1e6, 1e-2, 0, 1);
    hc_drt_options o = hc_drt_defaults();
    o.part = HC_DRT_REAL;
    assert_int_equal(
        hc_drt_run(hc_drt_method_find("loewner"), &s.d, &o, &r, &err),
        HC_USAGE);
    assert_non_null(strstr(err.text, "the real and the imaginary part"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvalues_of_known_matrices),
        cmocka_unit_test(sums_of_rc_are_recovered),
        cmocka_unit_test(an_inductive_loop_is_a_line_below_zero),
        cmocka_unit_test(noise_moves_lines_by_their_errors),
        cmocka_unit_test(an_arc_becomes_a_comb_of_its_size),
        cmocka_unit_test(one_part_of_z_is_not_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
