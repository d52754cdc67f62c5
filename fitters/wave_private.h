/* wave_private.h: what the ways from samples to impedance share */
#ifndef HC_FITTERS_WAVE_PRIVATE_H
#define HC_FITTERS_WAVE_PRIVATE_H

#include "fitters/wave.h"

/* Estimates at discrete frequencies, rising.  Variances are E|d.|^2 of the
 * complex amplitudes. */
typedef struct {
    size_t n;
    double *freq_hz;
    long *order; /* multiple of the base frequency, 0: of none */
    double complex *v, *i;
    double *vv, *ii;
    double complex *vi; /* E[dv conj di] */
    double *dof;        /* complex degrees of freedom of the variances */
    double *sv, *si;    /* variances to judge significance by */
    double rate_hz;     /* of the samples, where lines reach up to half of it;
                         * 0 elsewhere */
} hc_wave_spectrum;

hc_status hc_wave_spectrum_init(hc_wave_spectrum *s, size_t n,
                                hc_err *err) HC_MUST_USE;
void hc_wave_spectrum_clear(hc_wave_spectrum *s);

/* Which lines are excited, by what, and what answers elsewhere: fills lines,
 * harmonics, even, odd.  HC_NO when no line stands out. */
hc_status hc_wave_judge(const hc_wave_spectrum *s, const hc_wave_options *o,
                        hc_wave *out, hc_err *err) HC_MUST_USE;

/* An excitation that jumps has lines beyond half the sampling rate, and they
 * fold back: widens ci95_ohm and sd_ohm for it. */
void hc_wave_fold(const hc_wave_spectrum *s, hc_wave *out);

/* Each fills lines, harmonics and what it knows of the rest of *out, which
 * the caller clears after a failure. */
hc_status hc_wave_periods(const hc_wave_data *d, const hc_wave_options *o,
                          size_t period, hc_wave *out,
                          hc_err *err) HC_MUST_USE;
/* period_s NaN: frequencies are those of the spectrum's peaks. */
hc_status hc_wave_lines(const hc_wave_data *d, const hc_wave_options *o,
                        double period_s, hc_wave *out,
                        hc_err *err) HC_MUST_USE;
hc_status hc_wave_step(const hc_wave_data *d, const hc_wave_options *o,
                       hc_wave *out, hc_err *err) HC_MUST_USE;
hc_status hc_wave_broadband(const hc_wave_data *d, const hc_wave_options *o,
                            hc_wave *out, hc_err *err) HC_MUST_USE;

/* Samples flat at an extreme while the rest moves.  HC_DATA if so. */
hc_status hc_wave_clipped(const double *x, size_t n, const char *what,
                          hc_err *err) HC_MUST_USE;
/* HC_NO when x does not move. */
hc_status hc_wave_moves(const double *x, size_t n, const char *what,
                        hc_err *err) HC_MUST_USE;

/* Is nearly all of x in a few lines of its spectrum, as of one period of a
 * multisine? */
hc_status hc_wave_is_sparse(const double *x, size_t n, bool *sparse,
                            hc_err *err) HC_MUST_USE;

/* Standard deviation of white noise whose samples differ as those of x[n] do
 * from one to the next in the median: of x itself where it moves as fast. */
double hc_wave_noise(const double *x, size_t n);

/* Holds x[n] at its mean where it varies by no more than its noise. */
void hc_wave_hold(double *x, size_t n);

/* Part of the record that carries 90 % of the variation of x above its
 * noise: small for steps and pulses, 1 where nothing is above it. */
double hc_wave_edge_part(const double *x, size_t n);

/* Order of a polynomial fitted over u in [-1, 1] and taken off x[n]. */
hc_status hc_wave_detrend(double *x, size_t n, int order,
                          hc_err *err) HC_MUST_USE;

enum { HC_WAVE_ORDERS = 6 };

/* Coefficients of a polynomial in u, -1 at the start of n blocks and 1 at
 * their end, whose means over the blocks are mean[n] by least squares. */
hc_status hc_wave_block_trend(const double *mean, size_t n, long order,
                              double c[HC_WAVE_ORDERS],
                              hc_err *err) HC_MUST_USE;
double hc_wave_trend_at(const double c[HC_WAVE_ORDERS], double u);

/* Radius over the standard deviation of Z = sqrt(sd_re^2 + sd_im^2) of the
 * disc that holds 95 %, with `dof` complex degrees of freedom: |e|^2/s^2 is
 * F(2, 2 dof). */
double hc_wave_disc(double dof);

/* Error of V/I from variances of V, I (complex, E|.|^2) and covariance
 * E[dV conj dI], as E|dZ|^2. */
double hc_wave_ratio_variance(double complex v, double complex i, double vv,
                              double ii, double complex vi);

/* Merge lines to at most per_decade a decade: within 2 % of the best of each
 * bin, weighted by their errors. */
void hc_wave_thin(hc_wave *w, long per_decade);

#endif
