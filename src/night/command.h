/* command.h: a program run to its end, and what it said */
#ifndef HC_NIGHT_COMMAND_H
#define HC_NIGHT_COMMAND_H

#include "core/text.h"

/* argv[0] is looked for in PATH; both outputs go to *said; *code is the exit
 * code (127: it is not there). */
hc_status hc_command_run(const char *const *argv, char *const *env,
                         hc_text *said, int *code, hc_err *err) HC_MUST_USE;

#endif
