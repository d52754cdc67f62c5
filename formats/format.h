/* format.h: what a file format is to the rest of halfcell
 *
 * A format is one file formats/NAME.c with one const struct, and one row in
 * formats.c.  Detection looks at the content only, never at the file's name.
 *
 *     static void detect(const hc_probe *p, hc_verdict *v)
 *     {
 *         if (!hc_probe_starts(p, "EXPLAIN"))
 *             hc_say_no(v, 0, "does not start with EXPLAIN");
 *         else
 *             hc_say_yes(v, 100);
 *     }
 *     const hc_format hc_format_gamry = {
 *         .name = "gamry-dta", .title = "Gamry Framework .DTA",
 *         .detect = detect, .most = 100, .read = read, .verified = true};
 */
#ifndef HC_FORMATS_FORMAT_H
#define HC_FORMATS_FORMAT_H

#include "core/status.h"
#include "core/stream.h"
#include "formats/columns.h"
#include "formats/dates.h"
#include "formats/sink.h"
#include "formats/source.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HC_DETECT_NO,
    HC_DETECT_BROKEN, /* it is this format, and cannot be read: why says */
    HC_DETECT_YES,
} hc_detected;

/* What a format thinks of a file.  `score` from 0 to 100: for yes, how
 * special the sign was (a magic number 100, a guess from the names of
 * columns 20): the highest wins; for no, how near it came (the three nearest
 * are shown to the user together with `why`). */
typedef struct {
    hc_detected is;
    int score;
    char why[200];
} hc_verdict;

void hc_say_yes(hc_verdict *v, int score);
void hc_say_no(hc_verdict *v, int score, const char *fmt, ...) HC_PRINTF(3, 4);
void hc_say_broken(hc_verdict *v, int score, const char *fmt, ...)
    HC_PRINTF(3, 4);

typedef struct hc_format {
    const char *name;  /* "gamry-dta": what --format takes */
    const char *title; /* "Gamry Framework .DTA": what --formats prints */
    /* Looks at the first bytes (hc_probe); must fill *v. */
    void (*detect)(const hc_probe *p, hc_verdict *v);
    /* The highest score with which it says yes or broken: it is not asked
     * where another said yes with more. */
    int most;
    /* Reads src once, front to end, into the sink.  Anything but HC_OK means
     * that it could not go on; rows given before stay valid. */
    hc_status (*read)(hc_source *src, hc_sink *sink, hc_err *err);
    /* Names of columns that mean something else here than elsewhere, ended
     * by an empty row; looked up before the general ones.  May be NULL. */
    const hc_colmap *columns;
    hc_date_order dates; /* where 03/02/2021 could be either */
    bool verified;       /* false: no real sample was at hand */
    bool several;        /* one file may hold several techniques */
    bool late; /* facts such as the start time stand behind the rows */
} hc_format;

/* The table; i from 0, NULL behind the last. */
const hc_format *hc_format_at(size_t i);
const hc_format *hc_format_named(const char *name); /* NULL: none */

/* The format of a probed file.  *out NULL is never given with HC_OK.
 * HC_DATA: none says yes; the sentence names the three nearest and why each
 * said no, or what is broken. */
hc_status hc_format_detect(const hc_probe *p, const hc_format **out,
                           hc_err *err) HC_MUST_USE;

#endif
