/* versastudio.c: VersaStudio .par
 *
 * Sections <Name> key=value </Name>; <SegmentN> holds "Definition=" with the
 * names of the columns and the rows, in which a row may have fewer fields
 * than names (the last name is "0").  Z Imag as measured; current is positive
 * when anodic.
 */
#include "core/text.h"
#include "formats/form.h"
#include "formats/generic.h"

#include <stdio.h>
#include <string.h>

static const char definition[] = "Definition=";

static void detect(const hc_probe *p, hc_verdict *v)
{
    bool application = hc_probe_starts(p, "<Application>");
    if (application && hc_probe_find(p, "VersaStudio") != NULL)
        hc_say_yes(v, 100);
    else if (hc_probe_find(p, "<Segment1>") != NULL &&
             hc_probe_find(p, definition) != NULL)
        hc_say_yes(v, 85);
    else
        hc_say_no(v, application ? 50 : 0,
                  "does not start with <Application> of VersaStudio");
}

static bool section_end(const char *s, size_t len)
{
    return len > 0 && *s == '<';
}

extern const hc_format hc_format_versastudio;

static hc_status segment(const hc_probe *p, hc_lines *l, hc_sink *sink,
                         int index, const char *technique, hc_err *err)
{
    char *line, name[32];
    size_t len, n;
    hc_column *columns;
    hc_dialect d = {.delimiter = ','};
    for (;;) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL || section_end(line, len)) {
            if (line == NULL)
                hc_sink_incomplete(sink, "ends inside <Segment%d>", index);
            return HC_OK;
        }
        if (hc_starts_with(line, definition))
            break;
    }
    line += sizeof definition - 1;
    len -= sizeof definition - 1;
    HC_TRY(hc_split_names(line, len, d, &columns, &n, err));
    snprintf(name, sizeof name, "Segment%d", index);
    hc_dataset ds = hc_dataset_make(name, columns, n);
    hc_rows_rules rules = {.dialect = d,
                           .skip_blank = true,
                           .short_ok = true,
                           .stop = section_end};
    ds.technique = technique;
    /* all techniques have the same columns, with zeros where they mean none */
    ds.kind = hc_text_kind(p, hc_lines_at(l), d, columns, n,
                           hc_format_versastudio.columns);
    hc_status st = hc_sink_begin(sink, &ds, err);
    if (st == HC_OK)
        st = hc_rows_read(l, sink, &rules, err);
    if (st == HC_OK)
        st = hc_lines_next(l, &line, &len, err);
    if (st == HC_OK && line == NULL)
        hc_sink_incomplete(sink, "ends inside <Segment%d>", index);
    if (st == HC_OK)
        st = hc_sink_end(sink, err);
    hc_columns_free(columns, n);
    return st;
}

typedef struct {
    char technique[128], section[64];
    int segments;
} par;

static hc_status setting(par *p, hc_sink *sink, const char *line, size_t len,
                         hc_err *err)
{
    bool action = hc_starts_with(p->section, "Action");
    if (action && hc_starts_with(line, "Name=") &&
        strcmp(line + 5, "Common") != 0)
        snprintf(p->technique, sizeof p->technique, "%s", line + 5);
    if (strcmp(p->section, "Application") == 0 &&
        hc_starts_with(line, "Version=")) {
        char text[96];
        snprintf(text, sizeof text, "VersaStudio %.64s", line + 8);
        return hc_sink_fact(sink, "software", text, err);
    }
    if (strcmp(p->section, "Instrument") == 0 && hc_starts_with(line, "Type="))
        HC_TRY(hc_sink_fact(sink, "device", line + 5, err));
    if (action || strcmp(p->section, "Experiment") == 0 ||
        strcmp(p->section, "Instrument") == 0)
        return hc_form_colon(sink, line, len, err);
    return HC_OK;
}

static hc_status sections(par *p, hc_source *src, hc_lines *l, hc_sink *sink,
                          hc_err *err)
{
    char *line;
    size_t len;
    int number;
    for (;;) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            break;
        if (sscanf(line, "<Segment%6d>", &number) == 1) {
            p->segments++;
            HC_TRY(segment(&src->probe, l, sink, number, p->technique, err));
        } else if (len > 2 && *line == '<' && line[1] != '/') {
            snprintf(p->section, sizeof p->section, "%.*s",
                     (int)strcspn(line + 1, ">"), line + 1);
        } else if (len > 0 && *line != '<' && p->segments == 0) {
            HC_TRY(setting(p, sink, line, len, err));
        }
    }
    if (p->segments == 0)
        return hc_fail_at(err, HC_DATA, src->name, hc_lines_number(l),
                          "no <Segment1>: no data in this file");
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    par p = {.segments = 0};
    HC_TRY(hc_lines_open(&l, src, err));
    hc_status st = sections(&p, src, l, sink, err);
    if (st == HC_OK)
        st = hc_lines_facts(l, sink, err);
    hc_lines_free(l);
    return st;
}

static const hc_colmap columns[] = {
    {"Point #", "record_index", NULL, 0, 0},
    {"E(V)", "voltage_volt", "V", 0, 0},
    {"I(A)", "current_ampere", "A", 0, 0},
    {"Elapsed Time(s)", "test_time_second", "s", 0, 0},
    {"Frequency(Hz)", "frequency_hertz", "Hz", 0, 0},
    {"Z Real", "real_impedance_ohm", "ohm", 0, 0},
    {"Z Imag", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"Status", NULL, NULL, 0, 0},
    {"E2(V)", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_versastudio = {.name = "versastudio-par",
                                         .title = "VersaStudio .par",
                                         .detect = detect,
                                         .most = 100,
                                         .read = read,
                                         .columns = columns,
                                         .verified = true};
