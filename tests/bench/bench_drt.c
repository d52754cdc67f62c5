/* bench_drt.c: DRT methods on closed forms: error and CPU time
 *
 * Without arguments the rows of `make bench`; else
 *
 *     bench_drt METHOD [SEEDS [FIRST [CASE]]]
 *
 * prints median and worst error, how much of gamma the 90 % band covers and
 * the CPU time of every closed form.
 */
#include "fitters/drt.h"
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
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return rows_of_bench();
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
