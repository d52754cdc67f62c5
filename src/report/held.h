/* held.h: tables of a database in memory, as hc-plot can read them, too */
#ifndef HC_REPORT_HELD_H
#define HC_REPORT_HELD_H

#include "core/frame.h"
#include "store/store.h"

/* A table and its text.  {0} is none. */
typedef struct {
    hc_frame *frame;
    hc_out *text;
} hc_held;

void hc_held_clear(hc_held *h);

/* The table of a run. */
hc_status hc_held_run(hc_store *s, const char *key, hc_held *h,
                      hc_err *err) HC_MUST_USE;

/* A table that `write` makes, columns and rows, as one of this kind. */
typedef hc_status (*hc_held_fn)(void *ctx, hc_writer *w, hc_err *err);
hc_status hc_held_make(const char *kind, hc_held_fn write, void *ctx,
                       hc_held *h, hc_err *err) HC_MUST_USE;

/* Its text as a file without a name, for a process that this one starts;
 * close(fd) when done. */
typedef struct {
    int fd;
    char path[32];
} hc_held_file;
hc_status hc_held_open(const hc_held *h, hc_held_file *f,
                       hc_err *err) HC_MUST_USE;

#endif
