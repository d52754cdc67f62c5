#include "store/journal.h"

#include "store/groups.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {"queued", "started", "done",
                                          "failed"};

const char *hc_job_state_name(hc_job_state s)
{
    return state_names[s];
}

static void set(char *to, size_t cap, const char *from)
{
    hc_copy(to, cap, from, strlen(from));
}

/* ---- reading ---- */

/* Steps q and makes room for one more element; *row false at the end. */
static hc_status more(hc_store *s, sqlite3_stmt *q, void **list, size_t *cap,
                      size_t n, size_t size, bool *row, hc_err *err)
{
    hc_status st = hc_sql_step(s, q, row, err);
    if (st != HC_OK || !*row)
        return st;
    void *p = hc_grow(*list, cap, n + 1, size);
    if (p == NULL)
        return hc_fail_nomem(err);
    *list = p;
    return HC_OK;
}

static bool file_of(hc_file *f, sqlite3_stmt *q)
{
    *f = (hc_file){.path = hc_strdup(hc_sql_get_text(q, 0)),
                   .size = sqlite3_column_int64(q, 1),
                   .mtime_ns = sqlite3_column_int64(q, 2),
                   .exit_code = sqlite3_column_int(q, 10)};
    set(f->sha256, sizeof f->sha256, hc_sql_get_text(q, 3));
    set(f->format, sizeof f->format, hc_sql_get_text(q, 4));
    set(f->kind, sizeof f->kind, hc_sql_get_text(q, 5));
    set(f->technique, sizeof f->technique, hc_sql_get_text(q, 6));
    set(f->cell, sizeof f->cell, hc_sql_get_text(q, 7));
    set(f->facts, sizeof f->facts, hc_sql_get_text(q, 8));
    set(f->registry, sizeof f->registry, hc_sql_get_text(q, 9));
    set(f->message, sizeof f->message, hc_sql_get_text(q, 11));
    return f->path != NULL;
}

hc_status hc_journal_files(hc_store *s, hc_file **out, size_t *n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    void *list = NULL;
    size_t count = 0, cap = 0;
    bool row = true;
    hc_status st = hc_sql_prepare(
        s,
        "SELECT path, size, mtime_ns, sha256, format, kind, technique, cell,"
        " facts, registry, exit_code, message FROM file ORDER BY path",
        &q, err);
    while (st == HC_OK && row) {
        st = more(s, q, &list, &cap, count, sizeof(hc_file), &row, err);
        if (st == HC_OK && row && !file_of((hc_file *)list + count++, q))
            st = hc_fail_nomem(err);
    }
    sqlite3_finalize(q);
    if (st != HC_OK) {
        hc_journal_files_free(list, count);
        return st;
    }
    *out = list;
    *n = count;
    return HC_OK;
}

void hc_journal_files_free(hc_file *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(f[i].path);
    free(f);
}

static bool job_of(hc_job_row *j, sqlite3_stmt *q)
{
    *j = (hc_job_row){.path = hc_strdup(hc_sql_get_text(q, 0)),
                      .recipe = hc_strdup(hc_sql_get_text(q, 1)),
                      .attempts = sqlite3_column_int(q, 4),
                      .exit_code = sqlite3_column_int(q, 5),
                      .seconds = sqlite3_column_double(q, 7),
                      .night = (long)sqlite3_column_int64(q, 8)};
    set(j->key, sizeof j->key, hc_sql_get_text(q, 2));
    set(j->message, sizeof j->message, hc_sql_get_text(q, 6));
    for (int k = 0; k < 4; k++)
        if (strcmp(hc_sql_get_text(q, 3), state_names[k]) == 0)
            j->state = (hc_job_state)k;
    return j->path != NULL && j->recipe != NULL;
}

hc_status hc_journal_jobs(hc_store *s, hc_job_row **out, size_t *n,
                          hc_err *err)
{
    sqlite3_stmt *q = NULL;
    void *list = NULL;
    size_t count = 0, cap = 0;
    bool row = true;
    hc_status st = hc_sql_prepare(
        s,
        "SELECT path, recipe, job_key, state, attempts, exit_code, message,"
        " seconds, night FROM job ORDER BY path, recipe",
        &q, err);
    while (st == HC_OK && row) {
        st = more(s, q, &list, &cap, count, sizeof(hc_job_row), &row, err);
        if (st == HC_OK && row && !job_of((hc_job_row *)list + count++, q))
            st = hc_fail_nomem(err);
    }
    sqlite3_finalize(q);
    if (st != HC_OK) {
        hc_journal_jobs_free(list, count);
        return st;
    }
    *out = list;
    *n = count;
    return HC_OK;
}

void hc_journal_jobs_free(hc_job_row *j, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(j[i].path);
        free(j[i].recipe);
    }
    free(j);
}

/* ---- writing ---- */

hc_status hc_journal_put_file(hc_store *s, const hc_file *f, long night,
                              hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s,
        "INSERT OR REPLACE INTO file VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " ?9, ?10, ?11, ?12, ?13)",
        &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, f->path);
        sqlite3_bind_int64(q, 2, f->size);
        sqlite3_bind_int64(q, 3, f->mtime_ns);
        hc_sql_text(q, 4, f->sha256);
        hc_sql_text(q, 5, f->format);
        hc_sql_text(q, 6, f->kind);
        hc_sql_text(q, 7, f->technique);
        hc_sql_text(q, 8, f->cell);
        hc_sql_text(q, 9, f->facts);
        hc_sql_text(q, 10, f->registry);
        sqlite3_bind_int(q, 11, f->exit_code);
        hc_sql_text(q, 12, f->message);
        sqlite3_bind_int64(q, 13, night);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

hc_status hc_journal_put_job(hc_store *s, const hc_job_row *j, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s,
        "INSERT OR REPLACE INTO job VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
        " ?9)",
        &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, j->path);
        hc_sql_text(q, 2, j->recipe);
        hc_sql_text(q, 3, j->key);
        hc_sql_text(q, 4, state_names[j->state]);
        sqlite3_bind_int(q, 5, j->attempts);
        sqlite3_bind_int(q, 6, j->exit_code);
        hc_sql_text(q, 7, j->message);
        sqlite3_bind_double(q, 8, j->seconds);
        sqlite3_bind_int64(q, 9, j->night);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* A statement with path, recipe and perhaps a key. */
static hc_status job_do(hc_store *s, const char *sql, const hc_job_row *j,
                        const char *key, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(s, sql, &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, j->path);
        hc_sql_text(q, 2, j->recipe);
        if (key != NULL)
            hc_sql_text(q, 3, key);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* The runs that a job made, in place of those it made before. */
static hc_status link_runs(hc_store *s, const hc_job_row *j,
                           char (*keys)[HC_SHA256_HEX], size_t n, hc_err *err)
{
    static const char forget[] =
        "DELETE FROM run WHERE run_key IN (SELECT run_key FROM was EXCEPT"
        " SELECT run_key FROM job_run);"
        "DELETE FROM source WHERE sha256 NOT IN"
        " (SELECT sha256 FROM run_source);"
        "DROP TABLE was";
    hc_status st = hc_sql_run(s, "CREATE TEMP TABLE was (run_key TEXT)", err);
    if (st == HC_OK)
        st = job_do(s,
                    "INSERT INTO was SELECT run_key FROM job_run"
                    " WHERE path = ?1 AND recipe = ?2",
                    j, NULL, err);
    bool before = st == HC_OK && sqlite3_changes(s->db) > 0;
    if (st == HC_OK)
        st = job_do(s, "DELETE FROM job_run WHERE path = ?1 AND recipe = ?2",
                    j, NULL, err);
    for (size_t i = 0; i < n && st == HC_OK; i++)
        st = job_do(s,
                    "INSERT INTO job_run VALUES (?1, ?2, ?3)"
                    " ON CONFLICT DO NOTHING",
                    j, keys[i], err);
    if (st == HC_OK)
        st = hc_sql_run(s, before ? forget : "DROP TABLE was", err);
    return st;
}

hc_status hc_journal_store(hc_store *s, const hc_job_row *j,
                           hc_frame *const *tables, size_t n,
                           const char *sha256, hc_err *err)
{
    char(*keys)[HC_SHA256_HEX] = calloc(n + 1, sizeof *keys);
    hc_status st = keys == NULL ? hc_fail_nomem(err)
                                : hc_sql_run(s, "SAVEPOINT job", err);
    if (st != HC_OK) {
        free(keys);
        return st;
    }
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        hc_added what;
        st = hc_store_put(s, tables[i], sha256, &what, keys[i], err);
    }
    if (st == HC_OK)
        st = link_runs(s, j, keys, n, err);
    if (st != HC_OK)
        sqlite3_exec(s->db, "ROLLBACK TO job", NULL, NULL, NULL);
    sqlite3_exec(s->db, "RELEASE job", NULL, NULL, NULL);
    free(keys);
    return st;
}

hc_status hc_journal_begin(hc_store *s, const char *started, long *id,
                           hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s,
        "INSERT INTO night (started, files, done, failed)"
        " VALUES (?1, 0, 0, 0)",
        &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, started);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    if (st == HC_OK)
        *id = (long)sqlite3_last_insert_rowid(s->db);
    return st;
}

hc_status hc_journal_finish(hc_store *s, long id, const char *finished,
                            size_t files, size_t done, size_t failed,
                            hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(
        s,
        "UPDATE night SET finished = ?2, files = ?3, done = ?4, failed = ?5"
        " WHERE id = ?1",
        &q, err);
    if (st == HC_OK) {
        sqlite3_bind_int64(q, 1, id);
        hc_sql_text(q, 2, finished);
        sqlite3_bind_int64(q, 3, (sqlite3_int64)files);
        sqlite3_bind_int64(q, 4, (sqlite3_int64)done);
        sqlite3_bind_int64(q, 5, (sqlite3_int64)failed);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- findings ---- */

static hc_status put_finding(hc_store *s, long night, const char *what,
                             const char *cell, const char *detail,
                             hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_status st = hc_sql_prepare(s,
                                  "INSERT OR IGNORE INTO finding"
                                  " VALUES (?1, ?2, ?3, ?4, '-')",
                                  &q, err);
    if (st == HC_OK) {
        sqlite3_bind_int64(q, 1, night);
        hc_sql_text(q, 2, what);
        hc_sql_text(q, 3, cell);
        hc_sql_text(q, 4, detail);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    return st;
}

static hc_status find_outliers(hc_store *s, long night, hc_err *err)
{
    hc_groups g = {0};
    hc_status st = hc_store_groups(s, NULL, "group", &g, err);
    for (size_t i = 0; i < g.n && st == HC_OK; i++) {
        const hc_group *x = &g.group[i];
        for (size_t k = x->first; k < x->first + x->points && st == HC_OK;
             k++) {
            hc_text detail = {0};
            if (!g.point[k].outlier)
                continue;
            hc_text_printf(&detail, "%s of group %s", x->quantity, x->group);
            st = hc_text_status(&detail, err);
            if (st == HC_OK)
                st = put_finding(s, night, "outlier", g.point[k].cell,
                                 detail.data, err);
            hc_text_clear(&detail);
        }
    }
    hc_groups_clear(&g);
    return st;
}

hc_status hc_journal_find(hc_store *s, long night, hc_err *err)
{
    static const char *const finds[] = {
        /* detail names the file, as a cell may have many, and says how many
         * of its spectra, as a file may have hundreds */
        "INSERT OR IGNORE INTO finding SELECT ?1, 'kk-fail', cell, source ||"
        " ' ' || sum(status = 'fail') || ' of ' || count(*) ||"
        " iif(count(*) = 1, ' spectrum', ' spectra'), run_key FROM records"
        " WHERE quantity = 'kk_verdict' GROUP BY run_key, cell"
        " HAVING sum(status = 'fail') > 0",
        "INSERT OR IGNORE INTO finding SELECT ?1, 'short', cell,"
        " source || ' ' || quantity || ' ' || status, run_key FROM records"
        " WHERE (quantity = 'class' AND status NOT IN ('none', '-'))"
        " OR (quantity = 'soft_short' AND status != 'no-suspicion')",
        "INSERT OR IGNORE INTO finding SELECT ?1, 'fading', cell, source ||"
        " ' below 80 % at cycle ' || CAST (value AS INTEGER), run_key"
        " FROM records WHERE quantity = 'cycle_at_80_percent'"
        " AND value IS NOT NULL"};
    hc_status st = HC_OK;
    for (size_t i = 0; i < sizeof finds / sizeof finds[0] && st == HC_OK;
         i++) {
        sqlite3_stmt *q = NULL;
        st = hc_sql_prepare(s, finds[i], &q, err);
        if (st == HC_OK) {
            sqlite3_bind_int64(q, 1, night);
            st = hc_sql_do(s, q, err);
        }
        sqlite3_finalize(q);
    }
    return st == HC_OK ? find_outliers(s, night, err) : st;
}

/* ---- tables ---- */

/* A query with its column names as a table; text, or numbers. */
static hc_status write_query(hc_store *s, const char *sql, hc_writer *w,
                             hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_sql_prepare(s, sql, &q, err);
    int n = st == HC_OK ? sqlite3_column_count(q) : 0;
    for (int i = 0; i < n; i++)
        hc_writer_column(w, sqlite3_column_name(q, i));
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        for (int i = 0; i < n && st == HC_OK && row; i++) {
            if (sqlite3_column_type(q, i) == SQLITE_INTEGER)
                hc_writer_integer(w, (long)sqlite3_column_int64(q, i));
            else if (sqlite3_column_type(q, i) == SQLITE_FLOAT)
                hc_writer_digits(w, sqlite3_column_double(q, i), 4);
            else
                hc_writer_text(w, hc_sql_get_text(q, i));
        }
        if (st == HC_OK && row)
            hc_writer_end_row(w);
    }
    sqlite3_finalize(q);
    return st;
}

hc_status hc_journal_write_nights(hc_store *s, hc_writer *w, hc_err *err)
{
    return write_query(s,
                       "SELECT id AS night, started, coalesce(finished, '-')"
                       " AS finished, files, done, failed FROM night"
                       " ORDER BY id",
                       w, err);
}

hc_status hc_journal_write_jobs(hc_store *s, hc_writer *w, hc_err *err)
{
    return write_query(s,
                       "SELECT path, recipe, state, attempts, exit_code,"
                       " seconds, night, message FROM job"
                       " ORDER BY path, recipe",
                       w, err);
}

hc_status hc_journal_write_findings(hc_store *s, hc_writer *w, hc_err *err)
{
    return write_query(
        s,
        "SELECT night, what, cell, detail, NOT EXISTS (SELECT 1 FROM finding"
        " o WHERE o.what = f.what AND o.cell = f.cell AND o.detail ="
        " f.detail AND o.night = (SELECT max(night) FROM finding"
        " WHERE night < f.night)) AS new, run_key FROM finding f"
        " ORDER BY night, what, cell, detail",
        w, err);
}
