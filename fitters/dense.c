/* dense.c: small dense linear algebra, see dense.h */
#include "fitters/dense.h"

#include "fitters/simd.h"

#include <float.h>
#include <math.h>

/* Four sums at once; the order is fixed. */
HC_SIMD_PART double dot(const double *a, const double *b, size_t n)
{
    hc_v4 s = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        s += HC_V4(a + i) * HC_V4(b + i);
    for (; i < n; i++)
        s[0] += a[i] * b[i];
    return hc_v4_sum(&s);
}

/* y -= t x */
HC_SIMD_PART void subtract(double *y, double t, const double *x, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        HC_V4(y + i) -= t * HC_V4(x + i);
    for (; i < n; i++)
        y[i] -= t * x[i];
}

HC_SIMD double hc_dot(const double *a, const double *b, size_t n)
{
    return dot(a, b, n);
}

HC_SIMD void hc_subtract(double *y, double t, const double *x, size_t n)
{
    subtract(y, t, x, n);
}

/* Dots of b with four vectors `stride` apart, each summed as dot() does. */
HC_SIMD_PART void dot4(const double *a, size_t stride, const double *b,
                       size_t n, double *out)
{
    const double *a1 = a + stride, *a2 = a1 + stride, *a3 = a2 + stride;
    hc_v4 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const hc_v4 x = HC_V4(b + i);
        s0 += HC_V4(a + i) * x;
        s1 += HC_V4(a1 + i) * x;
        s2 += HC_V4(a2 + i) * x;
        s3 += HC_V4(a3 + i) * x;
    }
    for (; i < n; i++) {
        s0[0] += a[i] * b[i];
        s1[0] += a1[i] * b[i];
        s2[0] += a2[i] * b[i];
        s3[0] += a3[i] * b[i];
    }
    out[0] = hc_v4_sum(&s0);
    out[1] = hc_v4_sum(&s1);
    out[2] = hc_v4_sum(&s2);
    out[3] = hc_v4_sum(&s3);
}

/* Rows of the factor found together. */
enum { BLOCK = 8, COLUMNS_MAX = 512 };

/* Sums over k < j of l[j][k] times column k of the block. */
HC_SIMD_PART void block_sums(const double *t, const double *lj, size_t j,
                             double *sum)
{
    hc_v4 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    size_t k = 0;
    for (; k + 2 <= j; k += 2) {
        const double *x = t + BLOCK * k;
        s0 += HC_V4(x) * lj[k];
        s1 += HC_V4(x + 4) * lj[k];
        s2 += HC_V4(x + 8) * lj[k + 1];
        s3 += HC_V4(x + 12) * lj[k + 1];
    }
    if (k < j) {
        s0 += HC_V4(t + BLOCK * k) * lj[k];
        s1 += HC_V4(t + BLOCK * k + 4) * lj[k];
    }
    HC_V4(sum) = s0 + s2;
    HC_V4(sum + 4) = s1 + s3;
}

/* Rows i .. i + rows of the factor.  t holds them column by column, so that
 * each element of the row above meets all of them at once. */
HC_SIMD_PART bool factor_block(double *a, size_t n, size_t i, size_t rows,
                               double tol, double *t)
{
    for (size_t j = 0; j < i + rows; j++) {
        double *lj = a + j * n, *to = t + BLOCK * j, sum[BLOCK];
        const size_t first = j < i ? 0 : j - i;
        block_sums(t, lj, j, sum);
        if (j >= i) {
            const double d = lj[j] - sum[first];
            if (!(d > tol * fabs(lj[j])) || !(d > 0))
                return false;
            lj[j] = sqrt(d);
        }
        for (size_t r = 0; r < BLOCK; r++)
            to[r] = r < rows && r >= first ? a[(i + r) * n + j] : 0;
        HC_V4(to) = (HC_V4(to) - HC_V4(sum)) / lj[j];
        HC_V4(to + 4) = (HC_V4(to + 4) - HC_V4(sum + 4)) / lj[j];
        if (j >= i)
            to[first] = lj[j];
        for (size_t r = first; r < rows; r++)
            a[(i + r) * n + j] = to[r];
    }
    return true;
}

/* One row, for matrices too large for t. */
HC_SIMD_PART bool factor_row(double *a, size_t n, size_t i, double tol)
{
    double *ri = a + i * n;
    for (size_t j = 0; j < i; j++)
        ri[j] = (ri[j] - dot(ri, a + j * n, j)) / a[j * n + j];
    const double d = ri[i] - dot(ri, ri, i);
    if (!(d > tol * fabs(ri[i])) || !(d > 0))
        return false;
    ri[i] = sqrt(d);
    return true;
}

HC_SIMD bool hc_cholesky(double *a, size_t n, double tol)
{
    double t[BLOCK * COLUMNS_MAX];
    size_t i = 0;
    for (; i < n && i + BLOCK <= COLUMNS_MAX; i += BLOCK)
        if (!factor_block(a, n, i, n - i < BLOCK ? n - i : BLOCK, tol, t))
            return false;
    for (; i < n; i++)
        if (!factor_row(a, n, i, tol))
            return false;
    return true;
}

HC_SIMD void hc_lower_solve(const double *l, size_t n, double *b)
{
    for (size_t i = 0; i < n; i++)
        b[i] = (b[i] - dot(l + i * n, b, i)) / l[i * n + i];
}

HC_SIMD void hc_lower_solve_t(const double *l, size_t n, double *b)
{
    for (size_t i = n; i-- > 0;) {
        b[i] /= l[i * n + i];
        subtract(b, b[i], l + i * n, i);
    }
}

void hc_cholesky_solve(const double *l, size_t n, double *b)
{
    hc_lower_solve(l, n, b);
    hc_lower_solve_t(l, n, b);
}

void hc_cholesky_inverse(const double *l, size_t n, double *inv)
{
    for (size_t j = 0; j < n; j++) {
        double *row = inv + j * n;
        for (size_t i = 0; i < n; i++)
            row[i] = i == j ? 1 : 0;
        hc_cholesky_solve(l, n, row);
    }
}

/* Householder reduction to tridiagonal form: subdiagonal e (e[0] unused), the
 * diagonal stays in a; d and a receive what accumulate() makes the orthogonal
 * matrix of.  y, where given, is multiplied by it. */
HC_SIMD static void tridiagonalise(double *a, size_t n, double *d, double *e,
                                   double *y)
{
    for (size_t i = n - 1; i >= 1; i--) {
        double *ai = a + i * n;
        double scale = 0, h = 0;
        for (size_t k = 0; k < i; k++)
            scale += fabs(ai[k]);
        if (i == 1 || !(scale > 0)) {
            e[i] = ai[i - 1];
            d[i] = 0;
            continue;
        }
        for (size_t k = 0; k < i; k++) {
            ai[k] /= scale;
            h += ai[k] * ai[k];
        }
        const double f = ai[i - 1];
        const double g = f >= 0 ? -sqrt(h) : sqrt(h);
        e[i] = scale * g;
        h -= f * g;
        ai[i - 1] = f - g;
        if (y)
            subtract(y, dot(ai, y, i) / h, ai, i);
        /* e = a ai/h, from the lower triangle row by row */
        for (size_t j = 0; j < i; j++) {
            e[j] = dot(a + j * n, ai, j + 1);
            subtract(e, -ai[j], a + j * n, j);
            a[j * n + i] = ai[j] / h;
        }
        double hh = 0;
        for (size_t j = 0; j < i; j++) {
            e[j] /= h;
            hh += e[j] * ai[j];
        }
        subtract(e, hh / (h + h), ai, i);
        for (size_t j = 0; j < i; j++) {
            subtract(a + j * n, ai[j], e, j + 1);
            subtract(a + j * n, e[j], ai, j + 1);
        }
        d[i] = h;
    }
    d[0] = e[0] = 0;
}

static void accumulate(double *a, size_t n, double *d)
{
    for (size_t i = 0; i < n; i++) {
        if (d[i] != 0) {
            for (size_t j = 0; j < i; j++) {
                double g = 0;
                for (size_t k = 0; k < i; k++)
                    g += a[i * n + k] * a[k * n + j];
                for (size_t k = 0; k < i; k++)
                    a[k * n + j] -= g * a[k * n + i];
            }
        }
        d[i] = a[i * n + i];
        a[i * n + i] = 1;
        for (size_t j = 0; j < i; j++)
            a[j * n + i] = a[i * n + j] = 0;
    }
}

static void transpose(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double t = a[i * n + j];
            a[i * n + j] = a[j * n + i];
            a[j * n + i] = t;
        }
}

/* One implicit QL sweep from m down to l; v's rows, n long, are the vectors
 * (one long and dense: the components of a vector along them). */
static void ql_sweep(double *v, size_t n, double *d, double *e, size_t l,
                     size_t m)
{
    double g = (d[l + 1] - d[l]) / (2 * e[l]);
    double r = hypot(g, 1);
    g = d[m] - d[l] + e[l] / (g + copysign(r, g));
    double s = 1, c = 1, p = 0;
    for (size_t i = m; i-- > l;) {
        double f = s * e[i];
        const double b = c * e[i];
        e[i + 1] = r = hypot(f, g);
        if (!(r > 0)) {
            d[i + 1] -= p;
            e[m] = 0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        double *vi = v + i * n, *vj = vi + n;
        for (size_t k = 0; k < n; k++) {
            f = vj[k];
            vj[k] = s * vi[k] + c * f;
            vi[k] = c * vi[k] - s * f;
        }
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0;
}

static void swap(double *v, size_t i, size_t j)
{
    const double t = v[i];
    v[i] = v[j];
    v[j] = t;
}

/* Rising eigenvalues, their rows of v (n long) with them. */
static void sort_eigen(double *v, size_t n, double *d, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        size_t k = i;
        for (size_t j = i + 1; j < count; j++)
            if (d[j] < d[k])
                k = j;
        if (k == i)
            continue;
        swap(d, i, k);
        for (size_t j = 0; j < n; j++)
            swap(v, i * n + j, k * n + j);
    }
}

/* Eigenvalues of the tridiagonal matrix (w, e); the rotations go to the n
 * rows of v, each `width` long. */
static bool ql(double *v, size_t width, double *w, double *e, size_t n)
{
    for (size_t i = 1; i < n; i++)
        e[i - 1] = e[i];
    e[n - 1] = 0;
    double norm = 0;
    for (size_t i = 0; i < n; i++)
        norm = fmax(norm, fabs(w[i]) + fabs(e[i]));
    /* what rounding has already put there is not worth more sweeps */
    const double tiny = 0.1 * DBL_EPSILON * norm;
    for (size_t l = 0; l < n; l++) {
        for (int iter = 0;; iter++) {
            size_t m = l;
            for (; m + 1 < n; m++)
                if (fabs(e[m]) <=
                    fmax(DBL_EPSILON * (fabs(w[m]) + fabs(w[m + 1])), tiny))
                    break;
            if (m == l)
                break;
            if (iter == 60)
                return false;
            ql_sweep(v, width, w, e, l, m);
        }
    }
    sort_eigen(v, width, w, n);
    return true;
}

bool hc_eigen_symmetric(double *a, size_t n, double *w, double *work)
{
    if (n == 0)
        return true;
    tridiagonalise(a, n, w, work, NULL);
    accumulate(a, n, w);
    transpose(a, n);
    return ql(a, n, w, work, n);
}

bool hc_eigen_along(double *a, size_t n, double *w, double *y, double *work)
{
    if (n == 0)
        return true;
    tridiagonalise(a, n, w, work, y);
    for (size_t i = 0; i < n; i++)
        w[i] = a[i * n + i];
    return ql(y, 1, w, work, n);
}

/* Householder vector of x[0..m): x becomes v (v[0] kept apart), returns the
 * new leading element; *beta so that H = I - beta v v^T. */
HC_SIMD_PART double householder(double *x, size_t m, double *beta)
{
    double norm = sqrt(dot(x, x, m));
    if (!(norm > 0)) {
        *beta = 0;
        return 0;
    }
    if (x[0] > 0)
        norm = -norm;
    x[0] -= norm;
    *beta = -1 / (norm * x[0]);
    return norm;
}

HC_SIMD_PART void reflect(const double *v, double beta, double *y, size_t m)
{
    subtract(y, beta * dot(v, y, m), v, m);
}

/* Squared lengths of the columns at positions rank.. n of perm: all of it,
 * what is left below row `rank`, and what was left when that was last summed
 * anew. */
typedef struct {
    double *left, *all, *summed;
} lengths;

static size_t longest(const lengths *l, size_t rank, size_t n, double *rel)
{
    size_t best = rank;
    *rel = -1;
    for (size_t j = rank; j < n; j++) {
        const double r = l->all[j] > 0 ? l->left[j] / l->all[j] : 0;
        if (r > *rel) {
            *rel = r;
            best = j;
        }
    }
    return best;
}

/* Apply the reflection of column c (row `rank` down) to the columns after it
 * and keep their lengths: what went into row `rank` is taken off, and where
 * little is left the rest is summed anew (LAPACK Working Note 176). */
HC_SIMD_PART void sweep(double *a, size_t m, size_t n, const size_t *perm,
                        size_t rank, double beta, lengths *l)
{
    const double *c = a + perm[rank] * m + rank;
    for (size_t j = rank + 1; j < n; j++) {
        double *y = a + perm[j] * m + rank;
        reflect(c, beta, y, m - rank);
        l->left[j] -= y[0] * y[0];
        if (l->left[j] > 1e-8 * l->summed[j])
            continue;
        l->left[j] = dot(y + 1, y + 1, m - rank - 1);
        l->summed[j] = l->left[j];
    }
}

HC_SIMD size_t hc_least_squares(double *a, size_t m, size_t n, double *b,
                                double rank_tol, double *x, size_t *perm,
                                double *work)
{
    lengths l = {work, work + n, work + 2 * n};
    double *diag = work; /* takes the place of lengths that are done with */
    const size_t most = m < n ? m : n;
    size_t rank = 0;
    for (size_t j = 0; j < n; j++) {
        perm[j] = j;
        l.left[j] = l.all[j] = l.summed[j] = dot(a + j * m, a + j * m, m);
    }
    for (; rank < most; rank++) {
        double rel;
        const size_t best = longest(&l, rank, n, &rel);
        if (!(rel > rank_tol * rank_tol))
            break;
        const size_t t = perm[rank];
        perm[rank] = perm[best];
        perm[best] = t;
        swap(l.left, rank, best);
        swap(l.all, rank, best);
        swap(l.summed, rank, best);
        double *c = a + perm[rank] * m + rank, beta;
        diag[rank] = householder(c, m - rank, &beta);
        sweep(a, m, n, perm, rank, beta, &l);
        reflect(c, beta, b + rank, m - rank);
    }
    for (size_t j = 0; j < n; j++)
        x[j] = 0;
    for (size_t k = rank; k-- > 0;) {
        double s = b[k];
        for (size_t j = k + 1; j < rank; j++)
            s -= a[perm[j] * m + k] * x[perm[j]];
        x[perm[k]] = s / diag[k];
    }
    return rank;
}

HC_SIMD void hc_gram(const double *a, size_t m, size_t n, double *h)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        double s[4];
        for (; j + 4 <= i + 1; j += 4) {
            dot4(a + j * m, m, a + i * m, m, s);
            for (size_t k = 0; k < 4; k++)
                h[i * n + j + k] = h[(j + k) * n + i] = s[k];
        }
        for (; j <= i; j++)
            h[i * n + j] = h[j * n + i] = dot(a + i * m, a + j * m, m);
    }
}

HC_SIMD void hc_times(const double *a, size_t m, size_t n, const double *x,
                      double *y)
{
    for (size_t i = 0; i < m; i++)
        y[i] = 0;
    for (size_t j = 0; j < n; j++) {
        const double t = x[j], *c = a + j * m;
        if (t == 0)
            continue;
        size_t i = 0;
        for (; i + 4 <= m; i += 4)
            HC_V4(y + i) += HC_V4(c + i) * t;
        for (; i < m; i++)
            y[i] += t * c[i];
    }
}
