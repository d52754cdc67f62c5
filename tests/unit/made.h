/* made.h: small files of every format, made by this project
 *
 * Bases for hostile, cut and flipped files, seeds of the fuzzers, and the
 * only samples of layouts of which no real file was at hand.
 */
#ifndef HC_TESTS_MADE_H
#define HC_TESTS_MADE_H

#include "core/text.h"

typedef struct {
    const char *name;   /* "nda-22" */
    const char *format; /* what it must be taken for */
    size_t rows;        /* of its first data set */
    const char *column; /* one of them, by its name in the file */
    double first, last; /* its first and last number */
    void (*make)(hc_text *out);
    const char *lines; /* "4,6-7": those of its rows; NULL: no lines */
    size_t at, size;   /* of its records in bytes; 0: no records */
} made_file;

size_t made_count(void);
const made_file *made_at(size_t i);

#endif
