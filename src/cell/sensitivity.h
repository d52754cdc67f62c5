/* sensitivity.h: forward sensitivities dy/d(ln p) beside a run of the solver
 *
 * After each accepted step of the state the linear sensitivity equations
 *     J s + M s' = -dF/d(ln p)
 * are solved once, directly, with the step's own Jacobian (staggered direct:
 * Caracotsios and Stewart 1985, 10.1016/0098-1354(85)85014-6).  s' comes from
 * the polynomial through the past steps, of the order the state's step had,
 * so that a parameter costs two residuals and a band solve a step.
 */
#ifndef HC_CELL_SENSITIVITY_H
#define HC_CELL_SENSITIVITY_H

#include "cell/system.h"

typedef struct hc_sens hc_sens;

/* For n parameters of `cell`, which must be the system's cell (its values
 * are changed and restored inside).  1 <= n <= 64. */
hc_status hc_sens_new(hc_sens **out, hc_system *s, hc_cell *cell,
                      const hc_parameter *p, size_t n,
                      hc_err *err) HC_MUST_USE;
void hc_sens_free(hc_sens *f);

/* Begin (anew) at a consistent state: differential parts go on, the others
 * are made to fit.  The first time they are those of rest at x0. */
hc_status hc_sens_start(hc_sens *f, double t, const double *y,
                        const double *yp, hc_err *err) HC_MUST_USE;
/* The state has stepped to t with a method of this order. */
hc_status hc_sens_step(hc_sens *f, double t, int order, const double *y,
                       const double *yp, hc_err *err) HC_MUST_USE;
/* At t within the last step, y the state there; out[k] of [n]. */
hc_status hc_sens_at(hc_sens *f, double t, const double *y, const double *yp,
                     double *const *out, hc_err *err) HC_MUST_USE;
/* The state went back to t within the last step. */
hc_status hc_sens_back(hc_sens *f, double t, const double *y, const double *yp,
                       hc_err *err) HC_MUST_USE;
/* dy/d(ln p_k) at the last step, [n]. */
const double *hc_sens_now(const hc_sens *f, size_t k);

#endif
