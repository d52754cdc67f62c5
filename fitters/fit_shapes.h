/* fit_shapes.h: the library of branch shapes and the discrete search */
#ifndef HC_FITTERS_FIT_SHAPES_H
#define HC_FITTERS_FIT_SHAPES_H

#include "fitters/fit_problem.h"

enum { SHAPE_PARS = 16, HALTON = 78 };

/* One shape of a branch kind: y of its parameters at a reference size. */
typedef struct {
    double y[SHAPE_PARS];
    uint64_t negative; /* bits relative to the branch's first parameter */
    double length;     /* of its weighted column before normalising */
} shape;

typedef struct {
    hc_fit *f;
    int first[MAX_BRANCHES + 1]; /* shapes of kind k: first[k]..first[k+1] */
    int n;
    shape *shapes;
    double *columns; /* [n][2 ld], unit length */
    double *gram;    /* [n][n] */
    double *b;       /* [n] products with the weighted data */
    double *data;    /* [2 ld] weighted data */
} library;

/* What can be chosen in a branch: parameter k between lo and hi. */
typedef struct {
    int k; /* parameter */
    bool tau, exponent;
    double lo, hi;
} dimension;

/* Choices of branch b, dim[SHAPE_PARS]; returns how many. */
int shape_dimensions(const hc_fit *f, const branch *b, dimension *dim);
/* Its bounds moved out to where degenerate minima lie. */
void shape_widen(const hc_fit *f, dimension *d);
/* Elements that far above 1/tau look like a W of Z0/sqrt(tau). */
bool shape_is_diffusion(const hc_fit *f, int k);
/* Free y of the branch at their reference values. */
void shape_base(const hc_fit *f, const branch *b, shape *s);
/* Parameters of the branch that may be below zero, bits as in shape. */
uint64_t shape_signs(const hc_fit *f, const branch *b);
/* The shape put into all of y. */
void shape_into(const hc_fit *f, const branch *b, const shape *s, double *y,
                uint64_t *negative);
/* Its weighted column of unit length, out[2 ld]; sets its length. */
void shape_column(hc_fit *f, const branch *b, shape *s, double *out);

static inline double between(double lo, double hi, double u)
{
    return lo + (hi - lo) * u;
}

hc_status library_make(library *lib, hc_fit *f, hc_err *err) HC_MUST_USE;
void library_clear(library *lib);

/* A start of the descent. */
typedef struct {
    double y[HC_CIRCUIT_PARS];
    uint64_t negative;
    double gain; /* of the data's norm */
} start_point;

/* `picks` random starts of the coordinate exchange; the best different ones
 * go to out[max], best first; returns how many. */
int library_search(library *lib, hc_random *rng, int picks, start_point *out,
                   int max);

/* Random continuous shapes with their best sizes; `wide`: also exponents
 * near 0 and times far outside the window. */
void random_start(library *lib, hc_random *rng, bool wide, start_point *out);

/* Sizes c >= 0 of nb unit columns (gram, b), those locked held at c[i] as
 * given; returns the gain c.(2 b - G c). */
double solve_sizes(int nb, const double *gram, const double *b,
                   const bool *locked, double *c);

/* Put sizes c of unit columns of length `length` into y; a dead branch gets
 * a thousandth of the data, so that it can come to life. */
void put_sizes(const library *lib, const double *c, const double *length,
               start_point *s);

/* Which branches have sizes that cannot be scaled, locked[n_branches]. */
void locked_branches(const hc_fit *f, bool *locked);

/* Given y with any sizes: solve the sizes of all branches anew. */
void resize(library *lib, start_point *s);

/* Around y: for branch ib the best library shapes that differ from the
 * present one and from each other; returns how many (<= max). */
int reseed(library *lib, const start_point *at, int ib, start_point *out,
           int max);

/* The same for a branch of three or more shape parameters, one of them moved
 * along its range and the others kept. */
int reseed_inside(library *lib, const start_point *at, int ib,
                  start_point *out, int max);

#endif
