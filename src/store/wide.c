/* wide.c: columns under rows of long name, unit and comment (Origin) */
#include "store/sheet.h"

#include "core/lab.h"
#include "core/number.h"
#include "core/text.h"
#include "core/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A quantity that becomes a column. */
typedef struct {
    char quantity[64], role[64], unit[32], method[64];
    bool error; /* some record has one */
    bool word;  /* some record is a word */
} column;

typedef struct {
    hc_record r;
    char run[HC_SHA256_HEX];
    long row;
    size_t column;
} entry;

typedef struct {
    column *columns;
    size_t n_columns, cap_columns;
    entry *entries;
    size_t n, cap;
} wide;

static bool same_column(const column *c, const hc_record *r)
{
    return strcmp(c->quantity, r->quantity) == 0 &&
           strcmp(c->role, r->role) == 0 && strcmp(c->unit, r->unit) == 0 &&
           strcmp(c->method, r->method) == 0;
}

static hc_status column_of(wide *w, const hc_record *r, size_t *at,
                           hc_err *err)
{
    size_t i = 0;
    while (i < w->n_columns && !same_column(&w->columns[i], r))
        i++;
    if (i == w->n_columns) {
        column *p = hc_grow(w->columns, &w->cap_columns, i + 1, sizeof *p);
        if (p == NULL)
            return hc_fail_nomem(err);
        w->columns = p;
        p[i] = (column){0};
        memcpy(p[i].quantity, r->quantity, sizeof p[i].quantity);
        memcpy(p[i].role, r->role, sizeof p[i].role);
        memcpy(p[i].unit, r->unit, sizeof p[i].unit);
        memcpy(p[i].method, r->method, sizeof p[i].method);
        w->n_columns++;
    }
    w->columns[i].error |= isfinite(r->std_error);
    w->columns[i].word |= isnan(r->value);
    *at = i;
    return HC_OK;
}

static hc_status take(void *ctx, const hc_record *r, const char *run,
                      long row, hc_err *err)
{
    wide *w = ctx;
    entry e = {.r = *r, .row = row};
    hc_status st = column_of(w, r, &e.column, err);
    if (st != HC_OK)
        return st;
    hc_copy(e.run, sizeof e.run, run, strlen(run));
    entry *p = hc_grow(w->entries, &w->cap, w->n + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    w->entries = p;
    p[w->n++] = e;
    return HC_OK;
}

/* ---- rows: what was measured under one condition ---- */

enum { CONDITIONS = 7 };

static void conditions(const hc_record *r, double x[CONDITIONS])
{
    x[0] = r->at.spectrum_index;
    x[1] = r->at.cycle_count;
    x[2] = r->at.step_count;
    x[3] = r->at.temperature_celsius;
    x[4] = r->at.pressure_pa;
    x[5] = r->at.soc;
    x[6] = r->at.dc_voltage_volt;
}

static int by_condition(const entry *a, const entry *b)
{
    double x[CONDITIONS], y[CONDITIONS];
    int c = strcmp(a->r.at.cell, b->r.at.cell);
    c = c != 0 ? c : strcmp(a->run, b->run);
    c = c != 0 ? c : strcmp(a->r.at.electrode, b->r.at.electrode);
    if (c == 0 && a->r.at.source_index != b->r.at.source_index)
        c = a->r.at.source_index > b->r.at.source_index ? 1 : -1;
    conditions(&a->r, x);
    conditions(&b->r, y);
    for (size_t i = 0; i < CONDITIONS && c == 0; i++)
        c = isnan(x[i]) || isnan(y[i]) ? isnan(y[i]) - isnan(x[i])
                                       : (x[i] > y[i]) - (x[i] < y[i]);
    return c;
}

static int by_place(const void *x, const void *y)
{
    const entry *a = x, *b = y;
    int c = by_condition(a, b);
    if (c == 0)
        c = (a->column > b->column) - (a->column < b->column);
    return c != 0 ? c : (a->row > b->row) - (a->row < b->row);
}

static void put_heads(hc_sheet *s, const wide *w, bool lab)
{
    static const char *const first[3][CONDITIONS + 2] = {
        {"cell", "electrode", "spectrum_index", "cycle_count", "step_count",
         "temperature", "pressure", "soc", "dc_voltage"},
        {"", "", "", "", "", "degC", "Pa", "", "V"},
        {"", "", "", "", "", "", "", "", ""}};
    for (size_t line = 0; line < 3; line++) {
        for (size_t i = 0; i < CONDITIONS + 2; i++)
            hc_sheet_text(s, lab ? hc_lab_of(first[line][i]).unit
                                 : first[line][i]);
        for (size_t i = 0; i < w->n_columns; i++) {
            const column *c = &w->columns[i];
            bool role = strcmp(c->role, "-") != 0;
            const char *unit = strcmp(c->unit, "-") == 0 ? "" : c->unit;
            const char *text = line == 0   ? c->quantity
                               : line == 1 ? unit
                               : role      ? c->role
                                           : c->method;
            hc_sheet_text(s, text);
            if (c->error)
                hc_sheet_text(s, line == 0   ? "std_error"
                                 : line == 1 ? unit
                                             : c->quantity);
            if (c->word)
                hc_sheet_text(s, line == 0   ? "status"
                                 : line == 1 ? ""
                                             : c->quantity);
        }
        hc_sheet_end_row(s);
    }
}

/* The entries of one condition from e on; a column that comes twice begins a
 * new line.  Returns how many were put. */
static size_t put_row(hc_sheet *s, const wide *w, const entry *e,
                      const entry *end)
{
    double x[CONDITIONS];
    size_t used = 0;
    hc_sheet_text(s, e->r.at.cell);
    hc_sheet_text(s, e->r.at.electrode);
    conditions(&e->r, x);
    for (size_t i = 0; i < CONDITIONS; i++)
        hc_sheet_number(s, x[i]);
    for (size_t i = 0; i < w->n_columns; i++) {
        const column *c = &w->columns[i];
        const hc_record *r = NULL;
        if (e + used < end && e[used].column == i &&
            by_condition(e, e + used) == 0)
            r = &e[used++].r;
        hc_sheet_number(s, r != NULL ? r->value : NAN);
        if (c->error)
            hc_sheet_number(s, r != NULL ? r->std_error : NAN);
        if (c->word)
            hc_sheet_text(s, r != NULL && isnan(r->value) ? r->status : "");
    }
    hc_sheet_end_row(s);
    return used;
}

hc_status hc_export_wide(hc_store *s, const hc_store_filter *filter,
                         const hc_export *how, hc_out *out, size_t *n,
                         hc_err *err)
{
    wide w = {0};
    hc_sheet sheet = hc_sheet_make(how, out);
    hc_status st = hc_export_each(s, filter, how->lab, take, &w, n, err);
    if (st == HC_OK) {
        if (w.n > 0)
            qsort(w.entries, w.n, sizeof *w.entries, by_place);
        put_heads(&sheet, &w, how->lab);
        for (size_t i = 0; i < w.n;)
            i += put_row(&sheet, &w, w.entries + i, w.entries + w.n);
    }
    free(w.columns);
    free(w.entries);
    return st;
}

/* ---- tables that are no records ---- */

static void put_table_heads(hc_sheet *s, const hc_frame *f,
                            const hc_export *how,
                            const char *(*label)(const char *))
{
    const char *cell = hc_meta_get(hc_frame_meta(f), "cell");
    size_t lines = how->to == HC_EXPORT_ORIGIN ? 3 : 1;
    for (size_t line = 0; line < lines; line++) {
        for (size_t i = 0; i < hc_frame_columns(f); i++) {
            const char *name = hc_frame_column_name(f, i);
            char word[128], lab[128];
            size_t len;
            const char *unit =
                hc_unit_of_column(name, strlen(name), &len);
            hc_copy(word, sizeof word, name, len);
            if (label != NULL && label(name) == NULL)
                continue;
            if (how->lab) {
                hc_lab_column(name, lab, sizeof lab);
                unit = hc_lab_of(unit).unit;
                name = lab;
            }
            hc_sheet_text(s, label != NULL ? label(name)
                             : lines == 1  ? name
                             : line == 0   ? word
                             : line == 1   ? unit
                             : cell != NULL ? cell
                                            : "");
        }
        hc_sheet_end_row(s);
    }
}

hc_status hc_export_table(const hc_frame *f, const hc_export *how,
                          const char *(*label)(const char *), hc_out *out,
                          hc_err *err)
{
    hc_sheet s = hc_sheet_make(how, out);
    char buf[HC_NUMBER_SIZE];
    static const char *const needed[] = {"voltage_volt", "current_ampere",
                                         "test_time_second"};
    for (size_t i = 0; label != NULL && i < 3; i++) {
        int c = -1;
        hc_status st = hc_frame_need(f, needed[i], &c, err);
        if (st != HC_OK)
            return st;
    }
    put_table_heads(&s, f, how, label);
    for (size_t row = 0; row < hc_frame_rows(f); row++) {
        for (size_t i = 0; i < hc_frame_columns(f); i++) {
            const char *name = hc_frame_column_name(f, i);
            const char *text = hc_frame_text(f, row, (int)i);
            if (label == NULL || label(name) != NULL)
                hc_sheet_value(&s, how->lab ? hc_lab_value(name, text, buf)
                                            : text);
        }
        hc_sheet_end_row(&s);
    }
    hc_out_mark_whole(out);
    return HC_OK;
}
