/* drt_arcs.c: closed-form arcs, their least squares and evidence; drt_arcs.h
 *
 * Arcs: S. Havriliak, S. Negami, Polymer 8 (1967) 161; K. S. Cole, R. H. Cole,
 * J. Chem. Phys. 9 (1941) 341; D. W. Davidson, R. H. Cole 19 (1951) 1484; H.
 * Gerischer, Z. Phys. Chem. 198 (1951) 286.  Evidence by Laplace's method.
 */
#include "fitters/drt_arcs.h"

#include "fitters/cx.h"
#include "fitters/dense.h"
#include "fitters/lm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double psi_min = 0.2, power_min = 0.4, inductor_min = 0.6;
/* Widths of the flat priors: ln R and amplitudes, phi, psi, exponents. */
static const double width_r = 9.2, width_psi = 0.8, width_power = 0.6;
/* For the choice of a type, and for spikes next to another arc. */
static const double charge_arc = 4, charge_power = 4, charge_spike = 10,
                    charge_bound = 3, spike_reach = 3;
/* For a kind that another arc has already, off the choice of a type. */
static const double rebate_again = 3;
/* Where a loop may be, from the ends of the window. */
static const double loop_inside = 1.5, loop_beyond = 1;
/* For an arc whose top was not measured. */
static const double charge_edge = 10, edge_reach = 0.4;

static const struct {
    const char *name;
    bool phi, psi;
    double phi0, psi0, charge, phi_min, phi_max;
} kinds[HC_ARC_KINDS] = {
    {"RC", false, false, 1, 1, 4, 0, 0},
    {"ZARC", true, false, 0.8, 1, 0, 0.3, 1},
    {"G", false, false, 1, 0.5, 2, 0, 0},
    {"CD", false, true, 1, 0.6, 2, 0, 0},
    {"HN", true, true, 0.8, 0.6, 3, 0.3, 1},
    {"Ws", false, false, 1, 1, 2, 0, 0},
    {"Wo", false, false, 1, 1, 2, 0, 0},
    {"LN", true, false, 1, 1, 2, 0.25, 4},
    {"-RC", false, false, 1, 1, 18, 0, 0},
    {"-ZARC", true, false, 0.8, 1, 18, 0.5, 1},
};

const char *hc_arc_name(hc_arc_kind k)
{
    return kinds[k].name;
}

bool hc_arc_has_phi(hc_arc_kind k)
{
    return kinds[k].phi;
}

bool hc_arc_has_psi(hc_arc_kind k)
{
    return kinds[k].psi;
}

double hc_arc_sign(hc_arc_kind k)
{
    return k == HC_ARC_NEG_RC || k == HC_ARC_NEG_ZARC ? -1 : 1;
}

hc_arc hc_arc_make(hc_arc_kind k, double ln_r, double ln_t, double phi,
                   double psi)
{
    return (hc_arc){k, ln_r, ln_t, kinds[k].phi ? phi : kinds[k].phi0,
                    kinds[k].psi ? psi : kinds[k].psi0};
}

/* ---- one arc ---- */

static bool diffusive(hc_arc_kind k)
{
    return k == HC_ARC_WS || k == HC_ARC_WO;
}

/* R tanh(x)/x or R coth(x)/x; *d is the derivative by ln t. */
static cx diffusion(const hc_arc *a, double re, double im, cx *d)
{
    const cx x = cx_exp(cx_make((re + a->ln_t) / 2, im / 2));
    const double m = exp(-2 * fmin(x.re, 350));
    const cx q = cx_make(m * cos(2 * x.im), -m * sin(2 * x.im));
    const cx up = cx_make(1 - q.re, -q.im), low = cx_make(1 + q.re, q.im);
    const bool open = a->kind == HC_ARC_WO;
    const cx t = open ? cx_div(low, up) : cx_div(up, low);
    const double r = exp(a->ln_r);
    const cx z = cx_scale(cx_div(t, x), r);
    /* d tanh = 1 - tanh^2, d coth = 1 - coth^2; dx/dln t = x/2 */
    const cx t2 = cx_mul(t, t);
    const cx slope = cx_scale(cx_make(1 - t2.re, -t2.im), r);
    *d = cx_scale(cx_sub(slope, z), 0.5);
    return z;
}

int hc_arc_nodes(double sd, double r, double *h, double *weight)
{
    *h = fmin(0.5, 0.7 * sd);
    const int arm = (int)(5.4 * sd / *h) + 1;
    for (int k = -arm; k <= arm; k++) {
        const double y = k * *h / sd;
        weight[k + arm] = r * *h / (sd * sqrt(2 * M_PI)) * exp(-0.5 * y * y);
    }
    return arm;
}

/* R times the mean of 1/(1 + s t e^x) over x normal with sd phi, by the
 * trapezoidal rule (1e-7 at ln s = ln w + j pi/2). */
static cx lognormal(const hc_arc *a, double re, double im, cx d[4])
{
    double weight[2 * HC_ARC_NODES + 1], h;
    const int arm = hc_arc_nodes(a->phi, exp(a->ln_r), &h, weight);
    cx z = {0, 0}, by_t = {0, 0}, by_sd = {0, 0};
    cx p = cx_exp(cx_make(re + a->ln_t - arm * h, im));
    const double grow = exp(h);
    for (int k = -arm; k <= arm; k++, p = cx_scale(p, grow)) {
        const double y = k * h / a->phi, w = weight[k + arm];
        const cx v = cx_inv(cx_make(1 + p.re, p.im));
        /* d/dln p of 1/(1 + p) = -p/(1 + p)^2 = v^2 - v */
        const cx s = cx_sub(cx_mul(v, v), v);
        z = cx_add(z, cx_scale(v, w));
        by_t = cx_add(by_t, cx_scale(s, w));
        by_sd = cx_add(by_sd, cx_scale(s, w * y));
    }
    d[0] = z;
    d[1] = by_t;
    d[2] = by_sd;
    return z;
}

/* Z and, in d, its derivatives by ln_r, ln_t, phi, psi. */
static cx arc_all(const hc_arc *a, double re, double im, cx d[4])
{
    if (diffusive(a->kind)) {
        const cx z = diffusion(a, re, im, &d[1]);
        d[0] = z;
        return z;
    }
    if (a->kind == HC_ARC_LN)
        return lognormal(a, re, im, d);
    const double l = re + a->ln_t;
    const cx p = cx_exp(cx_make(a->phi * l, a->phi * im));
    const cx b = cx_make(1 + p.re, p.im);
    const double r = hc_arc_sign(a->kind) * exp(a->ln_r);
    cx ln_b = {0, 0}, z;
    if (a->psi == 1) {
        z = cx_scale(cx_inv(b), r);
    } else {
        ln_b = cx_log(b);
        z = cx_scale(cx_exp(cx_scale(ln_b, -a->psi)), r);
    }
    const cx q = cx_scale(cx_mul(z, cx_div(p, b)), -a->psi);
    d[0] = z;
    d[1] = cx_scale(q, a->phi);
    d[2] = cx_mul(q, cx_make(l, im));
    d[3] = cx_scale(cx_mul(z, ln_b), -1);
    return z;
}

double complex hc_arc_z(const hc_arc *a, double re, double im, bool bare)
{
    cx d[4];
    cx z = arc_all(a, re, im, d);
    if (bare && a->kind == HC_ARC_WO)
        z = cx_sub(z, cx_exp(cx_make(a->ln_r - a->ln_t - re, -im)));
    return CMPLX(z.re, z.im);
}

double hc_arc_gamma(const hc_arc *a, double u, double h)
{
    if (a->kind == HC_ARC_LN) {
        const double var = a->phi * a->phi + 2 * h * h, x = u - a->ln_t;
        return exp(a->ln_r - x * x / (2 * var)) / sqrt(2 * M_PI * var);
    }
    const double complex one = hc_arc_z(a, -u, M_PI - h, true);
    const double complex two = hc_arc_z(a, -u, M_PI - 2 * h, true);
    const double sign = hc_arc_sign(a->kind);
    return sign * fmax(0, -sign * cimag(2 * one - two) / M_PI);
}

double hc_arc_r(const hc_arc *a)
{
    return hc_arc_sign(a->kind) * exp(a->ln_r) /
           (a->kind == HC_ARC_WO ? 3 : 1);
}

/* ---- parameters as a vector ---- */

static int arc_params(hc_arc_kind k)
{
    return 2 + kinds[k].phi + kinds[k].psi;
}

static int count(const hc_arc_model *m)
{
    int k = 1;
    k += m->base.high.on + (m->base.high.on && m->base.high.free);
    k += m->base.low.on + (m->base.low.on && m->base.low.free);
    for (size_t i = 0; i < m->n; i++)
        k += arc_params(m->arc[i].kind);
    return k;
}

static int pack(const hc_arc_model *m, double *x)
{
    int k = 0;
    x[k++] = m->base.r_inf;
    const hc_drt_power *p[2] = {&m->base.high, &m->base.low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            x[k++] = p[i]->ln_a;
        if (p[i]->on && p[i]->free)
            x[k++] = p[i]->p;
    }
    for (size_t i = 0; i < m->n; i++) {
        const hc_arc *a = &m->arc[i];
        x[k++] = a->ln_r;
        x[k++] = a->ln_t;
        if (kinds[a->kind].phi)
            x[k++] = a->phi;
        if (kinds[a->kind].psi)
            x[k++] = a->psi;
    }
    return k;
}

static void unpack(const double *x, hc_arc_model *m)
{
    int k = 0;
    m->base.r_inf = x[k++];
    hc_drt_power *p[2] = {&m->base.high, &m->base.low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            p[i]->ln_a = x[k++];
        if (p[i]->on && p[i]->free)
            p[i]->p = x[k++];
    }
    for (size_t i = 0; i < m->n; i++) {
        hc_arc *a = &m->arc[i];
        a->ln_r = x[k++];
        a->ln_t = x[k++];
        if (kinds[a->kind].phi)
            a->phi = x[k++];
        if (kinds[a->kind].psi)
            a->psi = x[k++];
    }
}

/* Bounds, largest steps and prior widths in the order of pack(). */
typedef struct {
    double lo[HC_ARC_PARAMS], hi[HC_ARC_PARAMS], cap[HC_ARC_PARAMS],
        width[HC_ARC_PARAMS];
} boxes;

static void one_box(boxes *b, int k, double lo, double hi, double cap,
                    double width)
{
    b->lo[k] = lo;
    b->hi[k] = hi;
    b->cap[k] = cap;
    b->width[k] = width;
}

static void make_boxes(const hc_arc_fitter *f, const hc_arc_model *m, boxes *b)
{
    int k = 0;
    one_box(b, k++, 0, HUGE_VAL, HUGE_VAL, 0);
    const hc_drt_power *p[2] = {&m->base.high, &m->base.low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            one_box(b, k++, -HUGE_VAL, HUGE_VAL, 2, width_r);
        if (p[i]->on && p[i]->free)
            one_box(b, k++, i == 0 ? inductor_min : power_min, 1, 0.2,
                    width_power);
    }
    for (size_t i = 0; i < m->n; i++) {
        const hc_arc_kind a = m->arc[i].kind;
        one_box(b, k++, f->r_min, f->r_max, 2, width_r);
        const bool loop = hc_arc_sign(a) < 0;
        one_box(b, k++, loop ? f->g->low + loop_inside : f->t_min,
                loop ? f->g->high + loop_beyond : f->t_max, 1.5,
                f->t_max - f->t_min);
        if (kinds[a].phi)
            one_box(b, k++, kinds[a].phi_min, kinds[a].phi_max,
                    0.25 * (kinds[a].phi_max - kinds[a].phi_min),
                    kinds[a].phi_max - kinds[a].phi_min);
        if (kinds[a].psi)
            one_box(b, k++, psi_min, 1, 0.3, width_psi);
    }
}

/* ---- residual and Jacobian ---- */

typedef struct {
    hc_arc_fitter *f;
    hc_arc_model *m;
    int np;
} target;

/* Columns of the Jacobian, then the residual. */
static void evaluate(hc_arc_fitter *f, const hc_arc_model *m)
{
    const hc_lgp *g = f->g;
    const size_t n = g->n, rows = g->rows;
    double *at = f->j;
    double *r = at + rows * (size_t)count(m);
    for (size_t i = 0; i < n; i++) {
        at[i] = f->scale[i];
        at[n + i] = 0;
        r[i] = m->base.r_inf * f->scale[i] - g->b[i];
        r[n + i] = -g->b[n + i];
    }
    at += rows;
    const hc_drt_power *p[2] = {&m->base.high, &m->base.low};
    for (int k = 0; k < 2; k++) {
        if (!p[k]->on)
            continue;
        hc_power_columns(p[k], k ? -1 : 1, k ? -g->high : -g->low, f->ln_w,
                         f->scale, n, at);
        for (size_t i = 0; i < rows; i++)
            r[i] += at[i];
        at += rows * (1 + (size_t)p[k]->free);
    }
    for (size_t k = 0; k < m->n; k++) {
        hc_arc_columns(&m->arc[k], f->ln_w, f->scale, n, at);
        for (size_t i = 0; i < rows; i++)
            r[i] += at[i];
        at += rows * (size_t)arc_params(m->arc[k].kind);
    }
    f->r = r;
}

static double cost(void *ctx, const double *x)
{
    target *t = ctx;
    unpack(x, t->m);
    evaluate(t->f, t->m);
    return hc_dot(t->f->r, t->f->r, t->f->g->rows);
}

/* The residual is the last column: one Gram matrix has it all. */
static void normal(void *ctx, double *jtj, double *grad)
{
    const target *t = ctx;
    const size_t n = (size_t)t->np, all = n + 1;
    double h[(HC_ARC_PARAMS + 1) * (HC_ARC_PARAMS + 1)];
    hc_gram(t->f->j, t->f->g->rows, all, h);
    for (size_t a = 0; a < n; a++) {
        memcpy(jtj + a * n, h + a * all, n * sizeof *jtj);
        grad[a] = h[n * all + a];
    }
}

/* ---- evidence ---- */

/* Whether arc i has a shape with an exponent that an earlier arc has: the
 * kind is chosen once.  Not so for lines, of which any curve could be made. */
static bool seen_before(const hc_arc_model *m, size_t i)
{
    const hc_arc_kind kind = m->arc[i].kind;
    bool again = false;
    for (size_t k = 0; k < i; k++)
        again |= m->arc[k].kind == kind;
    return again && hc_arc_sign(kind) > 0 &&
           (kinds[kind].phi || kinds[kind].psi);
}

static double arc_charges(const hc_arc_fitter *f, const hc_arc_model *m)
{
    double e = 0;
    const hc_drt_power *p[2] = {&m->base.high, &m->base.low};
    for (int i = 0; i < 2; i++)
        e += p[i]->on ? charge_power : 0;
    for (size_t i = 0; i < m->n; i++) {
        const hc_arc *a = &m->arc[i];
        e += charge_arc + kinds[a->kind].charge;
        e -= seen_before(m, i) ? rebate_again : 0;
        /* a row of lines is as spiky as one */
        const bool spike = a->kind == HC_ARC_LN
                               ? a->phi < 0.4
                               : a->kind == HC_ARC_WS ||
                                     (a->kind != HC_ARC_WO && a->phi > 0.95);
        bool beside = false;
        for (size_t k = 0; k < m->n; k++)
            beside |= k != i && fabs(m->arc[k].ln_t - a->ln_t) < spike_reach;
        e += spike && beside ? charge_spike : 0;
        const double top =
            a->ln_t - (diffusive(a->kind) ? 0.9 : 0); /* ln(pi^2/4) */
        if (top < f->g->low - edge_reach || top > f->g->high + edge_reach)
            e += charge_edge;
    }
    return e;
}

/* E of drt-recipe section 5 at the point of the last evaluate(). */
static void weigh(const target *t, const boxes *b, const double *x,
                  bool want_cov)
{
    hc_arc_model *m = t->m;
    const size_t n = (size_t)t->np;
    double a[HC_ARC_PARAMS * HC_ARC_PARAMS], h[HC_ARC_PARAMS * HC_ARC_PARAMS];
    double grad[HC_ARC_PARAMS], inv[HC_ARC_PARAMS * HC_ARC_PARAMS];
    size_t at[HC_ARC_PARAMS], k = 0;
    normal((void *)(uintptr_t)t, h, grad);
    m->e = m->chi2 + arc_charges(t->f, m);
    for (size_t i = 0; i < n; i++) {
        const bool bound = x[i] <= b->lo[i] || x[i] >= b->hi[i];
        if (bound)
            m->e += i > 0 ? charge_bound : 0;
        else
            at[k++] = i;
    }
    for (size_t p = 0; p < k; p++) {
        for (size_t q = 0; q <= p; q++)
            a[p * k + q] = h[at[p] * n + at[q]];
        if (at[p] > 0) {
            const double ridge =
                2 * M_PI / (b->width[at[p]] * b->width[at[p]]);
            a[p * k + p] += ridge;
            m->e -= log(ridge);
        }
    }
    memset(m->cov, 0, sizeof m->cov);
    if (!hc_cholesky(a, k, 0)) {
        m->e = HUGE_VAL;
        return;
    }
    for (size_t p = 0; p < k; p++)
        m->e += 2 * log(a[p * k + p]);
    if (!want_cov)
        return;
    hc_cholesky_inverse(a, k, inv);
    for (size_t p = 0; p < k; p++)
        for (size_t q = 0; q < k; q++)
            m->cov[at[p] * n + at[q]] = inv[p * k + q];
}

void hc_arc_polish(hc_arc_fitter *f, hc_arc_model *m, int steps, bool cov)
{
    double x[HC_ARC_PARAMS];
    boxes b;
    target t = {f, m, pack(m, x)};
    make_boxes(f, m, &b);
    const hc_lm lm = {.ctx = &t,
                      .n = t.np,
                      .cost = cost,
                      .normal = normal,
                      .lo = b.lo,
                      .hi = b.hi,
                      .cap = b.cap};
    hc_lm_state s;
    hc_lm_begin(&lm, &s, x);
    s.lambda = 1e-3;
    hc_lm_run(&lm, &s, steps, 1e-4);
    m->chi2 = cost(&t, s.x);
    m->np = t.np;
    weigh(&t, &b, s.x, cov);
}

size_t hc_arc_free_columns(hc_arc_fitter *f, const hc_arc_model *m,
                           double *columns, size_t *at)
{
    const size_t rows = f->g->rows, np = (size_t)m->np;
    size_t first = np, n = 0;
    for (size_t a = 0; a < m->n; a++)
        first -= (size_t)arc_params(m->arc[a].kind);
    evaluate(f, m);
    for (size_t k = first; k < np; k++)
        if (m->cov[k * np + k] > 0) {
            memcpy(columns + n * rows, f->j + k * rows,
                   rows * sizeof *columns);
            at[n++] = k;
        }
    return n;
}

void hc_arc_move(hc_arc_fitter *f, hc_arc_model *m, const size_t *at, size_t n,
                 const double *by)
{
    double x[HC_ARC_PARAMS];
    boxes b;
    pack(m, x);
    make_boxes(f, m, &b);
    for (size_t k = 0; k < n; k++)
        x[at[k]] += fmax(-b.cap[at[k]], fmin(b.cap[at[k]], by[k]));
    unpack(x, m);
    hc_arc_polish(f, m, 0, true);
}

void hc_arc_model_z(const hc_arc_fitter *f, const hc_arc_model *m,
                    double complex *z)
{
    for (size_t i = 0; i < f->g->n; i++) {
        z[i] = hc_drt_base_z(&m->base, f->g, exp(f->ln_w[i]));
        for (size_t a = 0; a < m->n; a++)
            z[i] += hc_arc_z(&m->arc[a], f->ln_w[i], M_PI / 2, false);
    }
}

void hc_arc_fitter_weights(hc_arc_fitter *f)
{
    for (size_t i = 0; i < f->g->n; i++)
        f->scale[i] = 1 / f->g->sd[i];
}

hc_status hc_arc_fitter_make(hc_arc_fitter *f, const hc_lgp *g, hc_err *err)
{
    *f = (hc_arc_fitter){.g = g};
    f->ln_w =
        malloc((2 * g->n + g->rows * (HC_ARC_PARAMS + 1)) * sizeof *f->ln_w);
    if (!f->ln_w)
        return hc_fail_nomem(err);
    f->scale = f->ln_w + g->n;
    f->j = f->scale + g->n;
    f->r = f->j;
    hc_arc_fitter_weights(f);
    double lo = HUGE_VAL, hi = -HUGE_VAL, top = 0;
    for (size_t i = 0; i < g->n; i++) {
        f->ln_w[i] = log(2 * M_PI * g->d->freq_hz[i]);
        lo = fmin(lo, creal(g->d->z_ohm[i]));
        hi = fmax(hi, creal(g->d->z_ohm[i]));
        top = fmax(top, cabs(g->d->z_ohm[i]));
    }
    f->t_min = g->low - 2.3;
    f->t_max = g->high + 4.6;
    f->r_max = log(top) + 5;
    f->r_min = log(fmax(hi - lo, 1e-9 * top)) - 14;
    return HC_OK;
}

void hc_arc_fitter_clear(hc_arc_fitter *f)
{
    free(f->ln_w);
    *f = (hc_arc_fitter){0};
}
