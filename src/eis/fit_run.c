#include "eis/fit_run.h"

#include "core/sort.h"
#include "eis/fit_auto.h"
#include "fitters/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROBUST_ROUNDS = 20 };

/* ---- what a spectrum looks like before the fit ---- */

/* By Kramers and Kronig Im Z is about pi/2 dRe/dln w: where nearly all of
 * Im Z is above zero and falls with that slope, its sign is turned round. */
static bool sign_is_flipped(const hc_spectrum *s)
{
    double sum = 0, a2 = 0, b2 = 0;
    size_t above = 0;
    for (size_t i = 0; i < s->n; i++)
        above += cimag(s->z_ohm[i]) > 0;
    for (size_t i = 1; i + 1 < s->n; i++) {
        double d = log(s->freq_hz[i - 1] / s->freq_hz[i + 1]);
        double a = creal(s->z_ohm[i - 1] - s->z_ohm[i + 1]);
        double m = cabs(s->z_ohm[i]);
        if (!(d > 0) || !(m > 0))
            continue;
        a /= d * m;
        double b = cimag(s->z_ohm[i]) / m;
        sum += a * b;
        a2 += a * a;
        b2 += b * b;
    }
    return s->n >= 5 && above >= s->n - s->n / 5 && sum < -0.5 * sqrt(a2 * b2);
}

static void look_at(const hc_spectrum *s, hc_talk *talk, const char *file)
{
    size_t twice = 0;
    for (size_t i = 1; i < s->n; i++)
        twice += s->freq_hz[i] == s->freq_hz[i - 1];
    if (twice > 0)
        hc_say_warning(talk, file, 0,
                       "%s: %zu frequencies stand there twice; "
                       "all points are used",
                       s->name, twice);
    if (sign_is_flipped(s))
        hc_say_warning(talk, file, 0,
                       "%s: the sign of Im Z seems turned round "
                       "(capacitive is Im Z < 0 here)",
                       s->name);
}

/* ---- robust loss ---- */

/* Iteratively reweighted least squares: Huber (k = 1.345) or Tukey's
 * bisquare (k = 4.685) on residuals over their median absolute deviation
 * (Huber 1981, Robust Statistics, sections 7.8 and 4.8). */
static hc_status robust(const hc_fit_setup *setup, hc_fit *f, hc_fit_result *r,
                        hc_err *err)
{
    size_t n2 = 2 * hc_fit_points(f);
    double *res = malloc(3 * n2 * sizeof *res);
    hc_status st = res == NULL ? hc_fail_nomem(err) : HC_OK;
    for (int round = 0; round < ROBUST_ROUNDS && st == HC_OK; round++) {
        double *sorted = res + n2, *factor = sorted + n2;
        double before[HC_CIRCUIT_PARS], change = 0;
        memcpy(before, r->best.p, sizeof before);
        hc_fit_reweight(f, NULL);
        hc_fit_at(f, r->best.p, res, NULL, NULL);
        for (size_t i = 0; i < n2; i++)
            sorted[i] = fabs(res[i]);
        hc_sort_rising(sorted, n2);
        double s = 1.4826 * sorted[n2 / 2];
        if (!(s > 0))
            break;
        for (size_t i = 0; i < n2; i++) {
            double u = fabs(res[i]) / s, w;
            if (setup->robust == HC_ROBUST_HUBER)
                w = u <= 1.345 ? 1 : 1.345 / u;
            else
                w = u < 4.685 ? pow(1 - u * u / (4.685 * 4.685), 2) : 0;
            factor[i] = sqrt(w);
        }
        hc_fit_reweight(f, factor);
        hc_fit_result next;
        st = hc_fit_from(f, r->best.p, &next, err);
        if (st == HC_OK)
            r->best = next.best;
        for (int k = 0; k < setup->circuit.n_pars; k++)
            change = fmax(change, fabs(r->best.p[k] / before[k] - 1));
        if (change < 1e-8)
            break;
    }
    free(res);
    return st;
}

/* ---- fit ---- */

static hc_status descend(const hc_fit_setup *setup, hc_fit *f,
                         const hc_fit_result *start, double limit,
                         hc_fit_outcome *out, hc_err *err)
{
    hc_status st = HC_NO;
    out->chained = false;
    if (start != NULL) {
        hc_fit_ask quick = {false, false};
        st = hc_fit_again(f, start, &out->result, err);
        if (st == HC_OK)
            st = hc_fit_judge(f, &out->result.best, quick, &out->report, err);
        /* a degenerate minimum is never followed blindly */
        out->chained = st == HC_OK && !out->result.best.degenerate &&
                       out->report.noise_relative <= limit;
    }
    if (!out->chained)
        st = hc_fit_search(f, &setup->effort, &out->result, err);
    if (st == HC_OK && start != NULL && setup->effort.sort_arcs)
        hc_fit_match(f, start->best.p, &out->result);
    if (st == HC_OK && setup->robust != HC_ROBUST_NONE)
        st = robust(setup, f, &out->result, err);
    return st;
}

hc_status hc_fit_spectrum(const hc_fit_setup *setup, const hc_spectrum *s,
                          const hc_fit_result *start, double limit,
                          hc_fit_outcome *out, hc_talk *talk, const char *file,
                          hc_err *err)
{
    hc_fit *f = NULL;
    double *re = malloc(2 * (s->n + 1) * sizeof *re);
    if (re == NULL)
        return hc_fail_nomem(err);
    double *im = re + s->n;
    for (size_t i = 0; i < s->n; i++) {
        re[i] = creal(s->z_ohm[i]);
        im[i] = cimag(s->z_ohm[i]);
    }
    hc_fit_data d = {.n = s->n,
                     .freq_hz = s->freq_hz,
                     .re = re,
                     .im = im,
                     .sd_re = s->sd_re,
                     .sd_im = s->sd_im};
    look_at(s, talk, file);
    hc_status st = HC_OK;
    double *kk = NULL, relative;
    if (setup->kk_weight) {
        st = hc_fit_kk_noise(s, &kk, &relative, err);
        d.sd_re = d.sd_im = kk;
    } else if (setup->weight == HC_WEIGHT_SIGMA && s->sd_re == NULL)
        st = hc_fail(err, HC_DATA,
                     "weight sigma needs the columns " HC_COL_SD_RE
                     " and " HC_COL_SD_IM);
    if (st == HC_OK)
        st = hc_fit_new(&f, &setup->circuit, &d, setup->weight, err);
    if (st == HC_OK)
        st = descend(setup, f, start, limit, out, err);
    if (st == HC_OK)
        st = hc_fit_judge(f, &out->result.best, setup->ask, &out->report, err);
    if (st != HC_OK)
        hc_err_prefix(err, "%s: ", s->name);
    hc_fit_free(f);
    free(kk);
    free(re);
    return st;
}

/* ---- curve ---- */

void hc_fit_curve_begin(hc_writer *w, bool dense)
{
    static const char *const names[] = {"source_index", "spectrum_index",
                                        "electrode",    HC_COL_FREQ,
                                        HC_COL_RE,      HC_COL_IM};
    hc_writer_meta(w, "curve", "fit"); /* hc-plot: a line, not points */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hc_writer_column(w, names[i]);
    if (dense)
        return;
    hc_writer_column(w, "measured_real_impedance_ohm");
    hc_writer_column(w, "measured_imaginary_impedance_ohm");
    hc_writer_column(w, "fit_real_residual");
    hc_writer_column(w, "fit_imaginary_residual");
}

static void curve_row(hc_writer *w, const hc_spectrum *s, double f_hz,
                      double re, double im)
{
    hc_writer_integer(w, s->source_index);
    hc_writer_integer(w, s->spectrum_index);
    hc_writer_text(w, s->electrode);
    hc_writer_number(w, f_hz);
    hc_writer_digits(w, re, 10);
    hc_writer_digits(w, im, 10);
}

hc_status hc_fit_curve(hc_writer *w, const hc_fit_setup *setup,
                       const hc_spectrum *s, const hc_fit_outcome *out,
                       double dense, hc_err *err)
{
    double top = s->freq_hz[0], decades = log10(top / s->freq_hz[s->n - 1]);
    size_t n = s->n;
    if (dense > 0)
        n = (size_t)ceil(decades * dense) + 1;
    double *f = calloc(3 * (n + 1), sizeof *f);
    if (f == NULL)
        return hc_fail_nomem(err);
    double *re = f + n, *im = re + n;
    for (size_t i = 0; i < n; i++)
        f[i] = dense > 0 ? top * pow(10, -decades * (double)i /
                                             fmax((double)(n - 1), 1))
                         : s->freq_hz[i];
    hc_status st = hc_circuit_impedance(&setup->circuit, out->result.best.p, f,
                                        n, re, im, err);
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        curve_row(w, s, f[i], re[i], im[i]);
        if (!(dense > 0)) {
            double complex z = s->z_ohm[i];
            hc_writer_number(w, creal(z));
            hc_writer_number(w, cimag(z));
            hc_writer_digits(w, (creal(z) - re[i]) / cabs(z), 10);
            hc_writer_digits(w, (cimag(z) - im[i]) / cabs(z), 10);
        }
        hc_writer_end_row(w);
    }
    free(f);
    return st;
}
