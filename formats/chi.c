/* chi.c: CH Instruments text
 *
 * Line 1 a date, line 2 the technique, settings "key = value", a line of
 * names, a blank line, rows with ", " between.  Z" as measured.  In the
 * convention of polarography currents may be positive when cathodic; the
 * files seen carry no mark of it.
 */
#include "core/text.h"
#include "formats/form.h"

#include <string.h>

static bool starts(const char *s, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(s, word, strlen(word)) == 0;
}

static bool is_names(const char *s, size_t len)
{
    return memchr(s, ',', len) != NULL && memchr(s, '=', len) == NULL &&
           (starts(s, len, "Freq/Hz") || starts(s, len, "log(Freq") ||
            starts(s, len, "Potential/V") || starts(s, len, "Time/sec"));
}

static const hc_form form = {.is_names = is_names,
                             .head = hc_form_colon,
                             .delimiter = ',',
                             .rules = {.skip_blank = true}};

static void detect(const hc_probe *p, hc_verdict *v)
{
    bool named = hc_probe_find(p, "Instrument Model:") != NULL;
    if (hc_form_find(&form, p) >= 0 &&
        (named || hc_probe_find(p, "Data Source:") != NULL))
        hc_say_yes(v, 90);
    else if (named && hc_probe_find(p, "CHI") != NULL)
        hc_say_broken(v, 70,
                      "a CH Instruments file without its line of "
                      "names");
    else
        hc_say_no(v, named ? 30 : 0, "no CH Instruments head");
}

static hc_status technique(const hc_probe *p, char *out, size_t cap)
{
    const char *s;
    size_t len;
    out[0] = '\0';
    if (hc_probe_line(p, 1, &s, &len)) {
        hc_trim(&s, &len);
        if (len < cap) {
            memcpy(out, s, len);
            out[len] = '\0';
        }
    }
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char name[64], date[64];
    const char *s;
    size_t len;
    hc_form f = form;
    HC_TRY(technique(&src->probe, name, sizeof name));
    if (hc_probe_line(&src->probe, 0, &s, &len) && len < sizeof date) {
        hc_trim(&s, &len);
        memcpy(date, s, len);
        date[len] = '\0';
        HC_TRY(hc_sink_fact(sink, "start_time_text", date, err));
    }
    f.technique = name;
    return hc_form_read(&f, src, sink, err);
}

static const hc_colmap columns[] = {
    {"Freq/Hz", "frequency_hertz", "Hz", 0, 0},
    {"Z'/ohm", "real_impedance_ohm", "ohm", 0, 0},
    {"Z\"/ohm", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"Z''/ohm", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"Z/ohm", "absolute_impedance_ohm", "ohm", 0, 0},
    {"Phase/deg", "phase_degree", "deg", 0, 0},
    {"Time/sec", "test_time_second", "s", 0, 0},
    {"Potential/V", "voltage_volt", "V", 0, 0},
    {"Current/A", "current_ampere", "A", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_chi = {.name = "chi",
                                 .title = "CH Instruments text",
                                 .detect = detect,
                                 .most = 90,
                                 .read = read,
                                 .columns = columns,
                                 .verified = true};
