/* frames.h: an instrument file as one table in memory, for programs
 *
 *     hc_frame *f;
 *     hc_err err;
 *     if (hc_read_frame("cell7_PEIS.mpr", NULL, &f, &err) != HC_OK)
 *         fprintf(stderr, "%s: %s\n", err.file, err.text);
 *
 * What hc-read would print for the file, with the names, SI units and signs
 * of halfcell-table(5): kind `eis` of an impedance technique, else `series`.
 */
#ifndef HC_FORMATS_FRAMES_H
#define HC_FORMATS_FRAMES_H

#include "core/frame.h"

typedef struct {
    const char *format; /* a name of hc_format_name; NULL: by content */
    const char *select; /* data set: number, name, technique, kind; or NULL */
    bool raw;           /* every column under the instrument's own name */
    long max_bad;       /* so many rows that cannot be read are no error */
} hc_frame_options;

/* Read the file at path ("-" is stdin); o NULL means its defaults, {0}.
 * HC_NOINPUT: it cannot be opened; HC_DATA: no known format, or more than
 * max_bad broken rows; HC_USAGE: it holds several techniques and `select`
 * does not choose.  A file that ends inside a record gives its complete rows
 * and hc_frame_incomplete() is true.  hc_frame_free() what comes back. */
hc_status hc_read_frame(const char *path, const hc_frame_options *o,
                        hc_frame **out, hc_err *err) HC_MUST_USE;

/* Name ("gamry-dta") and title ("Gamry Framework .DTA") of format i, from 0;
 * NULL behind the last. */
const char *hc_format_name(size_t i);
const char *hc_format_title(size_t i);

#endif
