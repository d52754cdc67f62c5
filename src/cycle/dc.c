#include "cycle/dc.h"

#include "fitters/student.h"

#include <math.h>
#include <string.h>

static const double faraday = 96485.33212, gas = 8.314462618;

/* Weight of a point: its own sd, not below 2 % of the current, since the
 * scatter between voltages is that of the cell, nor below half the leakage
 * that may have fed it. */
static double weight(const hc_dc_point *p)
{
    double sd = fmax(p->steady.sd_a, 0.02 * fabs(p->steady.current_a));
    sd = fmax(sd, 0.5 * p->steady.floor_a);
    return sd > 0 ? 1 / (sd * sd) : 0;
}

static bool steady(const hc_dc_point *p)
{
    return p->steady.kind == HC_STEADY_OK && p->u_v != 0;
}

static hc_dc_value upper_limit(double limit, const char *status)
{
    return (hc_dc_value){limit, NAN, NAN, limit, status};
}

/* No hold is steady: the smallest |I|/|U| at the end bounds sigma. */
static void bound(const hc_dc_point *p, size_t n, double factor,
                  hc_dc_conductivity *out)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const hc_steady *s = &p[i].steady;
        if (s->kind == HC_STEADY_SHORT || p[i].u_v == 0)
            continue;
        least = fmin(least, hc_steady_bound_a(s) / fabs(p[i].u_v));
    }
    out->electrons =
        upper_limit(isfinite(least) ? least * factor : (double)NAN,
                    out->growing > 0  ? "decomposition"
                    : isfinite(least) ? "upper-limit"
                                      : "too-short");
}

static size_t growing(const hc_dc_point *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += p[i].steady.kind == HC_STEADY_GROWING;
    return count;
}

/* What the leakage may add to a coefficient sum(w f I)/s. */
static double leaked(const hc_dc_point *p, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (steady(&p[i]))
            sum += weight(&p[i]) * fabs(p[i].u_v) * p[i].steady.floor_a;
    return sum;
}

hc_dc_conductivity hc_dc_ohmic(const hc_dc_point *p, size_t n, double factor)
{
    double suu = 0, sui = 0, s2 = 0, s4 = 0, s6 = 0, b1 = 0, b3 = 0;
    double chi2 = 0, chi2_cubic = 0, u_max = 0;
    hc_dc_conductivity out = {.growing = growing(p, n)};
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
    bool cubic =
        fabs(out.cubic) > 0.1 &&
        chi2 - chi2_cubic > 3.84 * fmax(1, chi2_cubic / fmax(dof - 1, 1));
    /* an exponential is no cubic either: off the line by 10 % or 5 sd */
    bool bent = out.used >= 3 && (cubic || chi2 > 25 * dof);
    double off = t * sd + leaked(p, n) / suu * factor;
    out.electrons =
        (hc_dc_value){g * factor, sd, g * factor - off, g * factor + off,
                      g < 0          ? "inconsistent"
                      : bent         ? "not-ohmic"
                      : out.used < 3 ? "linearity-untested"
                                     : "ok"};
    if (strcmp(out.electrons.status, "ok") == 0 && out.electrons.low <= 0)
        out.electrons = upper_limit(out.electrons.high, "upper-limit");
    return out;
}

/* Columns of the Hebb-Wagner law per unit of conductivity and L/A. */
typedef struct {
    double e, h;
} columns;

static columns columns_at(double u_v, double f_1_v)
{
    return (columns){-expm1(-f_1_v * u_v) / f_1_v, expm1(f_1_v * u_v) / f_1_v};
}

/* Sums of the normal equations, and what the leakage may add to them. */
typedef struct {
    double ee, eh, hh, ey, hy, yy, e_leak, h_leak;
} normal;

static normal normal_of(const hc_dc_point *p, size_t n, double f_1_v)
{
    normal s = {0};
    for (size_t i = 0; i < n; i++) {
        columns c = columns_at(p[i].u_v, f_1_v);
        double w = weight(&p[i]), y = p[i].steady.current_a;
        if (!steady(&p[i]))
            continue;
        s.ee += w * c.e * c.e;
        s.eh += w * c.e * c.h;
        s.hh += w * c.h * c.h;
        s.ey += w * c.e * y;
        s.hy += w * c.h * y;
        s.yy += w * y * y;
        s.e_leak += w * fabs(c.e) * p[i].steady.floor_a;
        s.h_leak += w * fabs(c.h) * p[i].steady.floor_a;
    }
    return s;
}

/* Neither can carry more than the whole current. */
static void bound_each(hc_dc_conductivity *out, const normal *s, double factor)
{
    double e = (fabs(s->ey) + s->e_leak) / s->ee + 1.96 / sqrt(s->ee);
    double h = (fabs(s->hy) + s->h_leak) / s->hh + 1.96 / sqrt(s->hh);
    out->electrons = upper_limit(e * factor, "upper-limit");
    out->holes = upper_limit(h * factor, "upper-limit");
}

static hc_dc_value term(double value, double sd, double off, double factor,
                        const char *word)
{
    hc_dc_value v = {value * factor, sd * factor, (value - off) * factor,
                     (value + off) * factor, word};
    return v.low > 0 ? v : upper_limit(v.high, "upper-limit");
}

hc_dc_conductivity hc_dc_hebb_wagner(const hc_dc_point *p, size_t n,
                                     double factor, double temperature_k)
{
    normal s = normal_of(p, n, faraday / (gas * temperature_k));
    hc_dc_conductivity out = {.growing = growing(p, n)};
    for (size_t i = 0; i < n; i++)
        out.used += steady(&p[i]);
    if (out.used == 0) {
        bound(p, n, factor, &out);
        out.holes = upper_limit(NAN, out.electrons.status);
        return out;
    }
    double det = s.ee * s.hh - s.eh * s.eh;
    if (out.used < 2 || det <= 1e-9 * s.ee * s.hh) {
        bound_each(&out, &s, factor);
        return out;
    }
    double se = (s.ey * s.hh - s.hy * s.eh) / det;
    double sh = (s.hy * s.ee - s.ey * s.eh) / det;
    if (sh < 0)
        se = s.ey / s.ee, sh = 0;
    else if (se < 0)
        sh = s.hy / s.hh, se = 0;
    double dof = (double)out.used - 2;
    double chi2 = s.yy - 2 * (se * s.ey + sh * s.hy) + se * se * s.ee +
                  2 * se * sh * s.eh + sh * sh * s.hh;
    double spread = dof > 0 ? sqrt(fmax(1, chi2 / dof)) : 1;
    double t = hc_student_975(dof), te = spread * sqrt(s.hh / det),
           th = spread * sqrt(s.ee / det);
    /* the leakage may have any sign at each voltage */
    double le = (s.hh * s.e_leak + fabs(s.eh) * s.h_leak) / det;
    double lh = (s.ee * s.h_leak + fabs(s.eh) * s.e_leak) / det;
    bool strays = dof > 0 && chi2 > dof + 3 * sqrt(2 * dof);
    const char *word = strays         ? "not-hebb-wagner"
                       : out.used < 3 ? "linearity-untested"
                                      : "ok";
    out.electrons = term(se, te, t * te + le, factor, word);
    out.holes = term(sh, th, t * th + lh, factor, word);
    if (strays)
        out.electrons.status = out.holes.status = word;
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
    double leak =
        fabs(fraction(i0, is + s->floor_a, u, c->r0_ohm, c->rs_ohm) - t);
    double off = 1.96 * sd + leak;
    if (s->kind == HC_STEADY_FALLING || s->kind == HC_STEADY_NOISY)
        return upper_limit(fraction(i0, copysign(hc_steady_bound_a(s), i0), u,
                                    c->r0_ohm, c->rs_ohm),
                           "upper-limit");
    return (hc_dc_value){t, sd, t - off, t + off, "ok"};
}

/* first: the first current as a part of U/R, NaN when R is not known. */
static const char *doubt(const hc_steady *s, const hc_dc_cell *c, double t,
                         double first)
{
    if (s->kind != HC_STEADY_OK)
        return hc_steady_word(s->kind);
    if (!(t >= 0 && t <= 1))
        return "inconsistent";
    if (first < 0.8)
        return "first-current-late";
    if (first > 1.2)
        return "first-current-high";
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
    double first = f.i0_a / f.i0_ohmic_a;
    f.fraction = with_error(f.i0_a, s, c);
    f.fraction.status = doubt(s, c, f.fraction.value, first);
    f.fraction_ohmic = with_error(f.i0_ohmic_a, s, c);
    f.fraction_ohmic.status = doubt(s, c, f.fraction_ohmic.value, 1);
    return f;
}
