/* work.h: one night: what is to be done, and its private helpers */
#ifndef HC_NIGHT_WORK_H
#define HC_NIGHT_WORK_H

#include "night/folder.h"
#include "night/night.h"
#include "night/pool.h"
#include "night/recipe.h"
#include "store/journal.h"

enum { HC_WORK_ID = 17 };

/* One file with one recipe. */
typedef struct {
    const hc_file *file;
    const hc_recipe *recipe;
    hc_job_row row; /* path and recipe borrowed from the two */
    char id[HC_WORK_ID]; /* name of its folder */
    const char *why;     /* "new", "changed", "failed before" ... */
    double not_before;   /* s, after an exit 75 */
    bool wrote;          /* its end is in the journal */
} hc_work;

typedef struct {
    const hc_night_options *o;
    hc_store *store;
    hc_talk *talk;
    char *out, *jobs, *quarantine, *cells; /* folders; cells.tsv or NULL */
    char registry[HC_SHA256_HEX];
    int lock;
    hc_recipe *recipes;
    size_t n_recipes;
    hc_scan scan;
    hc_file *files; /* as found, by path */
    size_t n_files;
    hc_work *work; /* by stage, path, recipe */
    size_t n_work;
    char **base_env; /* without the HC_ variables of a job */
    long night;
    size_t done, failed, unchanged, failed_before;
    bool show; /* progress on a terminal */
} hc_night;

/* plan.c: look at the files, find out what is to be done. */
hc_status hc_plan(hc_night *n, hc_err *err) HC_MUST_USE;

/* env.c: the environment of a job, ended by NULL, to be freed as a whole
 * with hc_env_free. */
hc_status hc_env_base(hc_night *n, hc_err *err) HC_MUST_USE;
hc_status hc_env_of(const hc_night *n, const hc_work *w, char ***env,
                    hc_err *err) HC_MUST_USE;
void hc_env_free(char **env);

/* collect.c: ends of jobs, gathered and written in batches. */
typedef struct hc_collector hc_collector;
hc_status hc_collector_new(hc_collector **out, hc_night *n,
                           hc_err *err) HC_MUST_USE;
void hc_collector_free(hc_collector *c);
/* A job has begun; it is `started` in the journal with the next batch. */
void hc_collector_started(hc_collector *c, hc_work *w);
/* A job ended: its tables are read and its folder put in place.  *again:
 * exit 75 and attempts are left. */
hc_status hc_collector_ended(hc_collector *c, hc_work *w,
                             const hc_outcome *o, bool *again,
                             hc_err *err) HC_MUST_USE;
/* Write what has gathered, when it is time or `now`. */
hc_status hc_collector_flush(hc_collector *c, bool now,
                             hc_err *err) HC_MUST_USE;

/* The job's folder while it runs, OUT/jobs/ID.run. */
char *hc_work_folder(const hc_night *n, const hc_work *w);

/* local.c and slurm.c: do all of n->work; *signal when the user ended it. */
hc_status hc_engine_local(hc_night *n, hc_collector *c, int *signal,
                          hc_err *err) HC_MUST_USE;
hc_status hc_engine_slurm(hc_night *n, hc_collector *c, int *signal,
                          hc_err *err) HC_MUST_USE;

#endif
