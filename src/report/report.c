#include "report/report.h"

#include "core/text.h"
#include "report/html.h"
#include "report/page.h"

#include <stdio.h>
#include <string.h>

static bool is_kind(const hc_report_table *t, const char *kind)
{
    return strcmp(hc_frame_kind(t->frame), kind) == 0;
}

/* A fitted curve is laid over the spectrum before it. */
static hc_status put_figures(const hc_report *r, hc_page *p, size_t i,
                             hc_err *err)
{
    const hc_report_table *t = &r->table[i];
    const char *path[2] = {t->path, NULL}, *kind;
    size_t n = 1;
    hc_status st = HC_OK;
    if (hc_frame_rows(t->frame) == 0)
        return HC_OK;
    hc_out_puts(p->out, "<div class=\"row\">\n");
    if (is_kind(t, "eis") && i + 1 < r->n && is_kind(&t[1], "eis") &&
        hc_page_is_curve(t[1].frame))
        path[n++] = t[1].path;
    for (size_t j = 0; st == HC_OK; j++) {
        char words[256];
        kind = hc_page_shows(t->frame, j);
        if (kind[0] == '\0')
            break;
        snprintf(words, sizeof words, "%s of %.200s", kind, t->name);
        bool alone = strcmp(kind, "residuals") == 0;
        st = hc_page_figure(p, kind, path, NULL, alone ? 1 : n, words, err);
    }
    hc_out_puts(p->out, "</div>\n");
    return st;
}

static void put_contents(const hc_report *r, hc_out *out)
{
    if (r->n < 2)
        return;
    hc_out_puts(out, "<nav aria-label=\"contents\"><ul>\n");
    for (size_t i = 0; i < r->n; i++) {
        hc_out_printf(out, "<li><a href=\"#t%zu\">", i);
        hc_html_text(out, r->table[i].name);
        hc_out_puts(out, "</a></li>\n");
    }
    hc_out_puts(out, "</ul></nav>\n");
}

hc_status hc_report_write(const hc_report *r, hc_out *out, hc_err *err)
{
    hc_page p = {.out = out,
                 .talk = r->talk,
                 .max_figures = r->max_figures,
                 .max_rows = r->max_rows};
    hc_status st = HC_OK;
    hc_html_begin(out, r->title);
    put_contents(r, out);
    for (size_t i = 0; i < r->n && st == HC_OK; i++) {
        const hc_frame *f = r->table[i].frame;
        hc_out_printf(out, "<section id=\"t%zu\">\n<h2>", i);
        hc_html_text(out, r->table[i].name);
        hc_out_puts(out, "</h2>\n");
        if (hc_frame_incomplete(f))
            hc_out_puts(out, "<p class=\"no\">This table is incomplete: its "
                             "source ended early.</p>\n");
        bool over = i > 0 && hc_page_is_curve(f) &&
                    is_kind(&r->table[i], "eis") &&
                    is_kind(&r->table[i - 1], "eis");
        if (over)
            hc_out_puts(out, "<p class=\"soft\">Drawn over the spectrum "
                             "above.</p>\n");
        else
            st = put_figures(r, &p, i, err);
        if (is_kind(&r->table[i], "records"))
            hc_page_records(&p, &(hc_page_part){f, "", ""}, 1);
        else
            hc_page_rows(&p, f);
        hc_page_origin(&p, f);
        hc_out_puts(out, "</section>\n");
        if (hc_out_failed(out))
            break;
    }
    hc_html_end(out);
    return st;
}
