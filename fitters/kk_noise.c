/* kk_noise.c: the noise of a spectrum, from unpenalised RC fits; kk.h */
#include "fitters/kk.h"

#include "fitters/kk_solve.h"

#include <math.h>
#include <stdlib.h>

/* Numbers of time constants tried, and exponents of |Z| in the weights. */
enum { M_FIRST = 6, M_STEP = 3, M_LAST = 39, N_POWERS = 3 };
static const double powers[N_POWERS] = {0, 0.5, 1};
static const double widen_ln = 0.5;  /* of the tau range, each side */
static const double sd_floor = 1e-7; /* of |Z| */

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
static void try_one(hc_kk_solver *s, const hc_kk_data *d, size_t m, double q,
                    double ln_z, double *tau, choice *best)
{
    const double rows = 2 * (double)d->n;
    hc_kk_coef c = {.r = tau + M_LAST};
    hc_kk_tau_grid(d, m, widen_ln / M_LN10, tau);
    hc_kk_solve(s, tau, m, HC_KK_COMPLEX, 1e-12, &c);
    const double dof = rows - (double)c.rank;
    if (dof < 4)
        return;
    const double ssr = fmax(c.ssr, 1e-300);
    const double score =
        rows * log(ssr / rows) + 4 * q * ln_z + (double)c.rank * log(rows);
    if (score < best->score)
        *best = (choice){score, q, ssr, dof, m};
}

static hc_status search(const hc_kk_data *d, double *tau, choice *best,
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
        for (size_t m = M_FIRST; m <= M_LAST && m + 6 < 2 * d->n; m += M_STEP)
            try_one(&s, d, m, powers[k], ln_z, tau, best);
        hc_kk_solver_free(&s);
    }
    return HC_OK;
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
    const double sd = sqrt(best->ssr / best->dof);
    double sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        const double a = cabs(d->z_ohm[i]);
        r.z_fit[i] = hc_kk_value(tau, best->m, &c, 2 * M_PI * d->freq_hz[i]);
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
