#include "cell/kinetics.h"

#include "cell/physics.h"

#include <math.h>

/* Exponents beyond this make a solver's trial step infinite; the tangent
 * goes on from there, so that Newton finds its way back. */
static const double far_exponent = 80;

static double safe_exp(double u, double *slope)
{
    if (u > far_exponent) {
        double e = exp(far_exponent);
        *slope = e;
        return e * (1 + u - far_exponent);
    }
    *slope = exp(u);
    return *slope;
}

hc_rate hc_butler_volmer(double i0, double alpha, double f, double eta)
{
    double da, dc;
    double u = alpha * f * eta, w = -(1 - alpha) * f * eta;
    double a = safe_exp(u, &da), c = safe_exp(w, &dc);
    double net = fabs(u) + fabs(w) < 1 ? expm1(u) - expm1(w) : a - c;
    return (hc_rate){.i = i0 * net,
                     .d_eta = i0 * f * (alpha * da + (1 - alpha) * dc),
                     .d_i0 = net};
}

hc_rate hc_linear_kinetics(double i0, double f, double eta)
{
    return (hc_rate){.i = i0 * f * eta, .d_eta = i0 * f, .d_i0 = f * eta};
}

double hc_butler_volmer_inverse(double i0, double alpha, double f, double i)
{
    double eta = 2 / f * asinh(i / (2 * i0));
    if (alpha == 0.5)
        return eta;
    /* the larger exponential alone bounds the root: start from there */
    double part = i > 0 ? alpha : -(1 - alpha);
    eta = log1p(fabs(i) / i0) / (part * f);
    for (int k = 0; k < 60; k++) {
        hc_rate r = hc_butler_volmer(i0, alpha, f, eta);
        double step = (r.i - i) / r.d_eta;
        eta -= step;
        if (fabs(step) <= 1e-16 + 2e-16 * fabs(eta))
            break;
    }
    return eta;
}

/* sgn(u) sqrt(e^-u - 1 + u) without cancellation near 0. */
static double diffuse(double u, double *slope)
{
    if (fabs(u) < 3e-4) {
        *slope = sqrt(0.5) * (1 - u / 3 + u * u / 12);
        return sqrt(0.5) * u * (1 - u / 6 + u * u / 36);
    }
    double h = expm1(-u) + u, root = sqrt(h);
    *slope = (u > 0 ? 1 : -1) * -expm1(-u) / (2 * root);
    return u > 0 ? root : -root;
}

double hc_stern_drop(double stern_m, double c0, double eps_r, double f,
                     double d_d, double *slope)
{
    /* R T = F/f */
    double scale = stern_m * sqrt(2 * HC_FARADAY / f * c0 / (eps_r * HC_EPS0));
    double by_u, u = fmax(f * d_d, -700);
    double s = scale * diffuse(u, &by_u);
    *slope = scale * by_u * f;
    return s;
}

double hc_frumkin(double i0, double alpha, double f, double d_s, double d_d,
                  double *by_s, double *by_d)
{
    double da, dc;
    double a = safe_exp(alpha * f * d_s, &da);
    double c = safe_exp(-f * d_d - (1 - alpha) * f * d_s, &dc);
    *by_s = i0 * f * (alpha * da + (1 - alpha) * dc);
    *by_d = i0 * f * dc;
    return i0 * (a - c);
}

double hc_i0_cathode(const hc_cell *c, double i0_half, double alpha, double x,
                     double *by_x)
{
    static const double least = 1e-9;
    if (c->has_i0_shape) {
        double slope, v = hc_curve_at(&c->i0_p_shape, x, &slope);
        *by_x = i0_half * slope;
        return i0_half * v;
    }
    double lo = fmax(x, least), hi = fmax(1 - x, least);
    double v = alpha == 0.5 ? 2 * sqrt(lo * hi)
                            : 2 * pow(lo, 1 - alpha) * pow(hi, alpha);
    *by_x = i0_half * v *
            ((x > least ? (1 - alpha) / lo : 0) -
             (1 - x > least ? alpha / hi : 0));
    return i0_half * v;
}
