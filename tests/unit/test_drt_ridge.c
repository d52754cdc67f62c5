/* test_drt_ridge.c: the rules for lambda, and spectra that share a grid */
#include "tests/unit/unit.h"

#include "fitters/dense.h"
#include "fitters/drt_linear.h"
#include "fitters/random.h"
#include "tests/unit/drt_cases.h"

enum { MOST = 200, LAMBDAS = 801 };

typedef struct {
    double freq[HC_DRT_CASE_POINTS];
    double complex z[HC_DRT_CASE_POINTS];
    hc_drt_data d;
} spectrum;

static void take(spectrum *s, const hc_drt_case *c, int seed)
{
    const size_t n = hc_drt_case_make(c, seed, s->freq, s->z);
    s->d = (hc_drt_data){n, s->freq, s->z, NULL};
}

/* ---- scores from the full matrices ---- */

typedef struct {
    double ssr, penalty, trace, trace2, ln_det;
} sums;

static double ln_det(const double *l, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += 2 * log(l[i * n + i]);
    return s;
}

/* Everything the rules need of one lambda, by the inverse of the normal
 * matrix; the penalty is l l^T of the grid. */
static sums direct(const hc_drt_linear *p, double lambda)
{
    static double h[MOST * MOST], inv[MOST * MOST], hat[MOST * MOST];
    static double free_gram[9], tmp[MOST], x[MOST];
    const size_t nf = p->n_free, nb = p->n_basis, n = nf + nb, r = p->rows;
    assert_true(n <= MOST && r <= MOST);
    hc_gram(p->a, r, n, h);
    double m[MOST];
    sums s = {0};
    for (size_t i = 0; i < nb; i++)
        for (size_t k = 0; k < nb; k++) {
            const size_t low = i < k ? i : k;
            h[(nf + i) * n + nf + k] +=
                lambda *
                hc_dot(p->grid->l + i * nb, p->grid->l + k * nb, low + 1);
        }
    hc_gram(p->a, r, nf, free_gram);
    assert_true(hc_cholesky(free_gram, nf, 0) && hc_cholesky(h, n, 0));
    s.ln_det = ln_det(h, n) - ln_det(free_gram, nf) - ln_det(p->grid->l, nb) -
               (double)nb * log(lambda);
    hc_cholesky_inverse(h, n, inv);
    for (size_t k = 0; k < n; k++)
        tmp[k] = hc_dot(p->a + k * r, p->b, r);
    for (size_t k = 0; k < n; k++)
        x[k] = hc_dot(inv + k * n, tmp, n);
    for (size_t i = 0; i < r; i++) {
        double e = p->b[i];
        for (size_t k = 0; k < n; k++)
            e -= p->a[k * r + i] * x[k];
        s.ssr += e * e;
        for (size_t k = 0; k < n; k++) {
            tmp[k] = 0;
            for (size_t j = 0; j < n; j++)
                tmp[k] += inv[k * n + j] * p->a[j * r + i];
        }
        for (size_t j = 0; j < r; j++) {
            hat[i * r + j] = 0;
            for (size_t k = 0; k < n; k++)
                hat[i * r + j] += p->a[k * r + j] * tmp[k];
        }
        s.trace += hat[i * r + i];
    }
    for (size_t i = 0; i < r * r; i++)
        s.trace2 += hat[i] * hat[i];
    for (size_t i = 0; i < nb; i++) {
        m[i] = 0;
        for (size_t k = i; k < nb; k++)
            m[i] += p->grid->l[k * nb + i] * x[nf + k];
        s.penalty += m[i] * m[i];
    }
    return s;
}

static double by_formula(const char *rule, const hc_drt_linear *p,
                         double lambda)
{
    const double n = (double)p->rows;
    const sums s = direct(p, lambda);
    const double gcv = s.ssr / n / pow(1 - s.trace / n, 2);
    if (strcmp(rule, "gcv") == 0)
        return gcv;
    if (strcmp(rule, "mgcv") == 0)
        return s.ssr / n / pow(1 - 2 * s.trace / n, 2);
    if (strcmp(rule, "rgcv") == 0)
        return gcv * (0.3 + 0.7 * s.trace2 / n);
    return (n - (double)p->n_free) * log(s.ssr + lambda * s.penalty) +
           s.ln_det;
}

/* Scores against those of the full matrices (A. Maradesa et al. 2023,
 * 10.1149/1945-7111/acbca4, equations 18 to 24). */
static void scores_are_those_of_the_full_matrices(void **state)
{
    (void)state;
    static const char *const rules[] = {"gcv", "mgcv", "rgcv", "evidence"};
    for (int with = 0; with < 2; with++) {
        spectrum s;
        take(&s, with ? &hc_drt_cases[20] : &hc_drt_cases[2], 3);
        hc_drt_options o = hc_drt_defaults();
        hc_drt_linear p;
        hc_err err;
        assert_ok(hc_drt_linear_make(&p, &s.d, &o, &err), err);
        assert_int_equal(p.n_free, 1 + with);
        for (size_t k = 0; k < 4; k++)
            for (double lambda = 1e-5; lambda < 20; lambda *= 100) {
                double score;
                o.rule = rules[k];
                assert_ok(hc_drt_score(&s.d, &o, 1, &lambda, &score, &err),
                          err);
                assert_near(
                    score, by_formula(rules[k], &p, lambda * p.mean_w2), 1e-6);
            }
        hc_drt_linear_clear(&p);
    }
}

/* No lambda of a scan fifty times finer than a decade is better than the one
 * that is returned. */
static void every_rule_finds_its_global_minimum(void **state)
{
    (void)state;
    static const char *const rules[] = {"gcv",   "mgcv", "rgcv",    "lcurve",
                                        "re-im", "kf",   "evidence"};
    static double lambda[LAMBDAS], score[LAMBDAS];
    const int n = getenv("HC_RELEASE") ? LAMBDAS : 201;
    for (int k = 0; k < n; k++)
        lambda[k] = pow(10, -7 + 8.0 * k / (n - 1));
    for (size_t rule = 0; rule < 7; rule++)
        for (int which = 0; which < 3; which++) {
            spectrum s;
            take(&s, &hc_drt_cases[which == 0 ? 1 : which == 1 ? 2 : 6], 11);
            hc_drt_options o = hc_drt_defaults();
            o.rule = rules[rule];
            double best, at_best, least = HUGE_VAL;
            hc_err err;
            assert_ok(hc_drt_lambda(&s.d, &o, &best, &err), err);
            assert_ok(hc_drt_score(&s.d, &o, 1, &best, &at_best, &err), err);
            assert_ok(hc_drt_score(&s.d, &o, (size_t)n, lambda, score, &err),
                      err);
            for (int k = 0; k < n; k++)
                least = fmin(least, score[k]);
            if (!(at_best <= least + 1e-6 * fabs(least)))
                print_error("%s, case %d: %.9g at %g, scan %.9g\n",
                            rules[rule], which, at_best, best, least);
            assert_true(at_best <= least + 1e-6 * fabs(least));
        }
}

/* Spectra one after the other through one cache, grids and weights changing
 * in between, against each on its own. */
static void a_shared_grid_changes_nothing(void **state)
{
    (void)state;
    hc_drt_cache *cache = hc_drt_cache_new();
    assert_non_null(cache);
    const hc_drt_method *ridge = hc_drt_method_find("ridge");
    for (int k = 0; k < 12; k++) {
        spectrum s;
        take(&s, &hc_drt_cases[k == 5 ? 21 : k > 8 ? 20 : 2], k);
        double sd[HC_DRT_CASE_POINTS];
        for (size_t i = 0; i < s.d.n; i++)
            sd[i] = k < 4 ? 0.1 + 0.01 * k : 1e-3 * cabs(s.z[i]);
        s.d.sd_ohm = k < 7 ? sd : NULL;
        hc_drt_options o = hc_drt_defaults();
        o.unit_weights = k == 7;
        if (k % 2 == 0)
            o.lambda = 1e-2;
        /* a chosen lambda is known to the root of rounding */
        const double tol = k % 2 ? 1e-4 : 1e-8;
        hc_drt alone, shared;
        hc_err err;
        assert_ok(hc_drt_run(ridge, &s.d, &o, &alone, &err), err);
        o.cache = cache;
        assert_ok(hc_drt_run(ridge, &s.d, &o, &shared, &err), err);
        assert_near(shared.lambda, alone.lambda, tol);
        assert_near(shared.objective, alone.objective, 0.1 * tol);
        assert_int_equal(shared.n_tau, alone.n_tau);
        double top = 0;
        for (size_t i = 0; i < alone.n_tau; i++)
            top = fmax(top, alone.gamma_ohm[i]);
        for (size_t i = 0; i < alone.n_tau; i++)
            assert_near_abs(shared.gamma_ohm[i], alone.gamma_ohm[i], tol,
                            tol * top);
        hc_drt_clear(&alone);
        hc_drt_clear(&shared);
    }
    hc_drt_cache_free(cache);
}

/* A scale per tau beats one for all, on arcs and on edges; the same seeds. */
static void scales_per_tau_are_closer(void **state)
{
    (void)state;
    static const int which[] = {0, 2, 4, 11};
    const hc_drt_options o = hc_drt_defaults();
    for (size_t k = 0; k < 4; k++) {
        const hc_drt_case *c = &hc_drt_cases[which[k]];
        hc_drt_figures one, many;
        assert_true(
            hc_drt_case_run(c, hc_drt_method_find("ridge"), &o, 3, 0, &one));
        assert_true(hc_drt_case_run(c, hc_drt_method_find("hierarchical"), &o,
                                    3, 0, &many));
        assert_true(many.median < one.median);
    }
}

/* Re and Im of a passive sample have one distribution; where all but R_inf
 * grows on the way down in frequency they do not.  How many of `seeds`
 * spectra are said to have two. */
static int said_to_be_two(const hc_drt_case *c, double drift, int seeds)
{
    int two = 0;
    for (int seed = 0; seed < seeds; seed++) {
        spectrum s;
        take(&s, c, 5 + seed);
        for (size_t i = 0; i < s.d.n; i++)
            s.z[i] = 10 + (s.z[i] - 10) *
                              (1 + drift * (double)i / (double)(s.d.n - 1));
        hc_drt_options o = hc_drt_defaults();
        hc_drt r;
        hc_err err;
        o.band_level = 0.9;
        o.band_samples = 20;
        assert_ok(
            hc_drt_run(hc_drt_method_find("hilbert"), &s.d, &o, &r, &err),
            err);
        two += r.ln_one_over_two < 0;
        assert_true(r.agreement > 0 && r.agreement <= 1);
        if (drift == 0)
            assert_near(r.r_pol, c->shape[1].r + c->shape[0].r, 0.03);
        hc_drt_clear(&r);
    }
    print_message("%s, drift %g: %d of %d said to be two\n", c->name, drift,
                  two, seeds);
    return two;
}

static void drift_parts_real_from_imaginary(void **state)
{
    (void)state;
    const int seeds = getenv("HC_RELEASE") ? 40 : unit_sanitized() ? 2 : 6;
    assert_int_equal(said_to_be_two(&hc_drt_cases[2], 0, seeds), 0);
    assert_int_equal(said_to_be_two(&hc_drt_cases[4], 0, seeds), 0);
    /* 100 and 95 % of 20 seeds at a tenth, 100 % at a fifth */
    assert_true(said_to_be_two(&hc_drt_cases[2], 0.1, seeds) >= 0.9 * seeds);
    assert_true(said_to_be_two(&hc_drt_cases[4], 0.1, seeds) >= 0.8 * seeds);
    assert_true(said_to_be_two(&hc_drt_cases[4], 0.2, seeds) >= 0.9 * seeds);
}

/* ---- blocking tails ---- */

/* 20 + ZARC(300, tau 5 us, 0.85) + 1/(2e-5 (jw)^n), 1 MHz to 0.1 Hz, noise of
 * 0.1 % of |Z|. */
static void blocking(spectrum *s, double n, int seed)
{
    hc_random rng;
    hc_random_seed(&rng, (uint64_t)seed);
    const size_t points = 71;
    for (size_t i = 0; i < points; i++) {
        s->freq[i] = pow(10, 6 - 0.1 * (double)i);
        const double complex jw = CMPLX(0, 2 * M_PI * s->freq[i]);
        s->z[i] = 20 + 300 / (1 + cpow(jw * 5e-6, 0.85)) +
                  1 / (2e-5 * cpow(jw, n));
        const double sd = 1e-3 * cabs(s->z[i]) / M_SQRT2;
        const double re = sd * hc_random_normal(&rng);
        s->z[i] += CMPLX(re, sd * hc_random_normal(&rng));
    }
    s->d = (hc_drt_data){points, s->freq, s->z, NULL};
}

/* What 1 Hz and less hold is the tail's: gamma has next to none of it. */
static double beyond(const hc_drt *r, double tau_s)
{
    double sum = 0;
    for (size_t k = 1; k < r->n_tau; k++)
        if (r->tau_s[k] > tau_s)
            sum += r->gamma_ohm[k] * log(r->tau_s[k] / r->tau_s[k - 1]);
    return sum;
}

/* Exponents from the capacitor's to diffusion's, by both methods; the tail
 * itself is 16 to 400 kilohm long. */
static void tails_have_their_exponent(void **state)
{
    (void)state;
    static const double exponents[] = {1, 0.95, 0.85, 0.75, 0.6, 0.5};
    static const char *const methods[] = {"ridge", "hierarchical"};
    for (size_t k = 0; k < 6; k++)
        for (size_t m = 0; m < 2; m++) {
            spectrum s;
            hc_drt r;
            hc_err err;
            const hc_drt_options o = hc_drt_defaults();
            blocking(&s, exponents[k], 3 + (int)k);
            assert_ok(hc_drt_run(hc_drt_method_find(methods[m]), &s.d, &o, &r,
                                 &err),
                      err);
            assert_near_abs(r.c_n, exponents[k], 0, 0.006);
            assert_near(1 / r.inv_c, 2e-5, 0.01);
            const double tail = 1 / (2e-5 * pow(2 * M_PI * 0.1, r.c_n));
            assert_true(beyond(&r, 0.1) < 2e-3 * tail);
            hc_drt_clear(&r);
        }
}

/* No tail where there is none, and none where it is not wanted; an exponent
 * that is given stays. */
static void tails_are_where_they_are(void **state)
{
    (void)state;
    hc_err err;
    hc_drt r;
    for (const hc_drt_case *c = hc_drt_cases; c->name; c++) {
        spectrum s;
        const hc_drt_options o = hc_drt_defaults();
        take(&s, c, 3);
        assert_ok(
            hc_drt_run(hc_drt_method_find("ridge"), &s.d, &o, &r, &err), err);
        assert_int_equal(r.inv_c > 0, strcmp(c->name, "with-C") == 0);
        assert_true(r.c_n == 1);
        hc_drt_clear(&r);
    }
    spectrum s;
    hc_drt_options o = hc_drt_defaults();
    blocking(&s, 0.8, 1);
    o.capacitance = HC_DRT_OFF;
    assert_ok(hc_drt_run(hc_drt_method_find("ridge"), &s.d, &o, &r, &err),
              err);
    assert_true(r.inv_c == 0);
    hc_drt_clear(&r);
    o.capacitance = HC_DRT_ON;
    o.tail_n = 0.9;
    assert_ok(hc_drt_run(hc_drt_method_find("ridge"), &s.d, &o, &r, &err),
              err);
    assert_true(r.c_n == 0.9);
    hc_drt_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_the_full_matrices),
        cmocka_unit_test(every_rule_finds_its_global_minimum),
        cmocka_unit_test(a_shared_grid_changes_nothing),
        cmocka_unit_test(scales_per_tau_are_closer),
        cmocka_unit_test(drift_parts_real_from_imaginary),
        cmocka_unit_test(tails_have_their_exponent),
        cmocka_unit_test(tails_are_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
