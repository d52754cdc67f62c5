/* drt_linear.h: what the DRT methods share (internal) */
#ifndef HC_FITTERS_DRT_LINEAR_H
#define HC_FITTERS_DRT_LINEAR_H

#include "fitters/drt.h"
#include "fitters/drt_grid.h"

enum { HC_DRT_FREE = 3 }; /* R_inf, L, 1/C */

/* Weighted linear problem |b - a x|^2 with the unpenalised columns first:
 * R_inf, then L and 1/C where the model has them, then the basis. */
typedef struct {
    size_t n, rows, n_free, n_basis;
    double *a;          /* rows x (n_free + n_basis), column-major */
    double *b;          /* [rows] */
    double *weight;     /* [n] of Re and Im */
    double *row_weight; /* [rows] the same for every row */
    double mean_w2;     /* mean squared weight: lambda's unit */
    /* factor on the weights of the grid where its decomposition serves, 0
     * where it does not */
    double shared;
    hc_drt_grid *grid; /* of opt->cache, or its own */
    hc_drt_cache *own;
} hc_drt_linear;

hc_status hc_drt_linear_make(hc_drt_linear *p, const hc_drt_data *d,
                             const hc_drt_options *opt,
                             hc_err *err) HC_MUST_USE;
/* What every method asks of a spectrum, see hc_drt_run. */
hc_status hc_drt_check(const hc_drt_data *d, hc_err *err) HC_MUST_USE;

void hc_drt_linear_clear(hc_drt_linear *p);
/* Gram matrix of a. */
void hc_drt_linear_gram(const hc_drt_linear *p, double *h);

/* Whether a series L or C belongs to the model when the options leave it
 * open: L when Im > 0 at the highest frequency stands out of the noise, C
 * when the low end blocks (phase below -60 degrees and |Z| rising). */
bool hc_drt_wants_l(const hc_drt_data *d, const hc_drt_options *opt);
bool hc_drt_wants_c(const hc_drt_data *d, const hc_drt_options *opt);

/* (jw)^-n at the frequencies of d: Re, then Im, 2 d->n numbers. */
void hc_drt_tail_column(const hc_drt_data *d, double n, double *column);

/* opt as *out, with a series capacitance and its exponent decided where they
 * were left open: drt_tail.c. */
hc_status hc_drt_find_tail(const hc_drt_data *d, const hc_drt_options *opt,
                           hc_drt_options *out, hc_err *err) HC_MUST_USE;

/* sd of each point: given, estimated, or 1 with unit weights; [n]. */
hc_status hc_drt_weights(const hc_drt_data *d, const hc_drt_options *opt,
                         double *sd, hc_err *err) HC_MUST_USE;

/* Result with its arrays; all numbers NaN or 0 as drt.h says. */
hc_status hc_drt_result_make(hc_drt *r, size_t n, size_t n_tau,
                             hc_err *err) HC_MUST_USE;

/* Smallest and largest 1/w of the data, as ln. */
void hc_drt_window(const hc_drt_data *d, double *low, double *high);

/* How many points of the output grid, and their ln tau: 40 a decade from
 * `low` to `high`. */
size_t hc_drt_grid_size(double low, double high);
void hc_drt_grid_fill(double low, double high, size_t n, double *tau);

/* Sets p->edge: outside the window (of ln tau) by more than a quarter decade
 * and R not known to 5 %. */
void hc_drt_peak_edge(hc_drt_peak *p, double low, double high);

/* chi2 from z_fit and sd_ohm. */
void hc_drt_chi2(hc_drt *r, const hc_drt_data *d);

#endif
