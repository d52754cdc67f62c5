/* test_nnls.c: non-negative least squares and the dense algebra below it */
#include "fitters/dense.h"
#include "fitters/nnls.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* xorshift64*, uniform in [-1, 1) */
static double uniform(uint64_t *s)
{
    *s ^= *s >> 12;
    *s ^= *s << 25;
    *s ^= *s >> 27;
    return (double)((*s * 2685821657736338717u) >> 11) / 4503599627370496.0 -
           1.0;
}

static double objective(size_t m, size_t n, const double *a, const double *b,
                        const double *x)
{
    double s = 0;
    for (size_t i = 0; i < m; i++) {
        double r = b[i];
        for (size_t j = 0; j < n; j++)
            r -= a[j * m + i] * x[j];
        s += r * r;
    }
    return s;
}

/* The best over all 2^n sets of unknowns held at zero. */
static double brute(size_t m, size_t n, const double *a, const double *b)
{
    double best = objective(m, n, a, b, (double[8]){0});
    for (unsigned set = 1; set < 1u << n; set++) {
        double sub[12 * 8], rhs[12], x[8], full[8] = {0}, work[24];
        size_t k = 0, perm[8], idx[8];
        for (size_t j = 0; j < n; j++)
            if (set >> j & 1) {
                memcpy(sub + k * m, a + j * m, m * sizeof *a);
                idx[k++] = j;
            }
        memcpy(rhs, b, m * sizeof *b);
        hc_least_squares(sub, m, k, rhs, 1e-13, x, perm, work);
        bool ok = true;
        for (size_t j = 0; j < k; j++) {
            full[idx[j]] = x[j];
            ok = ok && x[j] >= 0;
        }
        if (ok)
            best = fmin(best, objective(m, n, a, b, full));
    }
    return best;
}

static void finds_the_minimum_of_all_subsets(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int t = 0; t < 200; t++) {
        const size_t m = 12, n = 3 + (size_t)t % 6;
        double a[12 * 8], b[12], x[8];
        for (size_t i = 0; i < m * n; i++)
            a[i] = uniform(&seed) + (t % 3 ? 0.5 : 0.0);
        for (size_t i = 0; i < m; i++)
            b[i] = uniform(&seed);
        hc_nnls_info info;
        assert_int_equal(hc_nnls(m, n, a, b, NULL, x, &info, NULL), HC_OK);
        const double want = brute(m, n, a, b);
        assert_true(fabs(objective(m, n, a, b, x) - want) < 1e-12);
        assert_true(info.kkt < 1e-12);
    }
}

/* Columns exp(-u^2) close together: the ill-conditioned case of a DRT. */
static void meets_the_conditions_on_smooth_kernels(void **state)
{
    (void)state;
    enum { m = 160, n = 80 };
    double *a = malloc(m * n * sizeof *a), *h = malloc(n * n * sizeof *h);
    double b[m], g[n], x[n];
    bool nonneg[n];
    uint64_t seed = 7;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < m; i++) {
            const double u = 0.05 * (double)i - 0.1 * (double)j;
            a[j * m + i] = 1 / (1 + exp(2 * u));
        }
    for (size_t i = 0; i < m; i++)
        b[i] = a[20 * m + i] + 2 * a[50 * m + i] + 0.01 * uniform(&seed);
    hc_gram(a, m, n, h);
    for (size_t j = 0; j < n; j++) {
        nonneg[j] = j > 0;
        g[j] = hc_dot(a + j * m, b, m);
    }
    for (int k = 0; k < 2; k++) { /* with a little ridge, and with none */
        for (size_t j = 0; j < n && k == 0; j++)
            h[j * n + j] += 1e-6;
        hc_nnls_info info;
        assert_int_equal(
            hc_nnls_normal(n, h, g, nonneg, false, x, &info, NULL), HC_OK);
        assert_true(info.kkt < 1e-12);
        if (k == 0)
            hc_gram(a, m, n, h);
    }
    free(a);
    free(h);
}

static void takes_free_unknowns_and_zero_columns(void **state)
{
    (void)state;
    /* x0 free, x1 >= 0, x2 has no effect */
    const double h[9] = {2, 0, 0, 0, 3, 0, 0, 0, 0};
    const double g[3] = {-4, -3, 0};
    const bool nonneg[3] = {false, true, true};
    double x[3];
    assert_int_equal(hc_nnls_normal(3, h, g, nonneg, false, x, NULL, NULL),
                     HC_OK);
    assert_true(x[0] == -2.0 && x[1] == 0.0 && x[2] == 0.0);
    /* two equal columns: singular, still a minimum */
    const double s[4] = {1, 1, 1, 1}, gs[2] = {3, 3};
    hc_nnls_info info;
    assert_int_equal(hc_nnls_normal(2, s, gs, NULL, false, x, &info, NULL),
                     HC_OK);
    assert_true(fabs(x[0] + x[1] - 3) < 1e-14);
    const double bad[1] = {NAN};
    assert_int_equal(hc_nnls_normal(1, bad, g, NULL, false, x, NULL, NULL),
                     HC_INTERNAL);
}

static void eigenvectors_rebuild_the_matrix(void **state)
{
    (void)state;
    enum { n = 37 };
    double a[n * n], v[n * n], w[n], work[n];
    uint64_t seed = 3;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            a[i * n + j] = a[j * n + i] = uniform(&seed);
    memcpy(v, a, sizeof a);
    assert_true(hc_eigen_symmetric(v, n, w, work));
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double s = 0;
            for (size_t k = 0; k < n; k++)
                s += w[k] * v[k * n + i] * v[k * n + j];
            worst = fmax(worst, fabs(s - a[i * n + j]));
        }
    assert_true(worst < 1e-13);
    for (size_t k = 1; k < n; k++)
        assert_true(w[k] >= w[k - 1]);
    /* the components of a vector alone */
    double y[n], along[n], same[n];
    for (size_t i = 0; i < n; i++)
        y[i] = along[i] = uniform(&seed);
    assert_true(hc_eigen_along(a, n, same, along, work));
    for (size_t k = 0; k < n; k++) {
        assert_true(fabs(same[k] - w[k]) < 1e-13);
        assert_true(fabs(fabs(along[k]) - fabs(hc_dot(v + k * n, y, n))) <
                    1e-11);
    }
}

static void least_squares_knows_its_rank(void **state)
{
    (void)state;
    /* third column = first + second */
    double a[12] = {1, 0, 1, 2, 0, 1, 1, 0, 1, 1, 2, 2};
    double b[4] = {1, 2, 3, 2}, x[3], work[9];
    size_t perm[3];
    assert_int_equal(hc_least_squares(a, 4, 3, b, 1e-12, x, perm, work), 2);
    assert_true(fabs(x[0] + x[2] - 1) < 1e-13);
    assert_true(fabs(x[1] + x[2] - 2) < 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_minimum_of_all_subsets),
        cmocka_unit_test(meets_the_conditions_on_smooth_kernels),
        cmocka_unit_test(takes_free_unknowns_and_zero_columns),
        cmocka_unit_test(eigenvectors_rebuild_the_matrix),
        cmocka_unit_test(least_squares_knows_its_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
