#include "cell/bordered.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hc_status hc_bordered_new(hc_bordered **out, size_t n, size_t k, size_t ml,
                          size_t mu, hc_err *err)
{
    hc_bordered *b = calloc(1, sizeof *b);
    if (!b)
        return hc_fail_nomem(err);
    b->n = n;
    b->k = k;
    b->ml = ml;
    b->mu = mu;
    b->ld = 2 * ml + mu + 1;
    b->band = calloc(n * b->ld + 1, sizeof *b->band);
    b->right = calloc(k * n + 1, sizeof *b->right);
    b->bottom = calloc(k * n + 1, sizeof *b->bottom);
    b->corner = calloc(k * k + 1, sizeof *b->corner);
    b->right_lo = calloc(4 * k + 1, sizeof *b->right_lo);
    if (!b->band || !b->right || !b->bottom || !b->corner || !b->right_lo) {
        hc_bordered_free(b);
        return hc_fail_nomem(err);
    }
    b->right_hi = b->right_lo + k;
    b->bottom_lo = b->right_hi + k;
    b->bottom_hi = b->bottom_lo + k;
    hc_bordered_zero(b);
    *out = b;
    return HC_OK;
}

void hc_bordered_free(hc_bordered *b)
{
    if (!b)
        return;
    free(b->band);
    free(b->right);
    free(b->bottom);
    free(b->corner);
    free(b->right_lo);
    free(b);
}

static void clear_range(double *v, size_t *lo, size_t *hi, size_t n)
{
    for (size_t i = *lo; i < *hi; i++)
        v[i] = 0;
    *lo = n;
    *hi = 0;
}

void hc_bordered_zero(hc_bordered *b)
{
    memset(b->band, 0, b->n * b->ld * sizeof *b->band);
    memset(b->corner, 0, b->k * b->k * sizeof *b->corner);
    for (size_t c = 0; c < b->k; c++) {
        clear_range(b->right + c * b->n, b->right_lo + c, b->right_hi + c,
                    b->n);
        clear_range(b->bottom + c * b->n, b->bottom_lo + c, b->bottom_hi + c,
                    b->n);
    }
}

void hc_bordered_copy(hc_bordered *to, const hc_bordered *from)
{
    size_t n = from->n, k = from->k;
    memcpy(to->band, from->band, n * from->ld * sizeof *to->band);
    memcpy(to->right, from->right, n * k * sizeof *to->right);
    memcpy(to->bottom, from->bottom, n * k * sizeof *to->bottom);
    memcpy(to->corner, from->corner, k * k * sizeof *to->corner);
    memcpy(to->right_lo, from->right_lo, 4 * k * sizeof *to->right_lo);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

void hc_bordered_select(hc_bordered *to, const hc_bordered *j,
                        const hc_bordered *m, const double *flags)
{
    size_t n = j->n, k = j->k;
    hc_bordered_copy(to, j);
    for (size_t c = 0; c < n; c++) {
        if (flags[c] == 0)
            continue;
        memcpy(to->band + c * to->ld, m->band + c * to->ld,
               to->ld * sizeof *to->band);
        for (size_t r = 0; r < k; r++)
            to->bottom[r * n + c] = m->bottom[r * n + c];
    }
    for (size_t r = 0; r < k; r++) {
        to->bottom_lo[r] = smaller(j->bottom_lo[r], m->bottom_lo[r]);
        to->bottom_hi[r] = larger(j->bottom_hi[r], m->bottom_hi[r]);
        if (flags[n + r] == 0)
            continue;
        memcpy(to->right + r * n, m->right + r * n, n * sizeof *to->right);
        to->right_lo[r] = m->right_lo[r];
        to->right_hi[r] = m->right_hi[r];
        for (size_t i = 0; i < k; i++)
            to->corner[i * k + r] = m->corner[i * k + r];
    }
}

void hc_bordered_accumulate(hc_bordered *to, double w, const hc_bordered *m)
{
    size_t n = to->n, k = to->k;
    for (size_t i = 0; i < n * to->ld; i++)
        to->band[i] += w * m->band[i];
    for (size_t i = 0; i < k * k; i++)
        to->corner[i] += w * m->corner[i];
    for (size_t c = 0; c < k; c++) {
        for (size_t i = m->right_lo[c]; i < m->right_hi[c]; i++)
            to->right[c * n + i] += w * m->right[c * n + i];
        for (size_t i = m->bottom_lo[c]; i < m->bottom_hi[c]; i++)
            to->bottom[c * n + i] += w * m->bottom[c * n + i];
        to->right_lo[c] = smaller(to->right_lo[c], m->right_lo[c]);
        to->right_hi[c] = larger(to->right_hi[c], m->right_hi[c]);
        to->bottom_lo[c] = smaller(to->bottom_lo[c], m->bottom_lo[c]);
        to->bottom_hi[c] = larger(to->bottom_hi[c], m->bottom_hi[c]);
    }
}

static void widen(size_t *lo, size_t *hi, size_t i)
{
    if (i < *lo)
        *lo = i;
    if (i + 1 > *hi)
        *hi = i + 1;
}

void hc_bordered_add_border(hc_bordered *b, size_t row, size_t col, double v)
{
    size_t n = b->n;
    if (row < n) {
        size_t c = col - n;
        b->right[c * n + row] += v;
        widen(b->right_lo + c, b->right_hi + c, row);
    } else if (col < n) {
        size_t r = row - n;
        b->bottom[r * n + col] += v;
        widen(b->bottom_lo + r, b->bottom_hi + r, col);
    } else {
        b->corner[(row - n) * b->k + col - n] += v;
    }
}

double hc_bordered_get(const hc_bordered *b, size_t row, size_t col)
{
    size_t n = b->n;
    if (row >= n && col >= n)
        return b->corner[(row - n) * b->k + col - n];
    if (row >= n)
        return b->bottom[(row - n) * n + col];
    if (col >= n)
        return b->right[(col - n) * n + row];
    if (row > col + b->ml || col > row + b->mu)
        return 0;
    return b->band[col * b->ld + b->ml + b->mu + row - col];
}

void hc_bordered_times(const hc_bordered *b, const double *x, double *y)
{
    size_t n = b->n, k = b->k;
    memset(y, 0, (n + k) * sizeof *y);
    for (size_t c = 0; c < n; c++) {
        size_t lo = c > b->mu ? c - b->mu : 0;
        size_t hi = c + b->ml + 1 < n ? c + b->ml + 1 : n;
        const double *column = b->band + c * b->ld + b->ml + b->mu;
        for (size_t r = lo; r < hi; r++)
            y[r] += column[(ptrdiff_t)r - (ptrdiff_t)c] * x[c];
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t r = b->right_lo[c]; r < b->right_hi[c]; r++)
            y[r] += b->right[c * n + r] * x[n + c];
        for (size_t j = b->bottom_lo[c]; j < b->bottom_hi[c]; j++)
            y[n + c] += b->bottom[c * n + j] * x[j];
        for (size_t j = 0; j < k; j++)
            y[n + c] += b->corner[c * k + j] * x[n + j];
    }
}

void hc_bordered_times_complex(const hc_bordered *b, double w,
                               const hc_bordered *m, const double complex *x,
                               double complex *y)
{
    size_t n = b->n, k = b->k;
    memset(y, 0, (n + k) * sizeof *y);
    for (size_t c = 0; c < n; c++) {
        size_t lo = c > b->mu ? c - b->mu : 0;
        size_t hi = c + b->ml + 1 < n ? c + b->ml + 1 : n;
        size_t at = c * b->ld + b->ml + b->mu;
        for (size_t r = lo; r < hi; r++)
            y[r] += CMPLX(b->band[at + r - c], w * m->band[at + r - c]) * x[c];
    }
    for (size_t c = 0; c < k; c++) {
        size_t lo = smaller(b->right_lo[c], m->right_lo[c]);
        size_t hi = larger(b->right_hi[c], m->right_hi[c]);
        for (size_t i = c * n + lo; i < c * n + hi; i++)
            y[i - c * n] += CMPLX(b->right[i], w * m->right[i]) * x[n + c];
        lo = smaller(b->bottom_lo[c], m->bottom_lo[c]);
        hi = larger(b->bottom_hi[c], m->bottom_hi[c]);
        for (size_t i = c * n + lo; i < c * n + hi; i++)
            y[n + c] += CMPLX(b->bottom[i], w * m->bottom[i]) * x[i - c * n];
        for (size_t i = c * k; i < (c + 1) * k; i++)
            y[n + c] +=
                CMPLX(b->corner[i], w * m->corner[i]) * x[n + i - c * k];
    }
}

/* The same elimination for both number types. */
#define SCALAR       double
#define LU           hc_lu
#define NAME(x)      hc_lu_##x
#define STATIC(x)    real_##x
#define MAGNITUDE(x) fabs(x)
#include "cell/bordered_lu.inc"
#undef SCALAR
#undef LU
#undef NAME
#undef STATIC
#undef MAGNITUDE

#define SCALAR       double complex
#define LU           hc_zlu
#define NAME(x)      hc_zlu_##x
#define STATIC(x)    complex_##x
#define MAGNITUDE(x) (fabs(creal(x)) + fabs(cimag(x)))
#include "cell/bordered_lu.inc"

bool hc_lu_factor(hc_lu *lu, const hc_bordered *b)
{
    real_load(lu, b, 0, NULL);
    return real_eliminate(lu, b);
}

/* Four tridiagonal systems abreast: one alone waits for each product. */
static void four_thomas(const hc_lu *lu, double *x, size_t stride)
{
    size_t n = lu->n;
    const double *ab = lu->band;
    double *a = x, *b = x + stride, *c = b + stride, *d = c + stride;
    for (size_t j = 1; j < n; j++) {
        double low = ab[j * 4 - 1];
        a[j] -= low * a[j - 1];
        b[j] -= low * b[j - 1];
        c[j] -= low * c[j - 1];
        d[j] -= low * d[j - 1];
    }
    a[n - 1] *= ab[n * 4 - 2];
    b[n - 1] *= ab[n * 4 - 2];
    c[n - 1] *= ab[n * 4 - 2];
    d[n - 1] *= ab[n * 4 - 2];
    for (size_t j = n - 1; j-- > 0;) {
        double up = ab[j * 4 + 5], inverse = ab[j * 4 + 2];
        a[j] = (a[j] - up * a[j + 1]) * inverse;
        b[j] = (b[j] - up * b[j + 1]) * inverse;
        c[j] = (c[j] - up * c[j + 1]) * inverse;
        d[j] = (d[j] - up * d[j + 1]) * inverse;
    }
}

void hc_lu_solve_many(const hc_lu *lu, double *x, size_t m)
{
    size_t stride = lu->n + lu->k, done = 0;
    for (; lu->n && lu->thomas && done + 4 <= m; done += 4)
        four_thomas(lu, x + done * stride, stride);
    for (; lu->n && done < m; done++)
        real_solve_band(lu, x + done * stride);
    for (size_t i = 0; i < m; i++)
        real_solve_border(lu, x + i * stride);
}

bool hc_zlu_factor(hc_zlu *lu, const hc_bordered *a, double complex s,
                   const hc_bordered *m)
{
    complex_load(lu, a, s, m);
    return complex_eliminate(lu, a);
}
