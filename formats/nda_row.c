/* nda_row.c: see nda_row.h */
#include "formats/nda_row.h"

#include "formats/neware.h"

#include <stdio.h>
#include <string.h>

/* A text is another one wherever it is set. */
static void set(hc_nda_row *s, int c, hc_cell cell)
{
    const int i = s->slot[c];
    if (i < 0)
        return;
    if (cell.type == HC_CELL_TEXT || cell.u.i != s->cells[i].u.i ||
        hc_cell_what(&cell) != hc_cell_what(&s->cells[i]))
        s->changed |= UINT64_C(1) << i;
    s->cells[i] = cell;
}

static char *two_digits(char *p, unsigned v)
{
    p[0] = (char)('0' + v / 10 % 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

/* Mostly only the second is another than in the record before. */
static void set_civil(hc_nda_row *s, const unsigned char *r)
{
    enum { MINUTE = 6 }; /* bytes down to it */
    char *const buf = s->texts[HC_NDA_C_WHEN], *p = buf;
    const bool again = *buf != '\0' && memcmp(r, s->clock, MINUTE) == 0;
    const unsigned year = hc_le16(r) % 10000;
    if (again && r[MINUTE] == s->clock[MINUTE])
        return;
    if (!again) {
        p = two_digits(p, year / 100);
        p = two_digits(p, year % 100);
        for (size_t i = 2; i < MINUTE; i++) {
            *p++ = "--T:"[i - 2];
            p = two_digits(p, r[i]);
        }
        *p = ':';
    }
    memcpy(s->clock, r, sizeof s->clock);
    p = two_digits(buf + sizeof "yyyy-mm-ddThh:mm", r[MINUTE]);
    set(s, HC_NDA_C_WHEN, hc_cell_text(buf, (size_t)(p - buf)));
}

/* ---- columns ---- */

static void column(hc_nda_row *s, int c, bool there, const char *name,
                   const char *unit)
{
    s->slot[c] = -1;
    if (!there)
        return;
    s->slot[c] = (int)s->n_columns;
    s->columns[s->n_columns++] = (hc_column){name, unit};
}

static void make_columns(hc_nda_row *s)
{
    const hc_nda_layout *l = s->l;
    bool net = l->net;
    column(s, HC_NDA_C_INDEX, true, "Index", NULL);
    column(s, HC_NDA_C_CYCLE, l->cycle.type, "Cycle", NULL);
    column(s, HC_NDA_C_STEP, true, "Step", NULL);
    column(s, HC_NDA_C_STEP_INDEX, true, "Step_Index", NULL);
    column(s, HC_NDA_C_STATUS, true, "Status", NULL);
    column(s, HC_NDA_C_TIME, l->time.type, "Time", "s");
    column(s, HC_NDA_C_TOTAL, l->total.type, "Total_Time", "s");
    column(s, HC_NDA_C_VOLT, true, "Voltage", "V");
    column(s, HC_NDA_C_AMP, true, "Current(mA)", NULL);
    column(s, HC_NDA_C_CAP, l->cap.type,
           net ? "Net_Capacity(mAs)" : "Capacity(mAs)", NULL);
    column(s, HC_NDA_C_ENERGY, l->energy.type,
           net ? "Net_Energy(mWs)" : "Energy(mWs)", NULL);
    column(s, HC_NDA_C_CHG, l->chg.type, "Charge_Capacity(mAs)", NULL);
    column(s, HC_NDA_C_DCHG, l->dchg.type, "Discharge_Capacity(mAs)", NULL);
    column(s, HC_NDA_C_ECHG, l->echg.type, "Charge_Energy(mWs)", NULL);
    column(s, HC_NDA_C_EDCHG, l->edchg.type, "Discharge_Energy(mWs)", NULL);
    column(s, HC_NDA_C_WHEN, l->when_is != HC_NDA_WHEN_NO,
           l->when_is == HC_NDA_WHEN_CIVIL ? "Timestamp" : "Unix_Time(s)",
           NULL);
    column(s, HC_NDA_C_TEMP, l->temp.type && s->record >= 56, "T1", "degC");
    for (size_t i = 0; i < HC_NDA_AUX_MAX; i++) {
        snprintf(s->aux_names[2 * i], sizeof s->aux_names[0],
                 "Aux%u_Voltage(V)", s->aux_ids[i]);
        snprintf(s->aux_names[2 * i + 1], sizeof s->aux_names[0],
                 "Aux%u_T(degC)", s->aux_ids[i]);
        column(s, HC_NDA_C_AUX + 2 * (int)i, i < s->n_aux, s->aux_names[2 * i],
               NULL);
        column(s, HC_NDA_C_AUX + 2 * (int)i + 1, i < s->n_aux,
               s->aux_names[2 * i + 1], NULL);
    }
}

static size_t aux_slot(const hc_nda_row *s, unsigned char id)
{
    size_t i = 0;
    while (i < s->n_aux && s->aux_ids[i] != id)
        i++;
    return i;
}

/* Auxiliary channels stand right behind the record they belong to, so the
 * first records tell which there are. */
static void find_aux(hc_nda_row *s, const unsigned char *p, size_t len)
{
    if (!s->l->aux_temp.type)
        return;
    for (; len >= s->record; p += s->record, len -= s->record)
        if (p[s->l->id.at] == HC_NDA_AUX && s->n_aux < HC_NDA_AUX_MAX &&
            aux_slot(s, (unsigned char)hc_nda_get(p, s->l->aux)) == s->n_aux)
            s->aux_ids[s->n_aux++] = (unsigned char)hc_nda_get(p, s->l->aux);
}

static void plan(hc_nda_row *s, int c, hc_nda_field f, hc_cell as, int add)
{
    if (s->slot[c] < 0)
        return;
    hc_nda_load *o = &s->loads[s->n_loads++];
    *o = (hc_nda_load){.from = hc_nda_whole_of(f),
                       .add = add,
                       .to = &s->cells[s->slot[c]],
                       .bit = (unsigned)s->slot[c],
                       .is_float = f.type == HC_NDA_F4};
    *o->to = as;
    o->to->u.i = add;
    if (o->is_float)
        *o->to = hc_cell_f4(0);
}

/* Its bit, if it is another than in the record before. */
static inline uint64_t take_load(hc_nda_load *o, const unsigned char *r)
{
    const uint64_t bits = hc_nda_bits(r, &o->from);
    if (bits == o->last)
        return 0;
    o->last = bits;
    if (o->is_float)
        *o->to = hc_cell_f4(hc_le_f4(r + o->from.at));
    else
        o->to->u.i = hc_nda_signed(bits, &o->from) + o->add;
    return UINT64_C(1) << o->bit;
}

/* Of a record with floats they are what is meant; else whole numbers, whose
 * power of ten the range tells. */
static void plan_scaled(hc_nda_row *s, int c, hc_nda_field f)
{
    plan(s, c, f, hc_cell_dec(0, s->exponent), 0);
    if (s->slot[c] >= 0)
        s->loads[s->n_loads - 1].ranged = !s->l->floats;
}

/* What is to be done for each record. */
static void plan_row(hc_nda_row *s)
{
    _Static_assert(HC_NDA_C_COUNT <= 64, "a bit of changed for each");
    const hc_nda_layout *l = s->l;
    const hc_cell whole = hc_cell_int(0);
    plan(s, HC_NDA_C_INDEX, l->index, whole, 0);
    plan(s, HC_NDA_C_CYCLE, l->cycle, whole, l->cycle_base);
    plan(s, HC_NDA_C_STEP_INDEX, l->step, whole, 0);
    plan(s, HC_NDA_C_TIME, l->time, hc_cell_dec(0, l->time_exp), 0);
    plan(s, HC_NDA_C_VOLT, l->volt, hc_cell_dec(0, -4), 0);
    plan_scaled(s, HC_NDA_C_AMP, l->amp);
    plan_scaled(s, HC_NDA_C_CAP, l->cap);
    plan_scaled(s, HC_NDA_C_ENERGY, l->energy);
    plan_scaled(s, HC_NDA_C_CHG, l->chg);
    plan_scaled(s, HC_NDA_C_DCHG, l->dchg);
    plan_scaled(s, HC_NDA_C_ECHG, l->echg);
    plan_scaled(s, HC_NDA_C_EDCHG, l->edchg);
    plan(s, HC_NDA_C_TEMP, l->temp, whole, 0);
    s->range_at = hc_nda_whole_of(l->range);
    s->type_at = hc_nda_whole_of(l->type);
    s->type = -1;
    s->changed = UINT64_MAX;
}

/* ---- rows ---- */

static void set_when(hc_nda_row *s, const unsigned char *r)
{
    const hc_nda_layout *l = s->l;
    switch (l->when_is) {
    case HC_NDA_WHEN_NO:
        return;
    case HC_NDA_WHEN_UNIX:
        set(s, HC_NDA_C_WHEN, hc_cell_int(hc_nda_get(r, l->when)));
        return;
    case HC_NDA_WHEN_MICRO:
        set(s, HC_NDA_C_WHEN, hc_cell_dec(hc_nda_get(r, l->when), -6));
        return;
    case HC_NDA_WHEN_PAIR:
        set(s, HC_NDA_C_WHEN,
            hc_cell_dec(hc_nda_get(r, l->when) * 1000000000 +
                            hc_le32(r + l->when.at + 4),
                        -9));
        return;
    case HC_NDA_WHEN_CIVIL:
        set_civil(s, r + l->when.at);
        return;
    }
}

/* A range that no reader agrees on is told once, where it matters. */
static void set_range(hc_nda_row *s, int32_t range)
{
    bool sure;
    s->range = range;
    s->exponent = hc_neware_exponent(range, &sure);
    for (size_t i = 0; i < s->n_loads; i++)
        if (s->loads[i].ranged) {
            s->loads[i].to->len = (uint32_t)s->exponent;
            s->changed |= UINT64_C(1) << s->loads[i].bit;
        }
    if (!sure && !s->l->floats)
        s->odd_range = range;
}

/* A record without a range says how large its current is by nothing. */
static void note_no_range(hc_nda_row *s)
{
    if (!s->l->floats && s->cells[s->slot[HC_NDA_C_AMP]].u.i != 0)
        s->no_range = true;
}

void hc_nda_row_set(hc_nda_row *s, const unsigned char *r, int64_t step)
{
    const hc_nda_layout *l = s->l;
    int32_t range = (int32_t)hc_nda_get_whole(r, &s->range_at);
    int type = (int)hc_nda_get_whole(r, &s->type_at);
    uint64_t changed = 0;
    if (range == 0)
        range = s->fixed_range;
    if (range != s->range || !s->any)
        set_range(s, range);
    if (type != s->type) {
        const char *name =
            hc_neware_step_type(type, s->texts[HC_NDA_C_STATUS]);
        set(s, HC_NDA_C_STATUS, hc_cell_text(name, strlen(name)));
        s->type = type;
    }

    /* the others are set in every row, or in none */
    for (int c = HC_NDA_C_AUX; c < HC_NDA_C_AUX + 2 * (int)s->n_aux; c++)
        set(s, c, hc_cell_none());
    for (hc_nda_load *o = s->loads, *end = o + s->n_loads; o < end; o++)
        changed |= take_load(o, r);
    s->changed |= changed;
    if (range == 0)
        note_no_range(s);
    if (step != s->step || !s->any)
        set(s, HC_NDA_C_STEP, hc_cell_int(step));
    s->step = step;
    s->any = true;
    if (l->time_pair)
        set(s, HC_NDA_C_TOTAL,
            hc_cell_dec(hc_nda_get(r, l->total) * 1000000000 +
                            hc_le32(r + l->total.at + 4),
                        -9));
    set_when(s, r);
}

bool hc_nda_row_aux(hc_nda_row *s, const unsigned char *r)
{
    size_t i = aux_slot(s, (unsigned char)hc_nda_get(r, s->l->aux));
    int c = HC_NDA_C_AUX + 2 * (int)i;
    if (i == s->n_aux)
        return false;
    set(s, c, hc_cell_dec(hc_nda_get(r, s->l->aux_volt), -4));
    set(s, c + 1, hc_cell_dec(hc_nda_get(r, s->l->aux_temp), -1));
    return true;
}

void hc_nda_row_open(hc_nda_row *s, const hc_nda_layout *l, size_t record,
                     int fixed_range, const unsigned char *p, size_t len)
{
    s->l = l;
    s->record = record;
    s->fixed_range = fixed_range;
    find_aux(s, p, len);
    make_columns(s);
    plan_row(s);
}
