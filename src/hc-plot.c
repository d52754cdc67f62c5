/* hc-plot: any table as a figure */
#include "config.h"

#include "core/session.h"
#include "core/text.h"
#include "plot/draw.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    const char *to, *theme, *title, *colour_by;
    const char *spectra, *cycles;
    hc_list labels;
    double dpi, width_m, height_m;
    double freq_min_hz, freq_max_hz;
    bool no_legend, absolute, capacitive, kinds;
} opts;

static const hc_option options[] = {
    {"to",
     't',
     HC_OPT_CHOICE,
     "FORMAT",
     "svg, pdf or png; without it the ending of -o FILE says",
     offsetof(opts, to),
     "svg|pdf|png",
     0,
     0,
     {0}},
    {"theme",
     0,
     HC_OPT_CHOICE,
     "NAME",
     "sizes for a journal column, a slide or a report",
     offsetof(opts, theme),
     "journal|slide|report",
     0,
     0,
     {0}},
    {"title",
     0,
     HC_OPT_TEXT,
     "TEXT",
     "words above the figure",
     offsetof(opts, title),
     NULL,
     0,
     0,
     {0}},
    {"label",
     'L',
     HC_OPT_LIST,
     "TEXT",
     "words of the next FILE in the legend; may be repeated",
     offsetof(opts, labels),
     NULL,
     0,
     0,
     {0}},
    {"colour-by",
     'c',
     HC_OPT_TEXT,
     "COLUMN",
     "colour the curves by this column, with a colour bar",
     offsetof(opts, colour_by),
     NULL,
     0,
     0,
     {0}},
    {"no-legend",
     0,
     HC_OPT_FLAG,
     NULL,
     "leave the legend out",
     offsetof(opts, no_legend),
     NULL,
     0,
     0,
     {0}},
    {"absolute",
     0,
     HC_OPT_FLAG,
     NULL,
     "ohm and ampere even where the area is known",
     offsetof(opts, absolute),
     NULL,
     0,
     0,
     {0}},
    {"dpi",
     0,
     HC_OPT_NUMBER,
     "N",
     "dots per inch of a png (300)",
     offsetof(opts, dpi),
     NULL,
     20,
     2400,
     {0}},
    HC_OPTION_QUANTITY("width", "LENGTH", "width of the page, e.g. 8.6cm",
                       HC_DIM_LENGTH, opts, width_m),
    HC_OPTION_QUANTITY("height", "LENGTH", "height of the page, e.g. 6cm",
                       HC_DIM_LENGTH, opts, height_m),
    HC_OPTION_FREQ_MIN(opts, freq_min_hz),
    HC_OPTION_FREQ_MAX(opts, freq_max_hz),
    HC_OPTION_CAPACITIVE(opts, capacitive),
    HC_OPTION_SPECTRUM(opts, spectra),
    HC_OPTION_CYCLE(opts, cycles),
    {"kinds",
     0,
     HC_OPT_FLAG,
     NULL,
     "list the kinds of figures and exit",
     offsetof(opts, kinds),
     NULL,
     0,
     0,
     {0}},
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    "hc-plot",
    "draw a table as a figure for a paper, a slide or a report",
    "KIND [FILE...]",
    "KIND says what to draw; 'hc-plot --kinds' lists them.  Several tables "
    "are laid\nover each other; a table that a fit wrote (hc-fit --curve) "
    "becomes a line.",
    options,
    0,
    -1};

static void list_kinds(hc_out *out)
{
    const hc_plot_kind *k;
    for (size_t i = 0; (k = hc_plot_at(i)) != NULL; i++)
        hc_out_printf(out, "%s\t%s\t%s\n", k->name, k->tables, k->purpose);
}

static hc_status picture_of(const opts *o, hc_picture *as, hc_err *err)
{
    static const char *const names[] = {"svg", "pdf", "png"};
    const char *path = o->common.output, *name = o->to;
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

static hc_status find_kind(const hc_session *s, const hc_plot_kind **kind,
                           hc_err *err)
{
    if (s->n_operands == 0)
        return hc_fail(err, HC_USAGE, "KIND is missing, e.g. nyquist");
    *kind = hc_plot_find(s->operands[0]);
    if (!*kind)
        return hc_fail(err, HC_USAGE,
                       "no figure is called '%.60s'; did you mean '%s'? "
                       "(--kinds lists them)",
                       s->operands[0], hc_plot_nearest(s->operands[0]));
    return HC_OK;
}

/* Read all tables; one that is broken is reported, the others go on. */
static size_t read_tables(hc_session *s, const char *const *files, size_t n,
                          hc_frame **frames)
{
    size_t got = 0;
    for (size_t i = 0; i < n; i++) {
        hc_status st = hc_frame_open(&frames[got], files[i], &s->err);
        if (st == HC_OK && hc_frame_incomplete(frames[got]))
            hc_say_warning(&s->talk, hc_frame_name(frames[got]), 0,
                           "the table is incomplete");
        got += st == HC_OK;
        if (!hc_session_note(s, st))
            break;
    }
    return got;
}

static hc_status draw(hc_session *s, const opts *o, const hc_plot_kind *kind,
                      hc_frame **frames, size_t n, hc_picture as)
{
    hc_figure f = {0};
    hc_plot_input in = {.frame = frames,
                        .n = n,
                        .label = o->labels.items,
                        .n_labels = o->labels.n,
                        .colour_by = o->colour_by,
                        .spectra = o->spectra,
                        .cycles = o->cycles,
                        .freq_min_hz = o->freq_min_hz,
                        .freq_max_hz = o->freq_max_hz,
                        .capacitive = o->capacitive,
                        .absolute = o->absolute,
                        .talk = &s->talk};
    hc_draw_opts d = {.theme = hc_theme_find(o->theme),
                      .width_pt = o->width_m / 0.0254 * 72,
                      .height_pt = o->height_m / 0.0254 * 72,
                      .dpi = o->dpi,
                      .no_legend = o->no_legend};
    hc_status st = kind->build(&in, &f, &s->err);
    if (st == HC_OK && o->title)
        hc_canvas_escape(o->title, f.title, sizeof f.title);
    if (st == HC_OK)
        st = hc_draw(&f, &d, as, s->out, &s->err);
    hc_figure_clear(&f);
    return st;
}

static void plot(hc_session *s, const opts *o)
{
    const hc_plot_kind *kind = NULL;
    hc_picture as = HC_PICTURE_SVG;
    static const char *const standard_input[] = {"-"};
    hc_status st = find_kind(s, &kind, &s->err);
    if (st == HC_OK)
        st = picture_of(o, &as, &s->err);
    if (st == HC_OK)
        st = hc_range_check(o->spectra, "--spectrum", &s->err);
    if (st == HC_OK)
        st = hc_range_check(o->cycles, "--cycle", &s->err);
    size_t n = s->n_operands > 1 ? s->n_operands - 1 : 1, got = 0;
    hc_frame **frames = calloc(n, sizeof *frames);
    if (st == HC_OK && !frames)
        st = hc_fail_nomem(&s->err);
    bool drawn = false;
    if (st == HC_OK) {
        got = read_tables(s,
                          s->n_operands > 1
                              ? s->operands + 1
                              : (const char **)(void *)standard_input,
                          n, frames);
        if (got == n) { /* half a figure would mislead */
            st = draw(s, o, kind, frames, got, as);
            drawn = st == HC_OK;
        }
    }
    hc_session_note(s, st);
    if (!drawn && s->out && !hc_out_failed(s->out)) {
        hc_out_discard(s->out); /* no empty picture */
        s->out = NULL;
    }
    for (size_t i = 0; i < got; i++)
        hc_frame_free(frames[i]);
    free(frames);
}

int main(int argc, char **argv)
{
    opts o = {.theme = "journal",
              .dpi = 300,
              .width_m = (double)NAN,
              .height_m = (double)NAN,
              .freq_min_hz = (double)NAN,
              .freq_max_hz = (double)NAN};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    if (o.kinds)
        list_kinds(s.out);
    else
        plot(&s, &o);
    hc_list_clear(&o.labels);
    return hc_session_end(&s);
}
