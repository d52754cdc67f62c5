/* frame.h: a whole table in memory, for analyses that need all rows */
#ifndef HC_CORE_FRAME_H
#define HC_CORE_FRAME_H

#include "core/table.h"

typedef struct hc_frame hc_frame;

/* Read all rows of r (which stays open, at its end). */
hc_status hc_frame_read(hc_frame **out, hc_reader *r, hc_err *err)
    HC_MUST_USE;
hc_status hc_frame_open(hc_frame **out, const char *path, hc_err *err)
    HC_MUST_USE;
void hc_frame_free(hc_frame *f);

size_t hc_frame_rows(const hc_frame *f);
size_t hc_frame_columns(const hc_frame *f);
const char *hc_frame_name(const hc_frame *f); /* of the file */
const char *hc_frame_kind(const hc_frame *f);
const char *hc_frame_column_name(const hc_frame *f, size_t column);
int hc_frame_column(const hc_frame *f, const char *name);
hc_status hc_frame_need(const hc_frame *f, const char *name, int *column,
                        hc_err *err) HC_MUST_USE;
/* Any text is a table of some kind; HC_DATA for one that says neither what it
 * is nor a number.  `name` is the file's in the message. */
hc_status hc_frame_check(const hc_frame *f, const char *name, hc_err *err)
    HC_MUST_USE;
const hc_meta *hc_frame_meta(const hc_frame *f);
const hc_meta *hc_frame_trailer(const hc_frame *f);
bool hc_frame_incomplete(const hc_frame *f);
/* Text of a cell as it was read, NUL-terminated; "NaN" for column < 0. */
const char *hc_frame_text(const hc_frame *f, size_t row, int column);
/* Its number; NaN when column < 0 or the text is no number. */
double hc_frame_number(const hc_frame *f, size_t row, int column);
/* HC_DATA where a cell of a measurement, a column whose name ends in the unit
 * of one, is no number: the first is named.  Empty ones are NaN. */
hc_status hc_frame_measured(const hc_frame *f, hc_err *err) HC_MUST_USE;
/* File line of a row, for messages. */
long hc_frame_line(const hc_frame *f, size_t row);

#endif
