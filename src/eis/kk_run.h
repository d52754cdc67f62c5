/* kk_run.h: the Kramers-Kronig tests over the spectra of a table */
#ifndef HC_EIS_KK_RUN_H
#define HC_EIS_KK_RUN_H

#include "eis/pass.h"
#include "fitters/kk.h"

typedef struct {
    const char *method, *choice, *part, *representation;
    double log_f_ext; /* NaN: chosen */
    long rc;          /* 0: chosen */
    double mu;
    bool inductance, capacitance;
    bool check, drop, records;
    hc_kk_limits limits;
    hc_spectrum_filter filter;
    hc_pass pass; /* rows of the tables; cleared by the caller */
} hc_kk_run;

hc_kk_run hc_kk_run_defaults(void);

/* Test every spectrum of the file and write its rows, with the residual and
 * flag columns, or its records.  *w is made at the first file.  Spectra that
 * fail are said through s->talk; with `check`, or when more points would have
 * to be dropped than allowed, the status is HC_NO. */
hc_status hc_kk_run_file(hc_session *s, const char *path, hc_kk_run *run,
                         hc_writer **w, hc_err *err) HC_MUST_USE;

#endif
