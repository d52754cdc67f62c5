/* silent.h: formats that cannot tell every cut
 *
 * They declare no count of rows: a cut at the end of a record, or within the
 * last field of a last line without an end, leaves a file that is whole as
 * far as anybody can see (DESIGN.md section 3).  Of all other formats every
 * cut that costs a row must be told.
 */
#ifndef HC_TESTS_SILENT_H
#define HC_TESTS_SILENT_H

#include <stdbool.h>
#include <string.h>

static inline bool silent_cuts(const char *format)
{
    static const char *const names[] = {
        "bdf",          "biologic-loop", "biologic-mpl", "biologic-mps",
        "biologic-mpt", "gamry-dta",     "text",         "zplot",
        "arbin-text",   "basytec",       "chi",          "digatron",
        "landt",        "maccor",        "maccor-eis",   "neware-bts",
        "novonix",      "parstat",       "pec",          "relaxis",
        "corrware"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], format) == 0)
            return true;
    return false;
}

#endif
