/* normal-put.c: the text of a cell of our table */
#include "formats/normal.h"

#include "core/number.h"

#include <math.h>
#include <string.h>

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
