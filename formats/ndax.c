/* ndax.c: Neware .ndax, a zip of .ndc parts (ndc.h)
 *
 * Up to version 5 data.ndc holds everything.  From version 8 it holds only
 * voltage and current; data_runInfo.ndc has the time, the capacities and the
 * step of some rows (step_time u4 ms, capacities and energies f4, interval
 * dt i4 ms, Unix time u4 s and u2 ms, step u4, index u4), and the rows
 * between two of them are rebuilt: time and date go on by dt, capacity and
 * energy by I dt and V I dt.  data_step.ndc tells cycle, step index and type
 * of each step.  data_AUX_a_b_c.ndc are auxiliary channels, a being the
 * RealChlID that TestInfo.xml explains.  Layouts: observed in files of
 * versions 5 and 14; 2, 11, 16 and 17 as fastnda 968d89c2 and NewareNDA
 * d895eb23 describe them (facts only).
 */
#include "core/number.h"
#include "core/text.h"
#include "formats/archive.h"
#include "formats/format.h"
#include "formats/ndc.h"
#include "formats/neware.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 1 << 30,   /* bytes of the archive */
    MEMBER_MAX = 1 << 28, /* bytes of a part */
    AUX_MAX = 32,
    TEXT_SIZE = 40,
};

/* ---- versions ---- */

/* Old: everything in one row. */
typedef struct {
    int version;
    size_t item, index, cycle, step, type, time, volt, amp, chg, when, range;
} old_layout;

static const old_layout old_layouts[] = {
    {2, 94, 8, 12, 16, 17, 23, 31, 35, 43, 75, 82},
    {4, 94, 8, 12, 16, 17, 23, 31, 35, 43, 75, 82},
    {5, 87, 1, 5, 9, 10, 16, 24, 28, 36, 68, 75},
};

/* New: V and I in data.ndc. */
typedef struct {
    int version;
    bool tenth_mv; /* volts as 0.1 mV and current as mA, else V and A */
    bool hours;    /* capacity in Ah and energy in Wh, else mA s and mW s */
    size_t run_item, step_item, dt, unix_s, step, index, ms; /* ms 0: none */
} new_layout;

static const new_layout new_layouts[] = {
    {8, false, true, 42, 37, 26, 30, 34, 38, 0},
    {9, true, false, 45, 37, 29, 33, 37, 41, 0},
    {11, true, false, 47, 37, 29, 33, 37, 41, 45},
    {12, false, true, 47, 37, 29, 33, 37, 41, 45},
    {13, true, false, 55, 37, 29, 33, 37, 41, 45},
    {14, false, true, 55, 37, 29, 33, 37, 41, 45},
    {16, true, false, 100, 100, 29, 33, 37, 41, 45},
    {17, false, true, 100, 100, 29, 33, 37, 41, 45},
};

static const old_layout *old_of(int version)
{
    for (size_t i = 0; i < sizeof old_layouts / sizeof *old_layouts; i++)
        if (old_layouts[i].version == version)
            return &old_layouts[i];
    return NULL;
}

static const new_layout *new_of(int version)
{
    for (size_t i = 0; i < sizeof new_layouts / sizeof *new_layouts; i++)
        if (new_layouts[i].version == version)
            return &new_layouts[i];
    return NULL;
}

/* ---- state ---- */

enum {
    C_INDEX,
    C_CYCLE,
    C_STEP,
    C_STEP_INDEX,
    C_STATUS,
    C_TIME,
    C_VOLT,
    C_AMP,
    C_CHG,
    C_DCHG,
    C_ECHG,
    C_EDCHG,
    C_WHEN,
    C_AUX,
    C_COUNT = C_AUX + 2 * AUX_MAX
};

/* One auxiliary channel. */
typedef struct {
    char *data;
    hc_ndc ndc;
    int numbers[3]; /* of the file's name */
    int id, type;   /* AuxID, ChlType of TestInfo.xml; type 0 unknown */
    bool by_slot;   /* the slot's number is the index */
    size_t index_at, volt_at, temp_at; /* in a row; 0: none */
    bool f4;                           /* the row is one f4 */
    bool volt_f4;
    size_t at;                /* slot looked at last */
    int volt_slot, temp_slot; /* column or -1 */
    char volt_name[32], temp_name[32];
} aux;

typedef struct {
    const hc_zip_ops *zip;
    hc_archive *archive;
    hc_sink *sink;
    const char *name;
    char *data, *run, *step;
    size_t data_len, run_len, step_len;
    aux aux[AUX_MAX];
    size_t n_aux;
    size_t aux_left_out;
    hc_column columns[C_COUNT];
    size_t n_columns;
    hc_cell cells[C_COUNT];
    char texts[C_COUNT][TEXT_SIZE];
} ndax;

/* A float of 0.1 mV as volts: exact when it is a whole number, as it is. */
static hc_cell tenth_mv(float v)
{
    if (v > -1e9f && v < 1e9f && v == floorf(v))
        return hc_cell_dec((int64_t)v, -4);
    return hc_cell_f8((double)v * 1e-4);
}

/* ---- auxiliary channels ---- */

/* The value of an attribute inside <...>; -1 when it has none. */
static long attribute(const char *element, const char *end, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = element; p + n + 2 < end; p++)
        if (p[-1] == ' ' && memcmp(p, name, n) == 0 && p[n] == '=' &&
            p[n + 1] == '"') {
            const char *s = p + n + 2, *q = memchr(s, '"', (size_t)(end - s));
            long v;
            return q != NULL &&
                           hc_integer_parse(s, (size_t)(q - s), 0, 1 << 24, &v)
                       ? v
                       : -1;
        }
    return -1;
}

/* TestInfo.xml: <Aux1 AuxID="1" RealChlID="9" ChlType="103" .../> */
static void explain_aux(ndax *s, const char *xml, size_t len)
{
    const char *end = xml + len;
    size_t order = 0;
    for (const char *p = xml; p + 8 < end; p++) {
        if (memcmp(p, "<Aux", 4) != 0 && memcmp(p, "<AUX", 4) != 0)
            continue;
        const char *close = memchr(p, '>', (size_t)(end - p));
        if (close == NULL)
            return;
        long real = attribute(p + 1, close, "RealChlID");
        size_t i = 0;
        while (i < s->n_aux && (real < 0 || s->aux[i].numbers[0] != real))
            i++;
        if (i == s->n_aux && real < 0)
            i = order;
        order++;
        if (i >= s->n_aux)
            continue;
        long id = attribute(p + 1, close, "AuxID");
        long type = attribute(p + 1, close, "ChlType");
        if (id >= 0)
            s->aux[i].id = (int)id;
        if (type > 0)
            s->aux[i].type = (int)type;
    }
}

/* Where the values stand in a row, by version and first byte. */
static bool aux_layout(aux *a, size_t len)
{
    int holds, version;
    if (!hc_ndc_head(a->data, len, &holds, &version) || holds != HC_NDC_AUX)
        return false;
    size_t item = 4;
    if (version == 2 || version == 4) {
        item = 94;
        a->index_at = 8;
        a->volt_at = 31;
        a->temp_at = 41;
    } else if (version == 5) {
        item = 87;
        a->index_at = 1;
        a->volt_at = 24;
        a->temp_at = 34;
    } else if (version == 9 || version == 11 || version == 13 ||
               version == 16) {
        bool long_row =
            len > 4096 + 132 && (unsigned char)a->data[4096 + 132] == 0x74;
        item = long_row ? 88 : 7;
        a->index_at = long_row ? 1 : 0;
        a->volt_at = long_row ? 0 : 1;
        a->temp_at = long_row ? 35 : 5;
        a->volt_f4 = !long_row;
        a->by_slot = !long_row;
    } else if (version == 8 || version == 12 || version == 14 ||
               version == 17) {
        a->f4 = a->by_slot = true;
    } else {
        return false;
    }
    return hc_ndc_open(&a->ndc, a->data, len, item);
}

static int by_numbers(const void *x, const void *y)
{
    const aux *a = x, *b = y;
    for (int i = 0; i < 3; i++)
        if (a->numbers[i] != b->numbers[i])
            return a->numbers[i] < b->numbers[i] ? -1 : 1;
    return 0;
}

static hc_status open_aux(ndax *s, hc_err *err)
{
    for (size_t i = 0; i < s->zip->count(s->archive); i++) {
        const char *name = s->zip->member(s->archive, i);
        int n[3] = {0, 0, 0};
        if (sscanf(name, "data_AUX_%6d_%6d_%6d.ndc", &n[0], &n[1], &n[2]) < 1)
            continue;
        if (s->n_aux == AUX_MAX) {
            s->aux_left_out++;
            continue;
        }
        aux *a = &s->aux[s->n_aux];
        size_t len;
        HC_TRY(s->zip->read(s->archive, i, MEMBER_MAX, &a->data, &len, err));
        memcpy(a->numbers, n, sizeof n);
        if (aux_layout(a, len)) {
            s->n_aux++;
        } else {
            s->aux_left_out++;
            free(a->data);
            *a = (aux){0};
        }
    }
    qsort(s->aux, s->n_aux, sizeof *s->aux, by_numbers);
    for (size_t i = 0; i < s->n_aux; i++)
        s->aux[i].id = (int)i + 1;
    long info = s->zip->find(s->archive, "TestInfo.xml");
    if (s->n_aux > 0 && info >= 0) {
        char *xml;
        size_t len;
        HC_TRY(
            s->zip->read(s->archive, (size_t)info, 1 << 24, &xml, &len, err));
        explain_aux(s, xml, len);
        free(xml);
    }
    return HC_OK;
}

/* The row of an index, NULL when there is none; indexes rise. */
static const unsigned char *aux_row(aux *a, uint32_t index)
{
    if (a->by_slot)
        return index >= 1 && index <= a->ndc.slots
                   ? hc_ndc_row(&a->ndc, index - 1)
                   : NULL;
    for (; a->at < a->ndc.slots; a->at++) {
        const unsigned char *r = hc_ndc_row(&a->ndc, a->at);
        uint32_t here = r != NULL ? hc_le32(r + a->index_at) : 0;
        if (here == index)
            return r;
        if (here > index)
            return NULL;
    }
    return NULL;
}

static void set_aux(ndax *s, uint32_t index)
{
    for (size_t i = 0; i < s->n_aux; i++) {
        aux *a = &s->aux[i];
        const unsigned char *r = aux_row(a, index);
        if (r == NULL)
            continue;
        if (a->f4 && a->temp_slot >= 0)
            s->cells[a->temp_slot] = hc_cell_f4(hc_lef4(r));
        else if (a->temp_slot >= 0)
            s->cells[a->temp_slot] =
                hc_cell_dec((int16_t)hc_le16(r + a->temp_at), -1);
        if (a->volt_slot >= 0)
            s->cells[a->volt_slot] =
                a->volt_f4 ? tenth_mv(hc_lef4(r + a->volt_at))
                           : hc_cell_dec((int32_t)hc_le32(r + a->volt_at), -4);
    }
}

/* ---- columns ---- */

static void column(ndax *s, const char *name, const char *unit)
{
    s->columns[s->n_columns++] = (hc_column){name, unit};
}

static void aux_columns(ndax *s, aux *a)
{
    const char *what = "T%d";
    const char *unit = "degC";
    if (a->f4 && a->type == 335) {
        what = "T%d_set";
    } else if (a->f4 && a->type == 345) {
        what = "Humidity%d";
        unit = "%";
    } else if (a->f4 && a->type != 103) {
        what = "Aux%d";
        unit = NULL;
    }
    a->volt_slot = -1;
    snprintf(a->temp_name, sizeof a->temp_name, what, a->id);
    if (a->volt_at > 0) {
        snprintf(a->volt_name, sizeof a->volt_name, "Aux%d_Voltage(V)", a->id);
        a->volt_slot = (int)s->n_columns;
        column(s, a->volt_name, NULL);
    }
    a->temp_slot = (int)s->n_columns;
    column(s, a->temp_name, unit);
}

static void make_columns(ndax *s, const char *amp, const char *const cap[4],
                         const char *when)
{
    column(s, "Index", NULL);
    column(s, "Cycle", NULL);
    column(s, "Step", NULL);
    column(s, "Step_Index", NULL);
    column(s, "Status", NULL);
    column(s, "Time", "s");
    column(s, "Voltage", "V");
    column(s, amp, NULL);
    for (size_t i = 0; i < 4; i++)
        column(s, cap[i], NULL);
    column(s, when, NULL);
    for (size_t i = 0; i < s->n_aux; i++)
        aux_columns(s, &s->aux[i]);
}

static void set_status(ndax *s, int type)
{
    const char *name = hc_neware_step_type(type, s->texts[C_STATUS]);
    s->cells[C_STATUS] = hc_cell_text(name, strlen(name));
}

static void clear_row(ndax *s)
{
    for (size_t i = 0; i < s->n_columns; i++)
        s->cells[i] = hc_cell_none();
}

/* ---- old versions ---- */

static void old_row(ndax *s, const old_layout *l, const unsigned char *r,
                    int64_t step_count, int32_t *odd)
{
    bool sure;
    int32_t range = (int32_t)hc_le32(r + l->range);
    int e = hc_neware_exponent(range, &sure);
    if (!sure)
        *odd = range;
    clear_row(s);
    s->cells[C_INDEX] = hc_cell_int(hc_le32(r + l->index));
    s->cells[C_CYCLE] = hc_cell_int((int64_t)hc_le32(r + l->cycle) + 1);
    s->cells[C_STEP] = hc_cell_int(step_count);
    s->cells[C_STEP_INDEX] = hc_cell_int(r[l->step]);
    set_status(s, r[l->type]);
    s->cells[C_TIME] = hc_cell_dec((int64_t)hc_le64(r + l->time), -3);
    s->cells[C_VOLT] = hc_cell_dec((int32_t)hc_le32(r + l->volt), -4);
    s->cells[C_AMP] = hc_cell_dec((int32_t)hc_le32(r + l->amp), e);
    for (int i = 0; i < 4; i++)
        s->cells[C_CHG + i] =
            hc_cell_dec((int64_t)hc_le64(r + l->chg + 8 * (size_t)i), e);
    const unsigned char *w = r + l->when;
    int n =
        snprintf(s->texts[C_WHEN], TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u",
                 (unsigned)hc_le16(w), w[2], w[3], w[4], w[5], w[6]);
    s->cells[C_WHEN] = hc_cell_text(s->texts[C_WHEN], (size_t)n);
    set_aux(s, hc_le32(r + l->index));
}

static hc_status old_rows(ndax *s, const hc_ndc *data, const old_layout *l,
                          hc_err *err)
{
    int64_t step_count = 0, last_step = -1;
    uint32_t last = 0;
    uint64_t repeated = 0;
    int32_t odd = 0;
    for (size_t i = 0; i < data->slots; i++) {
        const unsigned char *r = hc_ndc_row(data, i);
        if (r == NULL || (!data->bits && hc_le32(r + l->index) == 0))
            continue;
        if (hc_le32(r + l->index) <= last) {
            repeated++;
            continue;
        }
        last = hc_le32(r + l->index);
        if (r[l->step] != last_step)
            step_count++;
        last_step = r[l->step];
        old_row(s, l, r, step_count, &odd);
        HC_TRY(hc_sink_row(s->sink, s->cells, err));
    }
    if (repeated > 0)
        hc_sink_warn(s->sink, 0, "%llu records stand twice; one of each kept",
                     (unsigned long long)repeated);
    if (odd != 0)
        hc_sink_warn(s->sink, 0,
                     "current range %d is not sure: current, "
                     "capacity and energy may be wrong by a power of ten",
                     (int)odd);
    return HC_OK;
}

static hc_status read_old(ndax *s, const old_layout *l, hc_err *err)
{
    static const char *const names[] = {
        "Charge_Capacity(mAs)", "Discharge_Capacity(mAs)",
        "Charge_Energy(mWs)", "Discharge_Energy(mWs)"};
    hc_ndc data;
    if (!hc_ndc_open(&data, s->data, s->data_len, l->item))
        return hc_fail_at(err, HC_DATA, s->name, 0, "data.ndc is damaged");
    make_columns(s, "Current(mA)", names, "Timestamp");
    hc_dataset d = hc_dataset_make("record", s->columns, s->n_columns);
    d.kind = HC_KIND_SERIES;
    HC_TRY(hc_sink_begin(s->sink, &d, err));
    HC_TRY(old_rows(s, &data, l, err));
    if (data.cut)
        hc_sink_incomplete(s->sink, "data.ndc ends inside a page");
    return hc_sink_end(s->sink, err);
}

/* ---- new versions ---- */

/* The row of runInfo that holds for a row of data and those behind it. */
typedef struct {
    uint32_t index, step;
    size_t slot; /* where it stood: of two for one index the first counts */
    int64_t time_ms, dt_ms, unix_ms;
    int64_t step_count;
    float q[4]; /* charge, discharge, their energies */
} run_row;

static int by_index(const void *x, const void *y)
{
    const run_row *a = x, *b = y;
    if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
    return a->slot < b->slot ? -1 : a->slot > b->slot;
}

static hc_status load_run(ndax *s, const new_layout *l, run_row **out,
                          size_t *n_out, hc_err *err)
{
    hc_ndc ndc;
    run_row *rows = NULL;
    size_t n = 0;
    if (s->run != NULL && !hc_ndc_open(&ndc, s->run, s->run_len, l->run_item))
        return hc_fail_at(err, HC_DATA, s->name, 0,
                          "data_runInfo.ndc is damaged");
    size_t slots = s->run != NULL ? ndc.slots : 0;
    rows = calloc(slots + 1, sizeof *rows);
    if (rows == NULL)
        return hc_fail_nomem(err);
    int64_t count = 0;
    for (size_t i = 0; i < slots; i++) {
        const unsigned char *r = hc_ndc_row(&ndc, i);
        if (r == NULL)
            continue;
        run_row *o = &rows[n++];
        o->time_ms = hc_le32(r);
        for (size_t k = 0; k < 4; k++)
            o->q[k] = hc_lef4(r + 5 + 4 * k);
        o->dt_ms = (int32_t)hc_le32(r + l->dt);
        o->unix_ms = (int64_t)hc_le32(r + l->unix_s) * 1000;
        if (l->ms > 0)
            o->unix_ms += hc_le16(r + l->ms);
        o->step = hc_le32(r + l->step);
        o->index = hc_le32(r + l->index);
        o->slot = i;
        if (n == 1 || o->step != rows[n - 2].step)
            count++;
        o->step_count = count;
    }
    qsort(rows, n, sizeof *rows, by_index);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || rows[i].index != rows[kept - 1].index)
            rows[kept++] = rows[i];
    *out = rows;
    *n_out = kept;
    return HC_OK;
}

/* Where the rebuilding of rows stands. */
typedef struct {
    const run_row *run;
    size_t n_run, at; /* run[at - 1] holds, at 0: none yet */
    hc_ndc step;
    int64_t passed_ms; /* since run[at - 1] */
    double mas, mws;   /* charge and energy since then, signed */
} rebuild;

static void set_step(ndax *s, const rebuild *b, int64_t count)
{
    s->cells[C_STEP] = hc_cell_int(count);
    /* Steps have no gaps in practice; a hole would shift the count. */
    if (b->step.data == NULL || count < 1 || (size_t)count > b->step.slots)
        return;
    size_t slot = (size_t)count - 1;
    const unsigned char *r = hc_ndc_row(&b->step, slot);
    if (r == NULL)
        return;
    s->cells[C_CYCLE] = hc_cell_int((int64_t)hc_le32(r) + 1);
    s->cells[C_STEP_INDEX] = hc_cell_int(hc_le32(r + 4));
    set_status(s, r[24]);
}

static void set_rebuilt(ndax *s, const new_layout *l, const rebuild *b,
                        bool stored)
{
    const run_row *r = &b->run[b->at - 1];
    double unit = l->hours ? 1 / 3.6e6 : 1; /* of mA s */
    double add[4] = {b->mas > 0 ? b->mas : 0, b->mas < 0 ? -b->mas : 0,
                     b->mws > 0 ? b->mws : 0, b->mws < 0 ? -b->mws : 0};
    for (int k = 0; k < 4; k++)
        s->cells[C_CHG + k] =
            stored
                ? hc_cell_f4(fabsf(r->q[k]))
                : hc_cell_f4((float)(fabs((double)r->q[k]) + add[k] * unit));
    s->cells[C_TIME] = hc_cell_dec(r->time_ms + b->passed_ms, -3);
    s->cells[C_WHEN] = hc_cell_dec(r->unix_ms + b->passed_ms, -3);
    set_step(s, b, r->step_count);
}

static void new_row(ndax *s, const new_layout *l, rebuild *b, uint32_t index,
                    const unsigned char *p)
{
    float volt = hc_lef4(p), amp = hc_lef4(p + 4);
    bool stored = false;
    while (b->at < b->n_run && b->run[b->at].index <= index) {
        stored = b->run[b->at].index == index;
        b->at++;
        b->passed_ms = 0;
        b->mas = b->mws = 0;
    }
    if (!stored && b->at > 0) {
        int64_t dt = b->run[b->at - 1].dt_ms;
        double v = (double)volt * (l->tenth_mv ? 1e-4 : 1);
        double mas = (double)amp * (l->tenth_mv ? 1 : 1e3) * (double)dt / 1e3;
        b->passed_ms += dt;
        b->mas += mas;
        b->mws += v * mas;
    }
    clear_row(s);
    s->cells[C_INDEX] = hc_cell_int(index);
    s->cells[C_VOLT] = l->tenth_mv ? tenth_mv(volt) : hc_cell_f4(volt);
    s->cells[C_AMP] = hc_cell_f4(amp);
    if (b->at > 0)
        set_rebuilt(s, l, b, stored);
    set_aux(s, index);
}

static hc_status new_rows(ndax *s, const new_layout *l, rebuild *b,
                          hc_err *err)
{
    hc_ndc data;
    uint64_t lonely = 0;
    if (!hc_ndc_open(&data, s->data, s->data_len, 8))
        return hc_fail_at(err, HC_DATA, s->name, 0, "data.ndc is damaged");
    for (size_t i = 0; i < data.slots && i < UINT32_MAX; i++) {
        const unsigned char *r = hc_ndc_row(&data, i);
        if (r == NULL)
            continue;
        new_row(s, l, b, (uint32_t)i + 1, r);
        if (b->at == 0)
            lonely++;
        HC_TRY(hc_sink_row(s->sink, s->cells, err));
    }
    if (lonely > 0)
        hc_sink_warn(s->sink, 0,
                     "%llu records stand before the first one "
                     "that has a time",
                     (unsigned long long)lonely);
    if (data.cut)
        hc_sink_incomplete(s->sink, "data.ndc ends inside a page");
    return HC_OK;
}

static hc_status read_new(ndax *s, const new_layout *l, hc_err *err)
{
    static const char *const hours[] = {
        "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)", "Charge_Energy(Wh)",
        "Discharge_Energy(Wh)"};
    static const char *const seconds[] = {
        "Charge_Capacity(mAs)", "Discharge_Capacity(mAs)",
        "Charge_Energy(mWs)", "Discharge_Energy(mWs)"};
    const char *names[4];
    memcpy(names, l->hours ? hours : seconds, sizeof names);
    run_row *run = NULL;
    rebuild b = {0};
    HC_TRY(load_run(s, l, &run, &b.n_run, err));
    b.run = run;
    if (s->step != NULL &&
        !hc_ndc_open(&b.step, s->step, s->step_len, l->step_item))
        b.step.data = NULL;
    make_columns(s, l->tenth_mv ? "Current(mA)" : "Current(A)", names,
                 "Unix_Time(s)");
    hc_dataset d = hc_dataset_make("record", s->columns, s->n_columns);
    d.kind = HC_KIND_SERIES;
    hc_status st = hc_sink_begin(s->sink, &d, err);
    if (st == HC_OK)
        st = new_rows(s, l, &b, err);
    if (st == HC_OK && s->run == NULL)
        hc_sink_warn(s->sink, 0,
                     "no data_runInfo.ndc: no times, no "
                     "capacities, no steps");
    if (st == HC_OK)
        st = hc_sink_end(s->sink, err);
    free(run);
    return st;
}

/* ---- the archive ---- */

static hc_status say_layout(hc_sink *sink, int version, hc_err *err)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%d", version);
    return hc_sink_metan(sink, "format version", 14, text, (size_t)n, err);
}

static hc_status member(ndax *s, const char *name, char **data, size_t *len,
                        hc_err *err)
{
    long i = s->zip->find(s->archive, name);
    *data = NULL;
    if (i < 0)
        return HC_OK;
    return s->zip->read(s->archive, (size_t)i, MEMBER_MAX, data, len, err);
}

/* Attributes worth telling, one of them in each XML part. */
static hc_status say_attribute(ndax *s, const char *file, const char *element,
                               const char *att, const char *key, bool fact,
                               hc_err *err)
{
    char *xml, find[64], value[128];
    size_t len;
    HC_TRY(member(s, file, &xml, &len, err));
    if (xml == NULL)
        return HC_OK;
    const char *p = strstr(xml, element);
    const char *end = p != NULL ? strchr(p, '>') : NULL;
    snprintf(find, sizeof find, " %s=\"", att);
    const char *v = end != NULL ? strstr(p, find) : NULL;
    const char *q = NULL;
    if (v != NULL && v < end) {
        v += strlen(find);
        q = strchr(v, '"');
    }
    hc_status st = HC_OK;
    if (q != NULL && q < end && q > v && (size_t)(q - v) < sizeof value) {
        memcpy(value, v, (size_t)(q - v));
        value[q - v] = '\0';
        st = fact ? hc_sink_fact(s->sink, key, value, err)
                  : hc_sink_metan(s->sink, key, strlen(key), value,
                                  strlen(value), err);
    }
    free(xml);
    return st;
}

static hc_status say_all(ndax *s, hc_err *err)
{
    HC_TRY(say_attribute(s, "VersionInfo.xml", "<ZwjVersion", "SvrVer",
                         "software", true, err));
    HC_TRY(say_attribute(s, "VersionInfo.xml", "<ZwjVersion", "MainXwjVer",
                         "device", true, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "StartTime",
                         "start_time_text", true, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "Barcode", "barcode",
                         false, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "StepName",
                         "step file", false, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "ChlID", "channel",
                         false, err));
    HC_TRY(say_attribute(s, "Step.xml", "<SCQ", "Value",
                         "active material (ug)", false, err));
    return say_attribute(s, "Step.xml", "<Remark", "Value", "remark", false,
                         err);
}

static hc_status read_archive(ndax *s, hc_err *err)
{
    int holds, version;
    HC_TRY(say_all(s, err));
    HC_TRY(member(s, "data.ndc", &s->data, &s->data_len, err));
    if (s->data == NULL)
        return hc_fail_at(err, HC_DATA, s->name, 0,
                          "no data.ndc in this archive: not a .ndax");
    HC_TRY(member(s, "data_runInfo.ndc", &s->run, &s->run_len, err));
    HC_TRY(member(s, "data_step.ndc", &s->step, &s->step_len, err));
    HC_TRY(open_aux(s, err));
    if (!hc_ndc_head(s->data, s->data_len, &holds, &version))
        return hc_fail_at(err, HC_DATA, s->name, 0, "data.ndc is empty");
    HC_TRY(say_layout(s->sink, version, err));
    if (s->aux_left_out > 0)
        hc_sink_warn(s->sink, 0, "%zu auxiliary channels could not be read",
                     s->aux_left_out);
    if (old_of(version) != NULL)
        return read_old(s, old_of(version), err);
    if (new_of(version) != NULL)
        return read_new(s, new_of(version), err);
    return hc_fail_at(err, HC_DATA, s->name, 0,
                      "data.ndc is of version %d, whose layout is not known; "
                      "export it as csv from BTSDA",
                      version);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char *bytes = NULL;
    size_t len;
    ndax *s = calloc(1, sizeof *s);
    if (s == NULL)
        return hc_fail_nomem(err);
    s->sink = sink;
    s->name = src->name;
    hc_status st = hc_zip_module(&s->zip, err);
    if (st == HC_OK)
        st = hc_source_slurp(src, FILE_MAX, &bytes, &len, err);
    if (st == HC_OK)
        st = s->zip->open(&s->archive, bytes, len, src->name, err);
    if (st == HC_OK)
        st = read_archive(s, err);
    if (s->archive != NULL)
        s->zip->close(s->archive);
    for (size_t i = 0; i < AUX_MAX; i++)
        free(s->aux[i].data);
    free(s->data);
    free(s->run);
    free(s->step);
    free(s);
    free(bytes);
    return st;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (!hc_probe_bytes(p, 0, "PK\3\4", 4)) {
        hc_say_no(v, 0, "is no zip archive");
        return;
    }
    /* Local headers name the members as they come. */
    for (size_t i = 0; i + 8 < p->len; i++)
        if (memcmp(p->data + i, "data.ndc", 8) == 0) {
            hc_say_yes(v, 95);
            return;
        }
    for (size_t i = 0; i + 11 < p->len; i++)
        if (memcmp(p->data + i, "VersionInfo", 11) == 0 ||
            memcmp(p->data + i, "TestInfo.xml", 12) == 0) {
            hc_say_yes(v, 80);
            return;
        }
    hc_say_no(v, 20, "is a zip archive without data.ndc");
}

static const hc_colmap columns[] = {
    {"Index", "record_index", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Step", "step_count", NULL, 0, 0},
    {"Step_Index", "step_id", NULL, 0, 0},
    {"Status", "step_type", NULL, 0, 0},
    {"Time", "step_time_second", "s", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Current(mA)", "current_ampere", "mA", 0, 0},
    {"Current(A)", "current_ampere", "A", 0, 0},
    {"Charge_Capacity(mAs)", "step_charging_capacity_ah", "mA s", 0, 0},
    {"Discharge_Capacity(mAs)", "step_discharging_capacity_ah", "mA s", 0, 0},
    {"Charge_Energy(mWs)", "step_charging_energy_wh", "mW s", 0, 0},
    {"Discharge_Energy(mWs)", "step_discharging_energy_wh", "mW s", 0, 0},
    {"Charge_Capacity(Ah)", "step_charging_capacity_ah", "Ah", 0, 0},
    {"Discharge_Capacity(Ah)", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"Charge_Energy(Wh)", "step_charging_energy_wh", "Wh", 0, 0},
    {"Discharge_Energy(Wh)", "step_discharging_energy_wh", "Wh", 0, 0},
    {"Timestamp", "date_time", NULL, 0, 0},
    {"Unix_Time(s)", "unix_time_second", "s", 0, 0},
    {"T1", "temperature_t1_celsius", "degC", 0, 0},
    {"T2", "temperature_t2_celsius", "degC", 0, 0},
    {"T3", "temperature_t3_celsius", "degC", 0, 0},
    {"T4", "temperature_t4_celsius", "degC", 0, 0},
    {"T5", "temperature_t5_celsius", "degC", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_neware_ndax = {.name = "neware-ndax",
                                         .title = "Neware .ndax",
                                         .detect = detect,
                                         .read = read,
                                         .columns = columns,
                                         .verified = true};
