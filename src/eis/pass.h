/* pass.h: the rows of eis tables passed on, with columns of a tool behind
 *
 * Several files make one table: under the columns of the first, and with the
 * number of the source, or the spectra of two cells would be taken for one.
 */
#ifndef HC_EIS_PASS_H
#define HC_EIS_PASS_H

#include "core/session.h"
#include "core/spectrum.h"

typedef struct {
    char **name; /* [n] of the first table, those of the tool left out */
    int *column; /* [n] in the present table, -1: it has none */
    size_t n;
    int source; /* which of them is source_index, -1: none */
    hc_meta facts;
} hc_pass;

/* Begin the table *w (kind eis) with the columns of f but those in `ours`
 * (ends with NULL), unless it was begun before; then f is made the present
 * table.  HC_USAGE where f belongs to another cell than the first: lines that
 * hold for a whole table cannot say both. */
hc_status hc_pass_table(hc_pass *p, hc_session *s, const hc_frame *f,
                        const char *const *ours, hc_writer **w,
                        hc_err *err) HC_MUST_USE;
void hc_pass_clear(hc_pass *p);

/* Cell k of a row of the present table, which is a spectrum of `source`. */
void hc_pass_cell(const hc_pass *p, const hc_frame *f, size_t row, size_t k,
                  long source, hc_writer *w);

#endif
