/* digatron.c: Digatron csv
 *
 * Two styles, after the names that open readers know: "Step,Status,Step Time,
 * Prog Time,...,Voltage,Current,AhAccu", a line of units below, and
 * "Step,Status,Timestamp,Program Duration#s,...,Voltage#V,Current#A".  AhAccu
 * is the net charge; AhStep is without sign.  German exports have the same
 * columns by their German names.  No real file was at hand.
 */
#include "formats/form.h"

static bool is_names(const char *line, size_t len)
{
    static const char *const times[] = {"Prog Time",
                                        "Program Time",
                                        "Program Duration",
                                        "Step Duration",
                                        "Programmdauer",
                                        "Schrittdauer",
                                        NULL};
    static const char *const others[] = {
        "Step",    "Status",  "Voltage",  "Current", "AhAccu", "AhStep",
        "Schritt", "Zustand", "Spannung", "Strom",   "AhAkku", NULL};
    return hc_has_fields(line, len, times) >= 1 &&
           hc_has_fields(line, len, others) >= 3;
}

static const hc_form form = {.is_names = is_names,
                             .words = 4,
                             .head = hc_form_comma,
                             .kind = HC_KIND_SERIES,
                             .rules = {.skip_blank = true, .short_ok = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_form_find(&form, p) >= 0)
        hc_say_yes(v, 85);
    else
        hc_say_no(v, hc_probe_find(p, "AhAccu") != NULL ? 30 : 0,
                  "no line of Digatron's column names");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

static const hc_colmap columns[] = {
    {"Step", "step_id", NULL, 0, 0},
    {"Status", "step_type", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Prog Time", "test_time_second", "s", 0, 0},
    {"Program Time", "test_time_second", "s", 0, 0},
    {"Program Duration#s", "test_time_second", "s", 0, 0},
    {"Step Time", "step_time_second", "s", 0, 0},
    {"Step Duration#s", "step_time_second", "s", 0, 0},
    {"Timestamp", "date_time", NULL, 0, 0},
    {"Date/Time", "date_time", NULL, 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Voltage#V", "voltage_volt", "V", 0, 0},
    {"Current", "current_ampere", "A", 0, 0},
    {"Current#A", "current_ampere", "A", 0, 0},
    {"AhCha", "charging_capacity_ah", "Ah", 0, 0},
    {"AhCha#Ah", "charging_capacity_ah", "Ah", 0, 0},
    {"AhDch", "discharging_capacity_ah", "Ah", 0, 0},
    {"AhDch#Ah", "discharging_capacity_ah", "Ah", 0, 0},
    {"AhAccu", "net_capacity_ah", "Ah", 0, 0},
    {"AhAccu#Ah", "net_capacity_ah", "Ah", 0, 0},
    {"AhStep", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"AhStep#Ah", "step_cumulative_capacity_ah", "Ah", 0, 0},
    {"WhCha#Wh", "charging_energy_wh", "Wh", 0, 0},
    {"WhDch#Wh", "discharging_energy_wh", "Wh", 0, 0},
    {"WhAccu", "net_energy_wh", "Wh", 0, 0},
    {"WhAccu#Wh", "net_energy_wh", "Wh", 0, 0},
    {"WhStep#Wh", "step_cumulative_energy_wh", "Wh", 0, 0},
    {"Watt", "power_watt", "W", 0, 0},
    {"Schritt", "step_id", NULL, 0, 0},
    {"Zustand", "step_type", NULL, 0, 0},
    {"Zyklus", "cycle_count", NULL, 0, 0},
    {"Programmdauer", "test_time_second", "s", 0, 0},
    {"Schrittdauer", "step_time_second", "s", 0, 0},
    {"Zeit", "date_time", NULL, 0, 0},
    {"Zeitstempel", "date_time", NULL, 0, 0},
    {"Spannung", "voltage_volt", "V", 0, 0},
    {"Strom", "current_ampere", "A", 0, 0},
    {"AhAkku", "net_capacity_ah", "Ah", 0, 0},
    {"AhLad", "charging_capacity_ah", "Ah", 0, 0},
    {"AhEla", "discharging_capacity_ah", "Ah", 0, 0},
    {"WhAkku", "net_energy_wh", "Wh", 0, 0},
    {"WhLad", "charging_energy_wh", "Wh", 0, 0},
    {"WhEla", "discharging_energy_wh", "Wh", 0, 0},
    {"Temp1", "temperature_t1_celsius", "degC", 0, 0},
    {"Tenv", "ambient_temperature_celsius", "degC", 0, 0},
    {"T1", "temperature_t1_celsius", "degC", 0, 0},
    {"Power#W", "power_watt", "W", 0, 0},
    {"Tenv#degC", "ambient_temperature_celsius", "degC", 0, 0},
    {"T1#degC", "temperature_t1_celsius", "degC", 0, 0},
    {"LogTemp001", "temperature_t1_celsius", "degC", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_digatron = {.name = "digatron",
                                      .title = "Digatron csv",
                                      .detect = detect,
                                      .most = 85,
                                      .read = read,
                                      .columns = columns,
                                      .verified = false};
