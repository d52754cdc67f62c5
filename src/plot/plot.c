#include "plot/plot.h"

#include "core/options.h"
#include "core/text.h"
#include "plot/draw.h"
#include "plot/from_records.h"
#include "plot/panels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hc_status picture_of(const hc_plot_request *r, hc_picture *as,
                            hc_err *err)
{
    static const char *const names[] = {"svg", "pdf", "png"};
    const char *path = r->output, *name = r->to;
    if (!name) {
        const char *dot = path ? strrchr(path, '.') : NULL;
        if (!path || strcmp(path, "-") == 0 || hc_starts_with(path, "/dev/"))
            name = "svg";
        else
            name = dot && !strchr(dot, '/') ? dot + 1 : "";
    }
    for (int i = 0; i < 3; i++)
        if (hc_strcasecmp(name, names[i]) == 0) {
            *as = (hc_picture)i;
            return HC_OK;
        }
    return hc_fail(err, HC_USAGE,
                   "the ending of '%s' is not .svg, .pdf or .png: say --to",
                   path);
}

/* A page between 1 cm and 2 m; NaN is the theme's. */
static bool bad_length(double m)
{
    return isfinite(m) ? m < 0.01 || m > 2 : isinf(m);
}

hc_status hc_plot_check(const hc_plot_request *r, hc_err *err)
{
    hc_picture as;
    hc_status st = picture_of(r, &as, err);
    if (st == HC_OK)
        st = hc_range_check(r->spectra, "--spectrum", err);
    if (st == HC_OK)
        st = hc_range_check(r->cycles, "--cycle", err);
    if (st == HC_OK && (bad_length(r->width_m) || bad_length(r->height_m)))
        st = hc_fail(err, HC_USAGE,
                     "--width and --height lie between 1cm and 2m");
    if (st == HC_OK && !hc_theme_find(r->theme))
        st = hc_fail(err, HC_USAGE, "no theme is called '%s'", r->theme);
    return st;
}

static bool is_of_spectra(const hc_plot_kind *kind)
{
    return strcmp(kind->tables, "eis") == 0;
}

/* Kinds of figures that show impedance take the records of a fit as well. */
static hc_status replace_fits(const hc_plot_kind *const *kind, size_t n_kinds,
                              hc_frame **frames, size_t n, hc_err *err)
{
    hc_status st = HC_OK;
    bool any = false;
    for (size_t i = 0; i < n_kinds; i++)
        any = any || is_of_spectra(kind[i]);
    for (size_t i = 0; any && i < n && st == HC_OK; i++) {
        hc_frame *curve;
        if (!hc_plot_is_fit(frames[i]))
            continue;
        st = hc_plot_curve_of_fit(frames[i], &curve, err);
        if (st == HC_OK) {
            hc_frame_free(frames[i]);
            frames[i] = curve;
        }
    }
    return st;
}

static hc_status build(const hc_panel_plan *p, const hc_plot_request *r,
                       hc_talk *talk, hc_figure *f, hc_err *err)
{
    hc_plot_input in = {.frame = p->frame,
                        .n = p->n,
                        .label = p->label,
                        .n_labels = r->n_labels ? p->n : 0,
                        .colour_by = r->colour_by,
                        .spectra = p->spectra[0] ? p->spectra : r->spectra,
                        .cycles = r->cycles,
                        .electrode = r->electrode,
                        .freq_min_hz = r->freq_min_hz,
                        .freq_max_hz = r->freq_max_hz,
                        .capacitive = r->capacitive,
                        .absolute = r->absolute,
                        .talk = talk};
    hc_status st = p->kind->build(&in, f, err);
    if (st == HC_OK && p->title[0])
        memcpy(f->title, p->title, sizeof f->title);
    return st;
}

static hc_status draw_plan(const hc_plot_plan *p, const hc_plot_request *r,
                           hc_out *out, hc_talk *talk, hc_err *err)
{
    hc_figure *f = calloc(p->n + 1, sizeof *f);
    char title[HC_LABEL_SIZE] = "";
    hc_picture as;
    hc_draw_opts d = {.theme = hc_theme_find(r->theme),
                      .width_pt = r->width_m / 0.0254 * 72,
                      .height_pt = r->height_m / 0.0254 * 72,
                      .dpi = r->dpi,
                      .no_legend = r->no_legend,
                      .columns = (size_t)r->columns,
                      .title = title};
    hc_status st = f ? picture_of(r, &as, err) : hc_fail_nomem(err);
    for (size_t i = 0; i < p->n && st == HC_OK; i++)
        st = build(&p->plan[i], r, talk, &f[i], err);
    if (st == HC_OK && r->title)
        hc_canvas_escape(r->title, title, sizeof title);
    if (st == HC_OK && p->n == 1 && title[0])
        memcpy(f[0].title, title, sizeof f[0].title);
    if (st == HC_OK)
        st = hc_draw(f, p->n, &d, as, out, err);
    for (size_t i = 0; f && i < p->n; i++)
        hc_figure_clear(&f[i]);
    free(f);
    return st;
}

hc_status hc_plot_draw(const hc_plot_kind *const *kind, size_t n_kinds,
                       const hc_plot_request *r, hc_frame **frames, size_t n,
                       hc_out *out, hc_talk *talk, hc_err *err)
{
    hc_plot_plan p = {.n = 0};
    hc_status st = replace_fits(kind, n_kinds, frames, n, err);
    if (st == HC_OK)
        st = hc_plot_plan_make(&p, kind, n_kinds, r, frames, n, err);
    if (st == HC_OK)
        st = draw_plan(&p, r, out, talk, err);
    hc_plot_plan_clear(&p);
    return st;
}

void hc_plot_list(hc_out *out)
{
    const hc_plot_kind *k;
    for (size_t i = 0; (k = hc_plot_at(i)) != NULL; i++)
        hc_out_printf(out, "%s\t%s\t%s\n", k->name, k->tables, k->purpose);
}
