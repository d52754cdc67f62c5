/* The search on circuits and spectra that no setting was chosen on: cases of
 * their own seeds, against the lowest cost known.  HC_RELEASE=1 runs twenty
 * of each circuit. */
#include "tests/unit/unit.h"

#include "tests/unit/fresh.h"

/* tests/bench/bench_fresh with other seeds was looked at while the search
 * was made; these were not. */
enum { FIRST = 5000 };

static void test_fresh(void **state)
{
    int seeds = getenv("HC_RELEASE") != NULL ? 20 : 1;
    int n = 0, passes = 0, close = 0;
    (void)state;
    for (int c = 0; c < fresh_circuits(); c++)
        for (int s = 1; s <= seeds; s++) {
            fresh_case k;
            hc_fit_result r;
            hc_err err;
            hc_fit_effort e = hc_fit_default();
            double thorough;
            fresh_make(c, FIRST + (uint64_t)s, &k);
            hc_fit *f = fresh_fit(&k);
            assert_ok(hc_fit_search(f, &e, &r, &err), err);
            double best = fresh_reference(&k, 1, &thorough);
            double unit = best / (2 * (double)k.n);
            passes += r.best.cost <= best * (1 + 1e-4);
            close += r.best.cost - best <= 4 * unit;
            n++;
            if (r.best.cost > best * (1 + 1e-4))
                print_message("# %s seed %d noise %g: ratio %.6g, %d of %d "
                              "agree\n",
                              k.circuit, FIRST + s, k.noise,
                              r.best.cost / best, r.agreed, r.starts);
            hc_fit_free(f);
        }
    print_message("# %d of %d at the lowest cost known, %d within its 95 %% "
                  "region\n",
                  passes, n, close);
    assert_true(passes >= (seeds > 1 ? 0.95 : 0.9) * n);
    assert_true(close >= (seeds > 1 ? 0.97 : 0.95) * n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fresh)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
