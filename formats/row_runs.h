/* row_runs.h: rows as text of which few columns change
 *
 * Records of binary files mostly differ from the one before in few of their
 * columns.  Those are printed for each row; what stands between them is kept
 * as text and copied, a run of columns at once:
 *
 *     char *p = row, *at[HC_RUNS_COLUMNS + 1];
 *     if (hc_row_runs_fit(r, changed)) {
 *         p = hc_run_copy(&r->runs[0], p);
 *         for (size_t k = 1; k <= r->n_hot; k++)
 *             p = hc_run_copy(&r->runs[k], put(r->runs[k].column, p));
 *     } else {
 *         for (size_t i = 0; i < r->n_columns; i++) {
 *             at[i] = p;
 *             p = put(i, p);
 *         }
 *         at[r->n_columns] = p;
 *         hc_row_runs_keep(r, at);
 *     }
 *
 * Which columns are printed for each row is found out from the rows.
 */
#ifndef HC_FORMATS_ROW_RUNS_H
#define HC_FORMATS_ROW_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes of n columns, and of what is written behind them. */
#define HC_RUNS_SIZE(n) ((n)*HC_RUNS_ROOM + HC_RUNS_BLOCK)

enum {
    HC_RUNS_COLUMNS = 64,
    HC_RUNS_ROOM = 64,  /* bytes of a cell with its tab */
    HC_RUNS_BLOCK = 32, /* bytes that are copied of a short run */
    HC_RUNS_LOOK = 64   /* rows after which hot is looked through */
};

/* What stands behind a column that is printed for each row, up to the next
 * one; or before the first. */
typedef struct {
    size_t column, len;
    const char *text; /* HC_RUNS_BLOCK bytes or len, if that is more */
} hc_run;

typedef struct {
    size_t n_columns;
    uint64_t hot;        /* columns that are printed for each row */
    uint64_t missed;     /* those that changed last and were not among them */
    uint64_t recent;     /* those that changed since hot was looked through */
    unsigned since_look; /* rows since then */
    bool ready;          /* runs are those of the row before */
    size_t n_hot;
    hc_run runs[HC_RUNS_COLUMNS + 1];
    char text[HC_RUNS_SIZE(HC_RUNS_COLUMNS)];
} hc_row_runs;

/* Of rows of so many columns, at most HC_RUNS_COLUMNS. */
void hc_row_runs_start(hc_row_runs *r, size_t n_columns);

/* Now and then: false where columns that are printed for each row rest. */
bool hc_row_runs_look(hc_row_runs *r);

/* Do all columns that changed since the row before stand between the runs?
 * Bit i of changed is column i.  It may be false all the same. */
static inline bool hc_row_runs_fit(hc_row_runs *r, uint64_t changed)
{
    r->recent |= changed;
    return (changed & ~r->hot) == 0 &&
           (++r->since_look < HC_RUNS_LOOK || hc_row_runs_look(r));
}

/* A run; HC_RUNS_BLOCK bytes may be written, and as many as it is long: a row
 * takes HC_RUNS_SIZE at most. */
static inline char *hc_run_copy(const hc_run *r, char *p)
{
    memcpy(p, r->text, HC_RUNS_BLOCK);
    if (r->len > HC_RUNS_BLOCK)
        memcpy(p + HC_RUNS_BLOCK, r->text + HC_RUNS_BLOCK,
               r->len - HC_RUNS_BLOCK);
    return p + r->len;
}

/* Runs of a row that was printed as a whole, as `changed` did not fit: column
 * i and its tab are at[i]..at[i + 1], at most HC_RUNS_ROOM bytes. */
void hc_row_runs_keep(hc_row_runs *r, uint64_t changed, char *const *at);

#endif
