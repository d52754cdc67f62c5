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

static const hc_option options[] = {
    {"list",
     'l',
     HC_OPT_FLAG,
     NULL,
     "list what is in the files; with --json all that is known of them",
     offsetof(opts, list),
     NULL,
     0,
     0,
     {0}},
    {"formats",
     0,
     HC_OPT_FLAG,
     NULL,
     "list the formats that are known",
     offsetof(opts, formats),
     NULL,
     0,
     0,
     {0}},
    {"format",
     0,
     HC_OPT_TEXT,
     "NAME",
     "take the files for this format",
     offsetof(opts, format),
     NULL,
     0,
     0,
     {0}},
    {"select",
     's',
     HC_OPT_TEXT,
     "WHICH",
     "data set by number, name, technique or kind (eis, series)",
     offsetof(opts, select),
     NULL,
     0,
     0,
     {0}},
    {"raw",
     0,
     HC_OPT_FLAG,
     NULL,
     "every column under its own name, nothing derived or repaired",
     offsetof(opts, raw),
     NULL,
     0,
     0,
     {0}},
    {"all",
     0,
     HC_OPT_FLAG,
     NULL,
     "the instrument's other columns as well",
     offsetof(opts, all),
     NULL,
     0,
     0,
     {0}},
    {"columns",
     0,
     HC_OPT_TEXT,
     "LIST",
     "these columns besides the usual ones, NaN where a file has none",
     offsetof(opts, columns),
     NULL,
     0,
     0,
     {0}},
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
     "join the columns of a temperature, pressure or gas log by time",
     offsetof(opts, aux),
     NULL,
     0,
     0,
     {0}},
    {"aux-offset",
     0,
     HC_OPT_QUANTITY,
     "TIME",
     "add TIME to the clock of the logs, e.g. 12s",
     offsetof(opts, aux_offset_s),
     NULL,
     0,
     0,
     {.s = 1}},
    {"aux-tolerance",
     0,
     HC_OPT_QUANTITY,
     "TIME",
     "how far a reading may be away, e.g. 60s",
     offsetof(opts, aux_tolerance_s),
     NULL,
     0,
     0,
     {.s = 1}},
    {"timezone",
     0,
     HC_OPT_TEXT,
     "ZONE",
     "where clocks without a zone stood, e.g. Europe/Berlin",
     offsetof(opts, timezone),
     NULL,
     0,
     0,
     {0}},
    {"growing",
     0,
     HC_OPT_FLAG,
     NULL,
     "the file is still being written: an open end is no error",
     offsetof(opts, growing),
     NULL,
     0,
     0,
     {0}},
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
    {"no-repair",
     0,
     HC_OPT_FLAG,
     NULL,
     "leave times and records as they are",
     offsetof(opts, no_repair),
     NULL,
     0,
     0,
     {0}},
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END,
};

static const hc_tool tool = {
    .name = "hc-read",
    .purpose = "instrument files to tables",
    .operands = "[FILE...]",
    .notes = "The format is found from the content, gzip is undone.  Kinds "
             "of tables: eis, series,\nwave.  See halfcell-table(5).",
    .options = options,
    .min_operands = 0,
    .max_operands = -1,
};

static hc_status print_formats(hc_session *s)
{
    hc_writer *w;
    hc_status st = hc_session_table(s, "formats", NULL, &w, &s->err);
    if (st != HC_OK)
        return st;
    hc_writer_column(w, "format");
    hc_writer_column(w, "title");
    hc_writer_column(w, "status");
    for (size_t i = 0; hc_format_at(i) != NULL; i++) {
        const hc_format *f = hc_format_at(i);
        hc_writer_text(w, f->name);
        hc_writer_text(w, f->title);
        hc_writer_text(w, f->verified ? "verified" : "unverified");
        hc_writer_end_row(w);
    }
    st = hc_writer_end(w, &s->err);
    hc_writer_free(w);
    return st;
}

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
        hc_session_note(&s, print_formats(&s));
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
