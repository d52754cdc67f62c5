/* pool.h: recipes as processes, so many at a time, within limits
 *
 * A job runs in a folder of its own, OUT/jobs/ID.run, with standard output in
 * stdout.tsv and standard error in log; it never sees a terminal.  Whatever
 * it starts is of its process group, which ends with it.
 */
#ifndef HC_NIGHT_POOL_H
#define HC_NIGHT_POOL_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int n;             /* at a time */
    double time_s;     /* of one job, 0: no limit */
    double memory_b;   /* address space of each of its processes, 0 */
    double file_b;     /* largest file it may write, 0 */
} hc_pool_limits;

/* What is started: the recipe without arguments, in `folder`, which is made
 * afresh. */
typedef struct {
    const char *recipe;
    const char *folder;
    char *const *env; /* ends with NULL */
} hc_pool_job;

typedef struct {
    int exit_code; /* 128 + signal when a signal ended it */
    bool timed_out;
    double seconds;
} hc_outcome;

typedef struct hc_pool hc_pool;

/* While a pool is there SIGINT, SIGTERM and SIGHUP are kept back. */
hc_status hc_pool_new(hc_pool **out, const hc_pool_limits *limits,
                      hc_err *err) HC_MUST_USE;
/* Ends all that still runs. */
void hc_pool_free(hc_pool *p);

bool hc_pool_has_room(const hc_pool *p);
size_t hc_pool_running(const hc_pool *p);

/* Start a job; `tag` comes back with its outcome. */
hc_status hc_pool_start(hc_pool *p, const hc_pool_job *job, size_t tag,
                        hc_err *err) HC_MUST_USE;

/* Wait for the next job to end, at most so long; *got says whether one did.
 * *signal is set when the user wants an end (SIGINT ...), else 0. */
hc_status hc_pool_wait(hc_pool *p, int timeout_ms, bool *got, size_t *tag,
                       hc_outcome *outcome, int *signal, hc_err *err)
    HC_MUST_USE;

#endif
