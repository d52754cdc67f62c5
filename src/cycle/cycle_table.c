/* cycle_table.c: cycles as a table of kind `cycles`, and back */
#include "cycle/cycle_table.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10 };

static const char *const names[] = {
    "source_index",
    "cycle_count",
    "start_time_second",
    "end_time_second",
    "cycle_charging_capacity_ah",
    "cycle_discharging_capacity_ah",
    "largest_step_charging_capacity_ah",
    "largest_step_discharging_capacity_ah",
    "last_charging_capacity_ah",
    "last_discharging_capacity_ah",
    "instrument_charging_capacity_ah",
    "instrument_discharging_capacity_ah",
    "cycle_charging_energy_wh",
    "cycle_discharging_energy_wh",
    "coulombic_efficiency",
    "coulombic_efficiency_error",
    "integrated_coulombic_efficiency",
    "instrument_coulombic_efficiency",
    "energy_efficiency",
    "charging_current_ampere",
    "discharging_current_ampere",
    "charging_rate_per_hour",
    "discharging_rate_per_hour",
    "mean_charging_voltage_volt",
    "mean_discharging_voltage_volt",
    "polarisation_volt",
    "end_charging_voltage_volt",
    "end_discharging_voltage_volt",
    "capacity_retention",
    "capacity_utilisation",
    "endpoint_capacity_ah",
    "nucleation_overpotential_volt",
    "rest_loss_volt",
    "voltage_fall_volt",
    "temperature_celsius",
    "pressure_pa",
    "half_cycles",
    "first_half",
    "charge_from",
    "cutoff_missed",
    "short_suspicion",
};

void hc_cycle_table_begin(hc_writer *w)
{
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        hc_writer_column(w, names[k]);
}

static void put_suspicion(hc_writer *w, unsigned s)
{
    static const char *const words[] = {"voltage-falls", "no-cutoff",
                                        "rest-loss"};
    char text[64] = "";

    for (unsigned k = 0; k < 3; k++)
        if (s & (1u << k)) {
            if (text[0])
                strcat(text, ",");
            strcat(text, words[k]);
        }
    hc_writer_text(w, text[0] ? text : "-");
}

static void put(hc_writer *w, double x)
{
    hc_writer_digits(w, x, DIGITS);
}

static double over(double a, double b)
{
    return b > 0 ? a / b : (double)NAN;
}

/* The instrument's count of a step where it has one. */
static double step_ah(const hc_half *h)
{
    return isnan(h->best_step_counter_ah) ? h->best_step_ah
                                          : h->best_step_counter_ah;
}

static void put_cycle(hc_writer *w, const hc_cycle *c,
                      const hc_cycle_scale *scale, double retention,
                      long first_source)
{
    const hc_half *up = &c->charge, *down = &c->discharge;
    double mean_up = over(up->wh, up->ah),
           mean_down = over(down->wh, down->ah);

    hc_writer_integer(w, c->source + first_source);
    hc_writer_integer(w, c->number);
    hc_writer_number(w, c->start_s);
    hc_writer_number(w, c->end_s);
    put(w, up->ah);
    put(w, down->ah);
    put(w, step_ah(up));
    put(w, step_ah(down));
    put(w, up->last_ah);
    put(w, down->last_ah);
    put(w, up->counter_ah);
    put(w, down->counter_ah);
    put(w, up->wh);
    put(w, down->wh);
    put(w, c->ce);
    put(w, c->ce_error);
    put(w, c->integrated_ce);
    put(w, c->instrument_ce);
    put(w, c->energy_efficiency);
    put(w, up->current_a);
    put(w, down->current_a);
    put(w, over(up->current_a, scale->nominal_ah));
    put(w, over(down->current_a, scale->nominal_ah));
    put(w, mean_up);
    put(w, mean_down);
    put(w, mean_up - mean_down);
    hc_writer_number(w, up->v_end);
    hc_writer_number(w, down->v_end);
    put(w, retention);
    put(w, over(down->used_ah, scale->theory_ah));
    put(w, c->endpoint_ah);
    put(w, isnan(down->nucleation_v) ? up->nucleation_v : down->nucleation_v);
    put(w, c->rest_loss_v);
    put(w, c->fall_v);
    put(w, c->temperature_c);
    put(w, c->pressure_pa);
    hc_writer_integer(w, c->runs);
    hc_writer_text(w, c->first_sign > 0   ? "charge"
                      : c->first_sign < 0 ? "discharge"
                                          : "-");
    hc_writer_text(w, c->by_counters ? "counters" : "integral");
    hc_writer_text(w, c->no_low && c->no_high ? "low,high"
                      : c->no_low             ? "low"
                      : c->no_high            ? "high"
                                              : "-");
    put_suspicion(w, c->suspicion);
    hc_writer_end_row(w);
}

void hc_cycle_table_put(hc_writer *w, const hc_cycle_list *l,
                        const hc_cycle_scale *scale, const double *retention,
                        long first_source)
{
    for (size_t k = 0; k < l->n; k++)
        put_cycle(w, &l->at[k], scale, retention ? retention[k] : (double)NAN,
                  first_source);
}

/* ---- reading back ---- */

bool hc_cycle_table_is(const hc_reader *r)
{
    return strcmp(hc_reader_kind(r), "cycles") == 0 ||
           (hc_reader_column(r, "cycle_discharging_capacity_ah") >= 0 &&
            hc_reader_column(r, "current_ampere") < 0);
}

static hc_status read_row(hc_cycle_list *l, hc_reader *r, const int *col,
                          hc_cell_kind cell, hc_err *err)
{
    double x[6];
    hc_cycle c = {.runs = 2, .first_sign = 1};
    hc_status st;

    for (int k = 0; k < 6; k++)
        if ((st = hc_reader_number(r, col[k], &x[k], err)))
            return st;
    c.number = isfinite(x[0]) ? (long)x[0] : (long)l->n + 1;
    c.instrument_cycle = x[0];
    c.charge.ah = x[1];
    c.discharge.ah = x[2];
    c.charge.current_a = !isnan(x[3]) ? x[3] : x[5];
    c.discharge.current_a = !isnan(x[4]) ? x[4] : x[5];
    if (isnan(c.discharge.current_a))
        c.discharge.current_a = c.charge.current_a = 1;
    c.temperature_c = c.pressure_pa = c.rest_loss_v = NAN;
    c.energy_efficiency = c.instrument_ce = NAN;
    c.charge.used_ah = x[1];
    c.discharge.used_ah = x[2];
    c.ce = cell >= HC_CELL_ANODE ? over(x[1], x[2]) : over(x[2], x[1]);
    c.integrated_ce = c.ce;
    c.ce_error = NAN;
    void *p = hc_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);

    if (!p)
        return hc_fail_nomem(err);
    l->at = p;
    l->at[l->n++] = c;
    return HC_OK;
}

hc_status hc_cycle_table_read(hc_cycle_list *l, hc_reader *r,
                              hc_cell_kind cell, hc_err *err)
{
    static const char *const wanted[6] = {"cycle_count",
                                          "cycle_charging_capacity_ah",
                                          "cycle_discharging_capacity_ah",
                                          "charging_current_ampere",
                                          "discharging_current_ampere",
                                          "discharging_rate_per_hour"};
    bool got = true;
    int col[6];
    hc_status st;

    memset(l, 0, sizeof *l);
    l->reservoir_ce = NAN;
    st = hc_reader_need(r, wanted[2], &col[2], err);
    for (int k = 0; !st && k < 6; k++)
        col[k] = hc_reader_column(r, wanted[k]);
    while (!st && got) {
        st = hc_reader_next(r, &got, err);
        if (!st && got)
            st = read_row(l, r, col, cell, err);
    }
    if (!st && l->n == 0)
        st = hc_fail_at(err, HC_NO, hc_reader_name(r), 0,
                        "the table has no cycle");
    if (st)
        hc_cycle_list_clear(l);
    return st;
}
