#include "plot/input.h"

#include "core/number.h"
#include "core/options.h"
#include "core/spectrum.h"
#include "core/text.h"
#include "plot/canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- groups ---- */

enum { KEYS = 4 };

typedef struct {
    const hc_plot_input *in;
    const hc_frame *f;
    size_t frame;
    int key[KEYS];
    int electrode;
    const char *chosen; /* electrode, or NULL for all */
    int spectrum, cycle, freq, im;
} grouping;

/* The cell, else the working electrode; instruments write zeros for what was
 * not measured.  NULL when neither has values. */
static const char *main_electrode(const hc_frame *f, int electrode)
{
    static const char *const names[] = {"cell", "we"};
    int re = hc_frame_column(f, "real_impedance_ohm");
    for (size_t i = 0; i < 2; i++)
        for (size_t r = 0; r < hc_frame_rows(f); r++) {
            double v = hc_frame_number(f, r, re);
            if (strcmp(hc_frame_text(f, r, electrode), names[i]) == 0 &&
                (re < 0 || (isfinite(v) && v != 0)))
                return names[i];
        }
    return NULL;
}

static grouping grouping_of(const hc_plot_input *in, size_t frame,
                            const char *key)
{
    const hc_frame *f = in->frame[frame];
    grouping g = {.in = in, .f = f, .frame = frame};
    g.key[0] = hc_frame_column(f, "source_index");
    g.key[1] = g.spectrum = hc_frame_column(f, "spectrum_index");
    g.key[2] = hc_frame_column(f, "electrode");
    g.electrode = g.key[2];
    g.chosen = in->electrode;
    if (!g.chosen && g.electrode >= 0)
        g.chosen = main_electrode(f, g.electrode);
    if (g.chosen && strcmp(g.chosen, "all") == 0)
        g.chosen = NULL;
    g.key[3] = key ? hc_frame_column(f, key) : -1;
    g.cycle = hc_frame_column(f, "cycle_count");
    g.freq = hc_frame_column(f, "frequency_hertz");
    g.im = hc_frame_column(f, "imaginary_impedance_ohm");
    return g;
}

static bool in_range(const char *list, double v)
{
    return !list ||
           (isfinite(v) && fabs(v) < 1e15 && hc_range_has(list, (long)v));
}

static bool wanted(const grouping *g, size_t row)
{
    const hc_plot_input *in = g->in;
    if (g->chosen && g->electrode >= 0 &&
        strcmp(hc_frame_text(g->f, row, g->electrode), g->chosen) != 0)
        return false;
    if (g->spectrum >= 0 &&
        !in_range(in->spectra, hc_frame_number(g->f, row, g->spectrum)))
        return false;
    if (g->cycle >= 0 &&
        !in_range(in->cycles, hc_frame_number(g->f, row, g->cycle)))
        return false;
    if (g->freq >= 0) {
        double f = hc_frame_number(g->f, row, g->freq);
        if (f < in->freq_min_hz || f > in->freq_max_hz)
            return false;
    }
    return !in->capacitive || g->im < 0 ||
           hc_frame_number(g->f, row, g->im) < 0;
}

static bool same_group(const grouping *g, size_t a, size_t b)
{
    for (int i = 0; i < KEYS; i++)
        if (g->key[i] >= 0 && strcmp(hc_frame_text(g->f, a, g->key[i]),
                                     hc_frame_text(g->f, b, g->key[i])) != 0)
            return false;
    return true;
}

typedef struct {
    hc_rows *g;
    size_t *cap_rows; /* of each group */
    size_t n, cap, cap_cap;
} growing;

static hc_status add_group(growing *w, size_t frame, size_t index, hc_err *err)
{
    hc_rows *g = hc_grow(w->g, &w->cap, w->n + 1, sizeof *g);
    if (!g)
        return hc_fail_nomem(err);
    w->g = g;
    size_t *c = hc_grow(w->cap_rows, &w->cap_cap, w->n + 1, sizeof *c);
    if (!c)
        return hc_fail_nomem(err);
    w->cap_rows = c;
    w->g[w->n] = (hc_rows){.frame = frame, .index = index};
    w->cap_rows[w->n] = 0;
    w->n++;
    return HC_OK;
}

static hc_status add_row(growing *w, size_t k, size_t row, hc_err *err)
{
    hc_rows *g = &w->g[k];
    if (g->n == w->cap_rows[k]) {
        size_t *r = hc_grow(g->row, &w->cap_rows[k], g->n + 1, sizeof *g->row);
        if (!r)
            return hc_fail_nomem(err);
        g->row = r;
    }
    g->row[g->n++] = row;
    return HC_OK;
}

static hc_status group_frame(growing *w, const grouping *g, hc_err *err)
{
    size_t first = w->n;
    hc_status st = HC_OK;
    for (size_t r = 0; r < hc_frame_rows(g->f) && st == HC_OK; r++) {
        if (!wanted(g, r))
            continue;
        size_t k = w->n;
        while (k > first && !same_group(g, w->g[k - 1].row[0], r))
            k--;
        if (k == first) {
            st = add_group(w, g->frame, w->n - first, err);
            k = w->n;
        }
        if (st == HC_OK)
            st = add_row(w, k - 1, r, err);
    }
    return st;
}

static hc_status group_all(const hc_plot_input *in, const char *key, bool only,
                           hc_rows **out, size_t *n, hc_err *err)
{
    growing w = {0};
    hc_status st = HC_OK;
    for (size_t i = 0; i < in->n && st == HC_OK; i++) {
        grouping g = grouping_of(in, i, key);
        if (only) {
            g.key[0] = hc_frame_column(g.f, "cell");
            g.key[1] = g.key[2] = -1;
        }
        size_t before = w.n;
        st = group_frame(&w, &g, err);
        if (st == HC_OK && w.n == before)
            hc_say_warning(in->talk, hc_frame_name(g.f), 0, "no rows to draw");
    }
    free(w.cap_rows);
    if (st == HC_OK && w.n == 0)
        st = hc_fail(err, HC_NO, "nothing to draw: %s",
                     in->n ? "no row is left" : "no table");
    if (st != HC_OK) {
        hc_rows_free(w.g, w.n);
        return st;
    }
    *out = w.g;
    *n = w.n;
    return HC_OK;
}

hc_status hc_plot_groups(const hc_plot_input *in, const char *key,
                         hc_rows **out, size_t *n, hc_err *err)
{
    return group_all(in, key, false, out, n, err);
}

hc_status hc_plot_by(const hc_plot_input *in, const char *key, hc_rows **out,
                     size_t *n, hc_err *err)
{
    return group_all(in, key, true, out, n, err);
}

void hc_rows_free(hc_rows *g, size_t n)
{
    for (size_t i = 0; g && i < n; i++)
        free(g[i].row);
    free(g);
}

hc_status hc_plot_need(const hc_plot_input *in, const char *const *names,
                       hc_err *err)
{
    for (size_t i = 0; i < in->n; i++)
        for (const char *const *name = names; *name; name++) {
            int column;
            hc_status st = hc_frame_need(in->frame[i], *name, &column, err);
            if (st != HC_OK)
                return st;
        }
    return HC_OK;
}

bool hc_plot_is_model(const hc_frame *f)
{
    return hc_meta_get(hc_frame_meta(f), "curve") != NULL;
}

int hc_plot_column(const hc_plot_input *in, const hc_rows *g, const char *name)
{
    return hc_frame_column(in->frame[g->frame], name);
}

double hc_plot_number(const hc_plot_input *in, const hc_rows *g, size_t i,
                      int column)
{
    return hc_frame_number(in->frame[g->frame], g->row[i], column);
}

double hc_plot_largest(const hc_plot_input *in, const hc_rows *g, size_t n,
                       const char *name)
{
    double most = 0;
    for (size_t k = 0; k < n; k++) {
        int c = hc_plot_column(in, &g[k], name);
        for (size_t i = 0; c >= 0 && i < g[k].n; i++) {
            double v = fabs(hc_plot_number(in, &g[k], i, c));
            if (isfinite(v) && v > most)
                most = v;
        }
    }
    return most;
}

double hc_plot_context(const hc_plot_input *in, const hc_rows *g,
                       const char *key)
{
    const hc_frame *f = in->frame[g->frame];
    /* voltages at rest differ by noise: only where a table calls them so */
    int c = strcmp(key, "dc_voltage_volt") == 0 ? hc_frame_column(f, key)
                                                : hc_context_column(f, key);
    if (c >= 0 && g->n)
        return hc_frame_number(f, g->row[0], c);
    return hc_meta_number(hc_frame_meta(f), key);
}

/* ---- units ---- */

double hc_plot_area(const hc_plot_input *in, size_t frame)
{
    return hc_meta_number(hc_frame_meta(in->frame[frame]), "area_m2");
}

bool hc_plot_per_area(const hc_plot_input *in)
{
    for (size_t i = 0; i < in->n; i++)
        if (!(hc_plot_area(in, i) > 0))
            return false;
    return !in->absolute && in->n > 0;
}

hc_lab_unit hc_lab_prefix(double largest, const char *unit)
{
    static const struct {
        double size;
        const char *sign;
    } prefixes[] = {{1e12, "T"},        {1e9, "G"},  {1e6, "M"},
                    {1e3, "k"},         {1, ""},     {1e-3, "m"},
                    {1e-6, "\xC2\xB5"}, {1e-9, "n"}, {1e-12, "p"}};
    enum { N = sizeof prefixes / sizeof *prefixes, ONE = 4 };
    hc_lab_unit u = {.factor = 1};
    size_t i = ONE;
    if (largest > 0 && isfinite(largest)) {
        /* up to 2000 keeps the smaller prefix: 1500 ohm, not 1.5 kohm */
        for (i = 0; i + 1 < N && largest < 2 * prefixes[i].size;)
            i++;
    }
    /* no unit of the lab is that far off: leave it to a power of ten */
    if (largest >= 1e16 || (largest > 0 && largest < 1e-13))
        i = ONE;
    u.factor = 1 / prefixes[i].size;
    snprintf(u.unit, sizeof u.unit, "%s%s", prefixes[i].sign, unit);
    return u;
}

hc_lab_unit hc_lab_resistance(double largest, bool per_area)
{
    if (!per_area)
        return hc_lab_prefix(largest, "\xCE\xA9");
    hc_lab_unit u = hc_lab_prefix(largest * 1e4, "\xCE\xA9\xC2\xA0"
                                                 "cm\xC2\xB2");
    u.factor *= 1e4;
    return u;
}

hc_lab_unit hc_lab_time(double longest_s)
{
    if (longest_s > 10 * 86400.0)
        return (hc_lab_unit){1 / 86400.0, "d"};
    if (longest_s > 2 * 3600.0)
        return (hc_lab_unit){1 / 3600.0, "h"};
    if (longest_s > 10 * 60.0)
        return (hc_lab_unit){1 / 60.0, "min"};
    return (hc_lab_unit){1, "s"};
}

hc_lab_unit hc_lab_current(double largest, bool per_area)
{
    if (!per_area)
        return hc_lab_prefix(largest, "A");
    /* A/m2 is 0.1 mA/cm2 */
    if (largest > 0 && largest < 0.02)
        return (hc_lab_unit){100, "\xC2\xB5"
                                  "A/cm\xC2\xB2"};
    return (hc_lab_unit){0.1, "mA/cm\xC2\xB2"};
}

hc_status hc_plot_xy(const hc_plot_input *in, const hc_rows *g, hc_panel *p,
                     int x_column, double x_factor, int y_column,
                     double y_factor, unsigned look, hc_curve **out,
                     hc_err *err)
{
    hc_curve *c;
    hc_status st = hc_panel_curve(p, g->n, look, &c, err);
    if (st != HC_OK)
        return st;
    for (size_t i = 0; i < g->n; i++) {
        c->x[i] = x_factor * hc_plot_number(in, g, i, x_column);
        c->y[i] = y_factor * hc_plot_number(in, g, i, y_column);
    }
    *out = c;
    return HC_OK;
}

hc_status hc_plot_panel(hc_figure *f, const char *x_title, const char *x_unit,
                        const char *y_title, const char *y_unit,
                        hc_panel **out, hc_err *err)
{
    hc_status st = hc_figure_panel(f, out, err);
    if (st != HC_OK)
        return st;
    hc_axis_title(&(*out)->x, x_title, x_unit);
    hc_axis_title(&(*out)->y, y_title, y_unit);
    return HC_OK;
}

hc_lab_unit hc_lab_charge(double largest_ah, bool per_area)
{
    if (!per_area && largest_ah >= 1e-4 && largest_ah < 1)
        return (hc_lab_unit){1000, "mAh"}; /* 1.7 mAh, not 1700 uAh */
    if (!per_area)
        return hc_lab_prefix(largest_ah, "Ah");
    /* Ah/m2 is 0.1 mAh/cm2 */
    if (largest_ah > 0 && largest_ah < 0.2)
        return (hc_lab_unit){100, "\xC2\xB5"
                                  "Ah/cm\xC2\xB2"};
    return (hc_lab_unit){0.1, "mAh/cm\xC2\xB2"};
}
