/* command.h: what hc-report does */
#ifndef HC_REPORT_COMMAND_H
#define HC_REPORT_COMMAND_H

#include "core/session.h"

typedef struct {
    const char *title;
    const char *const *name; /* [n_names] headings of the tables */
    size_t n_names;
    const char *db;     /* a database instead of tables, or NULL */
    const char *filter; /* of the database, or NULL */
    const char *by;     /* fact of the cells that makes groups */
    const char *to;     /* "html", "pdf"; NULL: by the output's ending */
    long max_rows, max_figures;
} hc_report_options;

/* The page of the operands or of the database, to the session's output; what
 * fails is noted there. */
void hc_report_command(hc_session *s, const hc_report_options *o);

#endif
