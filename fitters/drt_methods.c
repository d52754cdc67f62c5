/* drt_methods.c: the table of DRT methods, and what is checked for all */
#include "fitters/drt_arcs.h"
#include "fitters/drt_ridge.h"

#include <math.h>
#include <string.h>

const hc_drt_method hc_drt_methods[] = {
    {"loggp", "ln gamma as a Gaussian process with a scale per tau",
     HC_DRT_EVIDENCE, hc_drt_loggp},
    {"arcs", "closed-form arcs and ln gamma, ranked by evidence",
     HC_DRT_EVIDENCE, hc_drt_arcs},
    {"ridge", "Tikhonov regularisation, exactly non-negative", HC_DRT_PENALTY,
     hc_drt_ridge},
    {"hierarchical", "ridge with a scale of the penalty per tau",
     HC_DRT_PENALTY, hc_drt_local},
    {"hilbert", "gamma of Re and of Im, weighed by their precision",
     HC_DRT_PENALTY, hc_drt_hilbert},
    {"nnls", "non-negative least squares, hardly any penalty", HC_DRT_PENALTY,
     hc_drt_nnls},
    {"fourier", "Fourier transform of Im Z, extrapolated ends",
     HC_DRT_TRANSFORM, hc_drt_fourier},
    {"loewner", "lines (RC elements) from the Loewner pencil", HC_DRT_PENCIL,
     hc_drt_loewner},
    {"mrq", "sum of ZARC arcs, m(RQ)", HC_DRT_EVIDENCE, hc_drt_mrq},
    {NULL, NULL, HC_DRT_FAMILIES, NULL},
};

const hc_drt_method *hc_drt_method_find(const char *name)
{
    for (const hc_drt_method *m = hc_drt_methods; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

hc_status hc_drt_check(const hc_drt_data *d, hc_err *err)
{
    if (d->n < 10)
        return hc_fail(err, HC_DATA,
                       "%zu points are too few for a distribution of "
                       "relaxation times, at least 10 are needed",
                       d->n);
    const bool falling = d->freq_hz[0] > d->freq_hz[1];
    size_t negative = 0, positive = 0, capacitive = 0;
    for (size_t i = 0; i < d->n; i++) {
        const double f = d->freq_hz[i], re = creal(d->z_ohm[i]);
        if (!(f > 0) || !isfinite(f) || !isfinite(re) ||
            !isfinite(cimag(d->z_ohm[i])))
            return hc_fail(err, HC_DATA,
                           "point %zu (%g Hz): not a finite number", i, f);
        if (i > 0 && f == d->freq_hz[i - 1])
            return hc_fail(err, HC_DATA,
                           "frequency %g Hz stands twice; average or drop "
                           "repeated points first",
                           f);
        if (i > 0 && (f < d->freq_hz[i - 1]) != falling)
            return hc_fail(err, HC_DATA,
                           "frequencies are neither rising nor falling at "
                           "%g Hz",
                           f);
        negative += re < 0;
        positive += re > 0;
        capacitive += cimag(d->z_ohm[i]) < 0;
    }
    if (2 * negative > d->n)
        return hc_fail(err, HC_DATA,
                       "the real part is negative at %zu of %zu points: "
                       "no passive sample (swapped leads?)",
                       negative, d->n);
    if (positive == 0)
        return hc_fail(err, HC_DATA,
                       "the real part is zero at every point: a capacitor "
                       "or coil without losses has no relaxation times");
    if (10 * capacitive < d->n)
        return hc_fail(err, HC_DATA,
                       "only %zu of %zu points are capacitive (Im < 0): "
                       "nothing relaxes here (inductance alone, or is the "
                       "sign of Im turned?)",
                       capacitive, d->n);
    return HC_OK;
}

hc_status hc_drt_run(const hc_drt_method *m, const hc_drt_data *d,
                     const hc_drt_options *opt, hc_drt *out, hc_err *err)
{
    hc_status st = hc_drt_check(d, err);
    if (st == HC_OK)
        st = m->run(d, opt, out, err);
    if (st != HC_OK)
        return st;
    if (!out->fitted_peaks)
        st = hc_drt_find_peaks(out, d, 0.03, err);
    if (st != HC_OK)
        hc_drt_clear(out);
    return st;
}
