/* export.h: records and tables for other programs */
#ifndef HC_STORE_EXPORT_H
#define HC_STORE_EXPORT_H

#include "store/store.h"

typedef enum {
    HC_EXPORT_TSV,    /* a halfcell table */
    HC_EXPORT_CSV,    /* quoted where needed */
    HC_EXPORT_ORIGIN, /* tabs; rows of long names, units, comments; records
                       * with one column a quantity */
    HC_EXPORT_JSON,   /* one object a record */
    HC_EXPORT_JSONLD, /* one document with @context and @graph */
} hc_export_to;

typedef struct {
    hc_export_to to;
    bool lab;   /* in the laboratory's units (core/lab.h) */
    bool comma; /* decimal comma, and ';' between the fields of CSV */
} hc_export;

/* Records that match; *n how many. */
hc_status hc_store_export(hc_store *s, const hc_store_filter *filter,
                          const hc_export *how, hc_out *out, size_t *n,
                          hc_err *err) HC_MUST_USE;

/* The table of one run (key or filter, as hc_store_get) in that form. */
hc_status hc_store_export_run(hc_store *s, const char *key_or_words,
                              const hc_export *how,
                              const char *(*label)(const char *),
                              hc_out *out, hc_err *err) HC_MUST_USE;

/* Any table as CSV or for Origin.  Units of columns are the end of their
 * names (voltage_volt: V).  With `label` only columns that it knows, under
 * the names it gives: BDF. */
hc_status hc_export_table(const hc_frame *f, const hc_export *how,
                          const char *(*label)(const char *), hc_out *out,
                          hc_err *err) HC_MUST_USE;

#endif
