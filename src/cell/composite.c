/* composite.c: porous cathode, active spheres in a solid electrolyte (p2d)
 *
 * Node j holds phi_e, psi = phi_s - phi_e, the surface x_s of its sphere and
 * the sphere's shells from the outside in.  y = 0 faces the electrolyte
 * layer, where phi_e = 0.  Currents count positive on charge, from the
 * collector to the lithium:
 *   i_e = kappa dphi_e/dy, i_s = sigma dphi_s/dy, i_e + i_s = i
 *   -di_e/dy = a_v (C dpsi/dt + i_F(psi - U(x_s), x_s)),  a_v = 3 eps/R
 * The electrolyte is a single-ion conductor, so there is no salt balance. */
#include "cell/kinetics.h"
#include "cell/physics.h"
#include "cell/system.h"

#include <stdlib.h>

enum { PHI, PSI, XS, SHELL };

hc_status hc_composite_init(hc_system *s, hc_err *err)
{
    hc_status st = hc_mesh_new(&s->depth, s->grid.depth,
                               s->cell->value[HC_P_L_P], 20, 1, err);
    if (st == HC_OK)
        st = hc_mesh_new(&s->radius, s->grid.radius, 1, 100, 0, err);
    if (st != HC_OK)
        return st;
    size_t n = s->radius.n;
    s->shell_area = calloc(2 * n + 1, sizeof *s->shell_area);
    if (!s->shell_area)
        return hc_fail_nomem(err);
    s->shell_volume = s->shell_area + n + 1;
    double r = 1;
    for (size_t k = 0; k < n; k++) {
        double inner = k + 1 < n ? r - s->radius.width[k] : 0;
        s->shell_area[k] = r * r; /* outer face */
        s->shell_volume[k] = (r * r * r - inner * inner * inner) / 3;
        r = inner;
    }
    s->block = n + SHELL;
    s->ml = s->block + 1;
    s->mu = s->block - 1;
    return HC_OK;
}

static size_t node(const hc_system *s, size_t j)
{
    return s->comp_at + j * s->block;
}

/* Diffusion in the sphere of one node; i is its local current density. */
static void sphere(const hc_system *s, const hc_eval *e, size_t b, hc_rate r,
                   double by_x)
{
    const hc_mesh *g = &s->radius;
    const hc_curve *shape = &s->cell->d_shape;
    double radius = s->p[HC_P_RADIUS], d = s->p[HC_P_D];
    double per = 1 / (HC_FARADAY * s->p[HC_P_C_MAX]);
    size_t at = b + SHELL, n = g->n;
    const double *x = e->y + at;
    double *f = e->f + at;
    for (size_t k = 0; k < n; k++) {
        f[k] = e->yp[at + k];
        hc_put_yp(e, at + k, (int)(at + k), 1);
    }
    for (size_t k = 0; k + 1 < n; k++) {
        double w =
            s->shell_area[k + 1] * d / (g->distance[k] * radius * radius);
        double here, next;
        double sum = hc_curve_integral(shape, x[k + 1]) -
                     hc_curve_integral(shape, x[k]);
        here = hc_curve_at(shape, x[k], NULL);
        next = hc_curve_at(shape, x[k + 1], NULL);
        f[k] -= w * sum / s->shell_volume[k];
        f[k + 1] += w * sum / s->shell_volume[k + 1];
        size_t row = at + k;
        int c = (int)row;
        hc_put_y(e, row, c, w * here / s->shell_volume[k]);
        hc_put_y(e, row, c + 1, -w * next / s->shell_volume[k]);
        hc_put_y(e, row + 1, c, -w * here / s->shell_volume[k + 1]);
        hc_put_y(e, row + 1, c + 1, w * next / s->shell_volume[k + 1]);
    }
    double w = per / (radius * s->shell_volume[0]);
    f[0] += w * r.i;
    hc_put_y(e, at, (int)b + PSI, w * r.d_eta);
    hc_put_y(e, at, (int)b + XS, w * by_x);
    double slope, ds = d * hc_curve_at(shape, e->y[b + XS], &slope);
    double near = g->near_slope * radius * per / ds;
    size_t row = b + XS;
    e->f[row] = e->y[row] - g->near_1 * x[0] - g->near_2 * x[1] + near * r.i;
    hc_put_y(e, row, (int)row, 1 + near * by_x - near * r.i / ds * d * slope);
    hc_put_y(e, row, (int)at, -g->near_1);
    hc_put_y(e, row, (int)at + 1, -g->near_2);
    hc_put_y(e, row, (int)b + PSI, near * r.d_eta);
}

/* Charge balance of the electrolyte phase in node j. */
static void charge(const hc_system *s, const hc_eval *e, size_t j, hc_rate r,
                   double by_x)
{
    const hc_mesh *g = &s->depth;
    size_t b = node(s, j), row = b + PSI;
    int c = (int)b;
    double a_v = 3 * s->p[HC_P_EPS_S] / s->p[HC_P_RADIUS] * g->width[j];
    double cap = s->p[HC_P_C_P] * s->p[HC_P_CONTACT_P];
    double kappa = s->p[HC_P_KAPPA_P];
    e->f[row] = a_v * (cap * e->yp[row] + r.i);
    hc_put_y(e, row, c + PSI, a_v * r.d_eta);
    hc_put_y(e, row, c + XS, a_v * by_x);
    if (cap > 0)
        hc_put_yp(e, row, c + PSI, a_v * cap);
    if (j + 1 < g->n) {
        double w = kappa / g->distance[j];
        int next = (int)node(s, j + 1);
        e->f[row] += w * (e->y[next] - e->y[c]);
        hc_put_y(e, row, next, w);
        hc_put_y(e, row, c, -w);
    }
    double w = j ? kappa / g->distance[j - 1] : kappa / (g->width[0] / 2);
    int last = j ? (int)node(s, j - 1) : HC_ABSENT;
    e->f[row] -= w * (e->y[c] - (j ? e->y[last] : 0));
    hc_put_y(e, row, c, -w);
    hc_put_y(e, row, last, w);
}

/* i_e + i_s = i at the inner face of node j. */
static void total(const hc_system *s, const hc_eval *e, size_t j)
{
    const hc_mesh *g = &s->depth;
    size_t row = node(s, j);
    int c = (int)row, ib = hc_stack_index(s);
    double kappa = s->p[HC_P_KAPPA_P], sigma = s->p[HC_P_SIGMA_E];
    double i = e->y[ib];
    if (j == 0) {
        double w = kappa / (g->width[0] / 2);
        e->f[row] = w * e->y[c] - i;
        hc_put_y(e, row, c, w);
        hc_put_y(e, row, ib, -1);
        return;
    }
    int o = (int)node(s, j - 1);
    double w = (kappa + sigma) / g->distance[j - 1];
    double ws = sigma / g->distance[j - 1];
    e->f[row] =
        w * (e->y[c] - e->y[o]) + ws * (e->y[c + PSI] - e->y[o + PSI]) - i;
    hc_put_y(e, row, c, w);
    hc_put_y(e, row, o, -w);
    hc_put_y(e, row, c + PSI, ws);
    hc_put_y(e, row, o + PSI, -ws);
    hc_put_y(e, row, ib, -1);
}

void hc_composite_eval(const hc_system *s, const hc_eval *e)
{
    const hc_cell *c = s->cell;
    const hc_mesh *g = &s->depth;
    double f = HC_FARADAY / (HC_GAS * s->p_t), alpha = s->p[HC_P_ALPHA_P];
    double i0_half = s->p[HC_P_I0_P] * s->p[HC_P_CONTACT_P];
    for (size_t j = 0; j < g->n; j++) {
        size_t b = node(s, j);
        double xs = e->y[b + XS], slope, i0_x;
        double u = hc_curve_at(&c->ocv, xs, &slope);
        double i0 = hc_i0_cathode(c, i0_half, alpha, xs, &i0_x);
        double eta = e->y[b + PSI] - u;
        hc_rate r = c->kin_p == HC_KIN_LINEAR
                        ? hc_linear_kinetics(i0, f, eta)
                        : hc_butler_volmer(i0, alpha, f, eta);
        double by_x = r.d_i0 * i0_x - r.d_eta * slope;
        total(s, e, j);
        charge(s, e, j, r, by_x);
        sphere(s, e, b, r, by_x);
    }
    /* the collector: sigma dphi_s/dy = i in the last half cell */
    int ip = s->at[HC_U_PSI_P], ib = hc_stack_index(s);
    int last = (int)node(s, g->n - 1);
    double w = s->p[HC_P_SIGMA_E] / (g->width[g->n - 1] / 2);
    size_t row = (size_t)ip;
    e->f[row] = w * (e->y[ip] - e->y[last] - e->y[last + PSI]) - e->y[ib];
    hc_put_y(e, row, ip, w);
    hc_put_y(e, row, last, -w);
    hc_put_y(e, row, last + PSI, -w);
    hc_put_y(e, row, ib, -1);
}

double hc_composite_mean(const hc_system *s, const double *y)
{
    double sum = 0;
    for (size_t j = 0; j < s->depth.n; j++) {
        const double *x = y + node(s, j) + SHELL;
        double mean = 0;
        for (size_t k = 0; k < s->radius.n; k++)
            mean += x[k] * s->shell_volume[k] * 3;
        sum += mean * s->depth.width[j];
    }
    return sum / s->cell->value[HC_P_L_P];
}
