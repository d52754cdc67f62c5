/* bdf-names.c: the columns of the Battery Data Format, ontology 1.3.0
 *
 * Preferred label and machine name, from
 * https://github.com/battery-data-alliance/battery-data-format.
 */
#include "formats/columns.h"

#include "core/text.h"

#include <string.h>

typedef struct {
    const char *label, *machine;
} bdf_name;

static const bdf_name names[] = {
    {"Current / A", "current_ampere"},
    {"Test Time / s", "test_time_second"},
    {"Voltage / V", "voltage_volt"},
    {"Ambient Temperature / degC", "ambient_temperature_celsius"},
    {"Cycle Count / 1", "cycle_count"},
    {"Step Count / 1", "step_count"},
    {"Unix Time / s", "unix_time_second"},
    {"AC Internal Resistance / ohm", "ac_internal_resistance_ohm"},
    {"Absolute Impedance / ohm", "absolute_impedance_ohm"},
    {"Ambient Pressure / Pa", "ambient_pressure_pa"},
    {"Applied Pressure / Pa", "applied_pressure_pa"},
    {"Charging Capacity / Ah", "charging_capacity_ah"},
    {"Charging Energy / Wh", "charging_energy_wh"},
    {"Cumulative Capacity / Ah", "cumulative_capacity_ah"},
    {"Cumulative Energy / Wh", "cumulative_energy_wh"},
    {"Cycle Charging Capacity / Ah", "cycle_charging_capacity_ah"},
    {"Cycle Charging Energy / Wh", "cycle_charging_energy_wh"},
    {"Cycle Cumulative Capacity / Ah", "cycle_cumulative_capacity_ah"},
    {"Cycle Cumulative Energy / Wh", "cycle_cumulative_energy_wh"},
    {"Cycle Discharging Capacity / Ah", "cycle_discharging_capacity_ah"},
    {"Cycle Discharging Energy / Wh", "cycle_discharging_energy_wh"},
    {"Cycle Net Capacity / Ah", "cycle_net_capacity_ah"},
    {"Cycle Net Energy / Wh", "cycle_net_energy_wh"},
    {"DC Internal Resistance / ohm", "dc_internal_resistance_ohm"},
    {"Discharging Capacity / Ah", "discharging_capacity_ah"},
    {"Discharging Energy / Wh", "discharging_energy_wh"},
    {"Frequency / Hz", "frequency_hertz"},
    {"Imaginary Impedance / ohm", "imaginary_impedance_ohm"},
    {"Internal Resistance / ohm", "internal_resistance_ohm"},
    {"Net Capacity / Ah", "net_capacity_ah"},
    {"Net Energy / Wh", "net_energy_wh"},
    {"Phase / deg", "phase_degree"},
    {"Power / W", "power_watt"},
    {"Real Impedance / ohm", "real_impedance_ohm"},
    {"Record Index / 1", "record_index"},
    {"Schedule Charging Capacity / Ah", "schedule_charging_capacity_ah"},
    {"Schedule Charging Energy / Wh", "schedule_charging_energy_wh"},
    {"Schedule Discharging Capacity / Ah", "schedule_discharging_capacity_ah"},
    {"Schedule Discharging Energy / Wh", "schedule_discharging_energy_wh"},
    {"Step Charging Capacity / Ah", "step_charging_capacity_ah"},
    {"Step Charging Energy / Wh", "step_charging_energy_wh"},
    {"Step Cumulative Capacity / Ah", "step_cumulative_capacity_ah"},
    {"Step Cumulative Energy / Wh", "step_cumulative_energy_wh"},
    {"Step Discharging Capacity / Ah", "step_discharging_capacity_ah"},
    {"Step Discharging Energy / Wh", "step_discharging_energy_wh"},
    {"Step ID", "step_id"},
    {"Step Net Capacity / Ah", "step_net_capacity_ah"},
    {"Step Net Energy / Wh", "step_net_energy_wh"},
    {"Step Record Index / 1", "step_record_index"},
    {"Step Time / s", "step_time_second"},
    {"Step Type", "step_type"},
    {"Surface Pressure / Pa", "surface_pressure_pa"},
    {"Surface Temperature / degC", "surface_temperature_celsius"},
    {"Temperature T1 / degC", "temperature_t1_celsius"},
    {"Temperature T2 / degC", "temperature_t2_celsius"},
    {"Temperature T3 / degC", "temperature_t3_celsius"},
    {"Temperature T4 / degC", "temperature_t4_celsius"},
    {"Temperature T5 / degC", "temperature_t5_celsius"},
};

enum { N_NAMES = sizeof names / sizeof names[0] };

const char *hc_bdf_label(const char *target)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (hc_same(names[i].machine, target))
            return names[i].label;
    return NULL;
}

const char *hc_bdf_machine(const char *label)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (hc_same_word(names[i].label, label))
            return names[i].machine;
    return NULL;
}

const char *hc_bdf_known(const char *machine)
{
    for (size_t i = 0; i < N_NAMES; i++)
        if (hc_same(names[i].machine, machine))
            return names[i].machine;
    return NULL;
}
