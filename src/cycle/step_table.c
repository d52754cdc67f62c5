/* step_table.c: steps as a table of kind `steps` */
#include "cycle/step_table.h"

#include <math.h>

enum { DIGITS = 10 };

static const char *const names[] = {
    "source_index",
    "cycle_count",
    "step_count",
    "instrument_step_count",
    "step_type",
    "direction",
    "step_rows",
    "start_time_second",
    "end_time_second",
    "duration_second",
    "current_ampere",
    "current_deviation_ampere",
    "first_current_ampere",
    "last_current_ampere",
    "first_voltage_volt",
    "last_voltage_volt",
    "minimum_voltage_volt",
    "maximum_voltage_volt",
    "step_net_capacity_ah",
    "step_net_energy_wh",
    "instrument_charging_capacity_ah",
    "instrument_discharging_capacity_ah",
    "start_drop_volt",
    "start_drop_second",
    "start_resistance_ohm",
    "end_drop_volt",
    "end_drop_second",
    "end_resistance_ohm",
    "temperature_celsius",
    "minimum_temperature_celsius",
    "maximum_temperature_celsius",
    "pressure_pa",
    "gap_second",
    "bridged_gap_second",
    "edges",
};

void hc_step_table_begin(hc_writer *w)
{
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        hc_writer_column(w, names[k]);
}

static void put_drop(hc_writer *w, double dv, double ds, double di,
                     double scale_a)
{
    hc_writer_digits(w, dv, DIGITS);
    hc_writer_digits(w, ds, DIGITS);
    hc_writer_digits(w, fabs(di) > 0.03 * scale_a ? dv / di : (double)NAN,
                     DIGITS);
}

void hc_step_table_put(hc_writer *w, const hc_step *s)
{
    double scale = fabs(s->current_a);

    hc_writer_integer(w, s->source);
    hc_writer_number(w, s->cycle);
    hc_writer_integer(w, s->index + 1);
    hc_writer_number(w, s->instrument_step);
    hc_writer_text(w, hc_step_type_name(s->type));
    hc_writer_text(w, s->sign > 0   ? "charge"
                      : s->sign < 0 ? "discharge"
                                    : "-");
    hc_writer_integer(w, s->rows);
    hc_writer_number(w, s->start_s);
    hc_writer_number(w, s->end_s);
    hc_writer_digits(w, s->end_s - s->start_s, DIGITS);
    hc_writer_digits(w, s->current_a, DIGITS);
    hc_writer_digits(w, s->current_sd_a, DIGITS);
    hc_writer_number(w, s->current_first_a);
    hc_writer_number(w, s->current_last_a);
    hc_writer_number(w, s->voltage_first_v);
    hc_writer_number(w, s->voltage_last_v);
    hc_writer_number(w, s->voltage_min_v);
    hc_writer_number(w, s->voltage_max_v);
    hc_writer_digits(w, s->charge_ah, DIGITS);
    hc_writer_digits(w, s->energy_wh, DIGITS);
    hc_writer_digits(w, s->counter_charge_ah, DIGITS);
    hc_writer_digits(w, s->counter_discharge_ah, DIGITS);
    put_drop(w, s->ir_start_v, s->ir_start_s, s->di_start_a, scale);
    put_drop(w, s->ir_end_v, s->ir_end_s, s->di_end_a, scale);
    hc_writer_digits(w, s->temperature_c, DIGITS);
    hc_writer_number(w, s->temperature_min_c);
    hc_writer_number(w, s->temperature_max_c);
    hc_writer_digits(w, s->pressure_pa, DIGITS);
    hc_writer_digits(w, s->gap_s, DIGITS);
    hc_writer_digits(w, s->gap_bridged_s, DIGITS);
    hc_writer_text(w, s->id_disagrees ? "current" : "step-id");
    hc_writer_end_row(w);
}

void hc_step_limits_write(hc_writer *w, const hc_step_limits *l)
{
    hc_writer_meta(w, "step_limits",
                   "rest_relative=%g rest_current_a=%g level=%g steady=%g "
                   "pulse_max_s=%g",
                   l->rest_relative, l->rest_current_a, l->level_tol,
                   l->steady_tol, l->pulse_max_s);
}

void hc_step_notes_add(hc_step_notes *n, const hc_step *step)
{
    n->steps++;
    if (step->id_disagrees && !isnan(step->instrument_step) &&
        n->disagree++ == 0)
        n->disagree_line = step->line_first;
    n->gap_s += step->gap_s;
    n->bridged_s += step->gap_bridged_s;
    n->imax_a = fmax(n->imax_a, fabs(step->current_max_a));
    n->imax_a = fmax(n->imax_a, fabs(step->current_min_a));
}

void hc_step_notes_tell(const hc_step_notes *n, const char *file,
                        hc_talk *talk)
{
    if (n->gap_s > 0)
        hc_say_warning(talk, file, 0,
                       "%.6g s of gaps in the log carry no charge: the "
                       "current differs at their ends",
                       n->gap_s);
    if (n->bridged_s > 0)
        hc_say_warning(talk, file, 0,
                       "%.6g s of gaps in the log were bridged: same step "
                       "and current at both ends",
                       n->bridged_s);
    if (n->disagree)
        hc_say_note(talk,
                    "%s:%ld: %ld of %ld steps begin where the current "
                    "changes, not where the step id does",
                    file, n->disagree_line, n->disagree, n->steps);
}

/* Steps that are done go to the table. */
static void drain(hc_steps *d, hc_writer *w, hc_step_notes *notes)
{
    hc_step step;

    (void)hc_steps_row(d);
    while (hc_steps_next(d, &step)) {
        hc_step_notes_add(notes, &step);
        hc_step_table_put(w, &step);
    }
}

hc_status hc_step_table_run(hc_series *s, const hc_step_limits *limits,
                            hc_writer *w, hc_talk *talk, hc_err *err)
{
    hc_steps *d = NULL;
    hc_step_notes notes = {0};
    hc_sample *sample;
    bool got = true;
    hc_status st = hc_steps_new(&d, limits, err);

    while (!st && got) {
        sample = hc_steps_room(d);
        st = hc_series_next(s, sample, &got, err);
        if (!st && got)
            st = hc_steps_push(d, sample, err);
        if (!st && hc_steps_done(d))
            drain(d, w, &notes);
    }
    if (!st) {
        do {
            got = hc_steps_finish(d);
            drain(d, w, &notes);
        } while (got);
        hc_series_tell(s, talk);
        hc_step_notes_tell(&notes, hc_series_name(s), talk);
        if (notes.steps > 0 && notes.imax_a <= 0)
            st = hc_fail_at(err, HC_NO, hc_series_name(s), 0,
                            "the current is zero in all %ld rows",
                            hc_series_repaired(s)->rows);
    }
    hc_steps_free(d);
    return st;
}
