/* solver_private.h: what solver.c and solverevents.c share */
#ifndef HC_CELL_SOLVER_PRIVATE_H
#define HC_CELL_SOLVER_PRIVATE_H

#include "cell/sensitivity.h"
#include "cell/solver.h"

#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>
#include <sundials/sundials_nvector.h>

enum { HC_SOLVER_EVENTS = 9 };

struct hc_solver {
    hc_system *s;
    double rtol, t, t_start;
    long crawling; /* steps in a row that lead nowhere */
    SUNContext context;
    void *ida;
    N_Vector y, yp, tolerance, id;
    SUNMatrix matrix;
    SUNLinearSolver linear;
    hc_bordered *jacobian;
    hc_lu *lu;
    hc_project *project;
    hc_events events;
    int active[HC_SOLVER_EVENTS]; /* the events watched */
    int n_active;
    bool initialised;
    double *trial; /* [2 n] state between two steps */
    hc_sens *sens; /* NULL: none */
    int each;      /* steps of the state to one of the sensitivities */
    int pending;   /* steps that they are behind */
};

/* Differential unknowns interpolated to t within the last step, the others
 * made to fit. */
hc_status hc_solver_state_at(hc_solver *v, double t, double *y, double *yp,
                             hc_err *err) HC_MUST_USE;
/* Bring the sensitivities up to the state. */
hc_status hc_solver_catch_up(hc_solver *v, hc_err *err) HC_MUST_USE;

/* Note which limits are watched. */
void hc_solver_choose_events(hc_solver *v);
/* The earliest event in the step just taken from `before`; the state goes
 * back to it. */
hc_status hc_solver_find_event(hc_solver *v, double before,
                               hc_step_result *result,
                               hc_err *err) HC_MUST_USE;

#endif
