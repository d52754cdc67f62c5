/* arbin.c: Arbin MITS text exports, in their three spellings
 *
 * "Test_Time(s)", "Test Time (s)" and "Test_Time": one line of names, rows.
 * Current is negative on discharge; the capacities add up until the schedule
 * resets them.  The date of MITS 8 begins with a tab.
 */
#include "formats/form.h"

static bool is_names(const char *line, size_t len)
{
    static const char *const time[] = {"Test Time", "Test Time(s)",
                                       "Test Time (s)", NULL};
    static const char *const own[] = {"Data Point",
                                      "Step Index",
                                      "Cycle Index",
                                      "Date Time",
                                      "DateTime",
                                      "Charge Capacity",
                                      "Charge Capacity(Ah)",
                                      "Charge Capacity (Ah)",
                                      NULL};
    static const char *const volt[] = {"Voltage", "Voltage(V)", "Voltage (V)",
                                       NULL};
    return hc_has_fields(line, len, time) > 0 &&
           hc_has_fields(line, len, volt) > 0 &&
           hc_has_fields(line, len, own) >= 3;
}

static const hc_form form = {.is_names = is_names,
                             .words = 4,
                             .max_head = 60,
                             .head = hc_form_comma,
                             .kind = HC_KIND_SERIES,
                             .rules = {.skip_blank = true, .short_ok = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    long at = hc_form_find(&form, p);
    if (at == 0)
        hc_say_yes(v, 70);
    else if (at > 0)
        hc_say_yes(v, 60);
    else
        hc_say_no(v, hc_probe_find(p, "Cycle_Index") != NULL ? 30 : 0,
                  "no line of Arbin's column names");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

#define ALL(a, b, target, unit)                                               \
    {a, target, unit, 0, 0},                                                  \
    {                                                                         \
        b, target, unit, 0, 0                                                 \
    }

extern const hc_colmap hc_arbin_columns[];
const hc_colmap hc_arbin_columns[] = {
    ALL("Data_Point", "Data Point", "record_index", NULL),
    ALL("Test_Time", "Test Time", "test_time_second", "s"),
    ALL("Step_Time", "Step Time", "step_time_second", "s"),
    ALL("Date_Time", "Date Time", "date_time", NULL),
    {"DateTime", "date_time", NULL, 0, 0},
    ALL("Step_Index", "Step Index", "step_id", NULL),
    ALL("Cycle_Index", "Cycle Index", "cycle_count", NULL),
    {"Current", "current_ampere", "A", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Power", "power_watt", "W", 0, 0},
    ALL("Charge_Capacity", "Charge Capacity", "schedule_charging_capacity_ah",
        "Ah"),
    ALL("Discharge_Capacity", "Discharge Capacity",
        "schedule_discharging_capacity_ah", "Ah"),
    ALL("Charge_Energy", "Charge Energy", "schedule_charging_energy_wh", "Wh"),
    ALL("Discharge_Energy", "Discharge Energy",
        "schedule_discharging_energy_wh", "Wh"),
    ALL("Internal_Resistance", "Internal Resistance",
        "internal_resistance_ohm", "ohm"),
    ALL("Aux_Temperature_1", "Aux_Temperature_1 (C)", "temperature_t1_celsius",
        "degC"),
    {"Temperature", "temperature_t1_celsius", "degC", 0, 0},
    {"Capacity", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_arbin_text = {.name = "arbin-text",
                                        .title = "Arbin MITS csv",
                                        .detect = detect,
                                        .most = 70,
                                        .read = read,
                                        .columns = hc_arbin_columns,
                                        .verified = true};
