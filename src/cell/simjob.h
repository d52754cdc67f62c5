/* simjob.h: what hc-sim does with its options */
#ifndef HC_CELL_SIMJOB_H
#define HC_CELL_SIMJOB_H

#include "cell/simulate.h"
#include "core/messages.h"
#include "core/options.h"
#include "core/table.h"

typedef enum {
    HC_JOB_SERIES,
    HC_JOB_STEPS,
    HC_JOB_PROFILES,
    HC_JOB_EIS,
    HC_JOB_WAVE,
} hc_job_kind;

typedef struct {
    const char *cell_path;
    hc_list patches;  /* files laid over the cell */
    hc_list sets;     /* "D=1e-14m2/s" */
    hc_list sweeps;   /* "D=1e-15:1e-13:5", "L_p=5um,10um" */
    hc_list protocol; /* sentences, or @FILE */
    const char *like; /* measured series whose current is replayed */
    hc_tail *tail;    /* gets what that passes on; NULL: nobody asks */
    const char *init; /* ocv | soc=0.5 | x=0.9 | 3.9V */
    hc_job_kind kind;
    const char *soc;       /* EIS: "0.2,0.5,0.8" */
    const char *freq;      /* "1e6:1e-2:10" */
    double amplitude_a;    /* wave: of the sine */
    long periods, samples; /* wave: kept, per period */
    double noise_v;        /* standard deviation added to the voltage */
    double noise_z;        /* relative, of the impedance */
    long seed;
    long mesh, threads;
    double every_s, rtol;
    bool fast;
} hc_sim_job;

hc_sim_job hc_sim_job_default(void);

const char *hc_sim_job_table_kind(const hc_sim_job *job);

/* Read the cell with its patches and sets; for other tools as well. */
hc_status hc_job_cell(hc_cell *cell, const char *path, const hc_list *patches,
                      const hc_list *sets, hc_talk *talk,
                      hc_err *err) HC_MUST_USE;
/* Set one scalar from "NAME=QUANTITY". */
hc_status hc_job_set(hc_cell *cell, const char *text, hc_err *err) HC_MUST_USE;
/* x at the start: by --init and, for "ocv", the first rested voltage of the
 * measured frame (with what it is uncertain by, told as a note). */
hc_status hc_job_start(const hc_cell *cell, const char *init,
                       const hc_frame *measured, double *x, hc_talk *talk,
                       hc_err *err) HC_MUST_USE;
/* Frequencies "from:to:points per decade", falling; free the result. */
hc_status hc_job_frequencies(const char *text, double **freq, size_t *n,
                             hc_err *err) HC_MUST_USE;
/* List "0.2,0.5" of numbers; free the result. */
hc_status hc_job_numbers(const char *text, const char *what, double **out,
                         size_t *n, hc_err *err) HC_MUST_USE;

/* Run, writing rows to w, whose columns are not yet begun. */
hc_status hc_sim_job_run(const hc_sim_job *job, hc_writer *w, hc_talk *talk,
                         hc_err *err) HC_MUST_USE;

#endif
