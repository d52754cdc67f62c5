/* drt_hilbert.c: gamma from Re alone and from Im alone, and what they agree on
 *
 * J. Liu, T. H. Wan, F. Ciucci, Electrochim. Acta 357 (2020) 136864,
 * 10.1016/j.electacta.2020.136864: each part, with its own lambda, gives a
 * posterior of gamma, and each says what the other part is (the Hilbert
 * transform in terms of relaxation times).  Here both are held at or above
 * zero, weighed by their precision, and where they differ by more than their
 * widths the band says so.
 */
#include "fitters/drt_ridge.h"

#include "fitters/student.h"

#include <math.h>
#include <stdio.h>

enum { DRAWS = 500 };

/* R_inf is in Re alone, L and 1/C are in Im alone. */
static void put_fit(const hc_drt_data *d, const hc_drt *re, const hc_drt *im,
                    hc_drt *out)
{
    out->r_inf = re->r_inf;
    out->l_h = im->l_h;
    out->inv_c = im->inv_c;
    out->l_n = out->c_n = 1;
    for (size_t i = 0; i < d->n; i++) {
        const double w = 2 * M_PI * d->freq_hz[i];
        double complex z = CMPLX(out->r_inf, w * out->l_h - out->inv_c / w);
        for (size_t k = 0; k + 1 < out->n_tau; k++) {
            const double h = log(out->tau_s[k + 1] / out->tau_s[k]) / 2;
            z += h * out->gamma_ohm[k] / CMPLX(1, w * out->tau_s[k]);
            z += h * out->gamma_ohm[k + 1] / CMPLX(1, w * out->tau_s[k + 1]);
        }
        out->z_fit[i] = z;
        out->sd_ohm[i] = re->sd_ohm[i];
    }
}

/* 1 - |difference|/(|a| + |b|) of two distributions. */
static double agreement(const hc_drt *a, const hc_drt *b)
{
    double d = 0, na = 0, nb = 0;
    for (size_t k = 0; k < a->n_tau; k++) {
        const double x = a->gamma_ohm[k], y = b->gamma_ohm[k];
        d += (x - y) * (x - y);
        na += x * x;
        nb += y * y;
    }
    return na + nb > 0 ? 1 - sqrt(d) / (sqrt(na) + sqrt(nb)) : 1;
}

static void combine(const hc_drt *re, const hc_drt *im, double level,
                    bool negative, hc_drt *out)
{
    const double z = level > 0 ? hc_normal_quantile(0.5 + level / 2) : 0;
    for (size_t k = 0; k < out->n_tau; k++) {
        const double va = re->sd[k] * re->sd[k] + 1e-300;
        const double vb = im->sd[k] * im->sd[k] + 1e-300;
        const double wa = vb / (va + vb), wb = va / (va + vb);
        const double diff = re->gamma_ohm[k] - im->gamma_ohm[k];
        const double g = wa * re->gamma_ohm[k] + wb * im->gamma_ohm[k];
        const double sd = sqrt(va * vb / (va + vb) + wa * wb * diff * diff);
        out->tau_s[k] = re->tau_s[k];
        out->gamma_ohm[k] = g;
        if (!(level > 0))
            continue;
        out->sd[k] = sd;
        out->low[k] = negative ? g - z * sd : fmax(0, g - z * sd);
        out->high[k] = g + z * sd;
    }
    for (size_t k = 0; k + 1 < out->n_tau; k++)
        out->r_pol += 0.5 * (out->gamma_ohm[k] + out->gamma_ohm[k + 1]) *
                      log(out->tau_s[k + 1] / out->tau_s[k]);
}

/* The evidence of a model, and the noise that it leaves. */
typedef struct {
    double minus2, ssr, left;
} model;

static hc_status evidence(const hc_drt_data *d, const hc_drt_options *opt,
                          hc_drt_part part, model *m, hc_err *err)
{
    hc_drt_options o = *opt;
    hc_drt_linear p;
    o.part = part;
    hc_status st = hc_drt_linear_make(&p, d, &o, err);
    if (st != HC_OK)
        return st;
    st = hc_drt_best_evidence(&p, &m->minus2, &m->ssr, &m->left, err);
    hc_drt_linear_clear(&p);
    return st;
}

/* One distribution behind both parts, or one behind each?  R_inf is in Re
 * alone, L and 1/C in Im alone, so that they say nothing about it.  The noise
 * is what each part leaves of itself: that of both would hide where they
 * differ. */
static hc_status compare(const hc_drt_data *d, const hc_drt_options *opt,
                         double *sd, double *ln_one_over_two, hc_err *err)
{
    const hc_drt_data known = {d->n, d->freq_hz, d->z_ohm, sd};
    model one, re, im;
    for (int round = 0; round < 2; round++) {
        hc_status st = evidence(&known, opt, HC_DRT_REAL, &re, err);
        if (st == HC_OK)
            st = evidence(&known, opt, HC_DRT_IMAG, &im, err);
        if (st != HC_OK)
            return st;
        const double left = fmax(re.left + im.left, 1);
        for (size_t i = 0; i < d->n && round == 0; i++)
            sd[i] *= sqrt((re.ssr + im.ssr) / left);
    }
    const hc_status st = evidence(&known, opt, HC_DRT_BOTH, &one, err);
    if (st == HC_OK)
        *ln_one_over_two = (re.minus2 + im.minus2 - one.minus2) / 2;
    return st;
}

hc_status hc_drt_hilbert(const hc_drt_data *d, const hc_drt_options *opt,
                         hc_drt *out, hc_err *err)
{
    hc_drt_options o = *opt;
    hc_drt re, im;
    o.cache = NULL; /* two grids in turn would share nothing */
    o.band_level = opt->band_level > 0 ? opt->band_level : 0.9;
    o.band_samples = opt->band_level > 0 ? opt->band_samples : DRAWS;
    o.part = HC_DRT_REAL;
    if (opt->part != HC_DRT_BOTH)
        return hc_fail(err, HC_USAGE,
                       "method hilbert needs the real and the imaginary part");
    hc_status st = hc_drt_ridge(d, &o, &re, err);
    if (st != HC_OK)
        return st;
    o.part = HC_DRT_IMAG;
    st = hc_drt_ridge(d, &o, &im, err);
    if (st != HC_OK) {
        hc_drt_clear(&re);
        return st;
    }
    st = hc_drt_result_make(out, d->n, re.n_tau, err);
    if (st == HC_OK) {
        combine(&re, &im, opt->band_level, opt->negative, out);
        put_fit(d, &re, &im, out);
        out->agreement = agreement(&re, &im);
        if (!opt->unit_weights)
            st = compare(d, &o, re.sd_ohm, &out->ln_one_over_two, err);
        hc_drt_chi2(out, d);
        out->objective = out->chi2;
        snprintf(out->model, sizeof out->model,
                 "gamma of Re (lambda %.3g) and of Im (lambda %.3g) agree to "
                 "%.3f of 1; no part of it parametric",
                 re.lambda, im.lambda, out->agreement);
    }
    hc_drt_clear(&re);
    hc_drt_clear(&im);
    if (st != HC_OK)
        hc_drt_clear(out);
    return st;
}
