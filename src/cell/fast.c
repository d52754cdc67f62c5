#include "cell/fast.h"

#include "cell/kinetics.h"
#include "cell/physics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct hc_fast {
    const hc_cell *cell;
    hc_mesh g;
    size_t n;
    double d, resistance, per; /* per = t_e/(F c_max) and its rest */
    double *x[4];              /* now, one, two steps before; trial */
    double *c, *a;             /* Thomas: upper factors, couplings */
    double *lower, *upper;     /* D/(distance width) */
    double *z;                 /* Newton's step */
    double t[3];
    double *room;
    int known; /* how many of x[0..2] are of this run */
};

static hc_status suitable(const hc_cell *c, hc_err *err)
{
    const char *why = NULL;
    if (c->cathode != HC_CATHODE_FILM)
        why = "the cathode is no film";
    else if (c->se != HC_SE_OHMIC)
        why = "the electrolyte is not ohmic";
    else if (!isnan(c->value[HC_P_HEAT]))
        why = "the temperature varies";
    else if (c->kin_p == HC_KIN_FRUMKIN || c->kin_n == HC_KIN_FRUMKIN)
        why = "the kinetics are frumkin";
    else if (c->has_u_n)
        why = "the negative electrode has a U(x)";
    else if (c->value[HC_P_T_E] != 1)
        why = "the cathode conducts ions and electrons (t_e)";
    return why ? hc_fail(err, HC_USAGE, "--fast cannot do this cell: %s", why)
               : HC_OK;
}

void hc_fast_free(hc_fast *f)
{
    if (!f)
        return;
    hc_mesh_clear(&f->g);
    free(f->room);
    free(f);
}

hc_status hc_fast_new(hc_fast **out, const hc_cell *cell, size_t n,
                      hc_err *err)
{
    hc_status st = suitable(cell, err);
    if (st == HC_OK)
        st = hc_cell_check(cell, err);
    if (st != HC_OK)
        return st;
    hc_fast *f = calloc(1, sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    double t = cell->value[HC_P_TEMPERATURE], p[HC_P_COUNT];
    for (int k = 0; k < HC_P_COUNT; k++)
        p[k] = hc_cell_at(cell, (hc_parameter)k, t, NULL);
    f->cell = cell;
    f->n = n;
    st = hc_mesh_new(&f->g, n, p[HC_P_L_P], 300, 0, err);
    double *room = calloc(9 * n, sizeof *room);
    if (st == HC_OK && !room)
        st = hc_fail_nomem(err);
    if (st != HC_OK) {
        free(room);
        hc_fast_free(f);
        return st;
    }
    for (int k = 0; k < 4; k++)
        f->x[k] = room + (size_t)k * n;
    f->c = room + 4 * n;
    f->a = room + 5 * n;
    f->lower = room + 6 * n;
    f->upper = room + 7 * n;
    f->z = room + 8 * n;
    f->room = room;
    f->d = p[HC_P_D];
    f->per = 1 / (HC_FARADAY * p[HC_P_C_MAX]);
    f->resistance = p[HC_P_L_SE] / p[HC_P_SIGMA] + p[HC_P_R_GB] +
                    p[HC_P_R_INT] + p[HC_P_R_S];
    if (p[HC_P_SIGMA_E] > 0)
        f->resistance += p[HC_P_L_P] / p[HC_P_SIGMA_E];
    for (size_t k = 0; k < n; k++) {
        if (k > 0)
            f->lower[k] = f->d * f->g.per_distance[k - 1] * f->g.per_width[k];
        if (k + 1 < n)
            f->upper[k] = f->d * f->g.per_distance[k] * f->g.per_width[k];
    }
    *out = f;
    return HC_OK;
}

void hc_fast_rest(hc_fast *f, double x)
{
    for (size_t k = 0; k < f->n; k++)
        f->x[0][k] = x;
    f->known = 1;
}

static double rate_drop(hc_kinetics kin, double i0, double alpha, double f,
                        double r, double i)
{
    return kin == HC_KIN_NONE     ? r * i
           : kin == HC_KIN_LINEAR ? i / (i0 * f)
                                  : hc_butler_volmer_inverse(i0, alpha, f, i);
}

static double voltage(const hc_fast *f, double xs, double i)
{
    const hc_cell *c = f->cell;
    const double *v = c->value;
    double slope, t = v[HC_P_TEMPERATURE], fc = HC_FARADAY / (HC_GAS * t);
    double cp = v[HC_P_CONTACT_P], cn = v[HC_P_CONTACT_N];
    double i0 = c->kin_p == HC_KIN_NONE
                    ? 1
                    : hc_i0_cathode(c, hc_cell_at(c, HC_P_I0_P, t, NULL) * cp,
                                    v[HC_P_ALPHA_P], xs, &slope);
    double i0n =
        c->kin_n == HC_KIN_NONE ? 1 : hc_cell_at(c, HC_P_I0_N, t, NULL) * cn;
    return hc_curve_at(&c->ocv, xs, NULL) - v[HC_P_U_N] + i * f->resistance +
           rate_drop(c->kin_p, i0, v[HC_P_ALPHA_P], fc, v[HC_P_R_P] / cp, i) +
           rate_drop(c->kin_n, i0n, 1 - v[HC_P_ALPHA_N], fc, v[HC_P_R_N] / cn,
                     i);
}

/* Surface composition at which current i has this voltage; the voltage falls
 * with x. */
static double threshold(const hc_fast *f, double volt, double i)
{
    double lo = 1e-7, hi = 1 - 1e-9;
    double a = voltage(f, lo, i) - volt, b = voltage(f, hi, i) - volt;
    for (int k = 0; k < 60 && hi - lo > 1e-10; k++) {
        double at = k % 3 == 2 || !(a > 0 && b < 0) || -b > 20 * a
                        ? 0.5 * (lo + hi)
                        : lo + (hi - lo) * a / (a - b);
        double v = voltage(f, at, i) - volt;
        if (v > 0) {
            lo = at;
            a = v;
            b *= 0.5; /* Illinois */
        } else {
            hi = at;
            b = v;
            a *= 0.5;
        }
        if (fabs(v) < 1e-9)
            return at;
    }
    return 0.5 * (lo + hi);
}

static double surface(const hc_fast *f, const double *x, double i)
{
    const hc_mesh *g = &f->g;
    const hc_curve *shape = &f->cell->d_shape;
    double s = g->near_1 * x[0] + g->near_2 * x[1];
    double flux = g->near_slope * f->per * i / f->d;
    if (shape->kind == HC_CURVE_CONSTANT)
        return s - flux / shape->b[0];
    double xs = s - flux / hc_curve_at(shape, x[0], NULL);
    for (int k = 0; k < 3; k++)
        xs = s - flux / hc_curve_at(shape, xs, NULL);
    return xs;
}

/* (alpha - h A) y = rhs for constant D, in place. */
static void thomas(hc_fast *f, double alpha, double h, double *y)
{
    size_t n = f->n;
    double scale = h * f->cell->d_shape.b[0], *c = f->c;
    double pivot = 1 / (alpha + scale * f->upper[0]);
    double factor = c[0] = -scale * f->upper[0] * pivot;
    double last = y[0] *= pivot;
    for (size_t k = 1; k < n; k++) {
        double low = -scale * f->lower[k], up = -scale * f->upper[k];
        pivot = 1 / (alpha - low - up - low * factor);
        c[k] = factor = up * pivot;
        y[k] = last = (y[k] - low * last) * pivot;
    }
    for (size_t k = n - 1; k-- > 0;)
        y[k] = last = y[k] - c[k] * last;
}

/* The same for D(x) by Newton on the Kirchhoff transform. */
static bool newton(hc_fast *f, double alpha, double h, const double *rhs,
                   double *y)
{
    const hc_curve *shape = &f->cell->d_shape;
    size_t n = f->n;
    double *c = f->c;
    for (int iteration = 0; iteration < 8; iteration++) {
        double change = 0, before_d = 0, before_sum = 0;
        double *z = f->z;
        double d0 = hc_curve_at(shape, y[0], NULL);
        double s0 = hc_curve_integral(shape, y[0]);
        for (size_t k = 0; k < n; k++) {
            double d1 = 0, s1 = 0;
            if (k + 1 < n) {
                d1 = hc_curve_at(shape, y[k + 1], NULL);
                s1 = hc_curve_integral(shape, y[k + 1]);
            }
            double lo = k ? h * f->lower[k] : 0;
            double up = k + 1 < n ? h * f->upper[k] : 0;
            double res = rhs[k] - alpha * y[k] + lo * (before_sum - s0) +
                         up * (s1 - s0);
            double low = -lo * before_d, high = -up * d1;
            double diagonal = alpha + (lo + up) * d0;
            double pivot = 1 / (diagonal - (k ? low * c[k - 1] : 0));
            c[k] = high * pivot;
            z[k] = (res - (k ? low * z[k - 1] : 0)) * pivot;
            before_d = d0;
            before_sum = s0;
            d0 = d1;
            s0 = s1;
        }
        for (size_t k = n; k-- > 0;) {
            if (k + 1 < n)
                z[k] -= c[k] * z[k + 1];
            y[k] += z[k];
            change = fmax(change, fabs(z[k]));
        }
        if (change < 1e-10)
            return true;
        if (!(change < 10))
            return false;
    }
    return false;
}

/* One step of h into `to`; false: take it smaller. */
static bool step(hc_fast *f, double h, double i, double *to)
{
    const hc_mesh *g = &f->g;
    size_t n = f->n;
    double w = f->known > 1 ? h / (f->t[0] - f->t[1]) : 0;
    double alpha = (1 + 2 * w) / (1 + w), b0 = 1 + w, b1 = w * w / (1 + w);
    double *rhs = f->a;
    const double *x0 = f->x[0], *x1 = f->x[1];
    for (size_t k = 0; k < n; k++)
        rhs[k] = b0 * x0[k] - (w > 0 ? b1 * x1[k] : 0);
    rhs[0] -= h * i * f->per * g->per_width[0];
    if (f->cell->d_shape.kind == HC_CURVE_CONSTANT) {
        memcpy(to, rhs, n * sizeof *to);
        thomas(f, alpha, h, to);
        return true;
    }
    memcpy(to, x0, n * sizeof *to);
    return newton(f, alpha, h, rhs, to);
}

/* How far the step lies from the extrapolation of those before it. */
static double surprise(const hc_fast *f, double h, const double *to)
{
    double t = f->t[0] + h, worst = 0;
    const double *a = f->x[0], *b = f->x[1], *c = f->x[2];
    if (f->known < 2)
        return 0;
    double t0 = f->t[0], t1 = f->t[1], t2 = f->t[2];
    double l0 = 1 + h / (t0 - t1), l1 = 1 - l0, l2 = 0;
    if (f->known > 2) {
        l0 = (t - t1) * (t - t2) / ((t0 - t1) * (t0 - t2));
        l1 = (t - t0) * (t - t2) / ((t1 - t0) * (t1 - t2));
        l2 = (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1));
    }
    for (size_t k = 0; k < f->n; k++) {
        double e = fabs(to[k] - l0 * a[k] - l1 * b[k] - l2 * c[k]);
        worst = e > worst ? e : worst;
    }
    return (f->known > 2 ? 0.25 : 0.3) * worst;
}

static void push(hc_fast *f, double t, double *new_x)
{
    double *oldest = f->x[2];
    f->x[2] = f->x[1];
    f->x[1] = f->x[0];
    f->x[0] = new_x;
    f->t[2] = f->t[1];
    f->t[1] = f->t[0];
    f->t[0] = t;
    f->x[3] = oldest;
    if (f->known < 3)
        f->known++;
}

/* State at t between t[1] and t[0], by the parabola through three. */
static void back_to(hc_fast *f, double t)
{
    double t0 = f->t[0], t1 = f->t[1], t2 = f->t[2];
    double *a = f->x[0], *b = f->x[1], *c = f->x[2];
    bool three = f->known > 2;
    double l0 = (t - t1) / (t0 - t1), l1 = 1 - l0, l2 = 0;
    if (three) {
        l0 = (t - t1) * (t - t2) / ((t0 - t1) * (t0 - t2));
        l1 = (t - t0) * (t - t2) / ((t1 - t0) * (t1 - t2));
        l2 = (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1));
    }
    for (size_t k = 0; k < f->n; k++)
        a[k] = l0 * a[k] + l1 * b[k] + (three ? l2 * c[k] : 0);
    f->t[0] = t;
}

/* Time in the last step at which the surface meets the threshold. */
static double crossing(const hc_fast *f, const double *s, double level)
{
    double t0 = f->t[0], t1 = f->t[1], t2 = f->t[2], lo = t1, hi = t0;
    bool three = f->known > 2, rising = s[0] > s[1];
    for (int k = 0; k < 50; k++) {
        double t = 0.5 * (lo + hi), v;
        if (three)
            v = s[0] * (t - t1) * (t - t2) / ((t0 - t1) * (t0 - t2)) +
                s[1] * (t - t0) * (t - t2) / ((t1 - t0) * (t1 - t2)) +
                s[2] * (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1));
        else
            v = s[1] + (s[0] - s[1]) * (t - t1) / (t0 - t1);
        if ((v < level) == rising)
            lo = t;
        else
            hi = t;
    }
    return 0.5 * (lo + hi);
}

static double mean(const hc_fast *f)
{
    double sum = 0, length = 0;
    for (size_t k = 0; k < f->n; k++) {
        sum += f->x[0][k] * f->g.width[k];
        length += f->g.width[k];
    }
    return sum / length;
}

hc_status hc_fast_run(hc_fast *f, double i, double volt, double duration_s,
                      hc_fast_end *end, hc_err *err)
{
    static const double tolerance = 1e-4;
    double level = isnan(volt) ? (double)NAN : threshold(f, volt, i);
    double s[3] = {surface(f, f->x[0], i), 0, 0};
    double last = isnan(duration_s) ? 1e12 : duration_s;
    double h = 0.1 * f->g.width[0] * f->g.width[0] / f->d;
    *end = (hc_fast_end){0};
    f->known = 1;
    f->t[0] = 0;
    bool over = !isnan(level) && (i > 0 ? s[0] <= level : s[0] >= level);
    end->by_voltage = over;
    while (!over && f->t[0] < last) {
        bool is_last = f->t[0] + h * 1.0000001 >= last;
        double now = is_last ? last - f->t[0] : h;
        double *to = f->x[3];
        double e = INFINITY;
        if (step(f, now, i, to))
            e = surprise(f, now, to) / tolerance;
        if (e > 1.5) {
            h = 0.5 * now;
            if (h < 1e-12)
                return hc_fail(err, HC_NO, "the step became too small");
            continue;
        }
        push(f, f->t[0] + now, to);
        s[2] = s[1];
        s[1] = s[0];
        s[0] = surface(f, f->x[0], i);
        end->steps++;
        if (i != 0 && !isnan(level) &&
            (i > 0 ? s[0] <= level : s[0] >= level)) {
            back_to(f, crossing(f, s, level));
            end->by_voltage = over = true;
        } else if (!(s[0] > 0 && s[0] < 1)) {
            return hc_fail(err, HC_NO,
                           "the cathode's surface is %s after %g s, before "
                           "the end is reached",
                           s[0] > 0 ? "full" : "empty", f->t[0]);
        }
        h = now * fmin(2, fmax(0.6, 0.85 / cbrt(fmax(e, 1e-3))));
    }
    end->duration_s = f->t[0];
    end->x_surface = surface(f, f->x[0], i);
    end->voltage = end->by_voltage ? volt : voltage(f, end->x_surface, i);
    end->x_mean = mean(f);
    return HC_OK;
}

/* ---- a protocol ---- */

static hc_status allowed(const hc_sim_step *s, hc_err *err)
{
    bool current = s->control.mode == HC_CONTROL_CURRENT;
    if (!current || s->n > 0 || !isnan(s->i_until) || !isnan(s->soc_until))
        return hc_fail(err, HC_USAGE,
                       "--fast takes charges, discharges and rests that end "
                       "by voltage, time or charge, not '%s'",
                       s->type);
    return HC_OK;
}

static void point_of(const hc_fast *f, const hc_fast_end *e, double i,
                     hc_observed *o, double empty, double full)
{
    *o = (hc_observed){.voltage = e->voltage,
                       .current = i,
                       .x_mean = e->x_mean,
                       .x_surface = e->x_surface,
                       .temperature_k = f->cell->value[HC_P_TEMPERATURE],
                       .lithium_m = (double)NAN};
    o->soc = (empty - e->x_mean) / (empty - full);
}

hc_status hc_fast_simulate(const hc_cell *cell, const hc_protocol *p,
                           const hc_sim_options *o, hc_sim_sink sink,
                           void *ctx, hc_err *err)
{
    hc_fast *f;
    double empty, full, t = 0;
    hc_sim_point at = {0};
    hc_status st = hc_fast_new(&f, cell, o->grid.film, err);
    if (st != HC_OK)
        return st;
    hc_cell_window(cell, &empty, &full);
    hc_fast_rest(f, isnan(o->x0) ? cell->value[HC_P_X0] : o->x0);
    for (size_t k = 0; st == HC_OK && k < p->n; k++) {
        const hc_sim_step *s = &p->steps[k];
        double i = s->control.value, last = s->duration_s;
        hc_fast_end e;
        st = allowed(s, err);
        if (st != HC_OK)
            break;
        if (!isnan(s->q_until) && i != 0)
            last = fmin(isnan(last) ? INFINITY : last, s->q_until / fabs(i));
        at.step = (long)k + 1;
        at.cycle = s->cycle;
        at.type = s->type;
        at.t_s = t;
        at.ends_step = false;
        e = (hc_fast_end){.x_mean = mean(f),
                          .x_surface = surface(f, f->x[0], i)};
        e.voltage = voltage(f, e.x_surface, i);
        point_of(f, &e, i, &at.seen, empty, full);
        st = sink(ctx, &at, err);
        if (st == HC_OK)
            st = hc_fast_run(f, i, s->v_until, last, &e, err);
        if (st != HC_OK)
            break;
        t += e.duration_s;
        at.charged += fmax(0, i) * e.duration_s;
        at.discharged += fmax(0, -i) * e.duration_s;
        at.t_s = t;
        at.ends_step = true;
        point_of(f, &e, i, &at.seen, empty, full);
        st = sink(ctx, &at, err);
    }
    hc_fast_free(f);
    return st;
}
