/* ccd_run.h: the work of hc-ccd on one file */
#ifndef HC_CYCLE_CCD_RUN_H
#define HC_CYCLE_CCD_RUN_H

#include "core/session.h"
#include "cycle/ccd.h"

typedef struct {
    hc_ccd_limits limits;
    hc_step_limits steps;
    bool table; /* half cycles instead of records */
    bool join;  /* the files are one test */
} hc_ccd_job;

/* One cell's outcome, for the statistics over cells. */
typedef struct {
    double low_a_m2, high_a_m2; /* high NaN: right-censored */
    hc_ccd_protocol protocol;
} hc_ccd_cell;

typedef struct {
    hc_ccd_cell *at;
    size_t n, cap;
} hc_ccd_cells;

/* s->files[from], or with job->join the n files from there, into *w, which
 * is begun when it is NULL.  The area comes from the limits or, when it is
 * not given there, from the table's '#: area_m2'; HC_USAGE without. */
hc_status hc_ccd_run(hc_session *s, const hc_ccd_job *job, size_t from,
                     size_t n, hc_writer **w, hc_ccd_cells *cells,
                     hc_err *err) HC_MUST_USE;

#endif
