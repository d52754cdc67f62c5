/* pec.c: PEC csv
 *
 * Forty-odd "key:,value" lines, a line of names with units, rows; times as
 * hh:mm:ss.xxx, the day first or last by the server's locale (the month is
 * first in the sample).  Current is positive on charge; capacities add up
 * over the test.
 */
#include "formats/form.h"

static bool is_names(const char *line, size_t len)
{
    static const char *const names[] = {"Test",        "Cell",
                                        "Step",        "Cycle",
                                        "Voltage (V)", "Current (A)",
                                        "ReasonCode",  "Instruction Name",
                                        "Real Time",   "Position Start Time",
                                        NULL};
    return hc_has_fields(line, len, names) >= 6;
}

static const hc_form form = {.is_names = is_names,
                             .words = 6,
                             .head = hc_form_comma,
                             .kind = HC_KIND_SERIES,
                             .rules = {.skip_blank = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_form_find(&form, p) >= 0)
        hc_say_yes(v, 90);
    else
        hc_say_no(v, hc_probe_find(p, "TestRegime") != NULL ? 50 : 0,
                  "no line of PEC's column names");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

static const hc_colmap columns[] = {
    {"Step", "step_id", NULL, 0, 0},
    {"Instruction Name", "step_type", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Total Time (Hours in hh:mm:ss.xxx)", "test_time_second", "s", 0, 0},
    {"Total Time (Seconds)", "test_time_second", "s", 0, 0},
    {"Step Time (Seconds)", "step_time_second", "s", 0, 0},
    {"Step Time (Hours in hh:mm:ss.xxx)", "step_time_second", "s", 0, 1},
    {"Real Time", "date_time", NULL, 0, 0},
    {"Position Start Time", NULL, NULL, 0, 0},
    {"Load On Time (Hours in hh:mm:ss.xxx)", NULL, NULL, 0, 0},
    {"Voltage (V)", "voltage_volt", "V", 0, 0},
    {"Voltage (mV)", "voltage_volt", "mV", 0, 1},
    {"Current (A)", "current_ampere", "A", 0, 0},
    {"Current (mA)", "current_ampere", "mA", 0, 1},
    {"Charge Capacity (mAh)", "schedule_charging_capacity_ah", "mAh", 0, 0},
    {"Discharge Capacity (mAh)", "schedule_discharging_capacity_ah", "mAh", 0,
     0},
    {"Charge Capacity (Ah)", "schedule_charging_capacity_ah", "Ah", 0, 0},
    {"Discharge Capacity (Ah)", "schedule_discharging_capacity_ah", "Ah", 0,
     0},
    {"Charge Energy (mWh)", "schedule_charging_energy_wh", "mWh", 0, 0},
    {"Discharge Energy (mWh)", "schedule_discharging_energy_wh", "mWh", 0, 0},
    {"Temperature (\xc2\xb0"
     "C)",
     "temperature_t1_celsius", "degC", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_pec = {.name = "pec",
                                 .title = "PEC csv",
                                 .detect = detect,
                                 .most = 90,
                                 .read = read,
                                 .columns = columns,
                                 .verified = true};
