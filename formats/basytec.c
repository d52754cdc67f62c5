/* basytec.c: BaSyTec text
 *
 * Lines that begin with '~'; the last of them holds the names.  Current is
 * positive on charge, Ah[Ah] is the net charge and never resets.
 */
#include "core/text.h"
#include "formats/form.h"

#include <string.h>

static bool has(const char *line, size_t len, const char *word)
{
    return memmem(line, len, word, strlen(word)) != NULL;
}

static bool is_names(const char *line, size_t len)
{
    return (has(line, len, "Time[") || has(line, len, "Zeit[")) &&
           (has(line, len, "U[") || has(line, len, "Voltage[")) &&
           (has(line, len, "I[") || has(line, len, "Current["));
}

static hc_status head(hc_sink *sink, const char *line, size_t len, hc_err *err)
{
    static const char start[] = "~Start of Test:";
    if (len > sizeof start - 1 && memcmp(line, start, sizeof start - 1) == 0) {
        char text[64];
        const char *s = line + sizeof start - 1;
        size_t n = len - (sizeof start - 1);
        hc_trim(&s, &n);
        if (n > 0 && n < sizeof text) {
            memcpy(text, s, n);
            text[n] = '\0';
            HC_TRY(hc_sink_fact(sink, "start_time_text", text, err));
        }
    }
    if (len > 1 && *line == '~')
        return hc_form_colon(sink, line + 1, len - 1, err);
    return HC_OK;
}

static const hc_form form = {.is_names = is_names,
                             .head = head,
                             .kind = HC_KIND_SERIES,
                             .rules = {.skip_blank = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    bool named = hc_probe_find(p, "asytec") != NULL ||
                 hc_probe_find(p, "ASYTEC") != NULL ||
                 hc_probe_find(p, "aSyTec") != NULL;
    if (!hc_probe_starts(p, "~") && !named)
        hc_say_no(v, 0, "does not start with '~'");
    else if (hc_form_find(&form, p) >= 0)
        hc_say_yes(v, 90);
    else if (named)
        hc_say_broken(v, 90, "a BaSyTec file without its line of names");
    else
        hc_say_no(v, 20, "starts with '~' and has no BaSyTec names");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

static const hc_colmap columns[] = {
    {"Time", "test_time_second", "s", 0, 0},
    {"Time[h:min:s]", "test_time_second", "s", 0, 0},
    {"Time[hh:mm:ss]", "test_time_second", "s", 0, 0},
    {"Zeit", "test_time_second", "s", 0, 0},
    {"Zeit[h:min:s]", "test_time_second", "s", 0, 0},
    {"t-Step[h:min:s]", "step_time_second", "s", 0, 0},
    {"t-Schritt", "step_time_second", "s", 0, 0},
    {"t-Step", "step_time_second", "s", 0, 0},
    {"DateTime", "date_time", NULL, 0, 0},
    {"Datum", "date_time", NULL, 0, 0},
    {"Zeile", "step_id", NULL, 0, 0},
    {"Befehl", "step_type", NULL, 0, 0},
    {"U", "voltage_volt", "V", 0, 0},
    {"I", "current_ampere", "A", 0, 0},
    {"Time[s]", "test_time_second", "s", 0, 0},
    {"Time[h]", "test_time_second", "h", 0, 0},
    {"Time[min]", "test_time_second", "min", 0, 0},
    {"DataSet", "record_index", NULL, 0, 0},
    {"t-Step[s]", "step_time_second", "s", 0, 0},
    {"t-Step[h]", "step_time_second", "h", 0, 0},
    {"Line", "step_id", NULL, 0, 0},
    {"Command", "step_type", NULL, 0, 0},
    {"U[V]", "voltage_volt", "V", 0, 0},
    {"I[A]", "current_ampere", "A", 0, 0},
    {"P[W]", "power_watt", "W", 0, 0},
    {"Ah", "net_capacity_ah", "Ah", 0, 0},
    {"Ah-Step", "step_net_capacity_ah", "Ah", 0, 0},
    {"Ah-Cyc-Charge-0", "cycle_charging_capacity_ah", "Ah", 0, 0},
    {"Ah-Cyc-Discharge-0", "cycle_discharging_capacity_ah", "Ah", 0, 0},
    {"Wh[Wh]", "net_energy_wh", "Wh", 0, 0},
    {"Wh-Step", "step_net_energy_wh", "Wh", 0, 0},
    {"Wh-Cyc-Charge-0", "cycle_charging_energy_wh", "Wh", 0, 0},
    {"Wh-Cyc-Discharge-0", "cycle_discharging_energy_wh", "Wh", 0, 0},
    {"T1[\xc2\xb0"
     "C]",
     "temperature_t1_celsius", "degC", 0, 0},
    {"T1[\xef\xbf\xbd"
     "C]",
     "temperature_t1_celsius", "degC", 0, 0},
    {"T1", "temperature_t1_celsius", "degC", 0, 1},
    {"R-DC", "dc_internal_resistance_ohm", "ohm", 0, 0},
    {"R-AC", "ac_internal_resistance_ohm", "ohm", 0, 0},
    {"Cyc-Count", "cycle_count", NULL, 0, 0},
    {"Count", NULL, NULL, 0, 0},
    {"State", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_basytec = {.name = "basytec",
                                     .title = "BaSyTec text",
                                     .detect = detect,
                                     .most = 90,
                                     .read = read,
                                     .columns = columns,
                                     .verified = true};
