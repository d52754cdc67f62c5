/* kk_methods.c: the table of Kramers-Kronig methods, kk.h */
#include "fitters/kk.h"

#include "fitters/kk_solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hc_kk_options hc_kk_defaults(void)
{
    return (hc_kk_options){.linkk = hc_linkk_defaults(),
                           .representation_free = true,
                           .extension_free = true};
}

void hc_kk_fit_clear(hc_kk_fit *fit)
{
    free(fit->z_fit);
    free(fit->sd_ohm);
    *fit = (hc_kk_fit){0};
}

/* A lin-KK fit as a method's result: noise proportional to |Z|. */
static hc_status from_linkk(const hc_kk_data *d, const hc_linkk_options *o,
                            hc_linkk *l, hc_kk_fit *out, hc_err *err)
{
    hc_kk_fit f = {.n = d->n,
                   .m = l->m,
                   .mu = l->mu,
                   .pseudo_chi2 = l->pseudo_chi2,
                   .log_f_ext = o->log_f_ext,
                   .admittance = o->admittance,
                   .q = 1,
                   .drift = NAN,
                   .coefficients =
                       (double)l->m + 1 + o->inductance + o->capacitance};
    f.sd_ohm = malloc(d->n * sizeof *f.sd_ohm);
    if (!f.sd_ohm) {
        hc_linkk_clear(l);
        return hc_fail_nomem(err);
    }
    f.z_fit = l->z_fit;
    l->z_fit = NULL;
    hc_linkk_clear(l);
    const double rows = 2 * (double)d->n;
    const double dof = fmax(rows - f.coefficients, 0.25 * rows);
    f.noise = sqrt(f.pseudo_chi2 / dof);
    for (size_t i = 0; i < d->n; i++)
        f.sd_ohm[i] = fmax(f.noise, 1e-7) * cabs(d->z_ohm[i]);
    *out = f;
    return HC_OK;
}

static hc_status run_linkk(const hc_kk_data *d, const hc_kk_options *opt,
                           hc_kk_fit *out, hc_err *err)
{
    hc_linkk l;
    const hc_status st = hc_linkk_fit(d, &opt->linkk, &l, err);
    return st == HC_OK ? from_linkk(d, &opt->linkk, &l, out, err) : st;
}

/* Boukamp 1995: as many time constants as points allow, tau = 1/w of the
 * points themselves up to seven a decade, all of Z fitted. */
static hc_status run_boukamp(const hc_kk_data *d, const hc_kk_options *opt,
                             hc_kk_fit *out, hc_err *err)
{
    const hc_status st = hc_kk_check_data(d, 8, err);
    if (st != HC_OK)
        return st;
    double lo = HUGE_VAL, hi = 0;
    for (size_t i = 0; i < d->n; i++) {
        lo = fmin(lo, d->freq_hz[i]);
        hi = fmax(hi, d->freq_hz[i]);
    }
    hc_linkk_options o = opt->linkk;
    if (o.m == 0) {
        const double m = 7 * log10(hi / lo) + 1;
        o.m = (size_t)fmax(3, fmin(m, (double)d->n - 3));
    }
    hc_linkk l;
    const hc_status st2 = hc_linkk_fit(d, &o, &l, err);
    return st2 == HC_OK ? from_linkk(d, &o, &l, out, err) : st2;
}

const hc_kk_method hc_kk_methods[] = {
    {"auto", "RC sum, everything chosen by an information criterion",
     hc_kk_auto},
    {"linkk", "RC sum, number of RC by mu (Schonleber 2014)", run_linkk},
    {"boukamp", "RC sum, seven time constants a decade (Boukamp 1995)",
     run_boukamp},
    {"zhit", "modulus from the phase (Ehm 2000)", hc_kk_zhit},
    {"hilbert", "Re from Im and Im from Re (Liu 2020)", hc_kk_hilbert},
    {NULL, NULL, NULL},
};

const hc_kk_method *hc_kk_method_find(const char *name)
{
    for (const hc_kk_method *m = hc_kk_methods; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}
