#include "store/sql.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <string.h>

hc_status hc_sql_fail(const hc_store *s, const char *doing, hc_err *err)
{
    hc_status st = HC_DATA;
    switch (sqlite3_errcode(s->db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        st = HC_AGAIN;
        break;
    case SQLITE_NOMEM:
        st = HC_NOMEM;
        break;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        st = HC_IO;
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        st = HC_CREATE;
        break;
    default:
        break;
    }
    return hc_fail_at(err, st, s->path, 0, "%s: %s", doing,
                      sqlite3_errmsg(s->db));
}

hc_status hc_sql_run(hc_store *s, const char *sql, hc_err *err)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return hc_sql_fail(s, "database", err);
    return HC_OK;
}

hc_status hc_sql_prepare(hc_store *s, const char *sql, sqlite3_stmt **stmt,
                         hc_err *err)
{
    if (sqlite3_prepare_v2(s->db, sql, -1, stmt, NULL) != SQLITE_OK)
        return hc_sql_fail(s, "database", err);
    return HC_OK;
}

hc_status hc_sql_step(hc_store *s, sqlite3_stmt *stmt, bool *row, hc_err *err)
{
    int code = sqlite3_step(stmt);
    *row = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return hc_sql_fail(s, "database", err);
    return HC_OK;
}

hc_status hc_sql_do(hc_store *s, sqlite3_stmt *stmt, hc_err *err)
{
    bool row;
    hc_status st = hc_sql_step(s, stmt, &row, err);
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return st;
}

hc_status hc_sql_begin(hc_store *s, hc_err *err)
{
    return hc_sql_run(s, "BEGIN IMMEDIATE", err);
}

hc_status hc_sql_end(hc_store *s, hc_status st, hc_err *err)
{
    if (st == HC_OK)
        st = hc_sql_run(s, "COMMIT", err);
    if (st != HC_OK)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}

void hc_sql_text(sqlite3_stmt *stmt, int i, const char *s)
{
    sqlite3_bind_text(stmt, i, s, -1, SQLITE_TRANSIENT);
}

void hc_sql_real(sqlite3_stmt *stmt, int i, double x)
{
    if (isnan(x))
        sqlite3_bind_null(stmt, i);
    else
        sqlite3_bind_double(stmt, i, x);
}

const char *hc_sql_get_text(sqlite3_stmt *stmt, int i)
{
    const unsigned char *s = sqlite3_column_text(stmt, i);
    return s == NULL ? "" : (const char *)s;
}

double hc_sql_get_real(sqlite3_stmt *stmt, int i)
{
    if (sqlite3_column_type(stmt, i) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(stmt, i);
}

/* ---- filters ---- */

/* Columns a filter may name and what they are in the queries of store.c;
 * numbers are compared as numbers. */
static const struct {
    const char *name, *sql;
    bool number;
} filter_columns[] = {
    {"cell", "cell", false},
    {"kind", "kind", false},
    {"tool", "tool", false},
    {"source", "source", false},
    {"quantity", "quantity", false},
    {"method", "method", false},
    {"role", "role", false},
    {"electrode", "electrode", false},
    {"unit", "unit", false},
    {"status", "status", false},
    {"value", "value", true},
    {"std_error", "std_error", true},
    {"spectrum_index", "spectrum_index", true},
    {"cycle_count", "cycle_count", true},
    {"step_count", "step_count", true},
    {"temperature_celsius", "temperature_celsius", true},
    {"pressure_pa", "pressure_pa", true},
    {"soc", "soc", true},
    {"dc_voltage_volt", "dc_voltage_volt", true},
};

enum { N_FILTER = sizeof filter_columns / sizeof filter_columns[0] };

typedef struct {
    size_t column;
    char op[3];
    const char *value;
    size_t len;
} word;

/* The next word of a filter; false at the end or when it is malformed
 * (*p then still points at it). */
static bool next_word(const char **p, word *w)
{
    const char *s = *p;
    size_t name;

    s += strspn(s, " \t\n");
    *p = s;
    name = strcspn(s, "=<>! \t\n");
    for (w->column = 0; w->column < N_FILTER; w->column++)
        if (strlen(filter_columns[w->column].name) == name &&
            memcmp(filter_columns[w->column].name, s, name) == 0)
            break;
    if (w->column == N_FILTER)
        return false;
    s += name;
    size_t op = strspn(s, "=<>!");
    if (op == 0 || op > 2)
        return false;
    memcpy(w->op, s, op);
    w->op[op] = '\0';
    s += op;
    w->value = s;
    w->len = strcspn(s, " \t\n");
    *p = s + w->len;
    return w->len > 0;
}

static const char *sql_operator(const word *w)
{
    static const char *const known[] = {"=", "!=", "<", "<=", ">", ">="};
    bool pattern = memchr(w->value, '*', w->len) != NULL ||
                   memchr(w->value, '?', w->len) != NULL;
    if (strcmp(w->op, "=") == 0 && pattern)
        return "GLOB";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(w->op, known[i]) == 0)
            return known[i];
    return NULL;
}

hc_status hc_sql_where(const hc_store_filter *filter, hc_text *where,
                       hc_err *err)
{
    const char *p = filter == NULL || filter->words == NULL ? ""
                                                            : filter->words;
    word w;
    int n = 0;

    hc_text_puts(where, "1");
    while (next_word(&p, &w)) {
        const char *op = sql_operator(&w);
        double x;
        bool number = filter_columns[w.column].number;
        if (op == NULL ||
            (number && !hc_number_parse(w.value, w.len, &x)))
            return hc_fail(err, HC_USAGE,
                           "cannot compare '%s' with '%s%.*s'",
                           filter_columns[w.column].name, w.op, (int)w.len,
                           w.value);
        hc_text_printf(where, " AND %s %s ?%d",
                       filter_columns[w.column].sql, op, ++n);
    }
    if (*p != '\0')
        return hc_fail(err, HC_USAGE,
                       "'%.40s' is not like cell=c7 or value>10, with a "
                       "column of the records",
                       p);
    return hc_text_status(where, err);
}

void hc_sql_bind_where(sqlite3_stmt *stmt, const hc_store_filter *filter)
{
    const char *p = filter == NULL || filter->words == NULL ? ""
                                                            : filter->words;
    word w;
    for (int i = 1; next_word(&p, &w); i++) {
        double x;
        if (filter_columns[w.column].number &&
            hc_number_parse(w.value, w.len, &x))
            sqlite3_bind_double(stmt, i, x);
        else
            sqlite3_bind_text(stmt, i, w.value, (int)w.len, SQLITE_TRANSIENT);
    }
}
