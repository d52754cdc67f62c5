/* figures.c: which figures a page shows, and their place on it */
#include "report/page.h"

#include "core/text.h"
#include "report/figure_run.h"
#include "report/html.h"

#include <string.h>

/* Kinds of tables, and the figures a report shows of them. */
static const struct {
    const char *kind;
    const char *figures[3];
} shows[] = {
    {"eis", {"nyquist", "bode", ""}}, {"drt", {"drt", "", ""}},
    {"series", {"series", "", ""}},   {"steps", {"steps", "", ""}},
    {"cycles", {"cycles", "", ""}},   {"rates", {"rate", "", ""}},
    {"dqdv", {"dqdv", "", ""}},       {"ccd", {"ccd", "", ""}},
    {"ocv", {"ocv", "", ""}},         {"cmp", {"cmp", "", ""}},
    {"profile", {"profile", "", ""}}, {"points", {"groups", "", ""}},
};

bool hc_page_is_curve(const hc_frame *f)
{
    return hc_meta_get(hc_frame_meta(f), "curve") != NULL;
}

static bool has_quantity(const hc_frame *f, const char *word)
{
    int c = hc_frame_column(f, "quantity");
    for (size_t i = 0; c >= 0 && i < hc_frame_rows(f); i++)
        if (strstr(hc_frame_text(f, i, c), word))
            return true;
    return false;
}

const char *hc_page_shows(const hc_frame *f, size_t j)
{
    static const struct {
        const char *quantity, *figure;
    } records[] = {{"activation_energy", "arrhenius"},
                   {"diffusivity", "gitt"}};
    const char *kind = hc_frame_kind(f);
    for (size_t k = 0; k < sizeof shows / sizeof *shows; k++)
        if (strcmp(kind, shows[k].kind) == 0) {
            bool kk = hc_frame_column(f, "kk_real_residual") >= 0;
            return j == 2 && kk ? "residuals"
                   : j < 3      ? shows[k].figures[j]
                                : "";
        }
    for (size_t k = 0; k < 2 && strcmp(kind, "records") == 0; k++)
        if (has_quantity(f, records[k].quantity) && j-- == 0)
            return records[k].figure;
    return "";
}

hc_status hc_page_figure(hc_page *p, const char *kind, const char *const *path,
                         const char *const *label, size_t n, const char *words,
                         hc_err *err)
{
    hc_text svg = {0}, said = {0};
    int code = 0;
    if (p->figures >= p->max_figures) {
        hc_out_puts(p->out, "<p class=\"soft\">No figure of ");
        hc_html_text(p->out, words);
        hc_out_puts(p->out, ": the page has enough (--max-figures).</p>\n");
        return HC_OK;
    }
    hc_status st =
        hc_figure_run(kind, path, label, n, &svg, &said, &code, err);
    if (st == HC_OK && code == 0) {
        hc_out_puts(p->out, "<figure>");
        hc_html_svg(p->out, svg.data, svg.len, p->figures++, words);
        hc_out_puts(p->out, "<figcaption>");
        hc_html_text(p->out, words);
        hc_out_puts(p->out, "</figcaption></figure>\n");
    } else if (st == HC_OK) {
        hc_out_puts(p->out, "<p class=\"no\">No figure: ");
        hc_html_text(p->out, hc_text_get(&said));
        hc_out_puts(p->out, "</p>\n");
        const char *why = hc_text_get(&said);
        hc_say_warning(p->talk, NULL, 0,
                       "no figure '%s': hc-plot exit %d%s%.*s", words, code,
                       why[0] != '\0' ? ": " : "", (int)strcspn(why, "\n"),
                       why);
    }
    hc_text_clear(&svg);
    hc_text_clear(&said);
    return st;
}
