/* kk_auto.c: choice of representation, extension and number of RC, kk.h */
#include "fitters/kk.h"

#include "fitters/kk_solve.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { M_MOST = 60 };

/* What is being searched for, and the score of the best so far. */
typedef struct {
    bool admittance;
    double q, log_f_ext;
    size_t m;
    double score, ssr, dof;
} trial;

static double sum_ln_modulus(const hc_kk_data *d)
{
    double s = 0;
    for (size_t i = 0; i < d->n; i++)
        s += log(cabs(d->z_ohm[i]));
    return s;
}

/* dY = -dZ/Z^2, so an error of Z proportional to |Z|^q is one of Y
 * proportional to |Y|^(2-q); the likelihoods then compare. */
static double row_power(bool admittance, double q)
{
    return admittance ? 2 - q : q;
}

static hc_status solver_for(hc_kk_solver *s, const hc_kk_data *d,
                            const hc_kk_options *opt, bool admittance,
                            double q, hc_err *err)
{
    const hc_status st = hc_kk_solver_make(
        s, d, admittance, row_power(admittance, q), M_MOST, err);
    if (st == HC_OK) {
        s->inductance = opt->linkk.inductance;
        s->capacitance = opt->linkk.capacitance;
    }
    return st;
}

/* BIC in units of Z for both representations. */
static void score(hc_kk_solver *s, const hc_kk_data *d, double ln_z,
                  hc_kk_coef *c, double *tau, trial *t)
{
    const double rows = 2 * (double)d->n;
    hc_kk_tau_grid(d, t->m, t->log_f_ext, tau);
    hc_kk_solve(s, tau, t->m, HC_KK_COMPLEX, 1e-12, c);
    t->dof = rows - (double)c->rank;
    t->ssr = fmax(c->ssr, DBL_MIN);
    t->score = t->dof < 4 ? HUGE_VAL
                          : rows * log(t->ssr / rows) + 4 * t->q * ln_z +
                                (double)c->rank * log(rows);
}

/* A fit with nearly as many RC as points follows drift as well. */
static size_t most_for(const hc_kk_data *d)
{
    const size_t most = 7 * d->n / 10;
    return most < M_MOST ? most : M_MOST;
}

/* m = first, first + step ... last for one solver, keeping the best. */
static void scan(hc_kk_solver *s, const hc_kk_data *d, size_t first,
                 size_t last, size_t step, double *tau, trial t, trial *best)
{
    const double ln_z = sum_ln_modulus(d);
    hc_kk_coef c = {.r = tau + M_MOST};
    for (t.m = first; t.m <= last && t.m <= most_for(d); t.m += step) {
        score(s, d, ln_z, &c, tau, &t);
        if (t.score < best->score)
            *best = t;
    }
}

static hc_status coarse(const hc_kk_data *d, const hc_kk_options *opt,
                        double *tau, trial *best, hc_err *err)
{
    for (int y = 0; y < 2; y++) {
        if (!opt->representation_free && y != opt->linkk.admittance)
            continue;
        for (int k = 0; k < 3; k++) {
            const trial t = {
                .admittance = y,
                .q = 0.5 * k,
                .log_f_ext = opt->extension_free ? 0.2 : opt->linkk.log_f_ext};
            hc_kk_solver s;
            const hc_status st = solver_for(&s, d, opt, y, t.q, err);
            if (st != HC_OK)
                return st;
            scan(&s, d, d->n < 12 ? 3 : 6, 39, 3, tau, t, best);
            hc_kk_solver_free(&s);
        }
    }
    return HC_OK;
}

static hc_status fine(const hc_kk_data *d, const hc_kk_options *opt,
                      double *tau, trial *best, hc_err *err)
{
    static const double extension[] = {-0.3, 0, 0.2, 0.4, 0.7, 1};
    hc_kk_solver s;
    const hc_status st =
        solver_for(&s, d, opt, best->admittance, best->q, err);
    if (st != HC_OK)
        return st;
    const size_t m = best->m, first = m > 8 ? m - 6 : 2;
    for (size_t k = 0; k < sizeof extension / sizeof *extension; k++) {
        trial t = *best;
        if (opt->extension_free)
            t.log_f_ext = extension[k];
        else if (k > 0)
            break;
        scan(&s, d, first, m + 6, 1, tau, t, best);
    }
    hc_kk_solver_free(&s);
    return HC_OK;
}

/* ---- methods 3 to 6: the shape of the fit against m ---- */

/* What the curvature of the fitted curve says about one m (Plank et al.
 * 2022, 10.1109/IWIS57888.2022.9975131; Yrjana and Bobacka 2024). */
typedef struct {
    double norm;     /* 3: 2-norm of the curvature */
    double changes;  /* 4: how often its sign changes */
    double distance; /* 5: mean distance between such changes */
    double log_sum;  /* 6: ln sum |tau_k / r_k| */
} shape;

static shape shape_of(const hc_kk_data *d, const double *tau, size_t m,
                      const hc_kk_coef *c)
{
    shape s = {0};
    double before = 0, sum = 0;
    size_t last = 0;
    double complex z[3] = {0};
    for (size_t i = 0; i < d->n; i++) {
        z[0] = z[1];
        z[1] = z[2];
        z[2] = hc_kk_value(tau, m, c, 2 * M_PI * d->freq_hz[i]);
        if (i < 2)
            continue;
        const double complex d1 = (z[2] - z[0]) / 2;
        const double complex d2 = z[2] - 2 * z[1] + z[0];
        const double cross = creal(d1) * cimag(d2) - cimag(d1) * creal(d2);
        const double speed = cabs(d1);
        const double k = speed > 0 ? cross / (speed * speed * speed) : 0;
        s.norm += k * k;
        if (before * k < 0) {
            s.changes++;
            sum += (double)(i - last);
            last = i;
        }
        if (k != 0)
            before = k;
    }
    s.norm = sqrt(s.norm);
    s.distance = s.changes > 0 ? sum / s.changes : (double)d->n;
    double ratio = 0;
    for (size_t k = 0; k < m; k++)
        if (c->r[k] != 0)
            ratio += fabs(tau[k] / c->r[k]);
    s.log_sum = log(ratio > 0 ? ratio : DBL_MIN);
    return s;
}

/* Lower is better for every method. */
static double figure(const shape *s, int choice)
{
    switch (choice) {
    case 3:
        return log(s->norm + DBL_MIN);
    case 4:
        return s->changes;
    case 5:
        return -s->distance;
    default:
        return -s->log_sum;
    }
}

/* Among the m whose misfit is no more than 1.5 times that of the criterion's
 * choice, the one that the method ranks first; the smallest of equal ones. */
static hc_status by_shape(const hc_kk_data *d, const hc_kk_options *opt,
                          double *tau, trial *best, hc_err *err)
{
    hc_kk_solver s;
    const hc_status st =
        solver_for(&s, d, opt, best->admittance, best->q, err);
    if (st != HC_OK)
        return st;
    const double ln_z = sum_ln_modulus(d), limit = 1.5 * best->ssr;
    hc_kk_coef c = {.r = tau + M_MOST};
    double lowest = HUGE_VAL;
    trial chosen = *best;
    for (size_t m = 2; m <= best->m + 10 && m <= most_for(d); m++) {
        trial t = *best;
        t.m = m;
        score(&s, d, ln_z, &c, tau, &t);
        if (t.ssr > limit || t.score == HUGE_VAL)
            continue;
        const shape sh = shape_of(d, tau, m, &c);
        const double f = figure(&sh, opt->choice);
        if (f < lowest) {
            lowest = f;
            chosen = t;
        }
    }
    *best = chosen;
    hc_kk_solver_free(&s);
    return HC_OK;
}

/* ---- the method ---- */

static hc_status result(const hc_kk_data *d, const hc_kk_options *opt,
                        const trial *t, double *tau, hc_kk_fit *out,
                        hc_err *err)
{
    hc_kk_solver s;
    hc_status st = solver_for(&s, d, opt, t->admittance, t->q, err);
    if (st != HC_OK)
        return st;
    hc_kk_fit f = {.n = d->n,
                   .m = t->m,
                   .log_f_ext = t->log_f_ext,
                   .admittance = t->admittance,
                   .q = t->q,
                   .drift = NAN};
    f.z_fit = malloc(d->n * sizeof *f.z_fit);
    f.sd_ohm = malloc(d->n * sizeof *f.sd_ohm);
    if (!f.z_fit || !f.sd_ohm) {
        hc_kk_fit_clear(&f);
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    hc_kk_coef c = {.r = tau + M_MOST};
    hc_kk_tau_grid(d, t->m, t->log_f_ext, tau);
    hc_kk_solve(&s, tau, t->m, HC_KK_COMPLEX, 1e-12, &c);
    f.mu = hc_kk_mu(c.r, t->m, t->admittance);
    f.coefficients = (double)c.rank;
    const double sd = sqrt(t->ssr / t->dof);
    double sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        const double a = cabs(d->z_ohm[i]);
        const double complex v =
            hc_kk_value(tau, t->m, &c, 2 * M_PI * d->freq_hz[i]);
        f.z_fit[i] = t->admittance ? 1 / v : v;
        const double e = cabs(d->z_ohm[i] - f.z_fit[i]) / a;
        f.pseudo_chi2 += e * e;
        f.sd_ohm[i] = fmax(sd * pow(a, t->q), 1e-7 * a);
        sum += f.sd_ohm[i] / a * (f.sd_ohm[i] / a);
    }
    f.noise = sqrt(sum / (double)d->n);
    *out = f;
cleanup:
    hc_kk_solver_free(&s);
    return st;
}

hc_status hc_kk_auto(const hc_kk_data *d, const hc_kk_options *opt,
                     hc_kk_fit *out, hc_err *err)
{
    hc_status st = hc_kk_check_data(d, 8, err);
    if (st != HC_OK)
        return st;
    double *tau = malloc(2 * M_MOST * sizeof *tau);
    if (!tau)
        return hc_fail_nomem(err);
    trial best = {.score = HUGE_VAL};
    st = coarse(d, opt, tau, &best, err);
    if (st == HC_OK && best.m == 0)
        st = hc_fail(err, HC_DATA, "too few points for an automatic choice");
    if (st == HC_OK)
        st = fine(d, opt, tau, &best, err);
    if (st == HC_OK && opt->choice != 0)
        st = by_shape(d, opt, tau, &best, err);
    if (st == HC_OK)
        st = result(d, opt, &best, tau, out, err);
    free(tau);
    return st;
}
