#include "formats/columns.h"

#include "core/text.h"
#include "core/units.h"

#include <math.h>
#include <string.h>

/* ---- units ---- */

const char *hc_target_unit(const char *target)
{
    return hc_unit_of_column(target, strcspn(target, "@"), NULL);
}

/* ---- meaning ---- */

/* Fill in how values in `unit` become values in the target's unit. */
static bool convert(hc_meaning *m, const char *unit)
{
    const char *from = hc_plain_unit(unit), *to = hc_target_unit(m->target);
    double a, b, ratio, power;
    hc_dim da, db;
    m->exact = true;
    m->shift = 0;
    m->scale = 1;
    m->offset = 0;
    /* S is a second in the heads of some cyclers */
    if (from[0] == '\0' || to[0] == '\0' || strcmp(unit, to) == 0 ||
        strcmp(from, to) == 0 || strcmp(from, "1") == 0)
        return true;
    if (strcmp(to, "degC") == 0) {
        if (strcmp(from, "C") == 0)
            return true;
        m->exact = false;
        m->offset = strcmp(from, "K") == 0 ? -273.15 : 0;
        if (strcmp(from, "F") == 0 || strcmp(from, "degF") == 0) {
            m->scale = 5.0 / 9.0;
            m->offset = -32.0 * 5.0 / 9.0;
        }
        return m->offset < 0;
    }
    if (strcmp(to, "deg") == 0 || strcmp(from, "rad/s") == 0) {
        m->exact = false;
        m->scale = strcmp(to, "deg") == 0 ? 180 / M_PI : 0.5 / M_PI;
        return strncmp(from, "rad", 3) == 0;
    }
    if (!hc_unit_parse(from, strlen(from), &a, &da) ||
        !hc_unit_parse(to, strlen(to), &b, &db) || !hc_dim_equal(da, db))
        return false;
    ratio = a / b;
    power = round(log10(ratio));
    if (fabs(ratio / pow(10, power) - 1) < 1e-12) {
        m->shift = (int)power;
        return true;
    }
    m->exact = false;
    m->scale = ratio;
    if (ratio < 1 && fabs(1 / ratio - round(1 / ratio)) < 1e-12 / ratio)
        m->divisor = round(1 / ratio);
    return true;
}

static const hc_colmap *find(const hc_colmap *table, const char *name)
{
    for (; table != NULL && table->name != NULL; table++)
        if (hc_same(table->name, name))
            return table;
    return NULL;
}

/* Are the names the same but for case, blanks and underscores? */
static bool alike(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (hc_isspace(*a) || *a == '_')
            a++;
        while (hc_isspace(*b) || *b == '_')
            b++;
        if (hc_tolower(*a) != hc_tolower(*b))
            return false;
        if (*a == '\0')
            return true;
    }
}

/* In a format's own table: as it stands there, or alike. */
static const hc_colmap *find_own(const hc_colmap *own, const char *name)
{
    const hc_colmap *row = find(own, name);
    while (hc_isspace(*name) || *name == '_')
        name++;
    for (; row == NULL && own != NULL && own->name != NULL; own++) {
        char first = *own->name; /* most names differ there already */
        if (((first ^ *name) & ~0x20) != 0 && first != '_' &&
            !hc_isspace(first))
            continue;
        if (alike(own->name, name))
            row = own;
    }
    return row;
}

/* "StepState", "Cycle-Index", "cell.voltage" in words; false where it has no
 * parts. */
static bool part_words(const char *base, char *parted, size_t cap)
{
    size_t n = 0;
    bool any = false;
    for (const char *s = base; *s != '\0' && n + 2 < cap; s++) {
        bool mark = (*s == '-' || *s == '.') && s > base &&
                    hc_isalpha(s[-1]) && hc_isalpha(s[1]);
        bool hump = s > base && *s >= 'A' && *s <= 'Z' && s[-1] >= 'a' &&
                    s[-1] <= 'z';
        if (hump)
            parted[n++] = ' ';
        parted[n++] = mark ? ' ' : *s;
        any |= mark || hump;
    }
    parted[n] = '\0';
    return any;
}

/* In the general table; a minus in front turns the sign. */
static const hc_colmap *find_whole(const char *base, int *sign)
{
    char plain[256];
    const char *s = plain;
    hc_column_plain(base, plain, sizeof plain);
    *sign = 1;
    if (s[0] == '(' && s[1] != '\0' && strchr(s, ')') == s + strlen(s) - 1) {
        plain[strlen(plain) - 1] = '\0';
        s++;
    }
    if (s[0] == '-' || hc_starts_with(s, "minus ") ||
        hc_starts_with(s, "negative z") || hc_starts_with(s, "negative i") ||
        hc_starts_with(s, "neg ") || hc_starts_with(s, "neg. ")) {
        s += s[0] == '-' ? 1 : strcspn(s, " ");
        if (hc_starts_with(s, "1*"))
            s += 2;
        while (*s == ' ')
            s++;
        *sign = -1;
        if (*s == '(' && s[strlen(s) - 1] == ')') {
            plain[strlen(plain) - 1] = '\0';
            s++;
        }
    }
    const hc_colmap *row = find(hc_spellings(), s);
    return row != NULL ? row : find(hc_tongues(), s);
}

/* The same, if need be of a name whose words stand together. */
static const hc_colmap *find_plain(const char *base, int *sign)
{
    char parted[256];
    const hc_colmap *row = find_whole(base, sign);
    if (row == NULL && part_words(base, parted, sizeof parted))
        row = find_whole(parted, sign);
    return row;
}

/* "Current density", "j": per area, whatever its unit is written like. */
static bool is_density(const char *base)
{
    char plain[256];
    hc_column_plain(base, plain, sizeof plain);
    return strstr(plain, "density") != NULL ||
           strstr(plain, "stromdichte") != NULL;
}

static hc_meaning plain_meaning(const hc_column *c, const hc_colmap *own)
{
    hc_meaning m = {.exact = true, .scale = 1, .sign = 1};
    char base[256], unit[64];
    const hc_colmap *row;
    int sign = 1;
    hc_column_split(c->name, base, sizeof base, unit, sizeof unit);
    if (c->unit != NULL && hc_is_unit(c->unit))
        hc_copy_trimmed(unit, sizeof unit, c->unit, strlen(c->unit));
    row = find_own(own, c->name);
    /* "Z'(a)" is in ohm, whatever a unit "a" might be */
    if (row != NULL && row->unit != NULL && c->unit == NULL)
        hc_copy_trimmed(unit, sizeof unit, row->unit, strlen(row->unit));
    if (row == NULL)
        row = find_own(own, base);
    if (row == NULL && (m.target = hc_bdf_known(c->name)) != NULL)
        return m;
    if (row == NULL && (m.target = hc_bdf_machine(c->name)) != NULL)
        return m;
    if (row == NULL)
        row = find_plain(base, &sign);
    if (row == NULL || row->target == NULL)
        return m;
    m.target = row->target;
    if (strcmp(m.target, "current_ampere") == 0 && is_density(base)) {
        m.other = m.target;
        m.target = NULL;
        return m;
    }
    m.sign = sign * (row->sign < 0 ? -1 : 1);
    m.rank = row->rank;
    if (unit[0] == '\0' && row->unit != NULL)
        hc_copy_trimmed(unit, sizeof unit, row->unit, strlen(row->unit));
    if (convert(&m, unit))
        return m;
    /* "T/°C" is no time: the name may stand there twice */
    const char *first = m.target;
    while ((row = find(row + 1, row->name)) != NULL) {
        m.target = row->target;
        m.rank = row->rank;
        if (convert(&m, unit))
            return m;
    }
    m.other = first;
    m.target = NULL;
    return m;
}

/* What "log(freq/Hz)", "log10 f [Hz]", "lg(|Z|)" is the logarithm of; false
 * when the name is none. */
static bool is_log(const char *name, char *inner, size_t cap)
{
    static const char *const words[] = {"log10", "log", "lg"};
    char plain[256];
    size_t len = strlen(name);
    hc_trim(&name, &len);
    hc_column_plain(name, plain, sizeof plain);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (len < n + 2 || !hc_starts_with(plain, words[i]) ||
            strchr("( _", name[n]) == NULL)
            continue;
        if (name[n] == '(' && name[len - 1] == ')' &&
            memchr(name, ')', len - 1) == NULL) {
            name++;
            len -= 2;
        }
        hc_copy_trimmed(inner, cap, name + n + (name[n] == '_'),
                        len - n - (name[n] == '_'));
        return true;
    }
    return false;
}

hc_meaning hc_column_meaning(const hc_column *c, const hc_colmap *own)
{
    char inner[256];
    hc_meaning m = plain_meaning(c, own);
    if (m.target != NULL || !is_log(c->name, inner, sizeof inner))
        return m;
    hc_column of = {inner, c->unit};
    hc_meaning log = plain_meaning(&of, own);
    if (log.target == NULL ||
        (strcmp(log.target, "frequency_hertz") != 0 &&
         strcmp(log.target, "absolute_impedance_ohm") != 0))
        return m;
    if (log.exact)
        log.scale = pow(10, log.shift);
    log.exact = false;
    log.log10 = true;
    log.rank += 2; /* the number itself is better */
    return log;
}

double hc_meaning_value(const hc_meaning *m, double x)
{
    static const double tens[] = {1,   1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                  1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
    if (m->log10)
        return m->sign * (m->scale * pow(10, x) + m->offset);
    if (!m->exact && m->divisor > 0)
        return m->sign * (x / m->divisor);
    if (!m->exact)
        return m->sign * (m->scale * x + m->offset);
    /* one correctly rounded operation, as the text would give */
    if (m->shift < 0 && m->shift >= -12)
        x /= tens[-m->shift];
    else if (m->shift > 0 && m->shift <= 12)
        x *= tens[m->shift];
    else if (m->shift != 0)
        x *= pow(10, m->shift);
    return m->sign < 0 ? -x : x;
}
