/* gitt_records.h: a titration's results as records, its OCV as a table */
#ifndef HC_CYCLE_GITT_RECORDS_H
#define HC_CYCLE_GITT_RECORDS_H

#include "core/records.h"
#include "core/table.h"
#include "cycle/gitt.h"
#include "cycle/gitt_law.h"
#include "cycle/pitt.h"

/* What the files cannot say; NaN where it is not known. */
typedef struct {
    double length_m;    /* film thickness or particle radius */
    double capacity_c;  /* charge of one unit of composition */
    double x0;          /* composition before the first row */
    bool composite;     /* a composite electrode: D is an apparent one */
    bool two_electrode; /* the counter electrode is in the voltage */
} hc_gitt_cell;

/* Which methods are printed, as bits. */
enum { HC_GITT_FIT = 1, HC_GITT_WH = 2, HC_GITT_ICI = 4, HC_GITT_ALL = 7 };

/* One block of rows per pulse: the fit, the textbook methods with the bias
 * that each has on this very pulse, the rest. */
void hc_gitt_put(hc_writer *w, const hc_gitt_train *t, const hc_gitt_result *r,
                 const hc_gitt_cell *cell, const hc_conditions *at,
                 unsigned methods);

/* Rows of the law ln D = a + b x. */
void hc_gitt_put_law(hc_writer *w, const hc_gitt_law *law,
                     const hc_gitt_cell *cell, const hc_conditions *at);

/* D from Warburg coefficients W_A (Z = A (1 - j)/sqrt(w)) of a fit to
 * spectra, at the potential each was measured at, with the slope of the
 * open-circuit curve there:
 *     D = [ L (dU/dq) / (sqrt(2) A) ]^2        (R/3 for L in a sphere)
 * C. Ho et al., 10.1149/1.2129668.  Beside it the ratio to the fit of the
 * pulse nearest in potential. */
void hc_gitt_put_warburg(hc_writer *w, const hc_gitt_result *r,
                         const hc_gitt_settings *set, const hc_gitt_cell *cell,
                         const hc_conditions *at, const hc_record *records,
                         size_t n);

/* Steps of potential. */
void hc_gitt_put_pitt(hc_writer *w, const hc_pitt_step *step, size_t n,
                      const hc_gitt_cell *cell, const hc_conditions *at);

/* Warnings: bias of each textbook method (median over the pulses), flagged
 * pulses by reason, rests that were too short. */
void hc_gitt_warn(const hc_gitt_result *r, unsigned methods, hc_talk *talk,
                  const char *file);

/* The open-circuit curve of each run: C2 (hc_monotone_smooth_at), monotone
 * where the rested points are, with the law of its tails in '#:' lines. */
hc_status hc_gitt_put_ocv(hc_writer *w, const hc_gitt_result *r,
                          const hc_gitt_cell *cell, double temperature_k,
                          hc_err *err) HC_MUST_USE;

#endif
