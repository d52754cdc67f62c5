/* drt_loggp.h: ln gamma as a Gaussian process with a scale per tau (internal)
 *
 *     Z = R_inf + a (jw/w1)^p + c (jw/w0)^-q + int exp(f(u)) / (1 + jw e^u) du
 *
 * f - mean is an integrated Wiener process, so that power-law flanks (straight
 * lines of f) cost nothing and gamma cannot be negative.  Its scale, and then
 * a scale per tau, are found by evidence (Laplace).
 */
#ifndef HC_FITTERS_DRT_LOGGP_H
#define HC_FITTERS_DRT_LOGGP_H

#include "fitters/drt_linear.h"

#include <complex.h>

/* A power law at one end of the spectrum: inductor or tail. */
typedef struct {
    bool on, free; /* in the model; exponent free (else 1) */
    double ln_a;   /* of the modulus at the end of the spectrum, ohm */
    double p;      /* exponent, 0 < p <= 1 */
} hc_drt_power;

/* What stands beside gamma. */
typedef struct {
    double r_inf;
    hc_drt_power high, low;
} hc_drt_base;

/* The weighted problem on one grid of ln tau; d is borrowed. */
typedef struct {
    const hc_drt_data *d;
    size_t n, m, rows;      /* points, grid, 2 n */
    double step, low, high; /* window of the data, ln tau */
    double *u;              /* [m] */
    double *k;              /* rows x m column-major, weighted, times step */
    double *gram;           /* m x m of k */
    double *b, *sd;         /* [rows], [n] */
    double w_min, w_max;    /* of the data, rad/s */
    double raised;          /* factor on the noise, rms over the points */
    size_t outlying;        /* points where it was raised apart */
    double *factor;         /* [n] */
    bool given;             /* the noise is not an estimate */
    bool corners;           /* smooth corners between straight lines of
                             * ln gamma: no arcs are tried beside them */
} hc_lgp;

hc_status hc_lgp_make(hc_lgp *g, const hc_drt_data *d,
                      const hc_drt_options *opt, hc_err *err) HC_MUST_USE;
void hc_lgp_clear(hc_lgp *g);
/* Weigh kernel and data anew, after sd has changed. */
void hc_lgp_fill_rows(hc_lgp *g);

/* Raise the noise where z, a fit, is further off than it explains: at points
 * whose neighbourhood is, and, when there are none or `all` says so,
 * everywhere.  False: all stays. */
bool hc_lgp_raise_noise(hc_lgp *g, const double complex *z, bool all);

/* More chi2 per degree of freedom than this is not chance. */
extern const double hc_lgp_passive_limit;

/* Prior of f: mean plus a Wiener process (order 1), integrated once (2) or
 * twice (3), of `scale` (per ln tau^(order - 1/2)) times local[i]; slopes at
 * the ends and the level. */
typedef struct {
    int order;           /* of the derivative that is white; 0: 2 */
    /* [m - 2] ln tau, order 2 only, NULL: zero.  The scaled derivative is
     * (1 - smooth^2 d^2/du^2)^-1 of white noise. */
    const double *smooth;
    double soft;         /* ohm: see hc_lgp_gamma; 0: f is ln gamma */
    const double *mean;  /* [m], NULL: zero */
    const double *local; /* [m - order], NULL: one */
    double scale;
    double slope, slope_sd; /* outward fall of f - mean at both ends */
    double level, level_sd; /* of f - mean in the middle of the window */
    const double *extra;    /* rows x n_extra, NULL: none: more columns */
    size_t n_extra;         /* <= HC_LGP_EXTRA */
    double extra_sd;        /* of their coefficients about zero */
} hc_lgp_prior;
enum { HC_LGP_EXTRA = 28 };

/* gamma of f and its derivative: exp(f), or, with soft > 0 (in ohm),
 * soft ln(1 + exp f): gamma itself where it is large, so that steps and
 * straight flanks of gamma cost little, its logarithm where it vanishes. */
double hc_lgp_gamma(double soft, double f, double *slope);
double hc_lgp_inverse(double soft, double gamma); /* f of gamma */

/* One minimum: f and base are the start and the result. */
typedef struct {
    hc_drt_base base;
    double *f;   /* [m] */
    double *cov; /* m x m posterior covariance of f, NULL: not wanted */
    double extra[HC_LGP_EXTRA]; /* coefficients, results only */
    double sd_r_inf;
    double e; /* -2 ln evidence */
    double chi2;
    int steps;
} hc_lgp_fit;

hc_status hc_lgp_solve(const hc_lgp *g, const hc_lgp_prior *p, hc_lgp_fit *fit,
                       hc_err *err) HC_MUST_USE;

/* Impedance of a base at angular frequency w. */
double complex hc_drt_base_z(const hc_drt_base *b, const hc_lgp *g, double w);

/* The noise of a result, and what was raised of it. */
void hc_lgp_put_noise(const hc_lgp *g, hc_drt *r);

/* r_inf and the power laws of a result. */
void hc_drt_put_base(const hc_lgp *g, const hc_drt_base *b, hc_drt *r);

hc_status hc_drt_loggp(const hc_drt_data *d, const hc_drt_options *opt,
                       hc_drt *out, hc_err *err) HC_MUST_USE;

#endif
