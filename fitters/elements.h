/* elements.h: the circuit elements, one row each
 *
 * A row says what the element is called in both syntaxes, which parameters
 * it has, its equation and where that stands, and evaluates impedance and
 * derivatives.  A new element is one new row in elements.c.
 */
#ifndef HC_FITTERS_ELEMENTS_H
#define HC_FITTERS_ELEMENTS_H

#include "fitters/cx.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_ELEMENT_PARS = 4, HC_ELEMENT_CONSTANTS = 8, HC_LINE_CHILDREN = 3 };

/* What multiplying the impedance by s does to a parameter. */
typedef enum {
    HC_PAR_UP,    /* times s: R, L, A, Z0 */
    HC_PAR_DOWN,  /* divided by s: C, Q */
    HC_PAR_TAU,   /* nothing; a time */
    HC_PAR_RATIO, /* nothing; a positive number */
    HC_PAR_EXP,   /* nothing; an exponent, the only kind fitted as it is */
} hc_par_kind;

typedef struct {
    const char *suffix; /* "" when the element has one parameter */
    const char *unit;
    hc_par_kind kind;
    double preset; /* NaN: fitted; else held at this unless it is named */
    double lo, hi; /* of an exponent */
} hc_par_spec;

/* Angular frequencies of a spectrum and what is often needed of them.
 * Arrays have ld >= n entries, ld a multiple of 4; the rest is padding. */
typedef struct {
    size_t n, ld;
    double *w; /* rad/s */
    double *ln_w;
    double ln_w_min, ln_w_max, ln_w_mid;
} hc_grid;

/* One point: z and d[k] = dz / d ln|p_k| (dz / dp_k for exponents).  k are
 * the constants that prepare() made of p. */
typedef void (*hc_element_point)(double w, double ln_w, const double *p,
                                 const double *k, cx *z, cx *d);
/* All points at once; z holds ld real then ld imaginary parts, dz (or NULL)
 * one such block per parameter. */
typedef void (*hc_element_all)(const hc_grid *g, const double *p, double *z,
                               double *dz);

typedef struct {
    const char *name;    /* "CPE" */
    const char *boukamp; /* its other name, in Boukamp's code, or NULL */
    int n_par;
    hc_par_spec par[HC_ELEMENT_PARS];
    hc_element_all all;
    void (*prepare)(const double *p, double *k);
    hc_element_point point;
    const char *equation;
    const char *source;
} hc_element;

extern const hc_element hc_elements[];
extern const size_t hc_elements_n;

/* The row whose name is the longest one that s starts with; NULL when there
 * is none.  *len is its length. */
const hc_element *hc_element_match(const char *s, size_t *len);

/* Impedance and derivatives on a grid: z[2 ld], dz[n_par][2 ld] or NULL. */
void hc_element_eval(const hc_element *e, const hc_grid *g, const double *p,
                     double *z, double *dz);

/* A depressed arc Z = r/(1 + x), x = (jw)^n e^ln_x, on a grid; all pointers
 * to [2 ld], dr NULL for z alone. */
typedef struct {
    double *z;
    double *dr, *dx, *dn;
    double own;  /* dr: dZ/d ln r with x held (1), or with x/r held (0) */
    double by;   /* dx = by dZ/d ln x */
    double ln_t; /* dn = dZ/d ln x (ln w + ln_t + j pi/2) */
} hc_arc;

void hc_arc_eval(const hc_grid *g, double r, double n, double ln_x,
                 const hc_arc *out);

/* Z0 coth(x)/x (open) or Z0 tanh(x)/x, x = (jw tau)^n, of p = {Z0, tau, n},
 * for n up to 0.999, where exp(-2x) dies before its phase grows large.
 * Arguments as of hc_element_all. */
void hc_diffusion_eval(const hc_grid *g, const double *p, bool open, double *z,
                       double *dz);

/* Combinations of sub-circuits other than series and parallel. */
typedef struct {
    const char *name; /* "tlo" */
    int n_children;
    /* z from the children's zc[]; f[c] = dz/dzc */
    void (*point)(const cx *zc, cx *z, cx *f);
    const char *equation;
    const char *source;
} hc_line;

extern const hc_line hc_lines[];
extern const size_t hc_lines_n;

/* t = tanh(x)/x, m = 1 - t, d = d ln t / d ln x, for Re x >= 0; through
 * exp(-2x) alone, so nothing overflows. */
void hc_tanhc(cx x, cx *t, cx *m, cx *d);

/* Its series for |x| < 0.1 in y = x^2: m = y * sum value[i] y^i and
 * d = y * sum slope[i] y^i. */
enum { HC_TANHC_TERMS = 7 };
extern const double hc_tanhc_value[HC_TANHC_TERMS];
extern const double hc_tanhc_slope[HC_TANHC_TERMS];

#endif
