/* diffusion and monotone curves against closed forms */
#include "unit.h"

#include "fitters/diffusion.h"
#include "fitters/monotone.h"

#include <math.h>

static void near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("got %.12g, wanted %.12g", got, want);
}

/* reference/cycling.md section 4: eigenvalue sums checked there against
 * finite volumes */
static void surface_of_a_constant_flux(void **state)
{
    (void)state;
    near(hc_diffusion_g(HC_DIFFUSION_FILM, 1e-3), 0.0356825, 1e-6);
    near(hc_diffusion_g(HC_DIFFUSION_SPHERE, 1e-3), 0.0122356, 1e-6);
    near(hc_diffusion_g(HC_DIFFUSION_FILM, 1), 4.0 / 3 - 1.05e-5, 1e-7);
    near(hc_diffusion_g(HC_DIFFUSION_SPHERE, 1), 16.0 / 15, 1e-9);
    for (int s = 0; s < 2; s++) {
        hc_diffusion_shape shape = s ? HC_DIFFUSION_SPHERE : HC_DIFFUSION_FILM;
        assert_true(hc_diffusion_g(shape, 0) == 0);
        assert_true(hc_diffusion_g(shape, -1) == 0);
        assert_true(isnan(hc_diffusion_g(shape, NAN)));
        /* both forms meet at th = 0.04 */
        near(hc_diffusion_g(shape, 0.04 * (1 - 1e-12)),
             hc_diffusion_g(shape, 0.04), 1e-10);
    }
}

static void step_of_potential(void **state)
{
    (void)state;
    for (int s = 0; s < 2; s++) {
        hc_diffusion_shape shape = s ? HC_DIFFUSION_SPHERE : HC_DIFFUSION_FILM;
        near(hc_diffusion_step_flux(shape, 0.04 * (1 - 1e-12)),
             hc_diffusion_step_flux(shape, 0.04), 1e-8);
        near(hc_diffusion_step_uptake(shape, 1e-3 * (1 - 1e-12)),
             hc_diffusion_step_uptake(shape, 1e-3), 1e-8);
        near(hc_diffusion_step_uptake(shape, 30), 1, 1e-12);
        /* uptake is the integral of the flux; the sphere has 3 of area per
         * volume */
        double h = 1e-4, th = 0.2;
        double slope = (hc_diffusion_step_uptake(shape, th + h) -
                        hc_diffusion_step_uptake(shape, th - h)) /
                       (2 * h);
        near(slope, (s ? 3 : 1) * hc_diffusion_step_flux(shape, th), 1e-6);
    }
    /* Wen 1979: long times of a film, 2 exp(-pi^2 th / 4) */
    near(hc_diffusion_step_flux(HC_DIFFUSION_FILM, 1),
         2 * exp(-9.869604401089358 / 4), 1e-8);
}

static void table_holds_the_function(void **state)
{
    (void)state;
    for (int s = 0; s < 2; s++) {
        hc_diffusion_shape shape = s ? HC_DIFFUSION_SPHERE : HC_DIFFUSION_FILM;
        hc_diffusion_table *t;
        hc_err err;
        assert_int_equal(hc_diffusion_table_new(&t, shape, &err), HC_OK);
        for (double ln = -25; ln < 3; ln += 0.0137)
            near(hc_diffusion_table_g(t, exp(ln)),
                 hc_diffusion_g(shape, exp(ln)), 1e-8);
        hc_diffusion_table_free(t);
    }
}

static void cubic_comes_back(void **state)
{
    (void)state;
    double x[] = {0, 1, 1.5, 3, 4.2, 5}, y[6], slope;
    hc_monotone m;
    hc_err err;
    for (int i = 0; i < 6; i++)
        y[i] = x[i] * x[i] * x[i] + 2 * x[i]; /* monotone */
    assert_int_equal(hc_monotone_new(&m, HC_MONOTONE_SPLINE, x, y, 6, &err),
                     HC_OK);
    for (double t = 1; t < 5; t += 0.1) {
        near(hc_monotone_at(&m, t, &slope), t * t * t + 2 * t, 1e-9);
        near(slope, 3 * t * t + 2, 1e-9);
    }
    hc_monotone_clear(&m);
}

static void plateau_does_not_ring(void **state)
{
    (void)state;
    double x[] = {0, 1, 2, 3, 4, 5, 6, 7};
    double y[] = {4.2, 4.1, 4.09, 4.085, 3.5, 3.45, 3.449, 3.2};
    for (int kind = 0; kind < 2; kind++) {
        hc_monotone m;
        hc_err err;
        double last = INFINITY, a, b;
        assert_int_equal(
            hc_monotone_new(&m,
                            kind == 0 ? HC_MONOTONE_SPLINE : HC_MONOTONE_PCHIP,
                            x, y, 8, &err),
            HC_OK);
        for (double t = -1; t < 8; t += 0.01) {
            double v = hc_monotone_smooth_at(&m, 0.25, t, NULL);
            assert_true(v <= last + 1e-12);
            last = v;
        }
        /* the smoothed curve has a continuous second derivative */
        for (double t = 0.05; t < 7; t += 0.0499) {
            hc_monotone_smooth_at(&m, 0.25, t - 1e-5, &a);
            hc_monotone_smooth_at(&m, 0.25, t + 1e-5, &b);
            double c, d, e = (b - a) / 2e-5;
            hc_monotone_smooth_at(&m, 0.25, t, &c);
            hc_monotone_smooth_at(&m, 0.25, t + 2e-5, &d);
            assert_true(fabs((d - c) / 2e-5 - e) < 0.01);
        }
        hc_monotone_clear(&m);
    }
}

static void points_that_fall_back_are_refused(void **state)
{
    (void)state;
    double x[] = {0, 1, 1}, y[] = {0, 1, 2};
    hc_monotone m;
    hc_err err;
    assert_int_equal(hc_monotone_new(&m, HC_MONOTONE_PCHIP, x, y, 3, &err),
                     HC_DATA);
    assert_int_equal(hc_monotone_new(&m, HC_MONOTONE_PCHIP, x, y, 1, &err),
                     HC_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surface_of_a_constant_flux),
        cmocka_unit_test(step_of_potential),
        cmocka_unit_test(table_holds_the_function),
        cmocka_unit_test(cubic_comes_back),
        cmocka_unit_test(plateau_does_not_ring),
        cmocka_unit_test(points_that_fall_back_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
