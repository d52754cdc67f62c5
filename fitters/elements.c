#include "fitters/elements.h"

#include "fitters/simd.h"

#include <stdbool.h>
#include <string.h>

#define NOT_PRESET NAN
#define UP(suffix, unit)                                                      \
    {                                                                         \
        suffix, unit, HC_PAR_UP, NOT_PRESET, 0, 0                             \
    }
#define DOWN(suffix, unit)                                                    \
    {                                                                         \
        suffix, unit, HC_PAR_DOWN, NOT_PRESET, 0, 0                           \
    }
#define TAU                                                                   \
    {                                                                         \
        "tau", "s", HC_PAR_TAU, NOT_PRESET, 0, 0                              \
    }
#define RATIO(suffix)                                                         \
    {                                                                         \
        suffix, "-", HC_PAR_RATIO, NOT_PRESET, 0, 0                           \
    }
#define EXPONENT(suffix)                                                      \
    {                                                                         \
        suffix, "-", HC_PAR_EXP, NOT_PRESET, 0, 1                             \
    }
#define HELD(suffix, value)                                                   \
    {                                                                         \
        suffix, "-", HC_PAR_EXP, value, 0, 1                                  \
    }

/* ---- functions of one complex variable ---- */

const double hc_tanhc_value[HC_TANHC_TERMS] = {
    1.0 / 3,         -2.0 / 15,          17.0 / 315,          -62.0 / 2835,
    1382.0 / 155925, -21844.0 / 6081075, 929569.0 / 638512875};
const double hc_tanhc_slope[HC_TANHC_TERMS] = {
    -4.0 / 6,
    16.0 * 7 / 360,
    -64.0 * 31 / 15120,
    256.0 * 127 / 604800,
    -1024.0 * 73 / 3421440,
    4096.0 * 1414477 / 653837184000.0,
    -16384.0 * 8191 / 37362124800.0};

/* tanh(x)/x = 1 - y/3 + ..., y = x^2; u/sinh u = 1 - u^2/6 + ...
 * Abramowitz & Stegun 4.5.64, 4.5.65. */
static void tanhc_series(cx y, cx *t, cx *m, cx *d)
{
    cx sa = cx_make(0, 0), sb = cx_make(0, 0);
    for (int i = HC_TANHC_TERMS - 1; i >= 0; i--) {
        sa = cx_add(cx_mul(sa, y), cx_make(hc_tanhc_value[i], 0));
        sb = cx_add(cx_mul(sb, y), cx_make(hc_tanhc_slope[i], 0));
    }
    *m = cx_mul(sa, y);
    *t = cx_make(1 - m->re, -m->im);
    *d = cx_mul(sb, y);
}

void hc_tanhc(cx x, cx *t, cx *m, cx *d)
{
    if (cx_norm(x) < 0.01) {
        tanhc_series(cx_mul(x, x), t, m, d);
        return;
    }
    if (x.re > 20.0) { /* exp(-2x) is nothing beside 1 */
        *t = cx_inv(x);
        *m = cx_make(1 - t->re, -t->im);
        *d = cx_make(-1, 0);
        return;
    }
    cx e = cx_exp(cx_scale(x, -2));
    cx num = cx_make(1 - e.re, -e.im), den = cx_make(1 + e.re, e.im);
    *t = cx_div(num, cx_mul(den, x));
    *m = cx_make(1 - t->re, -t->im);
    /* 2x / sinh 2x - 1 = 4x e / (1 - e^2) - 1 */
    cx q = cx_div(cx_scale(cx_mul(x, e), 4), cx_mul(num, den));
    *d = cx_make(q.re - 1, q.im);
}

/* k: ln tau, n, cos(n pi/2), sin(n pi/2) of (jw tau)^n; k[6] tau */
static void prepare_power(double tau, double n, double *k)
{
    k[0] = log(tau);
    k[1] = n;
    k[2] = cos(n * M_PI_2);
    k[3] = sin(n * M_PI_2);
    k[6] = tau;
}

/* x = (jw tau)^n and l = ln(jw tau) */
static inline cx power(double w, double ln_w, const double *k, cx *l)
{
    double a = ln_w + k[0];
    double m = k[1] == 0.5 ? sqrt(w * k[6]) : exp(k[1] * a);
    *l = cx_make(a, M_PI_2);
    return cx_make(m * k[2], m * k[3]);
}

/* ---- elements evaluated for all points in one loop ---- */

static void all_r(const hc_grid *g, const double *p, double *z, double *dz)
{
    for (size_t i = 0; i < g->ld; i++) {
        z[i] = p[0];
        z[g->ld + i] = 0;
    }
    if (dz != NULL)
        memcpy(dz, z, 2 * g->ld * sizeof *z);
}

static void all_c(const hc_grid *g, const double *p, double *z, double *dz)
{
    double s = -1.0 / p[0];
    for (size_t i = 0; i < g->ld; i++) {
        z[i] = 0;
        z[g->ld + i] = s / g->w[i];
        if (dz != NULL) {
            dz[i] = 0;
            dz[g->ld + i] = -z[g->ld + i];
        }
    }
}

static void all_l(const hc_grid *g, const double *p, double *z, double *dz)
{
    for (size_t i = 0; i < g->ld; i++) {
        z[i] = 0;
        z[g->ld + i] = p[0] * g->w[i];
    }
    if (dz != NULL)
        memcpy(dz, z, 2 * g->ld * sizeof *z);
}

/* z = exp(ln_a + s n ln w) exp(j s n pi/2); the derivative to ln of the
 * first parameter is `up` z, to n it is s z (ln w + j pi/2). */
HC_SIMD static void power_law(const hc_grid *g, double ln_a, double s,
                              double n, double up, double *restrict z,
                              double *restrict dz)
{
    const double c = cos(n * M_PI_2), sn = s * sin(n * M_PI_2), e = s * n;
    const size_t ld = g->ld;
    for (size_t i = 0; i < ld; i += 4) {
        hc_v4 size = ln_a + e * HC_V4(g->ln_w + i);
        hc_v4_exp(&size);
        HC_V4(z + i) = size;
    }
    for (size_t i = 0; i < ld && dz == NULL; i += 4) {
        hc_v4 m = HC_V4(z + i);
        HC_V4(z + i) = m * c;
        HC_V4(z + ld + i) = m * sn;
    }
    for (size_t i = 0; i < ld && dz != NULL; i += 4) {
        hc_v4 m = HC_V4(z + i), re = m * c, im = m * sn;
        hc_v4 l = s * HC_V4(g->ln_w + i);
        HC_V4(z + i) = re;
        HC_V4(z + ld + i) = im;
        HC_V4(dz + i) = up * re;
        HC_V4(dz + ld + i) = up * im;
        HC_V4(dz + 2 * ld + i) = re * l - im * (s * M_PI_2);
        HC_V4(dz + 3 * ld + i) = im * l + re * (s * M_PI_2);
    }
}

static void all_cpe(const hc_grid *g, const double *p, double *z, double *dz)
{
    power_law(g, -log(p[0]), -1, p[1], -1, z, dz);
}

static void all_la(const hc_grid *g, const double *p, double *z, double *dz)
{
    power_law(g, log(p[0]), 1, p[1], 1, z, dz);
}

static void all_w(const hc_grid *g, const double *p, double *z, double *dz)
{
    power_law(g, log(p[0] * M_SQRT2), -1, p[1], 1, z, dz);
}

HC_SIMD void hc_arc_eval(const hc_grid *g, double r, double n, double ln_x,
                         const hc_arc *out)
{
    const size_t ld = g->ld;
    const double sign = r < 0 ? -1 : 1, own = out->own, by = out->by;
    const double c = sign * cos(n * M_PI_2), s = sign * sin(n * M_PI_2);
    double *z = out->z, *dr = out->dr, *dx = out->dx, *dn = out->dn;
    for (size_t i = 0; i < ld; i += 4) {
        hc_v4 ln_w = HC_V4(g->ln_w + i), size = n * ln_w + ln_x;
        hc_v4_exp(&size);
        hc_v4 a = size * c + 1.0, b = size * s;
        hc_v4 d = 1.0 / (a * a + b * b);
        hc_v4 gr = a * d, gi = -b * d, zr = r * gr, zi = r * gi;
        HC_V4(z + i) = zr;
        HC_V4(z + ld + i) = zi;
        if (dr == NULL)
            continue;
        /* h = 1 - g = x g without cancellation */
        hc_v4 hr = size * (c * gr - s * gi), hi = size * (c * gi + s * gr);
        hc_v4 xr = zi * hi - zr * hr, xi = -(zr * hi + zi * hr);
        hc_v4 l = ln_w + out->ln_t;
        HC_V4(dr + i) = own * zr + (1 - own) * (zr * gr - zi * gi);
        HC_V4(dr + ld + i) = own * zi + (1 - own) * (zr * gi + zi * gr);
        HC_V4(dx + i) = by * xr;
        HC_V4(dx + ld + i) = by * xi;
        HC_V4(dn + i) = xr * l - xi * M_PI_2;
        HC_V4(dn + ld + i) = xi * l + xr * M_PI_2;
    }
}

static void all_zarc(const hc_grid *g, const double *p, double *z, double *dz)
{
    const size_t two = 2 * g->ld;
    hc_arc out = {.z = z, .own = 1, .by = p[2], .ln_t = log(p[1])};
    if (dz != NULL) {
        out.dr = dz;
        out.dx = dz + two;
        out.dn = dz + 2 * two;
    }
    hc_arc_eval(g, p[0], p[2], p[2] * out.ln_t, &out);
}

/* ---- elements evaluated point by point ---- */

static void prepare_2(const double *p, double *k)
{
    prepare_power(p[1], p[2], k);
}

static void point_wo(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    cx l, x = power(w, ln_w, k, &l), t, m, s;
    hc_tanhc(x, &t, &m, &s);
    *z = cx_scale(cx_inv(cx_mul(cx_mul(x, x), t)), p[0]);
    cx zx = cx_mul(*z, cx_make(-2 - s.re, -s.im));
    d[0] = *z;
    d[1] = cx_scale(zx, k[1]);
    d[2] = cx_mul(zx, l);
}

static void point_ws(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    cx l, x = power(w, ln_w, k, &l), t, m, s;
    hc_tanhc(x, &t, &m, &s);
    *z = cx_scale(t, p[0]);
    cx zx = cx_mul(*z, s);
    d[0] = *z;
    d[1] = cx_scale(zx, k[1]);
    d[2] = cx_mul(zx, l);
}

typedef void (*prepare_fn)(const double *p, double *k);

/* Point by point, for every element that has no better way. */
static void pointwise(const hc_grid *g, const double *p, int n_par,
                      prepare_fn prepare, hc_element_point point, double *z,
                      double *dz)
{
    double k[HC_ELEMENT_CONSTANTS];
    cx zi, di[HC_ELEMENT_PARS];
    prepare(p, k);
    for (size_t i = 0; i < g->ld; i++) {
        point(g->w[i], g->ln_w[i], p, k, &zi, di);
        z[i] = zi.re;
        z[g->ld + i] = zi.im;
        for (int m = 0; m < n_par && dz != NULL; m++) {
            dz[(size_t)(2 * m) * g->ld + i] = di[m].re;
            dz[(size_t)(2 * m + 1) * g->ld + i] = di[m].im;
        }
    }
}

static const double many_n = 0.999; /* up to which four at once are right */

static void all_wo(const hc_grid *g, const double *p, double *z, double *dz)
{
    if (p[2] <= many_n)
        hc_diffusion_eval(g, p, true, z, dz);
    else
        pointwise(g, p, 3, prepare_2, point_wo, z, dz);
}

static void all_ws(const hc_grid *g, const double *p, double *z, double *dz)
{
    if (p[2] <= many_n)
        hc_diffusion_eval(g, p, false, z, dz);
    else
        pointwise(g, p, 3, prepare_2, point_ws, z, dz);
}

static void prepare_mg(const double *p, double *k)
{
    prepare_power(p[1], p[2], k);
    k[4] = cos((2 * p[2] - 1) * M_PI_2);
    k[5] = sin((2 * p[2] - 1) * M_PI_2);
}

static void point_mg(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    cx l, x = power(w, ln_w, k, &l), t, m, s;
    hc_tanhc(x, &t, &m, &s);
    double f = p[0] * exp((2 * k[1] - 1) * l.re);
    *z = cx_mul(cx_make(f * k[4], f * k[5]), cx_inv(cx_mul(cx_mul(x, x), t)));
    d[0] = *z;
    d[1] = cx_mul(*z, cx_make(-1 - k[1] * s.re, -k[1] * s.im));
    d[2] = cx_scale(cx_mul(*z, cx_mul(s, l)), -1);
}

static void prepare_1(const double *p, double *k)
{
    k[0] = p[1];
}

static void point_k(double w, double ln_w, const double *p, const double *k,
                    cx *z, cx *d)
{
    (void)ln_w;
    cx q = cx_inv(cx_make(1, w * k[0]));
    *z = cx_scale(q, p[0]);
    d[0] = *z;
    d[1] = cx_mul(*z, cx_mul(q, cx_make(0, -w * k[0])));
}

static void point_g(double w, double ln_w, const double *p, const double *k,
                    cx *z, cx *d)
{
    (void)ln_w;
    cx a = cx_make(1, w * k[0]);
    *z = cx_scale(cx_inv(cx_sqrt(a)), p[0]);
    d[0] = *z;
    d[1] = cx_mul(*z, cx_div(cx_make(0, -0.5 * w * k[0]), a));
}

static void point_gs(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    (void)ln_w;
    cx a = cx_make(1, w * k[0]), y = cx_scale(cx_sqrt(a), p[2]), t, m, s;
    hc_tanhc(y, &t, &m, &s);
    *z = cx_scale(cx_inv(cx_mul(cx_mul(y, y), t)), p[0] * p[2]);
    cx zy = cx_mul(*z, cx_make(-2 - s.re, -s.im)); /* dz/dln y */
    d[0] = *z;
    d[1] = cx_mul(zy, cx_div(cx_make(0, 0.5 * w * k[0]), a));
    d[2] = cx_add(*z, zy);
}

static void point_hn(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    cx l, x = power(w, ln_w, k, &l), a = cx_make(1 + x.re, x.im);
    cx ln_a = cx_log(a);
    *z = cx_scale(cx_exp(cx_scale(ln_a, -p[3])), p[0]);
    cx zx = cx_scale(cx_mul(*z, cx_div(x, a)), -p[3]);
    d[0] = *z;
    d[1] = cx_scale(zx, k[1]);
    d[2] = cx_mul(zx, l);
    d[3] = cx_scale(cx_mul(*z, ln_a), -1);
}

static void prepare_half(const double *p, double *k)
{
    prepare_power(p[1], 0.5, k);
}

static void point_sd(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    cx l, x = power(w, ln_w, k, &l), t, m, s;
    hc_tanhc(x, &t, &m, &s);
    cx q = cx_inv(m);
    *z = cx_scale(cx_mul(t, q), p[0]);
    d[0] = *z;
    d[1] = cx_scale(cx_mul(*z, cx_mul(s, q)), 0.5);
}

static void point_me(double w, double ln_w, const double *p, const double *k,
                     cx *z, cx *d)
{
    cx l, x = power(w, ln_w, k, &l);
    cx q = cx_inv(cx_make(1 + x.re, x.im));
    *z = cx_scale(q, p[0]);
    d[0] = *z;
    d[1] = cx_scale(cx_mul(*z, cx_mul(x, q)), -0.5);
}

const hc_element hc_elements[] = {
    {"R", NULL, 1, {UP("", "ohm")}, all_r, NULL, NULL, "R", "Ohm's law"},
    {"C",
     NULL,
     1,
     {DOWN("", "F")},
     all_c,
     NULL,
     NULL,
     "1/(jw C)",
     "capacitor"},
    {"L", NULL, 1, {UP("", "H")}, all_l, NULL, NULL, "jw L", "inductor"},
    {"La",
     NULL,
     2,
     {UP("L", "H s^(n-1)"), EXPONENT("n")},
     all_la,
     NULL,
     NULL,
     "L (jw)^n",
     "modified inductor; pyimpspec's La"},
    {"CPE",
     "Q",
     2,
     {DOWN("Q", "S s^n"), EXPONENT("n")},
     all_cpe,
     NULL,
     NULL,
     "1/(Q (jw)^n)",
     "Brug et al. 1984, 10.1016/S0022-0728(84)80324-1"},
    {"W",
     NULL,
     2,
     {UP("A", "ohm s^-0.5"), HELD("n", 0.5)},
     all_w,
     NULL,
     NULL,
     "A sqrt(2) (jw)^-n, which is A (1-j)/sqrt(w) at n = 1/2",
     "Warburg 1899, 10.1002/andp.18993030302"},
    {"Wo",
     NULL,
     3,
     {UP("Z0", "ohm"), TAU, HELD("n", 0.5)},
     all_wo,
     NULL,
     NULL,
     "Z0 coth((jw tau)^n)/(jw tau)^n, n = 1/2 unless named",
     "finite space diffusion; Ho et al. 1980, 10.1149/1.2129668"},
    {"Ws",
     NULL,
     3,
     {UP("Z0", "ohm"), TAU, HELD("n", 0.5)},
     all_ws,
     NULL,
     NULL,
     "Z0 tanh((jw tau)^n)/(jw tau)^n, n = 1/2 unless named",
     "finite length diffusion; Franceschetti and Macdonald, J. Electroanal. "
     "Chem. 101 (1979) 307"},
    {"Ma",
     NULL,
     3,
     {UP("Z0", "ohm"), TAU, EXPONENT("n")},
     all_wo,
     NULL,
     NULL,
     "Z0 coth((jw tau)^n)/(jw tau)^n, n free",
     "modified restricted diffusion, as in the fitting of EC-Lab"},
    {"Mg",
     NULL,
     3,
     {UP("Z0", "ohm"), TAU, {"n", "-", HC_PAR_EXP, NOT_PRESET, 0, 0.5}},
     NULL,
     prepare_mg,
     point_mg,
     "Z0 coth((jw tau)^n) (jw tau)^(n-1), n = gamma/2",
     "anomalous diffusion; Bisquert and Compte 2001, "
     "10.1016/S0022-0728(00)00497-6"},
    {"Zarc",
     NULL,
     3,
     {UP("R", "ohm"), TAU, EXPONENT("n")},
     all_zarc,
     NULL,
     NULL,
     "R/(1 + (jw tau)^n)",
     "Cole and Cole 1941, 10.1063/1.1750906"},
    {"K",
     NULL,
     2,
     {UP("R", "ohm"), TAU},
     NULL,
     prepare_1,
     point_k,
     "R/(1 + jw tau)",
     "the RC element of the Kramers-Kronig tests"},
    {"G",
     NULL,
     2,
     {UP("R", "ohm"), TAU},
     NULL,
     prepare_1,
     point_g,
     "R/sqrt(1 + jw tau)",
     "Gerischer 1951; Boukamp and Bouwmeester, Solid State Ionics 157 (2003) "
     "29"},
    {"Gs",
     NULL,
     3,
     {UP("R", "ohm"), TAU, RATIO("phi")},
     NULL,
     prepare_1,
     point_gs,
     "R/(sqrt(1 + jw tau) tanh(phi sqrt(1 + jw tau)))",
     "finite length Gerischer; Boukamp and Bouwmeester 2003, as G"},
    {"HN",
     NULL,
     4,
     {UP("R", "ohm"), TAU, EXPONENT("a"), EXPONENT("b")},
     NULL,
     prepare_2,
     point_hn,
     "R/(1 + (jw tau)^a)^b",
     "Havriliak and Negami 1967, 10.1016/0032-3861(67)90021-3"},
    {"Sd",
     NULL,
     2,
     {UP("Z0", "ohm"), TAU},
     NULL,
     prepare_half,
     point_sd,
     "Z0 tanh(x)/(x - tanh(x)), x = sqrt(jw tau)",
     "diffusion in a sphere, tau = r^2/D; Motupally et al., J. Electrochem. "
     "Soc. 142 (1995) 3401"},
    {"Me",
     NULL,
     2,
     {UP("Z0", "ohm"), TAU},
     NULL,
     prepare_half,
     point_me,
     "Z0/(1 + sqrt(jw tau))",
     "diffusion to a hemispherical microelectrode, tau = r^2/D; Fleischmann "
     "and Pons, J. Electroanal. Chem. 250 (1988) 277"},
};
const size_t hc_elements_n = sizeof hc_elements / sizeof hc_elements[0];

static bool begins(const char *s, const char *name, size_t *len)
{
    size_t n = name == NULL ? 0 : strlen(name);
    if (n <= *len || strncmp(s, name, n) != 0)
        return false;
    *len = n;
    return true;
}

const hc_element *hc_element_match(const char *s, size_t *len)
{
    const hc_element *best = NULL;
    *len = 0;
    for (size_t i = 0; i < hc_elements_n; i++)
        if (begins(s, hc_elements[i].name, len) ||
            begins(s, hc_elements[i].boukamp, len))
            best = &hc_elements[i];
    return best;
}

void hc_element_eval(const hc_element *e, const hc_grid *g, const double *p,
                     double *z, double *dz)
{
    if (e->all != NULL)
        e->all(g, p, z, dz);
    else
        pointwise(g, p, e->n_par, e->prepare, e->point, z, dz);
}
