/* database.h: Access databases, from the module hc-mdb (libmdb, glib) */
#ifndef HC_FORMATS_DATABASE_H
#define HC_FORMATS_DATABASE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hc_database hc_database;

typedef enum {
    HC_DB_TEXT,
    HC_DB_WHOLE, /* whole numbers */
    HC_DB_F4,
    HC_DB_F8,
} hc_db_type;

/* Called by ops->table: once with the names, then for each row with the
 * values as text (NULL: no value), borrowed until the call returns. */
typedef struct {
    hc_status (*columns)(void *ctx, const char *const *names,
                         const hc_db_type *types, size_t n, hc_err *err);
    hc_status (*row)(void *ctx, const char *const *values, hc_err *err);
} hc_database_handler;

typedef struct {
    /* The bytes stay the caller's until close. */
    hc_status (*open)(hc_database **out, void *data, size_t len,
                      const char *name, hc_err *err);
    void (*close)(hc_database *d);
    bool (*has)(const hc_database *d, const char *table);
    /* *missing: how many rows more the table says it has */
    hc_status (*table)(hc_database *d, const char *name,
                       const hc_database_handler *h, void *ctx,
                       size_t *missing, hc_err *err);
} hc_database_ops;

#endif
