/* step_table.h: steps as a table of kind `steps` */
#ifndef HC_CYCLE_STEP_TABLE_H
#define HC_CYCLE_STEP_TABLE_H

#include "core/messages.h"
#include "core/table.h"
#include "cycle/steps.h"

/* The columns, before the first put. */
void hc_step_table_begin(hc_writer *w);
void hc_step_table_put(hc_writer *w, const hc_step *step);

/* The limits in force, as '#:' lines. */
void hc_step_limits_write(hc_writer *w, const hc_step_limits *limits);

/* What the user should know about the steps of one file. */
typedef struct {
    long steps, disagree;
    long disagree_line;
    double gap_s, bridged_s;
    double imax_a;
} hc_step_notes;

void hc_step_notes_add(hc_step_notes *n, const hc_step *step);
void hc_step_notes_tell(const hc_step_notes *n, const char *file,
                        hc_talk *talk);

/* All steps of a series into the table.  HC_NO when the current is zero
 * throughout. */
hc_status hc_step_table_run(hc_series *s, const hc_step_limits *limits,
                            hc_writer *w, hc_talk *talk,
                            hc_err *err) HC_MUST_USE;

#endif
