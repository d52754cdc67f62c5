/* zplot.c: Scribner ZPlot .z, as Solartron users have it
 *
 * Either "ZPLOT2 ASCII" with indented lines of settings, the names in the
 * line before "End Comments", rows with tabs; or "ZPlotW Data File" with
 * quoted lines, the number of points in a line of its own, quoted names,
 * rows with commas.  The number of points is what was planned.
 */
#include "formats/format.h"
#include "formats/lines.h"

#include "core/number.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

static const hc_colmap columns[] = {
    {"Ampl", NULL, NULL, 0, 0},
    {"Bias", NULL, NULL, 0, 0},
    {"Range", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_probe_starts(p, "ZPLOT2 ASCII") ||
        hc_probe_starts(p, "\"ZPlotW Data File") ||
        hc_probe_starts(p, "ZPlotW Data File"))
        hc_say_yes(v, 100);
    else
        hc_say_no(v, hc_probe_find(p, "Z'(a)") != NULL ? 40 : 0,
                  "does not start with ZPLOT2 or ZPlotW");
}

typedef struct {
    hc_lines *lines;
    hc_sink *sink;
    char names[1024]; /* line of names, quotes off */
    char date[40];
    long planned;
} zplot;

static bool has_names(const char *s)
{
    return strstr(s, "Freq") != NULL && strstr(s, "Z'") != NULL;
}

static hc_status start_fact(zplot *z, const char *date, const char *time,
                            hc_err *err)
{
    char text[96], iso[40];
    snprintf(text, sizeof text, "%.40s %.40s", date, time);
    if (!hc_date_iso(text, HC_DATE_MDY, iso))
        return HC_OK;
    HC_TRY(hc_sink_fact(z->sink, "start_time_text", text, err));
    return hc_sink_fact(z->sink, "start_time", iso, err);
}

/* "Date: 12-17-2019    Time: 16:24:35" */
static hc_status quoted_date(zplot *z, const char *s, hc_err *err)
{
    char date[40], time[40];
    if (sscanf(s, "Date: %39s Time: %39s", date, time) != 2)
        return HC_OK;
    return start_fact(z, date, time, err);
}

static hc_status comment(zplot *z, const char *s, size_t len, hc_err *err)
{
    const char *colon = memchr(s, ':', len);
    char value[96];
    const char *v;
    size_t n;
    if (colon == NULL)
        return HC_OK;
    v = colon + 1;
    n = (size_t)(s + len - v);
    hc_trim(&v, &n);
    snprintf(value, sizeof value, "%.*s", (int)(n < 90 ? n : 90), v);
    HC_TRY(hc_sink_metan(z->sink, s, (size_t)(colon - s), v, n, err));
    if (hc_starts_with(s, "Data Points"))
        (void)hc_integer_parse(v, n, 0, 100000000, &z->planned);
    if (hc_starts_with(s, "Date:"))
        snprintf(z->date, sizeof z->date, "%.39s", value);
    if (hc_starts_with(s, "Time:"))
        return start_fact(z, z->date, value, err);
    if (hc_starts_with(s, "Experiment Type"))
        return hc_sink_fact(z->sink, "technique", value, err);
    return HC_OK;
}

static hc_status next(zplot *z, char **line, size_t *len, hc_err *err)
{
    HC_TRY(hc_lines_next(z->lines, line, len, err));
    if (*line == NULL)
        return hc_fail(err, HC_DATA,
                       "the file ends before the names of the columns");
    if (memchr(*line, '\0', *len) != NULL)
        return hc_fail(err, HC_DATA, "NUL bytes in the header");
    return HC_OK;
}

static hc_status comments_header(zplot *z, hc_err *err)
{
    char *line;
    size_t len;
    for (;;) {
        const char *s;
        HC_TRY(next(z, &line, &len, err));
        if (hc_starts_with(line, "End Comments"))
            break;
        s = line;
        hc_trim(&s, &len);
        if (has_names(s))
            snprintf(z->names, sizeof z->names, "%.*s",
                     (int)(len < 1000 ? len : 1000), s);
        else
            HC_TRY(comment(z, s, len, err));
    }
    if (z->names[0] == '\0')
        return hc_fail(err, HC_DATA,
                       "no names of columns before "
                       "'End Comments'");
    return HC_OK;
}

static hc_status quoted_header(zplot *z, hc_err *err)
{
    char *line;
    size_t len;
    for (;;) {
        const char *s;
        HC_TRY(next(z, &line, &len, err));
        s = line;
        hc_trim(&s, &len);
        if (has_names(s))
            break;
        if (hc_starts_with(s, "Date:"))
            HC_TRY(quoted_date(z, s, err));
        else
            (void)hc_integer_parse(s, len, 0, 100000000, &z->planned);
    }
    while (len > 0 && (*line == '"' || *line == ' ')) {
        line++;
        len--;
    }
    while (len > 0 && (line[len - 1] == '"' || line[len - 1] == ' '))
        len--;
    snprintf(z->names, sizeof z->names, "%.*s", (int)(len < 1000 ? len : 1000),
             line);
    return HC_OK;
}

static hc_status read_data(zplot *z, hc_err *err)
{
    hc_rows_rules rules = {.dialect = {.delimiter = ','}, .skip_blank = true};
    hc_dialect blanks = {.delimiter = ' '};
    hc_column *c;
    hc_dataset d;
    size_t n, len;
    char *line;
    hc_status st;
    HC_TRY(hc_split_names(z->names, strlen(z->names), blanks, &c, &n, err));
    d = hc_dataset_make("data", c, n);
    d.technique = "EIS";
    d.kind = HC_KIND_EIS;
    st = hc_lines_next(z->lines, &line, &len, err);
    if (st == HC_OK && line != NULL) {
        if (memchr(line, '\t', len) != NULL) {
            rules.dialect.delimiter = '\t';
            rules.dialect.decimal_comma = memchr(line, ',', len) != NULL;
        }
        hc_lines_back(z->lines);
    }
    if (st == HC_OK)
        st = hc_sink_begin(z->sink, &d, err);
    if (st == HC_OK)
        st = hc_rows_read(z->lines, z->sink, &rules, err);
    if (st == HC_OK && z->planned > (long)z->sink->dataset_rows)
        hc_sink_warn(z->sink, 0, "%lu of %ld planned points were measured",
                     (unsigned long)z->sink->dataset_rows, z->planned);
    if (st == HC_OK)
        st = hc_sink_end(z->sink, err);
    hc_columns_free(c, n);
    return st;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    zplot z = {.sink = sink};
    hc_status st = hc_lines_open(&z.lines, src, err);
    if (st != HC_OK)
        return st;
    st = hc_probe_starts(&src->probe, "ZPLOT2") ? comments_header(&z, err)
                                                : quoted_header(&z, err);
    if (st == HC_OK)
        st = read_data(&z, err);
    return hc_lines_close(z.lines, st, sink, err);
}

const hc_format hc_format_zplot = {
    .name = "zplot",
    .title = "Scribner ZPlot, Solartron (.z)",
    .detect = detect,
    .most = 100,
    .read = read,
    .columns = columns,
    .verified = true,
};
