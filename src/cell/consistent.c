/* consistent.c: a start that satisfies the algebraic equations
 *
 * Given the differential unknowns (compositions, capacitor voltages), Newton
 * finds the algebraic ones and the derivatives: after every change of the
 * control, and at t = 0. */
#include "cell/kinetics.h"
#include "cell/physics.h"
#include "cell/system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hc_project {
    hc_bordered *j, *m, *k;
    hc_lu *lu;
    double *f;
};

void hc_project_free(hc_project *w)
{
    if (!w)
        return;
    hc_bordered_free(w->j);
    hc_bordered_free(w->m);
    hc_bordered_free(w->k);
    hc_lu_free(w->lu);
    free(w->f);
    free(w);
}

hc_status hc_project_new(hc_project **out, const hc_system *s, hc_err *err)
{
    hc_project *w = calloc(1, sizeof *w);
    if (!w)
        return hc_fail_nomem(err);
    hc_status st = hc_system_matrix(&w->j, s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&w->m, s, err);
    if (st == HC_OK)
        st = hc_system_matrix(&w->k, s, err);
    if (st == HC_OK)
        st = hc_lu_new(&w->lu, w->k, err);
    w->f = calloc(s->n, sizeof *w->f);
    if (st == HC_OK && !w->f)
        st = hc_fail_nomem(err);
    if (st != HC_OK)
        hc_project_free(w);
    else
        *out = w;
    return st;
}

/* A potential step that an exponential can bear. */
static double damping(const hc_system *s, const double *step)
{
    static const double most = 0.2;
    double worst = 0;
    /* film and lithium without capacitors are solved for eta: no need */
    const hc_unknown drops[] = {HC_U_DP, HC_U_DN};
    for (size_t k = 0; k < 2; k++) {
        int at = s->at[drops[k]];
        if (at != HC_ABSENT)
            worst = fmax(worst, fabs(step[at]));
    }
    for (size_t j = 0; j < s->depth.n; j++) {
        size_t at = s->comp_at + j * s->block + 1;
        if (s->differential[at] == 0)
            worst = fmax(worst, fabs(step[at]));
    }
    return worst > most ? most / worst : 1;
}

/* Kinetics alone give the algebraic overpotentials a good first guess. */
static void guess(const hc_system *s, double t, double *y)
{
    const hc_cell *c = s->cell;
    double f = HC_FARADAY / (HC_GAS * s->p_t);
    bool by_current = s->control.mode == HC_CONTROL_CURRENT ||
                      s->control.mode == HC_CONTROL_TABLE;
    double i = by_current ? hc_system_set_current(s, t) : y[s->at[HC_U_I]];
    y[s->at[HC_U_I]] = i;
    if (s->control.mode == HC_CONTROL_VOLTAGE)
        y[s->at[HC_U_V]] = s->control.value;
    int n = s->at[HC_U_PSI_N], p = s->at[HC_U_PSI_P];
    if (s->differential[n] == 0 && c->kin_n == HC_KIN_BV)
        y[n] = hc_butler_volmer_inverse(s->p[HC_P_I0_N] * s->p[HC_P_CONTACT_N],
                                        1 - s->p[HC_P_ALPHA_N], f, i);
    if (c->cathode == HC_CATHODE_FILM && s->differential[p] == 0 &&
        c->kin_p == HC_KIN_BV) {
        double x = y[s->at[HC_U_XS]], slope;
        double i0 = hc_i0_cathode(c, s->p[HC_P_I0_P] * s->p[HC_P_CONTACT_P],
                                  s->p[HC_P_ALPHA_P], x, &slope);
        y[p] = hc_butler_volmer_inverse(i0, s->p[HC_P_ALPHA_P], f, i) +
               (c->capacitor_on_eta ? 0 : hc_curve_at(&c->ocv, x, NULL));
    }
}

hc_status hc_system_project(hc_system *s, hc_project *w, double t, double *y,
                            double *yp, hc_err *err)
{
    enum { TRIES = 100 };
    double lo = s->guard_lo, hi = s->guard_hi;
    s->guard_lo = -1e12; /* may lie beyond a cutoff */
    s->guard_hi = 1e12;
    hc_status st = HC_NO;
    for (int k = 0; k < TRIES && st == HC_NO; k++) {
        hc_bordered_zero(w->j);
        hc_bordered_zero(w->m);
        hc_eval e = {
            .t = t, .y = y, .yp = yp, .f = w->f, .j = w->j, .m = w->m};
        if (hc_system_eval(s, &e) != 0)
            break;
        hc_bordered_select(w->k, w->j, w->m, s->differential);
        if (!hc_lu_factor(w->lu, w->k))
            break;
        hc_lu_solve(w->lu, w->f, w->f);
        double scale = damping(s, w->f), change = 0;
        for (size_t i = 0; i < s->n; i++) {
            if (s->differential[i] != 0) {
                yp[i] -= scale * w->f[i];
                continue;
            }
            y[i] -= scale * w->f[i];
            yp[i] = 0;
            change = fmax(change, fabs(w->f[i]) / (1 + fabs(y[i])));
        }
        if (!(change < 1e300))
            break;
        /* on a cliff of U(x) rounding alone moves the voltage */
        if (scale == 1 && (change < 1e-11 || (k > 4 && change < 1e-7)))
            st = HC_OK;
    }
    s->guard_lo = lo;
    s->guard_hi = hi;
    if (st != HC_OK)
        return hc_fail(err, HC_NO,
                       "no consistent state at t = %g s: can the cell carry "
                       "this current or hold this voltage?",
                       t);
    return HC_OK;
}

hc_status hc_system_consistent(hc_system *s, hc_project *w, double t,
                               double *y, double *yp, hc_err *err)
{
    guess(s, t, y);
    return hc_system_project(s, w, t, y, yp, err);
}
