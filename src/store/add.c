/* add.c: tables into the database */
#include "store/sql.h"
#include "store/stored.h"

#include <string.h>

static hc_status insert_run(hc_store *s, const hc_stored *r, hc_err *err)
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
static void name_source(const hc_meta *m, const char *sha_line, char name[512],
                        char format[64])
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
                                const hc_stored *r, const hc_frame *f,
                                hc_err *err)
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
                              const hc_stored *r, hc_err *err)
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
static hc_status look_up(hc_store *s, const hc_stored *r, hc_added *what,
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
        *what = !row                                             ? HC_ADDED
                : strcmp(hc_sql_get_text(q, 0), r->content) == 0 ? HC_ALREADY
                                                                 : HC_REPLACED;
    sqlite3_finalize(q);
    return st;
}

static hc_status remove_run(hc_store *s, const hc_stored *r, hc_err *err)
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
static hc_status put(hc_store *s, const hc_stored *r, const hc_frame *f,
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
    hc_stored r = {0};
    hc_added did = HC_ADDED;
    hc_status st = hc_stored_describe(&r, f, sha256, err);

    if (st == HC_OK)
        st = put(s, &r, f, &did, err);
    if (st == HC_OK) {
        *what = did;
        memcpy(key, r.key, HC_SHA256_HEX);
    }
    hc_stored_clear(&r);
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
