/* dqdv_peaks.c: maxima of dQ/dV and a fit of Q(V) by logistic steps */
#include "cycle/dqdv.h"

#include "fitters/dense.h"
#include "fitters/lm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Height above the higher of the two saddles beside a maximum. */
static double prominence_of(const double *y, size_t n, size_t at)
{
    double left = y[at], right = y[at];

    for (size_t k = at; k-- > 0 && y[k] <= y[at];)
        left = fmin(left, y[k]);
    for (size_t k = at + 1; k < n && y[k] <= y[at]; k++)
        right = fmin(right, y[k]);
    return y[at] - fmax(left, right);
}

/* The top of a maximum, down to a tenth of its prominence: [*from, *to]. */
static void top_of(const hc_dqdv_curve *c, size_t k, double prominence,
                   size_t *from, size_t *to)
{
    double limit = c->y[k] - 0.1 * prominence;

    *from = *to = k;
    while (*from > 0 && (k - *from < 2 || c->y[*from - 1] > limit))
        --*from;
    while (*to + 1 < c->n && (*to - k < 2 || c->y[*to + 1] > limit))
        ++*to;
}

/* Position and height from a cubic through the top, with the errors of its
 * points carried over. */
static void vertex(const hc_dqdv_curve *c, size_t k, hc_dqdv_max *m)
{
    size_t from, to;
    double a[16] = {0}, b[4] = {0}, inv[16], half, u = 0, sd = c->sd[k];

    top_of(c, k, m->prominence, &from, &to);
    half = 0.5 * (double)(to - from);
    double mid = 0.5 * (double)(from + to);

    for (size_t i = from; i <= to; i++) {
        double x = ((double)i - mid) / half, r[4] = {1, x, x * x, x * x * x};

        for (int p = 0; p < 4; p++) {
            b[p] += r[p] * c->y[i];
            for (int q = 0; q < 4; q++)
                a[p * 4 + q] += r[p] * r[q];
        }
    }
    m->height_sd = sd;
    if (!hc_cholesky(a, 4, 1e-12)) {
        m->v = c->low_v + ((double)k + 0.5) * c->bin_v;
        m->height = c->y[k];
        m->v_sd = c->bin_v;
        return;
    }
    hc_cholesky_solve(a, 4, b);
    hc_cholesky_inverse(a, 4, inv);
    u = ((double)k - mid) / half;
    for (int i = 0; i < 20; i++) { /* Newton on the derivative */
        double d1 = b[1] + u * (2 * b[2] + 3 * b[3] * u);
        double d2 = 2 * b[2] + 6 * b[3] * u;

        if (d2 >= 0)
            break;
        u = fmax(-1, fmin(1, u - d1 / d2));
    }
    double g[4] = {0, 1, 2 * u, 3 * u * u}, var = 0;
    double bend = fabs(2 * b[2] + 6 * b[3] * u);

    for (int p = 0; p < 4; p++)
        for (int q = 0; q < 4; q++)
            var += g[p] * inv[p * 4 + q] * g[q];
    /* smoothed neighbours share their noise */
    double shared = c->window ? (double)c->window / 2 : 3;

    m->v = c->low_v + (mid + u * half + 0.5) * c->bin_v;
    m->height = b[0] + u * (b[1] + u * (b[2] + u * b[3]));
    m->v_sd = hypot(half * c->bin_v * sd * sqrt(var * shared) / bend,
                    0.29 * c->lsb_v);
}

size_t hc_dqdv_maxima(const hc_dqdv_curve *c, const hc_dqdv_rules *rules,
                      hc_dqdv_max *out)
{
    double top = 0;
    size_t n = 0;

    for (size_t k = 0; k < c->n; k++)
        top = fmax(top, c->y[k]);
    for (size_t k = 1; k + 1 < c->n && n < HC_DQDV_PEAKS; k++) {
        hc_dqdv_max m = {0};

        if (!(c->y[k] > c->y[k - 1] && c->y[k] >= c->y[k + 1]))
            continue;
        m.prominence = prominence_of(c->y, c->n, k);
        if (m.prominence < rules->prominence * top ||
            m.prominence < 3 * c->sd[k])
            continue;
        vertex(c, k, &m);
        out[n++] = m;
    }
    return n;
}

/* ---- the fit ---- */

typedef struct {
    size_t n;          /* points */
    double *v, *q;     /* cumulated charge at the edges of the bins */
    double *res, *jac; /* [n], [n * p] row-major */
    size_t peaks;
    double scale_q;
} problem;

/* Unknowns: c, b, then V0, ln w, ln A for each peak. */
static double model(const problem *p, const double *x, double v, double *row)
{
    double q = x[0] + x[1] * v;

    if (row) {
        row[0] = 1;
        row[1] = v;
    }
    for (size_t k = 0; k < p->peaks; k++) {
        const double *u = x + 2 + 3 * k;
        double w = exp(u[1]), a = exp(u[2]), z = (v - u[0]) / w;
        double s = 1 / (1 + exp(-z)), ds = s * (1 - s);

        q += a * s;
        if (!row)
            continue;
        row[2 + 3 * k] = -a * ds / w;
        row[3 + 3 * k] = -a * ds * z;
        row[4 + 3 * k] = a * s;
    }
    return q;
}

static double cost(void *ctx, const double *x)
{
    problem *p = ctx;
    size_t m = 2 + 3 * p->peaks;
    double sum = 0;

    for (size_t k = 0; k < p->n; k++) {
        p->res[k] = model(p, x, p->v[k], p->jac + k * m) - p->q[k];
        sum += p->res[k] * p->res[k];
    }
    return sum;
}

static void normal(void *ctx, double *jtj, double *grad)
{
    problem *p = ctx;
    size_t m = 2 + 3 * p->peaks;

    memset(jtj, 0, m * m * sizeof *jtj);
    memset(grad, 0, m * sizeof *grad);
    for (size_t k = 0; k < p->n; k++) {
        const double *row = p->jac + k * m;

        for (size_t i = 0; i < m; i++) {
            grad[i] += row[i] * p->res[k];
            for (size_t j = 0; j < m; j++)
                jtj[i * m + j] += row[i] * row[j];
        }
    }
}

static double run_fit(problem *p, hc_lm_state *s, const double *x)
{
    double lo[HC_LM_MAX], hi[HC_LM_MAX], span = p->v[p->n - 1] - p->v[0];
    hc_lm lm = {.ctx = p,
                .n = (int)(2 + 3 * p->peaks),
                .cost = cost,
                .normal = normal,
                .lo = lo,
                .hi = hi};

    lo[0] = -INFINITY;
    hi[0] = INFINITY;
    lo[1] = 0;
    hi[1] = INFINITY;
    for (size_t k = 0; k < p->peaks; k++) {
        lo[2 + 3 * k] = p->v[0] - 0.05 * span;
        hi[2 + 3 * k] = p->v[p->n - 1] + 0.05 * span;
        lo[3 + 3 * k] = log(2e-4);
        hi[3 + 3 * k] = log(0.3 * span);
        lo[4 + 3 * k] = log(1e-6);
        hi[4 + 3 * k] = log(2);
    }
    hc_lm_begin(&lm, s, x);
    hc_lm_run(&lm, s, 400, 1e-10);
    return s->cost;
}

/* Where the fit misses most of dQ/dV: the start of another peak. */
static double worst_place(const problem *p, double *width)
{
    double best = 0, at = p->v[p->n / 2];
    size_t m = p->n / 40 > 4 ? p->n / 40 : 4;

    for (size_t k = m; k + m < p->n; k++) {
        double slope = p->res[k - m] - p->res[k + m];

        if (slope > best) {
            best = slope;
            at = p->v[k];
        }
    }
    *width = 0.5 * (p->v[m] - p->v[0]);
    return at;
}

static void result(const problem *p, const hc_lm_state *s, hc_dqdv_fit *out)
{
    size_t m = 2 + 3 * p->peaks;
    double jtj[HC_LM_MAX * HC_LM_MAX], inv[HC_LM_MAX * HC_LM_MAX];
    double grad[HC_LM_MAX], var, dof = (double)(p->n - m);

    cost((void *)p, s->x);
    normal((void *)p, jtj, grad);
    /* the residuals of a cumulated curve follow each other: one in ten of
     * them counts */
    var = 10 * s->cost / fmax(1, dof);
    bool known = hc_cholesky(jtj, m, 1e-15);

    if (known)
        hc_cholesky_inverse(jtj, m, inv);
    *out = (hc_dqdv_fit){.n = p->peaks,
                         .base_ah_v = s->x[1] * p->scale_q,
                         .rms_ah = p->scale_q * sqrt(s->cost / (double)p->n),
                         .converged = s->end == HC_LM_CONVERGED};
    for (size_t k = 0; k < p->peaks; k++) {
        const double *u = s->x + 2 + 3 * k;
        size_t i = 2 + 3 * k;

        out->v0[k] = u[0];
        out->width_v[k] = exp(u[1]);
        out->area_ah[k] = exp(u[2]) * p->scale_q;
        out->v0_sd[k] = known ? sqrt(var * inv[i * m + i]) : (double)NAN;
        i++;
        out->width_sd[k] =
            known ? out->width_v[k] * sqrt(var * inv[i * m + i]) : (double)NAN;
        i++;
        out->area_sd[k] =
            known ? out->area_ah[k] * sqrt(var * inv[i * m + i]) : (double)NAN;
    }
}

static hc_status problem_init(problem *p, const hc_dqdv_curve *c, hc_err *err)
{
    double q = 0;

    memset(p, 0, sizeof *p);
    p->n = c->n - 1; /* inner edges: the outer bins are only partly filled */
    p->v = calloc(3 * p->n, sizeof *p->v);
    p->jac = calloc(p->n * HC_LM_MAX, sizeof *p->jac);
    if (!p->v || !p->jac) {
        free(p->v);
        free(p->jac);
        return hc_fail_nomem(err);
    }
    p->q = p->v + p->n;
    p->res = p->q + p->n;
    p->scale_q = c->charge_ah;
    for (size_t k = 0; k < p->n; k++) {
        q += c->raw[k] * c->bin_v;
        p->v[k] = c->low_v + (double)(k + 1) * c->bin_v;
        p->q[k] = q / p->scale_q;
    }
    return HC_OK;
}

static void sort_peaks(hc_dqdv_fit *f)
{
    for (size_t i = 1; i < f->n; i++)
        for (size_t k = i; k > 0 && f->v0[k] < f->v0[k - 1]; k--) {
            double *cols[] = {f->v0,      f->v0_sd,   f->area_ah,
                              f->area_sd, f->width_v, f->width_sd};

            for (size_t c = 0; c < 6; c++) {
                double t = cols[c][k];

                cols[c][k] = cols[c][k - 1];
                cols[c][k - 1] = t;
            }
        }
}

hc_status hc_dqdv_fit_peaks(hc_dqdv_fit *out, const hc_dqdv_curve *c,
                            const hc_dqdv_rules *rules, size_t peaks,
                            hc_err *err)
{
    hc_dqdv_max max[HC_DQDV_PEAKS];
    size_t n = hc_dqdv_maxima(c, rules, max), most = peaks;
    double x[HC_LM_MAX] = {0}, bic = INFINITY;
    problem p;
    hc_lm_state s, best;
    hc_status st;

    memset(out, 0, sizeof *out);
    if (c->n < 20 || !(c->charge_ah > 0))
        return hc_fail(err, HC_NO, "too few points to fit peaks");
    st = problem_init(&p, c, err);
    if (st)
        return st;
    if (peaks == 0)
        most = n + 4 < HC_DQDV_PEAKS ? n + 4 : HC_DQDV_PEAKS;
    if (n > most)
        n = most;
    x[1] = 0.1 / (p.v[p.n - 1] - p.v[0]);
    for (size_t k = 0; k < n; k++) {
        double w = fmax(5 * c->bin_v, 0.01);

        x[2 + 3 * k] = max[k].v;
        x[3 + 3 * k] = log(w);
        x[4 + 3 * k] = log(fmax(1e-4, 4 * w * max[k].prominence / p.scale_q));
    }
    memset(&best, 0, sizeof best);
    for (p.peaks = n ? n : 1; p.peaks <= most; p.peaks++) {
        size_t m = 2 + 3 * p.peaks;

        memset(&s, 0, sizeof s);
        if (n == 0) {
            x[2] = p.v[p.n / 2];
            x[3] = log(0.02);
            x[4] = log(0.1);
            n = 1;
        }
        run_fit(&p, &s, x);
        double now = 0.1 * (double)p.n * log(s.cost / (double)p.n + 1e-30) +
                     (double)m * log(0.1 * (double)p.n);

        if (peaks == 0 && !(now < bic - 10))
            break;
        bic = now;
        best = s;
        out->n = p.peaks;
        memcpy(x, s.x, m * sizeof *x);
        cost(&p, x);
        double w;

        x[m] = worst_place(&p, &w);
        x[m + 1] = log(fmax(w, 2 * c->bin_v));
        x[m + 2] = log(0.02);
    }
    p.peaks = out->n;
    result(&p, &best, out);
    sort_peaks(out);
    free(p.v);
    free(p.jac);
    return HC_OK;
}
