/* ivium.c: IviumSoft .idf and .ids
 *
 * Text with binary bytes between.  Each scan stands in a block: the line
 * "primary_data", a line with the count of columns (3), one with the count of
 * rows, rows Z', Z'', f.  Z'' as measured.
 */
#include "core/number.h"
#include "core/search.h"
#include "core/text.h"
#include "formats/format.h"
#include "formats/lines.h"

#include <stdio.h>
#include <string.h>

static const char mark[] = "primary_data";

static void detect(const hc_probe *p, hc_verdict *v)
{
    bool has_mark =
        hc_search_word(p->data, p->len, mark, sizeof mark - 1) != NULL;
    bool has_words =
        hc_search_word(p->data, p->len, "Mconfig", 7) != NULL ||
        hc_search_word(p->data, p->len, "Data Objects", 12) != NULL ||
        hc_search_word(p->data, p->len, "IviumStat", 9) != NULL ||
        hc_search_word(p->data, p->len, "Report.Process", 14) != NULL;
    if (has_mark && (has_words || p->binary))
        hc_say_yes(v, 90);
    else if (has_mark)
        hc_say_yes(v, 60);
    else if (has_words && !p->whole)
        hc_say_yes(v, 50); /* the data begin behind the probe */
    else
        hc_say_no(v, has_words ? 50 : 0, "has no line 'primary_data'");
}

/* Lines come as bytes: what is between the blocks is no text. */
typedef struct {
    hc_source *src;
    hc_sink *sink;
    char *line;
    size_t len;
    long number;
    bool again;      /* the line was read ahead */
    char method[64]; /* as the last line that said one; "" none did */
} reader;

static hc_status next(reader *r, hc_err *err)
{
    if (r->again) {
        r->again = false;
        return HC_OK;
    }
    HC_TRY(hc_in_line(r->src->in, &r->line, &r->len, err));
    r->number++;
    return HC_OK;
}

static bool is_count(const reader *r, long *n)
{
    const char *s = r->line;
    size_t len = r->len;
    hc_trim(&s, &len);
    return hc_integer_parse(s, len, 0, 100000000, n);
}

static size_t fields(char *s, size_t len, hc_cell *cells, size_t cap)
{
    size_t n = 0;
    char *end = s + len;
    for (;;) {
        while (s < end && (hc_isspace(*s) || *s == '\0'))
            s++;
        if (s == end)
            return n;
        char *e = s;
        while (e < end && !hc_isspace(*e) && *e != '\0')
            e++;
        if (n < cap)
            cells[n] = hc_cell_text(s, (size_t)(e - s));
        n++;
        s = e;
    }
}

/* Three numbers; some versions write a decimal comma. */
static bool three_numbers(hc_cell *cells)
{
    double x;
    for (size_t k = 0; k < 3; k++) {
        char *comma = memchr((char *)cells[k].u.s, ',', cells[k].len);
        if (comma != NULL)
            *comma = '.';
        if (!hc_number_parse(cells[k].u.s, cells[k].len, &x))
            return false;
    }
    return true;
}

static hc_status block_rows(reader *r, long rows, hc_err *err)
{
    hc_cell cells[3];
    long i = 0;
    for (;; i++) {
        HC_TRY(next(r, err));
        if (r->line == NULL)
            break; /* the count declared tells */
        size_t n = fields(r->line, r->len, cells, 3);
        if (!hc_in_line_ended(r->src->in))
            break;
        if (n == 0 && hc_is_blank(r->line, r->len)) {
            i--;
            continue;
        }
        bool numbers = n == 3 && three_numbers(cells);
        if (!numbers && i >= rows) {
            r->again = true;
            break;
        }
        if (numbers)
            HC_TRY(hc_sink_row(r->sink, cells, err));
        else
            hc_sink_reject(r->sink, r->number,
                           "%zu fields where three numbers should stand", n);
    }
    if (i > rows)
        hc_sink_warn(r->sink, r->number,
                     "the block declares %ld rows and has %ld", rows, i);
    return HC_OK;
}

static hc_status block(reader *r, int index, hc_err *err)
{
    static const hc_column columns[] = {
        {"Z'/ohm", NULL}, {"Z''/ohm", NULL}, {"freq/Hz", NULL}};
    static const hc_column others[] = {
        {"column 1", NULL}, {"column 2", NULL}, {"column 3", NULL}};
    /* voltammograms and the like have three columns too */
    bool eis = r->method[0] == '\0' || strstr(r->method, "mpedance") != NULL;
    long n_columns, rows;
    char name[32];
    HC_TRY(next(r, err));
    if (r->line == NULL || !is_count(r, &n_columns)) {
        hc_sink_incomplete(r->sink, "ends behind 'primary_data'");
        return HC_OK;
    }
    HC_TRY(next(r, err));
    if (r->line == NULL || !is_count(r, &rows)) {
        hc_sink_incomplete(r->sink, "ends before its count of rows");
        return HC_OK;
    }
    if (n_columns != 3) {
        hc_sink_warn(r->sink, r->number,
                     "a block of %ld columns is no "
                     "impedance and is left out",
                     n_columns);
        return HC_OK;
    }
    snprintf(name, sizeof name, index > 0 ? "scan %d" : "spectrum", index + 1);
    hc_dataset d = hc_dataset_make(name, eis ? columns : others, 3);
    d.kind = eis ? HC_KIND_EIS : HC_KIND_OTHER;
    d.side = !eis;
    if (!eis)
        hc_sink_warn(r->sink, r->number,
                     "a scan of method '%s' is no impedance and is left out: "
                     "--raw shows its numbers, export it as text",
                     r->method);
    d.rows_declared = rows;
    HC_TRY(hc_sink_begin(r->sink, &d, err));
    HC_TRY(block_rows(r, rows, err));
    return hc_sink_end(r->sink, err);
}

static bool line_is(const reader *r, const char *word)
{
    const char *s = r->line;
    size_t len = r->len;
    hc_trim(&s, &len);
    return len == strlen(word) && memcmp(s, word, len) == 0;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    reader r = {.src = src, .sink = sink};
    int index = 0;
    hc_in_set_line_max(src->in, 16 << 20);
    for (;;) {
        HC_TRY(next(&r, err));
        if (r.line == NULL)
            break;
        if (hc_starts_with(r.line, "Method="))
            hc_copy_trimmed(r.method, sizeof r.method, r.line + 7, r.len - 7);
        if (line_is(&r, mark))
            HC_TRY(block(&r, index++, err));
        else if (hc_starts_with(r.line, "Title=") && index == 0)
            HC_TRY(
                hc_sink_metan(sink, "title", 5, r.line + 6, r.len - 6, err));
        else if (hc_starts_with(r.line, "Method=") && index == 0)
            HC_TRY(
                hc_sink_metan(sink, "method", 6, r.line + 7, r.len - 7, err));
    }
    if (index == 0)
        return hc_fail_at(err, HC_DATA, src->name, r.number,
                          "no line 'primary_data': no scan in this file");
    return HC_OK;
}

const hc_format hc_format_ivium = {.name = "ivium-idf",
                                   .title = "Ivium .idf and .ids",
                                   .detect = detect,
                                   .most = 90,
                                   .read = read,
                                   .verified = true};
