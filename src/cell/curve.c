#include "cell/curve.h"

#include "core/sort.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A logarithm is continued by its tangent this close to x = 0 and x = 1, so
 * that a Newton step beyond stays finite. */
static const double edge = 1e-8;

void hc_curve_clear(hc_curve *c)
{
    free(c->x);
    free(c->y);
    free(c->slope);
    free(c->integral);
    *c = (hc_curve){0};
}

hc_curve hc_curve_constant(double y)
{
    hc_curve c = {.kind = HC_CURVE_CONSTANT, .x_max = 1};
    c.b[0] = y;
    return c;
}

static double *copy_doubles(const double *from, size_t n)
{
    double *to = malloc((n ? n : 1) * sizeof *to);
    if (to && n)
        memcpy(to, from, n * sizeof *to);
    return to;
}

hc_status hc_curve_copy(hc_curve *out, const hc_curve *from, hc_err *err)
{
    hc_curve c = *from;
    if (from->kind == HC_CURVE_TABLE) {
        c.x = copy_doubles(from->x, c.n);
        c.y = copy_doubles(from->y, c.n);
        c.slope = copy_doubles(from->slope, c.n);
        c.integral = copy_doubles(from->integral, c.n);
        if (!c.x || !c.y || !c.slope || !c.integral) {
            hc_curve_clear(&c);
            return hc_fail_nomem(err);
        }
    }
    *out = c;
    return HC_OK;
}

static double sign_of(double a)
{
    return a < 0 ? -1.0 : 1.0;
}

/* Slopes that keep every interval monotone: Steffen 1990, eq. 11 inside,
 * the parabola through three points, limited, at the ends. */
static void steffen(hc_curve *c)
{
    size_t n = c->n;
    const double *x = c->x, *y = c->y;
    if (n == 2) {
        c->slope[0] = c->slope[1] = (y[1] - y[0]) / (x[1] - x[0]);
        return;
    }
    for (size_t i = 1; i + 1 < n; i++) {
        double h0 = x[i] - x[i - 1], h1 = x[i + 1] - x[i];
        double s0 = (y[i] - y[i - 1]) / h0, s1 = (y[i + 1] - y[i]) / h1;
        double p = (s0 * h1 + s1 * h0) / (h0 + h1);
        double least = fmin(fmin(fabs(s0), fabs(s1)), 0.5 * fabs(p));
        c->slope[i] = (sign_of(s0) + sign_of(s1)) * least;
    }
    for (int end = 0; end < 2; end++) {
        size_t a = end ? n - 1 : 0, b = end ? n - 2 : 1, d = end ? n - 3 : 2;
        double h0 = fabs(x[b] - x[a]), h1 = fabs(x[d] - x[b]);
        double s0 = (y[b] - y[a]) / (x[b] - x[a]);
        double s1 = (y[d] - y[b]) / (x[d] - x[b]);
        double p = s0 * (1 + h0 / (h0 + h1)) - s1 * h0 / (h0 + h1);
        if (p * s0 <= 0)
            p = 0;
        else if (fabs(p) > 2 * fabs(s0))
            p = 2 * s0;
        c->slope[a] = p;
    }
}

static void integrate(hc_curve *c)
{
    c->integral[0] = 0;
    for (size_t i = 1; i < c->n; i++) {
        double h = c->x[i] - c->x[i - 1];
        c->integral[i] = c->integral[i - 1] + h * (c->y[i] + c->y[i - 1]) / 2 +
                         h * h * (c->slope[i - 1] - c->slope[i]) / 12;
    }
}

static hc_status take_points(hc_curve *c, const double *x, const double *y,
                             size_t n, hc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return hc_fail(err, HC_DATA, "point %zu is no number", i + 1);
        size_t k = i;
        while (k > 0 && c->x[k - 1] > x[i]) {
            c->x[k] = c->x[k - 1];
            c->y[k] = c->y[k - 1];
            k--;
        }
        c->x[k] = x[i];
        c->y[k] = y[i];
    }
    for (size_t i = 1; i < n; i++)
        if (c->x[i] <= c->x[i - 1])
            return hc_fail(err, HC_DATA, "two points at x = %g", c->x[i]);
    return HC_OK;
}

hc_status hc_curve_table(hc_curve *out, const double *x, const double *y,
                         size_t n, bool log_tail, hc_err *err)
{
    if (n < 2)
        return hc_fail(err, HC_DATA,
                       "a table needs at least 2 points, found %zu", n);
    hc_curve c = {.kind = HC_CURVE_TABLE, .n = n, .log_tail = log_tail};
    c.x = malloc(n * sizeof *c.x);
    c.y = malloc(n * sizeof *c.y);
    c.slope = calloc(n, sizeof *c.slope);
    c.integral = calloc(n, sizeof *c.integral);
    hc_status st = HC_OK;
    if (!c.x || !c.y || !c.slope || !c.integral)
        st = hc_fail_nomem(err);
    else
        st = take_points(&c, x, y, n, err);
    if (st != HC_OK) {
        hc_curve_clear(&c);
        return st;
    }
    steffen(&c);
    integrate(&c);
    c.x_min = c.x[0];
    c.x_max = c.x[n - 1];
    *out = c;
    return HC_OK;
}

hc_status hc_curve_form(hc_curve *out, const char *form, const double *b,
                        size_t n, double x_min, double x_max, hc_err *err)
{
    hc_curve c = {.x_min = x_min, .x_max = x_max, .nb = n, .log_tail = true};
    if (strcmp(form, "lco") == 0) {
        c.kind = HC_CURVE_LCO;
        if (n != 11)
            return hc_fail(err, HC_DATA,
                           "form 'lco' has 11 coefficients, found %zu", n);
        if (b[5] == 0 || b[8] == 0 || b[10] == 0)
            return hc_fail(err, HC_DATA,
                           "form 'lco': b5, b8 and b10 divide, they cannot "
                           "be 0");
    } else if (strcmp(form, "rational") == 0) {
        c.kind = HC_CURVE_RATIONAL;
        if (n == 0 || n % 2 || n > HC_CURVE_COEFFICIENTS)
            return hc_fail(err, HC_DATA,
                           "form 'rational' has as many coefficients below "
                           "as above, %d at most, found %zu",
                           HC_CURVE_COEFFICIENTS, n);
        c.nb_numerator = n / 2;
    } else {
        return hc_fail(err, HC_DATA,
                       "unknown form '%s' (known: lco, rational)", form);
    }
    memcpy(c.b, b, n * sizeof *b);
    *out = c;
    return HC_OK;
}

/* b0 + b1 (x-3/4) + b2 ln(1-x) + b3 tanh((b4-x)/b5) + b6 tanh((b7-x)/b8)
 *    + b9 exp(-(x-0.4)/b10): LiCoO2 against lithium */
static double lco(const hc_curve *c, double x, double *slope)
{
    const double *b = c->b;
    double t1 = tanh((b[4] - x) / b[5]), t2 = tanh((b[7] - x) / b[8]);
    double e = b[9] * exp(-(x - 0.4) / b[10]);
    double rest = fmax(1 - x, edge), log_slope = -b[2] / rest;
    double log_part = b[2] * log(rest) + log_slope * fmax(0, x - (1 - edge));
    if (slope)
        *slope = b[1] + log_slope - b[3] * (1 - t1 * t1) / b[5] -
                 b[6] * (1 - t2 * t2) / b[8] - e / b[10];
    return b[0] + b[1] * (x - 0.75) + log_part + b[3] * t1 + b[6] * t2 + e;
}

static double polynomial(const double *b, size_t n, double x, double *slope)
{
    double y = 0, d = 0;
    for (size_t i = n; i-- > 0;) {
        d = d * x + y;
        y = y * x + b[i];
    }
    *slope = d;
    return y;
}

static double rational(const hc_curve *c, double x, double *slope)
{
    double np, dp;
    double n = polynomial(c->b, c->nb_numerator, x, &np);
    double d =
        polynomial(c->b + c->nb_numerator, c->nb - c->nb_numerator, x, &dp);
    if (slope)
        *slope = (np * d - n * dp) / (d * d);
    return n / d;
}

typedef struct {
    double x, y, slope;
} end_point;

/* Beyond an end of the curve, C1: constant (positive), straight, or the
 * logarithm of the free sites at that end. */
static double beyond(const hc_curve *c, end_point e, bool high, double x,
                     double *slope)
{
    double xe = e.x, ye = e.y, se = e.slope;
    double room = high ? 1 - xe : xe, left = high ? 1 - x : x;
    if (c->positive)
        se = 0;
    if (c->positive || !c->log_tail || room <= edge || se >= 0) {
        if (slope)
            *slope = se;
        return ye + se * (x - xe);
    }
    double b = high ? -se * room : se * room;
    double l = fmax(left, edge);
    if (slope)
        *slope = high ? -b / l : b / l;
    return ye + b * log(l / room) + b * (left - l) / l;
}

static double table(const hc_curve *c, double x, double *slope)
{
    const size_t last = c->n - 1;
    if (x < c->x[0])
        return beyond(c, (end_point){c->x[0], c->y[0], c->slope[0]}, false, x,
                      slope);
    if (x > c->x[last])
        return beyond(c, (end_point){c->x[last], c->y[last], c->slope[last]},
                      true, x, slope);
    size_t i = hc_bracket(c->x, c->n, x);
    double h = c->x[i + 1] - c->x[i], t = (x - c->x[i]) / h;
    double dy = (c->y[i + 1] - c->y[i]) / h;
    double s0 = c->slope[i], s1 = c->slope[i + 1];
    double b = 3 * dy - 2 * s0 - s1, a = s0 + s1 - 2 * dy;
    if (slope)
        *slope = s0 + t * (2 * b + 3 * a * t);
    return c->y[i] + h * t * (s0 + t * (b + a * t));
}

/* What a formula gives beyond where it was fitted is its own affair (an
 * exponential reaches hundreds of volts): it goes on as a table does.  The
 * lco form has its logarithm of the free sites above. */
static double formula(const hc_curve *c,
                      double (*of)(const hc_curve *, double, double *),
                      double x, double *slope)
{
    const bool low = x < c->x_min;
    const bool high = x > c->x_max && c->kind != HC_CURVE_LCO;
    if (!low && !high)
        return of(c, x, slope);
    end_point e = {.x = low ? c->x_min : c->x_max};
    e.y = of(c, e.x, &e.slope);
    return beyond(c, e, high, x, slope);
}

double hc_curve_at(const hc_curve *c, double x, double *slope)
{
    switch (c->kind) {
    case HC_CURVE_TABLE:
        return table(c, x, slope);
    case HC_CURVE_LCO:
        return formula(c, lco, x, slope);
    case HC_CURVE_RATIONAL:
        return formula(c, rational, x, slope);
    case HC_CURVE_CONSTANT:
        break;
    }
    if (slope)
        *slope = 0;
    return c->b[0];
}

double hc_curve_integral(const hc_curve *c, double x)
{
    if (c->kind == HC_CURVE_CONSTANT)
        return c->b[0] * x;
    if (c->kind != HC_CURVE_TABLE)
        return (double)NAN;
    size_t last = c->n - 1;
    if (x <= c->x[0]) {
        double d = x - c->x[0];
        return d * c->y[0] + (c->positive ? 0 : d * d * c->slope[0] / 2);
    }
    if (x >= c->x[last]) {
        double d = x - c->x[last];
        return c->integral[last] + d * c->y[last] +
               (c->positive ? 0 : d * d * c->slope[last] / 2);
    }
    size_t i = hc_bracket(c->x, c->n, x);
    double h = c->x[i + 1] - c->x[i], t = (x - c->x[i]) / h;
    double dy = (c->y[i + 1] - c->y[i]) / h;
    double s0 = c->slope[i], s1 = c->slope[i + 1];
    double b = 3 * dy - 2 * s0 - s1, a = s0 + s1 - 2 * dy;
    return c->integral[i] +
           h * t * (c->y[i] + h * t * (s0 / 2 + t * (b / 3 + a * t / 4)));
}
