/* test_dense.c: small linear algebra and functions of four doubles */
#include "tests/unit/unit.h"

#include "fitters/dense.h"
#include "fitters/random.h"
#include "fitters/simd.h"

enum { MOST = 530 };

/* l l^T is the matrix again, at every size the blocks can be cut to and
 * beyond the largest that is factored in blocks; the upper triangle stays. */
static void cholesky_factors_any_size(void **state)
{
    (void)state;
    static double b[MOST * 8], a[MOST * MOST], l[MOST * MOST];
    hc_random rng;
    hc_random_seed(&rng, 1);
    for (size_t n = 1; n <= MOST; n += n < 40 ? 1 : 49) {
        for (size_t i = 0; i < n * 8; i++)
            b[i] = hc_random_normal(&rng);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                l[i * n + j] = a[i * n + j] =
                    (i == j) + hc_dot(b + i * 8, b + j * 8, 8);
        assert_true(hc_cholesky(l, n, 0));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                const double s = hc_dot(l + i * n, l + j * n, j + 1);
                assert_near_abs(s, a[i * n + j], 0, 1e-12);
                if (j < i)
                    assert_true(l[j * n + i] == a[j * n + i]);
            }
    }
}

/* A row that is the sum of two others has no pivot, wherever it stands. */
static void cholesky_refuses_what_is_singular(void **state)
{
    (void)state;
    enum { N = 21 };
    double a[N * N];
    for (size_t at = 2; at < N; at++) {
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N; j++)
                a[i * N + j] = i == j;
        for (size_t j = 0; j < 2; j++)
            a[at * N + j] = a[j * N + at] = 1;
        a[at * N + at] = 2;
        assert_false(hc_cholesky(a, N, 1e-12));
    }
}

static double worst_log, worst_atan, worst_exp, worst_sincos;

HC_SIMD static void measure(double x)
{
    const hc_v4 v = {x, 1 + 1e-6 * x, 3 * x, 1 / x};
    hc_v4 ln = v, at = v, e, s, c, angle = v;
    hc_v4_log(&ln);
    hc_v4_atan(&at);
    for (int k = 0; k < 4; k++)
        angle[k] = fmod(v[k], 9e4);
    hc_v4_sincos(&angle, &s, &c);
    e = ln;
    hc_v4_exp(&e);
    for (int k = 0; k < 4; k++) {
        const double want = log(v[k]);
        worst_log =
            fmax(worst_log, fabs(ln[k] - want) / fmax(fabs(want), 1e-300));
        worst_atan = fmax(worst_atan, fabs(at[k] / atan(v[k]) - 1));
        worst_exp = fmax(worst_exp, fabs(e[k] / exp(ln[k]) - 1));
        worst_sincos = fmax(worst_sincos, fmax(fabs(s[k] - sin(angle[k])),
                                               fabs(c[k] - cos(angle[k]))));
    }
}

/* Against the C library over 16 decades. */
static void four_doubles_agree_with_one(void **state)
{
    (void)state;
    worst_log = worst_atan = worst_exp = worst_sincos = 0;
    for (double ln = -18; ln < 18; ln += 1e-3)
        measure(exp(ln));
    assert_true(worst_log < 6e-16);
    assert_true(worst_atan < 6e-16);
    assert_true(worst_exp < 6e-16);
    assert_true(worst_sincos < 4e-16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cholesky_factors_any_size),
        cmocka_unit_test(cholesky_refuses_what_is_singular),
        cmocka_unit_test(four_doubles_agree_with_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
