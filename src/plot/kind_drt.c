/* kind_drt.c: distributions of relaxation times */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static hc_status add_band(const hc_plot_input *in, const hc_rows *g,
                          hc_curve *c, double factor, hc_err *err)
{
    int lo = hc_plot_column(in, g, "gamma_low_ohm");
    int hi = hc_plot_column(in, g, "gamma_high_ohm");
    bool any = false;
    for (size_t i = 0; i < g->n && lo >= 0 && hi >= 0 && !any; i++)
        any = isfinite(hc_plot_number(in, g, i, lo)) &&
              isfinite(hc_plot_number(in, g, i, hi));
    if (!any)
        return HC_OK;
    hc_status st = hc_curve_errors(c, err);
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        c->lo[i] = factor * hc_plot_number(in, g, i, lo);
        c->hi[i] = factor * hc_plot_number(in, g, i, hi);
    }
    c->look |= HC_LOOK_BAND;
    return st;
}

/* How much of the curve is closed-form arcs: of a single one always, of
 * several where any of it is. */
static void say_share(const hc_plot_input *in, const hc_rows *g, bool single,
                      hc_curve *c)
{
    const int col = hc_plot_column(in, g, "parametric_share");
    const double share =
        col < 0 || g->n == 0 ? NAN : hc_plot_number(in, g, 0, col);
    const size_t at = strlen(c->label);
    if (share > 0 || (single && share >= 0))
        snprintf(c->label + at, sizeof c->label - at, "%s%.0f %% parametric",
                 at ? ", " : "", 100 * share);
}

static hc_status add_drt(const hc_plot_input *in, const hc_rows *all, size_t n,
                         size_t k, const char *key, hc_lab_unit unit,
                         hc_panel *p, hc_err *err)
{
    const hc_rows *g = &all[k];
    double factor = unit.factor;
    if (hc_plot_per_area(in))
        factor *= hc_plot_area(in, g->frame);
    hc_curve *c;
    hc_status st = hc_plot_xy(in, g, p, hc_plot_column(in, g, "tau_second"), 1,
                              hc_plot_column(in, g, "gamma_ohm"), factor,
                              HC_LOOK_LINE, &c, err);
    if (st == HC_OK)
        st = add_band(in, g, c, factor, err);
    if (st != HC_OK)
        return st;
    if (n == 1 && !c->lo)
        c->look |= HC_LOOK_AREA;
    if (key)
        c->value = hc_plot_colour_value(in, g, key);
    if (!isfinite(c->value))
        hc_plot_label(in, all, n, k, c->label, sizeof c->label);
    if (n == 1 || c->label[0])
        say_share(in, g, n == 1, c);
    return HC_OK;
}

static hc_status build_drt(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"tau_second", "gamma_ohm", NULL};
    char title[HC_LABEL_SIZE];
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    if (st == HC_OK) {
        bool per_area = hc_plot_per_area(in);
        double most = hc_plot_largest(in, g, n, "gamma_ohm");
        if (per_area)
            most *= hc_plot_area(in, 0);
        hc_lab_unit unit = hc_lab_resistance(most, per_area);
        const char *key = hc_plot_colour_key(in, g, n, title, sizeof title);
        p->x.log = true;
        p->y.zero = true;
        hc_axis_title(&p->x, "~{\xCF\x84}", "s");
        hc_axis_title(&p->y, "~{\xCE\xB3}", unit.unit);
        for (size_t k = 0; k < n && st == HC_OK; k++)
            st = add_drt(in, g, n, k, key, unit, p, err);
        if (st == HC_OK && key)
            hc_figure_colour_by_value(f, title);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_drt = {
    "drt", "distribution of relaxation times, with its band", "drt",
    build_drt};
