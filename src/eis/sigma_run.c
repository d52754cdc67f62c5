/* sigma_run.c: one spectrum's resistances and capacitances to materials */
#include "eis/sigma_run.h"

#include "core/roles.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double eps0 = 8.8541878128e-12; /* F/m, CODATA 2018 */
static const double elementary = 1.602176634e-19;
static const double boltzmann = 1.380649e-23;

void hc_record_list_clear(hc_record_list *list)
{
    free(list->items);
    *list = (hc_record_list){0};
}

hc_status hc_record_list_add(hc_record_list *list, const hc_record *r,
                             hc_err *err)
{
    if (list->n == list->cap) {
        hc_record *more =
            hc_grow(list->items, &list->cap, list->n + 1, sizeof *more);
        if (more == NULL)
            return hc_fail_nomem(err);
        list->items = more;
    }
    list->items[list->n++] = *r;
    return HC_OK;
}

/* ---- one spectrum ---- */

typedef struct {
    double r, sd, c, c_sd;
    bool found, sound, charged;
    bool suggested; /* by its capacitance, not said by the user */
} process;

enum {
    BULK,
    GB,
    INTERPHASE,
    CT_NEGATIVE,
    CT_POSITIVE,
    CATHODE,
    CONTACT,
    N_ROLES
};
static const char *const roles[N_ROLES] = {"bulk",
                                           "gb",
                                           "interphase",
                                           "charge-transfer-negative",
                                           "charge-transfer-positive",
                                           "cathode",
                                           "contact"};

typedef struct {
    const hc_sigma_setup *setup;
    hc_record_list *out;
    hc_conditions at;
    hc_err *err;
    hc_status st;
    process role[N_ROLES];
    double f_high, t95;
} spectrum;

static bool equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_spectrum(const hc_conditions *a, const hc_conditions *b)
{
    return a->source_index == b->source_index &&
           strcmp(a->cell, b->cell) == 0 &&
           strcmp(a->electrode, b->electrode) == 0 &&
           equal(a->spectrum_index, b->spectrum_index) &&
           equal(a->cycle_count, b->cycle_count) &&
           equal(a->step_count, b->step_count) &&
           equal(a->temperature_celsius, b->temperature_celsius);
}

/* "bulk", or "bulk?" where that is only suggested; the total is as sure as
 * its parts. */
static void name_role(const spectrum *s, const char *role, hc_record *r)
{
    bool doubt = false, total = strcmp(role, "total") == 0;
    for (int k = 0; k < N_ROLES; k++)
        if (strcmp(roles[k], role) == 0 || (total && k <= GB))
            doubt |= s->role[k].suggested;
    snprintf(r->role, sizeof r->role, "%s%s", role, doubt ? "?" : "");
}

static void put(spectrum *s, const char *role, const char *quantity,
                double value, double relative_sd, const char *unit,
                const char *status)
{
    hc_record r = hc_record_make(&s->at, "sigma", quantity, value, unit);
    name_role(s, role, &r);
    snprintf(r.status, sizeof r.status, "%s", status);
    if (relative_sd >= 0) {
        r.std_error = fabs(value) * relative_sd;
        r.ci95_low = value * exp(-s->t95 * relative_sd);
        r.ci95_high = value * exp(s->t95 * relative_sd);
    }
    if (s->st == HC_OK)
        s->st = hc_record_list_add(s->out, &r, s->err);
}

/* Records of one fit that say something about a process. */
static void collect(spectrum *s, const hc_record *r)
{
    if (strcmp(r->quantity, "frequency_high_hertz") == 0)
        s->f_high = r->value;
    if (strncmp(r->quantity, "other", 5) == 0)
        return;
    for (int k = 0; k < N_ROLES; k++) {
        process *p = &s->role[k];
        size_t len = strlen(roles[k]);
        bool suggested = hc_role_is_suggested(r->role);
        if (strncmp(r->role, roles[k], len) != 0 ||
            strlen(r->role) != len + suggested)
            continue;
        p->suggested |= suggested;
        if (strcmp(r->unit, "ohm") == 0 &&
            strstr(r->quantity, "_Z0") == NULL) {
            double e = isnan(r->std_error) ? 0 : r->std_error;
            p->sound =
                (!p->found || p->sound) && strncmp(r->status, "not-", 4) != 0;
            p->r = p->found ? p->r + r->value : r->value;
            p->sd = hypot(p->found ? p->sd : 0, e);
            p->found = true;
        } else if (strcmp(r->unit, "F") == 0) {
            /* several arcs of one role have no one capacitance */
            p->c = p->charged ? (double)NAN : r->value;
            p->c_sd = r->std_error;
            p->charged = true;
        }
    }
}

static double geometry_error(const hc_sigma_setup *g, bool thickness)
{
    double a = g->area_sd_m2 / g->area_m2, d = 0;
    if (thickness)
        d = g->thickness_sd_m / g->thickness_m;
    return hypot(isnan(a) ? 0 : a, isnan(d) ? 0 : d);
}

static const char *soundness(const process *p)
{
    return p->sound ? "ok" : "not-identifiable";
}

/* Conductivities; one arc alone gives only the total. */
static void conductivities(spectrum *s)
{
    const hc_sigma_setup *g = s->setup;
    const process *b = &s->role[BULK], *gb = &s->role[GB];
    double k = g->thickness_m / g->area_m2, u = geometry_error(g, true);
    bool both = b->found && gb->found;
    if (!(k > 0) || !(b->found || gb->found))
        return;
    if (both) {
        put(s, "bulk", "conductivity_s_m", k / b->r, hypot(u, b->sd / b->r),
            "S/m", soundness(b));
        put(s, "gb", "conductivity_apparent_s_m", k / gb->r,
            hypot(u, gb->sd / gb->r), "S/m", soundness(gb));
        /* brick layer: thickness over grain size is C_bulk / C_gb (Haile,
         * West and Campbell 1998, 10.1557/JMR.1998.0219) */
        if (b->c > 0 && gb->c > 0)
            put(s, "gb", "conductivity_brick_layer_s_m",
                k / gb->r * b->c / gb->c, -1, "S/m", "assumption");
    }
    double r = (b->found ? b->r : 0) + (gb->found ? gb->r : 0);
    double sd = hypot(b->found ? b->sd : 0, gb->found ? gb->sd : 0);
    bool sound = (!b->found || b->sound) && (!gb->found || gb->sound);
    put(s, "total", "conductivity_s_m", k / r, hypot(u, sd / r), "S/m",
        !sound ? "not-identifiable"
        : both ? "ok"
               : "only-total");
}

static void area_specific(spectrum *s)
{
    const hc_sigma_setup *g = s->setup;
    double u = geometry_error(g, false);
    for (int k = INTERPHASE; k < N_ROLES; k++) {
        const process *p = &s->role[k];
        if (!p->found || !(g->area_m2 > 0))
            continue;
        put(s, roles[k], "area_specific_resistance_ohm_m2",
            p->r * g->area_m2 / g->interfaces, hypot(u, p->sd / p->r),
            "ohm m2", soundness(p));
    }
}

/* Only when the arc's apex lies inside the window and its capacitance is
 * well above the stray one; NaN otherwise. */
static double permittivity(spectrum *s)
{
    const hc_sigma_setup *g = s->setup;
    const process *p = &s->role[BULK];
    double k = g->thickness_m / g->area_m2;
    if (!p->found || !(k > 0))
        return NAN;
    double apex = 1 / (2 * M_PI * p->r * p->c);
    bool inside = p->c > 0 && apex < s->f_high;
    if (!inside || !(p->c > 3 * g->stray_f)) {
        hc_record r = hc_record_word(&s->at, "sigma", "permittivity_relative",
                                     "not-resolved");
        name_role(s, "bulk", &r);
        if (s->st == HC_OK)
            s->st = hc_record_list_add(s->out, &r, s->err);
        return NAN;
    }
    double eps = p->c * k / eps0;
    double u = hypot(geometry_error(g, true), p->c_sd / p->c);
    put(s, "bulk", "permittivity_relative", eps, isnan(u) ? -1 : u, "-", "ok");
    return eps;
}

/* Pang et al. 2021, eq. 4: lambda = sqrt(eps kT / (e^2 N)), N mobile ions per
 * volume; below a lattice constant the continuum has no meaning. */
static void debye_length(spectrum *s, double eps)
{
    double n = s->setup->carriers_m3;
    double t = s->at.temperature_celsius + 273.15;
    if (!(n > 0) || !(eps > 0) || !(t > 0))
        return;
    double l =
        sqrt(eps * eps0 * boltzmann * t / (elementary * elementary * n));
    put(s, "bulk", "debye_length_m", l < 0.3e-9 ? NAN : l, -1, "m",
        l < 0.3e-9 ? "refused-below-0.3nm" : "ok");
}

/* Pang et al. 2021, eq. 1 (Li and Monroe), with eps0: the current density
 * that a pressure difference could balance; a check, never a prediction. */
static void li_monroe(spectrum *s, double eps)
{
    const process *p = &s->role[INTERPHASE];
    double dp = s->setup->pressure_pa;
    if (!p->found || !(p->c > 0) || !(eps > 0) || !(dp > 0))
        return;
    put(s, "interphase", "li_monroe_current_density_a_m2",
        sqrt(6 * eps * eps0 * dp) / (p->r * p->c), -1, "A/m2",
        "consistency-check");
}

/* ---- suggested roles ---- */

/* What NAME_usual_role of the same spectrum says of r[k]: "bulk?", or "". */
static const char *suggestion(const hc_record *r, size_t n, size_t k)
{
    char wanted[80];
    size_t len = strlen(r[k].quantity);
    /* CPE1_C and Zarc1_R belong to the element before the underline */
    if (len > 2 && r[k].quantity[len - 2] == '_')
        len -= 2;
    snprintf(wanted, sizeof wanted, "%.*s_usual_role", (int)len,
             r[k].quantity);
    for (size_t i = 0; i < n; i++)
        if (strcmp(r[i].method, "suggestion") == 0 &&
            strcmp(r[i].quantity, wanted) == 0 &&
            same_spectrum(&r[i].at, &r[k].at))
            return r[i].status;
    return "";
}

void hc_sigma_suggest(hc_record *r, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool ohm = strcmp(r[k].unit, "ohm") == 0;
        if (strcmp(r[k].method, "fit") != 0 || strcmp(r[k].role, "-") != 0 ||
            strncmp(r[k].quantity, "other", 5) == 0 ||
            (!ohm && strcmp(r[k].unit, "F") != 0))
            continue;
        const char *word = suggestion(r, n, k);
        if (strcmp(word, "bulk-or-series?") == 0)
            word = "bulk?";
        if (word[0] != '\0')
            snprintf(r[k].role, sizeof r[k].role, "%s", word);
    }
}

static void one(spectrum *s)
{
    conductivities(s);
    area_specific(s);
    double eps = permittivity(s);
    debye_length(s, eps);
    li_monroe(s, eps);
}

hc_status hc_sigma_spectra(const hc_sigma_setup *setup, const hc_record *r,
                           size_t n, hc_record_list *out, hc_talk *talk,
                           hc_err *err)
{
    bool *taken = calloc(n + 1, sizeof *taken);
    size_t before = out->n;
    hc_status st = taken == NULL ? hc_fail_nomem(err) : HC_OK;
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        if (taken[i] || strcmp(r[i].method, "fit") != 0)
            continue;
        spectrum s = {.setup = setup,
                      .out = out,
                      .at = r[i].at,
                      .err = err,
                      .st = HC_OK,
                      .f_high = NAN,
                      .t95 = 1.96};
        for (int k = 0; k < N_ROLES; k++)
            s.role[k].c = NAN;
        for (size_t k = i; k < n; k++)
            if (!taken[k] && same_spectrum(&r[k].at, &r[i].at)) {
                taken[k] = true;
                if (strcmp(r[k].method, "fit") == 0)
                    collect(&s, &r[k]);
            }
        one(&s);
        st = s.st;
    }
    free(taken);
    if (st == HC_OK && out->n == before) {
        bool roled = false;
        for (size_t i = 0; i < n; i++)
            for (int k = 0; k < N_ROLES; k++)
                roled |= strncmp(r[i].role, roles[k], strlen(roles[k])) == 0;
        hc_say_warning(talk, NULL, 0,
                       roled ? "the geometry is missing: --area and "
                               "--se-thickness"
                             : "no resistance has a role; say which is which "
                               "with hc-fit --role R1=bulk, or take what "
                               "the capacitances suggest: --roles suggested");
    }
    return st;
}
