/* sql.h: SQLite with our errors; private to src/store */
#ifndef HC_STORE_SQL_H
#define HC_STORE_SQL_H

#include "core/text.h"
#include "store/store.h"

#include <sqlite3.h>

struct hc_store {
    sqlite3 *db;
    char *path;
};

/* What SQLite said as our status: busy is HC_AGAIN, a full disk HC_IO. */
hc_status hc_sql_fail(const hc_store *s, const char *doing, hc_err *err);

/* Statements without results, several at once. */
hc_status hc_sql_run(hc_store *s, const char *sql, hc_err *err) HC_MUST_USE;

hc_status hc_sql_prepare(hc_store *s, const char *sql, sqlite3_stmt **stmt,
                         hc_err *err) HC_MUST_USE;

/* One step: *row true when there is one. */
hc_status hc_sql_step(hc_store *s, sqlite3_stmt *stmt, bool *row,
                      hc_err *err) HC_MUST_USE;

/* Step a statement that gives nothing and make it ready for the next. */
hc_status hc_sql_do(hc_store *s, sqlite3_stmt *stmt, hc_err *err)
    HC_MUST_USE;

/* A transaction that takes the write lock at once, and its end: committed
 * when st is HC_OK, otherwise rolled back (st comes back). */
hc_status hc_sql_begin(hc_store *s, hc_err *err) HC_MUST_USE;
hc_status hc_sql_end(hc_store *s, hc_status st, hc_err *err) HC_MUST_USE;

/* Bind text that outlives the statement's use, NaN as NULL. */
void hc_sql_text(sqlite3_stmt *stmt, int i, const char *s);
void hc_sql_real(sqlite3_stmt *stmt, int i, double x);
const char *hc_sql_get_text(sqlite3_stmt *stmt, int i); /* "" for NULL */
double hc_sql_get_real(sqlite3_stmt *stmt, int i);      /* NaN for NULL */

/* A filter's words as the text behind WHERE with ?1 ?2 ..., and its values
 * bound to a statement. */
hc_status hc_sql_where(const hc_store_filter *filter, hc_text *where,
                       hc_err *err) HC_MUST_USE;
void hc_sql_bind_where(sqlite3_stmt *stmt, const hc_store_filter *filter);

#endif
