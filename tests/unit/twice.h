/* twice.h: a file through the library as text and as numbers, compared
 *
 * Of all ways the oracle is the slow one, every row by its cells: the table
 * that hc-read prints has to be the same bytes, the numbers those that this
 * table has when it is read back cell by cell.
 */
#ifndef HC_TESTS_TWICE_H
#define HC_TESTS_TWICE_H

#include "core/numbers_work.h"
#include "formats/reading.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    hc_trial trial;
    hc_frame *frame; /* NULL: what came out is no table */
    hc_numbers *numbers;
    hc_out *out;
} twice_read;

static inline hc_frame *twice_frame(const hc_out *out)
{
    size_t len;
    const char *s = hc_out_data(out, &len);
    hc_in *in;
    hc_reader *r;
    hc_frame *f = NULL;
    if (hc_in_memory(&in, s, len, "test", NULL) != HC_OK ||
        hc_reader_new(&r, in, NULL) != HC_OK)
        return NULL;
    if (hc_frame_read(&f, r, NULL) != HC_OK)
        f = NULL;
    hc_reader_free(r);
    return f;
}

static inline bool twice_one(twice_read *r, const void *data, size_t len,
                             const char *format, hc_read_options o,
                             bool numbers)
{
    if (hc_out_memory(&r->out, NULL) != HC_OK ||
        (numbers && hc_numbers_new(&r->numbers, NULL) != HC_OK))
        return false;
    o.numbers = r->numbers;
    o.by_cells = !numbers;
    r->trial = hc_try_memory(data, len, format, &o, r->out);
    r->frame = twice_frame(r->out);
    return true;
}

static inline void twice_clear(twice_read *r)
{
    hc_frame_free(r->frame);
    hc_numbers_free(r->numbers);
    hc_out_discard(r->out);
}

/* The text that no numbers are asked of, by cells and as it comes. */
static inline void twice_text(const twice_read *t, const void *data,
                              size_t len, const char *format,
                              const hc_read_options *o, char *what,
                              size_t size)
{
    hc_out *out;
    size_t n, m;
    if (hc_out_memory(&out, NULL) != HC_OK)
        return;
    hc_trial b = hc_try_memory(data, len, format, o, out);
    const hc_trial *a = &t->trial;
    const char *was = hc_out_data(t->out, &n), *is = hc_out_data(out, &m);
    if (a->status != b.status || a->rows != b.rows ||
        a->rejected != b.rejected || a->incomplete != b.incomplete ||
        a->err.line != b.err.line || strcmp(a->err.text, b.err.text) != 0)
        snprintf(what, size, "as text %llu rows %llu rejected, %llu and %llu",
                 a->rows, a->rejected, b.rows, b.rejected);
    else if (n != m || (n > 0 && memcmp(was, is, n) != 0))
        snprintf(what, size, "another text, %zu bytes, %zu", n, m);
    hc_out_discard(out);
}

static inline bool twice_lines(const hc_meta *a, const hc_meta *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->lines[i], b->lines[i]) != 0)
            return false;
    return true;
}

/* Of the same width and number of rows; what[size] stays "" if the values are
 * the same bits, or all NaN. */
static inline void twice_values(const hc_frame *t, const hc_numbers *n,
                                char *what, size_t size)
{
    for (size_t k = 0; k < hc_frame_columns(t); k++) {
        const double *x = hc_numbers_values(n, (int)k);
        for (size_t i = 0; i < hc_frame_rows(t); i++) {
            double want = hc_frame_number(t, i, (int)k);
            if ((isnan(want) && isnan(x[i])) ||
                memcmp(&want, &x[i], sizeof want) == 0)
                continue;
            snprintf(what, size, "%.60s in row %zu: %.17g for '%.40s'",
                     hc_frame_column_name(t, k), i, x[i],
                     hc_frame_text(t, i, (int)k));
            return;
        }
    }
}

static inline void twice_compare(const twice_read *t, const twice_read *n,
                                 char *what, size_t size)
{
    const hc_trial *a = &t->trial, *b = &n->trial;
    if (a->status != b->status || a->rows != b->rows ||
        a->rejected != b->rejected || a->incomplete != b->incomplete)
        snprintf(what, size, "%llu rows %llu rejected, %llu and %llu",
                 a->rows, a->rejected, b->rows, b->rejected);
    else if (a->status != HC_OK && (strcmp(a->err.text, b->err.text) != 0 ||
                                    a->err.line != b->err.line))
        snprintf(what, size, "%.200s / %.200s", a->err.text, b->err.text);
    /* no frame: a cell with a tab or a line end in it breaks the text */
    if (what[0] != '\0' || t->frame == NULL)
        return;
    if (n->frame == NULL ||
        hc_frame_columns(n->frame) != hc_frame_columns(t->frame) ||
        hc_numbers_rows(n->numbers) != hc_frame_rows(t->frame) ||
        strcmp(hc_frame_kind(t->frame), hc_frame_kind(n->frame)) != 0)
        snprintf(what, size, "another table: %zu rows, %zu",
                 hc_frame_rows(t->frame), hc_numbers_rows(n->numbers));
    else if (!twice_lines(hc_frame_meta(t->frame), hc_frame_meta(n->frame)) ||
             !twice_lines(hc_frame_trailer(t->frame),
                          hc_frame_trailer(n->frame)))
        snprintf(what, size, "other '#:' lines");
    else
        twice_values(t->frame, n->numbers, what, size);
}

/* What is different, "" when nothing is (or there is no memory); returns the
 * number of rows. */
static inline size_t twice(const void *data, size_t len, const char *format,
                           const hc_read_options *o, char *what, size_t size)
{
    twice_read t = {.frame = NULL}, n = {.frame = NULL};
    size_t rows = 0;
    what[0] = '\0';
    if (twice_one(&t, data, len, format, *o, false) &&
        twice_one(&n, data, len, format, *o, true)) {
        twice_compare(&t, &n, what, size);
        if (what[0] == '\0')
            twice_text(&t, data, len, format, o, what, size);
        rows = hc_numbers_rows(n.numbers);
    }
    twice_clear(&t);
    twice_clear(&n);
    return rows;
}

#endif
