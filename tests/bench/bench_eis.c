/* bench_eis: CPU time of fits from a given start, of chains and of the
 * Kramers-Kronig tests, as peers are timed on the same spectra
 *
 *     bench_eis [-n]
 *
 * Prints tool, work, figure, unit, bar, verdict; with -n "name ms" lines for
 * eis.bench, which sets them beside those of peers_eis.py.
 */
#include "core/sort.h"
#include "fitters/kk.h"
#include "tests/bench/timing.h"
#include "tests/unit/eis_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 31, BATCH = 10 };

typedef struct {
    size_t n;
    double *f, *re, *im;
    double complex *z;
} spectrum;

static bool load(spectrum *s, const char *path, bool capacitive)
{
    if (!eis_spectrum_load(path, capacitive, &s->n, &s->f, &s->re, &s->im))
        return false;
    s->z = malloc(s->n * sizeof *s->z);
    for (size_t i = 0; s->z != NULL && i < s->n; i++)
        s->z[i] = CMPLX(s->re[i], s->im[i]);
    return s->z != NULL;
}

static void unload(spectrum *s)
{
    free(s->f);
    free(s->re);
    free(s->im);
    free(s->z);
}

typedef bool (*job)(const spectrum *s);

static double median_ms(job work, const spectrum *s)
{
    double ms[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double t = cpu_ms();
        if (!work(s))
            return NAN;
        ms[i] = cpu_ms() - t;
    }
    hc_sort_rising(ms, RUNS);
    return ms[RUNS / 2];
}

static hc_fit *prepared(const spectrum *s, const char *circuit,
                        hc_fit_weight weight)
{
    hc_circuit c;
    hc_err err;
    hc_fit *f = NULL;
    hc_fit_data d = {.n = s->n, .freq_hz = s->f, .re = s->re, .im = s->im};
    if (hc_circuit_parse(&c, circuit, &err) != HC_OK ||
        hc_fit_new(&f, &c, &d, weight, &err) != HC_OK)
        return NULL;
    return f;
}

/* Seven parameters from the documented start of impedance.py. */
static bool given_start(const spectrum *s)
{
    static const double p[] = {.01, .01, 100, .01, .05, 100, .5, 1};
    hc_fit_result r;
    hc_err err;
    hc_fit *f = prepared(s, "R0-p(R1,C1)-p(R2-Wo1,C2)", HC_WEIGHT_UNIT);
    bool ok = f != NULL && hc_fit_from(f, p, &r, &err) == HC_OK;
    hc_fit_free(f);
    return ok;
}

/* The whole search, no start given. */
static bool no_start(const spectrum *s)
{
    hc_fit_effort effort = hc_fit_quick();
    hc_fit_result r;
    hc_err err;
    hc_fit *f = prepared(s, "R0-p(R1,C1)-p(R2-Wo1,C2)", HC_WEIGHT_UNIT);
    bool ok = f != NULL && hc_fit_search(f, &effort, &r, &err) == HC_OK;
    hc_fit_free(f);
    return ok;
}

/* Ten spectra, each from the one before, with errors and flags. */
static bool chain(const spectrum *s)
{
    static hc_fit_report report;
    hc_fit_effort effort = hc_fit_quick();
    hc_fit_ask ask = {true, false};
    hc_fit_result last, r;
    hc_err err;
    for (int i = 0; i < BATCH; i++) {
        hc_fit *f =
            prepared(&s[i], "R0-p(R1,CPE1)-p(R2,CPE2)", HC_WEIGHT_MODULUS);
        bool ok = f != NULL &&
                  (i == 0 ? hc_fit_search(f, &effort, &r, &err)
                          : hc_fit_again(f, &last, &r, &err)) == HC_OK &&
                  hc_fit_judge(f, &r.best, ask, &report, &err) == HC_OK;
        hc_fit_free(f);
        if (!ok)
            return false;
        last = r;
    }
    return true;
}

static bool linkk(const spectrum *s)
{
    hc_kk_data d = {s->n, s->f, s->z};
    hc_linkk_options o = hc_linkk_defaults();
    hc_linkk fit;
    hc_err err;
    if (hc_linkk_fit(&d, &o, &fit, &err) != HC_OK)
        return false;
    hc_linkk_clear(&fit);
    return true;
}

static bool automatic(const spectrum *s)
{
    hc_kk_data d = {s->n, s->f, s->z};
    hc_kk_options o = hc_kk_defaults();
    hc_kk_limits limits = hc_kk_limits_defaults();
    hc_kk_judgement j;
    hc_kk_fit fit;
    hc_err err;
    if (hc_kk_method_find("auto")->run(&d, &o, &fit, &err) != HC_OK)
        return false;
    bool ok = hc_kk_judge(&d, &fit, &limits, &j, &err) == HC_OK;
    hc_kk_fit_clear(&fit);
    if (ok)
        hc_kk_judgement_clear(&j);
    return ok;
}

static void row(const char *tool, const char *work, double ms, double bar)
{
    printf("%s\t%s\t%.4g\tms\t%.4g\t%s\n", tool, work, ms, bar,
           ms <= bar ? "ok" : "short");
}

int main(int argc, char **argv)
{
    bool names = argc > 1 && strcmp(argv[1], "-n") == 0;
    spectrum example, mock, batch[BATCH];
    char path[64];
    int n = 0;
    if (!load(&example, "spectra/ipy_exampleData", true) ||
        !load(&mock, "synthetic/mock05_n005", false)) {
        printf(names ? ""
                     : "hc-kk\tspectra\tNaN\t-\tNaN\tskipped, no "
                       "shared data\n");
        return 0;
    }
    for (int i = 0; n < BATCH && i < 100; i++) {
        snprintf(path, sizeof path, "batch/cell_%03d", i);
        n += load(&batch[n], path, false);
    }
    double given = median_ms(given_start, &example);
    double none = median_ms(no_start, &example);
    double chained = n == BATCH ? median_ms(chain, batch) : NAN;
    double kk = median_ms(linkk, &example);
    double choice = median_ms(automatic, &mock);
    if (names) {
        printf("fit %.6g\nsearch %.6g\nbatch_of_10 %.6g\nlinkk %.6g\nkk "
               "%.6g\n",
               given, none, chained, kk, choice);
    } else {
        row("hc-fit", "CPU of a descent from a given start, 7 parameters",
            given, 1);
        row("hc-kk", "CPU of lin-KK, 57 points", kk, 2);
        row("hc-kk", "CPU of the automatic choice and its verdict", choice,
            30);
    }
    for (int i = 0; i < n; i++)
        unload(&batch[i]);
    unload(&example);
    unload(&mock);
    return 0;
}
