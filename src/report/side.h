/* side.h: cells side by side; private to src/report */
#ifndef HC_REPORT_SIDE_H
#define HC_REPORT_SIDE_H

#include "report/contents.h"
#include "store/groups.h"

/* The section "groups": for each quantity that a lab compares its figure, n,
 * median and spread of each group, and each cell's point, outliers and
 * excluded ones among them.  Nothing when no cell has such a record. */
hc_status hc_side_write(hc_page *p, const hc_contents *c, const hc_groups *g,
                        hc_err *err) HC_MUST_USE;

#endif
