/* Impedances against closed forms, derivatives against differences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fitters/model.h"

#include <complex.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 33 };

static void frequencies(double *f)
{
    for (int i = 0; i < POINTS; i++)
        f[i] = pow(10, 6 - 10.0 * i / (POINTS - 1));
}

static hc_circuit parsed(const char *text)
{
    hc_circuit c;
    hc_err err;
    if (hc_circuit_parse(&c, text, &err) != HC_OK)
        fail_msg("%s: %s", text, err.text);
    return c;
}

/* Five-point difference in ln p (p of exponents): error h^4 ln(w)^5 / 30,
 * below 1e-10. */
static void check_derivatives(const char *text)
{
    static const double weight[] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    static const int shift[] = {-2, -1, 1, 2};
    const double h = 2e-4;
    hc_circuit c = parsed(text);
    hc_grid g;
    hc_model m, d;
    hc_err err;
    double f[POINTS], p[HC_CIRCUIT_PARS], q[HC_CIRCUIT_PARS];
    frequencies(f);
    assert_int_equal(hc_grid_init(&g, f, POINTS, &err), HC_OK);
    assert_int_equal(hc_model_init(&m, &c, &g, &err), HC_OK);
    assert_int_equal(hc_model_init(&d, &c, &g, &err), HC_OK);
    hc_circuit_values(&c, p);
    hc_model_eval(&m, p, c.n_nodes - 1, true);
    for (int k = 0; k < c.n_pars; k++) {
        double sum[2 * (POINTS + 3)] = {0};
        if (c.pars[k].optional)
            continue;
        for (int s = 0; s < 4; s++) {
            memcpy(q, p, sizeof q);
            if (c.pars[k].spec->kind == HC_PAR_EXP)
                q[k] += shift[s] * h;
            else
                q[k] *= exp(shift[s] * h);
            hc_model_eval(&d, q, c.n_nodes - 1, false);
            for (size_t i = 0; i < 2 * g.ld; i++)
                sum[i] += weight[s] / h * hc_model_z(&d, c.n_nodes - 1)[i];
        }
        for (size_t i = 0; i < g.n; i++) {
            const double *z = hc_model_z(&m, c.n_nodes - 1);
            const double *dz = hc_model_dz(&m, k);
            double size = hypot(z[i], z[g.ld + i]);
            double error = hypot(dz[i] - sum[i], dz[g.ld + i] - sum[g.ld + i]);
            if (!(error <= 1e-8 * size))
                fail_msg("%s: d %s at %g Hz is off by %g of |Z|", text,
                         c.pars[k].name, f[i], error / size);
        }
    }
    hc_model_clear(&m);
    hc_model_clear(&d);
    hc_grid_clear(&g);
}

static void test_derivatives(void **state)
{
    static const char *const circuits[] = {
        "R1{30}",
        "C1{1e-4}",
        "L1{1e-3}",
        "La1{L=1e-3,n=.8}",
        "CPE1{Q=1e-4,n=.8}",
        "W1{A=20}",
        "W1{A=20,n=.4}",
        "Wo1{Z0=50,tau=.3}",
        "Wo1{Z0=50,tau=.3,n=.45}",
        "Ws1{Z0=50,tau=.3}",
        "Ws1{Z0=50,tau=30,n=.42}",
        "Wo1{Z0=50,tau=1e-9}",
        "Ws1{Z0=50,tau=1e9}",
        "Ma1{Z0=50,tau=.3,n=.4}",
        "Mg1{Z0=50,tau=.3,n=.4}",
        "Zarc1{R=10,tau=.01,n=.8}",
        "K1{R=10,tau=.01}",
        "G1{R=10,tau=.01}",
        "Gs1{R=10,tau=.01,phi=.7}",
        "HN1{R=10,tau=.01,a=.9,b=.6}",
        "Sd1{Z0=10,tau=1}",
        "Me1{Z0=10,tau=1}",
        "p(R1{10},C1{1e-4})",
        "R0{5}-p(R1{10},CPE1{Q=1e-4,n=.9})-p(R2{20}-Wo1{Z0=9,tau=2},C2{.01})",
        "p(C1{2e-10},R1{1500}-p(CPE1{Q=5e-5,n=.8},R2{500}-Ws1{Z0=3,tau=4}))",
        "p(R1{-50},CPE1{Q=1e-4,n=.86})-R2{9}",
        "tlo(R1{30},CPE1{Q=1e-3,n=.9})",
        "tls(R1{30},p(R2{20},C1{1e-3}))",
        "tle(R1{30},p(R2{20},C1{1e-3}),R3{7})",
        "tle(R1{30}-L1{1e-5},p(R2{20},CPE1{Q=1e-3,n=.9}),p(R3{7},C1{1e-4}))",
        "tl(R1{30},R2{12},p(R3{20},CPE1{Q=1e-3,n=.9}))",
        "tl(R1{30},R2{.01},p(R3{20}-Wo1{Z0=5,tau=20},CPE1{Q=1e-3,n=.9}))"};
    (void)state;
    for (size_t i = 0; i < sizeof circuits / sizeof circuits[0]; i++)
        check_derivatives(circuits[i]);
}

static void check_z(const char *text, double f_hz, double complex want)
{
    hc_circuit c = parsed(text);
    double p[HC_CIRCUIT_PARS], re, im;
    hc_err err;
    hc_circuit_values(&c, p);
    assert_int_equal(hc_circuit_impedance(&c, p, &f_hz, 1, &re, &im, &err),
                     HC_OK);
    double off = cabs(re + I * im - want);
    if (!(off <= 1e-13 * cabs(want)))
        fail_msg("%s at %g Hz: %.17g%+.17gj, wanted %.17g%+.17gj", text, f_hz,
                 re, im, creal(want), cimag(want));
}

/* libm's complex functions are the independent evaluation. */
static void test_closed_forms(void **state)
{
    (void)state;
    for (double f = 1e-3; f < 1e6; f *= 7) {
        double complex s = 2 * M_PI * f * I;
        double complex x = csqrt(s * 0.03);
        check_z("R1{3}-C1{1e-4}-L1{1e-5}", f, 3 + 1 / (s * 1e-4) + s * 1e-5);
        check_z("CPE1{Q=1e-3,n=.7}", f, 1 / (1e-3 * cpow(s, .7)));
        check_z("La1{L=1e-3,n=.7}", f, 1e-3 * cpow(s, .7));
        check_z("W1{A=2}", f, 2 * (1 - I) / sqrt(2 * M_PI * f));
        check_z("Wo1{Z0=4,tau=.03}", f,
                creal(x) > 300 ? 4 / x : 4 / (ctanh(x) * x));
        check_z("Ws1{Z0=4,tau=.03}", f,
                creal(x) > 300 ? 4 / x : 4 * ctanh(x) / x);
        check_z("Zarc1{R=4,tau=.03,n=.8}", f, 4 / (1 + cpow(s * .03, .8)));
        check_z("p(R1{4},C1{1e-3})", f, 1 / (1 / 4. + s * 1e-3));
        check_z("G1{R=4,tau=.03}", f, 4 / csqrt(1 + s * .03));
        check_z("K1{R=4,tau=.03}", f, 4 / (1 + s * .03));
        check_z("HN1{R=4,tau=.03,a=.9,b=.5}", f,
                4 / cpow(1 + cpow(s * .03, .9), .5));
        check_z("Me1{Z0=4,tau=.03}", f, 4 / (1 + x));
        check_z("p(R1{-50},C1{1e-3})", f, 1 / (-1 / 50. + s * 1e-3));
    }
}

/* Wo and Ws, four points at once, against hc_tanhc() point by point: from far
 * below 1 to where exp(-2x) is gone, exponents up to where it hands over. */
static void test_diffusion_many(void **state)
{
    static const double exponents[] = {0.3, 0.45, 0.5, 0.7, 0.9, 0.999};
    double f[240], re[240], im[240];
    (void)state;
    for (size_t i = 0; i < 240; i++)
        f[i] = pow(10, 8 - (double)i / 15);
    for (size_t k = 0; k < 2 * sizeof exponents / sizeof *exponents; k++) {
        const double n = exponents[k / 2], tau = 0.3, z0 = 5;
        char text[80];
        hc_circuit c;
        double p[HC_CIRCUIT_PARS];
        snprintf(text, sizeof text, "%s1{Z0=%g,tau=%g,n=%g}",
                 k % 2 ? "Ws" : "Wo", z0, tau, n);
        assert_int_equal(hc_circuit_parse(&c, text, NULL), HC_OK);
        hc_circuit_values(&c, p);
        assert_int_equal(hc_circuit_impedance(&c, p, f, 240, re, im, NULL),
                         HC_OK);
        for (size_t i = 0; i < 240; i++) {
            double m = pow(2 * M_PI * f[i] * tau, n);
            cx x = cx_make(m * cos(n * M_PI_2), m * sin(n * M_PI_2)), t, u, d;
            hc_tanhc(x, &t, &u, &d);
            cx z = k % 2 ? t : cx_inv(cx_mul(cx_mul(x, x), t));
            double size = z0 * sqrt(cx_norm(z));
            double off = hypot(re[i] - z0 * z.re, im[i] - z0 * z.im);
            /* ln(w tau) is rounded to 4e-15, and the phase of exp(-2x) by
             * that times the size of x */
            assert_true(off <= (1e-14 + 1e-14 * m) * size);
        }
    }
}

/* de Levie's line with R and CPE is Wo with half the exponent. */
static void test_line_is_warburg(void **state)
{
    double f[POINTS], a[2 * POINTS], b[2 * POINTS], p[HC_CIRCUIT_PARS];
    hc_err err;
    (void)state;
    frequencies(f);
    hc_circuit line = parsed("tlo(R1{7},CPE1{Q=.02,n=.9})");
    hc_circuit wo = parsed("Ma1{Z0=7,tau=1,n=.45}");
    hc_circuit two = parsed("tl(R1{7},R2{1e-12},CPE1{Q=.02,n=.9})");
    hc_circuit_values(&line, p);
    assert_int_equal(
        hc_circuit_impedance(&line, p, f, POINTS, a, a + POINTS, &err), HC_OK);
    hc_circuit_values(&wo, p);
    p[1] = pow(7 * .02, 1 / .9);
    assert_int_equal(
        hc_circuit_impedance(&wo, p, f, POINTS, b, b + POINTS, &err), HC_OK);
    for (int i = 0; i < 2 * POINTS; i++)
        assert_true(fabs(a[i] - b[i]) <= 1e-12 * fabs(a[i]));
    hc_circuit_values(&two, p);
    assert_int_equal(
        hc_circuit_impedance(&two, p, f, POINTS, b, b + POINTS, &err), HC_OK);
    for (int i = 0; i < 2 * POINTS; i++)
        assert_true(fabs(a[i] - b[i]) <= 1e-10 * fabs(a[i]));
}

static void same_impedance(const char *one, const char *other, double tol)
{
    double f[POINTS], a[2 * POINTS], b[2 * POINTS], p[HC_CIRCUIT_PARS];
    hc_err err;
    frequencies(f);
    hc_circuit c = parsed(one), d = parsed(other);
    hc_circuit_values(&c, p);
    assert_int_equal(
        hc_circuit_impedance(&c, p, f, POINTS, a, a + POINTS, &err), HC_OK);
    hc_circuit_values(&d, p);
    assert_int_equal(
        hc_circuit_impedance(&d, p, f, POINTS, b, b + POINTS, &err), HC_OK);
    for (int i = 0; i < POINTS; i++)
        assert_true(hypot(a[i] - b[i], a[POINTS + i] - b[POINTS + i]) <=
                    tol * hypot(a[i], a[POINTS + i]));
}

/* A line closed by nothing is open, by a wire shorted, and by a second line
 * of the same kind it is one line of both lengths. */
static void test_closed_line(void **state)
{
    (void)state;
    same_impedance("tle(R1{7},CPE1{Q=.02,n=.9},R2{1e17})",
                   "tlo(R1{7},CPE1{Q=.02,n=.9})", 1e-10);
    same_impedance("tle(R1{7},CPE1{Q=.02,n=.9},R2{1e-14})",
                   "tls(R1{7},CPE1{Q=.02,n=.9})", 1e-10);
    same_impedance("tle(R1{7},C1{.02},tlo(R2{14},C2{.04}))",
                   "tlo(R1{21},C1{.06})", 1e-10);
}

static void test_no_overflow(void **state)
{
    double f[] = {1e12, 1e-12}, re[2], im[2], p[HC_CIRCUIT_PARS];
    static const char *const circuits[] = {
        "Wo1{Z0=5,tau=1e8}", "Ws1{Z0=5,tau=1e8}", "Sd1{Z0=5,tau=1e8}",
        "Gs1{R=5,tau=1e8,phi=50}", "tl(R1{1e6},R2{1e6},C1{1e6})"};
    hc_err err;
    (void)state;
    for (size_t i = 0; i < sizeof circuits / sizeof circuits[0]; i++) {
        hc_circuit c = parsed(circuits[i]);
        hc_circuit_values(&c, p);
        assert_int_equal(hc_circuit_impedance(&c, p, f, 2, re, im, &err),
                         HC_OK);
        for (int k = 0; k < 2; k++)
            assert_true(isfinite(re[k]) && isfinite(im[k]));
    }
    double bad = 0;
    hc_circuit c = parsed("R1{1}");
    hc_circuit_values(&c, p);
    assert_int_equal(hc_circuit_impedance(&c, p, &bad, 1, re, im, &err),
                     HC_DATA);
    c = parsed("R1");
    hc_circuit_values(&c, p);
    assert_int_equal(hc_circuit_impedance(&c, p, f, 1, re, im, &err),
                     HC_USAGE);
    assert_non_null(strstr(err.text, "R1 has no value"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derivatives),
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_diffusion_many),
        cmocka_unit_test(test_line_is_warburg),
        cmocka_unit_test(test_closed_line),
        cmocka_unit_test(test_no_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
