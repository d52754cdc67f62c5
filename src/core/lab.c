#include "core/lab.h"

#include "core/text.h"

#include <string.h>

/* An SI unit as records write it and as it ends names; the same of the
 * laboratory. */
static const struct {
    const char *si, *si_end;
    hc_lab lab;
    const char *end;
} rows[] = {
    {"S/m", "_s_m", {0.01, "S/cm"}, "_s_cm"},
    {"ohm m2", "_ohm_m2", {1e4, "ohm cm2"}, "_ohm_cm2"},
    {"ohm m", "_ohm_m", {100, "ohm cm"}, "_ohm_cm"},
    {"A/m2", "_a_m2", {0.1, "mA/cm2"}, "_ma_cm2"},
    {"C/m2", "_c_m2", {1 / 36000.0, "mAh/cm2"}, "_mah_cm2"},
    {"m2/s", "_m2_s", {1e4, "cm2/s"}, "_cm2_s"},
    {"J/mol", "_j_mol", {1 / 96485.33212, "eV"}, "_ev"},
    {"F/m2",
     "_f_m2",
     {100, "\xC2\xB5"
           "F/cm2"},
     "_uf_cm2"},
    {"Pa", "_pa", {1e-6, "MPa"}, "_megapascal"},
};
enum { ROWS = sizeof rows / sizeof *rows };

hc_lab hc_lab_of(const char *si)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].si, si) == 0)
            return rows[i].lab;
    return (hc_lab){1, strcmp(si, "-") == 0 ? "" : si};
}

hc_lab hc_lab_column(const char *column, char *name, size_t cap)
{
    size_t len = strlen(column);
    for (size_t i = 0; i < ROWS; i++) {
        if (!hc_ends_with(column, rows[i].si_end))
            continue;
        len -= strlen(rows[i].si_end);
        hc_copy(name, cap, column, len);
        len = strlen(name); /* may be less */
        hc_copy(name + len, cap - len, rows[i].end, strlen(rows[i].end));
        return rows[i].lab;
    }
    hc_copy(name, cap, column, len);
    return (hc_lab){1, NULL};
}

const char *hc_lab_value(const char *column, const char *text,
                         char buf[HC_NUMBER_SIZE])
{
    char name[8];
    hc_lab lab = hc_lab_column(column, name, sizeof name);
    double x;
    if (lab.unit == NULL || !hc_number_parse(text, strlen(text), &x))
        return text;
    hc_number_print_digits(lab.factor * x, 10, buf);
    return buf;
}

void hc_lab_name(const char *quantity, const char *si_unit, char *name,
                 size_t cap)
{
    size_t len = strlen(quantity);
    hc_lab lab = hc_lab_of(si_unit);
    for (size_t i = 0; i < ROWS; i++)
        if (lab.unit != si_unit && lab.unit[0] != '\0' &&
            hc_ends_with(quantity, rows[i].si_end)) {
            len -= strlen(rows[i].si_end);
            break;
        }
    hc_copy(name, cap, quantity, len);
}

void hc_lab_words(const char *quantity, const char *si_unit, char *words,
                  size_t cap)
{
    hc_lab_name(quantity, si_unit, words, cap);
    for (char *c = words; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    if (hc_starts_with(words, "ccd "))
        memcpy(words, "CCD", 3);
    if (words[0] >= 'a' && words[0] <= 'z')
        words[0] = (char)(words[0] - 'a' + 'A');
}
