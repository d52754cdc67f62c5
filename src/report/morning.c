#include "report/morning.h"

#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef hc_status (*journal_fn)(hc_store *, hc_writer *, hc_err *);

typedef struct {
    hc_store *s;
    journal_fn write;
} source;

static hc_status write_journal(void *ctx, hc_writer *w, hc_err *err)
{
    const source *x = ctx;
    return x->write(x->s, w, err);
}

static const char *text(const hc_held *h, size_t row, const char *column)
{
    return hc_frame_text(h->frame, row, hc_frame_column(h->frame, column));
}

static double number(const hc_held *h, size_t row, const char *column)
{
    return hc_frame_number(h->frame, row, hc_frame_column(h->frame, column));
}

static size_t rows(const hc_held *h)
{
    return h->frame ? hc_frame_rows(h->frame) : 0;
}

static bool is_failed(const hc_morning *m, size_t job)
{
    return strcmp(text(&m->jobs, job, "state"), "failed") == 0;
}

/* The cell that a finding is of, or the file where it has none. */
static long subject_of(const hc_contents *c, const hc_morning *m,
                       size_t finding)
{
    const char *cell = text(&m->findings, finding, "cell");
    return strcmp(cell, "-") == 0
               ? hc_contents_run(c, text(&m->findings, finding, "run_key"))
               : hc_contents_cell(c, cell);
}

static bool of_night(const hc_morning *m, size_t finding, double night)
{
    return number(&m->findings, finding, "night") == night;
}

static void count(hc_contents *c, hc_morning *m)
{
    size_t n = rows(&m->nights);
    m->night = m->before = (double)NAN;
    if (n > 0)
        m->night = number(&m->nights, n - 1, "night");
    for (size_t i = 0; i < rows(&m->jobs); i++) {
        m->failed += is_failed(m, i);
        m->done += strcmp(text(&m->jobs, i, "state"), "done") == 0;
    }
    for (size_t i = 0; i < m->n_files; i++)
        m->broken += m->file[i].exit_code != 0;
    for (size_t i = 0; i < rows(&m->findings); i++) {
        long k = subject_of(c, m, i);
        double night = number(&m->findings, i, "night");
        if (night < m->night)
            m->before = fmax(night, isnan(m->before) ? night : m->before);
        if (night != m->night)
            continue;
        m->fresh += number(&m->findings, i, "new") == 1;
        if (k >= 0)
            c->subject[k].findings++;
    }
}

hc_status hc_morning_read(hc_store *s, hc_contents *c, hc_morning *m,
                          hc_err *err)
{
    source nights = {s, hc_journal_write_nights};
    source jobs = {s, hc_journal_write_jobs};
    source findings = {s, hc_journal_write_findings};
    *m = (hc_morning){0};
    hc_status st =
        hc_held_make("nights", write_journal, &nights, &m->nights, err);
    if (st == HC_OK)
        st = hc_held_make("jobs", write_journal, &jobs, &m->jobs, err);
    if (st == HC_OK)
        st = hc_held_make("findings", write_journal, &findings, &m->findings,
                          err);
    if (st == HC_OK)
        st = hc_journal_files(s, &m->file, &m->n_files, err);
    if (st == HC_OK)
        count(c, m);
    else
        hc_morning_clear(m);
    return st;
}

void hc_morning_clear(hc_morning *m)
{
    hc_held_clear(&m->nights);
    hc_held_clear(&m->jobs);
    hc_held_clear(&m->findings);
    hc_journal_files_free(m->file, m->n_files);
    *m = (hc_morning){0};
}

/* ---- what changed ---- */

static const char *words_of(const char *what)
{
    static const char *const words[][2] = {
        {"outlier", "outlier of its group"},
        {"fading", "capacity fades"},
        {"short", "short circuit"},
        {"kk-fail", "Kramers-Kronig test failed"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(what, words[i][0]) == 0)
            return words[i][1];
    return what;
}

static bool is_same(const hc_morning *m, size_t a, size_t b)
{
    static const char *const by[] = {"what", "cell", "detail"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(text(&m->findings, a, by[i]),
                   text(&m->findings, b, by[i])) != 0)
            return false;
    return true;
}

/* A finding of the night before that this night has no more. */
static bool is_gone(const hc_morning *m, size_t i)
{
    if (!of_night(m, i, m->before))
        return false;
    for (size_t k = i + 1; k < rows(&m->findings); k++)
        if (of_night(m, k, m->night) && is_same(m, i, k))
            return false;
    return true;
}

typedef enum { NEW, STILL, GONE } change;

static bool is_change(const hc_morning *m, size_t i, change which)
{
    if (which == GONE)
        return is_gone(m, i);
    return of_night(m, i, m->night) &&
           (number(&m->findings, i, "new") == 1) == (which == NEW);
}

static void put_finding(hc_page *p, const hc_contents *c, const hc_morning *m,
                        size_t i)
{
    char link[HC_PAGE_LINK];
    const char *cell = text(&m->findings, i, "cell");
    const char *key = text(&m->findings, i, "run_key");
    hc_out_puts(p->out, "<tr><td>");
    hc_html_text(p->out, words_of(text(&m->findings, i, "what")));
    hc_out_puts(p->out, "</td><td>");
    hc_subject_link(subject_of(c, m, i), link);
    hc_page_link(p, link,
                 strcmp(cell, "-") == 0 && link[0] ? "file" : cell);
    hc_out_puts(p->out, "</td>");
    hc_page_cell(p, hc_page_below(p, text(&m->findings, i, "detail")));
    hc_out_puts(p->out, "<td>");
    hc_run_link(key, link);
    if (hc_contents_run(c, key) >= 0)
        hc_page_link(p, link, "record");
    hc_out_puts(p->out, "</td></tr>\n");
}

static size_t put_findings(hc_page *p, const hc_contents *c,
                           const hc_morning *m, change which, const char *fold)
{
    static const char *const heads[] = {"what", "cell", "detail", "from"};
    size_t n = 0;
    for (size_t i = 0; i < rows(&m->findings); i++) {
        if (!is_change(m, i, which))
            continue;
        if (n == 0 && fold)
            hc_out_printf(p->out, "<details><summary>%s</summary>\n", fold);
        if (n++ == 0)
            hc_page_table(p, heads, 4);
        put_finding(p, c, m, i);
    }
    if (n > 0)
        hc_page_end_table(p);
    if (n > 0 && fold)
        hc_out_puts(p->out, "</details>\n");
    return n;
}

static void put_changed(hc_page *p, const hc_contents *c, const hc_morning *m)
{
    hc_out_puts(p->out, "<section id=\"changed\">\n<h2>What changed since "
                        "the night before</h2>\n");
    if (put_findings(p, c, m, NEW, NULL) == 0)
        hc_out_puts(p->out, "<p class=\"ok\">Nothing new to look at: no new "
                            "outlier, fading cell, short or failed "
                            "Kramers-Kronig test.</p>\n");
    put_findings(p, c, m, STILL, "As it was the night before");
    put_findings(p, c, m, GONE, "No more");
    hc_out_puts(p->out, "</section>\n");
}

void hc_morning_subject(hc_page *p, const hc_contents *c, const hc_morning *m,
                        size_t subject)
{
    bool any = false;
    for (size_t i = 0; i < rows(&m->findings); i++) {
        if (!of_night(m, i, m->night) ||
            subject_of(c, m, i) != (long)subject)
            continue;
        hc_out_puts(p->out, any ? "<li>" : "<ul class=\"no\"><li>");
        any = true;
        hc_html_text(p->out, words_of(text(&m->findings, i, "what")));
        hc_out_puts(p->out, ": ");
        hc_html_text(p->out,
                     hc_page_below(p, text(&m->findings, i, "detail")));
        hc_out_puts(p->out, "</li>");
    }
    hc_out_puts(p->out, any ? "</ul>\n" : "");
}

/* ---- what failed, what ran ---- */

static void put_job(hc_page *p, const hc_contents *c, const hc_morning *m,
                    size_t i, const char *const *columns, size_t n)
{
    char link[HC_PAGE_LINK];
    const char *path = text(&m->jobs, i, "path");
    hc_subject_link(hc_contents_source(c, path), link);
    hc_out_puts(p->out, "<tr><td>");
    hc_page_link(p, link, hc_page_below(p, path));
    hc_out_puts(p->out, "</td>");
    for (size_t k = 1; k < n; k++)
        if (strcmp(columns[k], "state") == 0)
            hc_page_word(p, text(&m->jobs, i, columns[k]));
        else
            hc_page_cell(p, text(&m->jobs, i, columns[k]));
    hc_out_puts(p->out, "</tr>\n");
}

static void put_broken(hc_page *p, const hc_morning *m)
{
    static const char *const heads[] = {"file", "format", "exit code",
                                        "message"};
    if (m->broken == 0)
        return;
    hc_out_puts(p->out, "<h3>Files that cannot be read</h3>\n");
    hc_page_table(p, heads, 4);
    for (size_t i = 0; i < m->n_files; i++) {
        const hc_file *f = &m->file[i];
        if (f->exit_code == 0)
            continue;
        hc_out_puts(p->out, "<tr><td>");
        hc_html_text(p->out, hc_page_below(p, f->path));
        hc_out_puts(p->out, "</td>");
        hc_page_cell(p, f->format);
        hc_out_printf(p->out, "<td class=\"n\">%d</td>", f->exit_code);
        hc_page_cell(p, f->message);
        hc_out_puts(p->out, "</tr>\n");
    }
    hc_page_end_table(p);
}

static void put_failed(hc_page *p, const hc_contents *c, const hc_morning *m)
{
    static const char *const columns[] = {"path",     "recipe",    "message",
                                          "attempts", "exit_code", "night"};
    hc_out_puts(p->out, "<section id=\"failed\">\n<h2>What failed</h2>\n");
    if (m->failed == 0 && m->broken == 0)
        hc_out_puts(p->out, "<p class=\"ok\">Nothing failed.</p>\n");
    if (m->failed > 0) {
        hc_out_puts(p->out,
                    "<p class=\"soft\">The log and the input's sha256 of "
                    "each stand in the night's folder <code>quarantine"
                    "</code>; results of an earlier run are kept. A job is "
                    "run again when its file, recipe, tools or what the table "
                    "of cells says of it change.</p>\n");
        hc_page_table(p, columns, 6);
        for (size_t i = 0; i < rows(&m->jobs); i++)
            if (is_failed(m, i))
                put_job(p, c, m, i, columns, 6);
        hc_page_end_table(p);
    }
    put_broken(p, m);
    hc_out_puts(p->out, "</section>\n");
}

static void put_ran(hc_page *p, const hc_contents *c, const hc_morning *m)
{
    static const char *const columns[] = {"path",    "recipe", "state",
                                          "seconds", "night",  "message"};
    hc_out_puts(p->out, "<section id=\"ran\">\n<h2>What ran</h2>\n"
                        "<details><summary>Nights</summary>\n");
    hc_page_frame(p, m->nights.frame);
    hc_out_printf(p->out, "</details>\n<details><summary>%zu jobs</summary>\n",
                  rows(&m->jobs));
    hc_page_table(p, columns, 6);
    for (size_t i = 0; i < rows(&m->jobs); i++)
        put_job(p, c, m, i, columns, 6);
    hc_page_end_table(p);
    hc_out_puts(p->out, "</details>\n</section>\n");
}

void hc_morning_write(hc_page *p, const hc_contents *c, const hc_morning *m)
{
    if (isnan(m->night))
        return;
    put_changed(p, c, m);
    put_failed(p, c, m);
    put_ran(p, c, m);
}
