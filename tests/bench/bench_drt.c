/* bench_drt.c: DRT methods on closed forms, median and worst of some seeds
 *
 *     bench_drt METHOD [SEEDS [FIRST]]
 */
#include "fitters/drt.h"
#include "tests/unit/drt_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "loggp";
    const int seeds = argc > 2 ? atoi(argv[2]) : 5;
    const int first = argc > 3 ? atoi(argv[3]) : 0;
    printf("row\tsd\tmedian\tworst\tbar\trecipe\tcover\tcpu_ms\n");
    for (const hc_drt_case *c = hc_drt_cases; c->name; c++) {
        if (argc > 4 && !strstr(c->name, argv[4]))
            continue;
        hc_drt_figures f;
        const hc_drt_method *m = hc_drt_method_find(name);
        hc_drt_options o = hc_drt_defaults();
        o.band_level = strcmp(name, "ridge") && strcmp(name, "nnls") ? 0.9 : 0;
        if (!m || !hc_drt_case_run(c, m, &o, seeds, first, &f)) {
            printf("%s\t%g\tfailed\n", c->name, c->sd);
            continue;
        }
        printf("%s\t%g\t%.4f\t%.4f\t%.3g\t%.3g\t%.2f\t%.2f\n", c->name, c->sd,
               f.median, f.worst, c->bar, c->recipe, f.cover, f.cpu_ms);
        fflush(stdout);
    }
    return 0;
}
