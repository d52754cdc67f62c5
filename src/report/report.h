/* report.h: tables and records as one page */
#ifndef HC_REPORT_REPORT_H
#define HC_REPORT_REPORT_H

#include "core/frame.h"
#include "core/messages.h"
#include "core/stream.h"

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
    hc_talk *talk;
} hc_report;

/* The whole page.  A figure that cannot be drawn is a sentence in its place
 * and a warning. */
hc_status hc_report_write(const hc_report *r, hc_out *out,
                          hc_err *err) HC_MUST_USE;

#endif
