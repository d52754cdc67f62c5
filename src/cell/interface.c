/* interface.c: charge transfer and double layers at both electrodes
 *
 *     i = C dpsi/dt + i_F(eta)
 * Cathode: eta = psi - U(x_s); with capacitor_on_eta the unknown is eta
 * itself (Raijmakers 2020).  Negative: psi > 0 on charge, that is plating:
 * i0 [e^((1 - alpha) f psi) - e^(-alpha f psi)], alpha the anodic share.
 * The contact factor scales i0, C and 1/R, nothing else. */
#include "cell/kinetics.h"
#include "cell/physics.h"
#include "cell/system.h"

#include <math.h>

/* (a/a_eq)^alpha of a two-species electrolyte, and its slope. */
static double order(const hc_system *s, const hc_eval *e, hc_unknown u,
                    double alpha, double *slope)
{
    *slope = 0;
    if (!s->cell->electrolyte_order || s->at[u] == HC_ABSENT)
        return 1;
    double a = e->y[s->at[u]], v = pow(a, alpha);
    *slope = alpha * v / a;
    return v;
}

/* Current of a Frumkin interface; its diffuse drop is an unknown of its own
 * with the equation eta = d_s(d_d) + d_d. */
typedef struct {
    double i, d_eta, d_dd, d_i0;
} frumkin_rate;

static frumkin_rate frumkin(const hc_system *s, const hc_eval *e, hc_unknown u,
                            bool positive, double i0, double eta, int psi,
                            double f, double alpha)
{
    const double *p = s->p;
    double stern = p[positive ? HC_P_STERN_P : HC_P_STERN_N];
    double c0 = p[positive ? HC_P_C_0_P : HC_P_C_0_N];
    double eps = p[positive ? HC_P_EPS_P : HC_P_EPS_N];
    int at = s->at[u];
    double dd = e->y[at], by_s, by_d, slope;
    double ds = hc_stern_drop(stern, c0, eps, f, dd, &slope);
    e->f[at] = ds + dd - eta;
    hc_put_y(e, (size_t)at, at, slope + 1);
    hc_put_y(e, (size_t)at, psi, -1);
    frumkin_rate r = {0};
    r.i = hc_frumkin(i0, alpha, f, ds, dd, &by_s, &by_d);
    r.d_dd = by_s * slope + by_d;
    r.d_i0 = r.i / i0;
    return r;
}

typedef struct {
    size_t row;
    int ij, ip, is;
    double jp, eta, by_x;
} film_state;
typedef struct {
    double i0, base, o, o_slope, i0_x, alpha, f;
} drop_of;

/* Without a capacitor the current is given and the drop sought: solved for
 * eta, Newton stays linear where U(x_s) falls off a cliff. */
static void film_drop(const hc_eval *e, const hc_system *s, film_state a,
                      drop_of k)
{
    double eta = hc_butler_volmer_inverse(k.i0, k.alpha, k.f, a.jp);
    hc_rate r = hc_butler_volmer(k.i0, k.alpha, k.f, eta);
    double by_i0 = -r.d_i0 / r.d_eta;
    e->f[a.row] = a.eta - eta;
    hc_put_y(e, a.row, a.ip, 1);
    hc_put_y(e, a.row, a.is, -a.by_x - by_i0 * k.i0_x * k.o);
    hc_put_y(e, a.row, a.ij, -1 / r.d_eta);
    hc_put_y(e, a.row, s->at[HC_U_AL], -by_i0 * k.base * k.o_slope);
}

/* Row JP of a film: j_p = i_F. */
static void film_rate(const hc_system *s, const hc_eval *e)
{
    const hc_cell *c = s->cell;
    const double *p = s->p;
    int ij = s->at[HC_U_JP], is = s->at[HC_U_XS], ip = s->at[HC_U_PSI_P];
    size_t row = (size_t)ij;
    double xs = e->y[is], jp = e->y[ij], slope;
    double u = hc_curve_at(&c->ocv, xs, &slope);
    bool on_eta = c->capacitor_on_eta;
    double eta = on_eta ? e->y[ip] : e->y[ip] - u;
    double area = p[HC_P_CONTACT_P], f = HC_FARADAY / (HC_GAS * s->p_t);
    double by_x = on_eta ? 0 : slope;
    if (c->kin_p == HC_KIN_NONE) {
        double r = p[HC_P_R_P] / area;
        e->f[row] = eta - r * jp;
        hc_put_y(e, row, ip, 1);
        hc_put_y(e, row, is, -by_x);
        hc_put_y(e, row, ij, -r);
        return;
    }
    double i0_x, o_slope, alpha = p[HC_P_ALPHA_P];
    double o = order(s, e, HC_U_AL, alpha, &o_slope);
    double base = hc_i0_cathode(c, p[HC_P_I0_P] * area, alpha, xs, &i0_x);
    double i0 = base * o, d_eta, d_i0, i;
    if (c->kin_p == HC_KIN_FRUMKIN) {
        frumkin_rate r = frumkin(s, e, HC_U_DP, true, i0, eta, ip, f, alpha);
        if (!on_eta)
            hc_put_y(e, (size_t)s->at[HC_U_DP], is, slope);
        hc_put_y(e, row, s->at[HC_U_DP], -r.d_dd);
        i = r.i;
        d_eta = 0;
        d_i0 = r.d_i0;
    } else if (c->kin_p == HC_KIN_BV && p[HC_P_C_P] == 0) {
        film_drop(e, s, (film_state){row, ij, ip, is, jp, eta, by_x},
                  (drop_of){i0, base, o, o_slope, i0_x, alpha, f});
        return;
    } else {
        hc_rate r = c->kin_p == HC_KIN_LINEAR
                        ? hc_linear_kinetics(i0, f, eta)
                        : hc_butler_volmer(i0, alpha, f, eta);
        i = r.i;
        d_eta = r.d_eta;
        d_i0 = r.d_i0;
    }
    e->f[row] = jp - i;
    hc_put_y(e, row, ij, 1);
    hc_put_y(e, row, ip, -d_eta);
    hc_put_y(e, row, is, d_eta * by_x - d_i0 * i0_x * o);
    hc_put_y(e, row, s->at[HC_U_AL], -d_i0 * base * o_slope);
}

static void film_interface(const hc_system *s, const hc_eval *e)
{
    int ip = s->at[HC_U_PSI_P], ij = s->at[HC_U_JP], ib = hc_stack_index(s);
    size_t row = (size_t)ip;
    double c = s->p[HC_P_C_P] * s->p[HC_P_CONTACT_P];
    e->f[row] = e->y[ib] - c * e->yp[ip] - e->y[ij];
    hc_put_y(e, row, ib, 1);
    hc_put_y(e, row, ij, -1);
    if (c > 0)
        hc_put_yp(e, row, ip, -c);
    film_rate(s, e);
}

/* A lithium electrode; `plating` says whether i > 0 plates or strips. */
static void lithium(const hc_system *s, const hc_eval *e, hc_unknown u,
                    bool plating)
{
    const hc_cell *cell = s->cell;
    const double *p = s->p;
    int at = s->at[u], ib = hc_stack_index(s);
    size_t row = (size_t)at;
    double area = p[HC_P_CONTACT_N], c = p[HC_P_C_N] * area;
    double psi = e->y[at], f = HC_FARADAY / (HC_GAS * s->p_t);
    double alpha = p[HC_P_ALPHA_N], share = plating ? 1 - alpha : alpha;
    if (cell->kin_n == HC_KIN_NONE) {
        double r = p[HC_P_R_N] / area;
        e->f[row] = psi + r * c * e->yp[at] - r * e->y[ib];
        hc_put_y(e, row, at, 1);
        hc_put_y(e, row, ib, -r);
        if (r * c > 0)
            hc_put_yp(e, row, at, r * c);
        return;
    }
    hc_unknown face = plating ? HC_U_A0 : HC_U_AL;
    double o_slope, o = order(s, e, face, alpha, &o_slope);
    double base = p[HC_P_I0_N] * area, d_psi, d_i0, i;
    if (cell->kin_n == HC_KIN_FRUMKIN) {
        hc_unknown drop = plating ? HC_U_DN : HC_U_DP;
        frumkin_rate r =
            frumkin(s, e, drop, false, base * o, psi, at, f, share);
        hc_put_y(e, row, s->at[drop], -r.d_dd);
        i = r.i;
        d_psi = 0;
        d_i0 = r.d_i0;
    } else if (cell->kin_n == HC_KIN_BV && c == 0) {
        double i0 = base * o, ib_now = e->y[ib];
        double drop = hc_butler_volmer_inverse(i0, share, f, ib_now);
        hc_rate r = hc_butler_volmer(i0, share, f, drop);
        e->f[row] = psi - drop;
        hc_put_y(e, row, at, 1);
        hc_put_y(e, row, ib, -1 / r.d_eta);
        hc_put_y(e, row, s->at[face], r.d_i0 / r.d_eta * base * o_slope);
        return;
    } else {
        hc_rate r = cell->kin_n == HC_KIN_LINEAR
                        ? hc_linear_kinetics(base * o, f, psi)
                        : hc_butler_volmer(base * o, share, f, psi);
        i = r.i;
        d_psi = r.d_eta;
        d_i0 = r.d_i0;
    }
    e->f[row] = e->y[ib] - c * e->yp[at] - i;
    hc_put_y(e, row, ib, 1);
    hc_put_y(e, row, at, -d_psi);
    hc_put_y(e, row, s->at[face], -d_i0 * base * o_slope);
    if (c > 0)
        hc_put_yp(e, row, at, -c);
}

void hc_interfaces_eval(const hc_system *s, const hc_eval *e)
{
    lithium(s, e, HC_U_PSI_N, true);
    if (s->cell->cathode == HC_CATHODE_LITHIUM)
        lithium(s, e, HC_U_PSI_P, false);
    else if (s->cell->cathode == HC_CATHODE_FILM)
        film_interface(s, e);
}
