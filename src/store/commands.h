/* commands.h: what hc-db does: add list cells get query groups export check
 * merge nights jobs findings
 */
#ifndef HC_STORE_COMMANDS_H
#define HC_STORE_COMMANDS_H

#include "core/session.h"

typedef struct {
    const char *cells;   /* add: table of cells, or NULL */
    const char *to;      /* tsv csv origin bdf json jsonld */
    const char *units;   /* si lab */
    const char *decimal; /* point comma */
    const char *by;      /* fact of the cells that makes groups */
    const char *table;   /* export: key or filter of a run, or NULL */
    bool canonical, points;
    double wait_s;
    const char *(*bdf_label)(const char *machine_name);
} hc_db_options;

/* Operand 0 is the command, operand 1 the database, the rest its own. */
hc_status hc_db_command(hc_session *s, const hc_db_options *o,
                        hc_err *err) HC_MUST_USE;

#endif
