/* hc-plot: any table as a figure */
#include "config.h"

#include "core/session.h"
#include "plot/kinds.h"
#include "plot/plot.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    hc_common common;
    hc_plot_request r;
    hc_list labels;
    bool kinds;
} opts;

#define OPTION(NAME, LETTER, TYPE, ARG, HELP, MEMBER, CHOICES, MIN, MAX)      \
    {                                                                         \
        NAME, LETTER, TYPE, ARG, HELP, offsetof(opts, MEMBER), CHOICES, MIN,  \
            MAX,                                                              \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
static const hc_option options[] = {
    OPTION("to", 't', HC_OPT_CHOICE, "FORMAT",
           "svg, pdf or png; without it the ending of -o FILE says", r.to,
           "svg|pdf|png", 0, 0),
    OPTION("theme", 0, HC_OPT_CHOICE, "NAME",
           "sizes for a journal column, a slide or a report", r.theme,
           "journal|slide|report", 0, 0),
    OPTION("title", 0, HC_OPT_TEXT, "TEXT", "words above the figure", r.title,
           NULL, 0, 0),
    OPTION("label", 'L', HC_OPT_LIST, "TEXT",
           "words of the next FILE in the legend; may be repeated", labels,
           NULL, 0, 0),
    OPTION("colour-by", 'c', HC_OPT_TEXT, "COLUMN",
           "colour the curves by this column, with a colour bar", r.colour_by,
           NULL, 0, 0),
    OPTION("no-legend", 0, HC_OPT_FLAG, NULL, "leave the legend out",
           r.no_legend, NULL, 0, 0),
    OPTION("absolute", 0, HC_OPT_FLAG, NULL,
           "ohm and ampere even where the area is known", r.absolute, NULL, 0,
           0),
    OPTION("dpi", 0, HC_OPT_NUMBER, "N", "dots per inch of a png (300)", r.dpi,
           NULL, 20, 2400),
    HC_OPTION_QUANTITY("width", "LENGTH", "width of the page, e.g. 8.6cm",
                       HC_DIM_LENGTH, opts, r.width_m),
    HC_OPTION_QUANTITY("height", "LENGTH", "height of the page, e.g. 6cm",
                       HC_DIM_LENGTH, opts, r.height_m),
    HC_OPTION_FREQ_MIN(opts, r.freq_min_hz),
    HC_OPTION_FREQ_MAX(opts, r.freq_max_hz),
    HC_OPTION_CAPACITIVE(opts, r.capacitive),
    HC_OPTION_SPECTRUM(opts, r.spectra),
    HC_OPTION_CYCLE(opts, r.cycles),
    OPTION("panels", 0, HC_OPT_CHOICE, "EACH",
           "a figure for each table or spectrum, side by side", r.panels,
           "table|spectrum", 0, 0),
    OPTION("columns", 0, HC_OPT_INTEGER, "N", "figures side by side (two)",
           r.columns, NULL, 1, 8),
    OPTION("kinds", 0, HC_OPT_FLAG, NULL, "list the kinds of figures and exit",
           kinds, NULL, 0, 0),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-plot",
    .purpose = "draw a table as a figure for a paper, a slide or a report",
    .operands = "KIND[,KIND...] [FILE...]",
    .notes =
        "KIND says what to draw; 'hc-plot --kinds' lists them.  Several "
        "tables "
        "are laid\nover each other; a table that a fit wrote (hc-fit --curve) "
        "becomes a line.\n"
        "Several kinds make one page; each takes the tables it can show.",
    .options = options,
    .max_operands = -1};

/* Read all tables; each that is broken is reported. */
static size_t read_tables(hc_session *s, const char *const *files, size_t n,
                          hc_frame **frames)
{
    size_t got = 0;
    for (size_t i = 0; i < n; i++) {
        hc_status st = hc_frame_open(&frames[got], files[i], &s->err);
        if (st == HC_OK) {
            if (hc_frame_incomplete(frames[got]))
                hc_say_warning(&s->talk, hc_frame_name(frames[got]), 0,
                               "the table is incomplete");
            st = hc_frame_measured(frames[got++], &s->err);
        }
        if (!hc_session_note(s, st))
            break;
    }
    return got;
}

/* True when a picture was written. */
static bool plot(hc_session *s, const opts *o)
{
    static const char *const standard_input[] = {"-"};
    const hc_plot_kind *kind[HC_PLOT_MOST];
    size_t n_kinds = 0;
    hc_plot_request r = o->r;
    r.output = o->common.output;
    r.label = o->labels.items;
    r.n_labels = o->labels.n;
    const char *name = s->n_operands > 0 ? s->operands[0] : NULL;
    hc_status st = hc_plot_choose(name, kind, &n_kinds, &s->err);
    st = hc_session_missing(s, st, "KIND, e.g. nyquist,", &s->err);
    if (st == HC_OK)
        st = hc_plot_check(&r, &s->err);
    size_t n = s->n_operands > 1 ? s->n_operands - 1 : 1, got = 0;
    const char *const *files =
        s->n_operands > 1 ? s->operands + 1 : standard_input;
    hc_frame **frames = calloc(n, sizeof *frames);
    if (st == HC_OK && !frames)
        st = hc_fail_nomem(&s->err);
    if (st == HC_OK)
        got = read_tables(s, files, n, frames);
    /* half a figure would mislead */
    bool all = st == HC_OK && got == n && s->worst == HC_OK;
    if (all)
        st = hc_plot_draw(kind, n_kinds, &r, frames, n, s->out, &s->talk,
                          &s->err);
    hc_session_note(s, st);
    for (size_t i = 0; i < got; i++)
        hc_frame_free(frames[i]);
    free(frames);
    return all && st == HC_OK;
}

int main(int argc, char **argv)
{
    opts o = {.r = {.theme = "journal",
                    .dpi = 300,
                    .width_m = (double)NAN,
                    .height_m = (double)NAN,
                    .freq_min_hz = (double)NAN,
                    .freq_max_hz = (double)NAN}};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    if (o.kinds) {
        hc_plot_list(s.out);
    } else if (!plot(&s, &o) && !hc_out_failed(s.out)) {
        hc_out_discard(s.out); /* no empty picture */
        s.out = NULL;
    }
    hc_list_clear(&o.labels);
    return hc_session_end(&s);
}
