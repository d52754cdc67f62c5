/* filter.c: "cell=c7 quantity=R*" as the condition of a query */
#include "store/sql.h"

#include "core/number.h"

#include <string.h>

typedef enum { TEXT, NUMBER, FACT } what;

/* Columns a filter may name; numbers are compared as numbers, facts are
 * those of the cell. */
static const struct {
    const char *name;
    what what;
    bool of_runs; /* runs have it as well */
} columns[] = {
    {"cell", TEXT, true},
    {"run", TEXT, true},
    {"kind", TEXT, true},
    {"tool", TEXT, true},
    {"source", TEXT, true},
    {"quantity", TEXT, false},
    {"method", TEXT, false},
    {"role", TEXT, false},
    {"electrode", TEXT, false},
    {"unit", TEXT, false},
    {"status", TEXT, false},
    {"value", NUMBER, false},
    {"std_error", NUMBER, false},
    {"spectrum_index", NUMBER, false},
    {"cycle_count", NUMBER, false},
    {"step_count", NUMBER, false},
    {"temperature_celsius", NUMBER, false},
    {"pressure_pa", NUMBER, false},
    {"soc", NUMBER, false},
    {"dc_voltage_volt", NUMBER, false},
    {"group", FACT, true},
    {"batch", FACT, true},
    {"configuration", FACT, true},
    {"se_material", FACT, true},
};

enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

typedef struct {
    size_t column;
    char op[3];
    const char *value; /* without quotes */
    size_t len;
    bool quoted;
} word;

static const char *words_of(const hc_store_filter *f)
{
    return f == NULL || f->words == NULL ? "" : f->words;
}

/* The next word of a filter; false at the end or when it is malformed
 * (*p then still points at it). */
static bool next_word(const char **p, word *w)
{
    const char *s = *p;
    size_t name;

    s += strspn(s, " \t\n");
    *p = s;
    name = strcspn(s, "=<>! \t\n");
    for (w->column = 0; w->column < N_COLUMNS; w->column++)
        if (strlen(columns[w->column].name) == name &&
            memcmp(columns[w->column].name, s, name) == 0)
            break;
    if (w->column == N_COLUMNS)
        return false;
    s += name;
    size_t op = strspn(s, "=<>!");
    if (op == 0 || op > 2)
        return false;
    memcpy(w->op, s, op);
    w->op[op] = '\0';
    s += op;
    w->quoted = *s == '"' || *s == '\'';
    if (w->quoted) {
        const char *end = strchr(s + 1, *s);
        if (end == NULL)
            return false;
        w->value = s + 1;
        w->len = (size_t)(end - w->value);
        *p = end + 1;
        return true;
    }
    w->value = s;
    w->len = strcspn(s, " \t\n");
    *p = s + w->len;
    return w->len > 0;
}

static bool is_pattern(const word *w)
{
    return columns[w->column].what != NUMBER && !w->quoted &&
           (memchr(w->value, '*', w->len) != NULL ||
            memchr(w->value, '?', w->len) != NULL);
}

static const char *sql_operator(const word *w)
{
    static const char *const known[] = {"=", "!=", "<", "<=", ">", ">="};
    if (is_pattern(w))
        return strcmp(w->op, "=") == 0    ? "GLOB"
               : strcmp(w->op, "!=") == 0 ? "NOT GLOB"
                                          : NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(w->op, known[i]) == 0)
            return known[i];
    return NULL;
}

static hc_status check_word(const word *w, hc_sql_of of, hc_err *err)
{
    double x;
    const char *name = columns[w->column].name;
    if (of == HC_OF_RUNS && !columns[w->column].of_runs)
        return hc_fail(err, HC_USAGE,
                       "runs have no '%s'; they are chosen by cell, run, "
                       "kind, tool, source, group, batch, configuration",
                       name);
    if (sql_operator(w) == NULL ||
        (columns[w->column].what == NUMBER &&
         !hc_number_parse(w->value, w->len, &x)))
        return hc_fail(err, HC_USAGE, "cannot compare '%s' with '%s%.*s'",
                       name, w->op, (int)w->len, w->value);
    return HC_OK;
}

hc_status hc_sql_where(const hc_store_filter *filter, hc_sql_of of,
                       hc_text *where, hc_err *err)
{
    const char *p = words_of(filter);
    word w;
    int n = 0;

    hc_text_puts(where, "1");
    while (next_word(&p, &w)) {
        hc_status st = check_word(&w, of, err);
        const char *name = columns[w.column].name;
        if (st != HC_OK)
            return st;
        if (columns[w.column].what == FACT)
            hc_text_printf(where,
                           " AND cell IN (SELECT cell FROM cell_fact WHERE "
                           "fact = '%s' AND value %s ?%d)",
                           name, sql_operator(&w), ++n);
        else
            hc_text_printf(where, " AND %s %s ?%d",
                           strcmp(name, "run") == 0 ? "run_key" : name,
                           sql_operator(&w), ++n);
    }
    if (*p != '\0')
        return hc_fail(err, HC_USAGE,
                       "'%.40s' is not like cell=c7 or value>10, with a "
                       "column of the records",
                       p);
    return hc_text_status(where, err);
}

/* Only * and ? are special to the user; SQLite's GLOB knows [ as well. */
static hc_status bind_pattern(sqlite3_stmt *stmt, int i, const word *w,
                              hc_err *err)
{
    hc_text t = {0};
    for (size_t k = 0; k < w->len; k++) {
        if (w->value[k] == '[')
            hc_text_puts(&t, "[[]");
        else
            hc_text_putc(&t, w->value[k]);
    }
    hc_status st = hc_text_status(&t, err);
    if (st == HC_OK)
        hc_sql_text(stmt, i, t.data);
    hc_text_clear(&t);
    return st;
}

hc_status hc_sql_bind_where(sqlite3_stmt *stmt, const hc_store_filter *filter,
                            hc_err *err)
{
    const char *p = words_of(filter);
    hc_status st = HC_OK;
    word w;
    for (int i = 1; st == HC_OK && next_word(&p, &w); i++) {
        double x;
        if (columns[w.column].what == NUMBER &&
            hc_number_parse(w.value, w.len, &x))
            sqlite3_bind_double(stmt, i, x);
        else if (is_pattern(&w))
            st = bind_pattern(stmt, i, &w, err);
        else
            sqlite3_bind_text(stmt, i, w.value, (int)w.len, SQLITE_TRANSIENT);
    }
    return st;
}

hc_status hc_sql_filtered(hc_store *s, const char *select, hc_sql_of of,
                          const hc_store_filter *filter, const char *after,
                          sqlite3_stmt **stmt, hc_err *err)
{
    hc_text sql = {0};
    hc_status st;
    hc_text_printf(&sql, "%s WHERE ", select);
    st = hc_sql_where(filter, of, &sql, err);
    hc_text_printf(&sql, " %s", after);
    if (st == HC_OK)
        st = hc_text_status(&sql, err);
    if (st == HC_OK)
        st = hc_sql_prepare(s, sql.data, stmt, err);
    if (st == HC_OK)
        st = hc_sql_bind_where(*stmt, filter, err);
    hc_text_clear(&sql);
    return st;
}
