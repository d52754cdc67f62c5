/* xlsx_head.c: see xlsx_head.h
 *
 * The first rows become a text of lines with tabs, which is what finds the
 * tables of texts (text-plan.c) is asked about.
 */
#include "formats/xlsx_head.h"

#include "core/number.h"
#include "core/text.h"
#include "formats/xlsx_rows.h"
#include "formats/xlsx_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 3900 };

typedef struct {
    hc_text text;
    long numbers[ROWS_MAX]; /* of the rows, as the sheet counts */
    size_t rows;
    bool enough;
    /* numbers in cells of text, by their decimal mark */
    size_t commas, points;
} first_rows;

static void count_marks(first_rows *h, const hc_xlsx_cell *c, const char *s)
{
    double x;
    const char *comma = memchr(s, ',', c->len);
    if (!c->word)
        return;
    h->points += c->number && memchr(s, '.', c->len) != NULL;
    h->commas += comma != NULL && !c->number && s + c->len - comma != 4 &&
                 hc_number_parse_comma(s, c->len, &x);
}

/* One field of a line: nothing of its text ends it. */
static void put_field(hc_text *t, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool control = (unsigned char)s[i] < ' ' || (i == 0 && s[i] == '"');
        hc_text_putc(t, control ? ' ' : s[i]);
    }
}

static hc_status take(void *ctx, const hc_xlsx_row *row, hc_err *err)
{
    first_rows *h = ctx;
    if (h->rows == ROWS_MAX || h->text.len > HC_PROBE_SIZE) {
        h->enough = true;
        return hc_fail(err, HC_DATA, "these are enough rows");
    }
    for (size_t i = 0; i < row->n; i++) {
        const hc_xlsx_cell *c = &row->cells[i];
        if (i > 0)
            hc_text_putc(&h->text, '\t');
        if (!c->there)
            continue;
        put_field(&h->text, hc_xlsx_text(row, i), c->len);
        count_marks(h, c, hc_xlsx_text(row, i));
    }
    hc_text_putc(&h->text, '\n');
    h->numbers[h->rows++] = row->number;
    return hc_text_status(&h->text, err);
}

/* Names of a measurement without a row yet. */
static bool names_alone(const hc_probe *p, hc_dialect d, const hc_colmap *own,
                        hc_text_plan *plan)
{
    const char *line = NULL;
    size_t len = 0;
    for (size_t i = 0; hc_probe_next(p, &line, &len); i++) {
        hc_column *c;
        size_t n;
        bool volt = false;
        if (hc_split_names(line, len, d, &c, &n, NULL) != HC_OK)
            return false;
        for (size_t k = 0; k < n; k++) {
            const char *target = hc_column_meaning(&c[k], own).target;
            volt |= target != NULL && strcmp(target, "voltage_volt") == 0;
        }
        hc_columns_free(c, n);
        if (volt && n > 4) {
            *plan = (hc_text_plan){.dialect = d,
                                   .has_names = true,
                                   .names_line = i,
                                   .names = line,
                                   .names_len = len,
                                   .data_line = i + 1,
                                   .n_fields = n};
            return true;
        }
    }
    return false;
}

static bool known(const hc_xlsx_head *h, const hc_colmap *own,
                  const char *target)
{
    return hc_xlsx_head_find(h, own, target) >= 0;
}

/* The number of the first record, or its time. */
static double first_of(const hc_probe *p, const hc_xlsx_head *h,
                       const hc_colmap *own)
{
    int at = hc_xlsx_head_find(h, own, "record_index");
    const char *line;
    size_t len;
    double x = NAN;
    if (at < 0)
        at = hc_xlsx_head_find(h, own, "test_time_second");
    if (at < 0 || !hc_probe_line(p, h->plan.data_line, &line, &len))
        return NAN;
    char *copy = hc_strndup(line, len);
    hc_cell *cells = calloc((size_t)at + 1, sizeof *cells);
    if (copy != NULL && cells != NULL &&
        hc_split(copy, len, h->plan.dialect, cells, (size_t)at + 1) >
            (size_t)at &&
        !hc_cell_number(&cells[at], &x))
        x = NAN;
    free(cells);
    free(copy);
    return x;
}

static hc_status plan(const first_rows *head, const hc_xlsx_sheet *sheet,
                      const hc_colmap *own, hc_xlsx_head *h, hc_err *err)
{
    const hc_dialect tabs = {.delimiter = '\t',
                             .decimal_comma = head->commas > head->points};
    const hc_probe p = {.text = hc_text_get(&head->text),
                        .text_len = head->text.len,
                        .whole = !head->enough,
                        .encoding = HC_ENC_UTF8};
    if (head->rows == 0 || (!hc_text_plan_in(&p, &tabs, &h->plan) &&
                            !names_alone(&p, tabs, own, &h->plan)))
        return HC_OK;
    HC_TRY(hc_text_plan_columns(&p, &h->plan, &h->columns, &h->n, err));
    h->table = true;
    h->names_row = head->numbers[h->plan.names_line];
    h->above_row = head->numbers[h->plan.above_line];
    h->is_complex = hc_text_plan_complex(&p, &h->plan, h->n);
    h->allows = hc_text_plan_allows(&p, &h->plan, own);
    h->dataset = hc_dataset_make(sheet->name, h->columns, h->n);
    h->dataset.is_complex = h->is_complex;
    if (h->allows == HC_KIND_EIS)
        h->dataset.kind =
            hc_text_kind(&p, h->plan.data_line, tabs, h->columns, h->n, own);
    h->cells_to_judge =
        known(h, own, "voltage_volt") && known(h, own, "current_ampere");
    h->begins = first_of(&p, h, own);
    if (h->allows == HC_KIND_SERIES)
        hc_text_direction(&p, h->plan.data_line, tabs, own, &h->dataset);
    return HC_OK;
}

hc_status hc_xlsx_head_look(hc_xlsx_book *w, const hc_xlsx_sheet *sheet,
                            const hc_colmap *own, hc_xlsx_head *h, hc_err *err)
{
    first_rows *head = calloc(1, sizeof *head);
    if (head == NULL)
        return hc_fail_nomem(err);
    hc_err broken;
    hc_status st = hc_xlsx_rows(w, sheet->path, take, head, &broken);
    if (st == HC_NOMEM)
        (void)hc_fail_nomem(err);
    else
        st =
            hc_xlsx_text_is(head->text.data, head->text.len, &h->is_text, err);
    if (st == HC_OK && !h->is_text)
        st = plan(head, sheet, own, h, err);
    hc_text_clear(&head->text);
    free(head);
    return st;
}

hc_status hc_xlsx_head_go_on(hc_xlsx_head *h, const hc_xlsx_head *before,
                             const hc_xlsx_sheet *sheet, hc_err *err)
{
    if (!h->table || h->plan.has_names || h->allows != HC_KIND_OTHER ||
        h->n != before->n || h->is_complex != NULL ||
        before->is_complex != NULL)
        return HC_OK;
    for (size_t i = 0; i < h->n; i++) {
        const hc_column *c = &before->columns[i];
        char *name = hc_strdup(c->name);
        char *unit = c->unit == NULL ? NULL : hc_strdup(c->unit);
        if (name == NULL || (c->unit != NULL && unit == NULL)) {
            free(name);
            free(unit);
            return hc_fail_nomem(err);
        }
        free((char *)h->columns[i].name);
        free((char *)h->columns[i].unit);
        h->columns[i] = (hc_column){name, unit};
    }
    h->allows = before->allows;
    h->cells_to_judge = before->cells_to_judge;
    h->begins = NAN;
    h->dataset = before->dataset;
    h->dataset.name = sheet->name;
    h->dataset.columns = h->columns;
    return HC_OK;
}

void hc_xlsx_head_clear(hc_xlsx_head *h)
{
    hc_columns_free(h->columns, h->n);
    free(h->is_complex);
    *h = (hc_xlsx_head){0};
}

int hc_xlsx_head_find(const hc_xlsx_head *h, const hc_colmap *own,
                      const char *target)
{
    for (size_t i = 0; i < h->n; i++) {
        hc_meaning m = hc_column_meaning(&h->columns[i], own);
        if (m.target != NULL && strcmp(m.target, target) == 0)
            return (int)i;
    }
    return -1;
}
