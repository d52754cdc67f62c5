/* logger.h: temperature, pressure and gas loggers that ran beside a test
 *
 * A log is any file that a reader knows and that has a clock.  Its columns
 * are interpolated to the times of the test; where two readings are further
 * apart than twice the tolerance, or none is within it, stands NaN.
 */
#ifndef HC_FORMATS_LOGGER_H
#define HC_FORMATS_LOGGER_H

#include "core/options.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hc_loggers hc_loggers;

/* Read all logs.  offset_s is added to their clocks.  zone as in
 * hc_read_options. */
hc_status hc_loggers_open(hc_loggers **out, const hc_list *paths,
                          double offset_s, double tolerance_s,
                          const char *zone, hc_err *err) HC_MUST_USE;
void hc_loggers_free(hc_loggers *l);

size_t hc_loggers_columns(const hc_loggers *l);
const char *hc_loggers_name(const hc_loggers *l, size_t column);
/* Value at a moment: of the clock, or of the test for relative logs. */
double hc_loggers_at(hc_loggers *l, size_t column, double clock_s,
                     double test_s);
/* How often hc_loggers_at had a value so far. */
unsigned long long hc_loggers_hits(const hc_loggers *l);

#endif
