/* bdf.c: Battery Data Format, text form (.bdf.csv, .bdf.gz)
 *
 * One header row of preferred labels ("Test Time / s") or machine names
 * ("test_time_second"), rows of as many fields, comma separated.
 */
#include "formats/format.h"
#include "formats/generic.h"

#include "core/text.h"

#include <string.h>

static const hc_colmap columns[] = {
    {"step_index", "step_id", "", 1, 0}, /* older spellings */
    {"Charge Capacity", "charging_capacity_ah", "Ah", 1, 0},
    {"Discharge Capacity", "discharging_capacity_ah", "Ah", 1, 0},
    {"Charge Energy", "charging_energy_wh", "Wh", 1, 0},
    {"Discharge Energy", "discharging_energy_wh", "Wh", 1, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* How many names of the first line are BDF's and nobody else's: with a unit,
 * not "Step ID" or "step_type". */
static size_t count_names(const hc_column *c, size_t n)
{
    size_t hits = 0;
    for (size_t i = 0; i < n; i++)
        hits += (hc_bdf_known(c[i].name) != NULL &&
                 hc_target_unit(c[i].name)[0] != '\0') ||
                (hc_bdf_machine(c[i].name) != NULL &&
                 strchr(c[i].name, '/') != NULL);
    return hits;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    static const hc_dialect commas = {.delimiter = ',', .quotes = true};
    const char *s;
    hc_column *c;
    size_t len, n, hits;
    if (p->binary || !hc_probe_line(p, 0, &s, &len)) {
        hc_say_no(v, 0, "no text");
        return;
    }
    if (hc_split_names(s, len, commas, &c, &n, NULL) != HC_OK) {
        hc_say_no(v, 0, "no memory");
        return;
    }
    hits = count_names(c, n);
    hc_columns_free(c, n);
    if (hits >= 2)
        hc_say_yes(v, 70);
    else
        hc_say_no(v, hits > 0 ? 40 : 0,
                  "the first line has %zu of BDF's names of columns", hits);
}

static hc_status read_rows(hc_lines *l, hc_sink *sink, hc_column *c, size_t n,
                           hc_err *err)
{
    hc_rows_rules rules = {.dialect = {.delimiter = ',', .quotes = true},
                           .skip_blank = true};
    hc_dataset d = hc_dataset_make("data", c, n);
    HC_TRY(hc_sink_fact(sink, "separator", "comma", err));
    HC_TRY(hc_sink_fact(sink, "has_header", "True", err));
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    HC_TRY(hc_sink_end(sink, err));
    return hc_lines_facts(l, sink, err);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    static const hc_dialect commas = {.delimiter = ',', .quotes = true};
    hc_lines *l;
    hc_column *c = NULL;
    char *line;
    size_t len, n = 0;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = hc_lines_next(l, &line, &len, err);
    if (st == HC_OK && line == NULL)
        st = hc_fail(err, HC_DATA, "empty file");
    if (st == HC_OK && memchr(line, '\0', len) != NULL)
        st = hc_fail(err, HC_DATA, "NUL bytes in the names of the columns");
    if (st == HC_OK)
        hc_names_ended(l, sink);
    if (st == HC_OK)
        st = hc_split_names(line, len, commas, &c, &n, err);
    if (st == HC_OK)
        st = read_rows(l, sink, c, n, err);
    if (st != HC_OK && err != NULL && err->line == 0)
        err->line = hc_lines_number(l);
    hc_lines_free(l);
    hc_columns_free(c, n);
    return st;
}

const hc_format hc_format_bdf = {
    .name = "bdf",
    .title = "Battery Data Format (.bdf.csv, .bdf.gz)",
    .detect = detect,
    .most = 70,
    .read = read,
    .columns = columns,
    .verified = true,
};
