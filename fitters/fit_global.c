#include "fitters/fit_global.h"

#include "fitters/dense.h"
#include "fitters/fit_problem.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 100 };

/* One spectrum's place in the whole. */
typedef struct {
    hc_fit *f;
    double weight; /* 1/s^2 */
    double dx;     /* 1/T - 1/T_ref */
    double dlog;   /* -power ln(T/T_ref) */
    double x[HC_LM_MAX], trial[HC_LM_MAX];
    double jtj[HC_LM_MAX * HC_LM_MAX], grad[HC_LM_MAX];
    double cost;
    uint64_t negative;
} member;

typedef struct {
    member *m;
    size_t n;
    int nf, nl, ng;
    int local[HC_LM_MAX];  /* index in x of each local */
    int common[HC_LM_MAX]; /* for each x: first global unknown, or -1 */
    bool law[HC_LM_MAX];
    double g[HC_GLOBAL_MAX], g_trial[HC_GLOBAL_MAX];
    double schur[HC_GLOBAL_MAX * HC_GLOBAL_MAX];
    double diag[HC_GLOBAL_MAX], *local_diag;
    double chi2;
} whole;

static void fill_common(const whole *w, const member *m, const double *g,
                        double *x)
{
    for (int i = 0; i < w->nf; i++) {
        int c = w->common[i];
        if (c < 0)
            continue;
        x[i] = w->law[i] ? g[c] + m->dlog + g[c + 1] * m->dx : g[c];
        x[i] = fmin(fmax(x[i], m->f->lo[i]), m->f->hi[i]);
    }
}

static double chi2_at(whole *w, const double *g, bool trial)
{
    double sum = 0;
    for (size_t s = 0; s < w->n; s++) {
        member *m = &w->m[s];
        double *x = trial ? m->trial : m->x;
        fill_common(w, m, g, x);
        m->f->negative = m->negative;
        sum += m->weight * fit_cost(m->f, x);
    }
    return sum;
}

static void normal_equations(whole *w)
{
    for (size_t s = 0; s < w->n; s++) {
        member *m = &w->m[s];
        m->f->negative = m->negative;
        m->cost = fit_cost(m->f, m->x);
        fit_normal(m->f, m->jtj, m->grad);
        for (int i = 0; i < w->nf; i++) {
            m->grad[i] *= m->weight;
            for (int k = 0; k < w->nf; k++)
                m->jtj[i * w->nf + k] *= m->weight;
        }
    }
}

/* Coefficient of global unknown c in x_i of a member: 1, or dx. */
static double share(const whole *w, const member *m, int i, int c)
{
    if (w->common[i] < 0)
        return 0;
    if (c == w->common[i])
        return 1;
    return w->law[i] && c == w->common[i] + 1 ? m->dx : 0;
}

typedef struct {
    double a[HC_LM_MAX * HC_LM_MAX];          /* locals, factored */
    double b[HC_GLOBAL_MAX * HC_LM_MAX];      /* locals to globals */
    double solved[HC_GLOBAL_MAX * HC_LM_MAX]; /* a^-1 b */
    double r[HC_LM_MAX];                      /* -gradient, a^-1 of it */
} block;

/* Locals of one member eliminated; adds to the Schur complement and its right
 * side.  Locals that sit on a bound stay. */
static bool eliminate(whole *w, size_t s, double lambda, block *k,
                      double *right)
{
    member *m = &w->m[s];
    const int nl = w->nl, ng = w->ng, nf = w->nf;
    double *diag = w->local_diag + s * HC_LM_MAX;
    for (int i = 0; i < nl; i++) {
        int xi = w->local[i];
        bool held = (m->x[xi] <= m->f->lo[xi] && m->grad[xi] > 0) ||
                    (m->x[xi] >= m->f->hi[xi] && m->grad[xi] < 0);
        diag[i] = fmax(diag[i], m->jtj[xi * nf + xi]);
        for (int j = 0; j <= i; j++)
            k->a[i * nl + j] = m->jtj[xi * nf + w->local[j]];
        k->a[i * nl + i] += lambda * diag[i] + 1e-300;
        if (held) /* heavy: it does not move */
            k->a[i * nl + i] += 1e12 * (diag[i] + 1e-300);
        k->r[i] = held ? 0 : -m->grad[xi];
        for (int c = 0; c < ng; c++) {
            double sum = 0;
            for (int x = 0; x < nf && !held; x++)
                sum += m->jtj[xi * nf + x] * share(w, m, x, c);
            k->b[c * HC_LM_MAX + i] = sum;
        }
    }
    if (nl > 0 && !hc_cholesky(k->a, (size_t)nl, 0))
        return false;
    for (int c = 0; c < ng; c++) {
        memcpy(k->solved + c * HC_LM_MAX, k->b + c * HC_LM_MAX,
               (size_t)nl * sizeof(double));
        hc_cholesky_solve(k->a, (size_t)nl, k->solved + c * HC_LM_MAX);
    }
    hc_cholesky_solve(k->a, (size_t)nl, k->r);
    for (int c = 0; c < ng; c++) {
        for (int x = 0; x < nf; x++)
            right[c] -= share(w, m, x, c) * m->grad[x];
        right[c] -= hc_dot(k->b + c * HC_LM_MAX, k->r, (size_t)nl);
        for (int d = 0; d < ng; d++) {
            double sum = 0;
            for (int x = 0; x < nf; x++)
                for (int y = 0; y < nf; y++)
                    sum += share(w, m, x, c) * m->jtj[x * nf + y] *
                           share(w, m, y, d);
            w->schur[c * ng + d] +=
                sum - hc_dot(k->b + c * HC_LM_MAX, k->solved + d * HC_LM_MAX,
                             (size_t)nl);
        }
    }
    return true;
}

/* A step at damping lambda into g_trial and the members' trial. */
static bool step(whole *w, double lambda, block *k)
{
    double right[HC_GLOBAL_MAX] = {0}, factor[HC_GLOBAL_MAX * HC_GLOBAL_MAX];
    const int ng = w->ng;
    memset(w->schur, 0, sizeof w->schur);
    for (size_t s = 0; s < w->n; s++)
        if (!eliminate(w, s, lambda, &k[s], right))
            return false;
    for (int c = 0; c < ng; c++)
        w->diag[c] = fmax(w->diag[c], w->schur[c * ng + c]);
    memcpy(factor, w->schur, sizeof factor);
    for (int c = 0; c < ng; c++)
        factor[c * ng + c] += lambda * w->diag[c];
    if (!hc_cholesky(factor, (size_t)ng, 0))
        return false;
    hc_cholesky_solve(factor, (size_t)ng, right);
    for (int c = 0; c < ng; c++)
        w->g_trial[c] = w->g[c] + right[c];
    for (size_t s = 0; s < w->n; s++) {
        member *m = &w->m[s];
        memcpy(m->trial, m->x, sizeof m->x);
        for (int i = 0; i < w->nl; i++) {
            int xi = w->local[i];
            double h = k[s].r[i];
            for (int c = 0; c < ng; c++)
                h -= k[s].solved[c * HC_LM_MAX + i] * right[c];
            h = fmin(fmax(h, -m->f->cap[xi]), m->f->cap[xi]);
            m->trial[xi] =
                fmin(fmax(m->x[xi] + h, m->f->lo[xi]), m->f->hi[xi]);
        }
    }
    return true;
}

static bool descend(whole *w, block *k, hc_global_result *out)
{
    double lambda = 1e-2;
    int calm = 0;
    w->chi2 = chi2_at(w, w->g, false);
    for (out->steps = 0; out->steps < STEPS && calm < 2; out->steps++) {
        bool taken = false;
        normal_equations(w);
        for (int tries = 0; tries < 14 && !taken; tries++) {
            double chi2 = INFINITY;
            if (step(w, lambda, k))
                chi2 = chi2_at(w, w->g_trial, true);
            if (chi2 < w->chi2) {
                calm = w->chi2 - chi2 < 1e-10 * w->chi2 ? calm + 1 : 0;
                w->chi2 = chi2;
                memcpy(w->g, w->g_trial, sizeof w->g);
                for (size_t s = 0; s < w->n; s++)
                    memcpy(w->m[s].x, w->m[s].trial, sizeof w->m[s].x);
                lambda = fmax(lambda * 0.2, 1e-15);
                taken = true;
            } else {
                lambda *= 4;
            }
        }
        if (!taken)
            break; /* at the floor of the arithmetic */
    }
    return out->steps < STEPS;
}

/* ---- set up ---- */

static hc_status assign(whole *w, const hc_link *link, hc_global_result *out,
                        hc_err *err)
{
    const hc_fit *f = w->m[0].f;
    bool seen[HC_CIRCUIT_PARS] = {false};
    for (int i = 0; i < f->nf; i++) {
        int k = f->index[i];
        seen[k] = true;
        w->common[i] = -1;
        w->law[i] = link[k] == HC_LINK_ARRHENIUS;
        if (link[k] == HC_LINK_LOCAL) {
            w->local[w->nl++] = i;
            continue;
        }
        int room = w->law[i] ? 2 : 1;
        if (w->ng + room > HC_GLOBAL_MAX)
            return hc_fail(err, HC_USAGE, "more than %d unknowns in common",
                           HC_GLOBAL_MAX);
        w->common[i] = w->ng;
        for (int r = 0; r < room; r++) {
            out->par[w->ng] = k;
            out->slope[w->ng++] = r == 1;
        }
    }
    for (int k = 0; k < f->np; k++)
        if (link[k] != HC_LINK_LOCAL && !seen[k])
            return hc_fail(err, HC_USAGE,
                           "%s is not free, so it can be "
                           "neither shared nor follow a law",
                           f->c.pars[k].name);
    return HC_OK;
}

/* Starts of the common unknowns: the mean, or the line through the values. */
static void first_values(whole *w)
{
    for (int i = 0; i < w->nf; i++) {
        double sx = 0, sy = 0, sxx = 0, sxy = 0, n = (double)w->n;
        if (w->common[i] < 0)
            continue;
        for (size_t s = 0; s < w->n; s++) {
            const member *m = &w->m[s];
            double y = m->x[i] - (w->law[i] ? m->dlog : 0);
            sx += m->dx;
            sy += y;
            sxx += m->dx * m->dx;
            sxy += m->dx * y;
        }
        double var = sxx - sx * sx / n;
        double b = w->law[i] && var > 0 ? (sxy - sx * sy / n) / var : 0;
        w->g[w->common[i]] = (sy - b * sx) / n;
        if (w->law[i])
            w->g[w->common[i] + 1] = b;
    }
}

static hc_status errors(whole *w, block *k, hc_global_result *out, hc_err *err)
{
    const int ng = w->ng;
    double inv[HC_GLOBAL_MAX * HC_GLOBAL_MAX];
    double right[HC_GLOBAL_MAX] = {0}, scale = 1;
    normal_equations(w);
    memset(w->schur, 0, sizeof w->schur);
    for (size_t s = 0; s < w->n; s++)
        if (!eliminate(w, s, 1e-14, &k[s], right))
            return hc_fail(err, HC_DATA,
                           "the data do not determine the "
                           "parameters of spectrum %zu",
                           s);
    if (!hc_cholesky(w->schur, (size_t)ng, 1e-14))
        return hc_fail(err, HC_DATA,
                       "the data do not determine the "
                       "parameters in common");
    hc_cholesky_inverse(w->schur, (size_t)ng, inv);
    if (out->dof > 0 && out->chi2 > out->dof)
        scale = out->chi2 / out->dof;
    for (int c = 0; c < ng; c++) {
        out->value[c] = w->g[c];
        out->sd[c] = sqrt(scale * inv[c * ng + c]);
    }
    return HC_OK;
}

hc_status hc_fit_global(hc_fit *const *fits, size_t n,
                        double (*p)[HC_CIRCUIT_PARS], const double *s2,
                        const double *t_k, const hc_link *link, double t_ref_k,
                        int power, hc_global_result *out, hc_err *err)
{
    hc_status st = HC_OK;
    double y[HC_CIRCUIT_PARS], points = 0;
    whole *w = calloc(1, sizeof *w);
    block *k = calloc(n + 1, sizeof *k);
    if (w != NULL) {
        w->m = calloc(n + 1, sizeof *w->m);
        w->local_diag = calloc((n + 1) * HC_LM_MAX, sizeof *w->local_diag);
    }
    if (w == NULL || k == NULL || w->m == NULL || w->local_diag == NULL) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    *out = (hc_global_result){0};
    w->n = n;
    w->nf = fits[0]->nf;
    for (size_t s = 0; s < n; s++) {
        member *m = &w->m[s];
        m->f = fits[s];
        m->weight = 1 / s2[s];
        m->dx = 1 / t_k[s] - 1 / t_ref_k;
        m->dlog = -power * log(t_k[s] / t_ref_k);
        fit_y_from_p(m->f, p[s], y, &m->negative);
        fit_x_from_y(m->f, y, m->x);
        points += 2 * (double)m->f->n;
    }
    if ((st = assign(w, link, out, err)) != HC_OK)
        goto cleanup;
    first_values(w);
    out->converged = descend(w, k, out);
    out->n_global = w->ng;
    out->chi2 = w->chi2;
    out->dof = points - w->ng - (double)n * w->nl;
    out->free_chi2 = points - (double)n * w->nf;
    st = errors(w, k, out, err);
    for (size_t s = 0; s < n && st == HC_OK; s++) {
        fit_y_from_x(w->m[s].f, w->m[s].x, y);
        fit_p_from_y(w->m[s].f, y, w->m[s].negative, p[s]);
    }
cleanup:
    if (w != NULL) {
        free(w->m);
        free(w->local_diag);
    }
    free(w);
    free(k);
    return st;
}
