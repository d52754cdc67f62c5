/* nda_records.c: see nda_records.h */
#include "formats/nda_records.h"

#include "formats/nda_row.h"

#include <stdlib.h>

/* ---- the reader's state ---- */

enum {
    RECORD_MIN = 52, /* shortest of BTS 9.1 */
    RECORD_MAX = 255,
    GAPS_MAX = 64,
    BLOCK = 1 << 15, /* bytes looked at once */
};

typedef struct {
    const hc_nda_layout *l;
    size_t record;
    hc_sink *sink;
    hc_nda_row row;
    bool pending; /* row holds one that auxiliary records may follow */
    uint32_t last_index;
    uint32_t gaps[GAPS_MAX][2]; /* indexes left out so far */
    size_t n_gaps;
    bool any;
    int64_t last_step, last_jump, step_count;
    uint64_t repeated, disordered, aux_lost;
    uint64_t offset; /* of the record in the file */
    uint64_t left;   /* bytes that its head says there are from there */
    bool open;       /* it does not say */
    hc_nda_whole index_at, step_at, jump_at; /* in a record */
} nda;

static uint32_t index_of(const nda *s, const unsigned char *r)
{
    return (uint32_t)hc_nda_get_whole(r, &s->index_at);
}

/* ---- rows ---- */

static hc_status flush(nda *s, hc_err *err)
{
    if (!s->pending)
        return HC_OK;
    s->pending = false;
    HC_TRY(hc_sink_row(s->sink, s->row.cells, err));
    s->row.changed = 0;
    return HC_OK;
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
    int64_t step = hc_nda_get_whole(r, &s->step_at);
    int64_t jump = hc_nda_get_whole(r, &s->jump_at);
    bool by_index = s->l->steps != HC_NDA_STEP_BY_JUMP && step != s->last_step;
    bool by_jump = s->l->steps != HC_NDA_STEP_BY_INDEX && jump != s->last_jump;
    if (s->step_count == 0 || by_index || by_jump)
        s->step_count++;
    s->last_step = step;
    s->last_jump = jump;
}

static void add_aux(nda *s, const unsigned char *r)
{
    if (!s->pending || index_of(s, r) != s->last_index ||
        !hc_nda_row_aux(&s->row, r))
        s->aux_lost++;
}

static bool all_are(const unsigned char *r, size_t n, unsigned char byte)
{
    for (size_t i = 0; i < n; i++)
        if (r[i] != byte)
            return false;
    return true;
}

typedef enum { IS_DATA, IS_AUX, IS_MARK, IS_BLANK, IS_ODD } record_is;

static record_is kind_of(const nda *s, const unsigned char *r)
{
    unsigned char id = r[s->l->id.at];
    if (id == 0 && all_are(r, s->record, 0))
        return IS_BLANK;
    if (id == HC_NDA_DATA || (id == 0 && s->l->zero_is_data))
        return IS_DATA;
    if (id == HC_NDA_AUX && s->l->aux.type)
        return IS_AUX;
    if (s->l->floats && (id == 0x58 || id == 0x59))
        return IS_AUX; /* BTS 9.0 */
    if (id == 0xFF && all_are(r, s->record, 0xFF))
        return IS_BLANK; /* flash memory that was never written */
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
    case IS_BLANK:
    case IS_ODD:
        hc_sink_reject(s->sink, 0,
                       "record at byte %llu is neither data nor auxiliary "
                       "(mark 0x%02x)",
                       (unsigned long long)s->offset, r[s->l->id.at]);
        return HC_OK;
    case IS_DATA:
        break;
    }
    index = index_of(s, r);
    if (seen_before(s, index)) {
        s->repeated++;
        return HC_OK;
    }
    HC_TRY(flush(s, err));
    count_step(s, r);
    hc_nda_row_set(&s->row, r, s->step_count);
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

/* Zeros (or 0xff) where the head says no length are room kept for records to
 * come, up to the end; unless the next record follows, then they are lost
 * ones. */
static hc_status pass_room(nda *s, hc_source *src, bool *more, hc_err *err)
{
    uint64_t from = s->offset, lost = 0;
    unsigned char fill = 0;
    for (;;) {
        const char *data;
        size_t len;
        HC_TRY(hc_in_peek(src->in, s->record, &data, &len, err));
        const unsigned char *r = (const unsigned char *)data;
        *more = len >= s->record;
        if (!*more)
            return HC_OK;
        if (lost == 0)
            fill = r[0];
        if (!all_are(r, s->record, fill)) {
            uint64_t index = index_of(s, r);
            *more = kind_of(s, r) == IS_DATA && index > s->last_index &&
                    index <= s->last_index + lost + 1;
            break;
        }
        lost++;
        hc_in_skip(src->in, s->record);
        s->offset += s->record;
    }
    for (; *more && lost > 0; lost--, from += s->record)
        hc_sink_reject(s->sink, 0,
                       "record at byte %llu holds only bytes 0x%02x",
                       (unsigned long long)from, fill);
    return HC_OK;
}

/* Of the n records at r: *taken of them, up to one that ends the block of
 * records (*more is false then) or room for some to come. */
static hc_status take_records(nda *s, const unsigned char *r, size_t n,
                              size_t *taken, bool *more, hc_err *err)
{
    for (*taken = 0; *taken < n; ++*taken, r += s->record) {
        const record_is is = kind_of(s, r);
        if (is == IS_BLANK && s->open)
            return HC_OK;
        /* A test that goes on may be longer than its head says. */
        *more = s->left >= s->record ||
                (is == IS_DATA && index_of(s, r) == s->last_index + 1);
        if (!*more)
            return HC_OK;
        HC_TRY(take(s, r, is, err));
        s->offset += s->record;
        s->left = s->left > s->record ? s->left - s->record : 0;
    }
    return HC_OK;
}

static void say_end(nda *s, size_t len)
{
    if (len > 0 && s->left > 0)
        hc_sink_incomplete(s->sink, "ends inside a record, at byte %llu",
                           (unsigned long long)(s->offset + len));
    else if (!s->open && s->left > 0)
        hc_sink_incomplete(s->sink, "ends %llu bytes before its records do",
                           (unsigned long long)s->left);
}

static hc_status read_records(nda *s, hc_source *src, const hc_nda_head *h,
                              hc_err *err)
{
    bool more = true;
    s->open = h->length == 0;
    s->left = s->open ? UINT64_MAX : h->length;
    while (more) {
        const char *data;
        size_t len, n, taken;
        HC_TRY(hc_in_peek(src->in, BLOCK, &data, &len, err));
        n = len / s->record;
        if (n == 0) {
            say_end(s, len);
            return HC_OK;
        }
        HC_TRY(take_records(s, (const unsigned char *)data, n, &taken, &more,
                            err));
        hc_in_skip(src->in, taken * s->record);
        if (more && taken < n)
            HC_TRY(pass_room(s, src, &more, err));
    }
    return HC_OK;
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
    if (s->row.odd_range != 0)
        hc_sink_warn(s->sink, 0,
                     "current range %d is not sure: current, "
                     "capacity and energy may be wrong by a power of ten",
                     (int)s->row.odd_range);
    if (s->row.no_range)
        hc_sink_warn(s->sink, 0,
                     "records have no current range, 0.1 mA is taken for the "
                     "unit of their current: it, capacity and energy may be "
                     "wrong by powers of ten");
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
    hc_nda_row_open(&s->row, s->l, s->record, h->fixed_range,
                    (const unsigned char *)data, len);
    s->index_at = hc_nda_whole_of(s->l->index);
    s->step_at = hc_nda_whole_of(s->l->step);
    s->jump_at = hc_nda_whole_of(s->l->jump);
    hc_dataset d = hc_dataset_make("record", s->row.columns, s->row.n_columns);
    d.kind = HC_KIND_SERIES;
    HC_TRY(hc_sink_begin(s->sink, &d, err));
    s->sink->changed = &s->row.changed;
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
    s->offset = h->begin;
    hc_status st = read_block(s, src, h, err);
    sink->changed = NULL; /* it may have failed with the data set open */
    free(s);
    return st;
}
