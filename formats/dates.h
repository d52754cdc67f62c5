/* dates.h: dates and times as instruments write them */
#ifndef HC_FORMATS_DATES_H
#define HC_FORMATS_DATES_H

#include <stdbool.h>
#include <stddef.h>

/* Order of day and month where the text alone cannot say. */
typedef enum { HC_DATE_MDY, HC_DATE_DMY } hc_date_order;

/* A moment.  Seconds since 1970-01-01 as if the clock showed UTC; the
 * offset is known only when the text had Z or +01:00. */
typedef struct {
    double seconds; /* of the clock that the text shows */
    bool has_date;  /* false: a time of day only */
    bool has_offset;
    double offset_second; /* east of Greenwich */
} hc_moment;

/* "03/02/2021 16:17:59.000", "2021-02-03T16:17:59Z", "23-Nov-23 3:56:08 PM",
 * "3.2.2021 16:17", a date alone ... with '.' between numbers it is always
 * day.month.  True when all of the text was understood. */
bool hc_date_parse(const char *s, size_t len, hc_date_order order,
                   hc_moment *m);

/* The order of the dates in a text, from the first that can only be read in
 * one way; `order` where there is none. */
hc_date_order hc_date_order_of(const char *text, size_t len,
                               hc_date_order order);

/* Durations: "1:02:03.5", "1d 02:03:04", "  0d 00:00:01.0000",
 * "1.02:03:04" (a day and a time, as .NET writes), "12.5" in
 * seconds; "1:02" is hours and minutes, "1:02.5" minutes and seconds. */
bool hc_duration_parse(const char *s, size_t len, double *seconds);

/* ISO 8601 of a date and time in any of the spellings above; Z or an offset
 * only where the text had it.  iso has room for 40 bytes. */
bool hc_date_iso(const char *text, hc_date_order order, char *iso);
void hc_moment_iso(const hc_moment *m, char *iso);

/* Seconds since 1970 of a civil date (proleptic Gregorian). */
double hc_civil_seconds(long year, int month, int day);

#endif
