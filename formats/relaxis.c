/* relaxis.c: RelaxIS spectrum export
 *
 * "RelaxIS 3.0 Spectrum export", the date, names "Data: Frequency<tab>
 * Data: Z'...", a line about the spectrum (DC, TM, J, the file's name), rows
 * with ascending frequency; a blank line, then the next spectrum.
 */
#include "core/text.h"
#include "formats/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "RelaxIS";

static bool is_names(const char *s, size_t len)
{
    return memmem(s, len, "Data: Frequency", 15) != NULL;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    const char *s;
    size_t len;
    if (hc_probe_starts(p, magic))
        hc_say_yes(v, 95);
    else if (hc_probe_line(p, 0, &s, &len) && is_names(s, len))
        hc_say_yes(v, 80);
    else
        hc_say_no(v, 0, "does not start with RelaxIS");
}

/* A row begins with a digit, a sign or a point. */
static bool is_row(const char *s, size_t len)
{
    while (len > 0 && hc_isspace(*s))
        s++, len--;
    return len > 0 && (hc_isdigit(*s) || *s == '-' || *s == '+');
}

/* A blank line, names or a spectrum's own line end the rows; any other line
 * that is no row is a broken one. */
static bool behind(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && hc_isspace(s[n]))
        n++;
    return n == len || is_names(s, len) ||
           memmem(s, len, "Spectrum)", 9) != NULL;
}

static hc_status spectrum(const hc_probe *p, hc_lines *l, hc_sink *sink,
                          const char *names, size_t names_len, int index,
                          hc_err *err)
{
    char *line, name[256] = "spectrum";
    size_t len, n;
    hc_column *columns;
    hc_dialect d = {.delimiter =
                        memchr(names, ';', names_len) != NULL ? ';' : '\t'};
    HC_TRY(hc_split_names(names, names_len, d, &columns, &n, err));
    hc_status st = hc_lines_next(l, &line, &len, err);
    if (st == HC_OK && line != NULL && !is_row(line, len)) {
        const char *at = strstr(line, "Spectrum) ");
        if (at != NULL) {
            size_t k = strcspn(at + 10, "\t");
            snprintf(name, sizeof name, "%.*s", (int)(k < 200 ? k : 200),
                     at + 10);
        }
        if (index == 0)
            st = hc_sink_metan(sink, "spectrum", 8, line, len, err);
    } else if (st == HC_OK && line != NULL) {
        hc_lines_back(l);
    }
    hc_dataset ds = hc_dataset_make(name, columns, n);
    ds.kind = HC_KIND_EIS;
    hc_rows_rules rules = {.dialect = d, .stop = behind, .short_ok = true};
    if (st == HC_OK)
        st = hc_sink_begin(sink, &ds, err);
    rules.dialect.decimal_comma = hc_form_commas(p, 0, d.delimiter);
    if (st == HC_OK)
        st = hc_rows_read(l, sink, &rules, err);
    if (st == HC_OK)
        st = hc_sink_end(sink, err);
    hc_columns_free(columns, n);
    return st;
}

static hc_status spectra(hc_source *src, hc_lines *l, hc_sink *sink,
                         hc_err *err)
{
    char *line, *names = NULL;
    size_t len, names_len = 0;
    int index = 0;
    hc_status st = HC_OK;
    for (;;) {
        st = hc_lines_next(l, &line, &len, err);
        if (st != HC_OK || line == NULL)
            break;
        if (is_names(line, len)) {
            free(names);
            names = hc_strndup(line, len);
            names_len = len;
            if (names == NULL) {
                st = hc_fail_nomem(err);
                break;
            }
            st =
                spectrum(&src->probe, l, sink, names, names_len, index++, err);
        } else if (len > 0 && names != NULL && !is_row(line, len)) {
            hc_lines_back(l);
            st =
                spectrum(&src->probe, l, sink, names, names_len, index++, err);
        } else if (index > 0 && is_row(line, len)) {
            hc_sink_reject(sink, hc_lines_number(l),
                           "a row that belongs to no spectrum");
        } else if (index == 0 && len > 0) {
            st = hc_form_colon(sink, line, len, err);
        }
        if (st != HC_OK)
            break;
    }
    free(names);
    if (st == HC_OK && index == 0)
        st = hc_fail_at(err, HC_DATA, src->name, hc_lines_number(l),
                        "no line of names with 'Data: Frequency'");
    return st;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    HC_TRY(hc_lines_open(&l, src, err));
    hc_status st = spectra(src, l, sink, err);
    if (st == HC_OK)
        st = hc_lines_facts(l, sink, err);
    hc_lines_free(l);
    return st;
}

static const hc_colmap columns[] = {
    {"Data: Frequency", "frequency_hertz", "Hz", 0, 0},
    {"Data: Z'", "real_impedance_ohm", "ohm", 0, 0},
    {"Data: Z''", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"Data: |Z|", "absolute_impedance_ohm", "ohm", 0, 0},
    {"Data: Theta (Z)", "phase_degree", "deg", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_relaxis = {.name = "relaxis",
                                     .title = "RelaxIS spectrum export",
                                     .detect = detect,
                                     .most = 95,
                                     .read = read,
                                     .columns = columns,
                                     .verified = true};
