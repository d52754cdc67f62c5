/* diffusion.h: diffusion into a film or a sphere, in closed form
 *
 * A film of thickness L takes up the species through one face, a sphere of
 * radius R through its surface; D is constant.  Lengths and times appear
 * only as th = D t / L^2 (D t / R^2), amounts only as the mean composition,
 * so that the functions below have no unit.
 *
 * Sources: J. Crank, The Mathematics of Diffusion, 2nd ed., sections 4.3.6
 * and 6.3.4; H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids,
 * 2nd ed., 3.8 and 9.8; C. J. Wen et al., 10.1149/1.2128939 (potential
 * step).
 */
#ifndef HC_FITTERS_DIFFUSION_H
#define HC_FITTERS_DIFFUSION_H

#include "core/status.h"

#include <stddef.h>

typedef enum { HC_DIFFUSION_FILM, HC_DIFFUSION_SPHERE } hc_diffusion_shape;

/* Surface composition minus the initial one, in units of the mean
 * composition that one diffusion time L^2/D of this constant flux adds:
 *   film    th + 1/3  - (2/pi^2) sum exp(-n^2 pi^2 th) / n^2
 *   sphere  th + 1/15 - (2/3) sum exp(-l^2 th) / l^2,  tan l = l
 * and below th = 0.04 the short-time forms
 *   film    2 sqrt(th/pi) + (image terms, < 1e-11 there)
 *   sphere  (exp(th) (1 + erf sqrt(th)) - 1) / 3
 * Relative error below 1e-10.  0 for th <= 0. */
double hc_diffusion_g(hc_diffusion_shape shape, double th);

/* Flux at the surface after a step of the surface composition, in units of
 * D dc / L: what a potential step (PITT) sees.
 *   film    2 sum exp(-(2n+1)^2 pi^2 th / 4)    short time 1/sqrt(pi th)
 *   sphere  2 sum exp(-n^2 pi^2 th)             short time 1/sqrt(pi th) - 1
 * Infinite at th = 0. */
double hc_diffusion_step_flux(hc_diffusion_shape shape, double th);

/* The part of the final uptake that has flowed by then, 0 ... 1. */
double hc_diffusion_step_uptake(hc_diffusion_shape shape, double th);

/* G as a table over ln th, for fits that need it by the million: cubic
 * Hermite in G/sqrt(th), relative error below 1e-8. */
typedef struct hc_diffusion_table hc_diffusion_table;
hc_status hc_diffusion_table_new(hc_diffusion_table **out,
                                 hc_diffusion_shape shape,
                                 hc_err *err) HC_MUST_USE;
void hc_diffusion_table_free(hc_diffusion_table *t);
double hc_diffusion_table_g(const hc_diffusion_table *t, double th);

#endif
