/* mesh.h: one-dimensional finite volumes, stretched towards the faces */
#ifndef HC_CELL_MESH_H
#define HC_CELL_MESH_H

#include "core/status.h"

#include <stddef.h>

/* Cells 0 .. n-1 from the interface; averages over cells are the unknowns. */
typedef struct {
    size_t n;
    double *width;    /* [n] */
    double *center;   /* [n] */
    double *distance; /* [n] between center k and k + 1; last not used */
    double *per_width, *per_distance; /* [n] their inverses */
    /* Value at the face y = 0 from the first two averages and the slope
     * there, by the parabola through them (third order):
     * u(0) = a1 u_1 + a2 u_2 - ag du/dy(0).  The same at the far end. */
    double near_1, near_2, near_slope;
    double far_1, far_2, far_slope; /* u(L) = .. + far_slope du/dy(L) */
} hc_mesh;

/* One-sided: widths grow geometrically from the interface by `ratio` in all.
 * Two-sided: from both faces to the middle, symmetric. */
hc_status hc_mesh_new(hc_mesh *out, size_t n, double length, double ratio,
                      int two_sided, hc_err *err) HC_MUST_USE;
void hc_mesh_clear(hc_mesh *m);
/* The same mesh, `factor` times as long. */
void hc_mesh_scale(hc_mesh *m, double factor);

#endif
