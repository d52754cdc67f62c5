#include "cell/solver.h"

#include "cell/solver_private.h"
#include "cell/vector.h"

#include <idas/idas.h>
#include <nvector/nvector_serial.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what IDA calls ---- */

static int residual(sunrealtype t, N_Vector y, N_Vector yp, N_Vector f,
                    void *user)
{
    hc_solver *v = user;
    hc_eval e = {
        .t = t, .y = NV_DATA_S(y), .yp = NV_DATA_S(yp), .f = NV_DATA_S(f)};
    return hc_system_eval(v->s, &e);
}

static int jacobian(sunrealtype t, sunrealtype cj, N_Vector y, N_Vector yp,
                    N_Vector f, SUNMatrix a, void *user, N_Vector t1,
                    N_Vector t2, N_Vector t3)
{
    hc_solver *v = user;
    (void)a, (void)f, (void)t2, (void)t3;
    hc_bordered_zero(v->jacobian);
    hc_eval e = {.t = t,
                 .y = NV_DATA_S(y),
                 .yp = NV_DATA_S(yp),
                 .f = NV_DATA_S(t1),
                 .j = v->jacobian,
                 .cj = cj};
    return hc_system_eval(v->s, &e);
}

static void silent(int code, const char *module, const char *function,
                   char *text, void *user)
{
    (void)code, (void)module, (void)function, (void)text, (void)user;
}

/* ---- the bordered matrix as SUNDIALS' own kind ---- */

static SUNMatrix_ID matrix_id(SUNMatrix a)
{
    (void)a;
    return SUNMATRIX_CUSTOM;
}

static int matrix_zero(SUNMatrix a)
{
    (void)a; /* jacobian() does it */
    return 0;
}

static SUNLinearSolver_Type linear_type(SUNLinearSolver l)
{
    (void)l;
    return SUNLINEARSOLVER_DIRECT;
}

static SUNLinearSolver_ID linear_id(SUNLinearSolver l)
{
    (void)l;
    return SUNLINEARSOLVER_CUSTOM;
}

static int linear_setup(SUNLinearSolver l, SUNMatrix a)
{
    hc_solver *v = l->content;
    (void)a;
    return hc_lu_factor(v->lu, v->jacobian) ? 0 : 1;
}

static int linear_solve(SUNLinearSolver l, SUNMatrix a, N_Vector x, N_Vector b,
                        sunrealtype tolerance)
{
    hc_solver *v = l->content;
    (void)a, (void)tolerance;
    hc_lu_solve(v->lu, NV_DATA_S(b), NV_DATA_S(x));
    return 0;
}

/* ---- set-up ---- */

static void set_tolerances(hc_solver *v)
{
    const hc_system *s = v->s;
    double *a = NV_DATA_S(v->tolerance), r = v->rtol;
    double q = hc_cell_capacity(s->cell);
    for (size_t i = 0; i < s->n; i++)
        a[i] = 1e-2 * r;
    for (int u = 0; u < HC_U_COUNT; u++) {
        if (s->at[u] == HC_ABSENT)
            continue;
        double scale = 0.1; /* potentials [V] */
        if (u == HC_U_I || u == HC_U_STACK || u == HC_U_ION || u == HC_U_JP)
            scale = isnan(q) ? 1 : q / 3600 * 1e-2;
        else if (u == HC_U_XS || u == HC_U_XN || u == HC_U_A0 || u == HC_U_AL)
            scale = 1e-2;
        else if (u == HC_U_T)
            scale = 1;
        else if (u == HC_U_LI)
            scale = 1e-6;
        else if (u == HC_U_Q)
            scale = isnan(q) ? 1 : q * 1e-2;
        a[s->at[u]] = scale * r;
    }
}

static hc_status make_objects(hc_solver *v, hc_err *err)
{
    sunindextype n = (sunindextype)v->s->n;
    if (SUNContext_Create(NULL, &v->context) != 0)
        return hc_fail_nomem(err);
    v->y = hc_vector_new(n, v->context);
    v->yp = hc_vector_new(n, v->context);
    v->tolerance = hc_vector_new(n, v->context);
    v->id = hc_vector_new(n, v->context);
    v->matrix = SUNMatNewEmpty(v->context);
    v->linear = SUNLinSolNewEmpty(v->context);
    v->ida = IDACreate(v->context);
    if (!v->y || !v->yp || !v->tolerance || !v->id || !v->matrix ||
        !v->linear || !v->ida)
        return hc_fail_nomem(err);
    v->matrix->content = v;
    v->matrix->ops->getid = matrix_id;
    v->matrix->ops->zero = matrix_zero;
    v->linear->content = v;
    v->linear->ops->gettype = linear_type;
    v->linear->ops->getid = linear_id;
    v->linear->ops->setup = linear_setup;
    v->linear->ops->solve = linear_solve;
    hc_status st = hc_system_matrix(&v->jacobian, v->s, err);
    if (st == HC_OK)
        st = hc_lu_new(&v->lu, v->jacobian, err);
    if (st == HC_OK)
        st = hc_project_new(&v->project, v->s, err);
    v->trial = calloc(2 * v->s->n, sizeof *v->trial);
    if (st == HC_OK && !v->trial)
        st = hc_fail_nomem(err);
    return st;
}

hc_status hc_solver_new(hc_solver **out, hc_system *s, double rtol,
                        hc_err *err)
{
    if (!(rtol >= 1e-13 && rtol <= 1e-2))
        return hc_fail(err, HC_USAGE,
                       "relative tolerance %g is not within 1e-13 and 1e-2",
                       rtol);
    hc_solver *v = calloc(1, sizeof *v);
    if (!v)
        return hc_fail_nomem(err);
    v->s = s;
    v->rtol = rtol;
    v->events = hc_events_none();
    hc_status st = make_objects(v, err);
    if (st != HC_OK) {
        hc_solver_free(v);
        return st;
    }
    memcpy(NV_DATA_S(v->id), s->differential, s->n * sizeof(double));
    N_VConst(0, v->y);
    N_VConst(0, v->yp);
    set_tolerances(v);
    *out = v;
    return HC_OK;
}

void hc_solver_free(hc_solver *v)
{
    if (!v)
        return;
    if (v->ida)
        IDAFree(&v->ida);
    if (v->linear) {
        v->linear->content = NULL;
        SUNLinSolFreeEmpty(v->linear);
    }
    if (v->matrix) {
        v->matrix->content = NULL;
        SUNMatFreeEmpty(v->matrix);
    }
    if (v->y)
        N_VDestroy(v->y);
    if (v->yp)
        N_VDestroy(v->yp);
    if (v->tolerance)
        N_VDestroy(v->tolerance);
    if (v->id)
        N_VDestroy(v->id);
    if (v->context)
        SUNContext_Free(&v->context);
    hc_bordered_free(v->jacobian);
    hc_lu_free(v->lu);
    hc_sens_free(v->sens);
    hc_project_free(v->project);
    free(v->trial);
    free(v);
}

double *hc_solver_y(hc_solver *v)
{
    return NV_DATA_S(v->y);
}

double *hc_solver_yp(hc_solver *v)
{
    return NV_DATA_S(v->yp);
}

double hc_solver_time(const hc_solver *v)
{
    return v->t;
}

void hc_solver_set_time(hc_solver *v, double t)
{
    v->t = t;
}

/* ---- sensitivities ---- */

hc_status hc_solver_sensitivities(hc_solver *v, hc_cell *cell,
                                  const hc_parameter *p, size_t n, int each,
                                  hc_err *err)
{
    hc_sens *made;
    hc_status st = hc_sens_new(&made, v->s, cell, p, n, err);
    if (st != HC_OK)
        return st;
    hc_sens_free(v->sens);
    v->sens = made;
    v->each = each;
    return HC_OK;
}

hc_status hc_solver_catch_up(hc_solver *v, hc_err *err)
{
    int order = 1;
    if (!v->sens || v->pending == 0)
        return HC_OK;
    (void)IDAGetLastOrder(v->ida, &order);
    v->pending = 0;
    return hc_sens_step(v->sens, v->t, order, NV_DATA_S(v->y),
                        NV_DATA_S(v->yp), err);
}

const double *hc_solver_sensitivity(hc_solver *v, size_t k)
{
    return hc_sens_now(v->sens, k);
}

/* ---- running ---- */

static int first_time(hc_solver *v, double t)
{
    int r = IDAInit(v->ida, residual, t, v->y, v->yp);
    if (r == IDA_SUCCESS)
        r = IDASVtolerances(v->ida, v->rtol, v->tolerance);
    if (r == IDA_SUCCESS)
        r = IDASetUserData(v->ida, v);
    if (r == IDA_SUCCESS)
        r = IDASetErrHandlerFn(v->ida, silent, NULL);
    if (r == IDA_SUCCESS)
        r = IDASetLinearSolver(v->ida, v->linear, v->matrix);
    if (r == IDA_SUCCESS)
        r = IDASetJacFn(v->ida, jacobian);
    if (r == IDA_SUCCESS)
        r = IDASetId(v->ida, v->id);
    if (r == IDA_SUCCESS)
        r = IDASetSuppressAlg(v->ida, SUNTRUE);
    if (r == IDA_SUCCESS)
        r = IDASetMaxNumSteps(v->ida, 200000);
    if (r == IDA_SUCCESS)
        r = IDASetMaxNonlinIters(v->ida, 6);
    if (r == IDA_SUCCESS)
        r = IDASetMaxConvFails(v->ida, 60);
    if (r == IDA_SUCCESS)
        r = IDASetMaxErrTestFails(v->ida, 30);
    v->initialised = r == IDA_SUCCESS;
    return r;
}

hc_status hc_solver_start(hc_solver *v, double t, const hc_events *events,
                          hc_err *err)
{
    hc_system *s = v->s;
    hc_status st = hc_system_consistent(s, v->project, t, NV_DATA_S(v->y),
                                        NV_DATA_S(v->yp), err);
    if (st == HC_OK && v->sens)
        st = hc_sens_start(v->sens, t, NV_DATA_S(v->y), NV_DATA_S(v->yp), err);
    if (st != HC_OK)
        return st;
    v->events = *events;
    v->t_start = t;
    v->crawling = 0;
    v->pending = 0;
    /* a step that jumps far over a cutoff is taken again, shorter */
    static const double beyond = 5;
    s->guard_lo = isnan(events->v_below) ? -1e3 : events->v_below - beyond;
    s->guard_hi = isnan(events->v_above) ? 1e3 : events->v_above + beyond;
    double now = NV_DATA_S(v->y)[s->at[HC_U_V]];
    s->guard_lo = fmin(s->guard_lo, now - beyond);
    s->guard_hi = fmax(s->guard_hi, now + beyond);
    v->t = t;
    int r =
        v->initialised ? IDAReInit(v->ida, t, v->y, v->yp) : first_time(v, t);
    hc_solver_choose_events(v);
    if (r != IDA_SUCCESS)
        return hc_fail(err, HC_INTERNAL, "IDA cannot start (%d)", r);
    return HC_OK;
}

hc_status hc_solver_state_at(hc_solver *v, double t, double *y, double *yp,
                             hc_err *err)
{
    sunindextype n = (sunindextype)v->s->n;
    N_Vector ny = N_VMake_Serial(n, y, v->context);
    N_Vector nyp = N_VMake_Serial(n, yp, v->context);
    int r = ny && nyp ? IDAGetDky(v->ida, t, 0, ny) : -1;
    if (r == IDA_SUCCESS)
        r = IDAGetDky(v->ida, t, 1, nyp);
    if (ny)
        N_VDestroy(ny);
    if (nyp)
        N_VDestroy(nyp);
    if (r != IDA_SUCCESS)
        return hc_fail(err, HC_INTERNAL, "no dense output at t = %g s", t);
    return hc_system_project(v->s, v->project, t, y, yp, err);
}

hc_status hc_solver_step(hc_solver *v, double t_end, hc_step_result *result,
                         hc_err *err)
{
    double t = v->t;
    int r = IDASetStopTime(v->ida, t_end);
    if (r == IDA_SUCCESS)
        r = IDASolve(v->ida, t_end, &t, v->y, v->yp, IDA_ONE_STEP);
    if (r < 0) {
        return hc_fail(err, HC_NO,
                       "the solver gave up at t = %g s (%s): a looser --rtol, "
                       "a gentler step or smoother tables may help",
                       v->t,
                       r == IDA_CONV_FAIL || r == IDA_REP_RES_ERR
                           ? "Newton does not converge"
                       : r == IDA_ERR_FAIL      ? "the error test fails"
                       : r == IDA_TOO_MUCH_WORK ? "too many steps"
                       : r == IDA_LSETUP_FAIL   ? "singular Jacobian"
                                                : "IDA error");
    }
    double before = v->t;
    v->t = t;
    v->crawling = t - before < 1e-7 * (t - v->t_start) ? v->crawling + 1 : 0;
    if (v->crawling > 500)
        return hc_fail(err, HC_NO,
                       "the solver crawls at t = %g s: a concentration or "
                       "potential runs to its limit there",
                       t);
    *result =
        r == IDA_TSTOP_RETURN || t >= t_end ? HC_STEP_TIME : HC_STEP_GOING;
    hc_status st = HC_OK;
    if (v->sens && (++v->pending >= v->each || *result == HC_STEP_TIME))
        st = hc_solver_catch_up(v, err);
    return st == HC_OK ? hc_solver_find_event(v, before, result, err) : st;
}

hc_status hc_solver_dense(hc_solver *v, double t, double *y, hc_err *err)
{
    return hc_solver_state_at(v, t, y, v->trial + v->s->n, err);
}

hc_status hc_solver_dense_sensitivities(hc_solver *v, double t,
                                        double *const *out, hc_err *err)
{
    double *y = v->trial, *yp = v->trial + v->s->n;
    hc_status st = hc_solver_catch_up(v, err);
    if (st == HC_OK)
        st = hc_solver_state_at(v, t, y, yp, err);
    return st == HC_OK ? hc_sens_at(v->sens, t, y, yp, out, err) : st;
}
