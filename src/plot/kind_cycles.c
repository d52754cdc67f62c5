/* kind_cycles.c: capacities, rates, steps and differential capacity */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double area_of(const hc_plot_input *in, const hc_rows *g)
{
    return hc_plot_per_area(in) ? hc_plot_area(in, g->frame) : 1;
}

static hc_lab_unit charge_unit(const hc_plot_input *in, const hc_rows *g,
                               size_t n, const char *a, const char *b)
{
    double most = fmax(hc_plot_largest(in, g, n, a),
                       b ? hc_plot_largest(in, g, n, b) : 0);
    return hc_lab_charge(most / area_of(in, &g[0]), hc_plot_per_area(in));
}

/* ---- cycles ---- */

static hc_status add_capacities(const hc_plot_input *in, const hc_rows *g,
                                size_t n, size_t k, hc_lab_unit unit,
                                hc_panel *p, hc_err *err)
{
    static const struct {
        const char *column, *word;
        unsigned look;
    } two[] = {{"cycle_charging_capacity_ah", "charge", HC_LOOK_OPEN},
               {"cycle_discharging_capacity_ah", "discharge", 0}};
    char name[HC_LABEL_SIZE];
    hc_plot_label(in, g, n, k, name, sizeof name);
    for (size_t i = 0; i < 2; i++) {
        hc_curve *c;
        hc_status st =
            hc_plot_xy(in, &g[k], p, hc_plot_column(in, &g[k], "cycle_count"),
                       1, hc_plot_column(in, &g[k], two[i].column),
                       unit.factor / area_of(in, &g[k]),
                       HC_LOOK_POINTS | two[i].look, &c, err);
        if (st != HC_OK)
            return st;
        c->colour = hc_palette(k);
        c->mark = (hc_mark)(k % HC_MARK_COUNT);
        if (n == 1)
            snprintf(c->label, sizeof c->label, "%s", two[i].word);
        else
            snprintf(c->label, sizeof c->label, "%s%s%.90s", two[i].word,
                     name[0] ? ", " : "", name);
    }
    return HC_OK;
}

static hc_status add_efficiency(const hc_plot_input *in, const hc_rows *g,
                                size_t k, const char *column, bool open,
                                hc_panel *p, hc_err *err)
{
    hc_curve *c;
    hc_status st =
        hc_plot_xy(in, &g[k], p, hc_plot_column(in, &g[k], "cycle_count"), 1,
                   hc_plot_column(in, &g[k], column), 100,
                   HC_LOOK_POINTS | (open ? HC_LOOK_OPEN : 0), &c, err);
    if (st != HC_OK)
        return st;
    c->colour = hc_palette(k);
    c->mark = (hc_mark)(k % HC_MARK_COUNT);
    if (k == 0)
        snprintf(c->label, sizeof c->label, "%s",
                 open ? "energy" : "coulombic");
    return HC_OK;
}

static hc_status build_cycles(const hc_plot_input *in, hc_figure *f,
                              hc_err *err)
{
    static const char *const needed[] = {
        "cycle_count", "cycle_charging_capacity_ah",
        "cycle_discharging_capacity_ah", "coulombic_efficiency", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK) {
        hc_lab_unit unit = charge_unit(in, g, n, "cycle_charging_capacity_ah",
                                       "cycle_discharging_capacity_ah");
        st = hc_plot_panel(f, "Cycle", "", "Capacity", unit.unit, &p, err);
        for (size_t k = 0; k < n && st == HC_OK; k++)
            st = add_capacities(in, g, n, k, unit, p, err);
    }
    if (st == HC_OK)
        st = hc_plot_panel(f, "Cycle", "", "Efficiency", "%", &p, err);
    for (size_t k = 0; k < n && st == HC_OK; k++) {
        st = add_efficiency(in, g, k, "coulombic_efficiency", false, p, err);
        if (st == HC_OK && hc_plot_column(in, &g[k], "energy_efficiency") >= 0)
            st = add_efficiency(in, g, k, "energy_efficiency", true, p, err);
    }
    f->share_x = true;
    for (size_t i = 0; i < f->n_panels; i++)
        f->panel[i].x.whole = true;
    if (st == HC_OK)
        f->panel[0].height = 1.3;
    hc_rows_free(g, n);
    return st;
}

/* ---- rates ---- */

static hc_status build_rate(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"discharging_rate_per_hour",
                                         "discharging_capacity_ah", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK) {
        hc_lab_unit unit =
            charge_unit(in, g, n, "discharging_capacity_ah", NULL);
        st = hc_plot_panel(f, "C-rate", "1/h", "Discharge capacity", unit.unit,
                           &p, err);
        for (size_t k = 0; k < n && st == HC_OK; k++) {
            hc_curve *c;
            st = hc_plot_xy(
                in, &g[k], p,
                hc_plot_column(in, &g[k], "discharging_rate_per_hour"), 1,
                hc_plot_column(in, &g[k], "discharging_capacity_ah"),
                unit.factor / area_of(in, &g[k]),
                HC_LOOK_POINTS | HC_LOOK_LINE | HC_LOOK_THIN, &c, err);
            if (st != HC_OK)
                break;
            c->mark = (hc_mark)(k % HC_MARK_COUNT);
            hc_plot_label(in, g, n, k, c->label, sizeof c->label);
        }
        if (p) {
            p->x.log = true;
            p->y.zero = true;
        }
    }
    hc_rows_free(g, n);
    return st;
}

/* ---- steps ---- */

static const char *const step_types[] = {"cc",   "cv",  "rest", "pulse",
                                         "ramp", "eis", NULL};

static bool is_type(const hc_plot_input *in, const hc_rows *g, size_t i,
                    size_t type)
{
    const char *t = hc_frame_text(in->frame[g->frame], g->row[i],
                                  hc_plot_column(in, g, "step_type"));
    if (step_types[type])
        return strcmp(t, step_types[type]) == 0;
    for (size_t k = 0; step_types[k]; k++)
        if (strcmp(t, step_types[k]) == 0)
            return false;
    return true;
}

/* All steps of one type as one line, broken between them. */
static hc_status add_type(const hc_plot_input *in, const hc_rows *g,
                          size_t type, double time, const char *first,
                          const char *last, double factor, hc_panel *p,
                          hc_err *err)
{
    hc_curve *c;
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        n += is_type(in, g, i, type);
    if (!n)
        return HC_OK;
    hc_status st = hc_panel_curve(p, 3 * n, HC_LOOK_LINE, &c, err);
    if (st != HC_OK)
        return st;
    int t0 = hc_plot_column(in, g, "start_time_second");
    int t1 = hc_plot_column(in, g, "end_time_second");
    size_t to = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (!is_type(in, g, i, type))
            continue;
        c->x[to] = time * hc_plot_number(in, g, i, t0);
        c->y[to++] =
            factor * hc_plot_number(in, g, i, hc_plot_column(in, g, first));
        c->x[to] = time * hc_plot_number(in, g, i, t1);
        c->y[to++] =
            factor * hc_plot_number(in, g, i, hc_plot_column(in, g, last));
        c->x[to] = c->y[to] = (double)NAN;
        to++;
    }
    c->colour = hc_palette(type);
    snprintf(c->label, sizeof c->label, "%s",
             step_types[type] ? step_types[type] : "other");
    return HC_OK;
}

static hc_status build_steps(const hc_plot_input *in, hc_figure *f,
                             hc_err *err)
{
    static const char *const needed[] = {
        "step_type",           "start_time_second",
        "end_time_second",     "first_voltage_volt",
        "last_voltage_volt",   "first_current_ampere",
        "last_current_ampere", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *volts = NULL, *amperes = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK) {
        hc_lab_unit time =
            hc_lab_time(hc_plot_largest(in, g, n, "end_time_second"));
        hc_lab_unit current =
            hc_lab_current(hc_plot_largest(in, g, n, "first_current_ampere") /
                               area_of(in, &g[0]),
                           hc_plot_per_area(in));
        st = hc_plot_panel(f, "Time", time.unit, "Voltage", "V", &volts, err);
        if (st == HC_OK)
            st = hc_plot_panel(f, "Time", time.unit, "Current", current.unit,
                               &amperes, err);
        for (size_t k = 0; k < n && st == HC_OK; k++)
            for (size_t type = 0; type < 7 && st == HC_OK; type++) {
                st = add_type(in, &g[k], type, time.factor,
                              "first_voltage_volt", "last_voltage_volt", 1,
                              &f->panel[0], err);
                if (st == HC_OK)
                    st =
                        add_type(in, &g[k], type, time.factor,
                                 "first_current_ampere", "last_current_ampere",
                                 current.factor / area_of(in, &g[k]),
                                 &f->panel[1], err);
            }
    }
    if (st == HC_OK) {
        f->share_x = true;
        f->panel[0].height = 1.4;
        f->panel[1].no_legend = true;
    }
    hc_rows_free(g, n);
    return st;
}

/* ---- differential capacity ---- */

static bool discharges(const hc_plot_input *in, const hc_rows *g)
{
    int d = hc_plot_column(in, g, "direction");
    return d >= 0 && strcmp(hc_frame_text(in->frame[g->frame], g->row[0], d),
                            "discharge") == 0;
}

static hc_status build_dqdv(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"voltage_volt",
                                         "differential_capacity_ah_v", NULL};
    char title[HC_LABEL_SIZE];
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, "step_count", &g, &n, err);
    if (st == HC_OK) {
        hc_lab_unit unit =
            charge_unit(in, g, n, "differential_capacity_ah_v", NULL);
        const char *key = hc_plot_colour_key(in, g, n, title, sizeof title);
        strncat(unit.unit, "/V", sizeof unit.unit - strlen(unit.unit) - 1);
        st = hc_plot_panel(f, "Voltage", "V", "d~{Q}/d~{V}", unit.unit, &p,
                           err);
        for (size_t k = 0; k < n && st == HC_OK; k++) {
            hc_curve *c;
            double sign = discharges(in, &g[k]) ? -1 : 1;
            st = hc_plot_xy(
                in, &g[k], p, hc_plot_column(in, &g[k], "voltage_volt"), 1,
                hc_plot_column(in, &g[k], "differential_capacity_ah_v"),
                sign * unit.factor / area_of(in, &g[k]), HC_LOOK_LINE, &c,
                err);
            if (st != HC_OK)
                break;
            double cycle = hc_plot_context(in, &g[k], "cycle_count");
            if (key)
                c->value = hc_plot_colour_value(in, &g[k], key);
            else if (isfinite(cycle) && cycle >= 0 && cycle < 1e6)
                c->colour = hc_palette((size_t)cycle);
            if (!isfinite(c->value) && sign > 0)
                hc_plot_label(in, g, n, k, c->label, sizeof c->label);
        }
        if (st == HC_OK)
            st = hc_panel_rule(p, 0, false, "", err);
        if (st == HC_OK && key)
            hc_figure_colour_by_value(f, title);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_cycles = {
    "cycles", "capacity and efficiency of each cycle", "cycles", build_cycles};
const hc_plot_kind hc_plot_rate = {"rate", "discharge capacity against C-rate",
                                   "rates", build_rate};
const hc_plot_kind hc_plot_steps = {
    "steps", "voltage and current of the steps by their type", "steps",
    build_steps};
const hc_plot_kind hc_plot_dqdv = {
    "dqdv", "differential capacity, discharge below zero", "dqdv", build_dqdv};
