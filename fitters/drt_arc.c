/* drt_arc.c: one closed-form arc: its impedance, derivatives and gamma;
 * drt_arcs.h
 *
 * S. Havriliak, S. Negami, Polymer 8 (1967) 161; K. S. Cole, R. H. Cole, J.
 * Chem. Phys. 9 (1941) 341; D. W. Davidson, R. H. Cole 19 (1951) 1484; H.
 * Gerischer, Z. Phys. Chem. 198 (1951) 286.
 */
#include "fitters/drt_arcs.h"

#include "fitters/cx.h"

#include <math.h>

const hc_arc_kind_info hc_arc_kinds[HC_ARC_KINDS] = {
    {"RC", false, false, 1, 1, 4, 0, 0},
    {"ZARC", true, false, 0.8, 1, 0, 0.3, 1},
    {"G", false, false, 1, 0.5, 2, 0, 0},
    {"CD", false, true, 1, 0.6, 2, 0, 0},
    {"HN", true, true, 0.8, 0.6, 3, 0.3, 1},
    {"Ws", false, false, 1, 1, 2, 0, 0},
    {"Wo", false, false, 1, 1, 2, 0, 0},
    {"LN", true, false, 1, 1, 2, 0.25, 4},
    {"-RC", false, false, 1, 1, 18, 0, 0},
    {"-ZARC", true, false, 0.8, 1, 18, 0.5, 1},
};

const char *hc_arc_name(hc_arc_kind k)
{
    return hc_arc_kinds[k].name;
}

bool hc_arc_has_phi(hc_arc_kind k)
{
    return hc_arc_kinds[k].phi;
}

bool hc_arc_has_psi(hc_arc_kind k)
{
    return hc_arc_kinds[k].psi;
}

double hc_arc_sign(hc_arc_kind k)
{
    return k == HC_ARC_NEG_RC || k == HC_ARC_NEG_ZARC ? -1 : 1;
}

hc_arc hc_arc_make(hc_arc_kind k, double ln_r, double ln_t, double phi,
                   double psi)
{
    return (hc_arc){k, ln_r, ln_t,
                    hc_arc_kinds[k].phi ? phi : hc_arc_kinds[k].phi0,
                    hc_arc_kinds[k].psi ? psi : hc_arc_kinds[k].psi0};
}

/* ---- one arc ---- */

bool hc_arc_diffusive(hc_arc_kind k)
{
    return k == HC_ARC_WS || k == HC_ARC_WO;
}

/* R tanh(x)/x or R coth(x)/x; *d is the derivative by ln t. */
static cx diffusion(const hc_arc *a, double re, double im, cx *d)
{
    const cx x = cx_exp(cx_make((re + a->ln_t) / 2, im / 2));
    const double m = exp(-2 * fmin(x.re, 350));
    const cx q = cx_make(m * cos(2 * x.im), -m * sin(2 * x.im));
    const cx up = cx_make(1 - q.re, -q.im), low = cx_make(1 + q.re, q.im);
    const bool open = a->kind == HC_ARC_WO;
    const cx t = open ? cx_div(low, up) : cx_div(up, low);
    const double r = exp(a->ln_r);
    const cx z = cx_scale(cx_div(t, x), r);
    /* d tanh = 1 - tanh^2, d coth = 1 - coth^2; dx/dln t = x/2 */
    const cx t2 = cx_mul(t, t);
    const cx slope = cx_scale(cx_make(1 - t2.re, -t2.im), r);
    *d = cx_scale(cx_sub(slope, z), 0.5);
    return z;
}

int hc_arc_nodes(double sd, double r, double *h, double *weight)
{
    *h = fmin(0.5, 0.7 * sd);
    const int arm = (int)(5.4 * sd / *h) + 1;
    for (int k = -arm; k <= arm; k++) {
        const double y = k * *h / sd;
        weight[k + arm] = r * *h / (sd * sqrt(2 * M_PI)) * exp(-0.5 * y * y);
    }
    return arm;
}

/* R times the mean of 1/(1 + s t e^x) over x normal with sd phi, by the
 * trapezoidal rule (1e-7 at ln s = ln w + j pi/2). */
static cx lognormal(const hc_arc *a, double re, double im, cx d[4])
{
    double weight[2 * HC_ARC_NODES + 1], h;
    const int arm = hc_arc_nodes(a->phi, exp(a->ln_r), &h, weight);
    cx z = {0, 0}, by_t = {0, 0}, by_sd = {0, 0};
    cx p = cx_exp(cx_make(re + a->ln_t - arm * h, im));
    const double grow = exp(h);
    for (int k = -arm; k <= arm; k++, p = cx_scale(p, grow)) {
        const double y = k * h / a->phi, w = weight[k + arm];
        const cx v = cx_inv(cx_make(1 + p.re, p.im));
        /* d/dln p of 1/(1 + p) = -p/(1 + p)^2 = v^2 - v */
        const cx s = cx_sub(cx_mul(v, v), v);
        z = cx_add(z, cx_scale(v, w));
        by_t = cx_add(by_t, cx_scale(s, w));
        by_sd = cx_add(by_sd, cx_scale(s, w * y));
    }
    d[0] = z;
    d[1] = by_t;
    d[2] = by_sd;
    return z;
}

/* Z and, in d, its derivatives by ln_r, ln_t, phi, psi. */
static cx arc_all(const hc_arc *a, double re, double im, cx d[4])
{
    if (hc_arc_diffusive(a->kind)) {
        const cx z = diffusion(a, re, im, &d[1]);
        d[0] = z;
        return z;
    }
    if (a->kind == HC_ARC_LN)
        return lognormal(a, re, im, d);
    const double l = re + a->ln_t;
    const cx p = cx_exp(cx_make(a->phi * l, a->phi * im));
    const cx b = cx_make(1 + p.re, p.im);
    const double r = hc_arc_sign(a->kind) * exp(a->ln_r);
    cx ln_b = {0, 0}, z;
    if (a->psi == 1) {
        z = cx_scale(cx_inv(b), r);
    } else {
        ln_b = cx_log(b);
        z = cx_scale(cx_exp(cx_scale(ln_b, -a->psi)), r);
    }
    const cx q = cx_scale(cx_mul(z, cx_div(p, b)), -a->psi);
    d[0] = z;
    d[1] = cx_scale(q, a->phi);
    d[2] = cx_mul(q, cx_make(l, im));
    d[3] = cx_scale(cx_mul(z, ln_b), -1);
    return z;
}

double complex hc_arc_z(const hc_arc *a, double re, double im, bool bare)
{
    cx d[4];
    cx z = arc_all(a, re, im, d);
    if (bare && a->kind == HC_ARC_WO)
        z = cx_sub(z, cx_exp(cx_make(a->ln_r - a->ln_t - re, -im)));
    return CMPLX(z.re, z.im);
}

double hc_arc_gamma(const hc_arc *a, double u, double h)
{
    if (a->kind == HC_ARC_LN) {
        const double var = a->phi * a->phi + 2 * h * h, x = u - a->ln_t;
        return exp(a->ln_r - x * x / (2 * var)) / sqrt(2 * M_PI * var);
    }
    const double complex one = hc_arc_z(a, -u, M_PI - h, true);
    const double complex two = hc_arc_z(a, -u, M_PI - 2 * h, true);
    const double sign = hc_arc_sign(a->kind);
    return sign * fmax(0, -sign * cimag(2 * one - two) / M_PI);
}

double hc_arc_r(const hc_arc *a)
{
    return hc_arc_sign(a->kind) * exp(a->ln_r) /
           (a->kind == HC_ARC_WO ? 3 : 1);
}
