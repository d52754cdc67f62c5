/* drt_consensus.c: which peaks the methods agree on */
#include "core/records.h"
#include "core/sort.h"
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
    size_t n, of[HC_DRT_FAMILIES];
} group;

/* How many methods ran, of each family. */
typedef struct {
    size_t n, of[HC_DRT_FAMILIES];
} roll;

/* Sorts; the middle of the values. */
static double middle(double *v, size_t n)
{
    hc_sort_rising(v, n);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void join(group *g, size_t *n, const hc_drt_method *m,
                 const hc_drt_peak *p)
{
    /* within a factor of 2 of the group's first member */
    size_t best = *n;
    double near = M_LN2;
    for (size_t k = 0; k < *n; k++) {
        const double d = fabs(log(p->tau_s) - g[k].ln_tau[0]);
        if (d < near && !strstr(g[k].methods, m->name)) {
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
             to->methods[0] ? "," : "", m->name);
    to->of[m->family]++;
}

/* Part of the families' votes; each has one, split among its methods. */
static double support(const group *g, const roll *ran)
{
    double votes = 0, all = 0;
    for (int f = 0; f < HC_DRT_FAMILIES; f++) {
        votes += ran->of[f] > 0 ? (double)g->of[f] / (double)ran->of[f] : 0;
        all += ran->of[f] > 0;
    }
    return votes / all;
}

static int by_tau(const void *a, const void *b)
{
    const double x = ((const group *)a)->ln_tau[0];
    const double y = ((const group *)b)->ln_tau[0];
    return (x > y) - (x < y);
}

static void put(hc_writer *w, const hc_conditions *at, size_t k,
                const char *what, double value, double error, const char *unit,
                const group *g)
{
    char name[48];
    snprintf(name, sizeof name, "consensus%zu_%s", k, what);
    hc_record r = hc_record_make(at, "drt-consensus", name, value, unit);
    r.std_error = error;
    snprintf(r.status, sizeof r.status, "%.63s", g->methods);
    hc_records_put(w, &r);
}

/* Median of the methods with half their range in its logarithm as error, then
 * the least and the greatest of them. */
static void put_range(hc_writer *w, const hc_conditions *at, size_t k,
                      const char *what, const char *unit, double *ln,
                      const group *g)
{
    char name[32];
    const double mid = exp(middle(ln, g->n));
    put(w, at, k, what, mid, mid * (ln[g->n - 1] - ln[0]) / 2, unit, g);
    snprintf(name, sizeof name, "%s_least", what);
    put(w, at, k, name, exp(ln[0]), NAN, unit, g);
    snprintf(name, sizeof name, "%s_greatest", what);
    put(w, at, k, name, exp(ln[g->n - 1]), NAN, unit, g);
}

static size_t put_agreed(hc_writer *w, const hc_conditions *at, long agree,
                         const roll *ran, group *g, size_t n)
{
    size_t agreed = 0;
    for (size_t k = 0; k < n; k++) {
        const double part = support(&g[k], ran);
        if (agree > 0 ? g[k].n < (size_t)agree : part <= 0.5)
            continue;
        agreed++;
        put_range(w, at, agreed, "tau", "s", g[k].ln_tau, &g[k]);
        put_range(w, at, agreed, "R", "ohm", g[k].ln_r, &g[k]);
        put(w, at, agreed, "methods", (double)g[k].n, NAN, "-", &g[k]);
        put(w, at, agreed, "support", part, NAN, "-", &g[k]);
    }
    return agreed;
}

hc_status hc_drt_consensus(const hc_drt_data *d, const hc_drt_job *job,
                           const hc_spectrum *s, hc_writer *w, hc_err *err)
{
    const hc_conditions at = hc_conditions_of(s);
    group *g = calloc(GROUPS + 1, sizeof *g);
    if (!g)
        return hc_fail_nomem(err);
    size_t n = 0;
    roll ran = {0};
    hc_status st = HC_OK;
    for (const hc_drt_method *m = hc_drt_methods; m->name; m++) {
        hc_drt r;
        st = hc_drt_run(m, d, &job->opt, &r, err);
        if (st == HC_NO || st == HC_DATA)
            continue; /* this method cannot take this spectrum */
        if (st != HC_OK)
            goto cleanup;
        ran.n++;
        ran.of[m->family]++;
        st = hc_drt_find_peaks(&r, d, job->prominence, err);
        for (size_t k = 0; st == HC_OK && k < r.n_peaks; k++)
            if (!r.peaks[k].edge)
                join(g, &n, m, &r.peaks[k]);
        hc_drt_clear(&r);
    }
    if (ran.n == 0)
        goto cleanup;
    st = HC_OK;
    qsort(g, n, sizeof *g, by_tau);
    const size_t agreed = put_agreed(w, &at, job->agree, &ran, g, n);
    hc_record rec = hc_record_make(&at, "drt-consensus", "methods_run",
                                   (double)ran.n, "-");
    hc_records_put(w, &rec);
    rec = hc_record_make(&at, "drt-consensus", "peaks_agreed", (double)agreed,
                         "-");
    hc_records_put(w, &rec);
cleanup:
    free(g);
    return st;
}
