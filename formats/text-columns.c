/* text-columns.c: names and units of the columns of a table whose place in its
 * text is known, and which of them hold complex numbers
 */
#include "formats/complex.h"
#include "formats/generic.h"
#include "formats/quantity.h"
#include "formats/text-lines.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hc_status made_names(size_t n, hc_column **c, hc_err *err)
{
    *c = calloc(n + 1, sizeof **c);
    if (*c == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "col%zu", i + 1);
        (*c)[i].name = hc_strdup(name);
        if ((*c)[i].name == NULL) {
            hc_columns_free(*c, n);
            return hc_fail_nomem(err);
        }
    }
    return HC_OK;
}

/* Marks of comments before the first name; a tab there ends an empty one. */
static void cut_mark(const char **s, size_t *len, hc_dialect d)
{
    for (; *len > 0 && (**s == ' ' || (**s == '\t' && d.delimiter != '\t'));
         --*len)
        ++*s;
    while (*len > 0 && strchr("#%/!", **s) != NULL) {
        ++*s;
        --*len;
    }
}

/* Values that carry their units in the cells: the first row's are those of
 * the columns whose names say none. */
static hc_status units_of_cells(const hc_probe *p, const hc_text_plan *plan,
                                hc_column *c, size_t n, hc_err *err)
{
    hc_cell cells[HC_TEXT_FIELDS];
    hc_status st = HC_OK;
    const char *s;
    size_t len, got;
    if (!hc_probe_line(p, plan->data_line, &s, &len))
        return HC_OK;
    char *copy = hc_strndup(s, len);
    if (copy == NULL)
        return hc_fail_nomem(err);
    got = hc_split(copy, len, plan->dialect, cells, HC_TEXT_FIELDS);
    for (size_t i = 0; i < got && i < n && i < HC_TEXT_FIELDS; i++) {
        char base[256], unit[64];
        hc_column_split(c[i].name, base, sizeof base, unit, sizeof unit);
        if (unit[0] != '\0' || cells[i].type != HC_CELL_TEXT ||
            hc_quantity_split(cells[i].u.s, cells[i].len, false, unit) == 0)
            continue;
        c[i].unit = hc_strdup(unit);
        if (c[i].unit == NULL)
            st = hc_fail_nomem(err);
    }
    free(copy);
    return st;
}

hc_status hc_text_plan_columns(const hc_probe *p, const hc_text_plan *plan,
                               hc_column **c, size_t *n, hc_err *err)
{
    const char *s = plan->names;
    size_t len = plan->names_len, n_units;
    hc_column *units;
    *n = plan->n_fields;
    if (!plan->has_names)
        return made_names(*n, c, err);
    cut_mark(&s, &len, plan->dialect);
    HC_TRY(hc_split_names(s, len, plan->dialect, c, n, err));
    if (!plan->has_units) {
        hc_status st = units_of_cells(p, plan, *c, *n, err);
        if (st != HC_OK) {
            hc_columns_free(*c, *n);
            *c = NULL;
        }
        return st;
    }
    s = plan->units;
    len = plan->units_len;
    cut_mark(&s, &len, plan->dialect);
    HC_TRY(hc_split_names(s, len, plan->dialect, &units, &n_units, err));
    for (size_t i = 0; i < *n && i < n_units; i++) {
        char unit[64];
        if (!hc_unit_word(units[i].name, unit, sizeof unit)) {
            (*c)[i].unit = units[i].name;
            units[i].name = NULL;
        } else if (((*c)[i].unit = hc_strdup(unit)) == NULL) {
            hc_columns_free(units, n_units);
            return hc_fail_nomem(err);
        }
    }
    hc_columns_free(units, n_units);
    return HC_OK;
}

unsigned char *hc_text_plan_complex(const hc_probe *p,
                                    const hc_text_plan *plan, size_t n)
{
    enum { ROWS = 5 };
    unsigned char *which = calloc(n + 1, 1);
    hc_cell *cells = calloc(n + 1, sizeof *cells);
    bool any = false;
    const char *s;
    size_t len;
    for (size_t k = 0; which != NULL && cells != NULL && k < ROWS &&
                       hc_probe_line(p, plan->data_line + k, &s, &len);
         k++) {
        char *copy = hc_strndup(s, len);
        size_t got =
            copy == NULL ? 0 : hc_split(copy, len, plan->dialect, cells, n);
        for (size_t i = 0; i < got && i < n; i++) {
            hc_complex_text t;
            if (cells[i].type == HC_CELL_TEXT && which[i] == HC_COMPLEX_NO)
                which[i] = (unsigned char)hc_complex_split(cells[i].u.s,
                                                           cells[i].len, &t);
            any |= which[i] != HC_COMPLEX_NO;
        }
        free(copy);
    }
    free(cells);
    if (any)
        return which;
    free(which);
    return NULL;
}
