/* program.h: another program run to its end, and what it said */
#ifndef HC_CORE_PROGRAM_H
#define HC_CORE_PROGRAM_H

#include "core/text.h"

typedef struct {
    const char *const *argv; /* NULL at its end; [0] looked for in PATH */
    char *const *env;        /* NULL: the one of this process */
    double time_s;           /* it is killed after so long; 0: no limit */
} hc_program;

/* How it ended when there is no exit code of its own. */
enum {
    HC_PROGRAM_MISSING = 127, /* it could not be started */
    HC_PROGRAM_LATE = 124,    /* killed after time_s */
    HC_PROGRAM_SIGNAL = 128   /* and the signal */
};

/* Run it with an empty standard input; no shell reads its arguments.  Its
 * output goes to *out and its error output to *said; both may be the same
 * text, NULL throws away.  *code is its exit code, or one of the above (*said
 * then has the reason why it was not started).  HC_INTERNAL, HC_NOMEM. */
hc_status hc_program_run(const hc_program *p, hc_text *out, hc_text *said,
                         int *code, hc_err *err) HC_MUST_USE;

#endif
