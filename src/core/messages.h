/* messages.h: what a tool says on stderr
 *
 *     hc-read: a.DTA:118: frequency is not a number: '1,0e3'
 *     hc-read: warning: b.mpt: 2 rows have no time
 *
 * Only mains and core/session.c talk; library functions fill an hc_err or
 * hand warnings to an hc_talk that the main gave them.
 */
#ifndef HC_CORE_MESSAGES_H
#define HC_CORE_MESSAGES_H

#include "core/status.h"

#include <stdbool.h>

/* Where warnings and notes go.  {0} is silent except that `warnings` counts.
 * Passed down to library functions that may have something to say. */
typedef struct {
    const char *tool; /* "hc-read"; NULL: print nothing */
    bool quiet;       /* -q: no warnings */
    bool verbose;     /* -v: notes as well */
    long warnings;    /* how many there were */
} hc_talk;

/* hc-x: FILE:LINE: TEXT */
void hc_say_error(const hc_talk *t, const hc_err *err);
/* hc-x: warning: FILE:LINE: TEXT; file may be NULL, line 0. */
void hc_say_warning(hc_talk *t, const char *file, long line, const char *fmt,
                    ...) HC_PRINTF(4, 5);
/* hc-x: TEXT, only with -v */
void hc_say_note(const hc_talk *t, const char *fmt, ...) HC_PRINTF(2, 3);
/* hc-x: TEXT over the last such line, for terminals; `last` ends it. */
void hc_say_progress(const hc_talk *t, bool last, const char *fmt, ...)
    HC_PRINTF(3, 4);

#endif
