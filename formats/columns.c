#include "formats/columns.h"

#include "core/text.h"
#include "core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- units ---- */

/* Words of instruments for what units.h calls otherwise. */
static const struct {
    const char *word, *unit;
} unit_words[] = {
    {"ohms", "ohm"},
    {"Ohm", "ohm"},
    {"Ohms", "ohm"},
    {"OHM", "ohm"},
    {"\xce\xa9", "ohm"},
    {"\xe2\x84\xa6", "ohm"},
    {"\xc3\x8e\xc2\xa9", "ohm"}, /* UTF-8 read as Latin-1 and saved */
    {"\xc3\x82\xc2\xb0", "deg"},
    {"Ом", "ohm"}, /* Russian */
    {"Гц", "Hz"},
    {"В", "V"},
    {"А", "A"},
    {"мА", "mA"},
    {"мкА", "uA"},
    {"мВ", "mV"},
    {"Ач", "Ah"},
    {"мАч", "mAh"},
    {"А·ч", "Ah"},
    {"мА·ч", "mAh"},
    {"ч", "h"},
    {"мин", "min"},
    {"кОм", "kohm"},
    {"кГц", "kHz"},
    {"с", "s"},
    {"сек", "s"},
    {"mOhm", "mohm"},
    {"m\xce\xa9", "mohm"},
    {"mOhms", "mohm"},
    {"kOhm", "kohm"},
    {"k\xce\xa9", "kohm"},
    {"MOhm", "Mohm"},
    {"M\xce\xa9", "Mohm"},
    {"sec", "s"},
    {"sec.", "s"},
    {"secs", "s"},
    {"S", "s"},
    {"second", "s"},
    {"seconds", "s"},
    {"Sec", "s"},
    {"Seconds", "s"},
    {"minute", "min"},
    {"minutes", "min"},
    {"Min", "min"},
    {"mins", "min"},
    {"hour", "h"},
    {"hours", "h"},
    {"Hour", "h"},
    {"Hours", "h"},
    {"hr", "h"},
    {"hrs", "h"},
    {"H", "h"},
    {"volt", "V"},
    {"volts", "V"},
    {"Volts", "V"},
    {"Volt", "V"},
    {"v", "V"},
    {"mv", "mV"},
    {"V vs. Ref.", "V"},
    {"amp", "A"},
    {"amps", "A"},
    {"Amps", "A"},
    {"Amp", "A"},
    {"ma", "mA"},
    {"Amp-hr", "Ah"},
    {"A.h", "Ah"},
    {"mA.h", "mAh"},
    {"A*h", "Ah"},
    {"mA*h", "mAh"},
    {"A-h", "Ah"},
    {"AHr", "Ah"},
    {"Amphr", "Ah"},
    {"mahr", "mAh"},
    {"uAh", "uAh"},
    {"W.h", "Wh"},
    {"W*h", "Wh"},
    {"W-h", "Wh"},
    {"Watt-hr", "Wh"},
    {"mW.h", "mWh"},
    {"watt", "W"},
    {"watts", "W"},
    {"hz", "Hz"},
    {"HZ", "Hz"},
    {"Hertz", "Hz"},
    {"hertz", "Hz"},
    {"KHz", "kHz"},
    {"degree", "deg"},
    {"degrees", "deg"},
    {"\xc2\xb0", "deg"},
    {"grad", "deg"},
    {"Grad", "deg"},
    {"oC", "degC"},
    {"deg C", "degC"},
    {"deg. C", "degC"},
    {"\xc2\xb0"
     "C",
     "degC"},
    {"\xe2\x84\x83", "degC"},
    {"deg_C", "degC"},
    {"celsius", "degC"},
    {"Celsius", "degC"},
    {"centigrade", "degC"},
    {"Deg C", "degC"},
};

/* "V vs. Li/Li+" is in V: the potential of which electrode is another
 * matter. */
static const char *without_reference(const char *unit)
{
    return strncmp(unit, "V vs", 4) == 0    ? "V"
           : strncmp(unit, "mV vs", 5) == 0 ? "mV"
                                            : unit;
}

static const char *plain_unit(const char *unit)
{
    unit = without_reference(unit);
    for (size_t i = 0; i < sizeof unit_words / sizeof unit_words[0]; i++)
        if (strcmp(unit, unit_words[i].word) == 0)
            return unit_words[i].unit;
    /* whole words in any case; "mOhm" and "MOhm" are not the same */
    for (size_t i = 0; i < sizeof unit_words / sizeof unit_words[0]; i++)
        if (strlen(unit) >= 3 && strstr(unit_words[i].word, "hm") == NULL &&
            hc_strcasecmp(unit, unit_words[i].word) == 0)
            return unit_words[i].unit;
    return unit;
}

static bool is_angle(const char *unit)
{
    return strcmp(unit, "deg") == 0 || strcmp(unit, "rad") == 0;
}

/* Is that word a unit? */
static bool is_unit(const char *word)
{
    const char *u = plain_unit(word);
    double factor;
    hc_dim dim;
    return is_angle(u) || strcmp(u, "degC") == 0 || strcmp(u, "1") == 0 ||
           strcmp(u, "rad/s") == 0 ||
           hc_unit_parse(u, strlen(u), &factor, &dim);
}

static const struct {
    const char *suffix, *unit;
} suffixes[] = {
    {"_second", "s"},       {"_volt", "V"},   {"_ampere", "A"},
    {"_ampere_hour", "Ah"}, {"_hertz", "Hz"}, {"_ohm", "ohm"},
    {"_degree", "deg"},     {"_ah", "Ah"},    {"_wh", "Wh"},
    {"_celsius", "degC"},   {"_pa", "Pa"},    {"_watt", "W"},
    {"_coulomb", "C"},
};

const char *hc_target_unit(const char *target)
{
    size_t len = strcspn(target, "@");
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        size_t n = strlen(suffixes[i].suffix);
        if (n <= len && memcmp(target + len - n, suffixes[i].suffix, n) == 0)
            return suffixes[i].unit;
    }
    return "";
}

/* ---- names ---- */

void hc_column_plain(const char *name, char *plain, size_t cap)
{
    size_t n = 0;
    bool gap = false;
    for (const char *s = name; *s != '\0' && n + 2 < cap; s++) {
        if (hc_isspace(*s) || *s == '_') {
            gap = n > 0;
            continue;
        }
        if (gap)
            plain[n++] = ' ';
        gap = false;
        if (strncmp(s, "\xe2\x80\xb2", 3) == 0 || /* prime */
            strncmp(s, "\xe2\x80\x99", 3) == 0) { /* right quote */
            plain[n++] = '\'';
            s += 2;
        } else if (strncmp(s, "\xe2\x80\xb3", 3) == 0) { /* double prime */
            plain[n++] = '\'';
            plain[n++] = '\'';
            s += 2;
        } else if (strncmp(s, "\xe2\x88\x92", 3) == 0 || /* minus */
                   strncmp(s, "\xe2\x80\x93", 3) == 0) { /* en dash */
            plain[n++] = '-';
            s += 2;
        } else if (*s == '"') {
            plain[n++] = '\'';
            plain[n++] = '\'';
        } else if (*s == '`') {
            plain[n++] = '\'';
        } else {
            plain[n++] = hc_tolower(*s);
        }
    }
    plain[n] = '\0';
}

static void put(char *to, size_t cap, const char *s, size_t len)
{
    hc_trim(&s, &len);
    if (len >= cap)
        len = cap - 1;
    memcpy(to, s, len);
    to[len] = '\0';
}

bool hc_unit_word(const char *text, char *unit, size_t cap)
{
    char word[64];
    size_t len = strlen(text);
    hc_trim(&text, &len);
    if (len >= 2 && ((text[0] == '[' && text[len - 1] == ']') ||
                     (text[0] == '(' && text[len - 1] == ')'))) {
        text++;
        len -= 2;
    }
    put(word, sizeof word, text, len);
    if (len == 0 || !is_unit(word))
        return false;
    put(unit, cap, plain_unit(word), strlen(plain_unit(word)));
    return true;
}

/* "name(unit)" and "name [unit]" */
static bool split_brackets(const char *name, size_t len, char open, char close,
                           char *base, size_t base_cap, char *unit,
                           size_t unit_cap)
{
    const char *at;
    if (len < 3 || name[len - 1] != close)
        return false;
    at = memrchr(name, open, len - 1);
    if (at == NULL || at == name)
        return false;
    put(unit, unit_cap, at + 1, (size_t)(name + len - 1 - at - 1));
    if (strcmp(unit, "?") == 0) /* a sign that the encoding has not got */
        unit[0] = '\0';
    else if (!is_unit(unit))
        return false;
    put(base, base_cap, name, (size_t)(at - name));
    return true;
}

void hc_column_split(const char *name, char *base, size_t base_cap, char *unit,
                     size_t unit_cap)
{
    size_t len = strlen(name);
    hc_trim(&name, &len);
    if (split_brackets(name, len, '(', ')', base, base_cap, unit, unit_cap) ||
        split_brackets(name, len, '[', ']', base, base_cap, unit, unit_cap) ||
        split_brackets(name, len, '{', '}', base, base_cap, unit, unit_cap))
        return;
    for (size_t i = 1; i + 1 < len; i++) {
        /* "time/s", "Test Time / s", "u, V", "U#V", and at last "time_s" */
        if (strchr("/,_ #", name[i]) == NULL)
            continue;
        put(unit, unit_cap, name + i + 1, len - i - 1);
        if (strlen(unit) == 0 || unit[0] == '/' || !is_unit(unit))
            continue; /* " / s" is no "per second" */
        /* "I Range" ends in no unit, but "Step A" and "Cycle C" would */
        if ((name[i] == ' ' && strlen(unit) < 2) ||
            (name[i] == '_' && strlen(unit) < 2 &&
             strchr("sVAWh", unit[0]) == NULL))
            continue;
        put(base, base_cap, name, i);
        return;
    }
    put(base, base_cap, name, len);
    unit[0] = '\0';
}

/* ---- meaning ---- */

/* Fill in how values in `unit` become values in the target's unit. */
static bool convert(hc_meaning *m, const char *unit)
{
    const char *from = plain_unit(unit), *to = hc_target_unit(m->target);
    double a, b, ratio, power;
    hc_dim da, db;
    m->exact = true;
    m->shift = 0;
    m->scale = 1;
    m->offset = 0;
    if (from[0] == '\0' || to[0] == '\0' || strcmp(from, to) == 0 ||
        strcmp(from, "1") == 0)
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
        if (strcmp(table->name, name) == 0)
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
    for (; row == NULL && own != NULL && own->name != NULL; own++)
        if (alike(own->name, name))
            row = own;
    return row;
}

/* In the general table; a minus in front turns the sign. */
static const hc_colmap *find_plain(const char *base, int *sign)
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
        while (*s == ' ')
            s++;
        *sign = -1;
        if (*s == '(' && s[strlen(s) - 1] == ')') {
            plain[strlen(plain) - 1] = '\0';
            s++;
        }
    }
    return find(hc_spellings(), s);
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
    if (c->unit != NULL && is_unit(c->unit))
        put(unit, sizeof unit, c->unit, strlen(c->unit));
    row = find_own(own, c->name);
    /* "Z'(a)" is in ohm, whatever a unit "a" might be */
    if (row != NULL && row->unit != NULL && c->unit == NULL)
        put(unit, sizeof unit, row->unit, strlen(row->unit));
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
        put(unit, sizeof unit, row->unit, strlen(row->unit));
    if (!convert(&m, unit)) { /* it is something else */
        m.other = m.target;
        m.target = NULL;
    }
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
        put(inner, cap, name + n + (name[n] == '_'),
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
