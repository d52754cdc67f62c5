/* drt_kernel.c: basis functions of a DRT and their impedance
 *
 * T. H. Wan, M. Saccoccio, C. Chen, F. Ciucci, Electrochim. Acta 184 (2015)
 * 483, 10.1016/j.electacta.2015.09.097 (radial basis functions, shape).
 */
#include "fitters/drt_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the functions ---- */

static double gauss(double u)
{
    return exp(-u * u);
}
static double gauss1(double u)
{
    return -2 * u * exp(-u * u);
}
static double gauss2(double u)
{
    return (4 * u * u - 2) * exp(-u * u);
}

static double matern2(double u)
{
    const double a = fabs(u);
    return exp(-a) * (1 + a);
}
static double matern2_1(double u)
{
    return -u * exp(-fabs(u));
}
static double matern2_2(double u)
{
    const double a = fabs(u);
    return exp(-a) * (a - 1);
}

static double matern4(double u)
{
    const double a = fabs(u);
    return exp(-a) * (3 + 3 * a + a * a) / 3;
}
static double matern4_1(double u)
{
    const double a = fabs(u);
    return -u * exp(-a) * (1 + a) / 3;
}
static double matern4_2(double u)
{
    const double a = fabs(u);
    return exp(-a) * (a * a - a - 1) / 3;
}

static double quadric(double u)
{
    return 1 / (1 + u * u);
}
static double quadric1(double u)
{
    const double q = 1 + u * u;
    return -2 * u / (q * q);
}
static double quadric2(double u)
{
    const double q = 1 + u * u;
    return (6 * u * u - 2) / (q * q * q);
}

static double hat(double u)
{
    return fmax(0, 1 - fabs(u));
}
static double hat1(double u)
{
    return fabs(u) >= 1 ? 0 : u > 0 ? -1 : 1;
}

const hc_drt_basis hc_drt_bases[] = {
    {"gaussian", 0.83255461115769775, 6.3, false, gauss, gauss1, gauss2},
    {"c2-matern", 1.6783469900166605, 44, true, matern2, matern2_1, matern2_2},
    {"c4-matern", 2.2588764403, 46, true, matern4, matern4_1, matern4_2},
    {"inverse-quadric", 1, 2000, false, quadric, quadric1, quadric2},
    {"piecewise-linear", 0.5, 1, true, hat, hat1, NULL},
    {NULL, 0, 0, false, NULL, NULL, NULL},
};

const hc_drt_basis *hc_drt_basis_find(const char *name)
{
    for (const hc_drt_basis *b = hc_drt_bases; b->name; b++)
        if (strcmp(b->name, name) == 0)
            return b;
    return NULL;
}

double hc_drt_epsilon(const hc_drt_basis *b, double coefficient, double step)
{
    /* piecewise linear: the feet stand on the neighbours */
    return b->d2 ? 2 * b->half * coefficient / step : 1 / step;
}

/* ---- quadrature over x ---- */

enum { PANEL = 8 };

/* Gauss-Legendre, 8 points on [-1, 1]. */
static const double gl_x[PANEL] = {-0.9602898564975363, -0.7966664774136267,
                                   -0.5255324099163290, -0.1834346424956498,
                                   0.1834346424956498,  0.5255324099163290,
                                   0.7966664774136267,  0.9602898564975363};
static const double gl_w[PANEL] = {0.1012285362903763, 0.2223810344533745,
                                   0.3137066458778873, 0.3626837833783620,
                                   0.3626837833783620, 0.3137066458778873,
                                   0.2223810344533745, 0.1012285362903763};

/* Panels for one side of the support: geometric where it is wide. */
static size_t panels(double from, double to, double first, double *edge,
                     size_t most)
{
    size_t n = 0;
    double w = first, x = from;
    edge[n++] = x;
    while (x < to && n < most) {
        x = fmin(to, x + w);
        edge[n++] = x;
        w *= 1.35;
    }
    edge[n - 1] = to;
    return n - 1;
}

/* Nodes x and weights w of int f(x) dx over the support of phi(eps x). */
static size_t nodes(const hc_drt_basis *b, double eps, double *x, double *w)
{
    double edge[40];
    const size_t np =
        panels(0, b->support / eps,
               b->d2 ? fmin(1 / eps, 0.7) : b->support / eps / 2, edge, 40);
    size_t n = 0;
    for (int side = -1; side <= 1; side += 2)
        for (size_t p = 0; p < np; p++) {
            const double h = (edge[p + 1] - edge[p]) / 2;
            const double m = (edge[p + 1] + edge[p]) / 2;
            for (int k = 0; k < PANEL; k++) {
                x[n] = side * (m + h * gl_x[k]);
                w[n++] = h * gl_w[k];
            }
        }
    return n;
}

/* ---- the table ---- */

/* 1/(1 + e^(2v)) and e^v/(1 + e^(2v)), and their derivatives. */
static void debye(double v, double *re, double *im, double *dre, double *dim)
{
    const double e = exp(-fabs(v)), q = e * e, d = 1 / (1 + q);
    *re = v > 0 ? q * d : d;
    *im = e * d;
    *dre = -2 * *im * *im;
    *dim = *im * (v > 0 ? 2 * *re - 1 : 2 * *re - 1);
}

static hc_status table_alloc(hc_drt_table *t, size_t n, hc_err *err)
{
    t->n = n;
    t->re = malloc(4 * n * sizeof *t->re);
    if (!t->re)
        return hc_fail_nomem(err);
    t->im = t->re + n;
    t->dre = t->im + n;
    t->dim = t->dre + n;
    return HC_OK;
}

/* Smooth, short basis: the trapezoidal rule on the table's own nodes, which
 * converges exponentially and needs the kernel once per node. */
static hc_status fill_trapezoid(hc_drt_table *t, const hc_drt_basis *b,
                                hc_err *err)
{
    const double h = t->step;
    size_t stride = (size_t)(fmin(0.1, 0.42 / t->eps) / h);
    stride = stride > 0 ? stride : 1;
    const double dx = h * (double)stride;
    const size_t arm = (size_t)(b->support / t->eps / dx) + 1;
    const size_t pad = arm * stride, m = t->n + 2 * pad;
    double *f = malloc((4 * m + arm + 1) * sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    double *w = f + 4 * m;
    for (size_t i = 0; i < m; i++)
        debye(t->v0 + h * ((double)i - (double)pad), f + i, f + m + i,
              f + 2 * m + i, f + 3 * m + i);
    for (size_t k = 0; k <= arm; k++)
        w[k] = dx * b->phi(t->eps * dx * (double)k);
    double *const out[4] = {t->re, t->im, t->dre, t->dim};
    for (int part = 0; part < 4; part++)
        for (size_t i = 0; i < t->n; i++) {
            const double *c = f + (size_t)part * m + pad + i;
            double s = w[0] * c[0];
            for (size_t k = 1; k <= arm; k++)
                s += w[k] * (c[k * stride] + *(c - k * stride));
            out[part][i] = s;
        }
    t->area = w[0];
    for (size_t k = 1; k <= arm; k++)
        t->area += 2 * w[k];
    free(f);
    return HC_OK;
}

static void fill_panels(hc_drt_table *t, const hc_drt_basis *b)
{
    double x[2 * 40 * PANEL], w[2 * 40 * PANEL];
    const size_t nq = nodes(b, t->eps, x, w);
    t->area = 0;
    for (size_t q = 0; q < nq; q++) {
        w[q] *= b->phi(t->eps * x[q]);
        t->area += w[q];
    }
    for (size_t i = 0; i < t->n; i++) {
        const double v = t->v0 + t->step * (double)i;
        double s[4] = {0};
        for (size_t q = 0; q < nq; q++) {
            double f[4];
            debye(v + x[q], f, f + 1, f + 2, f + 3);
            for (int k = 0; k < 4; k++)
                s[k] += w[q] * f[k];
        }
        t->re[i] = s[0];
        t->im[i] = s[1];
        t->dre[i] = s[2];
        t->dim[i] = s[3];
    }
}

hc_status hc_drt_table_make(hc_drt_table *t, const hc_drt_basis *b, double eps,
                            double v_min, double v_max, hc_err *err)
{
    const bool smooth = !b->kink && b->support < 100;
    *t = (hc_drt_table){.step = fmin(0.02, 0.1 / eps), .eps = eps};
    t->v0 = v_min - 2 * t->step;
    const size_t n = (size_t)((v_max - v_min) / t->step) + 6;
    hc_status st = table_alloc(t, n, err);
    if (st != HC_OK)
        return st;
    if (smooth)
        st = fill_trapezoid(t, b, err);
    else
        fill_panels(t, b);
    if (st != HC_OK)
        hc_drt_table_clear(t);
    return st;
}

void hc_drt_table_clear(hc_drt_table *t)
{
    free(t->re);
    t->re = NULL;
}

double complex hc_drt_table_at(const hc_drt_table *t, double v)
{
    const double u = (v - t->v0) / t->step;
    size_t i = u > 0 ? (size_t)u : 0;
    if (i + 2 > t->n)
        i = t->n - 2;
    const double s = u - (double)i, h = t->step;
    const double s2 = s * s, s3 = s2 * s;
    const double a = 2 * s3 - 3 * s2 + 1, b = 3 * s2 - 2 * s3;
    const double c = h * (s3 - 2 * s2 + s), d = h * (s3 - s2);
    const double re =
        a * t->re[i] + b * t->re[i + 1] + c * t->dre[i] + d * t->dre[i + 1];
    const double im =
        a * t->im[i] + b * t->im[i + 1] + c * t->dim[i] + d * t->dim[i + 1];
    return CMPLX(re, -im);
}

/* ---- penalties ---- */

static double gaussian_penalty(double eps, int order, double d)
{
    const double a2 = eps * d * (eps * d);
    const double e = sqrt(M_PI / 2) * exp(-a2 / 2);
    if (order == 1)
        return eps * (1 - a2) * e;
    return eps * eps * eps * (3 - 6 * a2 + a2 * a2) * e;
}

/* The feet of neighbouring hats coincide: the slopes overlap exactly. */
static double hat_penalty(double eps, double d)
{
    const double u = fabs(d) * eps;
    if (u < 1)
        return eps * (2 - 3 * u);
    return u < 2 ? eps * (u - 2) : 0;
}

static double between(double (*f)(double), double eps, double d, double a,
                      double b)
{
    const size_t n = (size_t)((b - a) * eps / 0.75) + 1;
    const double h = (b - a) / (double)n / 2;
    double sum = 0;
    for (size_t p = 0; p < n; p++)
        for (int k = 0; k < PANEL; k++) {
            const double x = a + h * (2 * (double)p + 1 + gl_x[k]);
            sum += gl_w[k] * f(eps * x) * f(eps * (x - d));
        }
    return h * sum;
}

double hc_drt_penalty(const hc_drt_basis *b, double eps, int order, double d)
{
    if (b->phi == gauss)
        return gaussian_penalty(eps, order, d);
    if (!b->d2)
        return hat_penalty(eps, d);
    double (*const f)(double) = order == 1 ? b->d1 : b->d2;
    const double wide = fmin(b->support, 100) / eps;
    d = fabs(d);
    /* the kinks at 0 and d are ends of the pieces */
    return pow(eps, 2 * order) *
           (between(f, eps, d, -wide, 0) + between(f, eps, d, 0, d) +
            between(f, eps, d, d, d + wide));
}
