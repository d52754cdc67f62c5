/* drt_bands.c: a prior as a banded matrix, drt_bands.h */
#include "fitters/drt_bands.h"

#include <math.h>
#include <string.h>

/* Outside the window ln gamma hardly bends: what is there has no say. */
static const double outside = 0.25;

static void add_row(hc_drt_bands *p, size_t i, const double *c, size_t len,
                    double target)
{
    for (size_t a = 0; a < len; a++) {
        for (size_t k = 0; a + k < len; k++)
            p->d[k][i + a] += c[a] * c[a + k];
        p->rhs[i + a] += c[a] * target;
    }
    p->constant += target * target;
}

/* ln of the determinant, by Cholesky's factor of the bands; l[k][j] are the
 * elements k below the diagonal of the last rows. */
static double band_ln_det(const hc_drt_bands *p, size_t m)
{
    double l[HC_DRT_BANDS + 1][HC_DRT_BANDS + 1] = {{0}},
                                              sum = 0; /* [row back][k] */
    for (size_t i = 0; i < m; i++) {
        memmove(&l[1], &l[0], HC_DRT_BANDS * sizeof l[0]);
        for (size_t k = HC_DRT_BANDS; k > 0; k--) {
            /* element (i, i - k): rows i and i - k, columns before i - k */
            double v = i >= k ? p->d[k][i - k] : 0;
            for (size_t q = k + 1; q <= HC_DRT_BANDS; q++)
                v -= l[0][q] * l[k][q - k];
            l[0][k] = i >= k ? v / l[k][0] : 0;
        }
        double d = p->d[0][i];
        for (size_t k = 1; k <= HC_DRT_BANDS; k++)
            d -= l[0][k] * l[0][k];
        l[0][0] = sqrt(fmax(d, 1e-300));
        sum += 2 * log(l[0][0]);
    }
    return sum;
}

/* Of the white derivative at row i, in units of the common scale. */
static double scale_at(const hc_lgp *g, const hc_lgp_prior *q, size_t i)
{
    const double u = g->u[i + 1], local = q->local ? q->local[i] : 1;
    if (u < g->low || u > g->high)
        return outside * (q->soft > 0 ? fmin(local, 1) : 1);
    return local;
}

void hc_drt_bands_fill(hc_drt_bands *p, const hc_lgp *g, const hc_lgp_prior *q)
{
    static const double rows[3][4] = {
        {-1, 1, 0, 0}, {1, -2, 1, 0}, {-1, 3, -3, 1}};
    const size_t m = g->m, order = q->order > 0 ? (size_t)q->order : 2;
    const double unit = pow(g->step, (double)order - 0.5) * q->scale;
    memset(p->d[0], 0, (HC_DRT_BANDS + 2) * m * sizeof *p->d[0]);
    p->constant = 0;
    for (size_t i = 0; i + order < m; i++) {
        const double a =
            q->smooth && order == 2 ? pow(q->smooth[i] / g->step, 2) : 0;
        const bool inside = a > 0 && i > 0 && i + order + 1 < m;
        double c[5] = {0};
        const size_t from = inside ? i - 1 : i;
        for (size_t j = from; j <= i + (inside ? 1 : 0); j++) {
            const double t = (j != i ? -a : inside ? 1 + 2 * a : 1) /
                             (unit * scale_at(g, q, j));
            for (size_t k = 0; k <= order; k++)
                c[j - from + k] += t * rows[order - 1][k];
        }
        add_row(p, from, c, order + 1 + (inside ? 2 : 0), 0);
    }
    const double t = 1 / (g->step * q->slope_sd);
    const double up[2] = {-t, t}, one = 1 / q->level_sd;
    add_row(p, 0, up, 2, q->slope / q->slope_sd);
    add_row(p, m - 2, up, 2, -q->slope / q->slope_sd);
    add_row(p, m / 2, &one, 1, q->level / q->level_sd);
    p->ln_det = band_ln_det(p, m);
}

double hc_drt_bands_force(const hc_drt_bands *p, size_t m, const double *y,
                          double *out)
{
    double form = p->constant;
    for (size_t i = 0; i < m; i++) {
        double s = p->d[0][i] * y[i];
        for (size_t k = 1; k <= HC_DRT_BANDS; k++) {
            if (i + k < m)
                s += p->d[k][i] * y[i + k];
            if (i >= k)
                s += p->d[k][i - k] * y[i - k];
        }
        out[i] = p->rhs[i] - s;
        form += y[i] * (s - 2 * p->rhs[i]);
    }
    return form;
}
