/* fit_run.h: one spectrum fitted, and what is written about it */
#ifndef HC_EIS_FIT_RUN_H
#define HC_EIS_FIT_RUN_H

#include "core/messages.h"
#include "core/records.h"
#include "fitters/fit.h"

typedef enum {
    HC_ROBUST_NONE,
    HC_ROBUST_HUBER,
    HC_ROBUST_BISQUARE
} hc_fit_robust;

/* What the options of hc-fit ask for. */
typedef struct {
    hc_circuit circuit;
    hc_fit_weight weight;
    hc_fit_effort effort;
    hc_fit_ask ask;
    hc_fit_robust robust;
    bool kk_weight;    /* sigma from the Kramers-Kronig noise */
    bool thorough;     /* effort is the thorough one already */
    bool correlations; /* rows for all pairs of parameters */
    double area_m2, thickness_m; /* of the sample; not above zero: unknown */
} hc_fit_setup;

typedef struct {
    hc_fit_result result;
    hc_fit_report report;
    bool chained; /* descended from the spectrum before */
} hc_fit_outcome;

/* Fit one spectrum.  The minima of `start`, the spectrum before, are tried
 * first and kept when the noise they leave is below `limit`; NULL: the global
 * search.  HC_DATA
 * for spectra that cannot be fitted. */
hc_status hc_fit_spectrum(const hc_fit_setup *setup, const hc_spectrum *s,
                          const hc_fit_result *start, double limit,
                          hc_fit_outcome *out, hc_talk *talk, const char *file,
                          hc_err *err) HC_MUST_USE;

/* Rows of one outcome in a table of kind records. */
void hc_fit_records(hc_writer *w, const hc_fit_setup *setup,
                    const hc_spectrum *s, const hc_fit_outcome *out);

/* Columns and rows of the fitted curve: kind eis, at the measured
 * frequencies with the residuals, or at `dense` points a decade. */
void hc_fit_curve_begin(hc_writer *w, bool dense);
hc_status hc_fit_curve(hc_writer *w, const hc_fit_setup *setup,
                       const hc_spectrum *s, const hc_fit_outcome *out,
                       double dense, hc_err *err) HC_MUST_USE;

#endif
