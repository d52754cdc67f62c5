/* novonix.c: Novonix UHPC csv
 *
 * [Summary] key: value lines, [Protocol] one JSON line or text, [Data] with a
 * line of names and the rows.  Current is positive on charge.
 */
#include "core/text.h"
#include "formats/form.h"

#include <string.h>

static bool is_names(const char *line, size_t len)
{
    static const char *const names[] = {
        "Date and Time", "Cycle Number",  "Step Type",
        "Run Time (h)",  "Step Time (h)", "Current (A)",
        "Potential (V)", "Capacity (Ah)", NULL};
    return hc_has_fields(line, len, names) >= 5;
}

static hc_status head(hc_sink *sink, const char *line, size_t len, hc_err *err)
{
    static const char started[] = "Started:";
    if (len == 0 || *line == '[' || *line == '{')
        return HC_OK;
    if (len > sizeof started - 1 &&
        memcmp(line, started, sizeof started - 1) == 0) {
        char text[64];
        const char *s = line + sizeof started - 1;
        size_t n = len - (sizeof started - 1);
        hc_trim(&s, &n);
        if (n > 0 && n < sizeof text) {
            memcpy(text, s, n);
            text[n] = '\0';
            HC_TRY(hc_sink_fact(sink, "start_time_text", text, err));
        }
    }
    return hc_form_colon(sink, line, len, err);
}

static const hc_form form = {.is_names = is_names,
                             .max_head = 2000,
                             .head = head,
                             .kind = HC_KIND_SERIES,
                             .rules = {.skip_blank = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (!hc_probe_starts(p, "[Summary]"))
        hc_say_no(v, 0, "does not start with [Summary]");
    else if (hc_probe_find(p, "ovonix") != NULL ||
             hc_probe_find(p, "[Protocol]") != NULL)
        hc_say_yes(v, 95);
    else
        hc_say_no(v, 40, "starts with [Summary] and does not name Novonix");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

static const hc_colmap columns[] = {
    {"Date and Time", "date_time", NULL, 0, 0},
    {"Cycle Number", "cycle_count", NULL, 0, 0},
    {"Step Type", "step_type", NULL, 0, 0},
    {"Run Time (h)", "test_time_second", "h", 0, 0},
    {"Step Time (h)", "step_time_second", "h", 0, 0},
    {"Current (A)", "current_ampere", "A", 0, 0},
    {"Potential (V)", "voltage_volt", "V", 0, 0},
    {"Capacity (Ah)", NULL, NULL, 0, 0},
    {"Energy (Wh)", NULL, NULL, 0, 0},
    {"Temperature (\xc2\xb0"
     "C)",
     "temperature_t1_celsius", "degC", 0, 0},
    {"Circuit Temperature (\xc2\xb0"
     "C)",
     "ambient_temperature_celsius", "degC", 0, 1},
    {"Step Number", "step_count", NULL, 0, 0},
    {"Step position", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_novonix = {.name = "novonix",
                                     .title = "Novonix UHPC csv",
                                     .detect = detect,
                                     .most = 95,
                                     .read = read,
                                     .columns = columns,
                                     .verified = true};
