/* test_truncated.c: the sampler of credible bands against closed forms, and
 * against one that only rejects */
#include "tests/unit/unit.h"

#include "fitters/dense.h"
#include "fitters/random.h"
#include "fitters/truncated.h"

#include <stdlib.h>

enum { N = 16000, MOST = 4, BATCHES = 40 };

/* Means and products of pairs over the draws, and the standard errors of
 * both from the scatter of batches, which neighbours that are alike widen. */
typedef struct {
    double mean[MOST], product[MOST][MOST];
    double mean_sd[MOST], product_sd[MOST][MOST];
} moments;

static double batch_sd(const double *part)
{
    double m = 0, v = 0;
    for (int b = 0; b < BATCHES; b++)
        m += part[b] / BATCHES;
    for (int b = 0; b < BATCHES; b++)
        v += (part[b] - m) * (part[b] - m) / (BATCHES - 1);
    return sqrt(v / BATCHES);
}

static void measure(const double *x, size_t n, moments *m)
{
    const int len = N / BATCHES;
    *m = (moments){0};
    for (size_t a = 0; a < n; a++)
        for (size_t c = 0; c <= n; c++) {
            double part[BATCHES] = {0}, sum = 0;
            for (int i = 0; i < BATCHES * len; i++)
                part[i / len] += x[(size_t)i * n + a] *
                                 (c < n ? x[(size_t)i * n + c] : 1) / len;
            for (int b = 0; b < BATCHES; b++)
                sum += part[b] / BATCHES;
            *(c < n ? &m->product[a][c] : &m->mean[a]) = sum;
            *(c < n ? &m->product_sd[a][c] : &m->mean_sd[a]) = batch_sd(part);
        }
}

static void draw(size_t n, const double *h, const double *g,
                 const bool *nonneg, uint64_t seed, moments *m)
{
    static double x[MOST * N];
    const double start[MOST] = {1, 1, 1, 1};
    hc_err err;
    assert_ok(hc_truncated_normal(n, h, g, nonneg, start, N, seed, x, &err),
              err);
    for (size_t i = 0; i < n * N; i++)
        assert_true(x[i] >= 0 || (nonneg && !nonneg[i % n]));
    measure(x, n, m);
}

/* One unknown with mean mu and sd s: E x = mu + s q, E x^2 = s^2 + mu E x,
 * with q = pdf/cdf of the standard normal at mu/s (A. C. Cohen, Ann. Math.
 * Stat. 21 (1950) 557); from walls that hardly matter to a far tail. */
static void one_unknown_has_the_moments_of_cohen(void **state)
{
    (void)state;
    const double mus[] = {3, 0.5, 0, -1, -6}, sds[] = {1, 0.2, 2};
    for (size_t k = 0; k < 5; k++)
        for (size_t l = 0; l < 3; l++) {
            const double s = sds[l], mu = mus[k] * s;
            const double h = 1 / (s * s), g = mu / (s * s);
            const double q = exp(-0.5 * mus[k] * mus[k]) / sqrt(2 * M_PI) /
                             (0.5 * erfc(-mus[k] / sqrt(2)));
            const double mean = mu + s * q, square = s * s + mu * mean;
            moments m;
            draw(1, &h, &g, NULL, 3 + k, &m);
            assert_true(fabs(m.mean[0] - mean) < 4.5 * m.mean_sd[0]);
            assert_true(fabs(m.product[0][0] - square) <
                        4.5 * m.product_sd[0][0]);
            assert_true(m.mean_sd[0] < 0.015 * s);
        }
}

/* Two of correlation r about zero: with P = 1/4 + asin(r)/(2 pi) and
 * t = sqrt(1 - r^2): E x = (1 + r)/(2 P sqrt(2 pi)), E x^2 = 1 + r t/(2 pi P),
 * E x y = r + t/(2 pi P) (S. Rosenbaum, J. R. Stat. Soc. B 23 (1961) 405). */
static void two_unknowns_have_the_moments_of_rosenbaum(void **state)
{
    (void)state;
    const double rs[] = {-0.9, -0.3, 0, 0.7, 0.98}, g[2] = {0, 0};
    for (size_t k = 0; k < 5; k++) {
        const double r = rs[k], t2 = 1 - r * r, t = sqrt(t2);
        const double h[4] = {1 / t2, -r / t2, -r / t2, 1 / t2};
        const double p = 0.25 + asin(r) / (2 * M_PI);
        const double mean = (1 + r) / (2 * p * sqrt(2 * M_PI));
        const double square = 1 + r * t / (2 * M_PI * p);
        const double cross = r + t / (2 * M_PI * p);
        moments m;
        draw(2, h, g, NULL, 50 + k, &m);
        for (size_t i = 0; i < 2; i++) {
            assert_true(fabs(m.mean[i] - mean) < 4.5 * m.mean_sd[i]);
            assert_true(fabs(m.product[i][i] - square) <
                        4.5 * m.product_sd[i][i]);
            assert_true(m.mean_sd[i] < 0.03 * mean);
        }
        assert_true(fabs(m.product[0][1] - cross) < 4.5 * m.product_sd[0][1]);
    }
}

/* The same by drawing all of space and throwing away what is below zero:
 * l is the factor of h, so that l^-T of a white vector has covariance h^-1. */
static void reject(size_t n, const double *h, const double *mu,
                   const bool *nonneg, uint64_t seed, moments *m)
{
    static double x[MOST * N];
    double l[MOST * MOST];
    hc_random rng;
    hc_random_seed(&rng, seed);
    memcpy(l, h, n * n * sizeof *l);
    assert_true(hc_cholesky(l, n, 0));
    for (size_t got = 0; got < N;) {
        double *v = x + got * n;
        bool good = true;
        for (size_t i = n; i-- > 0;) {
            v[i] = hc_random_normal(&rng);
            for (size_t k = i + 1; k < n; k++)
                v[i] -= l[k * n + i] * v[k];
            v[i] /= l[i * n + i];
        }
        for (size_t i = 0; i < n; i++) {
            v[i] += mu[i];
            good &= v[i] >= 0 || (nonneg && !nonneg[i]);
        }
        got += good;
    }
    measure(x, n, m);
}

/* One to four unknowns, of which some may be free: random precisions and
 * means about the walls. */
static void agrees_with_rejection(void **state)
{
    (void)state;
    hc_random rng;
    hc_random_seed(&rng, 11);
    for (int k = 0; k < 12; k += unit_sanitized() ? 3 : 1) {
        const size_t n = (size_t)k % MOST + 1;
        double h[MOST * MOST], g[MOST] = {0}, mu[MOST], root[MOST * MOST];
        bool nonneg[MOST];
        for (size_t i = 0; i < n * n; i++)
            root[i] = hc_random_normal(&rng);
        for (size_t i = 0; i < n; i++) {
            mu[i] = 0.7 * hc_random_normal(&rng);
            nonneg[i] = k < 6 || i % 2 == 0;
            for (size_t c = 0; c < n; c++) {
                h[i * n + c] = i == c ? 0.3 : 0;
                for (size_t q = 0; q < n; q++)
                    h[i * n + c] += root[i * n + q] * root[c * n + q];
            }
        }
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < n; c++)
                g[i] += h[i * n + c] * mu[c];
        moments a, b;
        draw(n, h, g, nonneg, 100 + (uint64_t)k, &a);
        reject(n, h, mu, nonneg, 200 + (uint64_t)k, &b);
        for (size_t i = 0; i < n; i++) {
            assert_true(fabs(a.mean[i] - b.mean[i]) <
                        4.5 * hypot(a.mean_sd[i], b.mean_sd[i]));
            for (size_t c = 0; c < n; c++)
                assert_true(fabs(a.product[i][c] - b.product[i][c]) <
                            4.5 *
                                hypot(a.product_sd[i][c], b.product_sd[i][c]));
        }
    }
}

/* Twenty such pairs, of which one is far from the other: what one block of
 * moves does must reach all others. */
static void far_pairs_have_the_moments_of_rosenbaum(void **state)
{
    (void)state;
    enum { PAIRS = 20, ALL = 2 * PAIRS, DRAWS = 4000 };
    static double h[ALL * ALL], g[ALL], start[ALL], x[ALL * DRAWS];
    const double r = 0.8, t2 = 1 - r * r, t = sqrt(t2);
    const double p = 0.25 + asin(r) / (2 * M_PI);
    double mean = 0, square = 0, cross = 0;
    hc_err err;
    for (size_t i = 0; i < ALL; i++) {
        h[i * ALL + i] = 1 / t2;
        h[i * ALL + (i + PAIRS) % ALL] = -r / t2;
        start[i] = 1;
    }
    assert_ok(hc_truncated_normal(ALL, h, g, NULL, start, DRAWS, 9, x, &err),
              err);
    for (size_t k = 0; k < DRAWS; k++)
        for (size_t i = 0; i < PAIRS; i++) {
            const double a = x[k * ALL + i], b = x[k * ALL + i + PAIRS];
            mean += (a + b) / (2 * DRAWS * PAIRS);
            square += (a * a + b * b) / (2 * DRAWS * PAIRS);
            cross += a * b / (DRAWS * PAIRS);
        }
    assert_near(mean, (1 + r) / (2 * p * sqrt(2 * M_PI)), 0.01);
    assert_near(square, 1 + r * t / (2 * M_PI * p), 0.02);
    assert_near(cross, r + t / (2 * M_PI * p), 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_unknown_has_the_moments_of_cohen),
        cmocka_unit_test(two_unknowns_have_the_moments_of_rosenbaum),
        cmocka_unit_test(agrees_with_rejection),
        cmocka_unit_test(far_pairs_have_the_moments_of_rosenbaum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
