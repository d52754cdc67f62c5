#include "core/units.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <string.h>

typedef struct {
    const char *word;
    double factor;
    hc_dim dim;
    bool prefix; /* takes f p n u m c d k M G T */
} unit;

static const unit units[] = {
    {"%", 1e-2, {0}, false},
    {"m", 1, {.m = 1}, true},
    {"g", 1e-3, {.kg = 1}, true},
    {"s", 1, {.s = 1}, true},
    {"A", 1, {.a = 1}, true},
    {"K", 1, {.k = 1}, true},
    {"mol", 1, {.mol = 1}, true},
    {"V", 1, {.kg = 1, .m = 2, .s = -3, .a = -1}, true},
    {"ohm", 1, {.kg = 1, .m = 2, .s = -3, .a = -2}, true},
    {"Ohm", 1, {.kg = 1, .m = 2, .s = -3, .a = -2}, true},
    {"\xce\xa9", 1, {.kg = 1, .m = 2, .s = -3, .a = -2}, true},
    {"\xe2\x84\xa6", 1, {.kg = 1, .m = 2, .s = -3, .a = -2}, true},
    {"S", 1, {.kg = -1, .m = -2, .s = 3, .a = 2}, true},
    {"F", 1, {.kg = -1, .m = -2, .s = 4, .a = 2}, true},
    {"H", 1, {.kg = 1, .m = 2, .s = -2, .a = -2}, true},
    {"C", 1, {.a = 1, .s = 1}, true},
    {"Hz", 1, {.s = -1}, true},
    {"N", 1, {.kg = 1, .m = 1, .s = -2}, true},
    {"Pa", 1, {.kg = 1, .m = -1, .s = -2}, true},
    {"bar", 1e5, {.kg = 1, .m = -1, .s = -2}, true},
    {"J", 1, {.kg = 1, .m = 2, .s = -2}, true},
    {"W", 1, {.kg = 1, .m = 2, .s = -3}, true},
    {"eV", 1.602176634e-19, {.kg = 1, .m = 2, .s = -2}, true},
    {"L", 1e-3, {.m = 3}, true},
    {"l", 1e-3, {.m = 3}, true},
    {"Ah", 3600, {.a = 1, .s = 1}, true},
    {"Wh", 3600, {.kg = 1, .m = 2, .s = -2}, true},
    {"min", 60, {.s = 1}, false},
    {"h", 3600, {.s = 1}, false},
    {"d", 86400, {.s = 1}, false},
    {"degC", 1, {.k = 1}, false},
    {"\xc2\xb0"
     "C",
     1,
     {.k = 1},
     false},
};

static const struct {
    const char *text;
    double factor;
} prefixes[] = {{"f", 1e-15},        {"p", 1e-12}, {"n", 1e-9}, {"u", 1e-6},
                {"\xc2\xb5", 1e-6},  {"\xce\xbc", 1e-6}, {"m", 1e-3},
                {"c", 1e-2},         {"d", 1e-1},  {"k", 1e3},  {"M", 1e6},
                {"G", 1e9},          {"T", 1e12}};

static const struct {
    hc_dim dim;
    const char *name;
} names[] = {
    {{0}, "a bare number"},
    {{.m = 1}, "a length, e.g. 25um"},
    {{.m = 2}, "an area, e.g. 1.44cm2"},
    {{.kg = 1}, "a mass, e.g. 12.3mg"},
    {{.s = 1}, "a time, e.g. 10min"},
    {{.s = -1}, "a frequency, e.g. 1MHz"},
    {{.a = 1}, "a current, e.g. 0.1mA"},
    {{.a = 1, .m = -2}, "a current density, e.g. 0.1mA/cm2"},
    {{.kg = 1, .m = 2, .s = -3, .a = -1}, "a voltage, e.g. 4.2V"},
    {{.kg = 1, .m = 2, .s = -3, .a = -2}, "a resistance, e.g. 12ohm"},
    {{.kg = -1, .m = -2, .s = 4, .a = 2}, "a capacitance, e.g. 1uF"},
    {{.a = 1, .s = 1}, "a charge, e.g. 3.4mAh"},
    {{.kg = 1, .m = -1, .s = -2}, "a pressure, e.g. 5MPa"},
    {{.kg = 1, .m = 2, .s = -2}, "an energy, e.g. 0.35eV"},
    {{.k = 1}, "a temperature, e.g. 25degC"},
    {{.m = 2, .s = -1}, "a diffusivity, e.g. 1e-10cm2/s"},
    {{.kg = -1, .m = -3, .s = 3, .a = 2}, "a conductivity, e.g. 1mS/cm"},
    {{.mol = 1, .m = -3}, "a concentration, e.g. 1mol/L"},
    {{.a = 1, .s = 1, .kg = -1}, "a specific charge, e.g. 274mAh/g"},
};

bool hc_dim_equal(hc_dim a, hc_dim b)
{
    return a.m == b.m && a.kg == b.kg && a.s == b.s && a.a == b.a &&
           a.k == b.k && a.mol == b.mol;
}

const char *hc_dim_name(hc_dim d)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (hc_dim_equal(d, names[i].dim))
            return names[i].name;
    return "another quantity";
}

static const unit *find_word(const char *s, size_t len)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (len > 0 && units[i].word[0] == *s &&
            strlen(units[i].word) == len &&
            memcmp(units[i].word, s, len) == 0)
            return &units[i];
    return NULL;
}

/* A unit word with or without a prefix. */
static const unit *find_unit(const char *s, size_t len, double *factor)
{
    const unit *u = find_word(s, len);
    *factor = 1;
    if (u != NULL)
        return u;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (len == 0 || prefixes[i].text[0] != *s)
            continue;
        size_t n = strlen(prefixes[i].text);
        if (n >= len || memcmp(prefixes[i].text, s, n) != 0)
            continue;
        u = find_word(s + n, len - n);
        if (u != NULL && u->prefix) {
            *factor = prefixes[i].factor;
            return u;
        }
    }
    return NULL;
}

static bool is_exponent(char c)
{
    return hc_isdigit(c) || c == '-' || c == '+' || c == '^';
}

static bool is_separator(char c)
{
    return c == ' ' || c == '*' || c == '.' || c == '/';
}

static void multiply(hc_dim *d, hc_dim by, long power)
{
    d->m = (signed char)(d->m + by.m * power);
    d->kg = (signed char)(d->kg + by.kg * power);
    d->s = (signed char)(d->s + by.s * power);
    d->a = (signed char)(d->a + by.a * power);
    d->k = (signed char)(d->k + by.k * power);
    d->mol = (signed char)(d->mol + by.mol * power);
}

/* Exponent behind a unit word ("2", "^2", "-3", superscript two, three). */
static bool take_exponent(const char *s, size_t len, size_t *i, long *power)
{
    size_t from;
    *power = 1;
    if (*i + 1 < len && s[*i] == '\xc2' &&
        (s[*i + 1] == '\xb2' || s[*i + 1] == '\xb3')) {
        *power = s[*i + 1] == '\xb2' ? 2 : 3;
        *i += 2;
        return true;
    }
    if (*i < len && s[*i] == '^')
        (*i)++;
    from = *i;
    while (*i < len && is_exponent(s[*i]) && s[*i] != '^')
        (*i)++;
    return *i == from ||
           hc_integer_parse(s + from, *i - from, -9, 9, power);
}

bool hc_unit_parse(const char *s, size_t len, double *factor, hc_dim *dim)
{
    hc_dim d = {0};
    double f = 1;
    size_t i = 0;
    bool divide = false;

    hc_trim(&s, &len);
    if (len == 0)
        return false;
    if (s[0] == '1' && len > 1 && s[1] == '/')
        i = 1;
    while (i < len) {
        size_t from;
        double prefix;
        long power;
        const unit *u;
        while (i < len && is_separator(s[i]))
            divide |= s[i++] == '/';
        from = i;
        while (i < len && !is_separator(s[i]) && !is_exponent(s[i]) &&
               !(s[i] == '\xc2' && i + 1 < len &&
                 (s[i + 1] == '\xb2' || s[i + 1] == '\xb3')))
            i++;
        u = find_unit(s + from, i - from, &prefix);
        if (u == NULL || !take_exponent(s, len, &i, &power))
            return false;
        if (divide)
            power = -power;
        divide = false;
        f *= pow(prefix * u->factor, (double)power);
        multiply(&d, u->dim, power);
    }
    *factor = f;
    *dim = d;
    return true;
}

/* ---- units of columns ---- */

/* What ends in the end of another stands before it. */
static const struct {
    const char *end, *unit;
} column_ends[] = {
    {"_second", "s"},       {"_volt", "V"},         {"_ampere", "A"},
    {"_ohm_m2", "ohm m2"},  {"_ohm_m", "ohm m"},    {"_ohm", "ohm"},
    {"_hertz", "Hz"},       {"_degree", "deg"},     {"_celsius", "degC"},
    {"_pa", "Pa"},          {"_watt", "W"},         {"_coulomb", "C"},
    {"_siemens", "S"},      {"_farad", "F"},        {"_metre", "m"},
    {"_ampere_hour", "Ah"}, {"_ah", "Ah"},          {"_wh", "Wh"},
    {"_a_m2", "A/m2"},      {"_c_m2", "C/m2"},      {"_f_m2", "F/m2"},
    {"_s_m", "S/m"},        {"_m2_s", "m2/s"},      {"_j_mol", "J/mol"},
    {"_per_volt", "1/V"},
};

const char *hc_unit_of_column(const char *name, size_t len, size_t *stem)
{
    const size_t n_ends = sizeof column_ends / sizeof column_ends[0];
    for (size_t i = 0; i < n_ends; i++) {
        size_t n = strlen(column_ends[i].end);
        if (n > len || memcmp(name + len - n, column_ends[i].end, n) != 0)
            continue;
        if (stem != NULL)
            *stem = len - n;
        return column_ends[i].unit;
    }
    if (stem != NULL)
        *stem = len;
    return "";
}

/* ---- quantities ---- */

/* Kelvin or Celsius to Celsius; "C" alone means Celsius here. */
static bool temperature(const char *unit_text, double x, double *celsius)
{
    if (strcmp(unit_text, "K") == 0)
        *celsius = x - 273.15;
    else if (strcmp(unit_text, "C") == 0 || strcmp(unit_text, "degC") == 0 ||
             strcmp(unit_text, "\xc2\xb0"
                               "C") == 0)
        *celsius = x;
    else
        return false;
    return true;
}

hc_status hc_quantity_parse(const char *s, hc_dim want, const char *name,
                            double *si, hc_err *err)
{
    double x, factor = 1;
    hc_dim dim = {0};
    const char *u = s;
    size_t len = strlen(s), n;

    hc_trim(&u, &len);
    n = hc_number_prefix(u, len, &x);
    if (n == 0)
        return hc_fail(err, HC_USAGE, "%s: '%s' is not a number; expected %s",
                       name, s, hc_dim_name(want));
    u += n;
    len -= n;
    hc_trim(&u, &len);
    if (hc_dim_equal(want, HC_DIM_TEMPERATURE)) {
        if (temperature(u, x, si))
            return HC_OK;
        return hc_fail(err, HC_USAGE, "%s: '%s' needs a unit; expected %s",
                       name, s, hc_dim_name(want));
    }
    if (len == 0 && !hc_dim_equal(want, HC_DIM_NONE))
        return hc_fail(err, HC_USAGE, "%s: '%s' needs a unit; expected %s",
                       name, s, hc_dim_name(want));
    if (len > 0 && !hc_unit_parse(u, len, &factor, &dim))
        return hc_fail(err, HC_USAGE,
                       "%s: unknown unit '%s' in '%s'; expected %s", name, u,
                       s, hc_dim_name(want));
    if (!hc_dim_equal(dim, want))
        return hc_fail(err, HC_USAGE, "%s: '%s' is %s; expected %s", name, s,
                       hc_dim_name(dim), hc_dim_name(want));
    *si = x * factor;
    return HC_OK;
}
