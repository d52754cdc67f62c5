/* kk_linear.c: sums of RC elements fitted by linear least squares, kk.h */
#include "fitters/kk.h"

#include "fitters/dense.h"
#include "fitters/kk_solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hc_linkk_options hc_linkk_defaults(void)
{
    return (hc_linkk_options){.part = HC_KK_COMPLEX,
                              .inductance = true,
                              .capacitance = true,
                              .mu_limit = 0.85,
                              .weight_power = 1};
}

hc_status hc_kk_check_data(const hc_kk_data *d, size_t least, hc_err *err)
{
    if (d->n < least)
        return hc_fail(err, HC_DATA,
                       "%zu points are too few, at least %zu are needed", d->n,
                       least);
    for (size_t i = 0; i < d->n; i++) {
        if (!(d->freq_hz[i] > 0) || !isfinite(d->freq_hz[i]))
            return hc_fail(err, HC_DATA,
                           "point %zu: frequency %g is not above zero", i,
                           d->freq_hz[i]);
        const double a = cabs(d->z_ohm[i]);
        if (!(a > 0) || !isfinite(a))
            return hc_fail(err, HC_DATA, "point %zu (%g Hz): impedance is %s",
                           i, d->freq_hz[i], a == 0 ? "zero" : "no number");
    }
    return HC_OK;
}

/* ---- one fit with m time constants ---- */

void hc_kk_tau_grid(const hc_kk_data *d, size_t m, double log_f_ext,
                    double *tau)
{
    double lo = HUGE_VAL, hi = 0;
    for (size_t i = 0; i < d->n; i++) {
        lo = fmin(lo, d->freq_hz[i]);
        hi = fmax(hi, d->freq_hz[i]);
    }
    const double a = log(1 / (2 * M_PI * hi)) - log_f_ext * M_LN10;
    const double b = log(1 / (2 * M_PI * lo)) + log_f_ext * M_LN10;
    for (size_t k = 0; k < m; k++)
        tau[k] =
            m == 1 ? exp(b) : exp(a + (b - a) * (double)k / (double)(m - 1));
}

hc_status hc_kk_solver_make(hc_kk_solver *s, const hc_kk_data *d,
                            bool admittance, double weight_power, size_t m_max,
                            hc_err *err)
{
    const size_t n = d->n, c = m_max + 3;
    *s = (hc_kk_solver){.n = n, .m_max = m_max};
    s->memory = malloc((2 * n * c + 6 * n + 4 * c) * sizeof *s->memory);
    s->perm = malloc(c * sizeof *s->perm);
    if (!s->memory || !s->perm) {
        hc_kk_solver_free(s);
        return hc_fail_nomem(err);
    }
    s->a = s->memory;
    s->omega = s->a + 2 * n * c;
    s->weight = s->omega + n;
    s->re = s->weight + n;
    s->im = s->re + n;
    s->b = s->im + n;
    s->x = s->b + 2 * n;
    s->work = s->x + c;
    for (size_t i = 0; i < n; i++) {
        const double complex z = admittance ? 1 / d->z_ohm[i] : d->z_ohm[i];
        s->omega[i] = 2 * M_PI * d->freq_hz[i];
        s->re[i] = creal(z);
        s->im[i] = cimag(z);
        s->weight[i] = 1 / pow(cabs(z), weight_power);
    }
    return HC_OK;
}

void hc_kk_solver_free(hc_kk_solver *s)
{
    free(s->memory);
    free(s->perm);
    s->memory = NULL;
    s->perm = NULL;
}

/* Columns of the parts asked for; returns how many rows they have. */
static size_t columns(hc_kk_solver *s, const double *tau, size_t m,
                      hc_kk_part part, size_t *cols)
{
    const size_t n = s->n;
    const bool re = part != HC_KK_IMAG, im = part != HC_KK_REAL;
    const size_t rows = (re ? n : 0) + (im ? n : 0), low = re ? n : 0;
    for (size_t k = 0; k < m; k++) {
        double *a = s->a + k * rows;
        for (size_t i = 0; i < n; i++) {
            const double wt = s->omega[i] * tau[k];
            const double v = s->weight[i] / (1 + wt * wt);
            if (re)
                a[i] = v;
            if (im)
                a[low + i] = -wt * v;
        }
    }
    size_t c = m;
    if (re) {
        double *a = s->a + c++ * rows;
        memcpy(a, s->weight, n * sizeof *a);
        if (im)
            memset(a + n, 0, n * sizeof *a);
    }
    for (int k = 0; k < 2 && im; k++) {
        if (k ? !s->capacitance : !s->inductance)
            continue;
        double *a = s->a + c++ * rows;
        memset(a, 0, low * sizeof *a);
        for (size_t i = 0; i < n; i++)
            a[low + i] =
                k ? -s->weight[i] / s->omega[i] : s->weight[i] * s->omega[i];
    }
    *cols = c;
    return rows;
}

/* L and 1/C from what r leaves of Im (the `real` part fit). */
static void lc_from_rest(hc_kk_solver *s, const double *tau, size_t m,
                         hc_kk_coef *out)
{
    const size_t n = s->n;
    size_t c = 0;
    for (size_t i = 0; i < n; i++) {
        double rest = s->im[i];
        for (size_t k = 0; k < m; k++) {
            const double wt = s->omega[i] * tau[k];
            rest += out->r[k] * wt / (1 + wt * wt);
        }
        s->b[i] = rest * s->weight[i];
    }
    for (int k = 0; k < 2; k++) {
        if (k ? !s->capacitance : !s->inductance)
            continue;
        double *a = s->a + c++ * n;
        for (size_t i = 0; i < n; i++)
            a[i] =
                k ? -s->weight[i] / s->omega[i] : s->weight[i] * s->omega[i];
    }
    hc_least_squares(s->a, n, c, s->b, 1e-13, s->x, s->perm, s->work);
    c = 0;
    out->l = s->inductance ? s->x[c++] : 0;
    out->inv_c = s->capacitance ? s->x[c] : 0;
}

/* R0 as the weighted mean of what r leaves of Re (the `imag` part fit). */
static void r0_from_rest(hc_kk_solver *s, const double *tau, size_t m,
                         hc_kk_coef *out)
{
    double sum = 0, weights = 0;
    for (size_t i = 0; i < s->n; i++) {
        double rest = s->re[i];
        for (size_t k = 0; k < m; k++) {
            const double wt = s->omega[i] * tau[k];
            rest -= out->r[k] / (1 + wt * wt);
        }
        const double w = s->weight[i] * s->weight[i];
        sum += w * rest;
        weights += w;
    }
    out->r0 = sum / weights;
}

void hc_kk_solve(hc_kk_solver *s, const double *tau, size_t m, hc_kk_part part,
                 double rank_tol, hc_kk_coef *out)
{
    const size_t n = s->n;
    size_t cols;
    const size_t rows = columns(s, tau, m, part, &cols);
    size_t row = 0;
    if (part != HC_KK_IMAG)
        for (size_t i = 0; i < n; i++)
            s->b[row++] = s->re[i] * s->weight[i];
    if (part != HC_KK_REAL)
        for (size_t i = 0; i < n; i++)
            s->b[row++] = s->im[i] * s->weight[i];
    out->rank = hc_least_squares(s->a, rows, cols, s->b, rank_tol, s->x,
                                 s->perm, s->work);
    out->ssr = hc_dot(s->b + out->rank, s->b + out->rank, rows - out->rank);
    memcpy(out->r, s->x, m * sizeof *out->r);
    size_t c = m;
    out->r0 = part != HC_KK_IMAG ? s->x[c++] : 0;
    out->l = part != HC_KK_REAL && s->inductance ? s->x[c++] : 0;
    out->inv_c = part != HC_KK_REAL && s->capacitance ? s->x[c] : 0;
    if (part == HC_KK_REAL)
        lc_from_rest(s, tau, m, out);
    if (part == HC_KK_IMAG)
        r0_from_rest(s, tau, m, out);
}

double complex hc_kk_value(const double *tau, size_t m, const hc_kk_coef *c,
                           double omega)
{
    double re = c->r0, im = omega * c->l - c->inv_c / omega;
    for (size_t k = 0; k < m; k++) {
        const double wt = omega * tau[k], v = c->r[k] / (1 + wt * wt);
        re += v;
        im -= wt * v;
    }
    return CMPLX(re, im);
}

double hc_kk_mu(const double *r, size_t m, bool admittance)
{
    double neg = 0, pos = 0;
    for (size_t k = 0; k < m; k++) {
        const double v = admittance ? -r[k] : r[k];
        if (v < 0)
            neg -= v;
        else
            pos += v;
    }
    return pos > 0 ? 1 - neg / pos : 1 - HUGE_VAL;
}

/* ---- lin-KK ---- */

static hc_status finish(const hc_kk_data *d, const hc_linkk_options *opt,
                        const double *tau, size_t m, const hc_kk_coef *c,
                        hc_linkk *out, hc_err *err)
{
    hc_linkk f = {.n = d->n,
                  .m = m,
                  .r0 = c->r0,
                  .l = c->l,
                  .inv_c = c->inv_c,
                  .mu = hc_kk_mu(c->r, m, opt->admittance)};
    f.tau_s = malloc((m + 1) * sizeof *f.tau_s);
    f.r = malloc((m + 1) * sizeof *f.r);
    f.z_fit = malloc(d->n * sizeof *f.z_fit);
    if (!f.tau_s || !f.r || !f.z_fit) {
        hc_linkk_clear(&f);
        return hc_fail_nomem(err);
    }
    memcpy(f.tau_s, tau, m * sizeof *tau);
    for (size_t k = 0; k < m; k++)
        f.r[k] = opt->admittance ? -c->r[k] : c->r[k];
    for (size_t i = 0; i < d->n; i++) {
        const double complex v =
            hc_kk_value(tau, m, c, 2 * M_PI * d->freq_hz[i]);
        f.z_fit[i] = opt->admittance ? 1 / v : v;
        const double e = cabs(d->z_ohm[i] - f.z_fit[i]) / cabs(d->z_ohm[i]);
        f.pseudo_chi2 += e * e;
    }
    *out = f;
    return HC_OK;
}

hc_status hc_linkk_fit(const hc_kk_data *d, const hc_linkk_options *opt,
                       hc_linkk *out, hc_err *err)
{
    hc_status st = hc_kk_check_data(d, 3, err);
    if (st != HC_OK)
        return st;
    const size_t top = opt->m > 0 ? opt->m : opt->m_max > 0 ? opt->m_max : 100;
    hc_kk_solver s;
    st =
        hc_kk_solver_make(&s, d, opt->admittance, opt->weight_power, top, err);
    if (st != HC_OK)
        return st;
    s.inductance = opt->inductance;
    s.capacitance = opt->capacitance;
    double *tau = malloc(2 * top * sizeof *tau);
    if (!tau) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    hc_kk_coef c = {.r = tau + top};
    size_t m = opt->m > 0 ? opt->m : 1;
    for (;; m++) {
        hc_kk_tau_grid(d, m, opt->log_f_ext, tau);
        hc_kk_solve(&s, tau, m, opt->part, 1e-13, &c);
        if (m == top || hc_kk_mu(c.r, m, opt->admittance) <= opt->mu_limit)
            break;
    }
    st = finish(d, opt, tau, m, &c, out, err);
cleanup:
    free(tau);
    hc_kk_solver_free(&s);
    return st;
}

void hc_linkk_clear(hc_linkk *fit)
{
    free(fit->tau_s);
    free(fit->r);
    free(fit->z_fit);
    *fit = (hc_linkk){0};
}
