/* impedance.h: the spectrum of the same cell, by linearising the residual
 *
 * (j w M + J) dy = b,  Z = dV/di: one bordered complex solve per frequency.
 */
#ifndef HC_CELL_IMPEDANCE_H
#define HC_CELL_IMPEDANCE_H

#include "cell/system.h"

#include <complex.h>

/* Area-specific impedance [ohm m2] at n frequencies of the cell at rest at
 * composition x, and its derivatives by ln of n_p
 * parameters, dz[k * n + i] (dz and p may be NULL). */
hc_status hc_impedance(hc_cell *cell, const hc_cell_grid *grid, double x,
                       const double *freq_hz, size_t n, double complex *z,
                       const hc_parameter *p, size_t n_p, double complex *dz,
                       hc_err *err) HC_MUST_USE;

/* Closed form of a film with ohmic or two-species electrolyte at rest at x,
 * mixed conduction included; for tests and quick looks [ohm m2].
 * reference: Z = R_s + L_p/sigma_e + Z_se + Z_n + Z_p with
 * Z_d = -(dU/dx)/(F c_max) coth(L sqrt(jw/D))/sqrt(jw D). */
double complex hc_impedance_closed(const hc_cell *cell, double x,
                                   double freq_hz);

/* Transmission line of a composite (after Braun 2018): kappa, sigma [S/m],
 * a_v [1/m], z [ohm m2 of interface]; sigma may be infinite. */
double complex hc_transmission_line(double length, double kappa, double sigma,
                                    double a_v, double complex z);
/* Sphere: -(dU/dc) (r/(F D)) tanh s/(s - tanh s), s = r sqrt(jw/D). */
double complex hc_sphere_impedance(double minus_dudc, double radius, double d,
                                   double freq_hz);

/* Slab of constant D, constant flux: response g(tau) of the surface,
 * c_s - c0 = -(i L/(F D)) g(D t/L^2). */
double hc_slab_response(double tau);
/* Charge-then-discharge capacities [C/m2] of a slab between thresholds d1,
 * d2 of surface concentration [mol/m3]; section 3 of the model's notes. */
void hc_slab_cycle(double i, double length, double d, double d1, double d2,
                   double *q_charge, double *q_discharge);

#endif
