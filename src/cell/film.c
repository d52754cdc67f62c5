/* film.c: lithium in a dense film, dx/dt = d/dy(D(x) dx/dy)
 *
 * y = 0 faces the electrolyte, y = L the collector.  Ambipolar: the share t_e
 * of the reaction's flux enters at y = 0, 1 - t_e at y = L (Raijmakers 2020).
 * Faces use the Kirchhoff mean, the difference of the integral of D(x), so
 * that steep fronts are neither throttled nor smeared. */
#include "cell/physics.h"
#include "cell/system.h"

/* Constant D: the inner loop of most runs. */
static void plain_fluxes(const hc_system *s, const hc_eval *e, double d)
{
    const hc_mesh *g = &s->film;
    const double *x = e->y + s->film_at, *xp = e->yp + s->film_at;
    const double *wide = g->per_width, *far = g->per_distance;
    double *f = e->f + s->film_at, in = 0;
    size_t n = g->n;
    for (size_t k = 0; k + 1 < n; k++) {
        double out = d * far[k] * (x[k] - x[k + 1]);
        f[k] = xp[k] + (out - in) * wide[k];
        in = out;
    }
    f[n - 1] = xp[n - 1] - in * wide[n - 1];
    for (size_t k = 0; e->j && k + 1 < n; k++) {
        size_t r = s->film_at + k;
        double w = d * far[k], a = w * wide[k], b = w * wide[k + 1];
        hc_put_y(e, r, (int)r, a);
        hc_put_y(e, r, (int)r + 1, -a);
        hc_put_y(e, r + 1, (int)r, -b);
        hc_put_y(e, r + 1, (int)r + 1, b);
    }
}

static void fluxes(const hc_system *s, const hc_eval *e, double d)
{
    const hc_mesh *g = &s->film;
    const hc_curve *shape = &s->cell->d_shape;
    const double *x = e->y + s->film_at;
    double *f = e->f + s->film_at;
    double here = hc_curve_at(shape, x[0], NULL);
    double sum = hc_curve_integral(shape, x[0]);
    for (size_t k = 0; k < g->n; k++)
        f[k] = e->yp[s->film_at + k];
    for (size_t k = 0; k + 1 < g->n; k++) {
        double next = hc_curve_at(shape, x[k + 1], NULL);
        double next_sum = hc_curve_integral(shape, x[k + 1]);
        double w = d * g->per_distance[k];
        double a = w * g->per_width[k], b = w * g->per_width[k + 1];
        f[k] -= a * (next_sum - sum); /* flux towards the collector */
        f[k + 1] += b * (next_sum - sum);
        if (e->j) {
            size_t r = s->film_at + k;
            hc_put_y(e, r, (int)r, a * here);
            hc_put_y(e, r, (int)r + 1, -a * next);
            hc_put_y(e, r + 1, (int)r, -b * here);
            hc_put_y(e, r + 1, (int)r + 1, b * next);
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
    const hc_curve *shape = &s->cell->d_shape;
    for (size_t k = 0; e->j && k < n; k++)
        hc_put_yp(e, at + k, (int)(at + k), 1);
    if (shape->kind == HC_CURVE_CONSTANT)
        plain_fluxes(s, e, d * shape->b[0]);
    else
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
