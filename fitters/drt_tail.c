/* drt_tail.c: the tail beside a linear DRT, and its exponent
 *
 * A blocking electrode is seldom an ideal capacitor: below the last arc the
 * impedance goes as 1/(Q (jw)^n), n from 0.5 (diffusion) to 1.  Left to the
 * distribution that is a peak at its edge, and with n held at 1 a false one
 * before it.  So the term is free of penalty, and n is where the evidence is
 * largest; whether it is there at all, or n is 1, the same evidence says.
 */
#include "fitters/drt_ridge.h"

#include <math.h>
#include <stdlib.h>

/* Range of n, spacing of its scan, and how finely it is found: spectra of a
 * batch with the same n share their problem. */
static const double n_min = 0.4, n_scan = 0.1, n_step = 0.005;
/* Grid points a decade while n is sought. */
static const double coarse = 4;
/* The least phase, rad, and what a tail must win of -2 ln evidence, by an
 * exponent and with an amplitude as well. */
static const double least_phase = 0.1, charge_n = 5, charge_tail = 20;

void hc_drt_tail_column(const hc_drt_data *d, double n, double *column)
{
    for (size_t i = 0; i < d->n; i++) {
        const double w = 2 * M_PI * d->freq_hz[i], z = pow(w, -n);
        column[i] = n < 1 ? z * cos(n * M_PI / 2) : 0;
        column[d->n + i] = n < 1 ? -z * sin(n * M_PI / 2) : -1 / w;
    }
}

/* Whether -Im rises to the lowest frequency over three steps, and counts. */
static bool may_have_tail(const hc_drt_data *d)
{
    const bool falling = d->freq_hz[0] > d->freq_hz[d->n - 1];
    const size_t step = falling ? (size_t)-1 : 1;
    size_t i = falling ? d->n - 1 : 0;
    if (!(carg(d->z_ohm[i]) < -least_phase))
        return false;
    for (size_t k = 0; k < 3; k++, i += step)
        if (!(cimag(d->z_ohm[i]) < cimag(d->z_ohm[i + step])))
            return false;
    return true;
}

/* -2 ln evidence of p with exponent n; column[2 d->n] is scratch. */
static hc_status score(hc_drt_linear *p, const hc_drt_data *d, double n,
                       double *column, double *e, hc_err *err)
{
    double ssr, left, *to = p->a + (size_t)p->grid->c_col * p->rows;
    hc_drt_tail_column(d, n, column);
    for (size_t i = 0; i < p->rows; i++)
        to[i] = p->row_weight[i] * column[p->grid->row0 + i];
    return hc_drt_best_evidence(p, e, &ssr, &left, err);
}

/* The best n on a scan and then, by halving, between; its e. */
static hc_status search(hc_drt_linear *p, const hc_drt_data *d, double *column,
                        double *n, double *e, hc_err *err)
{
    hc_status st = score(p, d, *n = 1, column, e, err);
    double now;
    for (double t = 1 - n_scan; t > n_min && st == HC_OK; t -= n_scan) {
        st = score(p, d, t, column, &now, err);
        if (st == HC_OK && now < *e) {
            *e = now;
            *n = t;
        }
    }
    for (double h = n_scan / 2; h > n_step / 2 && st == HC_OK; h /= 2) {
        const double from = *n;
        for (int way = -1; way <= 1 && st == HC_OK; way += 2) {
            const double t = from + way * h;
            if (t < n_min || t > 1)
                continue;
            st = score(p, d, t, column, &now, err);
            if (st == HC_OK && now < *e) {
                *e = now;
                *n = t;
            }
        }
    }
    *n = fmin(1, n_step * round(*n / n_step));
    return st;
}

/* -2 ln evidence without a tail. */
static hc_status without(const hc_drt_data *d, const hc_drt_options *opt,
                         double *e, hc_err *err)
{
    hc_drt_options o = *opt;
    hc_drt_linear p;
    double ssr, left;
    o.capacitance = HC_DRT_OFF;
    hc_status st = hc_drt_linear_make(&p, d, &o, err);
    if (st != HC_OK)
        return st;
    st = hc_drt_best_evidence(&p, e, &ssr, &left, err);
    hc_drt_linear_clear(&p);
    return st;
}

hc_status hc_drt_find_tail(const hc_drt_data *d, const hc_drt_options *opt,
                           hc_drt_options *out, hc_err *err)
{
    const bool wanted = hc_drt_wants_c(d, opt);
    *out = *opt;
    if (opt->capacitance == HC_DRT_OFF || opt->part == HC_DRT_REAL ||
        opt->unit_weights || opt->tail_n > 0 ||
        !(wanted || may_have_tail(d)))
        return HC_OK;
    hc_drt_options o = *opt;
    o.capacitance = HC_DRT_ON;
    o.cache = NULL;
    o.per_decade = coarse;
    hc_drt_linear p;
    hc_status st = hc_drt_linear_make(&p, d, &o, err);
    if (st != HC_OK)
        return st;
    double ideal, e, none, n = 1;
    double *column = malloc(2 * d->n * sizeof *column);
    st = column ? score(&p, d, 1, column, &ideal, err) : hc_fail_nomem(err);
    if (st == HC_OK)
        st = search(&p, d, column, &n, &e, err);
    if (st == HC_OK && !wanted)
        st = without(d, &o, &none, err);
    free(column);
    hc_drt_linear_clear(&p);
    if (st != HC_OK)
        return st;
    const bool bent = e < ideal - charge_n;
    if (!wanted && !(fmin(e, ideal) < none - charge_tail))
        return HC_OK;
    out->capacitance = HC_DRT_ON;
    out->tail_n = bent ? n : 1;
    return HC_OK;
}
