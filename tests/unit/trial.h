/* trial.h: a file in memory through its reader, into nothing but counts */
#ifndef HC_TESTS_TRIAL_H
#define HC_TESTS_TRIAL_H

#include "formats/format.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    hc_status status;
    const hc_format *format; /* NULL: none says yes */
    unsigned long long rows, rejected;
    size_t datasets;
    bool incomplete;
    hc_err err;
    /* of the column asked for, in the first data set that has it */
    size_t column_rows;
    double first, last;
} trial;

/* `column` may be NULL.  The bytes are copied to a block of just their size,
 * so that a sanitizer sees every step beyond them. */
trial trial_read(const void *data, size_t len, const char *column);

/* Read a whole file; NULL when it cannot be.  free() it. */
char *trial_load(const char *path, size_t *len);

/* HALFCELL_SHARED, or the folder shared beside the sources; NULL: none. */
const char *trial_shared(void);

#endif
