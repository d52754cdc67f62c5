/* drt_arc_search.h: what the search for arcs and its swaps share (internal) */
#ifndef HC_FITTERS_DRT_ARC_SEARCH_H
#define HC_FITTERS_DRT_ARC_SEARCH_H

#include "fitters/drt_arcs.h"

enum { HC_ARC_FAMILIES = 9 };

/* An arc, or a power law, of modulus one. */
typedef struct {
    hc_arc arc;
    hc_drt_power power;
} hc_arc_entry;

typedef struct {
    hc_arc_fitter *f;
    hc_arc_model *kept;
    size_t n, cap;
    double *q; /* rows x HC_ARC_PARAMS: orthonormal columns of the Jacobian */
    size_t nq;
    hc_arc_entry *entries; /* family after family */
    double *columns;       /* of the entries, each of `rows` */
    double *lengths;       /* squares */
    size_t first[HC_ARC_FAMILIES + 1];
} hc_arc_hunt;

/* What a swap, a drop or an addition must win in -2 ln evidence, else the
 * search goes round. */
extern const double hc_arc_enough;

/* Least squares, and keep m if it is the best of its set of kinds. */
void hc_arc_hunt_polish(hc_arc_hunt *s, hc_arc_model *m);

/* One round of other shapes and exponents, and of dropping arcs; false when
 * nothing was better. */
bool hc_arc_improve(hc_arc_hunt *s, hc_arc_model *cur);

#endif
