/* kind_bench.c: make bench as a figure: how times grow with the work, and
 * figures against their bars */
#include "core/number.h"
#include "core/sort.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most rows that one page has room for with their names. */
enum { ROWS_MOST = 60 };

static double number_of(const hc_frame *t, size_t row, const char *column)
{
    int c = hc_frame_column(t, column);
    return c < 0 ? (double)NAN : hc_frame_number(t, row, c);
}

static const char *text_of(const hc_frame *t, size_t row, const char *column)
{
    return hc_frame_text(t, row, hc_frame_column(t, column));
}

/* ---- growth ---- */

static bool is_alike(const hc_frame *t, size_t a, size_t b)
{
    return strcmp(text_of(t, a, "tool"), text_of(t, b, "tool")) == 0 &&
           strcmp(text_of(t, a, "work"), text_of(t, b, "work")) == 0;
}

/* Rows of the group from i on that have a size and are of the same work; 0
 * when row i has none, or an earlier one was of that work. */
static size_t sizes_of(const hc_frame *t, const hc_rows *g, size_t i)
{
    size_t n = 0;
    if (!(number_of(t, g->row[i], "size") > 0))
        return 0;
    for (size_t k = 0; k < g->n; k++) {
        if (!(number_of(t, g->row[k], "size") > 0) ||
            !is_alike(t, g->row[i], g->row[k]))
            continue;
        if (k < i)
            return 0;
        n++;
    }
    return n;
}

/* `column` over the size of all rows that are like row i. */
static hc_status add_growth(const hc_frame *t, const hc_rows *g, size_t i,
                            const char *column, unsigned look, hc_panel *p,
                            hc_err *err)
{
    hc_curve *c;
    size_t to = 0;
    hc_status st = hc_panel_curve(p, sizes_of(t, g, i), look, &c, err);
    for (size_t k = i; k < g->n && st == HC_OK; k++) {
        double size = number_of(t, g->row[k], "size");
        if (!(size > 0) || !is_alike(t, g->row[i], g->row[k]))
            continue;
        c->x[to] = size;
        c->y[to++] = number_of(t, g->row[k], column);
    }
    return st;
}

/* Times of the work that row i is the first of, and what it costs at least,
 * in one colour. */
static hc_status add_work(const hc_frame *t, const hc_rows *g, size_t i,
                          bool first, hc_panel *p, hc_err *err)
{
    hc_rgba colour;
    hc_curve *c;
    hc_status st = add_growth(t, g, i, "figure",
                              HC_LOOK_LINE | HC_LOOK_POINTS, p, err);
    if (st != HC_OK)
        return st;
    c = &p->curve[p->n_curves - 1];
    colour = c->colour;
    c->mark = (hc_mark)(p->n_curves / 2 % HC_MARK_COUNT);
    snprintf(c->label, sizeof c->label, "%.60s",
             text_of(t, g->row[i], "tool"));
    st = add_growth(t, g, i, "limit", HC_LOOK_LINE | HC_LOOK_DASHED, p, err);
    if (st != HC_OK)
        return st;
    c = &p->curve[p->n_curves - 1];
    c->colour = colour;
    if (first)
        snprintf(c->label, sizeof c->label, "least there can be");
    return HC_OK;
}

static hc_status growth(const hc_frame *t, const hc_rows *g, hc_figure *f,
                        hc_err *err)
{
    hc_panel *p;
    hc_status st =
        hc_plot_panel(f, "Rows or points", "", "CPU time", "s", &p, err);
    if (st != HC_OK)
        return st;
    p->x.log = p->y.log = true;
    for (size_t i = 0; i < g->n && st == HC_OK; i++)
        if (sizes_of(t, g, i) >= 2)
            st = add_work(t, g, i, p->n_curves == 0, p, err);
    return st;
}

/* ---- bars ---- */

/* "<=5", ">=100", "100": a bar as a number, and whether more is better. */
static double bar_of(const char *text, bool *more)
{
    double v;
    *more = strchr(text, '<') == NULL;
    while (*text && strchr("<>= ", *text))
        text++;
    return hc_number_prefix(text, strlen(text), &v) ? v : (double)NAN;
}

/* How many times better than its bar a row is; NaN without one. */
static double better(const hc_frame *t, size_t row)
{
    bool more;
    double bar = bar_of(text_of(t, row, "bar"), &more);
    double v = number_of(t, row, "figure");
    double times = more ? v / bar : bar / v;
    return times > 0 && isfinite(times) ? times : (double)NAN;
}

static bool has_bar(const hc_frame *t, size_t row)
{
    return !(number_of(t, row, "size") > 0) && isfinite(better(t, row));
}

/* Of n rows with a bar those nearest to it, and those short of it, have a
 * place: how much better than its bar a row may be. */
static hc_status best_shown(const hc_frame *t, const hc_rows *g, size_t n,
                            double *most, hc_err *err)
{
    size_t at = 0;
    *most = INFINITY;
    if (n <= ROWS_MOST)
        return HC_OK;
    double *times = malloc(n * sizeof *times);
    if (times == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < g->n; i++)
        if (has_bar(t, g->row[i]))
            times[at++] = better(t, g->row[i]);
    hc_sort_rising(times, at);
    *most = times[ROWS_MOST - 1];
    free(times);
    return HC_OK;
}

static bool has_place(const hc_frame *t, size_t row, double most)
{
    return has_bar(t, row) && better(t, row) <= most;
}

/* The rows that meet their bar, or those that do not, each on its line. */
static hc_status add_bars(const hc_frame *t, const hc_rows *g, size_t n,
                          double most, bool met, hc_panel *p, hc_err *err)
{
    hc_curve *c;
    size_t at = 0, some = 0;
    hc_status st = hc_panel_curve(p, n, HC_LOOK_POINTS, &c, err);
    for (size_t i = 0; i < g->n && st == HC_OK; i++) {
        char words[HC_NAME_SIZE];
        if (!has_place(t, g->row[i], most))
            continue;
        bool shown = (better(t, g->row[i]) >= 1) == met;
        snprintf(words, sizeof words, "%.12s %.80s",
                 text_of(t, g->row[i], "tool"), text_of(t, g->row[i], "work"));
        c->x[at] = shown ? better(t, g->row[i]) : (double)NAN;
        c->y[at] = (double)at;
        some += shown;
        st = hc_axis_name(&p->y, at++, words, err);
    }
    if (st == HC_OK && some > 0 && !met)
        snprintf(c->label, sizeof c->label, "short of the bar");
    return st;
}

static hc_status against_bars(const hc_frame *t, const hc_rows *g, size_t n,
                              hc_figure *f, hc_err *err)
{
    hc_panel *p;
    char title[HC_LABEL_SIZE] = "Times better than the bar";
    double most;
    size_t shown = 0;
    hc_status st = best_shown(t, g, n, &most, err);
    for (size_t i = 0; i < g->n && st == HC_OK; i++)
        shown += has_place(t, g->row[i], most);
    if (shown < n)
        snprintf(title, sizeof title,
                 "Times better than the bar, the nearest %zu of %zu", shown,
                 n);
    if (st == HC_OK)
        st = hc_plot_panel(f, title, "", "", "", &p, err);
    if (st == HC_OK)
        st = add_bars(t, g, shown, most, true, p, err);
    if (st == HC_OK)
        st = add_bars(t, g, shown, most, false, p, err);
    if (st == HC_OK)
        st = hc_panel_rule(p, 1, true, "bar", err);
    if (st == HC_OK) {
        p->x.log = p->y.reversed = true;
        p->y.lo = -1;
        p->y.hi = (double)shown;
        p->height = 0.3 + 0.09 * (double)shown;
    }
    return st;
}

static hc_status build_bench(const hc_plot_input *in, hc_figure *f,
                             hc_err *err)
{
    static const char *const needed[] = {"tool", "work", "figure", "bar",
                                         NULL};
    hc_rows *g = NULL;
    size_t n = 0, bars = 0, grown = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, NULL, &g, &n, err);
    const hc_frame *t = n > 0 ? in->frame[g[0].frame] : NULL;
    for (size_t i = 0; t != NULL && i < g[0].n; i++) {
        bars += has_bar(t, g[0].row[i]);
        grown += sizes_of(t, &g[0], i) >= 2;
    }
    if (st == HC_OK && bars + grown == 0)
        st = hc_fail(err, HC_NO, "no row has a bar or several sizes");
    if (st == HC_OK && grown > 0)
        st = growth(t, &g[0], f, err);
    if (st == HC_OK && bars > 0)
        st = against_bars(t, &g[0], bars, f, err);
    f->aspect = grown > 0 ? 0.7 : 0.2;
    f->wide = true;
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_bench = {
    "bench", "times as the work grows, figures against their bars", "bench",
    build_bench};
