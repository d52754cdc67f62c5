/* biologic-mpr.c: EC-Lab and BT-Lab binary files
 *
 * Magic (52 bytes), then modules: "MODULE", short name (10 bytes), long name
 * (25), then u32 length, u32 version, date (8); from EC-Lab 11.50 on the
 * first u32 is 0xFFFFFFFF and length, version, one unknown u32 and the date
 * follow.  All little-endian.  The data module begins with
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
#include "formats/decode.h"
#include "formats/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "BIO-LOGIC MODULAR FILE\x1a";

enum {
    MAGIC_SIZE = 52,
    OLD_HEADER = 57, /* MODULE + names + length, version, date */
    NEW_HEADER = 65,
    MAX_COLUMNS = 480,          /* and one for the flags */
    MAX_SIDE_MODULE = 64 << 20, /* settings, log, loop: kept in memory */
};

typedef struct {
    char short_name[11];
    bool is_new;
    uint32_t length, version;
    char date[9];
} module;

typedef struct {
    hc_mpr_type type;
    size_t at; /* byte in the record */
    unsigned char mask, shift;
} field;

typedef struct {
    hc_in *in;
    hc_sink *sink;
    const char *technique;
    bool data_seen;
    /* of the data module */
    unsigned ids[MAX_COLUMNS];
    size_t n_ids;
    field fields[MAX_COLUMNS + 1];
    hc_column columns[MAX_COLUMNS + 1];
    char made_names[MAX_COLUMNS + 1][16];
    hc_cell cells[MAX_COLUMNS + 1];
    size_t n;
    size_t record_size;
} mpr;

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_probe_bytes(p, 0, magic, sizeof magic - 1))
        hc_say_yes(v, 100);
    else if (hc_probe_bytes(p, 0, "BIO-LOGIC", 9))
        hc_say_broken(v, 90, "the first line is damaged");
    else
        hc_say_no(v, p->binary ? 5 : 0,
                  "does not start with 'BIO-LOGIC MODULAR FILE'");
}

/* ---- modules ---- */

/* mm/dd/yy with any of / - . as the locale had it, as yyyy-mm-dd. */
static bool iso_day(const char *date, char *iso)
{
    int m, d, y;
    if (sscanf(date, "%2d%*1[/.-]%2d%*1[/.-]%2d", &m, &d, &y) != 3 || m < 1 ||
        m > 12 || d < 1 || d > 31 || y < 0)
        return false;
    snprintf(iso, 40, "%04d-%02d-%02d", y < 70 ? 2000 + y : 1900 + y, m, d);
    return true;
}

/* The next header; *got false at a clean end of the file. */
static hc_status next_module(mpr *r, module *m, bool *got, hc_err *err)
{
    const char *b;
    size_t len, head = OLD_HEADER;
    *got = false;
    HC_TRY(hc_in_peek(r->in, NEW_HEADER, &b, &len, err));
    if (len == 0)
        return HC_OK;
    if (memcmp(b, "MODULE", len < 6 ? len : 6) != 0)
        return hc_fail(err, HC_DATA,
                       "no module begins at byte %llu, where one should",
                       (unsigned long long)hc_in_offset(r->in));
    m->is_new = len > 44 && hc_le32(b + 41) == UINT32_MAX;
    if (m->is_new)
        head = NEW_HEADER;
    if (len < head) {
        hc_sink_incomplete(r->sink, "ends within the header of a module");
        return HC_OK;
    }
    memcpy(m->short_name, b + 6, 10);
    m->short_name[10] = '\0';
    b += m->is_new ? 45 : 41;
    m->length = hc_le32(b);
    m->version = hc_le32(b + 4);
    memcpy(m->date, b + (m->is_new ? 12 : 8), 8);
    m->date[8] = '\0';
    hc_in_skip(r->in, head);
    *got = true;
    return HC_OK;
}

static hc_status skip(mpr *r, const module *m, uint64_t n, hc_err *err)
{
    while (n > 0) {
        const char *b;
        size_t len, want = n < (1 << 16) ? (size_t)n : 1 << 16;
        HC_TRY(hc_in_peek(r->in, want, &b, &len, err));
        if (len == 0) {
            hc_sink_incomplete(r->sink, "ends within module '%s'",
                               m->short_name);
            return HC_OK;
        }
        hc_in_skip(r->in, len);
        n -= len;
    }
    return HC_OK;
}

/* A whole small module; *body NULL when the file ends within it. */
static hc_status slurp(mpr *r, const module *m, char **body, hc_err *err)
{
    char *p = NULL;
    size_t have = 0, cap = 0, got;
    *body = NULL;
    if (m->length > MAX_SIDE_MODULE)
        return hc_fail(err, HC_DATA, "module '%s' says it is %u bytes long",
                       m->short_name, m->length);
    while (have < m->length) { /* grows with what is there, not with what
                                  the header says */
        size_t want = m->length - have;
        char *grown;
        if (want > 1 << 16)
            want = 1 << 16;
        cap = have + want + 1;
        grown = realloc(p, cap);
        if (grown == NULL) {
            free(p);
            return hc_fail_nomem(err);
        }
        p = grown;
        hc_status st = hc_in_read(r->in, p + have, want, &got, err);
        if (st != HC_OK || got < want) {
            free(p);
            if (st == HC_OK)
                hc_sink_incomplete(r->sink, "ends within module '%s'",
                                   m->short_name);
            return st;
        }
        have += got;
    }
    *body = p;
    return HC_OK;
}

/* ---- small modules ---- */

static hc_status settings(mpr *r, const module *m, const char *b, hc_err *err)
{
    char iso[40], comment[256];
    size_t n;
    if (m->length == 0)
        return HC_OK;
    r->technique = hc_mpr_technique((unsigned char)b[0]);
    if (r->technique[0] != '\0')
        HC_TRY(hc_sink_fact(r->sink, "technique", r->technique, err));
    if (iso_day(m->date, iso))
        HC_TRY(hc_sink_fact(r->sink, "start_date", iso, err));
    /* comments: a length and so many bytes of Windows-1252 */
    if (m->length > 300 && (n = (unsigned char)b[7]) > 0) {
        hc_latin1_clean(comment, sizeof comment, b + 8, n);
        if (comment[0] != '\0')
            HC_TRY(hc_sink_fact(r->sink, "comments", comment, err));
    }
    return HC_OK;
}

/* A length-prefixed text at that byte; "" when there is none. */
static void pascal(const char *b, size_t len, size_t at, char *to, size_t cap)
{
    size_t n;
    to[0] = '\0';
    if (at >= len || (n = (unsigned char)b[at]) >= len - at)
        return;
    hc_latin1_clean(to, cap, b + at + 1, n);
}

/* Start of the run as an OLE date (days since 1899-12-30). */
static hc_status log_start(mpr *r, const char *b, size_t len, hc_err *err)
{
    static const size_t at[] = {585, 473, 469, 465};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        hc_moment m = {.has_date = true};
        char iso[40];
        double day;
        if (len < at[i] + 8)
            continue;
        day = hc_le_f8(b + at[i]);
        if (!(day > 33000 && day < 80000)) /* 1990 to 2119 */
            continue;
        m.seconds = round((day - 25569) * 86400000) / 1000;
        hc_moment_iso(&m, iso);
        return hc_sink_fact(r->sink, "start_time", iso, err);
    }
    return HC_OK;
}

static hc_status log_module(mpr *r, const module *m, const char *b,
                            hc_err *err)
{
    char iso[40], version[64];
    HC_TRY(log_start(r, b, m->length, err));
    if (iso_day(m->date, iso))
        HC_TRY(hc_sink_fact(r->sink, "end_date", iso, err));
    pascal(b, m->length, 951, version, sizeof version);
    if (strchr(version, '.') != NULL && strlen(version) < 10)
        HC_TRY(hc_sink_factf(
            r->sink, err, "software", "%s v%s",
            strncmp(version, "1.", 2) == 0 ? "BT-Lab" : "EC-Lab", version));
    return HC_OK;
}

static hc_status loop_module(mpr *r, const module *m, const char *b,
                             hc_err *err)
{
    char text[2048];
    size_t at = 0, n;
    if (m->length < 4)
        return HC_OK;
    n = hc_le32(b);
    if (n > (m->length - 4) / 4)
        n = (m->length - 4) / 4;
    text[0] = '\0';
    for (size_t i = 0; i < n && at + 16 < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u",
                               i == 0 ? "" : " ", hc_le32(b + 4 + 4 * i));
    return hc_sink_fact(r->sink, "loop_index", text, err);
}

static hc_status small_module(mpr *r, const module *m, hc_err *err)
{
    char *body;
    hc_status st;
    HC_TRY(slurp(r, m, &body, err));
    if (body == NULL)
        return HC_OK;
    if (strncmp(m->short_name, "VMP Set", 7) == 0)
        st = settings(r, m, body, err);
    else if (strncmp(m->short_name, "VMP LOG", 7) == 0)
        st = log_module(r, m, body, err);
    else
        st = loop_module(r, m, body, err);
    free(body);
    return st;
}

/* ---- the data module ---- */

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

static hc_status read_ids(mpr *r, const module *m, data_head *h, hc_err *err)
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
    if (h->n == 0 || h->n > MAX_COLUMNS || id_at + id_size * h->n > h->start)
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
static size_t known_size(const mpr *r, size_t from, size_t to, bool flags)
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

static size_t count_unknown(const mpr *r, size_t *first, size_t *last)
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

static void add_field(mpr *r, const char *name, hc_mpr_type type, size_t at,
                      const hc_mpr_flag *flag)
{
    r->columns[r->n] = (hc_column){.name = name};
    r->fields[r->n] = (field){.type = type,
                              .at = at,
                              .mask = flag != NULL ? flag->mask : 0,
                              .shift = flag != NULL ? flag->shift : 0};
    r->n++;
}

/* EC-Lab 11.50 and later call the averaged potential so in their texts. */
static const char *name_of(const hc_mpr_column *c, const module *m)
{
    return c->id == 174 && m->is_new ? "<Ewe/V>" : c->name;
}

/* Where each column stands.  With one unknown id its size is what is left of
 * the record; with more the columns between the first and the last of them
 * cannot be placed, those before and behind can. */
static void lay_out(mpr *r, const module *m, size_t n_unknown, size_t first,
                    size_t last)
{
    size_t at = 0, flag_at = SIZE_MAX;
    size_t all = known_size(r, 0, r->n_ids, true);
    size_t left = r->record_size > all ? r->record_size - all : 0;
    r->n = 0;
    for (size_t i = 0; i < r->n_ids; i++) {
        const hc_mpr_flag *flag = hc_mpr_flag_of(r->ids[i]);
        const hc_mpr_column *c = hc_mpr_column_of(r->ids[i]);
        bool lost = n_unknown > 1 && i >= first && i <= last;
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
        } else if (n_unknown == 1) {
            char *name = r->made_names[r->n];
            snprintf(name, sizeof r->made_names[0], "id %u", r->ids[i]);
            if (guess_type(left) != HC_MPR_BYTES)
                add_field(r, name, guess_type(left), at, NULL);
            at += left;
        }
    }
}

static void warn_unknown(mpr *r)
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
static hc_status place_columns(mpr *r, const module *m, const data_head *h,
                               hc_err *err)
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

static void decode(mpr *r, const unsigned char *b)
{
    for (size_t i = 0; i < r->n; i++) {
        const field *f = &r->fields[i];
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

static hc_status read_records(mpr *r, const data_head *h, hc_err *err)
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

static hc_status data_module(mpr *r, const module *m, hc_err *err)
{
    data_head h;
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
    HC_TRY(read_records(r, &h, err));
    whole = r->sink->dataset_rows == h.points;
    HC_TRY(hc_sink_end(r->sink, err));
    if (h.points == 0)
        return skip(r, m, m->length - h.start, err);
    return whole ? HC_OK : skip(r, m, UINT32_MAX, err);
}

/* ---- the file ---- */

static hc_status read_modules(mpr *r, hc_err *err)
{
    hc_in_skip(r->in, MAGIC_SIZE);
    for (;;) {
        module m;
        bool got;
        HC_TRY(next_module(r, &m, &got, err));
        if (!got)
            break;
        if (strncmp(m.short_name, "VMP data", 8) == 0)
            HC_TRY(data_module(r, &m, err));
        else if (strncmp(m.short_name, "VMP Set", 7) == 0 ||
                 strncmp(m.short_name, "VMP LOG", 7) == 0 ||
                 strncmp(m.short_name, "VMP loop", 8) == 0)
            HC_TRY(small_module(r, &m, err));
        else
            HC_TRY(skip(r, &m, m.length, err));
    }
    if (!r->data_seen && !r->sink->incomplete)
        return hc_fail(err, HC_DATA, "no data module in the file");
    if (!r->data_seen)
        return hc_fail(err, HC_DATA, "the file ends before its data: %s",
                       r->sink->why_incomplete);
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    mpr *r = calloc(1, sizeof *r);
    const char *b;
    size_t len;
    hc_status st;
    if (r == NULL)
        return hc_fail_nomem(err);
    r->in = src->in;
    r->sink = sink;
    r->technique = "";
    st = hc_in_peek(r->in, MAGIC_SIZE, &b, &len, err);
    if (st == HC_OK &&
        (len < MAGIC_SIZE || memcmp(b, magic, sizeof magic - 1) != 0))
        st = hc_fail(err, HC_DATA,
                     "no 'BIO-LOGIC MODULAR FILE' at the "
                     "start");
    if (st == HC_OK)
        st = read_modules(r, err);
    free(r);
    return st;
}

const hc_format hc_format_biologic_mpr = {
    .name = "biologic-mpr",
    .title = "BioLogic EC-Lab and BT-Lab binary (.mpr)",
    .detect = detect,
    .read = read,
    .columns = hc_biologic_columns,
    .verified = true,
    .late = true,
};
