/* landt.c: LANDT (LAND) text exports
 *
 * csv: lines about the cell padded with commas, names like
 * "test_time_s,...,current_A", positive current charges.  txt: names like
 * "Rec# ... Test(Sec) ... Amps Volts DPt-Time", blanks between.  The binary
 * .ccs is read by nobody but LANDT's own programs.
 */
#include "formats/form.h"

#include <string.h>

static bool is_csv_names(const char *line, size_t len)
{
    static const char *const names[] = {"channel_index",
                                        "cycle_index",
                                        "step_index",
                                        "date_time_iso_string",
                                        "test_time_s",
                                        "step_time_s",
                                        "current_A",
                                        "voltage_V",
                                        "discharge_capacity_Ah",
                                        "step_name",
                                        NULL};
    return hc_count_words(line, len) >= 6 &&
           hc_has_fields(line, len, names) >= 6;
}

static bool has(const char *line, size_t len, const char *word)
{
    return memmem(line, len, word, strlen(word)) != NULL;
}

static bool is_txt_names(const char *line, size_t len)
{
    return has(line, len, "Rec#") && has(line, len, "Test(Sec)") &&
           (has(line, len, "DPt-Time") || has(line, len, "DPT-Time"));
}

static bool is_names(const char *line, size_t len)
{
    return is_csv_names(line, len) || is_txt_names(line, len);
}

static const hc_form form = {.is_names = is_names,
                             .max_head = 60,
                             .head = hc_form_colon,
                             .kind = HC_KIND_SERIES,
                             .rules = {.skip_blank = true, .short_ok = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_probe_bytes(p, 0, "LAND", 4) && p->binary)
        hc_say_broken(v, 90,
                      "a binary file of LANDT (.ccs), which only "
                      "LANDT's program reads: export it as csv");
    else if (hc_form_find(&form, p) >= 0)
        hc_say_yes(v, 85);
    else
        hc_say_no(v, hc_probe_find(p, "test_time_s") != NULL ? 30 : 0,
                  "no line of LANDT's column names");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

static const hc_colmap columns[] = {
    {"channel_index", "record_index", NULL, 0, 0},
    {"cycle_index", "cycle_count", NULL, 0, 0},
    {"step_index", "step_id", NULL, 0, 0},
    {"date_time_iso_string", "date_time", NULL, 0, 0},
    {"test_time_s", "test_time_second", "s", 0, 0},
    {"step_time_s", "step_time_second", "s", 0, 0},
    {"current_A", "current_ampere", "A", 0, 0},
    {"voltage_V", "voltage_volt", "V", 0, 0},
    {"charge_capacity_Ah", "step_charging_capacity_ah", "Ah", 0, 0},
    {"discharge_capacity_Ah", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"charge_energy_Wh", "step_charging_energy_wh", "Wh", 0, 0},
    {"discharge_energy_Wh", "step_discharging_energy_wh", "Wh", 0, 0},
    {"Pressure_Psi", NULL, NULL, 0, 0},
    {"temperature_1_C", "temperature_t1_celsius", "degC", 0, 0},
    {"temperature_2_C", "temperature_t2_celsius", "degC", 0, 0},
    {"temperature_3_C", "temperature_t3_celsius", "degC", 0, 0},
    {"step_name", "step_type", NULL, 0, 0},
    {"Rec#", "record_index", NULL, 0, 0},
    {"Cycle#", "cycle_count", NULL, 0, 0},
    {"Cyc#", "cycle_count", NULL, 0, 0},
    {"Step#", "step_id", NULL, 0, 0},
    {"Test(Sec)", "test_time_second", "s", 0, 0},
    {"Step(Sec)", "step_time_second", "s", 0, 0},
    {"Amps", "current_ampere", "A", 0, 0},
    {"Volts", "voltage_volt", "V", 0, 0},
    {"DPt-Time", "date_time", NULL, 0, 0},
    {"DPT-Time", "date_time", NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_landt = {.name = "landt",
                                   .title = "LANDT csv and txt",
                                   .detect = detect,
                                   .most = 90,
                                   .read = read,
                                   .columns = columns,
                                   .verified = true};
