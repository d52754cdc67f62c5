/* zone.h: naive clocks to UTC (the one place that knows time zones) */
#ifndef HC_FORMATS_ZONE_H
#define HC_FORMATS_ZONE_H

#include "core/status.h"

/* Make "Europe/Berlin", "UTC" or "+01:00" the zone of this process; called
 * by a main once.  HC_USAGE when there is no such zone. */
hc_status hc_zone_set(const char *zone, hc_err *err) HC_MUST_USE;

/* Seconds since 1970 UTC of a clock that showed `clock` seconds since 1970
 * in the zone set.  An hour that occurs twice is taken as the first, but not
 * where that is before `not_before` (NAN: nothing was). */
double hc_zone_utc(const char *zone, double clock, double not_before);

#endif
