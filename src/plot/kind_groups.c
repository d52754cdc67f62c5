/* kind_groups.c: cells of groups side by side */
#include "core/lab.h"
#include "core/number.h"
#include "core/sort.h"
#include "plot/canvas.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row of a table of points (hc-db groups --points). */
typedef struct {
    const hc_frame *f;
    size_t row;
    size_t panel, line; /* where it stands */
} point;

typedef struct {
    point *p;
    size_t n;
    size_t panels;
} points;

static const char *text_of(const point *p, const char *column)
{
    return hc_frame_text(p->f, p->row, hc_frame_column(p->f, column));
}

static bool is_alike(const point *a, const point *b, const char *const *by)
{
    for (size_t i = 0; by[i]; i++)
        if (strcmp(text_of(a, by[i]), text_of(b, by[i])) != 0)
            return false;
    return true;
}

static const char *const of_panel[] = {"quantity", "role", "electrode", "unit",
                                       NULL};
static const char *const of_line[] = {"group", "temperature_celsius", NULL};

/* Number the panels and their lines in the order in which they come. */
static void place(points *all)
{
    for (size_t i = 0; i < all->n; i++) {
        point *p = &all->p[i];
        size_t lines = 0;
        p->panel = all->panels;
        for (size_t k = 0; k < i; k++)
            if (is_alike(p, &all->p[k], of_panel))
                p->panel = all->p[k].panel;
        all->panels += p->panel == all->panels;
        p->line = (size_t)-1;
        for (size_t k = 0; k < i; k++) {
            if (all->p[k].panel != p->panel)
                continue;
            lines += all->p[k].line == lines;
            if (is_alike(p, &all->p[k], of_line))
                p->line = all->p[k].line;
        }
        if (p->line == (size_t)-1)
            p->line = lines;
    }
}

static hc_status collect(const hc_plot_input *in, points *all, hc_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < in->n; i++)
        n += hc_frame_rows(in->frame[i]);
    all->p = calloc(n + 1, sizeof *all->p);
    if (!all->p)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < in->n; i++)
        for (size_t k = 0; k < hc_frame_rows(in->frame[i]); k++) {
            point *p = &all->p[all->n];
            *p = (point){.f = in->frame[i], .row = k};
            if (isfinite(
                    hc_frame_number(p->f, k, hc_frame_column(p->f, "value"))))
                all->n++;
        }
    place(all);
    return HC_OK;
}

/* ---- one panel ---- */

typedef enum { OK, OUTLIER, EXCLUDED, STATES } state;

static state state_of(const point *p)
{
    const char *word = text_of(p, "status");
    return strcmp(word, "outlier") == 0    ? OUTLIER
           : strcmp(word, "excluded") == 0 ? EXCLUDED
                                           : OK;
}

static double value_of(const point *p)
{
    return hc_lab_of(text_of(p, "unit")).factor *
           hc_frame_number(p->f, p->row, hc_frame_column(p->f, "value"));
}

/* Points of a line are spread a little, or they would hide each other. */
static double height_of(const point *p, size_t seen)
{
    static const double at[] = {0, 0.11, -0.11, 0.22, -0.22};
    return (double)p->line + at[seen % 5];
}

static hc_status add_state(const points *all, size_t panel, state which,
                           hc_panel *to, hc_err *err)
{
    static const struct {
        const char *label;
        hc_mark mark;
        unsigned look;
        size_t colour;
    } looks[STATES] = {{"cell", HC_MARK_CIRCLE, 0, 0},
                       {"outlier", HC_MARK_DIAMOND, 0, 1},
                       {"excluded", HC_MARK_SQUARE, HC_LOOK_OPEN, 7}};
    hc_curve *c;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < all->n; i++)
        n += all->p[i].panel == panel && state_of(&all->p[i]) == which;
    if (n == 0)
        return HC_OK;
    hc_status st =
        hc_panel_curve(to, n, HC_LOOK_POINTS | looks[which].look, &c, err);
    if (st != HC_OK)
        return st;
    size_t mine = to->n_curves - 1;
    c->mark = looks[which].mark;
    c->colour = hc_palette(looks[which].colour);
    snprintf(c->label, sizeof c->label, "%s", looks[which].label);
    for (size_t i = 0; i < all->n && st == HC_OK; i++) {
        const point *p = &all->p[i];
        char name[48];
        if (p->panel != panel || state_of(p) != which)
            continue;
        c = &to->curve[mine];
        c->x[at] = value_of(p);
        c->y[at] = height_of(p, at);
        hc_canvas_escape(text_of(p, "cell"), name, sizeof name);
        if (which != OK)
            st = hc_panel_note(to, c->x[at], c->y[at], c->colour, name, err);
        at++;
    }
    return st;
}

static double median_of(double *x, size_t n)
{
    hc_sort_rising(x, n);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* Median and spread (1.4826 MAD, as hc-db has it) of what counts. */
static hc_status add_median(const points *all, size_t panel, size_t line,
                            double *work, hc_panel *to, hc_err *err)
{
    hc_curve *c;
    size_t n = 0;
    double y = (double)line, half = 0.36;
    for (size_t i = 0; i < all->n; i++)
        if (all->p[i].panel == panel && all->p[i].line == line &&
            state_of(&all->p[i]) != EXCLUDED)
            work[n++] = value_of(&all->p[i]);
    if (n == 0)
        return HC_OK;
    double m = median_of(work, n);
    for (size_t i = 0; i < n; i++)
        work[i] = fabs(work[i] - m);
    double spread = n > 1 ? 1.4826 * median_of(work, n) : 0;
    hc_status st = hc_panel_curve(to, 2, HC_LOOK_BAND, &c, err);
    if (st == HC_OK)
        st = hc_curve_errors(c, err);
    if (st != HC_OK)
        return st;
    c->colour = hc_palette(5);
    for (size_t i = 0; i < 2; i++) {
        c->x[i] = i ? m + spread : m - spread;
        c->y[i] = (double)NAN;
        c->lo[i] = y - half;
        c->hi[i] = y + half;
    }
    st = hc_panel_curve(to, 2, HC_LOOK_LINE, &c, err);
    if (st != HC_OK)
        return st;
    c->colour = HC_BLACK;
    c->x[0] = c->x[1] = m;
    c->y[0] = y - half;
    c->y[1] = y + half;
    snprintf(c->label, sizeof c->label, "median, spread");
    return HC_OK;
}

/* "A, 25 °C" at the line of its group. */
static hc_status name_line(const point *p, hc_axis *y, hc_err *err)
{
    char words[160], degrees[HC_NUMBER_SIZE] = "";
    double t = hc_frame_number(p->f, p->row,
                               hc_frame_column(p->f, "temperature_celsius"));
    const char *group = text_of(p, "group");
    if (isfinite(t))
        hc_number_print_digits(t, 3, degrees);
    snprintf(words, sizeof words, "%.60s%s%s%s",
             strcmp(group, "-") == 0 ? "no group" : group,
             degrees[0] ? ", " : "", degrees,
             degrees[0] ? " \xC2\xB0"
                          "C"
                        : "");
    return hc_axis_name(y, p->line, words, err);
}

/* "mA/cm2" as it is written. */
static void unit_of(const char *si, char *unit, size_t cap)
{
    char words[40];
    const char *lab = hc_lab_of(si).unit, *two = strstr(lab, "cm2");
    if (two)
        snprintf(words, sizeof words, "%.*scm\xC2\xB2%.20s", (int)(two - lab),
                 lab, two + 3);
    else
        snprintf(words, sizeof words, "%.30s",
                 strcmp(lab, "1") == 0 ? "" : lab);
    hc_canvas_escape(words, unit, cap);
}

static void title_of(const point *p, hc_axis *x)
{
    char name[64], words[192], shown[HC_LABEL_SIZE], unit[48];
    const char *role = text_of(p, "role"), *si = text_of(p, "unit");
    hc_lab_words(text_of(p, "quantity"), si, name, sizeof name);
    snprintf(words, sizeof words, "%s%s%.60s", name,
             strcmp(role, "-") == 0 ? "" : ", ",
             strcmp(role, "-") == 0 ? "" : role);
    hc_canvas_escape(words, shown, sizeof shown);
    unit_of(si, unit, sizeof unit);
    hc_axis_title(x, shown, unit);
}

static hc_status add_panel(const points *all, size_t panel, double *work,
                           hc_figure *f, hc_err *err)
{
    hc_panel *to;
    size_t lines = 0;
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    hc_status st = hc_figure_panel(f, &to, err);
    for (size_t i = 0; i < all->n && st == HC_OK; i++) {
        const point *p = &all->p[i];
        if (p->panel != panel)
            continue;
        lo = fmin(lo, value_of(p));
        hi = fmax(hi, value_of(p));
        if (p->line < lines)
            continue;
        lines++;
        title_of(p, &to->x);
        st = name_line(p, &to->y, err);
    }
    for (size_t k = 0; k < lines && st == HC_OK; k++)
        st = add_median(all, panel, k, work, to, err);
    for (int k = OK; k < STATES && st == HC_OK; k++)
        st = add_state(all, panel, (state)k, to, err);
    if (st != HC_OK)
        return st;
    to->x.log = lo > 0 && hi > 30 * lo;
    to->y.reversed = true;
    to->y.lo = -0.6;
    to->y.hi = (double)lines - 0.4;
    to->height = 1 + (double)lines;
    return HC_OK;
}

static hc_status build_groups(const hc_plot_input *in, hc_figure *f,
                              hc_err *err)
{
    static const char *const needed[] = {
        "group", "quantity", "role",   "electrode", "temperature_celsius",
        "unit",  "cell",     "status", "value",     NULL};
    points all = {0};
    double *work = NULL, heights = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = collect(in, &all, err);
    if (st == HC_OK) {
        work = calloc(all.n + 1, sizeof *work);
        st = work ? HC_OK : hc_fail_nomem(err);
    }
    if (st == HC_OK && all.n == 0)
        st = hc_fail(err, HC_NO, "nothing to draw: no point has a value");
    for (size_t i = 0; i < all.panels && st == HC_OK; i++) {
        st = add_panel(&all, i, work, f, err);
        if (st == HC_OK)
            heights += 1 + f->panel[i].height;
    }
    f->aspect = fmin(0.2 + 0.1 * heights, 3);
    free(all.p);
    free(work);
    return st;
}

const hc_plot_kind hc_plot_groups_kind = {
    "groups", "cells of groups side by side, outliers and excluded among them",
    "points", build_groups};
