/* drt_grid.h: what a linear DRT has from its frequencies alone (internal)
 *
 * Kernel and penalty, the same for all lambdas, for all weights and for all
 * spectra of a series on one grid, so they are kept from one spectrum to the
 * next; and where the weights of the next are the same but for a factor, the
 * decomposition too.
 */
#ifndef HC_FITTERS_DRT_GRID_H
#define HC_FITTERS_DRT_GRID_H

#include "fitters/drt.h"
#include "fitters/drt_kernel.h"

typedef struct {
    /* what it was made for */
    size_t n;
    double *freq_hz; /* [n] */
    double fwhm, per_decade, widen_decades;
    double tail_n; /* exponent of c_col */
    int order;
    hc_drt_part part;
    bool collocation, with_l, with_c;
    const hc_drt_basis *basis;
    /* the columns: R_inf, L and 1/Q where the model has them, the basis */
    size_t n_free, n_basis;
    int l_col, c_col;  /* -1: not in the model */
    size_t rows, row0; /* of the part that is fitted, and the first of them */
    hc_drt_table table;
    double eps;
    double *ln_tau; /* [n_basis] rising, centres */
    double *k;      /* 2 n x (n_free + n_basis), column-major: Re, then Im */
    double *m;      /* n_basis^2: int phi^(order) phi^(order) */
    double *l;      /* its Cholesky factor */
    double *k_hat;  /* rows x n_basis, column-major: the basis columns of k,
                     * rows of the part, times l^-T */
    /* weights of the last spectrum; for weights that are these but for a
     * factor, once they come again: */
    double *weight; /* [rows] NULL: there was none */
    double *gram;   /* (n_free + n_basis)^2 of the weighted columns, NULL: not
                     * made */
    double *s;      /* [n_basis] eigenvalues, drt_ridge.h */
    double *along;  /* n_basis x rows, row-major: z of them is along . b */
    double *free_q; /* n_free x rows, the unpenalised columns orthonormal */
    /* output times and the basis there */
    size_t n_tau;
    double *tau_s;
    double *phi; /* n_tau x n_basis, column-major */
    double *x;   /* [n_free + n_basis] solution of the last spectrum */
    bool warm;   /* whether there is one */
} hc_drt_grid;

/* Make g for the frequencies of d unless it is for them already. */
hc_status hc_drt_grid_for(hc_drt_grid *g, const hc_drt_data *d,
                          const hc_drt_options *opt, hc_err *err) HC_MUST_USE;
void hc_drt_grid_clear(hc_drt_grid *g);

struct hc_drt_cache {
    hc_drt_grid grid;
};

#endif
