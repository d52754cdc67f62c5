/* reading.h: instrument files to tables: what hc-read does
 *
 * A file is opened, its format found from its content, and its reader let
 * loose on one of three sinks: listing.c (what is in it), raw.c (every
 * column as the file has it), normal.c (kind eis, series or wave in our
 * names, units and signs).
 */
#ifndef HC_FORMATS_READING_H
#define HC_FORMATS_READING_H

#include "core/session.h"
#include "formats/format.h"
#include "formats/logger.h"
#include "formats/cells.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *format;  /* forced, or NULL */
    const char *select;  /* data set: number, name, technique, kind */
    const char *columns; /* names asked for besides the core ones */
    const char *zone;    /* time zone of naive clocks, NULL unknown */
    bool raw;            /* every column as it is */
    bool all;            /* every column besides our own */
    bool few;            /* of a series only what its steps show in */
    bool growing;        /* an open end is fine */
    bool no_repair;
    bool to_bdf;
    bool by_cells; /* no row in a quicker way (tests) */
    long max_bad; /* rejected rows that are fine */
    const hc_cells *cells;
    hc_loggers *loggers;
    hc_numbers *numbers; /* of hc_try_*: the rows go here, or NULL */
} hc_read_options;

/* All files of the session as one table on its output.  Failures of single
 * files are noted in the session; what comes back is the worst. */
hc_status hc_read_files(hc_session *s, const hc_read_options *o) HC_MUST_USE;

/* What is in the files: `-l`. */
hc_status hc_list_files(hc_session *s, const hc_read_options *o) HC_MUST_USE;

/* The formats that are known: `--formats`. */
hc_status hc_list_formats(hc_session *s) HC_MUST_USE;

/* ---- for programs and tests ---- */

/* One source through the sinks of hc-read, without a session around: what
 * frames.c, the fuzzers and the tests of broken files call. */
typedef struct {
    hc_status status; /* of the whole, as hc-read would exit */
    unsigned long long rows, rejected;
    bool incomplete;
    hc_err err;
} hc_trial;

/* format NULL: found from the content.  The table goes to *out (of
 * hc_out_memory), or nowhere when it is NULL. */
hc_trial hc_try_memory(const void *data, size_t len, const char *format,
                       const hc_read_options *o, hc_out *out);
hc_trial hc_try_file(const char *path, const hc_read_options *o, hc_out *out);

#endif
