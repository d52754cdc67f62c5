/* morning.h: what ran, what failed and what changed; private to src/report */
#ifndef HC_REPORT_MORNING_H
#define HC_REPORT_MORNING_H

#include "report/contents.h"
#include "store/journal.h"

/* The journal of hc-night; night is NaN where there was none. */
typedef struct {
    hc_held nights, jobs, findings;
    hc_file *file;
    size_t n_files;
    double night, before; /* the last two with a list of findings */
    size_t done, failed;  /* jobs as they stand */
    size_t broken;        /* files */
    size_t fresh;         /* findings that the night before had not */
} hc_morning;

/* Counts the findings of each cell of c as well. */
hc_status hc_morning_read(hc_store *s, hc_contents *c, hc_morning *m,
                          hc_err *err) HC_MUST_USE;
void hc_morning_clear(hc_morning *m);

/* Its sections, "changed", "failed" and "ran"; nothing without a night. */
void hc_morning_write(hc_page *p, const hc_contents *c, const hc_morning *m);

/* The findings of one cell or file, as a list. */
void hc_morning_subject(hc_page *p, const hc_contents *c, const hc_morning *m,
                        size_t subject);

#endif
