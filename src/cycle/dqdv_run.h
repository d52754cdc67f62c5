/* dqdv_run.h: the work of hc-dqdv on one file */
#ifndef HC_CYCLE_DQDV_RUN_H
#define HC_CYCLE_DQDV_RUN_H

#include "core/session.h"
#include "cycle/dqdv.h"

typedef struct {
    hc_dqdv_rules rules;
    hc_step_limits steps;
    const char *cycles; /* "1,3-5" or NULL: all */
    bool peaks;         /* records of maxima instead of curves */
    bool fit;           /* records of fitted peaks */
    long n_peaks;       /* to fit, 0: by the BIC */
    bool join;
} hc_dqdv_job;

/* s->files[from], or with job->join the n files from there, into *w, which
 * is begun when it is NULL.  HC_NO when no step gives a curve. */
hc_status hc_dqdv_run(hc_session *s, const hc_dqdv_job *job, size_t from,
                      size_t n, hc_writer **w, hc_err *err) HC_MUST_USE;

#endif
