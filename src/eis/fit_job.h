/* fit_job.h: the work of hc-fit, file by file */
#ifndef HC_EIS_FIT_JOB_H
#define HC_EIS_FIT_JOB_H

#include "core/options.h"
#include "core/session.h"
#include "eis/fit_run.h"

/* The option struct of hc-fit. */
typedef struct {
    hc_common common;
    const char *weight, *order, *effort, *robust, *ci, *curve, *append;
    const char *arrhenius, *share, *form;
    hc_list set, fix, bound, tie, role, negative;
    hc_spectrum_filter filter;
    double dense;
    long seed;
    bool chain, correlation, records, fail_fast, propose;
} hc_fit_options;

hc_fit_options hc_fit_options_default(void);
void hc_fit_options_clear(hc_fit_options *o);

typedef struct {
    const hc_fit_options *options;
    hc_session *session;
    hc_fit_setup setup;
    bool ready;
    hc_writer *records, *curve;
    hc_out *memory, *curve_out; /* of -a, of --curve */
    hc_fit_result last;         /* of the spectrum before */
    double noise[8];            /* of the last spectra, for the alarm */
    int n_noise, n_done;
} hc_fit_job;

/* Parse the circuit and what the options say about it. */
hc_status hc_fit_job_begin(hc_fit_job *job, const char *circuit,
                           hc_err *err) HC_MUST_USE;
/* All spectra of one table; the worst of what happened. */
hc_status hc_fit_job_file(hc_fit_job *job, const char *path,
                          hc_err *err) HC_MUST_USE;
/* Open the tables that are written, once. */
hc_status hc_fit_job_tables(hc_fit_job *job, const hc_meta *from,
                            hc_err *err) HC_MUST_USE;
/* All spectra of a cell in one fit, with what they have in common. */
hc_status hc_fit_job_series(hc_fit_job *job, hc_err *err) HC_MUST_USE;
/* All files of the session with the circuit that suits them best. */
hc_status hc_fit_job_auto(hc_fit_job *job, hc_err *err) HC_MUST_USE;
/* Close the tables; frees. */
hc_status hc_fit_job_end(hc_fit_job *job, hc_err *err) HC_MUST_USE;

#endif
