/* drt_arc_curve.c: the mean of the candidates as a curve with its band and
 * peaks; drt_arc_mix.h */
#include "fitters/drt_arc_mix.h"

#include "fitters/student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double blur_most = 1;

size_t hc_arc_first(const hc_arc_model *m, size_t a)
{
    size_t k = 1;
    k += m->base.high.on + (m->base.high.on && m->base.high.free);
    k += m->base.low.on + (m->base.low.on && m->base.low.free);
    for (size_t i = 0; i < a; i++)
        k += 2 + (size_t)hc_arc_has_phi(m->arc[i].kind) +
             (size_t)hc_arc_has_psi(m->arc[i].kind);
    return k;
}

double hc_arc_blur_to(const hc_arc *a, double width)
{
    /* how far its poles lie from the axis of real ln tau */
    double own = 0;
    if (a->kind == HC_ARC_LN)
        own = a->phi;
    else if (hc_arc_has_phi(a->kind))
        own = M_PI * (1 / a->phi - 1);
    return fmin(blur_most, fmax(0, width - own));
}

double hc_arc_blur(const hc_arc_mix *x, const hc_arc_model *m, size_t a)
{
    const size_t k = hc_arc_first(m, a) + 1;
    const double var = m->cov[k * (size_t)m->np + k];
    return hc_arc_blur_to(&m->arc[a], sqrt(x->h0 * x->h0 + var / 2));
}

double hc_arc_sum(const hc_arc_mix *x, const hc_arc_model *m, double u,
                  double part)
{
    double s = 0;
    for (size_t a = 0; a < m->n; a++)
        s += hc_arc_gamma(&m->arc[a], u, part * hc_arc_blur(x, m, a));
    return s;
}

/* ---- the band ---- */

/* Variance of gamma at u from the parameters of the arcs. */
static double variance(const hc_arc_mix *x, const hc_arc_model *m, double u)
{
    double d[HC_ARC_PARAMS], s = 0;
    const size_t np = (size_t)m->np, first = hc_arc_first(m, 0);
    size_t k = first;
    for (size_t a = 0; a < m->n; a++) {
        const double h = hc_arc_blur(x, m, a);
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

static void add_arcs(const hc_arc_mix *x, double u, point *p)
{
    for (size_t k = 0; k < HC_ARC_MIXED && k < x->n; k++) {
        const hc_arc_model *m = &x->kept[k];
        if (!(x->weight[k] > 0))
            continue;
        const double v = hc_arc_sum(x, m, u, 1);
        add_to(p, x->weight[k], v, p->band ? variance(x, m, u) : 0);
        if (p->band)
            p->bias +=
                x->weight[k] * 1.33 * fabs(v - hc_arc_sum(x, m, u, 0.5));
    }
}

static void add_rest(const hc_arc_mix *x, double u, point *p)
{
    if (!(x->weight_rest > 0))
        return;
    const hc_arc_model *m = &x->rest_arcs;
    const double arcs = hc_arc_sum(x, m, u, 1);
    const double t = exp(hc_lgp_at(x->g, x->rest, u));
    double var = 0;
    if (p->band) {
        const double sd = hc_lgp_at(x->g, x->rest_sd, u);
        var = t * t * variance(x, m, u) +
              t * t * arcs * arcs * expm1(fmin(sd * sd, 1));
        p->bias +=
            x->weight_rest * 1.33 * t * fabs(arcs - hc_arc_sum(x, m, u, 0.5));
    }
    add_to(p, x->weight_rest, t * arcs, var);
}

static void fill_curve(const hc_arc_mix *x, double level, const hc_drt *np,
                       hc_drt *r)
{
    const double z = level > 0 ? hc_normal_quantile((1 + level) / 2) : 0;
    bool loops = false;
    for (size_t k = 0; k < HC_ARC_MIXED && k < x->n; k++)
        loops |= x->weight[k] > 0 && hc_arc_has_loop(&x->kept[k]);
    for (size_t k = 0; k < r->n_tau; k++) {
        const double u = log(r->tau_s[k]);
        point p = {.band = level > 0};
        add_arcs(x, u, &p);
        add_rest(x, u, &p);
        if (x->weight_np > 0)
            add_to(&p, x->weight_np, np->gamma_ohm[k],
                   p.band ? np->sd[k] * np->sd[k] : 0);
        r->gamma_ohm[k] = p.mean;
        if (!p.band)
            continue;
        const double var = p.square - p.mean * p.mean;
        r->sd[k] = sqrt(fmax(var, 0) + p.bias * p.bias);
        r->low[k] = p.mean - z * r->sd[k];
        if (!loops)
            r->low[k] = fmax(0, r->low[k]);
        r->high[k] = p.mean + z * r->sd[k];
    }
}

/* ---- the rest of the result ---- */

static void peak_of(const hc_arc_mix *x, const hc_arc_model *m, size_t a,
                    hc_drt_peak *p)
{
    const hc_arc *arc = &m->arc[a];
    const size_t np = (size_t)m->np, k = hc_arc_first(m, a);
    const double h = hc_arc_blur(x, m, a);
    const double sign = hc_arc_sign(arc->kind);
    double top = 0, at = arc->ln_t, half[2] = {at, at};
    for (double u = arc->ln_t - 6; u < arc->ln_t + 6; u += 0.02) {
        const double v = sign * hc_arc_gamma(arc, u, h);
        if (v > top) {
            top = v;
            at = u;
        }
    }
    for (int side = 0; side < 2; side++)
        for (double d = 0; d < 20; d += 0.02) {
            half[side] = at + (side ? d : -d);
            if (sign * hc_arc_gamma(arc, half[side], h) < top / 2)
                break;
        }
    const double r = hc_arc_r(arc), sd = sqrt(m->cov[k * np + k]);
    *p = (hc_drt_peak){.tau_s = exp(at),
                       .r_ohm = r,
                       .c_f = exp(at) / r,
                       .width_decades = (half[1] - half[0]) / M_LN10,
                       .height_ohm = sign * top,
                       .sd_ln_tau = sqrt(m->cov[(k + 1) * np + k + 1]),
                       .sd_r_ohm = fabs(r) * sd,
                       .low_s = exp(half[0]),
                       .high_s = exp(half[1])};
    hc_drt_peak_edge(p, x->g->low, x->g->high);
}

static hc_status arc_peaks(const hc_arc_mix *x, hc_drt *r, hc_err *err)
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

static void sum_np(const hc_arc_mix *x, const hc_drt *np, hc_drt *r)
{
    if (!(x->weight_np > 0))
        return;
    r->r_inf = x->weight_np * x->np.best.base.r_inf;
    r->r_pol = x->weight_np * np->r_pol;
    for (size_t i = 0; i < r->n; i++)
        r->z_fit[i] = x->weight_np * np->z_fit[i];
}

/* Z, R_inf, R_pol, share: sums over the models. */
static void fill_sums(const hc_arc_mix *x, const hc_drt *np, hc_drt *r,
                      double complex *z)
{
    double arcs = 0;
    sum_np(x, np, r);
    for (size_t k = 0; k <= HC_ARC_MIXED; k++) {
        const bool rest = k == HC_ARC_MIXED;
        const double w = rest ? x->weight_rest : x->weight[k];
        if (!(w > 0))
            continue;
        const hc_arc_model *m = rest ? &x->rest_arcs : &x->kept[k];
        hc_arc_model_z(&x->fit, m, z);
        double sum = 0, with = 0, plain = 0;
        for (size_t a = 0; a < m->n; a++)
            sum += hc_arc_r(&m->arc[a]);
        for (size_t q = 0; rest && q < x->g->m; q++) {
            const double v = hc_arc_sum(x, m, x->g->u[q], 1) * x->g->step;
            plain += v;
            with += v * fabs(expm1(x->rest[q]));
        }
        if (rest)
            r->r_pol += w * x->rest_area;
        r->r_inf += w * (rest ? x->rest_base.r_inf : m->base.r_inf);
        r->r_pol += w * sum;
        arcs += w * sum * (rest && plain > 0 ? fmax(0, 1 - with / plain) : 1);
        for (size_t i = 0; i < r->n; i++)
            r->z_fit[i] += w * (rest ? x->rest_z[i] : z[i]);
    }
    r->parametric = r->r_pol > 0 ? fmin(1, arcs / r->r_pol) : 0;
}

static void describe(const hc_arc_mix *x, hc_drt *r)
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
             100 * r->parametric, names,
             fmax(0, 1 - x->weight_np - x->weight_rest), x->weight_rest,
             x->weight_np);
}

/* Where the curve ends: with the grid, or, when it is arcs alone, where they
 * fall below `foot` of their top, at most `far` decades out of the window. */
static void ends(const hc_arc_mix *x, const hc_drt_options *opt, double *a,
                 double *b)
{
    const double foot = 0.002, far = 2 * M_LN10, step = 0.1 * M_LN10;
    const hc_lgp *g = x->g;
    double top = 0;
    *a = g->u[0];
    *b = g->u[g->m - 1];
    if (x->weight_np > 0 || x->weight_rest > 0 || !isnan(opt->widen_decades))
        return;
    for (size_t k = 0; k < g->m; k++)
        top = fmax(top, fabs(hc_arc_sum(x, &x->kept[0], g->u[k], 1)));
    while (*a - step > g->low - far &&
           fabs(hc_arc_sum(x, &x->kept[0], *a, 1)) > foot * top)
        *a -= step;
    while (*b + step < g->high + far &&
           fabs(hc_arc_sum(x, &x->kept[0], *b, 1)) > foot * top)
        *b += step;
}

static void fill(const hc_arc_mix *x, const hc_drt_options *opt,
                 const hc_drt *np, double complex *z, hc_drt *out)
{
    const hc_lgp *g = x->g;
    const bool arcs = x->weight_np < 0.5;
    hc_lgp_put_noise(g, out);
    fill_curve(x, opt->band_level, np, out);
    fill_sums(x, np, out, z);
    const double r_inf = out->r_inf;
    hc_drt_put_base(g,
                    !arcs                  ? &x->np.best.base
                    : x->weight_rest > 0.5 ? &x->rest_base
                                           : &x->kept[0].base,
                    out);
    out->r_inf = r_inf;
    out->sd_r_inf = arcs ? sqrt(x->kept[0].cov[0]) : np->sd_r_inf;
    hc_drt_chi2(out, g->d);
    out->objective = out->chi2;
    out->minus2_ln_evidence = x->kept[0].e;
    if (x->has_np)
        out->minus2_ln_evidence = fmin(x->np.e, x->kept[0].e);
    describe(x, out);
}

hc_status hc_arc_mix_result(hc_arc_mix *x, const hc_drt_options *opt,
                            hc_drt *out, hc_err *err)
{
    const hc_lgp *g = x->g;
    hc_drt np = {0};
    hc_status st = HC_OK;
    double complex *z = malloc(g->n * sizeof *z);
    if (!z)
        return hc_fail_nomem(err);
    if (x->weight_np > 0)
        st = hc_lgp_result(g, &x->np, opt->band_level, &np, err);
    double a, b;
    ends(x, opt, &a, &b);
    if (st == HC_OK)
        st = hc_drt_result_make(out, g->n, hc_drt_grid_size(a, b), err);
    if (st == HC_OK) {
        hc_drt_grid_fill(a, b, out->n_tau, out->tau_s);
        fill(x, opt, &np, z, out);
        if (x->weight_np + x->weight_rest < 0.5)
            st = arc_peaks(x, out, err);
        if (st != HC_OK)
            hc_drt_clear(out);
    }
    hc_drt_clear(&np);
    free(z);
    return st;
}
