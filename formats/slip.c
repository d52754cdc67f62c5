/* slip.c: times that are in another unit than they seem
 *
 * Only where it can be proved: a whole column by the dates beside it, a slip
 * within a column by the rows before it.
 */
#include "formats/normal.h"

#include "formats/dates.h"

#include <math.h>
#include <string.h>

/* ---- a whole column ---- */

enum { PAIRS_NEEDED = 3 };

/* What the first rows say. */
typedef struct {
    const hc_format *format;
    hc_date_order order;
    int time, clock; /* columns, -1 none */
    hc_meaning m;    /* of the time */
    double t, date;  /* of the row that the next is compared with */
    double unit;     /* seconds in a unit, of the pairs so far */
    int pairs;
} look;

/* Nothing more to learn: the reader comes back with this. */
static const hc_status enough = HC_INTERNAL;

static hc_status on_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    look *l = ctx;
    (void)err;
    l->time = l->clock = -1;
    l->t = NAN;
    for (size_t i = 0; !d->side && i < d->n_columns; i++) {
        hc_meaning m = hc_column_meaning(&d->columns[i], l->format->columns);
        if (m.target == NULL)
            continue;
        if (strcmp(m.target, "test_time_second") == 0 && l->time < 0) {
            l->time = (int)i;
            l->m = m;
        }
        if (strcmp(m.target, "date_time") == 0 ||
            strcmp(m.target, "unix_time_second") == 0)
            l->clock = (int)i;
    }
    return l->time < 0 || l->clock < 0 ? enough : HC_OK;
}

/* The unit that a ratio stands for; clocks show whole seconds, and pauses
 * count on the clock alone.  0: none. */
static double unit_of(double ratio)
{
    static const double units[] = {1e-3, 1, 60, 3600};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (fabs(ratio / units[i] - 1) < 0.05)
            return units[i];
    return 0;
}

static hc_status on_row(void *ctx, const hc_cell *cells, hc_err *err)
{
    look *l = ctx;
    double t, date, unit;
    bool utc;
    (void)err;
    date = hc_cell_clock(&cells[l->clock], l->order, &utc);
    if (!hc_cell_number(&cells[l->time], &t))
        return enough; /* 0:01:02 tells its unit */
    t = hc_meaning_value(&l->m, t);
    if (isnan(t) || isnan(date))
        return HC_OK;
    if (isnan(l->t) || t < l->t) {
        l->t = t;
        l->date = date;
        return HC_OK;
    }
    if (date - l->date < 60 || !(t > l->t))
        return HC_OK;
    unit = unit_of((date - l->date) / (t - l->t));
    if (unit == 0 || unit == 1 || (l->pairs > 0 && unit != l->unit)) {
        l->pairs = 0;
        return enough;
    }
    l->unit = unit;
    l->t = t;
    l->date = date;
    return ++l->pairs == PAIRS_NEEDED ? enough : HC_OK;
}

double hc_time_unit(const hc_source *src, const hc_format *format,
                    hc_date_order order)
{
    static const hc_sink_ops ops = {.begin = on_begin, .row = on_row};
    look l = {.format = format, .order = order};
    hc_sink sink = {
        .ops = &ops, .ctx = &l, .growing = true, .clocks = true};
    hc_source *first;
    if (src->probe.binary || hc_source_again(&first, src, NULL) != HC_OK)
        return 1;
    hc_status st = format->read(first, &sink, NULL);
    hc_source_free(first);
    return st == enough && l.pairs == PAIRS_NEEDED ? l.unit : 1;
}

/* ---- a slip within a column ---- */

double hc_time_slip(const hc_running *r, double t)
{
    static const double units[] = {3600, 60, 1000, 1.0 / 3600, 1.0 / 60, 1e-3};
    double step = r->last_dt, raw = t - r->time_offset;
    bool odd = t < r->last_time || t - r->last_time > HC_SLIP_STEPS * step;
    /* far enough from 0 that no gap looks like another unit by chance */
    if (!odd || !(step > 0) || !(raw > 0) ||
        r->last_time - r->time_offset < 200 * step)
        return 1;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        double on = raw * units[i] + r->time_offset - r->last_time;
        if (on > 0 && on <= 3 * step)
            return units[i];
    }
    return 1;
}
