/* count_on.h: the text of a number that goes up by one
 *
 * Record numbers and seconds are, row for row, the whole number before and
 * one more: their text is the one before with another last digit, unless that
 * was a 9.
 *
 *     if (hc_count_is_next(&c, i, e))
 *         len = hc_count_put(&c, p);
 *     else {
 *         len = hc_decimal_print(i, e, p);
 *         hc_count_see(&c, i, e, p, len);
 *     }
 */
#ifndef HC_FORMATS_COUNT_ON_H
#define HC_FORMATS_COUNT_ON_H

#include "core/pow10.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    HC_COUNT_ROOM = 16, /* bytes that are written */
    HC_COUNT_PLACES = 9 /* powers of ten below one that are looked at */
};

/* Numbers i times 10^e; all 0 to begin with. */
typedef struct {
    int64_t next; /* what the text goes on to, 0: nothing */
    int64_t last; /* i of the number before */
    int64_t unit; /* what i goes up by, 10^-e */
    int e;
    size_t len;
    char text[HC_COUNT_ROOM];
} hc_count;

static inline bool hc_count_is_next(const hc_count *c, int64_t i, int e)
{
    return i == c->next && e == c->e && c->next != 0;
}

/* Its text to p[0..HC_COUNT_ROOM). */
static inline size_t hc_count_put(hc_count *c, char *p)
{
    const size_t end = c->len - 1;
    const char digit = (char)(c->text[end] + 1);
    memcpy(p, c->text, HC_COUNT_ROOM);
    p[end] = digit;
    c->text[end] = digit;
    c->last = c->next;
    c->next = digit == '9' ? 0 : c->next + c->unit;
    return c->len;
}

/* A number that was printed to p[0..len): does the next one go on from it?
 * HC_COUNT_ROOM bytes of p can be read. */
static inline void hc_count_see(hc_count *c, int64_t i, int e, const char *p,
                                size_t len)
{
    const int64_t before = c->last;
    c->last = i;
    c->next = 0;
    if (e != c->e || c->unit == 0) {
        c->e = e;
        c->unit = e > 0 || e < -HC_COUNT_PLACES
                      ? INT64_MAX /* which no two numbers differ by */
                      : (int64_t)hc_whole_tens[-e];
        return;
    }
    if (before < 0 || i <= before || i - before != c->unit ||
        i % c->unit != 0 || i > INT64_MAX / 10 || len > HC_COUNT_ROOM ||
        p[len - 1] == '9')
        return;
    memcpy(c->text, p, HC_COUNT_ROOM);
    c->len = len;
    c->next = i + c->unit;
}

#endif
