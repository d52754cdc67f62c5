/* nda_records.c: see nda_records.h */
#include "formats/nda_records.h"

#include "core/text.h"
#include "formats/neware.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the reader's state ---- */

enum {
    RECORD_MIN = 52, /* shortest of BTS 9.1 */
    RECORD_MAX = 255,
    AUX_MAX = 16,
    GAPS_MAX = 64,
};

enum {
    C_INDEX,
    C_CYCLE,
    C_STEP,
    C_STEP_INDEX,
    C_STATUS,
    C_TIME,
    C_TOTAL,
    C_VOLT,
    C_AMP,
    C_CAP,
    C_ENERGY,
    C_CHG,
    C_DCHG,
    C_ECHG,
    C_EDCHG,
    C_WHEN,
    C_TEMP,
    C_AUX,
    C_COUNT = C_AUX + 2 * AUX_MAX
};

enum { TEXT_SIZE = 40 };

typedef struct {
    const hc_nda_layout *l;
    size_t record;
    hc_sink *sink;
    int fixed_range;
    /* columns in the order of the cells; slot says where a quantity goes */
    hc_column columns[C_COUNT];
    char aux_names[2 * AUX_MAX][24];
    int slot[C_COUNT];
    size_t n_columns;
    unsigned char aux_ids[AUX_MAX];
    size_t n_aux;
    hc_cell cells[C_COUNT];
    char texts[C_COUNT][TEXT_SIZE];
    bool pending; /* cells hold a row that auxiliary records may follow */
    uint32_t last_index;
    uint32_t gaps[GAPS_MAX][2]; /* indexes left out so far */
    size_t n_gaps;
    bool any;
    int64_t last_step, last_jump, step_count;
    uint64_t repeated, disordered, aux_lost;
    int32_t odd_range; /* one that no reader agrees on, 0 none */
    uint64_t offset;   /* of the record in the file */
} nda;

static void set(nda *s, int c, hc_cell cell)
{
    if (s->slot[c] >= 0)
        s->cells[s->slot[c]] = cell;
}

static char *digits(char *p, unsigned v, int n)
{
    for (int i = n - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + n;
}

static hc_cell civil(char *buf, const unsigned char *r)
{
    char *p = digits(buf, hc_le16(r) % 10000, 4);
    *p++ = '-';
    p = digits(p, r[2], 2);
    *p++ = '-';
    p = digits(p, r[3], 2);
    *p++ = 'T';
    p = digits(p, r[4], 2);
    *p++ = ':';
    p = digits(p, r[5], 2);
    *p++ = ':';
    p = digits(p, r[6], 2);
    return hc_cell_text(buf, (size_t)(p - buf));
}

/* ---- columns ---- */

static void column(nda *s, int c, bool there, const char *name,
                   const char *unit)
{
    s->slot[c] = -1;
    if (!there)
        return;
    s->slot[c] = (int)s->n_columns;
    s->columns[s->n_columns++] = (hc_column){name, unit};
}

static void make_columns(nda *s)
{
    const hc_nda_layout *l = s->l;
    bool net = l->net;
    column(s, C_INDEX, true, "Index", NULL);
    column(s, C_CYCLE, l->cycle.type, "Cycle", NULL);
    column(s, C_STEP, true, "Step", NULL);
    column(s, C_STEP_INDEX, true, "Step_Index", NULL);
    column(s, C_STATUS, true, "Status", NULL);
    column(s, C_TIME, l->time.type, "Time", "s");
    column(s, C_TOTAL, l->total.type, "Total_Time", "s");
    column(s, C_VOLT, true, "Voltage", "V");
    column(s, C_AMP, true, "Current(mA)", NULL);
    column(s, C_CAP, l->cap.type, net ? "Net_Capacity(mAs)" : "Capacity(mAs)",
           NULL);
    column(s, C_ENERGY, l->energy.type,
           net ? "Net_Energy(mWs)" : "Energy(mWs)", NULL);
    column(s, C_CHG, l->chg.type, "Charge_Capacity(mAs)", NULL);
    column(s, C_DCHG, l->dchg.type, "Discharge_Capacity(mAs)", NULL);
    column(s, C_ECHG, l->echg.type, "Charge_Energy(mWs)", NULL);
    column(s, C_EDCHG, l->edchg.type, "Discharge_Energy(mWs)", NULL);
    column(s, C_WHEN, l->when_is != HC_NDA_WHEN_NO,
           l->when_is == HC_NDA_WHEN_CIVIL ? "Timestamp" : "Unix_Time(s)",
           NULL);
    column(s, C_TEMP, l->temp.type && s->record >= 56, "T1", "degC");
    for (size_t i = 0; i < AUX_MAX; i++) {
        snprintf(s->aux_names[2 * i], sizeof s->aux_names[0],
                 "Aux%u_Voltage(V)", s->aux_ids[i]);
        snprintf(s->aux_names[2 * i + 1], sizeof s->aux_names[0],
                 "Aux%u_T(degC)", s->aux_ids[i]);
        column(s, C_AUX + 2 * (int)i, i < s->n_aux, s->aux_names[2 * i], NULL);
        column(s, C_AUX + 2 * (int)i + 1, i < s->n_aux,
               s->aux_names[2 * i + 1], NULL);
    }
}

static size_t aux_slot(const nda *s, unsigned char id)
{
    size_t i = 0;
    while (i < s->n_aux && s->aux_ids[i] != id)
        i++;
    return i;
}

/* Auxiliary channels stand right behind the record they belong to, so the
 * first records tell which there are. */
static void find_aux(nda *s, const unsigned char *p, size_t len)
{
    if (!s->l->aux_temp.type)
        return;
    for (; len >= s->record; p += s->record, len -= s->record)
        if (p[s->l->id.at] == HC_NDA_AUX && s->n_aux < AUX_MAX &&
            aux_slot(s, (unsigned char)hc_nda_get(p, s->l->aux)) == s->n_aux)
            s->aux_ids[s->n_aux++] = (unsigned char)hc_nda_get(p, s->l->aux);
}

/* ---- rows ---- */

static hc_status flush(nda *s, hc_err *err)
{
    if (!s->pending)
        return HC_OK;
    s->pending = false;
    return hc_sink_row(s->sink, s->cells, err);
}

/* Indexes rise; one that was there before is a repeated record.  One that
 * was left out before belongs further up and is kept where it stands. */
static bool seen_before(nda *s, uint32_t index)
{
    if (!s->any || index > s->last_index) {
        uint32_t from = s->any ? s->last_index + 1 : 1;
        if (index > from && s->n_gaps < GAPS_MAX) {
            s->gaps[s->n_gaps][0] = from;
            s->gaps[s->n_gaps++][1] = index - 1;
        }
        s->any = true;
        s->last_index = index;
        return false;
    }
    for (size_t i = 0; i < s->n_gaps; i++)
        if (index >= s->gaps[i][0] && index <= s->gaps[i][1]) {
            s->disordered++;
            return false;
        }
    return true;
}

static void count_step(nda *s, const unsigned char *r)
{
    int64_t step = hc_nda_get(r, s->l->step), jump = hc_nda_get(r, s->l->jump);
    bool by_index = s->l->steps != HC_NDA_STEP_BY_JUMP && step != s->last_step;
    bool by_jump = s->l->steps != HC_NDA_STEP_BY_INDEX && jump != s->last_jump;
    if (s->step_count == 0 || by_index || by_jump)
        s->step_count++;
    s->last_step = step;
    s->last_jump = jump;
}

static void set_when(nda *s, const unsigned char *r)
{
    const hc_nda_layout *l = s->l;
    switch (l->when_is) {
    case HC_NDA_WHEN_NO:
        return;
    case HC_NDA_WHEN_UNIX:
        set(s, C_WHEN, hc_cell_int(hc_nda_get(r, l->when)));
        return;
    case HC_NDA_WHEN_MICRO:
        set(s, C_WHEN, hc_cell_dec(hc_nda_get(r, l->when), -6));
        return;
    case HC_NDA_WHEN_PAIR:
        set(s, C_WHEN,
            hc_cell_dec(hc_nda_get(r, l->when) * 1000000000 +
                            hc_le32(r + l->when.at + 4),
                        -9));
        return;
    case HC_NDA_WHEN_CIVIL:
        set(s, C_WHEN, civil(s->texts[C_WHEN], r + l->when.at));
        return;
    }
}

static void set_scaled(nda *s, int c, const unsigned char *r, hc_nda_field f,
                       int exponent)
{
    if (s->slot[c] < 0)
        return;
    if (s->l->floats)
        set(s, c, hc_cell_f4(hc_le_f4(r + f.at)));
    else
        set(s, c, hc_cell_dec(hc_nda_get(r, f), exponent));
}

static void set_row(nda *s, const unsigned char *r)
{
    const hc_nda_layout *l = s->l;
    bool sure = true;
    int32_t range = l->range.type ? (int32_t)hc_nda_get(r, l->range) : 0;
    int e = hc_neware_exponent(range != 0 ? range : s->fixed_range, &sure);
    if (!sure && !l->floats)
        s->odd_range = range != 0 ? range : s->fixed_range;
    int type = (int)hc_nda_get(r, l->type);
    const char *name = hc_neware_step_type(type, s->texts[C_STATUS]);

    /* the others are set in every row, or in none */
    for (int c = C_AUX; c < C_AUX + 2 * (int)s->n_aux; c++)
        set(s, c, hc_cell_none());
    set(s, C_INDEX, hc_cell_int(hc_nda_get(r, l->index)));
    set(s, C_CYCLE, hc_cell_int(hc_nda_get(r, l->cycle) + l->cycle_base));
    set(s, C_STEP, hc_cell_int(s->step_count));
    set(s, C_STEP_INDEX, hc_cell_int(hc_nda_get(r, l->step)));
    set(s, C_STATUS, hc_cell_text(name, strlen(name)));
    set(s, C_TIME, hc_cell_dec(hc_nda_get(r, l->time), l->time_exp));
    if (l->time_pair)
        set(s, C_TOTAL,
            hc_cell_dec(hc_nda_get(r, l->total) * 1000000000 +
                            hc_le32(r + l->total.at + 4),
                        -9));
    set_scaled(s, C_VOLT, r, l->volt, -4);
    set_scaled(s, C_AMP, r, l->amp, e);
    set_scaled(s, C_CAP, r, l->cap, e);
    set_scaled(s, C_ENERGY, r, l->energy, e);
    set_scaled(s, C_CHG, r, l->chg, e);
    set_scaled(s, C_DCHG, r, l->dchg, e);
    set_scaled(s, C_ECHG, r, l->echg, e);
    set_scaled(s, C_EDCHG, r, l->edchg, e);
    set_when(s, r);
    if (s->slot[C_TEMP] >= 0)
        set(s, C_TEMP, hc_cell_f4(hc_le_f4(r + l->temp.at)));
}

static void add_aux(nda *s, const unsigned char *r)
{
    size_t i = aux_slot(s, (unsigned char)hc_nda_get(r, s->l->aux));
    if (!s->pending || i == s->n_aux ||
        (uint32_t)hc_nda_get(r, s->l->index) != s->last_index) {
        s->aux_lost++;
        return;
    }
    int c = C_AUX + 2 * (int)i;
    set(s, c, hc_cell_dec(hc_nda_get(r, s->l->aux_volt), -4));
    set(s, c + 1, hc_cell_dec(hc_nda_get(r, s->l->aux_temp), -1));
}

static bool all_are(const unsigned char *r, size_t n, unsigned char byte)
{
    for (size_t i = 0; i < n; i++)
        if (r[i] != byte)
            return false;
    return true;
}

typedef enum { IS_DATA, IS_AUX, IS_MARK, IS_END, IS_ODD } record_is;

static record_is kind_of(const nda *s, const unsigned char *r)
{
    unsigned char id = r[s->l->id.at];
    if (all_are(r, s->record, 0))
        return IS_END;
    if (id == HC_NDA_DATA || (id == 0 && s->l->zero_is_data))
        return IS_DATA;
    if (id == HC_NDA_AUX && s->l->aux.type)
        return IS_AUX;
    if (s->l->floats && (id == 0x58 || id == 0x59))
        return IS_AUX; /* BTS 9.0 */
    if (id == 0xFF && all_are(r, s->record, 0xFF))
        return IS_ODD; /* flash memory that was never written */
    return id == 0xAA || id == 0xFF ? IS_MARK : IS_ODD;
}

static hc_status take(nda *s, const unsigned char *r, record_is is,
                      hc_err *err)
{
    uint32_t index;
    switch (is) {
    case IS_AUX:
        if (s->l->floats)
            s->aux_lost++;
        else
            add_aux(s, r);
        return HC_OK;
    case IS_MARK:
        return HC_OK;
    case IS_END:
    case IS_ODD:
        hc_sink_reject(s->sink, 0,
                       "record at byte %llu is neither data nor auxiliary "
                       "(mark 0x%02x)",
                       (unsigned long long)s->offset, r[s->l->id.at]);
        return HC_OK;
    case IS_DATA:
        break;
    }
    index = (uint32_t)hc_nda_get(r, s->l->index);
    if (seen_before(s, index)) {
        s->repeated++;
        return HC_OK;
    }
    HC_TRY(flush(s, err));
    count_step(s, r);
    set_row(s, r);
    s->pending = true;
    return HC_OK;
}

/* ---- the block of records ---- */

/* BTS 9.1 says nowhere how long its records are: the mark of the next
 * record, the next index, tells. */
static size_t find_record(const unsigned char *p, size_t len)
{
    if (len < 12 || p[0] == 0)
        return 0;
    uint32_t first = hc_le32(p + 8);
    for (size_t n = RECORD_MIN; n <= RECORD_MAX && n + 12 <= len; n++)
        if (p[n] == p[0] && p[n + 1] == p[1] &&
            hc_le32(p + n + 8) == first + 1)
            return n;
    return len <= RECORD_MAX && len >= RECORD_MIN ? len : 0;
}

/* Zeros where the head says no length are room kept for records to come, up
 * to the end; unless the next record follows, then they are lost ones. */
static hc_status pass_room(nda *s, hc_source *src, bool *more, hc_err *err)
{
    uint64_t from = s->offset, lost = 0;
    for (;;) {
        const char *data;
        size_t len;
        HC_TRY(hc_in_peek(src->in, s->record, &data, &len, err));
        const unsigned char *r = (const unsigned char *)data;
        *more = len >= s->record;
        if (!*more)
            return HC_OK;
        if (!all_are(r, s->record, 0)) {
            uint64_t index = (uint64_t)hc_nda_get(r, s->l->index);
            *more = kind_of(s, r) == IS_DATA && index > s->last_index &&
                    index <= s->last_index + lost + 1;
            break;
        }
        lost++;
        hc_in_skip(src->in, s->record);
        s->offset += s->record;
    }
    for (; *more && lost > 0; lost--, from += s->record)
        hc_sink_reject(s->sink, 0, "record at byte %llu holds only zeros",
                       (unsigned long long)from);
    return HC_OK;
}

static hc_status read_records(nda *s, hc_source *src, const hc_nda_head *h,
                              hc_err *err)
{
    uint64_t left = h->length > 0 ? h->length : UINT64_MAX;
    for (;;) {
        const char *data;
        size_t len;
        HC_TRY(hc_in_peek(src->in, s->record, &data, &len, err));
        const unsigned char *r = (const unsigned char *)data;
        if (len < s->record) {
            if (len > 0 && left > 0)
                hc_sink_incomplete(s->sink,
                                   "ends inside a record, at byte %llu",
                                   (unsigned long long)(s->offset + len));
            else if (h->length > 0 && left > 0)
                hc_sink_incomplete(s->sink,
                                   "ends %llu bytes before its records do",
                                   (unsigned long long)left);
            return HC_OK;
        }
        record_is is = kind_of(s, r);
        if (is == IS_END && h->length == 0) {
            bool more;
            HC_TRY(pass_room(s, src, &more, err));
            if (!more)
                return HC_OK;
            continue;
        }
        /* A test that goes on may be longer than its head says. */
        if (left < s->record &&
            (is != IS_DATA || hc_nda_get(r, s->l->index) != s->last_index + 1))
            return HC_OK;
        HC_TRY(take(s, r, is, err));
        hc_in_skip(src->in, s->record);
        s->offset += s->record;
        left = left > s->record ? left - s->record : 0;
    }
}

static void say_doubts(nda *s)
{
    if (s->repeated > 0)
        hc_sink_warn(s->sink, 0,
                     "%llu records stand twice; one of each "
                     "kept",
                     (unsigned long long)s->repeated);
    if (s->disordered > 0)
        hc_sink_warn(s->sink, 0, "%llu records stand out of order",
                     (unsigned long long)s->disordered);
    if (s->aux_lost > 0)
        hc_sink_warn(s->sink, 0,
                     "%llu records of auxiliary channels could "
                     "not be joined",
                     (unsigned long long)s->aux_lost);
    if (s->odd_range != 0)
        hc_sink_warn(s->sink, 0,
                     "current range %d is not sure: current, "
                     "capacity and energy may be wrong by a power of ten",
                     (int)s->odd_range);
}

static hc_status read_block(nda *s, hc_source *src, const hc_nda_head *h,
                            hc_err *err)
{
    const char *data;
    size_t len;
    HC_TRY(hc_in_peek(src->in, HC_PROBE_SIZE, &data, &len, err));
    s->record = s->l->record;
    if (s->record == 0)
        s->record = find_record((const unsigned char *)data, len);
    if (s->record == 0 && len > 0)
        return hc_fail_at(err, HC_DATA, src->name, 0,
                          "no second record behind byte %llu",
                          (unsigned long long)h->begin);
    if (s->record == 0)
        s->record = RECORD_MIN;
    find_aux(s, (const unsigned char *)data, len);
    make_columns(s);
    hc_dataset d = hc_dataset_make("record", s->columns, s->n_columns);
    d.kind = HC_KIND_SERIES;
    HC_TRY(hc_sink_begin(s->sink, &d, err));
    HC_TRY(read_records(s, src, h, err));
    HC_TRY(flush(s, err));
    say_doubts(s);
    return hc_sink_end(s->sink, err);
}

hc_status hc_nda_records(hc_source *src, hc_sink *sink, const hc_nda_layout *l,
                         const hc_nda_head *h, hc_err *err)
{
    nda *s = calloc(1, sizeof *s);
    if (s == NULL)
        return hc_fail_nomem(err);
    s->l = l;
    s->sink = sink;
    s->fixed_range = h->fixed_range;
    s->offset = h->begin;
    hc_status st = read_block(s, src, h, err);
    free(s);
    return st;
}
