/* kk_noise.c: the noise of a spectrum, from unpenalised RC fits; kk.h */
#include "fitters/kk.h"

#include "core/sort.h"
#include "fitters/dense.h"
#include "fitters/kk_solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of time constants tried, and exponents of |Z| in the weights. */
enum { M_FIRST = 6, M_STEP = 3, M_LAST = 39, N_POWERS = 3, COLS = M_LAST + 4 };
static const double powers[N_POWERS] = {0, 0.5, 1};
static const double widen_ln = 0.5;  /* of the tau range, each side */
static const double sd_floor = 1e-7; /* of |Z| */
/* The standard deviation that the median of the residuals stands for (0.6745
 * of it) is taken when it is smaller by this factor: for normal noise at 40
 * points four of its own standard deviations. */
static const double robust_limit = 1.4;
/* Normal equations: columns whose square outside those before falls below
 * this part are left out; a sum of squares below this part of that of the
 * data is not known well enough (the fits are repeated by QR). */
static const double least_pivot = 1e-13, least_ssr = 1e-10;

typedef struct {
    double score, q, ssr, dof;
    size_t m;
} choice;

static double sum_ln_modulus(const hc_kk_data *d)
{
    double s = 0;
    for (size_t i = 0; i < d->n; i++)
        s += log(cabs(d->z_ohm[i]));
    return s;
}

/* BIC of one (m, q): -2 ln of the likelihood with the sd fitted. */
static void score_one(size_t rows, size_t rank, size_t m, double q,
                      double ln_z, double ssr, choice *best)
{
    const double dof = (double)rows - (double)rank;
    if (dof < 4)
        return;
    ssr = fmax(ssr, 1e-300);
    const double score = (double)rows * log(ssr / (double)rows) +
                         4 * q * ln_z + (double)rank * log((double)rows);
    if (score < best->score)
        *best = (choice){score, q, ssr, dof, m};
}

static hc_status search_by_qr(const hc_kk_data *d, double *tau, choice *best,
                              hc_err *err)
{
    const double ln_z = sum_ln_modulus(d);
    for (size_t k = 0; k < N_POWERS; k++) {
        hc_kk_solver s;
        const hc_status st =
            hc_kk_solver_make(&s, d, false, powers[k], M_LAST, err);
        if (st != HC_OK)
            return st;
        s.inductance = s.capacitance = true;
        for (size_t m = M_FIRST; m <= M_LAST && m + 6 < 2 * d->n;
             m += M_STEP) {
            hc_kk_coef c = {.r = tau + M_LAST};
            hc_kk_tau_grid(d, m, widen_ln / M_LN10, tau);
            hc_kk_solve(&s, tau, m, HC_KK_COMPLEX, 1e-12, &c);
            score_one(2 * d->n, c.rank, m, powers[k], ln_z, c.ssr, best);
        }
        hc_kk_solver_free(&s);
    }
    return HC_OK;
}

/* ---- the same by normal equations, some ten times faster ---- */

/* Sum of squares left of the last of n columns by those before, as part of
 * its own, from their Gram matrix h; h becomes its Cholesky factor.  *rank:
 * how many columns counted. */
static double left_over(double *h, size_t n, size_t *rank)
{
    double scale[COLS];
    *rank = 0;
    for (size_t i = 0; i < n; i++)
        scale[i] = h[i * n + i] > 0 ? 1 / sqrt(h[i * n + i]) : 0;
    for (size_t i = 0; i < n; i++) {
        double *ri = h + i * n;
        for (size_t j = 0; j < i; j++) {
            const double pivot = h[j * n + j];
            ri[j] = pivot > 0 ? (ri[j] * scale[i] * scale[j] -
                                 hc_dot(ri, h + j * n, j)) /
                                    pivot
                              : 0;
        }
        const double left = 1 - hc_dot(ri, ri, i);
        if (i + 1 == n)
            return left;
        ri[i] = left > least_pivot ? sqrt(left) : 0;
        *rank += ri[i] > 0;
    }
    return 1;
}

/* Rows of n numbers that every Gram matrix of a spectrum is made of, for one
 * exponent: W = |Z|^-2q, W w^2, W Re Z and -W w Im Z. */
enum { W, W_SQUARE, W_RE, W_IM, SERIES };

typedef struct {
    double one, square, inverse; /* sums of W, W w^2, W / w^2 */
    double re, w_im, im_over_w;  /* of W Re Z, W w Im Z, W Im Z / w */
    double z2;                   /* of W |Z|^2 */
} sums;

static sums make_series(const hc_kk_data *d, double q, double *x)
{
    const size_t n = d->n;
    sums s = {0};
    for (size_t i = 0; i < n; i++) {
        const double w = 2 * M_PI * d->freq_hz[i];
        const double re = creal(d->z_ohm[i]), im = cimag(d->z_ohm[i]);
        const double weight = pow(cabs(d->z_ohm[i]), -2 * q);
        x[W * n + i] = weight;
        x[W_SQUARE * n + i] = weight * w * w;
        x[W_RE * n + i] = weight * re;
        x[W_IM * n + i] = -weight * w * im;
        s.one += weight;
        s.square += weight * w * w;
        s.inverse += weight / (w * w);
        s.re += weight * re;
        s.w_im += weight * w * im;
        s.im_over_w += weight * im / w;
        s.z2 += weight * (re * re + im * im);
    }
    return s;
}

/* Lower triangle of the Gram matrix of the columns 1, j w, 1/(j w), 1/(1 + j w
 * tau) of tau[m], and z, weighted.  With A = 1/(1 + (w tau)^2), given as m
 * rows of n, the product of two RC columns is (tau A + tau' A')/(tau + tau')
 * at every frequency, so that sums of A are all there is to it. */
static void gram(const sums *s, const double *x, const double *a,
                 const double *tau, size_t n, size_t m, double *h)
{
    const size_t cols = m + 4, z = m + 3;
    double of[M_LAST]; /* sum of W A */
    memset(h, 0, 3 * cols * sizeof *h);
    h[0] = s->one;
    h[cols + 1] = s->square;
    h[2 * cols + 1] = -s->one;
    h[2 * cols + 2] = s->inverse;
    h[z * cols] = s->re;
    h[z * cols + 1] = s->w_im;
    h[z * cols + 2] = -s->im_over_w;
    h[z * cols + z] = s->z2;
    for (size_t k = 0; k < m; k++) {
        const double *ak = a + k * n;
        double *row = h + (k + 3) * cols;
        of[k] = hc_dot(x + W * n, ak, n);
        row[0] = of[k];
        row[1] = -tau[k] * hc_dot(x + W_SQUARE * n, ak, n);
        row[2] = tau[k] * of[k];
        for (size_t j = 0; j <= k; j++)
            row[j + 3] = (tau[k] * of[k] + tau[j] * of[j]) / (tau[k] + tau[j]);
        h[z * cols + k + 3] =
            hc_dot(x + W_RE * n, ak, n) + tau[k] * hc_dot(x + W_IM * n, ak, n);
    }
}

static void search_by_gram(const hc_kk_data *d, double *tau, double *work,
                           choice *best, bool *clean)
{
    const size_t n = d->n, rows = 2 * n;
    const double ln_z = sum_ln_modulus(d);
    double *a = work, *h = a + n * M_LAST, *x = h + COLS * COLS;
    sums s[N_POWERS];
    for (size_t k = 0; k < N_POWERS; k++)
        s[k] = make_series(d, powers[k], x + k * SERIES * n);
    *clean = false;
    for (size_t m = M_FIRST; m <= M_LAST && m + 6 < rows; m += M_STEP) {
        hc_kk_tau_grid(d, m, widen_ln / M_LN10, tau);
        for (size_t k = 0; k < m; k++)
            for (size_t i = 0; i < n; i++) {
                const double wt = 2 * M_PI * d->freq_hz[i] * tau[k];
                a[k * n + i] = 1 / (1 + wt * wt);
            }
        for (size_t k = 0; k < N_POWERS; k++) {
            size_t rank;
            gram(&s[k], x + k * SERIES * n, a, tau, n, m, h);
            const double left = left_over(h, m + 4, &rank);
            *clean |= left < least_ssr;
            score_one(rows, rank, m, powers[k], ln_z, left * s[k].z2, best);
        }
    }
}

static hc_status search(const hc_kk_data *d, double *tau, choice *best,
                        hc_err *err)
{
    double *work = malloc((d->n * (M_LAST + N_POWERS * SERIES) + COLS * COLS) *
                          sizeof *work);
    if (!work)
        return hc_fail_nomem(err);
    bool clean;
    search_by_gram(d, tau, work, best, &clean);
    free(work);
    if (!clean)
        return HC_OK;
    *best = (choice){.score = HUGE_VAL};
    return search_by_qr(d, tau, best, err);
}

/* Median of the weighted residuals' sizes; work[2 n]. */
static double median_size(const hc_kk_data *d, const choice *best,
                          const double complex *z_fit, double *work)
{
    for (size_t i = 0; i < d->n; i++) {
        const double complex e =
            (d->z_ohm[i] - z_fit[i]) / pow(cabs(d->z_ohm[i]), best->q);
        work[2 * i] = fabs(creal(e));
        work[2 * i + 1] = fabs(cimag(e));
    }
    hc_sort_rising(work, 2 * d->n);
    return (work[d->n - 1] + work[d->n]) / 2;
}

static hc_status finish(const hc_kk_data *d, const choice *best, double *tau,
                        hc_kk_noise *out, hc_err *err)
{
    hc_kk_solver s;
    hc_status st = hc_kk_solver_make(&s, d, false, best->q, M_LAST, err);
    if (st != HC_OK)
        return st;
    s.inductance = s.capacitance = true;
    hc_kk_noise r = {.m = best->m, .q = best->q, .dof = best->dof};
    r.sd_ohm = malloc(d->n * sizeof *r.sd_ohm);
    r.z_fit = malloc(d->n * sizeof *r.z_fit);
    if (!r.sd_ohm || !r.z_fit) {
        hc_kk_noise_clear(&r);
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    hc_kk_coef c = {.r = tau + M_LAST};
    hc_kk_tau_grid(d, best->m, widen_ln / M_LN10, tau);
    hc_kk_solve(&s, tau, best->m, HC_KK_COMPLEX, 1e-12, &c);
    double sd = sqrt(best->ssr / best->dof), sum = 0;
    for (size_t i = 0; i < d->n; i++)
        r.z_fit[i] = hc_kk_value(tau, best->m, &c, 2 * M_PI * d->freq_hz[i]);
    /* a few bad points are not the noise of all */
    const double middle = median_size(d, best, r.z_fit, s.a) / 0.6745 *
                          sqrt(2 * (double)d->n / best->dof);
    if (middle * robust_limit < sd)
        sd = middle;
    for (size_t i = 0; i < d->n; i++) {
        const double a = cabs(d->z_ohm[i]);
        r.sd_ohm[i] = fmax(sd * pow(a, best->q), sd_floor * a);
        sum += r.sd_ohm[i] / a * (r.sd_ohm[i] / a);
    }
    r.relative = sqrt(sum / (double)d->n);
    *out = r;
cleanup:
    hc_kk_solver_free(&s);
    return st;
}

hc_status hc_kk_noise_estimate(const hc_kk_data *d, hc_kk_noise *out,
                               hc_err *err)
{
    hc_status st = hc_kk_check_data(d, 8, err);
    if (st != HC_OK)
        return st;
    double *tau = malloc(2 * M_LAST * sizeof *tau);
    if (!tau)
        return hc_fail_nomem(err);
    choice best = {.score = HUGE_VAL};
    st = search(d, tau, &best, err);
    if (st == HC_OK && best.m == 0)
        st = hc_fail(err, HC_DATA,
                     "the noise cannot be estimated from "
                     "these points");
    if (st == HC_OK)
        st = finish(d, &best, tau, out, err);
    free(tau);
    return st;
}

void hc_kk_noise_clear(hc_kk_noise *noise)
{
    free(noise->sd_ohm);
    free(noise->z_fit);
    *noise = (hc_kk_noise){0};
}
