/* drt_arcs.c: sums of closed-form arcs, their least squares and evidence by
 * Laplace's method; drt_arcs.h
 */
#include "fitters/drt_arcs.h"

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

/* ---- parameters as a vector ---- */

static int arc_params(hc_arc_kind k)
{
    return 2 + hc_arc_kinds[k].phi + hc_arc_kinds[k].psi;
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
        if (hc_arc_kinds[a->kind].phi)
            x[k++] = a->phi;
        if (hc_arc_kinds[a->kind].psi)
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
        if (hc_arc_kinds[a->kind].phi)
            a->phi = x[k++];
        if (hc_arc_kinds[a->kind].psi)
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
        if (hc_arc_kinds[a].phi)
            one_box(b, k++, hc_arc_kinds[a].phi_min, hc_arc_kinds[a].phi_max,
                    0.25 * (hc_arc_kinds[a].phi_max - hc_arc_kinds[a].phi_min),
                    hc_arc_kinds[a].phi_max - hc_arc_kinds[a].phi_min);
        if (hc_arc_kinds[a].psi)
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
           (hc_arc_kinds[kind].phi || hc_arc_kinds[kind].psi);
}

static double arc_charges(const hc_arc_fitter *f, const hc_arc_model *m)
{
    double e = 0;
    const hc_drt_power *p[2] = {&m->base.high, &m->base.low};
    for (int i = 0; i < 2; i++)
        e += p[i]->on ? charge_power : 0;
    for (size_t i = 0; i < m->n; i++) {
        const hc_arc *a = &m->arc[i];
        e += charge_arc + hc_arc_kinds[a->kind].charge;
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
            a->ln_t - (hc_arc_diffusive(a->kind) ? 0.9 : 0); /* ln(pi^2/4) */
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
