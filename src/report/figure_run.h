/* figure_run.h: figures by running hc-plot, a process each */
#ifndef HC_REPORT_FIGURE_RUN_H
#define HC_REPORT_FIGURE_RUN_H

#include "core/status.h"
#include "core/text.h"

/* Run `hc-plot KIND --to svg --theme report -- FILE...`, which stands beside
 * this program or in PATH, with a label (-L) for each file or NULL.  Its SVG
 * goes to *svg, what it said to *said, its exit code to *code.  The files are
 * given as they are: no shell reads them. HC_INTERNAL when it cannot be
 * started. */
hc_status hc_figure_run(const char *kind, const char *const *files,
                        const char *const *labels, size_t n, hc_text *svg,
                        hc_text *said, int *code, hc_err *err) HC_MUST_USE;

#endif
