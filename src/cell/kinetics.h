/* kinetics.h: charge transfer at one interface */
#ifndef HC_CELL_KINETICS_H
#define HC_CELL_KINETICS_H

#include "cell/parameters.h"

/* Current density and its derivatives. */
typedef struct {
    double i, d_eta, d_i0;
} hc_rate;

/* Butler-Volmer, i0 [e^(alpha f eta) - e^(-(1 - alpha) f eta)] (Wang 2023
 * eqs 11-12 as rewritten around equilibrium); f = F/(R T). */
hc_rate hc_butler_volmer(double i0, double alpha, double f, double eta);
/* i0 f eta */
hc_rate hc_linear_kinetics(double i0, double f, double eta);
/* The overpotential that gives i: asinh form for alpha = 1/2, else Newton
 * from there, to rounding. */
double hc_butler_volmer_inverse(double i0, double alpha, double f, double i);

/* Stern drop that belongs to the diffuse drop d_d of one mobile cation
 * before fixed anions: the first integral of Poisson-Boltzmann,
 * lambda_S sgn(d_d) sqrt(2 R T c0/eps [e^(-f d_d) - 1 + f d_d]).  Valid for
 * currents far below c0 F D/lambda_D; no limit on sites. */
double hc_stern_drop(double stern_m, double c0, double eps_r, double f,
                     double d_d, double *slope);
/* Frumkin-Butler-Volmer current of the two drops, around equilibrium:
 * i0 [e^(alpha f d_s) - e^(-f d_d) e^(-(1 - alpha) f d_s)]. */
double hc_frumkin(double i0, double alpha, double f, double d_s, double d_d,
                  double *by_s, double *by_d);

/* Exchange current density of the cathode: i0_half 2 x^(1-a) (1-x)^a, or
 * i0_half times the table i0(x), times contact area and (c+/c_eq)^a. */
double hc_i0_cathode(const hc_cell *c, double i0_half, double alpha, double x,
                     double *by_x);

#endif
