/* rows.c: tables and records of the page */
#include "report/page.h"

#include "core/lab.h"
#include "core/number.h"
#include "core/text.h"
#include "report/html.h"

#include <math.h>
#include <string.h>

void hc_page_number(hc_page *p, double v, int digits)
{
    hc_out *out = p->out;
    char buf[HC_NUMBER_SIZE];
    if (!isfinite(v)) {
        hc_out_puts(out, "<td class=\"n\"></td>");
        return;
    }
    hc_number_print_digits(v, digits, buf);
    hc_out_printf(out, "<td class=\"n\">%s</td>", buf);
}

const char *hc_page_below(const hc_page *p, const char *path)
{
    return p->root && hc_starts_with(path, p->root) ? path + strlen(p->root)
                                                    : path;
}

void hc_page_cell(hc_page *p, const char *text)
{
    hc_out *out = p->out;
    double v;
    bool number = hc_number_parse(text, strlen(text), &v);
    if (number) {
        hc_page_number(p, v, 6);
        return;
    }
    hc_out_puts(out, "<td>");
    if (strcmp(text, "-") != 0)
        hc_html_text(out, text);
    hc_out_puts(out, "</td>");
}

static void begin_table(hc_out *out)
{
    hc_out_puts(out, "<div><div class=\"wide\"><table class=\"sortable\">"
                     "<thead><tr>");
}

static void put_head(hc_out *out, const char *text)
{
    hc_out_puts(out, "<th>");
    hc_html_text(out, text);
    hc_out_puts(out, "</th>");
}

static void end_head(hc_out *out)
{
    hc_out_puts(out, "</tr></thead><tbody>\n");
}

void hc_page_table(hc_page *p, const char *const *heads, size_t n)
{
    begin_table(p->out);
    for (size_t i = 0; i < n; i++)
        put_head(p->out, heads[i]);
    end_head(p->out);
}

void hc_page_end_table(hc_page *p)
{
    hc_out_puts(p->out, "</tbody></table></div></div>\n");
}

void hc_page_link(hc_page *p, const char *link, const char *text)
{
    if (link[0] != '\0')
        hc_out_printf(p->out, "<a href=\"#%s\">", link);
    hc_html_text(p->out, text);
    if (link[0] != '\0')
        hc_out_puts(p->out, "</a>");
}

/* Words that mean a reader should look twice. */
static const char *class_of(const char *status)
{
    static const char *const good[] = {"ok",   "pass", "fixed",    "tied",
                                       "none", "-",    "no-trend", "done"};
    static const char *const bad[] = {
        "fail",     "hard",  "soft",       "at-bound", "not-identifiable",
        "doubtful", "trend", "degenerate", "few",      "outlier",
        "excluded"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (strcmp(status, good[i]) == 0)
            return "ok";
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strncmp(status, bad[i], strlen(bad[i])) == 0)
            return "no";
    return "";
}

/* Conditions a record may be under, shown where one of them is known. */
static const char *const given[] = {
    "cell",          "electrode",  "spectrum_index",
    "cycle_count",   "step_count", "temperature_celsius",
    "pressure_pa",   "soc",        "dc_voltage_volt",
    "stoichiometry", "role"};
enum { GIVEN = sizeof given / sizeof *given };

static bool is_known(const char *text)
{
    return strcmp(text, "NaN") != 0 && strcmp(text, "-") != 0 && text[0];
}

/* How many different known texts a column holds, at most 2; *one is the
 * first of them. */
static int texts_of(const hc_page_part *part, size_t n, const char *name,
                    const char **one)
{
    bool unknown = false;
    *one = NULL;
    for (size_t k = 0; k < n; k++) {
        const hc_frame *f = part[k].frame;
        int c = hc_frame_column(f, name);
        for (size_t i = 0; i < hc_frame_rows(f); i++) {
            const char *text = hc_frame_text(f, i, c);
            if (!is_known(text))
                unknown = true;
            else if (!*one)
                *one = text;
            else if (strcmp(*one, text) != 0)
                return 2;
        }
    }
    return *one ? unknown ? 2 : 1 : 0;
}

/* Conditions that are the same for all records, in one line; which of the
 * others to show. */
static void put_constants(hc_out *out, const hc_page_part *part, size_t n,
                          bool *show)
{
    bool any = false;
    for (size_t k = 0; k < GIVEN; k++) {
        const char *one;
        int texts = texts_of(part, n, given[k], &one);
        show[k] = texts > 1;
        if (texts != 1)
            continue;
        hc_out_puts(out, any ? ", " : "<p class=\"soft\">All: ");
        hc_out_printf(out, "%s ", given[k]);
        hc_html_text(out, one);
        any = true;
    }
    if (any)
        hc_out_puts(out, "</p>\n");
}

void hc_page_word(hc_page *p, const char *text)
{
    hc_out_printf(p->out, "<td class=\"%s\">", class_of(text));
    hc_html_text(p->out, is_known(text) ? text : "");
    hc_out_puts(p->out, "</td>");
}

static void put_text(hc_out *out, const char *text, const char *kind)
{
    hc_out_printf(out, "<td%s>", kind);
    hc_html_text(out, text);
    hc_out_puts(out, "</td>");
}

static void put_record(hc_page *p, const hc_page_part *part, size_t i,
                       const bool *show)
{
    static const char *const errors[] = {"std_error", "ci95_low", "ci95_high"};
    const hc_frame *f = part->frame;
    const char *unit = hc_frame_text(f, i, hc_frame_column(f, "unit"));
    const char *what = hc_frame_text(f, i, hc_frame_column(f, "quantity"));
    char name[128];
    hc_lab lab = hc_lab_of(unit);
    double v = lab.factor * hc_frame_number(f, i, hc_frame_column(f, "value"));
    hc_out_puts(p->out, "<tr>");
    for (size_t k = 0; k < GIVEN; k++)
        if (show[k])
            hc_page_cell(p, hc_frame_text(f, i, hc_frame_column(f, given[k])));
    put_text(p->out, hc_frame_text(f, i, hc_frame_column(f, "method")), "");
    hc_lab_name(what, unit, name, sizeof name); /* it ends in its unit */
    put_text(p->out, name, "");
    hc_page_number(p, v, 5);
    for (size_t k = 0; k < 3; k++)
        hc_page_number(
            p,
            lab.factor * hc_frame_number(f, i, hc_frame_column(f, errors[k])),
            k ? 5 : 2);
    put_text(p->out, lab.unit, " class=\"u\"");
    hc_page_word(p, hc_frame_text(f, i, hc_frame_column(f, "status")));
    if (part->link[0] != '\0') {
        hc_out_puts(p->out, "<td>");
        hc_page_link(p, part->link, part->from);
        hc_out_puts(p->out, "</td>");
    }
    hc_out_puts(p->out, "</tr>\n");
}

void hc_page_records(hc_page *p, const hc_page_part *part, size_t n)
{
    static const char *const fixed[] = {"method",     "quantity", "value",
                                        "std. error", "95 % low", "95 % high",
                                        "unit",       "status",   "from"};
    enum { FIXED = sizeof fixed / sizeof *fixed };
    const char *heads[GIVEN + FIXED];
    bool show[GIVEN];
    size_t n_heads = 0, fixed_heads = FIXED;
    if (n == 0)
        return;
    put_constants(p->out, part, n, show);
    for (size_t k = 0; k < GIVEN; k++)
        if (show[k])
            heads[n_heads++] = given[k];
    if (part[0].link[0] == '\0')
        fixed_heads--;
    for (size_t k = 0; k < fixed_heads; k++)
        heads[n_heads++] = fixed[k];
    hc_page_table(p, heads, n_heads);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < hc_frame_rows(part[k].frame); i++)
            put_record(p, &part[k], i, show);
    hc_page_end_table(p);
}

void hc_page_frame(hc_page *p, const hc_frame *f)
{
    hc_out *out = p->out;
    size_t n = hc_frame_rows(f), columns = hc_frame_columns(f);
    begin_table(out);
    for (size_t k = 0; k < columns; k++)
        put_head(out, hc_frame_column_name(f, k));
    end_head(out);
    for (size_t i = 0; i < n; i++) {
        hc_out_puts(out, "<tr>");
        for (size_t k = 0; k < columns; k++)
            hc_page_cell(p, hc_frame_text(f, i, (int)k));
        hc_out_puts(out, "</tr>\n");
    }
    hc_page_end_table(p);
}

void hc_page_rows(hc_page *p, const hc_frame *f)
{
    hc_out *out = p->out;
    size_t n = hc_frame_rows(f);
    if (n > (size_t)p->max_rows) {
        hc_out_printf(out,
                      "<p class=\"soft\">%zu rows, not shown here "
                      "(--max-rows).</p>\n",
                      n);
        return;
    }
    hc_out_printf(out, "<details><summary>%zu rows</summary>\n", n);
    hc_page_frame(p, f);
    hc_out_puts(out, "</details>\n");
}

/* ---- origin ---- */

void hc_page_commands(hc_page *p, const hc_frame *f)
{
    const hc_meta *m = hc_frame_meta(f);
    bool steps = false;
    for (size_t i = 0; i < m->n; i++)
        if (hc_starts_with(m->lines[i], "step ")) {
            hc_out_puts(p->out, steps ? "" : "<pre>");
            hc_html_text(p->out, m->lines[i] + strlen("step "));
            hc_out_puts(p->out, "\n");
            steps = true;
        }
    hc_out_puts(p->out, steps ? "</pre>" : "");
}

void hc_page_origin(hc_page *p, const hc_frame *f)
{
    const hc_meta *m = hc_frame_meta(f);
    bool any = false;
    hc_out_puts(p->out, "<details><summary>Where it comes from</summary>\n");
    for (size_t i = 0; i < m->n; i++) {
        const char *line = m->lines[i], *blank = strchr(line, ' ');
        if (!blank || hc_starts_with(line, "halfcell-table ") ||
            hc_starts_with(line, "step "))
            continue;
        hc_out_puts(p->out, any ? "<dt>" : "<dl><dt>");
        any = true;
        hc_html_text_n(p->out, line, (size_t)(blank - line));
        hc_out_puts(p->out, "</dt><dd>");
        hc_html_text(p->out, blank + 1);
        hc_out_puts(p->out, "</dd>");
    }
    hc_out_puts(p->out, any ? "</dl>\n" : "");
    hc_page_commands(p, f);
    hc_out_puts(p->out, "</details>\n");
}
