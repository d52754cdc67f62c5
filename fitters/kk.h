/* kk.h: does a spectrum obey the Kramers-Kronig relations, and how noisy
 * is it?
 *
 * A linear, causal, stable, finite system has an impedance that a sum of RC
 * elements (with a series resistor, inductor and capacitor) can follow as
 * closely as one likes.  What such a sum cannot follow is noise, if it looks
 * like noise, and otherwise drift, non-linearity or a bad instrument.
 * Sources: B. A. Boukamp, J. Electrochem. Soc. 142 (1995) 1885,
 * 10.1149/1.2044210; M. Schonleber, D. Klotz, E. Ivers-Tiffee, Electrochim.
 * Acta 131 (2014) 20, 10.1016/j.electacta.2014.01.034 (mu); V. Yrjana,
 * J. Bobacka, Electrochim. Acta 504 (2024) 144951,
 * 10.1016/j.electacta.2024.144951 (extension, representation, methods 3-6).
 */
#ifndef HC_FITTERS_KK_H
#define HC_FITTERS_KK_H

#include "core/status.h"

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

/* A spectrum as the fitters take it: falling or rising frequency, Im < 0
 * capacitive.  Borrowed. */
typedef struct {
    size_t n;
    const double *freq_hz;
    const double complex *z_ohm;
} hc_kk_data;

/* Which part of the impedance determines the fit. */
typedef enum { HC_KK_COMPLEX, HC_KK_REAL, HC_KK_IMAG } hc_kk_part;

typedef struct {
    hc_kk_part part;
    bool inductance, capacitance; /* series L and 1/C (their duals in Y) */
    bool admittance;              /* fit 1/Z instead of Z */
    size_t m;                     /* number of RC; 0: chosen by mu */
    size_t m_max;                 /* of that choice; 0: 100 */
    double mu_limit;              /* stop when mu <= this */
    double log_f_ext;             /* decades the tau range is wider by, each
                                   * side; negative narrows it */
    double weight_power;          /* rows are divided by |Z|^this */
} hc_linkk_options;

hc_linkk_options hc_linkk_defaults(void); /* complex, L, C, mu 0.85, 1/|Z| */

/* One linear fit.  In admittance r are the coefficients of 1/(1+j w tau) in
 * Y with their sign turned (so that capacitors count as positive), l and
 * inv_c those of j w and 1/(j w). */
typedef struct {
    size_t n, m;
    double r0, l, inv_c;
    double mu;             /* 1 - sum |r < 0| / sum r >= 0 */
    double pseudo_chi2;    /* sum |dZ|^2 / |Z|^2 */
    double *tau_s, *r;     /* [m] */
    double complex *z_fit; /* [n] */
} hc_linkk;

/* Rules: m rises from 1 until mu <= mu_limit; tau log-spaced from 1/w_max to
 * 1/w_min, both moved out by log_f_ext decades; `real` takes r0 and r from
 * Re, then l and 1/c from what is left of Im; `imag` takes all but r0 from
 * Im, then r0 as the weighted mean of what is left of Re.
 * HC_DATA with fewer than 3 points or a frequency or impedance that is not
 * finite and above zero. */
hc_status hc_linkk_fit(const hc_kk_data *d, const hc_linkk_options *opt,
                       hc_linkk *out, hc_err *err) HC_MUST_USE;
void hc_linkk_clear(hc_linkk *fit);

/* ---- the noise of a spectrum ---- */

/* Standard deviation of Re and Im at each point, from an unpenalised fit of
 * M time constants; M and the exponent q of |Z| in the weights are chosen by
 * an information criterion. */
typedef struct {
    size_t m;
    double q;              /* sd is proportional to |Z|^q */
    double relative;       /* rms of sd/|Z| over the points */
    double *sd_ohm;        /* [n], never below 1e-7 |Z| */
    double complex *z_fit; /* [n] */
    double dof;            /* 2 n - number of coefficients */
} hc_kk_noise;

hc_status hc_kk_noise_estimate(const hc_kk_data *d, hc_kk_noise *out,
                               hc_err *err) HC_MUST_USE;
void hc_kk_noise_clear(hc_kk_noise *noise);

/* ---- methods: one const struct each ---- */

typedef struct {
    hc_linkk_options linkk;   /* part, L, C, mu, m, representation ... */
    bool representation_free; /* auto: try impedance and admittance */
    bool extension_free;      /* auto: search log_f_ext */
    int choice;               /* auto: 0 information criterion, else method
                               * 3 to 6 of Yrjana and Bobacka */
} hc_kk_options;

hc_kk_options hc_kk_defaults(void);

/* Consistency scores of the Hilbert method, 1 at best: parts of the points
 * of Re (rebuilt from Im) and of Im (from Re) within 1, 2, 3 sd, and how far
 * the distributions of relaxation times from Re and from Im agree: in their
 * means, Hellinger and Jensen-Shannon. */
typedef struct {
    double real[3], imaginary[3];
    double mean, hellinger, jensen_shannon;
} hc_kk_scores;

/* What every method gives. */
typedef struct {
    size_t n, m;
    double mu, pseudo_chi2;
    double log_f_ext;
    bool admittance;
    double coefficients;   /* adjusted to the data (for the trend tests) */
    double noise;          /* sd of Re and Im relative to |Z| */
    double q;              /* taken to be proportional to |Z|^q */
    double complex *z_fit; /* [n] */
    double *sd_ohm;        /* [n] */
    double drift;          /* zhit: the largest departure of ln|Z| from
                            * its phase at low frequency, signed; hilbert:
                            * that of Re from Im beyond three sd, over |Z|;
                            * else NaN */
    bool hilbert;
    hc_kk_scores scores;   /* hilbert only */
} hc_kk_fit;

typedef struct {
    const char *name, *help;
    hc_status (*run)(const hc_kk_data *d, const hc_kk_options *opt,
                     hc_kk_fit *out, hc_err *err);
} hc_kk_method;

extern const hc_kk_method hc_kk_methods[]; /* ends with a NULL name */
const hc_kk_method *hc_kk_method_find(const char *name);
void hc_kk_fit_clear(hc_kk_fit *fit);

/* ---- the verdict ---- */

typedef enum { HC_KK_PASS, HC_KK_DOUBTFUL, HC_KK_FAIL } hc_kk_verdict;
const char *hc_kk_verdict_word(hc_kk_verdict v);

typedef struct {
    double pass, fail;  /* largest residual, as a fraction of |Z| */
    double p;           /* significance of the trend tests */
    double trend_floor; /* rms residual below which a trend is ignored */
    double drop_max;    /* fraction of points that may be dropped */
} hc_kk_limits;

hc_kk_limits hc_kk_limits_defaults(void); /* 1 %, 3 %, 1e-3, 0.01 %, 10 % */

typedef enum {
    HC_KK_GOOD,
    HC_KK_LARGE, /* residual beyond the limit and 4 sd of the noise */
    HC_KK_EDGE,  /* in a run of such at an end of the spectrum */
    HC_KK_MAINS, /* a single one near 16.7, 50, 60 Hz or a multiple */
} hc_kk_flag;
const char *hc_kk_flag_word(hc_kk_flag f);

typedef struct {
    hc_kk_verdict verdict;
    double largest; /* |residual| of Re or Im, fraction of |Z| */
    double largest_freq_hz;
    double rms;
    double p_runs, p_autocorrelation;
    bool trend;
    bool drift;            /* a linear drift explains the trend */
    double drift_gain;     /* how much the drift terms lower the BIC */
    double drift_relative; /* change of |Z| it stands for at the lowest
                            * frequency, fraction */
    size_t flagged, droppable;
    unsigned char *flag; /* [n] hc_kk_flag */
    char reason[160];    /* one clause, for people */
} hc_kk_judgement;

/* Judge the residuals z - z_fit.  Trend tests are noise-normalised: residual
 * over sd, runs of sign (Wald and Wolfowitz) and autocorrelation of
 * neighbours, both one-sided towards smooth residuals, Re and Im pooled.
 *   fail      largest > limits.fail, or drift in time, or a trend with
 *             largest > limits.pass
 *   doubtful  largest > limits.pass, or any other trend
 * Z-HIT fails where the modulus leaves its phase, hilbert where fewer than
 * 90 % of Re or Im lie within three sd of what the other says (doubtful: 97 %,
 * or where no smooth distribution describes even one part to limits.pass).
 * Drift: terms t {1, 1/(1+j w tau_k)} are added to the fit, t the time since
 * the start when the highest frequency came first and each point took as
 * long as its period. */
hc_status hc_kk_judge(const hc_kk_data *d, const hc_kk_fit *fit,
                      const hc_kk_limits *limits, hc_kk_judgement *out,
                      hc_err *err) HC_MUST_USE;
void hc_kk_judgement_clear(hc_kk_judgement *j);

/* Data check shared by the methods. */
hc_status hc_kk_check_data(const hc_kk_data *d, size_t least,
                           hc_err *err) HC_MUST_USE;

#endif
