/* model.h: impedance of a circuit and its derivatives on a grid */
#ifndef HC_FITTERS_MODEL_H
#define HC_FITTERS_MODEL_H

#include "fitters/circuit.h"

/* Grid of n frequencies; HC_USAGE when one is not above zero. */
hc_status hc_grid_init(hc_grid *g, const double *freq_hz, size_t n,
                       hc_err *err) HC_MUST_USE;
void hc_grid_clear(hc_grid *g);

/* Buffers for one circuit on one grid (both borrowed). */
typedef struct {
    const hc_circuit *c;
    const hc_grid *g;
    double *z;  /* [n_nodes][2 ld], real parts then imaginary ones */
    double *dz; /* [n_pars][2 ld]: d Z(root) / d ln|p|, or / dp of exponents */
    /* arc[i]: node of the arc p(R,CPE) that begins with node i, or 0 */
    int arc[HC_CIRCUIT_NODES], arc_pars[HC_CIRCUIT_NODES][2];
} hc_model;

hc_status hc_model_init(hc_model *m, const hc_circuit *c, const hc_grid *g,
                        hc_err *err) HC_MUST_USE;
void hc_model_clear(hc_model *m);

/* Evaluate the sub-tree of `node` with parameters p[n_pars] (physical
 * values); the result is at hc_model_z(m, node).  With `derivatives` the
 * columns of its parameters are d Z(node). */
void hc_model_eval(hc_model *m, const double *p, int node, bool derivatives);

static inline double *hc_model_z(const hc_model *m, int node)
{
    return m->z + (size_t)node * 2 * m->g->ld;
}

static inline double *hc_model_dz(const hc_model *m, int par)
{
    return m->dz + (size_t)par * 2 * m->g->ld;
}

/* Impedance of a circuit with parameters p at n frequencies, re[n], im[n].
 * HC_USAGE when a value of p is NaN (it names which). */
hc_status hc_circuit_impedance(const hc_circuit *c, const double *p,
                               const double *freq_hz, size_t n, double *re,
                               double *im, hc_err *err) HC_MUST_USE;

#endif
