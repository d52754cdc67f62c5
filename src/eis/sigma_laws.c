/* sigma_laws.c: over temperature, pressure and cells */
#include "eis/sigma_run.h"

#include "fitters/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 4096 };

/* Values of one cell and role in the order they were measured. */
typedef struct {
    size_t n;
    double x[SERIES_MAX], y[SERIES_MAX], sd[SERIES_MAX];
    int way[SERIES_MAX]; /* +1 heating, -1 cooling */
    bool weighted;
    hc_record first;
} series;

static const char *wanted(const hc_arrhenius_form *form)
{
    switch (form->name[0]) {
    case 'D':
        return "diffusivity_m2_s";
    case 'i':
        return "exchange_current_density_a_m2";
    case 'R':
        return NULL; /* any resistance */
    default:
        return "conductivity_s_m";
    }
}

static bool fits(const hc_record *r, const char *quantity)
{
    if (!(r->value > 0) || strcmp(r->role, "-") == 0 ||
        strncmp(r->status, "not-", 4) == 0 ||
        strncmp(r->quantity, "other", 5) == 0 ||
        strncmp(r->method, "arrhenius", 9) == 0)
        return false;
    if (quantity == NULL)
        return strcmp(r->unit, "ohm") == 0;
    return strcmp(r->quantity, quantity) == 0;
}

static bool same_series(const hc_record *a, const hc_record *b)
{
    return strcmp(a->at.cell, b->at.cell) == 0 &&
           strcmp(a->at.electrode, b->at.electrode) == 0 &&
           strcmp(a->role, b->role) == 0 &&
           strcmp(a->quantity, b->quantity) == 0;
}

/* The series that begins with r[i]; false when it began before. */
static bool gather(const hc_record *r, size_t n, size_t i,
                   const char *quantity, bool pressure, series *s)
{
    for (size_t k = 0; k < i; k++)
        if (fits(&r[k], quantity) && same_series(&r[k], &r[i]))
            return false;
    s->n = 0;
    s->weighted = true;
    s->first = r[i];
    for (size_t k = i; k < n && s->n < SERIES_MAX; k++) {
        double t = pressure ? r[k].at.pressure_pa
                            : r[k].at.temperature_celsius + 273.15;
        if (!fits(&r[k], quantity) || !same_series(&r[k], &r[i]) || !(t > 0))
            continue;
        s->x[s->n] = t;
        s->y[s->n] = r[k].value;
        s->sd[s->n] = r[k].std_error / r[k].value;
        s->weighted = s->weighted && s->sd[s->n] > 0;
        s->n++;
    }
    hc_arrhenius_ways(s->n, s->x, s->way);
    return true;
}

static void take_way(const series *from, int way, series *to)
{
    to->n = 0;
    to->first = from->first;
    to->weighted = from->weighted;
    for (size_t i = 0; i < from->n; i++) {
        /* the turning point belongs to both */
        bool turn = i + 1 < from->n && from->way[i + 1] == way;
        if (from->way[i] != way && !turn)
            continue;
        to->x[to->n] = from->x[i];
        to->y[to->n] = from->y[i];
        to->sd[to->n++] = from->sd[i];
    }
}

static size_t distinct(const series *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool new = true;
        for (size_t k = 0; k < i; k++)
            new = new &&fabs(s->x[k] - s->x[i]) > 0.5;
        n += new;
    }
    return n;
}

/* ---- Arrhenius ---- */

static hc_status put(hc_record_list *list, const hc_record *like,
                     const char *method, const char *quantity, double value,
                     double sd, double low, double high, const char *unit,
                     const char *status, hc_err *err)
{
    hc_record r = hc_record_make(&like->at, method, quantity, value, unit);
    snprintf(r.role, sizeof r.role, "%s", like->role);
    snprintf(r.status, sizeof r.status, "%s", status);
    r.std_error = sd;
    r.ci95_low = low;
    r.ci95_high = high;
    return hc_record_list_add(list, &r, err);
}

static hc_status law(const hc_sigma_setup *setup, const series *s,
                     const char *method, hc_record_list *list, hc_err *err)
{
    const hc_arrhenius_form *form = setup->form;
    hc_arrhenius_fit f;
    hc_record like = s->first;
    double nan = NAN;
    hc_status st =
        hc_arrhenius_make(s->n, s->x, s->y, s->weighted ? s->sd : NULL, form,
                          setup->t_ref_c + 273.15, &f, err);
    if (st != HC_OK)
        return st;
    like.at.spectrum_index = like.at.cycle_count = like.at.step_count = NAN;
    like.at.temperature_celsius = NAN;
    double t = hc_t95(f.dof);
    if ((st = put(list, &like, method, "activation_energy_j_mol", f.e_j_mol,
                  f.sd_e_j_mol, f.e_j_mol - t * f.sd_e_j_mol,
                  f.e_j_mol + t * f.sd_e_j_mol, "J/mol", "ok", err)) ||
        (st = put(list, &like, method, "arrhenius_form", nan, nan, nan, nan,
                  "-", form->name, err)) ||
        (st = put(list, &like, method, "arrhenius_points", (double)s->n, nan,
                  nan, nan, "-", "-", err)))
        return st;
    if (!isnan(f.break_k) &&
        (st = put(list, &like, method, "arrhenius_break_celsius",
                  f.break_k - 273.15, nan, nan, nan, "degC", "break", err)))
        return st;
    like.at.temperature_celsius = setup->t_ref_c;
    return put(list, &like, method, s->first.quantity, f.reference,
               f.reference * f.sd_ln, f.reference * exp(-t * f.sd_ln),
               f.reference * exp(t * f.sd_ln), s->first.unit, "ok", err);
}

static hc_status laws_of(const hc_sigma_setup *setup, const series *s,
                         series *part, hc_record_list *list, hc_err *err)
{
    hc_status st = HC_OK;
    static const char *const names[] = {"arrhenius-cooling",
                                        "arrhenius-heating"};
    size_t ways[2];
    for (int w = 0; w < 2; w++) {
        take_way(s, 2 * w - 1, part);
        ways[w] = distinct(part);
    }
    if (ways[0] < 3 || ways[1] < 3)
        return law(setup, s, "arrhenius", list, err);
    for (int w = 0; w < 2 && st == HC_OK; w++) {
        take_way(s, 2 * w - 1, part);
        st = law(setup, part, names[w], list, err);
    }
    return st;
}

/* ---- pressure: ln sigma against ln p ---- */

static hc_status pressure_law(const series *s, hc_record_list *list,
                              hc_err *err)
{
    double x[64], y[64];
    hc_line_fit f;
    hc_record like = s->first;
    if (s->n > 64 || distinct(s) < 3)
        return HC_OK;
    for (size_t i = 0; i < s->n; i++) {
        x[i] = log(s->x[i]);
        y[i] = log(s->y[i]);
    }
    if (hc_line_fit_make(s->n, x, y, s->weighted ? s->sd : NULL, &f, err) !=
        HC_OK)
        return HC_OK;
    like.at.pressure_pa = NAN;
    double t = hc_t95(f.dof);
    return put(list, &like, "pressure", "pressure_exponent", f.b, f.sd_b,
               f.b - t * f.sd_b, f.b + t * f.sd_b, "-", "ok", err);
}

/* ---- cells ---- */

/* Mean over three or more cells at one temperature, with the spread between
 * laboratories beside it: 35 to 50 % of sigma (Ohno et al. 2020,
 * 10.1021/acsenergylett.9b02764). */
static hc_status over_cells(const hc_record *r, size_t n, size_t i,
                            hc_record_list *list, hc_err *err)
{
    double y[256], v[256], mean, sd, tau2;
    size_t at[256], cells = 0;
    hc_record like = r[i];
    for (size_t k = 0; k < n && cells < 256; k++) {
        bool new = fits(&r[k], "conductivity_s_m") &&
                   strcmp(r[k].role, r[i].role) == 0 &&
                   strcmp(r[k].method, "sigma") == 0 &&
                   fabs(r[k].at.temperature_celsius -
                        r[i].at.temperature_celsius) < 0.5 &&
                   r[k].std_error > 0;
        for (size_t m = 0; m < cells && new; m++)
            new = strcmp(r[at[m]].at.cell, r[k].at.cell) != 0;
        if (!new)
            continue;
        if (cells == 0 && k != i)
            return HC_OK; /* was done before */
        y[cells] = log(r[k].value);
        v[cells] = pow(r[k].std_error / r[k].value, 2);
        at[cells++] = k;
    }
    if (cells < 3)
        return HC_OK;
    hc_random_effects(cells, y, v, &mean, &sd, &tau2);
    double t = hc_t95((double)cells - 1), value = exp(mean);
    snprintf(like.at.cell, sizeof like.at.cell, "-");
    like.at.spectrum_index = NAN;
    hc_status st = put(list, &like, "random-effects", "conductivity_s_m",
                       value, value * sd, value * exp(-t * sd),
                       value * exp(t * sd), "S/m", "ok", err);
    if (st == HC_OK)
        st = put(list, &like, "random-effects", "between_cell_sd_ln",
                 sqrt(tau2), NAN, NAN, NAN, "-", "ok", err);
    if (st == HC_OK)
        st = put(list, &like, "random-effects", "interlaboratory_relative_sd",
                 0.425, NAN, 0.35, 0.5, "-", "context", err);
    return st;
}

hc_status hc_sigma_laws(const hc_sigma_setup *setup, const hc_record *raw,
                        size_t n_raw, hc_record_list *list, hc_talk *talk,
                        hc_err *err)
{
    series *s = malloc(2 * sizeof *s);
    hc_status st = s == NULL ? hc_fail_nomem(err) : HC_OK;
    const char *quantity = setup->form == NULL ? NULL : wanted(setup->form);
    bool own = quantity != NULL && quantity[0] == 'c';
    size_t found = list->n, tried = 0;
    for (size_t i = 0;
         setup->form != NULL && st == HC_OK && i < (own ? found : n_raw);
         i++) {
        const hc_record *r = own ? list->items : raw;
        size_t n = own ? found : n_raw;
        if (!fits(&r[i], quantity) || !gather(r, n, i, quantity, false, s))
            continue;
        tried++;
        if (distinct(s) < 3)
            hc_say_warning(talk, NULL, 0,
                           "%s, %s: %zu temperatures, an Arrhenius law "
                           "needs three",
                           r[i].at.cell, r[i].role, distinct(s));
        else
            st = laws_of(setup, s, s + 1, list, err);
    }
    if (st == HC_OK && setup->form != NULL && tried == 0)
        hc_say_warning(talk, NULL, 0,
                       "nothing to form an Arrhenius law of "
                       "form %s from",
                       setup->form->name);
    for (size_t i = 0; i < found && st == HC_OK; i++) {
        const hc_record r = list->items[i];
        if (!fits(&r, "conductivity_s_m"))
            continue;
        if (gather(list->items, found, i, "conductivity_s_m", true, s))
            st = pressure_law(s, list, err);
        if (st == HC_OK)
            st = over_cells(list->items, found, i, list, err);
    }
    free(s);
    return st;
}
