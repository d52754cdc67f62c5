/* table.h: the tab-separated stream between tools (halfcell-table.5)
 *
 *     #: halfcell-table 1
 *     #: kind eis
 *     frequency_hertz<TAB>real_impedance_ohm<TAB>...
 *     1e6<TAB>...
 *     #: end rows=61
 *
 * Reading and writing are streaming.  A cell that is only read keeps its
 * text; a missing number is NaN.
 */
#ifndef HC_CORE_TABLE_H
#define HC_CORE_TABLE_H

#include "core/status.h"
#include "core/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* ---- the '#:' lines ---- */

/* Lines without the "#: " in front, in order; "key rest of line". */
typedef struct {
    char **lines;
    size_t n, cap;
} hc_meta;

void hc_meta_clear(hc_meta *m);
hc_status hc_meta_add(hc_meta *m, const char *key, const char *fmt, ...)
    HC_PRINTF(3, 4) HC_MUST_USE;
/* A whole line, "key rest", as it is. */
hc_status hc_meta_add_line(hc_meta *m, const char *line) HC_MUST_USE;
hc_status hc_meta_copy(hc_meta *to, const hc_meta *from) HC_MUST_USE;
/* Text after the first line with that key, NULL when there is none. */
const char *hc_meta_get(const hc_meta *m, const char *key);
/* Its value as a number, NaN when absent or no number. */
double hc_meta_number(const hc_meta *m, const char *key);

/* ---- what a table passes on behind its rows ---- */

/* Of all inputs of a tool: whether one was incomplete, and the lines that name
 * their sources and give their sha256, each once, in the order in which they
 * were met. */
typedef struct {
    bool incomplete;
    bool failed; /* no memory for a line */
    hc_meta sources;
} hc_tail;

void hc_tail_clear(hc_tail *t);
/* Add what an input passes on, known once its end was read.  Its sources
 * count on from `first` in what the tool writes. */
void hc_tail_add(hc_tail *t, const hc_meta *trailer, bool incomplete,
                 long first);
/* Add the lines of `m` that begin with `key` and the number of a source. */
void hc_tail_add_lines(hc_tail *t, const hc_meta *m, const char *key,
                       long first);

/* ---- reading ---- */

typedef struct hc_reader hc_reader;

/* Open a table; path "-" or NULL is stdin.  Reads up to the first data row.
 * Text without "#:" lines (TSV or CSV with column names) is taken as well. */
hc_status hc_reader_open(hc_reader **out, const char *path, hc_err *err)
    HC_MUST_USE;
/* The same from an open stream, which it then owns. */
hc_status hc_reader_new(hc_reader **out, hc_in *in, hc_err *err) HC_MUST_USE;
void hc_reader_free(hc_reader *r);

const char *hc_reader_name(const hc_reader *r);
const char *hc_reader_kind(const hc_reader *r); /* "" when not said */
const hc_meta *hc_reader_meta(const hc_reader *r);
size_t hc_reader_columns(const hc_reader *r);
const char *hc_reader_column_name(const hc_reader *r, size_t column);
/* Index of a column, -1 when the table has none of that name. */
int hc_reader_column(const hc_reader *r, const char *name);
/* The same, HC_DATA with a sentence that lists what the table has. */
hc_status hc_reader_need(const hc_reader *r, const char *name, int *column,
                         hc_err *err) HC_MUST_USE;

/* Next row; *got false at the end, which has been checked by then: a table
 * with "#:" lines must close with "#: end rows=N" (else HC_DATA). */
hc_status hc_reader_next(hc_reader *r, bool *got, hc_err *err) HC_MUST_USE;
/* Cells of the present row; borrowed until the next call. */
const char *hc_reader_text(const hc_reader *r, size_t column, size_t *len);
/* The cell as a number; NaN for column < 0, empty or NaN.  A cell that is
 * no number is HC_DATA (file, line, what was found). */
hc_status hc_reader_number(const hc_reader *r, int column, double *x,
                           hc_err *err) HC_MUST_USE;
/* Say which columns hc_reader_next_numbers is to give, all of them >= 0, and
 * where: x[to[k]] gets columns[k]. */
hc_status hc_reader_want(hc_reader *r, const int *columns, const size_t *to,
                         size_t n, hc_err *err) HC_MUST_USE;
/* hc_reader_next and hc_reader_number of the columns wanted in one pass, for
 * long tables.  Only numbers, line and rows of such a row can be asked for,
 * and a table is read either so or by hc_reader_next to its end. */
hc_status hc_reader_next_numbers(hc_reader *r, double *x, bool *got,
                                 hc_err *err) HC_MUST_USE;
long hc_reader_line(const hc_reader *r);
size_t hc_reader_rows(const hc_reader *r); /* rows given so far */
/* '#:' lines that came after the rows, without the end line. */
const hc_meta *hc_reader_trailer(const hc_reader *r);
/* True once the end was read and "#: incomplete" stood there. */
bool hc_reader_incomplete(const hc_reader *r);

/* ---- writing ---- */

typedef struct hc_writer hc_writer;

typedef enum { HC_WRITE_TABLE, HC_WRITE_JSON, HC_WRITE_CSV } hc_write_as;

/* A table written to `out` (borrowed).  HC_WRITE_JSON: one object per row,
 * no '#:' lines, NaN is null.  HC_WRITE_CSV: commas, no '#:' lines, an empty
 * field for NaN (names and cells must need no quotes). */
hc_status hc_writer_new(hc_writer **w, hc_out *out, hc_write_as as,
                        hc_err *err) HC_MUST_USE;
void hc_writer_free(hc_writer *w);
/* The rows become numbers of `to` (borrowed), and only the rest of the table,
 * one without rows, goes to `out`; of HC_WRITE_TABLE. */
typedef struct hc_numbers hc_numbers;
void hc_writer_to_numbers(hc_writer *w, hc_numbers *to);
/* What hc_writer_end is to write before the end line; borrowed until then. */
void hc_writer_set_tail(hc_writer *w, const hc_tail *tail);

/* '#:' lines go before the columns, or after the last row as trailers. */
void hc_writer_meta(hc_writer *w, const char *key, const char *fmt, ...)
    HC_PRINTF(3, 4);
/* All lines of m but `kind` and the version line. */
void hc_writer_copy_meta(hc_writer *w, const hc_meta *m);
void hc_writer_column(hc_writer *w, const char *name);

/* One row: as many puts as columns, then hc_writer_end_row. */
void hc_writer_number(hc_writer *w, double x);          /* shortest */
void hc_writer_digits(hc_writer *w, double x, int digits);
void hc_writer_integer(hc_writer *w, long x);
void hc_writer_text(hc_writer *w, const char *s);       /* escapes \t \n */
void hc_writer_raw(hc_writer *w, const char *s, size_t len); /* as read */
void hc_writer_end_row(hc_writer *w);
/* Or a whole row at once: room for `size` bytes, into which the caller puts
 * `cells` texts with a tab behind each, then says where they stand.  NULL:
 * this row has to be given cell by cell, as it still can be. */
char *hc_writer_row(hc_writer *w, size_t cells, size_t size);
void hc_writer_row_done(hc_writer *w, char *row, char *end);
/* Or, of hc_writer_to_numbers, as numbers: `cells` arrays in which index *row
 * is to be set before hc_writer_values_done.  NULL: cell by cell. */
double *const *hc_writer_values(hc_writer *w, size_t cells, size_t *row);
void hc_writer_values_done(hc_writer *w);
size_t hc_writer_rows(const hc_writer *w);

/* "#: end rows=N".  Errors of the stream itself come from hc_out_close. */
hc_status hc_writer_end(hc_writer *w, hc_err *err) HC_MUST_USE;

#endif
