/* spectrum.h: the spectra of an `eis` table, one by one
 *
 * Key columns source_index, spectrum_index and electrode tell them apart; a
 * table without them holds one spectrum.
 */
#ifndef HC_CORE_SPECTRUM_H
#define HC_CORE_SPECTRUM_H

#include "core/frame.h"

#include <complex.h>

/* Column names of kind eis. */
#define HC_COL_FREQ "frequency_hertz"
#define HC_COL_RE "real_impedance_ohm"
#define HC_COL_IM "imaginary_impedance_ohm"
#define HC_COL_SD_RE "real_impedance_std_ohm"
#define HC_COL_SD_IM "imaginary_impedance_std_ohm"

/* One spectrum by falling frequency.  Context members are NaN where the
 * table does not say; cell and electrode are "-". */
typedef struct {
    long source_index;
    long spectrum_index;
    char electrode[16];
    char cell[128];
    char name[64];          /* in messages: "spectrum 3 of source 1 (we)" */
    size_t n;
    double *freq_hz;        /* [n] falling */
    double complex *z_ohm;  /* [n] Im < 0 capacitive */
    double *sd_re, *sd_im;  /* [n] standard deviations, or NULL */
    size_t *row;            /* [n] row of the frame */
    double cycle_count, step_count;
    double temperature_celsius, pressure_pa, soc, dc_voltage_volt;
} hc_spectrum;

/* What to leave out; {0} with NaN limits keeps all. */
typedef struct {
    double freq_min_hz, freq_max_hz; /* NaN: no limit */
    bool capacitive;                 /* drop Im Z >= 0 */
    const char *spectra;             /* "0,2-5" or NULL */
    const char *cycles;
} hc_spectrum_filter;

hc_spectrum_filter hc_spectrum_filter_none(void);

/* All spectra of a frame, in order of first appearance.  Rows whose
 * frequency or impedance is NaN are an error (file, line).  HC_DATA when a
 * needed column is missing; HC_NO when the filter leaves nothing. */
hc_status hc_spectra_of(const hc_frame *f, const hc_spectrum_filter *filter,
                        hc_spectrum **out, size_t *n, hc_err *err)
    HC_MUST_USE;
/* The column of a condition by its name in records ("temperature_celsius"),
 * which instruments' tables may spell differently; -1: none. */
int hc_context_column(const hc_frame *f, const char *key);
void hc_spectra_free(hc_spectrum *s, size_t n);

#endif
