#include "cycle/cycles_judge.h"

#include "cycle/thin.h"

#include <math.h>

/* Counters and integral may differ by this part before it is told. */
static const double differ_part = 0.02;

static double quotient(double a, double b)
{
    return b > 0 && a > 0 ? a / b : (double)NAN;
}

/* Counters that count nothing while a current flows are no counters. */
static bool counts(const hc_half *h)
{
    return !isnan(h->counter_ah) && (h->counter_ah > 0 || !(h->ah > 0));
}

static bool differ(const hc_half *h)
{
    return fabs(h->counter_ah - h->ah) > differ_part * h->ah;
}

static void judge_efficiency(hc_cycle_list *l, hc_cycle *c,
                             const hc_cycle_rules *rules)
{
    hc_half *up = &c->charge, *down = &c->discharge;
    bool anode = rules->cell >= HC_CELL_ANODE;

    c->integrated_ce =
        anode ? quotient(up->ah, down->ah) : quotient(down->ah, up->ah);
    c->instrument_ce = anode ? quotient(up->counter_ah, down->counter_ah)
                             : quotient(down->counter_ah, up->counter_ah);
    c->by_counters =
        rules->charge == HC_CHARGE_COUNTERS ||
        (rules->charge == HC_CHARGE_AUTO && (up->ah <= 0 || counts(up)) &&
         (down->ah <= 0 || counts(down)) && (counts(up) || counts(down)));
    up->used_ah = c->by_counters ? fmax(0, up->counter_ah) : up->ah;
    down->used_ah = c->by_counters ? fmax(0, down->counter_ah) : down->ah;
    c->ce = c->by_counters ? c->instrument_ce : c->integrated_ce;
    c->ce_error = fabs(c->instrument_ce - c->integrated_ce);
    if ((differ(up) || differ(down)) && l->counters_differ++ == 0)
        l->differ_cycle = c->number;
    /* the energy that comes out over the one that goes in, whatever the
     * electrode is called */
    c->energy_efficiency = quotient(down->wh, up->wh);
}

/* Was the cutoff that was given reached? */
static void judge_cutoffs(hc_cycle *c, const hc_cycle_rules *r)
{
    c->no_high = c->charge.ah > 0 && !isnan(r->cutoff_high_v) &&
                 c->charge.v_max < r->cutoff_high_v - r->reach_v;
    c->no_low = c->discharge.ah > 0 && !isnan(r->cutoff_low_v) &&
                c->discharge.v_min > r->cutoff_low_v + r->reach_v;
}

/* Against what the cycles before it did: median loss in the rest, largest
 * discharge, and the cutoff. */
static void judge_shorts(hc_cycle_list *l, const hc_cycle_rules *r)
{
    double top_v = r->cutoff_high_v, most_ah = 0, loss[HC_THIN_MAX];
    size_t n_loss = 0;

    if (isnan(top_v))
        for (size_t k = 0; k < l->n; k++)
            top_v = fmax(top_v, l->at[k].charge.v_max);
    for (size_t k = 0; k < l->n; k++) {
        hc_cycle *c = &l->at[k];
        size_t have = n_loss < HC_THIN_MAX ? n_loss : HC_THIN_MAX;
        double usual = hc_thin_median(loss, have);

        if (c->fall_v > r->fall_v)
            c->suspicion |= HC_SUSPECT_VOLTAGE_FALLS;
        if (most_ah > 0 && c->charge.ah > 1.1 * most_ah &&
            c->charge.v_max < top_v - r->reach_v)
            c->suspicion |= HC_SUSPECT_NO_CUTOFF;
        if (n_loss >= 3 && c->rest_loss_v > r->rest_loss_v &&
            c->rest_loss_v > 3 * usual)
            c->suspicion |= HC_SUSPECT_REST_LOSS;
        else if (!isnan(c->rest_loss_v))
            loss[n_loss++ % HC_THIN_MAX] = c->rest_loss_v;
        most_ah = fmax(most_ah, c->discharge.ah);
    }
}

static bool near_to(double a, double b, double tol)
{
    return fabs(a - b) <= tol * fmax(fabs(a), fabs(b));
}

/* Reservoir method on Li|Cu: a large plating Q_T, n pairs of stripping and
 * plating Q_C, a last stripping Q_S to the cutoff:
 * CE = (n Q_C + Q_S)/(n Q_C + Q_T)
 * (Adams et al. 2018, 10.1002/aenm.201702097). */
static void judge_reservoir(hc_cycle_list *l)
{
    const hc_cycle *c = l->at;
    size_t first = 0;
    double pairs = 0;

    l->reservoir_ce = NAN;
    l->reservoir_cycles = 0;
    if (l->n < 4)
        return;
    /* an initial plate and full strip conditions the copper */
    if (c[0].charge.used_ah > 1.5 * c[1].charge.used_ah)
        first = 1;
    if (l->n - first < 4)
        return;
    double q_t = c[first].discharge.used_ah, q_c = c[first].charge.used_ah;
    double q_s = c[l->n - 1].charge.used_ah;

    if (!(q_c > 0) || q_t < 1.5 * q_c || q_s < 1.2 * q_c)
        return;
    for (size_t k = first; k + 1 < l->n; k++) {
        if (!near_to(c[k].charge.used_ah, q_c, 0.03) ||
            !near_to(c[k + 1].discharge.used_ah, q_c, 0.03))
            return;
        pairs += c[k].charge.used_ah;
    }
    l->reservoir_cycles = (long)(l->n - 1 - first);
    l->reservoir_ce = (pairs + q_s) / (pairs + q_t);
}

void hc_cycles_judge(hc_cycle_list *l, const hc_cycle_rules *rules)
{
    for (size_t i = 0; i < l->n; i++) {
        judge_efficiency(l, &l->at[i], rules);
        judge_cutoffs(&l->at[i], rules);
    }
    judge_shorts(l, rules);
    l->reservoir_ce = NAN;
    if (rules->cell == HC_CELL_LI_CU)
        judge_reservoir(l);
}
