/* fit.h: circuit fits that need no start values
 *
 * Weighted complex least squares; cost = sum (w_re dRe)^2 + (w_im dIm)^2.
 * The search builds a library of branch shapes, finds good combinations by
 * non-negative least squares of their sizes, refines them together with
 * random shapes by Levenberg-Marquardt and looks around the best minima
 * (halfcell-circuit.7, "How the search works").
 */
#ifndef HC_FITTERS_FIT_H
#define HC_FITTERS_FIT_H

#include "fitters/circuit.h"

#include <stdint.h>

typedef enum {
    HC_WEIGHT_MODULUS,      /* 1/|Z| */
    HC_WEIGHT_UNIT,         /* 1 */
    HC_WEIGHT_PROPORTIONAL, /* 1/|Re|, 1/|Im| */
    HC_WEIGHT_SIGMA,        /* 1/sd_re, 1/sd_im */
} hc_fit_weight;

/* One spectrum; Im Z < 0 is capacitive.  sd_re, sd_im only with SIGMA. */
typedef struct {
    size_t n;
    const double *freq_hz, *re, *im, *sd_re, *sd_im;
} hc_fit_data;

/* How hard to look.  Quick: one pass.  Default: around more minima, and more
 * starts while at most three of them agree on the winner, within a number of
 * steps; the thorough search where not one agrees.  Thorough: many starts, in
 * degenerate corners as well. */
typedef struct {
    int picks; /* random starts of the discrete search */
    int library_starts;
    int random_starts;
    int wide_starts; /* random ones in degenerate corners */
    int first_steps; /* LM steps before a start may be dropped */
    double kill;     /* cost ratio to the best so far that drops one */
    int reseeds;     /* per branch around a minimum */
    int inside;      /* of those, per nested branch along one parameter */
    int minima;      /* expanded per round */
    int rounds;
    int doubts; /* times more starts are added while the winner is doubtful */
    double steps_each; /* LM steps that may be spent, times the cube of the
                        * number of parameters, or 600; 0: any */
    uint64_t seed;
    bool sort_arcs; /* equal arcs by time constant in the result */
} hc_fit_effort;

hc_fit_effort hc_fit_quick(void);
hc_fit_effort hc_fit_default(void);
hc_fit_effort hc_fit_thorough(void);

enum { HC_FIT_MINIMA = 6 };

typedef struct {
    double p[HC_CIRCUIT_PARS]; /* all parameters, physical units */
    double cost;
    bool degenerate; /* exponent < 0.1, time far outside, R0 -> 0 */
} hc_fit_minimum;

typedef struct {
    hc_fit_minimum best;
    hc_fit_minimum other[HC_FIT_MINIMA]; /* distinct, by rising cost */
    int n_other;
    int starts, agreed; /* independent starts, and how many ended at best */
    long steps;         /* LM steps in all */
} hc_fit_result;

typedef struct hc_fit hc_fit;

/* Prepare the fit of circuit c (copied) to d (copied).  HC_USAGE when the
 * circuit has nothing to fit, HC_DATA when there are fewer numbers than
 * parameters, a weight is not above zero, or a number is not finite. */
hc_status hc_fit_new(hc_fit **out, const hc_circuit *c, const hc_fit_data *d,
                     hc_fit_weight weight, hc_err *err) HC_MUST_USE;
void hc_fit_free(hc_fit *f);

const hc_circuit *hc_fit_circuit(const hc_fit *f);
size_t hc_fit_points(const hc_fit *f);
/* Indices of the fitted parameters; returns how many there are. */
int hc_fit_free_pars(const hc_fit *f, int *index);

/* Multiply the weights by factor[2 n] (real parts, then imaginary ones), for
 * robust fits; NULL restores them. */
void hc_fit_reweight(hc_fit *f, const double *factor);

/* The whole search.  HC_NO when nothing finite was found. */
hc_status hc_fit_search(hc_fit *f, const hc_fit_effort *effort,
                        hc_fit_result *r, hc_err *err) HC_MUST_USE;

/* One descent from p (all parameters); the result has one start. */
hc_status hc_fit_from(hc_fit *f, const double *p, hc_fit_result *r,
                      hc_err *err) HC_MUST_USE;

/* Descents from the minima of a spectrum like this one (the best and two
 * others), for series; equal arcs keep their places. */
hc_status hc_fit_again(hc_fit *f, const hc_fit_result *before,
                       hc_fit_result *r, hc_err *err) HC_MUST_USE;

/* Put equal arcs of r in the places that those most like them had in
 * before[n_pars], the best fit of the spectrum before: by capacitance and
 * exponent above all. The impedance stays the same. */
void hc_fit_match(const hc_fit *f, const double *before, hc_fit_result *r);

/* Cost at p; residuals w (Zfit - Z), [2 n], and impedance re[n], im[n] where
 * not NULL. */
double hc_fit_at(hc_fit *f, const double *p, double *residual, double *re,
                 double *im);

/* ---- what the result is worth ---- */

typedef enum {
    HC_PAR_OK,
    HC_PAR_AT_BOUND,
    HC_PAR_NOT_IDENTIFIABLE,
    HC_PAR_NOT_SEPARABLE, /* two arcs of the same time constant */
    HC_PAR_FIXED,
    HC_PAR_TIED,
} hc_par_state;

const char *hc_par_state_name(hc_par_state s);

typedef struct {
    double value, std_error;
    double sd; /* of ln|value|, or of the exponent itself */
    double sd_alone; /* the same if all others were known: large where no
                      * frequency of the data depends on the parameter */
    double ci_low, ci_high;
    double profile_low, profile_high; /* NaN: not computed; inf: open */
    hc_par_state state;
} hc_fit_par;

/* Not identifiable because no frequency of the data depends on it, rather
 * than because others could take its place. */
bool hc_par_is_unseen(const hc_fit_par *q, bool exponent);

typedef struct {
    hc_fit_par par[HC_CIRCUIT_PARS];
    int n_free;
    int index[HC_CIRCUIT_PARS];
    double correlation[HC_CIRCUIT_PARS * HC_CIRCUIT_PARS]; /* n_free^2 */
    double condition; /* of the column-scaled Jacobian */
    double ssr, dof, s2;
    double aic, bic;
    double noise_relative; /* rms of |dZ|/|Z| per component, dof-corrected */
    double runs_p;         /* Wald-Wolfowitz test of the residuals' signs */
    double lag_one;        /* correlation of neighbouring residuals */
    double max_residual;   /* largest |dZ|/|Z| */
} hc_fit_report;

typedef struct {
    bool probes;  /* flag open profiles as not identifiable */
    bool profile; /* profile-likelihood intervals */
} hc_fit_ask;

/* Standard errors from s^2 (J^T J)^-1, 95 % intervals formed in ln, flags.
 * HC_NOMEM only. */
hc_status hc_fit_judge(hc_fit *f, const hc_fit_minimum *m, hc_fit_ask ask,
                       hc_fit_report *r, hc_err *err) HC_MUST_USE;

/* Two-sided 95 % quantile of Student's t with dof degrees of freedom. */
double hc_t95(double dof);

#endif
