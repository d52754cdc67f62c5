/* Simulation study: do the intervals hold what they say, and are
 * meaningless parameters flagged?  A part by default, all with HC_RELEASE=1.
 */
#include "tests/unit/unit.h"

#include "fitters/fit.h"
#include "fitters/model.h"
#include "fitters/random.h"

enum { POINTS = 71 };

typedef struct {
    const char *fitted; /* the truth in braces; without: not identifiable */
    const char *truth;
    const char *bad; /* names of parameters without meaning, " A B " */
} design;

#define SAME(text)                                                            \
    {                                                                         \
        text, text, ""                                                        \
    }

/* 1e5 .. 1e-2 Hz.  Twelve circuits whose parameters all mean something. */
static const design sound[] = {
    SAME("R0{10}-p(R1{50},CPE1{Q=1e-4,n=.9})"),
    SAME("R0{10}-p(R1{50},C1{1e-4})"),
    SAME("R0{10}-p(R1{50},C1{1e-5})-p(R2{80},C2{1e-2})"),
    SAME("R0{10}-p(R1{50},CPE1{Q=2e-5,n=.9})-p(R2{80},CPE2{Q=1e-2,n=.85})"),
    SAME("L0{1e-5}-R0{10}-p(R1{50},CPE1{Q=1e-4,n=.9})"),
    SAME("R0{10}-p(R1{50},CPE1{Q=1e-4,n=.9})-W1{A=20}"),
    SAME("R0{10}-p(R1{50},C1{1e-4})-Wo1{Z0=80,tau=20}"),
    SAME("R0{10}-p(R1{50},C1{1e-4})-Ws1{Z0=80,tau=8}"),
    SAME("R0{10}-p(R1{50}-W1{A=10},CPE1{Q=1e-4,n=.9})"),
    SAME("R0{10}-Zarc1{R=50,tau=1e-3,n=.8}-CPE1{Q=.05,n=.7}"),
    SAME("R0{10}-G1{R=50,tau=.1}"),
    SAME("p(R1{500},CPE1{Q=1e-7,n=.95})-CPE2{Q=1e-4,n=.8}"),
};

/* Circuits that say more than the data can. */
static const design bad[] = {
    {"R0-p(R1,CPE1)-p(R2,CPE2)", "R0{10}-p(R1{50},CPE1{Q=1e-4,n=.9})", "?"},
    {"R0-p(R1,C1)-p(R2,C2)", "R0{10}-p(R1{50},C1{1e-4})", "?"},
    {"R0-p(R1,C1)-Wo1", "R0{10}-p(R1{50},C1{1e-4})-Wo1{Z0=3000,tau=20000}",
     " Wo1_Z0 Wo1_tau "},
    {"R0-p(R1,C1)-p(R2,C2)", "R0{10}-p(R1{50},C1{1e-4})-p(R2{9e6},C2{.2})",
     " R2 "},
};

typedef struct {
    long inside, judged, flagged, parameters, bad_fits, bad_caught;
} tally;

static hc_fit *noisy(const design *d, double noise, uint64_t seed,
                     hc_circuit *truth)
{
    double f[POINTS], z[2 * POINTS], p[HC_CIRCUIT_PARS];
    hc_circuit c;
    hc_err err;
    hc_random rng;
    hc_fit *fit;
    assert_ok(hc_circuit_parse(truth, d->truth, &err), err);
    assert_ok(hc_circuit_parse(&c, d->fitted, &err), err);
    for (int k = 0; k < c.n_pars; k++)
        if (!c.pars[k].optional)
            c.pars[k].value = NAN;
    for (int i = 0; i < POINTS; i++)
        f[i] = pow(10, 5 - 7.0 * i / (POINTS - 1));
    hc_circuit_values(truth, p);
    assert_ok(hc_circuit_impedance(truth, p, f, POINTS, z, z + POINTS, &err),
              err);
    hc_random_seed(&rng, seed);
    for (int i = 0; i < POINTS; i++) {
        double m = noise * hypot(z[i], z[POINTS + i]);
        z[i] += m * hc_random_normal(&rng);
        z[POINTS + i] += m * hc_random_normal(&rng);
    }
    hc_fit_data data = {.n = POINTS, .freq_hz = f, .re = z, .im = z + POINTS};
    assert_ok(hc_fit_new(&fit, &c, &data, HC_WEIGHT_MODULUS, &err), err);
    return fit;
}

static void study(const design *d, bool is_bad, double noise, uint64_t seed,
                  tally *t)
{
    static hc_fit_report report;
    hc_circuit truth;
    hc_fit *fit = noisy(d, noise, seed, &truth);
    const hc_circuit *c = hc_fit_circuit(fit);
    hc_fit_effort effort = hc_fit_default();
    hc_fit_ask ask = {true, false};
    hc_fit_result r;
    hc_err err;
    bool caught = false;
    assert_ok(hc_fit_search(fit, &effort, &r, &err), err);
    assert_ok(hc_fit_judge(fit, &r.best, ask, &report, &err), err);
    for (int k = 0; k < c->n_pars; k++) {
        const hc_fit_par *q = &report.par[k];
        char name[HC_CIRCUIT_NAME + 2];
        if (c->pars[k].optional)
            continue;
        bool flag = q->state == HC_PAR_NOT_IDENTIFIABLE ||
                    q->state == HC_PAR_NOT_SEPARABLE;
        snprintf(name, sizeof name, " %s ", c->pars[k].name);
        if (is_bad) {
            caught |=
                flag && (d->bad[0] == '?' || strstr(d->bad, name) != NULL);
            continue;
        }
        t->parameters++;
        t->flagged += flag;
        if (flag || q->state != HC_PAR_OK)
            continue;
        t->judged++;
        double p = truth.pars[k].value;
        t->inside += q->ci_low <= p && p <= q->ci_high;
    }
    if (is_bad && !caught) {
        print_message("# not flagged: %s, noise %g:", d->fitted, noise);
        for (int k = 0; k < c->n_pars; k++)
            print_message(" %s=%.4g (%s)", c->pars[k].name,
                          report.par[k].value,
                          hc_par_state_name(report.par[k].state));
        print_message("\n");
    }
    t->bad_fits += is_bad;
    t->bad_caught += caught;
    hc_fit_free(fit);
}

static void test_coverage(void **state)
{
    static const double noise[] = {5e-4, 1e-3, 5e-3, 1e-2};
    bool all = getenv("HC_RELEASE") != NULL;
    int seeds = all ? 50 : 4;
    tally t = {0};
    (void)state;
    for (size_t n = 0; n < 4; n++)
        for (int s = 1; s <= seeds; s++) {
            uint64_t seed = (uint64_t)(1000 * (n + 1)) + (uint64_t)s;
            for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
                study(&sound[i], false, noise[n], seed + 100000 * i, &t);
            for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
                study(&bad[i], true, noise[n], seed + 100000 * i, &t);
        }
    double cover = 100.0 * (double)t.inside / (double)t.judged;
    double flags = 100.0 * (double)t.flagged / (double)t.parameters;
    double caught = 100.0 * (double)t.bad_caught / (double)t.bad_fits;
    print_message("# truth inside the 95 %% interval: %.1f %% of %ld; false "
                  "flags %.2f %%; meaningless fits flagged %.1f %% of %ld\n",
                  cover, t.judged, flags, caught, t.bad_fits);
    double slack = all ? 0 : 1.5;
    assert_true(cover >= 92 - slack && cover <= 98 + slack);
    assert_true(flags <= 2);
    assert_true(caught >= 95 - slack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_coverage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
