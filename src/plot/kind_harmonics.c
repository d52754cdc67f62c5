/* kind_harmonics.c: what a non-linear sample answers at multiples of the
 * frequency that is excited */
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Highest order drawn; an amplitude counts above this many standard
 * deviations of its real part: by chance one in 3000 does. */
enum { ORDERS = 10 };
static const double counts = 4;

/* One harmonic of one line; amplitudes over that of the line. */
typedef struct {
    double freq_hz, part, sd, phase_deg;
    int order;
} point;

typedef struct {
    point *p;
    size_t n;
    bool current; /* the answer: current, else voltage */
} harmonics;

static bool seen(const point *p)
{
    return p->part > counts * p->sd;
}

/* The phase of the driving signal is zero at every excited line. */
static bool voltage_driven(const hc_plot_input *in, const hc_rows *g, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const int h = hc_plot_column(in, &g[k], "harmonic");
        const int v = hc_plot_column(in, &g[k], "voltage_phase_radian");
        for (size_t i = 0; i < g[k].n; i++)
            if (hc_plot_number(in, &g[k], i, h) == 1 &&
                hc_plot_number(in, &g[k], i, v) != 0)
                return false;
    }
    return true;
}

/* Rows of one line follow one another, the line itself first. */
static void take_rows(const hc_plot_input *in, const hc_rows *g, harmonics *x)
{
    const int freq = hc_plot_column(in, g, "frequency_hertz");
    const int order = hc_plot_column(in, g, "harmonic");
    const int size = hc_plot_column(in, g,
                                    x->current ? "current_amplitude_ampere"
                                               : "voltage_amplitude_volt");
    const int phase = hc_plot_column(
        in, g, x->current ? "current_phase_radian" : "voltage_phase_radian");
    const int sd = hc_plot_column(
        in, g, x->current ? "current_std_ampere" : "voltage_std_volt");
    double line = NAN;
    for (size_t i = 0; i < g->n; i++) {
        const double h = hc_plot_number(in, g, i, order);
        const double a = hc_plot_number(in, g, i, size);
        if (h == 1)
            line = a;
        if (!(h >= 2 && h <= ORDERS && line > 0) || !isfinite(a))
            continue;
        x->p[x->n++] =
            (point){hc_plot_number(in, g, i, freq), a / line,
                    hc_plot_number(in, g, i, sd) / line,
                    hc_plot_number(in, g, i, phase) * 180 / M_PI, (int)h};
    }
}

static int by_order(const void *a, const void *b)
{
    const point *p = a, *q = b;
    if (p->freq_hz != q->freq_hz)
        return p->freq_hz < q->freq_hz ? -1 : 1;
    return p->order - q->order;
}

static void dress(hc_curve *c, int order)
{
    c->colour = hc_palette((size_t)order - 2);
    c->mark = (hc_mark)((order - 2) % HC_MARK_COUNT);
}

/* Amplitude and phase of one order where it is seen. */
static hc_status add_order(const harmonics *x, int order, hc_figure *f,
                           hc_err *err)
{
    size_t n = 0, to = 0;
    for (size_t i = 0; i < x->n; i++)
        n += x->p[i].order == order && seen(&x->p[i]);
    if (n == 0)
        return HC_OK;
    hc_curve *c[2];
    const unsigned look = HC_LOOK_POINTS | HC_LOOK_ERRORS;
    for (int k = 0; k < 2; k++) {
        hc_status st = hc_panel_curve(
            &f->panel[k], n, k ? look : look | HC_LOOK_LINE | HC_LOOK_THIN,
            &c[k], err);
        if (st == HC_OK)
            st = hc_curve_errors(c[k], err);
        if (st != HC_OK)
            return st;
        dress(c[k], order);
    }
    snprintf(c[0]->label, sizeof c[0]->label, "order %d", order);
    for (size_t i = 0; i < x->n; i++) {
        const point *p = &x->p[i];
        if (p->order != order || !seen(p))
            continue;
        const double wide = 1.96 * p->sd, turn = wide / p->part * 180 / M_PI;
        c[0]->x[to] = c[1]->x[to] = p->freq_hz;
        c[0]->y[to] = 100 * p->part;
        c[0]->lo[to] = 100 * (p->part - wide);
        c[0]->hi[to] = 100 * (p->part + wide);
        c[1]->y[to] = p->phase_deg;
        c[1]->lo[to] = p->phase_deg - turn;
        c[1]->hi[to++] = p->phase_deg + turn;
    }
    return HC_OK;
}

/* Middle of the standard deviations of n points of one line. */
static double middle_sd(const point *p, size_t n)
{
    double middle = NAN;
    size_t least = n;
    for (size_t i = 0; i < n; i++) {
        size_t below = 0;
        for (size_t k = 0; k < n; k++)
            below += p[k].sd < p[i].sd;
        if (below <= n / 2 && n / 2 - below < least) {
            least = n / 2 - below;
            middle = p[i].sd;
        }
    }
    return middle;
}

/* All that is seen together (THD), or the least that would be. */
static hc_status add_sum(const harmonics *x, bool thd, hc_panel *p,
                         hc_err *err)
{
    hc_curve *c;
    const hc_status st = hc_panel_curve(
        p, x->n, HC_LOOK_LINE | (thd ? HC_LOOK_DASHED : HC_LOOK_THIN), &c,
        err);
    if (st != HC_OK)
        return st;
    size_t to = 0;
    for (size_t i = 0; i < x->n; to++) {
        const double freq = x->p[i].freq_hz;
        double sum = 0;
        const size_t first = i;
        for (; i < x->n && x->p[i].freq_hz == freq; i++)
            sum += seen(&x->p[i]) ? x->p[i].part * x->p[i].part : 0;
        const double least = counts * middle_sd(x->p + first, i - first);
        c->x[to] = freq;
        c->y[to] = 100 * (thd ? sqrt(sum) : least);
        if (!(c->y[to] > 0))
            c->y[to] = NAN;
    }
    c->n = to;
    c->colour = thd ? (hc_rgba){0, 0, 0, 1} : HC_GREY;
    snprintf(c->label, sizeof c->label, thd ? "THD" : "4 sd of the noise");
    return HC_OK;
}

static hc_status draw(const harmonics *x, hc_figure *f, hc_err *err)
{
    hc_panel *p;
    char title[64];
    snprintf(title, sizeof title, "Harmonic / line, %s",
             x->current ? "current" : "voltage");
    hc_status st =
        hc_plot_panel(f, "Frequency of the line", "Hz", title, "%", &p, err);
    if (st == HC_OK)
        st = hc_plot_panel(f, "Frequency of the line", "Hz", "Phase",
                           "\xC2\xB0", &p, err);
    if (st != HC_OK)
        return st;
    f->share_x = true;
    f->panel[0].x.log = f->panel[1].x.log = f->panel[0].y.log = true;
    f->panel[1].no_legend = true;
    f->panel[0].height = 1.6;
    f->panel[1].height = 1;
    for (int order = 2; order <= ORDERS && st == HC_OK; order++)
        st = add_order(x, order, f, err);
    if (st == HC_OK && f->panel[0].n_curves == 0)
        return hc_fail(err, HC_NO,
                       "nothing to draw: no harmonic rises above its noise");
    if (st == HC_OK)
        st = add_sum(x, true, &f->panel[0], err);
    if (st == HC_OK)
        st = add_sum(x, false, &f->panel[0], err);
    return st;
}

static hc_status build_harmonics(const hc_plot_input *in, hc_figure *f,
                                 hc_err *err)
{
    static const char *const needed[] = {"frequency_hertz",
                                         "harmonic",
                                         "voltage_amplitude_volt",
                                         "voltage_phase_radian",
                                         "voltage_std_volt",
                                         "current_amplitude_ampere",
                                         "current_phase_radian",
                                         "current_std_ampere",
                                         NULL};
    harmonics x = {0};
    hc_rows *g = NULL;
    size_t n = 0, rows = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    for (size_t k = 0; k < n; k++)
        rows += g[k].n;
    if (st == HC_OK) {
        x.p = malloc((rows + 1) * sizeof *x.p);
        st = x.p ? HC_OK : hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        x.current = voltage_driven(in, g, n);
        for (size_t k = 0; k < n; k++)
            take_rows(in, &g[k], &x);
        qsort(x.p, x.n, sizeof *x.p, by_order);
        st = draw(&x, f, err);
    }
    free(x.p);
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_harmonics = {
    "harmonics", "harmonics of a non-linear answer, amplitude and phase",
    "harmonics", build_harmonics};
