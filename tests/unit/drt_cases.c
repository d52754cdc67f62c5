/* drt_cases.c: spectra with a known distribution of relaxation times */
#include "tests/unit/drt_cases.h"

#include "fitters/random.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define NONE NAN

static const double tau_min = 1e-6, tau_max = 10;

const hc_drt_case hc_drt_cases[] = {
    {"zarc", 0.1, 0.067, 0.0054, 0, {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}}},
    {"zarc", 0.5, 0.074, 0.0166, 0, {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}}},
    {"2-zarc",
     0.1,
     0.020,
     0.0079,
     0,
     {{HC_SHAPE_ZARC, 50, 1e-3, 0.8, 0}, {HC_SHAPE_ZARC, 50, 1e-1, 0.8, 0}}},
    {"2-zarc",
     0.5,
     0.073,
     0.0249,
     0,
     {{HC_SHAPE_ZARC, 50, 1e-3, 0.8, 0}, {HC_SHAPE_ZARC, 50, 1e-1, 0.8, 0}}},
    {"hn", 0.1, 0.041, 0.0046, 0, {{HC_SHAPE_HN, 50, 1e-2, 0.8, 0.6}}},
    {"hn", 0.5, 0.088, 0.0219, 0, {{HC_SHAPE_HN, 50, 1e-2, 0.8, 0.6}}},
    {"gerischer",
     0.1,
     0.565,
     0.399,
     0,
     {{HC_SHAPE_GERISCHER, 50, 1e-2, 0, 0}}},
    {"lognormal", 0.1, NONE, 0.007, 0, {{HC_SHAPE_LOGNORMAL, 50, 1e-2, 1, 0}}},
    {"lognormal", 0.5, NONE, 0.022, 0, {{HC_SHAPE_LOGNORMAL, 50, 1e-2, 1, 0}}},
    {"2-lognormal",
     0.1,
     NONE,
     0.026,
     0,
     {{HC_SHAPE_LOGNORMAL, 30, 1e-3, 0.6, 0},
      {HC_SHAPE_LOGNORMAL, 40, 1e-1, 1.2, 0}}},
    {"2-lognormal",
     0.5,
     NONE,
     0.11,
     0,
     {{HC_SHAPE_LOGNORMAL, 30, 1e-3, 0.6, 0},
      {HC_SHAPE_LOGNORMAL, 40, 1e-1, 1.2, 0}}},
    {"box", 0.1, NONE, 0.22, 0, {{HC_SHAPE_BOX, 50, 1e-3, 1e-1, 0}}},
    {"box", 0.5, NONE, 0.25, 0, {{HC_SHAPE_BOX, 50, 1e-3, 1e-1, 0}}},
    {"triangle",
     0.1,
     NONE,
     0.053,
     0,
     {{HC_SHAPE_TRIANGLE, 50, 1e-4, 1e-1, 3e-2}}},
    {"triangle",
     0.5,
     NONE,
     0.12,
     0,
     {{HC_SHAPE_TRIANGLE, 50, 1e-4, 1e-1, 3e-2}}},
    {"3-zarc",
     0.1,
     NONE,
     0.026,
     0,
     {{HC_SHAPE_ZARC, 20, 1e-4, 0.9, 0},
      {HC_SHAPE_ZARC, 50, 5e-3, 0.75, 0},
      {HC_SHAPE_ZARC, 30, 0.3, 0.85, 0}}},
    {"3-zarc",
     0.5,
     NONE,
     0.21,
     0,
     {{HC_SHAPE_ZARC, 20, 1e-4, 0.9, 0},
      {HC_SHAPE_ZARC, 50, 5e-3, 0.75, 0},
      {HC_SHAPE_ZARC, 30, 0.3, 0.85, 0}}},
    {"overlap",
     0.1,
     NONE,
     0.0125,
     0,
     {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}, {HC_SHAPE_ZARC, 25, 1e-1, 0.8, 0}}},
    {"overlap",
     0.5,
     NONE,
     0.054,
     0,
     {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}, {HC_SHAPE_ZARC, 25, 1e-1, 0.8, 0}}},
    {"with-L",
     0.1,
     NONE,
     0.007,
     0,
     {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}, {HC_SHAPE_L, 5e-4, 0, 0, 0}}},
    {"with-C",
     0.1,
     NONE,
     0.017,
     0,
     {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}, {HC_SHAPE_C, 1e-3, 0, 0, 0}}},
    {"cut", 0.1, NONE, 0.010, 3, {{HC_SHAPE_ZARC, 50, 1e-2, 0.8, 0}}},
    {NULL, 0, 0, 0, 0, {{HC_SHAPE_END, 0, 0, 0, 0}}}};

/* ---- shapes ---- */

static double gamma_of(const hc_drt_shape *s, double u)
{
    const double x = u - log(fmax(s->tau, 1e-300)), r = s->r;
    switch (s->kind) {
    case HC_SHAPE_ZARC:
        return r / (2 * M_PI) * sin((1 - s->a) * M_PI) /
               (cosh(s->a * x) - cos((1 - s->a) * M_PI));
    case HC_SHAPE_HN: {
        const double y = exp(s->a * x);
        const double th = atan2(sin(M_PI * s->a), y + cos(M_PI * s->a));
        return r / M_PI * pow(y, s->b) * sin(s->b * th) /
               pow(1 + 2 * y * cos(M_PI * s->a) + y * y, s->b / 2);
    }
    case HC_SHAPE_GERISCHER: /* the pole counts as 0 */
        return x < -1e-9 ? r / M_PI * sqrt(1 / (exp(-x) - 1)) : 0;
    case HC_SHAPE_LOGNORMAL:
        return r / (s->a * sqrt(2 * M_PI)) * exp(-x * x / (2 * s->a * s->a));
    case HC_SHAPE_BOX:
        return x > 0 && u < log(s->a) ? r / log(s->a / s->tau) : 0;
    case HC_SHAPE_TRIANGLE: {
        const double top = 2 * r / log(s->a / s->tau);
        const double up = x / log(s->b / s->tau);
        const double down = (log(s->a) - u) / log(s->a / s->b);
        return top * fmax(0, fmin(up, down));
    }
    default:
        return 0;
    }
}

static const double gl_x[5] = {0, 0.5384693101056831, 0.9061798459386640,
                               -0.5384693101056831, -0.9061798459386640};
static const double gl_w[5] = {0.5688888888888889, 0.4786286704993665,
                               0.2369268850561891, 0.4786286704993665,
                               0.2369268850561891};

static double complex integrate(const hc_drt_shape *s, double a, double b,
                                double w)
{
    enum { PANELS = 60 };
    const double h = (b - a) / PANELS / 2;
    double complex sum = 0;
    for (int p = 0; p < PANELS; p++)
        for (int k = 0; k < 5; k++) {
            const double u = a + h * (2 * p + 1 + gl_x[k]);
            sum += gl_w[k] * h * gamma_of(s, u) / (1 + CMPLX(0, w * exp(u)));
        }
    return sum;
}

static double complex z_of(const hc_drt_shape *s, double w)
{
    const double complex jw = CMPLX(0, w);
    switch (s->kind) {
    case HC_SHAPE_RC:
        return s->r / (1 + jw * s->tau);
    case HC_SHAPE_ZARC:
        return s->r / (1 + cpow(jw * s->tau, s->a));
    case HC_SHAPE_HN:
        return s->r / cpow(1 + cpow(jw * s->tau, s->a), s->b);
    case HC_SHAPE_GERISCHER:
        return s->r / csqrt(1 + jw * s->tau);
    case HC_SHAPE_LOGNORMAL:
        return integrate(s, log(s->tau) - 9 * s->a, log(s->tau) + 9 * s->a, w);
    case HC_SHAPE_BOX:
        return integrate(s, log(s->tau), log(s->a), w);
    case HC_SHAPE_TRIANGLE:
        return integrate(s, log(s->tau), log(s->b), w) +
               integrate(s, log(s->b), log(s->a), w);
    case HC_SHAPE_L:
        return jw * s->r;
    case HC_SHAPE_C:
        return 1 / (jw * s->r);
    case HC_SHAPE_END:
        break;
    }
    return 0;
}

double complex hc_drt_case_z(const hc_drt_case *c, double freq_hz)
{
    double complex z = 10;
    for (int k = 0; k < 4 && c->shape[k].kind != HC_SHAPE_END; k++)
        z += z_of(&c->shape[k], 2 * M_PI * freq_hz);
    return z;
}

double hc_drt_case_gamma(const hc_drt_case *c, double tau_s)
{
    double g = 0;
    for (int k = 0; k < 4 && c->shape[k].kind != HC_SHAPE_END; k++)
        g += gamma_of(&c->shape[k], log(tau_s));
    return g;
}

size_t hc_drt_case_make(const hc_drt_case *c, int seed, double *freq,
                        double complex *z)
{
    hc_random rng;
    hc_random_seed(&rng, (uint64_t)seed * 7919 + 17);
    size_t n = 0;
    for (size_t i = 0; i < HC_DRT_CASE_POINTS; i++) {
        const double f = pow(10, 6 - 0.1 * (double)i);
        if (f < c->f_min)
            break;
        const double re = c->sd * hc_random_normal(&rng);
        freq[n] = f;
        z[n++] =
            hc_drt_case_z(c, f) + CMPLX(re, c->sd * hc_random_normal(&rng));
    }
    return n;
}

/* ---- scores ---- */

static double interpolate(const hc_drt *r, const double *y, double tau)
{
    size_t lo = 0, hi = r->n_tau - 1;
    if (tau <= r->tau_s[lo] || tau >= r->tau_s[hi])
        return 0;
    while (hi - lo > 1) {
        const size_t mid = (lo + hi) / 2;
        if (r->tau_s[mid] > tau)
            hi = mid;
        else
            lo = mid;
    }
    const double t =
        log(tau / r->tau_s[lo]) / log(r->tau_s[hi] / r->tau_s[lo]);
    return y[lo] + t * (y[hi] - y[lo]);
}

double hc_drt_case_error(const hc_drt_case *c, const hc_drt *r, double *cover)
{
    double diff = 0, norm = 0, top = 0;
    size_t inside = 0, counted = 0;
    for (int k = 0; k < HC_DRT_CASE_TAUS; k++)
        top = fmax(top, hc_drt_case_gamma(
                            c, tau_min * pow(tau_max / tau_min, k / 700.0)));
    for (int k = 0; k < HC_DRT_CASE_TAUS; k++) {
        const double tau = tau_min * pow(tau_max / tau_min, k / 700.0);
        const double g = hc_drt_case_gamma(c, tau);
        const double e = interpolate(r, r->gamma_ohm, tau) - g;
        diff += e * e;
        norm += g * g;
        if (g > 0.01 * top) {
            counted++;
            inside += g >= interpolate(r, r->low, tau) &&
                      g <= interpolate(r, r->high, tau);
        }
    }
    *cover = (double)inside / (double)counted;
    return sqrt(diff / norm);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool hc_drt_case_run(const hc_drt_case *c, const hc_drt_method *m,
                     const hc_drt_options *opt, int seeds, int first,
                     hc_drt_figures *out)
{
    double freq[HC_DRT_CASE_POINTS];
    double complex z[HC_DRT_CASE_POINTS];
    double *e = malloc((size_t)seeds * sizeof *e);
    if (!e)
        return false;
    *out = (hc_drt_figures){0};
    for (int k = 0; k < seeds; k++) {
        const size_t n = hc_drt_case_make(c, first + k, freq, z);
        const hc_drt_data d = {n, freq, z, NULL};
        hc_drt r;
        hc_err err;
        const clock_t t = clock();
        if (hc_drt_run(m, &d, opt, &r, &err) != HC_OK) {
            free(e);
            return false;
        }
        out->cpu_ms += 1e3 * (double)(clock() - t) / CLOCKS_PER_SEC / seeds;
        double cover;
        e[k] = hc_drt_case_error(c, &r, &cover);
        out->cover += cover / seeds;
        hc_drt_clear(&r);
    }
    qsort(e, (size_t)seeds, sizeof *e, compare);
    out->median =
        seeds % 2 ? e[seeds / 2] : (e[seeds / 2 - 1] + e[seeds / 2]) / 2;
    out->worst = e[seeds - 1];
    free(e);
    return true;
}
