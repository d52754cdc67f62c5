/* maccor.c: Maccor text exports, in the dialects met so far
 *
 * A head of 1 to 13 lines, a line of names that begins with "Rec", rows
 * separated by tabs or commas.  Times in seconds, minutes, or as
 * "0d 00:00:01.0000"; a bare "TestTime" may be either, and the dates beside
 * it tell.  Numbers may have decimal commas or commas between thousands.
 * Currents carry no sign in most dialects: the state letter D says that the
 * cell is being discharged.  An export stopped half-way ends in a ragged
 * line, which is no record.  The raw file of the tester has the same
 * extension and is binary.
 */
#include "core/number.h"
#include "core/text.h"
#include "formats/dates.h"
#include "formats/form.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_names(const char *line, size_t len)
{
    static const char *const step[] = {"Step", NULL};
    static const char *const volt[] = {"Volts", "Voltage", NULL};
    static const char *const amp[] = {"Amps", "mAmps", "Current", NULL};
    if (len > 0 && *line == '"')
        line++, len--;
    return len > 3 && memcmp(line, "Rec", 3) == 0 && !hc_isalpha(line[3]) &&
           !(line[3] == ' ' && hc_isalpha(line[4])) &&
           hc_has_fields(line, len, step) > 0 &&
           hc_has_fields(line, len, volt) > 0 &&
           hc_has_fields(line, len, amp) > 0;
}

static const hc_form form = {.is_names = is_names, .max_head = 40};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (p->binary && (hc_probe_bytes(p, 0, "MACCOR", 6) ||
                      memmem(p->data, p->len, "MACCOR", 6) != NULL ||
                      memmem(p->data, p->len, "Maccor", 6) != NULL))
        hc_say_broken(v, 80,
                      "the raw binary file of a Maccor tester; export "
                      "it as text from MIMS Client");
    else if (p->binary)
        hc_say_no(v, 0, "binary data");
    else if (hc_form_find(&form, p) >= 0)
        hc_say_yes(v, 85);
    else if (hc_probe_starts(p, "Today's Date"))
        hc_say_broken(v, 60,
                      "begins like a Maccor export and has no line of "
                      "names");
    else
        hc_say_no(v, hc_probe_find(p, "Rec#") != NULL ? 40 : 0,
                  "no line of Maccor's column names");
}

/* ---- the head ---- */

static hc_status fact_after(hc_sink *sink, const char *line, const char *key,
                            const char *fact, hc_err *err)
{
    char text[64];
    const char *s = strstr(line, key);
    if (s == NULL)
        return HC_OK;
    s += strlen(key);
    while (*s == ':' || *s == ',' || hc_isspace(*s))
        s++;
    size_t n = strcspn(s, "\t");
    const char *two = strstr(s, "  ");
    if (two != NULL && (size_t)(two - s) < n)
        n = (size_t)(two - s);
    hc_trim(&s, &n);
    if (n == 0 || n >= sizeof text)
        return HC_OK;
    memcpy(text, s, n);
    text[n] = '\0';
    return hc_sink_fact(sink, fact, text, err);
}

static hc_status head_line(hc_sink *sink, char *line, size_t len, bool first,
                           hc_err *err)
{
    if (first) {
        char magic[512];
        size_t n = len < sizeof magic - 1 ? len : sizeof magic - 1;
        memcpy(magic, line, n);
        magic[n] = '\0';
        for (char *tab = magic; (tab = strchr(tab, '\t')) != NULL;)
            *tab = ' ';
        HC_TRY(hc_sink_fact(sink, "magic", magic, err));
    }
    HC_TRY(fact_after(sink, line, "Date of Test", "start_time_text", err));
    HC_TRY(fact_after(sink, line, "Started\t", "start_time_text", err));
    /* "A: x<tab>B: y" holds several; a line without colon is "key<tab>x" */
    if (memchr(line, ':', len) == NULL ||
        (memchr(line, '\t', len) != NULL &&
         (char *)memchr(line, '\t', len) < (char *)memchr(line, ':', len)))
        return hc_form_comma(sink, line, len, err);
    return hc_form_colon(sink, line, len, err);
}

/* ---- the unit of a bare time ---- */

static int column_of(const hc_column *c, size_t n, const char *const *names)
{
    for (; *names != NULL; names++)
        for (size_t i = 0; i < n; i++)
            if (hc_strcasecmp(c[i].name, *names) == 0)
                return (int)i;
    return -1;
}

/* Seconds in one unit of the time column, from the first rows of the probe
 * whose dates differ; 0 when they do not tell. */
static double seconds_per_unit(const hc_probe *p, long names_line,
                               hc_dialect d, int time, int date, size_t n)
{
    double t0 = NAN, date0 = NAN;
    hc_cell *cells = calloc(n, sizeof *cells);
    double found = 0;
    for (size_t i = (size_t)names_line + 1; cells != NULL && found == 0; i++) {
        const char *line;
        size_t len;
        if (!hc_probe_line(p, i, &line, &len))
            break;
        char *copy = hc_strndup(line, len);
        if (copy == NULL)
            break;
        hc_moment m;
        double t;
        size_t got = hc_split(copy, len, d, cells, n);
        if (got > (size_t)time && got > (size_t)date && got <= n + 1 &&
            hc_cell_number(&cells[time], &t) &&
            cells[date].type == HC_CELL_TEXT &&
            hc_date_parse(cells[date].u.s, cells[date].len, HC_DATE_MDY, &m)) {
            double dt = t - t0, ds = m.seconds - date0;
            if (isnan(t0)) {
                t0 = t;
                date0 = m.seconds;
            } else if (ds >= 30 && dt > 0) {
                double r = ds / dt;
                found = r > 3000 && r < 4300  ? 3600
                        : r > 50 && r < 72    ? 60
                        : r > 0.8 && r < 1.25 ? 1
                                              : -1;
            }
        }
        free(copy);
    }
    free(cells);
    return found;
}

static hc_status set_unit(hc_column *c, const char *unit, hc_err *err)
{
    free((char *)c->unit);
    c->unit = hc_strdup(unit);
    return c->unit != NULL ? HC_OK : hc_fail_nomem(err);
}

static hc_status find_units(hc_source *src, hc_dialect d, hc_column *c,
                            size_t n, hc_err *err)
{
    static const char *const times[] = {"TestTime", "Test Time", NULL};
    static const char *const steps[] = {"StepTime", "Step Time", NULL};
    static const char *const dates[] = {"DPT Time", "DPt Time", NULL};
    int time = column_of(c, n, times), step = column_of(c, n, steps);
    int date = column_of(c, n, dates);
    if (time < 0 || date < 0)
        return HC_OK;
    double s = seconds_per_unit(&src->probe, hc_form_find(&form, &src->probe),
                                d, time, date, n);
    const char *unit = s == 3600 ? "h" : s == 60 ? "min" : NULL;
    if (unit == NULL)
        return HC_OK;
    HC_TRY(set_unit(&c[time], unit, err));
    return step >= 0 ? set_unit(&c[step], unit, err) : HC_OK;
}

/* ---- rows ---- */

/* "4,955.58": commas between thousands go, and only those. */
static void cut_thousands(hc_cell *c)
{
    char copy[40];
    size_t n = 0, digits = 0;
    bool comma = false, point = false;
    if (c->type != HC_CELL_TEXT || c->len < 5 || c->len >= sizeof copy ||
        memchr(c->u.s, ',', c->len) == NULL)
        return;
    for (size_t i = 0; i < c->len; i++) {
        char ch = c->u.s[i];
        if (ch == ',' || ch == '.') {
            if (point || (comma && digits != 3) || (ch == ',' && digits > 3) ||
                digits == 0)
                return;
            comma |= ch == ',';
            point |= ch == '.';
            digits = 0;
        } else if (hc_isdigit(ch)) {
            digits++;
        } else if (ch != '-' || i > 0) {
            return;
        }
        if (ch != ',')
            copy[n++] = ch;
    }
    if (!point && digits != 3)
        return;
    memcpy((char *)c->u.s, copy, n);
    c->len = (uint32_t)n;
}

static void fix_row(hc_cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cut_thousands(&cells[i]);
}

static hc_status read_rows(hc_source *src, hc_lines *l, hc_sink *sink,
                           hc_column *c, size_t n, hc_dialect d, hc_err *err)
{
    static const char *const states[] = {"State", "MD", "Md", NULL};
    int state = column_of(c, n, states);
    hc_rows_rules rules = {
        .skip_blank = true, .ragged_tail = true, .fix = fix_row};
    HC_TRY(hc_form_units(l, d, c, n, err));
    d.decimal_comma = hc_form_commas(&src->probe, hc_lines_at(l), d.delimiter);
    rules.dialect = d;
    HC_TRY(find_units(src, d, c, n, err));
    hc_dataset ds = hc_dataset_make("record", c, n);
    ds.kind = HC_KIND_SERIES;
    if (state >= 0) {
        ds.direction = c[state].name;
        ds.discharging = "D";
    }
    HC_TRY(hc_sink_fact(sink, "decimal", d.decimal_comma ? "comma" : "point",
                        err));
    HC_TRY(hc_sink_begin(sink, &ds, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    return hc_sink_end(sink, err);
}

static hc_status read_lines(hc_source *src, hc_lines *l, hc_sink *sink,
                            hc_err *err)
{
    char *line;
    size_t len, n;
    hc_column *columns;
    for (bool first = true;; first = false) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            return hc_fail_at(err, HC_DATA, src->name, hc_lines_number(l),
                              "no line of Maccor's column names");
        if (is_names(line, len))
            break;
        HC_TRY(head_line(sink, line, len, first, err));
    }
    hc_dialect d = {.delimiter = memchr(line, '\t', len) != NULL  ? '\t'
                                 : memchr(line, ';', len) != NULL ? ';'
                                                                  : ',',
                    .quotes = true};
    HC_TRY(hc_sink_fact(sink, "separator", hc_dialect_delimiter_name(d), err));
    HC_TRY(hc_sink_factf(sink, err, "header_line_number", "%ld",
                         hc_lines_number(l)));
    HC_TRY(hc_split_names(line, len, d, &columns, &n, err));
    hc_status st = read_rows(src, l, sink, columns, n, d, err);
    hc_columns_free(columns, n);
    return st;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    HC_TRY(hc_lines_open(&l, src, err));
    hc_status st = read_lines(src, l, sink, err);
    if (st == HC_OK)
        st = hc_lines_facts(l, sink, err);
    hc_lines_free(l);
    return st;
}

static const hc_colmap columns[] = {
    {"Rec#", "record_index", NULL, 0, 0},
    {"Rec", "record_index", NULL, 0, 0},
    {"Cyc#", "cycle_count", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Cycle P", "cycle_count", NULL, 0, 1},
    {"Cycle C", "cycle_count", NULL, 0, 0},
    {"Step", "step_id", NULL, 0, 0},
    {"Test (Sec)", "test_time_second", "s", 0, 0},
    {"Test (Min)", "test_time_second", "min", 0, 0},
    {"Test (Hr)", "test_time_second", "h", 0, 0},
    {"Test Time (sec)", "test_time_second", "s", 0, 0},
    {"TestTime", "test_time_second", "s", 0, 0},
    {"Step (Sec)", "step_time_second", "s", 0, 0},
    {"Step (Min)", "step_time_second", "min", 0, 0},
    {"Step (Hr)", "step_time_second", "h", 0, 0},
    {"Step Time (sec)", "step_time_second", "s", 0, 0},
    {"StepTime", "step_time_second", "s", 0, 0},
    {"Amp-hr", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"mAmp-hr", "step_cumulative_capacity_ah", "mAh", 0, 0},
    {"mWatt-hr", "step_cumulative_energy_wh", "mWh", 0, 0},
    {"mAmps", "current_ampere", "mA", 0, 0},
    {"Capacity", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"Cap.", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"Cap", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"Watt-hr", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"Energy", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"Ener.", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"Ener", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"Temperature Cell", "temperature_t1_celsius", "degC", 0, 1},
    {"Temperature Chamber", "ambient_temperature_celsius", "degC", 0, 0},
    {"ACR", "ac_internal_resistance_ohm", "ohm", 0, 1},
    {"DCIR", "dc_internal_resistance_ohm", "ohm", 0, 1},
    {"Amps", "current_ampere", "A", 0, 0},
    {"Current", "current_ampere", "A", 0, 0},
    {"Current [A]", "current_ampere", "A", 0, 0},
    {"Volts", "voltage_volt", "V", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Voltage [V]", "voltage_volt", "V", 0, 0},
    {"State", "step_type", NULL, 0, 0},
    {"MD", "step_type", NULL, 0, 0},
    {"Md", "step_type", NULL, 0, 0},
    {"DPt Time", "date_time", NULL, 0, 0},
    {"DPT Time", "date_time", NULL, 0, 0},
    {"ACImp/Ohms", "ac_internal_resistance_ohm", "ohm", 0, 0},
    {"DCIR/Ohms", "dc_internal_resistance_ohm", "ohm", 0, 0},
    {"Temp 1", "temperature_t1_celsius", "degC", 0, 0},
    {"Aux #1", "temperature_t1_celsius", "degC", 0, 1},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_maccor = {.name = "maccor",
                                    .title = "Maccor text",
                                    .detect = detect,
                                    .most = 85,
                                    .read = read,
                                    .columns = columns,
                                    .verified = true};
