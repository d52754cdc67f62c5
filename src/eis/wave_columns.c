/* wave_columns.c: which columns hold time, voltage and current */
#include "eis/wave_run.h"

#include "core/text.h"

#include <string.h>

typedef struct {
    const char *text;
    double factor;
} word;

/* First rows are preferred by nobody: a table has one of them. */
static const char *const of_time[] = {"test_time", "time",         "step_time",
                                      "t",         "elapsed_time", NULL};
static const char *const of_voltage[] = {"voltage",   "working_potential",
                                         "potential", "cell_voltage",
                                         "ewe",       "ecell",
                                         "v",         "u",
                                         "e",         NULL};
static const char *const of_current[] = {"current", "i", NULL};

static const word seconds[] = {{"second", 1},
                               {"seconds", 1},
                               {"s", 1},
                               {"sec", 1},
                               {"millisecond", 1e-3},
                               {"ms", 1e-3},
                               {"microsecond", 1e-6},
                               {"us", 1e-6},
                               {"minute", 60},
                               {"min", 60},
                               {"hour", 3600},
                               {"h", 3600},
                               {NULL, 0}};
static const word volts[] = {{"volt", 1},
                             {"v", 1},
                             {"millivolt", 1e-3},
                             {"mv", 1e-3},
                             {"microvolt", 1e-6},
                             {"uv", 1e-6},
                             {NULL, 0}};
static const word amperes[] = {
    {"ampere", 1},        {"a", 1},     {"milliampere", 1e-3},
    {"ma", 1e-3},         {"ua", 1e-6}, {"microampere", 1e-6},
    {"nanoampere", 1e-9}, {"na", 1e-9}, {NULL, 0}};

/* "Current / mA" to "current_ma". */
static void plain(const char *name, char *to, size_t cap)
{
    size_t n = 0;
    bool gap = false;
    for (; *name && n + 2 < cap; name++) {
        const char c = hc_tolower(*name);
        if (strncmp(name, "\xc2\xb5", 2) == 0 ||
            strncmp(name, "\xce\xbc", 2) == 0) { /* the two micro signs */
            if (gap && n > 0)
                to[n++] = '_';
            gap = false;
            to[n++] = 'u';
            name++;
        } else if (hc_isalpha(c) || hc_isdigit(c)) {
            if (gap && n > 0)
                to[n++] = '_';
            gap = false;
            to[n++] = c;
        } else {
            gap = true;
        }
    }
    to[n] = '\0';
}

double hc_wave_unit(const char *column, char what)
{
    const char *const *names = what == 't'   ? of_time
                               : what == 'v' ? of_voltage
                                             : of_current;
    const word *units = what == 't' ? seconds : what == 'v' ? volts : amperes;
    char text[128];
    plain(column, text, sizeof text);
    for (; *names; names++) {
        const size_t n = strlen(*names);
        if (strncmp(text, *names, n) != 0 || text[n] != '_')
            continue;
        for (const word *u = units; u->text; u++)
            if (strcmp(text + n + 1, u->text) == 0)
                return u->factor;
    }
    return 0;
}
