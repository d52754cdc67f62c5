/* kind_ccd.c: the course of a critical-current-density test */
#include "plot/canvas.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *verdict_of(const hc_plot_input *in, const hc_rows *g,
                              size_t i)
{
    return hc_frame_text(in->frame[g->frame], g->row[i],
                         hc_plot_column(in, g, "verdict"));
}

/* Polarisation resistance of the half cycles with one verdict. */
static hc_status add_verdict(const hc_plot_input *in, const hc_rows *g,
                             const char *verdict, size_t colour, hc_panel *p,
                             hc_err *err)
{
    size_t n = 0, to = 0;
    hc_curve *c;
    for (size_t i = 0; i < g->n; i++)
        n += strcmp(verdict_of(in, g, i), verdict) == 0;
    if (!n)
        return HC_OK;
    hc_status st =
        hc_panel_curve(p, n, HC_LOOK_POINTS | HC_LOOK_ERRORS, &c, err);
    if (st == HC_OK)
        st = hc_curve_errors(c, err);
    int j = hc_plot_column(in, g, "half_cycle");
    int r = hc_plot_column(in, g, "polarisation_resistance_ohm_m2");
    int e = hc_plot_column(in, g, "resistance_error_ohm_m2");
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        if (strcmp(verdict_of(in, g, i), verdict) != 0)
            continue;
        double y = hc_plot_number(in, g, i, r);
        double sd = hc_plot_number(in, g, i, e);
        c->x[to] = hc_plot_number(in, g, i, j);
        c->y[to] = 1e4 * y;
        c->lo[to] = 1e4 * (y - 1.96 * sd);
        c->hi[to++] = 1e4 * (y + 1.96 * sd);
    }
    if (st == HC_OK) {
        c->colour = hc_palette(colour);
        c->mark = (hc_mark)(colour % HC_MARK_COUNT);
        hc_canvas_escape(verdict, c->label, sizeof c->label);
    }
    return st;
}

/* Each verdict once, in the order they come. */
static hc_status add_verdicts(const hc_plot_input *in, const hc_rows *g,
                              hc_panel *p, hc_err *err)
{
    hc_status st = HC_OK;
    size_t colour = 0;
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(verdict_of(in, g, k), verdict_of(in, g, i)) == 0;
        if (!seen)
            st = add_verdict(in, g, verdict_of(in, g, i), colour++, p, err);
    }
    return st;
}

/* A vertical line where the first half cycle is not safe any more. */
static hc_status mark_failure(const hc_plot_input *in, const hc_rows *g,
                              hc_figure *f, hc_err *err)
{
    for (size_t i = 0; i < g->n; i++) {
        if (strcmp(verdict_of(in, g, i), "safe") == 0)
            continue;
        double at =
            hc_plot_number(in, g, i, hc_plot_column(in, g, "half_cycle"));
        for (size_t k = 0; k < 2; k++) {
            hc_status st =
                hc_panel_rule(&f->panel[k], at - 0.5, true, "", err);
            if (st != HC_OK)
                return st;
        }
        break;
    }
    return HC_OK;
}

static hc_status add_densities(const hc_plot_input *in, const hc_rows *g,
                               hc_panel *p, hc_err *err)
{
    hc_curve *c;
    hc_status st = hc_plot_xy(in, g, p, hc_plot_column(in, g, "half_cycle"), 1,
                              hc_plot_column(in, g, "current_density_a_m2"),
                              0.1, HC_LOOK_POINTS, &c, err);
    if (st != HC_OK)
        return st;
    c->colour = HC_GREY;
    return hc_panel_rule(p, 0, false, "", err);
}

static hc_status add_expected(const hc_plot_input *in, const hc_rows *g,
                              hc_panel *p, hc_err *err)
{
    hc_curve *c;
    int expected = hc_plot_column(in, g, "expected_resistance_ohm_m2");
    if (expected < 0)
        return HC_OK;
    hc_status st =
        hc_plot_xy(in, g, p, hc_plot_column(in, g, "half_cycle"), 1, expected,
                   1e4, HC_LOOK_LINE | HC_LOOK_DASHED | HC_LOOK_THIN, &c, err);
    if (st != HC_OK)
        return st;
    c->colour = HC_GREY;
    snprintf(c->label, sizeof c->label, "expected");
    return HC_OK;
}

static hc_status build_ccd(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const needed[] = {"half_cycle", "current_density_a_m2",
                                         "polarisation_resistance_ohm_m2",
                                         "verdict", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK && n > 1)
        hc_say_warning(in->talk, NULL, 0,
                       "only the first of %zu cells is drawn", n);
    if (st == HC_OK)
        st = hc_plot_panel(f, "Half cycle", "", "Current density",
                           "mA/cm\xC2\xB2", &p, err);
    if (st == HC_OK)
        st = add_densities(in, g, p, err);
    if (st == HC_OK)
        st = hc_plot_panel(f, "Half cycle", "", "~{R}_{pol}",
                           "\xCE\xA9 cm\xC2\xB2", &p, err);
    if (st == HC_OK)
        st = add_verdicts(in, g, p, err);
    if (st == HC_OK)
        st = add_expected(in, g, p, err);
    if (st == HC_OK)
        st = mark_failure(in, g, f, err);
    if (st == HC_OK) {
        f->share_x = true;
        f->panel[0].x.whole = f->panel[1].x.whole = true;
        f->panel[1].height = 1.6;
        f->panel[1].y.zero = true;
        snprintf(f->remark, sizeof f->remark,
                 "detector validated on synthetic data only");
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_ccd = {
    "ccd", "current density and polarisation of each half cycle", "ccd",
    build_ccd};
