/* wave_run.h: tables of sampled voltage and current to impedance */
#ifndef HC_EIS_WAVE_RUN_H
#define HC_EIS_WAVE_RUN_H

#include "core/session.h"
#include "fitters/wave.h"

typedef struct {
    hc_wave_options wave;
    double rate_hz; /* of tables without a time; NaN: not given */
    double freq_min_hz, freq_max_hz; /* NaN: no limit */
    double max_error;                /* ci95 / |Z| of rows printed; NaN: all */
    bool join;                       /* all pieces are one spectrum */
    bool harmonics;                  /* print these instead of impedance */
    bool records;
    const char *spectra, *cycles; /* NULL: all */
} hc_wave_job;

hc_wave_job hc_wave_job_defaults(void);

/* Analyse each piece of a table of kind wave or series: rows of equal
 * source_index, spectrum_index, electrode, cycle_count (step_count, kind
 * wave) and frequency_hertz.  *w is made at the first result.  The time, V
 * and I are found by their names, which carry the unit. */
hc_status hc_wave_file(hc_session *s, const char *path, hc_wave_job *job,
                       hc_writer **w, hc_err *err) HC_MUST_USE;

/* Unit of a column name such as "current_milliampere" or "Current / mA" for
 * quantity `what` (t, v or i): its factor to SI, 0 when it is another. */
double hc_wave_unit(const char *column, char what);

#endif
