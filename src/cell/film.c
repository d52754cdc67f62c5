/* film.c: lithium in a dense film, dx/dt = d/dy(D(x) dx/dy)
 *
 * y = 0 faces the electrolyte, y = L the collector.  Ambipolar: the share t_e
 * of the reaction's flux enters at y = 0, 1 - t_e at y = L (Raijmakers 2020).
 * Faces use the Kirchhoff mean, the difference of the integral of D(x), so
 * that steep fronts are neither throttled nor smeared. */
#include "cell/physics.h"
#include "cell/system.h"

static void fluxes(const hc_system *s, const hc_eval *e, double d)
{
    const hc_mesh *g = &s->film;
    const hc_curve *shape = &s->cell->d_shape;
    const double *x = e->y + s->film_at;
    double *f = e->f + s->film_at;
    bool constant = shape->kind == HC_CURVE_CONSTANT;
    double here = constant ? shape->b[0] : hc_curve_at(shape, x[0], NULL);
    double sum = constant ? here * x[0] : hc_curve_integral(shape, x[0]);
    for (size_t k = 0; k + 1 < g->n; k++) {
        double next = constant ? here : hc_curve_at(shape, x[k + 1], NULL);
        double next_sum =
            constant ? here * x[k + 1] : hc_curve_integral(shape, x[k + 1]);
        double w = d / g->distance[k];
        double out = -w * (next_sum - sum); /* flux towards the collector */
        f[k] += out / g->width[k];
        f[k + 1] -= out / g->width[k + 1];
        if (e->j) {
            size_t r = s->film_at + k;
            int c = (int)r;
            hc_put_y(e, r, c, w * here / g->width[k]);
            hc_put_y(e, r, c + 1, -w * next / g->width[k]);
            hc_put_y(e, r + 1, c, -w * here / g->width[k + 1]);
            hc_put_y(e, r + 1, c + 1, w * next / g->width[k + 1]);
        }
        here = next;
        sum = next_sum;
    }
}

void hc_film_eval(const hc_system *s, const hc_eval *e)
{
    const hc_mesh *g = &s->film;
    size_t n = g->n, at = s->film_at;
    const double *x = e->y + at;
    double t_e = s->p[HC_P_T_E], d = s->p[HC_P_D];
    double per = 1 / (HC_FARADAY * s->p[HC_P_C_MAX]);
    int ij = s->at[HC_U_JP], is = s->at[HC_U_XS];
    double jp = e->y[ij], xs = e->y[is];
    for (size_t k = 0; k < n; k++) {
        e->f[at + k] = e->yp[at + k];
        hc_put_yp(e, at + k, (int)(at + k), 1);
    }
    fluxes(s, e, d);
    e->f[at] += t_e * jp * per / g->width[0];
    hc_put_y(e, at, ij, t_e * per / g->width[0]);
    if (t_e != 1) {
        e->f[at + n - 1] += (1 - t_e) * jp * per / g->width[n - 1];
        hc_put_y(e, at + n - 1, ij, (1 - t_e) * per / g->width[n - 1]);
    }
    /* x_s = a1 x_1 + a2 x_2 - ag dx/dy, D(x_s) dx/dy = t_e j/(F c_max) */
    double ds_slope, ds = d * hc_curve_at(&s->cell->d_shape, xs, &ds_slope);
    double flux = g->near_slope * t_e * per;
    size_t row = (size_t)is;
    e->f[row] = xs - g->near_1 * x[0] - g->near_2 * x[1] + flux * jp / ds;
    hc_put_y(e, row, is, 1 - flux * jp / (ds * ds) * d * ds_slope);
    hc_put_y(e, row, (int)at, -g->near_1);
    hc_put_y(e, row, (int)at + 1, -g->near_2);
    hc_put_y(e, row, ij, flux / ds);
}
