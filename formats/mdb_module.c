/* mdb_module.c: the module hc-mdb: Access databases by libmdb
 *
 * libmdb wants a file, so the bytes go to it in memory (mdb_open_buffer);
 * rows come in the order of the pages, not of the records.
 */
#include "formats/database.h"

#include "core/text.h"

#include <mdbtools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 4096, COLUMNS_MAX = 256 };

struct hc_database {
    MdbHandle *mdb;
    char name[512];
};

/* libmdb talks on stdout and stderr about damaged pages; what the user has
 * to know is said by the reader, and stdout is the table's.  glibc lets both
 * streams be put aside. */
typedef struct {
    FILE *null, *out, *err;
} hush;

static hush hush_begin(void)
{
    hush h = {fopen("/dev/null", "w"), stdout, stderr};
    stdout = stderr = h.null != NULL ? h.null : stderr;
    return h;
}

static void hush_end(hush *h)
{
    stdout = h->out;
    stderr = h->err;
    if (h->null != NULL)
        fclose(h->null);
}

static hc_status db_open(hc_database **out, void *data, size_t len,
                         const char *name, hc_err *err)
{
    hc_database *d = calloc(1, sizeof *d);
    if (d == NULL)
        return hc_fail_nomem(err);
    strncpy(d->name, name, sizeof d->name - 1);
    hush h = hush_begin();
    d->mdb = mdb_open_buffer(data, len, MDB_NOFLAGS);
    bool fine = d->mdb != NULL && mdb_read_catalog(d->mdb, MDB_TABLE) != NULL;
    hush_end(&h);
    if (!fine) {
        if (d->mdb != NULL)
            mdb_close(d->mdb);
        free(d);
        return hc_fail_at(err, HC_DATA, name, 0,
                          "the Access database cannot be opened (cut or "
                          "damaged?)");
    }
    /* one spelling of dates for all, and numbers as they are */
    mdb_set_date_fmt(d->mdb, "%Y-%m-%dT%H:%M:%S");
    *out = d;
    return HC_OK;
}

static void db_close(hc_database *d)
{
    if (d == NULL)
        return;
    mdb_close(d->mdb);
    free(d);
}

static bool db_has(const hc_database *d, const char *table)
{
    for (unsigned i = 0; i < d->mdb->num_catalog; i++) {
        MdbCatalogEntry *e = g_ptr_array_index(d->mdb->catalog, i);
        if (e->object_type == MDB_TABLE &&
            hc_strcasecmp(e->object_name, table) == 0)
            return true;
    }
    return false;
}

/* ---- one table ---- */

typedef struct {
    MdbTableDef *table;
    size_t n;
    const char *names[COLUMNS_MAX];
    char *cells; /* n times CELL */
    int lengths[COLUMNS_MAX];
    const char *values[COLUMNS_MAX];
    hc_db_type types[COLUMNS_MAX];
} walk;

static hc_db_type type_of(const MdbColumn *c)
{
    switch (c->col_type) {
    case MDB_BYTE:
    case MDB_INT:
    case MDB_LONGINT:
    case MDB_BOOL:
        return HC_DB_WHOLE;
    case MDB_FLOAT:
        return HC_DB_F4;
    case MDB_DOUBLE:
        return HC_DB_F8;
    default:
        return HC_DB_TEXT;
    }
}

/* The streams are put back for what the reader says. */
static hc_status walk_rows(walk *w, const hc_database_handler *h, void *ctx,
                           hush *quiet, hc_err *err)
{
    FILE *null = stdout;
    stdout = quiet->out;
    stderr = quiet->err;
    hc_status st = h->columns(ctx, w->names, w->types, w->n, err);
    while (st == HC_OK) {
        stdout = stderr = null;
        int more = mdb_fetch_row(w->table);
        stdout = quiet->out;
        stderr = quiet->err;
        if (!more)
            break;
        for (size_t i = 0; i < w->n; i++)
            w->values[i] = w->lengths[i] > 0 ? w->cells + i * CELL : NULL;
        st = h->row(ctx, w->values, err);
    }
    stdout = stderr = null;
    return st;
}

static hc_status db_table(hc_database *d, const char *name,
                          const hc_database_handler *h, void *ctx, hc_err *err)
{
    walk *w = calloc(1, sizeof *w);
    char *copy = hc_strdup(name);
    hc_status st = HC_OK;
    if (w == NULL || copy == NULL) {
        free(w);
        free(copy);
        return hc_fail_nomem(err);
    }
    hush quiet = hush_begin();
    mdb_set_bind_size(d->mdb, CELL);
    w->table = mdb_read_table_by_name(d->mdb, copy, MDB_TABLE);
    if (w->table == NULL || mdb_read_columns(w->table) == NULL)
        st = hc_fail_at(err, HC_DATA, d->name, 0,
                        "table %s cannot be read (cut or damaged?)", name);
    if (st == HC_OK) {
        w->n = w->table->num_cols < COLUMNS_MAX ? w->table->num_cols
                                                : COLUMNS_MAX;
        w->cells = calloc(w->n + 1, CELL);
        if (w->cells == NULL)
            st = hc_fail_nomem(err);
    }
    for (size_t i = 0; st == HC_OK && i < w->n; i++) {
        MdbColumn *c = g_ptr_array_index(w->table->columns, i);
        w->names[i] = c->name;
        w->types[i] = type_of(c);
        mdb_bind_column(w->table, (int)i + 1, w->cells + i * CELL,
                        &w->lengths[i]);
    }
    if (st == HC_OK) {
        mdb_rewind_table(w->table);
        st = walk_rows(w, h, ctx, &quiet, err);
    }
    if (w->table != NULL)
        mdb_free_tabledef(w->table);
    hush_end(&quiet);
    free(w->cells);
    free(w);
    free(copy);
    return st;
}

extern const hc_database_ops hc_module_mdb;
const hc_database_ops hc_module_mdb = {
    .open = db_open, .close = db_close, .has = db_has, .table = db_table};
