/* journal.h: what the night keeps in the database: files, jobs, findings
 *
 * A job is one file with one recipe.  Its key sums up everything its result
 * depends on; a job whose key is done, or failed, is not run again.
 */
#ifndef HC_STORE_JOURNAL_H
#define HC_STORE_JOURNAL_H

#include "store/store.h"

#include <stdint.h>

/* A file as it was last seen; texts are owned. */
typedef struct {
    char *path;
    int64_t size, mtime_ns; /* mtime -1: too fresh to be trusted */
    char sha256[HC_SHA256_HEX];
    char format[32], kind[16];
    char technique[64]; /* words: "gitt eis", "-" for none */
    char cell[128];     /* of the table of cells, "-" for none */
    char facts[HC_SHA256_HEX];    /* sum of what that table says of it */
    char registry[HC_SHA256_HEX]; /* sha256 of that table, "-" for none */
    int exit_code;                /* of the look at it, 0 good */
    char message[256];
    bool looked;  /* this time, for it is new or has changed */
    bool touched; /* what is known of it has changed, if only its time */
} hc_file;

typedef enum { HC_QUEUED, HC_STARTED, HC_DONE, HC_FAILED } hc_job_state;

const char *hc_job_state_name(hc_job_state s);

typedef struct {
    char *path;
    char *recipe; /* file name of the recipe */
    char key[HC_SHA256_HEX];
    hc_job_state state;
    int attempts, exit_code;
    char message[256];
    double seconds;
    long night; /* the last one that ran it */
} hc_job_row;

/* All files and jobs, by path (and recipe). */
hc_status hc_journal_files(hc_store *s, hc_file **out, size_t *n,
                           hc_err *err) HC_MUST_USE;
void hc_journal_files_free(hc_file *f, size_t n);
hc_status hc_journal_jobs(hc_store *s, hc_job_row **out, size_t *n,
                          hc_err *err) HC_MUST_USE;
void hc_journal_jobs_free(hc_job_row *j, size_t n);

/* Inside a transaction of hc_store_begin. */
hc_status hc_journal_put_file(hc_store *s, const hc_file *f, long night,
                              hc_err *err) HC_MUST_USE;
hc_status hc_journal_put_job(hc_store *s, const hc_job_row *j,
                             hc_err *err) HC_MUST_USE;
/* The tables that a job made: put (hc_store_put), and linked to the job in
 * place of those it made before, which go when no other job made them as
 * well.  HC_DATA: a table is broken, and nothing of the job was kept. */
hc_status hc_journal_store(hc_store *s, const hc_job_row *j,
                           hc_frame *const *tables, size_t n,
                           const char *sha256, hc_err *err) HC_MUST_USE;

/* A night begins (*id is its number) and ends. */
hc_status hc_journal_begin(hc_store *s, const char *started, long *id,
                           hc_err *err) HC_MUST_USE;
hc_status hc_journal_finish(hc_store *s, long id, const char *finished,
                            size_t files, size_t done, size_t failed,
                            hc_err *err) HC_MUST_USE;

/* What deserves a look in the morning, kept with the night: `outlier`,
 * `fading`, `short`, `kk-fail`.  What is new is in this night's list and not
 * in that of the night before. */
hc_status hc_journal_find(hc_store *s, long night, hc_err *err) HC_MUST_USE;

/* Tables: nights (night started finished files done failed), jobs (path
 * recipe state attempts exit_code seconds night message), findings (night
 * what cell detail new run_key; `new` is 1 or 0). */
hc_status hc_journal_write_nights(hc_store *s, hc_writer *w,
                                  hc_err *err) HC_MUST_USE;
hc_status hc_journal_write_jobs(hc_store *s, hc_writer *w,
                                hc_err *err) HC_MUST_USE;
hc_status hc_journal_write_findings(hc_store *s, hc_writer *w,
                                    hc_err *err) HC_MUST_USE;

#endif
