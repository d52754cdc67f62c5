/* fit_judge.c: standard errors, intervals, flags (fit-recipe measurements:
 * intervals formed in ln hold their coverage up to sd(ln) = 0.1; sd > 0.3 or
 * an open profile finds 94 % of meaningless parameters without a false
 * alarm in 16,000) */
#include "fitters/fit_judge.h"

#include "fitters/dense.h"

#include <stdlib.h>
#include <string.h>

static const double sd_limit = 0.3, sd_limit_exponent = 0.075;

bool hc_par_is_unseen(const hc_fit_par *q, bool exponent)
{
    return q->state == HC_PAR_NOT_IDENTIFIABLE &&
           !(q->sd_alone <= (exponent ? sd_limit_exponent : sd_limit));
}

const char *hc_par_state_name(hc_par_state s)
{
    switch (s) {
    case HC_PAR_OK:
        return "ok";
    case HC_PAR_AT_BOUND:
        return "at-bound";
    case HC_PAR_NOT_IDENTIFIABLE:
        return "not-identifiable";
    case HC_PAR_NOT_SEPARABLE:
        return "not-separable";
    case HC_PAR_FIXED:
        return "fixed";
    case HC_PAR_TIED:
        return "tied";
    }
    return "ok";
}

/* Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5), below 10 degrees of
 * freedom their table 26.10. */
double hc_t95(double dof)
{
    static const double table[] = {12.7062, 4.30265, 3.18245, 2.77645, 2.57058,
                                   2.44691, 2.36462, 2.30600, 2.26216};
    const double z = 1.959963984540054, z2 = z * z;
    if (!(dof >= 1))
        return NAN;
    if (dof < 9.5)
        return table[(int)(dof + 0.5) - 1];
    double g1 = z * (z2 + 1) / 4;
    double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 =
        z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + (g1 + (g2 + (g3 + g4 / dof) / dof) / dof) / dof;
}

/* ---- covariance ---- */

/* Unknowns that sit on a bound with the gradient outwards. */
static int inner(const hc_fit *f, const double *x, const double *grad,
                 bool *bound, int *index)
{
    int n = 0;
    for (int i = 0; i < f->nf; i++) {
        double slack = 1e-9 * (1 + fabs(x[i]));
        bound[i] = (x[i] <= f->lo[i] + slack && grad[i] > 0) ||
                   (x[i] >= f->hi[i] - slack && grad[i] < 0);
        if (!bound[i])
            index[n++] = i;
    }
    return n;
}

/* Inverse of the n x n matrix a by its eigenvalues, columns scaled; returns
 * the condition number of the scaled Jacobian. */
static double invert(double *a, int n, double *inv)
{
    double scale[HC_LM_MAX], w[HC_LM_MAX], work[HC_LM_MAX];
    for (int i = 0; i < n; i++)
        scale[i] = a[i * n + i] > 0 ? 1 / sqrt(a[i * n + i]) : 1;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            a[i * n + k] *= scale[i] * scale[k];
    if (!hc_eigen_symmetric(a, (size_t)n, w, work))
        return INFINITY;
    double least = w[n - 1] * 1e-15;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            double sum = 0;
            for (int v = 0; v < n; v++)
                sum += a[v * n + i] * a[v * n + k] / fmax(w[v], least);
            inv[i * n + k] = sum * scale[i] * scale[k];
        }
    return sqrt(w[n - 1] / fmax(w[0], least));
}

/* d raw_k / d x_i of the parameters, rows of g[np][nf]. */
static void raw_gradient(const hc_fit *f, const double *y, int k, double *g)
{
    const coordinate *co = &f->co[k];
    double partner[HC_LM_MAX], sign = 0;
    int own = -1;
    memset(g, 0, (size_t)f->nf * sizeof *g);
    for (int i = 0; i < f->nf; i++)
        if (f->index[i] == k)
            own = i;
    if (own >= 0)
        g[own] = co->kind == MAP_TAU_CPE ? y[co->exponent] : 1;
    if (co->kind == MAP_TAU_CPE || co->kind == MAP_MID) {
        double by = co->kind == MAP_MID ? -f->g.ln_w_mid : y[k];
        double n[HC_LM_MAX];
        raw_gradient(f, y, co->exponent, n);
        for (int i = 0; i < f->nf; i++)
            g[i] += by * n[i];
    }
    if (co->kind == MAP_TAU_CPE || co->kind == MAP_TAU_C)
        sign = -1;
    else if (co->kind == MAP_TAU_L || co->kind == MAP_TIED)
        sign = 1;
    if (sign == 0)
        return;
    raw_gradient(f, y, co->partner, partner);
    for (int i = 0; i < f->nf; i++)
        g[i] += sign * partner[i];
}

typedef struct {
    double jtj[HC_LM_MAX * HC_LM_MAX], part[HC_LM_MAX * HC_LM_MAX];
    double inv[HC_LM_MAX * HC_LM_MAX], g[HC_CIRCUIT_PARS * HC_LM_MAX];
    double cov[HC_CIRCUIT_PARS * HC_CIRCUIT_PARS];
    double x[HC_LM_MAX], y[HC_CIRCUIT_PARS], grad[HC_LM_MAX];
    bool bound[HC_LM_MAX];
    int index[HC_LM_MAX];
} scratch;

static void covariance(hc_fit *f, const double *p, scratch *s,
                       hc_fit_report *r)
{
    fit_y_from_p(f, p, s->y, &f->negative);
    fit_x_from_y(f, s->y, s->x);
    r->ssr = fit_cost(f, s->x);
    memcpy(s->y, f->y, sizeof s->y);
    fit_normal(f, s->jtj, s->grad);
    int n = inner(f, s->x, s->grad, s->bound, s->index);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            s->part[i * n + k] = s->jtj[s->index[i] * f->nf + s->index[k]];
    r->condition = n > 0 ? invert(s->part, n, s->inv) : NAN;
    r->dof = 2 * (double)f->n - f->nf;
    r->s2 = r->dof > 0 ? r->ssr / r->dof : NAN;
    for (int k = 0; k < f->np; k++)
        raw_gradient(f, s->y, k, s->g + k * f->nf);
    for (int a = 0; a < f->np; a++)
        for (int b = 0; b <= a; b++) {
            double sum = 0;
            for (int i = 0; i < n; i++)
                for (int k = 0; k < n; k++)
                    sum += s->g[a * f->nf + s->index[i]] * s->inv[i * n + k] *
                           s->g[b * f->nf + s->index[k]];
            s->cov[a * f->np + b] = s->cov[b * f->np + a] = r->s2 * sum;
        }
}

/* ---- parameters ---- */

static void interval(const hc_fit *f, int k, double t, hc_fit_par *q)
{
    const hc_par *par = &f->c.pars[k];
    if (par->spec->kind == HC_PAR_EXP) {
        q->std_error = q->sd;
        q->ci_low = fmax(q->value - t * q->sd, f->co[k].lo);
        q->ci_high = fmin(q->value + t * q->sd, f->co[k].hi);
        return;
    }
    double a = q->value * exp(-t * q->sd), b = q->value * exp(t * q->sd);
    q->std_error = fabs(q->value) * q->sd;
    q->ci_low = fmin(a, b);
    q->ci_high = fmax(a, b);
}

static void describe(const hc_fit *f, const hc_fit_minimum *m,
                     const scratch *s, hc_fit_report *r)
{
    double t = hc_t95(r->dof);
    r->n_free = f->nf;
    memcpy(r->index, f->index, sizeof r->index);
    for (int k = 0; k < f->np; k++) {
        hc_fit_par *q = &r->par[k];
        bool exponent = f->c.pars[k].spec->kind == HC_PAR_EXP;
        *q = (hc_fit_par){.value = m->p[k],
                          .std_error = NAN,
                          .sd = NAN,
                          .sd_alone = NAN,
                          .ci_low = NAN,
                          .ci_high = NAN,
                          .profile_low = NAN,
                          .profile_high = NAN,
                          .state = HC_PAR_FIXED};
        if (!f->co[k].free && f->co[k].kind != MAP_TIED)
            continue;
        double v = s->cov[k * f->np + k];
        q->sd = v >= 0 ? sqrt(v) : NAN;
        interval(f, k, t, q);
        q->state = f->co[k].kind == MAP_TIED ? HC_PAR_TIED : HC_PAR_OK;
        if (q->state == HC_PAR_OK &&
            !(q->sd <= (exponent ? sd_limit_exponent : sd_limit)))
            q->state = HC_PAR_NOT_IDENTIFIABLE;
    }
    for (int i = 0; i < f->nf; i++) {
        hc_fit_par *q = &r->par[f->index[i]];
        q->sd_alone = sqrt(r->s2 / s->jtj[i * f->nf + i]);
        if (!s->bound[i])
            continue;
        q->state = HC_PAR_AT_BOUND;
        /* on the bound the error of a parabola has no meaning */
        q->std_error = q->sd = NAN;
        q->ci_low = q->ci_high = NAN;
    }
    for (int i = 0; i < f->nf; i++)
        for (int k = 0; k < f->nf; k++) {
            int a = f->index[i], b = f->index[k];
            double ca = s->cov[a * f->np + a], cb = s->cov[b * f->np + b];
            r->correlation[i * f->nf + k] =
                s->cov[a * f->np + b] / sqrt(ca * cb);
        }
}

/* Equal arcs whose resistances mean nothing apart but trade against each
 * other. */
static void not_separable(const hc_fit *f, const scratch *s, hc_fit_report *r)
{
    for (int i = 0; i < f->n_branches; i++)
        for (int j = 0; j < i; j++) {
            const branch *a = &f->branches[i], *b = &f->branches[j];
            if (a->kind != b->kind || a->par_n < 2 || a->reference < 0 ||
                b->reference < 0)
                continue;
            int ka = a->reference, kb = b->reference;
            double c = s->cov[ka * f->np + kb] /
                       sqrt(s->cov[ka * f->np + ka] * s->cov[kb * f->np + kb]);
            if (r->par[ka].state != HC_PAR_NOT_IDENTIFIABLE ||
                r->par[kb].state != HC_PAR_NOT_IDENTIFIABLE || !(c < -0.98))
                continue;
            for (int k = 0; k < f->np; k++) {
                bool inside =
                    (k >= a->par_first && k < a->par_first + a->par_n) ||
                    (k >= b->par_first && k < b->par_first + b->par_n);
                if (inside && r->par[k].state == HC_PAR_NOT_IDENTIFIABLE)
                    r->par[k].state = HC_PAR_NOT_SEPARABLE;
            }
        }
}

/* ---- residuals ---- */

/* Number of sign runs against the normal law (Wald and Wolfowitz 1940,
 * 10.1214/aoms/1177731909), real and imaginary parts each in a row; small p
 * means a trend. */
static double runs_test(const double *residual, size_t n)
{
    double sum = 0, variance = 0;
    for (int part = 0; part < 2; part++) {
        const double *r = residual + (size_t)part * n;
        double plus = 0, runs = n > 0;
        for (size_t i = 0; i < n; i++) {
            plus += r[i] > 0;
            runs += i > 0 && (r[i] > 0) != (r[i - 1] > 0);
        }
        double minus = (double)n - plus, all = (double)n;
        if (plus == 0 || minus == 0)
            continue;
        sum += runs - (2 * plus * minus / all + 1);
        variance += 2 * plus * minus * (2 * plus * minus - all) /
                    (all * all * (all - 1));
    }
    if (!(variance > 0))
        return NAN;
    return 0.5 * erfc(-sum / sqrt(2 * variance));
}

/* Correlation of a residual with the next one, Re and Im together. */
static double lag_one(const double *residual, size_t n)
{
    double sum = 0, lag = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        sum += residual[i] * residual[i];
        if (i % n > 0)
            lag += residual[i] * residual[i - 1];
    }
    return sum > 0 ? lag / sum : 0;
}

static void residuals(hc_fit *f, const hc_fit_minimum *m, scratch *s,
                      hc_fit_report *r, double *space)
{
    double relative = 0, n2 = 2 * (double)f->n;
    double *res = space, *re = space + 2 * f->n, *im = re + f->n;
    (void)s;
    hc_fit_at(f, m->p, res, re, im);
    r->max_residual = 0;
    for (size_t i = 0; i < f->n; i++) {
        double a = f->target[i], b = f->target[f->ld + i];
        double d2 = (re[i] - a) * (re[i] - a) + (im[i] - b) * (im[i] - b);
        d2 /= a * a + b * b;
        relative += d2;
        r->max_residual = fmax(r->max_residual, sqrt(d2));
    }
    r->noise_relative = r->dof > 0 ? sqrt(relative / r->dof) : NAN;
    r->runs_p = runs_test(res, f->n);
    r->lag_one = lag_one(res, f->n);
    r->aic = n2 * log(r->ssr / n2) + 2 * f->nf;
    r->bic = n2 * log(r->ssr / n2) + f->nf * log(n2);
}

/* ---- probes ---- */

static void probe(judged *j, hc_fit_ask ask, hc_fit_report *r)
{
    const hc_fit *f = j->f;
    for (int i = 0; i < f->nf; i++) {
        int k = f->index[i];
        hc_fit_par *q = &r->par[k];
        bool exponent = f->c.pars[k].spec->kind == HC_PAR_EXP;
        if (ask.probes && q->state == HC_PAR_OK && profile_is_open(j, k))
            q->state = HC_PAR_NOT_IDENTIFIABLE;
        if (ask.probes && q->state == HC_PAR_AT_BOUND && profile_is_open(j, k))
            q->state = HC_PAR_NOT_IDENTIFIABLE;
        if (!ask.profile)
            continue;
        double low, high;
        profile_ends(j, k, &low, &high);
        if (exponent) {
            q->profile_low = low;
            q->profile_high = high;
        } else {
            double a = exp(low), b = exp(high);
            q->profile_low = q->value < 0 ? -b : a;
            q->profile_high = q->value < 0 ? -a : b;
        }
    }
}

hc_status hc_fit_judge(hc_fit *f, const hc_fit_minimum *m, hc_fit_ask ask,
                       hc_fit_report *r, hc_err *err)
{
    uint64_t negative = f->negative;
    scratch *s = calloc(1, sizeof *s);
    double *space = malloc(4 * f->n * sizeof *space);
    hc_status st = HC_OK;
    if (s == NULL || space == NULL) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    covariance(f, m->p, s, r);
    describe(f, m, s, r);
    residuals(f, m, s, r, space);
    judged j = {.f = f, .m = m, .cov = s->cov, .dof = r->dof};
    double t = hc_t95(r->dof);
    j.line = m->cost * (1 + t * t / r->dof);
    for (int k = 0; k < f->np; k++)
        j.raw[k] = f->c.pars[k].spec->kind == HC_PAR_EXP ? m->p[k]
                                                         : log(fabs(m->p[k]));
    if ((ask.probes || ask.profile) && r->dof > 0 && m->cost > 1e-20 * f->norm)
        probe(&j, ask, r);
    not_separable(f, s, r);
cleanup:
    f->negative = negative;
    free(space);
    free(s);
    return st;
}
