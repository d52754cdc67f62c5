/* store.h: the results database (halfcell-db.5), the only user of SQLite
 *
 * A table that a tool wrote is a run: its kind, the steps it went through and
 * the sha256 of its sources make its key, so that adding it twice changes
 * nothing.  Runs of kind records are kept row by row, others as their text.
 */
#ifndef HC_STORE_STORE_H
#define HC_STORE_STORE_H

#include "core/table.h"

#include <stdint.h>

typedef struct hc_store hc_store;

enum { HC_STORE_SCHEMA = 1, HC_STORE_BUSY_MS = 20000 };

/* Open a database; `create` makes it when it is not there.  Refused on a
 * network file system (HC_CREATE), since locks do not hold there.  A newer
 * schema is HC_DATA, one locked for too long HC_AGAIN. */
hc_status hc_store_open(hc_store **out, const char *path, bool create,
                        hc_err *err) HC_MUST_USE;
void hc_store_close(hc_store *s);

typedef enum { HC_ADDED, HC_REPLACED, HC_ALREADY } hc_added;

/* Add the table in a file ("-" is stdin): one transaction, nothing half.  The
 * same key with other contents replaces the old run. */
hc_status hc_store_add(hc_store *s, const char *path, hc_added *what,
                       hc_err *err) HC_MUST_USE;

/* Take over facts of cells from a cells table (halfcell-cells.5). */
hc_status hc_store_cells(hc_store *s, const char *path, size_t *n,
                         hc_err *err) HC_MUST_USE;

/* "cell=c7 quantity=R* value>10": words joined by blanks, all must hold.
 * Operators = != < <= > >=; '=' with * or ? in the value matches like a file
 * name.  Columns are those of the records table, `kind`, `tool`, `source`. */
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

/* All cells with their facts: cell key value. */
hc_status hc_store_list_cells(hc_store *s, hc_writer *w, hc_err *err)
    HC_MUST_USE;

/* Everything by natural keys and in a fixed order, without times, row ids or
 * paths: equal databases give equal bytes. */
hc_status hc_store_canonical(hc_store *s, hc_out *out, hc_err *err)
    HC_MUST_USE;

/* Integrity, foreign keys, keys against contents.  HC_DATA with the first
 * fault found. */
hc_status hc_store_check(hc_store *s, hc_err *err) HC_MUST_USE;

/* Add all runs and cells of another database. */
hc_status hc_store_merge(hc_store *s, const char *other, size_t *n,
                         hc_err *err) HC_MUST_USE;

#endif
