/* circuit.c: the equations of the cell as a whole: what drives it, the sum of
 * its voltages, and the slow balances of charge, lithium and heat */
#include "cell/physics.h"
#include "cell/system.h"

#include "core/sort.h"

#include <math.h>

double hc_system_u_n(const hc_system *s, const double *y, double *slope)
{
    int at = s->at[HC_U_XN];
    *slope = 0;
    return at == HC_ABSENT ? s->p[HC_P_U_N]
                           : hc_curve_at(&s->cell->u_n, y[at], slope);
}

double hc_system_set_current(const hc_system *s, double t)
{
    const hc_control *c = &s->control;
    double i = c->value;
    if (c->mode == HC_CONTROL_TABLE && c->n > 0) {
        const double *at = c->time_s, *amp = c->current;
        if (t <= at[0])
            return amp[0];
        if (t >= at[c->n - 1])
            return amp[c->n - 1];
        size_t k = hc_bracket(at, c->n, t);
        double w = (t - at[k]) / (at[k + 1] - at[k]);
        i = amp[k] + w * (amp[k + 1] - amp[k]);
    }
    if (c->sine_amplitude != 0)
        i += c->sine_amplitude *
             sin(2 * HC_PI * c->sine_freq_hz * (t - c->sine_t0));
    return i;
}

static void control(const hc_system *s, const hc_eval *e)
{
    const hc_control *c = &s->control;
    int iv = s->at[HC_U_V], ii = s->at[HC_U_I];
    size_t row = (size_t)ii;
    double v = e->y[iv], i = e->y[ii];
    switch (c->mode) {
    case HC_CONTROL_VOLTAGE:
        e->f[row] = v - c->value;
        hc_put_y(e, row, iv, 1);
        return;
    case HC_CONTROL_POWER:
        e->f[row] = i * v - c->value;
        hc_put_y(e, row, iv, i);
        hc_put_y(e, row, ii, v);
        return;
    case HC_CONTROL_RESISTANCE:
        e->f[row] = v + i * c->value;
        hc_put_y(e, row, iv, 1);
        hc_put_y(e, row, ii, c->value);
        return;
    case HC_CONTROL_CURRENT:
    case HC_CONTROL_TABLE:
        break;
    }
    e->f[row] = i - hc_system_set_current(s, e->t);
    hc_put_y(e, row, ii, 1);
}

/* V = psi_p + psi_n - U_n + phi_se + phi_gb + phi_int + i L/sigma_e + i R_s,
 * and the geometric capacitor across the cell. */
void hc_circuit_eval(const hc_system *s, const hc_eval *e)
{
    static const hc_unknown drops[] = {HC_U_PSI_P, HC_U_PSI_N, HC_U_SE,
                                       HC_U_GB, HC_U_INT};
    const hc_cell *c = s->cell;
    const double *p = s->p;
    int iv = s->at[HC_U_V], ii = s->at[HC_U_I], ib = hc_stack_index(s);
    size_t row = (size_t)iv;
    control(s, e);
    double u_n_slope, sum = -hc_system_u_n(s, e->y, &u_n_slope);
    hc_put_y(e, row, iv, 1);
    hc_put_y(e, row, s->at[HC_U_XN], u_n_slope);
    for (size_t k = 0; k < sizeof drops / sizeof drops[0]; k++) {
        int at = s->at[drops[k]];
        if (at != HC_ABSENT)
            sum += e->y[at];
        hc_put_y(e, row, at, -1);
    }
    if (c->cathode == HC_CATHODE_FILM && c->capacitor_on_eta) {
        double slope;
        sum += hc_curve_at(&c->ocv, e->y[s->at[HC_U_XS]], &slope);
        hc_put_y(e, row, s->at[HC_U_XS], -slope);
    }
    if (c->cathode == HC_CATHODE_FILM && p[HC_P_SIGMA_E] > 0) {
        double r = p[HC_P_L_P] / p[HC_P_SIGMA_E];
        sum += r * e->y[ib];
        hc_put_y(e, row, ib, -r);
    }
    double rs = p[HC_P_R_S];
    e->f[row] = e->y[iv] - sum - rs * e->y[ii];
    hc_put_y(e, row, ii, -rs);
    int shunt = s->at[HC_U_SHUNT];
    if (shunt == HC_ABSENT)
        return;
    row = (size_t)ib; /* the shunt is charged by what does not pass */
    e->f[row] = e->y[ii] - e->y[ib] - p[HC_P_C_GEO] * e->yp[shunt];
    hc_put_y(e, row, ii, 1);
    hc_put_y(e, row, ib, -1);
    hc_put_yp(e, row, shunt, -p[HC_P_C_GEO]);
    row = (size_t)shunt;
    e->f[row] = e->y[shunt] - e->y[iv] + rs * e->y[ii];
    hc_put_y(e, row, shunt, 1);
    hc_put_y(e, row, iv, -1);
    hc_put_y(e, row, ii, rs);
}

/* m c_p dT/dt = A i (V - U(x_mean) + U_n) + A i T dU/dT + h A_s (T_a - T) */
static void heat(const hc_system *s, const hc_eval *e)
{
    const double *p = s->p;
    int ii = s->at[HC_U_I], it = s->at[HC_U_T];
    double x = hc_system_mean_x(s, e->y), slope = 0, du = 0, du_slope = 0,
           u = 0;
    if (s->cell->has_ocv)
        u = hc_curve_at(&s->cell->ocv, x, &slope);
    if (s->cell->has_entropy)
        du = hc_curve_at(&s->cell->entropy, x, &du_slope);
    double i = e->y[ii], v = e->y[s->at[HC_U_V]], t = e->y[it];
    double area = p[HC_P_AREA], capacity = p[HC_P_HEAT];
    double ambient =
        isnan(p[HC_P_AMBIENT]) ? p[HC_P_TEMPERATURE] : p[HC_P_AMBIENT];
    double u_n_slope, u_n = hc_system_u_n(s, e->y, &u_n_slope);
    double source = v - u + u_n + t * du;
    size_t row = (size_t)it;
    e->f[row] = capacity * e->yp[it] - area * i * source -
                p[HC_P_COOLING] * (ambient - t);
    hc_put_yp(e, row, it, capacity);
    hc_put_y(e, row, ii, -area * source);
    hc_put_y(e, row, s->at[HC_U_V], -area * i);
    hc_put_y(e, row, s->at[HC_U_XN], -area * i * u_n_slope);
    double by_x = -area * i * (t * du_slope - slope);
    for (size_t k = 0; e->j && k < s->film.n; k++)
        hc_put_y(e, row, (int)(s->film_at + k),
                 by_x * s->film.width[k] / s->cell->value[HC_P_L_P]);
    for (size_t j = 0; e->j && j < s->depth.n; j++)
        for (size_t k = 0; k < s->radius.n; k++)
            hc_put_y(e, row, (int)(s->comp_at + j * s->block + 3 + k),
                     by_x * s->shell_volume[k] * 3 * s->depth.width[j] /
                         s->cell->value[HC_P_L_P]);
}

/* Charge, lithium of the negative electrode, heat. */
void hc_slow_eval(const hc_system *s, const hc_eval *e)
{
    const double *p = s->p;
    int ii = s->at[HC_U_I], q = s->at[HC_U_Q], li = s->at[HC_U_LI];
    int it = s->at[HC_U_T];
    if (q != HC_ABSENT) {
        e->f[q] = e->yp[q] - e->y[ii];
        hc_put_yp(e, (size_t)q, q, 1);
        hc_put_y(e, (size_t)q, ii, -1);
    }
    if (li != HC_ABSENT) {
        static const double volume = 12.99e-6; /* m3/mol of Li, 534 kg/m3 */
        e->f[li] = e->yp[li] - e->y[ii] * volume / HC_FARADAY;
        hc_put_yp(e, (size_t)li, li, 1);
        hc_put_y(e, (size_t)li, ii, -volume / HC_FARADAY);
    }
    int xn = s->at[HC_U_XN];
    if (xn != HC_ABSENT) { /* charge brings lithium into it */
        e->f[xn] = e->yp[xn] - e->y[ii] / p[HC_P_Q_N];
        hc_put_yp(e, (size_t)xn, xn, 1);
        hc_put_y(e, (size_t)xn, ii, -1 / p[HC_P_Q_N]);
    }
    if (it != HC_ABSENT)
        heat(s, e);
}
