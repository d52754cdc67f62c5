/* table.c: a table of halfcell itself (halfcell-table.5), as hc-read and
 * hc-sim write it: spectra, series and waves are data again
 */
#include "formats/format.h"
#include "formats/lines.h"

#include "core/number.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

static const char mark[] = "#: halfcell-table";
static const hc_dialect tabs = {.delimiter = '\t'};

/* Value of "#: key value", or NULL when the line is another. */
static const char *value_of(const char *line, size_t len, const char *key,
                            size_t *value_len)
{
    size_t n = strlen(key);
    if (len < n + 4 || memcmp(line, "#: ", 3) != 0 ||
        memcmp(line + 3, key, n) != 0 || line[3 + n] != ' ')
        return NULL;
    *value_len = len - n - 4;
    return line + n + 4;
}

static hc_kind kind_of(const char *word, size_t len)
{
    static const struct {
        const char *word;
        hc_kind kind;
    } kinds[] = {{"eis", HC_KIND_EIS},
                 {"series", HC_KIND_SERIES},
                 {"wave", HC_KIND_WAVE}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (len == strlen(kinds[i].word) &&
            memcmp(word, kinds[i].word, len) == 0)
            return kinds[i].kind;
    return HC_KIND_OTHER;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    const char *s = NULL, *kind = "";
    size_t len, kind_len = 0;
    if (p->binary || !hc_probe_starts(p, mark)) {
        hc_say_no(v, 0, "does not start with '%s'", mark);
        return;
    }
    while (hc_probe_next(p, &s, &len) && *s == '#')
        if (value_of(s, len, "kind", &kind_len) != NULL) {
            kind = value_of(s, len, "kind", &kind_len);
            break;
        }
    if (kind_of(kind, kind_len) == HC_KIND_OTHER)
        hc_say_broken(v, 100,
                      "a table of kind '%.*s' holds no measurement: it is a "
                      "result, for the other tools",
                      (int)(kind_len < 32 ? kind_len : 32), kind);
    else
        hc_say_yes(v, 100);
}

/* What the lines before the names say of the whole file. */
static hc_status head_fact(const char *line, size_t len, hc_sink *sink,
                           hc_err *err)
{
    static const char *const keys[] = {
        "technique",           "device",          "software", "sample",
        "start_time",          "ocv_volt",        "area_m2",  "mass_kg",
        "temperature_celsius", "ac_voltage_volt", "comments", "voltage_of"};
    size_t n;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *value = value_of(line, len, keys[i], &n);
        char *copy;
        if (value == NULL)
            continue;
        if ((copy = hc_strndup(value, n)) == NULL)
            return hc_fail_nomem(err);
        hc_status st = hc_sink_fact(sink, keys[i], copy, err);
        free(copy);
        return st;
    }
    return HC_OK;
}

/* The '#:' lines; *line is that of the names then. */
static hc_status read_head(hc_lines *l, hc_sink *sink, hc_dataset *d,
                           char **line, size_t *len, hc_err *err)
{
    size_t n;
    for (;;) {
        HC_TRY(hc_lines_next(l, line, len, err));
        if (*line == NULL)
            return hc_fail(err, HC_DATA, "ends before the names of columns");
        if (*len > 0 && **line != '#')
            return HC_OK;
        const char *kind = value_of(*line, *len, "kind", &n);
        if (kind != NULL)
            d->kind = kind_of(kind, n);
        HC_TRY(head_fact(*line, *len, sink, err));
    }
}

static bool is_mark(const char *line, size_t len)
{
    return len >= 2 && memcmp(line, "#:", 2) == 0;
}

/* Behind the rows: their number, and whether the source was whole. */
static hc_status read_end(hc_lines *l, hc_sink *sink, uint64_t rows,
                          hc_err *err)
{
    bool ended = false;
    char *line;
    size_t len, n;
    for (;;) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            break;
        const char *end = value_of(line, len, "end", &n);
        double want = -1;
        if (hc_starts_with(line, "#: incomplete"))
            hc_sink_incomplete(sink, "its source was");
        if (end == NULL)
            continue;
        ended = true;
        if (n < 6 || memcmp(end, "rows=", 5) != 0 ||
            !hc_number_parse(end + 5, n - 5, &want) || want != (double)rows)
            hc_sink_incomplete(sink, "the end line says '%.*s', found %llu",
                               (int)(n < 40 ? n : 40), end,
                               (unsigned long long)rows);
    }
    if (!ended)
        hc_sink_incomplete(sink, "no '#: end' line: who wrote it was ended");
    return HC_OK;
}

static hc_status read_rows(hc_lines *l, hc_sink *sink, hc_dataset *d,
                           hc_err *err)
{
    static const hc_rows_rules rules = {
        .dialect = {.delimiter = '\t'}, .skip_blank = true, .stop = is_mark};
    HC_TRY(hc_sink_fact(sink, "separator", "tab", err));
    HC_TRY(hc_sink_fact(sink, "has_header", "True", err));
    HC_TRY(hc_sink_begin(sink, d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    uint64_t rows = sink->dataset_rows + sink->dataset_rejected;
    HC_TRY(hc_sink_end(sink, err));
    HC_TRY(read_end(l, sink, rows, err));
    return hc_lines_facts(l, sink, err);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    hc_column *c = NULL;
    hc_dataset d = hc_dataset_make("data", NULL, 0);
    char *line = NULL;
    size_t len = 0;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = read_head(l, sink, &d, &line, &len, err);
    if (st == HC_OK) {
        hc_names_ended(l, sink);
        st = hc_split_names(line, len, tabs, &c, &d.n_columns, err);
    }
    d.columns = c;
    if (st == HC_OK)
        st = read_rows(l, sink, &d, err);
    if (st != HC_OK && err != NULL && err->line == 0)
        err->line = hc_lines_number(l);
    hc_lines_free(l);
    hc_columns_free(c, d.n_columns);
    return st;
}

const hc_format hc_format_table = {
    .name = "halfcell",
    .title = "tables of halfcell itself, of kind eis, series or wave",
    .detect = detect,
    .most = 100,
    .read = read,
    .verified = true,
};
