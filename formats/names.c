/* names.c: the names of columns taken apart, and the words for units */
#include "formats/columns.h"

#include "core/text.h"
#include "core/units.h"

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
    {"秒", "s"}, /* Chinese, Japanese */
    {"分", "min"},
    {"分钟", "min"},
    {"小时", "h"},
    {"天", "d"},
    {"伏", "V"},
    {"毫伏", "mV"},
    {"安", "A"},
    {"毫安", "mA"},
    {"毫安时", "mAh"},
    {"欧姆", "ohm"},
    {"赫兹", "Hz"},
    {"度", "deg"},
    {"seg", "s"}, /* Spanish */
    {"sek", "s"},
    {"std", "h"},
    {"stunden", "h"},
    {"heures", "h"},
    {"horas", "h"},
    {"ore", "h"},
    {"godz", "h"},
    {"days", "d"},
    {"day", "d"},
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
    {"mAmps", "mA"},
    {"mAmp-hr", "mAh"},
    {"mWatt-hr", "mWh"},
    {"mVolts", "mV"},
    {"millivolts", "mV"},
    {"milliamps", "mA"},
    {"microamps", "uA"},
    {"Ohm-1", "S"},
    {"ohm-1", "S"},
    {"Ohm^-1", "S"},
    {"1/Ohm", "S"},
    {"1/ohm", "S"},
    {"\xce\xa9-1", "S"},
    {"\xce\xa9^-1", "S"},
    {"mho", "S"},
    {"Siemens", "S"},
    {"Farad", "F"},
    {"Henry", "H"},
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
    {"\xc2\xb0"
     "F",
     "degF"},
    {"deg F", "degF"},
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

const char *hc_plain_unit(const char *unit)
{
    unit = without_reference(unit);
    for (size_t i = 0; i < sizeof unit_words / sizeof unit_words[0]; i++)
        if (hc_same(unit, unit_words[i].word))
            return unit_words[i].unit;
    if (strlen(unit) < 3)
        return unit;
    /* whole words in any case; "mOhm" and "MOhm" are not the same */
    for (size_t i = 0; i < sizeof unit_words / sizeof unit_words[0]; i++)
        if (hc_same_word(unit, unit_words[i].word) &&
            strstr(unit_words[i].word, "hm") == NULL)
            return unit_words[i].unit;
    return unit;
}

static bool is_angle(const char *unit)
{
    return strcmp(unit, "deg") == 0 || strcmp(unit, "rad") == 0;
}

/* Is that word a unit? */
bool hc_is_unit(const char *word)
{
    const char *u = hc_plain_unit(word);
    double factor;
    hc_dim dim;
    return is_angle(u) || strncmp(u, "deg", 3) == 0 || strcmp(u, "1") == 0 ||
           strcmp(u, "rad/s") == 0 ||
           hc_unit_parse(u, strlen(u), &factor, &dim);
}

/* ---- names ---- */

/* A letter of two bytes in UTF-8 (Latin with marks, Cyrillic) in lower case;
 * returns how many bytes were taken and written, 0 for anything else. */
static size_t lower_two(const char *s, char *to)
{
    unsigned a = (unsigned char)s[0], b, c;
    if (a < 0xC3 || a > 0xD1 || ((unsigned char)s[1] & 0xC0) != 0x80)
        return 0;
    b = (unsigned char)s[1];
    c = (a & 0x1F) << 6 | (b & 0x3F);
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
        c += 0x20;
    else if (c >= 0x400 && c <= 0x40F)
        c += 0x50;
    else if (c >= 0x139 && c <= 0x17E && (c <= 0x148 || c >= 0x179))
        c += c % 2;
    else if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131)
        c += c % 2 == 0;
    to[0] = (char)(0xC0 | c >> 6);
    to[1] = (char)(0x80 | (c & 0x3F));
    return 2;
}

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
        } else if (*s == '[' || *s == '{') {
            plain[n++] = '(';
        } else if (*s == ']' || *s == '}') {
            plain[n++] = ')';
        } else if (lower_two(s, plain + n) == 2) {
            n += 2;
            s++;
        } else {
            plain[n++] = hc_tolower(*s);
        }
    }
    plain[n] = '\0';
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
    hc_copy_trimmed(word, sizeof word, text, len);
    if (len == 0 || !hc_is_unit(word))
        return false;
    hc_copy_trimmed(unit, cap, hc_plain_unit(word),
                    strlen(hc_plain_unit(word)));
    return true;
}

/* "h:min:s.ms", "hh:mm:ss", "Hours in hh:mm:ss.xxx": how a time is written,
 * which its cells show. */
static bool is_time_format(const char *s)
{
    static const char *const words[] = {
        "d",   "dd",    "day", "days", "h",   "hh",  "hr", "hrs",
        "hhh", "hours", "in",  "m",    "mm",  "min", "s",  "ss",
        "sec", "ms",    "mss", "xxx",  "fff", "sss", "f",  "x"};
    if (strchr(s, ':') == NULL)
        return false;
    while (*s != '\0') {
        char word[8];
        size_t n = 0, i = 0;
        while (hc_isalpha(s[n]))
            n++;
        if (n == 0) {
            if (strchr(": .,-/", *s++) == NULL)
                return false;
            continue;
        }
        hc_copy(word, sizeof word, s, n);
        while (i < sizeof words / sizeof words[0] &&
               hc_strcasecmp(word, words[i]) != 0)
            i++;
        if (i == sizeof words / sizeof words[0])
            return false;
        s += n;
    }
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
    hc_copy_trimmed(unit, unit_cap, at + 1, (size_t)(name + len - 1 - at - 1));
    /* a sign that the encoding has not got, or no unit at all */
    if (strcmp(unit, "?") == 0 || is_time_format(unit))
        unit[0] = '\0';
    else if (!hc_is_unit(unit))
        return false;
    hc_copy_trimmed(base, base_cap, name, (size_t)(at - name));
    return true;
}

/* Length of "in", "-", an en dash or "en" between a name and its unit. */
static size_t linking_word(const char *s, size_t len)
{
    static const char *const words[] = {" in ", " - ", " \xe2\x80\x93 ",
                                        " en "};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (n < len && memcmp(s, words[i], n) == 0)
            return n - 1;
    }
    return 0;
}

void hc_column_split(const char *name, char *base, size_t base_cap, char *unit,
                     size_t unit_cap)
{
    size_t len = strlen(name);
    hc_trim(&name, &len);
    if (split_brackets(name, len, '(', ')', base, base_cap, unit, unit_cap) ||
        split_brackets(name, len, '[', ']', base, base_cap, unit, unit_cap) ||
        split_brackets(name, len, '{', '}', base, base_cap, unit, unit_cap) ||
        split_brackets(name, len, '<', '>', base, base_cap, unit, unit_cap))
        return;
    for (size_t i = 1; i + 1 < len; i++) {
        /* "time/s", "Test Time / s", "u, V", "U#V", "U: V", "t in s", "t - s"
         * and at last "time_s" */
        if (strchr("/,_ #:", name[i]) == NULL)
            continue;
        size_t word = linking_word(name + i, len - i);
        hc_copy_trimmed(unit, unit_cap, name + i + 1 + word,
                        len - i - 1 - word);
        if (strlen(unit) == 0 || unit[0] == '/' || !hc_is_unit(unit))
            continue; /* " / s" is no "per second" */
        /* "I Range" ends in no unit, but "Step A" and "Cycle C" would */
        if ((name[i] == ' ' && word == 0 && strlen(unit) < 2) ||
            (name[i] == '_' && strlen(unit) < 2 &&
             strchr("sVAWh", unit[0]) == NULL))
            continue;
        hc_copy_trimmed(base, base_cap, name, i);
        return;
    }
    hc_copy_trimmed(base, base_cap, name, len);
    unit[0] = '\0';
}
