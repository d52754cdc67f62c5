/* twins.c: names of columns that stand beside the first of their kind
 *
 * "Z'.1" (pandas), "Z' 2 (Ohm)", "f_B/Hz", "Re (3)": tables pasted beside each
 * other number their columns.
 */
#include "formats/twins.h"

#include "core/text.h"

#include <string.h>

/* Length of a name without the number or letter at its end, 0: none there. */
static size_t without_mark(const char *s, size_t len)
{
    size_t n = len;
    bool bracket = n > 3 && s[n - 1] == ')';
    n -= bracket;
    size_t end = n;
    while (n > 0 && hc_isdigit(s[n - 1]))
        n--;
    if (n == end && !bracket && n > 2 && s[n - 1] >= 'A' && s[n - 1] <= 'Z' &&
        strchr("_ .-", s[n - 2]) != NULL)
        n--;
    if (n == end || end - n > 3)
        return 0;
    if (bracket && (n == 0 || s[n - 1] != '('))
        return 0;
    while (n > 0 && strchr("_ .-#(", s[n - 1]) != NULL)
        n--;
    return n;
}

hc_meaning hc_twin_meaning(const hc_column *c, const hc_colmap *own)
{
    char base[256], unit[64], first[256];
    size_t n = without_mark(c->name, strlen(c->name));
    hc_column of = {first, c->unit};
    hc_meaning m = {0};
    if (n > 0 && n < sizeof first) { /* "Z' (Ohm).1" */
        hc_copy_trimmed(first, sizeof first, c->name, n);
        m = hc_column_meaning(&of, own);
        if (m.target != NULL)
            return m;
    }
    hc_column_split(c->name, base, sizeof base, unit, sizeof unit);
    n = without_mark(base, strlen(base));
    if (n == 0 || n >= sizeof first)
        return m;
    hc_copy_trimmed(first, sizeof first, base, n);
    if (unit[0] != '\0')
        of.unit = unit;
    return hc_column_meaning(&of, own);
}
