/* autolab.c: Autolab (FRA, Nova) text: .dfr, .P00, and the Z60W export
 *
 * Z60W: quoted lines, mostly empty, a line of settings, the count of rows, a
 * quoted line of names separated by blanks ("  Freq (Hz)    Ampl ..."), rows
 * with commas; Z'' as measured.  .dfr: one number a line: "VERSION8.0", the
 * count, a flag, nine numbers a point: f, Z', -Z'' and six others.  .P00: the
 * procedure, dates, description, a line of names, the count, rows "f Z' -Z'' t
 * Edc Idc" with exponents such as 10.900e+01.
 */
#include "core/number.h"
#include "core/text.h"
#include "formats/format.h"
#include "formats/form.h"

#include <string.h>

static hc_status next(hc_lines *l, const hc_source *src, char **line,
                      size_t *len, const char *what, hc_err *err)
{
    HC_TRY(hc_lines_next(l, line, len, err));
    if (*line == NULL)
        return hc_fail_at(err, HC_DATA, src->name, hc_lines_number(l),
                          "the file ends before %s", what);
    return HC_OK;
}

static bool count_in(const char *s, size_t len, long *n)
{
    hc_trim(&s, &len);
    return hc_integer_parse(s, len, 0, 100000000, n);
}

typedef hc_status (*body)(hc_source *, hc_lines *, hc_sink *, hc_err *);

static hc_status with_lines(hc_source *src, hc_sink *sink, body f, hc_err *err)
{
    hc_lines *l;
    HC_TRY(hc_lines_open(&l, src, err));
    hc_status st = f(src, l, sink, err);
    return hc_lines_close(l, st, sink, err);
}

/* ---- Z60W ---- */

static hc_status z60w_body(hc_source *src, hc_lines *l, hc_sink *sink,
                           hc_err *err)
{
    static const hc_column columns[] = {
        {"Freq (Hz)", NULL}, {"Ampl", NULL},  {"Bias", NULL},
        {"Time(Sec)", NULL}, {"Z'(a)", NULL}, {"Z''(b)", NULL},
        {"GD", NULL},        {"Err", NULL},   {"Range", NULL}};
    char *line;
    size_t len;
    long n = -1;
    do {
        long count;
        HC_TRY(next(l, src, &line, &len, "its names of columns", err));
        if (count_in(line, len, &count))
            n = count;
    } while (strstr(line, "Z'(a)") == NULL);
    HC_TRY(hc_sink_factf(sink, err, "header_line_number", "%ld",
                         hc_lines_number(l)));
    HC_TRY(hc_sink_fact(sink, "separator", "comma", err));
    hc_dataset d = hc_dataset_make("spectrum", columns, 9);
    hc_rows_rules rules = {.dialect = {.delimiter = ',', .quotes = true},
                           .skip_blank = true};
    d.kind = HC_KIND_EIS;
    d.rows_declared = n;
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    return hc_sink_end(sink, err);
}

static void z60w_detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_probe_starts(p, "\"Z60W Data File") ||
        hc_probe_starts(p, "Z60W Data File"))
        hc_say_yes(v, 100);
    else
        hc_say_no(v, 0, "does not start with Z60W Data File");
}

static hc_status z60w_read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return with_lines(src, sink, z60w_body, err);
}

static const hc_colmap z60w_columns[] = {
    {"Freq (Hz)", "frequency_hertz", "Hz", 0, 0},
    {"Time(Sec)", "test_time_second", "s", 0, 0},
    {"Z'(a)", "real_impedance_ohm", "ohm", 0, 0},
    {"Z''(b)", "imaginary_impedance_ohm", "ohm", 0, 0},
    {"Bias", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_autolab_text = {
    .name = "autolab-z60w",
    .title = "Autolab Nova impedance text (Z60W)",
    .detect = z60w_detect,
    .most = 100,
    .read = z60w_read,
    .columns = z60w_columns,
    .verified = true};

/* ---- .dfr ---- */

enum { DFR_NUMBERS = 9 };

static hc_status dfr_points(hc_lines *l, hc_sink *sink, long n, hc_err *err)
{
    char texts[DFR_NUMBERS][40];
    hc_cell cells[DFR_NUMBERS];
    for (long i = 0; i < n; i++) {
        bool bad = false;
        for (int k = 0; k < DFR_NUMBERS; k++) {
            char *line;
            size_t len;
            double x;
            HC_TRY(hc_lines_next(l, &line, &len, err));
            if (line == NULL ||
                (!hc_lines_ended(l) && (k < DFR_NUMBERS - 1 || i < n - 1)))
                return HC_OK; /* the count declared tells */
            const char *s = line;
            hc_trim(&s, &len);
            if (len == 0 && !hc_lines_ended(l))
                return HC_OK; /* cut within the last number */
            if (len == 0 || len >= sizeof texts[0] ||
                !hc_number_parse(s, len, &x)) {
                if (!bad) /* one account a point */
                    hc_sink_reject(sink, hc_lines_number(l),
                                   "no number: '%.*s'",
                                   (int)(len < 20 ? len : 20), s);
                bad = true;
                continue;
            }
            memcpy(texts[k], s, len);
            cells[k] = hc_cell_text(texts[k], len);
        }
        if (!bad)
            HC_TRY(hc_sink_row(sink, cells, err));
    }
    return HC_OK;
}

static hc_status dfr_body(hc_source *src, hc_lines *l, hc_sink *sink,
                          hc_err *err)
{
    static const hc_column columns[] = {
        {"freq/Hz", NULL}, {"Z'/ohm", NULL},  {"-Z''/ohm", NULL},
        {"value_4", NULL}, {"value_5", NULL}, {"value_6", NULL},
        {"value_7", NULL}, {"value_8", NULL}, {"value_9", NULL}};
    char *line;
    size_t len;
    long n;
    HC_TRY(next(l, src, &line, &len, "its version", err));
    HC_TRY(hc_sink_fact(sink, "magic", line, err));
    HC_TRY(next(l, src, &line, &len, "its count of points", err));
    if (!count_in(line, len, &n))
        return hc_fail_at(err, HC_DATA, src->name, 2,
                          "the count of points is no number: '%.20s'", line);
    HC_TRY(next(l, src, &line, &len, "its points", err));
    hc_dataset d = hc_dataset_make("spectrum", columns, DFR_NUMBERS);
    d.kind = HC_KIND_EIS;
    d.rows_declared = n;
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(dfr_points(l, sink, n, err));
    return hc_sink_end(sink, err);
}

static void dfr_detect(const hc_probe *p, hc_verdict *v)
{
    const char *s;
    size_t len;
    long n;
    if (!hc_probe_starts(p, "VERSION"))
        hc_say_no(v, 0, "does not start with VERSION");
    else if (hc_probe_line(p, 1, &s, &len) && count_in(s, len, &n))
        hc_say_yes(v, 85);
    else
        hc_say_no(v, 30, "line 2 is no count of points");
}

static hc_status dfr_read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return with_lines(src, sink, dfr_body, err);
}

const hc_format hc_format_autolab_dfr = {.name = "autolab-dfr",
                                         .title = "Autolab FRA .dfr",
                                         .detect = dfr_detect,
                                         .most = 85,
                                         .read = dfr_read,
                                         .verified = true};

/* ---- .P00 ---- */

static bool p00_names(const char *s, size_t len)
{
    return memmem(s, len, "f/Hz", 4) != NULL &&
           memmem(s, len, "-Z''/Ohm", 8) != NULL;
}

static hc_status p00_body(hc_source *src, hc_lines *l, hc_sink *sink,
                          hc_err *err)
{
    char *line;
    size_t len, n_columns;
    hc_column *columns;
    long n;
    for (;;) {
        HC_TRY(next(l, src, &line, &len, "its names of columns", err));
        if (p00_names(line, len))
            break;
        HC_TRY(hc_form_colon(sink, line, len, err));
    }
    hc_dialect tabs = {.delimiter = '\t'};
    HC_TRY(hc_split_names(line, len, tabs, &columns, &n_columns, err));
    hc_status st = next(l, src, &line, &len, "its count of points", err);
    if (st == HC_OK && !count_in(line, len, &n))
        st = hc_fail_at(err, HC_DATA, src->name, hc_lines_number(l),
                        "the count of points is no number: '%.20s'", line);
    if (st == HC_OK) {
        hc_dataset d = hc_dataset_make("spectrum", columns, n_columns);
        hc_rows_rules rules = {.dialect = tabs, .skip_blank = true};
        d.kind = HC_KIND_EIS;
        d.rows_declared = n;
        st = hc_sink_begin(sink, &d, err);
        if (st == HC_OK)
            st = hc_rows_read(l, sink, &rules, err);
        if (st == HC_OK)
            st = hc_sink_end(sink, err);
    }
    hc_columns_free(columns, n_columns);
    return st;
}

/* Several fields, where a count should stand alone? */
static bool is_row(const char *s, size_t len)
{
    hc_trim(&s, &len);
    for (size_t i = 0; i < len; i++)
        if (strchr(",;\t", s[i]) != NULL)
            return true;
    return false;
}

static void p00_detect(const hc_probe *p, hc_verdict *v)
{
    const char *s = NULL;
    size_t len;
    for (int i = 0; !p->binary && i < 20 && hc_probe_next(p, &s, &len); i++)
        if (p00_names(s, len)) {
            if (hc_probe_next(p, &s, &len) && is_row(s, len))
                hc_say_no(v, 10, "no count of points below its names");
            else
                hc_say_yes(v, 80);
            return;
        }
    hc_say_no(v, 0, "no line of Autolab's names f/Hz, Z'/Ohm, -Z''/Ohm");
}

static hc_status p00_read(hc_source *src, hc_sink *sink, hc_err *err)
{
    return with_lines(src, sink, p00_body, err);
}

static const hc_colmap p00_columns[] = {{"Edc", "voltage_volt", "V", 0, 0},
                                        {"Idc", "current_ampere", "A", 0, 0},
                                        {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_autolab_p00 = {.name = "autolab-p00",
                                         .title = "Autolab FRA .P00",
                                         .detect = p00_detect,
                                         .most = 80,
                                         .read = p00_read,
                                         .columns = p00_columns,
                                         .verified = false};
