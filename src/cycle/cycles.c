/* cycles.c: cycles out of steps (see cycles.h) */
#include "cycle/cycles.h"

#include "core/text.h"
#include "cycle/cycles_judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FALL_RING = 4 };

/* What happens within this part of a step's charge belongs to its start. */
static const double start_part = 0.1;

/* How far the voltage of a step has fallen below its highest so far, and its
 * lowest; single spikes are left out by looking at pairs of rows.  Each with
 * the charge that had passed. */
typedef struct {
    long step;
    double last_v, top_v, fall_v, low_v;
    double q_ah, top_ah, fall_ah, low_ah;
    long rows;
} fall_track;

/* One way of counting. */
typedef struct {
    hc_cycle_list list;
    bool open;
    int run_sign; /* of the present run of steps, 0 before any */
    hc_cycle now;
    bool rest_after_charge;
} counter;

struct hc_cycler {
    hc_cycle_rules rules;
    hc_steps *steps;
    counter instrument, current;
    double net_ah;
    bool has_cycle_ids, has_counters;
    fall_track fall[FALL_RING];
    double imax_a;
    long rows;
};

hc_cycle_rules hc_cycle_rules_default(void)
{
    return (hc_cycle_rules){.cell = HC_CELL_FULL,
                            .count = HC_COUNT_AUTO,
                            .charge = HC_CHARGE_AUTO,
                            .cutoff_low_v = NAN,
                            .cutoff_high_v = NAN,
                            .reach_v = 0.02,
                            .fall_v = 0.005,
                            .rest_loss_v = 0.03};
}

const char *hc_cell_formula(hc_cell_kind kind)
{
    static const char *const text[HC_CELLS_N] = {
        "discharge/charge (full cell)", "discharge/charge (cathode half cell)",
        "discharge/charge (anode-free cell: stripping/plating)",
        "charge/discharge (anode half cell: delithiation/lithiation)",
        "charge/discharge (Li|Cu: stripping/plating)"};

    return kind < HC_CELLS_N ? text[kind] : text[0];
}

hc_status hc_cycler_new(hc_cycler **out, const hc_cycle_rules *rules,
                        const hc_step_limits *limits, hc_err *err)
{
    hc_cycler *c = calloc(1, sizeof *c);
    hc_status st;

    if (!c)
        return hc_fail_nomem(err);
    c->rules = *rules;
    for (int k = 0; k < FALL_RING; k++)
        c->fall[k].step = -1;
    st = hc_steps_new(&c->steps, limits, err);
    if (st) {
        free(c);
        return st;
    }
    *out = c;
    return HC_OK;
}

void hc_cycle_list_clear(hc_cycle_list *list)
{
    free(list->at);
    memset(list, 0, sizeof *list);
}

void hc_cycler_free(hc_cycler *c)
{
    if (!c)
        return;
    hc_steps_free(c->steps);
    hc_cycle_list_clear(&c->instrument.list);
    hc_cycle_list_clear(&c->current.list);
    free(c);
}

/* ---- one cycle ---- */

static hc_half half_none(void)
{
    return (hc_half){.counter_ah = NAN,
                     .counter_wh = NAN,
                     .best_step_counter_ah = NAN,
                     .current_a = NAN,
                     .v_end = NAN,
                     .v_min = NAN,
                     .v_max = NAN,
                     .nucleation_v = NAN};
}

static void cycle_begin(counter *k, const hc_step *s, long number)
{
    k->now = (hc_cycle){.number = number,
                        .source = s->source,
                        .instrument_cycle = s->cycle,
                        .charge = half_none(),
                        .discharge = half_none(),
                        .start_s = s->start_s,
                        .temperature_c = NAN,
                        .pressure_pa = NAN,
                        .rest_loss_v = NAN,
                        .line = s->line_first};
    k->open = true;
    k->run_sign = 0;
    k->rest_after_charge = false;
}

static void mean_into(double *mean, double weight, double x, double w)
{
    if (isnan(x))
        return;
    *mean = isnan(*mean) ? x : *mean + (x - *mean) * w / (weight + w);
}

static void add_counter(double *sum, double x)
{
    if (!isnan(x))
        *sum = isnan(*sum) ? x : *sum + x;
}

/* Overpotential of nucleation: how far the voltage dips at the start of a
 * discharge below the plateau; for a charge, how far it falls again after a
 * hump at the start.  NaN when there is none. */
static double nucleation(const hc_step *s, const fall_track *f,
                         hc_cell_kind cell)
{
    double start_ah = start_part * fabs(s->charge_ah);
    int plating = cell == HC_CELL_LI_CU        ? -1
                  : cell == HC_CELL_ANODE_FREE ? 1
                                               : 0;

    if (s->sign != plating || s->type != HC_STEP_CC || s->rows < 10)
        return NAN;
    if (s->sign > 0)
        return f->fall_v > 0 && f->fall_ah < start_ah ? f->fall_v
                                                      : (double)NAN;
    return f->low_ah < start_ah ? s->voltage_median_v - f->low_v : (double)NAN;
}

static void half_add(hc_half *h, const hc_step *s, double nucleation_v,
                     bool new_run)
{
    bool up = s->sign > 0;
    double ah = up ? s->charged_ah : s->discharged_ah;
    double count = up ? s->counter_charge_ah : s->counter_discharge_ah;

    if (h->seconds == 0)
        h->nucleation_v = nucleation_v;

    h->ah += ah;
    h->wh += up ? s->charged_wh : s->discharged_wh;
    h->last_ah = (new_run ? 0 : h->last_ah) + ah;
    h->seconds += s->end_s - s->start_s;
    h->v_end = s->voltage_last_v;
    h->v_min = fmin(h->v_min, s->voltage_min_v);
    h->v_max = fmax(h->v_max, s->voltage_max_v);
    if (isnan(h->current_a) || ah > h->best_step_ah) {
        h->current_a = fabs(s->current_a);
        h->best_step_ah = ah;
        h->best_step_counter_ah = count;
    }
}

/* The hump of nucleation is no short. */
static double suspicious_fall(const hc_step *s, const fall_track *f,
                              hc_cell_kind cell)
{
    if (s->type != HC_STEP_CC || s->sign <= 0 ||
        (cell == HC_CELL_ANODE_FREE &&
         f->fall_ah < start_part * fabs(s->charge_ah)))
        return 0;
    return f->fall_v;
}

static void cycle_add(counter *k, const hc_step *s, const fall_track *f,
                      hc_cell_kind cell)
{
    hc_cycle *c = &k->now;
    double w = s->end_s - s->start_s;

    c->end_s = s->end_s;
    mean_into(&c->temperature_c, c->temp_weight, s->temperature_c, w);
    mean_into(&c->pressure_pa, c->temp_weight, s->pressure_pa, w);
    c->temp_weight += w;
    /* an instrument may count the row that ends a step to the rest after */
    add_counter(&c->charge.counter_ah, s->counter_charge_ah);
    add_counter(&c->charge.counter_wh, s->counter_charge_wh);
    add_counter(&c->discharge.counter_ah, s->counter_discharge_ah);
    add_counter(&c->discharge.counter_wh, s->counter_discharge_wh);
    if (s->sign == 0) {
        if (k->rest_after_charge && s->rows > 1 && s->type == HC_STEP_REST) {
            c->rest_loss_v = s->voltage_first_v - s->voltage_last_v;
            c->rest_s = w;
        }
        k->rest_after_charge = false;
        return;
    }
    bool new_run = s->sign != k->run_sign;

    if (new_run)
        c->runs++;
    if (c->first_sign == 0)
        c->first_sign = s->sign;
    k->run_sign = s->sign;
    half_add(s->sign > 0 ? &c->charge : &c->discharge, s,
             nucleation(s, f, cell), new_run);
    k->rest_after_charge = s->sign > 0;
    c->fall_v = fmax(c->fall_v, suspicious_fall(s, f, cell));
}

static hc_status cycle_end(counter *k, double net_ah, hc_err *err)
{
    hc_cycle_list *l = &k->list;

    if (!k->open)
        return HC_OK;
    k->open = false;
    if (k->now.first_sign == 0 && isnan(k->now.instrument_cycle))
        return HC_OK; /* rests only, and nobody calls them a cycle */
    void *p = hc_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);

    if (!p)
        return hc_fail_nomem(err);
    l->at = p;
    k->now.endpoint_ah = net_ah;
    l->at[l->n++] = k->now;
    return HC_OK;
}

/* ---- the two counts ---- */

static hc_status count_by_instrument(hc_cycler *c, const hc_step *s,
                                     const fall_track *f, hc_err *err)
{
    counter *k = &c->instrument;
    hc_status st;

    if (isnan(s->cycle))
        return HC_OK;
    if (k->open && s->cycle != k->now.instrument_cycle &&
        (st = cycle_end(k, c->net_ah, err)))
        return st;
    if (!k->open)
        cycle_begin(k, s, (long)fmin(fmax(s->cycle, -1e9), 1e9));
    cycle_add(k, s, f, c->rules.cell);
    return HC_OK;
}

/* A cycle begins with the first half of its kind after the other half; an
 * initial half of the wrong sign is cycle 0. */
static hc_status count_by_current(hc_cycler *c, const hc_step *s,
                                  const fall_track *f, hc_err *err)
{
    counter *k = &c->current;
    int begins = c->rules.cell >= HC_CELL_ANODE ? -1 : 1;
    bool wrong_first = !k->list.n && s->sign == -begins;
    hc_status st;

    if (k->open && s->sign == begins && k->run_sign == -begins) {
        if ((st = cycle_end(k, c->net_ah, err)))
            return st;
    } else if (k->open && wrong_first && k->now.first_sign == 0)
        k->now.number = 0;
    if (!k->open) {
        long last = k->list.n ? k->list.at[k->list.n - 1].number : 0;

        cycle_begin(k, s, wrong_first ? 0 : last + 1);
    }
    cycle_add(k, s, f, c->rules.cell);
    return HC_OK;
}

static void follow_fall(hc_cycler *c, const hc_step_row *r)
{
    fall_track *f = &c->fall[r->step % FALL_RING];
    double v = r->sample->voltage_v, low, high;

    if (f->step != r->step)
        *f = (fall_track){.step = r->step,
                          .last_v = v,
                          .top_v = -INFINITY,
                          .low_v = INFINITY};
    f->q_ah += fabs(r->dq_ah);
    low = v < f->last_v ? v : f->last_v;
    high = v < f->last_v ? f->last_v : v;
    f->last_v = v;
    if (++f->rows == 1)
        return;
    if (low > f->top_v) {
        f->top_v = low;
        f->top_ah = f->q_ah;
    }
    if (f->top_v - high > f->fall_v) {
        f->fall_v = f->top_v - high;
        f->fall_ah = f->top_ah;
    }
    if (high < f->low_v) {
        f->low_v = high;
        f->low_ah = f->q_ah;
    }
}

/* Steps that are done. */
static hc_status take_steps(hc_cycler *c, hc_err *err)
{
    hc_step step;
    hc_status st = HC_OK;

    while (!st && hc_steps_next(c->steps, &step)) {
        const fall_track *f = &c->fall[step.index % FALL_RING];
        const fall_track none = {.top_v = -INFINITY, .low_v = INFINITY};

        c->has_cycle_ids |= !isnan(step.cycle);
        c->has_counters |= !isnan(step.counter_charge_ah);
        if (step.sign != 0)
            c->imax_a = fmax(c->imax_a, fabs(step.current_a));
        if (f->step != step.index)
            f = &none;
        st = count_by_instrument(c, &step, f, err);
        if (!st)
            st = count_by_current(c, &step, f, err);
        if (step.sign != 0)
            c->net_ah += step.charge_ah;
    }
    return st;
}

/* After each row: apart from the rare steps, which need room. */
static inline hc_status drain(hc_cycler *c, hc_err *err)
{
    const hc_step_row *row = hc_steps_row(c->steps);

    if (row != NULL)
        follow_fall(c, row);
    return hc_steps_done(c->steps) ? take_steps(c, err) : HC_OK;
}

hc_sample *hc_cycler_room(hc_cycler *c)
{
    return hc_steps_room(c->steps);
}

hc_status hc_cycler_push(hc_cycler *c, const hc_sample *s, hc_err *err)
{
    hc_status st = hc_steps_push(c->steps, s, err);

    c->rows++;
    return st ? st : drain(c, err);
}

/* The instrument's count is taken unless it says nothing (one cycle for many
 * alternations) or counts halves. */
static bool trust_instrument(const hc_cycler *c)
{
    const hc_cycle_list *l = &c->instrument.list;
    size_t odd = 0;

    if (c->rules.count != HC_COUNT_AUTO)
        return c->rules.count == HC_COUNT_INSTRUMENT && c->has_cycle_ids;
    if (!c->has_cycle_ids || l->n == 0)
        return false;
    for (size_t k = 0; k < l->n; k++)
        odd += l->at[k].runs > 3 || (l->at[k].runs == 1 && k + 1 < l->n);
    return 2 * odd <= l->n;
}

hc_status hc_cycler_finish(hc_cycler *c, hc_cycle_list *list, hc_err *err)
{
    hc_status st;
    counter *k;
    bool more = true;

    do {
        more = hc_steps_finish(c->steps);
        st = drain(c, err);
    } while (!st && more);
    if (!st)
        st = cycle_end(&c->instrument, c->net_ah, err);
    if (!st)
        st = cycle_end(&c->current, c->net_ah, err);
    if (st)
        return st;
    k = trust_instrument(c) ? &c->instrument : &c->current;
    if (k->list.n == 0 || c->imax_a <= 0)
        return hc_fail(err, HC_NO,
                       "there is no cycle: the current is zero "
                       "in all %ld rows",
                       c->rows);
    hc_cycles_judge(&k->list, &c->rules);
    k->list.by_instrument = k == &c->instrument;
    k->list.has_counters = c->has_counters;
    *list = k->list;
    memset(&k->list, 0, sizeof k->list);
    return HC_OK;
}

hc_status hc_cycles_read(hc_cycle_list *list, hc_series *series,
                         const hc_cycle_rules *rules,
                         const hc_step_limits *limits, hc_sample *first,
                         bool *have, hc_err *err)
{
    hc_cycler *c = NULL;
    hc_sample *s;
    bool got = *have;
    long source;
    hc_status st = hc_cycler_new(&c, rules, limits, err);

    if (st)
        return st;
    s = hc_cycler_room(c);
    if (got)
        *s = *first;
    else
        st = hc_series_next(series, s, &got, err);
    source = s->source;
    *have = false;
    while (!st && got && s->source == source) {
        st = hc_cycler_push(c, s, err);
        s = hc_cycler_room(c);
        if (!st)
            st = hc_series_next(series, s, &got, err);
    }
    if (!st && got) {
        *first = *s;
        *have = true;
    }
    if (!st)
        st = hc_cycler_finish(c, list, err);
    if (st && err && !err->file[0])
        snprintf(err->file, sizeof err->file, "%s", hc_series_name(series));
    hc_cycler_free(c);
    return st;
}
