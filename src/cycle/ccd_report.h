/* ccd_report.h: CCD results as records and as a table of half cycles */
#ifndef HC_CYCLE_CCD_REPORT_H
#define HC_CYCLE_CCD_REPORT_H

#include "core/records.h"
#include "cycle/ccd.h"

/* The limits in force and what the detector was validated on. */
void hc_ccd_limits_write(hc_writer *w, const hc_ccd_limits *limits);

void hc_ccd_records(hc_writer *w, const hc_ccd_result *r,
                    const hc_half_list *l, const hc_ccd_limits *limits,
                    const char *cell, long source);

/* A row per half cycle, kind `ccd`. */
void hc_ccd_table_begin(hc_writer *w);
void hc_ccd_table_put(hc_writer *w, const hc_half_list *l, long source);

#endif
