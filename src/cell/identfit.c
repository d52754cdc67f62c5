#include "cell/ident_private.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)

static void normal(const hc_ident *f, double a[HC_IDENT_MAX][HC_IDENT_MAX],
                   double *g)
{
    size_t n = f->o.n;
    memset(g, 0, n * sizeof *g);
    for (size_t j = 0; j < n; j++)
        memset(a[j], 0, n * sizeof a[j][0]);
    for (size_t i = 0; i < f->n_rows; i++) {
        const double *row = f->jac + i * n;
        for (size_t j = 0; j < n; j++) {
            g[j] += row[j] * f->r[i];
            for (size_t k = 0; k <= j; k++)
                a[j][k] += row[j] * row[k];
        }
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < j; k++)
            a[k][j] = a[j][k];
}

/* Solve a x = b by Cholesky; false when not positive. */
static bool cholesky_solve(size_t n, double a[HC_IDENT_MAX][HC_IDENT_MAX],
                           double *b)
{
    double l[HC_IDENT_MAX][HC_IDENT_MAX];
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k <= j; k++) {
            double s = a[j][k];
            for (size_t m = 0; m < k; m++)
                s -= l[j][m] * l[k][m];
            if (j == k && !(s > 0))
                return false;
            l[j][k] = j == k ? sqrt(s) : s / l[k][k];
        }
    for (size_t j = 0; j < n; j++) {
        for (size_t m = 0; m < j; m++)
            b[j] -= l[j][m] * b[m];
        b[j] /= l[j][j];
    }
    for (size_t j = n; j-- > 0;) {
        for (size_t m = j + 1; m < n; m++)
            b[j] -= l[m][j] * b[m];
        b[j] /= l[j][j];
    }
    return true;
}

/* Condition number and weakest direction of the Fisher matrix with a unit
 * diagonal; eigenvectors give the covariance. */
static hc_status judge(hc_ident *f, hc_ident_result *r, double scale,
                       hc_err *err)
{
    size_t n = f->o.n;
    double a[HC_IDENT_MAX][HC_IDENT_MAX], g[HC_IDENT_MAX], d[HC_IDENT_MAX];
    normal(f, a, g);
    /* GSL's own handler would end the program */
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_matrix *m = gsl_matrix_alloc(n, n), *v = gsl_matrix_alloc(n, n);
    gsl_vector *e = gsl_vector_alloc(n);
    gsl_eigen_symmv_workspace *w = gsl_eigen_symmv_alloc(n);
    hc_status st = m && v && e && w ? HC_OK : hc_fail_nomem(err);
    for (size_t j = 0; j < n; j++)
        d[j] = a[j][j] > 0 ? sqrt(a[j][j]) : 1;
    for (size_t j = 0; st == HC_OK && j < n; j++)
        for (size_t k = 0; k < n; k++)
            gsl_matrix_set(m, j, k, a[j][k] / (d[j] * d[k]));
    if (st == HC_OK && gsl_eigen_symmv(m, e, v, w) != GSL_SUCCESS)
        st = hc_fail(err, HC_INTERNAL, "no eigenvalues");
    size_t low = 0;
    double hi = 0;
    for (size_t j = 0; st == HC_OK && j < n; j++) {
        if (gsl_vector_get(e, j) < gsl_vector_get(e, low))
            low = j;
        hi = fmax(hi, gsl_vector_get(e, j));
    }
    for (size_t j = 0; st == HC_OK && j < n; j++) {
        r->weakest[j] = gsl_matrix_get(v, j, low);
        for (size_t k = 0; k < n; k++) {
            double c = 0;
            for (size_t i = 0; i < n; i++)
                c += gsl_matrix_get(v, j, i) * gsl_matrix_get(v, k, i) /
                     fmax(gsl_vector_get(e, i), 1e-300);
            r->correlation[j][k] = c * scale / (d[j] * d[k]);
        }
    }
    if (st == HC_OK) {
        r->condition = hi / fmax(gsl_vector_get(e, low), 1e-300);
        for (size_t j = 0; j < n; j++)
            r->sd_ln[j] = sqrt(r->correlation[j][j]);
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                r->correlation[j][k] /= r->sd_ln[j] * r->sd_ln[k];
    }
    gsl_matrix_free(m);
    gsl_matrix_free(v);
    gsl_vector_free(e);
    gsl_eigen_symmv_free(w);
    gsl_set_error_handler(handler);
    return st;
}

/* A step in ln(p) within the limits of each parameter. */
static void move(hc_ident *f, const double *from, const double *step,
                 hc_ident_result *r)
{
    for (size_t k = 0; k < f->o.n; k++) {
        const hc_parameter_info *about = hc_parameter_about(f->o.p[k]);
        double s = fmax(-1.5, fmin(1.5, step[k]));
        double v = from[k] * exp(s);
        double lo = fmax(about->least, 1e-300), hi = about->greatest;
        if (f->o.p[k] == HC_P_X0)
            hi = 1 - 1e-6;
        r->at_bound[k] = v <= lo || v >= hi;
        f->cell->value[f->o.p[k]] = fmin(fmax(v, lo), hi);
    }
}

/* What one round of damping came to. */
typedef enum { ROUND_BETTER, ROUND_STUCK, ROUND_DONE } round_end;

/* From a Jacobian at the present values to better ones; *fresh says whether
 * residuals and Jacobian are those of the values it leaves. */
static hc_status one_round(hc_ident *f, hc_ident_result *r, double *lambda,
                           round_end *end, bool *fresh, hc_err *err)
{
    /* what hardly shows in the data does not wander: a step of ln p has a
     * standard deviation of 3 at most */
    static const double reluctance = 0.1;
    size_t n = f->o.n;
    double a[HC_IDENT_MAX][HC_IDENT_MAX], b[HC_IDENT_MAX][HC_IDENT_MAX];
    double g[HC_IDENT_MAX], from[HC_IDENT_MAX], step[HC_IDENT_MAX];
    normal(f, a, g);
    for (size_t k = 0; k < n; k++)
        from[k] = f->cell->value[f->o.p[k]];
    *fresh = true; /* most first trials are taken: with their Jacobian */
    for (; *lambda < 1e10; *fresh = false) {
        double ssr, decrease = 0;
        for (size_t j = 0; j < n; j++) {
            memcpy(b[j], a[j], n * sizeof b[j][0]);
            b[j][j] += *lambda * a[j][j] + reluctance;
            step[j] = -g[j];
        }
        if (!cholesky_solve(n, b, step)) {
            *lambda = fmax(*lambda * 10, 1e-6);
            continue;
        }
        for (size_t k = 0; k < n; k++)
            decrease -= g[k] * step[k];
        move(f, from, step, r);
        hc_err ignored;
        hc_status trial = hc_ident_evaluate(f, *fresh, &ssr, &ignored);
        if (trial == HC_NOMEM)
            return hc_fail_nomem(err);
        bool better = trial == HC_OK && ssr < r->ssr;
        /* a tenth of a standard deviation is left */
        bool small = decrease * (double)r->dof < 1e-2 * r->ssr;
        *end = small ? ROUND_DONE : better ? ROUND_BETTER : ROUND_STUCK;
        if (better) {
            *lambda = fmax(*lambda / 10, 1e-12);
            r->ssr = ssr;
            return HC_OK;
        }
        if (small)
            break;
        *lambda *= 8;
    }
    for (size_t k = 0; k < n; k++)
        f->cell->value[f->o.p[k]] = from[k];
    *fresh = false;
    return HC_OK;
}

/* Far away half the mesh and a loose tolerance do, their own error small
 * beside what is left to gain, and residuals count by asinh; then the full
 * mesh; at last plain squares. */
static bool next_phase(hc_ident *f, const hc_ident_result *r, round_end end,
                       double before)
{
    double most = 0;
    if (f->rough && end == ROUND_BETTER && r->ssr < 0.9 * before &&
        r->ssr > 20 * (double)r->dof)
        return false;
    if (!f->rough && (!f->far || end == ROUND_BETTER))
        return false;
    for (size_t i = 0; i < f->n_rows; i++)
        most = fmax(most, fabs(f->r[i]));
    f->far = f->rough && most > 30;
    f->rough = false;
    return true;
}

static hc_status iterate(hc_ident *f, hc_ident_result *r, hc_talk *talk,
                         hc_err *err)
{
    double lambda = 1e-3;
    bool fresh = true;
    f->rough = f->o.mesh >= 24;
    f->far = true;
    hc_status st = hc_ident_evaluate(f, true, &r->ssr, err);
    while (st == HC_OK && r->steps < f->o.max_steps && !r->converged) {
        round_end end = ROUND_STUCK;
        double before = r->ssr;
        st = one_round(f, r, &lambda, &end, &fresh, err);
        r->steps++;
        if (st != HC_OK)
            break;
        hc_say_note(talk, "step %ld%s: cost %.6g", r->steps,
                    f->rough ? " (half the mesh)"
                    : f->far ? " (far)"
                             : "",
                    r->ssr);
        bool over = next_phase(f, r, end, before);
        r->converged = end != ROUND_BETTER && !over;
        if (over || !fresh)
            st = hc_ident_evaluate(f, true, &r->ssr, err);
        if (over)
            lambda = fmin(lambda, 1e-6);
    }
    if (st == HC_OK && (f->rough || f->far)) {
        f->rough = f->far = false;
        st = hc_ident_evaluate(f, true, &r->ssr, err);
    }
    return st;
}

static void errors(const hc_ident *f, hc_ident_result *r)
{
    double v2 = 0, z2 = 0, nv = 0, nz = 0;
    size_t row = 0;
    for (size_t k = 0; k < f->n_sets; k++) {
        size_t n = f->sets[k].freq ? 2 * f->sets[k].n : f->sets[k].n;
        for (size_t i = 0; i < n; i++, row++) {
            double e = f->r[row] * f->r[row];
            if (f->sets[k].freq)
                z2 += e, nz += 0.5;
            else
                v2 += e, nv++;
        }
    }
    r->rmse_volt = nv > 0 ? f->o.sd_volt * sqrt(v2 / nv) : NAN_D;
    r->rmse_z = nz > 0 ? f->o.sd_z * sqrt(z2 / nz) : NAN_D;
}

hc_status hc_ident_run(hc_ident *f, hc_ident_result *r, hc_talk *talk,
                       hc_err *err)
{
    size_t n = f->o.n;
    *r = (hc_ident_result){.dof = (long)f->n_rows - (long)n};
    if (f->n_rows <= n)
        return hc_fail(err, HC_DATA, "%zu values cannot give %zu parameters",
                       f->n_rows, n);
    f->r = calloc(f->n_rows, sizeof *f->r);
    f->jac = calloc(f->n_rows * n, sizeof *f->jac);
    if (!f->r || !f->jac)
        return hc_fail_nomem(err);
    hc_status st = iterate(f, r, talk, err);
    if (st == HC_OK)
        st = judge(f, r, r->ssr / (double)r->dof, err);
    if (st != HC_OK)
        return st;
    errors(f, r);
    for (size_t k = 0; k < n; k++) {
        r->value[k] = f->cell->value[f->o.p[k]];
        r->identified[k] = r->sd_ln[k] <= 0.3;
    }
    if (f->cut_short)
        return hc_fail(err, HC_NO,
                       "the model cannot follow %zu of the series to the end, "
                       "a concentration runs to its limit: start from other "
                       "values (--set), free cathode.x0, or check the "
                       "capacity and cathode.OCV",
                       f->cut_short);
    if (!r->converged)
        return hc_fail(err, HC_NO, "not converged in %ld steps", r->steps);
    if (r->condition > f->o.limit_condition) {
        char text[256];
        size_t at = 0;
        for (size_t k = 0; k < n && at + 1 < sizeof text; k++)
            if (fabs(r->weakest[k]) > 0.1)
                at += (size_t)snprintf(text + at, sizeof text - at, "%s%s",
                                       at ? ", " : "",
                                       hc_parameter_about(f->o.p[k])->path);
        return hc_fail(err, HC_NO,
                       "these data cannot separate %s (condition %.2g): fix "
                       "all but one of them",
                       text, r->condition);
    }
    return HC_OK;
}
