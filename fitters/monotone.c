#include "fitters/monotone.h"

#include "core/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double chord(const hc_monotone *m, size_t i)
{
    return (m->y[i + 1] - m->y[i]) / (m->x[i + 1] - m->x[i]);
}

static double step(const hc_monotone *m, size_t i)
{
    return m->x[i + 1] - m->x[i];
}

/* Slopes of the C2 cubic spline with not-a-knot ends, n >= 4 (C. de Boor, A
 * Practical Guide to Splines, chapter IV); work holds 2 n numbers. */
static void spline_slopes(hc_monotone *m, double *work)
{
    size_t n = m->n;
    double *d = m->slope, *diag = work, *up = work + n;
    double h0 = step(m, 0), h1 = step(m, 1);
    diag[0] = h1;
    up[0] = h0 + h1;
    d[0] =
        ((h0 + 2 * up[0]) * h1 * chord(m, 0) + h0 * h0 * chord(m, 1)) / up[0];
    for (size_t i = 1; i + 1 < n; i++) {
        double hl = step(m, i - 1), hr = step(m, i);
        double f = hr / diag[i - 1];
        d[i] = 3 * (hr * chord(m, i - 1) + hl * chord(m, i)) - f * d[i - 1];
        diag[i] = 2 * (hl + hr) - f * up[i - 1];
        up[i] = hl;
    }
    double a = step(m, n - 3), b = step(m, n - 2), low = a + b;
    double rhs =
        (b * b * chord(m, n - 3) + (2 * low + b) * a * chord(m, n - 2)) / low;
    double f = low / diag[n - 2];
    d[n - 1] = (rhs - f * d[n - 2]) / (a - f * up[n - 2]);
    for (size_t i = n - 1; i-- > 0;)
        d[i] = (d[i] - up[i] * d[i + 1]) / diag[i];
}

/* End slope of the parabola through the three outer points. */
static double end_slope(double h0, double h1, double s0, double s1)
{
    return ((2 * h0 + h1) * s0 - h0 * s1) / (h0 + h1);
}

static void pchip_slopes(hc_monotone *m)
{
    size_t n = m->n;
    for (size_t i = 1; i + 1 < n; i++) {
        double a = chord(m, i - 1), b = chord(m, i);
        double hl = step(m, i - 1), hr = step(m, i);
        double wl = 2 * hr + hl, wr = hr + 2 * hl;
        m->slope[i] = a * b > 0 ? (wl + wr) / (wl / a + wr / b) : 0;
    }
    m->slope[0] = end_slope(step(m, 0), step(m, 1), chord(m, 0), chord(m, 1));
    m->slope[n - 1] = end_slope(step(m, n - 2), step(m, n - 3),
                                chord(m, n - 2), chord(m, n - 3));
}

/* |slope| at most three times the smaller chord, and not against both. */
static void limit_slopes(hc_monotone *m)
{
    for (size_t i = 0; i < m->n; i++) {
        double a = chord(m, i > 0 ? i - 1 : 0);
        double b = chord(m, i + 1 < m->n ? i : m->n - 2);
        double cap = 3 * fmin(fabs(a), fabs(b));
        double lo = -cap, hi = cap;
        if (a * b > 0) {
            lo = a > 0 ? 0 : -cap;
            hi = a > 0 ? cap : 0;
        }
        m->slope[i] = fmin(fmax(m->slope[i], lo), hi);
    }
}

static hc_status find_slopes(hc_monotone *m, hc_monotone_kind kind,
                             hc_err *err)
{
    if (m->n == 2) {
        m->slope[0] = m->slope[1] = chord(m, 0);
        return HC_OK;
    }
    if (m->n == 3 || kind == HC_MONOTONE_PCHIP) {
        pchip_slopes(m);
        if (m->n == 3 && kind == HC_MONOTONE_SPLINE) {
            double hl = step(m, 0), hr = step(m, 1);
            m->slope[1] = (hr * chord(m, 0) + hl * chord(m, 1)) / (hl + hr);
        }
    } else {
        double *work = malloc(2 * m->n * sizeof *work);
        if (work == NULL)
            return hc_fail_nomem(err);
        spline_slopes(m, work);
        free(work);
    }
    limit_slopes(m);
    return HC_OK;
}

hc_status hc_monotone_new(hc_monotone *out, hc_monotone_kind kind,
                          const double *x, const double *y, size_t n,
                          hc_err *err)
{
    hc_monotone m = {0};
    hc_status st;
    if (n < 2)
        return hc_fail(err, HC_DATA, "a curve needs two points, found %zu", n);
    for (size_t i = 0; i + 1 < n; i++)
        if (!(x[i] < x[i + 1]))
            return hc_fail(err, HC_DATA, "points of a curve do not rise");
    m.n = n;
    m.x = malloc(4 * n * sizeof *m.x);
    if (m.x == NULL)
        return hc_fail_nomem(err);
    m.y = m.x + n;
    m.slope = m.x + 2 * n;
    m.area = m.x + 3 * n;
    memcpy(m.x, x, n * sizeof *x);
    memcpy(m.y, y, n * sizeof *y);
    st = find_slopes(&m, kind, err);
    if (st != HC_OK) {
        free(m.x);
        return st;
    }
    m.area[0] = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double h = step(&m, i);
        m.area[i + 1] =
            m.area[i] + h * ((m.y[i] + m.y[i + 1]) / 2 +
                             h * (m.slope[i] - m.slope[i + 1]) / 12);
    }
    *out = m;
    return HC_OK;
}

void hc_monotone_clear(hc_monotone *m)
{
    free(m->x);
    *m = (hc_monotone){0};
}

double hc_monotone_at(const hc_monotone *m, double x, double *slope)
{
    size_t end = x < m->x[0] ? 0 : m->n - 1;
    if (x < m->x[0] || x > m->x[m->n - 1]) {
        if (slope != NULL)
            *slope = m->slope[end];
        return m->y[end] + m->slope[end] * (x - m->x[end]);
    }
    size_t i = hc_bracket(m->x, m->n, x);
    double h = step(m, i), s = (x - m->x[i]) / h;
    double a = m->y[i], b = m->y[i + 1];
    double da = m->slope[i] * h, db = m->slope[i + 1] * h;
    double c2 = 3 * (b - a) - 2 * da - db, c3 = 2 * (a - b) + da + db;
    if (slope != NULL)
        *slope = (da + s * (2 * c2 + 3 * s * c3)) / h;
    return a + s * (da + s * (c2 + s * c3));
}

/* Integral from x[0] to x. */
static double area_to(const hc_monotone *m, double x)
{
    size_t end = x < m->x[0] ? 0 : m->n - 1;
    if (x < m->x[0] || x > m->x[m->n - 1]) {
        double d = x - m->x[end];
        return m->area[end] + d * (m->y[end] + m->slope[end] * d / 2);
    }
    size_t i = hc_bracket(m->x, m->n, x);
    double h = step(m, i), s = (x - m->x[i]) / h;
    double a = m->y[i], b = m->y[i + 1];
    double da = m->slope[i] * h, db = m->slope[i + 1] * h;
    double c2 = 3 * (b - a) - 2 * da - db, c3 = 2 * (a - b) + da + db;
    return m->area[i] + h * s * (a + s * (da / 2 + s * (c2 / 3 + s * c3 / 4)));
}

double hc_monotone_smooth_at(const hc_monotone *m, double width, double x,
                             double *slope)
{
    double lo = x - width / 2, hi = x + width / 2;
    if (!(width > 0))
        return hc_monotone_at(m, x, slope);
    if (slope != NULL)
        *slope = (hc_monotone_at(m, hi, NULL) - hc_monotone_at(m, lo, NULL)) /
                 width;
    return (area_to(m, hi) - area_to(m, lo)) / width;
}
