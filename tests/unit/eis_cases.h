/* eis_cases.h: the fit cases of the shared expected.tsv, for tests, bench */
#ifndef HC_TESTS_EIS_CASES_H
#define HC_TESTS_EIS_CASES_H

#include "fitters/fit.h"

typedef struct {
    char key[32]; /* "CPE1_0" or "CPE1_0_stderr" */
    double value;
    char tolerance[64];
} eis_value;

typedef struct {
    char name[64], circuit[128];
    bool capacitive, modulus, batch;
    double ssr, tolerance;
    size_t n;
    double *freq_hz, *re, *im;
    eis_value *values;
    size_t n_values;
} eis_case;

typedef struct {
    eis_case *items;
    size_t n;
} eis_cases;

/* All ssr_* rows with their spectra; false when the folder is absent. */
bool eis_cases_load(eis_cases *c);
void eis_cases_free(eis_cases *c);

/* One spectrum of data/eis/<path>.csv; false when it cannot be read. */
bool eis_spectrum_load(const char *path, bool capacitive, size_t *n,
                       double **freq_hz, double **re, double **im);

/* Rows of the table for a case's name whose circuit begins with `circuit`.
 */
size_t eis_values_load(const char *name, const char *circuit,
                       eis_value **values);

#endif
