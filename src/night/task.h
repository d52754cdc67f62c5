/* task.h: jobs handed to other machines and their results back, as files */
#ifndef HC_NIGHT_TASK_H
#define HC_NIGHT_TASK_H

#include "core/text.h"
#include "night/work.h"

/* The head of a list of jobs, and one job of it. */
void hc_list_begin(hc_text *t, const hc_night *n);
hc_status hc_list_add(hc_text *t, const hc_night *n, const hc_work *w,
                      hc_err *err) HC_MUST_USE;

/* What became of a job with that key; false when it has not ended. */
bool hc_result_read(const char *folder, const char *key, hc_outcome *o);

#endif
