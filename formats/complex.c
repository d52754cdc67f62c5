/* complex.c: see complex.h */
#include "formats/complex.h"

#include "core/number.h"
#include "core/text.h"
#include "formats/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one number ---- */

static bool put_number(char *to, const char *s, size_t len)
{
    double x;
    if (len > 1 && (s[0] == '+' || s[0] == '-') &&
        (s[1] == '+' || s[1] == '-')) { /* "12.3 + -4.5j" */
        bool turn = s[0] == '-';
        s++;
        len--;
        if (turn && s[0] == '-')
            s++, len--;
        else if (turn)
            return false;
    }
    if (len > 0 && s[0] == '+')
        s++, len--;
    if (len + 1 > HC_COMPLEX_SIZE || !hc_number_parse(s, len, &x))
        return false;
    hc_copy(to, HC_COMPLEX_SIZE, s, len);
    return true;
}

/* "(12.3,-4.5)", as C++ writes it. */
static hc_complex bracketed(const char *s, size_t len, hc_complex_text *t)
{
    const char *comma;
    hc_trim(&s, &len);
    if (len < 5 || s[0] != '(' || s[len - 1] != ')' ||
        (comma = memchr(s, ',', len)) == NULL)
        return HC_COMPLEX_NO;
    const char *a = s + 1, *b = comma + 1;
    size_t a_len = (size_t)(comma - a), b_len = (size_t)(s + len - 1 - b);
    hc_trim(&a, &a_len);
    hc_trim(&b, &b_len);
    return put_number(t->a, a, a_len) && put_number(t->b, b, b_len)
               ? HC_COMPLEX_PARTS
               : HC_COMPLEX_NO;
}

/* Without blanks, brackets around it, with ASCII minus and decimal point;
 * false: too long. */
static bool tidy(const char *s, size_t len, char *to, size_t cap)
{
    static const char minus[] = "\xe2\x88\x92";
    size_t n = 0;
    bool comma;
    hc_trim(&s, &len);
    if (len > 2 && ((s[0] == '(' && s[len - 1] == ')') ||
                    (s[0] == '[' && s[len - 1] == ']'))) {
        s++;
        len -= 2;
    }
    comma = memchr(s, '.', len) == NULL;
    for (size_t i = 0; i < len; i++) {
        if (n + 1 >= cap)
            return false;
        if (len - i >= 3 && memcmp(s + i, minus, 3) == 0) {
            to[n++] = '-';
            i += 2;
        } else if (s[i] == ',' && comma) {
            to[n++] = '.';
        } else if (!hc_isspace(s[i]) && s[i] != '*') {
            to[n++] = s[i];
        }
    }
    to[n] = '\0';
    return true;
}

/* "5.1∠-30°" with its angle at `mark` of `width` bytes. */
static hc_complex polar(const char *s, const char *mark, size_t width,
                        hc_complex_text *t)
{
    hc_complex is = HC_COMPLEX_DEGREE;
    const char *angle = mark + width;
    size_t len = strlen(angle);
    static const char *const ends[] = {"\xc2\xb0", "deg", "rad"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (hc_ends_with(angle, ends[i])) {
            len -= strlen(ends[i]);
            is = i == 2 ? HC_COMPLEX_RADIAN : HC_COMPLEX_DEGREE;
            break;
        }
    return put_number(t->a, s, (size_t)(mark - s)) &&
                   put_number(t->b, angle, len)
               ? is
               : HC_COMPLEX_NO;
}

static bool is_unit_mark(char c)
{
    return c == 'j' || c == 'i' || c == 'J' || c == 'I';
}

/* Take the j out of "12.3-4.5j" and "12.3-j4.5"; false: there is none where
 * it may be. */
static bool cut_mark(char *s)
{
    size_t len = strlen(s);
    if (len > 1 && is_unit_mark(s[len - 1])) {
        s[len - 1] = '\0';
        return true;
    }
    for (size_t i = 1; i + 1 < len; i++)
        if (is_unit_mark(s[i]) && (s[i - 1] == '-' || s[i - 1] == '+') &&
            (hc_isdigit(s[i + 1]) || s[i + 1] == '.')) {
            memmove(s + i, s + i + 1, len - i);
            return true;
        }
    return false;
}

hc_complex hc_complex_split(const char *s, size_t len, hc_complex_text *t)
{
    static const char *const marks[] = {"\xe2\x88\xa0", "/_", "<", "@"};
    char text[2 * HC_COMPLEX_SIZE];
    size_t at;
    if (bracketed(s, len, t) != HC_COMPLEX_NO)
        return HC_COMPLEX_PARTS;
    if (len < 2 || !tidy(s, len, text, sizeof text))
        return HC_COMPLEX_NO;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const char *mark = strstr(text, marks[i]);
        if (mark != NULL)
            return polar(text, mark, strlen(marks[i]), t);
    }
    if (!cut_mark(text))
        return HC_COMPLEX_NO;
    at = strlen(text);
    while (at > 0 &&
           ((text[at] != '+' && text[at] != '-') || text[at - 1] == 'e' ||
            text[at - 1] == 'E' || text[at - 1] == '+' || text[at - 1] == '-'))
        at--;
    if (at == 0) /* no real part */
        memcpy(t->a, "0", 2);
    else if (!put_number(t->a, text, at))
        return HC_COMPLEX_NO;
    return put_number(t->b, text + at, strlen(text + at)) ? HC_COMPLEX_PARTS
                                                          : HC_COMPLEX_NO;
}

/* ---- columns ---- */

typedef enum { IS_NEITHER, IS_IMPEDANCE, IS_ADMITTANCE } quantity;

static quantity quantity_of(const hc_column *c, const hc_colmap *own)
{
    hc_meaning m = hc_column_meaning(c, own);
    char base[256], unit[64], plain[256];
    if (m.target != NULL)
        return strstr(m.target, "impedance_ohm") != NULL ? IS_IMPEDANCE
               : strstr(m.target, "admittance") != NULL  ? IS_ADMITTANCE
                                                         : IS_NEITHER;
    hc_column_split(c->name, base, sizeof base, unit, sizeof unit);
    hc_column_plain(base, plain, sizeof plain);
    if (strstr(plain, "mpedan") != NULL || plain[0] == 'z')
        return IS_IMPEDANCE;
    return strstr(plain, "dmittan") != NULL || plain[0] == 'y' ? IS_ADMITTANCE
                                                               : IS_NEITHER;
}

static void put_pair(hc_complex_columns *c, const hc_column *of,
                     hc_complex which, quantity is)
{
    static const char *const names[2][2][2] = {
        {{"Z'", "Z''"}, {"|Z|", "Phase(Z)"}},
        {{"Y'", "Y''"}, {"|Y|", "Phase(Y)"}}};
    const char *const *name =
        names[is == IS_ADMITTANCE][which != HC_COMPLEX_PARTS];
    char base[256], *unit = c->units[c->n_pairs - 1];
    hc_column_split(of->name, base, sizeof base, unit, 64);
    if (of->unit != NULL && hc_is_unit(of->unit))
        hc_copy_trimmed(unit, 64, of->unit, strlen(of->unit));
    const char *angle = which == HC_COMPLEX_RADIAN ? "rad" : "deg";
    const char *said = unit[0] == '\0' ? NULL : unit;
    c->columns[c->n++] = (hc_column){name[0], said};
    c->columns[c->n++] =
        (hc_column){name[1], which == HC_COMPLEX_PARTS ? said : angle};
}

hc_status hc_complex_widen(const hc_column *columns, size_t n,
                           const unsigned char *which, const hc_colmap *own,
                           hc_complex_columns *out, hc_err *err)
{
    *out = (hc_complex_columns){.n = n};
    out->columns = calloc(3 * n + 1, sizeof *out->columns);
    out->which = calloc(3 * n + 1, sizeof *out->which);
    out->from = calloc(n + 1, sizeof *out->from);
    out->units = calloc(n + 1, sizeof *out->units);
    if (out->columns == NULL || out->which == NULL || out->from == NULL ||
        out->units == NULL) {
        hc_complex_columns_clear(out);
        return hc_fail_nomem(err);
    }
    memcpy(out->columns, columns, n * sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        quantity is = which[i] == HC_COMPLEX_NO
                          ? IS_NEITHER
                          : quantity_of(&columns[i], own);
        if (is == IS_NEITHER)
            continue;
        out->which[i] = which[i];
        out->from[out->n_pairs++] = i;
        put_pair(out, &columns[i], (hc_complex)which[i], is);
    }
    return HC_OK;
}

void hc_complex_columns_clear(hc_complex_columns *c)
{
    free(c->columns);
    free(c->which);
    free(c->from);
    free(c->units);
    *c = (hc_complex_columns){0};
}

/* ---- rows ---- */

/* A complex number, or a real one; *none: NaN. */
static bool split_cell(const hc_cell *cell, hc_complex which,
                       hc_complex_text *t, bool *none)
{
    double x;
    hc_complex is = cell->type != HC_CELL_TEXT
                        ? HC_COMPLEX_NO
                        : hc_complex_split(cell->u.s, cell->len, t);
    *none = false;
    if (is != HC_COMPLEX_NO)
        return is == which;
    if (cell->type != HC_CELL_TEXT || !hc_cell_number(cell, &x) ||
        cell->len + 1 > sizeof t->a)
        return false;
    *none = isnan(x);
    hc_copy(t->a, sizeof t->a, cell->u.s, cell->len);
    memcpy(t->b, "0", 2);
    return true;
}

bool hc_complex_row(const hc_complex_columns *c, const hc_cell *cells,
                    hc_cell *wide, hc_complex_text *t, size_t *bad)
{
    size_t n = c->n - 2 * c->n_pairs;
    memcpy(wide, cells, n * sizeof *cells);
    for (size_t k = 0; k < c->n_pairs; k++) {
        size_t i = c->from[k];
        hc_cell *two = wide + n + 2 * k;
        bool none = cells[i].type == HC_CELL_NONE;
        two[0] = two[1] = hc_cell_none();
        if (!none &&
            !split_cell(&cells[i], (hc_complex)c->which[i], &t[k], &none)) {
            *bad = i;
            return false;
        }
        if (none)
            continue;
        two[0] = hc_cell_text(t[k].a, strlen(t[k].a));
        two[1] = hc_cell_text(t[k].b, strlen(t[k].b));
    }
    return true;
}
