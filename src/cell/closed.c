/* closed.c: closed forms that the meshes are checked against */
#include "cell/impedance.h"
#include "cell/kinetics.h"
#include "cell/physics.h"

#include <math.h>

/* coth and 1/sinh that do not overflow */
static double complex coth_of(double complex v)
{
    if (creal(v) > 300)
        return 1;
    return ccosh(v) / csinh(v);
}

static double complex csch_of(double complex v)
{
    return creal(v) > 300 ? 0 : 1 / csinh(v);
}

static double complex tanh_of(double complex v)
{
    return creal(v) > 300 ? 1 : ctanh(v);
}

static double complex parallel_c(double complex z, double c, double w)
{
    return z == 0 ? 0 : 1 / (1 / z + I * w * c);
}

static double complex electrolyte(const hc_cell *c, const double *p, double w)
{
    double shunt = c->geometric_on_cell ? 0 : p[HC_P_C_GEO];
    double complex z;
    if (c->se == HC_SE_OHMIC) {
        z = p[HC_P_L_SE] / p[HC_P_SIGMA];
    } else {
        double dp = p[HC_P_D_PLUS], dm = p[HC_P_D_MINUS];
        double both = dp + dm, da = 2 * dp * dm / both;
        double a_eq = p[HC_P_DELTA] * p[HC_P_C_TOT];
        double rt = HC_GAS * p[HC_P_TEMPERATURE];
        double f2 = HC_FARADAY * HC_FARADAY;
        double sigma = f2 * a_eq * both / rt, kr = p[HC_P_K_R];
        double kd = p[HC_P_DELTA] < 1
                        ? kr * a_eq * p[HC_P_DELTA] / (1 - p[HC_P_DELTA])
                        : 0;
        double complex kap = csqrt((kd + 2 * kr * a_eq + I * w) / da);
        z = p[HC_P_L_SE] / sigma + 2 * rt * dm / (f2 * a_eq * dp * both) *
                                       tanh_of(kap * p[HC_P_L_SE] / 2) / kap;
    }
    z = parallel_c(z, shunt, w);
    return z + parallel_c(p[HC_P_R_GB], p[HC_P_C_GB], w) +
           parallel_c(p[HC_P_R_INT], p[HC_P_C_INT], w);
}

static double complex negative(const hc_cell *c, const double *p, double x,
                               double w)
{
    double slope = 0;
    if (c->has_u_n)
        (void)hc_curve_at(&c->u_n, hc_cell_x_n(c, x), &slope);
    double area = p[HC_P_CONTACT_N];
    double r = c->kin_n == HC_KIN_NONE ? p[HC_P_R_N]
                                       : HC_GAS * p[HC_P_TEMPERATURE] /
                                             (HC_FARADAY * p[HC_P_I0_N]);
    return parallel_c(r / area, p[HC_P_C_N] * area, w) -
           (c->has_u_n ? slope / (I * w * p[HC_P_Q_N]) : 0);
}

static double complex film(const hc_cell *c, const double *p, double x,
                           double w)
{
    double slope, i0_x, area = p[HC_P_CONTACT_P];
    (void)hc_curve_at(&c->ocv, x, &slope);
    double d = p[HC_P_D] * hc_curve_at(&c->d_shape, x, NULL);
    double i0 =
        hc_i0_cathode(c, p[HC_P_I0_P] * area, p[HC_P_ALPHA_P], x, &i0_x);
    double r = c->kin_p == HC_KIN_NONE
                   ? p[HC_P_R_P] / area
                   : HC_GAS * p[HC_P_TEMPERATURE] / (HC_FARADAY * i0);
    double complex m = csqrt(I * w / d), ml = m * p[HC_P_L_P];
    double t = p[HC_P_T_E];
    double complex z_d = -slope / (HC_FARADAY * p[HC_P_C_MAX]) *
                         (t * coth_of(ml) + (1 - t) * csch_of(ml)) /
                         csqrt(I * w * d);
    double cap = p[HC_P_C_P] * area;
    if (c->capacitor_on_eta) /* what charges the capacitor does not diffuse */
        return (r + z_d) / (1 + I * w * r * cap);
    return parallel_c(r + z_d, cap, w);
}

double complex hc_impedance_closed(const hc_cell *c, double x, double freq_hz)
{
    double w = 2 * HC_PI * freq_hz, p[HC_P_COUNT];
    for (int i = 0; i < HC_P_COUNT; i++)
        p[i] =
            hc_cell_at(c, (hc_parameter)i, c->value[HC_P_TEMPERATURE], NULL);
    double complex z = electrolyte(c, p, w) + negative(c, p, x, w);
    if (c->cathode == HC_CATHODE_LITHIUM)
        z += negative(c, p, x, w);
    else
        z += film(c, p, x, w);
    if (p[HC_P_SIGMA_E] > 0 && c->cathode == HC_CATHODE_FILM)
        z += p[HC_P_L_P] / p[HC_P_SIGMA_E];
    if (c->geometric_on_cell)
        z = parallel_c(z, p[HC_P_C_GEO], w);
    return z + p[HC_P_R_S];
}

double complex hc_transmission_line(double length, double kappa, double sigma,
                                    double a_v, double complex z)
{
    if (isinf(sigma)) {
        double complex nu = length * csqrt(a_v / (kappa * z));
        return length / kappa * coth_of(nu) / nu;
    }
    double complex nu =
        length * csqrt(a_v * (kappa + sigma) / (kappa * sigma * z));
    return length / (kappa + sigma) *
           (1 +
            (2 * csch_of(nu) + (sigma / kappa + kappa / sigma) * coth_of(nu)) /
                nu);
}

double complex hc_sphere_impedance(double minus_dudc, double radius, double d,
                                   double freq_hz)
{
    double complex s = radius * csqrt(I * 2 * HC_PI * freq_hz / d);
    double complex t = tanh_of(s);
    return minus_dudc * radius / (HC_FARADAY * d) * t / (s - t);
}

/* ierfc(x) = exp(-x^2)/sqrt(pi) - x erfc(x) */
static double ierfc(double x)
{
    return exp(-x * x) / sqrt(HC_PI) - x * erfc(x);
}

double hc_slab_response(double tau)
{
    if (tau <= 0)
        return 0;
    double sum = 0;
    if (tau < 0.3) { /* images: few terms at short times */
        for (int k = 1; k < 40; k++) {
            double term = ierfc(k / sqrt(tau));
            sum += term;
            if (term < 1e-17)
                break;
        }
        return 2 * sqrt(tau) * (1 / sqrt(HC_PI) + 2 * sum);
    }
    for (int n = 1; n < 200; n++) {
        double term = exp(-(double)n * n * HC_PI * HC_PI * tau) / (n * n);
        sum += term;
        if (term < 1e-17)
            break;
    }
    return tau + 1.0 / 3 - 2 / (HC_PI * HC_PI) * sum;
}

void hc_slab_cycle(double i, double length, double d, double d1, double d2,
                   double *q_charge, double *q_discharge)
{
    double s = i * length / (HC_FARADAY * d), lo = 0, hi = 1;
    while (s * hc_slab_response(hi) < d1)
        hi *= 2;
    for (int k = 0; k < 200; k++) {
        double mid = (lo + hi) / 2;
        if (s * hc_slab_response(mid) < d1)
            lo = mid;
        else
            hi = mid;
    }
    double tau1 = (lo + hi) / 2;
    lo = 0;
    hi = tau1 + 1;
    while (s * (hc_slab_response(tau1 + hi) - 2 * hc_slab_response(hi)) > -d2)
        hi *= 2;
    for (int k = 0; k < 200; k++) {
        double mid = (lo + hi) / 2;
        if (s * (hc_slab_response(tau1 + mid) - 2 * hc_slab_response(mid)) >
            -d2)
            lo = mid;
        else
            hi = mid;
    }
    double scale = i * length * length / d;
    *q_charge = scale * tau1;
    *q_discharge = scale * (lo + hi) / 2;
}
