/* fit_series.c: one fit over the spectra of a cell (--arrhenius, --share) */
#include "eis/fit_collect.h"
#include "eis/fit_job.h"

#include "fitters/arrhenius.h"
#include "fitters/fit_global.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_fit_job *job;
    const hc_spectrum **s; /* of one cell */
    size_t n;
    hc_fit **fits;
    double (*p)[HC_CIRCUIT_PARS];
    double *s2, *t_k;
    hc_link link[HC_CIRCUIT_PARS];
    const hc_arrhenius_form *form;
} series;

static const double t_ref_k = 298.15;

/* ---- which parameters ---- */

static hc_status mark(series *k, const char *list, const char *option,
                      hc_link link, hc_err *err)
{
    hc_circuit *c = &k->job->setup.circuit;
    while (list != NULL && *list != '\0') {
        char name[HC_CIRCUIT_NAME];
        size_t n = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 31 ? n : 31), list);
        int par = hc_circuit_par(c, name);
        if (par < 0)
            return hc_fail(err, HC_USAGE,
                           "%s: the circuit has no parameter "
                           "'%s'",
                           option, name);
        if (link == HC_LINK_ARRHENIUS && c->pars[par].spec->kind == HC_PAR_EXP)
            return hc_fail(err, HC_USAGE,
                           "%s: %s is an exponent and can "
                           "follow no Arrhenius law",
                           option, name);
        if (c->pars[par].negative)
            return hc_fail(err, HC_USAGE, "%s: %s may be negative", option,
                           name);
        k->link[par] = link;
        c->pars[par].keep_log = true;
        list += n + (list[n] == ',');
    }
    return HC_OK;
}

/* ---- free fits first ---- */

static hc_status free_fit(series *k, size_t i, hc_fit_result *last,
                          hc_err *err)
{
    const hc_fit_setup *setup = &k->job->setup;
    const hc_spectrum *s = k->s[i];
    hc_fit_result again, r;
    hc_fit_ask ask = {false, false};
    hc_fit_report *report = malloc(sizeof *report);
    double *re = malloc(2 * s->n * sizeof *re);
    hc_status st = re == NULL || report == NULL ? hc_fail_nomem(err) : HC_OK;
    for (size_t m = 0; m < s->n && st == HC_OK; m++) {
        re[m] = creal(s->z_ohm[m]);
        re[s->n + m] = cimag(s->z_ohm[m]);
    }
    hc_fit_data d = {.n = s->n,
                     .freq_hz = s->freq_hz,
                     .re = re,
                     .im = re + s->n,
                     .sd_re = s->sd_re,
                     .sd_im = s->sd_im};
    if (st == HC_OK)
        st = hc_fit_new(&k->fits[i], &setup->circuit, &d, setup->weight, err);
    if (st == HC_OK)
        st = hc_fit_search(k->fits[i], &setup->effort, &r, err);
    /* arcs keep their places from one spectrum to the next */
    if (st == HC_OK && i > 0) {
        st = hc_fit_again(k->fits[i], last, &again, err);
        if (st == HC_OK && again.best.cost <= 1.01 * r.best.cost)
            r = again;
        if (st == HC_OK && setup->effort.sort_arcs)
            hc_fit_match(k->fits[i], last->best.p, &r);
    }
    if (st == HC_OK)
        st = hc_fit_judge(k->fits[i], &r.best, ask, report, err);
    if (st == HC_OK) {
        memcpy(k->p[i], r.best.p, sizeof k->p[i]);
        /* noise-free data: all spectra count alike */
        double z2 = 1;
        if (setup->weight == HC_WEIGHT_UNIT)
            z2 = pow(cabs(s->z_ohm[0]), 2);
        k->s2[i] = fmax(report->s2, 1e-20 * z2);
        *last = r;
    }
    free(report);
    free(re);
    return st;
}

/* ---- records ---- */

static void put_spectrum(const series *k, size_t i)
{
    static const char *const words[] = {"ok", "shared", "arrhenius"};
    const hc_circuit *c = &k->job->setup.circuit;
    hc_conditions at = hc_conditions_of(k->s[i]);
    for (int q = 0; q < c->n_pars; q++) {
        const char *role = hc_circuit_role_of(c, c->pars[q].element);
        if (c->pars[q].optional)
            continue;
        hc_record r = hc_record_make(&at, "global", c->pars[q].name,
                                     k->p[i][q], c->pars[q].spec->unit);
        snprintf(r.role, sizeof r.role, "%s", role[0] ? role : "-");
        snprintf(r.status, sizeof r.status, "%s",
                 c->pars[q].fixed ? "fixed" : words[k->link[q]]);
        hc_records_put(k->job->records, &r);
    }
    hc_record r =
        hc_record_make(&at, "global", "ssr",
                       hc_fit_at(k->fits[i], k->p[i], NULL, NULL, NULL), "-");
    hc_records_put(k->job->records, &r);
}

static void put_common(const series *k, const hc_global_result *g)
{
    const hc_circuit *c = &k->job->setup.circuit;
    double t = hc_t95(g->dof);
    hc_conditions at = hc_conditions_of(k->s[0]);
    at.spectrum_index = at.cycle_count = at.step_count = NAN;
    for (int i = 0; i < g->n_global; i++) {
        const hc_par *par = &c->pars[g->par[i]];
        const char *role = hc_circuit_role_of(c, par->element);
        bool law = k->link[g->par[i]] == HC_LINK_ARRHENIUS;
        bool exponent = par->spec->kind == HC_PAR_EXP;
        char method[64];
        double v = g->value[i], sd = g->sd[i];
        snprintf(method, sizeof method, "global:%.32s", par->name);
        at.temperature_celsius = law && !g->slope[i] ? t_ref_k - 273.15 : NAN;
        hc_record r = hc_record_make(&at, method, par->name,
                                     exponent ? v : exp(v), par->spec->unit);
        r.std_error = exponent ? sd : exp(v) * sd;
        r.ci95_low = exponent ? v - t * sd : exp(v - t * sd);
        r.ci95_high = exponent ? v + t * sd : exp(v + t * sd);
        if (g->slope[i]) {
            const double gas = HC_GAS_CONSTANT;
            r = hc_record_make(&at, method, "activation_energy_j_mol", v * gas,
                               "J/mol");
            r.std_error = sd * gas;
            r.ci95_low = (v - t * sd) * gas;
            r.ci95_high = (v + t * sd) * gas;
        }
        snprintf(r.role, sizeof r.role, "%s", role[0] ? role : "-");
        snprintf(r.status, sizeof r.status, "ok");
        hc_records_put(k->job->records, &r);
        if (g->slope[i]) {
            r = hc_record_word(&at, method, "arrhenius_form", k->form->name);
            snprintf(r.role, sizeof r.role, "%s", role[0] ? role : "-");
            hc_records_put(k->job->records, &r);
        }
    }
    at.temperature_celsius = NAN;
    hc_record r = hc_record_make(&at, "global", "chi2", g->chi2, "-");
    /* as good as the free fits, or do the laws cost something? */
    snprintf(r.status, sizeof r.status, "%s",
             g->chi2 > 2 * g->dof ? "worse-than-free" : "ok");
    hc_records_put(k->job->records, &r);
    r = hc_record_make(&at, "global", "dof", g->dof, "-");
    hc_records_put(k->job->records, &r);
}

/* ---- one cell ---- */

static hc_status one_cell(series *k, hc_err *err)
{
    hc_global_result g;
    hc_fit_result last;
    size_t n = k->n;
    hc_status st = HC_OK;
    k->fits = calloc(n, sizeof *k->fits);
    k->p = calloc(n, sizeof *k->p);
    k->s2 = calloc(2 * n, sizeof *k->s2);
    if (k->fits == NULL || k->p == NULL || k->s2 == NULL)
        st = hc_fail_nomem(err);
    k->t_k = k->s2 == NULL ? NULL : k->s2 + n;
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        k->t_k[i] = k->s[i]->temperature_celsius + 273.15;
        bool needed = k->job->options->arrhenius != NULL;
        if (needed && !(k->t_k[i] > 0))
            st = hc_fail(err, HC_DATA,
                         "%s has no temperature, "
                         "which --arrhenius needs (temperature_celsius)",
                         k->s[i]->name);
        if (!needed)
            k->t_k[i] = t_ref_k;
        if (st == HC_OK)
            st = free_fit(k, i, &last, err);
    }
    if (st == HC_OK)
        st = hc_fit_global(k->fits, n, k->p, k->s2, k->t_k, k->link, t_ref_k,
                           k->form->power, &g, err);
    if (st == HC_OK) {
        put_common(k, &g);
        for (size_t i = 0; i < n; i++)
            put_spectrum(k, i);
        if (!g.converged)
            hc_say_warning(&k->job->session->talk, NULL, 0,
                           "%s: the global fit did not come to rest",
                           k->s[0]->cell);
    }
    for (size_t i = 0; i < n && k->fits != NULL; i++)
        hc_fit_free(k->fits[i]);
    free(k->fits);
    free(k->p);
    free(k->s2);
    return st;
}

static bool same_cell(const hc_spectrum *a, const hc_spectrum *b)
{
    return strcmp(a->cell, b->cell) == 0 &&
           strcmp(a->electrode, b->electrode) == 0;
}

static hc_status all_cells(series *k, const hc_fit_collection *c, hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < c->n_all && st == HC_OK; i++) {
        bool new = true;
        for (size_t m = 0; m < i; m++)
            new = new && !same_cell(c->all[m], c->all[i]);
        if (!new)
            continue;
        k->n = 0;
        for (size_t m = i; m < c->n_all; m++)
            if (same_cell(c->all[m], c->all[i]))
                k->s[k->n++] = c->all[m];
        st = one_cell(k, err);
    }
    return st;
}

hc_status hc_fit_job_series(hc_fit_job *job, hc_err *err)
{
    const hc_fit_options *o = job->options;
    hc_fit_collection c;
    series k = {.job = job,
                .form = hc_arrhenius_form_of(o->form ? o->form : "R/T")};
    hc_status st = hc_fit_collect(job->session, &o->filter, &c, err);
    if (st == HC_OK)
        st = mark(&k, o->arrhenius, "--arrhenius", HC_LINK_ARRHENIUS, err);
    if (st == HC_OK)
        st = mark(&k, o->share, "--share", HC_LINK_SHARED, err);
    if (st == HC_OK && c.n_all > 0) {
        k.s = calloc(c.n_all, sizeof *k.s);
        st = k.s == NULL
                 ? hc_fail_nomem(err)
                 : hc_fit_job_tables(job, hc_frame_meta(c.frames[0]), err);
        if (st == HC_OK)
            st = all_cells(&k, &c, err);
    }
    free(k.s);
    hc_fit_collection_clear(&c);
    return st;
}
