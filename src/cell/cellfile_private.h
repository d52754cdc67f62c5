/* cellfile_private.h: the document behind hc_cellfile */
#ifndef HC_CELL_CELLFILE_PRIVATE_H
#define HC_CELL_CELLFILE_PRIVATE_H

#include "cell/cellfile.h"

#include <jansson.h>

struct hc_cellfile {
    json_t *root;
    char name[512];
};

/* Object at a dotted path, made when missing; NULL without memory. */
json_t *hc_cellfile_section(json_t *root, const char *path, size_t len);

/* Numbers of an array; HC_DATA when one is not. */
hc_status hc_cellfile_numbers(const json_t *array, const char *what,
                              const char *file, double **out, size_t *n,
                              hc_err *err) HC_MUST_USE;

#endif
