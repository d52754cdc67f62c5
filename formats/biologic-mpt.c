/* biologic-mpt.c: EC-Lab and BT-Lab text exports
 *
 * Line 1 "EC-Lab ASCII FILE", line 2 "Nb header lines : N", the names of the
 * columns in line N, rows behind it, tab separated, a trailing tab on most.
 * N = 3: no settings.  A text export without header starts with the names,
 * at times behind an empty line.  Decimal comma by the locale of the machine
 * that exported, perhaps in the rows only.
 */
#include "formats/biologic.h"
#include "formats/form.h"
#include "formats/format.h"
#include "formats/generic.h"

#include "core/number.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const magics[] = {"EC-Lab ASCII FILE", "BT-Lab ASCII FILE"};

/* Is this a line of EC-Lab's names of columns?  Tabs between, and at least
 * one of the names that every export has. */
static bool names_line(const char *s, size_t len)
{
    static const char *const known[] = {"time/s",  "Ewe/V",   "freq/Hz",
                                        "Ecell/V", "<Ewe>/V", "Re(Z)/Ohm"};
    size_t hits = 0;
    if (memchr(s, '\t', len) == NULL)
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const char *at = memmem(s, len, known[i], strlen(known[i]));
        hits += at != NULL;
    }
    return hits >= 2 || (hits == 1 && memmem(s, len, "mode\t", 5) == s);
}

static bool declared_lines(const char *s, size_t len, long *n)
{
    static const char key[] = "Nb header lines :";
    if (len < sizeof key - 1 || memcmp(s, key, sizeof key - 1) != 0)
        return false;
    s += sizeof key - 1;
    len -= sizeof key - 1;
    hc_trim(&s, &len);
    return hc_integer_parse(s, len, 2, 100000, n);
}

static bool is_blank(const char *s, size_t len)
{
    hc_trim(&s, &len);
    return len == 0;
}

/* The line that says how many lines the header has, behind the magic and
 * blank lines that an editor may have left; its text when it says something
 * else. */
static bool second_line(const hc_probe *p, const char **s, size_t *len,
                        long *n)
{
    size_t i = 1;
    while (i < 5 && hc_probe_line(p, i, s, len) && is_blank(*s, *len))
        i++;
    return hc_probe_line(p, i, s, len) && declared_lines(*s, *len, n);
}

/* The line of names (from 1): where the header says, or where names stand
 * when somebody has cut or added lines. */
static long find_names(const hc_probe *p, long declared)
{
    const char *s;
    size_t len;
    if (declared < 1 || (hc_probe_line(p, (size_t)declared - 1, &s, &len) &&
                         memchr(s, '\t', len) != NULL))
        return declared;
    if (!hc_probe_line(p, 0, &s, &len))
        return declared;
    for (long i = 1; i < 1000 && hc_probe_next(p, &s, &len); i++)
        if (names_line(s, len))
            return i + 1;
    return declared;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    const char *s = "";
    size_t len = 0;
    long n;
    for (size_t i = 0; i < 2; i++) {
        if (!hc_probe_starts(p, magics[i]))
            continue;
        if (!second_line(p, &s, &len, &n) && len > 0)
            hc_say_broken(v, 95,
                          "line 2 should say 'Nb header lines : N' "
                          "and says '%.*s'",
                          (int)(len < 40 ? len : 40), s);
        else
            hc_say_yes(v, 100);
        return;
    }
    if (p->binary) {
        hc_say_no(v, 0, "binary data");
        return;
    }
    for (size_t i = 0; i < 2 && hc_probe_line(p, i, &s, &len); i++)
        if (names_line(s, len)) {
            hc_say_yes(v, 80);
            return;
        }
    hc_say_no(v, hc_probe_find(p, "Ewe/V") != NULL ? 40 : 0,
              "no line 'EC-Lab ASCII FILE' and no EC-Lab column names");
}

typedef struct {
    const hc_probe *probe;
    hc_lines *lines;
    hc_sink *sink;
    hc_biologic_header header;
    char technique[128];
    hc_column *columns;
    size_t n_columns;
    hc_dialect dialect;
} mpt;

static hc_status read_settings(mpt *m, long n_header, hc_err *err)
{
    char *line;
    size_t len;
    for (long i = hc_lines_number(m->lines) + 1; i < n_header; i++) {
        HC_TRY(hc_lines_next(m->lines, &line, &len, err));
        if (line == NULL)
            return hc_fail(err, HC_DATA,
                           "%ld header lines are declared, the file ends "
                           "after %ld",
                           n_header, hc_lines_number(m->lines));
        if (i == 4 ||
            (m->technique[0] == '\0' && len > 0 &&
             memchr(line, ':', len) == NULL && !m->header.technique_seen)) {
            const char *s = line;
            size_t k = len;
            hc_trim(&s, &k);
            if (k > 0 && k < sizeof m->technique)
                memcpy(m->technique, s, k);
        }
        HC_TRY(hc_biologic_header_line(&m->header, line, len, m->sink, err));
    }
    return hc_biologic_header_end(&m->header, m->sink, err);
}

/* Tabs, unless a spreadsheet has saved the file anew. */
static char delimiter_of(const char *line, size_t len)
{
    return memchr(line, '\t', len) != NULL  ? '\t'
           : memchr(line, ';', len) != NULL ? ';'
           : memchr(line, ',', len) != NULL ? ','
                                            : '\t';
}

/* Up to and with the line of names. */
static hc_status read_header(mpt *m, hc_err *err)
{
    char *line;
    size_t len;
    long n = 0;
    HC_TRY(hc_lines_next(m->lines, &line, &len, err));
    if (line != NULL &&
        (hc_starts_with(line, magics[0]) || hc_starts_with(line, magics[1]))) {
        char magic[32] = "";
        memcpy(magic, line, strlen(magics[0]));
        HC_TRY(hc_sink_fact(m->sink, "magic", magic, err));
        do
            HC_TRY(hc_lines_next(m->lines, &line, &len, err));
        while (line != NULL && is_blank(line, len));
        if (line == NULL || !declared_lines(line, len, &n))
            return hc_fail(err, HC_DATA,
                           "line 2 should say "
                           "'Nb header lines : N'");
        HC_TRY(hc_sink_factf(m->sink, err, "header_lines", "%ld", n));
        long at = find_names(m->probe, n);
        if (at != n)
            hc_sink_warn(m->sink, 2,
                         "says that the header has %ld lines; the names of "
                         "the columns stand in line %ld",
                         n, at);
        HC_TRY(read_settings(m, at, err));
        if (at > 2)
            HC_TRY(hc_lines_next(m->lines, &line, &len, err));
    } else {
        HC_TRY(hc_sink_fact(m->sink, "magic", "(none)", err));
        if (line != NULL && len == 0)
            HC_TRY(hc_lines_next(m->lines, &line, &len, err));
        HC_TRY(hc_sink_factf(m->sink, err, "header_lines", "%ld",
                             hc_lines_number(m->lines)));
    }
    if (line == NULL)
        return hc_fail(err, HC_DATA,
                       "the file ends before the names of "
                       "the columns");
    if (memchr(line, '\0', len) != NULL)
        return hc_fail(err, HC_DATA, "NUL bytes in the names of the columns");
    hc_names_ended(m->lines, m->sink);
    m->dialect.delimiter = delimiter_of(line, len);
    HC_TRY(hc_split_names(line, len, m->dialect, &m->columns, &m->n_columns,
                          err));
    if (m->n_columns == 0)
        return hc_fail(err, HC_DATA,
                       "no names of columns in line %ld, where the header "
                       "should end",
                       hc_lines_number(m->lines));
    return HC_OK;
}

static hc_status read_data(mpt *m, hc_err *err)
{
    hc_rows_rules rules = {.dialect = m->dialect, .skip_blank = true};
    hc_dataset d = hc_dataset_make("data", m->columns, m->n_columns);
    size_t len, at = hc_lines_at(m->lines);
    char *line, mark = m->dialect.delimiter;
    d.technique = m->technique;
    d.kind = hc_biologic_kind(m->technique);
    if (d.kind == HC_KIND_AUTO)
        d.kind = hc_text_kind(m->probe, at, rules.dialect, m->columns,
                              m->n_columns, hc_biologic_columns);
    rules.dialect.decimal_comma = hc_form_commas(m->probe, at, mark);
    HC_TRY(hc_lines_next(m->lines, &line, &len, err));
    if (line != NULL) { /* the header may be longer than the probe */
        long more = mark == ',' ? 0 : hc_form_commas_in(line, len, mark);
        if (more != 0)
            rules.dialect.decimal_comma = more > 0;
        hc_lines_back(m->lines);
    }
    HC_TRY(hc_sink_fact(m->sink, "decimal",
                        rules.dialect.decimal_comma ? "comma" : "point", err));
    HC_TRY(hc_sink_begin(m->sink, &d, err));
    HC_TRY(hc_rows_read(m->lines, m->sink, &rules, err));
    return hc_sink_end(m->sink, err);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    mpt m = {.probe = &src->probe, .sink = sink};
    hc_status st = hc_lines_open(&m.lines, src, err);
    if (st != HC_OK)
        return st;
    st = read_header(&m, err);
    if (st == HC_OK)
        st = read_data(&m, err);
    st = hc_lines_close(m.lines, st, sink, err);
    hc_columns_free(m.columns, m.n_columns);
    return st;
}

const hc_format hc_format_biologic_mpt = {
    .name = "biologic-mpt",
    .title = "BioLogic EC-Lab and BT-Lab text (.mpt, .txt)",
    .detect = detect,
    .most = 100,
    .read = read,
    .columns = hc_biologic_columns,
    .verified = true,
};
