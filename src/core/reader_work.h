/* reader_work.h: what the files of the table's reader share (inside core) */
#ifndef HC_CORE_READER_WORK_H
#define HC_CORE_READER_WORK_H

#include "core/plain_row.h"
#include "core/table.h"

#include <stdint.h>

typedef struct {
    const char *s;
    size_t len;
} hc_span;

struct hc_reader {
    hc_in *in;
    hc_meta meta, trailer;
    char kind[32];
    char **names; /* [n] of the first header */
    size_t n;
    size_t *place;  /* [n] column of the present header; appended records */
    size_t width;   /* columns of the present header */
    hc_span *cells; /* [width] of the present row */
    uint32_t *at;   /* [cells_cap] where the delimiters of the row are */
    size_t cells_cap;
    char delimiter;
    bool declared; /* began with '#: halfcell-table' */
    bool ended;    /* its '#: end' was seen */
    bool incomplete, done;
    size_t rows, rows_of_part;
    /* rows as numbers (hc_reader_want) */
    int *wanted; /* [n_wanted] */
    size_t *to;  /* [n_wanted] where in x */
    size_t n_wanted;
    hc_plain_row *plan;
    const char *next, *stop; /* whole lines of the buffer */
    const char *taken;       /* up to here their bytes and */
    long lines;              /* so many of them are not yet consumed */
};

/* ---- reader.c ---- */

/* HC_DATA at the present line. */
hc_status hc_reader_broken(const hc_reader *r, hc_err *err, const char *what);
/* One '#:' line; `top` while no row was met in this table. */
hc_status hc_reader_meta_line(hc_reader *r, const char *line, bool top,
                              hc_err *err);
/* '#:' lines up to and with the names of the columns. */
hc_status hc_reader_header(hc_reader *r, hc_err *err);
/* Nothing in it for a reader. */
bool hc_reader_passes_over(const char *line, size_t len);

/* The columns of a table, of a reader or a frame; kind "" when not said. */
typedef struct {
    char *const *name; /* [n] */
    size_t n;
    const char *kind, *file;
} hc_columns;

/* Place of the column `name`; HC_DATA, with what there is, when it lacks. */
hc_status hc_column_need(const hc_columns *t, const char *name, int *column,
                         hc_err *err) HC_MUST_USE;

/* ---- reader_rows.c ---- */

/* Split a line into r->cells, NUL-terminated. */
hc_status hc_reader_split(hc_reader *r, char *line, size_t len, size_t *n,
                          hc_err *err);

#endif
