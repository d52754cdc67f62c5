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
    hc_text head, tail, body; /* '#:' lines; rows of a curve with header */
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

/* The key: kind, every step, every source's sha256; the contents where no
 * source is named. */
static void make_key(run *r, const hc_frame *f)
{
    const hc_meta *metas[] = {hc_frame_meta(f), hc_frame_trailer(f)};
    hc_sha256 s;
    bool sourced = false;

    hc_sha256_init(&s);
    hc_sha256_add(&s, r->kind, strlen(r->kind) + 1);
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < metas[k]->n; i++) {
            const char *line = metas[k]->lines[i];
            if (hc_starts_with(line, "step ") ||
                hc_starts_with(line, "sha256 "))
                hc_sha256_add(&s, line, strlen(line) + 1);
            sourced |= hc_starts_with(line, "sha256 ");
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

static hc_status describe(run *r, const hc_frame *f, hc_err *err)
{
    hc_sha256 s;
    r->kind = hc_frame_kind(f)[0] != '\0' ? hc_frame_kind(f) : "series";
    r->rows = hc_frame_rows(f);
    r->incomplete = hc_frame_incomplete(f);
    add_lines(&r->head, hc_frame_meta(f));
    add_lines(&r->tail, hc_frame_trailer(f));
    add_body(&r->body, f);
    if (r->head.failed || r->tail.failed || r->body.failed)
        return hc_fail_nomem(err);
    hc_sha256_init(&s);
    hc_sha256_add(&s, hc_text_get(&r->body), r->body.len);
    hc_sha256_hex(&s, r->content);
    make_key(r, f);
    cell_of(r, f);
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
static hc_status insert_source(hc_store *s, sqlite3_int64 run_id,
                               const hc_frame *f, const char *sha_line,
                               hc_err *err)
{
    const hc_meta *m = hc_frame_meta(f);
    size_t index_len = strcspn(sha_line, " ");
    const char *hex = sha_line + index_len + (sha_line[index_len] == ' ');
    char name[512] = "-", format[64] = "-";
    sqlite3_stmt *q = NULL;
    hc_status st;

    for (size_t i = 0; i < m->n; i++) {
        const char *p = m->lines[i] + 7, *end;
        if (!hc_starts_with(m->lines[i], "source ") ||
            strncmp(p, sha_line, index_len + 1) != 0)
            continue;
        p += index_len + 1;
        end = strstr(p, " format=");
        hc_copy(name, sizeof name, p,
             end != NULL ? (size_t)(end - p) : strlen(p));
        if (end != NULL)
            hc_copy(format, sizeof format, end + 8, strcspn(end + 8, " "));
    }
    st = hc_sql_prepare(s,
                        "INSERT INTO source (sha256, name, format)"
                        " VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (sha256) DO NOTHING",
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
                                const hc_frame *f, hc_err *err)
{
    const hc_meta *metas[] = {hc_frame_meta(f), hc_frame_trailer(f)};
    hc_status st = HC_OK;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < metas[k]->n && st == HC_OK; i++)
            if (hc_starts_with(metas[k]->lines[i], "sha256 "))
                st = insert_source(s, run_id, f, metas[k]->lines[i] + 7,
                                   err);
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
    hc_record *rec = NULL;
    size_t n = 0;
    hc_status st = look_up(s, r, what, err);

    if (st != HC_OK || *what == HC_ALREADY)
        return st;
    if (*what == HC_REPLACED)
        st = remove_run(s, r, err);
    if (st == HC_OK)
        st = insert_run(s, r, err);
    id = sqlite3_last_insert_rowid(s->db);
    if (st == HC_OK)
        st = insert_sources(s, id, f, err);
    if (st == HC_OK && strcmp(r->kind, "records") == 0) {
        st = hc_records_of(f, &rec, &n, err);
        if (st == HC_OK)
            st = insert_records(s, id, rec, n, err);
        free(rec);
    } else if (st == HC_OK) {
        st = insert_curve(s, id, r, err);
    }
    return st;
}

hc_status hc_store_add(hc_store *s, const char *path, hc_added *what,
                       hc_err *err)
{
    hc_frame *f = NULL;
    run r = {0};
    hc_added did = HC_ADDED;
    hc_status st = hc_frame_open(&f, path, err);

    if (st == HC_OK)
        st = describe(&r, f, err);
    if (st == HC_OK)
        st = hc_sql_begin(s, err);
    if (st == HC_OK)
        st = hc_sql_end(s, put(s, &r, f, &did, err), err);
    if (st == HC_OK)
        *what = did;
    hc_frame_free(f);
    clear(&r);
    return st;
}

/* ---- cells ---- */

hc_status hc_store_cells(hc_store *s, const char *path, size_t *n,
                         hc_err *err)
{
    hc_frame *f = NULL;
    sqlite3_stmt *q = NULL;
    int cell = -1;
    hc_status st = hc_frame_open(&f, path, err);

    if (st != HC_OK)
        return st;
    st = hc_frame_need(f, "cell", &cell, err);
    if (st == HC_OK)
        st = hc_sql_begin(s, err);
    if (st != HC_OK) {
        hc_frame_free(f);
        return st;
    }
    st = hc_sql_prepare(s,
                        "INSERT INTO cell_fact (cell, fact, value)"
                        " VALUES (?1, ?2, ?3) ON CONFLICT (cell, fact)"
                        " DO UPDATE SET value = excluded.value",
                        &q, err);
    for (size_t row = 0; row < hc_frame_rows(f) && st == HC_OK; row++) {
        for (size_t c = 0; c < hc_frame_columns(f) && st == HC_OK; c++) {
            const char *value = hc_frame_text(f, row, (int)c);
            if ((int)c == cell || value[0] == '\0' ||
                strcmp(value, "-") == 0)
                continue;
            hc_sql_text(q, 1, hc_frame_text(f, row, cell));
            hc_sql_text(q, 2, hc_frame_column_name(f, c));
            hc_sql_text(q, 3, value);
            st = hc_sql_do(s, q, err);
        }
    }
    sqlite3_finalize(q);
    st = hc_sql_end(s, st, err);
    if (st == HC_OK)
        *n = hc_frame_rows(f);
    hc_frame_free(f);
    return st;
}
