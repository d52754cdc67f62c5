/* kind_gitt.c: diffusivities of a titration by method, and its open-circuit
 * curve */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- diffusivities ---- */

/* Which of the quantities that records may hold is drawn. */
typedef struct {
    const char *quantity, *title, *unit;
    double factor;
} shown;

static const shown quantities[] = {
    {"diffusivity_m2_s", "~{D}", "cm\xC2\xB2/s", 1e4},
    {"diffusivity_apparent_m2_s", "Apparent ~{D}", "cm\xC2\xB2/s", 1e4},
    {"diffusivity_over_length2_per_s", "~{D}/~{L}\xC2\xB2", "1/s", 1},
};

static const char *text_of(const hc_plot_input *in, const hc_rows *g, size_t i,
                           const char *name)
{
    return hc_frame_text(in->frame[g->frame], g->row[i],
                         hc_plot_column(in, g, name));
}

static bool is_shown(const hc_plot_input *in, const hc_rows *g, size_t i,
                     const shown *what)
{
    double value = hc_plot_number(in, g, i, hc_plot_column(in, g, "value"));
    return value > 0 &&
           strcmp(text_of(in, g, i, "quantity"), what->quantity) == 0;
}

/* The first quantity that there is, and whether all of it has a
 * composition. */
static const shown *choose(const hc_plot_input *in, const hc_rows *g, size_t n,
                           bool *has_x)
{
    for (size_t q = 0; q < sizeof quantities / sizeof *quantities; q++) {
        size_t found = 0, with_x = 0;
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < g[k].n; i++) {
                int x = hc_plot_column(in, &g[k], "stoichiometry");
                if (!is_shown(in, &g[k], i, &quantities[q]))
                    continue;
                found++;
                with_x += isfinite(hc_plot_number(in, &g[k], i, x));
            }
        *has_x = found > 0 && with_x == found;
        if (found > 0)
            return &quantities[q];
    }
    return NULL;
}

static hc_status add_method(const hc_plot_input *in, const hc_rows *g,
                            const shown *what, bool has_x, size_t k,
                            hc_panel *p, hc_err *err)
{
    int x = hc_plot_column(in, g, has_x ? "stoichiometry" : "dc_voltage_volt");
    int y = hc_plot_column(in, g, "value");
    int lo = hc_plot_column(in, g, "ci95_low");
    int hi = hc_plot_column(in, g, "ci95_high");
    size_t count = 0, to = 0;
    hc_curve *c;
    for (size_t i = 0; i < g->n; i++)
        count += is_shown(in, g, i, what);
    if (count == 0)
        return HC_OK;
    hc_status st = hc_panel_curve(
        p, count, HC_LOOK_POINTS | HC_LOOK_ERRORS | HC_LOOK_OPEN, &c, err);
    if (st == HC_OK)
        st = hc_curve_errors(c, err);
    if (st == HC_OK)
        st = hc_curve_solids(c, err);
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        if (!is_shown(in, g, i, what))
            continue;
        c->x[to] = hc_plot_number(in, g, i, x);
        c->y[to] = what->factor * hc_plot_number(in, g, i, y);
        c->lo[to] = what->factor * hc_plot_number(in, g, i, lo);
        c->hi[to] = what->factor * hc_plot_number(in, g, i, hi);
        c->solid[to++] = strcmp(text_of(in, g, i, "status"), "ok") == 0;
    }
    if (st == HC_OK) {
        c->mark = (hc_mark)(k % HC_MARK_COUNT);
        snprintf(c->label, sizeof c->label, "%s", text_of(in, g, 0, "method"));
    }
    return st;
}

static hc_status build_gitt(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"method", "quantity", "value",
                                         "dc_voltage_volt", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    bool has_x = false;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, "method", &g, &n, err);
    const shown *what = st == HC_OK ? choose(in, g, n, &has_x) : NULL;
    if (st == HC_OK && what == NULL)
        st = hc_fail(err, HC_NO, "the records hold no diffusivity");
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    if (st == HC_OK) {
        p->y.log = true;
        hc_axis_title(&p->x, has_x ? "Composition ~{x}" : "Potential",
                      has_x ? "" : "V");
        hc_axis_title(&p->y, what->title, what->unit);
        for (size_t k = 0; k < n && st == HC_OK; k++)
            st = add_method(in, &g[k], what, has_x, k, p, err);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_gitt = {
    "gitt", "diffusivities by method; open symbols are doubtful or biased",
    "records", build_gitt};

/* ---- open-circuit curve ---- */

static hc_status add_rested(const hc_plot_input *in, const hc_rows *g, int x,
                            double factor, hc_panel *p, hc_rgba colour,
                            hc_err *err)
{
    int v = hc_plot_column(in, g, "voltage_volt");
    int rested = hc_plot_column(in, g, "rested_point");
    size_t count = 0;
    hc_curve *c;
    for (size_t i = 0; i < g->n; i++)
        count += hc_plot_number(in, g, i, rested) == 1;
    if (count == 0)
        return HC_OK;
    hc_status st = hc_panel_curve(p, count, HC_LOOK_POINTS, &c, err);
    count = 0;
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        if (hc_plot_number(in, g, i, rested) != 1)
            continue;
        c->x[count] = factor * hc_plot_number(in, g, i, x);
        c->y[count++] = hc_plot_number(in, g, i, v);
    }
    if (st == HC_OK)
        c->colour = colour;
    return st;
}

static hc_status add_branch(const hc_plot_input *in, const hc_rows *g,
                            const char *column, double factor, hc_panel *p,
                            hc_err *err)
{
    int x = hc_plot_column(in, g, column);
    hc_curve *c;
    hc_status st =
        hc_plot_xy(in, g, p, x, factor, hc_plot_column(in, g, "voltage_volt"),
                   1, HC_LOOK_LINE, &c, err);
    if (st != HC_OK)
        return st;
    if (hc_plot_column(in, g, "direction") >= 0) {
        const char *way = text_of(in, g, 0, "direction");

        /* the branches of one direction look alike */
        c->colour = hc_palette(strcmp(way, "charge") == 0 ? 0 : 1);
        snprintf(c->label, sizeof c->label, "%s", way);
    }
    return add_rested(in, g, x, factor, p, c->colour, err);
}

static hc_status build_ocv(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"voltage_volt", "charge_ah", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, "branch_index", &g, &n, err);
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    if (st == HC_OK) {
        bool has_x = hc_plot_largest(in, g, n, "stoichiometry") > 0;
        double most = hc_plot_largest(in, g, n, "charge_ah");
        hc_lab_unit unit = hc_lab_prefix(most, "Ah");
        hc_axis_title(&p->x, has_x ? "Composition ~{x}" : "Charge passed",
                      has_x ? "" : unit.unit);
        hc_axis_title(&p->y, "Open-circuit potential", "V");
        for (size_t k = 0; k < n && st == HC_OK; k++)
            st = add_branch(in, &g[k], has_x ? "stoichiometry" : "charge_ah",
                            has_x ? 1 : unit.factor, p, err);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_ocv = {
    "ocv", "open-circuit curve with its rested points", "ocv", build_ocv};
