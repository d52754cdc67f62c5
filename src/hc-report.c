/* hc-report: tables and records as one page */
#include "config.h"

#include "core/session.h"
#include "report/command.h"

typedef struct {
    hc_common common;
    hc_report_options r;
    hc_list names;
    bool fail_fast;
} opts;

static const hc_option options[] = {
    {"title",
     0,
     HC_OPT_TEXT,
     "TEXT",
     "title of the page",
     offsetof(opts, r.title),
     NULL,
     0,
     0,
     {0}},
    {"label",
     'L',
     HC_OPT_LIST,
     "TEXT",
     "heading of the next FILE; may be repeated",
     offsetof(opts, names),
     NULL,
     0,
     0,
     {0}},
    {"max-rows",
     0,
     HC_OPT_INTEGER,
     "N",
     "leave out the rows of longer tables (2000)",
     offsetof(opts, r.max_rows),
     NULL,
     0,
     1e6,
     {0}},
    {"max-figures",
     0,
     HC_OPT_INTEGER,
     "N",
     "figures on the page (500)",
     offsetof(opts, r.max_figures),
     NULL,
     0,
     1e6,
     {0}},
    {"db",
     0,
     HC_OPT_TEXT,
     "FILE",
     "the page of a database of hc-night or hc-db",
     offsetof(opts, r.db),
     NULL,
     0,
     0,
     {0}},
    {"filter",
     0,
     HC_OPT_TEXT,
     "WORDS",
     "of a database only what matches, e.g. 'cell=c7'",
     offsetof(opts, r.filter),
     NULL,
     0,
     0,
     {0}},
    {"by",
     0,
     HC_OPT_TEXT,
     "FACT",
     "the fact of the cells that makes groups (group)",
     offsetof(opts, r.by),
     NULL,
     0,
     0,
     {0}},
    {"to",
     't',
     HC_OPT_CHOICE,
     "FORMAT",
     "html or pdf; without it the ending of -o FILE says",
     offsetof(opts, r.to),
     "html|pdf",
     0,
     0,
     {0}},
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-report",
    .purpose = "one page of a night, of tables, records and their figures",
    .operands = "[FILE...]",
    .notes =
        "The page needs no network: figures are in it, tables can be sorted "
        "and\n"
        "filtered.  A curve of hc-fit --curve is drawn over the spectrum "
        "before\n"
        "it.  With --db it says what a night of hc-night changed, what failed "
        "and\n"
        "what ran, and shows cells side by side and one by one.",
    .options = options,
    .max_operands = -1};

int main(int argc, char **argv)
{
    opts o = {.r = {.title = "halfcell report",
                    .max_rows = 2000,
                    .max_figures = 500,
                    .by = "group"}};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    o.r.name = o.names.items;
    o.r.n_names = o.names.n;
    hc_report_command(&s, &o.r);
    hc_list_clear(&o.names);
    return hc_session_end(&s);
}
