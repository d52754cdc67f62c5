/* hc-read: instrument files to tables */
#include "core/session.h"
#include "formats/reading.h"
#include "formats/zone.h"

#include <stdlib.h>

typedef struct {
    hc_common common;
    bool list, formats, raw, all, growing, no_repair, fail_fast;
    const char *select, *format, *columns, *to, *cells, *timezone;
    hc_list aux;
    double aux_offset_s, aux_tolerance_s;
    long max_bad;
} opts;

#define FLAG(NAME, LETTER, HELP, MEMBER)                                      \
    {                                                                         \
        NAME, LETTER, HC_OPT_FLAG, NULL, HELP, offsetof(opts, MEMBER), NULL,  \
            0, 0,                                                             \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define TEXT(NAME, LETTER, ARG, HELP, MEMBER)                                 \
    {                                                                         \
        NAME, LETTER, HC_OPT_TEXT, ARG, HELP, offsetof(opts, MEMBER), NULL,   \
            0, 0,                                                             \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    FLAG("list", 'l', "list what is in the files; with --json all of it",
         list),
    FLAG("formats", 0, "list the formats that are known", formats),
    TEXT("format", 0, "NAME", "take the files for this format", format),
    TEXT("select", 's', "WHICH",
         "data set by number, name, technique or kind (eis, series)", select),
    FLAG("raw", 0, "every column under its own name, nothing derived", raw),
    FLAG("all", 0, "the instrument's other columns as well", all),
    TEXT("columns", 0, "LIST", "these columns as well, NaN where missing",
         columns),
    {"to",
     0,
     HC_OPT_CHOICE,
     "bdf",
     "write strict BDF CSV (series only)",
     offsetof(opts, to),
     "bdf",
     0,
     0,
     {0}},
    HC_OPTION_CELLS(opts, cells),
    {"aux",
     0,
     HC_OPT_LIST,
     "LOG",
     "join a temperature, pressure or gas log by time",
     offsetof(opts, aux),
     NULL,
     0,
     0,
     {0}},
    HC_OPTION_QUANTITY("aux-offset", "TIME",
                       "add TIME to the clock of the logs, e.g. 12s",
                       HC_DIM_TIME, opts, aux_offset_s),
    HC_OPTION_QUANTITY("aux-tolerance", "TIME",
                       "how far a reading may be away, e.g. 60s", HC_DIM_TIME,
                       opts, aux_tolerance_s),
    TEXT("timezone", 0, "ZONE",
         "where clocks without a zone stood, e.g. Europe/Berlin", timezone),
    FLAG("growing", 0, "an open end is no error: still being written",
         growing),
    {"max-bad",
     0,
     HC_OPT_INTEGER,
     "N",
     "so many rejected rows are no error",
     offsetof(opts, max_bad),
     NULL,
     0,
     1e15,
     {0}},
    FLAG("no-repair", 0, "leave times and records as they are", no_repair),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END,
};

static const hc_tool tool = {
    .name = "hc-read",
    .purpose = "instrument files to tables",
    .operands = "[FILE...]",
    .notes = "The format is found from the content, gzip is undone.  Kinds "
             "of tables: eis,\nseries, wave.  See halfcell-table(5).",
    .options = options,
    .min_operands = 0,
    .max_operands = -1,
};

/* What the options name: zone, table of cells, logs. */
static hc_status prepare(const opts *o, size_t n_files, hc_read_options *r,
                         hc_cells **cells, hc_err *err)
{
    hc_status st = HC_OK;
    *r = (hc_read_options){.format = o->format,
                           .select = o->select,
                           .columns = o->columns,
                           .zone = o->timezone,
                           .raw = o->raw,
                           .all = o->all,
                           .growing = o->growing,
                           .no_repair = o->no_repair,
                           .to_bdf = o->to != NULL,
                           .max_bad = o->max_bad};
    if (o->raw && o->to != NULL)
        return hc_fail(err, HC_USAGE, "--raw and --to exclude each other");
    if (o->to != NULL && (o->common.json || n_files > 1))
        return hc_fail(err, HC_USAGE, "--to bdf writes one file, and no JSON");
    if (o->timezone != NULL)
        st = hc_zone_set(o->timezone, err);
    if (st == HC_OK && o->cells != NULL)
        st = hc_cells_open(cells, o->cells, err);
    r->cells = *cells;
    if (st == HC_OK && o->aux.n > 0)
        st = hc_loggers_open(&r->loggers, &o->aux, o->aux_offset_s,
                             o->aux_tolerance_s, o->timezone, err);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.aux_tolerance_s = 60};
    hc_session s;
    hc_read_options r;
    hc_cells *cells = NULL;
    hc_status st;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (o.formats) {
        hc_session_note(&s, hc_list_formats(&s));
    } else if (hc_session_note(&s,
                               prepare(&o, s.n_files, &r, &cells, &s.err))) {
        st = o.list ? hc_list_files(&s, &r) : hc_read_files(&s, &r);
        s.worst = hc_status_worst(s.worst, st);
        hc_loggers_free(r.loggers);
    }
    hc_cells_free(cells);
    hc_list_clear(&o.aux);
    return hc_session_end(&s);
}
