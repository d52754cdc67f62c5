/* normal-put.c: the cells of a row of our table, one by one */
#include "formats/normal.h"

#include "core/number.h"

#include <math.h>
#include <string.h>

/* Many numbers (cycles, steps, the counter that rests) are those of the row
 * before: their text is kept. */
static void put_kept(hc_normal *n, size_t i, double x, int digits)
{
    hc_kept *k = &n->out[i].kept;
    if (k->len == 0 || memcmp(&k->x, &x, sizeof x) != 0) {
        k->x = x;
        k->len = digits == 0 ? hc_number_print(x, k->text)
                             : hc_number_print_digits(x, digits, k->text);
    }
    hc_writer_raw(n->writer, k->text, k->len);
}

void hc_put_exact(hc_normal *n, size_t i, double x)
{
    put_kept(n, i, x, 0);
}

void hc_put_digits(hc_normal *n, size_t i, double x, int digits)
{
    put_kept(n, i, x, digits);
}

double hc_normal_logged(const hc_normal *n, int column)
{
    double t = n->run.last_time, clock = NAN;
    if (!isnan(n->run.first_date))
        clock = n->run.first_date + t;
    else if (!isnan(n->start_clock))
        clock = n->start_clock + t;
    return hc_loggers_at(n->options->loggers, (size_t)column, clock, t);
}

size_t hc_normal_text(const hc_normal *n, int column, const hc_cell *cells,
                      char *buf, const char **s)
{
    const hc_incol *in = &n->in[column];
    const hc_cell *cell = &cells[column];
    if (!in->number)
        return hc_cell_print(cell, buf, s);
    if (in->clock && hc_cell_has_colon(cell)) {
        *s = buf;
        return hc_number_print(n->num[column], buf);
    }
    if (in->plain && cell->type == HC_CELL_TEXT && !isnan(n->num[column])) {
        *s = cell->u.s;
        return cell->len;
    }
    return hc_cell_print_as(cell, &in->m, n->num[column], buf, s);
}

size_t hc_normal_print(const hc_normal *n, const hc_outcol *c,
                       const hc_cell *cells, char *buf, const char **s)
{
    *s = buf;
    switch (c->from) {
    case HC_FROM_SOURCE_INDEX:
        return hc_number_print((double)n->source_index, buf);
    case HC_FROM_CELL:
        *s = n->cell == NULL ? "-" : n->cell->cell;
        return strlen(*s);
    case HC_FROM_FACT:
        return hc_number_print_digits(
            n->cell == NULL ? NAN : n->cell->number[c->column], 15, buf);
    case HC_FROM_LOGGER:
        return hc_number_print_digits(hc_normal_logged(n, c->column), 10, buf);
    default:
        break;
    }
    if (c->column >= 0 && c->from == HC_FROM_ALL)
        return hc_cell_print(&cells[c->column], buf, s);
    if (c->column >= 0)
        return hc_normal_text(n, c->column, cells, buf, s);
    *s = "NaN";
    return 3;
}

static bool same_cell(const hc_cell *a, const hc_cell *b)
{
    return a->type == b->type && a->len == b->len && a->u.i == b->u.i;
}

/* Binary files hold the same numbers again and again: the text of the row
 * before serves, unless the sign depends on another column. */
static void put_printed(hc_normal *n, hc_outcol *c, int column,
                        const hc_cell *cells)
{
    const hc_cell *cell = &cells[column];
    hc_kept_cell *k = &c->kept_cell;
    char buf[HC_CELL_SIZE];
    const char *s;
    size_t len;
    if (k->len > 0 && same_cell(cell, &k->cell)) {
        hc_writer_raw(n->writer, k->text, k->len);
        return;
    }
    len = hc_normal_text(n, column, cells, buf, &s);
    if (cell->type > HC_CELL_TEXT && len < sizeof k->text &&
        (n->direction < 0 || column != n->slot.amp)) {
        k->cell = *cell;
        k->len = len;
        memcpy(k->text, s, len);
    }
    hc_writer_raw(n->writer, s, len);
}

void hc_normal_put_text(hc_normal *n, hc_outcol *c, int column,
                        const hc_cell *cells)
{
    const hc_cell *cell = &cells[column];
    if (cell->type == HC_CELL_TEXT && n->in[column].plain &&
        !n->in[column].clock && !isnan(n->num[column]))
        hc_writer_raw(n->writer, cell->u.s, cell->len);
    else
        put_printed(n, c, column, cells);
}

/* What comes from elsewhere than a column. */
static void put_made(hc_normal *n, const hc_outcol *c, const hc_cell *cells)
{
    char buf[HC_CELL_SIZE];
    const char *s;
    size_t len = hc_normal_print(n, c, cells, buf, &s);
    hc_writer_raw(n->writer, s, len);
}

void hc_normal_put(hc_normal *n, hc_outcol *c, const hc_cell *cells)
{
    if (c->column >= 0 && c->from == HC_FROM_COLUMN)
        hc_normal_put_text(n, c, c->column, cells);
    else
        put_made(n, c, cells);
}
