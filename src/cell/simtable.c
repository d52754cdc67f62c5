#include "cell/simtable.h"

#include "cell/physics.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10 };

/* "cathode.D" in m2/s is cathode_d_m2_s. */
static void sweep_names(hc_writer *w, const hc_sweep_columns *sweep)
{
    if (sweep->n == 0)
        return;
    hc_writer_column(w, "sweep_index");
    for (size_t k = 0; k < sweep->n; k++) {
        char name[96];
        const hc_parameter_info *about = hc_parameter_about(sweep->p[k]);
        snprintf(name, sizeof name, "%s%s%s", about->path,
                 strcmp(about->unit, "1") == 0 ? "" : "_",
                 strcmp(about->unit, "1") == 0 ? "" : about->unit);
        for (char *c = name; *c; c++)
            *c = strchr("./ ", *c) ? '_' : hc_tolower(*c);
        hc_writer_column(w, name);
    }
}

static void sweep_cells(hc_writer *w, long index, const double *values,
                        size_t n)
{
    if (n == 0)
        return;
    hc_writer_integer(w, index);
    for (size_t k = 0; k < n; k++)
        hc_writer_digits(w, values[k], DIGITS);
}

static const char *const series_names[] = {
    "test_time_second",
    "current_ampere",
    "voltage_volt",
    "cycle_count",
    "step_count",
    "step_type",
    "charging_capacity_ah",
    "discharging_capacity_ah",
    "net_capacity_ah",
    "soc",
    "stoichiometry",
    "surface_stoichiometry",
    "temperature_celsius",
    "open_circuit_voltage_volt",
    "diffusion_overpotential_volt",
    "charge_transfer_positive_overpotential_volt",
    "charge_transfer_negative_overpotential_volt",
    "electrolyte_overpotential_volt",
    "cathode_ohmic_overpotential_volt",
    "series_overpotential_volt",
};

void hc_sim_columns(hc_writer *w, const hc_sweep_columns *sweep)
{
    sweep_names(w, sweep);
    for (size_t i = 0; i < sizeof series_names / sizeof series_names[0]; i++)
        hc_writer_column(w, series_names[i]);
}

void hc_sim_row(hc_writer *w, const hc_cell *cell, const hc_sim_point *p,
                   long index, const double *values, size_t n)
{
    const hc_observed *o = &p->seen;
    double area = cell->value[HC_P_AREA], ah = area / 3600;
    sweep_cells(w, index, values, n);
    const double first[] = {p->t_s, o->current * area, o->voltage};
    for (size_t i = 0; i < 3; i++)
        hc_writer_digits(w, first[i], DIGITS);
    hc_writer_integer(w, p->cycle);
    hc_writer_integer(w, p->step);
    hc_writer_text(w, p->type);
    const double rest[] = {p->charged * ah,
                           p->discharged * ah,
                           (p->charged - p->discharged) * ah,
                           o->soc,
                           o->x_mean,
                           o->x_surface,
                           o->temperature_k - 273.15,
                           o->ocv,
                           o->diffusion,
                           o->transfer_p,
                           o->transfer_n,
                           o->electrolyte,
                           o->cathode_ohmic,
                           o->series};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        hc_writer_digits(w, rest[i], DIGITS);
    hc_writer_end_row(w);
}

static const char *const ends_names[] = {
    "cycle_count",
    "step_count",
    "step_type",
    "test_time_second",
    "step_duration_second",
    "current_ampere",
    "voltage_volt",
    "step_charging_capacity_ah",
    "step_discharging_capacity_ah",
    "soc",
    "stoichiometry",
    "surface_stoichiometry",
};

void hc_ends_columns(hc_writer *w, const hc_sweep_columns *sweep)
{
    sweep_names(w, sweep);
    for (size_t i = 0; i < sizeof ends_names / sizeof ends_names[0]; i++)
        hc_writer_column(w, ends_names[i]);
}

void hc_ends_row(hc_writer *w, const hc_cell *cell, const hc_sim_point *p,
                 hc_ends_state *state, long index, const double *values,
                 size_t n)
{
    const hc_observed *o = &p->seen;
    if (!state->open)
        *state = (hc_ends_state){true, p->t_s, p->charged, p->discharged};
    if (!p->ends_step)
        return;
    double area = cell->value[HC_P_AREA], ah = area / 3600;
    sweep_cells(w, index, values, n);
    hc_writer_integer(w, p->cycle);
    hc_writer_integer(w, p->step);
    hc_writer_text(w, p->type);
    const double cells[] = {p->t_s,
                            p->t_s - state->t0,
                            o->current * area,
                            o->voltage,
                            (p->charged - state->charged0) * ah,
                            (p->discharged - state->discharged0) * ah,
                            o->soc,
                            o->x_mean,
                            o->x_surface};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        hc_writer_digits(w, cells[i], DIGITS);
    hc_writer_end_row(w);
    state->open = false;
}

void hc_profile_columns(hc_writer *w)
{
    static const char *const names[] = {
        "test_time_second",
        "cycle_count",
        "step_count",
        "step_type",
        "voltage_volt",
        "depth_meter",
        "stoichiometry",
        "concentration_mol_m3",
        "concentration_gradient_mol_m4",
        "open_circuit_potential_volt",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hc_writer_column(w, names[i]);
}

hc_status hc_profile_rows(hc_writer *w, const hc_cell *cell,
                          const hc_sim_point *p, hc_err *err)
{
    size_t n = hc_system_profile_size(p->system);
    double *v = malloc((3 * n + 1) * sizeof *v);
    if (!v)
        return hc_fail_nomem(err);
    double *depth = v, *x = v + n, *slope = v + 2 * n;
    double c_max = cell->value[HC_P_C_MAX];
    hc_system_profile(p->system, p->y, depth, x, slope);
    for (size_t k = 0; k < n; k++) {
        hc_writer_digits(w, p->t_s, DIGITS);
        hc_writer_integer(w, p->cycle);
        hc_writer_integer(w, p->step);
        hc_writer_text(w, p->type);
        const double cells[] = {p->seen.voltage,
                                depth[k],
                                x[k],
                                x[k] * c_max,
                                slope[k] * c_max,
                                hc_curve_at(&cell->ocv, x[k], NULL)};
        for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
            hc_writer_digits(w, cells[i], DIGITS);
        hc_writer_end_row(w);
    }
    free(v);
    return HC_OK;
}
