/* gamry.c: Gamry Framework .DTA
 *
 * "EXPLAIN", "TAG technique", then lines NAME TYPE value text, tab
 * separated; NOTES n is followed by n free lines; tables are NAME TABLE
 * [rows], a line of names, one of units, rows that begin with a tab.  The
 * count of rows is what was planned: it may be absent or wrong.  A run that
 * was stopped has EXPERIMENTABORTED behind its table.
 */
#include "formats/format.h"
#include "formats/lines.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const hc_colmap columns[] = {
    {"Im", "current_ampere", "A", 1, 0},
    {"Idc", "current_ampere", "A", 1, 1},
    {"Vf", "voltage_volt", "V", 1, 0},
    {"Vdc", "voltage_volt", "V", 1, 1},
    {"Vm", NULL, NULL, 0, 0},
    {"Pt", "record_index", "", 1, 0},
    {"T", "test_time_second", "s", 1, 0},
    {"Time", "test_time_second", "s", 1, 0},
    {"Temp", NULL, NULL, 0, 0}, /* -327 without a thermocouple */
    {"Z", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

static void detect(const hc_probe *p, hc_verdict *v)
{
    const char *s;
    size_t len;
    if (!hc_probe_starts(p, "EXPLAIN")) {
        hc_say_no(v, hc_probe_find(p, "\tTABLE") != NULL ? 40 : 0,
                  "does not start with EXPLAIN");
        return;
    }
    if (hc_probe_line(p, 1, &s, &len) && !hc_starts_with(s, "TAG\t") &&
        len > 0)
        hc_say_broken(v, 90,
                      "line 2 should be 'TAG technique' and is "
                      "'%.*s'",
                      (int)(len < 40 ? len : 40), s);
    else
        hc_say_yes(v, 100);
}

typedef struct {
    hc_lines *lines;
    hc_sink *sink;
    char tag[64], date[32];
    size_t n_tables;
    bool spectrum_seen;
} gamry;

/* One field of a tab-separated line; false when there are fewer. */
static bool field(const char *line, size_t len, size_t i, const char **s,
                  size_t *n)
{
    const char *end = line + len;
    for (size_t k = 0;; k++) {
        const char *tab = memchr(line, '\t', (size_t)(end - line));
        const char *stop = tab == NULL ? end : tab;
        if (k == i) {
            *s = line;
            *n = (size_t)(stop - line);
            return true;
        }
        if (tab == NULL)
            return false;
        line = tab + 1;
    }
}

static void copy(char *to, size_t cap, const char *s, size_t n)
{
    hc_trim(&s, &n);
    snprintf(to, cap, "%.*s", (int)(n < cap ? n : cap - 1), s);
}

static bool is(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(s, word, n) == 0;
}

/* ---- lines of settings ---- */

/* A number with either decimal mark. */
static bool number(const char *s, size_t n, double *x)
{
    hc_trim(&s, &n);
    return hc_number_parse(s, n, x) || hc_number_parse_comma(s, n, x);
}

static hc_status time_fact(gamry *g, const char *s, size_t n, hc_err *err)
{
    char text[80], iso[40];
    snprintf(text, sizeof text, "%s %.*s", g->date, (int)(n < 40 ? n : 40), s);
    HC_TRY(hc_sink_fact(g->sink, "start_time_text", text, err));
    if (hc_date_iso(text, HC_DATE_MDY, iso))
        return hc_sink_fact(g->sink, "start_time", iso, err);
    return HC_OK;
}

static hc_status setting(gamry *g, const char *line, size_t len, hc_err *err)
{
    const char *name, *value;
    size_t name_n, n, at = 2;
    double x;
    if (!field(line, len, 0, &name, &name_n))
        return HC_OK;
    if (is(name, name_n, "TAG"))
        at = 1;
    if (!field(line, len, at, &value, &n))
        return HC_OK;
    HC_TRY(hc_sink_metan(g->sink, name, name_n, value, n, err));
    if (is(name, name_n, "TAG")) {
        copy(g->tag, sizeof g->tag, value, n);
        return hc_sink_fact(g->sink, "technique", g->tag, err);
    }
    if (is(name, name_n, "DATE"))
        copy(g->date, sizeof g->date, value, n);
    if (is(name, name_n, "TIME"))
        return time_fact(g, value, n, err);
    if (is(name, name_n, "PSTAT")) {
        char device[96];
        copy(device, sizeof device, value, n);
        return hc_sink_fact(g->sink, "device", device, err);
    }
    if (is(name, name_n, "EOC") && number(value, n, &x))
        return hc_sink_factf(g->sink, err, "ocv_volt", "%.10g", x);
    if (is(name, name_n, "VAC") && number(value, n, &x)) /* mV rms */
        return hc_sink_factf(g->sink, err, "ac_voltage_volt", "%.10g",
                             x * 1e-3 * sqrt(2));
    if (is(name, name_n, "EXPERIMENTABORTED") && n == 1 && *value == 'T')
        hc_sink_warn(g->sink, hc_lines_number(g->lines),
                     "the experiment was aborted");
    return HC_OK;
}

/* NOTES n: n free lines. */
static hc_status notes(gamry *g, const char *line, size_t len, hc_err *err)
{
    const char *s;
    size_t n;
    long count = 0;
    char text[1024] = "";
    size_t at = 0;
    if (field(line, len, 2, &s, &n))
        (void)hc_integer_parse(s, n, 0, 100000, &count);
    for (long i = 0; i < count; i++) {
        char *free_line;
        HC_TRY(hc_lines_next(g->lines, &free_line, &len, err));
        if (free_line == NULL)
            return HC_OK;
        s = free_line;
        n = len;
        hc_trim(&s, &n);
        if (n > 0 && at + n + 4 < sizeof text)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s",
                                   at == 0 ? "" : " | ", (int)n, s);
    }
    return at == 0 ? HC_OK : hc_sink_fact(g->sink, "comments", text, err);
}

/* ---- tables ---- */

/* Behind a table stands NAME TYPE ...; another line is a damaged row. */
static bool behind_table(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len &&
           (hc_isalpha(line[n]) || hc_isdigit(line[n]) || line[n] == '_'))
        n++;
    return n > 0 && n + 1 < len && line[n] == '\t' &&
           hc_isalpha(line[n + 1]) && hc_isalpha(line[0]);
}

static bool is_numbered(const char *name, long *n)
{
    size_t len = strlen(name);
    return hc_starts_with(name, "CURVE") && len > 5 &&
           hc_integer_parse(name + 5, len - 5, 0, 100000000, n);
}

static void classify(const gamry *g, hc_dataset *d)
{
    bool eis = strstr(g->tag, "EIS") != NULL;
    long n;
    d->technique = g->tag;
    d->kind = HC_KIND_SERIES;
    if (hc_starts_with(d->name, "ZCURVE")) {
        d->kind = HC_KIND_EIS;
    } else if (hc_starts_with(d->name, "OCV")) {
        d->technique = "OCV";
        d->side = true;
    } else if (strstr(d->name, "FRA") != NULL || eis) {
        d->side = true;
    }
    if (is_numbered(d->name, &n))
        d->cycle_count = n;
}

/* Names, then units in the line below. */
static hc_status head(gamry *g, const char *name, hc_column **c, size_t *n,
                      hc_err *err)
{
    static const hc_dialect tabs = {.delimiter = '\t'};
    hc_column *units = NULL;
    size_t n_units = 0, len;
    char *line;
    HC_TRY(hc_lines_next(g->lines, &line, &len, err));
    if (line == NULL || len == 0 || *line != '\t')
        return hc_fail(err, HC_DATA,
                       "table %s has no line with the names of its columns",
                       name);
    HC_TRY(hc_split_names(line + 1, len - 1, tabs, c, n, err));
    hc_names_ended(g->lines, g->sink);
    HC_TRY(hc_lines_next(g->lines, &line, &len, err));
    if (line == NULL || len == 0 || *line != '\t')
        return hc_fail(err, HC_DATA, "table %s has no line with the units",
                       name);
    hc_names_ended(g->lines, g->sink);
    HC_TRY(hc_split_names(line + 1, len - 1, tabs, &units, &n_units, err));
    for (size_t i = 0; i < *n && i < n_units; i++) {
        (*c)[i].unit = units[i].name;
        units[i].name = NULL;
    }
    hc_columns_free(units, n_units);
    return HC_OK;
}

static hc_status rows(gamry *g, const hc_dataset *d, hc_err *err)
{
    hc_rows_rules rules = {.dialect = {.delimiter = '\t'},
                           .skip_blank = true,
                           .leading_tab = true,
                           .stop = behind_table};
    char *line;
    size_t len;
    HC_TRY(hc_lines_next(g->lines, &line, &len, err));
    if (line != NULL) {
        rules.dialect.decimal_comma =
            len > 0 && *line == '\t' && memchr(line, ',', len) != NULL;
        hc_lines_back(g->lines);
    }
    if (g->n_tables == 1)
        HC_TRY(hc_sink_fact(g->sink, "decimal",
                            rules.dialect.decimal_comma ? "comma" : "point",
                            err));
    HC_TRY(hc_sink_begin(g->sink, d, err));
    HC_TRY(hc_rows_read(g->lines, g->sink, &rules, err));
    return hc_sink_end(g->sink, err);
}

static hc_status table(gamry *g, const char *line, size_t len, hc_err *err)
{
    char name[64];
    hc_column *c = NULL;
    size_t n = 0, name_n;
    const char *s;
    hc_status st;
    (void)field(line, len, 0, &s, &name_n);
    copy(name, sizeof name, s, name_n);
    g->n_tables++;
    st = head(g, name, &c, &n, err);
    if (st == HC_OK) {
        hc_dataset d = hc_dataset_make(name, c, n);
        classify(g, &d);
        g->spectrum_seen = g->spectrum_seen || d.kind == HC_KIND_EIS;
        st = rows(g, &d, err);
    }
    hc_columns_free(c, n);
    return st;
}

/* ---- the file ---- */

static hc_status one_line(gamry *g, char *line, size_t len, hc_err *err)
{
    const char *type;
    size_t n;
    /* types are written in full; NOTES may stand in several languages */
    if (field(line, len, 1, &type, &n) && is(type, n, "TABLE"))
        return table(g, line, len, err);
    if (field(line, len, 1, &type, &n) && is(type, n, "NOTES"))
        return notes(g, line, len, err);
    return setting(g, line, len, err);
}

static hc_status read_all(gamry *g, hc_err *err)
{
    char *line;
    size_t len;
    for (;;) {
        HC_TRY(hc_lines_next(g->lines, &line, &len, err));
        if (line == NULL)
            break;
        if (memchr(line, '\0', len) != NULL)
            return hc_fail(err, HC_DATA, "NUL bytes in the settings");
        if (g->n_tables > 0 && len > 0 && *line == '\t' &&
            memchr(line + 1, '\t', len - 1) != NULL)
            hc_sink_reject(g->sink, hc_lines_number(g->lines),
                           "a row outside of a table");
        else
            HC_TRY(one_line(g, line, len, err));
    }
    if (g->n_tables == 0)
        return hc_fail(err, HC_DATA, "the file holds no TABLE");
    /* a run that promises a spectrum has one */
    if (strstr(g->tag, "EIS") != NULL && !g->spectrum_seen)
        hc_sink_incomplete(g->sink, "%s without its ZCURVE", g->tag);
    if (!hc_lines_ended(g->lines) && g->sink->growing)
        hc_sink_incomplete(g->sink, "the last line has no end");
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    gamry g = {.sink = sink};
    hc_status st = hc_lines_open(&g.lines, src, err);
    if (st != HC_OK)
        return st;
    st = read_all(&g, err);
    return hc_lines_close(g.lines, st, sink, err);
}

const hc_format hc_format_gamry = {
    .name = "gamry-dta",
    .title = "Gamry Framework (.DTA)",
    .detect = detect,
    .most = 100,
    .read = read,
    .columns = columns,
    .verified = true,
    .several = true,
};
