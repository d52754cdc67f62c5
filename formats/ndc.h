/* ndc.h: pages of rows, as the parts of a Neware .ndax hold them
 *
 * A .ndc file: a page of head (byte 0 what it holds: 1 data, 5 auxiliary,
 * 7 steps, 18 runInfo; byte 2 version), then pages of rows.  Up to version 4
 * pages of 512 bytes with rows from byte 5; later pages of 4096 bytes, rows
 * from byte 132, and from byte 4 a bit per row that says whether it is used.
 */
#ifndef HC_FORMATS_NDC_H
#define HC_FORMATS_NDC_H

#include <stdbool.h>
#include <stddef.h>

enum { HC_NDC_DATA = 1, HC_NDC_AUX = 5, HC_NDC_STEP = 7, HC_NDC_RUN = 18 };

typedef struct {
    const unsigned char *data;
    size_t len;
    int holds, version;
    size_t item; /* bytes of a row */
    size_t page, start, per_page;
    size_t slots; /* rows there is room for */
    bool bits;    /* pages tell which rows are used */
    bool cut;     /* the last page is not whole */
} hc_ndc;

/* Look at the head; false when it is too short to have one. */
bool hc_ndc_head(const void *data, size_t len, int *holds, int *version);

/* Rows of `item` bytes in the pages of data, which stays the caller's. */
bool hc_ndc_open(hc_ndc *n, const void *data, size_t len, size_t item);

/* Row in slot i < slots, NULL when the slot is not used. */
const unsigned char *hc_ndc_row(const hc_ndc *n, size_t i);

#endif
