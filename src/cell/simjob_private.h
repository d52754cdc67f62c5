/* simjob_private.h: what the parts of hc-sim's work share */
#ifndef HC_CELL_SIMJOB_PRIVATE_H
#define HC_CELL_SIMJOB_PRIVATE_H

#include "cell/simjob.h"
#include "cell/simtable.h"
#include "fitters/random.h"

typedef struct {
    const hc_sim_job *job;
    hc_writer *w;
    hc_cell *cell;
    hc_ends_state ends;
    hc_random random; /* noise of the voltage */
    double t_profile; /* of the last one written; -1 before */
    long index;
    const double *values;
    size_t n_values;
} hc_job_output;

hc_sim_options hc_job_options(const hc_sim_job *job);

/* One cell through its protocol; in_file is the protocol of the cell file. */
hc_status hc_job_one(const hc_sim_job *job, hc_cell *cell,
                     const hc_frame *measured, const char *in_file,
                     hc_job_output *out, hc_talk *talk,
                     hc_err *err) HC_MUST_USE;
hc_status hc_job_sweep(const hc_sim_job *job, hc_cell *cell,
                       const hc_frame *measured, const char *in_file,
                       hc_writer *w, hc_talk *talk, hc_err *err) HC_MUST_USE;
hc_status hc_job_eis(const hc_sim_job *job, hc_cell *cell, hc_writer *w,
                     hc_err *err) HC_MUST_USE;
hc_status hc_job_wave(const hc_sim_job *job, hc_cell *cell, hc_writer *w,
                      hc_talk *talk, hc_err *err) HC_MUST_USE;

#endif
