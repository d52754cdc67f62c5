/* elchemea.c: Elchemea Analytical .i2b
 *
 * Some lines about the measurement, a line with the count of points, rows
 * "f Z' Z''" with one blank between; Z'' as measured.
 */
#include "core/number.h"
#include "core/text.h"
#include "formats/form.h"

#include <string.h>

enum { HEAD_MAX = 12 };

/* How many numbers separated by blanks a line holds; 0 when there is
 * anything else. */
static size_t numbers(const char *s, size_t len)
{
    size_t n = 0;
    for (;;) {
        while (len > 0 && hc_isspace(*s))
            s++, len--;
        size_t k = 0;
        double x;
        while (k < len && !hc_isspace(s[k]))
            k++;
        if (k == 0)
            return n;
        if (!hc_number_parse(s, k, &x))
            return 0;
        n++;
        s += k;
        len -= k;
    }
}

static bool is_count(const char *s, size_t len, long *n)
{
    hc_trim(&s, &len);
    return hc_integer_parse(s, len, 0, 1000000000, n);
}

/* The line of the count, -1 when there is none: words before it, rows of
 * three numbers behind it. */
static long find_count(const hc_probe *p)
{
    const char *s, *behind;
    size_t len, behind_len;
    long n;
    if (p->binary || !hc_probe_line(p, 0, &s, &len) || numbers(s, len) > 0)
        return -1;
    for (long i = 1; i < HEAD_MAX && hc_probe_next(p, &s, &len); i++) {
        behind = s;
        behind_len = len;
        if (is_count(s, len, &n) && hc_probe_next(p, &behind, &behind_len) &&
            numbers(behind, behind_len) == 3)
            return i;
    }
    return -1;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (find_count(p) > 0)
        hc_say_yes(v, 55);
    else
        hc_say_no(v, 0, "no count of points before rows of three numbers");
}

static hc_status rows(hc_source *src, hc_lines *l, hc_sink *sink, hc_err *err)
{
    static const hc_column columns[] = {
        {"freq/Hz", NULL}, {"Z'/ohm", NULL}, {"Z''/ohm", NULL}};
    char *line;
    size_t len;
    long at = find_count(&src->probe), n = -1;
    for (long i = 0; i <= at; i++) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            break;
        if (i < at)
            HC_TRY(hc_form_colon(sink, line, len, err));
        else if (!is_count(line, len, &n))
            n = -1;
    }
    if (n < 0)
        return hc_fail_at(err, HC_DATA, src->name, hc_lines_number(l),
                          "no count of points before the rows");
    hc_dataset d = hc_dataset_make("spectrum", columns, 3);
    hc_rows_rules rules = {.dialect = {.delimiter = ' '}, .skip_blank = true};
    d.kind = HC_KIND_EIS;
    d.rows_declared = n;
    HC_TRY(hc_sink_begin(sink, &d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    return hc_sink_end(sink, err);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_lines *l;
    HC_TRY(hc_lines_open(&l, src, err));
    hc_status st = rows(src, l, sink, err);
    if (st == HC_OK)
        st = hc_lines_facts(l, sink, err);
    hc_lines_free(l);
    return st;
}

const hc_format hc_format_elchemea = {.name = "elchemea-i2b",
                                      .title = "Elchemea .i2b",
                                      .detect = detect,
                                      .most = 55,
                                      .read = read,
                                      .verified = false};
