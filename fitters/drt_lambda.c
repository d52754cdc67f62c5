/* drt_lambda.c: choice of the regularisation parameter, drt_ridge.h
 *
 * gcv, mgcv, rgcv, lcurve, re-im, kf as in A. Maradesa, B. Py, T. H. Wan,
 * M. B. Effat, F. Ciucci, J. Electrochem. Soc. 170 (2023) 030502,
 * 10.1149/1945-7111/acbca4; evidence is the marginal likelihood of the
 * Gaussian model with the noise level integrated out.  In the basis of
 * generalised eigenvectors every score costs O(n) per lambda, so all of
 * [1e-7, 10] is scanned and the best bracket refined: a local search on
 * these flat scores stops at its start.
 */
#include "fitters/drt_ridge.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN = 129, FOLDS = 5 };
static const double lambda_min = 1e-7, lambda_max = 10;

/* ---- scores of one lambda ---- */

typedef struct {
    double ssr, penalty, trace, trace2, ln_det;
} sums;

static sums sums_at(const hc_drt_modes *m, double lambda)
{
    sums r = {
        .ssr = m->b2, .trace = (double)m->n_free, .trace2 = (double)m->n_free};
    const double inverse = 1 / lambda;
    double det = 1; /* a logarithm now and then will do */
    for (size_t k = 0; k < m->n; k++) {
        const double s = m->s[k], d = s + lambda, one = 1 / d;
        const double z = m->z[k] * one, part = s * one;
        r.ssr -= z * z * (s + 2 * lambda);
        r.penalty += z * z;
        r.trace += part;
        r.trace2 += part * part;
        det *= d * inverse;
        if (det > 1e200) {
            r.ln_det += log(det);
            det = 1;
        }
    }
    r.ln_det += log(det);
    r.ssr = fmax(r.ssr, 1e-300);
    return r;
}

static double gcv(const hc_drt_modes *m, double lambda)
{
    const sums r = sums_at(m, lambda);
    const double n = (double)m->rows;
    return r.ssr / n / pow(1 - r.trace / n, 2);
}

static double mgcv(const hc_drt_modes *m, double lambda)
{
    const sums r = sums_at(m, lambda);
    const double n = (double)m->rows, rho = n >= 100 ? 2 : 1.3;
    const double left = 1 - rho * r.trace / n;
    return left > 0 ? r.ssr / n / (left * left) : HUGE_VAL;
}

static double rgcv(const hc_drt_modes *m, double lambda)
{
    const sums r = sums_at(m, lambda);
    const double n = (double)m->rows, xi = n >= 100 ? 0.3 : 0.2;
    return gcv(m, lambda) * (xi + (1 - xi) * r.trace2 / n);
}

/* -2 ln of the marginal likelihood, noise level integrated out. */
static double evidence(const hc_drt_modes *m, double lambda)
{
    const sums r = sums_at(m, lambda);
    return ((double)m->rows - (double)m->n_free) *
               log(r.ssr + lambda * r.penalty) +
           r.ln_det;
}

/* Minus the curvature of (ln residual norm, ln penalty). */
static double lcurve(const hc_drt_modes *m, double lambda)
{
    const double h = 0.1;
    double x[3], y[3];
    for (int k = 0; k < 3; k++) {
        const sums r = sums_at(m, lambda * exp(h * (k - 1)));
        x[k] = log(r.ssr) / 2;
        y[k] = log(fmax(r.penalty, 1e-300)) / 2;
    }
    const double x1 = (x[2] - x[0]) / (2 * h), y1 = (y[2] - y[0]) / (2 * h);
    const double x2 = (x[2] - 2 * x[1] + x[0]) / (h * h);
    const double y2 = (y[2] - 2 * y[1] + y[0]) / (h * h);
    const double v = pow(x1 * x1 + y1 * y1, 1.5);
    return v > 0 ? -(x1 * y2 - y1 * x2) / v : HUGE_VAL;
}

static const struct {
    const char *name;
    double (*score)(const hc_drt_modes *m, double lambda);
} scores[] = {{"gcv", gcv},
              {"mgcv", mgcv},
              {"rgcv", rgcv},
              {"lcurve", lcurve},
              {"evidence", evidence}};

/* ---- cross validation: fit some rows, predict the others ---- */

typedef struct {
    const hc_drt_linear *p;
    size_t folds;
    hc_drt_modes modes[FOLDS];
    bool *train; /* folds x rows */
    double *x, *rest;
} cross;

/* Squared error of the rows left out, free columns fitted to them anew where
 * training could not see them (re-im), by projection. */
static double left_out(cross *c, size_t fold, double lambda)
{
    const hc_drt_linear *p = c->p;
    const bool *train = c->train + fold * p->rows;
    hc_drt_modes_solution(&c->modes[fold], lambda, c->x);
    for (size_t i = 0; i < p->rows; i++)
        c->rest[i] = p->b[i];
    for (size_t k = 0; k < p->n_basis; k++)
        hc_subtract(c->rest, c->x[k], p->a + (p->n_free + k) * p->rows,
                    p->rows);
    /* the free columns: least squares on all rows of rest, one by one */
    for (int pass = 0; pass < 3; pass++)
        for (size_t f = 0; f < p->n_free; f++) {
            const double *a = p->a + f * p->rows;
            hc_subtract(c->rest,
                        hc_dot(a, c->rest, p->rows) / hc_dot(a, a, p->rows), a,
                        p->rows);
        }
    double sum = 0;
    for (size_t i = 0; i < p->rows; i++)
        if (!train[i])
            sum += c->rest[i] * c->rest[i];
    return sum;
}

static double cross_score(cross *c, double lambda)
{
    double sum = 0;
    for (size_t f = 0; f < c->folds; f++)
        sum += left_out(c, f, lambda);
    return sum;
}

static void cross_clear(cross *c)
{
    for (size_t f = 0; f < FOLDS; f++)
        hc_drt_modes_clear(&c->modes[f]);
    free(c->train);
    free(c->x);
}

static hc_status cross_make(cross *c, const hc_drt_linear *p, bool re_im,
                            hc_err *err)
{
    *c = (cross){.p = p, .folds = re_im ? 2 : FOLDS};
    c->train = malloc(FOLDS * p->rows);
    c->x = malloc((p->n_basis + p->rows) * sizeof *c->x);
    if (!c->train || !c->x) {
        cross_clear(c);
        return hc_fail_nomem(err);
    }
    c->rest = c->x + p->n_basis;
    for (size_t f = 0; f < c->folds; f++) {
        bool *t = c->train + f * p->rows;
        for (size_t i = 0; i < p->rows; i++)
            t[i] = re_im ? (i < p->n) == (f == 0) : i % p->n % FOLDS != f;
        const hc_status st = hc_drt_modes_of_rows(&c->modes[f], p, t, err);
        if (st != HC_OK) {
            cross_clear(c);
            return st;
        }
    }
    return HC_OK;
}

/* ---- the search ---- */

typedef struct {
    double (*score)(const hc_drt_modes *m, double lambda);
    hc_drt_modes modes; /* with a score, else */
    cross cross;
    double unit;
} target;

static double at(target *t, double ln_lambda)
{
    const double lambda = exp(ln_lambda) * t->unit;
    const double f = t->score ? t->score(&t->modes, lambda)
                              : cross_score(&t->cross, lambda);
    return isnan(f) ? HUGE_VAL : f;
}

/* Scan, then golden section in the bracket around the best. */
static double search(target *t)
{
    const double a = log(lambda_min), b = log(lambda_max);
    const size_t n = t->score ? SCAN : (SCAN + 1) / 2;
    const double h = (b - a) / (double)(n - 1);
    double best = HUGE_VAL, where = a;
    for (size_t k = 0; k < n; k++) {
        const double x = a + h * (double)k, f = at(t, x);
        if (f < best) {
            best = f;
            where = x;
        }
    }
    double lo = fmax(a, where - h), hi = fmin(b, where + h);
    const double g = 0.6180339887498949;
    for (int k = 0; k < 20; k++) {
        const double x1 = hi - g * (hi - lo), x2 = lo + g * (hi - lo);
        if (at(t, x1) < at(t, x2))
            hi = x2;
        else
            lo = x1;
    }
    const double mid = (lo + hi) / 2;
    return exp(at(t, mid) <= best ? mid : where);
}

static double known_noise(const hc_drt_modes *m, double lambda)
{
    const sums r = sums_at(m, lambda);
    return r.ssr + lambda * r.penalty + r.ln_det;
}

hc_status hc_drt_best_evidence(const hc_drt_linear *p, double *minus2,
                               double *ssr, double *left, hc_err *err)
{
    target t = {.score = known_noise, .unit = p->mean_w2};
    const hc_status st = hc_drt_modes_make(&t.modes, p, err);
    if (st != HC_OK)
        return st;
    const double lambda = search(&t);
    const sums best = sums_at(&t.modes, lambda * t.unit);
    *minus2 = at(&t, log(lambda));
    *ssr = best.ssr;
    *left = (double)p->rows - best.trace;
    hc_drt_modes_clear(&t.modes);
    return HC_OK;
}

bool hc_drt_is_rule(const char *name)
{
    for (size_t k = 0; k < sizeof scores / sizeof *scores; k++)
        if (strcmp(scores[k].name, name) == 0)
            return true;
    return strcmp(name, "re-im") == 0 || strcmp(name, "kf") == 0;
}

static hc_status target_make(target *t, const hc_drt_linear *p,
                             const hc_drt_options *opt, hc_err *err)
{
    *t = (target){.unit = p->mean_w2};
    for (size_t k = 0; k < sizeof scores / sizeof *scores; k++)
        if (strcmp(scores[k].name, opt->rule) == 0)
            t->score = scores[k].score;
    if (t->score)
        return hc_drt_modes_make(&t->modes, p, err);
    const bool re_im = strcmp(opt->rule, "re-im") == 0;
    if (!re_im && strcmp(opt->rule, "kf") != 0)
        return hc_fail(err, HC_USAGE,
                       "no rule '%s' for lambda; there are " HC_DRT_RULES,
                       opt->rule);
    if (re_im && opt->part != HC_DRT_BOTH)
        return hc_fail(err, HC_USAGE,
                       "re-im needs the real and the imaginary part");
    return cross_make(&t->cross, p, re_im, err);
}

static void target_clear(target *t)
{
    if (t->score)
        hc_drt_modes_clear(&t->modes);
    else
        cross_clear(&t->cross);
}

hc_status hc_drt_choose_lambda(const hc_drt_linear *p,
                               const hc_drt_options *opt, double *lambda,
                               hc_err *err)
{
    target t;
    const hc_status st = target_make(&t, p, opt, err);
    if (st != HC_OK)
        return st;
    *lambda = search(&t);
    target_clear(&t);
    return HC_OK;
}

hc_status hc_drt_lambda(const hc_drt_data *d, const hc_drt_options *opt,
                        double *lambda, hc_err *err)
{
    hc_drt_linear p;
    hc_status st = hc_drt_linear_make(&p, d, opt, err);
    if (st != HC_OK)
        return st;
    st = hc_drt_choose_lambda(&p, opt, lambda, err);
    hc_drt_linear_clear(&p);
    return st;
}

hc_status hc_drt_score(const hc_drt_data *d, const hc_drt_options *opt,
                       size_t n, const double *lambda, double *score,
                       hc_err *err)
{
    hc_drt_linear p;
    target t;
    hc_status st = hc_drt_linear_make(&p, d, opt, err);
    if (st != HC_OK)
        return st;
    st = target_make(&t, &p, opt, err);
    if (st == HC_OK) {
        for (size_t k = 0; k < n; k++)
            score[k] = at(&t, log(lambda[k]));
        target_clear(&t);
    }
    hc_drt_linear_clear(&p);
    return st;
}
