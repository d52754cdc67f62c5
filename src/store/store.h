/* store.h: the results database (halfcell-db.5), the only user of SQLite
 *
 * A table that a tool wrote is a run: its kind, its cell, the steps it went
 * through and the sha256 of its sources make its key, so that adding it twice
 * changes nothing.  Runs of kind records are kept row by row, others as their
 * text.
 */
#ifndef HC_STORE_STORE_H
#define HC_STORE_STORE_H

#include "core/frame.h"
#include "core/sha256.h"

typedef struct hc_store hc_store;

enum { HC_STORE_SCHEMA = 2, HC_STORE_WAIT_MS = 20000 };

/* Open a database; `create` makes it when it is not there.  Refused on a
 * network file system (HC_CREATE), since locks do not hold there.  A newer
 * schema is HC_DATA, one that others write to for longer than wait_ms
 * HC_AGAIN (here and in all calls below). */
hc_status hc_store_open(hc_store **out, const char *path, bool create,
                        int wait_ms, hc_err *err) HC_MUST_USE;
void hc_store_close(hc_store *s);

typedef enum { HC_ADDED, HC_REPLACED, HC_ALREADY } hc_added;

/* Add the table in a file ("-" is stdin): one transaction, nothing half.  The
 * same key with other contents replaces the old run. */
hc_status hc_store_add(hc_store *s, const char *path, hc_added *what,
                       hc_err *err) HC_MUST_USE;

/* Several changes as one transaction: begin, hc_store_put ..., end, which
 * commits when st is HC_OK and otherwise takes all back (st comes back). */
hc_status hc_store_begin(hc_store *s, hc_err *err) HC_MUST_USE;
hc_status hc_store_end(hc_store *s, hc_status st, hc_err *err) HC_MUST_USE;
/* A table inside a transaction, and the key of its run.  sha256 (or NULL) is
 * that of its source, for tables that do not say it. */
hc_status hc_store_put(hc_store *s, const hc_frame *f, const char *sha256,
                       hc_added *what, char key[HC_SHA256_HEX],
                       hc_err *err) HC_MUST_USE;

/* Take over the facts of cells from a cells table (halfcell-cells.5), in
 * place of what was known of those cells; *n how many. */
hc_status hc_store_cells(hc_store *s, const char *path, size_t *n,
                         hc_err *err) HC_MUST_USE;

/* "cell=c7 quantity=R* value>10": words joined by blanks, all must hold.
 * Operators = != < <= > >=; * and ? in a value match like a file name unless
 * it is quoted (cell="c 7*").  Columns are those of the records table, `run`
 * (its key), `kind`, `tool`, `source`, and of the cell `group`, `batch`,
 * `configuration`, `se_material`. */
typedef struct {
    const char *words; /* NULL: everything */
} hc_store_filter;

/* Records that match, as a table of kind records; *n how many. */
hc_status hc_store_records(hc_store *s, const hc_store_filter *filter,
                           hc_writer *w, size_t *n, hc_err *err) HC_MUST_USE;

/* The runs that match, one row each: run_key kind tool cell rows source. */
hc_status hc_store_list(hc_store *s, const hc_store_filter *filter,
                        hc_writer *w, size_t *n, hc_err *err) HC_MUST_USE;

/* The one run that a key's beginning or a filter names, written as the table
 * it was.  HC_NO when none matches, HC_USAGE when several do. */
hc_status hc_store_get(hc_store *s, const char *key_or_words, hc_out *out,
                       hc_err *err) HC_MUST_USE;

/* All cells with their facts: cell fact value. */
hc_status hc_store_list_cells(hc_store *s, hc_writer *w,
                              hc_err *err) HC_MUST_USE;

/* Everything by natural keys and in a fixed order, without times, row ids or
 * paths: equal databases give equal bytes. */
hc_status hc_store_canonical(hc_store *s, hc_out *out, hc_err *err)
    HC_MUST_USE;

/* Integrity, foreign keys, contents against their sha256.  HC_DATA with the
 * first fault found. */
hc_status hc_store_check(hc_store *s, hc_err *err) HC_MUST_USE;

/* Add the runs and cells of another database that this one has not; *n how
 * many runs.  The other is only read. */
hc_status hc_store_merge(hc_store *s, const char *other, size_t *n,
                         hc_err *err) HC_MUST_USE;

#endif
