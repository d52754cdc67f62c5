/* cellout.c: cells as text, with the digits they came with */
#include "formats/normal.h"

#include "core/number.h"
#include "core/scan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Nine digits tell every float from its neighbours and are as close to it as
 * the texts of the same instrument. */
size_t hc_float_print(const hc_cell *c, char *buf)
{
    return c->type == HC_CELL_F4
               ? hc_number_print_digits((double)c->u.f4, 9, buf)
               : hc_number_print(c->u.f8, buf);
}

/* i times 10^e; zeros at the end go. */
static size_t print_decimal(int64_t i, int e, char *buf)
{
    if (i != 0 && (e < -HC_DECIMAL_MOST || e > HC_DECIMAL_MOST))
        return hc_number_print((double)i * pow(10, e), buf);
    return hc_decimal_print(i, i == 0 ? 0 : e, buf);
}

size_t hc_cell_print(const hc_cell *c, char *buf, const char **s)
{
    *s = buf;
    switch (c->type) {
    case HC_CELL_NONE:
        break;
    case HC_CELL_TEXT:
        *s = c->u.s;
        return c->len;
    case HC_CELL_F8:
    case HC_CELL_F4:
        return hc_float_print(c, buf);
    case HC_CELL_INT:
        return hc_decimal_print(c->u.i, 0, buf);
    case HC_CELL_DEC:
        return print_decimal(c->u.i, (int32_t)c->len, buf);
    }
    memcpy(buf, "NaN", 3);
    return 3;
}

/* For texts too long to be moved about. */
static size_t print_value(const hc_cell *c, const hc_meaning *m, char *buf,
                          const char **s)
{
    double x;
    *s = buf;
    if (!hc_cell_number(c, &x))
        x = NAN;
    return hc_number_print(hc_meaning_value(m, x), buf);
}

size_t hc_cell_print_as(const hc_cell *c, const hc_meaning *m, double value,
                        char *buf, const char **s)
{
    size_t len, n;
    *s = buf;
    if (isnan(value)) {
        memcpy(buf, "NaN", 3);
        return 3;
    }
    if (!m->exact)
        return hc_number_print(value, buf);
    if (c->type == HC_CELL_DEC)
        return print_decimal(m->sign < 0 ? -c->u.i : c->u.i,
                             (int32_t)c->len + m->shift, buf);
    len = hc_cell_print(c, buf + 200, s);
    if (m->shift != 0) {
        n = hc_number_shift(*s, len, m->shift, buf + 1, 190);
        if (n == 0)
            return print_value(c, m, buf, s);
        *s = buf + 1;
        len = n;
    }
    if (m->sign >= 0 || len == 0)
        return len;
    if (**s == '-') { /* minus minus */
        ++*s;
        return len - 1;
    }
    if (**s == '+') {
        ++*s;
        len--;
    }
    if (len + 1 > 190)
        return print_value(c, m, buf, s);
    memmove(buf + 1, *s, len);
    buf[0] = '-';
    *s = buf;
    return len + 1;
}
