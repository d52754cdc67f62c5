/* kind_eis.c: impedance spectra in the plane and against frequency */
#include "plot/canvas.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FREQ   "frequency_hertz"
#define RE     "real_impedance_ohm"
#define IM     "imaginary_impedance_ohm"
#define PRIME  "\xE2\x80\xB2"
#define SECOND "\xE2\x80\xB3"
#define MINUS  "\xE2\x88\x92"

static const char *const needed[] = {FREQ, RE, IM, NULL};

/* One spectrum's part of a figure. */
typedef struct {
    const hc_plot_input *in;
    const hc_rows *g; /* all spectra */
    size_t n;
    const char *key; /* colour by this */
    bool per_area;
    hc_lab_unit unit;
} eis;

/* More spectra than this are lines: their markers would hide each other. */
enum { MANY = 12 };

static double per(const eis *e, size_t k)
{
    double a = e->per_area ? hc_plot_area(e->in, e->g[k].frame) : 1;
    return e->unit.factor * a;
}

/* Colour, mark and label of spectrum k.  A fit has the colour of the
 * measured spectrum it belongs to unless there is only one of them. */
static void dress(const eis *e, size_t k, hc_curve *c, bool label)
{
    size_t measured = 0, place = 0;
    bool model = hc_plot_is_model(e->in->frame[e->g[k].frame]);
    for (size_t i = 0; i < e->n; i++) {
        bool m = hc_plot_is_model(e->in->frame[e->g[i].frame]);
        if (i < k && m == model)
            place++;
        measured += !m;
    }
    c->look = model ? HC_LOOK_LINE : HC_LOOK_POINTS | HC_LOOK_OPEN;
    c->mark = (hc_mark)(place % HC_MARK_COUNT);
    c->colour = hc_palette(model && measured == 1 ? place + 1 : place);
    if (e->key) {
        c->value = hc_plot_colour_value(e->in, &e->g[k], e->key);
        c->mark = HC_MARK_CIRCLE;
    }
    if (measured > MANY)
        c->look = HC_LOOK_LINE | HC_LOOK_THIN;
    if (label && !(e->key && isfinite(c->value)) &&
        !(model && measured > 1 && place > 0))
        hc_plot_label(e->in, e->g, e->n, k, c->label, sizeof c->label);
}

static hc_status open_eis(eis *e, const hc_plot_input *in, hc_rows **own,
                          char *title, size_t cap, hc_err *err)
{
    hc_status st = hc_plot_need(in, needed, err);
    *e = (eis){.in = in};
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, own, &e->n, err);
    if (st != HC_OK)
        return st;
    e->g = *own;
    e->key = hc_plot_colour_key(in, e->g, e->n, title, cap);
    e->per_area = hc_plot_per_area(in);
    double most = 0;
    for (size_t k = 0; k < e->n; k++) {
        double a = e->per_area ? hc_plot_area(in, e->g[k].frame) : 1;
        double v = fmax(hc_plot_largest(in, &e->g[k], 1, RE),
                        hc_plot_largest(in, &e->g[k], 1, IM));
        most = fmax(most, v * a);
    }
    e->unit = hc_lab_resistance(most, e->per_area);
    return HC_OK;
}

/* ---- Nyquist ---- */

/* "10 kHz" for ten to the power e. */
static void decade_text(int e, char *buf, size_t cap)
{
    static const char *const prefix[] = {"n", "\xC2\xB5", "m", "",
                                         "k", "M",        "G"};
    int p = (int)floor(e / 3.0);
    if (p < -3 || p > 3) {
        snprintf(buf, cap, "10^{%s%d} Hz", e < 0 ? MINUS : "", abs(e));
        return;
    }
    static const char *const digits[] = {"1", "10", "100"};
    snprintf(buf, cap, "%s\xC2\xA0%sHz", digits[e - 3 * p], prefix[p + 3]);
}

/* Fill the marker nearest to each whole decade and write its frequency. */
static hc_status mark_decades(const eis *e, size_t k, hc_panel *p, size_t at,
                              bool words, hc_err *err)
{
    const hc_rows *g = &e->g[k];
    int freq = hc_plot_column(e->in, g, FREQ);
    hc_status st = hc_curve_solids(&p->curve[at], err);
    for (int d = -9; d <= 9 && st == HC_OK; d++) {
        size_t best = g->n;
        double least = 0.06; /* of a decade: 15 % */
        for (size_t i = 0; i < g->n; i++) {
            double f = hc_plot_number(e->in, g, i, freq);
            double off = fabs(log10(f) - d);
            if (off < least) {
                least = off;
                best = i;
            }
        }
        const hc_curve *c = &p->curve[at];
        if (best == g->n || !isfinite(c->x[best]) || !isfinite(c->y[best]))
            continue;
        c->solid[best] = 1;
        char text[40];
        decade_text(d, text, sizeof text);
        if (words)
            st =
                hc_panel_note(p, c->x[best], c->y[best], c->colour, text, err);
    }
    return st;
}

/* Roles of arcs at their apexes, where the curve says them. */
static hc_status name_arcs(const eis *e, const hc_rows *g, hc_panel *p,
                           hc_err *err)
{
    int arc = hc_plot_column(e->in, g, "arc");
    const hc_curve *c = &p->curve[p->n_curves - 1];
    hc_status st = HC_OK;
    for (size_t i = 0; i < g->n && arc >= 0 && st == HC_OK; i++) {
        char text[48];
        const char *role =
            hc_frame_text(e->in->frame[g->frame], g->row[i], arc);
        if (strcmp(role, "-") == 0 || !isfinite(c->y[i]))
            continue;
        hc_canvas_escape(role, text, sizeof text);
        st = hc_panel_note(p, c->x[i], c->y[i], c->colour, text, err);
    }
    return st;
}

static hc_status add_nyquist(const eis *e, size_t k, hc_panel *p, bool words,
                             hc_err *err)
{
    hc_curve *c;
    const hc_rows *g = &e->g[k];
    double z = per(e, k);
    hc_status st =
        hc_plot_xy(e->in, g, p, hc_plot_column(e->in, g, RE), z,
                   hc_plot_column(e->in, g, IM), -z, HC_LOOK_POINTS, &c, err);
    if (st != HC_OK)
        return st;
    dress(e, k, c, true);
    if (!hc_plot_is_model(e->in->frame[g->frame]))
        return mark_decades(e, k, p, p->n_curves - 1, words, err);
    return words ? name_arcs(e, g, p, err) : HC_OK;
}

static hc_status build_nyquist(const hc_plot_input *in, hc_figure *f,
                               hc_err *err)
{
    eis e;
    hc_rows *own = NULL;
    char title[HC_LABEL_SIZE];
    hc_panel *p = NULL;
    hc_status st = open_eis(&e, in, &own, title, sizeof title, err);
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    if (st == HC_OK) {
        p->equal = true;
        hc_axis_title(&p->x, "~{Z}" PRIME, e.unit.unit);
        hc_axis_title(&p->y, MINUS "~{Z}" SECOND, e.unit.unit);
    }
    bool words[2] = {true, true}; /* at the first spectrum, the first fit */
    for (size_t k = 0; k < e.n && st == HC_OK; k++) {
        bool model = hc_plot_is_model(in->frame[e.g[k].frame]);
        st = add_nyquist(&e, k, p, words[model] && !e.key, err);
        words[model] = false;
    }
    if (st == HC_OK && e.key)
        hc_figure_colour_by_value(f, title);
    hc_rows_free(own, e.n);
    return st;
}

/* ---- Bode ---- */

/* Powers of ten are read in the plain unit: 10^{2} ohm, not 10^{-4} Mohm.
 * A prefix is for moduli within three decades. */
static void plain_unit(eis *e)
{
    double least = HUGE_VAL, most = 0;
    for (size_t k = 0; k < e->n; k++) {
        const hc_rows *g = &e->g[k];
        int re = hc_plot_column(e->in, g, RE);
        int im = hc_plot_column(e->in, g, IM);
        for (size_t i = 0; i < g->n; i++) {
            double z = hypot(hc_plot_number(e->in, g, i, re),
                             hc_plot_number(e->in, g, i, im));
            if (z > 0 && isfinite(z)) {
                least = fmin(least, z * per(e, k));
                most = fmax(most, z * per(e, k));
            }
        }
    }
    if (most > 1e3 * least)
        e->unit = hc_lab_resistance(e->per_area ? 1e-3 : 10, e->per_area);
}

static hc_status add_bode(const eis *e, size_t k, hc_panel *size,
                          hc_panel *phase, hc_err *err)
{
    const hc_rows *g = &e->g[k];
    int freq = hc_plot_column(e->in, g, FREQ);
    int re = hc_plot_column(e->in, g, RE), im = hc_plot_column(e->in, g, IM);
    hc_curve *a, *b;
    hc_status st = hc_plot_xy(e->in, g, size, freq, 1, re, 1, 0, &a, err);
    if (st == HC_OK)
        st = hc_plot_xy(e->in, g, phase, freq, 1, im, 1, 0, &b, err);
    if (st != HC_OK)
        return st;
    for (size_t i = 0; i < g->n; i++) {
        double x = a->y[i], y = b->y[i];
        a->y[i] = hypot(x, y) * per(e, k);
        b->y[i] = -atan2(y, x) * 57.29577951308232;
    }
    dress(e, k, a, true);
    dress(e, k, b, false);
    return HC_OK;
}

static hc_status build_bode(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    eis e;
    hc_rows *own = NULL;
    char title[HC_LABEL_SIZE];
    hc_panel *p = NULL;
    hc_status st = open_eis(&e, in, &own, title, sizeof title, err);
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    if (st == HC_OK) {
        plain_unit(&e);
        f->share_x = true;
        f->panel[0].x.log = f->panel[1].x.log = f->panel[0].y.log = true;
        hc_axis_title(&f->panel[0].y, "|~{Z}|", e.unit.unit);
        hc_axis_title(&f->panel[1].y, MINUS "Phase", "\xC2\xB0");
        hc_axis_title(&f->panel[1].x, "Frequency", "Hz");
        hc_axis_title(&f->panel[0].x, "Frequency", "Hz");
    }
    for (size_t k = 0; k < e.n && st == HC_OK; k++)
        st = add_bode(&e, k, &f->panel[0], &f->panel[1], err);
    if (st == HC_OK && e.key)
        hc_figure_colour_by_value(f, title);
    hc_rows_free(own, e.n);
    return st;
}

const hc_plot_kind hc_plot_nyquist = {
    "nyquist", "impedance in the complex plane, decades marked", "eis",
    build_nyquist};
const hc_plot_kind hc_plot_bode = {
    "bode", "impedance and phase against frequency", "eis", build_bode};
