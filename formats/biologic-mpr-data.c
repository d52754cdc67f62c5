/* biologic-mpr-data.c: the data module of EC-Lab's binary files
 *
 * It begins with
 *
 *     version 2, 3  u32 points, u8 columns, u16 ids; records from byte 405
 *                   or 406
 *     version 0     with the new header: u32 points, u16 columns, u16 ids,
 *                   records from byte 1007; with the old one: u32 points,
 *                   u8 columns, u8 ids, records from byte 100
 *
 * A record is its columns without padding; the flag columns share one byte.
 * The size check (header + points x record = length of the module) shows
 * unknown ids.
 */
#include "formats/biologic-mpr.h"
#include "formats/biologic.h"
#include "formats/bytes.h"

#include <stdio.h>

static size_t size_of(hc_mpr_type t)
{
    return t == HC_MPR_F8                          ? 8
           : t == HC_MPR_U1                        ? 1
           : t == HC_MPR_U2                        ? 2
           : t == HC_MPR_FLAG || t == HC_MPR_BYTES ? 0
                                                   : 4;
}

typedef struct {
    uint32_t points;
    size_t n;     /* columns */
    size_t start; /* of the records in the module */
} data_head;

static hc_status read_ids(hc_mpr *r, const hc_mpr_module *m, data_head *h,
                          hc_err *err)
{
    unsigned char b[1007];
    size_t got, id_at, id_size = 2;
    if (m->version == 0 && m->is_new)
        h->start = 1007;
    else if (m->version == 2 || m->version == 3)
        h->start = m->version == 2 ? 405 : 406;
    else if (m->version == 0)
        h->start = 100;
    else
        return hc_fail(err, HC_DATA,
                       "data module of version %u, known are 0, 2 and 3",
                       m->version);
    if (m->length < h->start)
        return hc_fail(err, HC_DATA,
                       "data module of %u bytes, too short for its header",
                       m->length);
    HC_TRY(hc_in_read(r->in, b, h->start, &got, err));
    if (got < h->start)
        return hc_fail(err, HC_DATA,
                       "the file ends within the header of the data");
    h->points = hc_le32(b);
    h->n = m->version == 0 && m->is_new ? hc_le16(b + 4) : b[4];
    id_at = m->version == 0 && m->is_new ? 6 : 5;
    if (m->version == 0 && !m->is_new)
        id_size = 1;
    if (h->n == 0 || h->n > HC_MPR_COLUMNS ||
        id_at + id_size * h->n > h->start)
        return hc_fail(err, HC_DATA, "%zu columns in the data module", h->n);
    r->n_ids = h->n;
    for (size_t i = 0; i < h->n; i++)
        r->ids[i] = id_size == 1 ? b[id_at + i] : hc_le16(b + id_at + 2 * i);
    return HC_OK;
}

static bool is_known(unsigned id)
{
    return hc_mpr_column_of(id) != NULL || hc_mpr_flag_of(id) != NULL;
}

/* Bytes of the known columns up to `to`. */
static size_t known_size(const hc_mpr *r, size_t from, size_t to, bool flags)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        const hc_mpr_column *c = hc_mpr_column_of(r->ids[i]);
        if (c != NULL)
            n += size_of(c->type);
        else if (hc_mpr_flag_of(r->ids[i]) != NULL && flags) {
            n++;
            flags = false;
        }
    }
    return n;
}

static size_t count_unknown(const hc_mpr *r, size_t *first, size_t *last)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_ids; i++) {
        if (is_known(r->ids[i]))
            continue;
        if (n++ == 0)
            *first = i;
        *last = i;
    }
    return n;
}

static hc_mpr_type guess_type(size_t size)
{
    return size == 1   ? HC_MPR_U1
           : size == 2 ? HC_MPR_U2
           : size == 4 ? HC_MPR_F4
           : size == 8 ? HC_MPR_F8
                       : HC_MPR_BYTES;
}

static void add_field(hc_mpr *r, const char *name, hc_mpr_type type, size_t at,
                      const hc_mpr_flag *flag)
{
    r->columns[r->n] = (hc_column){.name = name};
    r->fields[r->n] = (hc_mpr_field){.type = type,
                                     .at = at,
                                     .mask = flag != NULL ? flag->mask : 0,
                                     .shift = flag != NULL ? flag->shift : 0};
    r->n++;
}

/* EC-Lab 11.50 and later call the averaged potential so in their texts. */
static const char *name_of(const hc_mpr_column *c, const hc_mpr_module *m)
{
    return c->id == 174 && m->is_new ? "<Ewe/V>" : c->name;
}

/* Bytes of each of n unknown columns that need `left` together; 0 when that
 * cannot be told.  Columns have 1, 2, 4 or 8 bytes: one takes all that is
 * left, two share 2, 4, 8 or 16 in one way only, any number shares 8 each;
 * three and more of 4 each are what EC-Lab's new columns nearly always are.
 */
static size_t unknown_size(size_t left, size_t n)
{
    size_t each = n > 0 && left % n == 0 ? left / n : 0;
    bool possible = each == 1 || each == 2 || each == 4 || each == 8;
    return possible && (n <= 2 || each >= 4) ? each : 0;
}

/* Where each column stands.  Unknown ids take what is left of the record;
 * where that can be shared out in several ways the columns between the first
 * and the last of them cannot be placed, those before and behind can. */
static void lay_out(hc_mpr *r, const hc_mpr_module *m, size_t n_unknown,
                    size_t first, size_t last)
{
    size_t at = 0, flag_at = SIZE_MAX;
    size_t all = known_size(r, 0, r->n_ids, true);
    size_t left = r->record_size > all ? r->record_size - all : 0;
    size_t each = unknown_size(left, n_unknown);
    r->n = 0;
    for (size_t i = 0; i < r->n_ids; i++) {
        const hc_mpr_flag *flag = hc_mpr_flag_of(r->ids[i]);
        const hc_mpr_column *c = hc_mpr_column_of(r->ids[i]);
        bool lost = each == 0 && n_unknown > 1 && i >= first && i <= last;
        if (lost && i == last)
            at = r->record_size -
                 known_size(r, last + 1, r->n_ids, flag_at == SIZE_MAX);
        if (flag != NULL) {
            if (flag_at == SIZE_MAX) {
                flag_at = at++;
                if (!lost) /* the byte itself: one bit has no name */
                    add_field(r, "flags", HC_MPR_U1, flag_at, NULL);
            }
            if (!lost)
                add_field(r, flag->name, HC_MPR_FLAG, flag_at, flag);
        } else if (c != NULL) {
            if (!lost)
                add_field(r, name_of(c, m), c->type, at, NULL);
            at += size_of(c->type);
        } else if (each > 0) {
            char *name = r->made_names[r->n];
            snprintf(name, sizeof r->made_names[0], "id %u", r->ids[i]);
            add_field(r, name, guess_type(each), at, NULL);
            at += each;
        } else if (n_unknown == 1) {
            at += left;
        }
    }
}

static void warn_unknown(hc_mpr *r)
{
    char list[256] = "";
    size_t at = 0;
    for (size_t i = 0; i < r->n_ids && at + 12 < sizeof list; i++)
        if (!is_known(r->ids[i]))
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%u",
                                   at == 0 ? "" : ", ", r->ids[i]);
    hc_sink_warn(r->sink, 0, "columns of unknown id: %s", list);
}

/* The size check, and the places of the columns. */
static hc_status place_columns(hc_mpr *r, const hc_mpr_module *m,
                               const data_head *h, hc_err *err)
{
    uint64_t body = m->length - h->start;
    size_t first = 0, last = 0, unknown = count_unknown(r, &first, &last);
    size_t known = known_size(r, 0, r->n_ids, true);
    r->record_size = known;
    if (h->points > 0) {
        if (body % h->points != 0)
            return hc_fail(err, HC_DATA,
                           "%llu bytes of data are no multiple of %u points",
                           (unsigned long long)body, h->points);
        r->record_size = (size_t)(body / h->points);
    }
    if (unknown == 0 && r->record_size != known)
        return hc_fail(err, HC_DATA,
                       "records of %zu bytes, the columns need %zu",
                       r->record_size, known);
    if (r->record_size < known || r->record_size > 1 << 16)
        return hc_fail(err, HC_DATA,
                       "records of %zu bytes, the known columns need %zu",
                       r->record_size, known);
    if (unknown > 0)
        warn_unknown(r);
    lay_out(r, m, unknown, first, last);
    if (r->n == 0)
        return hc_fail(err, HC_DATA, "no column of the data is known");
    return HC_OK;
}

static void decode(hc_mpr *r, const unsigned char *b)
{
    for (size_t i = 0; i < r->n; i++) {
        const hc_mpr_field *f = &r->fields[i];
        const unsigned char *p = b + f->at;
        switch (f->type) {
        case HC_MPR_F8:
            r->cells[i] = hc_cell_f8(hc_le_f8(p));
            break;
        case HC_MPR_F4:
            r->cells[i] = hc_cell_f4(hc_le_f4(p));
            break;
        case HC_MPR_U4:
            r->cells[i] = hc_cell_int(hc_le32(p));
            break;
        case HC_MPR_U2:
            r->cells[i] = hc_cell_int(hc_le16(p));
            break;
        case HC_MPR_U1:
            r->cells[i] = hc_cell_int(*p);
            break;
        case HC_MPR_FLAG:
            r->cells[i] = hc_cell_int((*p & f->mask) >> f->shift);
            break;
        case HC_MPR_BYTES:
            r->cells[i] = hc_cell_none();
            break;
        }
    }
}

static hc_status read_records(hc_mpr *r, const data_head *h, hc_err *err)
{
    for (uint32_t left = h->points; left > 0;) {
        const char *b;
        size_t len, want = 1 + (1 << 15) / r->record_size, n;
        if (want > left)
            want = left;
        HC_TRY(hc_in_peek(r->in, want * r->record_size, &b, &len, err));
        n = len / r->record_size;
        if (n == 0)
            return HC_OK; /* hc_sink_end tells */
        for (size_t i = 0; i < n; i++) {
            decode(r, (const unsigned char *)b + i * r->record_size);
            HC_TRY(hc_sink_row(r->sink, r->cells, err));
        }
        hc_in_skip(r->in, n * r->record_size);
        left -= (uint32_t)n;
    }
    return HC_OK;
}

hc_status hc_mpr_data(hc_mpr *r, const hc_mpr_module *m, hc_err *err)
{
    data_head h = {0};
    hc_dataset d;
    bool whole;
    if (r->data_seen)
        return hc_fail(err, HC_DATA, "a second data module");
    r->data_seen = true;
    HC_TRY(
        hc_sink_factf(r->sink, err, "data_module_version", "%u", m->version));
    HC_TRY(read_ids(r, m, &h, err));
    HC_TRY(place_columns(r, m, &h, err));
    d = hc_dataset_make("data", r->columns, r->n);
    d.technique = r->technique;
    d.kind = hc_biologic_kind(r->technique);
    d.rows_declared = h.points;
    HC_TRY(hc_sink_begin(r->sink, &d, err));
    hc_sink_compare(r->sink);
    HC_TRY(read_records(r, &h, err));
    whole = r->sink->dataset_rows == h.points;
    HC_TRY(hc_sink_end(r->sink, err));
    if (h.points == 0)
        return hc_mpr_skip(r, m, m->length - h.start, err);
    return whole ? HC_OK : hc_mpr_skip(r, m, UINT32_MAX, err);
}
