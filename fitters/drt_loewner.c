/* drt_loewner.c: a discrete distribution from the Loewner pencil, loewner.h
 *
 * The pencil gives time constants; those that are real, above zero and not
 * far outside the data are kept, and their resistances, R_inf, L and 1/C come
 * from weighted least squares with all at or above zero.  The order of the
 * pencil is that of the least chi2 + 2 m ln(rows), m the lines left with a
 * resistance.  Constant, L and 1/C spend singular values, so the search is
 * repeated on what is left without them.  The result is lines, not a curve:
 * the gamma that is drawn has a Gaussian of their area at each.
 */
#include "fitters/drt_ridge.h"

#include "core/sort.h"
#include "fitters/dense.h"
#include "fitters/loewner.h"
#include "fitters/nnls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = 24, COLS = ORDERS + HC_DRT_FREE, PASSES = 2 };

/* Full width at half maximum of a line as it is drawn, decades. */
static const double line_decades = 0.1;

/* Shifts of the pencil that are tried, in units of the lowest frequency. */
static const double shifts[] = {1, 10, 100, 1000};

/* Part of a time constant below which it counts as real. */
static const double imaginary_part = 1e-6;

/* R_inf, L, 1/C, then the lines. */
typedef struct {
    size_t n_free, n; /* n lines */
    double x[COLS], tau_s[ORDERS];
    double chi2, score;
    size_t order, left_out; /* of the pencil; times that are not lines */
} lines;

typedef struct {
    const hc_drt_data *d;
    const double *sd;
    bool with_l, with_c, negative, unit;
    double low, high; /* ln tau of lines that are kept */
    double *a, *b;    /* 2 d->n x COLS, 2 d->n: weighted */
    double complex tau[ORDERS];
} job;

/* ---- resistances of given time constants ---- */

static double complex column(const job *j, const lines *s, size_t k, double w)
{
    if (k >= s->n_free)
        return 1 / CMPLX(1, w * s->tau_s[k - s->n_free]);
    if (k == 0)
        return 1;
    return k == 1 && j->with_l ? CMPLX(0, w) : CMPLX(0, -1 / w);
}

static void design(const job *j, const lines *s)
{
    const size_t n = j->d->n, rows = 2 * n;
    for (size_t i = 0; i < n; i++) {
        const double w = 2 * M_PI * j->d->freq_hz[i], sd = j->sd[i];
        for (size_t k = 0; k < s->n_free + s->n; k++) {
            const double complex z = column(j, s, k, w) / sd;
            j->a[k * rows + i] = creal(z);
            j->a[k * rows + n + i] = cimag(z);
        }
        j->b[i] = creal(j->d->z_ohm[i]) / sd;
        j->b[n + i] = cimag(j->d->z_ohm[i]) / sd;
    }
}

/* Exactly, by reflections: what the normal equations lose of close lines. */
static void least_squares(const job *j, lines *s)
{
    const size_t rows = 2 * j->d->n, cols = s->n_free + s->n;
    size_t perm[COLS];
    double work[3 * COLS];
    design(j, s);
    const size_t rank =
        hc_least_squares(j->a, rows, cols, j->b, 1e-13, s->x, perm, work);
    s->chi2 = hc_dot(j->b + rank, j->b + rank, rows - rank);
}

static void drop_zeros(lines *s)
{
    size_t to = 0;
    for (size_t k = 0; k < s->n; k++) {
        const double r = s->x[s->n_free + k];
        s->tau_s[to] = s->tau_s[k];
        s->x[s->n_free + to] = r;
        to += r != 0;
    }
    s->n = to;
}

static hc_status resistances(const job *j, lines *s, hc_err *err)
{
    const size_t rows = 2 * j->d->n, cols = s->n_free + s->n;
    if (!j->negative) {
        design(j, s);
        const hc_status st =
            hc_nnls(rows, cols, j->a, j->b, NULL, s->x, NULL, err);
        if (st != HC_OK)
            return st;
        s->chi2 = 0;
        for (size_t i = 0; i < rows; i++) {
            for (size_t k = 0; k < cols; k++)
                j->b[i] -= j->a[k * rows + i] * s->x[k];
            s->chi2 += j->b[i] * j->b[i];
        }
        drop_zeros(s);
    }
    lines exact = *s;
    least_squares(j, &exact);
    bool below = false;
    for (size_t k = 0; k < exact.n_free + exact.n; k++)
        below |= !(exact.x[k] >= 0);
    if (j->negative || !below)
        *s = exact;
    return HC_OK;
}

/* ---- the order ---- */

static void keep_lines(const job *j, size_t order, lines *s)
{
    *s = (lines){.n_free = (size_t)1 + j->with_l + j->with_c, .order = order};
    for (size_t k = 0; k < order; k++) {
        const double complex t = j->tau[k];
        const double ln = log(creal(t));
        if (fabs(cimag(t)) < imaginary_part * cabs(t) && ln > j->low &&
            ln < j->high)
            s->tau_s[s->n++] = creal(t);
        else /* what is faster than the data is a resistor to them */
            s->left_out += cabs(t) > exp(j->low);
    }
    hc_sort_rising(s->tau_s, s->n);
}

static double score(const job *j, const lines *s)
{
    const double rows = 2 * (double)j->d->n, many = 2 * (double)s->n;
    const double fit = j->unit ? rows * log(fmax(s->chi2, 1e-300)) : s->chi2;
    return fit + many * log(rows);
}

/* All orders of the pencil of z; best is the best of them and of itself. */
static hc_status search(job *j, const double complex *z, double shift,
                        lines *best, hc_err *err)
{
    hc_loewner p;
    hc_status st =
        hc_loewner_make(&p, j->d->n, j->d->freq_hz, z, shift, ORDERS, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 1; k <= p.most && st == HC_OK; k++) {
        lines now;
        st = hc_loewner_times(&p, k, j->tau, err);
        if (st != HC_OK)
            break;
        keep_lines(j, k, &now);
        st = resistances(j, &now, err);
        now.score = score(j, &now);
        if (st == HC_OK && now.score < best->score)
            *best = now;
    }
    hc_loewner_clear(&p);
    return st;
}

/* Noise splits a line, or adds a weak one: leave out the one without which the
 * score falls most, for as long as there is one. */
static hc_status prune(const job *j, lines *best, hc_err *err)
{
    for (bool fell = true; fell && best->n > 0;) {
        fell = false;
        const lines from = *best;
        for (size_t k = 0; k < from.n; k++) {
            lines now = from;
            now.n--;
            memmove(now.tau_s + k, now.tau_s + k + 1,
                    (now.n - k) * sizeof *now.tau_s);
            const hc_status st = resistances(j, &now, err);
            if (st != HC_OK)
                return st;
            now.score = score(j, &now);
            if (now.score < best->score) {
                *best = now;
                fell = true;
            }
        }
    }
    return HC_OK;
}

/* Without R_inf, L and 1/C of the lines so far. */
static void take_base(const job *j, const lines *s, double complex *z)
{
    for (size_t i = 0; i < j->d->n; i++) {
        z[i] = j->d->z_ohm[i];
        for (size_t k = 0; k < s->n_free; k++)
            z[i] -= s->x[k] * column(j, s, k, 2 * M_PI * j->d->freq_hz[i]);
    }
}

/* ---- the result ---- */

/* Errors of R and ln tau as of least squares with all lines free: h, ordered
 * as x, then the ln tau. */
static void errors(const job *j, const lines *s, double noise2, double *a,
                   double *h, double *inv)
{
    const size_t n = j->d->n, rows = 2 * n, nf = s->n_free;
    const size_t all = nf + 2 * s->n;
    for (size_t i = 0; i < n; i++) {
        const double w = 2 * M_PI * j->d->freq_hz[i];
        for (size_t k = 0; k < all; k++) {
            double complex z;
            if (k < nf + s->n) {
                z = column(j, s, k, w);
            } else {
                const size_t m = k - nf - s->n;
                const double complex q = CMPLX(0, w * s->tau_s[m]);
                z = -s->x[nf + m] * q / ((1 + q) * (1 + q));
            }
            a[k * rows + i] = creal(z) / j->sd[i];
            a[k * rows + n + i] = cimag(z) / j->sd[i];
        }
    }
    hc_gram(a, rows, all, h);
    if (hc_cholesky(h, all, 1e-14)) {
        hc_cholesky_inverse(h, all, inv);
        for (size_t k = 0; k < all; k++)
            a[k] = sqrt(noise2 * inv[k * all + k]);
    } else {
        for (size_t k = 0; k < all; k++)
            a[k] = NAN;
    }
}

static void put_peaks(const job *j, const lines *s, const double *sd,
                      hc_drt *r)
{
    const size_t nf = s->n_free;
    double low, high;
    hc_drt_window(j->d, &low, &high);
    r->fitted_peaks = true;
    r->n_peaks = s->n;
    for (size_t k = 0; k < s->n; k++) {
        hc_drt_peak *p = &r->peaks[k];
        const double tau = s->tau_s[k], ohm = s->x[nf + k];
        const double half = pow(10, line_decades / 2);
        *p = (hc_drt_peak){.tau_s = tau,
                           .r_ohm = ohm,
                           .c_f = tau / ohm,
                           .height_ohm = NAN,
                           .sd_r_ohm = sd[nf + k],
                           .sd_ln_tau = sd[nf + s->n + k],
                           .low_s = tau / half,
                           .high_s = tau * half};
        hc_drt_peak_edge(p, low, high);
    }
}

static void draw(const lines *s, hc_drt *r)
{
    const double sd = line_decades * M_LN10 / sqrt(8 * M_LN2);
    for (size_t k = 0; k < s->n; k++) {
        const double ohm = s->x[s->n_free + k];
        r->r_pol += ohm;
        for (size_t i = 0; i < r->n_tau; i++) {
            const double u = log(r->tau_s[i] / s->tau_s[k]) / sd;
            r->gamma_ohm[i] += ohm * exp(-0.5 * u * u) / (sd * sqrt(2 * M_PI));
        }
    }
}

static void fill(const job *j, const lines *s, hc_drt *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const double w = 2 * M_PI * j->d->freq_hz[i];
        r->sd_ohm[i] = j->sd[i];
        for (size_t k = 0; k < s->n_free + s->n; k++)
            r->z_fit[i] += s->x[k] * column(j, s, k, w);
    }
    r->r_inf = s->x[0];
    r->l_h = j->with_l ? s->x[1] : 0;
    r->inv_c = j->with_c ? s->x[s->n_free - 1] : 0;
    r->l_n = r->c_n = 1;
    r->parametric = 1;
    hc_drt_chi2(r, j->d);
    r->objective = r->chi2;
    snprintf(r->model, sizeof r->model,
             "%zu lines, RC elements each, from a Loewner pencil of order "
             "%zu; %zu of its times not real, or below zero",
             s->n, s->order, s->left_out);
}

static hc_status put(const job *j, const lines *s, hc_drt *out, hc_err *err)
{
    const size_t all = s->n_free + 2 * s->n, rows = 2 * j->d->n;
    const double margin = 0.5 * M_LN10;
    const double low = j->low - margin, high = j->high + margin;
    double *a = malloc((rows * all + 2 * all * all) * sizeof *a);
    if (!a)
        return hc_fail_nomem(err);
    hc_status st =
        hc_drt_result_make(out, j->d->n, hc_drt_grid_size(low, high), err);
    if (st == HC_OK) {
        out->peaks = malloc((s->n + 1) * sizeof *out->peaks);
        if (!out->peaks) {
            hc_drt_clear(out);
            st = hc_fail_nomem(err);
        }
    }
    if (st == HC_OK) {
        hc_drt_grid_fill(low, high, out->n_tau, out->tau_s);
        const double left = (double)rows - (double)all;
        const double noise2 = j->unit ? s->chi2 / fmax(left, 1) : 1;
        errors(j, s, noise2, a, a + rows * all, a + rows * all + all * all);
        put_peaks(j, s, a, out);
        out->sd_r_inf = a[0];
        out->sd_l = j->with_l ? a[1] : NAN;
        out->sd_inv_c = j->with_c ? a[s->n_free - 1] : NAN;
        draw(s, out);
        fill(j, s, out);
    }
    free(a);
    return st;
}

static hc_status job_make(job *j, const hc_drt_data *d,
                          const hc_drt_options *opt, double *sd,
                          double *lowest, hc_err *err)
{
    *j = (job){.d = d,
               .sd = sd,
               .with_l = hc_drt_wants_l(d, opt),
               .with_c = hc_drt_wants_c(d, opt),
               .negative = opt->negative,
               .unit = opt->unit_weights};
    const double wide = isnan(opt->widen_decades) ? 0.5 : opt->widen_decades;
    hc_drt_window(d, &j->low, &j->high);
    *lowest = exp(-j->high);
    j->low -= wide * M_LN10;
    j->high += wide * M_LN10;
    const size_t rows = 2 * d->n;
    j->a = malloc(rows * (COLS + 1) * sizeof *j->a);
    if (!j->a)
        return hc_fail_nomem(err);
    j->b = j->a + rows * COLS;
    return HC_OK;
}

hc_status hc_drt_loewner(const hc_drt_data *d, const hc_drt_options *opt,
                         hc_drt *out, hc_err *err)
{
    if (opt->part != HC_DRT_BOTH)
        return hc_fail(err, HC_USAGE,
                       "method loewner needs the real and the imaginary part");
    job j = {0};
    double lowest = 0, *sd = malloc(d->n * sizeof *sd);
    double complex *z = malloc(d->n * sizeof *z);
    hc_status st =
        sd && z ? hc_drt_weights(d, opt, sd, err) : hc_fail_nomem(err);
    if (st == HC_OK)
        st = job_make(&j, d, opt, sd, &lowest, err);
    if (st != HC_OK)
        goto cleanup;
    lines best;
    keep_lines(&j, 0, &best); /* no lines at all */
    st = resistances(&j, &best, err);
    best.score = score(&j, &best);
    memcpy(z, d->z_ohm, d->n * sizeof *z);
    for (int pass = 0; pass < PASSES && st == HC_OK; pass++) {
        for (size_t k = 0; k < sizeof shifts / sizeof *shifts; k++)
            if (st == HC_OK)
                st = search(&j, z, shifts[k] * lowest, &best, err);
        take_base(&j, &best, z);
    }
    if (st == HC_OK)
        st = prune(&j, &best, err);
    if (st == HC_OK)
        st = put(&j, &best, out, err);
cleanup:
    free(j.a);
    free(sd);
    free(z);
    return st;
}
