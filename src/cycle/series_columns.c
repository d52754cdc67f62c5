#include "cycle/series_columns.h"

#include <math.h>
#include <string.h>

enum {
    COL_TIME,
    COL_CURRENT,
    COL_VOLTAGE,
    COL_CYCLE,
    COL_STEP,
    COL_STEP_TIME,
    COL_TEMPERATURE,
    COL_PRESSURE,
    COL_FREQ,
    COL_CHARGE,
    COL_DISCHARGE,
    COL_CHARGE_WH,
    COL_DISCHARGE_WH,
    COL_WORKING,
    COL_COUNTER,
    COL_SOURCE,
    N_COLS
};

/* Names in order of preference, and the member each column fills.  A counter
 * that resets serves as well as one that does not: only its increments are
 * used. */
typedef struct {
    const char *names[6];
    size_t offset;
} column_row;

static const column_row columns[N_COLS] = {
    [COL_TIME] = {{"test_time_second", "unix_time_second"},
                  offsetof(hc_sample, time_s)},
    [COL_CURRENT] = {{"current_ampere"}, offsetof(hc_sample, current_a)},
    [COL_VOLTAGE] = {{"voltage_volt", "working_potential_volt"},
                     offsetof(hc_sample, voltage_v)},
    [COL_CYCLE] = {{"cycle_count", "cycle_index"}, offsetof(hc_sample, cycle)},
    [COL_STEP] = {{"step_count", "step_index", "step_id"},
                  offsetof(hc_sample, step)},
    [COL_STEP_TIME] = {{"step_time_second"}, offsetof(hc_sample, step_time_s)},
    [COL_TEMPERATURE] = {{"temperature_t1_celsius",
                          "surface_temperature_celsius", "temperature_celsius",
                          "ambient_temperature_celsius"},
                         offsetof(hc_sample, temperature_c)},
    [COL_PRESSURE] = {{"applied_pressure_pa", "pressure_pa",
                       "surface_pressure_pa", "ambient_pressure_pa"},
                      offsetof(hc_sample, pressure_pa)},
    [COL_FREQ] = {{"frequency_hertz"}, offsetof(hc_sample, freq_hz)},
    [COL_CHARGE] = {{"charging_capacity_ah", "schedule_charging_capacity_ah",
                     "cycle_charging_capacity_ah",
                     "step_charging_capacity_ah"},
                    offsetof(hc_sample, charge_ah)},
    [COL_DISCHARGE] = {{"discharging_capacity_ah",
                        "schedule_discharging_capacity_ah",
                        "cycle_discharging_capacity_ah",
                        "step_discharging_capacity_ah"},
                       offsetof(hc_sample, discharge_ah)},
    [COL_CHARGE_WH] = {{"charging_energy_wh", "schedule_charging_energy_wh",
                        "cycle_charging_energy_wh", "step_charging_energy_wh"},
                       offsetof(hc_sample, charge_wh)},
    [COL_DISCHARGE_WH] = {{"discharging_energy_wh",
                           "schedule_discharging_energy_wh",
                           "cycle_discharging_energy_wh",
                           "step_discharging_energy_wh"},
                          offsetof(hc_sample, discharge_wh)},
    [COL_WORKING] = {{"working_potential_volt"},
                     offsetof(hc_sample, working_v)},
    [COL_COUNTER] = {{"counter_potential_volt"},
                     offsetof(hc_sample, counter_v)},
    [COL_SOURCE] = {{"source_index"}, offsetof(hc_sample, source_index)},
};

/* What the table says its capacities come from, or NULL. */
static const char *derived_from(const hc_meta *m)
{
    static const char key[] = "derived charging_capacity_ah from ";

    for (size_t k = 0; k < m->n; k++)
        if (strncmp(m->lines[k], key, sizeof key - 1) == 0)
            return m->lines[k] + sizeof key - 1;
    return NULL;
}

/* Columns of the reader by what they fill, -1 where it has none. */
static void map_columns(const hc_reader *r, int col[N_COLS])
{
    for (int c = 0; c < N_COLS; c++) {
        col[c] = -1;
        for (size_t k = 0; k < 6 && columns[c].names[k]; k++) {
            col[c] = hc_reader_column(r, columns[c].names[k]);
            if (col[c] >= 0)
                break;
        }
    }
    /* what hc-read integrated is no count of the instrument */
    const char *from = derived_from(hc_reader_meta(r));

    if (from && strcmp(from, "current_ampere") == 0)
        col[COL_CHARGE] = col[COL_DISCHARGE] = -1;
    /* a counter of one direction only cannot be told from a net one */
    if (col[COL_CHARGE] < 0 || col[COL_DISCHARGE] < 0)
        col[COL_CHARGE] = col[COL_DISCHARGE] = -1;
    if (col[COL_CHARGE_WH] < 0 || col[COL_DISCHARGE_WH] < 0)
        col[COL_CHARGE_WH] = col[COL_DISCHARGE_WH] = -1;
}

/* Each column there is goes straight to its member of a sample. */
static hc_status want_columns(hc_reader *r, const int col[N_COLS], hc_err *err)
{
    int column[N_COLS];
    size_t to[N_COLS], n = 0;

    for (int c = 0; c < N_COLS; c++)
        if (col[c] >= 0) {
            column[n] = col[c];
            to[n++] = columns[c].offset / sizeof(double);
        }
    return hc_reader_want(r, column, to, n, err);
}

hc_status hc_sample_columns(hc_reader *r, hc_sample *blank, hc_err *err)
{
    const char *kind = hc_reader_kind(r);
    int col[N_COLS], none;
    hc_status st = HC_OK;

    if (kind[0] && strcmp(kind, "series") != 0)
        return hc_fail_at(err, HC_DATA, hc_reader_name(r), 0,
                          "is a table of kind %s, wanted is a time series "
                          "(kind series)",
                          kind);
    map_columns(r, col);
    if (col[COL_TIME] < 0)
        st = hc_reader_need(r, "test_time_second", &none, err);
    if (st == HC_OK && col[COL_CURRENT] < 0)
        st = hc_reader_need(r, "current_ampere", &none, err);
    if (st == HC_OK && col[COL_VOLTAGE] < 0)
        st = hc_reader_need(r, "voltage_volt", &none, err);
    *blank = (hc_sample){.ahead_max_a = NAN};
    for (int c = 0; c < N_COLS; c++)
        *(double *)((char *)blank + columns[c].offset) = NAN;
    return st == HC_OK ? want_columns(r, col, err) : st;
}
