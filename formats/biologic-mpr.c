/* biologic-mpr.c: EC-Lab and BT-Lab binary files
 *
 * Magic (52 bytes), then modules: "MODULE", short name (10 bytes), long name
 * (25), then u32 length, u32 version, date (8); from EC-Lab 11.50 on the
 * first u32 is 0xFFFFFFFF and length, version, one unknown u32 and the date
 * follow.  All little-endian.  The data module is read by
 * biologic-mpr-data.c.
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
    MAX_SIDE_MODULE = 64 << 20, /* settings, log, loop: kept in memory */
};

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
static hc_status next_module(hc_mpr *r, hc_mpr_module *m, bool *got,
                             hc_err *err)
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

hc_status hc_mpr_skip(hc_mpr *r, const hc_mpr_module *m, uint64_t n,
                      hc_err *err)
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
static hc_status slurp(hc_mpr *r, const hc_mpr_module *m, char **body,
                       hc_err *err)
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

/* A number with three decimals and its unit, as EC-Lab writes it into .mpt;
 * 0 (and what no lab has) means that nobody said it. */
static hc_status amount(hc_mpr *r, const char *fact, double x,
                        const char *unit, hc_err *err)
{
    if (!(x > 0 && x < 1e7))
        return HC_OK;
    return hc_sink_factf(r->sink, err, fact, "%.3f %s", x, unit);
}

/* Area, masses and capacity that the user gave.  Bytes and codes of units as
 * found in 12 files beside their .mpt. */
static hc_status user_facts(hc_mpr *r, const char *b, size_t len, hc_err *err)
{
    enum { ACTIVE = 0x107, AREA = 0x211, MASS = 0x24c, UNITS = 0x250 };
    enum { CAPACITY = 0x25c };
    if (len < CAPACITY + 5)
        return HC_OK;
    const char *mass = b[UNITS + 1] == 1 ? "g" : "mg";
    bool micro = b[CAPACITY + 4] == 2;
    HC_TRY(amount(r, "active_mass", (double)hc_le_f4(b + ACTIVE), "mg", err));
    if (b[UNITS] == 2)
        HC_TRY(amount(r, "electrode_surface_area", (double)hc_le_f4(b + AREA),
                      "cm\xc2\xb2", err));
    if (b[UNITS + 1] == 1 || b[UNITS + 1] == 2)
        HC_TRY(amount(r, "characteristic_mass", (double)hc_le_f4(b + MASS),
                      mass, err));
    return amount(r, "battery_capacity",
                  (double)hc_le_f4(b + CAPACITY) * (micro ? 1000 : 1),
                  micro ? "\xc2\xb5"
                          "A.h"
                        : "mA.h",
                  err);
}

static hc_status settings(hc_mpr *r, const hc_mpr_module *m, const char *b,
                          hc_err *err)
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
    HC_TRY(user_facts(r, b, m->length, err));
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
static hc_status log_start(hc_mpr *r, const char *b, size_t len, hc_err *err)
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

static hc_status log_module(hc_mpr *r, const hc_mpr_module *m, const char *b,
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

static hc_status loop_module(hc_mpr *r, const hc_mpr_module *m, const char *b,
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

static hc_status small_module(hc_mpr *r, const hc_mpr_module *m, hc_err *err)
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

/* ---- the file ---- */

static hc_status read_modules(hc_mpr *r, hc_err *err)
{
    hc_in_skip(r->in, MAGIC_SIZE);
    for (;;) {
        hc_mpr_module m;
        bool got;
        HC_TRY(next_module(r, &m, &got, err));
        if (!got)
            break;
        if (strncmp(m.short_name, "VMP data", 8) == 0)
            HC_TRY(hc_mpr_data(r, &m, err));
        else if (strncmp(m.short_name, "VMP Set", 7) == 0 ||
                 strncmp(m.short_name, "VMP LOG", 7) == 0 ||
                 strncmp(m.short_name, "VMP loop", 8) == 0)
            HC_TRY(small_module(r, &m, err));
        else
            HC_TRY(hc_mpr_skip(r, &m, m.length, err));
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
    hc_mpr *r = calloc(1, sizeof *r);
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
    .most = 100,
    .read = read,
    .columns = hc_biologic_columns,
    .verified = true,
    .late = true,
};
