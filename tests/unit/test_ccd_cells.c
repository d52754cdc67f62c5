/* ccd_cells.h: critical current densities of several cells */
#include "unit.h"

#include "cycle/ccd_cells.h"

/* Four closed intervals and a cell that held; the maximum of the likelihood
 * by Nelder and Mead's simplex of SciPy 1.x to 1e-9. */
static void weibull_of_five(void **state)
{
    static const hc_ccd_cell cells[] = {{.low_a_m2 = 5, .high_a_m2 = 6},
                                        {.low_a_m2 = 7, .high_a_m2 = 8},
                                        {.low_a_m2 = 6, .high_a_m2 = 7},
                                        {.low_a_m2 = 9, .high_a_m2 = 10},
                                        {.low_a_m2 = 14, .high_a_m2 = NAN}};
    hc_weibull w = hc_weibull_fit(cells, 5);
    (void)state;
    assert_true(w.ok);
    assert_near(w.scale, 10.240978048, 1e-4);
    assert_near(w.shape, 2.4378300196, 1e-4);
    assert_near(w.median, 8.8114605368, 1e-4);
    assert_true(w.median_low < 7 && w.median_low > 5);
    assert_true(w.median_high > 11 && w.median_high < 15);
}

/* A cell that never bore a current and never failed says nothing; where all
 * are so there is no answer. */
static void cells_without_a_current(void **state)
{
    static const hc_ccd_cell cells[] = {{.low_a_m2 = 5, .high_a_m2 = 6},
                                        {.low_a_m2 = 7, .high_a_m2 = 8},
                                        {.low_a_m2 = 6, .high_a_m2 = 7},
                                        {.low_a_m2 = 9, .high_a_m2 = 10},
                                        {.low_a_m2 = 0, .high_a_m2 = NAN}};
    static const hc_ccd_cell none[] = {{.low_a_m2 = 0, .high_a_m2 = 0},
                                       {.low_a_m2 = 0, .high_a_m2 = 0}};
    hc_weibull with = hc_weibull_fit(cells, 5);
    hc_weibull without = hc_weibull_fit(cells, 4);
    (void)state;
    assert_true(with.ok && without.ok);
    assert_near(with.scale, without.scale, 1e-5);
    assert_near(with.shape, without.shape, 1e-5);
    assert_false(hc_weibull_fit(none, 2).ok);
}

/* The intervals do not overlap: the third of five passes one half. */
static void turnbull_of_five(void **state)
{
    static const hc_ccd_cell cells[] = {{.low_a_m2 = 5, .high_a_m2 = 6},
                                        {.low_a_m2 = 7, .high_a_m2 = 8},
                                        {.low_a_m2 = 6, .high_a_m2 = 7},
                                        {.low_a_m2 = 9, .high_a_m2 = 10},
                                        {.low_a_m2 = 14, .high_a_m2 = NAN}};
    double low, high;
    hc_err e;
    (void)state;
    assert_ok(hc_turnbull_median(cells, 5, &low, &high, &e), e);
    assert_near(low, 7, 1e-9);
    assert_near(high, 8, 1e-9);
}

/* Overlapping intervals tell no shape; two closed ones are the least. */
static void says_when_it_cannot(void **state)
{
    static const hc_ccd_cell same[] = {{.low_a_m2 = 5, .high_a_m2 = 7},
                                       {.low_a_m2 = 6, .high_a_m2 = 8},
                                       {.low_a_m2 = 5.5, .high_a_m2 = 7},
                                       {.low_a_m2 = 6, .high_a_m2 = 7},
                                       {.low_a_m2 = 5, .high_a_m2 = 7}};
    static const hc_ccd_cell held[] = {{.low_a_m2 = 5, .high_a_m2 = 6},
                                       {.low_a_m2 = 9, .high_a_m2 = NAN},
                                       {.low_a_m2 = 9, .high_a_m2 = NAN}};
    (void)state;
    assert_false(hc_weibull_fit(same, 5).ok);
    assert_false(hc_weibull_fit(held, 3).ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weibull_of_five),
        cmocka_unit_test(cells_without_a_current),
        cmocka_unit_test(turnbull_of_five),
        cmocka_unit_test(says_when_it_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
