/* drt_peaks.c: peaks of a distribution of relaxation times */
#include "fitters/drt_linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Height above the higher of the two valleys that separate peak k from
 * higher ground (or from the ends). */
static double prominence_of(const double *g, size_t n, size_t k)
{
    double left = g[k], right = g[k];
    size_t i = k;
    for (; i > 0 && g[i - 1] <= g[k]; i--)
        left = fmin(left, g[i - 1]);
    if (i == 0)
        left = fmin(left, 0);
    for (i = k; i + 1 < n && g[i + 1] <= g[k]; i++)
        right = fmin(right, g[i + 1]);
    if (i + 1 == n)
        right = fmin(right, 0);
    return g[k] - fmax(left, right);
}

/* Where gamma passes `level` on the way from k in direction dir, as ln tau;
 * the valley or the end when it does not. */
static double crossing(const hc_drt *r, size_t k, size_t stop, double level)
{
    const int dir = stop > k ? 1 : -1;
    size_t i = k;
    while (i != stop) {
        const size_t j = dir > 0 ? i + 1 : i - 1;
        if (r->gamma_ohm[j] < level) {
            const double t = (r->gamma_ohm[i] - level) /
                             (r->gamma_ohm[i] - r->gamma_ohm[j]);
            return log(r->tau_s[i]) +
                   t * (log(r->tau_s[j]) - log(r->tau_s[i]));
        }
        i = j;
    }
    return log(r->tau_s[stop]);
}

/* A resistance whose error is less than this part of it is known although
 * its peak was not measured. */
static const double known = 0.05;

/* Vertex of the parabola through k and its neighbours. */
static void refine(const hc_drt *r, size_t k, hc_drt_peak *p)
{
    const double *g = r->gamma_ohm;
    const double h = log(r->tau_s[k + 1] / r->tau_s[k]);
    const double c = g[k - 1] - 2 * g[k] + g[k + 1];
    double s = c < 0 ? 0.5 * (g[k - 1] - g[k + 1]) / c : 0;
    s = fmax(-1, fmin(1, s));
    p->tau_s = r->tau_s[k] * exp(s * h);
    p->height_ohm = g[k] - 0.25 * (g[k - 1] - g[k + 1]) * s;
}

static double area(const hc_drt *r, size_t a, size_t b)
{
    double s = 0;
    for (size_t i = a; i < b; i++)
        s += 0.5 * (r->gamma_ohm[i] + r->gamma_ohm[i + 1]) *
             log(r->tau_s[i + 1] / r->tau_s[i]);
    return s;
}

/* Area of |gamma| between two grid times that is outside the window. */
static double outside(const hc_drt *r, size_t a, size_t b, double low,
                      double high)
{
    double s = 0;
    for (size_t i = a; i < b; i++) {
        const double from = log(r->tau_s[i]), to = log(r->tau_s[i + 1]);
        const double in = fmax(0, fmin(to, high) - fmax(from, low));
        s += 0.5 * fabs(r->gamma_ohm[i] + r->gamma_ohm[i + 1]) *
             (to - from - in);
    }
    return s;
}

double hc_drt_extrapolated(const hc_drt *r, const hc_drt_data *d)
{
    double low, high;
    hc_drt_window(d, &low, &high);
    const size_t last = r->n_tau > 0 ? r->n_tau - 1 : 0;
    const double all = outside(r, 0, last, HUGE_VAL, -HUGE_VAL);
    return all > 0 ? outside(r, 0, last, low, high) / all : 0;
}

/* Errors of R and of the place from the posterior of ln gamma: R is the sum
 * over the grid, the top moves by -f'/f''. */
static void peak_errors(const hc_drt *r, hc_drt_peak *p)
{
    const size_t n = r->n_grid;
    const double h = r->grid_u[1] - r->grid_u[0];
    const double lo = log(p->low_s), hi = log(p->high_s);
    double var = 0;
    size_t top = 1;
    for (size_t i = 0; i < n; i++) {
        if (fabs(r->grid_u[i] - log(p->tau_s)) <
            fabs(r->grid_u[top] - log(p->tau_s)))
            top = i;
        if (r->grid_u[i] < lo || r->grid_u[i] > hi)
            continue;
        for (size_t k = 0; k < n; k++)
            if (r->grid_u[k] >= lo && r->grid_u[k] <= hi)
                var += h * h * r->grid_gamma[i] * r->grid_gamma[k] *
                       r->grid_cov[i * n + k];
    }
    p->sd_r_ohm = sqrt(fmax(var, 0));
    if (top < 1 || top + 1 >= n)
        return;
    const double *g = r->grid_gamma + top;
    const double c = log(g[-1] * g[1] / (g[0] * g[0])) / (h * h);
    const double *v = r->grid_cov;
    const size_t a = top - 1, b = top + 1;
    const double slope =
        (v[a * n + a] + v[b * n + b] - 2 * v[a * n + b]) / (4 * h * h);
    if (c < 0)
        p->sd_ln_tau = sqrt(fmax(slope, 0)) / -c;
}

static void describe(const hc_drt *r, size_t k, size_t left, size_t right,
                     double low, double high, hc_drt_peak *p)
{
    *p = (hc_drt_peak){.sd_ln_tau = NAN, .sd_r_ohm = NAN};
    refine(r, k, p);
    p->r_ohm = area(r, left, right);
    p->c_f = p->tau_s / p->r_ohm;
    p->low_s = r->tau_s[left];
    p->high_s = r->tau_s[right];
    const double half = r->gamma_ohm[k] / 2;
    p->width_decades =
        (crossing(r, k, right, half) - crossing(r, k, left, half)) / M_LN10;
    if (r->grid_cov)
        peak_errors(r, p);
    hc_drt_peak_edge(p, low, high);
    /* a bump of the noise is not worth cutting the curve for */
    const double ln = log(p->tau_s), all = fabs(p->r_ohm);
    const double out = outside(r, left, right, low, high);
    if ((ln < low || ln > high) && out > 0.5 * all && all > 0.05 * r->r_pol)
        p->edge |= !(p->sd_r_ohm < known * all);
}

void hc_drt_peak_edge(hc_drt_peak *p, double low, double high)
{
    const double ln = log(p->tau_s), beyond = 0.25 * M_LN10;
    p->edge = (ln < low - beyond || ln > high + beyond) &&
              !(p->sd_r_ohm < known * fabs(p->r_ohm));
}

void hc_drt_cut_edges(hc_drt *r, const hc_drt_data *d)
{
    double low, high;
    hc_drt_window(d, &low, &high);
    size_t from = 0, to = r->n_tau;
    for (size_t i = 0; i < r->n_peaks; i++) {
        const double ln = log(r->peaks[i].tau_s);
        if (!r->peaks[i].edge)
            continue;
        while (ln < low && from + 2 < to && log(r->tau_s[from]) < low)
            from++;
        while (ln > high && to > from + 2 && log(r->tau_s[to - 1]) > high)
            to--;
    }
    double *const parts[] = {r->tau_s, r->gamma_ohm, r->sd, r->low, r->high};
    r->n_tau = to - from;
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        memmove(parts[k], parts[k] + from, r->n_tau * sizeof *parts[k]);
}

static size_t valley(const double *g, size_t a, size_t b)
{
    size_t k = a;
    for (size_t i = a; i <= b; i++)
        if (g[i] < g[k])
            k = i;
    return k;
}

hc_status hc_drt_find_peaks(hc_drt *r, const hc_drt_data *d, double prominence,
                            hc_err *err)
{
    const double *g = r->gamma_ohm;
    double top = 0, low, high;
    hc_drt_window(d, &low, &high);
    for (size_t k = 0; k < r->n_tau; k++)
        top = fmax(top, g[k]);
    size_t n = 0, *at = malloc((r->n_tau + 1) * sizeof *at);
    if (!at)
        return hc_fail_nomem(err);
    for (size_t k = 1; k + 1 < r->n_tau; k++)
        if (g[k] > g[k - 1] && g[k] >= g[k + 1] &&
            prominence_of(g, r->n_tau, k) >= prominence * top)
            at[n++] = k;
    free(r->peaks);
    r->peaks = malloc((n + 1) * sizeof *r->peaks);
    r->n_peaks = r->peaks ? n : 0;
    if (!r->peaks) {
        free(at);
        return hc_fail_nomem(err);
    }
    for (size_t k = 0; k < n; k++)
        describe(r, at[k], k > 0 ? valley(g, at[k - 1], at[k]) : 0,
                 k + 1 < n ? valley(g, at[k], at[k + 1]) : r->n_tau - 1, low,
                 high, &r->peaks[k]);
    free(at);
    return HC_OK;
}
