#include "store/export.h"

#include "core/lab.h"
#include "core/text.h"
#include "store/sheet.h"
#include "store/sql.h"

#include <math.h>
#include <string.h>

static void to_lab(hc_record *r)
{
    hc_lab u = hc_lab_of(r->unit);
    const char *unit = u.unit[0] != '\0' ? u.unit : "-";
    r->value *= u.factor;
    r->std_error *= u.factor;
    r->ci95_low *= u.factor;
    r->ci95_high *= u.factor;
    r->at.pressure_pa *= hc_lab_of("Pa").factor;
    char name[sizeof r->quantity];
    hc_lab_name(r->quantity, r->unit, name, sizeof name);
    memcpy(r->quantity, name, sizeof name);
    char kept[sizeof r->unit]; /* u.unit may be r->unit itself */
    hc_copy(kept, sizeof kept, unit, strlen(unit));
    memcpy(r->unit, kept, sizeof kept);
}

hc_status hc_export_each(hc_store *s, const hc_store_filter *filter, bool lab,
                         hc_export_fn fn, void *ctx, size_t *n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    size_t count = 0;
    hc_status st = hc_sql_filtered(
        s, "SELECT " HC_SQL_RECORD ", run_key, row FROM records",
        HC_OF_RECORDS, filter, "ORDER BY run_key, row", &q, err);
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        hc_record r = hc_sql_record(q);
        if (lab)
            to_lab(&r);
        st = fn(ctx, &r, hc_sql_get_text(q, 20),
                (long)sqlite3_column_int64(q, 21), err);
        count++;
    }
    sqlite3_finalize(q);
    if (st == HC_OK)
        *n = count;
    return st;
}

/* ---- one row a record ---- */

enum { NAME = 64 };

/* The names of the columns, one a call; "" at the end. */
static const char *next_column(const char **list, bool lab, char name[NAME])
{
    char si[NAME];
    size_t len = strcspn(*list, ",");
    hc_copy(si, sizeof si, *list, len);
    *list += len;
    *list += strspn(*list, ", ");
    if (lab)
        hc_lab_column(si, name, NAME);
    else
        memcpy(name, si, NAME);
    return name;
}

static void begin_records(hc_writer *w, bool lab)
{
    char name[NAME];
    for (const char *list = HC_SQL_RECORD; *list != '\0';)
        hc_writer_column(w, next_column(&list, lab, name));
}

static hc_status put_table(void *ctx, const hc_record *r, const char *run,
                           long row, hc_err *err)
{
    (void)run, (void)row, (void)err;
    hc_records_put(ctx, r);
    return HC_OK;
}

/* The writer of a table of this kind, in the laboratory's units or not. */
static hc_status open_table(hc_writer **w, const char *kind,
                            const hc_export *how, hc_out *out, hc_err *err)
{
    const hc_status st = hc_writer_new(
        w, out, how->to == HC_EXPORT_JSON ? HC_WRITE_JSON : HC_WRITE_TABLE,
        err);
    if (st == HC_OK)
        hc_writer_meta(*w, "kind", "%s%s", how->lab ? "lab-" : "", kind);
    return st;
}

static hc_status to_table(hc_store *s, const hc_store_filter *filter,
                          const hc_export *how, hc_out *out, size_t *n,
                          hc_err *err)
{
    hc_writer *w = NULL;
    hc_status st = open_table(&w, "records", how, out, err);
    if (st != HC_OK)
        return st;
    begin_records(w, how->lab);
    st = hc_export_each(s, filter, how->lab, put_table, w, n, err);
    if (st == HC_OK)
        st = hc_writer_end(w, err);
    hc_writer_free(w);
    return st;
}

static hc_status put_csv(void *ctx, const hc_record *r, const char *run,
                         long row, hc_err *err)
{
    hc_sheet *s = ctx;
    const hc_conditions *c = &r->at;
    const double at[] = {c->spectrum_index, c->cycle_count,
                         c->step_count,     c->temperature_celsius,
                         c->pressure_pa,    c->soc,
                         c->dc_voltage_volt};
    (void)run, (void)row, (void)err;
    hc_sheet_number(s, c->source_index < 0 ? NAN : (double)c->source_index);
    hc_sheet_text(s, c->cell);
    hc_sheet_text(s, c->electrode);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        hc_sheet_number(s, at[i]);
    hc_sheet_text(s, r->method);
    hc_sheet_text(s, r->role);
    hc_sheet_value(s, r->stoichiometry);
    hc_sheet_text(s, r->quantity);
    hc_sheet_number(s, r->value);
    hc_sheet_number(s, r->std_error);
    hc_sheet_number(s, r->ci95_low);
    hc_sheet_number(s, r->ci95_high);
    hc_sheet_text(s, r->unit);
    hc_sheet_text(s, r->status);
    hc_sheet_end_row(s);
    return HC_OK;
}

static hc_status to_csv(hc_store *s, const hc_store_filter *filter,
                        const hc_export *how, hc_out *out, size_t *n,
                        hc_err *err)
{
    hc_sheet sheet = hc_sheet_make(how, out);
    char name[NAME];
    for (const char *list = HC_SQL_RECORD; *list != '\0';)
        hc_sheet_text(&sheet, next_column(&list, how->lab, name));
    hc_sheet_end_row(&sheet);
    return hc_export_each(s, filter, how->lab, put_csv, &sheet, n, err);
}

/* ---- JSON-LD ---- */

/* Units of QUDT 2.1, http://qudt.org/vocab/unit/ */
static const struct {
    const char *ours, *qudt;
} units[] = {{"ohm", "OHM"},        {"S/m", "S-PER-M"},
             {"m2/s", "M2-PER-SEC"}, {"A/m2", "A-PER-M2"},
             {"J/mol", "J-PER-MOL"}, {"F", "FARAD"},
             {"H", "HENRY"},         {"V", "V"},
             {"A", "A"},             {"Ah", "A-HR"},
             {"Wh", "W-HR"},         {"eV", "EV"},
             {"s", "SEC"},           {"Hz", "HZ"},
             {"ohm m", "OHM-M"},     {"ohm cm", "OHM-CM"},
             {"S/cm", "S-PER-CM"},   {"cm2/s", "CentiM2-PER-SEC"},
             {"Pa", "PA"},           {"MPa", "MegaPA"}};

static const char context[] =
    "{\"@context\":{\"@vocab\":\"urn:x-halfcell:record:\","
    "\"schema\":\"https://schema.org/\","
    "\"qudt\":\"http://qudt.org/schema/qudt/\","
    "\"quantity\":\"schema:name\",\"value\":\"schema:value\","
    "\"unit\":\"schema:unitText\","
    "\"unit_iri\":{\"@id\":\"qudt:hasUnit\",\"@type\":\"@id\"},"
    "\"std_error\":\"qudt:standardUncertainty\","
    "\"ci95_low\":\"schema:minValue\",\"ci95_high\":\"schema:maxValue\","
    "\"method\":\"schema:measurementMethod\"},\n\"@graph\":[";

typedef struct {
    hc_out *out;
    bool lab;
    size_t n;
} jsonld;

/* The writer's JSON row of one record, after our own members. */
static hc_status put_jsonld(void *ctx, const hc_record *r, const char *run,
                            long row, hc_err *err)
{
    jsonld *j = ctx;
    hc_out *one = NULL;
    hc_writer *w = NULL;
    size_t len;
    hc_status st = hc_out_memory(&one, err);
    if (st == HC_OK)
        st = hc_writer_new(&w, one, HC_WRITE_JSON, err);
    if (st == HC_OK) {
        begin_records(w, j->lab);
        hc_records_put(w, r);
        st = hc_writer_end(w, err);
    }
    if (st == HC_OK) {
        const char *text = hc_out_data(one, &len);
        hc_out_printf(j->out,
                      "%s{\"@id\":\"urn:x-halfcell:run:%s:%ld\","
                      "\"@type\":\"schema:PropertyValue\",",
                      j->n++ > 0 ? ",\n" : "\n", run, row);
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
            if (strcmp(units[i].ours, r->unit) == 0)
                hc_out_printf(j->out,
                              "\"unit_iri\":"
                              "\"http://qudt.org/vocab/unit/%s\",",
                              units[i].qudt);
        hc_out_write(j->out, text + 1, len - 2); /* without '{' and '\n' */
    }
    hc_writer_free(w);
    if (one != NULL)
        hc_out_discard(one);
    return st;
}

hc_status hc_store_export(hc_store *s, const hc_store_filter *filter,
                          const hc_export *how, hc_out *out, size_t *n,
                          hc_err *err)
{
    hc_status st;
    jsonld j = {.out = out, .lab = how->lab};
    switch (how->to) {
    case HC_EXPORT_CSV:
        st = to_csv(s, filter, how, out, n, err);
        break;
    case HC_EXPORT_ORIGIN:
        st = hc_export_wide(s, filter, how, out, n, err);
        break;
    case HC_EXPORT_JSONLD:
        hc_out_puts(out, context);
        st = hc_export_each(s, filter, how->lab, put_jsonld, &j, n, err);
        hc_out_puts(out, "\n]}\n");
        break;
    default:
        st = to_table(s, filter, how, out, n, err);
    }
    if (st == HC_OK)
        hc_out_mark_whole(out);
    return st;
}

/* ---- one run ---- */

/* The table for a writer: as it is, or in the laboratory's units. */
static void put_rows(const hc_frame *f, bool lab, hc_writer *w)
{
    char name[128], buf[HC_NUMBER_SIZE];
    for (size_t i = 0; i < hc_frame_columns(f); i++) {
        const char *si = hc_frame_column_name(f, i);
        if (lab)
            hc_lab_column(si, name, sizeof name);
        hc_writer_column(w, lab ? name : si);
    }
    for (size_t row = 0; row < hc_frame_rows(f); row++) {
        for (size_t i = 0; i < hc_frame_columns(f); i++) {
            const char *text = hc_frame_text(f, row, (int)i);
            if (lab)
                text = hc_lab_value(hc_frame_column_name(f, i), text, buf);
            hc_writer_raw(w, text, strlen(text));
        }
        hc_writer_end_row(w);
    }
}

static hc_status write_rows(const hc_frame *f, const hc_export *how,
                            hc_out *out, hc_err *err)
{
    hc_writer *w = NULL;
    hc_status st = open_table(&w, hc_frame_kind(f), how, out, err);
    if (st != HC_OK)
        return st;
    put_rows(f, how->lab, w);
    st = hc_writer_end(w, err);
    hc_writer_free(w);
    return st;
}

hc_status hc_store_export_run(hc_store *s, const char *key_or_words,
                              const hc_export *how,
                              const char *(*label)(const char *),
                              hc_out *out, hc_err *err)
{
    hc_out *text = NULL;
    hc_in *in = NULL;
    hc_reader *r = NULL;
    hc_frame *f = NULL;
    size_t len;
    hc_status st;

    if (how->lab && label != NULL)
        return hc_fail(err, HC_USAGE, "BDF is in SI: leave --units lab out");
    if (how->to == HC_EXPORT_TSV && !how->lab)
        return hc_store_get(s, key_or_words, out, err);
    if (how->to == HC_EXPORT_JSONLD)
        return hc_fail(err, HC_USAGE, "JSON-LD is for records");
    st = hc_out_memory(&text, err);
    if (st == HC_OK)
        st = hc_store_get(s, key_or_words, text, err);
    if (st == HC_OK) {
        const char *data = hc_out_data(text, &len);
        st = hc_in_memory(&in, data, len, "(database)", err);
    }
    if (st == HC_OK)
        st = hc_reader_new(&r, in, err);
    if (st == HC_OK)
        st = hc_frame_read(&f, r, err);
    if (st == HC_OK)
        st = how->to == HC_EXPORT_JSON || how->to == HC_EXPORT_TSV
                 ? write_rows(f, how, out, err)
                 : hc_export_table(f, how, label, out, err);
    hc_frame_free(f);
    hc_reader_free(r);
    if (text != NULL)
        hc_out_discard(text);
    return st;
}
