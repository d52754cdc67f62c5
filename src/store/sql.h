/* sql.h: SQLite with our errors; private to src/store */
#ifndef HC_STORE_SQL_H
#define HC_STORE_SQL_H

#include "core/records.h"
#include "core/sha256.h"
#include "core/text.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdint.h>

struct hc_store {
    sqlite3 *db;
    char *path;
    int wait_ms; /* for another writer */
    int64_t waits_since_ms; /* clock when the present wait began */
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

/* What a query is asked of: it decides which columns a filter may name. */
typedef enum { HC_OF_RECORDS, HC_OF_RUNS } hc_sql_of;

/* A filter's words as the text behind WHERE with ?1 ?2 ..., and its values
 * bound to a statement. */
hc_status hc_sql_where(const hc_store_filter *filter, hc_sql_of of,
                       hc_text *where, hc_err *err) HC_MUST_USE;
hc_status hc_sql_bind_where(sqlite3_stmt *stmt, const hc_store_filter *filter,
                            hc_err *err) HC_MUST_USE;

/* `select` WHERE filter `after`, prepared and bound. */
hc_status hc_sql_filtered(hc_store *s, const char *select, hc_sql_of of,
                          const hc_store_filter *filter, const char *after,
                          sqlite3_stmt **stmt, hc_err *err) HC_MUST_USE;

/* The columns of a record, and columns 0 to 19 of a row as one. */
#define HC_SQL_RECORD                                                         \
    "source_index, cell, electrode, spectrum_index, cycle_count, "            \
    "step_count, temperature_celsius, pressure_pa, soc, dc_voltage_volt, "    \
    "method, role, stoichiometry, quantity, value, std_error, ci95_low, "     \
    "ci95_high, unit, status"
hc_record hc_sql_record(sqlite3_stmt *stmt);

/* The records of a run as the table that the writer makes of them, in
 * memory; its sha256 is kept with the run. */
hc_status hc_sql_records_table(hc_store *s, sqlite3_int64 run_id,
                               hc_out **table, hc_err *err) HC_MUST_USE;
hc_status hc_sql_records_sum(hc_store *s, sqlite3_int64 run_id,
                             char hex[HC_SHA256_HEX], hc_err *err)
    HC_MUST_USE;

#endif
