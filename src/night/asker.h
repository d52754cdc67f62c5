/* asker.h: asks the process that looks at files (probe/probe.h) */
#ifndef HC_NIGHT_ASKER_H
#define HC_NIGHT_ASKER_H

#include "store/journal.h"

typedef struct hc_asker hc_asker;

/* program: run as `program --probe [CELLS]` when the first question comes. */
hc_status hc_asker_new(hc_asker **out, const char *program,
                       const char *cells, double time_s,
                       hc_err *err) HC_MUST_USE;
void hc_asker_free(hc_asker *a);

/* Fill format, kind, technique, cell, facts, exit_code and message of a
 * file.  A process that dies over it, lacks memory or takes too long is an
 * answer, too (exit_code 70, 71 or 75), and the next question starts another.
 * HC_NOMEM: it could not be started. */
hc_status hc_asker_ask(hc_asker *a, hc_file *f, hc_err *err) HC_MUST_USE;

#endif
