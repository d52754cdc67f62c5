/* report.h: tables and records as one page */
#ifndef HC_REPORT_REPORT_H
#define HC_REPORT_REPORT_H

#include "core/frame.h"
#include "core/messages.h"
#include "core/stream.h"
#include "store/store.h"

/* One table of the report. */
typedef struct {
    hc_frame *frame;
    const char *path; /* where hc-plot finds it */
    const char *name; /* what the page calls it */
} hc_report_table;

typedef struct {
    const char *title;
    const hc_report_table *table;
    size_t n;
    long max_rows; /* of a table shown whole */
    size_t max_figures;
    hc_talk *talk;
} hc_report;

/* The whole page.  A figure that cannot be drawn is a sentence in its place
 * and a warning. */
hc_status hc_report_write(const hc_report *r, hc_out *out,
                          hc_err *err) HC_MUST_USE;

/* A database of hc-db or hc-night. */
typedef struct {
    const char *title;
    const char *path;   /* as commands on the page name it */
    const char *filter; /* of its runs (hc_store_filter), or NULL */
    const char *by;     /* fact of the cells that makes groups */
    long max_rows;
    size_t max_figures;
    hc_talk *talk;
} hc_report_base;

/* The page of a database: what changed since the night before, what failed,
 * what ran (where hc-night keeps its journal), groups of cells, each cell
 * with its figures, records and commands.  HC_NO when it holds nothing that
 * matches. */
hc_status hc_report_database(hc_store *s, const hc_report_base *r, hc_out *out,
                             hc_err *err) HC_MUST_USE;

#endif
