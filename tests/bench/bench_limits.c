/* bench_limits.c: what this machine could do at best
 *
 *     bench_limits       rows for tests/bench/run
 *     bench_limits -n    'bytes a second' and 'flops a second' as numbers
 *
 * Memory: an array larger than the caches is added up (user CPU).  Flops:
 * eight independent chains of a multiplication and an addition, as the
 * compiler makes them without options for this processor.
 */
#include "tests/bench/timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 16 << 20, ROUNDS = 8, CHAINS = 8, STEPS = 20000000 };

static double bytes_a_second(void)
{
    unsigned long *a = malloc(WORDS * sizeof *a);
    unsigned long sum = 0;
    double best = 0;
    if (a == NULL)
        return 0;
    memset(a, 1, WORDS * sizeof *a);
    for (int k = 0; k < ROUNDS; k++) {
        double begin = cpu_s(), rate;
        for (size_t i = 0; i < WORDS; i++)
            sum += a[i];
        rate = (double)(WORDS * sizeof *a) / (cpu_s() - begin);
        best = rate > best ? rate : best;
    }
    free(a);
    return sum == 0 ? 0 : best; /* the sum is used */
}

static double flops_a_second(void)
{
    double x[CHAINS], sum = 0, begin = cpu_s(), took;
    for (int k = 0; k < CHAINS; k++)
        x[k] = 1 + k;
    for (int i = 0; i < STEPS; i++)
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * 0.999999 + 1e-6;
    took = cpu_s() - begin;
    for (int k = 0; k < CHAINS; k++)
        sum += x[k];
    return sum == 0 ? 0 : 2.0 * CHAINS * STEPS / took;
}

int main(int argc, char **argv)
{
    double bytes = bytes_a_second(), flops = flops_a_second();
    if (argc > 1 && strcmp(argv[1], "-n") == 0)
        printf("%.4g %.4g\n", bytes, flops);
    else
        printf("limits\tmemory read in order\t%.3g\tGB/s\tNaN\t-\n"
               "limits\tmultiplications and additions\t%.3g\tGflop/s\t"
               "NaN\t-\n",
               bytes / 1e9, flops / 1e9);
    return 0;
}
