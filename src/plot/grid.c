/* grid.c: figures on a page */
#include "plot/draw.h"
#include "plot/words.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const hc_figure *f; /* [n] */
    hc_layout *l;       /* [n] */
    double *top;        /* [n] from the upper edge of the page */
    size_t n, columns;
    double width, height, head;
} grid;

static void title_grid(hc_canvas *c, const grid *g, const hc_draw_opts *o)
{
    const hc_theme *t = o->theme;
    char words[HC_LABEL_SIZE];
    if (!o->title || !o->title[0])
        return;
    hc_canvas_begin_at(c, 0, 0);
    hc_canvas_pen(c, HC_BLACK, t->frame);
    hc_words_fit(c, 1.15 * t->text, g->width - 2 * t->gap, o->title, words,
                 sizeof words);
    hc_canvas_text(c, 1.5 * t->gap, g->height - t->gap - 0.9 * t->text,
                   1.15 * t->text, 0, false, words);
}

static void put_letter(hc_canvas *c, const grid *g, size_t i,
                       const hc_theme *t)
{
    char letter[8] = "(a)";
    letter[1] = (char)('a' + i % 26);
    hc_canvas_pen(c, HC_BLACK, t->frame);
    hc_canvas_text(c, 1.5 * t->gap, g->l[i].height - t->gap - 0.9 * t->text,
                   1.05 * t->text, 0, false, letter);
}

/* Widths and heights: what stands in one row has one height. */
static hc_status measure_grid(grid *g, const hc_draw_opts *o, hc_err *err)
{
    const hc_theme *t = o->theme;
    double sum = 0, row = 0;
    for (size_t i = 0; i < g->n; i++) {
        hc_layout *l = &g->l[i];
        l->theme = t;
        l->width = g->width / (double)g->columns;
        l->head = g->f[i].title[0] || g->n > 1 ? 1.5 * t->text : 0;
        l->head += g->f[i].remark[0] ? 1.2 * t->small_text : 0;
        hc_status st = hc_layout_ranges(l, &g->f[i], err);
        if (st != HC_OK)
            return st;
        l->height = hc_layout_height(l, &g->f[i]);
        row = i % g->columns ? fmax(row, l->height) : l->height;
        for (size_t k = i - i % g->columns; k <= i; k++) {
            g->l[k].height = row;
            g->top[k] = sum;
        }
        if (i % g->columns == g->columns - 1 || i == g->n - 1)
            sum += row;
    }
    g->height = sum + g->head;
    if (!isfinite(o->height_pt))
        return HC_OK;
    double stretch = fmax(o->height_pt - g->head, 1) / sum;
    for (size_t i = 0; i < g->n; i++) {
        g->l[i].height *= stretch;
        g->top[i] *= stretch;
    }
    g->height = o->height_pt;
    return HC_OK;
}

static hc_status draw_grid(grid *g, const hc_draw_opts *o, hc_picture as,
                           hc_out *out, hc_err *err)
{
    hc_canvas *c = NULL;
    const char *title = g->n > 1 ? o->title : g->f[0].title;
    hc_status st = measure_grid(g, o, err);
    if (st == HC_OK)
        st = hc_canvas_new(&c, g->width, g->height, as, o->dpi, err);
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        hc_layout *l = &g->l[i];
        if (g->n > 1)
            hc_canvas_begin_at(c, (double)(i % g->columns) * l->width,
                               g->height - g->head - g->top[i] - l->height);
        st = hc_draw_figure(c, l, &g->f[i], o->no_legend, err);
        if (st == HC_OK && g->n > 1)
            put_letter(c, g, i, o->theme);
    }
    if (st == HC_OK && g->n > 1)
        title_grid(c, g, o);
    if (st == HC_OK)
        st =
            hc_canvas_write(c, title && title[0] ? title : "figure", out, err);
    hc_canvas_free(c);
    return st;
}

hc_status hc_draw(const hc_figure *f, size_t n, const hc_draw_opts *o,
                  hc_picture as, hc_out *out, hc_err *err)
{
    grid g = {.f = f, .n = n, .columns = o->columns};
    if (g.columns == 0 || g.columns > n)
        g.columns = n < 2 || o->columns > 0 ? n : 2;
    g.width = isfinite(o->width_pt) ? o->width_pt
              : g.columns > 1 || f->wide ? o->theme->full
                                         : o->theme->width;
    if (n > 1 && o->title && o->title[0])
        g.head = 1.9 * o->theme->text;
    g.l = calloc(n + 1, sizeof *g.l);
    g.top = calloc(n + 1, sizeof *g.top);
    hc_status st =
        g.l && g.top ? draw_grid(&g, o, as, out, err) : hc_fail_nomem(err);
    for (size_t i = 0; g.l && i < n; i++)
        hc_layout_clear(&g.l[i]);
    free(g.l);
    free(g.top);
    return st;
}
