/* timing.h: the clock of the benchmarks */
#ifndef HC_BENCH_TIMING_H
#define HC_BENCH_TIMING_H

#include <time.h>

/* CPU time of this process, user and system. */
static inline double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline double cpu_ms(void)
{
    return 1e3 * cpu_s();
}

#endif
