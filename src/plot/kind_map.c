/* kind_map.c: distributions over a series as a map */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- gamma over tau and a condition ---- */

typedef struct {
    double at; /* value of the condition */
    size_t k;  /* group */
} line;

static int by_value(const void *a, const void *b)
{
    const line *p = a, *q = b;
    return p->at < q->at ? -1 : p->at > q->at ? 1 : p->k < q->k ? -1 : 1;
}

/* gamma at tau by interpolation over ln tau; NaN outside. */
static double gamma_at(const hc_plot_input *in, const hc_rows *g, double tau)
{
    int t = hc_plot_column(in, g, "tau_second");
    int y = hc_plot_column(in, g, "gamma_ohm");
    for (size_t i = 0; i + 1 < g->n; i++) {
        double a = log(hc_plot_number(in, g, i, t));
        double b = log(hc_plot_number(in, g, i + 1, t)), x = log(tau);
        double lo = fmin(a, b), hi = fmax(a, b);
        if (!(x >= lo - 1e-9 && x <= hi + 1e-9) || !(hi > lo))
            continue;
        double f = (x - a) / (b - a);
        return (1 - f) * hc_plot_number(in, g, i, y) +
               f * hc_plot_number(in, g, i + 1, y);
    }
    return (double)NAN;
}

enum { COLUMNS = 160 };

static hc_status fill_map(const hc_plot_input *in, const hc_rows *g,
                          const line *lines, size_t n, double factor,
                          hc_map *m, hc_err *err)
{
    double lo = HUGE_VAL, hi = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < g[k].n; i++) {
            double t = hc_plot_number(in, &g[k], i,
                                      hc_plot_column(in, &g[k], "tau_second"));
            if (t > 0 && isfinite(t)) {
                lo = fmin(lo, t);
                hi = fmax(hi, t);
            }
        }
    if (!(hi > lo))
        return hc_fail(err, HC_NO, "nothing to draw: no time constants");
    m->x = malloc(COLUMNS * sizeof *m->x);
    m->y = malloc(n * sizeof *m->y);
    m->v = malloc(COLUMNS * n * sizeof *m->v);
    if (!m->x || !m->y || !m->v)
        return hc_fail_nomem(err);
    m->nx = COLUMNS;
    m->ny = n;
    for (size_t i = 0; i < COLUMNS; i++)
        m->x[i] = lo * pow(hi / lo, (double)i / (COLUMNS - 1));
    for (size_t k = 0; k < n; k++) {
        m->y[k] = lines[k].at;
        for (size_t i = 0; i < COLUMNS; i++)
            m->v[k * COLUMNS + i] =
                factor * gamma_at(in, &g[lines[k].k], m->x[i]);
    }
    return HC_OK;
}

/* Limits of the colour bar. */
static void set_bar(hc_figure *f, const hc_map *m, const char *unit)
{
    double lo = 0, hi = 0;
    for (size_t i = 0; i < m->nx * m->ny; i++)
        if (isfinite(m->v[i])) {
            lo = fmin(lo, m->v[i]);
            hi = fmax(hi, m->v[i]);
        }
    f->bar_lo = lo;
    f->bar_hi = hi > lo ? hi : lo + 1;
    snprintf(f->bar_title, sizeof f->bar_title, "~{\xCE\xB3} (%s)", unit);
}

static hc_status draw_map(const hc_plot_input *in, const hc_rows *g, size_t n,
                          const char *key, const char *title, hc_figure *f,
                          hc_err *err)
{
    line *lines = calloc(n, sizeof *lines);
    if (!lines)
        return hc_fail_nomem(err);
    size_t same = 0;
    for (size_t k = 0; k < n; k++)
        lines[k] =
            (line){key ? hc_plot_colour_value(in, &g[k], key) : (double)k, k};
    qsort(lines, n, sizeof *lines, by_value);
    for (size_t k = 1; k < n; k++)
        same += lines[k].at == lines[k - 1].at;
    for (size_t k = 0; k < n && same; k++)
        lines[k] = (line){(double)k, k}; /* no axis: one after the other */
    bool per_area = hc_plot_per_area(in);
    double scale = per_area ? hc_plot_area(in, 0) : 1;
    hc_lab_unit unit = hc_lab_resistance(
        scale * hc_plot_largest(in, g, n, "gamma_ohm"), per_area);
    hc_panel *p;
    hc_status st = hc_plot_panel(
        f, "~{\xCF\x84}", "s", same || !key ? "Spectrum" : title, "", &p, err);
    if (st == HC_OK) {
        p->x.log = true;
        p->y.whole = same || !key;
        st = fill_map(in, g, lines, n, scale * unit.factor, &p->map, err);
    }
    if (st == HC_OK)
        set_bar(f, &p->map, unit.unit);
    free(lines);
    return st;
}

static hc_status build_drt_map(const hc_plot_input *in, hc_figure *f,
                               hc_err *err)
{
    static const char *const needed[] = {"tau_second", "gamma_ohm", NULL};
    static const char *const keys[] = {"temperature_celsius", "soc",
                                       "cycle_count", "dc_voltage_volt"};
    char title[HC_LABEL_SIZE];
    hc_rows *g = NULL;
    size_t n = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st == HC_OK && n < 2)
        st = hc_fail(err, HC_NO,
                     "a map needs at least two distributions, this is one "
                     "(kind drt draws it)");
    if (st == HC_OK) {
        const char *key = hc_plot_colour_key(in, g, n, title, sizeof title);
        hc_plot_input chosen = *in;
        for (size_t i = 0; i < 4 && !key; i++) {
            double a = hc_plot_context(in, &g[0], keys[i]);
            double b = hc_plot_context(in, &g[n - 1], keys[i]);
            if (!(isfinite(a) && isfinite(b) && a != b))
                continue;
            chosen.colour_by = keys[i];
            key = hc_plot_colour_key(&chosen, g, n, title, sizeof title);
        }
        st = draw_map(in, g, n, key, title, f, err);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_drt_map = {
    "drt-map", "distributions of a series as a map", "drt", build_drt_map};
