#include "cycle/gitt_classic.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

hc_gitt_root_line hc_gitt_root_fit(const hc_gitt_sample *s, size_t n,
                                   double t0_s, double low_s, double high_s)
{
    hc_gitt_root_line line = {.intercept_v = NAN,
                              .slope_v = NAN,
                              .sd_intercept_v = NAN,
                              .sd_slope_v = NAN};
    double x0 = 0, y0 = 0, sxx = 0, sxy = 0, syy = 0;
    /* a hair of room for stamps rounded to milliseconds */
    low_s -= 0.002;
    high_s += 0.002;
    for (size_t i = 0; i < n; i++) {
        double t = s[i].t_s - t0_s;
        if (t < low_s || t > high_s || !(t > 0))
            continue;
        /* running means and moments (B. P. Welford, Technometrics 4, 419) */
        double x = sqrt(t), k = (double)++line.n, dx = x - x0;
        x0 += dx / k;
        double dy = s[i].v_v - y0;
        y0 += dy / k;
        syy += dy * (s[i].v_v - y0);
        sxx += dx * (x - x0);
        sxy += dx * (s[i].v_v - y0);
    }
    if (line.n < 3 || !(sxx > 0))
        return line;
    line.slope_v = sxy / sxx;
    line.intercept_v = y0 - line.slope_v * x0;
    double n_used = (double)line.n;
    double var = fmax(syy - line.slope_v * sxy, 0) / (n_used - 2);
    line.sd_slope_v = sqrt(var / sxx);
    line.sd_intercept_v = sqrt(var * (1 / n_used + x0 * x0 / sxx));
    return line;
}

static double square(double x)
{
    return x * x;
}

hc_gitt_classic_values hc_gitt_classics(const hc_gitt_view *v,
                                        const hc_gitt_settings *set)
{
    /* volume over area of the sphere is R/3: nine times less in D/R^2 */
    double part = set->shape == HC_DIFFUSION_SPHERE ? 1.0 / 9 : 1;
    double des = v->e_after_v - v->e_before_v, us = v->u_v / des;
    hc_gitt_classic_values d = {NAN, NAN, NAN, NAN, NAN, NAN};
    hc_gitt_root_line line =
        hc_gitt_root_fit(v->sample, v->n, v->t_on_s, set->window_low_s,
                         set->window_high * v->pulse_s);
    if (line.n < 3)
        return d;
    double end_v = v->sample[v->n - 1].v_v;
    double end_s = v->sample[v->n - 1].t_s - v->t_on_s;
    double um = line.sd_slope_v / line.slope_v;
    /* W-H eq. 15 at the time of the last sample, eq. 11 by the slope */
    double det = (end_v - line.intercept_v) * sqrt(v->pulse_s / end_s);
    d.simple = part * 4 / (pi * v->pulse_s) * square(des / det);
    d.slope = part * 4 / pi * square(des / v->pulse_s / line.slope_v);
    d.full =
        part * 4 / pi * square(v->slope_v_c * v->current_a / line.slope_v);
    d.sd_simple = 2 * hypot(us, line.sd_intercept_v / det);
    d.sd_slope = d.sd_full = 2 * hypot(us, um);
    return d;
}
