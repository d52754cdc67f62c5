/* bench_fresh: the search on circuits and spectra no setting was chosen on
 *
 *     bench_fresh [SEEDS] [-r N] [-v] [CIRCUIT-NUMBER]
 *
 * SEEDS cases of every circuit of tests/unit/fresh.c against the lowest cost
 * known (from the truth, and N thorough searches).  Prints tool, work,
 * figure, unit, bar, verdict; with -v a line per case that is missed.
 */
#include "core/sort.h"
#include "tests/bench/timing.h"
#include "tests/unit/fresh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    int seeds = 4, references = 2, only = -1, n = 0, passes = 0, good = 0;
    int from = 0;
    int seen = 0;
    bool verbose = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else if (strcmp(argv[i], "-r") == 0 && i + 1 < argc)
            references = atoi(argv[++i]);
        else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
            from = atoi(argv[++i]);
        else if (seen++ == 0)
            seeds = atoi(argv[i]);
        else
            only = atoi(argv[i]);
    }
    double *ms = calloc((size_t)(fresh_circuits() * seeds), sizeof *ms);
    for (int c = 0; c < fresh_circuits(); c++) {
        int missed = 0;
        for (int s = from + 1; s <= from + seeds; s++) {
            if (only >= 0 && c != only)
                continue;
            fresh_case k;
            hc_fit_result r;
            hc_err err;
            hc_fit_effort e = hc_fit_default();
            double thorough = NAN;
            fresh_make(c, (uint64_t)s, &k);
            double t = cpu_ms();
            hc_fit *f = fresh_fit(&k);
            if (hc_fit_search(f, &e, &r, &err) != HC_OK)
                r.best.cost = INFINITY;
            ms[n++] = cpu_ms() - t;
            double best = fresh_reference(&k, references, &thorough);
            bool pass = r.best.cost <= best * (1 + 1e-4);
            passes += pass;
            good += thorough <= best * (1 + 1e-4);
            missed += !pass;
            if (verbose && !pass)
                printf("# %s seed %d noise %g %s: ratio %.6g (thorough "
                       "%.6g), %d of %d%s\n",
                       k.circuit, s, k.noise,
                       k.weight == HC_WEIGHT_UNIT ? "unit" : "modulus",
                       r.best.cost / best, thorough / best, r.agreed, r.starts,
                       r.best.degenerate ? ", degenerate" : "");
            hc_fit_free(f);
        }
        if (verbose && missed > 0) {
            fresh_case k;
            fresh_make(c, 1, &k);
            printf("# %d of %d missed: %s\n", missed, seeds, k.circuit);
            fflush(stdout);
        }
    }
    hc_sort_rising(ms, (size_t)n);
    printf("hc-fit\tfresh cases at the lowest cost known, of %d\t%.2f\t%%\t99"
           "\t%s\n",
           n, 100.0 * passes / n, passes >= 0.99 * n ? "ok" : "short");
    printf("hc-fit\tthe same, thorough effort\t%.2f\t%%\t99\t%s\n",
           100.0 * good / n, good >= 0.99 * n ? "ok" : "short");
    printf("hc-fit\tCPU of a fit of a fresh case, median\t%.3f\tms\t5\t%s\n",
           ms[n / 2], ms[n / 2] <= 5 ? "ok" : "short");
    free(ms);
    return 0;
}
