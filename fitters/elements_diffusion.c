/* elements_diffusion.c: coth and tanh diffusion for four points at once */
#include "fitters/elements.h"

#include "fitters/simd.h"

#include <math.h>

/* t = tanh(x)/x and d = d ln t/d ln x, as hc_tanhc(), of four x at once. */
typedef struct {
    hc_v4 tr, ti, dr, di;
} tanhc;

/* The series of hc_tanhc() for |x| < 0.1, from y = x^2. */
HC_SIMD_PART void near_zero(const hc_v4 *xr, const hc_v4 *xi, tanhc *out)
{
    hc_v4 yr = *xr * *xr - *xi * *xi, yi = 2.0 * *xr * *xi, t;
    hc_v4 ar = {0}, ai = ar, br = ar, bi = ar;
    for (int i = HC_TANHC_TERMS - 1; i >= 0; i--) {
        t = ar * yr - ai * yi + hc_tanhc_value[i];
        ai = ar * yi + ai * yr;
        ar = t;
        t = br * yr - bi * yi + hc_tanhc_slope[i];
        bi = br * yi + bi * yr;
        br = t;
    }
    out->tr = 1.0 - (ar * yr - ai * yi);
    out->ti = -(ar * yi + ai * yr);
    out->dr = br * yr - bi * yi;
    out->di = br * yi + bi * yr;
}

/* tanh x = (1 - e)/(1 + e), 2x/sinh 2x = 4x e/(1 - e^2), e = exp(-2x). */
HC_SIMD_PART void by_exponential(const hc_v4 *xr, const hc_v4 *xi, tanhc *out)
{
    hc_v4 m = -2.0 * *xr, arg = -2.0 * *xi, sn, cs;
    hc_i4 gone = m < -40.0; /* exp(-2x) is nothing beside 1 */
    arg = (hc_v4)((hc_i4)arg & ~gone);
    hc_v4_exp(&m);
    hc_v4_sincos(&arg, &sn, &cs);
    m = (hc_v4)((hc_i4)m & ~gone);
    hc_v4 er = m * cs, ei = m * sn;
    /* den x, and (1 - e)(1 + e) */
    hc_v4 pr = (1.0 + er) * *xr - ei * *xi, pi = (1.0 + er) * *xi + ei * *xr;
    hc_v4 inv = 1.0 / (pr * pr + pi * pi), nr = 1.0 - er, ni = -ei;
    out->tr = (nr * pr + ni * pi) * inv;
    out->ti = (ni * pr - nr * pi) * inv;
    hc_v4 qr = 1.0 - (er * er - ei * ei), qi = -2.0 * er * ei;
    hc_v4 ur = 4.0 * (*xr * er - *xi * ei), ui = 4.0 * (*xr * ei + *xi * er);
    inv = 1.0 / (qr * qr + qi * qi);
    out->dr = (ur * qr + ui * qi) * inv - 1.0;
    out->di = (ui * qr - ur * qi) * inv;
}

HC_SIMD void hc_diffusion_eval(const hc_grid *g, const double *p, bool open,
                               double *z, double *dz)
{
    const size_t ld = g->ld;
    const double ln_tau = log(p[1]), n = p[2];
    const double c = cos(n * M_PI_2), s = sin(n * M_PI_2);
    for (size_t i = 0; i < ld; i += 4) {
        hc_v4 l = HC_V4(g->ln_w + i) + ln_tau, m = n * l;
        tanhc f, small;
        hc_v4_exp(&m);
        hc_v4 xr = m * c, xi = m * s;
        hc_i4 near = m * m < 0.01;
        by_exponential(&xr, &xi, &f);
        near_zero(&xr, &xi, &small);
        hc_v4_choose(&near, &small.tr, &f.tr, &f.tr);
        hc_v4_choose(&near, &small.ti, &f.ti, &f.ti);
        hc_v4_choose(&near, &small.dr, &f.dr, &f.dr);
        hc_v4_choose(&near, &small.di, &f.di, &f.di);
        hc_v4 zr = p[0] * f.tr, zi = p[0] * f.ti, dr = f.dr, di = f.di;
        if (open) { /* Z0/(x^2 t) */
            hc_v4 ur = xr * xr - xi * xi, ui = 2.0 * xr * xi;
            hc_v4 vr = ur * f.tr - ui * f.ti, vi = ur * f.ti + ui * f.tr;
            hc_v4 inv = p[0] / (vr * vr + vi * vi);
            zr = vr * inv;
            zi = -vi * inv;
            dr = -2.0 - dr;
            di = -di;
        }
        HC_V4(z + i) = zr;
        HC_V4(z + ld + i) = zi;
        if (dz == NULL)
            continue;
        hc_v4 er = zr * dr - zi * di, ei = zr * di + zi * dr;
        HC_V4(dz + i) = zr;
        HC_V4(dz + ld + i) = zi;
        HC_V4(dz + 2 * ld + i) = n * er;
        HC_V4(dz + 3 * ld + i) = n * ei;
        HC_V4(dz + 4 * ld + i) = er * l - ei * M_PI_2;
        HC_V4(dz + 5 * ld + i) = ei * l + er * M_PI_2;
    }
}
