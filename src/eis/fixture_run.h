/* fixture_run.h: spectra corrected for the holder they were measured in */
#ifndef HC_EIS_FIXTURE_RUN_H
#define HC_EIS_FIXTURE_RUN_H

#include "eis/pass.h"

/* A calibration spectrum, by falling frequency, with its noise. */
typedef struct {
    hc_frame *frame;
    hc_spectrum *s;
    size_t n;
    double *sd; /* [s->n] of each part, ohm */
} hc_calibration;

typedef struct {
    hc_calibration open, shorted, load; /* n 0: not given */
    double load_ohm;
} hc_fixture_setup;

/* Read one calibration; its first spectrum is taken. */
hc_status hc_calibration_read(const char *path, hc_calibration *c,
                              hc_err *err) HC_MUST_USE;
void hc_calibration_clear(hc_calibration *c);

/* All rows of f, corrected, with the impedance replaced and standard
 * deviations added; *w is made at the first file.  HC_DATA where a
 * calibration does not reach. */
hc_status hc_fixture_rows(hc_session *s, const hc_frame *f,
                          const hc_fixture_setup *setup, hc_pass *pass,
                          hc_writer **w, hc_err *err) HC_MUST_USE;

#endif
