/* fit_problem.h: the inside of an hc_fit, shared by the fit_*.c files
 *
 * Coordinates.  p: physical values.  y: what is fitted: ln|p| of
 * magnitudes, exponents as they are, except
 *
 *   CPE in an arc     y = ln tau,  ln Q = n ln tau - ln R
 *   C in an arc       y = ln tau,  ln C = ln tau - ln R
 *   L beside an R     y = ln tau,  ln L = ln tau + ln R
 *   other CPE, La     y = ln Q + n ln w0, w0 the middle frequency
 *   tied              y of the parameter it follows, plus ln factor
 *
 * which decorrelates them (measured: three times more successes per start
 * than with Q).  x: the free ones of y, packed.
 */
#ifndef HC_FITTERS_FIT_PROBLEM_H
#define HC_FITTERS_FIT_PROBLEM_H

#include "fitters/fit.h"
#include "fitters/lm.h"
#include "fitters/model.h"
#include "fitters/random.h"

typedef enum {
    MAP_SELF,
    MAP_TAU_CPE,
    MAP_TAU_C,
    MAP_TAU_L,
    MAP_MID,
    MAP_TIED
} map_kind;

typedef struct {
    map_kind kind;
    int partner;  /* the R of an arc, or what a tie follows */
    int exponent; /* n of a CPE or La */
    double shift; /* ln of a tie's factor */
    int scale;    /* what a factor s on the branch adds: +-ln s, or 0 */
    bool free;
    double lo, hi, cap;
} coordinate;

enum { MAX_BRANCHES = 24 };

typedef struct {
    int node, par_first, par_n;
    int kind;      /* equal branches have equal kinds */
    int reference; /* parameter that carries the size, -1: none is free */
    bool locked;   /* its size cannot be scaled freely */
    bool shaped;   /* has something to choose besides its size */
} branch;

struct hc_fit {
    hc_circuit c;
    hc_grid g;
    hc_model model;
    int np, nf;
    coordinate co[HC_CIRCUIT_PARS];
    int index[HC_CIRCUIT_PARS]; /* parameter of each free x */
    double y0[HC_CIRCUIT_PARS]; /* values of what is not free */
    double lo[HC_CIRCUIT_PARS], hi[HC_CIRCUIT_PARS], cap[HC_CIRCUIT_PARS];
    branch branches[MAX_BRANCHES];
    int n_branches, n_kinds;
    bool any_locked, any_start;
    size_t n, ld;
    double *target;    /* [2 ld] measured Z */
    double *weight;    /* [2 ld], 0 in the padding */
    double *weight0;   /* [2 ld] before hc_fit_reweight */
    double *residual;  /* [2 ld] */
    double *bent;      /* [2 ld], for fit_bend */
    double *jacobian;  /* [nf][2 ld], weighted, to x */
    double norm;       /* |weight target|^2 */
    double ln_typical; /* geometric mean of |Z| */
    /* state of the last evaluation */
    uint64_t negative; /* bit k: parameter k is below zero */
    double y[HC_CIRCUIT_PARS], p[HC_CIRCUIT_PARS];
    long evaluations;
};

/* A parameter whose own value the user speaks about keeps its own ln. */
bool fit_spoken_of(const hc_circuit *c, int par);
/* Coordinates and boxes of all parameters. */
void fit_choose_coordinates(hc_fit *f);

/* y (all) from x, p from y, y from p, and a factor e^a on a branch. */
void fit_y_from_x(const hc_fit *f, const double *x, double *y);
void fit_p_from_y(const hc_fit *f, const double *y, uint64_t negative,
                  double *p);
void fit_y_from_p(const hc_fit *f, const double *p, double *y,
                  uint64_t *negative);
void fit_x_from_y(const hc_fit *f, const double *y, double *x);
void fit_scale_branch(const hc_fit *f, const branch *b, double ln_s,
                      double *y);

/* Cost at x with the present f->negative, and the normal equations there. */
double fit_cost(void *fit, const double *x);
void fit_normal(void *fit, double *jtj, double *grad);
/* Second derivative of the residuals along v, times J^T; see hc_lm. */
void fit_bend(void *fit, const double *x, const double *v, double *out);
hc_lm fit_lm(hc_fit *f);

/* Weighted impedance of one branch at y, out[2 ld]. */
void fit_branch_column(hc_fit *f, const branch *b, const double *y,
                       uint64_t negative, double *out);

/* Turn derivative columns in raw logs into those of y, in place. */
void fit_map_columns(hc_fit *f);

#endif
