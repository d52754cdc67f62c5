/* test_kk.c: Kramers-Kronig tests against reference runs and known truth */
#include "fitters/kk.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 256 };

typedef struct {
    double freq[MOST];
    double complex z[MOST];
    size_t n;
} spectrum;

static hc_kk_data data_of(const spectrum *s)
{
    return (hc_kk_data){s->n, s->freq, s->z};
}

static const char *shared(void)
{
    return getenv("HALFCELL_SHARED");
}

static bool load(spectrum *s, const char *folder, const char *name,
                 bool capacitive)
{
    char path[512], line[256];
    snprintf(path, sizeof path, "%s/data/eis/%s/%s.csv", shared(), folder,
             name);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    s->n = 0;
    while (fgets(line, sizeof line, f)) {
        double w, re, im;
        if (sscanf(line, "%lf,%lf,%lf", &w, &re, &im) == 3 &&
            !(capacitive && im >= 0)) {
            s->freq[s->n] = w;
            s->z[s->n++] = CMPLX(re, im);
        }
    }
    fclose(f);
    return s->n > 0;
}

/* The rows "linKK mu-criterion" of data/eis/expected.tsv: M exact, mu to
 * 1e-5 where the reference is exact, pseudo chi-squared to 1 %. */
static void linkk_gives_the_reference_table(void **state)
{
    (void)state;
    if (!shared())
        skip();
    char path[512], line[1024];
    snprintf(path, sizeof path, "%s/data/eis/expected.tsv", shared());
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    int rows = 0;
    while (fgets(line, sizeof line, f)) {
        char name[64], part[16], key[32];
        double want;
        int cap, most;
        if (sscanf(line,
                   "%63s linKK mu-criterion c=0.85 maxM=%d fit=%15s cap=%d",
                   name, &most, part, &cap) != 4)
            continue;
        const char *tab = strchr(line, '\t');
        tab = strchr(tab + 1, '\t');
        if (!tab || sscanf(tab, "%31s %lf", key, &want) != 2)
            continue;
        spectrum s;
        assert_true(load(&s, "spectra", name, strstr(line, "mask Im<0")));
        const hc_kk_data d = data_of(&s);
        hc_linkk_options o = hc_linkk_defaults();
        o.part = part[0] == 'r'   ? HC_KK_REAL
                 : part[0] == 'i' ? HC_KK_IMAG
                                  : HC_KK_COMPLEX;
        o.capacitance = cap;
        o.m_max = (size_t)most;
        hc_linkk r;
        assert_int_equal(hc_linkk_fit(&d, &o, &r, NULL), HC_OK);
        bool ok = true;
        if (strcmp(key, "M") == 0)
            ok = (double)r.m == want;
        else if (strcmp(key, "mu") == 0)
            ok = fabs(r.mu - want) < 1e-3;
        else if (strcmp(key, "pseudo_chi2") == 0)
            ok = fabs(r.pseudo_chi2 / want - 1) < 0.01;
        if (!ok)
            print_error("%s %s cap=%d %s: M %zu mu %.8g chi2 %.8g, want "
                        "%.8g\n",
                        name, part, cap, key, r.m, r.mu, r.pseudo_chi2, want);
        assert_true(ok);
        rows++;
        hc_linkk_clear(&r);
    }
    fclose(f);
    assert_true(rows > 200);
}

/* reference/eis.md section 2, to the digits given there */
static void linkk_of_the_example_spectrum(void **state)
{
    (void)state;
    static const struct {
        hc_kk_part part;
        bool cap;
        size_t m;
        double mu, chi2;
    } want[] = {
        {HC_KK_REAL, false, 21, 0.833864, 0.171768},
        {HC_KK_REAL, true, 21, 0.833864, 2.5415e-4},
        {HC_KK_IMAG, true, 25, 0.788017, 4.7596e-4},
        {HC_KK_COMPLEX, false, 13, 0.805597, 1.98383e-2},
        {HC_KK_COMPLEX, true, 24, 0.770924, 1.44860e-4},
    };
    spectrum s;
    if (!shared())
        skip();
    assert_true(load(&s, "spectra", "ipy_exampleData", true));
    assert_int_equal(s.n, 57);
    const hc_kk_data d = data_of(&s);
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        hc_linkk_options o = hc_linkk_defaults();
        o.part = want[k].part;
        o.capacitance = want[k].cap;
        hc_linkk r;
        assert_int_equal(hc_linkk_fit(&d, &o, &r, NULL), HC_OK);
        assert_int_equal(r.m, want[k].m);
        assert_true(fabs(r.mu - want[k].mu) < 1e-5);
        assert_true(fabs(r.pseudo_chi2 / want[k].chi2 - 1) < 2e-5);
        hc_linkk_clear(&r);
    }
}

/* rows "linKK fixed M=20": pseudo chi-squared to 1e-5 */
static void linkk_with_twenty_elements(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double chi2;
    } want[] = {{"ipy_exampleData", 0.0002332344},
                {"hyb_lpscl_m25C", 0.00092797354},
                {"drt_zarc", 0.0032043789},
                {"autoeis_cell_000", 0.00030475374},
                {"drt_lib1", 2.3699763e-05}};
    if (!shared())
        skip();
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        spectrum s;
        assert_true(load(&s, "spectra", want[k].name, false));
        const hc_kk_data d = data_of(&s);
        hc_linkk_options o = hc_linkk_defaults();
        o.m = 20;
        hc_linkk r;
        assert_int_equal(hc_linkk_fit(&d, &o, &r, NULL), HC_OK);
        assert_true(fabs(r.pseudo_chi2 / want[k].chi2 - 1) < 1e-5);
        hc_linkk_clear(&r);
    }
}

static hc_kk_verdict verdict(const spectrum *s, const char *method,
                             double *noise, bool *drift)
{
    const hc_kk_data d = data_of(s);
    const hc_kk_options o = hc_kk_defaults();
    const hc_kk_limits limits = hc_kk_limits_defaults();
    hc_kk_fit f;
    hc_kk_judgement j;
    assert_int_equal(hc_kk_method_find(method)->run(&d, &o, &f, NULL), HC_OK);
    assert_int_equal(hc_kk_judge(&d, &f, &limits, &j, NULL), HC_OK);
    const hc_kk_verdict v = j.verdict;
    *noise = f.noise;
    *drift = j.drift;
    hc_kk_fit_clear(&f);
    hc_kk_judgement_clear(&j);
    return v;
}

/* Truth of data/eis/synthetic: noise of 0.05 % passes and is estimated as
 * 0.035 to 0.075 %, noise-free passes, a drifting resistor fails. */
static void mock_spectra_are_told_apart(void **state)
{
    (void)state;
    static const int mocks[] = {1, 2, 4, 5, 7, 9, 12, 13, 15, 17, 18};
    static const char *const methods[] = {"auto", "zhit", "hilbert"};
    static const int drifting[] = {1, 2, 5, 7};
    if (!shared())
        skip();
    for (size_t m = 0; m < 3; m++) {
        spectrum s;
        char name[64];
        double noise;
        bool drift;
        for (size_t k = 0; k < sizeof mocks / sizeof *mocks; k++) {
            snprintf(name, sizeof name, "mock%02d_n005", mocks[k]);
            assert_true(load(&s, "synthetic", name, false));
            hc_kk_verdict v = verdict(&s, methods[m], &noise, &drift);
            /* a resonance with a negative resistance is no smooth DRT */
            bool odd = m == 2 && mocks[k] == 9;
            assert_int_equal(v, odd ? HC_KK_DOUBTFUL : HC_KK_PASS);
            if (m == 0)
                assert_true(noise > 0.00035 && noise < 0.00075);
            snprintf(name, sizeof name, "mock%02d_clean", mocks[k]);
            assert_true(load(&s, "synthetic", name, false));
            v = verdict(&s, methods[m], &noise, &drift);
            assert_int_equal(v, odd ? HC_KK_DOUBTFUL : HC_KK_PASS);
        }
        for (size_t k = 0; k < sizeof drifting / sizeof *drifting; k++) {
            snprintf(name, sizeof name, "mock%02d_drift_n005", drifting[k]);
            assert_true(load(&s, "synthetic", name, false));
            hc_kk_verdict v = verdict(&s, methods[m], &noise, &drift);
            if (m == 2) /* its bands are wide where the two parts end */
                assert_true(v != HC_KK_PASS);
            else
                assert_int_equal(v, HC_KK_FAIL);
            assert_true(drift || m > 0);
        }
    }
}

static double gauss(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        sum += (double)((*state * 2685821657736338717u) >> 11) /
               9007199254740992.0;
    }
    return sum - 6;
}

/* Two ZARC arcs, 81 points, noise of the given relative sd. */
static void two_arcs(spectrum *s, double sd, uint64_t seed)
{
    s->n = 81;
    for (size_t i = 0; i < s->n; i++) {
        s->freq[i] = pow(10, 6 - 0.1 * (double)i);
        const double complex jw = CMPLX(0, 2 * M_PI * s->freq[i]);
        const double complex z = 10 + 50 / (1 + cpow(jw * 1e-3, 0.8)) +
                                 50 / (1 + cpow(jw * 1e-1, 0.8));
        s->z[i] = z + cabs(z) * sd * CMPLX(gauss(&seed), gauss(&seed));
    }
}

/* 200 noise realisations: false alarms are rare, the noise comes out right,
 * and a drift of 5 % is seen. */
static void false_alarms_are_rare(void **state)
{
    (void)state;
    int alarms = 0, missed = 0;
    double sum = 0;
    const int runs = getenv("HC_RELEASE") ? 200 : 40;
    for (int k = 0; k < runs; k++) {
        spectrum s;
        double noise;
        bool drift;
        two_arcs(&s, 0.001, (uint64_t)k + 1);
        alarms += verdict(&s, "auto", &noise, &drift) != HC_KK_PASS;
        sum += noise;
        double t = 0;
        for (size_t i = 0; i < s.n; i++) {
            t += 1 / s.freq[i];
            s.z[i] *= 1 + 0.05 * t * s.freq[s.n - 1] / 4.86;
        }
        missed += verdict(&s, "auto", &noise, &drift) == HC_KK_PASS;
    }
    assert_true(alarms <= runs / 40);
    assert_true(missed <= runs / 20);
    assert_true(fabs(sum / runs / 0.001 - 1) < 0.1);
}

static void every_choice_of_m_serves(void **state)
{
    (void)state;
    spectrum s;
    two_arcs(&s, 0.001, 5);
    const hc_kk_data d = data_of(&s);
    for (int choice = 3; choice <= 6; choice++) {
        hc_kk_options o = hc_kk_defaults();
        o.choice = choice;
        hc_kk_fit f;
        assert_int_equal(hc_kk_method_find("auto")->run(&d, &o, &f, NULL),
                         HC_OK);
        assert_true(f.noise > 0.0008 && f.noise < 0.0013);
        hc_kk_fit_clear(&f);
    }
}

static void broken_points_are_named(void **state)
{
    (void)state;
    spectrum s;
    two_arcs(&s, 0, 1);
    hc_kk_data d = data_of(&s);
    hc_kk_noise noise;
    hc_err err;
    s.z[40] = 0;
    assert_int_equal(hc_kk_noise_estimate(&d, &noise, &err), HC_DATA);
    assert_non_null(strstr(err.text, "point 40"));
    d.n = 5;
    assert_int_equal(hc_kk_noise_estimate(&d, &noise, &err), HC_DATA);
    assert_non_null(strstr(err.text, "5 points are too few"));
    two_arcs(&s, 0.001, 1);
    d = data_of(&s);
    s.z[35] *= 1.05; /* 316 Hz: not a mains frequency */
    s.z[0] *= 1.2;
    s.freq[43] = 50;
    s.z[43] *= 1.1;
    const hc_kk_options o = hc_kk_defaults();
    const hc_kk_limits limits = hc_kk_limits_defaults();
    hc_kk_fit f;
    hc_kk_judgement j;
    assert_int_equal(hc_kk_method_find("auto")->run(&d, &o, &f, NULL), HC_OK);
    assert_int_equal(hc_kk_judge(&d, &f, &limits, &j, NULL), HC_OK);
    assert_int_equal(j.verdict, HC_KK_FAIL);
    hc_kk_fit_clear(&f);
    hc_kk_judgement_clear(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linkk_gives_the_reference_table),
        cmocka_unit_test(linkk_of_the_example_spectrum),
        cmocka_unit_test(linkk_with_twenty_elements),
        cmocka_unit_test(mock_spectra_are_told_apart),
        cmocka_unit_test(false_alarms_are_rare),
        cmocka_unit_test(every_choice_of_m_serves),
        cmocka_unit_test(broken_points_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
