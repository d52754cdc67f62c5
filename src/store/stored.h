/* stored.h: a table as the database keeps it: its texts, its key, its name */
#ifndef HC_STORE_STORED_H
#define HC_STORE_STORED_H

#include "core/frame.h"
#include "core/records.h"
#include "core/sha256.h"
#include "core/text.h"

/* What is known of a table before it is stored. */
typedef struct {
    hc_text head, tail; /* '#:' lines */
    hc_text body;       /* rows with their header; of records as the writer
                         * gives them */
    hc_record *rec;     /* [rows] of kind records, else NULL */
    char key[HC_SHA256_HEX];
    char content[HC_SHA256_HEX];
    const char *kind, *tool, *cell, *source;
    char tool_buf[64], cell_buf[128], source_buf[512];
    size_t rows;
    bool incomplete;
} hc_stored;

/* Fill *r, {0} before, from a table; kind and texts may point into it.
 * `sha256`, or NULL, is that of its source where it names none itself.
 * *r is to be cleared on failure too. */
hc_status hc_stored_describe(hc_stored *r, const hc_frame *f,
                             const char *sha256, hc_err *err) HC_MUST_USE;
void hc_stored_clear(hc_stored *r);

#endif
