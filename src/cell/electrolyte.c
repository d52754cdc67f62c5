/* electrolyte.c: what lies between the electrodes
 *
 * Ohmic: i = sigma phi/L + C_geo dphi/dt.  Grain boundary and interphase:
 * a resistor and a capacitor each.  Two species (Danilov, Niessen, Notten
 * 2011, 10.1149/1.3521414): Li0 <-> Li+ + n-, electroneutral, a = [Li+]:
 *   da/dt = D_a a'' + k_d (c_tot - a) - k_r a^2,  a' = i/(2 F D+) at both
 *   faces (z from Li to cathode, i > 0 charges).
 * The field integrates in closed form, so that
 *   phi = (1/f) [ 2 D-/(D+ + D-) ln(a(L)/a(0)) + i/(F (D+ + D-)) int dz/a ]
 * Unknowns are a/a_eq. */
#include "cell/physics.h"
#include "cell/system.h"

#include <math.h>

/* One resistor and capacitor side by side; no capacitor: algebraic. */
static void rc(const hc_system *s, const hc_eval *e, hc_unknown u, double r,
               double c)
{
    int at = s->at[u], stack = hc_stack_index(s);
    if (at == HC_ABSENT)
        return;
    size_t row = (size_t)at;
    e->f[row] = e->y[at] + r * c * e->yp[at] - r * e->y[stack];
    hc_put_y(e, row, at, 1);
    hc_put_y(e, row, stack, -r);
    if (c > 0)
        hc_put_yp(e, row, at, r * c);
}

static void ohmic(const hc_system *s, const hc_eval *e)
{
    double c = s->cell->geometric_on_cell ? 0 : s->p[HC_P_C_GEO];
    rc(s, e, HC_U_SE, s->p[HC_P_L_SE] / s->p[HC_P_SIGMA], c);
}

static void balances(const hc_system *s, const hc_eval *e, double a_eq,
                     double flux)
{
    const hc_mesh *g = &s->ion;
    size_t at = s->ion_at, n = g->n;
    const double *p = s->p, *b = e->y + at;
    double *f = e->f + at;
    int ie = hc_ion_index(s);
    double da = 2 * p[HC_P_D_PLUS] * p[HC_P_D_MINUS] /
                (p[HC_P_D_PLUS] + p[HC_P_D_MINUS]);
    double delta = p[HC_P_DELTA], kr = p[HC_P_K_R] * a_eq;
    double kd = delta < 1 ? kr * delta / (1 - delta) : 0;
    for (size_t k = 0; k < n; k++) {
        size_t r = at + k;
        double reach = kd * (1 / delta - b[k]) - kr * b[k] * b[k];
        f[k] = e->yp[r] - reach;
        hc_put_yp(e, r, (int)r, 1);
        hc_put_y(e, r, (int)r, kd + 2 * kr * b[k]);
    }
    for (size_t k = 0; k + 1 < n; k++) {
        double w = da / g->distance[k], out = -w * (b[k + 1] - b[k]);
        f[k] += out / g->width[k];
        f[k + 1] -= out / g->width[k + 1];
        size_t r = at + k;
        int c = (int)r;
        hc_put_y(e, r, c, w / g->width[k]);
        hc_put_y(e, r, c + 1, -w / g->width[k]);
        hc_put_y(e, r + 1, c, -w / g->width[k + 1]);
        hc_put_y(e, r + 1, c + 1, w / g->width[k + 1]);
    }
    /* faces: D_a b' = D_a flux i, inwards at L, outwards at 0 */
    double i = e->y[ie], w0 = da * flux / g->width[0];
    double wl = da * flux / g->width[n - 1];
    f[0] += w0 * i;
    f[n - 1] -= wl * i;
    hc_put_y(e, at, ie, w0);
    hc_put_y(e, at + n - 1, ie, -wl);
}

/* a(0) and a(L) by the parabola at each face. */
static void faces(const hc_system *s, const hc_eval *e, double flux)
{
    const hc_mesh *g = &s->ion;
    size_t at = s->ion_at, n = g->n;
    const double *b = e->y + at;
    int i0 = s->at[HC_U_A0], il = s->at[HC_U_AL], ie = hc_ion_index(s);
    double slope = flux * e->y[ie];
    e->f[i0] =
        e->y[i0] - g->near_1 * b[0] - g->near_2 * b[1] + g->near_slope * slope;
    hc_put_y(e, (size_t)i0, i0, 1);
    hc_put_y(e, (size_t)i0, (int)at, -g->near_1);
    hc_put_y(e, (size_t)i0, (int)at + 1, -g->near_2);
    hc_put_y(e, (size_t)i0, ie, g->near_slope * flux);
    e->f[il] = e->y[il] - g->far_1 * b[n - 1] - g->far_2 * b[n - 2] -
               g->far_slope * slope;
    hc_put_y(e, (size_t)il, il, 1);
    hc_put_y(e, (size_t)il, (int)(at + n - 1), -g->far_1);
    hc_put_y(e, (size_t)il, (int)(at + n - 2), -g->far_2);
    hc_put_y(e, (size_t)il, ie, -g->far_slope * flux);
}

static void drop(const hc_system *s, const hc_eval *e, double a_eq, double v_t)
{
    const hc_mesh *g = &s->ion;
    size_t at = s->ion_at;
    const double *p = s->p, *b = e->y + at;
    int i0 = s->at[HC_U_A0], il = s->at[HC_U_AL], ie = hc_ion_index(s);
    size_t row = (size_t)s->at[HC_U_SE];
    double both = p[HC_P_D_PLUS] + p[HC_P_D_MINUS];
    double nernst = v_t * 2 * p[HC_P_D_MINUS] / both;
    double ohm = v_t / (HC_FARADAY * both * a_eq), integral = 0;
    double i = e->y[ie];
    for (size_t k = 0; k < g->n; k++) {
        integral += g->width[k] / b[k];
        hc_put_y(e, row, (int)(at + k), ohm * i * g->width[k] / (b[k] * b[k]));
    }
    e->f[row] =
        e->y[row] - nernst * log(e->y[il] / e->y[i0]) - ohm * i * integral;
    hc_put_y(e, row, (int)row, 1);
    hc_put_y(e, row, il, -nernst / e->y[il]);
    hc_put_y(e, row, i0, nernst / e->y[i0]);
    hc_put_y(e, row, ie, -ohm * integral);
}

static void two_species(const hc_system *s, const hc_eval *e)
{
    const double *p = s->p;
    double a_eq = p[HC_P_DELTA] * p[HC_P_C_TOT];
    double flux = 1 / (2 * HC_FARADAY * p[HC_P_D_PLUS] * a_eq);
    balances(s, e, a_eq, flux);
    faces(s, e, flux);
    drop(s, e, a_eq, HC_GAS * s->p_t / HC_FARADAY);
    int ion = s->at[HC_U_ION], se = s->at[HC_U_SE];
    if (ion != HC_ABSENT) {
        int stack = hc_stack_index(s);
        double c = p[HC_P_C_GEO];
        e->f[ion] = e->y[stack] - e->y[ion] - c * e->yp[se];
        hc_put_y(e, (size_t)ion, stack, 1);
        hc_put_y(e, (size_t)ion, ion, -1);
        hc_put_yp(e, (size_t)ion, se, -c);
    }
}

void hc_electrolyte_eval(const hc_system *s, const hc_eval *e)
{
    if (s->cell->se == HC_SE_TWO_SPECIES)
        two_species(s, e);
    else
        ohmic(s, e);
    rc(s, e, HC_U_GB, s->p[HC_P_R_GB], s->p[HC_P_C_GB]);
    rc(s, e, HC_U_INT, s->p[HC_P_R_INT], s->p[HC_P_C_INT]);
}
