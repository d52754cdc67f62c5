/* drt_arc_mix.c: the method arcs: candidates, their mean, their band
 *
 * Candidates are sums of arcs, the best of them times exp(g) with g a
 * Gaussian process (its remainder: gamma stays positive, and far from the
 * data it is the arcs), and ln gamma without any arc.  The answer is their
 * mean weighted by evidence.
 */
#include "fitters/drt_arcs.h"
#include "fitters/drt_scales.h"

#include "fitters/student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 24, MIXED = 5, N_SIZES = 4 };

/* Models further behind than this, or of less weight than this part of the
 * best, do not count: a little of a spiky model wrecks the curve. */
static const double window = 12, least_weight = 0.05;
/* Prior odds of few arcs against any curve, and the price of the scales that
 * were tried for it. */
static const double charge_np = 16;
/* Sizes of the remainder tried, sd of g. */
static const double sizes[N_SIZES] = {0.05, 0.15, 0.4, 1};
static const double blur_steps = 0.25, blur_most = 1;

typedef struct {
    const hc_lgp *g;
    hc_arc_fitter fit;
    hc_arc_model *kept; /* [KEPT], best first after sorting */
    size_t n;
    double weight[MIXED], weight_np, weight_rest;
    double h0;
    /* remainder of kept[0]: g on the grid, its posterior sd, its model */
    double *rest, *rest_sd, rest_e, rest_size;
    hc_drt_base rest_base;
    double complex *rest_z;
    bool has_rest;
} mixture;

static int compare(const void *a, const void *b)
{
    const double x = ((const hc_arc_model *)a)->e;
    const double y = ((const hc_arc_model *)b)->e;
    return (x > y) - (x < y);
}

/* Index of the first parameter of arc a in the order of pack(). */
static size_t first_of(const hc_arc_model *m, size_t a)
{
    size_t k = 1;
    k += m->base.high.on + (m->base.high.on && m->base.high.free);
    k += m->base.low.on + (m->base.low.on && m->base.low.free);
    for (size_t i = 0; i < a; i++)
        k += 2 + (size_t)hc_arc_has_phi(m->arc[i].kind) +
             (size_t)hc_arc_has_psi(m->arc[i].kind);
    return k;
}

static double blur_of(const mixture *x, const hc_arc_model *m, size_t a)
{
    const size_t k = first_of(m, a) + 1;
    const double var = m->cov[k * (size_t)m->np + k];
    return fmin(blur_most, sqrt(x->h0 * x->h0 + var / 2));
}

static double gamma_of(const mixture *x, const hc_arc_model *m, double u,
                       double part)
{
    double s = 0;
    for (size_t a = 0; a < m->n; a++)
        s += hc_arc_gamma(&m->arc[a], u, part * blur_of(x, m, a));
    return s;
}

/* ---- the remainder ---- */

/* ln gamma of the arcs on the grid, and the data less what the sum over the
 * grid gets wrong about them. */
static void remainder_problem(const mixture *x, hc_lgp *g, double *mean,
                              double *b)
{
    const hc_arc_model *m = &x->kept[0];
    double top = 0;
    for (size_t k = 0; k < g->m; k++) {
        mean[k] = 0;
        for (size_t a = 0; a < m->n; a++)
            mean[k] += hc_arc_gamma(&m->arc[a], g->u[k],
                                    fmax(0.6 * g->step, blur_of(x, m, a)));
        top = fmax(top, mean[k]);
    }
    memcpy(b, g->b, g->rows * sizeof *b);
    for (size_t k = 0; k < g->m; k++) {
        mean[k] = fmax(mean[k], 1e-6 * top);
        for (size_t i = 0; i < g->rows; i++)
            b[i] += mean[k] * g->k[k * g->rows + i];
        mean[k] = log(mean[k]);
    }
    for (size_t i = 0; i < g->n; i++)
        for (size_t a = 0; a < m->n; a++) {
            const double complex z =
                hc_arc_z(&m->arc[a], x->fit.ln_w[i], M_PI / 2, false) /
                g->sd[i];
            b[i] -= creal(z);
            b[g->n + i] -= cimag(z);
        }
    g->b = b;
}

static hc_status fit_remainder(const hc_lgp *g, const double *mean,
                               double size, hc_lgp_fit *fit, hc_err *err)
{
    const hc_lgp_prior p = {
        .mean = mean, .scale = size, .slope_sd = 0.5 * size, .level_sd = size};
    memcpy(fit->f, mean, g->m * sizeof *fit->f);
    return hc_lgp_solve(g, &p, fit, err);
}

static void take_remainder(mixture *x, const hc_lgp *g, const double *mean,
                           const hc_lgp_fit *fit, double e, double size)
{
    x->has_rest = true;
    x->rest_e = e;
    x->rest_size = size;
    x->rest_base = fit->base;
    for (size_t k = 0; k < g->m; k++) {
        x->rest[k] = fit->f[k] - mean[k];
        x->rest_sd[k] = sqrt(fmax(0, fit->cov[k * g->m + k]));
    }
    for (size_t i = 0; i < g->n; i++) {
        double re = 0, im = 0;
        for (size_t k = 0; k < g->m; k++) {
            const double d = exp(fit->f[k]) - exp(mean[k]);
            re += d * g->k[k * g->rows + i];
            im += d * g->k[k * g->rows + g->n + i];
        }
        x->rest_z[i] = hc_drt_base_z(&fit->base, g, exp(x->fit.ln_w[i])) +
                       CMPLX(re, im) * g->sd[i];
        for (size_t a = 0; a < x->kept[0].n; a++)
            x->rest_z[i] +=
                hc_arc_z(&x->kept[0].arc[a], x->fit.ln_w[i], M_PI / 2, false);
    }
}

/* Its evidence against that of the same arcs with g held at zero. */
static hc_status try_remainders(mixture *x, hc_err *err)
{
    hc_lgp g = *x->g;
    const size_t m = g.m;
    double *mean = malloc((2 * m + g.rows + m * m) * sizeof *mean);
    if (!mean)
        return hc_fail_nomem(err);
    hc_lgp_fit fit = {.base = x->kept[0].base, .f = mean + m};
    double *b = fit.f + m;
    remainder_problem(x, &g, mean, b);
    hc_status st = fit_remainder(&g, mean, 1e-3, &fit, err);
    const double none = fit.e;
    fit.cov = b + g.rows;
    for (size_t k = 0; k < N_SIZES && st == HC_OK; k++) {
        st = fit_remainder(&g, mean, sizes[k], &fit, err);
        const double e = x->kept[0].e + fit.e - none + 2 * log(6);
        if (st == HC_OK && (!x->has_rest || e < x->rest_e))
            take_remainder(x, &g, mean, &fit, e, sizes[k]);
    }
    free(mean);
    return st;
}

/* ---- weights ---- */

static void set_weights(mixture *x, double e_np)
{
    double low = e_np, sum;
    if (x->n > 0)
        low = fmin(low, x->kept[0].e);
    if (x->has_rest)
        low = fmin(low, x->rest_e);
    double *const w[] = {&x->weight[0],  &x->weight[1], &x->weight[2],
                         &x->weight[3],  &x->weight[4], &x->weight_np,
                         &x->weight_rest};
    for (size_t k = 0; k < 7; k++) {
        double e = k < MIXED     ? (k < x->n ? x->kept[k].e : HUGE_VAL)
                   : k == MIXED  ? e_np
                   : x->has_rest ? x->rest_e
                                 : HUGE_VAL;
        *w[k] = e < low + window ? exp((low - e) / 2) : 0;
        if (*w[k] < least_weight)
            *w[k] = 0;
    }
    sum = 0;
    for (size_t k = 0; k < 7; k++)
        sum += *w[k];
    for (size_t k = 0; k < 7; k++)
        *w[k] /= sum;
}

/* ---- the band ---- */

/* Variance of gamma at u from the parameters of the arcs. */
static double variance(const mixture *x, const hc_arc_model *m, double u)
{
    double d[HC_ARC_PARAMS], s = 0;
    const size_t np = (size_t)m->np, first = first_of(m, 0);
    size_t k = first;
    for (size_t a = 0; a < m->n; a++) {
        const double h = blur_of(x, m, a);
        for (int what = 0; what < 4; what++) {
            hc_arc up = m->arc[a], low = m->arc[a];
            if ((what == 2 && !hc_arc_has_phi(up.kind)) ||
                (what == 3 && !hc_arc_has_psi(up.kind)))
                continue;
            const double sd = sqrt(m->cov[k * np + k]);
            const double t = fmin(0.5 * sd, 0.3) + 1e-9;
            double *const p[2][4] = {
                {&up.ln_r, &up.ln_t, &up.phi, &up.psi},
                {&low.ln_r, &low.ln_t, &low.phi, &low.psi}};
            *p[0][what] += t;
            *p[1][what] -= t;
            d[k++] =
                (hc_arc_gamma(&up, u, h) - hc_arc_gamma(&low, u, h)) / (2 * t);
        }
    }
    for (size_t i = first; i < k; i++)
        for (size_t j = first; j < k; j++)
            s += d[i] * d[j] * m->cov[i * np + j];
    return fmax(s, 0);
}

typedef struct {
    double mean, square, bias; /* sums over the models */
    bool band;
} point;

static void add_to(point *p, double w, double value, double var)
{
    p->mean += w * value;
    p->square += w * (value * value + var);
}

static void add_arcs(const mixture *x, double u, point *p)
{
    for (size_t k = 0; k < MIXED && k < x->n; k++) {
        const hc_arc_model *m = &x->kept[k];
        if (!(x->weight[k] > 0))
            continue;
        const double v = gamma_of(x, m, u, 1);
        add_to(p, x->weight[k], v, p->band ? variance(x, m, u) : 0);
        if (p->band)
            p->bias += x->weight[k] * 1.33 * fabs(v - gamma_of(x, m, u, 0.5));
    }
}

static void add_rest(const mixture *x, double u, point *p)
{
    if (!(x->weight_rest > 0))
        return;
    const hc_arc_model *m = &x->kept[0];
    const double arcs = gamma_of(x, m, u, 1);
    const double t = exp(hc_lgp_at(x->g, x->rest, u));
    double var = 0;
    if (p->band) {
        const double sd = hc_lgp_at(x->g, x->rest_sd, u);
        var = t * t * variance(x, m, u) +
              t * t * arcs * arcs * expm1(fmin(sd * sd, 1));
        p->bias +=
            x->weight_rest * 1.33 * t * fabs(arcs - gamma_of(x, m, u, 0.5));
    }
    add_to(p, x->weight_rest, t * arcs, var);
}

static void fill_curve(const mixture *x, double level, const hc_drt *np,
                       hc_drt *r)
{
    const double z = level > 0 ? hc_normal_quantile((1 + level) / 2) : 0;
    for (size_t k = 0; k < r->n_tau; k++) {
        const double u = log(r->tau_s[k]);
        point p = {.band = level > 0};
        add_arcs(x, u, &p);
        add_rest(x, u, &p);
        add_to(&p, x->weight_np, np->gamma_ohm[k],
               p.band ? np->sd[k] * np->sd[k] : 0);
        r->gamma_ohm[k] = p.mean;
        if (!p.band)
            continue;
        const double var = p.square - p.mean * p.mean;
        r->sd[k] = sqrt(fmax(var, 0) + p.bias * p.bias);
        r->low[k] = fmax(0, p.mean - z * r->sd[k]);
        r->high[k] = p.mean + z * r->sd[k];
    }
}

/* ---- the rest of the result ---- */

static void peak_of(const mixture *x, const hc_arc_model *m, size_t a,
                    hc_drt_peak *p)
{
    const hc_arc *arc = &m->arc[a];
    const size_t np = (size_t)m->np, k = first_of(m, a);
    const double h = blur_of(x, m, a);
    double top = 0, at = arc->ln_t, half[2] = {at, at};
    for (double u = arc->ln_t - 6; u < arc->ln_t + 6; u += 0.02) {
        const double v = hc_arc_gamma(arc, u, h);
        if (v > top) {
            top = v;
            at = u;
        }
    }
    for (int side = 0; side < 2; side++)
        for (double d = 0; d < 20; d += 0.02) {
            half[side] = at + (side ? d : -d);
            if (hc_arc_gamma(arc, half[side], h) < top / 2)
                break;
        }
    const double r = hc_arc_r(arc), sd = sqrt(m->cov[k * np + k]);
    *p = (hc_drt_peak){.tau_s = exp(at),
                       .r_ohm = r,
                       .c_f = exp(at) / r,
                       .width_decades = (half[1] - half[0]) / M_LN10,
                       .height_ohm = top,
                       .sd_ln_tau = sqrt(m->cov[(k + 1) * np + k + 1]),
                       .sd_r_ohm = r * sd,
                       .low_s = exp(half[0]),
                       .high_s = exp(half[1])};
    hc_drt_peak_edge(p, x->g->low, x->g->high);
}

static hc_status arc_peaks(const mixture *x, hc_drt *r, hc_err *err)
{
    const hc_arc_model *m = &x->kept[0];
    r->peaks = malloc((m->n + 1) * sizeof *r->peaks);
    if (!r->peaks)
        return hc_fail_nomem(err);
    for (size_t a = 0; a < m->n; a++) {
        hc_drt_peak p;
        peak_of(x, m, a, &p);
        size_t k = a;
        for (; k > 0 && r->peaks[k - 1].tau_s > p.tau_s; k--)
            r->peaks[k] = r->peaks[k - 1];
        r->peaks[k] = p;
    }
    r->n_peaks = m->n;
    r->fitted_peaks = true;
    return HC_OK;
}

/* Z, R_inf, R_pol, share: sums over the models. */
static void fill_sums(mixture *x, const hc_drt *np, const hc_lgp_mix *mix,
                      hc_drt *r, double complex *z)
{
    double arcs = 0;
    r->r_inf = x->weight_np * mix->best.base.r_inf;
    r->r_pol = x->weight_np * np->r_pol;
    for (size_t i = 0; i < r->n; i++)
        r->z_fit[i] = x->weight_np * np->z_fit[i];
    for (size_t k = 0; k <= MIXED; k++) {
        const bool rest = k == MIXED;
        const double w = rest ? x->weight_rest : x->weight[k];
        if (!(w > 0))
            continue;
        const hc_arc_model *m = &x->kept[rest ? 0 : k];
        hc_arc_model_z(&x->fit, m, z);
        double sum = 0, with = 0, plain = 0;
        for (size_t a = 0; a < m->n; a++)
            sum += hc_arc_r(&m->arc[a]);
        for (size_t q = 0; rest && q < x->g->m; q++) {
            const double v = gamma_of(x, m, x->g->u[q], 1) * x->g->step;
            plain += v;
            with += v * fabs(expm1(x->rest[q]));
            r->r_pol += w * v * expm1(x->rest[q]);
        }
        r->r_inf += w * (rest ? x->rest_base.r_inf : m->base.r_inf);
        r->r_pol += w * sum;
        arcs += w * sum * (rest && plain > 0 ? fmax(0, 1 - with / plain) : 1);
        for (size_t i = 0; i < r->n; i++)
            r->z_fit[i] += w * (rest ? x->rest_z[i] : z[i]);
    }
    r->parametric = r->r_pol > 0 ? fmin(1, arcs / r->r_pol) : 0;
}

static void describe(const mixture *x, hc_drt *r)
{
    size_t at = 0;
    const hc_arc_model *m = &x->kept[0];
    char names[64] = "";
    for (size_t a = 0; a < m->n && at + 8 < sizeof names; a++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s",
                               a ? "+" : "", hc_arc_name(m->arc[a].kind));
    snprintf(r->model, sizeof r->model,
             "%.0f %% parametric: best arcs %s, weight of arcs %.2f, of arcs "
             "with remainder %.2f, of no arcs %.2f",
             100 * r->parametric, names, 1 - x->weight_np - x->weight_rest,
             x->weight_rest, x->weight_np);
}

static hc_status blend(mixture *x, const hc_lgp_mix *mix,
                       const hc_drt_options *opt, const hc_drt *np,
                       hc_drt *out, hc_err *err)
{
    double complex *z = malloc(x->g->n * sizeof *z);
    if (!z)
        return hc_fail_nomem(err);
    hc_status st = hc_drt_result_make(out, np->n, np->n_tau, err);
    if (st == HC_OK) {
        memcpy(out->tau_s, np->tau_s, np->n_tau * sizeof *np->tau_s);
        memcpy(out->sd_ohm, np->sd_ohm, np->n * sizeof *np->sd_ohm);
        out->noise_raised = np->noise_raised;
        fill_curve(x, opt->band_level, np, out);
        fill_sums(x, np, mix, out, z);
        const bool arcs = x->weight_np < 0.5;
        const double r_inf = out->r_inf;
        hc_drt_put_base(x->g,
                        !arcs                  ? &mix->best.base
                        : x->weight_rest > 0.5 ? &x->rest_base
                                               : &x->kept[0].base,
                        out);
        out->r_inf = r_inf;
        out->sd_r_inf = arcs ? sqrt(x->kept[0].cov[0]) : np->sd_r_inf;
        hc_drt_chi2(out, x->g->d);
        out->objective = out->chi2;
        out->minus2_ln_evidence = fmin(mix->e, x->kept[0].e);
        describe(x, out);
        if (arcs)
            st = arc_peaks(x, out, err);
        if (st != HC_OK)
            hc_drt_clear(out);
    }
    free(z);
    return st;
}

static hc_status mixture_make(mixture *x, const hc_lgp *g, hc_err *err)
{
    *x = (mixture){.g = g};
    x->h0 = blur_steps * (g->high - g->low) / (double)(g->n - 1);
    x->kept = malloc(KEPT * sizeof *x->kept);
    x->rest = malloc(2 * g->m * sizeof *x->rest);
    x->rest_z = malloc(g->n * sizeof *x->rest_z);
    if (!x->kept || !x->rest || !x->rest_z)
        return hc_fail_nomem(err);
    x->rest_sd = x->rest + g->m;
    return hc_arc_fitter_make(&x->fit, g, err);
}

static void mixture_clear(mixture *x)
{
    hc_arc_fitter_clear(&x->fit);
    free(x->kept);
    free(x->rest);
    free(x->rest_z);
}

static hc_status candidates(mixture *x, const hc_drt_base *base, double e_np,
                            hc_err *err)
{
    hc_drt_base from = *base;
    x->n = hc_arc_search(&x->fit, &from, x->kept, KEPT);
    if (x->n == 0)
        return hc_fail_nomem(err);
    qsort(x->kept, x->n, sizeof *x->kept, compare);
    for (size_t k = 0; k < MIXED && k < x->n; k++)
        hc_arc_polish(&x->fit, &x->kept[k], 30, true);
    qsort(x->kept, x->n < MIXED ? x->n : MIXED, sizeof *x->kept, compare);
    const double dof = 2 * (double)x->g->n - x->kept[0].np;
    const bool misfit = x->kept[0].chi2 > dof + 2 * sqrt(2 * dof);
    if (x->kept[0].n > 0 && (misfit || e_np < x->kept[0].e + window))
        return try_remainders(x, err);
    return HC_OK;
}

/* m(RQ): arcs only, all of them ZARC, the best sum of them. */
static void take_best(mixture *x)
{
    x->weight[0] = 1;
    for (size_t k = 1; k < MIXED; k++)
        x->weight[k] = 0;
    x->weight_np = x->weight_rest = 0;
}

static hc_status run(const hc_drt_data *d, const hc_drt_options *opt,
                     bool only_zarc, hc_drt *out, hc_err *err)
{
    hc_lgp g;
    hc_lgp_mix mix;
    hc_drt_base base;
    hc_drt np;
    mixture x;
    hc_status st = hc_lgp_make(&g, d, opt, err);
    if (st != HC_OK)
        return st;
    st = hc_lgp_run(&g, opt, &base, &mix, err);
    if (st != HC_OK) {
        hc_lgp_clear(&g);
        return st;
    }
    st = hc_lgp_result(&g, &mix, opt->band_level, &np, err);
    if (st == HC_OK) {
        st = mixture_make(&x, &g, err);
        x.fit.only_zarc = only_zarc;
        if (st == HC_OK)
            st = candidates(&x, &base, mix.e, err);
        if (st == HC_OK) {
            set_weights(&x, mix.e + charge_np);
            if (only_zarc)
                take_best(&x);
            st = blend(&x, &mix, opt, &np, out, err);
        }
        mixture_clear(&x);
        hc_drt_clear(&np);
    }
    hc_lgp_mix_clear(&mix);
    hc_lgp_clear(&g);
    return st;
}

hc_status hc_drt_arcs(const hc_drt_data *d, const hc_drt_options *opt,
                      hc_drt *out, hc_err *err)
{
    return run(d, opt, false, out, err);
}

hc_status hc_drt_mrq(const hc_drt_data *d, const hc_drt_options *opt,
                     hc_drt *out, hc_err *err)
{
    return run(d, opt, true, out, err);
}
