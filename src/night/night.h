/* night.h: a folder of instrument files becomes a database (hc-night(1)) */
#ifndef HC_NIGHT_NIGHT_H
#define HC_NIGHT_NIGHT_H

#include "core/options.h"
#include "core/session.h"

typedef struct {
    const char *database, *out, *recipes;
    const char *cells;      /* table of cells, or NULL */
    const char *cell_files; /* folder of CELL.json, or NULL */
    const char *engine;     /* local slurm */
    const char *partition;  /* slurm, or NULL */
    hc_list sbatch;         /* slurm: further options of sbatch */
    long jobs, retries, chunk;
    double time_s, memory_b, file_b, probe_s, poll_s, watch_s;
    bool growing, dry_run, retry_failed;
    const char *program; /* hc-night itself, which looks at files and runs
                          * the tasks of slurm */
} hc_night_options;

/* One night over the folders, or with watch_s one after the other.  The
 * session gets a table of kind night: what was run and what became of it.
 * HC_DATA when some job failed or a file cannot be read; *signal when the
 * user ended it (the next night goes on). */
hc_status hc_night_run(hc_session *s, const hc_night_options *o, int *signal,
                       hc_err *err) HC_MUST_USE;

/* A task of slurm: the jobs FROM to FROM + CHUNK - 1 of a list that
 * hc_engine_slurm wrote. */
hc_status hc_night_task(const char *list, long from, hc_err *err) HC_MUST_USE;

#endif
