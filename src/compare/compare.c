#include "compare/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const hc_cmp_part_names[HC_CMP_PARTS] = {
    "diffusion_overpotential_volt",
    "charge_transfer_positive_overpotential_volt",
    "charge_transfer_negative_overpotential_volt",
    "electrolyte_overpotential_volt",
    "cathode_ohmic_overpotential_volt",
    "series_overpotential_volt",
};

/* One side of the comparison: columns and the axis. */
typedef struct {
    const hc_frame *f;
    size_t n;
    int x, y, im, step, cycle, current, spectrum;
    double *axis; /* [n] */
} side;

void hc_comparison_clear(hc_comparison *c)
{
    free(c->at);
    free(c->measured);
    free(c->simulated);
    free(c->residual);
    free(c->re);
    free(c->im);
    free(c->soc_slope);
    for (size_t k = 0; k < HC_CMP_PARTS; k++)
        free(c->part[k]);
    free(c->cycle);
    free(c->step);
    *c = (hc_comparison){0};
}

static hc_status open_side(side *s, const hc_frame *f, hc_axis axis,
                           hc_err *err)
{
    hc_status st;
    *s = (side){.f = f, .n = hc_frame_rows(f), .im = -1};
    s->step = hc_frame_column(f, "step_count");
    s->cycle = hc_frame_column(f, "cycle_count");
    s->spectrum = hc_frame_column(f, "spectrum_index");
    s->current = hc_frame_column(f, "current_ampere");
    if (axis == HC_AXIS_FREQUENCY) {
        st = hc_frame_need(f, "frequency_hertz", &s->x, err);
        if (st == HC_OK)
            st = hc_frame_need(f, "real_impedance_ohm", &s->y, err);
        if (st == HC_OK)
            st = hc_frame_need(f, "imaginary_impedance_ohm", &s->im, err);
        s->step = s->spectrum;
    } else {
        st = hc_frame_need(f, "test_time_second", &s->x, err);
        if (st == HC_OK)
            st = hc_frame_need(f, "voltage_volt", &s->y, err);
        if (st == HC_OK && axis == HC_AXIS_CAPACITY)
            st = hc_frame_need(f, "current_ampere", &s->current, err);
    }
    if (st != HC_OK)
        return st;
    s->axis = malloc((s->n + 1) * sizeof *s->axis);
    if (!s->axis)
        return hc_fail_nomem(err);
    double q = 0;
    for (size_t k = 0; k < s->n; k++) {
        double x = hc_frame_number(f, k, s->x);
        s->axis[k] = x;
        if (axis == HC_AXIS_FREQUENCY)
            s->axis[k] = -log(x); /* rising down the table */
        if (axis != HC_AXIS_CAPACITY)
            continue;
        bool same = k > 0 && hc_frame_number(f, k, s->step) ==
                                 hc_frame_number(f, k - 1, s->step);
        double i1 = hc_frame_number(f, k, s->current);
        if (same)
            q += 0.5 * (i1 + hc_frame_number(f, k - 1, s->current)) *
                 (x - hc_frame_number(f, k - 1, s->x)) / 3600;
        else
            q = 0;
        s->axis[k] = fabs(q);
    }
    return HC_OK;
}

static bool same_step(const side *m, size_t row, const side *s, size_t k)
{
    if (m->step < 0 || s->step < 0)
        return true;
    return hc_frame_number(m->f, row, m->step) ==
           hc_frame_number(s->f, k, s->step);
}

/* Interval k, k + 1 of the simulation that holds measured row; from *hint
 * on, since both run in order. */
static bool find(const side *m, size_t row, const side *s, bool by_step,
                 size_t *hint, double *weight)
{
    double x = m->axis[row];
    for (size_t tries = 0, k = *hint; tries < s->n; tries++, k++) {
        if (k + 1 >= s->n)
            k = 0;
        double a = s->axis[k], b = s->axis[k + 1];
        if (by_step &&
            (!same_step(m, row, s, k) || !same_step(m, row, s, k + 1)))
            continue;
        double slack = 1e-9 * (fabs(x) + fabs(b - a));
        if (!(x >= a - slack && x <= b + slack) || b < a)
            continue;
        *weight = b > a ? fmin(1, fmax(0, (x - a) / (b - a))) : 0;
        *hint = k;
        return true;
    }
    return false;
}

static double mix(const side *s, size_t k, int column, double w)
{
    double a = hc_frame_number(s->f, k, column);
    double b = hc_frame_number(s->f, k + 1, column);
    return w <= 0 ? a : w >= 1 ? b : a + w * (b - a);
}

static hc_status allocate(hc_comparison *c, size_t n, bool eis, bool soc,
                          const side *s, hc_err *err)
{
    size_t bytes = (n + 1) * sizeof(double);
    c->at = malloc(bytes);
    c->measured = malloc(bytes);
    c->simulated = malloc(bytes);
    c->residual = malloc(bytes);
    c->cycle = malloc((n + 1) * sizeof *c->cycle);
    c->step = malloc((n + 1) * sizeof *c->step);
    bool good = c->at && c->measured && c->simulated && c->residual &&
                c->cycle && c->step;
    if (eis) {
        c->re = malloc(bytes);
        c->im = malloc(bytes);
        good = good && c->re && c->im;
    }
    if (soc) {
        c->soc_slope = malloc(bytes);
        good = good && c->soc_slope;
    }
    for (size_t k = 0; k < HC_CMP_PARTS; k++)
        if (hc_frame_column(s->f, hc_cmp_part_names[k]) >= 0) {
            c->part[k] = malloc(bytes);
            good = good && c->part[k];
        }
    return good ? HC_OK : hc_fail_nomem(err);
}

/* dU/dsoc of the simulation near row k. */
static double slope_of(const side *s, size_t k, int ocv, int soc)
{
    for (size_t reach = 1; reach < 50; reach++) {
        size_t a = k > reach ? k - reach : 0;
        size_t b = k + 1 + reach < s->n ? k + 1 + reach : s->n - 1;
        double ds =
            hc_frame_number(s->f, b, soc) - hc_frame_number(s->f, a, soc);
        if (fabs(ds) > 1e-4)
            return (hc_frame_number(s->f, b, ocv) -
                    hc_frame_number(s->f, a, ocv)) /
                   ds;
    }
    return 0;
}

static void fill(hc_comparison *c, const side *m, const side *s, size_t row,
                 size_t k, double w)
{
    size_t i = c->n++;
    int ocv = hc_frame_column(s->f, "open_circuit_voltage_volt");
    int soc = hc_frame_column(s->f, "soc");
    c->at[i] =
        c->axis == HC_AXIS_FREQUENCY ? exp(-m->axis[row]) : m->axis[row];
    c->step[i] =
        m->step < 0 ? -1 : lround(hc_frame_number(m->f, row, m->step));
    c->cycle[i] =
        m->cycle < 0 ? -1 : lround(hc_frame_number(m->f, row, m->cycle));
    double a = hc_frame_number(m->f, row, m->y), b = mix(s, k, s->y, w);
    if (c->re) {
        double ia = hc_frame_number(m->f, row, m->im);
        double ib = mix(s, k, s->im, w);
        c->re[i] = a - b;
        c->im[i] = ia - ib;
        c->measured[i] = hypot(a, ia);
        c->simulated[i] = hypot(b, ib);
        c->residual[i] = hypot(a - b, ia - ib);
        return;
    }
    c->measured[i] = a;
    c->simulated[i] = b;
    c->residual[i] = a - b;
    if (c->soc_slope)
        c->soc_slope[i] = slope_of(s, k, ocv, soc);
    for (size_t p = 0; p < HC_CMP_PARTS; p++)
        if (c->part[p])
            c->part[p][i] =
                mix(s, k, hc_frame_column(s->f, hc_cmp_part_names[p]), w);
}

hc_status hc_compare(hc_comparison *out, const hc_frame *measured,
                     const hc_frame *simulated, hc_axis axis, hc_err *err)
{
    side m, s = {0};
    hc_comparison c = {.axis = axis};
    hc_status st = open_side(&m, measured, axis, err);
    if (st == HC_OK)
        st = open_side(&s, simulated, axis, err);
    bool soc = axis != HC_AXIS_FREQUENCY &&
               hc_frame_column(simulated, "soc") >= 0 &&
               hc_frame_column(simulated, "open_circuit_voltage_volt") >= 0;
    if (st == HC_OK)
        st = allocate(&c, m.n, axis == HC_AXIS_FREQUENCY, soc, &s, err);
    size_t hint = 0;
    for (size_t row = 0; st == HC_OK && row < m.n; row++) {
        double w;
        bool there = find(&m, row, &s, true, &hint, &w);
        if (!there && axis == HC_AXIS_TIME)
            there = find(&m, row, &s, false, &hint, &w);
        if (there)
            fill(&c, &m, &s, row, hint, w);
        else
            c.unmatched++;
    }
    if (st == HC_OK && c.n == 0)
        st = hc_fail(err, HC_NO,
                     "the measurement and the simulation have no common "
                     "range");
    free(m.axis);
    free(s.axis);
    if (st != HC_OK)
        hc_comparison_clear(&c);
    else
        *out = c;
    return st;
}

hc_errors hc_comparison_errors(const hc_comparison *c, long cycle, long step)
{
    hc_errors e = {0};
    double sum = 0, sum2 = 0, sum_abs = 0, relative = 0;
    for (size_t i = 0; i < c->n; i++) {
        if ((cycle >= 0 && c->cycle[i] != cycle) ||
            (step >= 0 && c->step[i] != step))
            continue;
        double r = c->residual[i], a = fabs(r);
        sum += r;
        sum2 += r * r;
        sum_abs += a;
        relative += r * r / (c->measured[i] * c->measured[i]);
        if (e.n == 0 || a > e.max_abs) {
            e.max_abs = a;
            e.max_at = c->at[i];
        }
        e.n++;
    }
    double n = e.n ? (double)e.n : (double)NAN;
    e.rmse = sqrt(sum2 / n);
    e.mae = sum_abs / n;
    e.bias = sum / n;
    e.relative_rmse = sqrt(relative / n);
    return e;
}

/* Least squares of the residual on one column. */
static double project(const hc_comparison *c, const double *on, double *rmse)
{
    double ab = 0, bb = 0, left = 0;
    for (size_t i = 0; on && i < c->n; i++) {
        ab += c->residual[i] * on[i];
        bb += on[i] * on[i];
    }
    double factor = bb > 0 ? ab / bb : (double)NAN;
    for (size_t i = 0; on && i < c->n; i++) {
        double r = c->residual[i] - factor * on[i];
        left += r * r;
    }
    *rmse = on ? sqrt(left / (double)c->n) : (double)NAN;
    return factor;
}

double hc_comparison_shift(const hc_comparison *c, double *rmse)
{
    return project(c, c->soc_slope, rmse);
}

double hc_comparison_factor(const hc_comparison *c, size_t k, double *rmse)
{
    return 1 + project(c, c->part[k], rmse);
}

static double last_capacity(const hc_frame *f)
{
    int t = hc_frame_column(f, "test_time_second");
    int i = hc_frame_column(f, "current_ampere");
    int s = hc_frame_column(f, "step_count");
    size_t n = hc_frame_rows(f);
    double q = 0, best = 0;
    if (t < 0 || i < 0)
        return (double)NAN;
    for (size_t k = 1; k < n; k++) {
        if (s >= 0 &&
            hc_frame_number(f, k, s) != hc_frame_number(f, k - 1, s)) {
            if (q != 0)
                best = q;
            q = 0;
            continue;
        }
        q += 0.5 * (hc_frame_number(f, k, i) + hc_frame_number(f, k - 1, i)) *
             (hc_frame_number(f, k, t) - hc_frame_number(f, k - 1, t));
    }
    return fabs(q != 0 ? q : best);
}

double hc_comparison_capacity(const hc_frame *measured,
                              const hc_frame *simulated)
{
    double m = last_capacity(measured);
    return m > 0 ? last_capacity(simulated) / m - 1 : (double)NAN;
}
