/* drt_loggp.c: ln gamma as a Gaussian process, one scale; drt_loggp.h
 *
 * The maximum of the posterior by Levenberg-Marquardt in R_inf, the power
 * laws and f; its weight by Laplace's method.  Integrated Wiener prior:
 * G. Wahba, Spline Models for Observational Data (1990), chapter 1; evidence
 * of a scale: D. J. C. MacKay, Neural Comput. 4 (1992) 415,
 * 10.1162/neco.1992.4.3.415.
 */
#include "fitters/drt_loggp.h"

#include "fitters/dense.h"
#include "fitters/drt_bands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BASE_MAX = 5, BESIDE_MAX = BASE_MAX + HC_LGP_EXTRA, STEPS_MAX = 80 };

/* Widths of the flat priors of the logarithm of an amplitude and of an
 * exponent, for the evidence. */
static const double width_ln = 9.2, width_power = 0.6;
static const double inductor_min = 0.6, power_min = 0.4;
/* For the choice to have a power law at all. */
static const double charge_power = 4;

/* ---- the problem ---- */

void hc_lgp_fill_rows(hc_lgp *g)
{
    for (size_t i = 0; i < g->n; i++) {
        const double w = 2 * M_PI * g->d->freq_hz[i], s = 1 / g->sd[i];
        g->b[i] = s * creal(g->d->z_ohm[i]);
        g->b[g->n + i] = s * cimag(g->d->z_ohm[i]);
        for (size_t k = 0; k < g->m; k++) {
            const double x = w * exp(g->u[k]), q = g->step * s / (1 + x * x);
            g->k[k * g->rows + i] = q;
            g->k[k * g->rows + g->n + i] = -x * q;
        }
    }
    hc_gram(g->k, g->rows, g->m, g->gram);
}

hc_status hc_lgp_make(hc_lgp *g, const hc_drt_data *d,
                      const hc_drt_options *opt, hc_err *err)
{
    *g = (hc_lgp){.d = d,
                  .n = d->n,
                  .rows = 2 * d->n,
                  .raised = 1,
                  .given = d->sd_ohm || opt->unit_weights};
    hc_drt_window(d, &g->low, &g->high);
    g->w_max = exp(-g->low);
    g->w_min = exp(-g->high);
    const double wide =
        (isnan(opt->widen_decades) ? 0.7 : opt->widen_decades) * M_LN10;
    const double a = g->low - wide, b = g->high + wide;
    const double per = opt->per_decade > 0 ? opt->per_decade : 10;
    g->m = (size_t)fmax(8, (b - a) / M_LN10 * per + 1.5);
    g->step = (b - a) / (double)(g->m - 1);
    g->u = malloc(g->m * sizeof *g->u);
    g->k = malloc(g->rows * g->m * sizeof *g->k);
    g->gram = malloc(g->m * g->m * sizeof *g->gram);
    g->b = malloc(g->rows * sizeof *g->b);
    g->sd = malloc(2 * g->n * sizeof *g->sd);
    g->factor = g->sd + g->n;
    hc_status st = HC_OK;
    if (!g->u || !g->k || !g->gram || !g->b || !g->sd)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        st = hc_drt_weights(d, opt, g->sd, err);
    if (st != HC_OK) {
        hc_lgp_clear(g);
        return st;
    }
    /* sums over the grid are good to 1e-5 or so, no better */
    for (size_t i = 0; i < g->n && !opt->unit_weights; i++)
        g->sd[i] = fmax(g->sd[i], 5e-5 * cabs(d->z_ohm[i]));
    for (size_t i = 0; i < g->n; i++)
        g->factor[i] = 1;
    for (size_t k = 0; k < g->m; k++)
        g->u[k] = a + g->step * (double)k;
    hc_lgp_fill_rows(g);
    return HC_OK;
}

void hc_lgp_clear(hc_lgp *g)
{
    free(g->u);
    free(g->k);
    free(g->gram);
    free(g->b);
    free(g->sd);
    *g = (hc_lgp){0};
}

static double complex power_z(const hc_drt_power *p, double ln_ratio, int sign)
{
    if (!p->on)
        return 0;
    return exp(p->ln_a + sign * p->p * ln_ratio) *
           cexp(CMPLX(0, sign * p->p * M_PI / 2));
}

double complex hc_drt_base_z(const hc_drt_base *b, const hc_lgp *g, double w)
{
    return b->r_inf + power_z(&b->high, log(w / g->w_max), 1) +
           power_z(&b->low, log(w / g->w_min), -1);
}

/* ---- the minimum ---- */

typedef struct {
    const hc_lgp *g;
    const hc_lgp_prior *q;
    hc_drt_bands p;
    size_t nb; /* parameters beside f: the base, then the extra columns */
    double x[BESIDE_MAX], x_new[BESIDE_MAX];
    double *f, *f_new, *y;            /* [m] */
    double *e, *de;                   /* [m] gamma and its slope by f */
    double *r, *r_new;                /* [rows] */
    double *j;                        /* rows x nb */
    double *h, *l, *grad, *step, *fp; /* (nb + m)^2 twice, (nb + m) x 3 */
    double *memory;
    bool held[BESIDE_MAX]; /* at its bound */
} solver;

static void base_to_x(const hc_drt_base *b, double *x, size_t *n)
{
    size_t k = 0;
    x[k++] = b->r_inf;
    const hc_drt_power *p[2] = {&b->high, &b->low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            x[k++] = p[i]->ln_a;
        if (p[i]->on && p[i]->free)
            x[k++] = p[i]->p;
    }
    *n = k;
}

static void x_to_base(const double *x, hc_drt_base *b)
{
    size_t k = 0;
    b->r_inf = x[k++];
    hc_drt_power *p[2] = {&b->high, &b->low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            p[i]->ln_a = x[k++];
        if (p[i]->on && p[i]->free)
            p[i]->p = x[k++];
    }
}

/* Weighted derivatives by the parameters of the base, rows x nb. */
static void base_jacobian(solver *s, const hc_drt_base *b)
{
    const hc_lgp *g = s->g;
    for (size_t i = 0; i < g->n; i++) {
        const double w = 2 * M_PI * g->d->freq_hz[i], t = 1 / g->sd[i];
        size_t k = 0;
        double complex c[BASE_MAX];
        c[k++] = 1;
        const hc_drt_power *p[2] = {&b->high, &b->low};
        for (int e = 0; e < 2; e++) {
            if (!p[e]->on)
                continue;
            const int sign = e == 0 ? 1 : -1;
            const double ln = log(w / (e == 0 ? g->w_max : g->w_min));
            const double complex z = power_z(p[e], ln, sign);
            c[k++] = z;
            if (p[e]->free)
                c[k++] = z * sign * CMPLX(ln, M_PI / 2);
        }
        for (size_t a = 0; a < k; a++) {
            s->j[a * g->rows + i] = t * creal(c[a]);
            s->j[a * g->rows + g->n + i] = t * cimag(c[a]);
        }
    }
}

double hc_lgp_gamma(double soft, double f, double *slope)
{
    if (!(soft > 0))
        return *slope = exp(fmin(f, 100));
    const double t = exp(-fabs(f)), up = f > 0 ? 1 : t;
    *slope = soft * up / (1 + t);
    return soft * (fmax(f, 0) + log1p(t));
}

double hc_lgp_inverse(double soft, double gamma)
{
    if (!(soft > 0))
        return log(fmax(gamma, 1e-300));
    const double y = fmax(gamma / soft, 1e-12);
    return y > 30 ? y : log(expm1(y));
}

/* Residual and the sum that is minimised at x, f. */
static double cost_at(solver *s, const double *x, const double *f, double *r,
                      hc_drt_base *b)
{
    const hc_lgp *g = s->g;
    x_to_base(x, b);
    for (size_t k = 0; k < g->m; k++) {
        s->e[k] = hc_lgp_gamma(s->q->soft, f[k], &s->de[k]);
        s->y[k] = f[k] - (s->q->mean ? s->q->mean[k] : 0);
    }
    hc_times(g->k, g->rows, g->m, s->e, r);
    for (size_t i = 0; i < g->n; i++) {
        const double complex z =
            hc_drt_base_z(b, g, 2 * M_PI * g->d->freq_hz[i]) / g->sd[i];
        r[i] = g->b[i] - r[i] - creal(z);
        r[g->n + i] = g->b[g->n + i] - r[g->n + i] - cimag(z);
    }
    double form = 0;
    for (size_t k = 0; k < s->q->n_extra; k++) {
        const double t = x[s->nb - s->q->n_extra + k];
        form += pow(t / s->q->extra_sd, 2);
        for (size_t i = 0; i < g->rows; i++)
            r[i] -= t * s->q->extra[k * g->rows + i];
    }
    return form + hc_dot(r, r, g->rows) +
           hc_drt_bands_force(&s->p, g->m, s->y, s->fp);
}

/* Normal matrix (lower triangle) and force at the point of the last
 * cost_at. */
static void normal(solver *s, const hc_drt_base *b)
{
    const hc_lgp *g = s->g;
    const size_t m = g->m, nb = s->nb, n = nb + m;
    base_jacobian(s, b);
    for (size_t a = 0; a < nb; a++) {
        const double *ja = s->j + a * g->rows;
        s->grad[a] = hc_dot(ja, s->r, g->rows);
        for (size_t c = 0; c <= a; c++)
            s->h[a * n + c] = hc_dot(ja, s->j + c * g->rows, g->rows);
    }
    for (size_t a = nb - s->q->n_extra; a < nb; a++) {
        const double p = pow(s->q->extra_sd, -2);
        s->h[a * n + a] += p;
        s->grad[a] -= p * s->x[a];
    }
    for (size_t k = 0; k < m; k++) {
        double *row = s->h + (nb + k) * n;
        const double *col = g->k + k * g->rows, *gr = g->gram + k * m;
        const double e = s->de[k];
        for (size_t a = 0; a < nb; a++)
            row[a] = e * hc_dot(col, s->j + a * g->rows, g->rows);
        for (size_t c = 0; c <= k; c++)
            row[nb + c] = e * s->de[c] * gr[c];
        for (size_t c = 0; c <= HC_DRT_BANDS && c <= k; c++)
            row[nb + k - c] += s->p.d[c][k - c];
        s->grad[nb + k] = e * hc_dot(col, s->r, g->rows) + s->fp[k];
    }
}

/* R_inf below zero, exponents outside their range: hold them. */
static void clip(const hc_drt_base *shape, double *x)
{
    size_t k = 0;
    x[k] = fmax(x[k], 0);
    k++;
    const hc_drt_power *p[2] = {&shape->high, &shape->low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            k++;
        if (p[i]->on && p[i]->free) {
            x[k] = fmin(1, fmax(i == 0 ? inductor_min : power_min, x[k]));
            k++;
        }
    }
}

static void find_held(solver *s, const hc_drt_base *b)
{
    size_t k = 0;
    s->held[k] = s->x[k] <= 0 && s->grad[k] < 0;
    k++;
    const hc_drt_power *p[2] = {&b->high, &b->low};
    for (int i = 0; i < 2; i++) {
        if (p[i]->on)
            s->held[k++] = false;
        if (p[i]->on && p[i]->free) {
            s->held[k] = (s->x[k] >= 1 && s->grad[k] > 0) ||
                         (s->x[k] <= (i == 0 ? inductor_min : power_min) &&
                          s->grad[k] < 0);
            k++;
        }
    }
}

/* Factor of h with the held unknowns cut off; lambda on the diagonal. */
static bool factor(solver *s, double lambda)
{
    const size_t n = s->nb + s->g->m;
    memcpy(s->l, s->h, n * n * sizeof *s->l);
    /* an amplitude that has no effect must not run away */
    for (size_t a = 0; a < n; a++)
        s->l[a * n + a] = s->l[a * n + a] * (1 + lambda) +
                          (a >= 1 && a < s->nb ? lambda : 0);
    for (size_t a = 0; a < s->nb; a++)
        if (s->held[a]) {
            for (size_t c = 0; c < a; c++)
                s->l[a * n + c] = 0;
            for (size_t c = a + 1; c < n; c++)
                s->l[c * n + a] = 0;
            s->l[a * n + a] = 1;
        }
    return hc_cholesky(s->l, n, 0);
}

/* One trial step; the new cost or HUGE_VAL. */
static double try_step(solver *s, hc_drt_base *b, double lambda)
{
    const size_t m = s->g->m, nb = s->nb, n = nb + m;
    if (!factor(s, lambda))
        return HUGE_VAL;
    for (size_t a = 0; a < n; a++)
        s->step[a] = a < nb && s->held[a] ? 0 : s->grad[a];
    hc_cholesky_solve(s->l, n, s->step);
    double big = 0;
    for (size_t a = 0; a < m; a++)
        big = fmax(big, fabs(s->step[nb + a]));
    const double far = s->q->soft > 0 ? 10 : 2;
    const double t = big > far ? far / big : 1;
    for (size_t a = 0; a < nb; a++) {
        const double d = t * s->step[a];
        s->x_new[a] = s->x[a] + (a == 0 ? d : fmax(-1.5, fmin(1.5, d)));
    }
    clip(b, s->x_new);
    for (size_t k = 0; k < m; k++)
        s->f_new[k] = s->f[k] + t * s->step[nb + k];
    const double c = cost_at(s, s->x_new, s->f_new, s->r_new, b);
    return isfinite(c) ? c : HUGE_VAL;
}

static double descend(solver *s, hc_drt_base *b, int *steps)
{
    double lambda = 1e-3, cost = cost_at(s, s->x, s->f, s->r, b);
    for (*steps = 0; *steps < STEPS_MAX; ++*steps) {
        normal(s, b);
        find_held(s, b);
        double now = HUGE_VAL;
        for (int k = 0; k < 14; k++, lambda *= 6) {
            now = try_step(s, b, lambda);
            if (now < cost)
                break;
        }
        if (!(now < cost)) {
            cost = cost_at(s, s->x, s->f, s->r, b);
            break;
        }
        lambda = fmax(lambda / 8, 1e-9);
        memcpy(s->x, s->x_new, sizeof s->x);
        memcpy(s->f, s->f_new, s->g->m * sizeof *s->f);
        memcpy(s->r, s->r_new, s->g->rows * sizeof *s->r);
        const double gain = cost - now;
        cost = now;
        if (gain < 2e-2)
            break;
    }
    return cost;
}

/* -2 ln evidence from the factor at the minimum: priors of amplitudes and
 * exponents as in a flat box of their width. */
static hc_status judge(solver *s, const hc_drt_base *b, double cost,
                       hc_lgp_fit *fit, hc_err *err)
{
    const size_t m = s->g->m, nb = s->nb, n = nb + m;
    normal(s, b);
    find_held(s, b);
    double e = cost - s->p.ln_det;
    size_t k = 1;
    const hc_drt_power *p[2] = {&b->high, &b->low};
    for (int i = 0; i < 2; i++)
        for (int what = 0; what < 2; what++) {
            if (!p[i]->on || (what == 1 && !p[i]->free))
                continue;
            e += what == 0 ? charge_power : 0;
            const double width = what == 0 ? width_ln : width_power;
            const double ridge = 2 * M_PI / (width * width);
            if (s->held[k])
                e += 3;
            else {
                s->h[k * n + k] += ridge;
                e -= log(ridge);
            }
            k++;
        }
    if (!factor(s, 1e-12))
        return hc_fail(err, HC_INTERNAL,
                       "the posterior of the DRT has no maximum");
    for (size_t a = 0; a < n; a++)
        if (a >= nb || !s->held[a])
            e += 2 * log(s->l[a * n + a]);
    fit->e = e;
    fit->chi2 = hc_dot(s->r, s->r, s->g->rows);
    fit->sd_r_inf = NAN;
    if (!fit->cov)
        return HC_OK;
    hc_cholesky_inverse(s->l, n, s->h);
    for (size_t a = 0; a < m; a++)
        memcpy(fit->cov + a * m, s->h + (nb + a) * n + nb,
               m * sizeof *fit->cov);
    if (!s->held[0])
        fit->sd_r_inf = sqrt(s->h[0]);
    return HC_OK;
}

static hc_status solver_make(solver *s, const hc_lgp *g, const hc_lgp_prior *q,
                             size_t nb, hc_err *err)
{
    const size_t m = g->m, n = nb + m, rows = g->rows;
    *s = (solver){.g = g, .q = q, .nb = nb};
    s->memory = malloc((11 * m + (2 + nb) * rows + 2 * n * n + 3 * n) *
                       sizeof *s->memory);
    if (!s->memory)
        return hc_fail_nomem(err);
    double *at = s->memory;
    double **const parts[] = {&s->p.d[0], &s->p.d[1], &s->p.d[2], &s->p.d[3],
                              &s->p.d[4], &s->p.rhs,  &s->f,      &s->f_new,
                              &s->y,      &s->e,      &s->de};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++, at += m)
        *parts[i] = at;
    s->r = at;
    s->r_new = s->r + rows;
    s->j = s->r_new + rows;
    s->h = s->j + nb * rows;
    s->l = s->h + n * n;
    s->grad = s->l + n * n;
    s->step = s->grad + n;
    s->fp = s->step + n;
    if (q->n_extra > 0)
        memcpy(s->j + (nb - q->n_extra) * rows, q->extra,
               q->n_extra * rows * sizeof *s->j);
    hc_drt_bands_fill(&s->p, g, q);
    return HC_OK;
}

hc_status hc_lgp_solve(const hc_lgp *g, const hc_lgp_prior *p, hc_lgp_fit *fit,
                       hc_err *err)
{
    solver s;
    double x[BESIDE_MAX] = {0};
    size_t nb;
    base_to_x(&fit->base, x, &nb);
    nb += p->n_extra;
    hc_status st = solver_make(&s, g, p, nb, err);
    if (st != HC_OK)
        return st;
    memcpy(s.x, x, sizeof s.x);
    memcpy(s.f, fit->f, g->m * sizeof *s.f);
    hc_drt_base b = fit->base;
    const double cost = descend(&s, &b, &fit->steps);
    x_to_base(s.x, &b);
    st =
        isfinite(cost) ? HC_OK : hc_fail(err, HC_INTERNAL, "the DRT diverged");
    /* gamma of the accepted point */
    if (st == HC_OK) {
        (void)cost_at(&s, s.x, s.f, s.r, &b);
        st = judge(&s, &b, cost, fit, err);
    }
    if (st == HC_OK) {
        fit->base = b;
        memcpy(fit->f, s.f, g->m * sizeof *s.f);
        memcpy(fit->extra, s.x + nb - p->n_extra,
               p->n_extra * sizeof *fit->extra);
    }
    free(s.memory);
    return st;
}
