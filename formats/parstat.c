/* parstat.c: PARSTAT and PowerSuite text
 *
 * One line of names ("Potential (V)<tab>Current (A)<tab>Elapsed Time (s)<tab>
 * Frequency (Hz)<tab>Zre (ohms)<tab>Zim (ohms)..."), rows with a trailing
 * tab.  Rows of direct current have Frequency 0.  Zim as measured.
 */
#include "formats/form.h"

static bool is_names(const char *line, size_t len)
{
    static const char *const names[] = {"Frequency (Hz)", "Zre (ohms)",
                                        "Zim (ohms)", NULL};
    return hc_has_fields(line, len, names) == 3;
}

static const hc_form form = {.is_names = is_names,
                             .words = 3,
                             .max_head = 60,
                             .head = hc_form_colon,
                             .kind = HC_KIND_EIS,
                             .rules = {.skip_blank = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_form_find(&form, p) >= 0)
        hc_say_yes(v, 80);
    else
        hc_say_no(v, hc_probe_find(p, "Zre") != NULL ? 30 : 0,
                  "no line of names with 'Zre (ohms)' and 'Zim (ohms)'");
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

static const hc_colmap columns[] = {
    {"Potential (V)", "voltage_volt", "V", 0, 0},
    {"Current (A)", "current_ampere", "A", 0, 0},
    {"Elapsed Time (s)", "test_time_second", "s", 0, 0},
    {"Frequency (Hz)", "frequency_hertz", "Hz", 0, 0},
    {"Zre (ohms)", "real_impedance_ohm", "ohm", 0, 0},
    {"Zim (ohms)", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"|Vac| (V)", NULL, NULL, 0, 0},
    {"|Iac| (A)", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_parstat = {.name = "parstat",
                                     .title = "PARSTAT and PowerSuite text",
                                     .detect = detect,
                                     .most = 80,
                                     .read = read,
                                     .columns = columns,
                                     .verified = true};
