/* database.c: the page of a database */
#include "report/report.h"

#include "core/text.h"
#include "report/html.h"
#include "report/morning.h"
#include "report/side.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST = 12,           /* tables in one figure: the last ones */
    MOST_ROWS = 1000000, /* of a table that is looked at */
};

typedef struct {
    const hc_report_base *r;
    hc_store *store;
    hc_page page;
    hc_contents contents;
    hc_morning morning;
    hc_groups groups;
} base;

/* ---- the figures of a cell ---- */

/* Tables open for hc-plot. */
typedef struct {
    hc_held_file file[2 * MOST];
    const char *path[2 * MOST], *label[2 * MOST];
    size_t n;
} opened;

static hc_status open_one(opened *o, const hc_held *h, const char *label,
                          hc_err *err)
{
    hc_status st = hc_held_open(h, &o->file[o->n], err);
    if (st == HC_OK) {
        o->path[o->n] = o->file[o->n].path;
        o->label[o->n] = label;
        o->n++;
    }
    return st;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool does_show(const hc_held *h, const char *figure)
{
    const char *shown;
    if (!h->frame || hc_frame_rows(h->frame) == 0)
        return false;
    for (size_t j = 0; (shown = hc_page_shows(h->frame, j))[0]; j++)
        if (strcmp(shown, figure) == 0)
            return true;
    return false;
}

/* The fit of a spectrum: records or a curve from the same file. */
static const hc_held *fit_of(const hc_page_run *run, const hc_held *held,
                             size_t n, size_t i)
{
    for (size_t k = 0; k < n; k++)
        if (held[k].frame && strcmp(run[k].tool, "hc-fit") == 0 &&
            strcmp(run[k].source, run[i].source) == 0)
            return &held[k];
    return NULL;
}

static hc_status put_figure(base *b, const hc_subject *s, const char *figure,
                            const hc_held *held, hc_err *err)
{
    const hc_page_run *run = b->contents.run + s->first;
    opened o = {.n = 0};
    size_t all = 0, skip;
    char words[256], of[64] = "";
    bool fits = strcmp(figure, "nyquist") == 0;
    hc_status st = HC_OK;
    for (size_t i = 0; i < s->n; i++)
        all += does_show(&held[i], figure) && strcmp(run[i].tool, "hc-fit");
    if (all == 0)
        return HC_OK;
    skip = all > MOST ? all - MOST : 0;
    for (size_t i = 0; i < s->n && st == HC_OK; i++) {
        if (!does_show(&held[i], figure) ||
            strcmp(run[i].tool, "hc-fit") == 0 || (skip > 0 && skip--))
            continue;
        const hc_held *fit = fits ? fit_of(run, held, s->n, i) : NULL;
        st = open_one(&o, &held[i], base_name(run[i].source), err);
        if (st == HC_OK && fit)
            st = open_one(&o, fit, "fit", err);
    }
    if (all > MOST)
        snprintf(of, sizeof of, ", the last %d of %zu", MOST, all);
    snprintf(words, sizeof words, "%s of %.150s%s", figure,
             hc_page_below(&b->page, s->name), of);
    if (st == HC_OK)
        st = hc_page_figure(&b->page, figure, o.path, all > 1 ? o.label : NULL,
                            o.n, words, err);
    for (size_t i = 0; i < o.n; i++)
        close(o.file[i].fd);
    return st;
}

static hc_status put_figures(base *b, const hc_subject *s, const hc_held *held,
                             hc_err *err)
{
    static const char *const figures[] = {
        "nyquist", "residuals", "drt",  "arrhenius", "series",
        "steps",   "cycles",    "rate", "dqdv",      "ccd",
        "gitt",    "ocv",       "cmp",  "profile"};
    hc_status st = HC_OK;
    hc_out_puts(b->page.out, "<div class=\"row\">\n");
    for (size_t i = 0; i < sizeof figures / sizeof *figures && st == HC_OK;
         i++)
        st = put_figure(b, s, figures[i], held, err);
    hc_out_puts(b->page.out, "</div>\n");
    return st;
}

/* ---- a cell ---- */

/* Text for a shell to take as one word. */
static void put_quoted(hc_out *out, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";
    if (s[0] && s[0] != '-' && strspn(s, plain) == strlen(s)) {
        hc_html_text(out, s);
        return;
    }
    hc_out_puts(out, s[0] == '-' ? "./&#39;" : "&#39;");
    for (; *s; s++)
        if (*s == '\'')
            hc_out_puts(out, "&#39;\\&#39;&#39;");
        else
            hc_html_text_n(out, s, 1);
    hc_out_puts(out, "&#39;");
}

static void put_runs(base *b, const hc_subject *s, const hc_held *held)
{
    hc_page *p = &b->page;
    hc_out_puts(p->out, "<details><summary>Where it comes from</summary>\n");
    for (size_t i = 0; i < s->n; i++) {
        const hc_page_run *run = &b->contents.run[s->first + i];
        char link[HC_PAGE_LINK];
        hc_run_link(run->key, link);
        hc_out_printf(p->out, "<div class=\"run\" id=\"%s\"><p>", link);
        hc_html_text(p->out, run->kind);
        hc_out_puts(p->out, " of ");
        hc_html_text(p->out, run->tool);
        hc_out_printf(p->out, ", %zu rows, from ", run->rows);
        hc_html_text(p->out, hc_page_below(p, run->source));
        if (held[i].frame && hc_frame_incomplete(held[i].frame))
            hc_out_puts(p->out, ", <span class=\"no\">incomplete: its "
                                "source ended early</span>");
        hc_out_puts(p->out, "</p>\n");
        if (held[i].frame)
            hc_page_commands(p, held[i].frame);
        hc_out_puts(p->out, "<pre class=\"get\">hc-db get ");
        put_quoted(p->out, b->r->path);
        hc_out_printf(p->out, " %.12s</pre></div>\n", run->key);
    }
    hc_out_puts(p->out, "</details>\n");
}

static hc_status put_records(base *b, const hc_subject *s, const hc_held *held,
                             hc_err *err)
{
    hc_page_part *part = calloc(s->n + 1, sizeof *part);
    size_t n = 0, rows = 0;
    if (!part)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < s->n; i++) {
        const hc_page_run *run = &b->contents.run[s->first + i];
        if (!held[i].frame || strcmp(run->kind, "records") != 0)
            continue;
        rows += hc_frame_rows(held[i].frame);
        part[n].frame = held[i].frame;
        part[n].from = run->tool;
        hc_run_link(run->key, part[n++].link);
    }
    if (rows > (size_t)b->page.max_rows)
        hc_out_printf(b->page.out,
                      "<p class=\"soft\">%zu records, not shown here "
                      "(--max-rows).</p>\n",
                      rows);
    else if (rows > 0) {
        hc_out_printf(b->page.out,
                      "<details class=\"records\">"
                      "<summary>%zu records</summary>\n",
                      rows);
        hc_page_records(&b->page, part, n);
        hc_out_puts(b->page.out, "</details>\n");
    }
    free(part);
    return HC_OK;
}

static void put_facts(base *b, const char *cell)
{
    const hc_frame *f = b->contents.facts.frame;
    hc_out *out = b->page.out;
    bool any = false;
    for (size_t i = 0; i < hc_frame_rows(f); i++) {
        if (strcmp(hc_frame_text(f, i, 0), cell) != 0)
            continue;
        hc_out_puts(out, any ? ", " : "<p class=\"soft\">");
        any = true;
        hc_html_text(out, hc_frame_text(f, i, 1));
        hc_out_puts(out, " ");
        hc_html_text(out, hc_frame_text(f, i, 2));
    }
    hc_out_puts(out, any ? "</p>\n" : "");
}

static hc_status put_held(base *b, const hc_subject *s, const hc_held *held,
                          hc_err *err)
{
    hc_out *out = b->page.out;
    hc_out_printf(out, "<section id=\"c%zu\">\n<h2>",
                  (size_t)(s - b->contents.subject));
    hc_html_text(out, hc_page_below(&b->page, s->name));
    hc_out_puts(out, "</h2>\n");
    if (s->exclude) {
        hc_out_puts(out, "<p class=\"no\">Excluded: ");
        hc_html_text(out, s->exclude);
        hc_out_puts(out, "</p>\n");
    }
    hc_morning_subject(&b->page, &b->contents, &b->morning,
                       (size_t)(s - b->contents.subject));
    if (s->is_cell)
        put_facts(b, s->name);
    hc_status st = put_figures(b, s, held, err);
    if (st == HC_OK)
        st = put_records(b, s, held, err);
    if (st == HC_OK)
        put_runs(b, s, held);
    hc_out_puts(out, "</section>\n");
    return st;
}

static hc_status put_subject(base *b, const hc_subject *s, hc_err *err)
{
    hc_held *held = calloc(s->n + 1, sizeof *held);
    hc_status st = held ? HC_OK : hc_fail_nomem(err);
    for (size_t i = 0; i < s->n && st == HC_OK; i++) {
        const hc_page_run *run = &b->contents.run[s->first + i];
        if (run->rows <= MOST_ROWS)
            st = hc_held_run(b->store, run->key, &held[i], err);
    }
    if (st == HC_OK)
        st = put_held(b, s, held, err);
    for (size_t i = 0; held && i < s->n; i++)
        hc_held_clear(&held[i]);
    free(held);
    return st;
}

/* ---- the whole ---- */

static void put_number(hc_out *out, const char *link, size_t n,
                       const char *words, const char *class)
{
    hc_out_printf(out,
                  "<li><a href=\"#%s\"><strong class=\"%s\">%zu</strong> "
                  "%s</a></li>\n",
                  link, n ? class : "", n, words);
}

static void put_head(const base *b)
{
    hc_out *out = b->page.out;
    const hc_morning *m = &b->morning;
    const hc_frame *f = m->nights.frame;
    bool night = !isnan(m->night);
    if (night) {
        size_t last = hc_frame_rows(f) - 1;
        const char *end =
            hc_frame_text(f, last, hc_frame_column(f, "finished"));
        hc_out_printf(out, "<p class=\"soft\">Night %g, ", m->night);
        hc_html_text(out,
                     hc_frame_text(f, last, hc_frame_column(f, "started")));
        hc_out_puts(out, " to ");
        hc_html_text(out, strcmp(end, "-") == 0 ? "not ended" : end);
        if (b->page.root) {
            hc_out_puts(out, "; files of ");
            hc_html_text(out, b->page.root);
        }
        hc_out_puts(out, "</p>\n");
    }
    hc_out_puts(out, "<nav aria-label=\"contents\"><ul class=\"numbers\">\n");
    if (night) {
        put_number(out, "changed", m->fresh, "new findings", "no");
        put_number(out, "failed", m->failed + m->broken, "failed", "no");
        put_number(out, "ran", m->done, "jobs done", "ok");
    }
    if (b->groups.n > 0)
        put_number(out, "groups", b->groups.n, "groups of cells", "ok");
    put_number(out, "cells", b->contents.n_subjects, "cells and files", "ok");
    hc_out_puts(out, "</ul></nav>\n");
}

/* A list of the cells, each with a link to its place. */
static void put_cells(base *b)
{
    const char *const heads[] = {"cell or file", b->r->by, "tables",
                                 "findings", "excluded"};
    hc_page *p = &b->page;
    hc_out_puts(p->out, "<section id=\"cells\">\n<h2>Cells</h2>\n");
    hc_page_table(p, heads, 5);
    for (size_t i = 0; i < b->contents.n_subjects; i++) {
        const hc_subject *s = &b->contents.subject[i];
        const char *group = hc_contents_fact(&b->contents, s->name, b->r->by);
        char link[HC_PAGE_LINK];
        hc_subject_link((long)i, link);
        hc_out_puts(p->out, "<tr><td>");
        hc_page_link(p, link, hc_page_below(p, s->name));
        hc_out_puts(p->out, "</td>");
        hc_page_cell(p, group ? group : "-");
        hc_page_number(p, (double)s->n, 9);
        hc_page_number(p, (double)s->findings, 9);
        hc_page_cell(p, s->exclude ? s->exclude : "-");
        hc_out_puts(p->out, "</tr>\n");
    }
    hc_page_end_table(p);
    hc_out_puts(p->out, "</section>\n");
}

/* Cells with findings first: they are what is read. */
static hc_status put_subjects(base *b, hc_err *err)
{
    hc_status st = HC_OK;
    for (int found = 1; found >= 0; found--)
        for (size_t i = 0; i < b->contents.n_subjects && st == HC_OK; i++) {
            const hc_subject *s = &b->contents.subject[i];
            if ((s->findings > 0) == found && !hc_out_failed(b->page.out))
                st = put_subject(b, s, err);
        }
    return st;
}

/* The folder that all files lie below, which need not be said of each. */
static hc_status find_root(base *b, hc_err *err)
{
    const char *first = NULL;
    size_t len = 0;
    for (size_t i = 0; i < b->contents.n; i++) {
        const char *s = b->contents.run[i].source, *name = strrchr(s, '/');
        size_t same = 0;
        if (s[0] != '/')
            continue;
        if (!first) {
            first = s;
            len = (size_t)(name - s) + 1;
        }
        while (same < len && s[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
            same--;
        len = same;
    }
    if (len < 2)
        return HC_OK;
    b->page.root = hc_strndup(first, len);
    return b->page.root ? HC_OK : hc_fail_nomem(err);
}

static hc_status write_page(base *b, hc_err *err)
{
    hc_html_begin(b->page.out, b->r->title);
    put_head(b);
    hc_morning_write(&b->page, &b->contents, &b->morning);
    hc_status st = hc_side_write(&b->page, &b->contents, &b->groups, err);
    put_cells(b);
    if (st == HC_OK)
        st = put_subjects(b, err);
    hc_html_end(b->page.out);
    return st;
}

hc_status hc_report_database(hc_store *s, const hc_report_base *r, hc_out *out,
                             hc_err *err)
{
    base b = {.r = r,
              .store = s,
              .page = {.out = out,
                       .talk = r->talk,
                       .max_figures = r->max_figures,
                       .max_rows = r->max_rows}};
    hc_store_filter filter = {NULL};
    hc_status st = hc_contents_read(s, r->filter, &b.contents, err);
    if (st == HC_OK)
        st = hc_morning_read(s, &b.contents, &b.morning, err);
    if (st == HC_OK && r->filter)
        filter.words = r->filter;
    if (st == HC_OK)
        st = hc_store_groups(s, &filter, r->by, &b.groups, err);
    if (st == HC_OK && b.contents.n == 0 && isnan(b.morning.night))
        st = hc_fail_at(err, HC_NO, r->path, 0,
                        "holds nothing that could be shown");
    if (st == HC_OK)
        st = find_root(&b, err);
    if (st == HC_OK)
        st = write_page(&b, err);
    free(b.page.root);
    hc_groups_clear(&b.groups);
    hc_morning_clear(&b.morning);
    hc_contents_clear(&b.contents);
    return st;
}
