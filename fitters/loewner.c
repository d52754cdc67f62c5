/* loewner.c: the real Loewner pencil, see loewner.h */
#include "fitters/loewner.h"

#include "fitters/dense.h"
#include "fitters/eigen_real.h"

#include <math.h>
#include <stdlib.h>

/* Singular values come from the Gram matrix: below this part of the largest
 * they are rounding. */
static const double rank_tol = 1e-7;

/* The block of a row and a column and of their conjugates, made real:
 * T^H [a b; b* a*] T, T = [1 -j; 1 j]/sqrt(2). */
static void put_block(double *m, size_t rows, double complex a,
                      double complex b)
{
    m[0] = creal(a) + creal(b);
    m[1] = -cimag(a) - cimag(b);
    m[rows] = cimag(a) - cimag(b);
    m[rows + 1] = creal(a) - creal(b);
}

/* L and Ls, rows x cols, column-major; rows are points 0, 2, 4 ... */
static void fill(size_t n, const double *freq_hz, const double complex *z,
                 size_t rows, double *l, double *ls)
{
    for (size_t c = 1; c < n; c += 2)
        for (size_t r = 0; r < n; r += 2) {
            const double complex mu = CMPLX(0, 2 * M_PI * freq_hz[r]);
            const double complex la = CMPLX(0, 2 * M_PI * freq_hz[c]);
            const double complex v = z[r], q = z[c];
            const size_t at = (c - 1) * rows + r;
            put_block(l + at, rows, (v - q) / (mu - la),
                      (v - conj(q)) / (mu + la));
            put_block(ls + at, rows, (mu * v - la * q) / (mu - la),
                      (mu * v - conj(la * q)) / (mu + la));
        }
}

/* Right singular vectors of b as columns of `v`, left ones in `u`. */
static bool vectors(hc_loewner *p, const double *b, size_t rows, size_t cols,
                    size_t limit, double *gram, double *u)
{
    double *w = gram + cols * cols;
    hc_gram(b, rows, cols, gram);
    if (!hc_eigen_symmetric(gram, cols, w, w + cols))
        return false;
    const double top = sqrt(fmax(w[cols - 1], 0));
    for (p->most = 0; p->most < limit && p->most < cols; p->most++) {
        const double s = sqrt(fmax(w[cols - 1 - p->most], 0));
        if (!(s > rank_tol * top))
            break;
        double *to = u + p->most * rows;
        p->sigma[p->most] = s;
        hc_times(b, rows, cols, gram + (cols - 1 - p->most) * cols, to);
        for (size_t i = 0; i < rows; i++)
            to[i] /= s;
    }
    return true;
}

static void reduce(hc_loewner *p, const double *l, size_t rows, size_t cols,
                   const double *gram, const double *u, double *lv)
{
    for (size_t k = 0; k < p->most; k++) {
        hc_times(l, rows, cols, gram + (cols - 1 - k) * cols, lv);
        for (size_t i = 0; i < p->most; i++)
            p->l[i * p->most + k] = hc_dot(u + i * rows, lv, rows) /
                                    sqrt(p->sigma[i] * p->sigma[k]);
    }
}

hc_status hc_loewner_make(hc_loewner *p, size_t n, const double *freq_hz,
                          const double complex *z_ohm, double shift,
                          size_t limit, hc_err *err)
{
    const size_t cols = n / 2 * 2, rows = (n + 1) / 2 * 2;
    *p = (hc_loewner){.shift = shift};
    double *l = malloc(
        (2 * rows * cols + cols * cols + 2 * cols + (limit + 1) * rows) *
        sizeof *l);
    p->sigma = malloc((limit + 2 * limit * limit) * sizeof *p->sigma);
    hc_status st = HC_OK;
    if (!l || !p->sigma) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    p->l = p->sigma + limit;
    p->scratch = p->l + limit * limit;
    double *b = l + rows * cols, *gram = b + rows * cols;
    double *u = gram + cols * cols + 2 * cols;
    fill(n, freq_hz, z_ohm, rows, l, b);
    for (size_t i = 0; i < rows * cols; i++)
        b[i] = shift * l[i] - b[i];
    if (vectors(p, b, rows, cols, limit, gram, u))
        reduce(p, l, rows, cols, gram, u, u + limit * rows);
    else
        st = hc_fail(err, HC_INTERNAL,
                     "singular values of the Loewner matrix did not converge");
cleanup:
    free(l);
    if (st != HC_OK)
        hc_loewner_clear(p);
    return st;
}

void hc_loewner_clear(hc_loewner *p)
{
    free(p->sigma);
    *p = (hc_loewner){0};
}

hc_status hc_loewner_times(hc_loewner *p, size_t k, double complex *tau_s,
                           hc_err *err)
{
    for (size_t i = 0; i < k; i++)
        for (size_t c = 0; c < k; c++)
            p->scratch[i * k + c] = p->l[i * p->most + c];
    hc_status st = hc_eigen_real(p->scratch, k, tau_s, err);
    if (st != HC_OK) {
        hc_err_prefix(err, "the Loewner pencil: ");
        return st;
    }
    /* L x = theta (shift L - Ls) x, so p = shift - 1/theta */
    for (size_t i = 0; i < k; i++)
        tau_s[i] = tau_s[i] / (1 - p->shift * tau_s[i]);
    return HC_OK;
}
