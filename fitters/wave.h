/* wave.h: sampled voltage and current to impedance, with harmonics
 *
 * Amplitudes are complex: x(t) = Re sum_k X_k exp(2 pi j f_k t) with t = 0 at
 * the first sample.  Errors are for one standard deviation unless they say
 * otherwise.  Sources: R. Pintelon, J. Schoukens, "System identification: a
 * frequency domain approach", 2nd ed., 10.1002/9781118287422 (chapters 2 and
 * 7: averaging, noise from periods, local polynomials; section 4.3: odd and
 * even lines); M. D. Murbach, V. W. Hu, D. T. Schwartz, J. Electrochem. Soc.
 * 165 (2018) A2758, 10.1149/2.0711811jes (harmonics).
 */
#ifndef HC_FITTERS_WAVE_H
#define HC_FITTERS_WAVE_H

#include "core/status.h"

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

enum { HC_WAVE_LEAST = 16, HC_WAVE_HARMONICS = 10 };

/* Samples at equal distance in time. */
typedef struct {
    size_t n;
    const double *v_volt;   /* [n] */
    const double *i_ampere; /* [n] */
    double dt_s;
} hc_wave_data;

typedef enum {
    HC_WAVE_AUTO,
    HC_WAVE_PERIODS,  /* whole periods of whole samples, averaged */
    HC_WAVE_LINES,    /* least squares of sines at any frequency */
    HC_WAVE_STEP,     /* relaxation times in the time domain */
    HC_WAVE_BROADBAND /* local polynomials over the spectrum */
} hc_wave_method;

typedef enum { HC_DRIVE_AUTO, HC_DRIVE_CURRENT, HC_DRIVE_VOLTAGE } hc_drive;

typedef struct {
    hc_wave_method method;
    hc_drive drive;
    double period_s; /* NaN: found */
    long drift;      /* order of the polynomial taken off, 0 to 5 */
    long skip;       /* periods left out at the start; -1: found */
    long harmonics;  /* highest order looked at, 1 to 10 */
    long per_decade; /* 0: all lines up to 300, else 20 a decade */
} hc_wave_options;

/* One frequency of the excitation. */
typedef struct {
    double freq_hz;
    double complex z_ohm;
    double sd_ohm;   /* of Re and of Im, each */
    double ci95_ohm; /* radius of the disc that holds Z at 95 % */
    double complex v_volt, i_ampere; /* NaN where it has no single line */
    double distortion; /* non-linear part of the answer over the line */
} hc_wave_line;

/* Harmonic `order` of lines[line]. */
typedef struct {
    size_t line;
    int order;
    double freq_hz;
    double complex v_volt, i_ampere;
    double v_sd_volt, i_sd_ampere; /* of the real and imaginary part, each */
} hc_wave_harmonic;

typedef struct {
    hc_wave_method method;
    bool voltage_driven;
    double period_s; /* NaN when there is none */
    double periods;  /* how many were used */
    long skipped;    /* periods left out at the start */
    double dc_volt, dc_ampere;
    double even, odd;    /* rms of the answer's even and odd lines that are not
                          * excited, over that of the excited; NaN: none */
    hc_wave_line *lines; /* rising frequency */
    size_t n_lines;
    hc_wave_harmonic *harmonics;
    size_t n_harmonics;
} hc_wave;

hc_wave_options hc_wave_defaults(void);
const char *hc_wave_method_word(hc_wave_method m);
bool hc_wave_method_find(const char *word, hc_wave_method *m);

/* Impedance of one record.  HC_DATA: too few samples, less than a period, a
 * clipped signal; HC_NO: nothing is excited.  Free with hc_wave_clear. */
hc_status hc_wave_run(const hc_wave_data *d, const hc_wave_options *o,
                      hc_wave *out, hc_err *err) HC_MUST_USE;
void hc_wave_clear(hc_wave *w);

/* Are times evenly spaced?  HC_DATA with the place of the gap, or how far
 * the distances vary.  *dt_s is the mean distance. */
hc_status hc_wave_uniform(const double *t_s, size_t n, double *dt_s,
                          hc_err *err) HC_MUST_USE;

/* Length in samples of the period of x[n] and its error, 0 when it has
 * none; a multiple of it when that fits whole samples better. */
hc_status hc_wave_period(const double *x, size_t n, double *period, double *sd,
                         hc_err *err) HC_MUST_USE;

#endif
