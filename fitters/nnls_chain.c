/* nnls_chain.c: least squares along a series, see nnls_chain.h */
#include "fitters/nnls_chain.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pivot_tol = 1e-14; /* below this a pivot is singular */
static const double sign_tol = 1e-12;  /* of the largest scaled |g|, |x| */

enum { CREDIT = 3 };

typedef struct {
    const hc_nnls_chain_problem *p;
    size_t all, nf;    /* unknowns; passive ones */
    double *d;         /* scale: 1 over the root of the diagonal */
    double *x, *y, *b; /* scaled x, scaled gradient, right side */
    double *tmp;       /* [n] */
    bool *passive;
    size_t *idx;   /* [nf] the passive ones */
    size_t *first; /* [nf] first column of the envelope of a row */
    size_t *at;    /* [nf + 1] where its elements start */
    double *l;     /* the factor, rows within their envelope */
    size_t room;   /* of l */
} chain;

double hc_second_difference(size_t blocks, size_t s, size_t apart)
{
    if (blocks < 3 || s + apart >= blocks)
        return 0;
    /* rows r = 0 ... blocks - 3 of D hold 1, -2, 1 at r, r + 1, r + 2 */
    static const double of[3] = {1, -2, 1};
    double sum = 0;
    for (size_t k = apart; k < 3; k++)
        if (s + apart >= k && s + apart - k + 2 < blocks)
            sum += of[k] * of[k - apart];
    return sum;
}

/* Element between unknown i of block s and k of block t >= s. */
static double element(const hc_nnls_chain_problem *p, size_t s, size_t i,
                      size_t t, size_t k)
{
    const size_t nf = p->n_free, nb = p->n - nf;
    double v = s == t ? p->h[(s * p->n + i) * p->n + k] : 0;
    if (i >= nf && k >= nf)
        v += p->tie * hc_second_difference(p->blocks, s, t - s) *
             p->m[(i - nf) * nb + k - nf];
    return v;
}

static void chain_free(chain *c)
{
    free(c->d);
    free(c->passive);
    free(c->idx);
    free(c->l);
}

static hc_status chain_make(chain *c, const hc_nnls_chain_problem *p,
                            const double *x, hc_err *err)
{
    const size_t all = p->blocks * p->n;
    *c = (chain){.p = p, .all = all};
    c->d = malloc((4 * all + p->n) * sizeof *c->d);
    c->passive = malloc(all);
    c->idx = malloc((3 * all + 1) * sizeof *c->idx);
    if (!c->d || !c->passive || !c->idx) {
        chain_free(c);
        return hc_fail_nomem(err);
    }
    c->x = c->d + all;
    c->y = c->x + all;
    c->b = c->y + all;
    c->tmp = c->b + all;
    c->first = c->idx + all;
    c->at = c->first + all;
    for (size_t i = 0; i < all; i++) {
        const size_t s = i / p->n, k = i % p->n;
        const double h = element(p, s, k, s, k);
        c->passive[i] = h > 0 && (!p->nonneg[k] || x[i] > 0);
        c->d[i] = h > 0 ? 1 / sqrt(h) : 0;
        if (!isfinite(h) || !isfinite(p->g[i])) {
            chain_free(c);
            return hc_fail(err, HC_INTERNAL,
                           "normal matrix of a series is not finite");
        }
    }
    return HC_OK;
}

/* Which unknowns are passive, and the envelope: a row reaches back to the
 * block two before its own. */
static bool envelope(chain *c)
{
    c->nf = 0;
    for (size_t i = 0; i < c->all; i++)
        if (c->passive[i])
            c->idx[c->nf++] = i;
    size_t start = 0, need = 0;
    for (size_t r = 0; r < c->nf; r++) {
        const size_t s = c->idx[r] / c->p->n;
        while (c->idx[start] / c->p->n + 2 < s)
            start++;
        c->first[r] = start;
        c->at[r] = need;
        need += r - start + 1;
    }
    c->at[c->nf] = need;
    if (need > c->room) {
        free(c->l);
        c->room = need + need / 4;
        c->l = malloc(c->room * sizeof *c->l);
    }
    return c->l != NULL;
}

static hc_status factor(chain *c, hc_err *err)
{
    const size_t n = c->p->n;
    if (!envelope(c)) {
        c->room = 0;
        return hc_fail_nomem(err);
    }
    for (size_t r = 0; r < c->nf; r++) {
        const size_t i = c->idx[r];
        double *row = c->l + c->at[r] - c->first[r];
        for (size_t k = c->first[r]; k <= r; k++) {
            const size_t j = c->idx[k];
            const double *other = c->l + c->at[k] - c->first[k];
            const size_t from =
                c->first[r] > c->first[k] ? c->first[r] : c->first[k];
            double v =
                element(c->p, j / n, j % n, i / n, i % n) * c->d[i] * c->d[j];
            v -= hc_dot(row + from, other + from, k - from);
            if (k < r) {
                row[k] = v / other[k];
            } else if (v > pivot_tol) {
                row[k] = sqrt(v);
            } else {
                return hc_fail(err, HC_INTERNAL,
                               "normal matrix of a series is not definite");
            }
        }
    }
    return HC_OK;
}

static void back_and_forth(const chain *c, double *b)
{
    for (size_t r = 0; r < c->nf; r++) {
        const double *row = c->l + c->at[r] - c->first[r];
        const size_t f = c->first[r];
        b[r] = (b[r] - hc_dot(row + f, b + f, r - f)) / row[r];
    }
    for (size_t r = c->nf; r-- > 0;) {
        const double *row = c->l + c->at[r] - c->first[r];
        const size_t f = c->first[r];
        b[r] /= row[r];
        hc_subtract(b + f, b[r], row + f, r - f);
    }
}

/* y = scaled gradient at the scaled x. */
static void gradient(chain *c)
{
    const hc_nnls_chain_problem *p = c->p;
    const size_t n = p->n, nf = p->n_free, nb = n - nf;
    for (size_t s = 0; s < p->blocks; s++) {
        double *y = c->y + s * n, *t = c->tmp;
        for (size_t k = 0; k < n; k++)
            t[k] = c->d[s * n + k] * c->x[s * n + k];
        for (size_t k = 0; k < n; k++)
            y[k] = hc_dot(p->h + (s * n + k) * n, t, n) - p->g[s * n + k];
        if (!(p->tie > 0))
            continue;
        memset(t, 0, nb * sizeof *t);
        for (size_t o = s > 2 ? s - 2 : 0; o <= s + 2 && o < p->blocks; o++) {
            const double w =
                p->tie * (o < s ? hc_second_difference(p->blocks, o, s - o)
                                : hc_second_difference(p->blocks, s, o - s));
            for (size_t k = 0; k < nb; k++)
                t[k] += w * c->d[o * n + nf + k] * c->x[o * n + nf + k];
        }
        for (size_t k = 0; k < nb; k++)
            y[nf + k] += hc_dot(p->m + k * nb, t, nb);
    }
    for (size_t i = 0; i < c->all; i++)
        c->y[i] *= c->d[i];
}

static void solve(chain *c, int refine)
{
    memset(c->x, 0, c->all * sizeof *c->x);
    for (int k = 0; k <= refine; k++) {
        gradient(c);
        for (size_t r = 0; r < c->nf; r++)
            c->b[r] = -c->y[c->idx[r]];
        back_and_forth(c, c->b);
        for (size_t r = 0; r < c->nf; r++)
            c->x[c->idx[r]] += c->b[r];
    }
    gradient(c);
}

static bool wrong(const chain *c, size_t i, double tol_x, double tol_y)
{
    if (!c->p->nonneg[i % c->p->n] || !(c->d[i] > 0))
        return false;
    return c->passive[i] ? c->x[i] < -tol_x : c->y[i] < -tol_y;
}

static double largest(const double *v, const double *d, size_t n)
{
    double m = 0;
    for (size_t i = 0; i < n; i++)
        m = fmax(m, fabs(v[i]) * (d ? d[i] : 1));
    return m;
}

/* How many unknowns are on the wrong side. */
static size_t count_wrong(const chain *c)
{
    const double tol_y = sign_tol * largest(c->p->g, c->d, c->all);
    const double tol_x = sign_tol * largest(c->x, NULL, c->all);
    size_t bad = 0;
    for (size_t i = 0; i < c->all; i++)
        bad += wrong(c, i, tol_x, tol_y);
    return bad;
}

static void exchange(chain *c)
{
    const double tol_y = sign_tol * largest(c->p->g, c->d, c->all);
    const double tol_x = sign_tol * largest(c->x, NULL, c->all);
    for (size_t i = 0; i < c->all; i++)
        if (wrong(c, i, tol_x, tol_y))
            c->passive[i] = !c->passive[i];
}

/* Block pivoting for as long as it makes progress; whether it arrived. */
static hc_status pivot(chain *c, bool *done, hc_err *err)
{
    size_t fewest = c->all + 1;
    *done = false;
    for (int credit = CREDIT; credit >= 0;) {
        const hc_status st = factor(c, err);
        if (st != HC_OK)
            return st;
        solve(c, 1);
        const size_t bad = count_wrong(c);
        *done = bad == 0;
        if (*done)
            return HC_OK;
        if (bad < fewest) {
            fewest = bad;
            credit = CREDIT;
        } else if (--credit < 0) {
            break;
        }
        exchange(c);
    }
    return HC_OK;
}

/* The objective at x, whose gradient is y. */
static double objective(const chain *c)
{
    double sum = 0;
    for (size_t i = 0; i < c->all; i++)
        sum += 0.5 * c->x[i] * (c->y[i] - c->d[i] * c->p->g[i]);
    return sum;
}

/* From `from` along `to - from`, held at or above zero, the first of steps 1,
 * 1/2, 1/4 ... that lowers the objective; false when none does. */
static bool descend(chain *c, const double *from, const double *to,
                    double before)
{
    for (double step = 1; step > 1e-10; step /= 2) {
        for (size_t i = 0; i < c->all; i++) {
            c->x[i] = from[i] + step * (to[i] - from[i]);
            if (c->p->nonneg[i % c->p->n])
                c->x[i] = fmax(c->x[i], 0);
        }
        gradient(c);
        if (objective(c) < before)
            return true;
    }
    return false;
}

/* Newton steps in the unknowns that are not held, projected (D. P. Bertsekas,
 * SIAM J. Control Optim. 20 (1982) 221, 10.1137/0320018): the objective falls
 * with every one, so it ends. */
static hc_status newton(chain *c, const double *start, hc_err *err)
{
    double *from = malloc(2 * c->all * sizeof *from);
    if (!from)
        return hc_fail_nomem(err);
    double *to = from + c->all;
    hc_status st = HC_OK;
    for (size_t i = 0; i < c->all; i++) {
        c->x[i] = c->d[i] > 0 ? start[i] / c->d[i] : 0;
        if (c->p->nonneg[i % c->p->n])
            c->x[i] = fmax(c->x[i], 0);
    }
    for (size_t iter = 0; st == HC_OK; iter++) {
        gradient(c);
        memcpy(from, c->x, c->all * sizeof *from);
        for (size_t i = 0; i < c->all; i++)
            c->passive[i] = c->d[i] > 0 && (!c->p->nonneg[i % c->p->n] ||
                                            c->x[i] > 0 || c->y[i] < 0);
        const double before = objective(c);
        st = factor(c, err);
        if (st != HC_OK)
            break;
        solve(c, 1);
        if (count_wrong(c) == 0)
            break;
        memcpy(to, c->x, c->all * sizeof *to);
        if (!descend(c, from, to, before)) { /* by rounding alone */
            memcpy(c->x, from, c->all * sizeof *from);
            break;
        }
        if (iter > 10 * c->all)
            st = hc_fail(err, HC_INTERNAL,
                         "non-negative least squares of a series did not "
                         "end");
    }
    free(from);
    return st;
}

static double violation(const chain *c)
{
    const double scale = largest(c->p->g, c->d, c->all);
    double worst = 0;
    for (size_t i = 0; i < c->all; i++) {
        const bool held = c->p->nonneg[i % c->p->n] && !(c->x[i] > 0);
        worst = fmax(worst, held ? -c->y[i] : fabs(c->y[i]));
    }
    return scale > 0 ? worst / scale : worst;
}

hc_status hc_nnls_chain(const hc_nnls_chain_problem *p, double *x, double *kkt,
                        hc_err *err)
{
    chain c;
    hc_status st = chain_make(&c, p, x, err);
    if (st != HC_OK)
        return st;
    bool done = false;
    st = pivot(&c, &done, err);
    if (st == HC_OK && !done)
        st = newton(&c, x, err);
    if (st == HC_OK) {
        for (size_t i = 0; i < c.all; i++)
            if (p->nonneg[i % p->n] && !(c.x[i] > 0))
                c.x[i] = 0;
        gradient(&c);
        for (size_t i = 0; i < c.all; i++)
            x[i] = c.d[i] * c.x[i];
        if (kkt)
            *kkt = violation(&c);
    }
    chain_free(&c);
    return st;
}
