/* test_drt_series.c: distributions of a series, tied to their neighbours */
#include "tests/unit/unit.h"

#include "fitters/dense.h"
#include "fitters/drt_ridge.h"
#include "fitters/nnls.h"
#include "fitters/nnls_chain.h"
#include "fitters/random.h"

enum { POINTS = 65, MOST = 24, SCAN = 300 };

/* ---- the chain of problems ---- */

static void second_differences_are_those_of_the_matrix(void **state)
{
    (void)state;
    for (size_t n = 3; n < 9; n++)
        for (size_t i = 0; i < n; i++)
            for (size_t k = i; k < i + 3; k++) {
                double want = 0;
                for (size_t r = 0; r + 2 < n; r++) {
                    const double a = i == r || i == r + 2 ? 1
                                     : i == r + 1         ? -2
                                                          : 0;
                    const double b = k == r || k == r + 2 ? 1
                                     : k == r + 1         ? -2
                                                          : 0;
                    want += k < n ? a * b : 0;
                }
                assert_true(hc_second_difference(n, i, k - i) == want);
            }
}

/* A chain of blocks with random matrices against the dense solver, loosely
 * and firmly tied. */
static void a_chain_is_the_dense_problem(void **state)
{
    (void)state;
    enum { S = 6, N = 9, FREE = 2, B = N - FREE, ALL = S * N };
    static double h[S * N * N], g[ALL], m[B * B], x[ALL], a[2 * N * N];
    static double big[ALL * ALL], want[ALL];
    static bool low[ALL], nonneg[N];
    hc_random random;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        hc_random_seed(&random, seed);
        for (size_t s = 0; s < S; s++) {
            for (size_t i = 0; i < 2 * N * N; i++)
                a[i] = hc_random_normal(&random);
            hc_gram(a, 2 * N, N, h + s * N * N);
        }
        hc_gram(a, 2 * N, B, m);
        for (size_t i = 0; i < ALL; i++) {
            g[i] = 3 * hc_random_normal(&random);
            x[i] = 1;
            nonneg[i % N] = i % N >= FREE;
            low[i] = i % N >= FREE;
        }
        const double tie = pow(10, (double)(seed % 7) - 2);
        const hc_nnls_chain_problem p = {S, N, FREE, h, g, m, tie, nonneg};
        memset(big, 0, sizeof big);
        for (size_t i = 0; i < ALL; i++)
            for (size_t k = 0; k < ALL; k++) {
                const size_t s = i / N, t = k / N, u = i % N, v = k % N;
                const size_t f = s < t ? s : t, apart = s < t ? t - s : s - t;
                if (s == t)
                    big[i * ALL + k] = h[(s * N + u) * N + v];
                if (u >= FREE && v >= FREE)
                    big[i * ALL + k] += tie *
                                        hc_second_difference(S, f, apart) *
                                        m[(u - FREE) * B + v - FREE];
            }
        double kkt = 1, top = 0;
        hc_err err;
        assert_ok(hc_nnls_chain(&p, x, &kkt, &err), err);
        assert_ok(hc_nnls_normal(ALL, big, g, low, false, want, NULL, &err),
                  err);
        assert_true(kkt < 1e-10);
        for (size_t i = 0; i < ALL; i++)
            top = fmax(top, fabs(want[i]));
        for (size_t i = 0; i < ALL; i++)
            assert_near_abs(x[i], want[i], 0, 1e-9 * top);
    }
}

/* ---- made series ---- */

typedef enum { SAME, TREND, STEP } course;

typedef struct {
    size_t n;
    double freq[POINTS];
    double complex z[MOST][POINTS];
    hc_drt_data d[MOST];
    double r2[MOST];
} made;

static const double tau1 = 1e-4, tau2 = 5e-2, phi = 0.8, r1 = 30;

static void make(made *m, course c, size_t n, double noise, uint64_t seed)
{
    hc_random random;
    hc_random_seed(&random, seed);
    m->n = n;
    for (size_t s = 0; s < n; s++) {
        const double at = (double)s / (double)(n - 1);
        m->r2[s] = c == SAME    ? 20
                   : c == TREND ? 20 + 20 * at
                   : 2 * s < n  ? 20
                                : 40;
        for (size_t i = 0; i < POINTS; i++) {
            m->freq[i] = 1e6 * pow(1e-8, (double)i / (POINTS - 1));
            const double complex w = CMPLX(0, 2 * M_PI * m->freq[i]);
            m->z[s][i] = 10 + r1 / (1 + cpow(w * tau1, phi)) +
                         m->r2[s] / (1 + cpow(w * tau2, phi)) +
                         noise * CMPLX(hc_random_normal(&random),
                                       hc_random_normal(&random));
        }
        m->d[s] = (hc_drt_data){POINTS, m->freq, m->z[s], NULL};
    }
}

static double zarc(double r, double tau0, double tau)
{
    return r / (2 * M_PI) * sin((1 - phi) * M_PI) /
           (cosh(phi * log(tau / tau0)) - cos((1 - phi) * M_PI));
}

/* Mean relative error of gamma, and its scatter along the series: rms of the
 * second differences over that of gamma. */
static void judge(const made *m, const hc_drt *r, double *error,
                  double *scatter)
{
    double e = 0, all = 0, rough = 0;
    for (size_t s = 0; s < m->n; s++)
        for (size_t k = 0; k < r[s].n_tau; k++) {
            const double t = r[s].tau_s[k];
            const double want = zarc(r1, tau1, t) + zarc(m->r2[s], tau2, t);
            e += pow(r[s].gamma_ohm[k] - want, 2);
            all += want * want;
            if (s > 0 && s + 1 < m->n)
                rough += pow(r[s - 1].gamma_ohm[k] - 2 * r[s].gamma_ohm[k] +
                                 r[s + 1].gamma_ohm[k],
                             2);
        }
    *error = sqrt(e / all);
    *scatter = sqrt(rough / all);
}

static void clear(hc_drt *r, size_t n)
{
    for (size_t s = 0; s < n; s++)
        hc_drt_clear(&r[s]);
}

static void run(const made *m, double weight, hc_drt *r)
{
    const hc_drt_options o = hc_drt_defaults();
    hc_err err;
    assert_ok(hc_drt_series(m->n, m->d, &o, weight, r, &err), err);
}

/* Area of gamma between two times. */
static double part(const hc_drt *r, double low, double high)
{
    double sum = 0;
    for (size_t k = 0; k + 1 < r->n_tau; k++)
        if (r->tau_s[k] > low && r->tau_s[k] < high)
            sum += r->gamma_ohm[k] * log(r->tau_s[k + 1] / r->tau_s[k]);
    return sum;
}

/* Nothing happens, or something evenly: less noise than each on its own, from
 * one spectrum to the next and from the truth. */
static void what_stays_or_drifts_is_less_noisy(void **state)
{
    (void)state;
    const uint64_t seeds = unit_sanitized() ? 1 : 2;
    for (int c = 0; c < 2; c++) {
        double e[2] = {0}, rough[2] = {0};
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            made m;
            hc_drt r[MOST];
            make(&m, c ? TREND : SAME, 12, 0.5, seed);
            for (int tied = 0; tied < 2; tied++) {
                double error, scatter;
                run(&m, tied ? NAN : 0, r);
                judge(&m, r, &error, &scatter);
                e[tied] += error / (double)seeds;
                rough[tied] += scatter / (double)seeds;
                clear(r, m.n);
            }
        }
        print_message("%s: error %.3f alone, %.3f tied; second differences "
                      "%.4f, %.5f\n",
                      c ? "trend" : "same", e[0], e[1], rough[0], rough[1]);
        assert_true(e[1] < (seeds == 1 ? 0.9 : 0.8) * e[0]); /* no mean */
        assert_true(rough[1] < 0.1 * rough[0]);
    }
}

/* A step of one arc: it stays a step, sharp and of its size, no spectrum is
 * worse for it, and the arc beside it does not take part. */
static void a_step_stays_one_and_is_not_invented(void **state)
{
    (void)state;
    made m;
    hc_drt alone[MOST], tied[MOST];
    make(&m, STEP, 12, 0.5, 4);
    run(&m, 0, alone);
    run(&m, NAN, tied);
    double e[2], scatter[2];
    judge(&m, alone, &e[0], &scatter[0]);
    judge(&m, tied, &e[1], &scatter[1]);
    print_message("step: error %.3f alone, %.3f tied, weight %.3g\n", e[0],
                  e[1], tied[0].series_weight);
    assert_true(e[1] < e[0]);
    const double mid = sqrt(tau1 * tau2);
    for (size_t s = 0; s < m.n; s++) {
        assert_near(part(&tied[s], mid, 1e3), m.r2[s], 0.1);
        assert_near(part(&tied[s], 0, mid), r1, 0.1);
        if (s > 0) {
            const double jump =
                part(&tied[s], mid, 1e3) - part(&tied[s - 1], mid, 1e3);
            assert_near_abs(jump, m.r2[s] - m.r2[s - 1], 0, 3);
            assert_near_abs(part(&tied[s], 0, mid) -
                                part(&tied[s - 1], 0, mid),
                            0, 0, 1.5);
        }
    }
    clear(alone, m.n);
    clear(tied, m.n);
}

/* ---- the weight ---- */

/* -2 ln of the evidence by the whole matrix: that of the data and the prior
 * against that of the prior and of the free columns. */
static double by_dense(const made *m, double lambda, double kappa)
{
    hc_drt_options o = hc_drt_defaults();
    o.unit_weights = true;
    o.inductance = o.capacitance = HC_DRT_OFF;
    const size_t n = m->n;
    double *h = NULL, *prior = NULL, *g = NULL, ln = 0, b2 = 0;
    size_t all = 0, nb = 0, rows = 0;
    for (size_t s = 0; s < n; s++) {
        hc_drt_linear p;
        hc_err err;
        assert_ok(hc_drt_linear_make(&p, &m->d[s], &o, &err), err);
        const size_t one = 1 + p.n_basis;
        nb = p.n_basis;
        rows = p.rows;
        if (!h) {
            all = n * one;
            h = calloc(all * all, sizeof *h);
            prior = calloc(n * n * nb * nb, sizeof *prior);
            g = calloc(all, sizeof *g);
            assert_true(h && prior && g);
        }
        double *own = malloc(one * one * sizeof *own);
        assert_non_null(own);
        hc_drt_linear_gram(&p, own);
        ln -= log(own[0]);
        b2 += hc_dot(p.b, p.b, rows);
        for (size_t i = 0; i < one; i++) {
            g[s * one + i] = hc_dot(p.a + i * rows, p.b, rows);
            for (size_t k = 0; k < one; k++)
                h[(s * one + i) * all + s * one + k] = own[i * one + k];
        }
        for (size_t t = 0; t < n; t++) {
            const size_t f = s < t ? s : t, apart = s < t ? t - s : s - t;
            const double w =
                lambda *
                ((s == t) +
                 kappa * (apart < 3 ? hc_second_difference(n, f, apart) : 0));
            for (size_t i = 0; i < nb; i++)
                for (size_t k = 0; k < nb; k++) {
                    const size_t j = i < k ? i : k;
                    const double v = w * hc_dot(p.grid->l + i * nb,
                                                p.grid->l + k * nb, j + 1);
                    prior[(s * nb + i) * n * nb + t * nb + k] = v;
                    h[(s * one + 1 + i) * all + t * one + 1 + k] += v;
                }
        }
        free(own);
        hc_drt_linear_clear(&p);
    }
    assert_true(hc_cholesky(h, all, 0) && hc_cholesky(prior, n * nb, 0));
    for (size_t i = 0; i < all; i++)
        ln += 2 * log(h[i * all + i]);
    for (size_t i = 0; i < n * nb; i++)
        ln -= 2 * log(prior[i * n * nb + i]);
    hc_lower_solve(h, all, g);
    const double q = b2 - hc_dot(g, g, all);
    free(h);
    free(prior);
    free(g);
    return (double)(n * (rows - 1)) * log(q) + ln;
}

static void scores(const made *m, size_t many, const double *lambda,
                   const double *kappa, double *score)
{
    hc_drt_options o = hc_drt_defaults();
    o.unit_weights = true;
    hc_err err;
    assert_ok(
        hc_drt_series_score(m->n, m->d, &o, many, lambda, kappa, score, &err),
        err);
}

static void evidence_is_that_of_the_whole_matrix(void **state)
{
    (void)state;
    made m;
    make(&m, TREND, 4, 0.5, 9);
    static const double lambda[] = {1e-4, 1e-2, 1e-2, 1},
                        kappa[] = {1, 0, 100, 11};
    double score[4];
    scores(&m, 4, lambda, kappa, score);
    for (size_t k = 0; k < 4; k++)
        assert_near(score[k], by_dense(&m, lambda[k], kappa[k]), 1e-7);
}

static void the_weight_is_the_global_maximum(void **state)
{
    (void)state;
    for (int c = 0; c < 3; c++) {
        made m;
        hc_drt r[MOST];
        hc_err err;
        make(&m, (course)c, 8, 0.5, 6);
        hc_drt_options o = hc_drt_defaults();
        o.unit_weights = true;
        assert_ok(hc_drt_series(m.n, m.d, &o, NAN, r, &err), err);
        double lambda[SCAN], kappa[SCAN], score[SCAN];
        size_t many = 0;
        lambda[many] = r[0].lambda;
        kappa[many++] = r[0].series_weight;
        for (double a = 1e-6; a < 10; a *= 3)
            for (double b = 2e-3; b < 1e4; b *= 4, many++) {
                lambda[many] = a;
                kappa[many] = b;
            }
        assert_true(many < SCAN);
        scores(&m, many, lambda, kappa, score);
        for (size_t k = 1; k < many; k++)
            assert_true(score[k] > score[0] - 0.05);
        clear(r, m.n);
    }
}

/* Not tied at all: the ridge of each, to rounding. */
static void no_weight_is_each_on_its_own(void **state)
{
    (void)state;
    made m;
    hc_drt r[MOST];
    hc_err err;
    make(&m, STEP, 4, 0.5, 2);
    hc_drt_options o = hc_drt_defaults();
    o.unit_weights = true;
    assert_ok(hc_drt_series(m.n, m.d, &o, 0, r, &err), err);
    for (size_t s = 0; s < m.n; s++) {
        hc_drt one;
        o.lambda = r[s].lambda;
        assert_ok(
            hc_drt_run(hc_drt_method_find("ridge"), &m.d[s], &o, &one, &err),
            err);
        assert_near(r[s].objective, one.objective, 1e-9);
        assert_near(r[s].r_pol, one.r_pol, 1e-7);
        assert_near(r[s].r_inf, one.r_inf, 1e-7);
        hc_drt_clear(&one);
    }
    clear(r, m.n);
}

static void what_is_no_series_is_refused(void **state)
{
    (void)state;
    made m;
    hc_drt r[MOST];
    hc_err err;
    make(&m, SAME, 5, 0.5, 1);
    hc_drt_options o = hc_drt_defaults();
    assert_int_equal(hc_drt_series(2, m.d, &o, NAN, r, &err), HC_DATA);
    assert_non_null(strstr(err.text, "at least 3"));
    o.rule = "gcv";
    assert_int_equal(hc_drt_series(5, m.d, &o, NAN, r, &err), HC_USAGE);
    assert_non_null(strstr(err.text, "chosen by evidence, not by gcv"));
    o.rule = "evidence";
    m.d[3].n = POINTS - 1;
    assert_int_equal(hc_drt_series(5, m.d, &o, NAN, r, &err), HC_DATA);
    assert_non_null(strstr(err.text, "spectrum 4 of the series does not"));
    m.d[3].n = POINTS;
    m.z[2][10] = NAN;
    assert_int_equal(hc_drt_series(5, m.d, &o, NAN, r, &err), HC_DATA);
    assert_non_null(strstr(err.text, "spectrum 3 of the series: point 10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_differences_are_those_of_the_matrix),
        cmocka_unit_test(a_chain_is_the_dense_problem),
        cmocka_unit_test(what_stays_or_drifts_is_less_noisy),
        cmocka_unit_test(a_step_stays_one_and_is_not_invented),
        cmocka_unit_test(evidence_is_that_of_the_whole_matrix),
        cmocka_unit_test(the_weight_is_the_global_maximum),
        cmocka_unit_test(no_weight_is_each_on_its_own),
        cmocka_unit_test(what_is_no_series_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
