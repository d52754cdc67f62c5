#include "cycle/gitt_law.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 80, ROOM = 96, ROUNDS = 4, STEPS = 8, PARAMS = 2 };

/* One point of the fit: residual of the train at a time. */
typedef struct {
    double t_s, v_v, w;
    size_t pulse; /* index in the run */
    bool on;
} point;

typedef struct {
    const hc_gitt_train *train;
    const hc_gitt_result *result;
    const hc_gitt_run *run;
    hc_diffusion_shape shape;
    double skip_s;
    /* grid: faces from the far side (0) to the surface (1) */
    double face[CELLS + 1], area[CELLS + 1], volume[CELLS], mid[CELLS];
    double q_ref;
    point *point; /* [n] in time */
    size_t n;
    double *surface_c;       /* [n] of the last run of the model */
    double *knot_x, *knot_v; /* [run->n] */
    hc_monotone_kind kind;
    hc_monotone ocv;
} train_fit;

/* Cells that shrink by a constant factor towards the surface. */
static void make_grid(train_fit *f)
{
    const double ratio = 0.95;
    bool film = f->shape == HC_DIFFUSION_FILM;
    double h = (1 - ratio) / (1 - pow(ratio, CELLS));
    f->face[0] = 0;
    for (int i = 0; i < CELLS; i++, h *= ratio)
        f->face[i + 1] = f->face[i] + h;
    f->face[CELLS] = 1;
    for (int i = 0; i <= CELLS; i++)
        f->area[i] = film ? 1 : 3 * f->face[i] * f->face[i];
    for (int i = 0; i < CELLS; i++) {
        double a = f->face[i], b = f->face[i + 1];
        f->volume[i] = film ? b - a : b * b * b - a * a * a;
        f->mid[i] = (a + b) / 2;
    }
}

typedef struct {
    double ln_rate, slope_c;
} law;

static double rate_at(const train_fit *f, const law *p, double u_c)
{
    return exp(p->ln_rate + p->slope_c * (u_c - f->q_ref));
}

/* Composition of the surface: half a cell beyond the last mid, with the flux
 * that flows (area 1 or 3 times a third: the mean rises by I per second). */
static double surface_of(const train_fit *f, const law *p, const double *u,
                         double current_a)
{
    double flux = current_a / f->area[CELLS];
    double half = 1 - f->mid[CELLS - 1], s = u[CELLS - 1];
    for (int k = 0; k < 6; k++) {
        double between = (s + u[CELLS - 1]) / 2;
        s = u[CELLS - 1] + flux * half / rate_at(f, p, between);
    }
    return s;
}

/* Solve (volume - h A(k)) u = rhs for one implicit stage, k taken from
 * `from`. */
static void implicit_stage(const train_fit *f, const law *p, double h,
                           const double *from, const double *rhs, double *u)
{
    double low[CELLS], diag[CELLS], up[CELLS], b[CELLS];
    for (int i = 0; i < CELLS; i++) {
        diag[i] = f->volume[i];
        low[i] = up[i] = 0;
        b[i] = rhs[i];
    }
    for (int i = 1; i < CELLS; i++) {
        double k = rate_at(f, p, (from[i] + from[i - 1]) / 2);
        double g = h * k * f->area[i] / (f->mid[i] - f->mid[i - 1]);
        diag[i] += g;
        diag[i - 1] += g;
        low[i] = up[i - 1] = -g;
    }
    for (int i = 1; i < CELLS; i++) {
        double m = low[i] / diag[i - 1];
        diag[i] -= m * up[i - 1];
        b[i] -= m * b[i - 1];
    }
    u[CELLS - 1] = b[CELLS - 1] / diag[CELLS - 1];
    for (int i = CELLS - 1; i-- > 0;)
        u[i] = (b[i] - up[i] * u[i + 1]) / diag[i];
}

/* One step of h seconds: both stages with g = 1 - 1/sqrt(2). */
static void advance(const train_fit *f, const law *p, double h,
                    double current_a, double *u)
{
    const double g = 1 - 0.70710678118654752;
    double rhs[CELLS], one[CELLS], two[CELLS], from[CELLS];
    memcpy(from, u, sizeof from);
    for (int k = 0; k < 2; k++) { /* rates of the stage itself */
        for (int i = 0; i < CELLS; i++)
            rhs[i] = f->volume[i] * u[i];
        rhs[CELLS - 1] += g * h * current_a;
        implicit_stage(f, p, g * h, from, rhs, one);
        memcpy(from, one, sizeof from);
    }
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < CELLS; i++) /* u + (1-g) h F(one) */
            rhs[i] = f->volume[i] * (u[i] + (1 - g) / g * (one[i] - u[i]));
        rhs[CELLS - 1] += g * h * current_a;
        implicit_stage(f, p, g * h, from, rhs, two);
        memcpy(from, two, sizeof from);
    }
    memcpy(u, two, sizeof two);
}

/* Run the model over one segment; points of it get their surface by
 * interpolation in sqrt(t). */
static void run_segment(train_fit *f, const law *p, const hc_gitt_segment *s,
                        double *u, size_t *next)
{
    double end = s->t_off_s - s->t_on_s, t = 0, h = fmin(0.02, end / 50);
    double last = surface_of(f, p, u, s->current_a);
    while (t < end * (1 - 1e-12)) {
        h = fmin(h, end - t);
        advance(f, p, h, s->current_a, u);
        double now = surface_of(f, p, u, s->current_a);
        double a = sqrt(t), b = sqrt(t + h);
        while (*next < f->n && f->point[*next].t_s <= s->t_on_s + t + h) {
            double r = sqrt(fmax(f->point[*next].t_s - s->t_on_s, 0));
            double part = fmin(fmax((r - a) / (b - a), 0), 1);
            f->surface_c[(*next)++] = last + part * (now - last);
        }
        last = now;
        t += h;
        h = 0.12 * t + 0.02;
    }
}

/* The whole train for one law; surface_c of all points and of the rested
 * points follow. */
static void run_model(train_fit *f, const law *p, double *rested_c)
{
    const hc_gitt_pulse *first = &f->result->pulse[f->run->first_pulse];
    double u[CELLS];
    size_t next = 0, n = f->run->n_pulses;
    for (int i = 0; i < CELLS; i++)
        u[i] = f->run->q_c[0];
    rested_c[0] = f->run->q_c[0];
    for (size_t k = 0; k < n; k++) {
        size_t at = first[k].segment;
        const hc_gitt_segment *rest = hc_gitt_train_segment(f->train, at + 1);
        run_segment(f, p, hc_gitt_train_segment(f->train, at), u, &next);
        run_segment(f, p, rest, u, &next);
        rested_c[k + 1] = surface_of(f, p, u, 0);
    }
    while (next < f->n)
        f->surface_c[next++] = u[CELLS - 1];
}

/* ---- points ---- */

static void add_points(train_fit *f, const hc_gitt_segment *s, size_t pulse)
{
    double gap = sqrt(s->t_off_s - s->t_on_s) / ROOM, last = -1;
    size_t taken = 0;
    for (size_t i = 0; i < s->n && taken < ROOM; i++) {
        double t = s->sample[i].t_s - s->t_on_s, r = sqrt(fmax(t, 0));
        if (t < f->skip_s || r - last < gap)
            continue;
        f->point[f->n++] = (point){s->sample[i].t_s, s->sample[i].v_v, 1,
                                   pulse, s->sign != 0};
        last = r;
        taken++;
    }
}

static hc_status gather(train_fit *f, hc_err *err)
{
    size_t n = f->run->n_pulses, room = 2 * ROOM * n;
    f->point = malloc(room * sizeof *f->point);
    f->surface_c = malloc((room + 2 * f->run->n) * sizeof *f->surface_c);
    if (f->point == NULL || f->surface_c == NULL)
        return hc_fail_nomem(err);
    f->knot_x = f->surface_c + room;
    f->knot_v = f->knot_x + f->run->n;
    for (size_t k = 0; k < n; k++) {
        const hc_gitt_pulse *p = &f->result->pulse[f->run->first_pulse + k];
        add_points(f, hc_gitt_train_segment(f->train, p->segment), k);
        add_points(f, hc_gitt_train_segment(f->train, p->segment + 1), k);
    }
    return HC_OK;
}

/* Curve through the rested points at the surface charges of this law. */
static hc_status renew_curve(train_fit *f, const double *rested_c, hc_err *err)
{
    const hc_gitt_run *r = f->run;
    for (size_t k = 0; k < r->n; k++) {
        size_t from = r->sign > 0 ? k : r->n - 1 - k;
        f->knot_x[k] = rested_c[from];
        f->knot_v[k] = r->e_v[from];
    }
    hc_monotone_clear(&f->ocv);
    return hc_monotone_new(&f->ocv, f->kind, f->knot_x, f->knot_v, r->n, err);
}

/* ---- residuals ---- */

/* r = v - U(surface) with an offset and a resistance of each pulse taken out
 * by least squares; points beyond the curve count nothing.  Returns the sum
 * of squares. */
static double residuals(train_fit *f, double *res, size_t *used)
{
    const hc_monotone *m = &f->ocv;
    double ss = 0;
    *used = 0;
    for (size_t from = 0, to; from < f->n; from = to) {
        double on = 0, off = 0, s_on = 0, s_off = 0;
        for (to = from;
             to < f->n && f->point[to].pulse == f->point[from].pulse; to++) {
            double q = f->surface_c[to];
            bool in = q >= m->x[0] && q <= m->x[m->n - 1];
            res[to] = f->point[to].v_v - hc_monotone_at(m, q, NULL);
            f->point[to].w = in;
            *(f->point[to].on ? &on : &off) += in;
            *(f->point[to].on ? &s_on : &s_off) += in ? res[to] : 0;
        }
        /* offset from the rest, offset + I R from the pulse */
        for (size_t i = from; i < to; i++) {
            bool is_on = f->point[i].on;
            double mean = is_on ? s_on / fmax(on, 1) : s_off / fmax(off, 1);
            res[i] = f->point[i].w > 0 ? res[i] - mean : 0;
            ss += res[i] * res[i];
            *used += f->point[i].w > 0;
        }
    }
    return ss;
}

typedef struct {
    double *base, *trial, *rested;
} room;

static double try_law(train_fit *f, const law *p, double *res, size_t *used,
                      room *m)
{
    run_model(f, p, m->rested);
    return residuals(f, res, used);
}

/* One Gauss-Newton step; covariance per unit variance to cov. */
static bool newton_step(train_fit *f, law *p, room *m, double cov[3],
                        double *ss, size_t *used)
{
    const double h[PARAMS] = {
        1e-3, 1e-3 / (fabs(f->run->q_c[f->run->n - 1] - f->run->q_c[0]))};
    double a = 0, b = 0, c = 0, ga = 0, gb = 0, *ja, *jb;
    size_t n;
    *ss = try_law(f, p, m->base, used, m);
    ja = m->trial;
    jb = m->trial + f->n;
    try_law(f, &(law){p->ln_rate + h[0], p->slope_c}, ja, &n, m);
    try_law(f, &(law){p->ln_rate, p->slope_c + h[1]}, jb, &n, m);
    for (size_t i = 0; i < f->n; i++) {
        double da = (ja[i] - m->base[i]) / h[0];
        double db = (jb[i] - m->base[i]) / h[1];
        a += da * da;
        b += da * db;
        c += db * db;
        ga += da * m->base[i];
        gb += db * m->base[i];
    }
    double det = a * c - b * b;
    if (!(det > 0))
        return false;
    cov[0] = c / det;
    cov[1] = a / det;
    cov[2] = -b / det;
    double step = -(c * ga - b * gb) / det;
    double limit = fmin(1, 0.7 / fmax(fabs(step), 1e-9));
    p->ln_rate += limit * step;
    p->slope_c += limit * -(a * gb - b * ga) / det;
    return fabs(step) < 1e-5;
}

/* Start: line through ln of the rates of the unflagged pulses. */
static bool start(train_fit *f, law *p, size_t *count)
{
    double x0 = 0, y0 = 0, sxx = 0, sxy = 0, k = 0;
    for (size_t i = 0; i < f->run->n_pulses; i++) {
        const hc_gitt_pulse *q = &f->result->pulse[f->run->first_pulse + i];
        if (q->flags != 0 || !(q->rate_s > 0))
            continue;
        double x = q->q_mid_c - f->q_ref, y = log(q->rate_s), d = x - x0;
        k += 1;
        x0 += d / k;
        y0 += (y - y0) / k;
        sxx += d * (x - x0);
        sxy += d * (y - y0);
    }
    *count = (size_t)k;
    if (k < 4 || !(sxx > 0))
        return false;
    p->slope_c = sxy / sxx;
    p->ln_rate = y0 - p->slope_c * x0;
    return true;
}

static double correlation(const train_fit *f, const double *res)
{
    double top = 0, bottom = 0;
    for (size_t i = 1; i < f->n; i++) {
        top += res[i] * res[i - 1];
        bottom += res[i] * res[i];
    }
    return bottom > 0 ? fmin(fmax(top / bottom, 0), 0.98) : 0;
}

/* Rounds: curve for the law, law for the curve. */
static hc_status rounds(train_fit *f, law *p, room *m, hc_gitt_law *out,
                        hc_err *err)
{
    double cov[3] = {NAN, NAN, NAN}, ss = NAN;
    size_t used = 0;
    for (int k = 0; k < ROUNDS; k++) {
        run_model(f, p, m->rested);
        hc_status st = renew_curve(f, m->rested, err);
        if (st != HC_OK)
            return st;
        out->converged = false;
        for (int i = 0; i < STEPS && !out->converged; i++)
            out->converged = newton_step(f, p, m, cov, &ss, &used);
    }
    double rho = correlation(f, m->base);
    double dof = (double)used - 2 * (double)f->run->n_pulses - 2;
    double var = ss / fmax(dof, 1) * (1 + rho) / (1 - rho);
    out->rate_s = exp(p->ln_rate);
    out->slope_c = p->slope_c;
    out->sd_ln_rate = sqrt(var * cov[0]);
    out->sd_slope_c = sqrt(var * cov[1]);
    out->rms_v = sqrt(ss / fmax((double)used, 1));
    return HC_OK;
}

/* Half of what another interpolation would change goes into the errors. */
static hc_status curve_doubt(train_fit *f, law p, room *m, hc_gitt_law *out,
                             hc_err *err)
{
    hc_gitt_law other;
    f->kind = HC_MONOTONE_PCHIP;
    hc_status st = rounds(f, &p, m, &other, err);
    if (st != HC_OK || !other.converged)
        return st;
    out->sd_ln_rate =
        hypot(out->sd_ln_rate, log(other.rate_s / out->rate_s) / 2);
    out->sd_slope_c =
        hypot(out->sd_slope_c, (other.slope_c - out->slope_c) / 2);
    return HC_OK;
}

static const hc_gitt_run *longest(const hc_gitt_result *r)
{
    const hc_gitt_run *best = &r->run[0];
    for (size_t i = 1; i < r->n_runs; i++)
        if (r->run[i].n_pulses > best->n_pulses)
            best = &r->run[i];
    return best;
}

hc_status hc_gitt_law_fit(const hc_gitt_train *t,
                          const hc_gitt_settings *settings,
                          const hc_gitt_result *r, hc_gitt_law *out,
                          hc_err *err)
{
    const hc_gitt_run *run = longest(r);
    double q0 = run->q_c[0], q1 = run->q_c[run->n - 1];
    train_fit *f = calloc(1, sizeof *f);
    room m = {0};
    law p;
    hc_gitt_law got = {.q_low_c = fmin(q0, q1),
                       .q_high_c = fmax(q0, q1),
                       .q_ref_c = (q0 + q1) / 2};
    hc_status st = f == NULL ? hc_fail_nomem(err) : HC_OK;
    if (st == HC_OK) {
        f->train = t;
        f->result = r;
        f->run = run;
        f->shape = settings->shape;
        f->skip_s = settings->skip_s;
        f->q_ref = got.q_ref_c;
        make_grid(f);
        st = gather(f, err);
    }
    if (st == HC_OK && !start(f, &p, &got.pulses))
        st = hc_fail(err, HC_NO,
                     "a law needs four pulses without a flag, found %zu",
                     got.pulses);
    if (st == HC_OK) {
        m.base = malloc((3 * f->n + run->n) * sizeof *m.base);
        if (m.base == NULL)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        m.trial = m.base + f->n;
        m.rested = m.base + 3 * f->n;
        st = rounds(f, &p, &m, &got, err);
    }
    if (st == HC_OK)
        st = curve_doubt(f, p, &m, &got, err);
    if (st == HC_OK)
        *out = got;
    free(m.base);
    if (f != NULL) {
        hc_monotone_clear(&f->ocv);
        free(f->point);
        free(f->surface_c);
    }
    free(f);
    return st;
}
