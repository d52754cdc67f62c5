/* xlsx.c: tables in Excel workbooks, as Arbin and Neware export them
 *
 * The first rows of each sheet show where its table is (xlsx_head.c); what
 * stands above are settings.  A sheet with voltage and current, or with
 * impedance, is a data set; other tables, and those of hidden sheets, come as
 * data sets that a plain read leaves out, unless there is nothing else.
 */
#include "core/number.h"
#include "core/text.h"
#include "formats/generic.h"
#include "formats/xlsx_head.h"
#include "formats/xlsx_rows.h"
#include "formats/xlsx_text.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30 };

extern const hc_format hc_format_xlsx;

/* ---- one sheet ---- */

/* What a cell holds, as far as the end of a table shows in it. */
typedef enum { HOLDS_NONE, HOLDS_NUMBER, HOLDS_DATE, HOLDS_WORD } holds;

typedef struct {
    hc_xlsx_book *w;
    const hc_xlsx_sheet *info;
    const hc_xlsx_head *head;
    bool open, ended;
    long last_row;
    int key;       /* column of the time or frequency, -1 none */
    holds key_has; /* in the first row */
    size_t beyond, below, rows;
    hc_cell *out;
    char (*shown)[HC_XLSX_SHOWN];
} sheet;

static holds key_of(const sheet *s, const hc_xlsx_row *r)
{
    size_t i = (size_t)s->key;
    if (s->key < 0)
        return HOLDS_NUMBER;
    if (i >= r->n || !r->cells[i].there)
        return HOLDS_NONE;
    if (r->cells[i].number)
        return HOLDS_NUMBER;
    return hc_isdigit(hc_xlsx_text(r, i)[0]) ? HOLDS_DATE : HOLDS_WORD;
}

/* Below a gap: notes and averages, that have no time or frequency? */
static bool is_below(sheet *s, const hc_xlsx_row *r)
{
    holds has = key_of(s, r);
    if (s->rows++ == 0)
        s->key_has = has;
    bool gap = s->rows > 1 && r->number > s->last_row + 1;
    s->last_row = r->number;
    s->ended |= gap && has != s->key_has;
    s->below += s->ended;
    return s->ended;
}

/* A number of a cell of text, with a decimal point. */
static hc_cell with_point(const sheet *s, const hc_xlsx_row *r, size_t i,
                          char *shown)
{
    const hc_xlsx_cell *c = &r->cells[i];
    const char *v = hc_xlsx_text(r, i);
    double x;
    hc_cell plain = hc_cell_text(v, c->len);
    if (!s->head->plan.dialect.decimal_comma || !c->word || c->number ||
        c->len >= HC_XLSX_SHOWN || !hc_number_parse_comma(v, c->len, &x))
        return plain;
    memcpy(shown, v, c->len);
    char *comma = memchr(shown, ',', c->len);
    if (comma != NULL)
        *comma = '.';
    return hc_cell_text(shown, c->len);
}

/* The names once more, where a measurement was started again? */
static bool are_names(const sheet *s, const hc_xlsx_row *r)
{
    size_t i = (size_t)s->key;
    if (s->key < 0 || i >= r->n || !r->cells[i].there || r->numbers > 0)
        return false;
    const char *name = s->head->columns[i].name;
    return strlen(name) == r->cells[i].len &&
           memcmp(name, hc_xlsx_text(r, i), r->cells[i].len) == 0;
}

static hc_status give_row(sheet *s, const hc_xlsx_row *r, hc_err *err)
{
    size_t n = s->head->n;
    if (r->n == 0 || are_names(s, r) || is_below(s, r))
        return HC_OK;
    for (size_t i = n; i < r->n; i++)
        s->beyond += r->cells[i].there;
    s->beyond += r->beyond;
    for (size_t i = 0; i < n; i++)
        s->out[i] = i >= r->n || !r->cells[i].there ? hc_cell_none()
                    : r->cells[i].shows != HC_XLSX_NUMBER
                        ? hc_xlsx_value(s->w, r, i, s->shown[i])
                        : with_point(s, r, i, s->shown[i]);
    s->w->sink->line = r->number;
    return hc_sink_row(s->w->sink, s->out, err);
}

/* Above the table: pairs of cells. */
static hc_status give_setting(const sheet *s, const hc_xlsx_row *r,
                              hc_err *err)
{
    size_t key = 0, value;
    while (key < r->n && !r->cells[key].there)
        key++;
    value = key + 1;
    while (value < r->n && !r->cells[value].there)
        value++;
    if (value >= r->n || (r->numbers == 0 && r->words > 2))
        return HC_OK;
    return hc_sink_metan(s->w->sink, hc_xlsx_text(r, key), r->cells[key].len,
                         hc_xlsx_text(r, value), r->cells[value].len, err);
}

static hc_status open_table(sheet *s, hc_err *err)
{
    const hc_xlsx_head *h = s->head;
    if (h->plan.n_above > 0 && h->dataset.kind != HC_KIND_OTHER)
        hc_sink_warn(s->w->sink, 0,
                     "sheet %s: another table of %zu rows begins in row %ld, "
                     "which is not read, only that of row %ld: put them on "
                     "sheets of their own",
                     s->info->name, h->plan.n_above, h->above_row,
                     h->names_row);
    s->open = true;
    return hc_sink_begin(s->w->sink, &h->dataset, err);
}

static hc_status take(void *ctx, const hc_xlsx_row *r, hc_err *err)
{
    sheet *s = ctx;
    const hc_xlsx_head *h = s->head;
    if (!h->table || r->index < (h->plan.has_names ? h->plan.names_line
                                                   : h->plan.data_line))
        return give_setting(s, r, err);
    if (r->index < h->plan.data_line)
        return HC_OK;
    if (!s->open)
        HC_TRY(open_table(s, err));
    return give_row(s, r, err);
}

static int key_column(const hc_xlsx_head *h)
{
    static const char *const targets[] = {
        "frequency_hertz", "test_time_second", "step_time_second",
        "unix_time_second", "date_time"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        int at = hc_xlsx_head_find(h, hc_format_xlsx.columns, targets[i]);
        if (at >= 0)
            return at;
    }
    return -1;
}

static hc_status end_sheet(sheet *s, hc_err *err)
{
    hc_sink *sink = s->w->sink;
    if (!s->open && s->head->table)
        HC_TRY(open_table(s, err)); /* names, and no rows yet */
    if (s->beyond > 0)
        hc_sink_warn(sink, 0,
                     "sheet %s: %zu cells right of the table left out",
                     s->info->name, s->beyond);
    if (s->below > 0)
        hc_sink_warn(sink, 0, "sheet %s: %zu rows below the table left out",
                     s->info->name, s->below);
    return s->open ? hc_sink_end(sink, err) : HC_OK;
}

static hc_status read_sheet(hc_xlsx_book *w, const hc_xlsx_sheet *info,
                            const hc_xlsx_head *head, hc_err *err)
{
    sheet s = {.w = w, .info = info, .head = head, .key = key_column(head)};
    s.out = calloc(head->n + 1, sizeof *s.out);
    s.shown = calloc(head->n + 1, sizeof *s.shown);
    hc_status st =
        s.out == NULL || s.shown == NULL ? hc_fail_nomem(err) : HC_OK;
    if (st == HC_OK)
        st = hc_xlsx_rows(w, info->path, take, &s, err);
    if (st == HC_OK)
        st = end_sheet(&s, err);
    w->sink->line = 0;
    free(s.out);
    free(s.shown);
    return st;
}

/* ---- which sheets are measurements ---- */

typedef enum { VISIBLE, HIDDEN, LOOSE, NONE } level;

/* LOOSE: a time, and not all that a test has. */
static level level_of(const hc_xlsx_sheet *info, const hc_xlsx_head *h)
{
    if (h->is_text)
        return info->hidden ? HIDDEN : VISIBLE;
    if (!h->table || h->allows == HC_KIND_OTHER ||
        (h->allows == HC_KIND_SERIES &&
         hc_starts_with(info->name, "Statistic")))
        return NONE;
    if (h->allows == HC_KIND_SERIES && !h->cells_to_judge)
        return LOOSE;
    return info->hidden ? HIDDEN : VISIBLE;
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

static void set_kind(hc_xlsx_head *h, level is, level wanted)
{
    hc_dataset *d = &h->dataset;
    bool series = h->allows == HC_KIND_SERIES;
    d->side = is != wanted;
    if (is == NONE || (is == LOOSE && wanted != LOOSE)) {
        d->kind = HC_KIND_OTHER;
        return;
    }
    if (series)
        d->kind = HC_KIND_SERIES;
    for (size_t i = 0; series && d->reversed == NULL && i < h->n; i++)
        if (d->direction == NULL && is_direction(h->columns[i].name)) {
            d->direction = h->columns[i].name;
            d->discharging = hc_discharge_words();
        }
    d->judge_current = series && h->cells_to_judge;
}

/* Does a sheet begin a series of its own (another channel), where the first
 * one does?  Then it does not go on with that. */
static bool begins_anew(const hc_xlsx_head *h, const hc_xlsx_head *first)
{
    return first != NULL && h->allows == HC_KIND_SERIES &&
           first->allows == HC_KIND_SERIES && h->begins <= first->begins;
}

static hc_status read_planned(hc_xlsx_book *w, hc_xlsx_head *heads,
                              hc_err *err)
{
    level wanted = NONE;
    const hc_xlsx_head *first = NULL;
    for (size_t i = 0; i < w->n_sheets; i++) {
        if (i > 0 && !w->sheets[i].hidden &&
            level_of(&w->sheets[i - 1], &heads[i - 1]) == VISIBLE)
            HC_TRY(hc_xlsx_head_go_on(&heads[i], &heads[i - 1], &w->sheets[i],
                                      err));
        level is = level_of(&w->sheets[i], &heads[i]);
        wanted = is < wanted ? is : wanted;
    }
    for (size_t i = 0; i < w->n_sheets; i++) {
        level is = level_of(&w->sheets[i], &heads[i]);
        set_kind(&heads[i], is, wanted);
        if (is == HIDDEN && wanted == VISIBLE)
            hc_sink_warn(w->sink, 0,
                         "sheet %s is hidden and left out: --select reads it",
                         w->sheets[i].name);
        if (is == wanted && begins_anew(&heads[i], first)) {
            heads[i].dataset.side = true;
            hc_sink_warn(w->sink, 0,
                         "sheet %s begins a test of its own and is left out: "
                         "--select reads it",
                         w->sheets[i].name);
        }
        if (is == wanted && first == NULL)
            first = &heads[i];
        if (!heads[i].is_text)
            HC_TRY(read_sheet(w, &w->sheets[i], &heads[i], err));
        else if (is == wanted)
            HC_TRY(hc_xlsx_text_read(w, &w->sheets[i], err));
    }
    return HC_OK;
}

/* ---- the file ---- */

static hc_status read_sheets(hc_xlsx_book *w, hc_err *err)
{
    hc_xlsx_head *heads = calloc(w->n_sheets + 1, sizeof *heads);
    if (heads == NULL)
        return hc_fail_nomem(err);
    hc_status st = HC_OK;
    for (size_t i = 0; st == HC_OK && i < w->n_sheets; i++)
        st = hc_xlsx_head_look(w, &w->sheets[i], hc_format_xlsx.columns,
                               &heads[i], err);
    if (st == HC_OK)
        st = read_planned(w, heads, err);
    for (size_t i = 0; i < w->n_sheets; i++)
        hc_xlsx_head_clear(&heads[i]);
    free(heads);
    if (st == HC_OK && w->sink->n_datasets == 0)
        return hc_fail_at(err, HC_DATA, w->name, 0,
                          "no sheet holds a table of measurements");
    return st;
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
    /* without names: frequency, real and imaginary part */
    {"col1", "frequency_hertz", "Hz", 1, 0},
    {"col2", "real_impedance_ohm", "ohm", 1, 0},
    {"col3", "imaginary_impedance_ohm", "ohm", 1, 0},
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
                                  .most = 85,
                                  .read = read,
                                  .columns = columns,
                                  .verified = true};
