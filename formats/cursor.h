/* cursor.h: the place in a text of dates and times, and what it moves over */
#ifndef HC_FORMATS_CURSOR_H
#define HC_FORMATS_CURSOR_H

#include "core/text.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    const char *s, *end;
} hc_cursor;

/* Does c begin with that word?  Moves behind it. */
static inline bool hc_cursor_eat_word(hc_cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->s) < n || memcmp(c->s, word, n) != 0)
        return false;
    c->s += n;
    return true;
}

/* Blanks that do not break among them, as they stand before "PM". */
static inline void hc_cursor_blanks(hc_cursor *c)
{
    for (;;) {
        if (c->s < c->end && (hc_isspace(*c->s) || *c->s == ','))
            c->s++;
        else if (!hc_cursor_eat_word(c, "\xc2\xa0") &&
                 !hc_cursor_eat_word(c, "\xe2\x80\xaf"))
            return;
    }
}

static inline bool hc_cursor_eat(hc_cursor *c, char ch)
{
    if (c->s < c->end && *c->s == ch) {
        c->s++;
        return true;
    }
    return false;
}

/* A whole number of 1 to `most` digits; returns how many there were. */
static inline int hc_cursor_digits(hc_cursor *c, int most, long *out)
{
    int n = 0;
    *out = 0;
    while (n < most && c->s < c->end && hc_isdigit(*c->s)) {
        *out = *out * 10 + (*c->s++ - '0');
        n++;
    }
    return n;
}

/* The month whose name c begins with, 1 to 12, in any of the languages of
 * months.c, and how many bytes of it tell; 0: none. */
int hc_month_of(const hc_cursor *c, size_t *length);
/* The same, and moves behind the word and the point of an abbreviation. */
int hc_month_word(hc_cursor *c);

#endif
