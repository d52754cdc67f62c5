/* solver.h: the cell's equations in time, by SUNDIALS IDAS
 *
 * Variable-order BDF with the analytic Jacobian in bordered form, algebraic
 * unknowns kept out of the error test (they cost a factor 5 otherwise).
 * Between steps only the differential unknowns are interpolated; the others
 * follow from the algebraic equations, so that a voltage read off between
 * two long steps, and the cutoff found there, are as good as at their ends.
 * The only user of SUNDIALS.
 */
#ifndef HC_CELL_SOLVER_H
#define HC_CELL_SOLVER_H

#include "cell/system.h"

typedef struct hc_solver hc_solver;

/* Events of one run; a limit that is NaN is not watched. */
typedef struct {
    double v_above, v_below; /* terminal voltage [V] */
    double i_below;          /* |i| [A/m2] */
    double q_above;          /* |charge| since start [C/m2] */
    double x_below, x_above; /* surface (or mean) composition */
    double lithium_below;    /* [m] */
    double negative_within;  /* distance of x_n from 0 and 1 */
    double t_above;          /* temperature [K] */
} hc_events;

hc_events hc_events_none(void);

typedef enum {
    HC_STEP_GOING, /* one step taken */
    HC_STEP_TIME,  /* t_end reached */
    HC_STEP_V_ABOVE,
    HC_STEP_V_BELOW,
    HC_STEP_I_BELOW,
    HC_STEP_Q_ABOVE,
    HC_STEP_X_BELOW,
    HC_STEP_X_ABOVE,
    HC_STEP_LITHIUM,
    HC_STEP_T_ABOVE,
    HC_STEP_NEGATIVE, /* the negative electrode is full or empty */
} hc_step_result;

/* s is borrowed.  rtol 1e-3 .. 1e-12; tolerances per unknown follow. */
hc_status hc_solver_new(hc_solver **out, hc_system *s, double rtol,
                        hc_err *err) HC_MUST_USE;
void hc_solver_free(hc_solver *v);

/* State vectors [n] of the solver, the caller's to read and, before start,
 * to write. */
double *hc_solver_y(hc_solver *v);
double *hc_solver_yp(hc_solver *v);
double hc_solver_time(const hc_solver *v);
/* Before the first start: where time begins. */
void hc_solver_set_time(hc_solver *v, double t);

/* Make the state consistent with the system's control at t and begin anew
 * (after every change of control). */
hc_status hc_solver_start(hc_solver *v, double t, const hc_events *events,
                          hc_err *err) HC_MUST_USE;

/* One internal step, at most to t_end.  On an event the state is the one at
 * the event.  HC_NO when the solver gives up; the last good state stays. */
hc_status hc_solver_step(hc_solver *v, double t_end, hc_step_result *result,
                         hc_err *err) HC_MUST_USE;

/* State at t within the last step, into y [n]. */
hc_status hc_solver_dense(hc_solver *v, double t, double *y,
                          hc_err *err) HC_MUST_USE;

/* Forward sensitivities dy/d(ln p) for n parameters of `cell`, which must be
 * the system's cell (it is changed and restored inside).  To be called
 * before the first start; the state at start must not depend on p but
 * through the algebraic equations and x0.  Event times are taken as fixed.
 * each: 1 follows the state step by step, to its accuracy; 2 leaps over every
 * other step: 1 %, enough for the derivatives of a fit, at half the cost. */
hc_status hc_solver_sensitivities(hc_solver *v, hc_cell *cell,
                                  const hc_parameter *p, size_t n, int each,
                                  hc_err *err) HC_MUST_USE;
/* dy/d(ln p_k) at the start or end of a run, [n]. */
const double *hc_solver_sensitivity(hc_solver *v, size_t k);
/* All of them at t within the last step, out[k] of [n]. */
hc_status hc_solver_dense_sensitivities(hc_solver *v, double t,
                                        double *const *out,
                                        hc_err *err) HC_MUST_USE;

#endif
