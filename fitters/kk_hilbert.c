/* kk_hilbert.c: Re rebuilt from Im and Im from Re, with uncertainty, kk.h
 *
 * Each part alone gives a distribution of relaxation times under a smooth
 * Gaussian prior, its scale and the noise by the largest evidence; what the
 * two say of each other, and how far the two distributions agree, are the
 * consistency scores of J. Liu, T. H. Wan, F. Ciucci, Electrochim. Acta 357
 * (2020) 136864, 10.1016/j.electacta.2020.136864.  All are 1 for consistent
 * data without noise.
 */
#include "fitters/kk.h"

#include "fitters/dense.h"
#include "fitters/kk_solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { M_MOST = 96, RATIOS = 60, BINS = 81 };
static const double wide_decades = 0.5, wide_prior = 1e3;

/* One part of the impedance: whitened design, posterior of the times. */
typedef struct {
    size_t n, m, extra;
    double *c;    /* [m + extra][n] rows over |Z| times the prior's factor */
    double *mean; /* [m] of gamma */
    double *cov;  /* [m][m] */
    double noise; /* sd over |Z| */
} part;

typedef struct {
    size_t n, m;
    const hc_kk_data *d;
    double *tau, *weight;
    double *factor; /* [m][m] lower: prior covariance = factor factor^T */
    part of[2];     /* Re, Im */
    double *memory;
} work;

static double kernel(const work *w, size_t i, size_t k, int which)
{
    double wt = 2 * M_PI * w->d->freq_hz[i] * w->tau[k];
    double v = 1 / (1 + wt * wt);
    return which == 0 ? v : -wt * v;
}

/* R0 beside Re; L and 1/C beside Im. */
static double beside(const work *w, size_t i, size_t k, int which)
{
    double om = 2 * M_PI * w->d->freq_hz[i];
    return which == 0 ? 1 : k == 0 ? om : -1 / om;
}

/* Covariance (D2^T D2 + small I)^-1: curvature is what is unlikely. */
static bool prior(work *w, double *space)
{
    const size_t m = w->m;
    double *a = space, *inv = space + m * m;
    memset(a, 0, m * m * sizeof *a);
    for (size_t k = 0; k + 2 < m; k++) {
        static const double d2[3] = {1, -2, 1};
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                a[(k + (size_t)i) * m + k + (size_t)j] += d2[i] * d2[j];
    }
    for (size_t k = 0; k < m; k++)
        a[k * m + k] += 1e-3;
    if (!hc_cholesky(a, m, 1e-14))
        return false;
    hc_cholesky_inverse(a, m, inv);
    memcpy(w->factor, inv, m * m * sizeof *inv);
    return hc_cholesky(w->factor, m, 1e-14);
}

/* Columns of the whitened design: rows/|Z| times the prior's factor. */
static void design(work *w, int which)
{
    part *p = &w->of[which];
    const size_t n = w->n, m = w->m;
    for (size_t k = 0; k < m; k++)
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (size_t j = k; j < m; j++)
                sum += kernel(w, i, j, which) * w->factor[j * m + k];
            p->c[k * n + i] = sum * w->weight[i];
        }
    for (size_t k = 0; k < p->extra; k++) {
        double *c = p->c + (m + k) * n, norm = 0;
        for (size_t i = 0; i < n; i++) {
            c[i] = beside(w, i, k, which) * w->weight[i];
            norm += c[i] * c[i];
        }
        for (size_t i = 0; i < n; i++)
            c[i] *= wide_prior / sqrt(norm);
    }
}

/* Largest evidence over the ratio of prior to noise variance.  What of y lies
 * along each eigenvector is q^2/eig, the rest outside of all. */
static double best_ratio(const double *eig, const double *q, size_t cols,
                         double yy, size_t n, double *noise2)
{
    double best = -HUGE_VAL, at = 1, outside = yy;
    const double least = 1e-14 * eig[cols - 1];
    for (size_t k = 0; k < cols; k++)
        if (eig[k] > least)
            outside -= q[k] * q[k] / eig[k];
    outside = fmax(outside, 0);
    for (int r = 0; r < RATIOS; r++) {
        double rho = pow(10, -4 + 0.25 * r), rest = outside, ln_det = 0;
        for (size_t k = 0; k < cols; k++) {
            if (eig[k] <= least)
                continue;
            rest += q[k] * q[k] / eig[k] / (rho * eig[k] + 1);
            ln_det += log1p(rho * eig[k]);
        }
        double s2 = fmax(rest, 1e-14 * yy) / (double)n;
        double evidence = -0.5 * (double)n * log(s2) - 0.5 * ln_det;
        if (evidence > best) {
            best = evidence;
            at = rho;
            *noise2 = s2;
        }
    }
    return at;
}

/* Posterior of gamma from one part alone. */
static bool posterior(work *w, int which, double *space)
{
    part *p = &w->of[which];
    const size_t n = w->n, m = w->m, cols = m + p->extra;
    double *h = space, *eig = h + cols * cols, *q = eig + cols;
    double *u = q + cols, *y = u + cols, *lv = y + n, yy = 0, noise2 = 1;
    for (size_t i = 0; i < n; i++) {
        double complex z = w->d->z_ohm[i];
        y[i] = (which == 0 ? creal(z) : cimag(z)) * w->weight[i];
        yy += y[i] * y[i];
    }
    hc_gram(p->c, n, cols, h);
    for (size_t k = 0; k < cols; k++)
        u[k] = hc_dot(p->c + k * n, y, n);
    if (!hc_eigen_symmetric(h, cols, eig, lv))
        return false;
    for (size_t k = 0; k < cols; k++)
        q[k] = hc_dot(h + k * cols, u, cols);
    double rho = best_ratio(eig, q, cols, yy, n, &noise2);
    p->noise = sqrt(noise2);
    memset(p->mean, 0, m * sizeof *p->mean);
    memset(p->cov, 0, m * m * sizeof *p->cov);
    for (size_t k = 0; k < cols; k++) {
        double by = 1 / (rho * fmax(eig[k], 0) + 1);
        for (size_t j = 0; j < m; j++)
            lv[j] = hc_dot(w->factor + j * m, h + k * cols, j + 1);
        for (size_t j = 0; j < m; j++) {
            p->mean[j] += lv[j] * rho * q[k] * by;
            for (size_t i = 0; i < m; i++)
                p->cov[j * m + i] += lv[j] * lv[i] * rho * noise2 * by;
        }
    }
    return true;
}

/* The other part's values at all points, less what stands beside it, and
 * their variance. */
static void predict(const work *w, int from, int to, double *value,
                    double *variance, double *space)
{
    const part *p = &w->of[from];
    const size_t n = w->n, m = w->m, extra = w->of[to].extra;
    double *row = space, *a = row + m, *b = a + n * 2, x[2], qr[6];
    size_t perm[2];
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k < m; k++)
            row[k] = kernel(w, i, k, to);
        value[i] = hc_dot(row, p->mean, m);
        for (size_t k = 0; k < m; k++)
            sum += row[k] * hc_dot(p->cov + k * m, row, m);
        variance[i] = fmax(sum, 0);
        double complex z = w->d->z_ohm[i];
        b[i] = ((to == 0 ? creal(z) : cimag(z)) - value[i]) * w->weight[i];
        for (size_t k = 0; k < extra; k++)
            a[k * n + i] = beside(w, i, k, to) * w->weight[i];
    }
    (void)hc_least_squares(a, n, extra, b, 1e-12, x, perm, qr);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < extra; k++)
            value[i] += x[k] * beside(w, i, k, to);
}

/* ---- scores ---- */

/* ln 2 less the Jensen-Shannon divergence of two normal laws, over ln 2. */
static double jensen_shannon(double a, double va, double b, double vb)
{
    double sa = sqrt(va), sb = sqrt(vb), sum = 0;
    double lo = fmin(a - 5 * sa, b - 5 * sb);
    double step = (fmax(a + 5 * sa, b + 5 * sb) - lo) / (BINS * 8);
    double fine = fmin(step, fmin(sa, sb) / 4);
    if (!(fine > 0) || step > 20 * fine) /* far apart */
        return fabs(a - b) > 5 * (sa + sb) ? 0 : 1;
    for (double x = lo; x < lo + step * BINS * 8; x += fine) {
        double p = exp(-0.5 * (x - a) * (x - a) / va) / sqrt(2 * M_PI * va);
        double q = exp(-0.5 * (x - b) * (x - b) / vb) / sqrt(2 * M_PI * vb);
        double mid = 0.5 * (p + q);
        if (p > 0)
            sum += 0.5 * fine * p * log(p / mid);
        if (q > 0)
            sum += 0.5 * fine * q * log(q / mid);
    }
    return 1 - fmin(sum / M_LN2, 1);
}

static void agreement(const work *w, hc_kk_scores *s)
{
    const part *a = &w->of[0], *b = &w->of[1];
    double d = 0, na = 0, nb = 0, hd = 0, js = 0;
    for (size_t k = 0; k < w->m; k++) {
        double va = a->cov[k * w->m + k], vb = b->cov[k * w->m + k];
        double diff = a->mean[k] - b->mean[k], v = va + vb;
        d += diff * diff;
        na += a->mean[k] * a->mean[k];
        nb += b->mean[k] * b->mean[k];
        double bc =
            v > 0 ? sqrt(2 * sqrt(va * vb) / v) * exp(-0.25 * diff * diff / v)
                  : 1;
        hd += sqrt(fmax(0, 1 - bc));
        js += jensen_shannon(a->mean[k], va, b->mean[k], vb);
    }
    s->mean = 1 - sqrt(d) / (sqrt(na) + sqrt(nb));
    s->hellinger = 1 - hd / (double)w->m;
    s->jensen_shannon = js / (double)w->m;
}

/* Fractions of the points within 1, 2, 3 sd. */
static void inside(const work *w, int to, const double *value,
                   const double *variance, double out[3])
{
    out[0] = out[1] = out[2] = 0;
    for (size_t i = 0; i < w->n; i++) {
        double complex z = w->d->z_ohm[i];
        double off = fabs((to == 0 ? creal(z) : cimag(z)) - value[i]);
        double noise = w->of[to].noise / w->weight[i];
        double sd = sqrt(variance[i] + noise * noise);
        for (int k = 0; k < 3; k++)
            out[k] += (off <= (k + 1) * sd) / (double)w->n;
    }
}

static void fill(work *w, double *space, hc_kk_fit *f)
{
    const size_t n = w->n;
    double *re = space, *v_re = re + n, *im = v_re + n, *v_im = im + n;
    double *rest = v_im + n, most = 0;
    size_t low = 0;
    predict(w, 1, 0, re, v_re, rest);
    predict(w, 0, 1, im, v_im, rest);
    inside(w, 0, re, v_re, f->scores.real);
    inside(w, 1, im, v_im, f->scores.imaginary);
    agreement(w, &f->scores);
    f->noise = sqrt(0.5 * (w->of[0].noise * w->of[0].noise +
                           w->of[1].noise * w->of[1].noise));
    for (size_t i = 0; i < n; i++)
        if (w->d->freq_hz[i] < w->d->freq_hz[low])
            low = i;
    for (size_t i = 0; i < n; i++) {
        double size = 1 / w->weight[i], noise = f->noise * size;
        f->z_fit[i] = CMPLX(re[i], im[i]);
        f->sd_ohm[i] = sqrt(0.5 * (v_re[i] + v_im[i]) + noise * noise);
        double e = cabs(w->d->z_ohm[i] - f->z_fit[i]) / size;
        f->pseudo_chi2 += e * e;
        /* beyond three sd, within a decade of the lowest frequency */
        double off = creal(w->d->z_ohm[i]) - re[i];
        double over = fabs(off) - 3 * sqrt(v_re[i] + noise * noise);
        if (w->d->freq_hz[i] < 10 * w->d->freq_hz[low] &&
            over / size > fabs(most))
            most = copysign(over / size, off);
    }
    f->drift = most;
}

static hc_status prepare(work *w, const hc_kk_data *d, hc_err *err)
{
    double lo = HUGE_VAL, hi = 0;
    const size_t n = d->n;
    for (size_t i = 0; i < n; i++) {
        lo = fmin(lo, d->freq_hz[i]);
        hi = fmax(hi, d->freq_hz[i]);
    }
    double decades = log10(hi / lo) + 2 * wide_decades;
    size_t m = (size_t)fmin(fmax(8 * decades, 12), M_MOST);
    *w = (work){.n = n, .m = m, .d = d};
    size_t one = (m + 2) * n + m + m * m;
    w->memory = malloc((m + n + m * m + 2 * one) * sizeof *w->memory);
    if (!w->memory)
        return hc_fail_nomem(err);
    w->tau = w->memory;
    w->weight = w->tau + m;
    w->factor = w->weight + n;
    for (int p = 0; p < 2; p++) {
        part *q = &w->of[p];
        q->c = w->factor + m * m + (size_t)p * one;
        q->mean = q->c + (m + 2) * n;
        q->cov = q->mean + m;
        q->extra = p == 0 ? 1 : 2;
    }
    for (size_t k = 0; k < m; k++)
        w->tau[k] =
            pow(10, -wide_decades + decades * (double)k / (double)(m - 1)) /
            (2 * M_PI * hi);
    for (size_t i = 0; i < n; i++)
        w->weight[i] = 1 / cabs(d->z_ohm[i]);
    return HC_OK;
}

hc_status hc_kk_hilbert(const hc_kk_data *d, const hc_kk_options *opt,
                        hc_kk_fit *out, hc_err *err)
{
    work w = {0};
    (void)opt;
    hc_status st = hc_kk_check_data(d, 8, err);
    if (st != HC_OK || (st = prepare(&w, d, err)) != HC_OK)
        return st;
    const size_t cols = w.m + 2;
    double *space =
        malloc((2 * cols * cols + 8 * cols + 8 * w.n) * sizeof *space);
    hc_kk_fit f = {
        .n = d->n, .q = 1, .coefficients = 1, .mu = NAN, .hilbert = true};
    f.z_fit = malloc(d->n * sizeof *f.z_fit);
    f.sd_ohm = malloc(d->n * sizeof *f.sd_ohm);
    if (!space || !f.z_fit || !f.sd_ohm)
        st = hc_fail_nomem(err);
    if (st == HC_OK && !prior(&w, space))
        st = hc_fail(err, HC_INTERNAL, "the prior is singular");
    for (int p = 0; p < 2 && st == HC_OK; p++) {
        design(&w, p);
        if (!posterior(&w, p, space))
            st = hc_fail(err, HC_DATA, "no distribution fits these points");
    }
    if (st == HC_OK) {
        f.m = w.m;
        fill(&w, space, &f);
        *out = f;
    } else {
        hc_kk_fit_clear(&f);
    }
    free(space);
    free(w.memory);
    return st;
}
