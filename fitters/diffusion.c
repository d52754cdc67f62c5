#include "fitters/diffusion.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;
/* Below this the short-time forms hold to 1e-10, above it a few terms of
 * the series do. */
static const double th_short = 0.04;

/* n-th positive root of tan l = l, by Newton on sin l - l cos l from the
 * asymptotic value (n + 1/2) pi - 1/((n + 1/2) pi). */
static double sphere_root(int n)
{
    double a = (n + 0.5) * pi;
    double l = a - 1 / a;
    for (int k = 0; k < 4; k++)
        l -= (sin(l) - l * cos(l)) / (l * sin(l));
    return l;
}

static double film_g(double th)
{
    if (th < th_short) {
        /* 2 sqrt(th) [ierfc(0) + 2 ierfc(1/sqrt(th)) + ...] */
        double z = 1 / sqrt(th);
        double image = exp(-z * z) / sqrt(pi) - z * erfc(z);
        return 2 * sqrt(th) * (1 / sqrt(pi) + 2 * image);
    }
    double sum = 0;
    for (int n = 1; n < 40; n++) {
        double e = exp(-n * n * pi * pi * th) / (n * n);
        sum += e;
        if (e < 1e-16)
            break;
    }
    return th + 1.0 / 3 - 2 / (pi * pi) * sum;
}

static double sphere_g(double th)
{
    if (th < th_short) {
        double r = sqrt(th);
        return (expm1(th) + exp(th) * erf(r)) / 3;
    }
    double sum = 0;
    for (int n = 1; n < 40; n++) {
        double l = sphere_root(n);
        double e = exp(-l * l * th) / (l * l);
        sum += e;
        if (e < 1e-16)
            break;
    }
    return th + 1.0 / 15 - 2.0 / 3 * sum;
}

double hc_diffusion_g(hc_diffusion_shape shape, double th)
{
    if (!(th > 0))
        return isnan(th) ? NAN : 0;
    return shape == HC_DIFFUSION_FILM ? film_g(th) : sphere_g(th);
}

double hc_diffusion_step_flux(hc_diffusion_shape shape, double th)
{
    bool film = shape == HC_DIFFUSION_FILM;
    double sum = 0;
    if (!(th > 0))
        return th <= 0 ? INFINITY : NAN;
    if (th < th_short) {
        /* images at 2L (film, sign alternates) or 2R (sphere) */
        double s = 1 / sqrt(pi * th);
        return film ? s * (1 - 2 * exp(-1 / th))
                    : s * (1 + 2 * exp(-1 / th)) - 1;
    }
    for (int n = 0; n < 60; n++) {
        double k = film ? (n + 0.5) * pi : (n + 1) * pi;
        double e = exp(-k * k * th);
        sum += e;
        if (e < 1e-17)
            break;
    }
    return 2 * sum;
}

double hc_diffusion_step_uptake(hc_diffusion_shape shape, double th)
{
    bool film = shape == HC_DIFFUSION_FILM;
    double sum = 0;
    if (!(th > 0))
        return th <= 0 ? 0 : NAN;
    if (th < 1e-3)
        return film ? 2 * sqrt(th / pi) : 6 * sqrt(th / pi) - 3 * th;
    for (int n = 0; n < 400; n++) {
        double k = film ? (n + 0.5) * pi : (n + 1) * pi;
        double e = exp(-k * k * th) / (k * k);
        sum += e;
        if (e < 1e-17)
            break;
    }
    return film ? 1 - 2 * sum : 1 - 6 * sum;
}

/* ---- the table ---- */

enum { PER_E = 40, CELLS = 26 * PER_E }; /* 40 cells per factor e */
static const double ln_low = -22;        /* th = 2.8e-10 */

struct hc_diffusion_table {
    hc_diffusion_shape shape;
    double h[CELLS + 1];     /* G / sqrt(th) */
    double slope[CELLS + 1]; /* d h / d(ln th), per cell */
};

/* dG/dth by the derivative of the same forms */
static double g_slope(hc_diffusion_shape shape, double th)
{
    bool film = shape == HC_DIFFUSION_FILM;
    double sum = 0;
    if (th < th_short) {
        double r = sqrt(th);
        return film ? (1 + 2 * exp(-1 / th)) / sqrt(pi * th)
                    : (exp(th) * (1 + erf(r)) + 1 / sqrt(pi * th)) / 3;
    }
    for (int n = 1; n < 40; n++) {
        double k = film ? n * pi : sphere_root(n);
        double e = exp(-k * k * th);
        sum += e;
        if (e < 1e-17)
            break;
    }
    return 1 + (film ? 2 : 2.0 / 3) * sum;
}

hc_status hc_diffusion_table_new(hc_diffusion_table **out,
                                 hc_diffusion_shape shape, hc_err *err)
{
    hc_diffusion_table *t = malloc(sizeof *t);
    if (t == NULL)
        return hc_fail_nomem(err);
    t->shape = shape;
    for (int i = 0; i <= CELLS; i++) {
        double th = exp(ln_low + (double)i / PER_E), r = sqrt(th);
        double g = hc_diffusion_g(shape, th);
        t->h[i] = g / r;
        t->slope[i] = (g_slope(shape, th) * r - 0.5 * g / r) / PER_E;
    }
    *out = t;
    return HC_OK;
}

void hc_diffusion_table_free(hc_diffusion_table *t)
{
    free(t);
}

double hc_diffusion_table_g(const hc_diffusion_table *t, double th)
{
    if (!(th > 0))
        return 0;
    /* all transients are gone: exp(-pi^2 3) = 1e-13, exp(-20.2 * 3) less */
    if (th > 3)
        return th + (t->shape == HC_DIFFUSION_FILM ? 1.0 / 3 : 1.0 / 15);
    double u = (log(th) - ln_low) * PER_E;
    if (u < 0)
        return hc_diffusion_g(t->shape, th);
    int i = (int)u;
    double s = u - i, a = t->h[i], b = t->h[i + 1];
    double da = t->slope[i], db = t->slope[i + 1];
    double c2 = 3 * (b - a) - 2 * da - db, c3 = 2 * (a - b) + da + db;
    return sqrt(th) * (a + s * (da + s * (c2 + s * c3)));
}
