/* kind_series.c: voltage and current against time */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TIME  "test_time_second"
#define MINUS "\xE2\x88\x92"

/* What a series may show, a panel each, in this order. */
static const struct {
    const char *column, *title;
} shown[] = {
    {"voltage_volt", "Voltage"},
    {"working_potential_volt", "Working electrode"},
    {"current_ampere", "Current"},
    {"temperature_celsius", "Temperature"},
};
enum { SHOWN = sizeof shown / sizeof *shown, CURRENT = 2, TEMPERATURE = 3 };

static bool has_values(const hc_plot_input *in, const hc_rows *g, size_t n,
                       const char *name)
{
    for (size_t k = 0; k < n; k++) {
        int c = hc_plot_column(in, &g[k], name);
        for (size_t i = 0; c >= 0 && i < g[k].n; i++)
            if (isfinite(hc_plot_number(in, &g[k], i, c)))
                return true;
    }
    return false;
}

/* The two-terminal voltage once more? */
static bool repeats_voltage(const hc_plot_input *in, const hc_rows *g,
                            size_t n, size_t what)
{
    if (strcmp(shown[what].column, "working_potential_volt") != 0)
        return false;
    for (size_t k = 0; k < n; k++) {
        int a = hc_plot_column(in, &g[k], "voltage_volt");
        int b = hc_plot_column(in, &g[k], shown[what].column);
        for (size_t i = 0; i < g[k].n; i++)
            if (hc_plot_number(in, &g[k], i, a) !=
                hc_plot_number(in, &g[k], i, b))
                return false;
    }
    return true;
}

static hc_lab_unit unit_of(const hc_plot_input *in, const hc_rows *g, size_t n,
                           size_t what)
{
    if (what == TEMPERATURE)
        return (hc_lab_unit){1, "\xC2\xB0"
                                "C"};
    if (what != CURRENT)
        return (hc_lab_unit){1, "V"};
    bool per_area = hc_plot_per_area(in);
    double most = hc_plot_largest(in, g, n, "current_ampere");
    return hc_lab_current(per_area ? most / hc_plot_area(in, 0) : most,
                          per_area);
}

static hc_status add_panel(const hc_plot_input *in, const hc_rows *g, size_t n,
                           size_t what, hc_lab_unit time, hc_figure *f,
                           hc_err *err)
{
    hc_panel *p;
    hc_status st = hc_figure_panel(f, &p, err);
    if (st != HC_OK)
        return st;
    hc_lab_unit unit = unit_of(in, g, n, what);
    hc_axis_title(&p->x, "Time", time.unit);
    hc_axis_title(&p->y,
                  what == CURRENT && hc_plot_per_area(in) ? "Current density"
                                                          : shown[what].title,
                  unit.unit);
    p->height = what <= 1 ? 1.4 : 1;
    p->no_legend = f->n_panels > 1;
    for (size_t k = 0; k < n && st == HC_OK; k++) {
        int x = hc_plot_column(in, &g[k], TIME);
        int y = hc_plot_column(in, &g[k], shown[what].column);
        double factor = unit.factor;
        if (what == CURRENT && hc_plot_per_area(in))
            factor /= hc_plot_area(in, g[k].frame);
        hc_curve *c;
        st = hc_plot_xy(in, &g[k], p, x, time.factor, y, factor,
                        HC_LOOK_LINE | HC_LOOK_THIN, &c, err);
        if (st != HC_OK)
            return st;
        if (g[k].n == 1)
            c->look = HC_LOOK_POINTS;
        hc_plot_label(in, g, n, k, c->label, sizeof c->label);
    }
    return st;
}

static hc_status build_series(const hc_plot_input *in, hc_figure *f,
                              hc_err *err)
{
    static const char *const needed[] = {TIME, NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK) {
        hc_lab_unit time = hc_lab_time(hc_plot_largest(in, g, n, TIME));
        f->share_x = true;
        for (size_t i = 0; i < SHOWN && st == HC_OK; i++)
            if (has_values(in, g, n, shown[i].column) &&
                !repeats_voltage(in, g, n, i))
                st = add_panel(in, g, n, i, time, f, err);
        if (st == HC_OK && f->n_panels == 0)
            st = hc_fail(err, HC_NO,
                         "nothing to draw: no voltage, current or "
                         "temperature has a value");
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_series = {
    "series", "voltage and current (and temperature) against time", "series",
    build_series};

/* ---- current against potential ---- */

static hc_status add_sweep(const hc_plot_input *in, const hc_rows *g, size_t n,
                           size_t k, const char *potential, hc_lab_unit unit,
                           const char *key, hc_panel *p, hc_err *err)
{
    int x = hc_plot_column(in, &g[k], potential);
    int y = hc_plot_column(in, &g[k], "current_ampere");
    double cycle = hc_plot_context(in, &g[k], "cycle_count");
    double factor = unit.factor;
    hc_curve *c;
    if (hc_plot_per_area(in))
        factor /= hc_plot_area(in, g[k].frame);
    hc_status st = hc_plot_xy(in, &g[k], p, x, 1, y, factor,
                              HC_LOOK_LINE | HC_LOOK_THIN, &c, err);
    if (st != HC_OK)
        return st;
    if (key)
        c->value = hc_plot_colour_value(in, &g[k], key);
    else if (n > 1 && isfinite(cycle))
        snprintf(c->label, sizeof c->label, "cycle %g", cycle);
    else
        hc_plot_label(in, g, n, k, c->label, sizeof c->label);
    return HC_OK;
}

static hc_status build_cv(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"voltage_volt", "current_ampere",
                                         NULL};
    char title[HC_LABEL_SIZE];
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, "cycle_count", &g, &n, err);
    if (st == HC_OK) {
        hc_lab_unit unit = unit_of(in, g, n, CURRENT);
        const char *key = hc_plot_colour_key(in, g, n, title, sizeof title);
        bool we = has_values(in, g, n, shown[1].column);
        st =
            hc_plot_panel(f, we ? "Potential" : "Voltage", "V",
                          hc_plot_per_area(in) ? "Current density" : "Current",
                          unit.unit, &p, err);
        for (size_t k = 0; k < n && st == HC_OK; k++)
            st = add_sweep(in, g, n, k, shown[we].column, unit, key, p, err);
        if (st == HC_OK)
            st = hc_panel_rule(p, 0, false, "", err);
        if (st == HC_OK && key)
            hc_figure_colour_by_value(f, title);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_cv = {
    "cv", "current against potential, of voltammograms and sweeps", "series",
    build_cv};
