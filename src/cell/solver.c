#include "cell/solver.h"

#include "cell/vector.h"

#include <idas/idas.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 8 };

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
    int active[EVENTS]; /* the events watched */
    int n_active;
    bool initialised;
    double *trial; /* [2 n] state between two steps */
    /* sensitivities */
    hc_cell *cell;
    hc_parameter *p;
    size_t n_p;
    N_Vector *ys, *yps;
    bool sens_on;
    double *fp;    /* [n] work */
    double *store; /* [3 n] state kept over an own evaluation */
    double *kept, *kept_y, kept_at; /* dF/dp [n_p][n] at (t, y, y') */
    hc_bordered *dj, *dm, *select;
    hc_lu *select_lu;
};

hc_events hc_events_none(void)
{
    double no = (double)NAN;
    return (hc_events){no, no, no, no, no, no, no, no};
}

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

static double event_value(const hc_solver *v, int which, const double *y)
{
    const hc_system *s = v->s;
    const hc_events *e = &v->events;
    double xs = s->at[HC_U_XS] != HC_ABSENT            ? y[s->at[HC_U_XS]]
                : s->comp_at < s->n_core && s->depth.n ? y[s->comp_at + 2]
                                                       : 0.5;
    switch (which + HC_STEP_V_ABOVE) {
    case HC_STEP_V_ABOVE:
        return e->v_above - y[s->at[HC_U_V]];
    case HC_STEP_V_BELOW:
        return y[s->at[HC_U_V]] - e->v_below;
    case HC_STEP_I_BELOW:
        return fabs(y[s->at[HC_U_I]]) - e->i_below;
    case HC_STEP_Q_ABOVE:
        return e->q_above - fabs(hc_system_value(s, y, HC_U_Q));
    case HC_STEP_X_BELOW:
        return xs - e->x_below;
    case HC_STEP_X_ABOVE:
        return e->x_above - xs;
    case HC_STEP_LITHIUM:
        return hc_system_value(s, y, HC_U_LI) - e->lithium_below;
    default:
        return e->t_above - hc_system_value(s, y, HC_U_T);
    }
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
        else if (u == HC_U_XS || u == HC_U_A0 || u == HC_U_AL)
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
    if (v->ys)
        N_VDestroyVectorArray(v->ys, (int)v->n_p);
    if (v->yps)
        N_VDestroyVectorArray(v->yps, (int)v->n_p);
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
    hc_bordered_free(v->dj);
    hc_bordered_free(v->dm);
    hc_bordered_free(v->select);
    hc_lu_free(v->select_lu);
    free(v->trial);
    hc_project_free(v->project);
    free(v->p);
    free(v->fp);
    free(v->store);
    free(v->kept);
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

long hc_solver_steps(const hc_solver *v)
{
    long n = 0;
    if (v->initialised)
        (void)IDAGetNumSteps(v->ida, &n);
    return n;
}

/* ---- sensitivities ---- */

/* dF/d(ln p) by a central difference: parameters enter smoothly, 1e-8. */
static int by_parameter(hc_solver *v, size_t k, double t, const double *y,
                        const double *yp, double *out)
{
    static const double h = 1e-4;
    hc_system *s = v->s;
    double *value = &v->cell->value[v->p[k]], keep = *value;
    double *f = v->fp;
    int bad = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
        *value = keep * (sign < 0 ? exp(-h) : exp(h));
        hc_system_parameter(s, v->p[k]);
        hc_eval e = {.t = t, .y = y, .yp = yp, .f = f};
        bad |= hc_system_eval(s, &e);
        for (size_t i = 0; i < s->n; i++)
            out[i] = sign < 0 ? -f[i] : (out[i] + f[i]) / (2 * h);
    }
    *value = keep;
    hc_system_parameter(s, v->p[k]);
    return bad ? 1 : 0;
}

static int load_parts(hc_solver *v, double t, const double *y,
                      const double *yp)
{
    hc_bordered_zero(v->dj);
    hc_bordered_zero(v->dm);
    hc_eval e = {.t = t, .y = y, .yp = yp, .f = v->fp, .j = v->dj, .m = v->dm};
    return hc_system_eval(v->s, &e);
}

static int sensitivity_residual(int n_s, sunrealtype t, N_Vector y,
                                N_Vector yp, N_Vector f, N_Vector *ys,
                                N_Vector *yps, N_Vector *out, void *user,
                                N_Vector t1, N_Vector t2, N_Vector t3)
{
    hc_solver *v = user;
    (void)f, (void)t2, (void)t3;
    size_t bytes = v->s->n * sizeof(double);
    bool same = v->kept_at == t &&
                memcmp(v->kept_y, NV_DATA_S(y), bytes) == 0 &&
                memcmp(v->kept_y + v->s->n, NV_DATA_S(yp), bytes) == 0;
    v->kept_at = (double)NAN;
    if (!same && load_parts(v, t, NV_DATA_S(y), NV_DATA_S(yp)) != 0)
        return 1;
    for (int k = 0; k < n_s; k++) {
        double *o = NV_DATA_S(out[k]), *kept = v->kept + (size_t)k * v->s->n;
        if (!same && by_parameter(v, (size_t)k, t, NV_DATA_S(y),
                                  NV_DATA_S(yp), kept))
            return 1;
        memcpy(o, kept, bytes);
        double *w = NV_DATA_S(t1);
        hc_bordered_times(v->dj, NV_DATA_S(ys[k]), w);
        for (size_t i = 0; i < v->s->n; i++)
            o[i] += w[i];
        hc_bordered_times(v->dm, NV_DATA_S(yps[k]), w);
        for (size_t i = 0; i < v->s->n; i++)
            o[i] += w[i];
    }
    if (!same) { /* Newton of the sensitivities comes back with the same */
        memcpy(v->kept_y, NV_DATA_S(y), bytes);
        memcpy(v->kept_y + v->s->n, NV_DATA_S(yp), bytes);
    }
    v->kept_at = t;
    return 0;
}

hc_status hc_solver_sensitivities(hc_solver *v, hc_cell *cell,
                                  const hc_parameter *p, size_t n, hc_err *err)
{
    if (n == 0 || n > 64)
        return hc_fail(err, HC_USAGE, "1 to 64 parameters, found %zu", n);
    hc_status st = hc_system_matrix(&v->dj, v->s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&v->dm, v->s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&v->select, v->s, err);
    if (st == HC_OK)
        st = hc_lu_new(&v->select_lu, v->select, err);
    if (st != HC_OK)
        return st;
    v->cell = cell;
    v->n_p = n;
    v->p = calloc(n, sizeof *v->p);
    v->fp = calloc(v->s->n, sizeof *v->fp);
    v->store = calloc(v->s->n, sizeof *v->store);
    v->kept = calloc((n + 2) * v->s->n, sizeof *v->kept);
    v->kept_y = v->kept ? v->kept + n * v->s->n : NULL;
    v->kept_at = (double)NAN;
    v->ys = N_VCloneVectorArray((int)n, v->y);
    v->yps = N_VCloneVectorArray((int)n, v->y);
    if (!v->p || !v->fp || !v->store || !v->kept || !v->ys || !v->yps)
        return hc_fail_nomem(err);
    memcpy(v->p, p, n * sizeof *p);
    for (size_t k = 0; k < n; k++) {
        N_VConst(0, v->ys[k]);
        N_VConst(0, v->yps[k]);
    }
    return HC_OK;
}

/* The algebraic parts (and derivatives, when asked for) that go with the
 * differential ones. */
static hc_status fit_sensitivities(hc_solver *v, double t, const double *y,
                                   const double *yp, double *const *ys,
                                   double *const *yps, hc_err *err)
{
    hc_system *s = v->s;
    v->kept_at = (double)NAN;
    if (load_parts(v, t, y, yp) != 0)
        return hc_fail(err, HC_NO, "the state cannot be evaluated");
    hc_bordered_select(v->select, v->dj, v->dm, s->differential);
    if (!hc_lu_factor(v->select_lu, v->select))
        return hc_fail(err, HC_NO, "the state is singular");
    for (size_t k = 0; k < v->n_p; k++) {
        double *rhs = v->store;
        for (size_t i = 0; i < s->n; i++)
            if (s->differential[i] == 0)
                ys[k][i] = 0;
        if (by_parameter(v, k, t, y, yp, rhs) != 0)
            return hc_fail(err, HC_NO, "the state cannot be evaluated");
        hc_bordered_times(v->dj, ys[k], v->fp);
        for (size_t i = 0; i < s->n; i++)
            rhs[i] = -rhs[i] - v->fp[i];
        hc_lu_solve(v->select_lu, rhs, rhs);
        for (size_t i = 0; i < s->n; i++) {
            if (s->differential[i] == 0)
                ys[k][i] = rhs[i];
            if (yps)
                yps[k][i] = s->differential[i] != 0 ? rhs[i] : 0;
        }
    }
    return HC_OK;
}

/* The only parameter that the start depends on: x0, uniform. */
static void start_of_x0(hc_solver *v)
{
    const hc_system *s = v->s;
    for (size_t k = 0; k < v->n_p; k++) {
        double *ys = NV_DATA_S(v->ys[k]), x0 = v->cell->value[HC_P_X0];
        if (v->p[k] != HC_P_X0)
            continue;
        double slope = 0; /* charged capacitors rest at U(x0) */
        (void)hc_curve_at(&v->cell->ocv, x0, &slope);
        for (size_t i = 0; i < s->film.n; i++)
            ys[s->film_at + i] = x0;
        for (size_t j = 0; j < s->depth.n; j++) {
            double *node = ys + s->comp_at + j * s->block;
            node[1] = slope * x0;
            for (size_t i = 3; i < s->block; i++)
                node[i] = x0;
        }
        if (!v->cell->capacitor_on_eta)
            ys[s->at[HC_U_PSI_P]] = slope * x0;
        if (s->at[HC_U_SHUNT] != HC_ABSENT)
            ys[s->at[HC_U_SHUNT]] = slope * x0;
    }
}

static hc_status consistent_sensitivities(hc_solver *v, double t, hc_err *err)
{
    enum { MOST = 64 };
    double *ys[MOST], *yps[MOST];
    for (size_t k = 0; k < v->n_p; k++) {
        ys[k] = NV_DATA_S(v->ys[k]);
        yps[k] = NV_DATA_S(v->yps[k]);
    }
    return fit_sensitivities(v, t, NV_DATA_S(v->y), NV_DATA_S(v->yp), ys, yps,
                             err);
}

const double *hc_solver_sensitivity(hc_solver *v, size_t k)
{
    return NV_DATA_S(v->ys[k]);
}

/* ---- running ---- */

static void choose_events(hc_solver *v)
{
    const hc_events *e = &v->events;
    const hc_system *s = v->s;
    const double limit[EVENTS] = {e->v_above,       e->v_below, e->i_below,
                                  e->q_above,       e->x_below, e->x_above,
                                  e->lithium_below, e->t_above};
    v->n_active = 0;
    for (int k = 0; k < EVENTS; k++) {
        bool there = !isnan(limit[k]);
        if (k + HC_STEP_V_ABOVE == HC_STEP_LITHIUM)
            there = there && s->at[HC_U_LI] != HC_ABSENT;
        if (k + HC_STEP_V_ABOVE == HC_STEP_T_ABOVE)
            there = there && s->at[HC_U_T] != HC_ABSENT;
        if (there)
            v->active[v->n_active++] = k;
    }
}

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
    if (r == IDA_SUCCESS && v->n_p)
        r = IDASensInit(v->ida, (int)v->n_p, IDA_STAGGERED,
                        sensitivity_residual, v->ys, v->yps);
    if (r == IDA_SUCCESS && v->n_p) {
        double a[64];
        for (size_t k = 0; k < v->n_p && k < 64; k++)
            a[k] = v->rtol * 0.1;
        r = IDASensSStolerances(v->ida, v->rtol, a);
        if (r == IDA_SUCCESS)
            r = IDASetSensErrCon(v->ida, SUNFALSE);
    }
    v->initialised = r == IDA_SUCCESS;
    return r;
}

hc_status hc_solver_start(hc_solver *v, double t, const hc_events *events,
                          hc_err *err)
{
    hc_system *s = v->s;
    hc_status st = hc_system_consistent(s, v->project, t, NV_DATA_S(v->y),
                                        NV_DATA_S(v->yp), err);
    if (st == HC_OK && v->n_p && !v->initialised)
        start_of_x0(v);
    if (st == HC_OK && v->n_p)
        st = consistent_sensitivities(v, t, err);
    if (st != HC_OK)
        return st;
    v->events = *events;
    v->t_start = t;
    v->crawling = 0;
    /* a step that jumps far over a cutoff is taken again, shorter */
    static const double beyond = 5;
    s->guard_lo = isnan(events->v_below) ? -1e3 : events->v_below - beyond;
    s->guard_hi = isnan(events->v_above) ? 1e3 : events->v_above + beyond;
    double now = NV_DATA_S(v->y)[s->at[HC_U_V]];
    s->guard_lo = fmin(s->guard_lo, now - beyond);
    s->guard_hi = fmax(s->guard_hi, now + beyond);
    v->t = t;
    int r;
    if (!v->initialised) {
        r = first_time(v, t);
    } else {
        r = IDAReInit(v->ida, t, v->y, v->yp);
        if (r == IDA_SUCCESS && v->n_p)
            r = IDASensReInit(v->ida, IDA_STAGGERED, v->ys, v->yps);
    }
    choose_events(v);
    if (r != IDA_SUCCESS)
        return hc_fail(err, HC_INTERNAL, "IDA cannot start (%d)", r);
    return HC_OK;
}

/* Differential unknowns interpolated, the others made to fit. */
static hc_status state_at(hc_solver *v, double t, double *y, double *yp,
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

/* Where in (before, v->t] event k happens: false position with the Illinois
 * rule, on states that satisfy the equations. */
static hc_status locate(hc_solver *v, int k, double before, double *when,
                        hc_err *err)
{
    double *y = v->trial, *yp = v->trial + v->s->n;
    double lo = before, hi = v->t, width = hi - lo;
    hc_status st = state_at(v, lo, y, yp, err);
    double g_lo = st == HC_OK ? event_value(v, k, y) : 1;
    double g_hi = event_value(v, k, NV_DATA_S(v->y));
    int side = 0;
    for (int i = 0;
         st == HC_OK && i < 80 && g_lo > 0 && hi - lo > 1e-9 * width; i++) {
        /* a cliff: bisect while the far side is out of proportion */
        double t = i % 3 == 2 || -g_hi > 20 * g_lo
                       ? 0.5 * (lo + hi)
                       : lo + (hi - lo) * g_lo / (g_lo - g_hi);
        if (!(t > lo && t < hi))
            break;
        st = state_at(v, t, y, yp, err);
        double g = st == HC_OK ? event_value(v, k, y) : 0;
        if (g > 0) {
            lo = t;
            g_lo = g;
            g_hi *= side == 1 ? 0.5 : 1;
            side = 1;
        } else {
            hi = t;
            g_hi = g;
            g_lo *= side == -1 ? 0.5 : 1;
            side = -1;
        }
    }
    *when = hi;
    return st;
}

/* The earliest event in the step just taken; the state goes back to it. */
static hc_status find_event(hc_solver *v, double before,
                            hc_step_result *result, hc_err *err)
{
    double first = INFINITY;
    int which = -1;
    for (int i = 0; i < v->n_active; i++) {
        double when;
        if (event_value(v, v->active[i], NV_DATA_S(v->y)) > 0)
            continue;
        hc_status st = locate(v, v->active[i], before, &when, err);
        if (st != HC_OK)
            return st;
        if (when < first) {
            first = when;
            which = v->active[i];
        }
    }
    if (which < 0)
        return HC_OK;
    hc_status st = HC_OK;
    if (first < v->t)
        st = state_at(v, first, NV_DATA_S(v->y), NV_DATA_S(v->yp), err);
    for (size_t k = 0; st == HC_OK && k < v->n_p; k++)
        (void)IDAGetSensDky1(v->ida, first, 0, (int)k, v->ys[k]);
    v->t = first;
    *result = (hc_step_result)(which + HC_STEP_V_ABOVE);
    return st;
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
    if (v->n_p) {
        double ts;
        (void)IDAGetSens(v->ida, &ts, v->ys);
    }
    *result =
        r == IDA_TSTOP_RETURN || t >= t_end ? HC_STEP_TIME : HC_STEP_GOING;
    return find_event(v, before, result, err);
}

hc_status hc_solver_dense(hc_solver *v, double t, double *y, hc_err *err)
{
    return state_at(v, t, y, v->trial + v->s->n, err);
}

hc_status hc_solver_dense_sensitivities(hc_solver *v, double t,
                                        double *const *out, hc_err *err)
{
    hc_system *s = v->s;
    double *y = v->trial, *yp = v->trial + s->n;
    hc_status st = state_at(v, t, y, yp, err);
    for (size_t k = 0; st == HC_OK && k < v->n_p; k++) {
        N_Vector o = N_VMake_Serial((sunindextype)s->n, out[k], v->context);
        int r = o ? IDAGetSensDky1(v->ida, t, 0, (int)k, o) : -1;
        if (o)
            N_VDestroy(o);
        if (r != IDA_SUCCESS)
            st = hc_fail(err, HC_INTERNAL, "no dense output at %g s", t);
    }
    if (st == HC_OK)
        st = fit_sensitivities(v, t, y, yp, out, NULL, err);
    return st;
}
