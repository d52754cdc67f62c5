#include "formats/zone.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* "+01:00" as POSIX wants it: "<+01>-01:00" */
static bool fixed_offset(const char *zone, char *tz, size_t cap)
{
    int h, m = 0, used = 0;
    if (zone[0] != '+' && zone[0] != '-')
        return false;
    if (sscanf(zone + 1, "%2d:%2d%n", &h, &m, &used) < 2 &&
        sscanf(zone + 1, "%2d%n", &h, &used) < 1)
        return false;
    if (zone[1 + used] != '\0' || h > 14 || m > 59 || h < 0 || m < 0)
        return false;
    snprintf(tz, cap, "<%c%02d%02d>%c%02d:%02d", zone[0], h, m,
             zone[0] == '+' ? '-' : '+', h, m);
    return true;
}

hc_status hc_zone_set(const char *zone, hc_err *err)
{
    char text[256];
    if (!fixed_offset(zone, text, sizeof text)) {
        snprintf(text, sizeof text, "/usr/share/zoneinfo/%s", zone);
        if (zone[0] == '\0' || strstr(zone, "..") != NULL ||
            (strcmp(zone, "UTC") != 0 && access(text, R_OK) != 0))
            return hc_fail(err, HC_USAGE,
                           "--timezone: no zone '%s'; such as "
                           "Europe/Berlin, UTC, +01:00",
                           zone);
        snprintf(text, sizeof text, "%s", zone);
    }
    if (setenv("TZ", text, 1) != 0)
        return hc_fail_nomem(err);
    tzset();
    return HC_OK;
}

/* The clock read as summer or winter time; NAN: there it shows another. */
static double reading(const struct tm *clock, int summer)
{
    struct tm tm = *clock, back;
    tm.tm_isdst = summer;
    time_t t = mktime(&tm);
    if (localtime_r(&t, &back) == NULL || back.tm_hour != clock->tm_hour ||
        back.tm_min != clock->tm_min || back.tm_isdst != summer)
        return NAN;
    return (double)t;
}

double hc_zone_utc(const char *zone, double clock, double not_before)
{
    time_t whole = (time_t)floor(clock);
    struct tm tm;
    double part = clock - floor(clock), summer, winter;
    (void)zone; /* set for the process by hc_zone_set */
    if (!isfinite(clock) || fabs(clock) > 1e11 ||
        gmtime_r(&whole, &tm) == NULL)
        return NAN;
    summer = reading(&tm, 1);
    winter = reading(&tm, 0);
    double first = fmin(summer, winter) + part; /* NAN only where both are */
    double second = fmax(summer, winter) + part;
    if (!isnan(first))
        return first < not_before ? second : first;
    tm.tm_isdst = -1; /* an hour that is left out in spring */
    return (double)mktime(&tm) + part;
}
