#include "report/side.h"

#include "core/lab.h"
#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One name: two literals in a list look like a comma forgotten. */
#define DEGREES                                                               \
    "temperature, \xC2\xB0"                                                   \
    "C"

/* Groups of one quantity, role and electrode stand together. */
static bool is_alike(const hc_group *a, const hc_group *b)
{
    return strcmp(a->quantity, b->quantity) == 0 &&
           strcmp(a->role, b->role) == 0 &&
           strcmp(a->electrode, b->electrode) == 0 &&
           strcmp(a->unit, b->unit) == 0;
}

static hc_status write_points(void *ctx, hc_writer *w, hc_err *err)
{
    (void)err;
    hc_groups_write_points(ctx, w, true);
    return HC_OK;
}

static hc_status put_figure(hc_page *p, hc_groups *some, const char *words,
                            hc_err *err)
{
    hc_held h = {0};
    hc_held_file f = {0};
    hc_status st = hc_held_make("points", write_points, some, &h, err);
    if (st == HC_OK)
        st = hc_held_open(&h, &f, err);
    if (st == HC_OK) {
        const char *path = f.path;
        st = hc_page_figure(p, "groups", &path, NULL, 1, words, err);
        close(f.fd);
    }
    hc_held_clear(&h);
    return st;
}

static void put_group(hc_page *p, const hc_group *x, double factor)
{
    hc_out_puts(p->out, "<tr>");
    hc_page_cell(p, x->group);
    hc_page_number(p, x->temperature_celsius, 4);
    hc_page_number(p, (double)x->n, 9);
    const double v[] = {x->median, x->spread, x->q25, x->q75, x->min, x->max};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        hc_page_number(p, factor * v[i], i == 1 ? 2 : 5);
    hc_page_number(p, (double)x->n_outliers, 9);
    hc_page_number(p, (double)x->n_excluded, 9);
    hc_out_puts(p->out, "</tr>\n");
}

static void put_point(hc_page *p, const hc_contents *c, const hc_group *x,
                      const hc_point *q, hc_lab lab)
{
    char link[HC_PAGE_LINK];
    hc_subject_link(hc_contents_cell(c, q->cell), link);
    hc_out_puts(p->out, "<tr><td>");
    hc_page_link(p, link, q->cell);
    hc_out_puts(p->out, "</td>");
    hc_page_cell(p, x->group);
    hc_page_number(p, x->temperature_celsius, 4);
    hc_page_number(p, lab.factor * q->value, 5);
    hc_page_number(p, lab.factor * q->std_error, 2);
    hc_page_cell(p, lab.unit);
    hc_page_number(p, (double)q->records, 9);
    hc_page_number(p, q->cycle_count, 9);
    hc_page_number(p, q->score, 3);
    hc_page_word(p, q->excluded ? "excluded" : q->outlier ? "outlier" : "ok");
    hc_page_cell(p, q->reason);
    hc_out_puts(p->out, "</tr>\n");
}

static void put_tables(hc_page *p, const hc_contents *c, const hc_groups *g,
                       size_t first, size_t end)
{
    static const char *const sums[] = {
        "group", DEGREES, "n",   "median",   "spread",  "25 %",
        "75 %",  "min",   "max", "outliers", "excluded"};
    static const char *const points[] = {
        "cell",    "group", DEGREES, "value",  "std. error", "unit",
        "records", "cycle", "score", "status", "reason"};
    hc_lab lab = hc_lab_of(g->group[first].unit);
    hc_page_table(p, sums, sizeof sums / sizeof *sums);
    for (size_t i = first; i < end; i++)
        put_group(p, &g->group[i], lab.factor);
    hc_page_end_table(p);
    hc_out_puts(p->out, "<details><summary>Each cell's point</summary>\n");
    hc_page_table(p, points, sizeof points / sizeof *points);
    for (size_t i = first; i < end; i++) {
        const hc_group *x = &g->group[i];
        for (size_t k = x->first; k < x->first + x->points; k++)
            put_point(p, c, x, &g->point[k], lab);
    }
    hc_page_end_table(p);
    hc_out_puts(p->out, "</details>\n");
}

hc_status hc_side_write(hc_page *p, const hc_contents *c, const hc_groups *g,
                        hc_err *err)
{
    hc_status st = HC_OK;
    if (g->n == 0)
        return HC_OK;
    hc_out_puts(p->out,
                "<section id=\"groups\">\n<h2>Cells side by side</h2>\n"
                "<p class=\"soft\">A cell counts once, by the median of its "
                "records (of its last cycle). Spread is 1.4826 times the "
                "median absolute deviation; an outlier has a score |value "
                "\xE2\x88\x92 median| / (1.4826 MAD) above 3.5 among four "
                "cells or more, and counts; only what the table of cells "
                "excludes does not.</p>\n");
    for (size_t i = 0, end; i < g->n && st == HC_OK; i = end) {
        const hc_group *x = &g->group[i];
        hc_groups some = {g->group + i, 0, g->point, g->n_points};
        char name[sizeof x->quantity], words[256];
        for (end = i; end < g->n && is_alike(x, &g->group[end]);)
            end++;
        some.n = end - i;
        hc_lab_words(x->quantity, x->unit, name, sizeof name);
        const char *unit = hc_lab_of(x->unit).unit;
        if (strcmp(unit, "1") == 0)
            unit = "";
        snprintf(words, sizeof words, "%s%s%s%s%s%s", name,
                 strcmp(x->role, "-") == 0 ? "" : ", ",
                 strcmp(x->role, "-") == 0 ? "" : x->role, unit[0] ? " (" : "",
                 unit, unit[0] ? ")" : "");
        hc_out_puts(p->out, "<h3>");
        hc_html_text(p->out, words);
        hc_out_puts(p->out, "</h3>\n<div class=\"row\">\n");
        st = put_figure(p, &some, words, err);
        hc_out_puts(p->out, "</div>\n");
        put_tables(p, c, g, i, end);
    }
    hc_out_puts(p->out, "</section>\n");
    return st;
}
