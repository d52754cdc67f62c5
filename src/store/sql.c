#include "store/sql.h"

#include "core/text.h"

#include <math.h>
#include <string.h>

hc_status hc_sql_fail(const hc_store *s, const char *doing, hc_err *err)
{
    hc_status st = HC_DATA;
    const char *what = sqlite3_errmsg(s->db);
    switch (sqlite3_errcode(s->db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return hc_fail_at(err, HC_AGAIN, s->path, 0,
                          "another process has been writing for more than "
                          "%g s; try again",
                          s->wait_ms / 1000.0);
    case SQLITE_NOMEM:
        st = HC_NOMEM;
        break;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        st = HC_IO;
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        st = HC_CREATE;
        break;
    case SQLITE_NOTADB:
        return hc_fail_at(err, HC_DATA, s->path, 0,
                          "is no database; 'hc-db add DATABASE TABLE' makes "
                          "one");
    default:
        break;
    }
    return hc_fail_at(err, st, s->path, 0, "%s: %s", doing, what);
}

hc_status hc_sql_run(hc_store *s, const char *sql, hc_err *err)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return hc_sql_fail(s, "database", err);
    return HC_OK;
}

hc_status hc_sql_prepare(hc_store *s, const char *sql, sqlite3_stmt **stmt,
                         hc_err *err)
{
    if (sqlite3_prepare_v2(s->db, sql, -1, stmt, NULL) != SQLITE_OK)
        return hc_sql_fail(s, "database", err);
    return HC_OK;
}

hc_status hc_sql_step(hc_store *s, sqlite3_stmt *stmt, bool *row, hc_err *err)
{
    int code = sqlite3_step(stmt);
    *row = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return hc_sql_fail(s, "database", err);
    return HC_OK;
}

hc_status hc_sql_do(hc_store *s, sqlite3_stmt *stmt, hc_err *err)
{
    bool row;
    hc_status st = hc_sql_step(s, stmt, &row, err);
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return st;
}

hc_status hc_sql_begin(hc_store *s, hc_err *err)
{
    return hc_sql_run(s, "BEGIN IMMEDIATE", err);
}

hc_status hc_sql_end(hc_store *s, hc_status st, hc_err *err)
{
    if (st == HC_OK)
        st = hc_sql_run(s, "COMMIT", err);
    if (st != HC_OK)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}

void hc_sql_text(sqlite3_stmt *stmt, int i, const char *s)
{
    sqlite3_bind_text(stmt, i, s, -1, SQLITE_TRANSIENT);
}

void hc_sql_real(sqlite3_stmt *stmt, int i, double x)
{
    if (isnan(x))
        sqlite3_bind_null(stmt, i);
    else
        sqlite3_bind_double(stmt, i, x);
}

const char *hc_sql_get_text(sqlite3_stmt *stmt, int i)
{
    const unsigned char *s = sqlite3_column_text(stmt, i);
    return s == NULL ? "" : (const char *)s;
}

double hc_sql_get_real(sqlite3_stmt *stmt, int i)
{
    if (sqlite3_column_type(stmt, i) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(stmt, i);
}
