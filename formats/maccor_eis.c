/* maccor_eis.c: Maccor AC impedance files (name.EDA0001.041)
 *
 * "MACCOR, INC.    AC Impedance Test", some lines, names in the style of
 * ZPlot, a blank line, rows; Z'' as measured (negative: capacitive).
 */
#include "formats/form.h"

static bool is_names(const char *line, size_t len)
{
    static const char *const names[] = {"Freq(Hz)", "Z'(a)", "Z''(b)", NULL};
    return hc_has_fields(line, len, names) == 3 &&
           hc_has_field(line, len, "Polar(V)");
}

static const hc_form form = {.is_names = is_names,
                             .max_head = 40,
                             .head = hc_form_colon,
                             .dataset = "spectrum",
                             .technique = "AC Impedance Test",
                             .kind = HC_KIND_EIS,
                             .delimiter = '\t',
                             .rules = {.skip_blank = true, .short_ok = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (!hc_probe_starts(p, "MACCOR, INC."))
        hc_say_no(v, 0, "does not start with 'MACCOR, INC.'");
    else if (p->binary)
        hc_say_broken(v, 90,
                      "the raw binary file of a Maccor tester; export "
                      "it as text from MIMS Client");
    else
        hc_say_yes(v, 100);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return hc_form_read(&form, src, sink, err);
}

/* Polar(V) holds the angular frequency in the files seen. */
static const hc_colmap columns[] = {
    {"Freq(Hz)", "frequency_hertz", "Hz", 0, 0},
    {"Polar(V)", NULL, NULL, 0, 0},
    {"time(sec)", "test_time_second", "s", 0, 0},
    {"Z'(a)", "real_impedance_ohm", "ohm", 0, 0},
    {"Z''(b)", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"Phase_Angle", "phase_degree", "deg", 0, 0},
    {"Z-Mag", "absolute_impedance_ohm", "ohm", 0, 0},
    {"C(F)", NULL, NULL, 0, 0},
    {"Status", NULL, NULL, 0, 0},
    {"V-DC", "voltage_volt", "V", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_maccor_eis = {.name = "maccor-eis",
                                        .title = "Maccor AC impedance text",
                                        .detect = detect,
                                        .most = 100,
                                        .read = read,
                                        .columns = columns,
                                        .verified = true};
