#include "plot/marks.h"

#include <math.h>
#include <stdlib.h>

/* ---- markers ---- */

/* Corners of a marker on the unit circle's scale, so that all look alike. */
static size_t corners(hc_mark mark, double x, double y, double r, double *px,
                      double *py)
{
    static const double square[] = {-.9, -.9, .9, -.9, .9, .9, -.9, .9};
    static const double diamond[] = {0, -1.3, 1.15, 0, 0, 1.3, -1.15, 0};
    static const double up[] = {-1.1, -.8, 1.1, -.8, 0, 1.2};
    static const double down[] = {-1.1, .8, 1.1, .8, 0, -1.2};
    const double *at = mark == HC_MARK_SQUARE    ? square
                       : mark == HC_MARK_DIAMOND ? diamond
                       : mark == HC_MARK_DOWN    ? down
                                                 : up;
    size_t n = mark == HC_MARK_SQUARE || mark == HC_MARK_DIAMOND ? 4 : 3;
    for (size_t i = 0; i <= n; i++) {
        px[i] = x + r * at[2 * (i % n)];
        py[i] = y + r * at[2 * (i % n) + 1];
    }
    return n;
}

void hc_draw_marker(hc_canvas *c, hc_mark mark, double x, double y, double r,
                    hc_rgba colour, bool open, double line)
{
    double px[5], py[5];
    if (mark == HC_MARK_CIRCLE) {
        hc_canvas_pen(c, open ? HC_WHITE : colour, line);
        hc_canvas_circle(c, x, y, r, true);
        hc_canvas_pen(c, colour, line);
        hc_canvas_circle(c, x, y, r, false);
        return;
    }
    size_t n = corners(mark, x, y, r, px, py);
    hc_canvas_pen(c, open ? HC_WHITE : colour, line);
    hc_canvas_area(c, px, py, n);
    hc_canvas_pen(c, colour, line);
    hc_canvas_line(c, px, py, n + 1);
}

static bool inside(const hc_box *b, double x, double y)
{
    double e = 0.01;
    return x >= b->x0 - e && x <= b->x1 + e && y >= b->y0 - e &&
           y <= b->y1 + e;
}

static void draw_errors(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                        const hc_theme *t)
{
    double cap = t->marker;
    hc_canvas_pen(c, k->colour, 0.6 * t->line);
    for (size_t i = 0; i < k->n; i++) {
        double x = hc_pane_x(p, k->x[i]);
        double a = hc_pane_y(p, k->lo[i]), b = hc_pane_y(p, k->hi[i]);
        if (!isfinite(x) || !isfinite(b) || x < p->box.x0 || x > p->box.x1)
            continue;
        if (!isfinite(a))
            a = p->box.y0;
        a = fmax(fmin(a, p->box.y1), p->box.y0);
        b = fmax(fmin(b, p->box.y1), p->box.y0);
        if (fabs(b - a) < 2 * t->marker && k->look & HC_LOOK_POINTS)
            continue; /* hidden by the marker but for its ears */
        hc_canvas_segment(c, x, a, x, b);
        hc_canvas_segment(c, x - cap, a, x + cap, a);
        hc_canvas_segment(c, x - cap, b, x + cap, b);
    }
}

/* More markers than this on one curve stand so close that they are thinned */
enum { MANY = 2048 };

static void draw_some(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                      const hc_theme *t, bool solid)
{
    double last_x = -1e9, last_y = -1e9;
    double near = k->n > MANY ? 0.3 * t->marker : 0;
    double r = k->n > 200 ? 0.75 * t->marker : t->marker;
    for (size_t i = 0; i < k->n; i++) {
        double x = hc_pane_x(p, k->x[i]), y = hc_pane_y(p, k->y[i]);
        if ((k->solid && k->solid[i]) != solid || !isfinite(x) ||
            !isfinite(y) || !inside(&p->box, x, y))
            continue;
        if (hypot(x - last_x, y - last_y) < near)
            continue;
        bool open = k->look & HC_LOOK_OPEN && !solid;
        hc_draw_marker(c, k->mark, x, y, r, k->colour, open, 0.5 * t->line);
        last_x = x;
        last_y = y;
    }
}

void hc_draw_points(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                    const hc_theme *t)
{
    if (k->look & HC_LOOK_ERRORS && k->lo)
        draw_errors(c, p, k, t);
    if (!(k->look & HC_LOOK_POINTS))
        return;
    draw_some(c, p, k, t, false);
    if (k->solid) /* on top, or their neighbours would hide them */
        draw_some(c, p, k, t, true);
}

/* ---- lines ---- */

/* A line being collected in points.  A long run of points in one narrow
 * column is replaced by its first, lowest, highest and last one, which draws
 * the same ink (Jugel et al., "M4", 10.14778/2732951.2732953). */
typedef struct {
    hc_canvas *c;
    double *x, *y;
    size_t n;
    bool thin;
    double column, first, lo, hi, last; /* of the present column */
    bool open;
} pen;

static void add_point(pen *p, double x, double y)
{
    if (p->n && p->x[p->n - 1] == x && p->y[p->n - 1] == y)
        return;
    p->x[p->n] = x;
    p->y[p->n++] = y;
}

static void end_column(pen *p)
{
    if (!p->open)
        return;
    double x = (p->column + 0.5) * 0.2;
    add_point(p, x, p->first);
    if (p->lo < p->first || p->lo < p->last)
        add_point(p, x, p->lo);
    if (p->hi > p->first || p->hi > p->last)
        add_point(p, x, p->hi);
    add_point(p, x, p->last);
    p->open = false;
}

static void pen_to(pen *p, double x, double y)
{
    if (!p->thin) {
        add_point(p, x, y);
        return;
    }
    double column = floor(x / 0.2);
    if (p->open && column != p->column)
        end_column(p);
    if (!p->open) {
        p->open = true;
        p->column = column;
        p->first = p->lo = p->hi = y;
    }
    p->lo = fmin(p->lo, y);
    p->hi = fmax(p->hi, y);
    p->last = y;
}

static void pen_up(pen *p)
{
    end_column(p);
    hc_canvas_line(p->c, p->x, p->y, p->n);
    p->n = 0;
}

/* Far outside is as good as outside, and keeps PLplot's integers small. */
static double near_page(double v, double lo, double hi)
{
    double far = 20 * (hi - lo);
    return v < lo - far ? lo - far : v > hi + far ? hi + far : v;
}

hc_status hc_draw_line(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                       const hc_theme *t, hc_err *err)
{
    if (!(k->look & (HC_LOOK_LINE | HC_LOOK_STEPS)))
        return HC_OK;
    pen q = {.c = c, .thin = k->n > 1500};
    size_t room = 4 * k->n + 8;
    q.x = malloc(room * sizeof *q.x);
    q.y = malloc(room * sizeof *q.y);
    if (!q.x || !q.y) {
        free(q.x);
        free(q.y);
        return hc_fail_nomem(err);
    }
    double width = k->look & HC_LOOK_THIN ? 0.55 * t->line : t->line;
    hc_canvas_pen(c, k->colour, width);
    if (k->look & HC_LOOK_DASHED)
        hc_canvas_dash(c, 3.2 * t->line, 2.2 * t->line);
    hc_canvas_clip(c, &p->box);
    double before = 0;
    for (size_t i = 0; i < k->n; i++) {
        double x = hc_pane_x(p, k->x[i]), y = hc_pane_y(p, k->y[i]);
        if (!isfinite(x) || !isfinite(y)) {
            pen_up(&q);
            continue;
        }
        x = near_page(x, p->box.x0, p->box.x1);
        y = near_page(y, p->box.y0, p->box.y1);
        if (k->look & HC_LOOK_STEPS && q.n + q.open)
            pen_to(&q, x, before);
        pen_to(&q, x, y);
        before = y;
    }
    pen_up(&q);
    hc_canvas_clip(c, NULL);
    hc_canvas_dash(c, 0, 0);
    free(q.x);
    free(q.y);
    return HC_OK;
}

/* ---- areas ---- */

/* Low edge of a curve's area at point i, in points. */
static double low_edge(const hc_pane *p, const hc_curve *k, size_t i)
{
    double v = k->look & HC_LOOK_BAND ? k->lo[i] : k->base;
    double y = hc_pane_y(p, v);
    return isfinite(y) ? y : p->box.y0;
}

static void fill_run(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                     size_t from, size_t to, double *x, double *y)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        double top = k->look & HC_LOOK_BAND ? k->hi[i] : k->y[i];
        x[n] = near_page(hc_pane_x(p, k->x[i]), p->box.x0, p->box.x1);
        y[n++] = near_page(hc_pane_y(p, top), p->box.y0, p->box.y1);
    }
    for (size_t i = to; i-- > from;) {
        x[n] = near_page(hc_pane_x(p, k->x[i]), p->box.x0, p->box.x1);
        y[n++] = near_page(low_edge(p, k, i), p->box.y0, p->box.y1);
    }
    hc_canvas_area(c, x, y, n);
}

hc_status hc_draw_under(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                        hc_err *err)
{
    bool band = k->look & HC_LOOK_BAND && k->lo;
    if (!band && !(k->look & HC_LOOK_AREA))
        return HC_OK;
    double *x = malloc((2 * k->n + 4) * sizeof *x);
    double *y = malloc((2 * k->n + 4) * sizeof *y);
    if (!x || !y) {
        free(x);
        free(y);
        return hc_fail_nomem(err);
    }
    hc_canvas_pen(c, hc_rgba_fade(k->colour, band ? 0.22 : 0.13), 0);
    hc_canvas_clip(c, &p->box);
    size_t from = 0;
    for (size_t i = 0; i <= k->n; i++) {
        bool good = i < k->n && isfinite(hc_pane_x(p, k->x[i])) &&
                    isfinite(hc_pane_y(p, band ? k->hi[i] : k->y[i]));
        if (good)
            continue;
        if (i > from + 1)
            fill_run(c, p, k, from, i, x, y);
        from = i + 1;
    }
    hc_canvas_clip(c, NULL);
    free(x);
    free(y);
    return HC_OK;
}

/* ---- maps ---- */

/* High edge of cell i in points.  A cell reaches under its neighbour, which
 * is drawn later, or white seams would show; not so beside an empty one. */
static double far_edge(const double *at, size_t n, size_t i, bool log,
                       bool neighbour)
{
    return hc_map_edge(at, n, neighbour && i + 2 <= n ? i + 2 : i + 1, log);
}

void hc_draw_map(hc_canvas *c, const hc_pane *p, const hc_figure *f,
                 const hc_map *m)
{
    for (size_t k = 0; k < m->ny; k++)
        for (size_t i = 0; i < m->nx; i++) {
            const double *v = &m->v[k * m->nx + i];
            if (!isfinite(*v))
                continue;
            bool right = i + 1 < m->nx && isfinite(v[1]);
            bool above = k + 1 < m->ny && isfinite(v[m->nx]);
            hc_box b = {
                hc_pane_x(p, hc_map_edge(m->x, m->nx, i, p->x.log)),
                hc_pane_y(p, hc_map_edge(m->y, m->ny, k, p->y.log)),
                hc_pane_x(p, far_edge(m->x, m->nx, i, p->x.log, right)),
                hc_pane_y(p, far_edge(m->y, m->ny, k, p->y.log, above))};
            hc_canvas_pen(c, hc_colour_map(hc_figure_bar_place(f, *v)), 0);
            hc_canvas_rectangle(c, b, true);
        }
}

/* ---- what is taken ---- */

void hc_occupy_curve(hc_occupancy *o, const hc_pane *p, const hc_curve *k,
                     const hc_theme *t)
{
    double px = (double)NAN, py = px;
    bool line = k->look & (HC_LOOK_LINE | HC_LOOK_STEPS);
    double r = t->marker + 0.5 * t->line;
    for (size_t i = 0; i < k->n; i++) {
        double x = hc_pane_x(p, k->x[i]), y = hc_pane_y(p, k->y[i]);
        if (isfinite(x) && isfinite(y)) {
            if (k->look & HC_LOOK_POINTS)
                hc_occupancy_box(o, (hc_box){x - r, y - r, x + r, y + r});
            if (line && isfinite(px))
                hc_occupancy_segment(o, px, py, x, y);
            if (k->look & HC_LOOK_AREA)
                hc_occupancy_segment(o, x, hc_pane_y(p, k->base), x, y);
        }
        if (k->lo && isfinite(x))
            hc_occupancy_segment(o, x, hc_pane_y(p, k->lo[i]), x,
                                 hc_pane_y(p, k->hi[i]));
        px = x;
        py = y;
    }
}
