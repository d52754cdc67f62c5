/* hc-db: the results database */
#include "core/session.h"
#include "formats/columns.h"
#include "store/commands.h"

typedef struct {
    hc_common common;
    hc_db_options db;
    bool fail_fast;
} opts;

#define TEXT(NAME, ARG, HELP, MEMBER)                                         \
    {                                                                         \
        NAME, 0, HC_OPT_TEXT, ARG, HELP, offsetof(opts, MEMBER), NULL, 0, 0,  \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define CHOICE(NAME, ARG, HELP, MEMBER, CHOICES)                              \
    {                                                                         \
        NAME, 0, HC_OPT_CHOICE, ARG, HELP, offsetof(opts, MEMBER), CHOICES,   \
            0, 0,                                                             \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define FLAG(NAME, HELP, MEMBER)                                              \
    {                                                                         \
        NAME, 0, HC_OPT_FLAG, NULL, HELP, offsetof(opts, MEMBER), NULL, 0, 0, \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    HC_OPTION_CELLS(opts, db.cells),
    CHOICE("to", "FORM", "export as (tsv)", db.to,
           "tsv|csv|origin|bdf|json|jsonld"),
    CHOICE("units", "WHICH", "units of numbers (si)", db.units, "si|lab"),
    CHOICE("decimal", "MARK", "decimal mark of csv and origin (point)",
           db.decimal, "point|comma"),
    FLAG("canonical", "export all by natural keys, to compare databases",
         db.canonical),
    TEXT("table", "KEY", "export this run's table instead of records",
         db.table),
    TEXT("by", "FACT", "fact of the cells that makes groups (group)", db.by),
    FLAG("points", "groups: each cell's point", db.points),
    HC_OPTION_QUANTITY("wait", "TIME", "for others that write (20s)",
                       HC_DIM_TIME, opts, db.wait_s),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-db",
    .purpose = "a database of results and curves",
    .operands = "COMMAND DATABASE [ARG...]",
    .notes =
        "  add DB [TABLE...]        tables in, facts of cells with --cells\n"
        "  list DB [FILTER]         the runs\n"
        "  cells DB                 the cells and what is known of them\n"
        "  get DB KEY|FILTER        one run, the table it was\n"
        "  query DB [FILTER]        records, e.g. 'cell=c7 quantity=R*'\n"
        "  groups DB [FILTER]       median and spread of each group of cells\n"
        "  export DB [FILTER]       records for other programs\n"
        "  check DB                 is everything whole\n"
        "  merge DB OTHER...        what other databases have\n"
        "  nights|jobs|findings DB  the journal of hc-night",
    .options = options,
    .min_operands = 2,
    .lead_operands = 2,
    .max_operands = -1};

int main(int argc, char **argv)
{
    opts o = {.db = {.to = "tsv",
                     .units = "si",
                     .decimal = "point",
                     .by = "group",
                     .wait_s = 20,
                     .bdf_label = hc_bdf_label}};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    hc_session_note(&s, hc_db_command(&s, &o.db, &s.err));
    return hc_session_end(&s);
}
