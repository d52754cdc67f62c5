/* mdb_module.c: the module hc-mdb: Access databases by libmdb
 *
 * libmdb wants a file, so the bytes go to it in memory (mdb_open_buffer);
 * rows come in the order of the pages, not of the records.  The list of
 * tables is read here: mdb_read_catalog reads the properties of all objects
 * as well, and never ends where a file is cut within them.
 */
#include "formats/database.h"

#include "core/text.h"

#include <mdbtools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 4096, COLUMNS_MAX = 256, TABLES_MAX = 4096 };

struct hc_database {
    MdbHandle *mdb;
    char name[512];
    MdbCatalogEntry *tables; /* [n] */
    size_t n, cap;
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

/* ---- the list of tables ---- */

static hc_status add_table(hc_database *d, const char *name, long id,
                           hc_err *err)
{
    MdbCatalogEntry *t =
        hc_grow(d->tables, &d->cap, d->n + 1, sizeof *d->tables);
    if (t == NULL)
        return hc_fail_nomem(err);
    d->tables = t;
    t = &d->tables[d->n++];
    *t = (MdbCatalogEntry){.mdb = d->mdb,
                           .object_type = MDB_TABLE,
                           .table_pg = (unsigned long)id & 0xffffff};
    hc_copy(t->object_name, sizeof t->object_name, name, strlen(name));
    return HC_OK;
}

/* The rows of MSysObjects, at page 2 of every such file, that are tables. */
static hc_status list_tables(hc_database *d, MdbTableDef *objects,
                             char cell[3][CELL], hc_err *err)
{
    static const char *const names[3] = {"Id", "Name", "Type"};
    int lengths[3] = {0};
    hc_status st = HC_OK;
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "%s", names[i]);
        if (mdb_bind_column_by_name(objects, name, cell[i], &lengths[i]) < 0)
            return HC_OK;
    }
    mdb_rewind_table(objects);
    while (st == HC_OK && d->n < TABLES_MAX && mdb_fetch_row(objects))
        if (lengths[0] > 0 && lengths[1] > 0 && lengths[2] > 0 &&
            atoi(cell[2]) == MDB_TABLE)
            st = add_table(d, cell[1], atol(cell[0]), err);
    return st;
}

static hc_status find_tables(hc_database *d, hc_err *err)
{
    MdbCatalogEntry entry = {
        .mdb = d->mdb, .object_type = MDB_TABLE, .table_pg = 2};
    char(*cell)[CELL] = calloc(3, sizeof *cell);
    if (cell == NULL)
        return hc_fail_nomem(err);
    snprintf(entry.object_name, sizeof entry.object_name, "MSysObjects");
    MdbTableDef *objects = mdb_read_table(&entry);
    hc_status st = HC_OK;
    if (objects != NULL && mdb_read_columns(objects) != NULL)
        st = list_tables(d, objects, cell, err);
    if (objects != NULL)
        mdb_free_tabledef(objects);
    free(cell);
    return st;
}

static void db_close(hc_database *d)
{
    if (d == NULL)
        return;
    if (d->mdb != NULL)
        mdb_close(d->mdb);
    free(d->tables);
    free(d);
}

static hc_status db_open(hc_database **out, void *data, size_t len,
                         const char *name, hc_err *err)
{
    hc_database *d = calloc(1, sizeof *d);
    hc_status st = HC_OK;
    if (d == NULL)
        return hc_fail_nomem(err);
    hc_copy(d->name, sizeof d->name, name, strlen(name));
    hush h = hush_begin();
    d->mdb = mdb_open_buffer(data, len, MDB_NOFLAGS);
    if (d->mdb != NULL) {
        mdb_set_bind_size(d->mdb, CELL);
        /* one spelling of dates for all, and numbers as they are */
        mdb_set_date_fmt(d->mdb, "%Y-%m-%dT%H:%M:%S");
        st = find_tables(d, err);
    }
    hush_end(&h);
    if (st == HC_OK && d->n == 0)
        st = hc_fail_at(err, HC_DATA, name, 0,
                        "the Access database cannot be opened (cut or "
                        "damaged?)");
    if (st != HC_OK)
        db_close(d);
    else
        *out = d;
    return st;
}

static MdbCatalogEntry *find(const hc_database *d, const char *table)
{
    for (size_t i = 0; i < d->n; i++)
        if (hc_strcasecmp(d->tables[i].object_name, table) == 0)
            return &d->tables[i];
    return NULL;
}

static bool db_has(const hc_database *d, const char *table)
{
    return find(d, table) != NULL;
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
                           hush *quiet, size_t *missing, hc_err *err)
{
    size_t rows = 0;
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
        rows++;
    }
    *missing = w->table->num_rows > rows ? w->table->num_rows - rows : 0;
    stdout = stderr = null;
    return st;
}

static hc_status db_table(hc_database *d, const char *name,
                          const hc_database_handler *h, void *ctx,
                          size_t *missing, hc_err *err)
{
    walk *w = calloc(1, sizeof *w);
    MdbCatalogEntry *entry = find(d, name);
    hc_status st = HC_OK;
    if (w == NULL)
        return hc_fail_nomem(err);
    hush quiet = hush_begin();
    if (entry != NULL)
        w->table = mdb_read_table(entry);
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
        st = walk_rows(w, h, ctx, &quiet, missing, err);
    }
    if (w->table != NULL)
        mdb_free_tabledef(w->table);
    hush_end(&quiet);
    free(w->cells);
    free(w);
    return st;
}

extern const hc_database_ops hc_module_mdb;
const hc_database_ops hc_module_mdb = {
    .open = db_open, .close = db_close, .has = db_has, .table = db_table};
