/* fit_records.c: the rows that hc-fit writes about one spectrum */
#include "eis/fit_run.h"

#include "core/roles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    hc_writer *w;
    hc_conditions at;
} sink;

static void put(sink *k, const char *name, double value, const char *unit,
                const char *status)
{
    hc_record r = hc_record_make(&k->at, "fit", name, value, unit);
    snprintf(r.status, sizeof r.status, "%s", status);
    hc_records_put(k->w, &r);
}

static void put_parameter(sink *k, const hc_fit_setup *setup, int i,
                          const hc_fit_par *q)
{
    const hc_circuit *c = &setup->circuit;
    const hc_par *par = &c->pars[i];
    const char *role = hc_circuit_role_of(c, par->element);
    hc_record r =
        hc_record_make(&k->at, "fit", par->name, q->value, par->spec->unit);
    bool profile = setup->ask.profile && !isnan(q->profile_low);
    r.std_error = q->std_error;
    r.ci95_low = profile ? q->profile_low : q->ci_low;
    r.ci95_high = profile ? q->profile_high : q->ci_high;
    snprintf(r.role, sizeof r.role, "%s", role[0] == '\0' ? "-" : role);
    snprintf(r.status, sizeof r.status, "%s", hc_par_state_name(q->state));
    hc_records_put(k->w, &r);
}

static void put_range(sink *k, const hc_spectrum *s)
{
    put(k, "frequency_low_hertz", s->freq_hz[s->n - 1], "Hz", "-");
    put(k, "frequency_high_hertz", s->freq_hz[0], "Hz", "-");
}

/* The R beside element i of a p( ), or -1. */
static int resistance_beside(const hc_circuit *c, int i)
{
    int node = 0;
    while (c->nodes[node].element != i)
        node++;
    int up = c->nodes[node].parent;
    if (up < 0 || c->nodes[up].kind != HC_NODE_PARALLEL)
        return -1;
    int end = c->nodes[up].par_first + c->nodes[up].par_n;
    for (int e = c->nodes[up].par_first; e < end; e++)
        if (strcmp(c->elements[c->pars[e].element].type->name, "R") == 0)
            return e;
    return -1;
}

/* A resistance of the outermost series. */
static bool stands_alone(const hc_circuit *c, int i)
{
    int node = 0;
    while (c->nodes[node].element != i)
        node++;
    int up = c->nodes[node].parent;
    return strcmp(c->elements[i].type->name, "R") == 0 &&
           (up < 0 ||
            (c->nodes[up].parent < 0 && c->nodes[up].kind == HC_NODE_SERIES));
}

/* Capacitance an arc's peak stands for, the usual hint at what it is: for a
 * CPE beside its R it is (Q R)^(1/n) / R; NaN for other elements. */
static double capacitance(const hc_circuit *c, const double *p, int i,
                          int *resistance)
{
    const char *type = c->elements[i].type->name;
    int q = c->elements[i].par_first;
    bool cpe = strcmp(type, "CPE") == 0;
    *resistance = q;
    if (strcmp(type, "Zarc") == 0)
        return p[q] > 0 ? p[q + 1] / p[q] : (double)NAN;
    if (!cpe && strcmp(type, "C") != 0)
        return NAN;
    int r = *resistance = resistance_beside(c, i);
    if (r < 0 || !(p[r] > 0) || (cpe && !(p[q + 1] > 0)))
        return NAN;
    return cpe ? pow(p[q] * p[r], 1 / p[q + 1]) / p[r] : p[q];
}

static void suggest(sink *k, const char *name, const char *word)
{
    char quantity[HC_CIRCUIT_NAME + 16], status[64];
    snprintf(quantity, sizeof quantity, "%s_usual_role", name);
    snprintf(status, sizeof status, "%s?", word);
    hc_record rec = hc_record_word(&k->at, "suggestion", quantity, status);
    hc_records_put(k->w, &rec);
}

static void put_capacitances(sink *k, const hc_fit_setup *setup,
                             const double *p)
{
    const hc_circuit *c = &setup->circuit;
    bool bulk = false;
    for (int i = 0; i < c->n_elements; i++) {
        const hc_circuit_element *e = &c->elements[i];
        char name[HC_CIRCUIT_NAME + 8];
        const char *role = hc_circuit_role_of(c, i);
        int r;
        double c_f = capacitance(c, p, i, &r);
        bulk |= strcmp(role, "bulk") == 0;
        if (isnan(c_f))
            continue;
        if (strcmp(e->type->name, "C") != 0) {
            snprintf(name, sizeof name, "%s_C", e->name);
            hc_record rec = hc_record_make(&k->at, "fit", name, c_f, "F");
            snprintf(rec.role, sizeof rec.role, "%s", role[0] ? role : "-");
            snprintf(rec.status, sizeof rec.status, "derived");
            hc_records_put(k->w, &rec);
        }
        const char *usual =
            hc_role_usual(c_f, setup->area_m2, setup->thickness_m);
        if (role[0] != '\0' || usual[0] == '\0')
            continue;
        bulk |= strcmp(usual, "bulk") == 0;
        suggest(k, c->pars[r].name, usual);
        suggest(k, e->name, usual);
    }
    /* what stands alone in series holds the bulk where no arc does */
    for (int i = 0; i < c->n_elements && !bulk; i++)
        if (stands_alone(c, i) && hc_circuit_role_of(c, i)[0] == '\0')
            suggest(k, c->elements[i].name, "bulk-or-series");
}

static void put_other_minima(sink *k, const hc_fit_setup *setup,
                             const hc_fit_outcome *out)
{
    const hc_fit_result *r = &out->result;
    bool sound_shown = !r->best.degenerate;
    for (int i = 0; i < r->n_other && setup->robust == HC_ROBUST_NONE; i++) {
        const hc_fit_minimum *m = &r->other[i];
        char name[64];
        bool equal = m->cost - r->best.cost < 4 * out->report.s2;
        bool sound = !sound_shown && !m->degenerate;
        const char *status = m->degenerate ? "degenerate"
                             : equal       ? "equally-good"
                             : sound       ? "best-sound"
                                           : "distinct";
        sound_shown |= !m->degenerate;
        snprintf(name, sizeof name, "other%d_ssr", i + 1);
        put(k, name, m->cost, "-", status);
        for (int p = 0; p < setup->circuit.n_pars && (equal || sound); p++) {
            const hc_par *par = &setup->circuit.pars[p];
            if (par->optional)
                continue;
            snprintf(name, sizeof name, "other%d_%s", i + 1, par->name);
            put(k, name, m->p[p], par->spec->unit, status);
        }
    }
}

static void put_correlations(sink *k, const hc_fit_setup *setup,
                             const hc_fit_report *r)
{
    for (int i = 0; i < r->n_free; i++)
        for (int j = 0; j < i; j++) {
            double c = r->correlation[i * r->n_free + j];
            char name[80];
            if (!setup->correlations && !(fabs(c) > 0.98))
                continue;
            snprintf(name, sizeof name, "correlation:%.24s:%.24s",
                     setup->circuit.pars[r->index[j]].name,
                     setup->circuit.pars[r->index[i]].name);
            put(k, name, c, "-", "-");
        }
}

void hc_fit_records(hc_writer *w, const hc_fit_setup *setup,
                    const hc_spectrum *s, const hc_fit_outcome *out)
{
    sink k = {w, hc_conditions_of(s)};
    const hc_fit_report *r = &out->report;
    for (int i = 0; i < setup->circuit.n_pars; i++)
        if (!setup->circuit.pars[i].optional)
            put_parameter(&k, setup, i, &r->par[i]);
    put_capacitances(&k, setup, out->result.best.p);
    put_range(&k, s);
    put(&k, "ssr", out->result.best.cost,
        setup->weight == HC_WEIGHT_UNIT ? "ohm2" : "-",
        out->result.best.degenerate ? "degenerate" : "ok");
    put(&k, "dof", r->dof, "-", "-");
    put(&k, "aic", r->aic, "-", "-");
    put(&k, "bic", r->bic, "-", "-");
    put(&k, "noise_relative", r->noise_relative, "-", "-");
    put(&k, "max_residual_relative", r->max_residual, "-", "-");
    put(&k, "runs_p", r->runs_p, "-", r->runs_p < 1e-3 ? "trend" : "no-trend");
    put(&k, "condition_number", r->condition, "-",
        r->condition > 300 ? "high" : "ok");
    put(&k, "starts_agreed", out->result.agreed, "-",
        out->chained              ? "chained"
        : out->result.agreed <= 2 ? "few"
                                  : "ok");
    put(&k, "starts", out->result.starts, "-", "-");
    put_correlations(&k, setup, r);
    put_other_minima(&k, setup, out);
}
