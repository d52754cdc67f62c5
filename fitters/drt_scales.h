/* drt_scales.h: the scales of ln gamma, by evidence (internal)
 *
 * A mixture over global scales and, found from the best of them, a scale per
 * tau: flat where ln gamma is straight, large at peaks and edges.  Where gamma
 * itself is straight, or in steps, rather than its logarithm, evidence finds
 * that, too (hc_lgp_gamma).
 */
#ifndef HC_FITTERS_DRT_SCALES_H
#define HC_FITTERS_DRT_SCALES_H

#include "fitters/drt_loggp.h"

typedef struct {
    hc_lgp_fit best;   /* with cov, both of ln gamma */
    double *gamma;     /* [m] mean of the mixture */
    double *var_ln;    /* [m] of ln gamma, posterior and between models */
    double complex *z; /* [n] mean of the mixture */
    double e;          /* of the mixture, -2 ln evidence */
    bool whole;        /* no limit ended it */
    bool soft;         /* the best has a scale for gamma, not ln gamma */
    int order;         /* of the best: 1, 2, or 3 */
    double scale;      /* of the best */
    bool local;        /* the best has a scale per tau */
} hc_lgp_mix;

/* The prior of an order: of gamma itself with `soft`, `scale` then in units of
 * a bend of 0.3 of its mean level, else of ln gamma. */
hc_lgp_prior hc_lgp_prior_of(const hc_lgp *g, int order, bool soft,
                             double scale);

/* Scales per tau for another answer with the order and link of p, from f:
 * local[m - order], of which the logarithms have mean 0, and how smooth the
 * scaled derivative is, smooth[m - order], by one of two rules; manner -1: it
 * is white, smooth is 0.  cov, m x m, may be NULL: what f leaves open then
 * has no say. */
enum { HC_LGP_MANNERS = 2 };
void hc_lgp_bends(const hc_lgp *g, const hc_lgp_prior *p, const double *f,
                  const double *cov, int manner, double *local,
                  double *smooth);

/* Choose what stands beside gamma (opt leaves open what is not said). */
hc_status hc_lgp_choose_base(const hc_lgp *g, const hc_drt_options *opt,
                             hc_drt_base *base, double *f,
                             hc_err *err) HC_MUST_USE;

/* f: start, [m].  When after the first few scales -2 ln evidence is not below
 * `limit` (the others seldom win more than ten), it ends with e alone set:
 * there is a better explanation, and no use for this one. */
hc_status hc_lgp_mixture(const hc_lgp *g, const hc_drt_base *base,
                         const double *f, double limit, hc_lgp_mix *mix,
                         hc_err *err) HC_MUST_USE;
void hc_lgp_mix_clear(hc_lgp_mix *mix);

/* Base, then mixture. */
hc_status hc_lgp_run(hc_lgp *g, const hc_drt_options *opt, hc_drt_base *base,
                     hc_lgp_mix *mix, hc_err *err) HC_MUST_USE;

/* Cubic interpolation of y[m] on the grid of g. */
double hc_lgp_at(const hc_lgp *g, const double *y, double u);

/* The mixture as a result with a band of probability `level`, 0 none. */
hc_status hc_lgp_result(const hc_lgp *g, const hc_lgp_mix *mix, double level,
                        hc_drt *out, hc_err *err) HC_MUST_USE;

#endif
