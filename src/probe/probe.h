/* probe.h: what is in an instrument file: format, kind, technique, cell
 *
 * Looks at the beginning of a file only (all of an archive or a small file).
 * The night runs this in a process of its own, so that a file which brings
 * the reader down takes only that process with it.
 */
#ifndef HC_PROBE_PROBE_H
#define HC_PROBE_PROBE_H

#include "core/session.h"

/* Serve: paths ended by NUL come in on fd `in`; for each one line of six
 * tab-separated fields goes out on fd `out`:
 *     exit code, format, kind, techniques (words), cell, sum of its facts
 * and a message as the seventh.  Unknown words are '-'.  Ends at the end of
 * the input.  `cells` is a table of cells or NULL. */
hc_status hc_probe_serve(int in, int out, const char *cells, hc_err *err)
    HC_MUST_USE;

#endif
