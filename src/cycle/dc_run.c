#include "cycle/dc_run.h"

#include "cycle/dc.h"
#include "cycle/onset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

static hc_status check_hw(const hc_dc_options *o, hc_err *err)
{
    if (o->cell == NULL)
        return hc_fail(err, HC_USAGE,
                       "hw needs --cell blocking-symmetric or hebb-wagner: "
                       "their currents follow different laws");
    if (is(o->cell, "hebb-wagner") && !isfinite(o->temperature_c))
        return hc_fail(err, HC_USAGE, "hebb-wagner needs --temperature");
    return HC_OK;
}

hc_status hc_dc_check(const hc_dc_options *o, hc_err *err)
{
    if (is(o->mode, "hw"))
        return check_hw(o, err);
    if (is(o->mode, "bv")) {
        bool before = o->before != NULL || isfinite(o->r_before_ohm);
        bool after = o->after != NULL || isfinite(o->r_after_ohm);
        return before && after
                   ? HC_OK
                   : hc_fail(err, HC_USAGE,
                             "bv needs the interface resistance before and "
                             "after: --eis-before and --eis-after, or "
                             "--r-before and --r-after");
    }
    if (is(o->mode, "onset"))
        return isfinite(o->onset_a) || isfinite(o->onset_a_m2)
                   ? HC_OK
                   : hc_fail(err, HC_USAGE,
                             "onset needs --onset-current or "
                             "--onset-density");
    if (is(o->mode, "growth"))
        return isfinite(o->interval_s) || o->times != NULL
                   ? HC_OK
                   : hc_fail(err, HC_USAGE,
                             "growth needs --interval or --times: records "
                             "have no clock");
    return hc_fail(err, HC_USAGE,
                   "'%s' is no mode; expected hw, bv, growth or onset",
                   o->mode);
}

void hc_dc_put(hc_writer *w, const hc_conditions *at, const char *method,
               const char *quantity, double value, double sd, double low,
               double high, const char *unit, const char *status)
{
    hc_record rec = hc_record_make(at, method, quantity, value, unit);
    rec.std_error = sd;
    rec.ci95_low = low;
    rec.ci95_high = high;
    snprintf(rec.status, sizeof rec.status, "%s", status);
    hc_records_put(w, &rec);
}

static void put_value(hc_writer *w, const hc_conditions *at,
                      const char *method, const char *quantity,
                      const hc_dc_value *v, const char *unit)
{
    hc_dc_put(w, at, method, quantity, v->value, v->sd, v->low, v->high, unit,
              v->status);
}

static double either(double given, const hc_meta *m, const char *key)
{
    return isfinite(given) ? given : hc_meta_number(m, key);
}

static hc_conditions conditions(const hc_dc_run *r, const hc_gitt_feed *f)
{
    hc_conditions at = hc_conditions_none();
    const char *cell = hc_series_cell(f->series);
    at.source_index = f->source;
    if (cell != NULL)
        snprintf(at.cell, sizeof at.cell, "%s", cell);
    snprintf(at.electrode, sizeof at.electrode, f->working ? "we" : "cell");
    at.temperature_celsius =
        either(r->options->temperature_c, hc_series_meta(f->series),
               "temperature_celsius");
    return at;
}

static hc_status open_table(hc_dc_run *r, const hc_gitt_feed *f, hc_err *err)
{
    if (r->w != NULL)
        return HC_OK;
    hc_status st = hc_session_table(r->session, "records",
                                    hc_series_meta(f->series), &r->w, err);
    if (st == HC_OK)
        hc_records_begin(r->w);
    return st;
}

/* ---- electronic conductivity ---- */

/* The empirical limits below which filaments were not seen, 1e-10 and 1e-12
 * S/cm (W. Pang et al. 2021, 2.1): context, no verdict. */
static void put_lines(hc_writer *w, const hc_conditions *at,
                      const char *method, const hc_dc_value *v)
{
    static const struct {
        double line_s_m;
        const char *name;
    } lines[] = {{1e-8, "line_1e-10_s_cm"}, {1e-10, "line_1e-12_s_cm"}};
    for (int k = 0; k < 2; k++) {
        const char *word = "undecided";
        if (v->high < lines[k].line_s_m)
            word = "below";
        else if (v->low > lines[k].line_s_m)
            word = "above";
        hc_record rec = hc_record_word(at, method, lines[k].name, word);
        hc_records_put(w, &rec);
    }
}

static void put_holds(const hc_dc_run *r, const hc_conditions *common,
                      const char *method, const hc_dc_point *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const hc_steady *s = &p[i].steady;
        hc_conditions at = *common;
        at.dc_voltage_volt = p[i].u_v;
        at.step_count = (double)i + 1;
        hc_dc_put(r->w, &at, method, "steady_current_a", s->current_a, s->sd_a,
                  s->low_a, s->high_a, "A", hc_steady_word(s->kind));
        hc_dc_put(r->w, &at, method, "end_current_a", s->end_a, NAN, NAN, NAN,
                  "A", s->law);
    }
    hc_dc_put(r->w, common, method, "leakage_floor_a", r->options->leakage_a,
              NAN, NAN, NAN, "A",
              isfinite(r->options->leakage_a) ? "stated" : "not-stated");
}

static hc_dc_point *points_of(const hc_hold *h, size_t n, double leakage_a)
{
    hc_dc_point *p = calloc(n + 1, sizeof *p);
    for (size_t i = 0; i < n && p != NULL; i++)
        p[i] = (hc_dc_point){h[i].v_v, hc_steady_of(&h[i], leakage_a)};
    return p;
}

/* A rest at zero volt is no point of the curve. */
static size_t without_rests(hc_hold *h, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabs(h[i].v_v) < 1e-3)
            free(h[i].sample);
        else
            h[to++] = h[i];
    }
    return to;
}

static void conductivity(hc_dc_run *r, const hc_conditions *at, double factor,
                         const hc_dc_point *p, size_t n)
{
    bool hw = is(r->options->cell, "hebb-wagner");
    const char *method = hw ? "dc-hebb-wagner" : "dc-blocking";
    double t_k = at->temperature_celsius + 273.15;
    hc_dc_conductivity c =
        hw ? hc_dc_hebb_wagner(p, n, factor, t_k) : hc_dc_ohmic(p, n, factor);
    put_holds(r, at, method, p, n);
    put_value(r->w, at, method, "electronic_conductivity_s_m", &c.electrons,
              "S/m");
    if (hw)
        put_value(r->w, at, method, "hole_conductivity_s_m", &c.holes, "S/m");
    else if (c.used >= 3)
        hc_dc_put(r->w, at, method, "not_ohmic_part", c.cubic, NAN, NAN, NAN,
                  "-", c.electrons.status);
    put_lines(r->w, at, method, &c.electrons);
    if (c.growing > 0 && c.used > 0)
        hc_say_warning(&r->session->talk, NULL, 0,
                       "the current grows in %zu of %zu holds "
                       "(decomposition); the conductivity is that of the "
                       "others",
                       c.growing, n);
    if (strcmp(c.electrons.status, "ok") != 0)
        hc_say_warning(&r->session->talk, NULL, 0,
                       "electronic conductivity: %s (%zu of %zu holds are "
                       "steady)",
                       c.electrons.status, c.used, n);
}

static hc_status run_hw(hc_dc_run *r, hc_gitt_feed *f, hc_hold *h, size_t *n,
                        hc_err *err)
{
    const hc_meta *m = hc_series_meta(f->series);
    double area = either(r->options->area_m2, m, "area_m2");
    double length = either(r->options->thickness_m, m, "se_thickness_m");
    hc_conditions at = conditions(r, f);
    if (!isfinite(area) || !isfinite(length))
        return hc_fail(err, HC_USAGE, "a conductivity needs --%s",
                       isfinite(area) ? "se-thickness" : "area");
    *n = without_rests(h, *n);
    if (*n == 0)
        return hc_fail_at(err, HC_NO, hc_series_name(f->series), 0,
                          "no voltage is held for eight samples");
    hc_dc_point *p = points_of(h, *n, r->options->leakage_a);
    hc_status st = p == NULL ? hc_fail_nomem(err) : open_table(r, f, err);
    if (st == HC_OK)
        conductivity(r, &at, length / area, p, *n);
    free(p);
    return st;
}

/* ---- current fraction ---- */

static hc_status resistances(const hc_dc_options *o, hc_dc_cell *c,
                             hc_err *err)
{
    static const char *const roles[] = {"interphase", "charge-transfer",
                                        "contact"};
    size_t count = 1;
    double sd;
    hc_status st = HC_OK;
    *c = (hc_dc_cell){
        .r0_ohm = o->r_before_ohm, .rs_ohm = o->r_after_ohm, .total_ohm = NAN};
    if (o->before != NULL)
        st = hc_dc_sum_of_roles(o->before, NULL, 0, &c->total_ohm, &sd, &count,
                                err);
    if (st == HC_OK && o->before != NULL && !isfinite(c->r0_ohm))
        st = hc_dc_sum_of_roles(o->before, roles, 3, &c->r0_ohm, &c->sd_r0,
                                &count, err);
    if (st == HC_OK && o->after != NULL && !isfinite(c->rs_ohm))
        st = hc_dc_sum_of_roles(o->after, roles, 3, &c->rs_ohm, &c->sd_rs,
                                &count, err);
    return st;
}

static hc_status run_bv(hc_dc_run *r, hc_gitt_feed *f, hc_hold *h, size_t *n,
                        hc_err *err)
{
    hc_conditions at = conditions(r, f);
    hc_dc_cell c;
    hc_status st = resistances(r->options, &c, err);
    *n = without_rests(h, *n);
    if (st == HC_OK && *n == 0)
        st = hc_fail_at(err, HC_NO, hc_series_name(f->series), 0,
                        "no voltage is held for eight samples");
    if (st == HC_OK)
        st = open_table(r, f, err);
    for (size_t i = 0; i < *n && st == HC_OK; i++) {
        hc_steady s = hc_steady_of(&h[i], r->options->leakage_a);
        c.u_v = isfinite(h[i].from_v) && fabs(h[i].from_v) < 0.05
                    ? h[i].v_v - h[i].from_v
                    : h[i].v_v;
        hc_dc_fraction t = hc_dc_bruce_vincent(&s, &c);
        at.dc_voltage_volt = c.u_v;
        at.step_count = (double)i + 1;
        hc_dc_put(r->w, &at, "bruce-vincent", "initial_current_a", t.i0_a, NAN,
                  NAN, NAN, "A", t.fraction.status);
        hc_dc_put(r->w, &at, "bruce-vincent", "steady_current_a", s.current_a,
                  s.sd_a, s.low_a, s.high_a, "A", hc_steady_word(s.kind));
        put_value(r->w, &at, "bruce-vincent", "current_fraction", &t.fraction,
                  "-");
        if (isfinite(t.fraction_ohmic.value))
            put_value(r->w, &at, "bruce-vincent", "current_fraction_ohmic",
                      &t.fraction_ohmic, "-");
        hc_record rec = hc_record_word(
            &at, "bruce-vincent", "transference_number",
            strcmp(t.fraction.status, "ok") == 0 ? "equals-fraction"
                                                 : "not-shown");
        hc_records_put(r->w, &rec);
        if (strcmp(t.fraction.status, "ok") != 0)
            hc_say_warning(&r->session->talk, hc_series_name(f->series), 0,
                           "current fraction at %.4g V: %s", c.u_v,
                           t.fraction.status);
    }
    return st;
}

/* ---- onset ---- */

static hc_status run_onset(hc_dc_run *r, hc_gitt_feed *f, hc_err *err)
{
    const hc_dc_options *o = r->options;
    double area = either(o->area_m2, hc_series_meta(f->series), "area_m2");
    double limit = isfinite(o->onset_a) ? o->onset_a : o->onset_a_m2 * area;
    hc_onset *s = NULL;
    size_t n = 0;
    if (!isfinite(limit))
        return hc_fail(err, HC_USAGE, "a current density needs --area");
    hc_status st = hc_onset_read(f, limit, &s, &n, err);
    if (st == HC_OK && n == 0)
        st = hc_fail_at(err, HC_NO, hc_series_name(f->series), 0,
                        "no sweep of ten rows and 20 mV");
    if (st == HC_OK)
        st = open_table(r, f, err);
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        hc_conditions at = conditions(r, f);
        at.step_count = (double)i + 1;
        at.cycle_count = s[i].cycle_count;
        hc_dc_put(r->w, &at, "onset",
                  s[i].sign > 0 ? "onset_anodic_volt" : "onset_cathodic_volt",
                  s[i].onset_v, NAN, NAN, NAN, "V", s[i].status);
        hc_dc_put(r->w, &at, "onset", "sweep_rate_v_s", s[i].rate_v_s, NAN,
                  NAN, NAN, "V/s", "ok");
        hc_dc_put(r->w, &at, "onset", "onset_current_a", s[i].sign * limit,
                  NAN, NAN, NAN, "A", "fixed");
    }
    free(s);
    return st;
}

static hc_status run_holds(hc_dc_run *r, hc_gitt_feed *f, hc_err *err)
{
    hc_hold *h = NULL;
    size_t n = 0, all;
    bool bv = is(r->options->mode, "bv");
    hc_status st = hc_holds_read(f, bv ? 1e-3 : 5e-3, &h, &all, err);
    if (st != HC_OK)
        return st;
    n = all;
    st = bv ? run_bv(r, f, h, &n, err) : run_hw(r, f, h, &n, err);
    hc_holds_free(h, n);
    return st;
}

hc_status hc_dc_run_file(hc_dc_run *r, const char *path, hc_err *err)
{
    hc_series *series = NULL;
    if (is(r->options->mode, "growth"))
        return hc_dc_growth_file(r, path, err);
    hc_status st = hc_series_open(&series, path, err);
    if (st != HC_OK)
        return st;
    hc_series_number(series, hc_session_number(r->session));
    hc_gitt_feed f = hc_gitt_feed_of(series);
    do
        st = is(r->options->mode, "onset") ? run_onset(r, &f, err)
                                           : run_holds(r, &f, err);
    while (st == HC_OK && f.has_ahead);
    hc_series_done(series, r->session);
    hc_series_free(series);
    return st;
}

hc_status hc_dc_run_end(hc_dc_run *r, hc_err *err)
{
    hc_status st = HC_OK;
    if (r->w != NULL)
        st = hc_writer_end(r->w, err);
    hc_writer_free(r->w);
    r->w = NULL;
    return st;
}
