/* ndax_rows.c: the records of a Neware .ndax, by version of its parts */
#include "formats/ndax.h"
#include "formats/neware.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- columns ---- */

static void make_columns(hc_ndax *s, const char *amp, const char *const cap[4],
                         const char *when)
{
    hc_ndax_column(s, "Index", NULL);
    hc_ndax_column(s, "Cycle", NULL);
    hc_ndax_column(s, "Step", NULL);
    hc_ndax_column(s, "Step_Index", NULL);
    hc_ndax_column(s, "Status", NULL);
    hc_ndax_column(s, "Time", "s");
    hc_ndax_column(s, "Voltage", "V");
    hc_ndax_column(s, amp, NULL);
    for (size_t i = 0; i < 4; i++)
        hc_ndax_column(s, cap[i], NULL);
    hc_ndax_column(s, when, NULL);
    for (size_t i = 0; i < s->n_aux; i++)
        hc_ndax_aux_columns(s, &s->aux[i]);
}

static void set_status(hc_ndax *s, int type)
{
    const char *name = hc_neware_step_type(type, s->texts[HC_NDAX_STATUS]);
    s->cells[HC_NDAX_STATUS] = hc_cell_text(name, strlen(name));
}

static void clear_row(hc_ndax *s)
{
    for (size_t i = 0; i < s->n_columns; i++)
        s->cells[i] = hc_cell_none();
}

/* ---- old versions ---- */

static void old_row(hc_ndax *s, const old_layout *l, const unsigned char *r,
                    int64_t step_count, int32_t *odd)
{
    bool sure;
    int32_t range = (int32_t)hc_le32(r + l->range);
    int e = hc_neware_exponent(range, &sure);
    if (!sure)
        *odd = range;
    clear_row(s);
    s->cells[HC_NDAX_INDEX] = hc_cell_int(hc_le32(r + l->index));
    s->cells[HC_NDAX_CYCLE] = hc_cell_int((int64_t)hc_le32(r + l->cycle) + 1);
    s->cells[HC_NDAX_STEP] = hc_cell_int(step_count);
    s->cells[HC_NDAX_STEP_INDEX] = hc_cell_int(r[l->step]);
    set_status(s, r[l->type]);
    s->cells[HC_NDAX_TIME] = hc_cell_dec((int64_t)hc_le64(r + l->time), -3);
    s->cells[HC_NDAX_VOLT] = hc_cell_dec((int32_t)hc_le32(r + l->volt), -4);
    s->cells[HC_NDAX_AMP] = hc_cell_dec((int32_t)hc_le32(r + l->amp), e);
    for (int i = 0; i < 4; i++)
        s->cells[HC_NDAX_CHG + i] =
            hc_cell_dec((int64_t)hc_le64(r + l->chg + 8 * (size_t)i), e);
    const unsigned char *w = r + l->when;
    int n = snprintf(s->texts[HC_NDAX_WHEN], HC_NDAX_TEXT,
                     "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)hc_le16(w),
                     w[2], w[3], w[4], w[5], w[6]);
    s->cells[HC_NDAX_WHEN] = hc_cell_text(s->texts[HC_NDAX_WHEN], (size_t)n);
    hc_ndax_aux_set(s, hc_le32(r + l->index));
}

static hc_status old_rows(hc_ndax *s, const hc_ndc *data, const old_layout *l,
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

static hc_status read_old(hc_ndax *s, const old_layout *l, hc_err *err)
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
    hc_sink_compare(s->sink);
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

static hc_status load_run(hc_ndax *s, const new_layout *l, run_row **out,
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
            o->q[k] = hc_le_f4(r + 5 + 4 * k);
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

static void set_step(hc_ndax *s, const rebuild *b, int64_t count)
{
    s->cells[HC_NDAX_STEP] = hc_cell_int(count);
    /* Steps have no gaps in practice; a hole would shift the count. */
    if (b->step.data == NULL || count < 1 || (size_t)count > b->step.slots)
        return;
    size_t slot = (size_t)count - 1;
    const unsigned char *r = hc_ndc_row(&b->step, slot);
    if (r == NULL)
        return;
    s->cells[HC_NDAX_CYCLE] = hc_cell_int((int64_t)hc_le32(r) + 1);
    s->cells[HC_NDAX_STEP_INDEX] = hc_cell_int(hc_le32(r + 4));
    set_status(s, r[24]);
}

static void set_rebuilt(hc_ndax *s, const new_layout *l, const rebuild *b,
                        bool stored)
{
    const run_row *r = &b->run[b->at - 1];
    double unit = l->hours ? 1 / 3.6e6 : 1; /* of mA s */
    double add[4] = {b->mas > 0 ? b->mas : 0, b->mas < 0 ? -b->mas : 0,
                     b->mws > 0 ? b->mws : 0, b->mws < 0 ? -b->mws : 0};
    for (int k = 0; k < 4; k++)
        s->cells[HC_NDAX_CHG + k] =
            stored
                ? hc_cell_f4(fabsf(r->q[k]))
                : hc_cell_f4((float)(fabs((double)r->q[k]) + add[k] * unit));
    s->cells[HC_NDAX_TIME] = hc_cell_dec(r->time_ms + b->passed_ms, -3);
    s->cells[HC_NDAX_WHEN] = hc_cell_dec(r->unix_ms + b->passed_ms, -3);
    set_step(s, b, r->step_count);
}

static void new_row(hc_ndax *s, const new_layout *l, rebuild *b,
                    uint32_t index, const unsigned char *p)
{
    float volt = hc_le_f4(p), amp = hc_le_f4(p + 4);
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
    s->cells[HC_NDAX_INDEX] = hc_cell_int(index);
    s->cells[HC_NDAX_VOLT] =
        l->tenth_mv ? hc_ndax_tenth_mv(volt) : hc_cell_f4(volt);
    s->cells[HC_NDAX_AMP] = hc_cell_f4(amp);
    if (b->at > 0)
        set_rebuilt(s, l, b, stored);
    hc_ndax_aux_set(s, index);
}

static hc_status new_rows(hc_ndax *s, const new_layout *l, rebuild *b,
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

static hc_status read_new(hc_ndax *s, const new_layout *l, hc_err *err)
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
    hc_sink_compare(s->sink);
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

hc_status hc_ndax_records(hc_ndax *s, int version, bool *known, hc_err *err)
{
    const old_layout *before = old_of(version);
    const new_layout *now = new_of(version);
    *known = before != NULL || now != NULL;
    return before != NULL ? read_old(s, before, err)
           : now != NULL  ? read_new(s, now, err)
                          : HC_OK;
}
