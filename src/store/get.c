/* get.c: tables out of the database */
#include "store/sql.h"

#include "core/records.h"
#include "core/sha256.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

/* A query with a filter: `before` WHERE filter `after`. */
static hc_status filtered(hc_store *s, const char *before,
                          const hc_store_filter *filter, const char *after,
                          sqlite3_stmt **q, hc_err *err)
{
    hc_text sql = {0};
    hc_status st;
    hc_text_printf(&sql, "%s WHERE ", before);
    st = hc_sql_where(filter, &sql, err);
    hc_text_printf(&sql, " %s", after);
    if (st == HC_OK)
        st = hc_text_status(&sql, err);
    if (st == HC_OK)
        st = hc_sql_prepare(s, sql.data, q, err);
    if (st == HC_OK)
        hc_sql_bind_where(*q, filter);
    hc_text_clear(&sql);
    return st;
}

static void set(char *to, size_t cap, const char *from)
{
    hc_copy(to, cap, from, strlen(from));
}

/* Columns 0 to 19 of a row as a record, in the order of the table. */
static hc_record record_of(sqlite3_stmt *q)
{
    hc_conditions at = hc_conditions_none();
    hc_record r;

    if (sqlite3_column_type(q, 0) != SQLITE_NULL)
        at.source_index = (long)sqlite3_column_int64(q, 0);
    set(at.cell, sizeof at.cell, hc_sql_get_text(q, 1));
    set(at.electrode, sizeof at.electrode, hc_sql_get_text(q, 2));
    at.spectrum_index = hc_sql_get_real(q, 3);
    at.cycle_count = hc_sql_get_real(q, 4);
    at.step_count = hc_sql_get_real(q, 5);
    at.temperature_celsius = hc_sql_get_real(q, 6);
    at.pressure_pa = hc_sql_get_real(q, 7);
    at.soc = hc_sql_get_real(q, 8);
    at.dc_voltage_volt = hc_sql_get_real(q, 9);
    r = hc_record_make(&at, hc_sql_get_text(q, 10), hc_sql_get_text(q, 13),
                       hc_sql_get_real(q, 14), hc_sql_get_text(q, 18));
    set(r.role, sizeof r.role, hc_sql_get_text(q, 11));
    set(r.stoichiometry, sizeof r.stoichiometry, hc_sql_get_text(q, 12));
    r.std_error = hc_sql_get_real(q, 15);
    r.ci95_low = hc_sql_get_real(q, 16);
    r.ci95_high = hc_sql_get_real(q, 17);
    set(r.status, sizeof r.status, hc_sql_get_text(q, 19));
    return r;
}

#define RECORD_COLUMNS                                                        \
    "source_index, cell, electrode, spectrum_index, cycle_count, "           \
    "step_count, temperature_celsius, pressure_pa, soc, dc_voltage_volt, "   \
    "method, role, stoichiometry, quantity, value, std_error, ci95_low, "    \
    "ci95_high, unit, status"

/* Records with the names that a filter may use. */
#define FROM_RECORDS                                                          \
    "SELECT " RECORD_COLUMNS " FROM (SELECT record.*, run.kind AS kind, "    \
    "run.tool AS tool, run.source AS source, run.run_key AS run_key "        \
    "FROM record JOIN run ON run.id = record.run_id)"

hc_status hc_store_records(hc_store *s, const hc_store_filter *filter,
                           hc_writer *w, size_t *n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    size_t count = 0;
    bool row = true;
    hc_status st = filtered(s, FROM_RECORDS, filter, "ORDER BY run_key, row",
                            &q, err);

    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st == HC_OK && row) {
            hc_record r = record_of(q);
            hc_records_put(w, &r);
            count++;
        }
    }
    sqlite3_finalize(q);
    if (st == HC_OK)
        *n = count;
    return st;
}

/* Runs with the names that a filter may use; those of records that a run
 * has not are asked of its records. */
hc_status hc_store_list(hc_store *s, const hc_store_filter *filter,
                        hc_writer *w, size_t *n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    size_t count = 0;
    bool row = true;
    hc_status st = filtered(
        s, "SELECT run_key, kind, tool, cell, n_rows, source FROM run",
        filter, "ORDER BY cell, kind, tool, run_key", &q, err);

    if (st == HC_DATA)
        st = hc_fail(err, HC_USAGE,
                     "runs are chosen by cell, kind, tool and source");
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        for (int i = 0; i < 4; i++)
            hc_writer_text(w, hc_sql_get_text(q, i));
        hc_writer_integer(w, (long)sqlite3_column_int64(q, 4));
        hc_writer_text(w, hc_sql_get_text(q, 5));
        hc_writer_end_row(w);
        count++;
    }
    sqlite3_finalize(q);
    if (st == HC_OK)
        *n = count;
    return st;
}

hc_status hc_store_list_cells(hc_store *s, hc_writer *w, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_sql_prepare(
        s, "SELECT cell, fact, value FROM cell_fact ORDER BY cell, fact", &q,
        err);
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        for (int i = 0; i < 3; i++)
            hc_writer_text(w, hc_sql_get_text(q, i));
        hc_writer_end_row(w);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- one run ---- */

static bool is_key(const char *s)
{
    size_t n = strlen(s);
    return n >= 4 && n <= 64 && strspn(s, "0123456789abcdef") == n;
}

/* Text lines "a\nb\n" as '#:' lines. */
static void put_lines(hc_out *out, const char *lines)
{
    while (*lines != '\0') {
        size_t n = strcspn(lines, "\n");
        hc_out_puts(out, "#: ");
        hc_out_write(out, lines, n + 1);
        lines += n + 1;
    }
}

static hc_status put_curve(hc_store *s, sqlite3_int64 id, hc_out *out,
                           hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st =
        hc_sql_prepare(s, "SELECT body FROM curve WHERE run_id = ?1", &q,
                       err);
    if (st == HC_OK) {
        sqlite3_bind_int64(q, 1, id);
        st = hc_sql_step(s, q, &row, err);
    }
    if (st == HC_OK && row)
        hc_out_puts(out, hc_sql_get_text(q, 0));
    sqlite3_finalize(q);
    return st;
}

/* Rows of the records of a run, in the shape that the writer gives them. */
static hc_status put_records(hc_store *s, sqlite3_int64 id, hc_out *out,
                             hc_err *err)
{
    hc_out *table = NULL;
    hc_writer *w = NULL;
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_out_memory(&table, err);

    if (st == HC_OK)
        st = hc_writer_new(&w, table, HC_WRITE_TABLE, err);
    if (st == HC_OK) {
        hc_records_begin(w);
        st = hc_sql_prepare(s,
                            "SELECT " RECORD_COLUMNS
                            " FROM record WHERE run_id = ?1 ORDER BY row",
                            &q, err);
    }
    if (st == HC_OK)
        sqlite3_bind_int64(q, 1, id);
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st == HC_OK && row) {
            hc_record r = record_of(q);
            hc_records_put(w, &r);
        }
    }
    if (st == HC_OK)
        st = hc_writer_end(w, err);
    if (st == HC_OK) { /* between the version line and the end line */
        size_t len;
        const char *text = hc_out_data(table, &len);
        size_t head = (size_t)((char *)memchr(text, '\n', len) - text) + 1;
        while (len > head && text[len - 2] != '\n')
            len--;
        hc_out_write(out, text + head, len - 1 - head);
    }
    sqlite3_finalize(q);
    hc_writer_free(w);
    hc_out_discard(table);
    return st;
}

static hc_status put_run(hc_store *s, sqlite3_stmt *q, hc_out *out,
                         hc_err *err)
{
    sqlite3_int64 id = sqlite3_column_int64(q, 0);
    bool records = strcmp(hc_sql_get_text(q, 1), "records") == 0;
    hc_status st;

    hc_out_puts(out, "#: halfcell-table 1\n");
    put_lines(out, hc_sql_get_text(q, 2));
    st = records ? put_records(s, id, out, err) : put_curve(s, id, out, err);
    put_lines(out, hc_sql_get_text(q, 3));
    if (sqlite3_column_int(q, 4))
        hc_out_puts(out, "#: incomplete\n");
    hc_out_printf(out, "#: end rows=%lld\n",
                  (long long)sqlite3_column_int64(q, 5));
    hc_out_mark_whole(out);
    return st;
}

hc_status hc_store_get(hc_store *s, const char *key_or_words, hc_out *out,
                       hc_err *err)
{
    hc_store_filter filter = {.words = key_or_words};
    sqlite3_stmt *q = NULL;
    bool row = false;
    const char *columns =
        "SELECT id, kind, head, tail, incomplete, n_rows FROM run";
    hc_status st;

    if (is_key(key_or_words)) {
        hc_text sql = {0};
        hc_text_printf(&sql, "%s WHERE run_key GLOB ?1 || '*'", columns);
        st = hc_text_status(&sql, err);
        if (st == HC_OK)
            st = hc_sql_prepare(s, sql.data, &q, err);
        if (st == HC_OK)
            hc_sql_text(q, 1, key_or_words);
        hc_text_clear(&sql);
    } else {
        st = filtered(s, columns, &filter, "ORDER BY run_key", &q, err);
    }
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    if (st == HC_OK && !row)
        st = hc_fail(err, HC_NO, "no run is '%s'", key_or_words);
    if (st == HC_OK)
        st = put_run(s, q, out, err);
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    if (st == HC_OK && row)
        st = hc_fail(err, HC_USAGE,
                     "several runs are '%s'; `hc-db list` shows their keys",
                     key_or_words);
    sqlite3_finalize(q);
    return st;
}

/* ---- the whole ---- */

/* Every column of a query as text, one line a row, under a heading. */
static hc_status dump(hc_store *s, const char *heading, const char *sql,
                      hc_out *out, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_sql_prepare(s, sql, &q, err);

    hc_out_printf(out, "[%s]\n", heading);
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        for (int i = 0; st == HC_OK && row && i < sqlite3_column_count(q);
             i++) {
            if (i > 0)
                hc_out_putc(out, '\t');
            if (sqlite3_column_type(q, i) == SQLITE_FLOAT)
                hc_out_number(out, sqlite3_column_double(q, i));
            else if (sqlite3_column_type(q, i) == SQLITE_NULL)
                hc_out_puts(out, "NaN");
            else
                hc_out_puts(out, hc_sql_get_text(q, i));
        }
        if (st == HC_OK && row)
            hc_out_putc(out, '\n');
    }
    sqlite3_finalize(q);
    return st;
}

hc_status hc_store_canonical(hc_store *s, hc_out *out, hc_err *err)
{
    static const char *const parts[][2] = {
        {"source",
         "SELECT sha256, format FROM source ORDER BY sha256"},
        {"cell", "SELECT cell, fact, value FROM cell_fact"
                 " ORDER BY cell, fact"},
        {"run", "SELECT run_key, content_sha256, kind, tool, cell, n_rows,"
                " incomplete FROM run ORDER BY run_key"},
        {"run_source",
         "SELECT run_key, source_index, sha256 FROM run_source"
         " JOIN run ON run.id = run_id ORDER BY run_key, source_index"},
        {"record", "SELECT run_key, row, " RECORD_COLUMNS
                   " FROM (SELECT record.*, run.run_key FROM record"
                   " JOIN run ON run.id = record.run_id)"
                   " ORDER BY run_key, row"},
        {"curve", "SELECT run_key, body FROM curve"
                  " JOIN run ON run.id = run_id ORDER BY run_key"}};
    hc_status st = HC_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && st == HC_OK; i++)
        st = dump(s, parts[i][0], parts[i][1], out, err);
    if (st == HC_OK)
        hc_out_mark_whole(out);
    return st;
}

/* ---- check ---- */

static hc_status check_query(hc_store *s, const char *sql, const char *good,
                             const char *what, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st = hc_sql_prepare(s, sql, &q, err);
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    if (st == HC_OK && row &&
        (good == NULL || strcmp(hc_sql_get_text(q, 0), good) != 0))
        st = hc_fail_at(err, HC_DATA, s->path, 0, "%s: %s", what,
                        hc_sql_get_text(q, 0));
    sqlite3_finalize(q);
    return st;
}

/* Contents of every curve against the sha256 kept with it. */
static hc_status check_curves(hc_store *s, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_sql_prepare(
        s,
        "SELECT run_key, content_sha256, body FROM curve"
        " JOIN run ON run.id = run_id",
        &q, err);
    while (st == HC_OK && row) {
        hc_sha256 sum;
        char hex[HC_SHA256_HEX];
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        const char *body = hc_sql_get_text(q, 2);
        hc_sha256_init(&sum);
        hc_sha256_add(&sum, body, strlen(body));
        hc_sha256_hex(&sum, hex);
        if (strcmp(hex, hc_sql_get_text(q, 1)) != 0)
            st = hc_fail_at(err, HC_DATA, s->path, 0,
                            "the contents of run %s were changed",
                            hc_sql_get_text(q, 0));
    }
    sqlite3_finalize(q);
    return st;
}

hc_status hc_store_check(hc_store *s, hc_err *err)
{
    hc_status st = check_query(s, "PRAGMA integrity_check", "ok",
                               "is damaged", err);
    if (st == HC_OK)
        st = check_query(s, "PRAGMA foreign_key_check", NULL,
                         "a row without its parent in table", err);
    if (st == HC_OK)
        st = check_query(
            s,
            "SELECT run_key FROM run WHERE kind = 'records' AND n_rows !="
            " (SELECT count(*) FROM record WHERE run_id = run.id)",
            NULL, "records are missing from run", err);
    if (st == HC_OK)
        st = check_query(s,
                         "SELECT run_key FROM run WHERE kind != 'records'"
                         " AND id NOT IN (SELECT run_id FROM curve)",
                         NULL, "no curve is kept for run", err);
    return st == HC_OK ? check_curves(s, err) : st;
}

/* ---- merge ---- */

hc_status hc_store_merge(hc_store *s, const char *other, size_t *n,
                         hc_err *err)
{
    static const char copy[] =
        "INSERT INTO main.source SELECT * FROM other.source WHERE 1"
        " ON CONFLICT DO NOTHING;"
        "INSERT INTO main.cell_fact SELECT * FROM other.cell_fact WHERE 1"
        " ON CONFLICT DO NOTHING;"
        "CREATE TEMP TABLE fresh AS SELECT id, run_key FROM other.run"
        " WHERE run_key NOT IN (SELECT run_key FROM main.run);"
        "INSERT INTO main.run (run_key, content_sha256, kind, tool, cell,"
        " source, n_rows, incomplete, head, tail) SELECT run_key,"
        " content_sha256, kind, tool, cell, source, n_rows, incomplete, head,"
        " tail FROM other.run WHERE id IN (SELECT id FROM fresh);"
        "INSERT INTO main.run_source SELECT m.id, source_index, sha256"
        " FROM other.run_source o JOIN fresh f ON f.id = o.run_id"
        " JOIN main.run m ON m.run_key = f.run_key;"
        "INSERT INTO main.curve SELECT m.id, body FROM other.curve o"
        " JOIN fresh f ON f.id = o.run_id"
        " JOIN main.run m ON m.run_key = f.run_key;"
        "INSERT INTO main.record SELECT m.id, o.row, source_index, o.cell,"
        " electrode, spectrum_index, cycle_count, step_count,"
        " temperature_celsius, pressure_pa, soc, dc_voltage_volt, method,"
        " role, stoichiometry, quantity, value, std_error, ci95_low,"
        " ci95_high, unit, status FROM other.record o"
        " JOIN fresh f ON f.id = o.run_id"
        " JOIN main.run m ON m.run_key = f.run_key;";
    hc_store *check = NULL;
    sqlite3_stmt *q = NULL;
    bool row = false;
    /* opening it apart checks the file and brings its schema up to date */
    hc_status st = hc_store_open(&check, other, false, err);

    hc_store_close(check);
    if (st == HC_OK)
        st = hc_sql_prepare(s, "ATTACH ?1 AS other", &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, other);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    q = NULL;
    if (st != HC_OK)
        return st;
    st = hc_sql_begin(s, err);
    if (st == HC_OK) {
        st = hc_sql_run(s, copy, err);
        if (st == HC_OK)
            st = hc_sql_prepare(s, "SELECT count(*) FROM fresh", &q, err);
        if (st == HC_OK)
            st = hc_sql_step(s, q, &row, err);
        if (st == HC_OK)
            *n = (size_t)sqlite3_column_int64(q, 0);
        sqlite3_finalize(q);
        if (st == HC_OK)
            st = hc_sql_run(s, "DROP TABLE fresh", err);
        st = hc_sql_end(s, st, err);
    }
    sqlite3_exec(s->db, "DETACH other", NULL, NULL, NULL);
    return st;
}
