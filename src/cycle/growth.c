#include "cycle/growth.h"

#include "fitters/student.h"

#include <math.h>

typedef struct {
    double a, b, ss, sd_a, sd_b;
} line;

/* r = a + b t^power by least squares. */
static line fit(const double *t, const double *r, size_t n, double power)
{
    double x0 = 0, y0 = 0, sxx = 0, sxy = 0;
    line l = {0};
    for (size_t i = 0; i < n; i++) {
        double x = pow(t[i], power), d = x - x0, k = (double)i + 1;
        x0 += d / k;
        y0 += (r[i] - y0) / k;
        sxx += d * (x - x0);
        sxy += d * (r[i] - y0);
    }
    l.b = sxx > 0 ? sxy / sxx : 0;
    l.a = y0 - l.b * x0;
    for (size_t i = 0; i < n; i++) {
        double e = r[i] - l.a - l.b * pow(t[i], power);
        l.ss += e * e;
    }
    double var = l.ss / fmax((double)n - 2, 1);
    l.sd_b = sqrt(var / sxx);
    l.sd_a = sqrt(var * (1 / (double)n + x0 * x0 / sxx));
    return l;
}

/* Golden section for the exponent in [0.05, 2]. */
static double best_exponent(const double *t, const double *r, size_t n)
{
    const double g = 0.6180339887498949;
    double lo = 0.05, hi = 2;
    for (int k = 0; k < 60; k++) {
        double a = hi - g * (hi - lo), b = lo + g * (hi - lo);
        if (fit(t, r, n, a).ss < fit(t, r, n, b).ss)
            hi = b;
        else
            lo = a;
    }
    return (lo + hi) / 2;
}

static double edge(const double *t, const double *r, size_t n, double best,
                   double end, double limit)
{
    double in = best, out = end;
    if (fit(t, r, n, end).ss <= limit)
        return end;
    for (int k = 0; k < 50; k++) {
        double mid = (in + out) / 2;
        *(fit(t, r, n, mid).ss <= limit ? &in : &out) = mid;
    }
    return in;
}

hc_growth hc_growth_fit(const double *t_s, const double *r_ohm, size_t n)
{
    hc_growth g = {.n = n, .verdict = "too-few"};
    g.exponent = g.low = g.high = g.rms_ohm = NAN;
    g.r0_ohm = g.sd_r0 = g.k_ohm_s05 = g.sd_k = NAN;
    if (n < 4)
        return g;
    line root = fit(t_s, r_ohm, n, 0.5);
    double dof = (double)n - 3, t = hc_student_975(dof);
    g.exponent = best_exponent(t_s, r_ohm, n);
    double least = fit(t_s, r_ohm, n, g.exponent).ss;
    double limit = least * (1 + t * t / dof);
    g.low = edge(t_s, r_ohm, n, g.exponent, 0.05, limit);
    g.high = edge(t_s, r_ohm, n, g.exponent, 2, limit);
    g.r0_ohm = root.a;
    g.sd_r0 = root.sd_a;
    g.k_ohm_s05 = root.b;
    g.sd_k = root.sd_b;
    g.rms_ohm = sqrt(root.ss / (double)n);
    g.verdict = root.ss <= limit ? "parabolic" : "not-parabolic";
    if (fabs(root.b) <= hc_student_975((double)n - 2) * root.sd_b)
        g.verdict = "no-growth";
    return g;
}
