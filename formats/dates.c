#include "formats/dates.h"
#include "formats/cursor.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Days from civil: Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". */
double hc_civil_seconds(long year, int month, int day)
{
    long y = month <= 2 ? year - 1 : year;
    long era = (y >= 0 ? y : y - 399) / 400;
    long yoe = y - era * 400;
    long doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return 86400.0 * (double)(era * 146097 + doe - 719468);
}

static void civil_from_days(long days, long *year, int *month, int *day)
{
    long z = days + 719468;
    long era = (z >= 0 ? z : z - 146096) / 146097;
    long doe = z - era * 146097;
    long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    long mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

/* ---- reading ---- */

static bool valid_day(long year, long month, long day)
{
    static const int len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || year < 1900 || year > 2200)
        return false;
    return day <= len[month - 1] + (month == 2 && leap);
}

static long full_year(long y, int n)
{
    return n > 2 ? y : y < 70 ? 2000 + y : 1900 + y;
}

/* The mark of a part of an East Asian date: "2021年2月3日", in Korean too. */
static bool eat_mark(hc_cursor *c, const char *chinese, const char *korean)
{
    if (!hc_cursor_eat_word(c, chinese) && !hc_cursor_eat_word(c, korean))
        return false;
    hc_cursor_blanks(c);
    return true;
}

/* What follows the year there. */
static bool marked_date(hc_cursor *c, long y, double *seconds)
{
    long month, day;
    if (hc_cursor_digits(c, 2, &month) == 0 || !eat_mark(c, "月", "월") ||
        hc_cursor_digits(c, 2, &day) == 0 || !eat_mark(c, "日", "일") ||
        !valid_day(y, month, day))
        return false;
    *seconds = hc_civil_seconds(y, (int)month, (int)day);
    return true;
}

/* Nov 23, 2023 */
static bool word_first(hc_cursor *c, double *seconds)
{
    long day, y;
    int month = hc_month_word(c), ny;
    hc_cursor_blanks(c);
    if (month == 0 || hc_cursor_digits(c, 2, &day) == 0)
        return false;
    hc_cursor_blanks(c);
    ny = hc_cursor_digits(c, 4, &y);
    y = full_year(y, ny);
    if (ny < 2 || !valid_day(y, month, day))
        return false;
    *seconds = hc_civil_seconds(y, month, (int)day);
    return true;
}

/* The month of a date as a number or a word, and what stands between it and
 * what follows; *word is its number where it is one.  "05. Mai 2021",
 * "31 de enero de 2021", "2021. 5. 13.", "5-5月-2021" */
static bool month_part(hc_cursor *c, char sep, long *number, long *word)
{
    *word = 0;
    if (sep == '.')
        hc_cursor_blanks(c);
    hc_cursor_eat_word(c, "de ");
    if (hc_cursor_digits(c, 2, number) > 0) {
        eat_mark(c, "月", "월");
        if (!hc_cursor_eat(c, sep))
            return false;
        if (sep == '.')
            hc_cursor_blanks(c);
        return true;
    }
    *word = hc_month_word(c);
    if (*word == 0)
        return false;
    if (!hc_cursor_eat(c, sep) && !hc_isspace(c->s < c->end ? *c->s : 'x'))
        return false;
    hc_cursor_blanks(c);
    hc_cursor_eat_word(c, "de ");
    return true;
}

/* 2021-02-03, 2021/2/3, 03/02/2021, 3.2.21, 23-Nov-23, Nov 23, 2023 */
static bool date(hc_cursor *c, hc_date_order order, double *seconds)
{
    long a, b = 0, y, word;
    int na = hc_cursor_digits(c, 8, &a), ny;
    char sep;
    if (na == 0)
        return word_first(c, seconds);
    if (na == 8) { /* 20210203 */
        y = a / 10000;
        if (!valid_day(y, a / 100 % 100, a % 100))
            return false;
        *seconds = hc_civil_seconds(y, (int)(a / 100 % 100), (int)(a % 100));
        return true;
    }
    if (c->s == c->end)
        return false;
    if (na == 4 && eat_mark(c, "年", "년"))
        return marked_date(c, a, seconds);
    sep = *c->s;
    if (sep != '-' && sep != '/' && sep != '.' && sep != ' ')
        return false;
    c->s++;
    if (!month_part(c, sep, &b, &word))
        return false;
    ny = hc_cursor_digits(c, 4, &y);
    if (ny == 0)
        return false;
    if (na == 4) { /* year first: y holds the day */
        long day = y;
        y = a;
        if (word != 0)
            b = word;
        if (sep == '.')
            hc_cursor_eat(c, '.');
        if (!valid_day(y, b, day))
            return false;
        *seconds = hc_civil_seconds(y, (int)b, (int)day);
        return true;
    }
    y = full_year(y, ny);
    if (word != 0) {
        b = word; /* day, month */
    } else if (sep != '.' && (order == HC_DATE_MDY ? a <= 12 : b > 12)) {
        long t = a; /* month, day */
        a = b;
        b = t;
    }
    if (!valid_day(y, b, a))
        return false;
    *seconds = hc_civil_seconds(y, (int)b, (int)a);
    return true;
}

/* Which half of a day c names, before a time of 12 hours or behind it: 'a',
 * 'p', 0 none. */
static char half_of_day(hc_cursor *c)
{
    static const struct {
        const char *word;
        char half;
    } words[] = {{"上午", 'a'}, {"午前", 'a'}, {"오전", 'a'},
                 {"下午", 'p'}, {"午後", 'p'}, {"오후", 'p'}};
    hc_cursor at = *c;
    char half;
    if (c->end - c->s < 2 || hc_isdigit(*c->s))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (hc_cursor_eat_word(c, words[i].word))
            return words[i].half;
    half = hc_tolower(*at.s++);
    if (half != 'a' && half != 'p')
        return 0;
    if (hc_cursor_eat(&at, '.')) /* "p.m.", "p. m." */
        hc_cursor_blanks(&at);
    if (at.s == at.end || hc_tolower(*at.s) != 'm')
        return 0;
    at.s++;
    hc_cursor_eat(&at, '.');
    *c = at;
    return half;
}

/* Minutes and seconds behind ':', behind a date behind '.' as well where all
 * three stand there ("16.17.59"). */
static bool minutes_seconds(hc_cursor *c, bool dots, long *m, long *s)
{
    if (hc_cursor_eat(c, ':'))
        return hc_cursor_digits(c, 2, m) > 0 &&
               (!hc_cursor_eat(c, ':') || hc_cursor_digits(c, 2, s) > 0);
    return dots && hc_cursor_eat(c, '.') && hc_cursor_digits(c, 2, m) == 2 &&
           hc_cursor_eat(c, '.') && hc_cursor_digits(c, 2, s) == 2;
}

/* 16:17, 16:17:59.25, 4:17:59 PM */
static bool clock_time(hc_cursor *c, bool dots, double *seconds)
{
    long h, m = 0, s = 0;
    double frac = 0, unit = 0.1;
    char half = half_of_day(c), behind;
    hc_cursor_blanks(c);
    if (hc_cursor_digits(c, 2, &h) == 0 || !minutes_seconds(c, dots, &m, &s))
        return false;
    if (c->s + 1 < c->end && (*c->s == '.' || *c->s == ',' || *c->s == ':') &&
        hc_isdigit(c->s[1]))
        for (c->s++; c->s < c->end && hc_isdigit(*c->s); unit /= 10)
            frac += unit * (*c->s++ - '0');
    hc_cursor_blanks(c);
    behind = half_of_day(c);
    half = behind != 0 ? behind : half;
    if (half != 0) {
        if (h > 12)
            return false;
        h = h % 12 + (half == 'p' ? 12 : 0);
    }
    if (h > 24 || m > 59 || s > 60)
        return false;
    /* a fraction of a second keeps no more digits than it was given */
    *seconds = (double)(h * 3600 + m * 60 + s) + round(frac * 1e9) / 1e9;
    return true;
}

static void zone(hc_cursor *c, hc_moment *m)
{
    long h, min = 0;
    int sign;
    hc_cursor back = *c;
    if (hc_cursor_eat(c, 'Z') || hc_cursor_eat(c, 'z')) {
        m->has_offset = true;
        return;
    }
    if (c->s == c->end || (*c->s != '+' && *c->s != '-'))
        return;
    sign = *c->s++ == '-' ? -1 : 1;
    if (hc_cursor_digits(c, 2, &h) != 2) {
        *c = back;
        return;
    }
    hc_cursor_eat(c, ':');
    hc_cursor_digits(c, 2, &min);
    m->has_offset = true;
    m->offset_second = sign * (double)(h * 3600 + min * 60);
}

/* "Tue " and "Tue, " before a date. */
static void weekday(hc_cursor *c)
{
    size_t length, n = 0;
    while (c->s + n < c->end && hc_isalpha(c->s[n]))
        n++;
    if (n < 2 || hc_month_of(c, &length) != 0 || c->s + n == c->end ||
        strchr(" ,", c->s[n]) == NULL)
        return;
    c->s += n;
    hc_cursor_eat(c, ',');
    hc_cursor_blanks(c);
}

/* "Mar  5 23:59:00 2024", as C's ctime writes it. */
static bool year_last(hc_cursor *c, double *day, double *time)
{
    long d, y;
    int month = hc_month_word(c);
    hc_cursor_blanks(c);
    if (month == 0 || hc_cursor_digits(c, 2, &d) == 0)
        return false;
    hc_cursor_blanks(c);
    if (!clock_time(c, false, time))
        return false;
    hc_cursor_blanks(c);
    if (hc_cursor_digits(c, 4, &y) != 4 || !valid_day(y, month, d))
        return false;
    *day = hc_civil_seconds(y, month, (int)d);
    return true;
}

/* "235959" behind a date without marks. */
static bool bare_clock(hc_cursor *c, double *time)
{
    hc_cursor at = *c;
    long x;
    if (hc_cursor_digits(&at, 6, &x) != 6 || x / 10000 > 23 ||
        x / 100 % 100 > 59 || x % 100 > 59)
        return false;
    *time = (double)(x / 10000 * 3600 + x / 100 % 100 * 60 + x % 100);
    *c = at;
    return true;
}

bool hc_date_parse(const char *s, size_t len, hc_date_order order,
                   hc_moment *m)
{
    hc_cursor c = {s, s + len};
    double day = 0, time = 0;
    hc_moment out = {0};
    hc_cursor start;
    hc_cursor_blanks(&c);
    weekday(&c);
    start = c;
    out.has_date = year_last(&c, &day, &time);
    if (!out.has_date) {
        c = start;
        time = 0;
        out.has_date = date(&c, order, &day);
        if (!out.has_date)
            c = start;
    }
    hc_cursor_blanks(&c);
    if (c.s < c.end && (*c.s == 'T' || *c.s == 't'))
        c.s++;
    start = c;
    if (c.s < c.end && (hc_isdigit(*c.s) || half_of_day(&start) != 0)) {
        if (!(out.has_date && bare_clock(&c, &time)) &&
            !clock_time(&c, out.has_date, &time))
            return false;
        hc_cursor_blanks(&c);
        if (!out.has_date && c.s < c.end && hc_isdigit(*c.s)) {
            out.has_date = date(&c, order, &day); /* the time came first */
            if (!out.has_date)
                return false;
        }
    } else if (!out.has_date) {
        return false;
    }
    hc_cursor_blanks(&c);
    zone(&c, &out);
    hc_cursor_blanks(&c);
    if (c.s != c.end)
        return false;
    out.seconds = day + time;
    *m = out;
    return true;
}

/* "a/b/yyyy" or "a-b-yy" at c; moves behind what it looked at. */
static bool two_numbers(hc_cursor *c, long *a, long *b)
{
    long y;
    char sep;
    if (hc_cursor_digits(c, 9, a) > 2 || c->s == c->end ||
        (*c->s != '/' && *c->s != '-'))
        return false;
    sep = *c->s++;
    int n = hc_cursor_digits(c, 9, b);
    return n >= 1 && n <= 2 && hc_cursor_eat(c, sep) &&
           hc_cursor_digits(c, 4, &y) >= 2;
}

/* What the dates of a text with numbers in two places say. */
typedef struct {
    size_t day_first, month_first;
    /* the day goes on from row to row where the month stays */
    size_t days_on, months_on;
    long last_a, last_b;
} two_places;

static void see_date(two_places *w, long a, long b)
{
    w->day_first += a > 12 && a <= 31 && b >= 1 && b <= 12;
    w->month_first += b > 12 && b <= 31 && a >= 1 && a <= 12;
    w->days_on += a == w->last_a + 1 && b == w->last_b;
    w->months_on += b == w->last_b + 1 && a == w->last_a;
    w->last_a = a;
    w->last_b = b;
}

/* Where the number before the mark at `mark` begins, which has one digit or
 * two: what is longer is taken nine digits at a time.  NULL: none. */
static const char *number_before(const char *from, const char *mark)
{
    const char *s = mark;
    while (s > from && hc_isdigit(s[-1]))
        s--;
    size_t left = (size_t)(mark - s) % 9;
    return left == 1 || left == 2 ? mark - left : NULL;
}

/* The next of two marks from s on, `end` when none follows; *slash and *dash
 * are the last ones seen, NULL before the first. */
static const char *next_mark(const char *s, const char *end,
                             const char **slash, const char **dash)
{
    const char **marks[] = {slash, dash};
    for (size_t i = 0; i < 2; i++) {
        const char **at = marks[i];
        if (*at != NULL && *at >= s)
            continue;
        *at = memchr(s, "/-"[i], (size_t)(end - s));
        if (*at == NULL)
            *at = end;
    }
    return *slash < *dash ? *slash : *dash;
}

hc_date_order hc_date_order_of(const char *text, size_t len,
                               hc_date_order order)
{
    hc_cursor c = {text, text + len};
    two_places w = {0};
    const char *slash = NULL, *dash = NULL, *mark;
    while ((mark = next_mark(c.s, c.end, &slash, &dash)) < c.end) {
        long a, b;
        const char *s = number_before(c.s, mark);
        c.s = s == NULL ? mark + 1 : s;
        if (s != NULL && two_numbers(&c, &a, &b))
            see_date(&w, a, b);
    }
    if (w.day_first + w.month_first == 0) {
        w.day_first = w.months_on == 0 ? w.days_on : 0;
        w.month_first = w.days_on == 0 ? w.months_on : 0;
    }
    return w.day_first > 0 && w.month_first == 0   ? HC_DATE_DMY
           : w.month_first > 0 && w.day_first == 0 ? HC_DATE_MDY
                                                   : order;
}

/* ---- writing ---- */

void hc_moment_iso(const hc_moment *m, char *iso)
{
    double day = floor(m->seconds / 86400.0);
    double left = m->seconds - 86400.0 * day;
    long ms = lround(left * 1000), year;
    int month, dom;
    char zone_text[16] = "", whole[80];
    if (ms >= 86400000) {
        ms -= 86400000;
        day += 1;
    }
    civil_from_days((long)day, &year, &month, &dom);
    if (m->has_offset && fabs(m->offset_second) < 1) {
        snprintf(zone_text, sizeof zone_text, "Z");
    } else if (m->has_offset) {
        long o = lround(fabs(m->offset_second) / 60);
        snprintf(zone_text, sizeof zone_text, "%c%02ld:%02ld",
                 m->offset_second < 0 ? '-' : '+', o / 60 % 24, o % 60);
    }
    snprintf(whole, sizeof whole, "%04ld-%02d-%02dT%02ld:%02ld:%02ld.%03ld%s",
             year % 10000, month, dom, ms / 3600000, ms / 60000 % 60,
             ms / 1000 % 60, ms % 1000, zone_text);
    snprintf(iso, 40, "%.39s", whole);
}

bool hc_date_iso(const char *text, hc_date_order order, char *iso)
{
    hc_moment m;
    if (!hc_date_parse(text, strlen(text), order, &m) || !m.has_date)
        return false;
    hc_moment_iso(&m, iso);
    return true;
}
