/* mapping_private.h: what the two halves of hc-params share
 *
 *     mapping.c    records into samples of parameters
 *     mapsettle.c  samples into one value, a law or a table
 */
#ifndef HC_CELL_MAPPING_PRIVATE_H
#define HC_CELL_MAPPING_PRIVATE_H

#include "cell/laws.h"
#include "cell/mapping.h"

typedef enum { HC_FROM_EIS, HC_FROM_DC } hc_origin;

/* One measured value of one parameter. */
typedef struct {
    hc_parameter p;
    double value, sd_ln, t_k, x;
    hc_origin from;
    bool doubtful; /* used only where nothing better is */
    const char *source;
    char text[144]; /* method and quantity */
} hc_sample;

typedef struct {
    const hc_record *r;
    const char *const *source; /* [n] file of each */
    size_t n;
    const hc_mapping_options *o;
    hc_cellfile *f;
    hc_cell cell; /* as it was */
    hc_sample *s;
    bool take_doubtful; /* of the parameter being settled */
    size_t n_s, cap_s;
    hc_cell_law law[HC_P_COUNT]; /* from records */
    hc_writer *w;
    hc_talk *talk;
    hc_err *err;
} hc_map;

static inline double hc_map_get(const hc_map *m, hc_parameter p)
{
    return m->cell.value[p];
}

/* Settle one parameter by its samples (none: nothing). */
hc_status hc_map_settle(hc_map *m, hc_parameter p) HC_MUST_USE;

#endif
