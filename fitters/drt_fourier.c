/* drt_fourier.c: deconvolution by Fourier transform, ends extrapolated
 *
 * B. A. Boukamp, Electrochim. Acta 154 (2015) 35,
 * 10.1016/j.electacta.2014.12.059: -Im Z = (1/2) gamma * sech on ln w, so the
 * transform of gamma is 2 cosh(pi^2 nu)/pi times that of -Im Z; what grows
 * above the noise is cut by a Hann window.
 */
#include "fitters/drt_ridge.h"
#include "fitters/drt_scales.h"

#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 1024 };
static const double step = 0.06; /* of ln tau; the ends are e^20 away */

/* -Im Z without the base at the points of the data, rising ln tau. */
typedef struct {
    size_t n;
    double *u, *y;
} samples;

static hc_status take(const hc_lgp *g, const hc_drt_base *b, samples *s,
                      hc_err *err)
{
    s->n = g->n;
    s->u = malloc(2 * g->n * sizeof *s->u);
    if (!s->u)
        return hc_fail_nomem(err);
    s->y = s->u + g->n;
    const bool falling = g->d->freq_hz[0] > g->d->freq_hz[g->n - 1];
    for (size_t i = 0; i < g->n; i++) {
        const size_t k = falling ? i : g->n - 1 - i;
        const double w = 2 * M_PI * g->d->freq_hz[k];
        s->u[i] = -log(w);
        s->y[i] = -cimag(g->d->z_ohm[k] - hc_drt_base_z(b, g, w));
    }
    return HC_OK;
}

/* Slope of ln y by ln tau over the outer third of a decade and more, held to
 * what (RQ) elements have. */
static double end_slope(const samples *s, bool low)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0;
    for (size_t k = 0; k < s->n && k < 8; k++) {
        const size_t i = low ? k : s->n - 1 - k;
        if (!(s->y[i] > 0))
            continue;
        const double x = s->u[i], y = log(s->y[i]);
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    const double d = n * sxx - sx * sx;
    const double slope = n > 2 && d > 0 ? (n * sxy - sx * sy) / d : 0;
    /* outward it must fall */
    return low ? fmin(1, fmax(0.3, slope)) : fmax(-1, fmin(-0.3, slope));
}

/* -Im Z at the end, from the outer three points along the slope there: the
 * curve must not step where the data end, since a step rings. */
static double end_level(const samples *s, bool low, double slope)
{
    double y = 0, u = 0;
    for (size_t k = 0; k < 3; k++) {
        const size_t i = low ? k : s->n - 1 - k;
        y += s->y[i] / 3;
        u += s->u[i] / 3;
    }
    return fmax(y, 0) * exp(slope * (s->u[low ? 0 : s->n - 1] - u));
}

static double beyond(const samples *s, bool low, double u)
{
    const double slope = end_slope(s, low);
    return end_level(s, low, slope) *
           exp(slope * (u - s->u[low ? 0 : s->n - 1]));
}

/* Local parabola through the nearest points, or the extrapolated end. */
static double at(const samples *s, double u)
{
    const size_t n = s->n;
    if (u <= s->u[0])
        return beyond(s, true, u);
    if (u >= s->u[n - 1])
        return beyond(s, false, u);
    size_t i = 1;
    while (i + 1 < n && s->u[i] < u)
        i++;
    const double t = (u - s->u[i - 1]) / (s->u[i] - s->u[i - 1]);
    const double y0 = s->y[i - 1], y1 = s->y[i];
    const double h = s->u[i] - s->u[i - 1];
    const double a =
        i > 1 ? (y1 - s->y[i - 2]) / (s->u[i] - s->u[i - 2]) * h : y1 - y0;
    const double b = i + 1 < n
                         ? (s->y[i + 1] - y0) / (s->u[i + 1] - s->u[i - 1]) * h
                         : y1 - y0;
    return y0 + t * (a + t * (3 * (y1 - y0) - 2 * a - b +
                              t * (2 * (y0 - y1) + a + b)));
}

/* Largest distance between neighbouring points. */
static double widest_gap(const samples *s)
{
    double gap = 0;
    for (size_t i = 1; i < s->n; i++)
        gap = fmax(gap, s->u[i] - s->u[i - 1]);
    return gap;
}

/* Frequency above which the transform is noise: its power has fallen to what
 * noise of this sd gives; or interpolation and extrapolated ends: the widest
 * gap between points has half a period, or the transform of gamma passes its
 * value at zero, which that of no gamma >= 0 does. */
static size_t cut_off(const fftw_complex *f, double sd, const samples *s)
{
    const double range = s->u[s->n - 1] - s->u[0];
    const double spacing = range / (double)(s->n - 1);
    const double noise = sd * sd * spacing * range / (step * step);
    const size_t last =
        (size_t)fmin(POINTS / 2 - 4, POINTS * step / (2 * widest_gap(s)));
    size_t k = 4;
    for (; k < last; k++) {
        double p = 0;
        for (size_t i = k; i < k + 4; i++)
            p += (creal(f[i]) * creal(f[i]) + cimag(f[i]) * cimag(f[i])) / 4;
        const double nu = ((double)k + 1.5) / (POINTS * step);
        if (p < 4 * noise ||
            p * pow(cosh(M_PI * M_PI * nu), 2) > creal(f[0]) * creal(f[0]))
            break;
    }
    return k;
}

static hc_status transform(const samples *s, double sd, double first,
                           double *gamma, double *window_end, hc_err *err)
{
    double *x = fftw_malloc(POINTS * sizeof *x);
    fftw_complex *f = fftw_malloc((POINTS / 2 + 1) * sizeof *f);
    fftw_plan there = NULL, back = NULL;
    hc_status st = HC_OK;
    if (x && f) {
        there = fftw_plan_dft_r2c_1d(POINTS, x, f, FFTW_ESTIMATE);
        back = fftw_plan_dft_c2r_1d(POINTS, f, x, FFTW_ESTIMATE);
    }
    if (!there || !back) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    for (size_t k = 0; k < POINTS; k++)
        x[k] = at(s, first + step * (double)k);
    fftw_execute(there);
    const size_t cut = cut_off(f, sd, s);
    for (size_t k = 0; k <= POINTS / 2; k++) {
        const double nu = (double)k / (POINTS * step);
        const double hann =
            k < cut ? 0.5 * (1 + cos(M_PI * (double)k / (double)cut)) : 0;
        const double t =
            hann > 0 ? hann * 2 * cosh(M_PI * M_PI * nu) / M_PI / POINTS : 0;
        f[k] *= t;
    }
    fftw_execute(back);
    memcpy(gamma, x, POINTS * sizeof *x);
    *window_end = (double)cut / (POINTS * step);
cleanup:
    if (there)
        fftw_destroy_plan(there);
    if (back)
        fftw_destroy_plan(back);
    fftw_free(x);
    fftw_free(f);
    return st;
}

static void fill(const hc_lgp *g, const hc_drt_base *base, const double *gamma,
                 double first, bool negative, hc_drt *r)
{
    const double low = log(r->tau_s[0]);
    const double high = log(r->tau_s[r->n_tau - 1]);
    for (size_t k = 0; k < r->n_tau; k++) {
        const double t = (log(r->tau_s[k]) - first) / step;
        const size_t i = (size_t)t;
        const double s = t - (double)i;
        r->gamma_ohm[k] = gamma[i] + s * (gamma[i + 1] - gamma[i]);
        if (!negative)
            r->gamma_ohm[k] = fmax(0, r->gamma_ohm[k]);
    }
    for (size_t i = 0; i < g->n; i++) {
        const double w = 2 * M_PI * g->d->freq_hz[i];
        r->sd_ohm[i] = g->sd[i];
        r->z_fit[i] = hc_drt_base_z(base, g, w);
        for (size_t k = 0; k < POINTS; k++)
            r->z_fit[i] += step * gamma[k] /
                           (1 + CMPLX(0, w * exp(first + step * (double)k)));
    }
    for (size_t k = 0; k < POINTS; k++) {
        const double u = first + step * (double)k;
        r->r_pol += u >= low && u <= high ? step * gamma[k] : 0;
    }
}

hc_status hc_drt_fourier(const hc_drt_data *d, const hc_drt_options *opt,
                         hc_drt *out, hc_err *err)
{
    hc_lgp g;
    hc_drt_base base;
    samples s = {0};
    double gamma[POINTS], window = 0, *f = NULL, sd = 0;
    hc_status st = hc_lgp_make(&g, d, opt, err);
    if (st != HC_OK)
        return st;
    f = malloc(g.m * sizeof *f);
    st = f ? hc_lgp_choose_base(&g, opt, &base, f, err) : hc_fail_nomem(err);
    if (st == HC_OK)
        st = take(&g, &base, &s, err);
    for (size_t i = 0; i < g.n; i++)
        sd += g.sd[i] / (double)g.n;
    const double first = (g.low + g.high) / 2 - step * (double)(POINTS / 2);
    if (st == HC_OK)
        st = transform(&s, sd, first, gamma, &window, err);
    if (st == HC_OK) {
        const double a = g.u[0], b = g.u[g.m - 1];
        st = hc_drt_result_make(out, d->n, hc_drt_grid_size(a, b), err);
        if (st == HC_OK) {
            hc_drt_grid_fill(a, b, out->n_tau, out->tau_s);
            fill(&g, &base, gamma, first, opt->negative, out);
            hc_drt_put_base(&g, &base, out);
            hc_drt_chi2(out, d);
            out->objective = out->chi2;
            snprintf(out->model, sizeof out->model,
                     "Fourier transform of Im Z, Hann window to %.3g per "
                     "unit of ln tau; no part of it parametric",
                     window);
        }
    }
    free(f);
    free(s.u);
    hc_lgp_clear(&g);
    return st;
}
