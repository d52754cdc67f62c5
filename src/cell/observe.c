/* observe.c: what is seen of a state from outside */
#include "cell/physics.h"
#include "cell/system.h"

#include <math.h>

double hc_system_mean_x(const hc_system *s, const double *y)
{
    if (s->cell->cathode == HC_CATHODE_COMPOSITE)
        return hc_composite_mean(s, y);
    double sum = 0;
    for (size_t k = 0; k < s->film.n; k++)
        sum += s->film.width[k] * y[s->film_at + k];
    return sum / s->cell->value[HC_P_L_P];
}

static void observe_parts(const hc_system *s, const double *y, hc_observed *o)
{
    const hc_cell *c = s->cell;
    const double *p = s->p;
    double unused, psi = y[s->at[HC_U_PSI_P]];
    double u_n = hc_system_u_n(s, y, &unused);
    double i_b = y[hc_stack_index(s)];
    if (c->cathode == HC_CATHODE_LITHIUM) {
        o->transfer_p = psi;
        o->ocv = -u_n;
        return;
    }
    double u = hc_curve_at(&c->ocv, o->x_mean, NULL), us;
    o->ocv = u - u_n;
    if (c->cathode == HC_CATHODE_FILM) {
        o->x_surface = y[s->at[HC_U_XS]];
        us = hc_curve_at(&c->ocv, o->x_surface, NULL);
        o->transfer_p = c->capacitor_on_eta ? psi : psi - us;
        if (p[HC_P_SIGMA_E] > 0)
            o->cathode_ohmic = i_b * p[HC_P_L_P] / p[HC_P_SIGMA_E];
    } else {
        double over = 1 / c->value[HC_P_L_P], mean_psi = 0;
        us = 0;
        for (size_t j = 0; j < s->depth.n; j++) {
            const double *b = y + s->comp_at + j * s->block;
            double w = s->depth.width[j] * over;
            us += w * hc_curve_at(&c->ocv, b[2], NULL);
            mean_psi += w * b[1];
            o->x_surface += w * b[2];
        }
        o->transfer_p = mean_psi - us;
        o->cathode_ohmic = psi - mean_psi;
    }
    o->diffusion = us - u;
}

void hc_system_observe(const hc_system *s, const double *y, hc_observed *o)
{
    *o = (hc_observed){.voltage = y[s->at[HC_U_V]],
                       .current = y[s->at[HC_U_I]]};
    bool cathode = s->cell->cathode != HC_CATHODE_LITHIUM;
    o->x_mean = cathode ? hc_system_mean_x(s, y) : (double)NAN;
    o->soc = cathode ? (s->x_empty - o->x_mean) / (s->x_empty - s->x_full)
                     : (double)NAN;
    o->temperature_k = s->at[HC_U_T] == HC_ABSENT ? s->p_t : y[s->at[HC_U_T]];
    o->charge = hc_system_value(s, y, HC_U_Q);
    o->lithium_m =
        s->at[HC_U_LI] == HC_ABSENT ? (double)NAN : y[s->at[HC_U_LI]];
    o->transfer_n = y[s->at[HC_U_PSI_N]];
    o->electrolyte = y[s->at[HC_U_SE]] + hc_system_value(s, y, HC_U_GB) +
                     hc_system_value(s, y, HC_U_INT);
    o->series = o->current * s->p[HC_P_R_S];
    if (!cathode)
        o->x_surface = (double)NAN;
    observe_parts(s, y, o);
}

size_t hc_system_profile_size(const hc_system *s)
{
    return s->film.n ? s->film.n : s->depth.n;
}

void hc_system_profile(const hc_system *s, const double *y, double *depth_m,
                       double *x, double *slope_1_m)
{
    const hc_mesh *g = s->film.n ? &s->film : &s->depth;
    for (size_t k = 0; k < g->n; k++) {
        depth_m[k] = g->center[k];
        x[k] =
            s->film.n ? y[s->film_at + k] : y[s->comp_at + k * s->block + 2];
    }
    /* midway between the slopes at a cell's two faces; at the outer faces
     * what the reaction lets through */
    double near = 0, far = 0;
    if (s->film.n) {
        const hc_curve *shape = &s->cell->d_shape;
        double t_e = s->p[HC_P_T_E], j = y[s->at[HC_U_JP]];
        double per = j / (HC_FARADAY * s->p[HC_P_C_MAX] * s->p[HC_P_D]);
        near = t_e * per / hc_curve_at(shape, y[s->at[HC_U_XS]], NULL);
        far = -(1 - t_e) * per / hc_curve_at(shape, x[g->n - 1], NULL);
    }
    double before = near;
    for (size_t k = 0; k < g->n; k++) {
        double next =
            k + 1 < g->n ? (x[k + 1] - x[k]) * g->per_distance[k] : far;
        slope_1_m[k] = 0.5 * (before + next);
        before = next;
    }
}
