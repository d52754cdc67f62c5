/* durations.c: times that passed, as instruments write them */
#include "formats/cursor.h"
#include "formats/dates.h"

#include "core/number.h"

/* "1d ", "2 days ", "1-" before a time: its seconds, 0 when there is none. */
static double day_count(hc_cursor *c)
{
    hc_cursor at = *c;
    long days;
    if (hc_cursor_digits(&at, 9, &days) == 0)
        return 0;
    hc_cursor unit = at;
    hc_cursor_blanks(&unit);
    if (unit.s < unit.end && hc_tolower(*unit.s) == 'd') {
        while (unit.s < unit.end && hc_isalpha(*unit.s))
            unit.s++;
        hc_cursor_blanks(&unit);
        *c = unit;
    } else if (at.end - at.s > 3 && *at.s == '.' && hc_isdigit(at.s[1]) &&
               hc_isdigit(at.s[2]) && at.s[3] == ':') { /* 1.02:03:04 */
        at.s++;
        *c = at;
    } else if (at.s < at.end && *at.s == '-') { /* 1-02:03:04 */
        at.s++;
        *c = at;
    } else {
        return 0;
    }
    return 86400.0 * (double)days;
}

/* "h:mm:", "h:mm" (*done) and "mm:ss.f" as Excel shows times it was not told
 * about (*done): the seconds so far; false for anything else. */
static bool hours_minutes(hc_cursor *c, double *seconds, bool *done)
{
    double rest;
    long a, b;
    size_t n;
    if (hc_cursor_digits(c, 9, &a) == 0 || !hc_cursor_eat(c, ':') ||
        hc_cursor_digits(c, 2, &b) == 0)
        return false;
    *seconds = 3600.0 * (double)a + 60.0 * (double)b;
    *done = !hc_cursor_eat(c, ':');
    if (!*done || c->s == c->end || *c->s != '.')
        return true;
    n = hc_number_prefix(c->s, (size_t)(c->end - c->s), &rest);
    if (n > 0)
        *seconds = 60.0 * (double)a + (double)b + rest;
    c->s += n;
    return true;
}

static unsigned digit_of(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* Nearly all there are: h:mm:ss and hh:mm:ss.fff, of up to six digits for the
 * hours and nine for the fraction. */
static bool parse_usual(const char *s, size_t len, double *seconds)
{
    enum { HOURS = 6, FRACTION = 9 };
    const char *end = s + len, *colon = s;
    uint64_t hours = 0, sec, unit = 1;
    unsigned d;
    for (; colon < end && (d = digit_of(*colon)) <= 9; colon++)
        hours = hours * 10 + d;
    if (colon == s || colon - s > HOURS || end - colon < 6 ||
        colon[0] != ':' || colon[3] != ':' || digit_of(colon[1]) > 9 ||
        digit_of(colon[2]) > 9 || digit_of(colon[4]) > 9 ||
        digit_of(colon[5]) > 9)
        return false;
    sec = 10 * digit_of(colon[4]) + digit_of(colon[5]);
    s = colon + 6;
    if (s < end && (*s++ != '.' || s == end || end - s > FRACTION))
        return false;
    for (; s < end; s++) {
        if ((d = digit_of(*s)) > 9)
            return false;
        sec = sec * 10 + d;
        unit *= 10;
    }
    *seconds = 3600.0 * (double)hours +
               60.0 * (10 * digit_of(colon[1]) + digit_of(colon[2])) +
               (double)sec / (double)unit;
    return true;
}

bool hc_duration_parse(const char *s, size_t len, double *seconds)
{
    hc_cursor c = {s, s + len}, back;
    double total, clock = 0, sec = 0;
    int sign = 1;
    bool done = false;
    char point[64];
    const char *comma;
    if (parse_usual(s, len, seconds))
        return true;
    comma = memchr(s, ',', len);
    if (comma != NULL && len < sizeof point) { /* 0:00:01,50 */
        memcpy(point, s, len);
        point[comma - s] = '.';
        c = (hc_cursor){point, point + len};
    }
    hc_cursor_blanks(&c);
    if (hc_cursor_eat(&c, '-'))
        sign = -1;
    total = day_count(&c);
    back = c;
    if (!hours_minutes(&c, &clock, &done)) {
        c = back;
        clock = 0;
    }
    if (!done) {
        size_t n = hc_number_prefix(c.s, (size_t)(c.end - c.s), &sec);
        if (n == 0 || sec < 0 || !hc_isdigit(*c.s))
            return false;
        c.s += n;
        if (c.end - c.s == 4 && *c.s == ':' && hc_isdigit(c.s[1]) &&
            hc_isdigit(c.s[2]) && hc_isdigit(c.s[3])) { /* h:m:s:ms */
            long ms;
            c.s++;
            hc_cursor_digits(&c, 3, &ms);
            sec += (double)ms / 1000;
        }
    }
    hc_cursor_blanks(&c);
    if (c.s != c.end)
        return false;
    *seconds = sign * (total + clock + sec);
    return true;
}
