/* drt_modes.c: data and penalty of a linear DRT made diagonal, drt_ridge.h */
#include "fitters/drt_ridge.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Orthonormalise the free columns against each other and take them out of
 * every basis column and of b (modified Gram-Schmidt, twice). */
static void project(double *a, double *b, size_t rows, size_t n_free, size_t n)
{
    for (size_t f = 0; f < n_free; f++) {
        double *q = a + f * rows;
        const double norm = sqrt(hc_dot(q, q, rows));
        for (size_t i = 0; i < rows && norm > 0; i++)
            q[i] /= norm;
        for (size_t k = f + 1; k <= n_free + n; k++) {
            double *c = k < n_free + n ? a + k * rows : b;
            hc_subtract(c, hc_dot(q, c, rows), q, rows);
        }
    }
}

static hc_status modes_alloc(hc_drt_modes *m, size_t n, size_t vectors,
                             hc_err *err)
{
    m->n = n;
    m->s = malloc((2 * n + vectors * n) * sizeof *m->s);
    if (!m->s)
        return hc_fail_nomem(err);
    m->z = m->s + n;
    m->v = vectors ? m->z + n : NULL;
    return HC_OK;
}

void hc_drt_modes_clear(hc_drt_modes *m)
{
    free(m->s);
    m->s = NULL;
}

/* ---- all rows ---- */

/* Weighted columns of p, those of the basis times l^-T, and b, with the free
 * ones orthonormal and taken out of the rest. */
static void projected(const hc_drt_linear *p, double *a)
{
    const size_t n = p->n_basis, rows = p->rows, nf = p->n_free;
    memcpy(a, p->a, rows * nf * sizeof *a);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < rows; i++)
            a[(nf + k) * rows + i] =
                p->row_weight[i] * p->grid->k_hat[k * rows + i];
    double *b = a + (nf + n) * rows;
    memcpy(b, p->b, rows * sizeof *b);
    project(a, b, rows, nf, n);
}

static hc_status not_converged(hc_err *err)
{
    return hc_fail(err, HC_INTERNAL, "eigenvalues did not converge");
}

hc_status hc_drt_modes_share(const hc_drt_linear *p, hc_err *err)
{
    hc_drt_grid *g = p->grid;
    const size_t n = p->n_basis, rows = p->rows, nf = p->n_free;
    const size_t all = nf + n;
    double *a = malloc((rows * (all + 1) + n * n + n) * sizeof *a);
    double *keep = malloc((all * all + n + n * rows + nf * rows) * sizeof *a);
    hc_status st = a && keep ? HC_OK : hc_fail_nomem(err);
    if (st != HC_OK)
        goto cleanup;
    double *h = a + rows * (all + 1), *b = a + nf * rows;
    double *s = keep + all * all, *along = s + n, *q = along + n * rows;
    hc_gram(p->a, rows, all, keep);
    for (size_t i = 0; i < all * all; i++) /* back to the weights kept */
        keep[i] /= p->shared * p->shared;
    projected(p, a);
    memcpy(q, a, nf * rows * sizeof *q);
    hc_gram(b, rows, n, h);
    if (!hc_eigen_symmetric(h, n, s, h + n * n)) {
        st = not_converged(err);
        goto cleanup;
    }
    for (size_t k = 0; k < n; k++) {
        hc_times(b, rows, n, h + k * n, along + k * rows);
        s[k] = fmax(s[k], 0) / (p->shared * p->shared);
        for (size_t i = 0; i < rows; i++)
            along[k * rows + i] /= p->shared;
    }
    g->gram = keep;
    g->s = s;
    g->along = along;
    g->free_q = q;
    keep = NULL;
cleanup:
    free(a);
    free(keep);
    return st;
}

static void from_shared(hc_drt_modes *m, const hc_drt_linear *p)
{
    const hc_drt_grid *g = p->grid;
    const double f = p->shared;
    m->b2 = hc_dot(p->b, p->b, p->rows);
    for (size_t k = 0; k < p->n_free; k++) {
        const double t = hc_dot(g->free_q + k * p->rows, p->b, p->rows);
        m->b2 -= t * t;
    }
    for (size_t k = 0; k < m->n; k++) {
        m->s[k] = f * f * g->s[k];
        m->z[k] = f * hc_dot(g->along + k * p->rows, p->b, p->rows);
    }
}

hc_status hc_drt_modes_make(hc_drt_modes *m, const hc_drt_linear *p,
                            hc_err *err)
{
    const size_t n = p->n_basis, rows = p->rows, nf = p->n_free;
    *m = (hc_drt_modes){.n_free = nf, .rows = rows};
    hc_status st = modes_alloc(m, n, 0, err);
    if (st != HC_OK)
        return st;
    if (p->shared > 0) {
        from_shared(m, p);
        return HC_OK;
    }
    double *a = malloc((rows * (nf + n + 1) + n * n + n) * sizeof *a);
    if (!a) {
        hc_drt_modes_clear(m);
        return hc_fail_nomem(err);
    }
    double *b = a + (nf + n) * rows, *h = b + rows;
    projected(p, a);
    m->b2 = hc_dot(b, b, rows);
    hc_gram(a + nf * rows, rows, n, h);
    for (size_t k = 0; k < n; k++)
        m->z[k] = hc_dot(a + (nf + k) * rows, b, rows);
    /* the vectors themselves are not needed */
    const bool ok = hc_eigen_along(h, n, m->s, m->z, h + n * n);
    for (size_t k = 0; k < n; k++)
        m->s[k] = fmax(m->s[k], 0);
    free(a);
    if (ok)
        return HC_OK;
    hc_drt_modes_clear(m);
    return not_converged(err);
}

/* ---- some rows, for cross validation: with eigenvectors ---- */

static hc_status decompose(hc_drt_modes *m, const double *a, const double *b,
                           hc_err *err)
{
    /* h = L^-1 (A^T A) L^-T, z = L^-1 A^T b */
    const size_t n = m->n, rows = m->rows;
    double *h = m->v, *g = malloc(2 * n * sizeof *g);
    if (!g)
        return hc_fail_nomem(err);
    hc_gram(a, rows, n, h);
    for (size_t i = 0; i < n; i++)
        hc_lower_solve(m->l, n, h + i * n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            const double t = h[i * n + k];
            h[i * n + k] = h[k * n + i];
            h[k * n + i] = t;
        }
    for (size_t i = 0; i < n; i++)
        hc_lower_solve(m->l, n, h + i * n);
    for (size_t k = 0; k < n; k++)
        g[k] = hc_dot(a + k * rows, b, rows);
    hc_lower_solve(m->l, n, g);
    const bool ok = hc_eigen_symmetric(h, n, m->s, g + n);
    for (size_t k = 0; k < n; k++) {
        m->s[k] = fmax(m->s[k], 0);
        m->z[k] = hc_dot(h + k * n, g, n);
    }
    free(g);
    return ok ? HC_OK : not_converged(err);
}

hc_status hc_drt_modes_of_rows(hc_drt_modes *m, const hc_drt_linear *p,
                               const bool *use_row, hc_err *err)
{
    const size_t n = p->n_basis, nf = p->n_free;
    *m = (hc_drt_modes){.n_free = nf, .l = p->grid->l};
    double *a = malloc((p->rows * (nf + n + 1) + 1) * sizeof *a);
    hc_status st = a ? modes_alloc(m, n, n, err) : hc_fail_nomem(err);
    if (st != HC_OK)
        goto cleanup;
    for (size_t i = 0; i < p->rows; i++)
        m->rows += use_row[i];
    double *b = a + m->rows * (nf + n);
    for (size_t k = 0; k <= nf + n; k++) {
        const double *from = k < nf + n ? p->a + k * p->rows : p->b;
        double *to = a + k * m->rows;
        for (size_t i = 0; i < p->rows; i++)
            if (use_row[i])
                *to++ = from[i];
    }
    project(a, b, m->rows, nf, n);
    m->b2 = hc_dot(b, b, m->rows);
    st = decompose(m, a + nf * m->rows, b, err);
    if (st != HC_OK)
        hc_drt_modes_clear(m);
cleanup:
    free(a);
    return st;
}

void hc_drt_modes_solution(const hc_drt_modes *m, double lambda, double *x)
{
    memset(x, 0, m->n * sizeof *x);
    for (size_t k = 0; k < m->n; k++)
        hc_subtract(x, -m->z[k] / (m->s[k] + lambda), m->v + k * m->n, m->n);
    hc_lower_solve_t(m->l, m->n, x);
}
