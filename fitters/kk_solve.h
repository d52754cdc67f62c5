/* kk_solve.h: the linear fit below all Kramers-Kronig methods (internal) */
#ifndef HC_FITTERS_KK_SOLVE_H
#define HC_FITTERS_KK_SOLVE_H

#include "fitters/kk.h"

/* Scratch for fits of one spectrum; rows are divided by |Z|^weight_power
 * (of |Y| in admittance). */
typedef struct {
    size_t n, m_max;
    bool inductance, capacitance;
    double *memory, *a, *omega, *weight, *re, *im, *b, *x, *work;
    size_t *perm;
} hc_kk_solver;

/* Coefficients of one fit: of 1/(1 + j w tau_k), 1, j w and 1/(j w). */
typedef struct {
    double *r; /* [m], the caller's */
    double r0, l, inv_c;
    double ssr; /* weighted, of the rows fitted */
    size_t rank;
} hc_kk_coef;

hc_status hc_kk_solver_make(hc_kk_solver *s, const hc_kk_data *d,
                            bool admittance, double weight_power, size_t m_max,
                            hc_err *err) HC_MUST_USE;
void hc_kk_solver_free(hc_kk_solver *s);

/* tau[m] log-spaced from 1/w_max to 1/w_min, wider by log_f_ext decades at
 * both ends; a single one is the largest. */
void hc_kk_tau_grid(const hc_kk_data *d, size_t m, double log_f_ext,
                    double *tau);

void hc_kk_solve(hc_kk_solver *s, const double *tau, size_t m, hc_kk_part part,
                 double rank_tol, hc_kk_coef *out);

double complex hc_kk_value(const double *tau, size_t m, const hc_kk_coef *c,
                           double omega);

/* 1 - sum of the negative over sum of the positive coefficients. */
double hc_kk_mu(const double *r, size_t m, bool admittance);

/* The methods of the table in kk_methods.c. */
hc_status hc_kk_auto(const hc_kk_data *d, const hc_kk_options *opt,
                     hc_kk_fit *out, hc_err *err) HC_MUST_USE;
hc_status hc_kk_hilbert(const hc_kk_data *d, const hc_kk_options *opt,
                        hc_kk_fit *out, hc_err *err) HC_MUST_USE;
hc_status hc_kk_zhit(const hc_kk_data *d, const hc_kk_options *opt,
                     hc_kk_fit *out, hc_err *err) HC_MUST_USE;

#endif
