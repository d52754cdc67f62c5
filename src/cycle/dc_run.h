/* dc_run.h: DC measurements to records */
#ifndef HC_CYCLE_DC_RUN_H
#define HC_CYCLE_DC_RUN_H

#include "core/records.h"
#include "core/session.h"

/* What the user said; NaN and NULL where nothing. */
typedef struct {
    const char *mode; /* hw bv growth onset */
    const char *cell; /* blocking-symmetric, hebb-wagner */
    double area_m2, thickness_m, temperature_c;
    double leakage_a;           /* of the instrument */
    const char *before, *after; /* records with resistances */
    double r_before_ohm, r_after_ohm;
    double onset_a, onset_a_m2; /* one of both */
    const char *quantity;       /* growth: which resistance */
    double interval_s;          /* growth: time between spectra */
    double age_s; /* growth: of the contact at the first of them, or NaN */
    const char *times; /* growth: table with their times */
} hc_dc_options;

typedef struct {
    hc_session *session;
    const hc_dc_options *options;
    hc_writer *w; /* NULL until there is a result */
} hc_dc_run;

/* The mode and what it needs; HC_USAGE with a sentence otherwise. */
hc_status hc_dc_check(const hc_dc_options *o, hc_err *err) HC_MUST_USE;
hc_status hc_dc_run_file(hc_dc_run *r, const char *path,
                         hc_err *err) HC_MUST_USE;
hc_status hc_dc_run_end(hc_dc_run *r, hc_err *err) HC_MUST_USE;

/* growth: records of one file (dc_growth.c) */
hc_status hc_dc_growth_file(hc_dc_run *r, const char *path,
                            hc_err *err) HC_MUST_USE;

/* One row. */
void hc_dc_put(hc_writer *w, const hc_conditions *at, const char *method,
               const char *quantity, double value, double sd, double low,
               double high, const char *unit, const char *status);

/* Sum of the resistances of a record file whose role begins with one of the
 * words (NULL: all roles), and its standard error; *count how many. */
hc_status hc_dc_sum_of_roles(const char *path, const char *const *roles,
                             size_t n_roles, double *ohm, double *sd,
                             size_t *count, hc_err *err) HC_MUST_USE;

#endif
