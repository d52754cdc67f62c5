#include "core/lab.h"

#include "core/text.h"

#include <string.h>

hc_lab hc_lab_of(const char *si)
{
    static const struct {
        const char *si;
        hc_lab lab;
    } rows[] = {
        {"S/m", {0.01, "S/cm"}},
        {"ohm m2", {1e4, "ohm cm2"}},
        {"ohm m", {100, "ohm cm"}},
        {"A/m2", {0.1, "mA/cm2"}},
        {"C/m2", {1 / 36000.0, "mAh/cm2"}},
        {"m2/s", {1e4, "cm2/s"}},
        {"J/mol", {1 / 96485.33212, "eV"}},
        {"F/m2",
         {100, "\xC2\xB5"
               "F/cm2"}},
        {"Pa", {1e-6, "MPa"}},
        {"-", {1, ""}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].si, si) == 0)
            return rows[i].lab;
    return (hc_lab){1, si};
}

void hc_lab_name(const char *quantity, const char *si_unit, char *name,
                 size_t cap)
{
    static const char *const ends[] = {"_s_m",  "_ohm_m2", "_ohm_m",
                                       "_a_m2", "_c_m2",   "_m2_s",
                                       "_j_mol", "_f_m2",  "_pa"};
    size_t len = strlen(quantity);
    hc_lab lab = hc_lab_of(si_unit);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (lab.unit != si_unit && lab.unit[0] != '\0' &&
            hc_ends_with(quantity, ends[i])) {
            len -= strlen(ends[i]);
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
