#include "report/report.h"

#include "core/lab.h"
#include "core/number.h"
#include "core/text.h"
#include "report/figure_run.h"
#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of tables, and the figures a report shows of them. */
static const struct {
    const char *kind;
    const char *figures[3];
} shows[] = {
    {"eis", {"nyquist", "bode"}},
    {"drt", {"drt"}},
    {"series", {"series"}},
    {"steps", {"steps"}},
    {"cycles", {"cycles"}},
    {"rates", {"rate"}},
    {"dqdv", {"dqdv"}},
    {"ccd", {"ccd"}},
    {"ocv", {"ocv"}},
    {"cmp", {"cmp"}},
    {"profile", {"profile"}},
};

static bool is_kind(const hc_report_table *t, const char *kind)
{
    return strcmp(hc_frame_kind(t->frame), kind) == 0;
}

static bool is_curve(const hc_report_table *t)
{
    return hc_meta_get(hc_frame_meta(t->frame), "curve") != NULL;
}

static bool has_quantity(const hc_report_table *t, const char *word)
{
    int c = hc_frame_column(t->frame, "quantity");
    for (size_t i = 0; c >= 0 && i < hc_frame_rows(t->frame); i++)
        if (strstr(hc_frame_text(t->frame, i, c), word))
            return true;
    return false;
}

/* ---- figures ---- */

typedef struct {
    const hc_report *r;
    hc_out *out;
    size_t figures; /* so far, for ids */
} page;

static hc_status put_figure(page *p, const char *kind, const char *const *path,
                            size_t n, const char *name, hc_err *err)
{
    hc_text svg = {0}, said = {0};
    int code = 0;
    char words[256];
    hc_status st = hc_figure_run(kind, path, n, &svg, &said, &code, err);
    snprintf(words, sizeof words, "%s of %.200s", kind, name);
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
        hc_say_warning(p->r->talk, name, 0, "no figure '%s': hc-plot exit %d",
                       kind, code);
    }
    hc_text_clear(&svg);
    hc_text_clear(&said);
    return st;
}

/* A fitted curve is laid over the spectrum before it. */
static hc_status put_figures(page *p, size_t i, hc_err *err)
{
    const hc_report_table *t = &p->r->table[i];
    const char *path[2] = {t->path, NULL};
    size_t n = 1;
    hc_status st = HC_OK;
    if (hc_frame_rows(t->frame) == 0)
        return HC_OK;
    hc_out_puts(p->out, "<div class=\"row\">\n");
    if (is_kind(t, "eis") && i + 1 < p->r->n &&
        is_kind(&p->r->table[i + 1], "eis") && is_curve(&p->r->table[i + 1]))
        path[n++] = p->r->table[i + 1].path;
    for (size_t k = 0; k < sizeof shows / sizeof *shows; k++)
        for (size_t j = 0; is_kind(t, shows[k].kind) && j < 3; j++)
            if (shows[k].figures[j] && st == HC_OK)
                st = put_figure(p, shows[k].figures[j], path, n, t->name, err);
    if (st == HC_OK && is_kind(t, "eis") &&
        hc_frame_column(t->frame, "kk_real_residual") >= 0)
        st = put_figure(p, "residuals", path, 1, t->name, err);
    if (st == HC_OK && is_kind(t, "records") &&
        has_quantity(t, "activation_energy"))
        st = put_figure(p, "arrhenius", path, 1, t->name, err);
    if (st == HC_OK && is_kind(t, "records") && has_quantity(t, "diffusivity"))
        st = put_figure(p, "gitt", path, 1, t->name, err);
    hc_out_puts(p->out, "</div>\n");
    return st;
}

/* ---- tables ---- */

static void put_number(hc_out *out, double v, int digits)
{
    char buf[HC_NUMBER_SIZE];
    if (!isfinite(v)) {
        hc_out_puts(out, "<td class=\"n\"></td>");
        return;
    }
    hc_number_print_digits(v, digits, buf);
    hc_out_printf(out, "<td class=\"n\">%s</td>", buf);
}

static void put_cell(hc_out *out, const char *text)
{
    double v;
    bool number = hc_number_parse(text, strlen(text), &v);
    if (number) {
        put_number(out, v, 6);
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

static void end_table(hc_out *out)
{
    hc_out_puts(out, "</tbody></table></div></div>\n");
}

/* Words that mean a reader should look twice. */
static const char *class_of(const char *status)
{
    static const char *const good[] = {"ok",   "pass", "fixed",   "tied",
                                       "none", "-",    "no-trend"};
    static const char *const bad[] = {
        "fail",     "hard",  "soft",       "at-bound", "not-identifiable",
        "doubtful", "trend", "degenerate", "few"};
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

/* How many different known texts a column holds, at most 2. */
static int texts_of(const hc_frame *f, const char *name)
{
    int c = hc_frame_column(f, name);
    const char *first = NULL;
    bool unknown = false;
    for (size_t i = 0; c >= 0 && i < hc_frame_rows(f); i++) {
        const char *text = hc_frame_text(f, i, c);
        if (!is_known(text))
            unknown = true;
        else if (!first)
            first = text;
        else if (strcmp(first, text) != 0)
            return 2;
    }
    return first ? unknown ? 2 : 1 : 0;
}

/* Conditions that are the same for all records, in one line. */
static void put_constants(hc_out *out, const hc_frame *f)
{
    bool any = false;
    for (size_t k = 0; k < GIVEN; k++) {
        if (texts_of(f, given[k]) != 1)
            continue;
        hc_out_puts(out, any ? ", " : "<p class=\"soft\">All: ");
        hc_out_printf(out, "%s ", given[k]);
        hc_html_text(out, hc_frame_text(f, 0, hc_frame_column(f, given[k])));
        any = true;
    }
    if (any)
        hc_out_puts(out, "</p>\n");
}

static void put_record(hc_out *out, const hc_frame *f, size_t i,
                       const bool *show)
{
    const char *unit = hc_frame_text(f, i, hc_frame_column(f, "unit"));
    const char *status = hc_frame_text(f, i, hc_frame_column(f, "status"));
    hc_lab lab = hc_lab_of(unit);
    double v = lab.factor * hc_frame_number(f, i, hc_frame_column(f, "value"));
    static const char *const errors[] = {"std_error", "ci95_low", "ci95_high"};
    hc_out_puts(out, "<tr>");
    for (size_t k = 0; k < GIVEN; k++)
        if (show[k])
            put_cell(out, hc_frame_text(f, i, hc_frame_column(f, given[k])));
    hc_out_puts(out, "<td>");
    hc_html_text(out, hc_frame_text(f, i, hc_frame_column(f, "method")));
    hc_out_puts(out, "</td><td>");
    hc_html_text(out, hc_frame_text(f, i, hc_frame_column(f, "quantity")));
    hc_out_puts(out, "</td>");
    put_number(out, v, 5);
    for (size_t k = 0; k < 3; k++)
        put_number(out,
                   lab.factor *
                       hc_frame_number(f, i, hc_frame_column(f, errors[k])),
                   k ? 5 : 2);
    hc_out_puts(out, "<td>");
    hc_html_text(out, lab.unit);
    hc_out_printf(out, "</td><td class=\"%s\">", class_of(status));
    hc_html_text(out, is_known(status) ? status : "");
    hc_out_puts(out, "</td></tr>\n");
}

static void put_records(hc_out *out, const hc_frame *f)
{
    static const char *const heads[] = {"method",     "quantity", "value",
                                        "std. error", "95 % low", "95 % high",
                                        "unit",       "status"};
    bool show[GIVEN];
    put_constants(out, f);
    begin_table(out);
    for (size_t k = 0; k < GIVEN; k++) {
        show[k] = texts_of(f, given[k]) > 1;
        if (show[k])
            hc_out_printf(out, "<th>%s</th>", given[k]);
    }
    for (size_t k = 0; k < sizeof heads / sizeof *heads; k++)
        hc_out_printf(out, "<th>%s</th>", heads[k]);
    hc_out_puts(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < hc_frame_rows(f); i++)
        put_record(out, f, i, show);
    end_table(out);
}

static void put_rows(hc_out *out, const hc_frame *f, long max_rows)
{
    size_t n = hc_frame_rows(f), columns = hc_frame_columns(f);
    if (n > (size_t)max_rows) {
        hc_out_printf(out,
                      "<p class=\"soft\">%zu rows, not shown here "
                      "(--max-rows).</p>\n",
                      n);
        return;
    }
    hc_out_printf(out, "<details><summary>%zu rows</summary>\n", n);
    begin_table(out);
    for (size_t k = 0; k < columns; k++) {
        hc_out_puts(out, "<th>");
        hc_html_text(out, hc_frame_column_name(f, k));
        hc_out_puts(out, "</th>");
    }
    hc_out_puts(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        hc_out_puts(out, "<tr>");
        for (size_t k = 0; k < columns; k++)
            put_cell(out, hc_frame_text(f, i, (int)k));
        hc_out_puts(out, "</tr>\n");
    }
    end_table(out);
    hc_out_puts(out, "</details>\n");
}

/* ---- sections ---- */

/* Where the table came from: its '#:' lines, the commands apart. */
static void put_origin(hc_out *out, const hc_frame *f)
{
    const hc_meta *m = hc_frame_meta(f);
    bool steps = false;
    hc_out_puts(out, "<details><summary>Where it comes from</summary>\n<dl>");
    for (size_t i = 0; i < m->n; i++) {
        const char *line = m->lines[i], *blank = strchr(line, ' ');
        if (hc_starts_with(line, "step ")) {
            steps = true;
            continue;
        }
        if (!blank || hc_starts_with(line, "halfcell-table "))
            continue;
        hc_out_puts(out, "<dt>");
        hc_html_text_n(out, line, (size_t)(blank - line));
        hc_out_puts(out, "</dt><dd>");
        hc_html_text(out, blank + 1);
        hc_out_puts(out, "</dd>");
    }
    hc_out_puts(out, "</dl>\n");
    if (steps)
        hc_out_puts(out, "<pre>");
    for (size_t i = 0; i < m->n; i++)
        if (hc_starts_with(m->lines[i], "step ")) {
            hc_html_text(out, m->lines[i] + strlen("step "));
            hc_out_puts(out, "\n");
        }
    hc_out_puts(out, steps ? "</pre></details>\n" : "</details>\n");
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
    page p = {r, out, 0};
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
        bool over = i > 0 && is_curve(&r->table[i]) &&
                    is_kind(&r->table[i], "eis") &&
                    is_kind(&r->table[i - 1], "eis");
        if (over)
            hc_out_puts(out, "<p class=\"soft\">Drawn over the spectrum "
                             "above.</p>\n");
        else
            st = put_figures(&p, i, err);
        if (is_kind(&r->table[i], "records"))
            put_records(out, f);
        else
            put_rows(out, f, r->max_rows);
        put_origin(out, f);
        hc_out_puts(out, "</section>\n");
        if (hc_out_failed(out))
            break;
    }
    hc_html_end(out);
    return st;
}
