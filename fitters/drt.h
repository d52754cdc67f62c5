/* drt.h: the distribution of relaxation times of an impedance spectrum
 *
 *     Z(w) = R_inf + j w L + 1/(j w C)
 *            + int gamma(ln tau)/(1 + j w tau) dln tau
 *
 * gamma is in ohm per unit of ln tau.  Methods are rows of one table; the
 * science is in the files that implement them.
 */
#ifndef HC_FITTERS_DRT_H
#define HC_FITTERS_DRT_H

#include "core/status.h"

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A spectrum; borrowed.  sd may be NULL: then the noise is estimated
 * (kk.h) where a method weighs its rows. */
typedef struct {
    size_t n;
    const double *freq_hz;
    const double complex *z_ohm;
    const double *sd_ohm; /* [n] of Re and of Im */
} hc_drt_data;

typedef enum { HC_DRT_AUTO, HC_DRT_OFF, HC_DRT_ON } hc_drt_switch;
typedef enum { HC_DRT_BOTH, HC_DRT_REAL, HC_DRT_IMAG } hc_drt_part;

/* What spectra of a series share, kept from one to the next; one thread at a
 * time.  Optional: options without one do the same work anew. */
typedef struct hc_drt_cache hc_drt_cache;
hc_drt_cache *hc_drt_cache_new(void); /* NULL: no memory */
void hc_drt_cache_free(hc_drt_cache *c);

/* Rules that choose lambda. */
#define HC_DRT_RULES "gcv mgcv rgcv lcurve re-im kf evidence"
bool hc_drt_is_rule(const char *name);

typedef struct {
    double lambda;        /* ridge: NaN: chosen by rule */
    const char *rule;     /* one of HC_DRT_RULES */
    const char *basis;    /* ridge: name in hc_drt_bases, "gaussian" */
    double fwhm;          /* of the basis, in units of 1/grid step: the
                           * coefficient of DRTtools, 0.5 */
    int order;            /* derivative that is penalised, 1 or 2 */
    hc_drt_part part;     /* of Z that is fitted */
    bool unit_weights;    /* all rows alike instead of by their noise */
    bool collocation;     /* grid tau = 1/f of the data */
    double per_decade;    /* grid points a decade otherwise; 0: 10 */
    double widen_decades; /* of the grid beyond 1/(2 pi f), each side; NaN:
                           * as the method likes */
    hc_drt_switch inductance, capacitance;
    double tail_n; /* exponent of that capacitance, 1/(Q (jw)^n); 0: ridge
                    * and hierarchical find it, 1 elsewhere */
    bool negative;       /* gamma may be below zero */
    double band_level;   /* credible band, 0.9; 0: none */
    size_t band_samples; /* ridge: draws for the band */
    uint64_t seed;
    hc_drt_cache *cache; /* NULL: none */
} hc_drt_options;

hc_drt_options hc_drt_defaults(void);

typedef struct {
    double tau_s, r_ohm, c_f; /* C = tau/R */
    double width_decades;     /* full width at half maximum */
    double height_ohm;
    double sd_ln_tau, sd_r_ohm; /* NaN when there is no uncertainty */
    double low_s, high_s;       /* between the valleys beside it */
    /* far or mostly outside 1/(2 pi f) of the data, R not known to 5 % */
    bool edge;
} hc_drt_peak;

typedef struct {
    size_t n, n_tau;
    double *tau_s, *gamma_ohm; /* [n_tau] rising tau */
    double *sd, *low, *high;   /* [n_tau] NaN when there is no band */
    double complex *z_fit;     /* [n] */
    double *sd_ohm;            /* [n] weights used (1 for unit weights) */
    /* Factor on the estimated noise, rms over the points, for what no
     * passive sample can follow; single points that count less for it, and
     * the frequencies between which they lie. */
    double noise_raised;
    size_t n_outlying;
    double outlying_low_hz, outlying_high_hz;
    /* R_inf + L (jw)^l_n + inv_c (jw)^-c_n; 0 where not in the model */
    double r_inf, l_h, l_n, inv_c, c_n;
    double sd_r_inf, sd_l, sd_inv_c; /* NaN where not known */
    double r_pol;                    /* integral of gamma */
    double lambda;                   /* NaN where the method has none */
    double series_weight;      /* of a series: hc_drt_series; NaN elsewhere */
    double objective;          /* what was minimised, at the minimum */
    double chi2;               /* sum (residual/sd)^2 over Re and Im */
    double minus2_ln_evidence; /* NaN where the method has none */
    double agreement; /* hilbert: of gamma from Re and from Im, 1 - |a - b| /
                       * (|a| + |b|); NaN elsewhere */
    /* hilbert: ln of the evidence for one distribution behind Re and Im over
     * that for one behind each; NaN elsewhere and with unit weights */
    double ln_one_over_two;
    double parametric; /* part of r_pol that is closed-form arcs */
    double extrapolated; /* hc_drt_extrapolated */
    bool fitted_peaks; /* peaks are arcs that were fitted, not maxima */
    /* posterior of ln gamma on a grid of its own, for the errors of peaks:
     * NULL where the method has none */
    size_t n_grid;
    double *grid_u, *grid_gamma, *grid_cov; /* [n_grid], n_grid^2 */
    size_t n_peaks;
    hc_drt_peak *peaks; /* rising tau */
    char model[160];    /* words about what was fitted, "" none */
} hc_drt;

/* Methods of one family share how they fail: what one of them takes for a
 * peak when the noise is not white, the others take for one too. */
typedef enum {
    HC_DRT_EVIDENCE, /* models ranked by evidence */
    HC_DRT_PENALTY,  /* least squares with a penalty */
    HC_DRT_TRANSFORM,
    HC_DRT_PENCIL,
    HC_DRT_FAMILIES
} hc_drt_family;

typedef struct {
    const char *name, *help;
    hc_drt_family family;
    hc_status (*run)(const hc_drt_data *d, const hc_drt_options *opt,
                     hc_drt *out, hc_err *err);
} hc_drt_method;

extern const hc_drt_method hc_drt_methods[]; /* ends with a NULL name */
const hc_drt_method *hc_drt_method_find(const char *name);
void hc_drt_clear(hc_drt *r);

/* Run a method and find the peaks of its result.  HC_DATA with fewer than 10
 * points, repeated or unsorted (rising and falling both will do)
 * frequencies, values that are not finite, when the real part is negative
 * for more than half of the points or above zero at none, or when less than
 * a tenth of them are capacitive. */
hc_status hc_drt_run(const hc_drt_method *m, const hc_drt_data *d,
                     const hc_drt_options *opt, hc_drt *out,
                     hc_err *err) HC_MUST_USE;

/* Ridge distributions of the n >= 3 spectra of a series (time, temperature,
 * state of charge) on the same frequencies, to 1e-4 of each, with second
 * differences along the series penalised `weight` times as strongly as the
 * distributions themselves; NaN: where the evidence is largest, as is lambda
 * unless it is a number.  Zero or so gives each on its own, with the lambda
 * of all.  out[n]; no bands.  HC_DATA as hc_drt_run, or when the frequencies
 * differ. */
hc_status hc_drt_series(size_t n, const hc_drt_data *d,
                        const hc_drt_options *opt, double weight, hc_drt *out,
                        hc_err *err) HC_MUST_USE;

/* -2 ln of the evidence of lambda[k] and weight[k], but for a constant. */
hc_status hc_drt_series_score(size_t n, const hc_drt_data *d,
                              const hc_drt_options *opt, size_t many,
                              const double *lambda, const double *weight,
                              double *score, hc_err *err) HC_MUST_USE;

/* Peaks of gamma with a prominence of at most `prominence` of the largest
 * left out; areas are integrals between the valleys.  Sets peaks, n_peaks. */
hc_status hc_drt_find_peaks(hc_drt *r, const hc_drt_data *d, double prominence,
                            hc_err *err) HC_MUST_USE;

/* The part of the area of |gamma|, as far as the curve goes, at times outside
 * 1/(2 pi f) of the data. */
double hc_drt_extrapolated(const hc_drt *r, const hc_drt_data *d);

/* End the curve with the window of the data where an edge peak lies beyond:
 * it rises there, but how it comes down was not measured. */
void hc_drt_cut_edges(hc_drt *r, const hc_drt_data *d);

/* ---- the ridge problem, open for tests ---- */

/* Lambda of the global minimum of opt->rule, found on a scan of [1e-7, 10] and
 * refined. */
hc_status hc_drt_lambda(const hc_drt_data *d, const hc_drt_options *opt,
                        double *lambda, hc_err *err) HC_MUST_USE;
/* What the rule says of lambda[n]; the smallest is the best. */
hc_status hc_drt_score(const hc_drt_data *d, const hc_drt_options *opt,
                       size_t n, const double *lambda, double *score,
                       hc_err *err) HC_MUST_USE;

#endif
