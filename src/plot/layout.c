#include "plot/layout.h"

#include "plot/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- ranges ---- */

typedef struct {
    double lo, hi;
} span;

static void widen(span *s, double v, bool log)
{
    if (!isfinite(v) || (log && v <= 0))
        return;
    double t = log ? log10(v) : v;
    s->lo = fmin(s->lo, t);
    s->hi = fmax(s->hi, t);
}

static bool drawable(double v, bool log)
{
    return isfinite(v) && (!log || v > 0);
}

/* What the curves of a panel span.  Only points that can be drawn count. */
static void span_of(const hc_panel *p, span *sx, span *sy)
{
    bool lx = p->x.log, ly = p->y.log;
    for (size_t i = 0; i < p->n_curves; i++) {
        const hc_curve *c = &p->curve[i];
        for (size_t k = 0; k < c->n; k++) {
            if (!drawable(c->x[k], lx))
                continue;
            if (drawable(c->y[k], ly)) {
                widen(sx, c->x[k], lx);
                widen(sy, c->y[k], ly);
            }
            if (c->lo && drawable(c->lo[k], ly) && drawable(c->hi[k], ly)) {
                widen(sx, c->x[k], lx);
                widen(sy, c->lo[k], ly);
                widen(sy, c->hi[k], ly);
            }
        }
        if (c->look & HC_LOOK_AREA && c->n)
            widen(sy, c->base, ly);
    }
    const hc_map *m = &p->map;
    if (m->nx && m->ny) {
        widen(sx, hc_map_edge(m->x, m->nx, 0, lx), lx);
        widen(sx, hc_map_edge(m->x, m->nx, m->nx, lx), lx);
        widen(sy, hc_map_edge(m->y, m->ny, 0, ly), ly);
        widen(sy, hc_map_edge(m->y, m->ny, m->ny, ly), ly);
    }
    for (size_t i = 0; i < p->n_rules; i++)
        if (p->rule[i].vertical)
            widen(sx, p->rule[i].at, lx);
        else
            widen(sy, p->rule[i].at, ly);
}

/* A logarithmic axis shows at least this part of a decade: less would make
 * noise look like a trend. */
#define LEAST_DECADES 0.3

/* A range of one value gets a width; the rest a margin. */
static void settle(span s, const hc_axis *a, double margin, hc_scale *out)
{
    double m = fmax(fabs(s.lo), fabs(s.hi));
    bool above = !a->log && a->zero && s.lo >= 0;
    bool below = !a->log && a->zero && s.hi <= 0 && s.lo < 0;
    bool near_zero = fmin(fabs(s.lo), fabs(s.hi)) < 0.05 * m;
    if (above)
        s.lo = 0;
    if (below)
        s.hi = 0;
    double w = s.hi - s.lo, least = a->log ? LEAST_DECADES : 1e-9 * m;
    if (!(w > least)) {
        double mid = 0.5 * (s.lo + s.hi);
        w = a->log ? LEAST_DECADES : m > 0 ? 0.1 * m : 1;
        s = (span){mid - 0.5 * w, mid + 0.5 * w};
    }
    /* a marker that lies on zero must not be cut by the frame */
    out->lo = s.lo - (above ? near_zero ? 0.03 : 0 : margin) * w;
    out->hi = s.hi + (below ? near_zero ? 0.03 : 0 : margin) * w;
    if (isfinite(a->lo))
        out->lo = a->log ? log10(a->lo) : a->lo;
    if (isfinite(a->hi))
        out->hi = a->log ? log10(a->hi) : a->hi;
    if (!(out->hi > out->lo))
        out->hi = out->lo + w;
    out->log = a->log;
    out->reversed = a->reversed;
}

static void title_of(const hc_axis *a, hc_scale *s)
{
    char power[24] = "";
    s->exponent =
        a->log || a->title[0] == '\0' ? 0 : hc_ticks_exponent(s->lo, s->hi);
    if (s->exponent)
        snprintf(power, sizeof power, "10^{%s%d}%s",
                 s->exponent < 0 ? "\xE2\x88\x92" : "", abs(s->exponent),
                 a->unit[0] ? " " : "");
    if (a->unit[0] || power[0])
        snprintf(s->title, sizeof s->title, "%s (%s%s)", a->title, power,
                 a->unit);
    else
        snprintf(s->title, sizeof s->title, "%s", a->title);
}

/* Panels above each other with one x axis have one range. */
static void join_x(const hc_figure *f, span *sx)
{
    for (size_t i = 1; i < f->n_panels; i++) {
        sx[0].lo = fmin(sx[0].lo, sx[i].lo);
        sx[0].hi = fmax(sx[0].hi, sx[i].hi);
    }
    for (size_t i = 1; i < f->n_panels; i++)
        sx[i] = sx[0];
}

hc_status hc_layout_ranges(hc_layout *l, const hc_figure *f, hc_err *err)
{
    l->n = f->n_panels;
    l->pane = calloc(l->n + 1, sizeof *l->pane);
    span *sx = calloc(l->n + 1, sizeof *sx);
    if (!l->pane || !sx) {
        free(sx);
        return hc_fail_nomem(err);
    }
    bool any = false;
    for (size_t i = 0; i < l->n; i++) {
        span sy = {HUGE_VAL, -HUGE_VAL};
        sx[i] = (span){HUGE_VAL, -HUGE_VAL};
        span_of(&f->panel[i], &sx[i], &sy);
        any = any || (sx[i].hi >= sx[i].lo && sy.hi >= sy.lo);
        if (sy.hi < sy.lo)
            sy = f->panel[i].y.log ? (span){0, 1} : (span){0, 1};
        bool map = f->panel[i].map.nx > 0;
        settle(sy, &f->panel[i].y, map ? 0 : 0.06, &l->pane[i].y);
        title_of(&f->panel[i].y, &l->pane[i].y);
    }
    if (f->share_x && l->n)
        join_x(f, sx);
    for (size_t i = 0; i < l->n && any; i++) {
        if (sx[i].hi < sx[i].lo)
            sx[i] = (span){0, 1};
        bool map = f->panel[i].map.nx > 0;
        settle(sx[i], &f->panel[i].x, map ? 0 : 0.03, &l->pane[i].x);
        title_of(&f->panel[i].x, &l->pane[i].x);
        l->pane[i].x_labels = !f->share_x || i + 1 == l->n;
    }
    free(sx);
    if (!any)
        return hc_fail(err, HC_NO,
                       "nothing to draw: no row has numbers in "
                       "all the columns of this figure");
    return HC_OK;
}

void hc_layout_clear(hc_layout *l)
{
    free(l->pane);
    l->pane = NULL;
    l->n = 0;
}

/* ---- places ---- */

/* From one word of an axis to the next, in heights of its letters. */
static const double word_pitch = 1.5;

/* Between the frames of panels, and below the last one. */
static double under(const hc_theme *t)
{
    return t->gap + t->text + t->gap + 1.3 * t->text + t->gap;
}

static double between(const hc_theme *t, const hc_figure *f)
{
    return f->share_x ? 1.8 * t->gap : under(t) + 1.5 * t->gap;
}

/* The height at which every word of the y axes has its line. */
static double height_of_words(const hc_layout *l, const hc_figure *f)
{
    const hc_theme *t = l->theme;
    double weights = 0, room = 0;
    for (size_t i = 0; i < f->n_panels; i++)
        weights += f->panel[i].height;
    for (size_t i = 0; i < f->n_panels; i++) {
        size_t n = f->panel[i].y.n_names;
        double words = 1.05 * word_pitch * t->text * (double)(n + 1);
        if (n > 0)
            room = fmax(room, words * weights / f->panel[i].height);
    }
    if (room <= 0)
        return 0;
    return room + l->head + 1.5 * t->gap + 0.3 * t->text + under(t) +
           between(t, f) * (double)(f->n_panels - 1);
}

double hc_layout_height(const hc_layout *l, const hc_figure *f)
{
    double w = l->width;
    if (f->aspect > 0)
        return fmax(w * f->aspect, height_of_words(l, f));
    if (f->n_panels == 1 && f->panel[0].equal) {
        const hc_pane *p = &l->pane[0];
        double r = (p->y.hi - p->y.lo) / (p->x.hi - p->x.lo);
        r = r < 0.45 ? 0.45 : r > 0.95 ? 0.95 : r;
        return (w - 6 * l->theme->text) * r + 5 * l->theme->text + l->head;
    }
    double base = f->n_panels == 1 ? 0.72 : 0.32 + 0.36 * (double)f->n_panels;
    return w * base + l->head;
}

/* Words in place of numbers; of too many only those that have room. */
static void ticks_named(const hc_axis *a, double wanted, hc_canvas *c,
                        const hc_layout *l, hc_ticks *t)
{
    size_t every = 1;
    while ((double)a->n_names > wanted * (double)every ||
           a->n_names > HC_TICKS_MAX * every)
        every++;
    t->n = 0;
    for (size_t i = 0; i < a->n_names; i += every) {
        hc_tick *k = &t->tick[t->n++];
        k->at = (double)i;
        k->major = true;
        hc_words_fit(c, l->theme->text, 0.55 * l->width, a->name[i], k->label,
                     sizeof k->label);
    }
}

static void ticks_of(hc_scale *s, const hc_axis *a, double length,
                     double pitch, hc_canvas *c, const hc_layout *l)
{
    double wanted = length / pitch, p = pow(10, s->exponent);
    if (a->n_names > 0) {
        ticks_named(a, length / (word_pitch * l->theme->text), c, l,
                    &s->ticks);
        return;
    }
    if (s->log) {
        hc_ticks_log(pow(10, s->lo), pow(10, s->hi), wanted, &s->ticks);
        return;
    }
    if (a->whole && wanted > s->hi - s->lo)
        wanted = s->hi - s->lo;
    hc_ticks_linear(s->lo / p, s->hi / p, wanted, &s->ticks);
    for (size_t i = 0; i < s->ticks.n; i++)
        s->ticks.tick[i].at *= p;
}

static double widest(hc_canvas *c, const hc_ticks *t, double size)
{
    double w = 0;
    for (size_t i = 0; i < t->n; i++)
        w = fmax(w, hc_canvas_text_width(c, size, t->tick[i].label));
    return w;
}

/* Room to the left of all frames. */
static double left_margin(const hc_layout *l, hc_canvas *c)
{
    const hc_theme *t = l->theme;
    double w = 0;
    for (size_t i = 0; i < l->n; i++)
        w = fmax(w, widest(c, &l->pane[i].y.ticks, t->text));
    return 1.5 * t->gap + 1.1 * t->text + 1.5 * t->gap + w + t->gap;
}

static double right_margin(const hc_layout *l, const hc_figure *f,
                           hc_canvas *c)
{
    const hc_theme *t = l->theme;
    double w = 0;
    const hc_ticks *x = &l->pane[l->n - 1].x.ticks;
    if (x->n) {
        const hc_tick *last = &x->tick[x->n - 1];
        w = 0.5 * hc_canvas_text_width(c, t->text, last->label);
    }
    double r = fmax(w, 2 * t->gap) + t->gap;
    if (f->bar_title[0])
        r = 2 * t->gap + t->text + t->gap + widest(c, &l->bar_ticks, t->text) +
            1.5 * t->gap + 1.1 * t->text + t->gap;
    return r;
}

/* A longer range for the same data; the margin below them grows with it, or
 * points would stand on the frame. */
static void lengthen(hc_scale *s, double length)
{
    s->lo -= 0.04 * (length - (s->hi - s->lo));
    s->hi = s->lo + length;
}

/* One length is the same on both axes: the range that has room grows. */
static void equalise(hc_pane *p)
{
    double sx = (p->x.hi - p->x.lo) / (p->box.x1 - p->box.x0);
    double sy = (p->y.hi - p->y.lo) / (p->box.y1 - p->box.y0);
    if (sx < sy)
        lengthen(&p->x, sy * (p->box.x1 - p->box.x0));
    else
        lengthen(&p->y, sx * (p->box.y1 - p->box.y0));
}

static void bar_ticks(hc_layout *l, const hc_figure *f, double height)
{
    double wanted = height / (3.5 * l->theme->text);
    if (f->bar_whole && wanted > f->bar_hi - f->bar_lo)
        wanted = f->bar_hi - f->bar_lo;
    if (f->bar_log)
        hc_ticks_log(f->bar_lo, f->bar_hi, wanted, &l->bar_ticks);
    else
        hc_ticks_linear(f->bar_lo, f->bar_hi, wanted, &l->bar_ticks);
}

static void stack(hc_layout *l, const hc_figure *f, hc_canvas *c)
{
    const hc_theme *t = l->theme;
    double left = left_margin(l, c), right = right_margin(l, f, c);
    double top = l->height - l->head - 1.5 * t->gap - 0.3 * t->text;
    double weights = 0, room = top - under(t);
    if (l->n > 1)
        room -= between(t, f) * (double)(l->n - 1);
    for (size_t i = 0; i < l->n; i++)
        weights += f->panel[i].height;
    for (size_t i = 0; i < l->n; i++) {
        hc_box *b = &l->pane[i].box;
        double h = room * f->panel[i].height / weights;
        *b = (hc_box){left, top - h, l->width - right, top};
        top -= h + between(t, f);
    }
    l->bar =
        (hc_box){l->width - right + 2 * t->gap, l->pane[l->n - 1].box.y0,
                 l->width - right + 2 * t->gap + t->text, l->pane[0].box.y1};
}

void hc_layout_boxes(hc_layout *l, const hc_figure *f, hc_canvas *c)
{
    const hc_theme *t = l->theme;
    for (size_t i = 0; i < l->n; i++)
        l->pane[i].x.ticks.n = l->pane[i].y.ticks.n = 0;
    l->bar_ticks.n = 0;
    /* ticks need lengths, margins need ticks: twice is enough */
    for (int pass = 0; pass < 3; pass++) {
        stack(l, f, c);
        for (size_t i = 0; i < l->n; i++) {
            hc_pane *p = &l->pane[i];
            if (f->panel[i].equal && pass > 0)
                equalise(p);
            ticks_of(&p->x, &f->panel[i].x, p->box.x1 - p->box.x0,
                     5.5 * t->text, c, l);
            ticks_of(&p->y, &f->panel[i].y, p->box.y1 - p->box.y0,
                     3.6 * t->text, c, l);
        }
        bar_ticks(l, f, l->bar.y1 - l->bar.y0);
    }
}

static double place(const hc_scale *s, double v, double a, double b)
{
    if (s->log)
        v = v > 0 ? log10(v) : (double)NAN;
    double t = (v - s->lo) / (s->hi - s->lo);
    if (s->reversed)
        t = 1 - t;
    return a + t * (b - a);
}

double hc_pane_x(const hc_pane *p, double x)
{
    return place(&p->x, x, p->box.x0, p->box.x1);
}

double hc_pane_y(const hc_pane *p, double y)
{
    return place(&p->y, y, p->box.y0, p->box.y1);
}
