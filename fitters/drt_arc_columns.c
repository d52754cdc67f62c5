/* drt_arc_columns.c: an arc's impedance and derivatives at all points of a
 * spectrum, four at a time; drt_arcs.h
 *
 * The same closed forms as drt_arcs.c for ln s = ln w + j pi/2, where the
 * angle of s^phi is one number for the whole spectrum.
 */
#include "fitters/drt_arcs.h"

#include "fitters/simd.h"

#include <math.h>

/* Four points: ln w, 1/sd and where the columns begin. */
typedef struct {
    const double *ln_w, *scale;
    double *out;    /* first column, at these points */
    size_t n, rows; /* from Re to Im, from column to column */
} place;

typedef struct {
    hc_v4 re, im;
} cx4;

HC_SIMD_PART void put(const place *p, size_t col, const cx4 *z)
{
    double *to = p->out + col * p->rows;
    HC_V4(to) = z->re * HC_V4(p->scale);
    HC_V4(to + p->n) = z->im * HC_V4(p->scale);
}

HC_SIMD_PART void times(const cx4 *a, const cx4 *b, cx4 *out)
{
    const hc_v4 re = a->re * b->re - a->im * b->im;
    out->im = a->re * b->im + a->im * b->re;
    out->re = re;
}

HC_SIMD_PART void inverse(const cx4 *a, cx4 *out)
{
    const hc_v4 d = 1 / (a->re * a->re + a->im * a->im);
    out->re = a->re * d;
    out->im = -a->im * d;
}

/* What is the same at all points: R, s^phi/w^phi, nodes of lognormal(). */
typedef struct {
    double r, cosine, sine, h;
    bool has_phi, has_psi;
    int arm;
    double weight[2 * HC_ARC_NODES + 1];
} constants;

/* R/(1 + p)^psi, p = (s t)^phi = m (c + j s) with c, s >= 0. */
HC_SIMD_PART void havriliak(const hc_arc *a, const constants *k,
                            const place *at)
{
    const double r = k->r;
    const hc_v4 l = HC_V4(at->ln_w) + a->ln_t;
    hc_v4 m = l * a->phi;
    hc_v4_exp(&m);
    const cx4 p = {m * k->cosine, m * k->sine}, b = {1 + p.re, p.im};
    cx4 inv, z, q, d, ln_b = {b.re * b.re + b.im * b.im, b.im / b.re};
    inverse(&b, &inv);
    /* psi on its bound 1 still has a derivative */
    if (a->psi == 1 && !k->has_psi) {
        z.re = inv.re * r;
        z.im = inv.im * r;
    } else {
        hc_v4_log(&ln_b.re);
        ln_b.re *= 0.5;
        hc_v4_atan(&ln_b.im);
        hc_v4 size = ln_b.re * -a->psi, sine, cosine;
        const hc_v4 angle = ln_b.im * a->psi;
        hc_v4_exp(&size);
        hc_v4_sincos(&angle, &sine, &cosine);
        z.re = size * cosine * r;
        z.im = size * sine * -r;
    }
    put(at, 0, &z);
    times(&p, &inv, &q);
    times(&z, &q, &q);
    q.re *= -a->psi;
    q.im *= -a->psi;
    d.re = q.re * a->phi;
    d.im = q.im * a->phi;
    put(at, 1, &d);
    size_t col = 2;
    if (k->has_phi) {
        const cx4 ln_s = {l, l * 0 + M_PI_2};
        times(&q, &ln_s, &d);
        put(at, col++, &d);
    }
    if (k->has_psi) {
        times(&z, &ln_b, &d);
        d.re = -d.re;
        d.im = -d.im;
        put(at, col, &d);
    }
}

/* R tanh(x)/x or R coth(x)/x, x = sqrt(s t). */
HC_SIMD_PART void diffusion(const hc_arc *a, double r, const place *at)
{
    hc_v4 size = 0.5 * (HC_V4(at->ln_w) + a->ln_t), sine, cosine;
    hc_v4_exp(&size);
    const cx4 x = {size * M_SQRT1_2, size * M_SQRT1_2};
    /* beyond 350 nothing is left of exp(-2 x) */
    const hc_v4 most = {350, 350, 350, 350};
    const hc_i4 over = x.re > most;
    hc_v4 twice, m;
    hc_v4_choose(&over, &most, &x.re, &twice);
    twice *= 2;
    m = -twice;
    hc_v4_exp(&m);
    hc_v4_sincos(&twice, &sine, &cosine);
    const cx4 e = {m * cosine, -m * sine};
    const cx4 up = {1 - e.re, -e.im}, low = {1 + e.re, e.im};
    cx4 t, z, d;
    const bool open = a->kind == HC_ARC_WO;
    inverse(open ? &up : &low, &t);
    times(open ? &low : &up, &t, &t);
    inverse(&x, &z);
    times(&t, &z, &z);
    z.re *= r;
    z.im *= r;
    put(at, 0, &z);
    /* d tanh = 1 - tanh^2, d coth = 1 - coth^2; dx/dln t = x/2 */
    times(&t, &t, &t);
    d.re = 0.5 * (r * (1 - t.re) - z.re);
    d.im = 0.5 * (r * -t.im - z.im);
    put(at, 1, &d);
}

/* The mean of 1/(1 + j q) over a normal distribution of ln q, by the
 * trapezoidal rule of drt_arcs.c. */
HC_SIMD_PART void lognormal(const hc_arc *a, const constants *c,
                            const place *at)
{
    const int arm = c->arm;
    const double h = c->h;
    const hc_v4 zero = {0, 0, 0, 0};
    cx4 z = {zero, zero}, by_t = z, by_sd = z;
    hc_v4 q = HC_V4(at->ln_w) + (a->ln_t - arm * h);
    hc_v4_exp(&q);
    const double grow = exp(h);
    for (int k = -arm; k <= arm; k++, q *= grow) {
        const double w = c->weight[k + arm], y = k * h / a->phi;
        /* v = 1/(1 + j q), its derivative by ln q v^2 - v */
        const hc_v4 re = 1 / (1 + q * q), im = -q * re;
        const hc_v4 s_re = w * (re * re - im * im - re);
        const hc_v4 s_im = w * (2 * re * im - im);
        z.re += w * re;
        z.im += w * im;
        by_t.re += s_re;
        by_t.im += s_im;
        by_sd.re += y * s_re;
        by_sd.im += y * s_im;
    }
    put(at, 0, &z);
    put(at, 1, &by_t);
    put(at, 2, &by_sd);
}

HC_SIMD_PART void power(const hc_drt_power *p, int sign, double ln_0,
                        const place *at)
{
    const double angle = sign * p->p * M_PI_2;
    const hc_v4 l = sign * (HC_V4(at->ln_w) - ln_0);
    hc_v4 m = l * p->p + p->ln_a;
    hc_v4_exp(&m);
    const cx4 z = {m * cos(angle), m * sin(angle)};
    put(at, 0, &z);
    if (!p->free)
        return;
    const cx4 ln_s = {l, l * 0 + sign * M_PI_2};
    cx4 d;
    times(&z, &ln_s, &d);
    put(at, 1, &d);
}

HC_SIMD void hc_power_columns(const hc_drt_power *p, int sign, double ln_0,
                              const double *ln_w, const double *scale,
                              size_t n, double *out)
{
    for (size_t i = 0; i < n; i += 4) {
        const size_t k = i + 4 > n ? n - 4 : i;
        const place at = {ln_w + k, scale + k, out + k, n, 2 * n};
        power(p, sign, ln_0, &at);
    }
}

HC_SIMD void hc_arc_columns(const hc_arc *a, const double *ln_w,
                            const double *scale, size_t n, double *out)
{
    constants c = {.r = hc_arc_sign(a->kind) * exp(a->ln_r),
                   .cosine = cos(a->phi * M_PI_2),
                   .sine = sin(a->phi * M_PI_2),
                   .has_phi = hc_arc_has_phi(a->kind),
                   .has_psi = hc_arc_has_psi(a->kind)};
    if (a->kind == HC_ARC_LN)
        c.arm = hc_arc_nodes(a->phi, c.r, &c.h, c.weight);
    for (size_t i = 0; i < n; i += 4) {
        /* the last four overlap those before */
        const size_t k = i + 4 > n ? n - 4 : i;
        const place at = {ln_w + k, scale + k, out + k, n, 2 * n};
        if (a->kind == HC_ARC_WS || a->kind == HC_ARC_WO)
            diffusion(a, c.r, &at);
        else if (a->kind == HC_ARC_LN)
            lognormal(a, &c, &at);
        else
            havriliak(a, &c, &at);
    }
}
