/* solverevents.c: the limits watched in a run, and when they are met */
#include "cell/solver_private.h"

#include <nvector/nvector_serial.h>

#include <math.h>

hc_events hc_events_none(void)
{
    double no = (double)NAN;
    return (hc_events){no, no, no, no, no, no, no, no, no};
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
    case HC_STEP_NEGATIVE: {
        double xn = hc_system_value(s, y, HC_U_XN);
        return fmin(xn, 1 - xn) - e->negative_within;
    }
    default:
        return e->t_above - hc_system_value(s, y, HC_U_T);
    }
}

void hc_solver_choose_events(hc_solver *v)
{
    const hc_events *e = &v->events;
    const hc_system *s = v->s;
    const double limit[HC_SOLVER_EVENTS] = {
        e->v_above,       e->v_below, e->i_below,
        e->q_above,       e->x_below, e->x_above,
        e->lithium_below, e->t_above, e->negative_within};
    v->n_active = 0;
    for (int k = 0; k < HC_SOLVER_EVENTS; k++) {
        bool there = !isnan(limit[k]);
        if (k + HC_STEP_V_ABOVE == HC_STEP_LITHIUM)
            there = there && s->at[HC_U_LI] != HC_ABSENT;
        if (k + HC_STEP_V_ABOVE == HC_STEP_NEGATIVE)
            there = there && s->at[HC_U_XN] != HC_ABSENT;
        if (k + HC_STEP_V_ABOVE == HC_STEP_T_ABOVE)
            there = there && s->at[HC_U_T] != HC_ABSENT;
        if (there)
            v->active[v->n_active++] = k;
    }
}

/* Where in (before, v->t] event k happens: false position with the Illinois
 * rule, on states that satisfy the equations. */
static hc_status locate(hc_solver *v, int k, double before, double *when,
                        hc_err *err)
{
    double *y = v->trial, *yp = v->trial + v->s->n;
    double lo = before, hi = v->t, width = hi - lo;
    hc_status st = hc_solver_state_at(v, lo, y, yp, err);
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
        st = hc_solver_state_at(v, t, y, yp, err);
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

hc_status hc_solver_find_event(hc_solver *v, double before,
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
    hc_status st = hc_solver_catch_up(v, err);
    if (st == HC_OK && first < v->t)
        st = hc_solver_state_at(v, first, NV_DATA_S(v->y), NV_DATA_S(v->yp),
                                err);
    if (st == HC_OK && v->sens)
        st = hc_sens_back(v->sens, first, NV_DATA_S(v->y), NV_DATA_S(v->yp),
                          err);
    v->t = first;
    *result = (hc_step_result)(which + HC_STEP_V_ABOVE);
    return st;
}
