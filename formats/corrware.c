/* corrware.c: Scribner CorrWare .cor
 *
 * "CORRW ASCII", settings as indented "key: value" lines up to "End
 * Comments", then rows of potential (V), current density (A/cm2) and time
 * (s) with blanks between and no names; further columns are kept without a
 * name.  After what an open reader of such files takes them to be (P.
 * Scrosati's, on GitHub) - no file of the instrument was at hand.
 */
#include "formats/format.h"
#include "formats/lines.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 32 };

static const hc_colmap columns[] = {
    {"E (V)", "working_potential_volt", "V", 0, 0},
    {"t (s)", "test_time_second", "s", 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_probe_starts(p, "CORRW ASCII"))
        hc_say_yes(v, 100);
    else
        hc_say_no(v, 0, "does not start with CORRW ASCII");
}

/* "  Type: Potentiodynamic" */
static hc_status setting(hc_sink *sink, const char *line, size_t len,
                         hc_err *err)
{
    const char *colon = memchr(line, ':', len), *key = line;
    size_t key_len, value_len;
    if (colon == NULL)
        return HC_OK;
    key_len = (size_t)(colon - line);
    value_len = len - key_len - 1;
    hc_trim(&key, &key_len);
    return key_len == 0 ? HC_OK
                        : hc_sink_metan(sink, key, key_len, colon + 1,
                                        value_len, err);
}

static hc_status read_head(hc_lines *l, hc_sink *sink, hc_err *err)
{
    for (;;) {
        char *line;
        size_t len;
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            return hc_fail(err, HC_DATA,
                           "the file ends before 'End Comments'");
        const char *s = line;
        hc_trim(&s, &len);
        if (len >= 12 && memcmp(s, "End Comments", 12) == 0)
            return HC_OK;
        HC_TRY(setting(sink, s, len, err));
    }
}

static hc_status read_rows(hc_lines *l, hc_sink *sink, hc_err *err)
{
    static const hc_column names[MAX_COLUMNS] = {
        {"E (V)", NULL},     {"Current density (A/cm2)", NULL},
        {"t (s)", NULL},
        {"column_4", NULL},  {"column_5", NULL},  {"column_6", NULL},
        {"column_7", NULL},  {"column_8", NULL},  {"column_9", NULL},
        {"column_10", NULL}, {"column_11", NULL}, {"column_12", NULL}};
    hc_rows_rules rules = {.dialect = {.delimiter = ' '}, .skip_blank = true};
    hc_cell cells[MAX_COLUMNS];
    char *line, *copy;
    size_t len, n = 3;
    HC_TRY(hc_lines_next(l, &line, &len, err));
    if (line != NULL) {
        hc_lines_back(l);
        rules.dialect.decimal_comma = memchr(line, ',', len) != NULL &&
                                      memchr(line, '.', len) == NULL;
        copy = hc_strndup(line, len);
        if (copy == NULL)
            return hc_fail_nomem(err);
        n = hc_split(copy, len, rules.dialect, cells, MAX_COLUMNS);
        free(copy);
    }
    if (n < 3 || n > 12)
        return hc_fail(err, HC_DATA,
                       "%zu fields in the first row, where potential, "
                       "current density and time were expected",
                       n);
    hc_dataset d = hc_dataset_make("data", names, n);
    d.kind = HC_KIND_SERIES;
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    return hc_sink_end(sink, err);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = read_head(l, sink, err);
    if (st == HC_OK)
        st = read_rows(l, sink, err);
    return hc_lines_close(l, st, sink, err);
}

const hc_format hc_format_corrware = {
    .name = "corrware",
    .title = "Scribner CorrWare (.cor)",
    .detect = detect,
    .most = 100,
    .read = read,
    .columns = columns,
    .verified = false,
};
