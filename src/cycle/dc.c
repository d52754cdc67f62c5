#include "cycle/dc.h"

#include "fitters/student.h"

#include <math.h>

static const double faraday = 96485.33212, gas = 8.314462618;

/* Weight of a point: its own sd, not below 2 % of the current, since the
 * scatter between voltages is that of the cell. */
static double weight(const hc_dc_point *p)
{
    double sd = fmax(p->steady.sd_a, 0.02 * fabs(p->steady.current_a));
    return sd > 0 ? 1 / (sd * sd) : 0;
}

static bool steady(const hc_dc_point *p)
{
    return p->steady.kind == HC_STEADY_OK && p->u_v != 0;
}

/* No hold is steady: the smallest |I|/|U| at the end bounds sigma. */
static void bound(const hc_dc_point *p, size_t n, double factor,
                  hc_dc_conductivity *out)
{
    double least = INFINITY;
    bool grows = false;
    for (size_t i = 0; i < n; i++) {
        const hc_steady *s = &p[i].steady;
        grows = grows || s->kind == HC_STEADY_GROWING;
        if (s->kind == HC_STEADY_SHORT || p[i].u_v == 0)
            continue;
        double size = fmax(fabs(s->end_a), 3 * s->noise_a);
        least = fmin(least, size / fabs(p[i].u_v));
    }
    out->electrons =
        (hc_dc_value){isfinite(least) ? least * factor : (double)NAN, NAN, NAN,
                      isfinite(least) ? least * factor : (double)NAN,
                      grows             ? "decomposition"
                      : isfinite(least) ? "upper-limit"
                                        : "too-short"};
}

hc_dc_conductivity hc_dc_ohmic(const hc_dc_point *p, size_t n, double factor)
{
    double suu = 0, sui = 0, s2 = 0, s4 = 0, s6 = 0, b1 = 0, b3 = 0;
    double chi2 = 0, chi2_cubic = 0, u_max = 0;
    hc_dc_conductivity out = {0};
    for (size_t i = 0; i < n; i++) {
        double u = p[i].u_v, c = p[i].steady.current_a;
        if (!steady(&p[i]))
            continue;
        double w = weight(&p[i]), u2 = u * u;
        out.used++;
        suu += w * u2;
        sui += w * u * c;
        s2 += w * u2;
        s4 += w * u2 * u2;
        s6 += w * u2 * u2 * u2;
        b1 += w * u * c;
        b3 += w * u2 * u * c;
        u_max = fmax(u_max, fabs(u));
    }
    if (out.used == 0) {
        bound(p, n, factor, &out);
        return out;
    }
    double g = sui / suu, det = s2 * s6 - s4 * s4;
    double g1 = det > 0 ? (b1 * s6 - b3 * s4) / det : g;
    double g3 = det > 0 ? (b3 * s2 - b1 * s4) / det : 0;
    for (size_t i = 0; i < n; i++) {
        double u = p[i].u_v, c = p[i].steady.current_a;
        if (!steady(&p[i]))
            continue;
        double r = c - g * u, rc = c - g1 * u - g3 * u * u * u;
        chi2 += weight(&p[i]) * r * r;
        chi2_cubic += weight(&p[i]) * rc * rc;
    }
    double dof = (double)out.used - 1;
    double spread = dof > 0 ? fmax(1, chi2 / dof) : 1;
    double sd = sqrt(spread / suu) * factor, t = hc_student_975(dof);
    if (out.used >= 3)
        out.cubic = g3 * u_max * u_max / g1;
    bool bent =
        out.used >= 3 && fabs(out.cubic) > 0.1 &&
        chi2 - chi2_cubic > 3.84 * fmax(1, chi2_cubic / fmax(dof - 1, 1));
    out.electrons =
        (hc_dc_value){g * factor, sd, g * factor - t * sd, g * factor + t * sd,
                      bent           ? "not-ohmic"
                      : out.used < 3 ? "linearity-untested"
                                     : "ok"};
    return out;
}

hc_dc_conductivity hc_dc_hebb_wagner(const hc_dc_point *p, size_t n,
                                     double factor, double temperature_k)
{
    double f = faraday / (gas * temperature_k), a = 0, b = 0, c = 0;
    double ye = 0, yh = 0;
    hc_dc_conductivity out = {0};
    for (size_t i = 0; i < n; i++) {
        double e = -expm1(-f * p[i].u_v) / f, h = expm1(f * p[i].u_v) / f;
        if (!steady(&p[i]))
            continue;
        double w = weight(&p[i]);
        out.used++;
        a += w * e * e;
        b += w * e * h;
        c += w * h * h;
        ye += w * e * p[i].steady.current_a;
        yh += w * h * p[i].steady.current_a;
    }
    if (out.used == 0) {
        bound(p, n, factor, &out);
        out.holes = out.electrons;
        out.holes.value = out.holes.high = NAN;
        return out;
    }
    double det = a * c - b * b, se = NAN, sh = NAN;
    bool both = out.used >= 2 && det > 1e-12 * a * c;
    if (both) {
        se = (ye * c - yh * b) / det;
        sh = (yh * a - ye * b) / det;
    }
    if (!both || sh < 0)
        se = ye / a, sh = 0;
    else if (se < 0)
        sh = yh / c, se = 0;
    double vse = both ? c / det : 1 / a,
           vsh = both ? a / det : (double)INFINITY;
    const char *word = out.used < 3 ? "linearity-untested" : "ok";
    double t = hc_student_975((double)out.used - 2);
    double sd = sqrt(vse) * factor, sdh = sqrt(vsh) * factor;
    out.electrons = (hc_dc_value){se * factor, sd, se * factor - t * sd,
                                  se * factor + t * sd, word};
    out.holes =
        (hc_dc_value){sh * factor, sdh, sh * factor - t * sdh,
                      sh * factor + t * sdh, both ? word : "not-identifiable"};
    if (out.electrons.low <= 0)
        out.electrons.status = "upper-limit";
    if (both && out.holes.low <= 0)
        out.holes.status = "upper-limit";
    return out;
}

/* ---- current fraction ---- */

static double fraction(double i0, double is, double u, double r0, double rs)
{
    return is * (u - i0 * r0) / (i0 * (u - is * rs));
}

static hc_dc_value with_error(double i0, const hc_steady *s,
                              const hc_dc_cell *c)
{
    double is = s->current_a, u = c->u_v;
    double t = fraction(i0, is, u, c->r0_ohm, c->rs_ohm);
    double ds = fraction(i0, is + s->sd_a, u, c->r0_ohm, c->rs_ohm) - t;
    double d0 = fraction(i0, is, u, c->r0_ohm + c->sd_r0, c->rs_ohm) - t;
    double dr = fraction(i0, is, u, c->r0_ohm, c->rs_ohm + c->sd_rs) - t;
    double sd = sqrt(ds * ds + (isfinite(d0) ? d0 * d0 : 0) +
                     (isfinite(dr) ? dr * dr : 0));
    return (hc_dc_value){t, sd, t - 1.96 * sd, t + 1.96 * sd, "ok"};
}

static const char *doubt(const hc_steady *s, const hc_dc_cell *c, double t,
                         bool late)
{
    if (s->kind != HC_STEADY_OK)
        return hc_steady_word(s->kind);
    if (!(t >= 0 && t <= 1))
        return "inconsistent";
    if (late)
        return "first-current-late";
    if (fabs(c->rs_ohm / c->r0_ohm - 1) > 0.2)
        return "resistance-drift";
    if (fabs(c->u_v) > 0.02)
        return "large-polarisation";
    return "ok";
}

hc_dc_fraction hc_dc_bruce_vincent(const hc_steady *s, const hc_dc_cell *c)
{
    hc_dc_fraction f = {.i0_a = s->first_a,
                        .is_a = s->current_a,
                        .i0_ohmic_a = c->u_v / c->total_ohm};
    bool late = fabs(f.i0_a) < 0.8 * fabs(f.i0_ohmic_a);
    f.fraction = with_error(f.i0_a, s, c);
    f.fraction.status = doubt(s, c, f.fraction.value, late);
    f.fraction_ohmic = with_error(f.i0_ohmic_a, s, c);
    f.fraction_ohmic.status = doubt(s, c, f.fraction_ohmic.value, false);
    return f;
}
