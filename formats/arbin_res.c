/* arbin_res.c: Arbin .res, an Access (Jet) database
 *
 * Channel_Normal_Table holds the records, in the order of its pages and not
 * of the test: they are sorted by Test_ID and Data_Point.  DateTime counts
 * days since 1899-12-30.  Global_Table says what the test was.  The other
 * tables come as data sets that a plain read leaves out.
 */
#include "config.h"

#include "core/number.h"
#include "core/text.h"
#include "formats/archive.h"
#include "formats/database.h"
#include "formats/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30 };

static void detect(const hc_probe *p, hc_verdict *v)
{
    static const char jet[] = "\0\1\0\0Standard Jet DB";
    static const char ace[] = "\0\1\0\0Standard ACE DB";
    if (hc_probe_bytes(p, 0, jet, sizeof jet - 1) ||
        hc_probe_bytes(p, 0, ace, sizeof ace - 1)) {
#ifdef HAVE_MDBTOOLS
        hc_say_yes(v, 90);
#else
        hc_say_broken(v, 90,
                      "an Access database, as Arbin's .res is; this "
                      "halfcell was built without mdbtools: build it "
                      "with mdbtools-dev installed, or export the "
                      "table with 'mdb-export FILE "
                      "Channel_Normal_Table'");
#endif
    } else {
        hc_say_no(v, 0, "is no Access database");
    }
}

#ifdef HAVE_MDBTOOLS

/* ---- the records ---- */

typedef struct {
    hc_column *columns;
    hc_db_type *types;
    size_t n;
    double *values; /* rows times n, NaN for none */
    size_t rows, cap;
    size_t test, point; /* columns to sort by; n: there is none */
} records;

static hc_status take_columns(void *ctx, const char *const *names,
                              const hc_db_type *types, size_t n, hc_err *err)
{
    records *r = ctx;
    r->columns = calloc(n + 1, sizeof *r->columns);
    r->types = calloc(n + 1, sizeof *r->types);
    if (r->columns == NULL || r->types == NULL)
        return hc_fail_nomem(err);
    r->n = r->test = r->point = n;
    for (size_t i = 0; i < n; i++) {
        r->columns[i].name = hc_strdup(names[i]);
        if (r->columns[i].name == NULL)
            return hc_fail_nomem(err);
        r->types[i] = types[i];
        if (strcmp(names[i], "Test_ID") == 0)
            r->test = i;
        if (strcmp(names[i], "Data_Point") == 0)
            r->point = i;
    }
    return HC_OK;
}

static hc_status take_row(void *ctx, const char *const *values, hc_err *err)
{
    records *r = ctx;
    double *more =
        hc_grow(r->values, &r->cap, (r->rows + 1) * r->n, sizeof *more);
    if (more == NULL)
        return hc_fail_nomem(err);
    r->values = more;
    double *to = more + r->rows++ * r->n;
    for (size_t i = 0; i < r->n; i++) {
        const char *s = values[i];
        size_t len = s != NULL ? strlen(s) : 0;
        hc_trim(&s, &len);
        if (len == 0 || !hc_number_parse(s, len, &to[i]))
            to[i] = NAN;
    }
    return HC_OK;
}

typedef struct {
    double test, point;
    size_t row;
} order;

static int by_point(const void *x, const void *y)
{
    const order *a = x, *b = y;
    if (a->test != b->test)
        return a->test < b->test ? -1 : 1;
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static double key(const records *r, size_t row, size_t column)
{
    double x = column < r->n ? r->values[row * r->n + column] : 0;
    return isnan(x) ? 0 : x;
}

static hc_cell cell(hc_db_type type, double x)
{
    if (isnan(x))
        return hc_cell_none();
    if (type == HC_DB_WHOLE)
        return hc_cell_int((int64_t)x);
    return type == HC_DB_F4 ? hc_cell_f4((float)x) : hc_cell_f8(x);
}

static hc_status give_sorted(const records *r, const order *o, hc_sink *sink,
                             hc_cell *cells, hc_err *err)
{
    size_t tests = 0, twice = 0;
    for (size_t i = 0; i < r->rows; i++) {
        tests += i == 0 || o[i].test != o[i - 1].test;
        if (i > 0 && r->point < r->n && o[i].test == o[i - 1].test &&
            o[i].point == o[i - 1].point) {
            twice++;
            continue;
        }
        for (size_t c = 0; c < r->n; c++)
            cells[c] = cell(r->types[c], r->values[o[i].row * r->n + c]);
        HC_TRY(hc_sink_row(sink, cells, err));
    }
    if (twice > 0)
        hc_sink_warn(sink, 0, "%zu records stand twice; one of each kept",
                     twice);
    if (tests > 1)
        hc_sink_warn(sink, 0, "%zu tests (Test_ID) in one file", tests);
    return HC_OK;
}

static hc_status give(const records *r, hc_sink *sink, hc_err *err)
{
    order *o = calloc(r->rows + 1, sizeof *o);
    hc_cell *cells = calloc(r->n + 1, sizeof *cells);
    hc_dataset d = hc_dataset_make("Channel_Normal_Table", r->columns, r->n);
    hc_status st = o == NULL || cells == NULL ? hc_fail_nomem(err) : HC_OK;
    for (size_t i = 0; st == HC_OK && i < r->rows; i++)
        o[i] = (order){key(r, i, r->test), key(r, i, r->point), i};
    if (st == HC_OK) {
        qsort(o, r->rows, sizeof *o, by_point);
        d.kind = HC_KIND_SERIES;
        st = hc_sink_begin(sink, &d, err);
    }
    hc_sink_compare(sink);
    if (st == HC_OK)
        st = give_sorted(r, o, sink, cells, err);
    if (st == HC_OK)
        st = hc_sink_end(sink, err);
    free(o);
    free(cells);
    return st;
}

static void clear(records *r)
{
    for (size_t i = 0; r->columns != NULL && i < r->n; i++)
        free((char *)r->columns[i].name);
    free(r->columns);
    free(r->types);
    free(r->values);
}

/* ---- other tables, as text ---- */

typedef struct {
    hc_sink *sink;
    const char *name;
    hc_column *columns;
    hc_cell *cells;
    size_t n;
    hc_dataset dataset;
    bool meta; /* the first row as settings instead */
    bool done;
} plain;

static hc_status plain_columns(void *ctx, const char *const *names,
                               const hc_db_type *types, size_t n, hc_err *err)
{
    plain *p = ctx;
    (void)types;
    p->columns = calloc(n + 1, sizeof *p->columns);
    p->cells = calloc(n + 1, sizeof *p->cells);
    if (p->columns == NULL || p->cells == NULL)
        return hc_fail_nomem(err);
    p->n = n;
    for (size_t i = 0; i < n; i++)
        p->columns[i].name = names[i];
    if (p->meta)
        return HC_OK;
    p->dataset = hc_dataset_make(p->name, p->columns, n);
    p->dataset.kind = HC_KIND_OTHER;
    p->dataset.side = true;
    return hc_sink_begin(p->sink, &p->dataset, err);
}

static hc_status plain_row(void *ctx, const char *const *values, hc_err *err)
{
    plain *p = ctx;
    if (p->meta) {
        for (size_t i = 0; !p->done && i < p->n; i++)
            if (values[i] != NULL && values[i][0] != '\0')
                HC_TRY(hc_sink_metan(p->sink, p->columns[i].name,
                                     strlen(p->columns[i].name), values[i],
                                     strlen(values[i]), err));
        p->done = true;
        return HC_OK;
    }
    for (size_t i = 0; i < p->n; i++)
        p->cells[i] = values[i] != NULL && values[i][0] != '\0'
                          ? hc_cell_text(values[i], strlen(values[i]))
                          : hc_cell_none();
    return hc_sink_row(p->sink, p->cells, err);
}

/* All rows of a table; where the file lacks pages of it that is said. */
static hc_status read_table(const hc_database_ops *ops, hc_database *db,
                            const char *name, const hc_database_handler *h,
                            void *ctx, hc_sink *sink, hc_err *err)
{
    size_t missing = 0;
    HC_TRY(ops->table(db, name, h, ctx, &missing, err));
    if (missing > 0)
        hc_sink_incomplete(sink, "%s has %zu rows more than can be read",
                           name, missing);
    return HC_OK;
}

static hc_status read_plain(const hc_database_ops *ops, hc_database *db,
                            const char *name, bool meta, hc_sink *sink,
                            hc_err *err)
{
    static const hc_database_handler h = {plain_columns, plain_row};
    plain p = {.sink = sink, .name = name, .meta = meta};
    if (!ops->has(db, name))
        return HC_OK;
    hc_status st = read_table(ops, db, name, &h, &p, sink, err);
    if (st == HC_OK && !meta)
        st = hc_sink_end(sink, err);
    free(p.columns);
    free(p.cells);
    return st;
}

/* ---- the file ---- */

static hc_status read_tables(const hc_database_ops *ops, hc_database *db,
                             hc_source *src, hc_sink *sink, hc_err *err)
{
    static const char *const others[] = {
        "Auxiliary_Table", "Channel_Statistic_Table", "Event_Table"};
    static const hc_database_handler h = {take_columns, take_row};
    records r = {0};
    if (!ops->has(db, "Channel_Normal_Table"))
        return hc_fail_at(err, HC_DATA, src->name, 0,
                          sink->incomplete
                              ? "cut: Channel_Normal_Table is not in what is "
                                "there of the database"
                              : "an Access database without "
                                "Channel_Normal_Table: not Arbin's");
    hc_err lost;
    if (read_plain(ops, db, "Global_Table", true, sink, &lost) != HC_OK)
        hc_sink_warn(sink, 0, "%s", lost.text);
    hc_status st =
        read_table(ops, db, "Channel_Normal_Table", &h, &r, sink, err);
    if (st == HC_OK)
        st = give(&r, sink, err);
    clear(&r);
    for (size_t i = 0; st == HC_OK && i < 3; i++)
        st = read_plain(ops, db, others[i], false, sink, err);
    return st;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    const void *p;
    char *bytes;
    size_t len;
    hc_database *db;
    HC_TRY(hc_module_symbol("hc-mdb.so", "hc_module_mdb", &p, err));
    const hc_database_ops *ops = p;
    HC_TRY(hc_source_slurp(src, FILE_MAX, &bytes, &len, err));
    /* pages of 2048 or 4096 bytes */
    if (len % 2048 != 0)
        hc_sink_incomplete(sink, "ends inside a page of the database");
    hc_status st = ops->open(&db, bytes, len, src->name, err);
    if (st == HC_OK) {
        st = read_tables(ops, db, src, sink, err);
        ops->close(db);
    }
    free(bytes);
    return st;
}

#else

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    (void)sink;
    return hc_fail_at(err, HC_DATA, src->name, 0,
                      "built without mdbtools: no Access databases");
}

#endif

static const hc_colmap columns[] = {
    {"Data_Point", "record_index", NULL, 0, 0},
    {"Test_Time", "test_time_second", "s", 0, 0},
    {"Step_Time", "step_time_second", "s", 0, 0},
    {"DateTime", "date_time", NULL, 0, 0},
    {"Step_Index", "step_id", NULL, 0, 0},
    {"Cycle_Index", "cycle_count", NULL, 0, 0},
    {"Current", "current_ampere", "A", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Charge_Capacity", "schedule_charging_capacity_ah", "Ah", 0, 0},
    {"Discharge_Capacity", "schedule_discharging_capacity_ah", "Ah", 0, 0},
    {"Charge_Energy", "schedule_charging_energy_wh", "Wh", 0, 0},
    {"Discharge_Energy", "schedule_discharging_energy_wh", "Wh", 0, 0},
    {"Internal_Resistance", "internal_resistance_ohm", "ohm", 0, 0},
    {"AC_Impedance", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_arbin_res = {.name = "arbin-res",
                                       .title = "Arbin .res (Access database)",
                                       .detect = detect,
                                       .most = 90,
                                       .read = read,
                                       .columns = columns,
                                       .verified = true};
