/* add.c: tables into the database */
#include "store/sql.h"

#include "core/frame.h"
#include "core/records.h"
#include "core/sha256.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a table before it is stored. */
typedef struct {
    hc_text head, tail; /* '#:' lines */
    hc_text body;       /* rows with their header; of records as the writer
                         * gives them */
    hc_record *rec;     /* [rows] of kind records, else NULL */
    char key[HC_SHA256_HEX];
    char content[HC_SHA256_HEX];
    const char *kind, *tool, *cell, *source;
    char tool_buf[64], cell_buf[128], source_buf[512];
    size_t rows;
    bool incomplete;
} run;

static void clear(run *r)
{
    hc_text_clear(&r->head);
    hc_text_clear(&r->tail);
    hc_text_clear(&r->body);
    free(r->rec);
}

static void add_lines(hc_text *t, const hc_meta *m)
{
    for (size_t i = 0; i < m->n; i++) {
        hc_text_puts(t, m->lines[i]);
        hc_text_putc(t, '\n');
    }
}

/* Column names and rows as they were read, the same text for equal tables. */
static void add_body(hc_text *t, const hc_frame *f)
{
    size_t n = hc_frame_columns(f);
    for (size_t i = 0; i < n; i++)
        hc_text_printf(t, "%s%s", i > 0 ? "\t" : "",
                       hc_frame_column_name(f, i));
    hc_text_putc(t, '\n');
    for (size_t row = 0; row < hc_frame_rows(f); row++) {
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                hc_text_putc(t, '\t');
            hc_text_puts(t, hc_frame_text(f, row, (int)i));
        }
        hc_text_putc(t, '\n');
    }
}

/* Records are kept as numbers, not as they were written: what is summed up
 * is what the writer makes of them, so that `check` can do it again. */
static hc_status add_records(run *r, const hc_frame *f, hc_err *err)
{
    hc_out *out = NULL;
    hc_writer *w = NULL;
    size_t n = 0, len;
    hc_status st = hc_records_of(f, &r->rec, &n, err);

    if (st == HC_OK)
        st = hc_out_memory(&out, err);
    if (st == HC_OK)
        st = hc_writer_new(&w, out, HC_WRITE_TABLE, err);
    if (st == HC_OK) {
        hc_records_begin(w);
        for (size_t i = 0; i < n; i++)
            hc_records_put(w, &r->rec[i]);
        st = hc_writer_end(w, err);
    }
    if (st == HC_OK) {
        const char *text = hc_out_data(out, &len);
        hc_text_add(&r->body, text, len);
    }
    hc_writer_free(w);
    if (out != NULL)
        hc_out_discard(out);
    return st;
}

/* The key: kind, cell, every step, every source's sha256; the contents where
 * no source is named. */
static void make_key(run *r)
{
    const char *parts[] = {hc_text_get(&r->head), hc_text_get(&r->tail)};
    hc_sha256 s;
    bool sourced = false;

    hc_sha256_init(&s);
    hc_sha256_add(&s, r->kind, strlen(r->kind) + 1);
    hc_sha256_add(&s, r->cell, strlen(r->cell) + 1);
    for (size_t k = 0; k < 2; k++) {
        for (const char *p = parts[k]; *p != '\0'; p += strcspn(p, "\n") + 1) {
            bool source = hc_starts_with(p, "sha256 ");
            if (source || hc_starts_with(p, "step "))
                hc_sha256_add(&s, p, strcspn(p, "\n") + 1);
            sourced |= source;
        }
    }
    if (!sourced)
        hc_sha256_add(&s, r->content, sizeof r->content);
    hc_sha256_hex(&s, r->key);
}

/* The one cell of a table of records, "-" when they are of several. */
static void cell_of(run *r, const hc_frame *f)
{
    int c = hc_frame_column(f, "cell");
    const char *cell = hc_meta_get(hc_frame_meta(f), "cell");

    if (c >= 0 && hc_frame_rows(f) > 0) {
        cell = hc_frame_text(f, 0, c);
        for (size_t i = 1; i < hc_frame_rows(f); i++)
            if (strcmp(cell, hc_frame_text(f, i, c)) != 0)
                cell = "-";
    }
    if (cell == NULL)
        cell = "-";
    hc_copy(r->cell_buf, sizeof r->cell_buf, cell, strlen(cell));
    r->cell = r->cell_buf;
}

/* Tool of the last step, name of the first source. */
static void tool_and_source(run *r, const hc_meta *m)
{
    r->tool = "-";
    r->source = "-";
    for (size_t i = 0; i < m->n; i++) {
        const char *line = m->lines[i];
        if (hc_starts_with(line, "step ")) {
            hc_copy(r->tool_buf, sizeof r->tool_buf, line + 5,
                 strcspn(line + 5, " "));
            r->tool = r->tool_buf;
        } else if (hc_starts_with(line, "source ") && r->source[0] == '-') {
            const char *name = line + 7 + strcspn(line + 7, " ");
            const char *end = strstr(name, " format=");
            name += *name == ' ';
            hc_copy(r->source_buf, sizeof r->source_buf, name,
                 end != NULL ? (size_t)(end - name) : strlen(name));
            r->source = r->source_buf;
        }
    }
}

static bool names_sha256(const hc_meta *m)
{
    return hc_meta_get(m, "sha256") != NULL;
}

static hc_status describe(run *r, const hc_frame *f, const char *sha256,
                          hc_err *err)
{
    hc_sha256 s;
    hc_status st;
    r->kind = hc_frame_kind(f)[0] != '\0' ? hc_frame_kind(f) : "series";
    r->rows = hc_frame_rows(f);
    r->incomplete = hc_frame_incomplete(f);
    add_lines(&r->head, hc_frame_meta(f));
    add_lines(&r->tail, hc_frame_trailer(f));
    if (sha256 != NULL && !names_sha256(hc_frame_meta(f)) &&
        !names_sha256(hc_frame_trailer(f)))
        hc_text_printf(&r->tail, "sha256 0 %s\n", sha256);
    if (strcmp(r->kind, "records") != 0)
        add_body(&r->body, f);
    else if ((st = add_records(r, f, err)) != HC_OK)
        return st;
    if (r->head.failed || r->tail.failed || r->body.failed)
        return hc_fail_nomem(err);
    hc_sha256_init(&s);
    hc_sha256_add(&s, hc_text_get(&r->body), r->body.len);
    hc_sha256_hex(&s, r->content);
    cell_of(r, f);
    make_key(r);
    tool_and_source(r, hc_frame_meta(f));
    return HC_OK;
}

/* ---- rows of the database ---- */

static hc_status insert_run(hc_store *s, const run *r, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s,
        "INSERT INTO run (run_key, content_sha256, kind, tool, cell, source,"
        " n_rows, incomplete, head, tail)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, r->key);
        hc_sql_text(q, 2, r->content);
        hc_sql_text(q, 3, r->kind);
        hc_sql_text(q, 4, r->tool);
        hc_sql_text(q, 5, r->cell);
        hc_sql_text(q, 6, r->source);
        sqlite3_bind_int64(q, 7, (sqlite3_int64)r->rows);
        sqlite3_bind_int(q, 8, r->incomplete);
        hc_sql_text(q, 9, hc_text_get(&r->head));
        hc_sql_text(q, 10, hc_text_get(&r->tail));
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* "0 name format=x" and "0 hex" lines joined by their index. */
/* The name and the format that "source N name format=..." gives, where N is
 * the number that sha_line begins with. */
static void name_source(const hc_meta *m, const char *sha_line,
                        char name[512], char format[64])
{
    size_t index_len = strcspn(sha_line, " ");
    for (size_t i = 0; i < m->n; i++) {
        const char *p = m->lines[i] + 7, *end;
        if (!hc_starts_with(m->lines[i], "source ") ||
            strncmp(p, sha_line, index_len + 1) != 0)
            continue;
        p += index_len + 1;
        end = strstr(p, " format=");
        hc_copy(name, 512, p, end != NULL ? (size_t)(end - p) : strlen(p));
        if (end != NULL)
            hc_copy(format, 64, end + 8, strcspn(end + 8, " "));
    }
}

static hc_status insert_source(hc_store *s, sqlite3_int64 run_id,
                               const hc_frame *f, const char *sha_line,
                               hc_err *err)
{
    size_t index_len = strcspn(sha_line, " ");
    const char *text = sha_line + index_len + (sha_line[index_len] == ' ');
    char name[512] = "-", format[64] = "-", hex[128];
    sqlite3_stmt *q = NULL;
    hc_status st;

    hc_copy(hex, sizeof hex, text, strcspn(text, " \n"));
    name_source(hc_frame_meta(f), sha_line, name, format);
    name_source(hc_frame_trailer(f), sha_line, name, format);
    st = hc_sql_prepare(s,
                        "INSERT INTO source (sha256, name, format)"
                        " VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (sha256) DO UPDATE SET"
                        " name = excluded.name, format = excluded.format"
                        /* the same whoever comes first */
                        " WHERE excluded.format != '-' AND (source.format ="
                        " '-' OR excluded.format < source.format)",
                        &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, hex);
        hc_sql_text(q, 2, name);
        hc_sql_text(q, 3, format);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    q = NULL;
    if (st == HC_OK)
        st = hc_sql_prepare(s,
                            "INSERT INTO run_source"
                            " (run_id, source_index, sha256)"
                            " VALUES (?1, CAST (?2 AS INTEGER), ?3)"
                            " ON CONFLICT DO NOTHING",
                            &q, err);
    if (st == HC_OK) {
        sqlite3_bind_int64(q, 1, run_id);
        sqlite3_bind_text(q, 2, sha_line, (int)index_len, SQLITE_TRANSIENT);
        hc_sql_text(q, 3, hex);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

static hc_status insert_sources(hc_store *s, sqlite3_int64 run_id,
                                const run *r, const hc_frame *f, hc_err *err)
{
    const char *parts[] = {hc_text_get(&r->head), hc_text_get(&r->tail)};
    hc_status st = HC_OK;
    for (size_t k = 0; k < 2; k++)
        for (const char *p = parts[k]; *p != '\0' && st == HC_OK;
             p += strcspn(p, "\n") + 1)
            if (hc_starts_with(p, "sha256 "))
                st = insert_source(s, run_id, f, p + 7, err);
    return st;
}

static void bind_record(sqlite3_stmt *q, const hc_record *r)
{
    const hc_conditions *at = &r->at;
    if (at->source_index >= 0)
        sqlite3_bind_int64(q, 3, at->source_index);
    hc_sql_text(q, 4, at->cell);
    hc_sql_text(q, 5, at->electrode);
    hc_sql_real(q, 6, at->spectrum_index);
    hc_sql_real(q, 7, at->cycle_count);
    hc_sql_real(q, 8, at->step_count);
    hc_sql_real(q, 9, at->temperature_celsius);
    hc_sql_real(q, 10, at->pressure_pa);
    hc_sql_real(q, 11, at->soc);
    hc_sql_real(q, 12, at->dc_voltage_volt);
    hc_sql_text(q, 13, r->method);
    hc_sql_text(q, 14, r->role);
    hc_sql_text(q, 15, r->stoichiometry);
    hc_sql_text(q, 16, r->quantity);
    hc_sql_real(q, 17, r->value);
    hc_sql_real(q, 18, r->std_error);
    hc_sql_real(q, 19, r->ci95_low);
    hc_sql_real(q, 20, r->ci95_high);
    hc_sql_text(q, 21, r->unit);
    hc_sql_text(q, 22, r->status);
}

static hc_status insert_records(hc_store *s, sqlite3_int64 run_id,
                                const hc_record *r, size_t n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s,
        "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
        &q, err);
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        sqlite3_bind_int64(q, 1, run_id);
        sqlite3_bind_int64(q, 2, (sqlite3_int64)i);
        bind_record(q, &r[i]);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

static hc_status insert_curve(hc_store *s, sqlite3_int64 run_id,
                              const run *r, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s, "INSERT INTO curve (run_id, body) VALUES (?1, ?2)", &q, err);
    if (st == HC_OK) {
        sqlite3_bind_int64(q, 1, run_id);
        hc_sql_text(q, 2, hc_text_get(&r->body));
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* Is the run there already, and with these contents? */
static hc_status look_up(hc_store *s, const run *r, hc_added *what,
                         hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st = hc_sql_prepare(
        s, "SELECT content_sha256 FROM run WHERE run_key = ?1", &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, r->key);
        st = hc_sql_step(s, q, &row, err);
    }
    if (st == HC_OK)
        *what = !row ? HC_ADDED
                : strcmp(hc_sql_get_text(q, 0), r->content) == 0
                    ? HC_ALREADY
                    : HC_REPLACED;
    sqlite3_finalize(q);
    return st;
}

static hc_status remove_run(hc_store *s, const run *r, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st =
        hc_sql_prepare(s, "DELETE FROM run WHERE run_key = ?1", &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, r->key);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* Inside a transaction. */
static hc_status put(hc_store *s, const run *r, const hc_frame *f,
                     hc_added *what, hc_err *err)
{
    sqlite3_int64 id;
    hc_status st = look_up(s, r, what, err);

    if (st != HC_OK || *what == HC_ALREADY)
        return st;
    if (*what == HC_REPLACED)
        st = remove_run(s, r, err);
    if (st == HC_OK)
        st = insert_run(s, r, err);
    id = sqlite3_last_insert_rowid(s->db);
    if (st == HC_OK)
        st = insert_sources(s, id, r, f, err);
    if (st == HC_OK)
        st = r->rec != NULL ? insert_records(s, id, r->rec, r->rows, err)
                            : insert_curve(s, id, r, err);
    return st;
}

hc_status hc_store_begin(hc_store *s, hc_err *err)
{
    return hc_sql_begin(s, err);
}

hc_status hc_store_end(hc_store *s, hc_status st, hc_err *err)
{
    return hc_sql_end(s, st, err);
}

hc_status hc_store_put(hc_store *s, const hc_frame *f, const char *sha256,
                       hc_added *what, char key[HC_SHA256_HEX], hc_err *err)
{
    run r = {0};
    hc_added did = HC_ADDED;
    hc_status st = describe(&r, f, sha256, err);

    if (st == HC_OK)
        st = put(s, &r, f, &did, err);
    if (st == HC_OK) {
        *what = did;
        memcpy(key, r.key, HC_SHA256_HEX);
    }
    clear(&r);
    return st;
}

hc_status hc_store_add(hc_store *s, const char *path, hc_added *what,
                       hc_err *err)
{
    hc_frame *f = NULL;
    char key[HC_SHA256_HEX];
    hc_status st = hc_frame_open(&f, path, err);

    if (st == HC_OK)
        st = hc_frame_check(f, path, err);
    if (st == HC_OK)
        st = hc_sql_begin(s, err);
    if (st == HC_OK)
        st = hc_sql_end(s, hc_store_put(s, f, NULL, what, key, err), err);
    hc_frame_free(f);
    return st;
}

/* ---- cells ---- */

/* Facts of one row in place of what was known of its cell. */
static hc_status put_cell(hc_store *s, const hc_frame *f, size_t row,
                          int cell, sqlite3_stmt *forget, sqlite3_stmt *q,
                          hc_err *err)
{
    const char *name = hc_frame_text(f, row, cell);
    hc_sql_text(forget, 1, name);
    hc_status st = hc_sql_do(s, forget, err);
    for (size_t c = 0; c < hc_frame_columns(f) && st == HC_OK; c++) {
        const char *value = hc_frame_text(f, row, (int)c);
        if ((int)c == cell || value[0] == '\0' || strcmp(value, "-") == 0)
            continue;
        hc_sql_text(q, 1, name);
        hc_sql_text(q, 2, hc_frame_column_name(f, c));
        hc_sql_text(q, 3, value);
        st = hc_sql_do(s, q, err);
    }
    return st;
}

static hc_status put_cells(hc_store *s, const hc_frame *f, int cell,
                           hc_err *err)
{
    sqlite3_stmt *forget = NULL, *q = NULL;
    hc_status st = hc_sql_prepare(
        s, "DELETE FROM cell_fact WHERE cell = ?1", &forget, err);
    if (st == HC_OK)
        st = hc_sql_prepare(s,
                            "INSERT INTO cell_fact (cell, fact, value)"
                            " VALUES (?1, ?2, ?3) ON CONFLICT (cell, fact)"
                            " DO UPDATE SET value = excluded.value",
                            &q, err);
    for (size_t row = 0; row < hc_frame_rows(f) && st == HC_OK; row++)
        st = put_cell(s, f, row, cell, forget, q, err);
    sqlite3_finalize(forget);
    sqlite3_finalize(q);
    return st;
}

hc_status hc_store_cells(hc_store *s, const char *path, size_t *n,
                         hc_err *err)
{
    hc_frame *f = NULL;
    int cell = -1;
    hc_status st = hc_frame_open(&f, path, err);

    if (st != HC_OK)
        return st;
    st = hc_frame_need(f, "cell", &cell, err);
    if (st == HC_OK)
        st = hc_sql_begin(s, err);
    if (st == HC_OK)
        st = hc_sql_end(s, put_cells(s, f, cell, err), err);
    if (st == HC_OK)
        *n = hc_frame_rows(f);
    hc_frame_free(f);
    return st;
}
