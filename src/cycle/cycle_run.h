/* cycle_run.h: the work of hc-cycles on one file */
#ifndef HC_CYCLE_CYCLE_RUN_H
#define HC_CYCLE_CYCLE_RUN_H

#include "core/session.h"
#include "cycle/cycle_summary.h"

typedef enum { HC_SHOW_CYCLES, HC_SHOW_RECORDS, HC_SHOW_RATES } hc_cycle_show;

typedef struct {
    hc_step_limits limits;
    hc_cycle_rules rules;
    hc_cycle_scale scale;
    hc_cycle_show show;
    long reference; /* -1: the first at its rate */
    double min_bic; /* gain that makes a knee */
    bool knee;      /* no knee is the answer no */
    bool join;      /* the files are one test */
} hc_cycle_job;

hc_cycle_job hc_cycle_job_default(void);

/* "2.7V,4.2V" as the rules' cutoffs; HC_USAGE when it is not that. */
hc_status hc_cycle_cutoffs(hc_cycle_rules *r, const char *text,
                           hc_err *err) HC_MUST_USE;

/* s->files[from], or with job->join the n files from there, into *w, which
 * is begun when it is NULL. */
hc_status hc_cycle_run(hc_session *s, const hc_cycle_job *job, size_t from,
                       size_t n, hc_writer **w, hc_err *err) HC_MUST_USE;

#endif
