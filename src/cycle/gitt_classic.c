#include "cycle/gitt_classic.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

hc_gitt_root_line hc_gitt_root_fit(const hc_gitt_sample *s, size_t n,
                                   double t0_s, double low_s, double high_s)
{
    hc_gitt_root_line line = {.intercept_v = NAN, .slope_v = NAN};
    double x0 = 0, y0 = 0, sxx = 0, sxy = 0;
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
        y0 += (s[i].v_v - y0) / k;
        sxx += dx * (x - x0);
        sxy += dx * (s[i].v_v - y0);
    }
    if (line.n < 3 || !(sxx > 0))
        return line;
    line.slope_v = sxy / sxx;
    line.intercept_v = y0 - line.slope_v * x0;
    return line;
}

static double square(double x)
{
    return x * x;
}

void hc_gitt_classics(const hc_gitt_view *v, const hc_gitt_settings *set,
                      double *full, double *simple, double *slope)
{
    /* volume over area of the sphere is R/3: nine times less in D/R^2 */
    double part = set->shape == HC_DIFFUSION_SPHERE ? 1.0 / 9 : 1;
    double des = v->e_after_v - v->e_before_v;
    hc_gitt_root_line line =
        hc_gitt_root_fit(v->sample, v->n, v->t_on_s, set->window_low_s,
                         set->window_high * v->pulse_s);
    *full = *simple = *slope = NAN;
    if (line.n < 3)
        return;
    double end_v = v->sample[v->n - 1].v_v;
    double end_s = v->sample[v->n - 1].t_s - v->t_on_s;
    /* W-H eq. 15 at the time of the last sample, eq. 11 by the slope */
    double det = (end_v - line.intercept_v) * sqrt(v->pulse_s / end_s);
    *simple = part * 4 / (pi * v->pulse_s) * square(des / det);
    *slope = part * 4 / pi * square(des / v->pulse_s / line.slope_v);
    *full = part * 4 / pi * square(v->slope_v_c * v->current_a / line.slope_v);
}
