#include "formats/quantity.h"
#include "formats/lines.h"

#include "core/number.h"
#include "core/text.h"

#include <string.h>

enum { QUANTITY_SIZE = 41 };

/* Length of a number whose decimal mark is a comma, 0 none. */
static size_t comma_number(const char *s, size_t len)
{
    char copy[64];
    double x;
    const char *comma = memchr(s, ',', len);
    if (comma == NULL || comma == s || len >= sizeof copy ||
        !hc_isdigit(comma[-1]))
        return 0;
    memcpy(copy, s, len);
    copy[comma - s] = '.';
    return hc_number_prefix(copy, len, &x);
}

/* Up to its last digit in front of the unit, as far as that could go: the
 * number in groups that s begins with, written plainly to to[cap]; its length
 * in s, 0 none. */
static size_t grouped(const char *s, size_t len, char *to, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (hc_isdigit(s[i]))
            n = i + 1;
        else if (hc_isalpha(s[i]))
            break;
    }
    return hc_ungroup(s, n, to, cap) > 0 ? n : 0;
}

size_t hc_quantity_split(const char *s, size_t len, bool comma, char *unit)
{
    char plain[QUANTITY_SIZE];
    const char *rest;
    size_t n, left;
    double x;
    if (len < 2 || len >= QUANTITY_SIZE || hc_isdigit(s[len - 1]) ||
        (!hc_isdigit(s[0]) && strchr("+-.", s[0]) == NULL))
        return 0;
    n = grouped(s, len, plain, sizeof plain);
    if (n == 0)
        n = comma ? comma_number(s, len) : hc_number_prefix(s, len, &x);
    if (n == 0 || n == len || !hc_isdigit(s[n - 1]) ||
        strchr(".,:/-;", s[n]) != NULL)
        return 0;
    rest = s + n;
    left = len - n;
    hc_trim(&rest, &left);
    if (left == 0 || left >= HC_QUANTITY_UNIT_SIZE)
        return 0;
    hc_copy(unit, HC_QUANTITY_UNIT_SIZE, rest, left);
    return hc_is_unit(unit) ? n : 0;
}

/* The number of s[0..len) without groups: it points into `plain`, or stays. */
static const char *ungrouped(const char *s, size_t *len, char *plain)
{
    size_t n = hc_ungroup(s, *len, plain, QUANTITY_SIZE);
    if (n == 0)
        return s;
    *len = n;
    return plain;
}

bool hc_quantity_number(const hc_cell *c, double *x)
{
    char unit[HC_QUANTITY_UNIT_SIZE], plain[QUANTITY_SIZE];
    if (hc_cell_number(c, x))
        return true;
    if (c->type != HC_CELL_TEXT)
        return false;
    size_t n = hc_quantity_split(c->u.s, c->len, false, unit);
    const char *s = n > 0 ? ungrouped(c->u.s, &n, plain) : c->u.s;
    return n > 0 && hc_number_parse(s, n, x);
}

size_t hc_quantity_respell(const hc_cell *cell, const hc_column *column,
                           const hc_colmap *own, const hc_meaning *m, char *to,
                           size_t cap)
{
    char unit[HC_QUANTITY_UNIT_SIZE], plain[QUANTITY_SIZE];
    double x;
    if (cell->type != HC_CELL_TEXT || m->target == NULL || m->log10)
        return 0;
    size_t n = hc_quantity_split(cell->u.s, cell->len, false, unit);
    const char *s = n > 0 ? ungrouped(cell->u.s, &n, plain) : NULL;
    if (s == NULL || !hc_number_parse(s, n, &x))
        return 0;
    hc_column said = {column->name, unit};
    hc_meaning is = hc_column_meaning(&said, own);
    if (is.target == NULL || strcmp(is.target, m->target) != 0)
        return 0;
    if (is.exact && m->exact)
        return hc_number_shift(s, n, is.shift - m->shift, to, cap);
    is.sign = 1;
    x = hc_meaning_value(&is, x);
    if (m->exact) {
        hc_meaning back = {.exact = true, .shift = -m->shift, .sign = 1};
        x = hc_meaning_value(&back, x);
    } else {
        x = m->divisor > 0 ? x * m->divisor : (x - m->offset) / m->scale;
    }
    n = hc_number_print(x, to);
    return n;
}
