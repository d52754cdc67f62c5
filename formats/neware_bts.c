/* neware_bts.c: text exports of Neware's BTSDA
 *
 * Flat: one line of names ("DataPoint,Cycle Index,Step Index,Step Type,Time,
 * Total Time,Current(A),...") and rows.  Layered: three lines of names, for
 * cycles, steps (one empty field before) and records (two), and rows of the
 * three kinds in turn.  "Time" is the time in the step.
 */
#include "core/text.h"
#include "formats/form.h"
#include "formats/generic.h"
#include "formats/neware.h"

#include <stdlib.h>
#include <string.h>

/* ---- flat ---- */

/* Names that no other export has, and what a table of records needs; English
 * and Chinese. */
static bool is_flat(const char *line, size_t len)
{
    static const char *const own[] = {
        "DataPoint",   "Record number",   "Record ID",  "Record Index",
        "Chg. Cap.",   "DChg. Cap.",      "Spec. Cap.", "CapaCity",
        "Capacitance", "Cumulative Time", "Total Time", "Relative Time",
        "Realtime",    "CmpCap",          "JumpTo",     "Cap",
        "数据序号",    "记录序号",        "记录号",     "工步类型",
        "工步名称",    "总时间",          "相对时间",   "绝对时间",
        NULL};
    static const char *const steps[] = {
        "Step Index", "Step ID",  "Step Type",   "Step Name", "Step",
        "Steps",      "Status",   "Cycle Index", "Cycle ID",  "Cycle",
        "循环号",     "循环序号", "工步号",      "工步序号",  NULL};
    static const char *const volt[] = {"Voltage", "Vol", "电压", NULL};
    static const char *const amp[] = {"Current", "Cur", "电流", NULL};
    size_t of_own = hc_has_fields(line, len, own);
    size_t of_steps = hc_has_fields(line, len, steps);
    return of_own >= 2 && of_steps >= 1 && of_own + of_steps >= 4 &&
           hc_has_fields(line, len, volt) >= 1 &&
           hc_has_fields(line, len, amp) >= 1;
}

extern const hc_colmap hc_neware_columns[];

/* Older versions write currents of discharge without a sign. */
static const char *const directions[] = {"Step Type", "Step Name", "Status",
                                         "State",     "工步类型",  "工步名称",
                                         "状态",      NULL};

static const hc_form flat = {.is_names = is_flat,
                             .words = 5,
                             .max_head = 20,
                             .head = hc_form_comma,
                             .dataset = "record",
                             .kind = HC_KIND_SERIES,
                             .direction = directions,
                             .columns = hc_neware_columns,
                             .rules = {.skip_blank = true, .short_ok = true}};

/* ---- layered ---- */

/* How many empty fields a line begins with; its delimiter in *d. */
static int depth_of(const char *line, size_t len, char d)
{
    int depth = 0;
    while ((size_t)depth < len && line[depth] == d)
        depth++;
    return depth;
}

static bool layered_names(const char *a, size_t a_len, const char *b,
                          size_t b_len, char *delimiter)
{
    static const char *const cycle[] = {"Cycle ID", "Cycle Index", "Cycle",
                                        "循环序号", "循环号",      NULL};
    static const char *const step[] = {"Step ID",  "Step Index", "Step",
                                       "工步序号", "工步号",     NULL};
    if (hc_has_fields(a, a_len, cycle) == 0 || b_len < 2)
        return false;
    *delimiter = *b;
    return (*b == ',' || *b == '\t' || *b == ';') &&
           hc_has_fields(b, b_len, step) > 0;
}

static bool is_layered(const hc_probe *p, char *delimiter)
{
    static const char *const record[] = {
        "Record ID", "Record number", "Record Index", "DataPoint",
        "记录序号",  "记录号",        "数据序号",     NULL};
    const char *line[3];
    size_t len[3];
    for (size_t i = 0; i < 3; i++)
        if (!hc_probe_line(p, i, &line[i], &len[i]))
            return false;
    return layered_names(line[0], len[0], line[1], len[1], delimiter) &&
           depth_of(line[2], len[2], *delimiter) == 2 &&
           hc_has_fields(line[2], len[2], record) > 0;
}

bool hc_neware_is_layered(const hc_probe *p)
{
    char delimiter;
    return is_layered(p, &delimiter);
}

enum { ABOVE = 3 }; /* Cycle ID, Step ID, Step Name of the lines above */

typedef struct {
    hc_lines *lines;
    hc_sink *sink;
    hc_dialect dialect;
    hc_column *record; /* names of records, behind two empty ones */
    size_t n_record;
    hc_column *columns;
    size_t n;
    int name_at; /* of the step's name in a step line */
    hc_cell *cells, *above_cells;
    char above[ABOVE][64];
    uint32_t above_len[ABOVE];
} layered;

static void keep(layered *s, int which, const hc_cell *c)
{
    uint32_t n = c->type == HC_CELL_TEXT ? c->len : 0;
    if (n >= sizeof s->above[0])
        n = sizeof s->above[0] - 1;
    memcpy(s->above[which], n > 0 ? c->u.s : "", n);
    s->above_len[which] = n;
}

static hc_cell kept(const layered *s, int which)
{
    return s->above_len[which] > 0
               ? hc_cell_text(s->above[which], s->above_len[which])
               : hc_cell_none();
}

static hc_status layered_row(layered *s, char *line, size_t len, hc_err *err)
{
    int depth = depth_of(line, len, s->dialect.delimiter);
    size_t got =
        hc_split(line, len, s->dialect, s->above_cells, s->n_record + 1);
    size_t held = got < s->n_record + 1 ? got : s->n_record + 1;
    double id;
    if (depth < 2 &&
        ((size_t)depth >= held || s->above_cells[depth].type == HC_CELL_NONE ||
         !hc_cell_number(&s->above_cells[depth], &id))) {
        hc_sink_reject(s->sink, hc_lines_number(s->lines),
                       "neither a cycle, a step nor a record");
        return HC_OK;
    }
    if (depth == 0) {
        keep(s, 0, &s->above_cells[0]);
        return HC_OK;
    }
    if (depth == 1) {
        keep(s, 1, &s->above_cells[1]);
        if (s->name_at > 0 && (size_t)s->name_at < held)
            keep(s, 2, &s->above_cells[s->name_at]);
        return HC_OK;
    }
    while (held > s->n_record && s->above_cells[held - 1].type == HC_CELL_NONE)
        held--, got--;
    if (!hc_lines_ended(s->lines) && got < s->n_record) {
        hc_sink_incomplete(s->sink, "line %ld ends within a row",
                           hc_lines_number(s->lines));
        return HC_OK;
    }
    if (got > s->n_record || depth > 2) {
        hc_sink_reject(s->sink, hc_lines_number(s->lines),
                       "%zu fields where records have %zu", got, s->n_record);
        return HC_OK;
    }
    for (int i = 0; i < ABOVE; i++)
        s->cells[i] = kept(s, i);
    for (size_t i = 2; i < s->n_record; i++)
        s->cells[ABOVE + i - 2] =
            i < held ? s->above_cells[i] : hc_cell_none();
    return hc_sink_row(s->sink, s->cells, err);
}

static hc_status layered_rows(layered *s, hc_err *err)
{
    char *line;
    size_t len;
    for (;;) {
        HC_TRY(hc_lines_next(s->lines, &line, &len, err));
        if (line == NULL)
            return HC_OK;
        if (len == 0 || hc_is_blank(line, len))
            continue;
        if (memchr(line, '\0', len) != NULL) {
            hc_sink_reject(s->sink, hc_lines_number(s->lines),
                           "NUL bytes in the row");
            continue;
        }
        HC_TRY(layered_row(s, line, len, err));
    }
}

static hc_status layered_head(layered *s, hc_err *err)
{
    char *line;
    size_t len, n = 0;
    hc_column *names = NULL;
    HC_TRY(hc_lines_next(s->lines, &line, &len, err));
    HC_TRY(hc_lines_next(s->lines, &line, &len, err));
    if (line == NULL)
        return hc_fail(err, HC_DATA, "no names of steps");
    HC_TRY(hc_split_names(line, len, s->dialect, &names, &n, err));
    for (size_t i = 1; i < n && s->name_at == 0; i++)
        if (strstr(names[i].name, "Step Name") != NULL ||
            strstr(names[i].name, "Step Type") != NULL ||
            strstr(names[i].name, "Status") != NULL ||
            strstr(names[i].name, "工步名称") != NULL ||
            strstr(names[i].name, "工步类型") != NULL ||
            strstr(names[i].name, "Mode") != NULL)
            s->name_at = (int)i;
    hc_columns_free(names, n);
    HC_TRY(hc_lines_next(s->lines, &line, &len, err));
    if (line == NULL)
        return hc_fail(err, HC_DATA, "no names of records");
    HC_TRY(
        hc_split_names(line, len, s->dialect, &s->record, &s->n_record, err));
    if (s->n_record < 4)
        return hc_fail(err, HC_DATA,
                       "line 3 should name the columns of the "
                       "records");
    return HC_OK;
}

static hc_status layered_table(layered *s, hc_err *err)
{
    s->n = ABOVE + s->n_record - 2;
    s->columns = calloc(s->n, sizeof *s->columns);
    s->cells = calloc(s->n, sizeof *s->cells);
    s->above_cells = calloc(s->n_record + 1, sizeof *s->above_cells);
    if (s->columns == NULL || s->cells == NULL || s->above_cells == NULL)
        return hc_fail_nomem(err);
    s->columns[0].name = "Cycle ID";
    s->columns[1].name = "Step ID";
    s->columns[2].name = "Step Name";
    for (size_t i = 2; i < s->n_record; i++)
        s->columns[ABOVE + i - 2] = s->record[i];
    hc_dataset d = hc_dataset_make("record", s->columns, s->n);
    d.kind = HC_KIND_SERIES;
    d.direction = s->columns[2].name;
    d.discharging = hc_discharge_words();
    HC_TRY(hc_sink_begin(s->sink, &d, err));
    HC_TRY(layered_rows(s, err));
    return hc_sink_end(s->sink, err);
}

static hc_status read_layered(hc_source *src, hc_sink *sink, char delimiter,
                              hc_err *err)
{
    layered s = {.sink = sink,
                 .dialect = {.delimiter = delimiter, .quotes = true}};
    s.dialect.decimal_comma = hc_form_commas(&src->probe, 3, delimiter);
    hc_status st = hc_lines_open(&s.lines, src, err);
    if (st != HC_OK)
        return st;
    st = layered_head(&s, err);
    if (st == HC_OK)
        st = layered_table(&s, err);
    if (st == HC_OK)
        st = hc_sink_fact(sink, "separator",
                          hc_dialect_delimiter_name(s.dialect), err);
    if (st == HC_OK)
        st = hc_lines_facts(s.lines, sink, err);
    else if (err != NULL && err->line == 0)
        err->line = hc_lines_number(s.lines);
    hc_columns_free(s.record, s.n_record);
    free(s.columns);
    free(s.cells);
    free(s.above_cells);
    hc_lines_free(s.lines);
    return st;
}

/* ---- both ---- */

static void detect(const hc_probe *p, hc_verdict *v)
{
    char d;
    if (p->binary)
        hc_say_no(v, 0, "binary data");
    else if (is_layered(p, &d))
        hc_say_yes(v, 90);
    else if (hc_form_find(&flat, p) >= 0)
        hc_say_yes(v, 80);
    else
        hc_say_no(v, hc_probe_find(p, "DataPoint") != NULL ? 40 : 0,
                  "no line of BTSDA's column names");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char d;
    if (is_layered(&src->probe, &d))
        return read_layered(src, sink, d, err);
    return hc_form_read(&flat, src, sink, err);
}

const hc_colmap hc_neware_columns[] = {
    {"DataPoint", "record_index", NULL, 0, 0},
    {"Record number", "record_index", NULL, 0, 0},
    {"Record ID", "record_index", NULL, 0, 0},
    {"Cycle Index", "cycle_count", NULL, 0, 0},
    {"Cycle ID", "cycle_count", NULL, 0, 0},
    {"Step Index", "step_id", NULL, 0, 0},
    {"Step ID", "step_id", NULL, 0, 0},
    {"Step Type", "step_type", NULL, 0, 0},
    {"Step Name", "step_type", NULL, 0, 0},
    {"Time", "step_time_second", "s", 0, 0},
    {"Time(s)", "step_time_second", "s", 0, 0},
    {"Time(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"Relative Time(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"Total Time", "test_time_second", "s", 0, 0},
    {"Total Time(h:min:s.ms)", "test_time_second", "s", 0, 0},
    {"Step Time(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"Cumulative Time", "test_time_second", "s", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Current", "current_ampere", "A", 0, 0},
    {"Current(\xc2\xb5"
     "A)",
     "current_ampere", "uA", 0, 0},
    {"Capacity", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"Capacity(mAs)", "step_cumulative_capacity_ah", "mA s", 0, 0},
    {"Chg. Cap.", "step_charging_capacity_ah", "Ah", 0, 0},
    {"Chg. Cap.(mAs)", "step_charging_capacity_ah", "mA s", 0, 0},
    {"DChg. Cap.", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"DChg. Cap.(mAs)", "step_discharging_capacity_ah", "mA s", 0, 0},
    {"Capacitance_Chg", "step_charging_capacity_ah", "Ah", 0, 0},
    {"Capacitance_DChg", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"Energy", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"Energy(mWs)", "step_cumulative_energy_wh", "mW s", 0, 0},
    {"Chg. Energy", "step_charging_energy_wh", "Wh", 0, 0},
    {"Chg. Energy(mWs)", "step_charging_energy_wh", "mW s", 0, 0},
    {"DChg. Energy", "step_discharging_energy_wh", "Wh", 0, 0},
    {"DChg. Energy(mWs)", "step_discharging_energy_wh", "mW s", 0, 0},
    {"Engy_Chg", "step_charging_energy_wh", "Wh", 0, 0},
    {"Engy_DChg", "step_discharging_energy_wh", "Wh", 0, 0},
    {"Date", "date_time", NULL, 0, 0},
    {"Date(h:min:s.ms)", "date_time", NULL, 0, 0},
    {"Realtime", "date_time", NULL, 0, 0},
    {"Absolute Time", "date_time", NULL, 0, 0},
    {"Power", "power_watt", "W", 0, 0},
    {"T1(\xc2\xb0"
     "C)",
     "temperature_t1_celsius", "degC", 0, 0},
    {"T2(\xc2\xb0"
     "C)",
     "temperature_t2_celsius", "degC", 0, 0},
    {"Record Index", "record_index", NULL, 0, 0},
    {"Record", "record_index", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Step", "step_id", NULL, 0, 0},
    {"Steps", "step_id", NULL, 0, 0},
    {"State", "step_type", NULL, 0, 0},
    {"Status", "step_type", NULL, 0, 0},
    {"Relative Time", "step_time_second", "s", 0, 0},
    {"Step Time", "step_time_second", "s", 0, 0},
    {"Cur", "current_ampere", "A", 0, 0},
    {"Vol", "voltage_volt", "V", 0, 0},
    {"Cap", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"CapaCity", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"Charge Capacity", "step_charging_capacity_ah", "Ah", 0, 0},
    {"Discharge Capacity", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"Charge Energy", "step_charging_energy_wh", "Wh", 0, 0},
    {"Discharge Energy", "step_discharging_energy_wh", "Wh", 0, 0},
    {"数据序号", "record_index", NULL, 0, 0},
    {"记录序号", "record_index", NULL, 0, 0},
    {"记录号", "record_index", NULL, 0, 0},
    {"循环号", "cycle_count", NULL, 0, 0},
    {"循环序号", "cycle_count", NULL, 0, 0},
    {"工步号", "step_id", NULL, 0, 0},
    {"工步序号", "step_id", NULL, 0, 0},
    {"工步类型", "step_type", NULL, 0, 0},
    {"工步名称", "step_type", NULL, 0, 0},
    {"时间(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"相对时间(h:min:s.ms)", "step_time_second", "s", 0, 0},
    {"时间", "step_time_second", "s", 0, 0},
    {"相对时间", "step_time_second", "s", 0, 0},
    {"总时间", "test_time_second", "s", 0, 0},
    {"总时间(h:min:s.ms)", "test_time_second", "s", 0, 0},
    {"电压", "voltage_volt", "V", 0, 0},
    {"电流", "current_ampere", "A", 0, 0},
    {"容量", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"充电容量", "step_charging_capacity_ah", "Ah", 0, 0},
    {"放电容量", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"能量", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"充电能量", "step_charging_energy_wh", "Wh", 0, 0},
    {"放电能量", "step_discharging_energy_wh", "Wh", 0, 0},
    {"绝对时间", "date_time", NULL, 0, 0},
    {"功率", "power_watt", "W", 0, 0},
    {"Contact resistance(mO)", NULL, NULL, 0, 0},
    {"SOC/DOD(%)", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_neware_bts = {
    .name = "neware-bts",
    .title = "Neware BTSDA csv, flat and layered",
    .detect = detect,
    .most = 90,
    .read = read,
    .columns = hc_neware_columns,
    .verified = true};
