/* drt_arcs.h: sums of closed-form arcs, fitted and weighed (internal)
 *
 * Everything is a function of complex ln s, so that one routine serves the
 * impedance (ln s = ln w + j pi/2), its derivatives and gamma.
 */
#ifndef HC_FITTERS_DRT_ARCS_H
#define HC_FITTERS_DRT_ARCS_H

#include "fitters/drt_loggp.h"

enum { HC_ARCS_MAX = 7, HC_ARC_PARAMS = 5 + 4 * HC_ARCS_MAX };

typedef enum {
    HC_ARC_RC,
    HC_ARC_ZARC,
    HC_ARC_GERISCHER,
    HC_ARC_CD,
    HC_ARC_HN,
    HC_ARC_WS,     /* finite-length diffusion, transmissive: R tanh(x)/x */
    HC_ARC_WO,     /* reflective: R coth(x)/x, its capacitor included */
    HC_ARC_LN,     /* a Gaussian of ln tau, phi its sd */
    HC_ARC_NEG_RC, /* of negative R: an inductive loop */
    HC_ARC_NEG_ZARC,
    HC_ARC_KINDS
} hc_arc_kind;

/* R/(1 + (s t)^phi)^psi, or the diffusion elements with x = sqrt(s t). */
typedef struct {
    hc_arc_kind kind;
    double ln_r, ln_t, phi, psi;
} hc_arc;

typedef struct {
    hc_drt_base base;
    size_t n;
    hc_arc arc[HC_ARCS_MAX];
    double chi2, e; /* -2 ln evidence, on the scale of hc_lgp_fit */
    int np;
    /* covariance of the parameters in the order r_inf, high, low, arcs; rows
     * of those at a bound are zero */
    double cov[HC_ARC_PARAMS * HC_ARC_PARAMS];
} hc_arc_model;

typedef struct {
    const hc_lgp *g;
    double *ln_w, *scale; /* [n], 1/sd */
    double *j, *r;        /* Jacobian by columns, then the residual [rows] */
    double t_min, t_max;  /* of ln t */
    double r_min, r_max;  /* of ln R */
    bool only_zarc;       /* m(RQ) */
    bool negative;        /* loops too */
    hc_drt_switch high, low; /* power laws: when they help, never, always */
} hc_arc_fitter;

/* phi0, psi0: what it has where it is not free; charge: on its evidence, for
 * the choice of the kind; range of phi. */
typedef struct {
    const char *name;
    bool phi, psi; /* free */
    double phi0, psi0, charge, phi_min, phi_max;
} hc_arc_kind_info;

extern const hc_arc_kind_info hc_arc_kinds[HC_ARC_KINDS];

bool hc_arc_diffusive(hc_arc_kind k); /* Ws, Wo */
const char *hc_arc_name(hc_arc_kind k);
/* How many of ln_r, ln_t, phi, psi it has, and which. */
bool hc_arc_has_phi(hc_arc_kind k);
bool hc_arc_has_psi(hc_arc_kind k);
double hc_arc_sign(hc_arc_kind k); /* of its R, 1 or -1 */
hc_arc hc_arc_make(hc_arc_kind k, double ln_r, double ln_t, double phi,
                   double psi);

/* Z at ln s = re + j im, without the pole of Wo at s = 0 with `bare`. */
double complex hc_arc_z(const hc_arc *a, double re, double im, bool bare);

/* gamma at u convolved with a kernel of variance 2 h^2: drt-recipe's closed
 * form -Im[2 Z(-u + j(pi - h)) - Z(-u + j(pi - 2 h))]/pi. */
double hc_arc_gamma(const hc_arc *a, double u, double h);
double hc_arc_r(const hc_arc *a); /* area of gamma */

/* Z and its derivatives by ln_r (Z itself), ln_t, then phi and psi where the
 * kind has them, at w = exp(ln_w): columns of 2 n rows, Re then Im, times
 * scale[n].  n >= 4. */
void hc_arc_columns(const hc_arc *a, const double *ln_w, const double *scale,
                    size_t n, double *out);
/* The same of a power law with sign 1 (high) or -1: ln_a, then p if free;
 * ln_0 is ln w where its modulus is exp(ln_a). */
void hc_power_columns(const hc_drt_power *p, int sign, double ln_0,
                      const double *ln_w, const double *scale, size_t n,
                      double *out);

/* Weights of the 2 k + 1 points of the trapezoidal rule, *h apart in ln tau,
 * over a normal distribution of `sd` and area r; returns k <= HC_ARC_NODES. */
enum { HC_ARC_NODES = 48 };
int hc_arc_nodes(double sd, double r, double *h, double *weight);

hc_status hc_arc_fitter_make(hc_arc_fitter *f, const hc_lgp *g,
                             hc_err *err) HC_MUST_USE;
/* After the noise was changed. */
void hc_arc_fitter_weights(hc_arc_fitter *f);
void hc_arc_fitter_clear(hc_arc_fitter *f);

/* Least squares from the parameters of m, at most `steps`; chi2, e and cov
 * (with `cov`) follow.  f->j and f->r are those of the minimum. */
void hc_arc_polish(hc_arc_fitter *f, hc_arc_model *m, int steps, bool cov);

/* Columns of f->j by the parameters of the arcs that are not at a bound,
 * rows x n; returns n.  `at` receives their indices in cov.  The model must
 * have been polished with cov. */
size_t hc_arc_free_columns(hc_arc_fitter *f, const hc_arc_model *m,
                           double *columns, size_t *at);

/* Move n parameters of the arcs, numbered by `at`, within their boxes and not
 * further than a least-squares step may go; cov follows. */
void hc_arc_move(hc_arc_fitter *f, hc_arc_model *m, const size_t *at, size_t n,
                 const double *by);

/* The model's impedance at the points of the data. */
void hc_arc_model_z(const hc_arc_fitter *f, const hc_arc_model *m,
                    double complex *z);

/* Greedy search from a base; keeps up to `cap` models, the best of each set
 * of kinds, and returns how many. */
size_t hc_arc_search(hc_arc_fitter *f, const hc_drt_base *base,
                     hc_arc_model *kept, size_t cap);

/* The same from the best of n kept models on, with arcs of negative R as
 * well; those count only where they make the whole gamma negative. */
size_t hc_arc_search_loops(hc_arc_fitter *f, hc_arc_model *kept, size_t n,
                           size_t cap);
bool hc_arc_has_loop(const hc_arc_model *m);

/* m(RQ): B. A. Boukamp, Electrochim. Acta 154 (2015) 35. */
hc_status hc_drt_mrq(const hc_drt_data *d, const hc_drt_options *opt,
                     hc_drt *out, hc_err *err) HC_MUST_USE;

hc_status hc_drt_arcs(const hc_drt_data *d, const hc_drt_options *opt,
                      hc_drt *out, hc_err *err) HC_MUST_USE;

#endif
