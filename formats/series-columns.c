/* series-columns.c: the columns of a table of kind series or wave */
#include "formats/normal.h"

#include <string.h>

/* Targets that series.c makes itself, or that are only means to an end. */
static bool is_inner(const char *target)
{
    static const char *const inner[] = {"test_time_second",
                                        "voltage_volt",
                                        "current_ampere",
                                        "unix_time_second",
                                        "date_time",
                                        "charge_increment_coulomb",
                                        "control_mixed",
                                        "control_mode",
                                        "step_flag",
                                        "charging_current_ampere",
                                        "discharging_current_ampere",
                                        "spectrum_key",
                                        "frequency_hertz"};
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++)
        if (strcmp(target, inner[i]) == 0)
            return true;
    return strstr(target, "impedance") != NULL ||
           strstr(target, "admittance") != NULL ||
           strstr(target, "_farad") != NULL ||
           strcmp(target, "loss_factor") == 0 ||
           strcmp(target, "parallel_resistance_ohm") == 0 ||
           strstr(target, "phase_degree") != NULL ||
           strchr(target, '@') != NULL;
}

static bool has_time(const hc_normal *n)
{
    return n->slot.time >= 0 || n->slot.date >= 0 || n->slot.unix_time >= 0 ||
           n->slot.step_time >= 0;
}

static bool can_derive_current(const hc_normal *n)
{
    const hc_slots *s = &n->slot;
    return (s->increment >= 0 && s->time >= 0) || s->control_amp >= 0 ||
           s->mode >= 0 || s->amp_in >= 0 || s->amp_out >= 0;
}

bool hc_series_has_current(const hc_normal *n)
{
    return n->slot.amp >= 0 || can_derive_current(n);
}

/* Say which pair of electrodes voltage_volt is. */
static hc_status note_voltage(hc_normal *n, hc_err *err)
{
    const hc_slots *s = &n->slot;
    const char *what = NULL;
    if (n->many || n->writer != NULL)
        return HC_OK;
    if (s->volt >= 0 && (s->working >= 0 || s->counter >= 0))
        what = "working - counter";
    else if (s->volt < 0 && s->working >= 0 && s->counter >= 0)
        what = "working - counter, computed";
    else if (s->volt < 0 && s->working >= 0)
        what = "working - reference";
    if (what != NULL &&
        hc_meta_add(&n->facts, "voltage_of", "%s", what) != HC_OK)
        return hc_fail_nomem(err);
    return HC_OK;
}

static hc_status fixed_columns(hc_normal *n, hc_err *err)
{
    HC_TRY(hc_normal_add(n, "test_time_second", HC_FROM_TIME, -1, err));
    HC_TRY(hc_normal_add(n, "voltage_volt", HC_FROM_VOLTAGE, -1, err));
    HC_TRY(hc_normal_add(n, "current_ampere", HC_FROM_CURRENT, -1, err));
    HC_TRY(hc_normal_add(n, "cycle_count", HC_FROM_CYCLE, -1, err));
    HC_TRY(hc_normal_add(n, "step_count", HC_FROM_STEP, -1, err));
    HC_TRY(hc_normal_add(n, "charging_capacity_ah", HC_FROM_CHARGED, -1, err));
    HC_TRY(hc_normal_add(n, "discharging_capacity_ah", HC_FROM_DISCHARGED, -1,
                         err));
    return hc_normal_add(n, "unix_time_second", HC_FROM_UNIX, -1, err);
}

/* Those of the file, if it has them, stand where the derived ones would. */
static hc_status capacity_columns(hc_normal *n, hc_err *err)
{
    const int in = hc_normal_find(n, "charging_capacity_ah");
    const int out = hc_normal_find(n, "discharging_capacity_ah");
    const bool derived = in < 0 && hc_series_has_current(n) && has_time(n);
    if (in >= 0 || derived)
        HC_TRY(hc_normal_add(n, "charging_capacity_ah",
                             in >= 0 ? HC_FROM_COLUMN : HC_FROM_CHARGED, in,
                             err));
    if (out >= 0 && !derived)
        return hc_normal_add(n, "discharging_capacity_ah", HC_FROM_COLUMN, out,
                             err);
    return derived ? hc_normal_add(n, "discharging_capacity_ah",
                                   HC_FROM_DISCHARGED, -1, err)
                   : HC_OK;
}

static hc_status own_columns(hc_normal *n, hc_err *err)
{
    const hc_slots *s = &n->slot;
    if (has_time(n))
        HC_TRY(hc_normal_add(n, "test_time_second", HC_FROM_TIME, -1, err));
    if (s->volt >= 0 || s->working >= 0)
        HC_TRY(hc_normal_add(n, "voltage_volt", HC_FROM_VOLTAGE, -1, err));
    if (hc_series_has_current(n))
        HC_TRY(hc_normal_add(n, "current_ampere", HC_FROM_CURRENT, -1, err));
    if (s->cycle >= 0 || n->dataset->cycle_count >= 0)
        HC_TRY(hc_normal_add(n, "cycle_count", HC_FROM_CYCLE, -1, err));
    if (s->step >= 0 || s->step_id >= 0 || s->step_flag >= 0)
        HC_TRY(hc_normal_add(n, "step_count", HC_FROM_STEP, -1, err));
    if (n->options->few) {
        if (s->step_time >= 0)
            HC_TRY(hc_normal_add(n, n->in[s->step_time].m.target,
                                 HC_FROM_COLUMN, s->step_time, err));
        return HC_OK;
    }
    HC_TRY(capacity_columns(n, err));
    if (hc_series_can_utc(n))
        HC_TRY(hc_normal_add(n, "unix_time_second", HC_FROM_UNIX, -1, err));
    for (size_t i = 0; i < n->n_in; i++) {
        const char *target = n->in[i].m.target;
        if (target != NULL && !is_inner(target))
            HC_TRY(hc_normal_add(n, target, HC_FROM_COLUMN, (int)i, err));
    }
    return HC_OK;
}

hc_status hc_series_columns(hc_normal *n, hc_err *err)
{
    HC_TRY(note_voltage(n, err));
    if (n->slot.amp < 0 && can_derive_current(n) && !n->many &&
        hc_meta_add(&n->facts, "derived", "current_ampere from %s",
                    n->slot.amp_in >= 0 && n->slot.amp_out >= 0
                        ? "the currents of charge and discharge"
                    : n->slot.amp_in >= 0    ? "the current of charge"
                    : n->slot.amp_out >= 0   ? "the current of discharge"
                    : n->slot.increment >= 0 ? "the charge of each row"
                    : n->slot.control_amp >= 0 || n->slot.control_mixed >= 0
                        ? "the control column"
                        : "the mode: a rest has none") != HC_OK)
        return hc_fail_nomem(err);
    if (hc_counters_name(n) != NULL && !n->many &&
        hc_normal_find(n, "charging_capacity_ah") < 0 &&
        hc_meta_add(&n->facts, "derived", "charging_capacity_ah from %s",
                    hc_counters_name(n)) != HC_OK)
        return hc_fail_nomem(err);
    if (hc_counters_name(n) == NULL && !n->many && hc_series_has_current(n) &&
        has_time(n) && hc_normal_find(n, "charging_capacity_ah") < 0 &&
        hc_meta_add(&n->facts, "derived",
                    "charging_capacity_ah from current_ampere") != HC_OK)
        return hc_fail_nomem(err);
    return n->many ? fixed_columns(n, err) : own_columns(n, err);
}
