/* kind_kk.c: residuals of a Kramers-Kronig test or of a fit */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const pairs[][2] = {
    {"kk_real_residual", "kk_imaginary_residual"},
    {"fit_real_residual", "fit_imaginary_residual"},
};

/* The columns of residuals a table has, NULL when it has none. */
static const char *const *pair_of(const hc_plot_input *in, const hc_rows *g)
{
    for (size_t i = 0; i < 2; i++)
        if (hc_plot_column(in, g, pairs[i][0]) >= 0 &&
            hc_plot_column(in, g, pairs[i][1]) >= 0)
            return pairs[i];
    return NULL;
}

static hc_status add_part(const hc_plot_input *in, const hc_rows *g,
                          hc_panel *p, const char *name, bool imag,
                          const char *label, hc_err *err)
{
    hc_curve *c;
    hc_status st = hc_plot_xy(
        in, g, p, hc_plot_column(in, g, "frequency_hertz"), 1,
        hc_plot_column(in, g, name), 100,
        HC_LOOK_POINTS | HC_LOOK_LINE | HC_LOOK_THIN | HC_LOOK_OPEN, &c, err);
    if (st != HC_OK)
        return st;
    c->colour = hc_palette(imag);
    c->mark = imag ? HC_MARK_SQUARE : HC_MARK_CIRCLE;
    snprintf(c->label, sizeof c->label, "%s", label);
    int flag = hc_plot_column(in, g, "kk_flag");
    if (flag < 0)
        return HC_OK;
    st = hc_curve_solids(c, err);
    for (size_t i = 0; i < g->n && st == HC_OK; i++)
        c->solid[i] =
            strcmp(hc_frame_text(in->frame[g->frame], g->row[i], flag),
                   "ok") != 0;
    return st;
}

/* One spectrum a panel, at most this many: more cannot be read. */
enum { MOST = 6 };

static hc_status build_residuals(const hc_plot_input *in, hc_figure *f,
                                 hc_err *err)
{
    static const char *const needed[] = {"frequency_hertz", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK && n > MOST)
        hc_say_warning(in->talk, NULL, 0,
                       "only the first %d of %zu spectra are drawn "
                       "(--spectrum chooses)",
                       MOST, n);
    f->share_x = true;
    for (size_t k = 0; k < n && k < MOST && st == HC_OK; k++) {
        const char *const *pair = pair_of(in, &g[k]);
        hc_panel *p;
        char label[HC_LABEL_SIZE];
        if (!pair) {
            st = hc_fail_at(err, HC_DATA, hc_frame_name(in->frame[g[k].frame]),
                            0,
                            "no residuals: neither kk_real_residual (hc-kk) "
                            "nor fit_real_residual (hc-fit --curve)");
            break;
        }
        st = hc_figure_panel(f, &p, err);
        if (st != HC_OK)
            break;
        p->x.log = true;
        p->no_legend = k > 0;
        hc_axis_title(&p->x, "Frequency", "Hz");
        hc_axis_title(&p->y, "\xCE\x94~{Z}/|~{Z}|", "%");
        st = add_part(in, &g[k], p, pair[0], false, "real part", err);
        if (st == HC_OK)
            st = add_part(in, &g[k], p, pair[1], true, "imaginary part", err);
        hc_plot_label(in, g, n, k, label, sizeof label);
        if (st == HC_OK)
            st = hc_panel_rule(p, 0, false, n > 1 ? label : "", err);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_residuals = {
    "residuals", "residuals of hc-kk or hc-fit against frequency", "eis",
    build_residuals};
