/* whole.c: all of a database: its canonical dump, its check, merging */
#include "store/sql.h"

#include "core/sha256.h"

#include <string.h>
#include <unistd.h>

/* Text in one line: a backslash, \\t, \\n for what would be taken as ours. */
static void put_text(hc_out *out, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '\t')
            hc_out_puts(out, "\\t");
        else if (*s == '\n')
            hc_out_puts(out, "\\n");
        else if (*s == '\\')
            hc_out_puts(out, "\\\\");
        else
            hc_out_putc(out, *s);
    }
}

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
                put_text(out, hc_sql_get_text(q, i));
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
        {"record", "SELECT run_key, row, " HC_SQL_RECORD
                   " FROM records ORDER BY run_key, row"},
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

/* The same of the records. */
static hc_status check_records(hc_store *s, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_sql_prepare(
        s,
        "SELECT id, run_key, content_sha256 FROM run WHERE kind = 'records'",
        &q, err);
    while (st == HC_OK && row) {
        char hex[HC_SHA256_HEX];
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        st = hc_sql_records_sum(s, sqlite3_column_int64(q, 0), hex, err);
        if (st == HC_OK && strcmp(hex, hc_sql_get_text(q, 2)) != 0)
            st = hc_fail_at(err, HC_DATA, s->path, 0,
                            "the records of run %s were changed",
                            hc_sql_get_text(q, 1));
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
    if (st == HC_OK)
        st = check_curves(s, err);
    return st == HC_OK ? check_records(s, err) : st;
}

/* ---- merge ---- */

/* The other database as `other`; only read, so its schema may be older. */
static hc_status attach(hc_store *s, const char *other, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st;

    if (access(other, R_OK) != 0)
        return hc_fail_open(err, HC_NOINPUT, other);
    st = hc_sql_prepare(s, "ATTACH ?1 AS other", &q, err);
    if (st == HC_OK) {
        hc_sql_text(q, 1, other);
        st = hc_sql_do(s, q, err);
    }
    sqlite3_finalize(q);
    if (st != HC_OK) {
        hc_err_prefix(err, "%s: ", other);
        return st;
    }
    q = NULL;
    st = hc_sql_prepare(s, "PRAGMA other.user_version", &q, err);
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    int version = st == HC_OK && row ? sqlite3_column_int(q, 0) : 0;
    sqlite3_finalize(q);
    if (st == HC_OK && (version < 1 || version > HC_STORE_SCHEMA))
        st = hc_fail_at(err, HC_DATA, other, 0,
                        version == 0 ? "is no database of halfcell"
                                     : "was made by a newer halfcell");
    if (st != HC_OK)
        sqlite3_exec(s->db, "DETACH other", NULL, NULL, NULL);
    return st;
}

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
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st = attach(s, other, err);

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
