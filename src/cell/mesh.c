#include "cell/mesh.h"

#include <math.h>
#include <stdlib.h>

void hc_mesh_clear(hc_mesh *m)
{
    free(m->width);
    *m = (hc_mesh){0};
}

/* Parabola u = u0 + g y + c y^2 whose averages over [0,h1] and [h1,h1+h2]
 * are u1 and u2, solved for u0. */
static void surface(double h1, double h2, double *a1, double *a2, double *ag)
{
    double m1 = h1 / 2, m2 = h1 + h2 / 2;
    double q1 = h1 * h1 / 3, q2 = h1 * h1 + h1 * h2 + h2 * h2 / 3;
    double r = q1 / (q2 - q1);
    *a1 = 1 + r;
    *a2 = -r;
    *ag = m1 - r * (m2 - m1);
}

static void set_widths(hc_mesh *m, double length, double ratio, int two_sided)
{
    size_t n = m->n, half = two_sided ? (n + 1) / 2 : n;
    double q = half > 1 ? pow(ratio, 1.0 / (double)(half - 1)) : 1, sum = 0;
    for (size_t k = 0; k < n; k++) {
        size_t from_face = two_sided && k >= half ? n - 1 - k : k;
        m->width[k] = pow(q, (double)from_face);
        sum += m->width[k];
    }
    for (size_t k = 0; k < n; k++)
        m->width[k] *= length / sum;
}

hc_status hc_mesh_new(hc_mesh *out, size_t n, double length, double ratio,
                      int two_sided, hc_err *err)
{
    if (n < 4 || n > 100000 || !(length > 0) || !(ratio >= 1))
        return hc_fail(err, HC_USAGE,
                       "a mesh needs 4 to 100000 cells, found %zu", n);
    hc_mesh m = {.n = n};
    m.width = calloc(5 * n, sizeof *m.width);
    if (!m.width)
        return hc_fail_nomem(err);
    m.center = m.width + n;
    m.distance = m.center + n;
    m.per_width = m.distance + n;
    m.per_distance = m.per_width + n;
    set_widths(&m, length, ratio, two_sided);
    double at = 0;
    for (size_t k = 0; k < n; k++) {
        m.center[k] = at + m.width[k] / 2;
        at += m.width[k];
    }
    for (size_t k = 0; k + 1 < n; k++)
        m.distance[k] = (m.width[k] + m.width[k + 1]) / 2;
    for (size_t k = 0; k < n; k++) {
        m.per_width[k] = 1 / m.width[k];
        m.per_distance[k] = k + 1 < n ? 1 / m.distance[k] : 0;
    }
    surface(m.width[0], m.width[1], &m.near_1, &m.near_2, &m.near_slope);
    surface(m.width[n - 1], m.width[n - 2], &m.far_1, &m.far_2, &m.far_slope);
    *out = m;
    return HC_OK;
}

void hc_mesh_scale(hc_mesh *m, double factor)
{
    for (size_t k = 0; k < m->n; k++) {
        m->width[k] *= factor;
        m->center[k] *= factor;
        m->distance[k] *= factor;
        m->per_width[k] /= factor;
        m->per_distance[k] /= factor;
    }
    m->near_slope *= factor;
    m->far_slope *= factor;
}
