/* drt_run.h: distributions of relaxation times over the spectra of tables */
#ifndef HC_EIS_DRT_RUN_H
#define HC_EIS_DRT_RUN_H

#include "core/session.h"
#include "core/spectrum.h"
#include "fitters/drt.h"

typedef enum {
    HC_DRT_PRINT_TABLE,
    HC_DRT_PRINT_PEAKS,
    HC_DRT_PRINT_CONSENSUS,
    HC_DRT_PRINT_CIRCUIT
} hc_drt_print;

typedef struct {
    const char *method;
    const char *weights; /* noise unit sigma */
    hc_drt_options opt;
    hc_drt_print print;
    double prominence;    /* of peaks, part of the largest */
    bool smooth;          /* along the series that a file holds, ridge */
    double series_weight; /* of it; NaN: chosen */
    long agree;           /* consensus: how many methods must agree,
                          * 0: more than half of the families' votes */
    hc_spectrum_filter filter;
} hc_drt_job;

/* Every spectrum of the file: rows of kind drt, records, or a circuit a
 * line.  *w is made at the first file that has something to write. */
hc_status hc_drt_run_file(hc_session *s, const char *path, hc_drt_job *job,
                          hc_writer **w, hc_err *err) HC_MUST_USE;

/* Circuit with start values for hc-fit, as hc-fit reads it:
 * "R0{10}-p(R1{50},CPE1{Q=1e-4,n=0.8})". */
hc_status hc_drt_circuit(const hc_drt *r, char *text, size_t cap,
                         hc_err *err) HC_MUST_USE;

/* Records of the consensus of all methods on one spectrum. */
hc_status hc_drt_consensus(const hc_drt_data *d, const hc_drt_job *job,
                           const hc_spectrum *s, hc_writer *w,
                           hc_err *err) HC_MUST_USE;

#endif
