#include "plot/draw.h"

#include "plot/layout.h"
#include "plot/marks.h"
#include "plot/occupancy.h"
#include "plot/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- axes ---- */

static void x_tick(hc_canvas *c, const hc_pane *p, const hc_tick *k,
                   const hc_theme *t)
{
    double x = hc_pane_x(p, k->at), len = k->major ? t->tick : 0.55 * t->tick;
    if (!(x >= p->box.x0 - 0.01 && x <= p->box.x1 + 0.01))
        return;
    hc_canvas_segment(c, x, p->box.y0, x, p->box.y0 + len);
    hc_canvas_segment(c, x, p->box.y1, x, p->box.y1 - len);
    if (p->x_labels && k->label[0])
        hc_canvas_text(c, x, p->box.y0 - t->gap - 0.75 * t->text, t->text, 0.5,
                       false, k->label);
}

static void y_tick(hc_canvas *c, const hc_pane *p, const hc_tick *k,
                   const hc_theme *t)
{
    double y = hc_pane_y(p, k->at), len = k->major ? t->tick : 0.55 * t->tick;
    if (!(y >= p->box.y0 - 0.01 && y <= p->box.y1 + 0.01))
        return;
    hc_canvas_segment(c, p->box.x0, y, p->box.x0 + len, y);
    hc_canvas_segment(c, p->box.x1, y, p->box.x1 - len, y);
    if (k->label[0])
        hc_canvas_text(c, p->box.x0 - t->gap, y - 0.36 * t->text, t->text, 1,
                       false, k->label);
}

static void draw_axes(hc_canvas *c, const hc_pane *p, const hc_theme *t)
{
    hc_canvas_pen(c, HC_BLACK, t->frame);
    hc_canvas_rectangle(c, p->box, false);
    for (size_t i = 0; i < p->x.ticks.n; i++)
        x_tick(c, p, &p->x.ticks.tick[i], t);
    for (size_t i = 0; i < p->y.ticks.n; i++)
        y_tick(c, p, &p->y.ticks.tick[i], t);
    if (p->x_labels)
        hc_canvas_text(c, 0.5 * (p->box.x0 + p->box.x1),
                       p->box.y0 - 2 * t->gap - 1.95 * t->text, t->text, 0.5,
                       false, p->x.title);
    hc_canvas_text(c, 1.2 * t->gap + 0.9 * t->text,
                   0.5 * (p->box.y0 + p->box.y1), t->text, 0.5, true,
                   p->y.title);
}

static void draw_bar(hc_canvas *c, const hc_layout *l, const hc_figure *f)
{
    enum { STEPS = 96 };
    const hc_theme *t = l->theme;
    const hc_box *b = &l->bar;
    double h = (b->y1 - b->y0) / STEPS, widest = 0;
    for (int i = 0; i < STEPS; i++) {
        hc_canvas_pen(c, hc_colour_map((i + 0.5) / STEPS), 0);
        /* each to the top, or seams show between them */
        hc_canvas_rectangle(c, (hc_box){b->x0, b->y0 + i * h, b->x1, b->y1},
                            true);
    }
    hc_canvas_pen(c, HC_BLACK, t->frame);
    hc_canvas_rectangle(c, *b, false);
    for (size_t i = 0; i < l->bar_ticks.n; i++) {
        const hc_tick *k = &l->bar_ticks.tick[i];
        double y = b->y0 + hc_figure_bar_place(f, k->at) * (b->y1 - b->y0);
        if (y < b->y0 - 0.01 || y > b->y1 + 0.01 || !k->label[0])
            continue;
        hc_canvas_segment(c, b->x1 - 0.3 * t->text, y, b->x1, y);
        hc_canvas_text(c, b->x1 + t->gap, y - 0.36 * t->text, t->text, 0,
                       false, k->label);
        widest = fmax(widest, hc_canvas_text_width(c, t->text, k->label));
    }
    hc_canvas_text(c, b->x1 + t->gap + widest + 1.2 * t->gap + 0.9 * t->text,
                   0.5 * (b->y0 + b->y1), t->text, 0.5, true, f->bar_title);
}

/* ---- legend ---- */

enum { KEYS = 24 };

typedef struct {
    const hc_curve *item[KEYS];
    char words[KEYS][HC_LABEL_SIZE]; /* the labels as far as there is room */
    size_t n, more; /* entries, and those there is no place for */
    double swatch, width, height, row; /* of the whole, of one row */
    size_t columns;
    double column; /* width of one */
} legend;

static void collect(legend *g, const hc_panel *p)
{
    size_t more = 0;
    for (size_t i = 0; i < p->n_curves; i++) {
        const hc_curve *k = &p->curve[i];
        bool twice = k->label[0] == '\0';
        for (size_t j = 0; j < g->n && !twice; j++)
            twice = strcmp(g->item[j]->label, k->label) == 0;
        for (size_t j = 0; j < i && !twice; j++)
            twice = strcmp(p->curve[j].label, k->label) == 0;
        if (!twice && g->n < KEYS)
            g->item[g->n++] = k;
        else if (!twice)
            more++;
    }
    if (more > g->more)
        g->more = more;
}

/* `room` is the width that there is; `side_by_side`: for several columns. */
static void measure(legend *g, hc_canvas *c, const hc_theme *t, double room,
                    bool side_by_side)
{
    double w = 0;
    g->swatch = 2.4 * t->text;
    g->row = 1.32 * t->text;
    double beside = g->swatch + 3.5 * t->gap;
    for (size_t i = 0; i < g->n; i++) {
        char more[64];
        const bool rest = g->more && i + 1 == g->n;
        snprintf(more, sizeof more, "and %zu more", g->more + 1);
        hc_words_fit(c, t->text, room - beside,
                     rest ? more : g->item[i]->label, g->words[i],
                     sizeof g->words[i]);
        w = fmax(w, hc_canvas_text_width(c, t->text, g->words[i]));
    }
    g->column = beside + w;
    g->columns =
        side_by_side && room > g->column ? (size_t)(room / g->column) : 1;
    if (g->columns > g->n)
        g->columns = g->n;
    if (g->columns < 1)
        g->columns = 1;
    size_t rows = (g->n + g->columns - 1) / g->columns;
    g->width = (double)g->columns * g->column;
    g->height = (double)rows * g->row + t->gap;
}

static void draw_swatch(hc_canvas *c, const hc_curve *k, double x, double y,
                        double w, const hc_theme *t)
{
    double mid = y + 0.36 * t->text;
    if (k->look & (HC_LOOK_BAND | HC_LOOK_AREA)) {
        hc_canvas_pen(c, hc_rgba_fade(k->colour, 0.22), 0);
        hc_canvas_rectangle(
            c, (hc_box){x, y - 0.05 * t->text, x + w, y + 0.75 * t->text},
            true);
    }
    if (k->look & (HC_LOOK_LINE | HC_LOOK_STEPS)) {
        hc_canvas_pen(c, k->colour,
                      k->look & HC_LOOK_THIN ? 0.55 * t->line : t->line);
        if (k->look & HC_LOOK_DASHED)
            hc_canvas_dash(c, 3.2 * t->line, 2.2 * t->line);
        hc_canvas_segment(c, x, mid, x + w, mid);
        hc_canvas_dash(c, 0, 0);
    }
    if (k->look & HC_LOOK_POINTS)
        hc_draw_marker(c, k->mark, x + 0.5 * w, mid, t->marker, k->colour,
                       k->look & HC_LOOK_OPEN, 0.5 * t->line);
}

static void draw_legend(hc_canvas *c, const legend *g, hc_box at,
                        const hc_theme *t)
{
    for (size_t i = 0; i < g->n; i++) {
        double x = at.x0 + t->gap + (double)(i % g->columns) * g->column;
        double y =
            at.y1 - 0.5 * t->gap - ((double)(i / g->columns) + 0.82) * g->row;
        if (!g->more || i + 1 < g->n)
            draw_swatch(c, g->item[i], x, y, g->swatch, t);
        hc_canvas_pen(c, HC_BLACK, t->frame);
        hc_canvas_text(c, x + g->swatch + 1.5 * t->gap, y, t->text, 0, false,
                       g->words[i]);
    }
}

/* ---- words at points ---- */

static void draw_note(hc_canvas *c, hc_occupancy *o, const hc_pane *p,
                      const hc_note *n, const hc_theme *t)
{
    double x = hc_pane_x(p, n->x), y = hc_pane_y(p, n->y);
    if (!(x >= p->box.x0 && x <= p->box.x1 && y >= p->box.y0 &&
          y <= p->box.y1))
        return;
    double size = t->small_text, pad = 0.3 * t->gap;
    double w = hc_canvas_text_width(c, size, n->text) + 2 * pad;
    double h = 0.95 * size + 2 * pad, clear = t->marker + 0.5 * t->gap;
    hc_box b;
    if (!hc_occupancy_near(o, x, y, w, h, clear, 4 * h, &b))
        return; /* better no words than words on top of others */
    double nx = fmax(b.x0, fmin(x, b.x1)), ny = fmax(b.y0, fmin(y, b.y1));
    double away = hypot(nx - x, ny - y);
    if (away > clear + 0.7 * h) {
        double f = (t->marker + 0.4) / away;
        hc_canvas_pen(c, HC_GREY, 0.7 * t->frame);
        hc_canvas_segment(c, x + f * (nx - x), y + f * (ny - y), nx, ny);
        hc_occupancy_segment(o, x, y, nx, ny);
    }
    hc_canvas_pen(c, n->colour, t->frame);
    hc_canvas_text(c, b.x0 + pad, b.y0 + pad + 0.2 * size, size, 0, false,
                   n->text);
    hc_occupancy_words(o, b);
}

/* Words at points that lie on each other would only be guesswork. */
static void draw_notes(hc_canvas *c, hc_occupancy *o, const hc_pane *p,
                       const hc_panel *q, const hc_theme *t)
{
    double least = 0.6 * t->small_text;
    for (size_t i = 0; i < q->n_notes; i++) {
        const hc_note *n = &q->note[i];
        double x = hc_pane_x(p, n->x), y = hc_pane_y(p, n->y);
        bool alone = true;
        for (size_t k = 0; k < i && alone; k++)
            alone = !(hypot(hc_pane_x(p, q->note[k].x) - x,
                            hc_pane_y(p, q->note[k].y) - y) < least);
        if (alone)
            draw_note(c, o, p, n, t);
    }
}

static void draw_rule(hc_canvas *c, hc_occupancy *o, const hc_pane *p,
                      const hc_rule *r, const hc_theme *t)
{
    const hc_box *b = &p->box;
    double v = r->vertical ? hc_pane_x(p, r->at) : hc_pane_y(p, r->at);
    if (!isfinite(v))
        return;
    hc_canvas_pen(c, HC_GREY, t->frame);
    hc_canvas_dash(c, 2 * t->line, 2 * t->line);
    if (r->vertical)
        hc_canvas_segment(c, v, b->y0, v, b->y1);
    else
        hc_canvas_segment(c, b->x0, v, b->x1, v);
    hc_canvas_dash(c, 0, 0);
    if (!r->text[0])
        return;
    double w = hc_canvas_text_width(c, t->small_text, r->text);
    double h = t->small_text, g = t->gap;
    hc_box at[] = {{b->x1 - w - 2 * g, v + 0.3 * g, b->x1 - g, v + h},
                   {b->x0 + 2 * g, v + 0.3 * g, b->x0 + w + 2 * g, v + h},
                   {b->x1 - w - 2 * g, v - h, b->x1 - g, v - 0.3 * g}};
    if (r->vertical)
        at[0] = at[1] = at[2] =
            (hc_box){v + g, b->y1 - 2 * h, v + g + w, b->y1 - h};
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (hc_occupancy_count(o, at[i]) < hc_occupancy_count(o, at[best]))
            best = i;
    hc_canvas_text(c, at[best].x0, at[best].y0 + 0.15 * h, t->small_text, 0,
                   false, r->text);
    hc_occupancy_words(o, at[best]);
}

/* ---- panels ---- */

static hc_status draw_curves(hc_canvas *c, const hc_pane *p, const hc_panel *q,
                             const hc_theme *t, hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < q->n_curves && st == HC_OK; i++)
        st = hc_draw_under(c, p, &q->curve[i], err);
    /* points first: a fitted line lies over them */
    for (size_t i = 0; i < q->n_curves && st == HC_OK; i++)
        if (!(q->curve[i].look & HC_LOOK_LINE))
            hc_draw_points(c, p, &q->curve[i], t);
    for (size_t i = 0; i < q->n_curves && st == HC_OK; i++)
        st = hc_draw_line(c, p, &q->curve[i], t, err);
    for (size_t i = 0; i < q->n_curves && st == HC_OK; i++)
        if (q->curve[i].look & HC_LOOK_LINE)
            hc_draw_points(c, p, &q->curve[i], t);
    return st;
}

/* Ticks of both sides, so that no words stand on them. */
static void occupy_ticks(hc_occupancy *o, const hc_pane *p, const hc_theme *t)
{
    const hc_box *b = &p->box;
    for (size_t i = 0; i < p->x.ticks.n; i++) {
        const hc_tick *k = &p->x.ticks.tick[i];
        double x = hc_pane_x(p, k->at),
               l = k->major ? t->tick : 0.55 * t->tick;
        hc_occupancy_segment(o, x, b->y0, x, b->y0 + l);
        hc_occupancy_segment(o, x, b->y1, x, b->y1 - l);
    }
    for (size_t i = 0; i < p->y.ticks.n; i++) {
        const hc_tick *k = &p->y.ticks.tick[i];
        double y = hc_pane_y(p, k->at),
               l = k->major ? t->tick : 0.55 * t->tick;
        hc_occupancy_segment(o, b->x0, y, b->x0 + l, y);
        hc_occupancy_segment(o, b->x1, y, b->x1 - l, y);
    }
}

static hc_status occupy(hc_occupancy **out, const hc_pane *p,
                        const hc_panel *q, const hc_theme *t, hc_err *err)
{
    hc_status st = hc_occupancy_new(out, p->box, 0.1 * t->text, err);
    if (st == HC_OK)
        occupy_ticks(*out, p, t);
    for (size_t i = 0; i < q->n_curves && st == HC_OK; i++)
        hc_occupy_curve(*out, p, &q->curve[i], t);
    return st;
}

/* Between the frame and a legend: the ticks. */
static double legend_margin(const hc_theme *t)
{
    return t->tick + 0.25 * t->text;
}

static hc_status draw_panel(hc_canvas *c, const hc_layout *l,
                            const hc_figure *f, size_t i, const legend *inside,
                            hc_err *err)
{
    const hc_panel *q = &f->panel[i];
    const hc_pane *p = &l->pane[i];
    hc_occupancy *o = NULL;
    hc_status st = occupy(&o, p, q, l->theme, err);
    if (st != HC_OK)
        return st;
    hc_draw_map(c, p, f, &q->map);
    hc_box at;
    bool legend_here = inside && inside->n;
    if (legend_here) {
        hc_occupancy_corner(o, inside->width, inside->height,
                            legend_margin(l->theme), &at);
        hc_occupancy_words(o, at);
    }
    for (size_t k = 0; k < q->n_rules; k++)
        draw_rule(c, o, p, &q->rule[k], l->theme);
    st = draw_curves(c, p, q, l->theme, err);
    draw_axes(c, p, l->theme);
    if (legend_here)
        draw_legend(c, inside, at, l->theme);
    draw_notes(c, o, p, q, l->theme);
    hc_occupancy_free(o);
    return st;
}

/* ---- the whole ---- */

typedef struct {
    legend above;   /* one for all, over the first panel */
    legend *inside; /* [n_panels] */
} legends;

/* Legends go inside their panel where there is a free corner; if one panel
 * has none, all entries go above the figure. */
static hc_status place_legends(legends *g, hc_layout *l, const hc_figure *f,
                               hc_canvas *c, hc_err *err)
{
    bool fits = true;
    for (size_t i = 0; i < l->n; i++) {
        if (f->panel[i].no_legend)
            continue;
        legend *in = &g->inside[i];
        collect(in, &f->panel[i]);
        if (!in->n)
            continue;
        const hc_box *room = &l->pane[i].box;
        measure(in, c, l->theme, room->x1 - room->x0, false);
        hc_occupancy *o = NULL;
        hc_status st = occupy(&o, &l->pane[i], &f->panel[i], l->theme, err);
        if (st != HC_OK)
            return st;
        hc_box at;
        fits = fits && hc_occupancy_corner(o, in->width, in->height,
                                           legend_margin(l->theme), &at) == 0;
        hc_occupancy_free(o);
    }
    if (fits)
        return HC_OK;
    for (size_t i = 0; i < l->n; i++) {
        if (!f->panel[i].no_legend)
            collect(&g->above, &f->panel[i]);
        g->inside[i].n = 0;
    }
    const hc_box *b = &l->pane[0].box;
    measure(&g->above, c, l->theme, b->x1 - b->x0, true);
    l->head += g->above.height;
    return HC_OK;
}

static void draw_head(hc_canvas *c, const hc_layout *l, const hc_figure *f,
                      const legend *above)
{
    const hc_box *b = &l->pane[0].box;
    const hc_theme *t = l->theme;
    if (above->n) {
        hc_box at = {b->x0, b->y1 + t->gap, b->x1,
                     b->y1 + t->gap + above->height};
        draw_legend(c, above, at, t);
    }
    char words[HC_LABEL_SIZE];
    hc_canvas_pen(c, HC_GREY, t->frame);
    hc_words_fit(c, t->small_text, b->x1, f->remark, words, sizeof words);
    if (words[0])
        hc_canvas_text(c, b->x1, b->y1 + t->gap + above->height, t->small_text,
                       1, false, words);
    hc_canvas_pen(c, HC_BLACK, t->frame);
    hc_words_fit(c, 1.05 * t->text, l->width - b->x0 - t->gap, f->title, words,
                 sizeof words);
    if (words[0])
        hc_canvas_text(c, b->x0, l->height - t->gap - 0.9 * t->text,
                       1.05 * t->text, 0, false, words);
}

hc_status hc_draw_figure(hc_canvas *c, hc_layout *l, const hc_figure *f,
                         bool no_legend, hc_err *err)
{
    legends g = {.inside = calloc(l->n + 1, sizeof *g.inside)};
    if (!g.inside)
        return hc_fail_nomem(err);
    hc_status st = HC_OK;
    hc_layout_boxes(l, f, c);
    if (!no_legend)
        st = place_legends(&g, l, f, c, err);
    if (st == HC_OK && g.above.n)
        hc_layout_boxes(l, f, c);
    for (size_t i = 0; i < l->n && st == HC_OK; i++) {
        const hc_box *b = &l->pane[i].box;
        if (b->x1 - b->x0 < 3 * l->theme->text ||
            b->y1 - b->y0 < 2.5 * l->theme->text)
            st = hc_fail(err, HC_USAGE,
                         "the page (%g x %g pt) is too small for this figure",
                         l->width, l->height);
        else
            st = draw_panel(c, l, f, i, &g.inside[i], err);
    }
    if (st == HC_OK) {
        draw_head(c, l, f, &g.above);
        if (f->bar_title[0])
            draw_bar(c, l, f);
    }
    free(g.inside);
    return st;
}
