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
#include "core/numbers.h"

typedef struct {
    const char *format; /* a name of hc_format_name; NULL: by content */
    const char *select; /* data set: number, name, technique, kind; or NULL */
    bool raw;           /* every column under the instrument's own name */
    bool all;           /* these as well, behind our own */
    long max_bad;       /* so many rows that cannot be read are no error */
} hc_frame_options;

/* Read the file at path ("-" is stdin); o NULL means its defaults, {0}.
 * HC_NOINPUT: it cannot be opened; HC_DATA: no known format, or more than
 * max_bad broken rows; HC_USAGE: it holds several techniques and `select`
 * does not choose.  A file that ends inside a record gives its complete rows
 * and hc_frame_incomplete() is true.  hc_frame_free() what comes back. */
hc_status hc_read_frame(const char *path, const hc_frame_options *o,
                        hc_frame **out, hc_err *err) HC_MUST_USE;

/* The same as numbers, a column one array of doubles: each is, bit by bit,
 * hc_frame_number of the frame that hc_read_frame gives, without making the
 * texts.  Names, kind and '#:' lines are in hc_numbers_head; its
 * hc_frame_incomplete says whether the file ended inside a record.  Errors as
 * above.  hc_numbers_free() what comes back. */
hc_status hc_read_numbers(const char *path, const hc_frame_options *o,
                          hc_numbers **out, hc_err *err) HC_MUST_USE;

/* Name ("gamry-dta") and title ("Gamry Framework .DTA") of format i, from 0;
 * NULL behind the last. */
const char *hc_format_name(size_t i);
const char *hc_format_title(size_t i);

#endif
