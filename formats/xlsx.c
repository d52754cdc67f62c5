/* xlsx.c: tables in Excel workbooks, as Arbin and Neware export them
 *
 * Each sheet is streamed: the first row of words that is followed by a row
 * of numbers holds the names; what stands above are settings.  A sheet with
 * voltage and current, or with impedance, is a data set; other tables come as
 * data sets that a plain read leaves out.  A number whose style is a date
 * becomes a date (days since 1899-12-30; 1904 where the workbook says so).
 */
#include "core/number.h"
#include "core/text.h"
#include "formats/dates.h"
#include "formats/generic.h"
#include "formats/xlsx_book.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, COLUMNS_MAX = 512 };

/* ---- one sheet ---- */

typedef struct {
    uint32_t at, len; /* in text */
    bool there, number, date;
} cell;

typedef struct {
    hc_xlsx_book *w;
    const hc_xlsx_sheet *info;
    hc_text text; /* of the row */
    cell cells[COLUMNS_MAX];
    size_t n; /* cells of the row, with gaps */
    size_t column, style;
    char type; /* of the cell: n s t b e */
    bool in_value;
    size_t value_at;
    long row;
    /* the table */
    char *names[COLUMNS_MAX];
    char units[COLUMNS_MAX][24]; /* of a row below them, "" none */
    hc_column columns[COLUMNS_MAX];
    size_t n_columns;
    hc_dataset dataset;
    bool open;
    size_t too_wide;
    hc_cell out[COLUMNS_MAX];
    char dates[COLUMNS_MAX][40];
} sheet;

static const char *cell_text(const sheet *s, size_t i)
{
    return s->text.data + s->cells[i].at;
}

static void cell_start(sheet *s, const char **atts)
{
    const char *r = hc_xlsx_attribute(atts, "r"),
               *t = hc_xlsx_attribute(atts, "t"),
               *st = hc_xlsx_attribute(atts, "s");
    size_t c = 0;
    long n;
    if (r != NULL && hc_isalpha(*r)) {
        for (; hc_isalpha(*r) && c < 1 << 20; r++)
            c = c * 26 + (size_t)(hc_tolower(*r) - 'a' + 1);
        s->column = c - 1;
    } else {
        s->column = s->n;
    }
    s->type = t == NULL                     ? 'n'
              : strcmp(t, "inlineStr") == 0 ? 't'
              : strcmp(t, "str") == 0       ? 't'
                                            : *t;
    s->style = 0;
    if (st != NULL &&
        hc_integer_parse(st, strlen(st), 0, HC_XLSX_STYLES_MAX - 1, &n))
        s->style = (size_t)n;
    s->value_at = s->text.len;
}

static void cell_end(sheet *s)
{
    const hc_xlsx_book *w = s->w;
    size_t len = s->text.len - s->value_at;
    if (s->column >= COLUMNS_MAX) {
        s->too_wide++;
        return;
    }
    while (s->n <= s->column)
        s->cells[s->n++] = (cell){0};
    cell *c = &s->cells[s->column];
    if (s->text.failed || len == 0)
        return;
    const char *v = s->text.data + s->value_at;
    if (s->type == 's') {
        long i;
        if (!hc_integer_parse(v, len, 0, (long)w->n_strings - 1, &i))
            return;
        s->value_at = s->text.len;
        hc_text_puts(&s->text, w->strings[i]);
        len = s->text.len - s->value_at;
    }
    double x;
    *c = (cell){.at = (uint32_t)s->value_at,
                .len = (uint32_t)len,
                .there = len > 0 && s->type != 'e'};
    c->number =
        s->type == 'n' || (s->type != 's' && !s->text.failed &&
                           hc_number_parse(cell_text(s, s->column), len, &x));
    c->date =
        s->type == 'n' && s->style < w->n_styles && w->date_style[s->style];
}

static size_t count(const sheet *s, bool numbers)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->cells[i].there && s->cells[i].number == numbers;
    return n;
}

/* Words of the row as names of columns, until a row of numbers follows. */
static hc_status keep_names(sheet *s, hc_err *err)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        free(s->names[i]);
        s->names[i] = NULL;
    }
    s->n_columns = 0;
    while (s->n > 0 && !s->cells[s->n - 1].there)
        s->n--;
    for (size_t i = 0; i < s->n; i++) {
        char made[32];
        snprintf(made, sizeof made, "column_%zu", i + 1);
        s->names[i] = s->cells[i].there
                          ? hc_strndup(cell_text(s, i), s->cells[i].len)
                          : hc_strdup(made);
        if (s->names[i] == NULL)
            return hc_fail_nomem(err);
        s->columns[i] = (hc_column){s->names[i], NULL};
        s->n_columns = i + 1;
    }
    return HC_OK;
}

/* Is the row one of units for the names above it?  They become theirs. */
static bool keep_units(sheet *s)
{
    size_t units = 0, words = 0;
    if (s->n_columns < 2 || s->n > s->n_columns)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        char text[24];
        s->units[i][0] = '\0';
        if (!s->cells[i].there)
            continue;
        hc_copy(text, sizeof text, cell_text(s, i), s->cells[i].len);
        words++;
        units += hc_unit_word(text, s->units[i], sizeof s->units[i]);
    }
    if (units < 2 || 2 * units < words)
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (s->units[i][0] != '\0')
            s->columns[i].unit = s->units[i];
    return true;
}

extern const hc_format hc_format_xlsx;

static bool has_target(const sheet *s, const char *target)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        hc_meaning m =
            hc_column_meaning(&s->columns[i], hc_format_xlsx.columns);
        if (m.target != NULL && strcmp(m.target, target) == 0)
            return true;
    }
    return false;
}

/* Names stand side by side; scattered words are no names. */
static bool are_names(const sheet *s)
{
    size_t gaps = 0;
    for (size_t i = 0; i < s->n_columns; i++)
        gaps += hc_starts_with(s->names[i], "column_");
    return s->n_columns >= 2 && 5 * gaps <= s->n_columns;
}

/* Neware and Maccor write currents without sign beside the step's type. */
static bool is_direction(const char *name)
{
    static const char *const names[] = {"Step Type", "Step Name", "Status",
                                        "State",     "MD",        "Mode",
                                        "工步类型",  "工步名称",  "状态"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (hc_strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static hc_status open_table(sheet *s, hc_err *err)
{
    bool eis = has_target(s, "frequency_hertz") &&
               has_target(s, "real_impedance_ohm");
    bool series = has_target(s, "voltage_volt") &&
                  has_target(s, "current_ampere") &&
                  !hc_starts_with(s->info->name, "Statistic");
    s->dataset = hc_dataset_make(s->info->name, s->columns, s->n_columns);
    s->dataset.kind = eis      ? HC_KIND_AUTO
                      : series ? HC_KIND_SERIES
                               : HC_KIND_OTHER;
    s->dataset.side = !eis && !series;
    for (size_t i = 0; series && i < s->n_columns; i++)
        if (s->dataset.direction == NULL && is_direction(s->names[i])) {
            s->dataset.direction = s->names[i];
            s->dataset.discharging = hc_discharge_words();
        }
    s->dataset.judge_current = series;
    s->open = true;
    return hc_sink_begin(s->w->sink, &s->dataset, err);
}

static hc_cell date_cell(sheet *s, size_t i)
{
    double x;
    hc_cell c = hc_cell_text(cell_text(s, i), s->cells[i].len);
    if (!hc_number_parse(c.u.s, c.len, &x) || !(x > 0 && x < 3e6))
        return c;
    if (x < 366) { /* a duration, shown as h:mm:ss */
        long ms = lround(x * 86400e3);
        snprintf(s->dates[i], sizeof s->dates[i], "%ld:%02ld:%02ld.%03ld",
                 ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
        return hc_cell_text(s->dates[i], strlen(s->dates[i]));
    }
    double day0 = s->w->since_1904 ? hc_civil_seconds(1904, 1, 1)
                                   : hc_civil_seconds(1899, 12, 30);
    /* Excel keeps milliseconds at best */
    hc_moment m = {.seconds = day0 + round(x * 86400e3) / 1e3,
                   .has_date = true};
    hc_moment_iso(&m, s->dates[i]);
    return hc_cell_text(s->dates[i], strlen(s->dates[i]));
}

static hc_status give_row(sheet *s, hc_err *err)
{
    size_t n = s->n;
    while (n > 0 && !s->cells[n - 1].there)
        n--;
    if (n == 0)
        return HC_OK;
    if (n > s->n_columns && s->dataset.kind == HC_KIND_OTHER) {
        n = s->n_columns;
        s->too_wide++;
    }
    if (n > s->n_columns) {
        hc_sink_reject(s->w->sink, s->row,
                       "%zu cells where the table of sheet %s has %zu "
                       "columns",
                       n, s->info->name, s->n_columns);
        return HC_OK;
    }
    for (size_t i = 0; i < s->n_columns; i++) {
        bool there = i < n && s->cells[i].there;
        s->out[i] = !there ? hc_cell_none()
                    : s->cells[i].date
                        ? date_cell(s, i)
                        : hc_cell_text(cell_text(s, i), s->cells[i].len);
    }
    return hc_sink_row(s->w->sink, s->out, err);
}

/* Above the table: pairs of cells. */
static hc_status give_setting(sheet *s, hc_err *err)
{
    size_t key = 0, value;
    while (key < s->n && !s->cells[key].there)
        key++;
    value = key + 1;
    while (value < s->n && !s->cells[value].there)
        value++;
    if (value >= s->n)
        return HC_OK;
    return hc_sink_metan(s->w->sink, cell_text(s, key), s->cells[key].len,
                         cell_text(s, value), s->cells[value].len, err);
}

static hc_status row_end(sheet *s, hc_err *err)
{
    hc_status st = hc_text_status(&s->text, err);
    size_t words = count(s, false), numbers = count(s, true);
    if (st == HC_OK && s->open)
        st = give_row(s, err);
    else if (st == HC_OK && are_names(s) && numbers >= 2 && numbers >= words) {
        st = open_table(s, err);
        if (st == HC_OK)
            st = give_row(s, err);
    } else if (st == HC_OK && words >= 2 && numbers == 0) {
        if (!keep_units(s)) {
            if (words == 2)
                st = give_setting(s, err);
            if (st == HC_OK)
                st = keep_names(s, err);
        }
    } else if (st == HC_OK && words + numbers > 1) {
        st = give_setting(s, err);
    }
    hc_text_reset(&s->text);
    s->n = 0;
    return st;
}

static hc_status on_start(void *ctx, const char *name, const char **atts,
                          hc_err *err)
{
    sheet *s = ctx;
    (void)err;
    if (strcmp(name, "row") == 0)
        s->row++;
    else if (strcmp(name, "c") == 0)
        cell_start(s, atts);
    else
        s->in_value = strcmp(name, "v") == 0 || strcmp(name, "t") == 0;
    return HC_OK;
}

static hc_status on_end(void *ctx, const char *name, hc_err *err)
{
    sheet *s = ctx;
    s->in_value = false;
    if (strcmp(name, "c") == 0)
        cell_end(s);
    else if (strcmp(name, "row") == 0)
        return row_end(s, err);
    return HC_OK;
}

static hc_status on_text(void *ctx, const char *text, size_t len, hc_err *err)
{
    sheet *s = ctx;
    if (!s->in_value)
        return HC_OK;
    if (s->text.len + len > 1 << 20)
        return hc_fail_at(err, HC_DATA, s->w->name, s->row,
                          "a row longer than 1 MiB");
    hc_text_add(&s->text, text, len);
    return HC_OK;
}

static hc_status read_sheet(hc_xlsx_book *w, const hc_xlsx_sheet *info,
                            hc_err *err)
{
    static const hc_xml_handler h = {on_start, on_end, on_text};
    sheet *s = calloc(1, sizeof *s);
    if (s == NULL)
        return hc_fail_nomem(err);
    s->w = w;
    s->info = info;
    hc_status st = hc_xlsx_part(w, info->path, &h, s, false, err);
    if (st == HC_OK && s->too_wide > 0)
        hc_sink_warn(w->sink, 0,
                     "sheet %s: %zu cells right of the table "
                     "left out",
                     info->name, s->too_wide);
    if (st == HC_OK && !s->open && s->n_columns > 4 &&
        has_target(s, "voltage_volt"))
        st = open_table(s, err); /* names, and no rows yet */
    if (st == HC_OK && s->open)
        st = hc_sink_end(w->sink, err);
    for (size_t i = 0; i < s->n_columns; i++)
        free(s->names[i]);
    hc_text_clear(&s->text);
    free(s);
    return st;
}

/* ---- the file ---- */

static hc_status read_sheets(hc_xlsx_book *w, hc_err *err)
{
    for (size_t i = 0; i < w->n_sheets; i++)
        HC_TRY(read_sheet(w, &w->sheets[i], err));
    if (w->sink->n_datasets == 0)
        return hc_fail_at(err, HC_DATA, w->name, 0,
                          "no sheet holds a table of measurements");
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char *bytes = NULL;
    size_t len;
    hc_xlsx_book *w = calloc(1, sizeof *w);
    if (w == NULL)
        return hc_fail_nomem(err);
    w->sink = sink;
    hc_status st = hc_source_slurp(src, FILE_MAX, &bytes, &len, err);
    if (st == HC_OK)
        st = hc_xlsx_open(w, bytes, len, src->name, err);
    if (st == HC_OK)
        st = read_sheets(w, err);
    hc_xlsx_close(w);
    free(w);
    free(bytes);
    return st;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (!hc_probe_bytes(p, 0, "PK\3\4", 4)) {
        hc_say_no(v, 0, "is no zip archive");
        return;
    }
    if (memmem(p->data, p->len, "[Content_Types].xml", 19) != NULL ||
        memmem(p->data, p->len, "xl/work", 7) != NULL)
        hc_say_yes(v, 85);
    else
        hc_say_no(v, 20, "is a zip archive and no workbook of Excel");
}

static const hc_colmap columns[] = {
    {"Data_Point", "record_index", NULL, 0, 0},
    {"DataPoint", "record_index", NULL, 0, 0},
    {"Date_Time", "date_time", NULL, 0, 0},
    {"Date", "date_time", NULL, 0, 0},
    {"Test_Time", "test_time_second", "s", 0, 0},
    {"Total Time", "test_time_second", "s", 0, 0},
    {"Step_Time", "step_time_second", "s", 0, 0},
    {"Time", "step_time_second", "s", 0, 0},
    {"Cycle_Index", "cycle_count", NULL, 0, 0},
    {"Cycle Index", "cycle_count", NULL, 0, 0},
    {"Step_Index", "step_id", NULL, 0, 0},
    {"Step Index", "step_id", NULL, 0, 0},
    {"Step Type", "step_type", NULL, 0, 0},
    {"Charge_Capacity", "schedule_charging_capacity_ah", "Ah", 0, 0},
    {"Discharge_Capacity", "schedule_discharging_capacity_ah", "Ah", 0, 0},
    {"Charge_Energy", "schedule_charging_energy_wh", "Wh", 0, 0},
    {"Discharge_Energy", "schedule_discharging_energy_wh", "Wh", 0, 0},
    {"Internal Resistance", "internal_resistance_ohm", "ohm", 0, 0},
    /* Neware */
    {"Record Index", "record_index", NULL, 0, 0},
    {"Status", "step_type", NULL, 0, 0},
    {"Relative Time(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"Relative Time", "step_time_second", "s", 0, 0},
    {"Time(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"Total Time(h:min:s.ms)", "test_time_second", "s", 0, 0},
    {"CapaCity", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"Energy", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"时间", "step_time_second", "s", 0, 0},
    {"相对时间", "step_time_second", "s", 0, 0},
    {"容量", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"充电容量", "step_charging_capacity_ah", "Ah", 0, 0},
    {"放电容量", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"充电能量", "step_charging_energy_wh", "Wh", 0, 0},
    {"放电能量", "step_discharging_energy_wh", "Wh", 0, 0},
    {"Chg. Cap.", "step_charging_capacity_ah", "Ah", 0, 0},
    {"DChg. Cap.", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"Chg. Energy", "step_charging_energy_wh", "Wh", 0, 0},
    {"DChg. Energy", "step_discharging_energy_wh", "Wh", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_xlsx = {.name = "xlsx",
                                  .title = "Excel workbook (Arbin, Neware)",
                                  .detect = detect,
                                  .read = read,
                                  .columns = columns,
                                  .verified = true};
