#include "formats/biologic.h"

#include "core/text.h"
#include "formats/dates.h"

#include <stdio.h>
#include <string.h>

/* Z is measured between working and reference electrode; with a third
 * electrode Zce and Zwe-ce stand beside it.  -Im is our Im turned round. */
const hc_colmap hc_biologic_columns[] = {
    {"Re(Zce)", "real_impedance_ohm@ce", "ohm", 1, 0},
    {"-Im(Zce)", "imaginary_impedance_ohm@ce", "ohm", -1, 0},
    {"|Zce|", "absolute_impedance_ohm@ce", "ohm", 1, 0},
    {"Phase(Zce)", "phase_degree@ce", "deg", 1, 0},
    {"Re(Zwe-ce)", "real_impedance_ohm@cell", "ohm", 1, 0},
    {"-Im(Zwe-ce)", "imaginary_impedance_ohm@cell", "ohm", -1, 0},
    {"|Zwe-ce|", "absolute_impedance_ohm@cell", "ohm", 1, 0},
    {"Phase(Zwe-ce)", "phase_degree@cell", "deg", 1, 0},
    {"<Ewe/V>", "working_potential_volt", "V", 1, 1},
    {"<Ecv>", "counter_potential_volt", "V", 1, 2}, /* id 441 */
    {"<Ece/V>", "counter_potential_volt", "V", 1, 1},
    {"Ewe-Ece", "voltage_volt", "V", 1, 0},
    {"<Ewe-Ece>", "voltage_volt", "V", 1, 1},
    {"|Ewe|", "ac_voltage_volt", "V", 1, 0},
    {"|I|", "ac_current_ampere", "A", 1, 0},
    {"(Q-Qo)", "net_capacity_ah", "mAh", 1, 0},
    {"dq", "charge_increment_coulomb", "mAh", 1, 0},
    {"control/V/mA", "control_mixed", "", 1, 0},
    {"control/V", "control_volt", "V", 1, 0},
    {"control/mA", "control_ampere", "mA", 1, 0},
    {"mode", "control_mode", "", 1, 0},
    {"Ns changes", "step_flag", "", 1, 0},
    {"z cycle", "spectrum_key", "", 1, 0},
    {"Pwe", "power_watt", "W", 1, 1},
    {"R", NULL, NULL, 0, 0},
    {"x", NULL, NULL, 0, 0},
    {"THD Ewe", "thd_voltage_percent", "%", 1, 0},
    {"NSD Ewe", "nsd_voltage_percent", "%", 1, 0},
    {"NSR Ewe", "nsr_voltage_percent", "%", 1, 0},
    {"THD I", "thd_current_percent", "%", 1, 0},
    {"NSD I", "nsd_current_percent", "%", 1, 0},
    {"NSR I", "nsr_current_percent", "%", 1, 0},
    {NULL, NULL, NULL, 0, 0},
};

hc_kind hc_biologic_kind(const char *technique)
{
    if (technique[0] == '\0' || strstr(technique, "ZIR") != NULL)
        return HC_KIND_AUTO; /* a point of impedance, or none */
    return strstr(technique, "mpedan") != NULL ||
                   strstr(technique, "mpédan") != NULL
               ? HC_KIND_EIS
               : HC_KIND_SERIES;
}

/* Value after "key :" or "key:", NULL when the line is about something
 * else. */
static const char *value_of(const char *line, const char *key)
{
    const char *s;
    if (!hc_starts_with(line, key))
        return NULL;
    s = line + strlen(key);
    while (*s == ' ')
        s++;
    if (*s != ':')
        return NULL;
    s++;
    while (*s == ' ')
        s++;
    return s;
}

static const struct {
    const char *key, *fact;
} plain_facts[] = {
    {"Device", "device"},
    {"Electrode surface area", "electrode_surface_area"},
    {"Characteristic mass", "characteristic_mass"},
    {"Mass of active material", "active_mass"},
    {"Battery capacity", "battery_capacity"},
    {"Number of loops", "number_of_loops"},
};

static hc_status start_fact(const char *value, hc_sink *sink, hc_err *err)
{
    char iso[40];
    HC_TRY(hc_sink_fact(sink, "start_time_text", value, err));
    if (hc_date_iso(value, HC_DATE_MDY, iso))
        HC_TRY(hc_sink_fact(sink, "start_time", iso, err));
    return HC_OK;
}

/* "EC-Lab for windows v11.33 (software)" as "EC-Lab v11.33" */
static void software_of(hc_biologic_header *h, const char *line)
{
    const char *mid = strstr(line, " for windows v");
    const char *end = strstr(line, " (software)");
    if (mid == NULL || end == NULL || end < mid)
        return;
    mid += strlen(" for windows ");
    /* some versions write EC-LAB */
    snprintf(h->software, sizeof h->software, "%s %.*s",
             line[0] == 'B' ? "BT-Lab" : "EC-Lab", (int)(end - mid), mid);
}

/* "key value": the columns of a technique's table of settings are 20 wide */
static hc_status setting(const char *line, size_t len, hc_sink *sink,
                         hc_err *err)
{
    const char *colon = memchr(line, ':', len);
    const char *gap = memmem(line, len, "  ", 2);
    if (colon != NULL && (gap == NULL || colon < gap))
        return hc_sink_metan(sink, line, (size_t)(colon - line), colon + 1,
                             (size_t)(line + len - colon - 1), err);
    if (len > 20)
        return hc_sink_metan(sink, line, 20, line + 20, len - 20, err);
    return HC_OK;
}

hc_status hc_biologic_header_line(hc_biologic_header *h, const char *line,
                                  size_t len, hc_sink *sink, hc_err *err)
{
    char text[1024];
    const char *v;
    hc_trim(&line, &len);
    if (len == 0)
        return HC_OK;
    snprintf(text, sizeof text, "%.*s", (int)(len < 1000 ? len : 1000), line);
    if (strstr(text, "(software)") != NULL)
        software_of(h, text);
    if ((v = value_of(text, "Comments")) != NULL) {
        size_t at = strlen(h->comments);
        if (*v != '\0')
            snprintf(h->comments + at, sizeof h->comments - at, "%s%s",
                     at == 0 ? "" : " | ", v);
        return HC_OK;
    }
    if ((v = value_of(text, "Acquisition started on")) != NULL)
        return start_fact(v, sink, err);
    for (size_t i = 0; i < sizeof plain_facts / sizeof plain_facts[0]; i++)
        if ((v = value_of(text, plain_facts[i].key)) != NULL)
            return hc_sink_fact(sink, plain_facts[i].fact, v, err);
    if (!h->technique_seen && strchr(text, ':') == NULL) {
        h->technique_seen = true;
        return hc_sink_fact(sink, "technique", text, err);
    }
    h->technique_seen = true;
    return setting(line, len, sink, err);
}

hc_status hc_biologic_header_end(hc_biologic_header *h, hc_sink *sink,
                                 hc_err *err)
{
    if (h->comments[0] != '\0')
        HC_TRY(hc_sink_fact(sink, "comments", h->comments, err));
    if (h->software[0] != '\0')
        HC_TRY(hc_sink_fact(sink, "software", h->software, err));
    return HC_OK;
}
