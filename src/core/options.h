/* options.h: one table of options per tool gives parsing, --help, completion
 *
 *     typedef struct { hc_common common; double area_m2; char *method; } opts;
 *     static const hc_option options[] = {
 *         HC_OPTION_AREA(opts, area_m2),
 *         {"method", 'm', HC_OPT_CHOICE, "NAME", "which test",
 *          offsetof(opts, method), .choices = "linkk|boukamp"},
 *         HC_OPTIONS_COMMON(opts),
 *         HC_OPTIONS_END};
 *
 * The struct is filled with its defaults before parsing; text members point
 * into argv.  Number members that were not given keep their default (use NAN
 * for "not given").
 */
#ifndef HC_CORE_OPTIONS_H
#define HC_CORE_OPTIONS_H

#include "core/status.h"
#include "core/stream.h"
#include "core/units.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HC_OPT_END,
    HC_OPT_FLAG,     /* bool */
    HC_OPT_TEXT,     /* const char * */
    HC_OPT_CHOICE,   /* const char *, one of .choices "a|b|c" */
    HC_OPT_LIST,     /* hc_list: may be given several times */
    HC_OPT_INTEGER,  /* long, within [min, max] when max > min */
    HC_OPT_NUMBER,   /* double, bare number, range as above */
    HC_OPT_QUANTITY, /* double, number with unit of dimension .dim, in SI */
} hc_opt_type;

/* Values of an option that may be repeated, in the order given. */
typedef struct {
    const char **items;
    size_t n;
} hc_list;

typedef struct {
    const char *name; /* long name without the dashes */
    char letter;      /* short option or 0 */
    hc_opt_type type;
    const char *arg;  /* what --help calls the argument; NULL for flags */
    const char *help; /* one line, lower case, no full stop */
    size_t offset;    /* of the member in the tool's option struct */
    const char *choices;
    double min, max;
    hc_dim dim;
} hc_option;

/* .min of a number that must be above zero. */
#define HC_ABOVE_ZERO DBL_TRUE_MIN

/* What every tool has; the first member of every option struct. */
typedef struct {
    bool help, version, quiet, verbose, json;
    const char *output; /* -o FILE; NULL or "-" is stdout */
    bool completion;    /* --completion: rows for the shell (hidden) */
} hc_common;

typedef struct {
    const char *name;     /* "hc-kk" */
    const char *purpose;  /* one line, as in whatis */
    const char *operands; /* "CIRCUIT [FILE...]" */
    const char *notes;    /* paragraph(s) after the options, or NULL */
    const hc_option *options;
    int min_operands, max_operands; /* max -1: any number */
    int lead_operands; /* of them before the files: a circuit, a cell file */
} hc_tool;

#define HC_OPTIONS_COMMON(T)                                                  \
    {"output", 'o', HC_OPT_TEXT, "FILE",                                      \
     "write to FILE, which appears whole or not at all",                      \
     offsetof(T, common.output), NULL, 0, 0, {0}},                            \
        {"json", 0, HC_OPT_FLAG, NULL, "one JSON object per row",             \
         offsetof(T, common.json), NULL, 0, 0, {0}},                          \
        {"quiet", 'q', HC_OPT_FLAG, NULL, "no warnings",                      \
         offsetof(T, common.quiet), NULL, 0, 0, {0}},                         \
        {"verbose", 'v', HC_OPT_FLAG, NULL, "say more on stderr",             \
         offsetof(T, common.verbose), NULL, 0, 0, {0}},                       \
        {"help", 'h', HC_OPT_FLAG, NULL, "print this and exit",               \
         offsetof(T, common.help), NULL, 0, 0, {0}},                          \
        {"version", 'V', HC_OPT_FLAG, NULL, "print the version and exit",     \
         offsetof(T, common.version), NULL, 0, 0, {0}}

#define HC_OPTIONS_END                                                        \
    {NULL, 0, HC_OPT_END, NULL, NULL, 0, NULL, 0, 0, {0}}

/* Options that mean the same in every tool (DESIGN.md section 4). */
#define HC_OPTION_QUANTITY(NAME, ARG, HELP, DIM, T, MEMBER)                   \
    {NAME, 0, HC_OPT_QUANTITY, ARG, HELP, offsetof(T, MEMBER), NULL, 0, 0, DIM}
/* One that is above zero. */
#define HC_OPTION_SIZE(NAME, ARG, HELP, DIM, T, MEMBER)                       \
    {NAME, 0, HC_OPT_QUANTITY, ARG, HELP, offsetof(T, MEMBER), NULL,          \
     HC_ABOVE_ZERO, INFINITY, DIM}
#define HC_OPTION_AREA(T, M)                                                  \
    HC_OPTION_SIZE("area", "AREA", "electrode area, e.g. 1.44cm2",        \
                       HC_DIM_AREA, T, M)
#define HC_OPTION_CATHODE_AREA(T, M)                                          \
    HC_OPTION_SIZE("cathode-area", "AREA", "area of the cathode",         \
                       HC_DIM_AREA, T, M)
#define HC_OPTION_SE_THICKNESS(T, M)                                          \
    HC_OPTION_SIZE("se-thickness", "LENGTH",                              \
                       "thickness of the solid electrolyte, e.g. 0.5mm",      \
                       HC_DIM_LENGTH, T, M)
#define HC_OPTION_FILM_THICKNESS(T, M)                                        \
    HC_OPTION_SIZE("film-thickness", "LENGTH",                            \
                       "thickness of the cathode film, e.g. 25um",            \
                       HC_DIM_LENGTH, T, M)
#define HC_OPTION_PARTICLE_RADIUS(T, M)                                       \
    HC_OPTION_SIZE("particle-radius", "LENGTH",                           \
                       "radius of the active particles, e.g. 5um",            \
                       HC_DIM_LENGTH, T, M)
#define HC_OPTION_MASS(T, M)                                                  \
    HC_OPTION_SIZE("mass", "MASS", "active mass, e.g. 12.3mg",            \
                       HC_DIM_MASS, T, M)
#define HC_OPTION_TEMPERATURE(T, M)                                           \
    HC_OPTION_QUANTITY("temperature", "TEMP", "temperature, e.g. 25degC",     \
                       HC_DIM_TEMPERATURE, T, M)
#define HC_OPTION_FREQ_MIN(T, M)                                              \
    HC_OPTION_QUANTITY("freq-min", "FREQ",                                    \
                       "leave out points below FREQ, e.g. 0.1Hz",             \
                       HC_DIM_FREQUENCY, T, M)
#define HC_OPTION_FREQ_MAX(T, M)                                              \
    HC_OPTION_QUANTITY("freq-max", "FREQ",                                    \
                       "leave out points above FREQ, e.g. 1MHz",              \
                       HC_DIM_FREQUENCY, T, M)
#define HC_OPTION_SPECTRUM(T, M)                                              \
    {"spectrum", 0, HC_OPT_TEXT, "LIST",                                      \
     "only these spectra, e.g. 0,2-5", offsetof(T, M), NULL, 0, 0, {0}}
#define HC_OPTION_CYCLE(T, M)                                                 \
    {"cycle", 0, HC_OPT_TEXT, "LIST", "only these cycles, e.g. 1,3-10",       \
     offsetof(T, M), NULL, 0, 0, {0}}
#define HC_OPTION_SEED(T, M)                                                  \
    {"seed", 0, HC_OPT_INTEGER, "N", "seed of the random parts",              \
     offsetof(T, M), NULL, 0, 9007199254740992.0, {0}}
#define HC_OPTION_THREADS(T, M)                                               \
    {"threads", 'j', HC_OPT_INTEGER, "N", "how many threads",                 \
     offsetof(T, M), NULL, 1, 1024, {0}}
#define HC_OPTION_RECORDS(T, M)                                               \
    {"records", 0, HC_OPT_FLAG, NULL, "print records instead of a table",     \
     offsetof(T, M), NULL, 0, 0, {0}}
#define HC_OPTION_APPEND(T, M)                                                \
    {"append", 'a', HC_OPT_TEXT, "FILE",                                      \
     "append the records to FILE under a lock", offsetof(T, M), NULL, 0, 0,   \
     {0}}
#define HC_OPTION_CAPACITIVE(T, M)                                            \
    {"capacitive", 0, HC_OPT_FLAG, NULL, "leave out points with Im Z >= 0",   \
     offsetof(T, M), NULL, 0, 0, {0}}
#define HC_OPTION_CELLS(T, M)                                                 \
    {"cells", 0, HC_OPT_TEXT, "FILE", "table of cells, see halfcell-cells(5)",\
     offsetof(T, M), NULL, 0, 0, {0}}
#define HC_OPTION_JOIN(T, M)                                                  \
    {"join", 0, HC_OPT_FLAG, NULL,                                            \
     "the files are parts of one test, in this order", offsetof(T, M), NULL,  \
     0, 0, {0}}
#define HC_OPTION_FAIL_FAST(T, M)                                             \
    {"fail-fast", 0, HC_OPT_FLAG, NULL, "stop at the first file that fails",  \
     offsetof(T, M), NULL, 0, 0, {0}}

/* Parse argv into the struct at opts.  *operands is a new array (free it)
 * of what is left, *n its length.  HC_USAGE with a sentence when wrong. */
hc_status hc_options_parse(const hc_tool *tool, int argc, char **argv,
                           void *opts, const char ***operands, size_t *n,
                           hc_err *err) HC_MUST_USE;

/* The text of --help, made from the table. */
void hc_options_help(const hc_tool *tool, hc_out *out);

/* One row per option for completion: long, letter, type, choices, help. */
void hc_options_rows(const hc_tool *tool, hc_out *out);

void hc_list_clear(hc_list *list);

/* A set of whole numbers "0,2-5"; NULL text means all. */
hc_status hc_range_check(const char *text, const char *option, hc_err *err)
    HC_MUST_USE;
bool hc_range_has(const char *text, long value);

#endif
