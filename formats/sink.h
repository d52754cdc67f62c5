/* sink.h: where a reader puts what it reads
 *
 * A reader says facts about the file, opens a data set with its columns,
 * gives rows, ends the data set, opens the next:
 *
 *     hc_sink_fact(sink, "device", "SP-240 (SN 0200)");
 *     HC_TRY(hc_sink_metan(sink, key, key_len, value, value_len, err));
 *     HC_TRY(hc_sink_begin(sink, &dataset, err));
 *     while (...)
 *         HC_TRY(hc_sink_row(sink, cells, err));
 *     HC_TRY(hc_sink_end(sink, err));
 *
 * Nothing is lost silently: a row that cannot be taken goes to
 * hc_sink_reject, a source that ends too early to hc_sink_incomplete.
 */
#ifndef HC_FORMATS_SINK_H
#define HC_FORMATS_SINK_H

#include "core/plain_row.h"
#include "core/table_cell.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HC_TRY(call)                                                          \
    do {                                                                      \
        hc_status hc_try_ = (call);                                           \
        if (hc_try_ != HC_OK)                                                 \
            return hc_try_;                                                   \
    } while (0)

/* ---- cells ---- */

/* Is it a text with a colon, as times have it and no number? */
static inline bool hc_cell_has_colon(const hc_cell *c)
{
    return c->type == HC_CELL_TEXT && memchr(c->u.s, ':', c->len) != NULL;
}

/* The cell as a number: true when it is one (NaN for an empty cell, for
 * "N/A" and the like); false when the text is something else. */
bool hc_cell_number(const hc_cell *c, double *x);

/* Is it a text with one of these words?  See hc_dataset.discharging. */
bool hc_cell_says(const hc_cell *c, const char *words);

/* ---- data sets ---- */

typedef struct {
    const char *name; /* as in the file, in UTF-8 */
    const char *unit; /* where the file says it apart from the name */
} hc_column;

typedef enum {
    HC_KIND_AUTO,   /* eis when the columns have frequency and impedance and
                       the technique is not a mixed one, else series */
    HC_KIND_EIS,    /* a plain read gives spectra */
    HC_KIND_SERIES, /* a plain read gives a time series */
    HC_KIND_WAVE,   /* fast V/I samples */
    HC_KIND_OTHER,  /* only --raw shows it (settings, event logs) */
} hc_kind;

typedef struct {
    const char *name;      /* "ZCURVE", "data"; what --select may say */
    const char *technique; /* in the instrument's words, "" unknown */
    hc_kind kind;
    bool side;         /* only goes along with another (OCV before EIS):
                          a plain read leaves it out */
    bool one_spectrum; /* never split where the frequency turns */
    const hc_column *columns;
    size_t n_columns;
    int64_t rows_declared; /* what the file says, -1 when it does not */
    long cycle_count;      /* of all rows where no column says it, or -1 */
    /* Currents without sign: the column that says the direction, and what
     * stands there when the cell is discharged ("D"; "*DChg*Dis*=D": any of
     * these somewhere in it, or D alone).  NULL: currents are signed. */
    const char *direction, *discharging;
    /* Where it was found out from the rows: how.  NULL: the file says it. */
    const char *direction_why;
    /* Currents without sign beside a column of codes of which one may be the
     * discharge, which cannot be told. */
    bool codes;
    /* Nothing is known of the sign of the current: its rows are to tell. */
    bool judge_current;
    /* Why its sign has to be turned ("in the steps of a discharge"); NULL:
     * it has not. */
    const char *reversed;
    /* hc_complex of each column (complex.h); NULL: none is complex. */
    const unsigned char *is_complex;
} hc_dataset;

/* A data set with "not said" in all members but these. */
hc_dataset hc_dataset_make(const char *name, const hc_column *columns,
                           size_t n_columns);

/* ---- the sink ---- */

typedef struct {
    hc_status (*fact)(void *ctx, const char *key, const char *value,
                      hc_err *err);
    hc_status (*meta)(void *ctx, const char *key, const char *value,
                      hc_err *err);
    hc_status (*begin)(void *ctx, const hc_dataset *d, hc_err *err);
    hc_status (*row)(void *ctx, const hc_cell *cells, hc_err *err);
    /* A row of a long text of which the numbers that the sink wants (see
     * hc_sink) were taken; cells holds the texts among them and nothing else.
     * False: nothing was done, give all its cells. */
    bool (*numbers)(void *ctx, const hc_cell *cells);
    hc_status (*end)(void *ctx, hc_err *err);
    void (*warn)(void *ctx, long line, const char *text);
} hc_sink_ops; /* any may be NULL: not interested */

typedef struct {
    const hc_sink_ops *ops;
    void *ctx;
    /* the account of the file, kept by sink.c */
    const hc_dataset *dataset; /* open one, NULL between: opened */
    /* It as it was begun: a reader that fails leaves the one it gave behind,
     * and ops->end comes after.  Its names are gone by then. */
    hc_dataset opened;
    size_t n_datasets;
    uint64_t rows, rejected; /* of all data sets */
    uint64_t dataset_rows, dataset_rejected;
    long first_bad_line;
    bool incomplete;
    char first_bad[256]; /* why the first row was rejected */
    char why_incomplete[256];
    bool growing; /* the reader's caller expects an open end */
    bool clocks;  /* it looks at times alone: no sign has to be found out */
    bool padded;  /* behind texts of the rows HC_PADDING bytes can be read */
    long line;    /* of the present row in a text, 0 unknown */
    /* Set by a reader that knows it, behind hc_sink_begin: which cells of the
     * row at hand may differ from those of the row given before it in this
     * data set, bit i of cell i.  Nobody looks at it where there are more
     * than 64 columns.  NULL: not known. */
    const uint64_t *changed;
    /* The same found out by hc_sink_row, see hc_sink_compare. */
    uint64_t differs;
    hc_cell before[64];
    /* What ops->numbers wants of the open data set, and where its numbers go
     * and how each column is written (hc_plain_row); set by ops->begin.  NULL:
     * it takes cells only. */
    const hc_plain_want *wants;
    size_t n_wants;
    double *values;
    unsigned char *shapes; /* hc_plain_is of those whose texts it wants */
} hc_sink;

/* One of the well-known facts (see facts in sink.c), in our own form: times
 * "2021-02-03T16:17:59.000" with Z or an offset only where the file has it.
 * An unknown key is HC_INTERNAL. */
hc_status hc_sink_fact(hc_sink *s, const char *key, const char *value,
                       hc_err *err) HC_MUST_USE;
hc_status hc_sink_factf(hc_sink *s, hc_err *err, const char *key,
                        const char *fmt, ...) HC_PRINTF(4, 5) HC_MUST_USE;

/* A setting of the instrument under its own name, from slices (trimmed, made
 * UTF-8, cut at 4 KiB). */
hc_status hc_sink_metan(hc_sink *s, const char *key, size_t key_len,
                        const char *value, size_t value_len,
                        hc_err *err) HC_MUST_USE;

/* Open a data set; d and its arrays stay valid until hc_sink_end. */
hc_status hc_sink_begin(hc_sink *s, const hc_dataset *d,
                        hc_err *err) HC_MUST_USE;
/* Behind it, of records whose cells are mostly numbers: find out from the
 * cells themselves what changes from row to row. */
void hc_sink_compare(hc_sink *s);
/* n_columns cells. */
hc_status hc_sink_row(hc_sink *s, const hc_cell *cells,
                      hc_err *err) HC_MUST_USE;
/* The same from what sink->wants; false: this row has to come as cells. */
static inline bool hc_sink_numbers(hc_sink *s, const hc_cell *cells)
{
    const bool taken = s->ops->numbers(s->ctx, cells);
    s->rows += taken;
    s->dataset_rows += taken;
    return taken;
}
/* Close it.  A count declared and not met is reported here. */
hc_status hc_sink_end(hc_sink *s, hc_err *err) HC_MUST_USE;

/* A row of the file that could not be taken.  line 0: unknown. */
void hc_sink_reject(hc_sink *s, long line, const char *fmt, ...)
    HC_PRINTF(3, 4);
/* The source ends inside a record or before the count it declares. */
void hc_sink_incomplete(hc_sink *s, const char *fmt, ...) HC_PRINTF(2, 3);
void hc_sink_warn(hc_sink *s, long line, const char *fmt, ...) HC_PRINTF(3, 4);

#endif
