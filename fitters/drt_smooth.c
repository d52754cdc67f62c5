/* drt_smooth.c: the method loggp, from its mixture to a result */
#include "fitters/drt_scales.h"

#include "fitters/dense.h"
#include "fitters/student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rounds of fitting and raising the noise, the first half at single points. */
enum { RAISES = 4 };

/* Width in ln tau of what the data may leave open, and the part of it that
 * counts as a standard deviation: with a half the bands over a box of 0.5 ohm
 * noise, the worst of the shapes tried, cover 0.81 and not 0.75. */
static const double blur_ln = 0.8, lump_part = 0.5;

/* Slope of a cubic at a point between steps: their mean, but not where one is
 * far the larger, else the curve shoots over the corner. */
static double slope_of(double before, double after)
{
    const double most = 3 * fmin(fabs(before), fabs(after)) + 0.3;
    return fmax(-most, fmin(most, (before + after) / 2));
}

/* Cubic interpolation of y on the even grid of g. */
double hc_lgp_at(const hc_lgp *g, const double *y, double u)
{
    const double t = (u - g->u[0]) / g->step;
    size_t i = t > 0 ? (size_t)t : 0;
    if (i + 2 > g->m)
        i = g->m - 2;
    const double s = t - (double)i;
    const double y0 = y[i], y1 = y[i + 1], d = y1 - y0;
    const double a = i > 0 ? slope_of(y0 - y[i - 1], d) : d;
    const double b = i + 2 < g->m ? slope_of(d, y[i + 2] - y1) : d;
    return y0 + s * (a + s * (3 * (y1 - y0) - 2 * a - b +
                              s * (2 * (y0 - y1) + a + b)));
}

void hc_drt_put_base(const hc_lgp *g, const hc_drt_base *b, hc_drt *r)
{
    r->r_inf = b->r_inf;
    r->l_h = b->high.on ? exp(b->high.ln_a + b->high.p * g->low) : 0;
    r->l_n = b->high.on ? b->high.p : 1;
    r->inv_c = b->low.on ? exp(b->low.ln_a - b->low.p * g->high) : 0;
    r->c_n = b->low.on ? b->low.p : 1;
}

/* What the data leave open of the height of a bump one unit of ln tau wide
 * at each time, R_inf being free: far beyond that no posterior of gamma goes,
 * though that of its logarithm does where gamma is next to nothing. */
static void linear_sd(const hc_lgp *g, double *sd, double *bump)
{
    const size_t rows = g->rows;
    const long half = (long)(0.5 / g->step) + 1;
    double one = 0;
    for (size_t i = 0; i < g->n; i++)
        one += 1 / (g->sd[i] * g->sd[i]);
    for (long k = 0; k < (long)g->m; k++) {
        memset(bump, 0, rows * sizeof *bump);
        for (long j = k - half; j <= k + half; j++)
            if (j >= 0 && j < (long)g->m)
                for (size_t i = 0; i < rows; i++)
                    bump[i] += g->k[(size_t)j * rows + i];
        double with = 0;
        for (size_t i = 0; i < g->n; i++)
            with += bump[i] / g->sd[i];
        const double left = hc_dot(bump, bump, rows) - with * with / one;
        sd[k] = 1 / sqrt(fmax(left, 1e-300));
    }
}

/* The area of a spike is that of the sum over the grid that was fitted, not
 * of the curve drawn through few points: mend the curve at its top, between
 * grid points i and j. */
static void keep_area(const hc_lgp *g, const double *gamma, size_t i, size_t j,
                      hc_drt *r)
{
    double sum = 0, area = 0, square = 0, top = 0;
    for (size_t k = i; k <= j; k++)
        sum += g->step * gamma[k] * (k == i || k == j ? 0.5 : 1);
    const double lo = exp(g->u[i]), hi = exp(g->u[j]);
    const double h = log(r->tau_s[1] / r->tau_s[0]);
    for (size_t k = 0; k < r->n_tau; k++)
        if (r->tau_s[k] >= lo && r->tau_s[k] < hi) {
            area += h * r->gamma_ohm[k];
            square += h * r->gamma_ohm[k] * r->gamma_ohm[k];
            top = fmax(top, r->gamma_ohm[k]);
        }
    if (!(square > 0) || fabs(sum - area) < 0.002 * sum)
        return;
    const double c = (sum - area) * top / square;
    for (size_t k = 0; k < r->n_tau; k++)
        if (r->tau_s[k] >= lo && r->tau_s[k] < hi) {
            const double t = 1 + c * r->gamma_ohm[k] / top;
            r->gamma_ohm[k] *= t;
            r->low[k] *= t;
            r->high[k] *= t;
        }
}

static void keep_areas(const hc_lgp *g, const double *gamma, hc_drt *r)
{
    size_t from = 0;
    for (size_t k = 1; k < g->m; k++)
        if (k + 1 == g->m ||
            (gamma[k] < gamma[k - 1] && gamma[k] <= gamma[k + 1])) {
            keep_area(g, gamma, from, k, r);
            from = k;
        }
}

/* Variance of ln gamma at grid point k for what smoothing hides: lumps as
 * wide as the data resolve may be there, or not, so a part of what is left of
 * gamma by a Gaussian of `blur_ln` counts. */
static double lump_variance(const hc_lgp *g, const double *gamma, size_t k)
{
    const long arm = (long)(2.5 * blur_ln / g->step) + 1;
    double sum = 0, weights = 0;
    for (long j = -arm; j <= arm; j++) {
        const long i = (long)k + j;
        if (i < 0 || i >= (long)g->m)
            continue;
        const double w = exp(-0.5 * pow((double)j * g->step / blur_ln, 2));
        sum += w * gamma[i];
        weights += w;
    }
    return pow(lump_part * log(fmax(gamma[k], 1e-300) * weights / sum), 2);
}

static void fill_curve(const hc_lgp *g, const hc_lgp_mix *mix, hc_drt *r,
                       double *work, double level)
{
    const double z = level > 0 ? hc_normal_quantile((1 + level) / 2) : 0;
    double *f = work, *sd = f + g->m, *lin = sd + g->m, *bump = lin + g->m;
    if (level > 0)
        linear_sd(g, lin, bump);
    for (size_t k = 0; k < g->m; k++) {
        f[k] = log(fmax(mix->gamma[k], 1e-300));
        sd[k] =
            sqrt(fmax(mix->var_ln[k], 0) + lump_variance(g, mix->gamma, k));
        lin[k] = level > 0 ? log(lin[k]) : 0;
        r->r_pol += g->step * mix->gamma[k];
    }
    for (size_t k = 0; k < r->n_tau; k++) {
        const double u = log(r->tau_s[k]);
        const double v = hc_lgp_at(g, f, u);
        const double s = fmax(hc_lgp_at(g, sd, u), 0);
        r->gamma_ohm[k] = exp(v);
        if (level > 0) {
            const double most = 3 * exp(hc_lgp_at(g, lin, u)), q = z * s;
            r->low[k] = exp(v - q);
            r->high[k] =
                fmin(exp(v + q), exp(v) * (1 + q + q * q / 2) + z * most);
            r->sd[k] = (r->high[k] - r->low[k]) / (2 * z);
        }
    }
    keep_areas(g, mix->gamma, r);
}

static void fill(const hc_lgp *g, const hc_lgp_mix *mix, hc_drt *r)
{
    for (size_t i = 0; i < g->n; i++)
        r->z_fit[i] = mix->z[i];
    hc_lgp_put_noise(g, r);
    r->minus2_ln_evidence = mix->e;
    hc_drt_put_base(g, &mix->best.base, r);
    r->sd_r_inf = mix->best.sd_r_inf;
    hc_drt_chi2(r, g->d);
    r->objective = r->chi2;
    snprintf(r->model, sizeof r->model,
             "%s at %zu times, scale %.3g%s; no part of it parametric",
             mix->soft ? "gamma" : "ln gamma", g->m, mix->scale,
             mix->local ? " times one per tau" : "");
}

static hc_status keep_posterior(const hc_lgp *g, const hc_lgp_mix *mix,
                                hc_drt *r, hc_err *err)
{
    const size_t m = g->m;
    r->grid_u = malloc((2 * m + m * m) * sizeof *r->grid_u);
    if (!r->grid_u) {
        hc_drt_clear(r);
        return hc_fail_nomem(err);
    }
    r->n_grid = m;
    r->grid_gamma = r->grid_u + m;
    r->grid_cov = r->grid_gamma + m;
    memcpy(r->grid_u, g->u, m * sizeof *g->u);
    memcpy(r->grid_gamma, mix->gamma, m * sizeof *mix->gamma);
    memcpy(r->grid_cov, mix->best.cov, m * m * sizeof *mix->best.cov);
    return HC_OK;
}

hc_status hc_lgp_result(const hc_lgp *g, const hc_lgp_mix *mix, double level,
                        hc_drt *out, hc_err *err)
{
    const double a = g->u[0], b = g->u[g->m - 1];
    double *work = malloc((3 * g->m + g->rows) * sizeof *work);
    if (!work)
        return hc_fail_nomem(err);
    hc_status st = hc_drt_result_make(out, g->n, hc_drt_grid_size(a, b), err);
    if (st == HC_OK) {
        hc_drt_grid_fill(a, b, out->n_tau, out->tau_s);
        fill_curve(g, mix, out, work, level);
        fill(g, mix, out);
        st = keep_posterior(g, mix, out, err);
    }
    free(work);
    return st;
}

hc_status hc_lgp_run(hc_lgp *g, const hc_drt_options *opt, hc_drt_base *base,
                     hc_lgp_mix *mix, hc_err *err)
{
    double *f = malloc(g->m * sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    hc_status st = hc_lgp_choose_base(g, opt, base, f, err);
    if (st == HC_OK)
        st = hc_lgp_mixture(g, base, f, HUGE_VAL, mix, err);
    /* The noise was estimated with resistors of either sign.  What no
     * passive sample can follow counts as noise too, else it would be
     * followed with spikes. */
    for (int k = 0; k < RAISES && st == HC_OK && !g->given &&
                    hc_lgp_raise_noise(g, mix->z, k + 1 >= RAISES / 2);
         k++) {
        hc_lgp_mix_clear(mix);
        st = hc_lgp_choose_base(g, opt, base, f, err);
        if (st == HC_OK)
            st = hc_lgp_mixture(g, base, f, HUGE_VAL, mix, err);
    }
    free(f);
    return st;
}

hc_status hc_drt_loggp(const hc_drt_data *d, const hc_drt_options *opt,
                       hc_drt *out, hc_err *err)
{
    hc_lgp g;
    hc_lgp_mix mix;
    hc_drt_base base;
    hc_status st = hc_lgp_make(&g, d, opt, err);
    if (st != HC_OK)
        return st;
    g.corners = true;
    st = hc_lgp_run(&g, opt, &base, &mix, err);
    if (st == HC_OK) {
        st = hc_lgp_result(&g, &mix, opt->band_level, out, err);
        hc_lgp_mix_clear(&mix);
    }
    hc_lgp_clear(&g);
    return st;
}
