#include "fitters/arrhenius.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const hc_arrhenius_form forms[] = {
    {"sigmaT", 1, 1}, {"sigma", 0, 1}, {"R", 0, -1},
    {"R/T", -1, -1},  {"D", 0, 1},     {"i0", 0, 1},
};

const hc_arrhenius_form *hc_arrhenius_form_of(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

hc_status hc_line_fit_make(size_t n, const double *x, const double *y,
                           const double *sd, hc_line_fit *out, hc_err *err)
{
    double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, chi2 = 0;
    for (size_t i = 0; i < n; i++) {
        double w = sd == NULL ? 1 : 1 / (sd[i] * sd[i]);
        if (!isfinite(x[i]) || !isfinite(y[i]) || !(w > 0) || !isfinite(w))
            return hc_fail(err, HC_DATA,
                           "point %zu of a line is not a "
                           "number or has no error",
                           i + 1);
        sw += w;
        sx += w * x[i];
        sy += w * y[i];
    }
    for (size_t i = 0; i < n; i++) {
        double w = sd == NULL ? 1 : 1 / (sd[i] * sd[i]), d = x[i] - sx / sw;
        sxx += w * d * d;
        sxy += w * d * (y[i] - sy / sw);
    }
    if (n < 2 || !(sxx > 0))
        return hc_fail(err, HC_DATA,
                       "a line needs two different places, "
                       "found %zu points",
                       n);
    hc_line_fit f = {.b = sxy / sxx, .dof = (double)n - 2};
    f.a = sy / sw - f.b * sx / sw;
    for (size_t i = 0; i < n; i++) {
        double r = y[i] - f.a - f.b * x[i];
        chi2 += r * r * (sd == NULL ? 1 : 1 / (sd[i] * sd[i]));
    }
    double s2 = f.dof > 0 ? chi2 / f.dof : sd == NULL ? NAN : 1;
    if (sd != NULL && !(s2 > 1))
        s2 = 1;
    double xm = sx / sw;
    f.chi2 = chi2;
    f.sd_b = sqrt(s2 / sxx);
    f.sd_a = sqrt(s2 * (1 / sw + xm * xm / sxx));
    f.cov_ab = -s2 * xm / sxx;
    *out = f;
    return HC_OK;
}

typedef struct {
    double t_k, x, y, sd;
} point;

static int by_temperature(const void *a, const void *b)
{
    const point *p = a, *q = b;
    return (p->t_k > q->t_k) - (p->t_k < q->t_k);
}

/* Sum of squares of two lines parted after point `cut`. */
static double two_lines(const point *p, size_t n, size_t cut, double *space,
                        bool weighted)
{
    double sum = 0;
    for (int part = 0; part < 2; part++) {
        size_t from = part == 0 ? 0 : cut, count = part == 0 ? cut : n - cut;
        double *x = space, *y = x + n, *sd = y + n;
        hc_line_fit f;
        for (size_t i = 0; i < count; i++) {
            x[i] = p[from + i].x;
            y[i] = p[from + i].y;
            sd[i] = p[from + i].sd;
        }
        if (hc_line_fit_make(count, x, y, weighted ? sd : NULL, &f, NULL) !=
            HC_OK)
            return INFINITY;
        sum += f.chi2;
    }
    return sum;
}

/* Where two lines are better than one by more than 10 in BIC. */
static double find_break(point *p, size_t n, double chi2, double *space,
                         bool weighted)
{
    double best = INFINITY, at = NAN, m = (double)n;
    qsort(p, n, sizeof *p, by_temperature);
    for (size_t cut = 3; cut + 3 <= n; cut++) {
        if (p[cut].t_k == p[cut - 1].t_k)
            continue;
        double c = two_lines(p, n, cut, space, weighted);
        if (c < best) {
            best = c;
            at = 0.5 * (p[cut].t_k + p[cut - 1].t_k);
        }
    }
    double tiny = 1e-300;
    double gain =
        weighted ? chi2 - best : m * log((chi2 + tiny) / (best + tiny));
    /* a scatter at the level of rounding is no evidence */
    if (!isfinite(best) || chi2 < 1e-18 * m || gain - 3 * log(m) < 10)
        return NAN;
    return at;
}

hc_status hc_arrhenius_make(size_t n, const double *t_k, const double *value,
                            const double *sd_ln, const hc_arrhenius_form *form,
                            double t_ref_k, hc_arrhenius_fit *out, hc_err *err)
{
    point *p = malloc(n * sizeof *p + 1);
    double *space = malloc(3 * n * sizeof *space + 1);
    hc_line_fit f;
    hc_status st = p == NULL || space == NULL ? hc_fail_nomem(err) : HC_OK;
    double *x = space, *y = x + n;
    size_t distinct = 0;
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        bool new = true;
        if (!(t_k[i] > 0) || !(value[i] > 0))
            st = hc_fail(err, HC_DATA,
                         "an Arrhenius law needs values and "
                         "absolute temperatures above zero, found %g at %g K",
                         value[i], t_k[i]);
        x[i] = 1 / t_k[i] - 1 / t_ref_k;
        y[i] = log(value[i]) + form->power * log(t_k[i] / t_ref_k);
        p[i] = (point){t_k[i], x[i], y[i], sd_ln == NULL ? 1 : sd_ln[i]};
        for (size_t k = 0; k < i; k++)
            new = new &&fabs(t_k[k] - t_k[i]) > 0.5;
        distinct += new;
    }
    if (st == HC_OK && distinct < 3)
        st = hc_fail(err, HC_DATA,
                     "an Arrhenius law needs three "
                     "temperatures, found %zu",
                     distinct);
    if (st == HC_OK)
        st = hc_line_fit_make(n, x, y, sd_ln, &f, err);
    if (st == HC_OK) {
        *out =
            (hc_arrhenius_fit){.reference = exp(f.a),
                               .sd_ln = f.sd_a,
                               .e_j_mol = -form->sign * f.b * HC_GAS_CONSTANT,
                               .sd_e_j_mol = f.sd_b * HC_GAS_CONSTANT,
                               .dof = f.dof};
        out->break_k = find_break(p, n, f.chi2, space, sd_ln != NULL);
    }
    free(space);
    free(p);
    return st;
}

void hc_arrhenius_ways(size_t n, const double *t_k, int *way)
{
    for (size_t k = 0; k < n; k++) {
        way[k] = k == 0 ? 0 : way[k - 1];
        if (k > 0 && fabs(t_k[k] - t_k[k - 1]) > 0.5)
            way[k] = t_k[k] > t_k[k - 1] ? 1 : -1;
    }
    for (size_t k = 0; k < n && way[k] == 0; k++)
        for (size_t m = k; m < n && way[k] == 0; m++)
            way[k] = way[m];
}

double hc_arrhenius_at(const hc_arrhenius_form *form, double reference,
                       double e_j_mol, double t_ref_k, double t_k)
{
    double x = 1 / t_k - 1 / t_ref_k;
    return reference * pow(t_ref_k / t_k, form->power) *
           exp(-form->sign * e_j_mol / HC_GAS_CONSTANT * x);
}

void hc_random_effects(size_t n, const double *y, const double *variance,
                       double *mean, double *sd, double *tau2)
{
    double sw = 0, sw2 = 0, swy = 0, q = 0, sum = 0, weighted = 0;
    for (size_t i = 0; i < n; i++) {
        sw += 1 / variance[i];
        sw2 += 1 / (variance[i] * variance[i]);
        swy += y[i] / variance[i];
    }
    for (size_t i = 0; i < n; i++)
        q += (y[i] - swy / sw) * (y[i] - swy / sw) / variance[i];
    double c = sw - sw2 / sw;
    *tau2 = c > 0 ? fmax(0, (q - ((double)n - 1)) / c) : 0;
    for (size_t i = 0; i < n; i++) {
        sum += 1 / (variance[i] + *tau2);
        weighted += y[i] / (variance[i] + *tau2);
    }
    *mean = weighted / sum;
    *sd = sqrt(1 / sum);
}
