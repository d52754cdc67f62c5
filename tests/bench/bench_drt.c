/* bench_drt.c: DRT methods on closed forms: error and CPU time
 *
 * Without arguments the rows of `make bench`; else
 *
 *     bench_drt METHOD [SEEDS [FIRST [CASE]]]
 *
 * prints median and worst error, how much of gamma the 90 % band covers and
 * the CPU time of every closed form.  For drt.bench
 *
 *     bench_drt -w DIR SEEDS    writes the spectra and their truths
 *     bench_drt -n SEEDS        prints "case arcs ridge arcs_ms ridge_ms"
 */
#include "core/sort.h"
#include "fitters/drt.h"
#include "tests/bench/timing.h"
#include "tests/unit/drt_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static hc_drt_options options_for(const char *method, bool band)
{
    hc_drt_options o = hc_drt_defaults();
    const bool slow = strcmp(method, "ridge") == 0;
    o.band_level = band && !slow ? 0.9 : 0;
    return o;
}

static void row(const char *work, const hc_drt_case *c, const char *what,
                double figure, const char *unit, double bar)
{
    printf("hc-drt\t%s %s sd %g %s\t%.4g\t%s\t%.4g\t%s\n", work, c->name,
           c->sd, what, figure, unit, bar, figure <= bar ? "pass" : "SHORT");
    fflush(stdout);
}

/* ---- what is asked of many spectra, and of many draws ---- */

/* CPU seconds of the ridge on SPECTRA spectra of one grid, NaN on failure. */
static double ridge_s(const hc_drt_case *c, const hc_drt_options *o,
                      int spectra)
{
    double freq[HC_DRT_CASE_POINTS];
    double complex z[HC_DRT_CASE_POINTS];
    double spent = 0;
    for (int k = 0; k < spectra; k++) {
        const size_t n = hc_drt_case_make(c, k, freq, z);
        const hc_drt_data d = {n, freq, z, NULL};
        hc_drt r;
        hc_err err;
        const double t = cpu_s();
        if (hc_drt_run(hc_drt_method_find("ridge"), &d, o, &r, &err) != HC_OK)
            return NAN;
        spent += cpu_s() - t;
        hc_drt_clear(&r);
    }
    return spent;
}

static const hc_drt_case *two_arcs(void)
{
    const hc_drt_case *c = hc_drt_cases;
    while (strcmp(c->name, "2-zarc") != 0)
        c++;
    return c;
}

static void batch_and_band(void)
{
    enum { BATCH = 100, RUNS = 5 };
    hc_drt_options o = options_for("ridge", false);
    o.cache = hc_drt_cache_new();
    row("ridge, batch of 100 on one grid", two_arcs(), "CPU a spectrum",
        1e3 * ridge_s(two_arcs(), &o, BATCH) / BATCH, "ms", 1);
    hc_drt_cache_free(o.cache);
    o = hc_drt_defaults();
    o.band_level = 0.9;
    o.band_samples = 2000;
    double s[RUNS];
    for (int k = 0; k < RUNS; k++)
        s[k] = ridge_s(two_arcs(), &o, 1);
    hc_sort_rising(s, RUNS);
    row("ridge, band of 2000 draws", two_arcs(), "CPU", s[RUNS / 2], "s", 0.6);
}

/* ---- what drt.bench sets beside the peers ---- */

static FILE *open_in(const char *dir, const hc_drt_case *c, const char *what)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s_%g.%s", dir, c->name, c->sd, what);
    FILE *f = fopen(path, "w");
    if (!f)
        perror(path);
    return f;
}

/* NAME_SD.K: frequency, Re, Im; NAME_SD.truth: tau, gamma. */
static bool write_case(const char *dir, const hc_drt_case *c, int seeds)
{
    for (int k = 0; k < seeds; k++) {
        double freq[HC_DRT_CASE_POINTS];
        double complex z[HC_DRT_CASE_POINTS];
        char seed[16];
        snprintf(seed, sizeof seed, "%d", k);
        FILE *f = open_in(dir, c, seed);
        if (!f)
            return false;
        const size_t n = hc_drt_case_make(c, k, freq, z);
        for (size_t i = 0; i < n; i++)
            fprintf(f, "%.17g %.17g %.17g\n", freq[i], creal(z[i]),
                    cimag(z[i]));
        fclose(f);
    }
    FILE *f = open_in(dir, c, "truth");
    for (int k = 0; f && k < HC_DRT_CASE_TAUS; k++) {
        const double tau = 1e-6 * pow(1e7, k / 700.0);
        fprintf(f, "%.17g %.17g\n", tau, hc_drt_case_gamma(c, tau));
    }
    return f && fclose(f) == 0;
}

static bool figures_of(const hc_drt_case *c, int seeds)
{
    static const char *const methods[] = {"arcs", "ridge"};
    hc_drt_figures f[2];
    for (size_t k = 0; k < 2; k++) {
        const hc_drt_options o = options_for(methods[k], false);
        if (!hc_drt_case_run(c, hc_drt_method_find(methods[k]), &o, seeds, 0,
                             &f[k]))
            return false;
    }
    printf("%s_%g %.6g %.6g %.6g %.6g\n", c->name, c->sd, f[0].median,
           f[1].median, f[0].cpu_ms, f[1].cpu_ms);
    fflush(stdout);
    return true;
}

static int for_peers(int argc, char **argv)
{
    const bool write = strcmp(argv[1], "-w") == 0;
    const int seeds = argc == 3 + write ? atoi(argv[2 + write]) : 0;
    if (seeds < 1) {
        fprintf(stderr, "usage: bench_drt -n SEEDS | -w DIR SEEDS\n");
        return 64;
    }
    for (const hc_drt_case *c = hc_drt_cases; c->name; c++)
        if (!(write ? write_case(argv[2], c, seeds) : figures_of(c, seeds)))
            return 1;
    return 0;
}

/* CPU bars of the default for one, two and three arcs; ridge 4 ms. */
static int rows_of_bench(void)
{
    static const char *const methods[] = {"arcs", "loggp", "ridge"};
    static const double part[] = {1, 1.2, HUGE_VAL};
    for (size_t k = 0; k < 3; k++)
        for (const hc_drt_case *c = hc_drt_cases; c->name; c++) {
            const bool three = strcmp(c->name, "3-zarc") == 0;
            const bool two = strcmp(c->name, "2-zarc") == 0;
            hc_drt_figures f;
            const hc_drt_options o = options_for(methods[k], false);
            if (isnan(c->bar) && !three)
                continue;
            if (!hc_drt_case_run(c, hc_drt_method_find(methods[k]), &o, 5, 0,
                                 &f))
                return 1;
            if (isfinite(part[k]) && !three)
                row(methods[k], c, "median error", f.median, "-",
                    part[k] * c->bar);
            if (k != 1)
                row(methods[k], c, "CPU", f.cpu_ms, "ms",
                    k == 2  ? 4
                    : three ? 15
                    : two   ? 10
                            : 5);
        }
    batch_and_band();
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return rows_of_bench();
    if (strcmp(argv[1], "-n") == 0 || strcmp(argv[1], "-w") == 0)
        return for_peers(argc, argv);
    const hc_drt_method *m = hc_drt_method_find(argv[1]);
    const int seeds = argc > 2 ? atoi(argv[2]) : 5;
    const int first = argc > 3 ? atoi(argv[3]) : 0;
    if (!m || seeds < 1) {
        fprintf(stderr, "bench_drt: no method '%s', or no seeds\n", argv[1]);
        return 64;
    }
    const hc_drt_options o = options_for(argv[1], true);
    printf("case\tsd\tmedian\tworst\tbar\trecipe\tcover\tcpu_ms\n");
    for (const hc_drt_case *c = hc_drt_cases; c->name; c++) {
        hc_drt_figures f;
        if (argc > 4 && !strstr(c->name, argv[4]))
            continue;
        if (!hc_drt_case_run(c, m, &o, seeds, first, &f)) {
            printf("%s\t%g\tfailed\n", c->name, c->sd);
            continue;
        }
        printf("%s\t%g\t%.4f\t%.4f\t%.3g\t%.3g\t%.2f\t%.2f\n", c->name, c->sd,
               f.median, f.worst, c->bar, c->recipe, f.cover, f.cpu_ms);
        fflush(stdout);
    }
    return 0;
}
