#include "formats/dates.h"

#include "core/number.h"
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

typedef struct {
    const char *s, *end;
} cursor;

/* Does c begin with that word?  Moves behind it. */
static bool eat_word(cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->s) < n || memcmp(c->s, word, n) != 0)
        return false;
    c->s += n;
    return true;
}

/* Blanks that do not break among them, as they stand before "PM". */
static void blanks(cursor *c)
{
    for (;;) {
        if (c->s < c->end && (hc_isspace(*c->s) || *c->s == ','))
            c->s++;
        else if (!eat_word(c, "\xc2\xa0") && !eat_word(c, "\xe2\x80\xaf"))
            return;
    }
}

static bool eat(cursor *c, char ch)
{
    if (c->s < c->end && *c->s == ch) {
        c->s++;
        return true;
    }
    return false;
}

/* A whole number of 1 to `most` digits; returns how many there were. */
static int digits(cursor *c, int most, long *out)
{
    int n = 0;
    *out = 0;
    while (n < most && c->s < c->end && hc_isdigit(*c->s)) {
        *out = *out * 10 + (*c->s++ - '0');
        n++;
    }
    return n;
}

/* Months in English, German, French, Spanish, Italian, Portuguese, Dutch,
 * Swedish, Polish, Czech, Turkish, Russian, as far as it takes to tell them
 * apart; some languages have two spellings.  UTF-8. */
static const char *const month_names[] = {
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mrz apr mai jun jul aug sept okt nov dez",
    "janv fév mars avr mai juin juil aoû sep oct nov déc",
    "ene fev mär abr may jun jul ago set oct nov dic",
    "gen feb mar apr mag giu lug ago sett ott nov dic",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "jan feb mars apr maj juni juli aug sep okt nov dec",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "led úno bře dub kvě čvn čvc srp zář říj lis pro",
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
};

/* Number of the month with the longest name that c begins with, 0 none. */
static int month_of(const cursor *c, size_t *length)
{
    int month = 0;
    *length = 0;
    for (size_t i = 0; i < sizeof month_names / sizeof month_names[0]; i++) {
        const char *name = month_names[i];
        for (int m = 1; m <= 12; m++) {
            size_t n = strcspn(name, " "), k = 0;
            while (k < n && c->s + k < c->end &&
                   hc_tolower(c->s[k]) == name[k])
                k++;
            if (k == n && n > *length) {
                *length = n;
                month = m;
            }
            name += n + (name[n] == ' ');
        }
    }
    return month;
}

static int month_word(cursor *c)
{
    size_t length;
    int month = month_of(c, &length);
    c->s += length;
    while (month > 0 && c->s < c->end &&
           (hc_isalpha(*c->s) || (unsigned char)*c->s >= 0x80))
        c->s++;
    if (month > 0 && c->s + 1 < c->end && *c->s == '.' && !hc_isdigit(c->s[1]))
        c->s++; /* "Nov. 9", "Okt.-23" */
    return month;
}

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
static bool eat_mark(cursor *c, const char *chinese, const char *korean)
{
    if (!eat_word(c, chinese) && !eat_word(c, korean))
        return false;
    blanks(c);
    return true;
}

/* What follows the year there. */
static bool marked_date(cursor *c, long y, double *seconds)
{
    long month, day;
    if (digits(c, 2, &month) == 0 || !eat_mark(c, "月", "월") ||
        digits(c, 2, &day) == 0 || !eat_mark(c, "日", "일") ||
        !valid_day(y, month, day))
        return false;
    *seconds = hc_civil_seconds(y, (int)month, (int)day);
    return true;
}

/* Nov 23, 2023 */
static bool word_first(cursor *c, double *seconds)
{
    long day, y;
    int month = month_word(c), ny;
    blanks(c);
    if (month == 0 || digits(c, 2, &day) == 0)
        return false;
    blanks(c);
    ny = digits(c, 4, &y);
    y = full_year(y, ny);
    if (ny < 2 || !valid_day(y, month, day))
        return false;
    *seconds = hc_civil_seconds(y, month, (int)day);
    return true;
}

/* The month of a date as a number or a word, and what stands between it and
 * what follows; *word is its number where it is one.  "05. Mai 2021",
 * "31 de enero de 2021", "2021. 5. 13.", "5-5月-2021" */
static bool month_part(cursor *c, char sep, long *number, long *word)
{
    *word = 0;
    if (sep == '.')
        blanks(c);
    eat_word(c, "de ");
    if (digits(c, 2, number) > 0) {
        eat_mark(c, "月", "월");
        if (!eat(c, sep))
            return false;
        if (sep == '.')
            blanks(c);
        return true;
    }
    *word = month_word(c);
    if (*word == 0)
        return false;
    if (!eat(c, sep) && !hc_isspace(c->s < c->end ? *c->s : 'x'))
        return false;
    blanks(c);
    eat_word(c, "de ");
    return true;
}

/* 2021-02-03, 2021/2/3, 03/02/2021, 3.2.21, 23-Nov-23, Nov 23, 2023 */
static bool date(cursor *c, hc_date_order order, double *seconds)
{
    long a, b = 0, y, word;
    int na = digits(c, 8, &a), ny;
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
    ny = digits(c, 4, &y);
    if (ny == 0)
        return false;
    if (na == 4) { /* year first: y holds the day */
        long day = y;
        y = a;
        if (word != 0)
            b = word;
        if (sep == '.')
            eat(c, '.');
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
static char half_of_day(cursor *c)
{
    static const struct {
        const char *word;
        char half;
    } words[] = {{"上午", 'a'}, {"午前", 'a'}, {"오전", 'a'},
                 {"下午", 'p'}, {"午後", 'p'}, {"오후", 'p'}};
    cursor at = *c;
    char half;
    if (c->end - c->s < 2 || hc_isdigit(*c->s))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (eat_word(c, words[i].word))
            return words[i].half;
    half = hc_tolower(*at.s++);
    if (half != 'a' && half != 'p')
        return 0;
    if (eat(&at, '.')) /* "p.m.", "p. m." */
        blanks(&at);
    if (at.s == at.end || hc_tolower(*at.s) != 'm')
        return 0;
    at.s++;
    eat(&at, '.');
    *c = at;
    return half;
}

/* Minutes and seconds behind ':', behind a date behind '.' as well where all
 * three stand there ("16.17.59"). */
static bool minutes_seconds(cursor *c, bool dots, long *m, long *s)
{
    if (eat(c, ':'))
        return digits(c, 2, m) > 0 && (!eat(c, ':') || digits(c, 2, s) > 0);
    return dots && eat(c, '.') && digits(c, 2, m) == 2 && eat(c, '.') &&
           digits(c, 2, s) == 2;
}

/* 16:17, 16:17:59.25, 4:17:59 PM */
static bool clock_time(cursor *c, bool dots, double *seconds)
{
    long h, m, s = 0;
    double frac = 0, unit = 0.1;
    char half = half_of_day(c), behind;
    blanks(c);
    if (digits(c, 2, &h) == 0 || !minutes_seconds(c, dots, &m, &s))
        return false;
    if (c->s + 1 < c->end && (*c->s == '.' || *c->s == ',' || *c->s == ':') &&
        hc_isdigit(c->s[1]))
        for (c->s++; c->s < c->end && hc_isdigit(*c->s); unit /= 10)
            frac += unit * (*c->s++ - '0');
    blanks(c);
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

static void zone(cursor *c, hc_moment *m)
{
    long h, min = 0;
    int sign;
    cursor back = *c;
    if (eat(c, 'Z') || eat(c, 'z')) {
        m->has_offset = true;
        return;
    }
    if (c->s == c->end || (*c->s != '+' && *c->s != '-'))
        return;
    sign = *c->s++ == '-' ? -1 : 1;
    if (digits(c, 2, &h) != 2) {
        *c = back;
        return;
    }
    eat(c, ':');
    digits(c, 2, &min);
    m->has_offset = true;
    m->offset_second = sign * (double)(h * 3600 + min * 60);
}

/* "Tue " and "Tue, " before a date. */
static void weekday(cursor *c)
{
    size_t length, n = 0;
    while (c->s + n < c->end && hc_isalpha(c->s[n]))
        n++;
    if (n < 2 || month_of(c, &length) != 0 || c->s + n == c->end ||
        strchr(" ,", c->s[n]) == NULL)
        return;
    c->s += n;
    eat(c, ',');
    blanks(c);
}

/* "Mar  5 23:59:00 2024", as C's ctime writes it. */
static bool year_last(cursor *c, double *day, double *time)
{
    long d, y;
    int month = month_word(c);
    blanks(c);
    if (month == 0 || digits(c, 2, &d) == 0)
        return false;
    blanks(c);
    if (!clock_time(c, false, time))
        return false;
    blanks(c);
    if (digits(c, 4, &y) != 4 || !valid_day(y, month, d))
        return false;
    *day = hc_civil_seconds(y, month, (int)d);
    return true;
}

/* "235959" behind a date without marks. */
static bool bare_clock(cursor *c, double *time)
{
    cursor at = *c;
    long x;
    if (digits(&at, 6, &x) != 6 || x / 10000 > 23 || x / 100 % 100 > 59 ||
        x % 100 > 59)
        return false;
    *time = (double)(x / 10000 * 3600 + x / 100 % 100 * 60 + x % 100);
    *c = at;
    return true;
}

bool hc_date_parse(const char *s, size_t len, hc_date_order order,
                   hc_moment *m)
{
    cursor c = {s, s + len};
    double day = 0, time = 0;
    hc_moment out = {0};
    cursor start;
    blanks(&c);
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
    blanks(&c);
    if (c.s < c.end && (*c.s == 'T' || *c.s == 't'))
        c.s++;
    start = c;
    if (c.s < c.end && (hc_isdigit(*c.s) || half_of_day(&start) != 0)) {
        if (!(out.has_date && bare_clock(&c, &time)) &&
            !clock_time(&c, out.has_date, &time))
            return false;
        blanks(&c);
        if (!out.has_date && c.s < c.end && hc_isdigit(*c.s)) {
            out.has_date = date(&c, order, &day); /* the time came first */
            if (!out.has_date)
                return false;
        }
    } else if (!out.has_date) {
        return false;
    }
    blanks(&c);
    zone(&c, &out);
    blanks(&c);
    if (c.s != c.end)
        return false;
    out.seconds = day + time;
    *m = out;
    return true;
}

/* "1d ", "2 days ", "1-" before a time: its seconds, 0 when there is none. */
static double day_count(cursor *c)
{
    cursor at = *c;
    long days;
    if (digits(&at, 9, &days) == 0)
        return 0;
    cursor unit = at;
    blanks(&unit);
    if (unit.s < unit.end && hc_tolower(*unit.s) == 'd') {
        while (unit.s < unit.end && hc_isalpha(*unit.s))
            unit.s++;
        blanks(&unit);
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
static bool hours_minutes(cursor *c, double *seconds, bool *done)
{
    double rest;
    long a, b;
    size_t n;
    if (digits(c, 9, &a) == 0 || !eat(c, ':') || digits(c, 2, &b) == 0)
        return false;
    *seconds = 3600.0 * (double)a + 60.0 * (double)b;
    *done = !eat(c, ':');
    if (!*done || c->s == c->end || *c->s != '.')
        return true;
    n = hc_number_prefix(c->s, (size_t)(c->end - c->s), &rest);
    if (n > 0)
        *seconds = 60.0 * (double)a + (double)b + rest;
    c->s += n;
    return true;
}

bool hc_duration_parse(const char *s, size_t len, double *seconds)
{
    cursor c = {s, s + len}, back;
    double total, clock = 0, sec = 0;
    int sign = 1;
    bool done = false;
    char point[64];
    const char *comma = memchr(s, ',', len);
    if (comma != NULL && len < sizeof point) { /* 0:00:01,50 */
        memcpy(point, s, len);
        point[comma - s] = '.';
        c = (cursor){point, point + len};
    }
    blanks(&c);
    if (eat(&c, '-'))
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
            digits(&c, 3, &ms);
            sec += (double)ms / 1000;
        }
    }
    blanks(&c);
    if (c.s != c.end)
        return false;
    *seconds = sign * (total + clock + sec);
    return true;
}

/* "a/b/yyyy" or "a-b-yy" at c; moves behind what it looked at. */
static bool two_numbers(cursor *c, long *a, long *b)
{
    long y;
    char sep;
    if (digits(c, 9, a) > 2 || c->s == c->end ||
        (*c->s != '/' && *c->s != '-'))
        return false;
    sep = *c->s++;
    int n = digits(c, 9, b);
    return n >= 1 && n <= 2 && eat(c, sep) && digits(c, 4, &y) >= 2;
}

hc_date_order hc_date_order_of(const char *text, size_t len,
                               hc_date_order order)
{
    cursor c = {text, text + len};
    size_t day_first = 0, month_first = 0;
    /* the day goes on from row to row where the month stays */
    size_t days_on = 0, months_on = 0;
    long last_a = 0, last_b = 0;
    while (c.s < c.end) {
        long a, b;
        if (!hc_isdigit(*c.s))
            c.s++;
        else if (two_numbers(&c, &a, &b)) {
            day_first += a > 12 && a <= 31 && b >= 1 && b <= 12;
            month_first += b > 12 && b <= 31 && a >= 1 && a <= 12;
            days_on += a == last_a + 1 && b == last_b;
            months_on += b == last_b + 1 && a == last_a;
            last_a = a;
            last_b = b;
        }
    }
    if (day_first + month_first == 0) {
        day_first = months_on == 0 ? days_on : 0;
        month_first = days_on == 0 ? months_on : 0;
    }
    return day_first > 0 && month_first == 0   ? HC_DATE_DMY
           : month_first > 0 && day_first == 0 ? HC_DATE_MDY
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
