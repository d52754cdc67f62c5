/* biologic-side.c: settings (.mps), logs (.mpl) and loop indexes (_LOOP.txt)
 *
 * None holds a measurement: hc-read --raw shows them, -l --json has the
 * settings by their names.
 */
#include "formats/biologic.h"
#include "formats/format.h"

#include "core/text.h"

#include <stdio.h>
#include <string.h>

static void starts(const hc_probe *p, hc_verdict *v, const char *a,
                   const char *b)
{
    if (hc_probe_starts(p, a) || (b != NULL && hc_probe_starts(p, b)))
        hc_say_yes(v, 100);
    else
        hc_say_no(v, 0, "does not start with '%s'", a);
}

static void detect_mps(const hc_probe *p, hc_verdict *v)
{
    starts(p, v, "EC-LAB SETTING FILE", "BT-LAB SETTING FILE");
}

static void detect_mpl(const hc_probe *p, hc_verdict *v)
{
    starts(p, v, "EC-Lab LOG FILE", "BT-Lab LOG FILE");
}

static void detect_loop(const hc_probe *p, hc_verdict *v)
{
    starts(p, v, "VMP EXPERIMENT LOOP INDEXES", NULL);
}

/* ---- settings and logs: one row a setting ---- */

typedef struct {
    hc_sink *sink;
    hc_biologic_header header;
    long technique; /* number of the technique, 0 before the first */
    char name[128]; /* of the technique */
    bool name_next;
} settings;

enum { SETTING_COLUMNS = 4, SEQUENCE_WIDTH = 20 };

static const hc_column setting_columns[SETTING_COLUMNS] = {
    {"technique number", NULL},
    {"technique", NULL},
    {"setting", NULL},
    {"value", NULL},
};

static hc_status put(settings *s, const char *key, size_t key_len,
                     const char *value, size_t len, hc_err *err)
{
    hc_cell cells[SETTING_COLUMNS];
    hc_trim(&key, &key_len);
    hc_trim(&value, &len);
    cells[0] = hc_cell_int(s->technique);
    cells[1] = s->name[0] == '\0' ? hc_cell_text("-", 1)
                                  : hc_cell_text(s->name, strlen(s->name));
    cells[2] = hc_cell_text(key, key_len);
    cells[3] = len == 0 ? hc_cell_text("-", 1) : hc_cell_text(value, len);
    return hc_sink_row(s->sink, cells, err);
}

/* "Technique : 2" and its name in the line behind. */
static bool technique_line(settings *s, const char *line, size_t len)
{
    long n;
    if (s->name_next) {
        s->name_next = false;
        snprintf(s->name, sizeof s->name, "%.*s", (int)(len < 127 ? len : 127),
                 line);
        return true;
    }
    if (sscanf(line, "Technique : %9ld", &n) != 1)
        return false;
    s->technique = n;
    s->name_next = true;
    return true;
}

static hc_status setting_line(settings *s, const char *line, size_t len,
                              hc_err *err)
{
    const char *colon, *gap;
    hc_trim(&line, &len);
    if (len == 0 || technique_line(s, line, len))
        return HC_OK;
    colon = memmem(line, len, " : ", 3);
    gap = memmem(line, len, "  ", 2);
    if (colon != NULL && (gap == NULL || colon < gap))
        return put(s, line, (size_t)(colon - line), colon + 3,
                   (size_t)(line + len - colon - 3), err);
    if (len > SEQUENCE_WIDTH && gap != NULL)
        return put(s, line, SEQUENCE_WIDTH, line + SEQUENCE_WIDTH,
                   len - SEQUENCE_WIDTH, err);
    return put(s, line, len, "", 0, err);
}

/* A tab and line ends in a cell would break the table. */
static void plain(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] == '\t' || line[i] == '\r')
            line[i] = ' ';
}

static hc_status read_settings(settings *s, hc_lines *l, hc_err *err)
{
    hc_dataset d =
        hc_dataset_make("settings", setting_columns, SETTING_COLUMNS);
    char *line;
    size_t len;
    d.kind = HC_KIND_OTHER;
    HC_TRY(hc_lines_next(l, &line, &len, err)); /* the magic */
    HC_TRY(hc_sink_begin(s->sink, &d, err));
    for (;;) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            break;
        if (memchr(line, '\0', len) != NULL) {
            hc_sink_reject(s->sink, hc_lines_number(l), "NUL bytes");
            continue;
        }
        if (!hc_lines_ended(l)) {
            hc_sink_incomplete(s->sink, "line %ld has no end",
                               hc_lines_number(l));
            break;
        }
        plain(line, len);
        if (s->technique == 0)
            HC_TRY(
                hc_biologic_header_line(&s->header, line, len, s->sink, err));
        HC_TRY(setting_line(s, line, len, err));
    }
    HC_TRY(hc_biologic_header_end(&s->header, s->sink, err));
    return hc_sink_end(s->sink, err);
}

static hc_status read_side(hc_source *src, hc_sink *sink, hc_err *err)
{
    settings s = {.sink = sink};
    hc_lines *l;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = read_settings(&s, l, err);
    if (st == HC_OK)
        st = hc_lines_facts(l, sink, err);
    hc_lines_free(l);
    return st;
}

/* ---- loop indexes ---- */

static hc_status read_loop_lines(hc_lines *l, hc_sink *sink, hc_err *err)
{
    static const hc_column column = {"first row", NULL};
    hc_dataset d = hc_dataset_make("loops", &column, 1);
    hc_rows_rules rules = {.dialect = {.delimiter = '\t'}, .skip_blank = true};
    char *line;
    size_t len;
    d.kind = HC_KIND_OTHER;
    HC_TRY(hc_lines_next(l, &line, &len, err)); /* the magic */
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    HC_TRY(hc_sink_end(sink, err));
    return hc_lines_facts(l, sink, err);
}

static hc_status read_loop(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = read_loop_lines(l, sink, err);
    hc_lines_free(l);
    return st;
}

const hc_format hc_format_biologic_mps = {
    .name = "biologic-mps",
    .title = "BioLogic settings (.mps)",
    .detect = detect_mps,
    .most = 100,
    .read = read_side,
    .verified = true,
};

const hc_format hc_format_biologic_mpl = {
    .name = "biologic-mpl",
    .title = "BioLogic log (.mpl)",
    .detect = detect_mpl,
    .most = 100,
    .read = read_side,
    .verified = true,
};

const hc_format hc_format_biologic_loop = {
    .name = "biologic-loop",
    .title = "BioLogic loop indexes (_LOOP.txt)",
    .detect = detect_loop,
    .most = 100,
    .read = read_loop,
    .verified = true,
};
