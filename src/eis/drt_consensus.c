/* drt_consensus.c: which peaks the methods agree on */
#include "core/records.h"
#include "eis/drt_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, GROUPS = 64 };

/* Peaks of several methods that stand for the same process. */
typedef struct {
    double ln_tau[MOST], ln_r[MOST];
    char methods[160];
    size_t n;
} group;

/* Middle of the values and half the range that holds the middle half. */
static void middle(double *v, size_t n, double *mid, double *spread)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && v[k] < v[k - 1]; k--) {
            const double t = v[k];
            v[k] = v[k - 1];
            v[k - 1] = t;
        }
    *mid = n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
    *spread = (v[n - 1] - v[0]) / 2;
}

static void join(group *g, size_t *n, const char *method, const hc_drt_peak *p)
{
    /* within a factor of 2 of the group's first member */
    size_t best = *n;
    double near = M_LN2;
    for (size_t k = 0; k < *n; k++) {
        const double d = fabs(log(p->tau_s) - g[k].ln_tau[0]);
        if (d < near && !strstr(g[k].methods, method)) {
            near = d;
            best = k;
        }
    }
    if (best == GROUPS || g[best].n == MOST)
        return;
    if (best == *n)
        g[(*n)++] = (group){0};
    group *to = &g[best];
    to->ln_tau[to->n] = log(p->tau_s);
    to->ln_r[to->n++] = log(fmax(p->r_ohm, 1e-300));
    snprintf(to->methods + strlen(to->methods),
             sizeof to->methods - strlen(to->methods), "%s%s",
             to->methods[0] ? "," : "", method);
}

static int by_tau(const void *a, const void *b)
{
    const double x = ((const group *)a)->ln_tau[0];
    const double y = ((const group *)b)->ln_tau[0];
    return (x > y) - (x < y);
}

static void put(hc_writer *w, const hc_conditions *at, size_t k,
                const char *what, double ln, double spread, const char *unit,
                const group *g)
{
    char name[48];
    snprintf(name, sizeof name, "consensus%zu_%s", k, what);
    hc_record r = hc_record_make(at, "drt-consensus", name, exp(ln), unit);
    r.std_error = exp(ln) * spread;
    snprintf(r.status, sizeof r.status, "%.63s", g->methods);
    hc_records_put(w, &r);
}

hc_status hc_drt_consensus(const hc_drt_data *d, const hc_drt_job *job,
                           const hc_spectrum *s, hc_writer *w, hc_err *err)
{
    const hc_conditions at = hc_conditions_of(s);
    group *g = calloc(GROUPS + 1, sizeof *g);
    if (!g)
        return hc_fail_nomem(err);
    size_t n = 0, ran = 0, agreed = 0;
    hc_status st = HC_OK;
    for (const hc_drt_method *m = hc_drt_methods; m->name; m++) {
        hc_drt r;
        st = hc_drt_run(m, d, &job->opt, &r, err);
        if (st == HC_NO || st == HC_DATA)
            continue; /* this method cannot take this spectrum */
        if (st != HC_OK)
            goto cleanup;
        ran++;
        st = hc_drt_find_peaks(&r, d, job->prominence, err);
        for (size_t k = 0; st == HC_OK && k < r.n_peaks; k++)
            if (!r.peaks[k].edge)
                join(g, &n, m->name, &r.peaks[k]);
        hc_drt_clear(&r);
    }
    if (ran == 0)
        goto cleanup;
    st = HC_OK;
    const size_t enough = job->agree > 0 ? (size_t)job->agree : ran / 2 + 1;
    qsort(g, n, sizeof *g, by_tau);
    for (size_t k = 0; k < n; k++) {
        if (g[k].n < enough)
            continue;
        agreed++;
        double tau, r, spread_tau, spread_r;
        middle(g[k].ln_tau, g[k].n, &tau, &spread_tau);
        middle(g[k].ln_r, g[k].n, &r, &spread_r);
        put(w, &at, agreed, "tau", tau, spread_tau, "s", &g[k]);
        put(w, &at, agreed, "R", r, spread_r, "ohm", &g[k]);
        put(w, &at, agreed, "methods", log((double)g[k].n), 0, "-", &g[k]);
    }
    hc_record rec =
        hc_record_make(&at, "drt-consensus", "methods_run", (double)ran, "-");
    hc_records_put(w, &rec);
    rec = hc_record_make(&at, "drt-consensus", "peaks_agreed", (double)agreed,
                         "-");
    hc_records_put(w, &rec);
cleanup:
    free(g);
    return st;
}
