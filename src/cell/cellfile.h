/* cellfile.h: the JSON file that a cell is kept in (halfcell-cell(5))
 *
 * The document is kept as it was read, so that tools can change single
 * values and write the rest back untouched, with source and status of each.
 */
#ifndef HC_CELL_CELLFILE_H
#define HC_CELL_CELLFILE_H

#include "cell/parameters.h"
#include "core/messages.h"
#include "core/stream.h"

typedef struct hc_cellfile hc_cellfile;

/* "-" is stdin.  BPX documents become ours (bpx.c).  HC_DATA with the line
 * for broken JSON. */
hc_status hc_cellfile_load(hc_cellfile **out, const char *path,
                           hc_err *err) HC_MUST_USE;
/* A document from text (a patch made by a tool). */
hc_status hc_cellfile_parse(hc_cellfile **out, const char *text, size_t len,
                            const char *name, hc_err *err) HC_MUST_USE;
void hc_cellfile_free(hc_cellfile *f);
const char *hc_cellfile_name(const hc_cellfile *f);

/* Keys of the patch replace those of f, object by object. */
hc_status hc_cellfile_merge(hc_cellfile *f, const hc_cellfile *patch,
                            hc_err *err) HC_MUST_USE;

/* The cell in SI.  Every value's unit is checked; unknown names are errors
 * with the nearest known one; hc_cell_check is applied when `complete`. */
hc_status hc_cellfile_cell(const hc_cellfile *f, hc_cell *cell, bool complete,
                           hc_talk *talk, hc_err *err) HC_MUST_USE;

/* What stands beside a value. */
typedef struct {
    const char *status; /* measured fitted derived assumed literature ... */
    const char *source;
    const char *note; /* may be NULL */
    double sd_ln;     /* of ln(value); NaN unknown */
} hc_provenance;

/* Set one scalar [SI], keeping an Arrhenius law given beside it only when
 * law is not NULL. */
hc_status hc_cellfile_set(hc_cellfile *f, hc_parameter p, double value,
                          const hc_arrhenius *law, const hc_provenance *from,
                          hc_err *err) HC_MUST_USE;
/* Set a table: "cathode.OCV", "cathode.D_shape", "interface_p.i0_shape". */
hc_status hc_cellfile_set_table(hc_cellfile *f, const char *path,
                                const double *x, const double *y, size_t n,
                                const char *unit, const hc_provenance *from,
                                hc_err *err) HC_MUST_USE;
/* Set a word, e.g. "interface_n.kinetics". */
hc_status hc_cellfile_set_word(hc_cellfile *f, const char *path,
                               const char *word, hc_err *err) HC_MUST_USE;

/* Take an entry out, e.g. "cathode.D_shape"; fine when there is none. */
hc_status hc_cellfile_remove(hc_cellfile *f, const char *path,
                             hc_err *err) HC_MUST_USE;

/* Protocol lines; *n 0 when there are none.  Borrowed. */
size_t hc_cellfile_protocol(const hc_cellfile *f);
const char *hc_cellfile_protocol_line(const hc_cellfile *f, size_t i);

hc_status hc_cellfile_write(const hc_cellfile *f, hc_out *out,
                            hc_err *err) HC_MUST_USE;

/* ---- BPX 1.x, the common subset of a lithium half cell (bpx.c) ---- */

bool hc_cellfile_is_bpx(const hc_cellfile *f);
/* A halfcell document made from a BPX one and back. */
hc_status hc_bpx_read(hc_cellfile **out, const hc_cellfile *bpx,
                      hc_err *err) HC_MUST_USE;
hc_status hc_bpx_write(const hc_cellfile *f, hc_out *out,
                       hc_err *err) HC_MUST_USE;

#endif
