/* dqdv.c: charge counted per voltage (see dqdv.h) */
#include "cycle/dqdv.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fine bins of 0.1 mV between -2 and 8 V. */
static const double fine_v = 1e-4;
static const double fine_low = -2;
enum { FINE_N = 100000, RING = 3 };

typedef struct {
    long step;
    double *q;   /* [FINE_N] C, signed */
    long lo, hi; /* bins in use, lo > hi: none */
    double v_last, v_before;
    double d2_sum; /* of |second differences| of the voltage */
    long rows;
} slot;

struct hc_dqdv_bins {
    slot slots[RING];
    double lsb_v;
};

hc_dqdv_rules hc_dqdv_rules_default(void)
{
    return (hc_dqdv_rules){.method = HC_DQDV_LEAN,
                           .bin_v = NAN,
                           .min_span_v = 0.02,
                           .min_rows = 20,
                           .prominence = 0.01};
}

void hc_dqdv_curve_clear(hc_dqdv_curve *c)
{
    free(c->raw);
    free(c->y);
    free(c->sd);
    memset(c, 0, sizeof *c);
}

hc_status hc_dqdv_bins_new(hc_dqdv_bins **out, hc_err *err)
{
    hc_dqdv_bins *b = calloc(1, sizeof *b);

    if (!b)
        return hc_fail_nomem(err);
    b->lsb_v = INFINITY;
    for (int k = 0; k < RING; k++) {
        slot *s = &b->slots[k];

        s->step = -1;
        s->lo = 1;
        s->q = calloc(FINE_N, sizeof *s->q);
        if (!s->q) {
            hc_dqdv_bins_free(b);
            return hc_fail_nomem(err);
        }
    }
    *out = b;
    return HC_OK;
}

void hc_dqdv_bins_free(hc_dqdv_bins *b)
{
    if (!b)
        return;
    for (int k = 0; k < RING; k++) {
        free(b->slots[k].q);
    }
    free(b);
}

static long fine_bin(double v)
{
    double k = floor((v - fine_low) / fine_v);

    return (long)fmax(0, fmin(FINE_N - 1, k));
}

/* Lay dq evenly over [a, b]. */
static void spread(slot *s, double a, double b, double dq)
{
    long from = fine_bin(a), to = fine_bin(b);

    if (s->lo > s->hi) {
        s->lo = from;
        s->hi = to;
    }
    s->lo = from < s->lo ? from : s->lo;
    s->hi = to > s->hi ? to : s->hi;
    if (from == to) {
        s->q[from] += dq;
        return;
    }
    double per_v = dq / (b - a), done = 0;

    for (long k = from; k < to; k++) {
        double top = fine_low + (double)(k + 1) * fine_v;
        double part = per_v * (top - fmax(a, top - fine_v));

        s->q[k] += part;
        done += part;
    }
    s->q[to] += dq - done;
}

static void slot_reset(slot *s, long step)
{
    if (s->lo <= s->hi) {
        size_t n = (size_t)(s->hi - s->lo + 1);

        memset(s->q + s->lo, 0, n * sizeof *s->q);
    }
    s->step = step;
    s->lo = 1;
    s->hi = 0;
    s->rows = 0;
    s->d2_sum = 0;
}

void hc_dqdv_bins_row(hc_dqdv_bins *b, const hc_step_row *row)
{
    slot *s = &b->slots[row->step % RING];
    double v = row->sample->voltage_v, dq = row->dq_ah * 3600, dv;

    if (s->step != row->step)
        slot_reset(s, row->step);
    if (s->rows++ == 0) {
        s->v_last = v; /* charge before the first row has no voltage: here */
        if (dq != 0)
            spread(s, v, v, dq);
        return;
    }
    dv = fabs(v - s->v_last);
    if (dv > 1e-7 && dv < b->lsb_v)
        b->lsb_v = dv;
    if (dq != 0) {
        double half = isfinite(b->lsb_v) ? 0.5 * b->lsb_v : 0;

        if (dv > 0)
            spread(s, fmin(v, s->v_last), fmax(v, s->v_last), dq);
        else
            spread(s, v - half, v + half, dq);
    }
    if (s->rows > 2)
        s->d2_sum += fabs(v - 2 * s->v_last + s->v_before);
    s->v_before = s->v_last;
    s->v_last = v;
}

/* Where an edge of a bin stands in charge is uncertain by what this voltage
 * makes of it.  The quantum shifts it as a whole (0.29 of it); noise does so
 * once when the rows lie further apart than it, else every row that comes
 * near the edge falls on a side of its own: of rows s apart the sum of
 * p (1 - p) is noise/(s sqrt(pi)).  The mean absolute second difference of
 * normal noise is 1.95 standard deviations. */
static double edge_v(const hc_dqdv_bins *b, const slot *s, double spacing_v)
{
    double quantum = isfinite(b->lsb_v) ? 0.29 * b->lsb_v : 0;
    double seen = s->rows > 3 ? s->d2_sum / (double)(s->rows - 2) / 1.95 : 0;
    double noise = sqrt(fmax(0, seen * seen - quantum * quantum));

    if (spacing_v > 0)
        noise /= sqrt(1 + 1.7724538509 * noise / spacing_v);
    return hypot(quantum, noise);
}

/* Bin width: what was asked for, or the larger of 1 mV and two quanta, in
 * whole fine bins. */
static long coarse(const hc_dqdv_rules *rules, double lsb_v)
{
    double bin = rules->bin_v;

    if (isnan(bin))
        bin = fmax(1e-3, isfinite(lsb_v) ? 2 * lsb_v : 0);
    return (long)fmax(1, floor(bin / fine_v + 0.5));
}

static hc_status fill_curve(const hc_dqdv_bins *b, const slot *s,
                            const hc_step *step, const hc_dqdv_rules *rules,
                            hc_dqdv_curve *c, hc_err *err)
{
    long m = coarse(rules, b->lsb_v), first = s->lo / m, last = s->hi / m;
    double *sd;
    hc_status st;

    *c = (hc_dqdv_curve){.source = step->source,
                         .step = step->index + 1,
                         .cycle = step->cycle,
                         .sign = step->sign,
                         .lsb_v = isfinite(b->lsb_v) ? b->lsb_v : 0};
    c->n = (size_t)(last - first + 1);
    c->bin_v = (double)m * fine_v;
    c->low_v = fine_low + (double)(first * m) * fine_v;
    c->raw = calloc(c->n, sizeof *c->raw);
    c->y = calloc(c->n, sizeof *c->y);
    c->sd = calloc(c->n, sizeof *c->sd);
    sd = calloc(c->n, sizeof *sd);
    if (!c->raw || !c->y || !c->sd || !sd) {
        free(sd);
        hc_dqdv_curve_clear(c);
        return hc_fail_nomem(err);
    }
    for (long k = s->lo; k <= s->hi; k++) {
        size_t to = (size_t)(k / m - first);

        c->raw[to] += step->sign * s->q[k] / 3600 / c->bin_v;
        c->charge_ah += step->sign * s->q[k] / 3600;
    }
    double per_row_ah = fabs(c->charge_ah) / (double)s->rows;

    for (size_t k = 0; k < c->n; k++) {
        double y = fabs(c->raw[k]);

        sd[k] = edge_v(b, s, y > 0 ? per_row_ah / y : 0) * y / c->bin_v;
    }
    st = hc_dqdv_smooth(c, sd, rules, err);
    free(sd);
    if (st)
        hc_dqdv_curve_clear(c);
    return st;
}

hc_status hc_dqdv_bins_take(hc_dqdv_bins *b, const hc_step *step,
                            const hc_dqdv_rules *rules, hc_dqdv_curve *curve,
                            bool *got, hc_err *err)
{
    slot *s = &b->slots[step->index % RING];

    *got = false;
    if (s->step != step->index || step->type != HC_STEP_CC ||
        step->rows < rules->min_rows || s->lo > s->hi ||
        step->voltage_max_v - step->voltage_min_v < rules->min_span_v)
        return HC_OK;
    if (step->voltage_min_v < fine_low + 0.01 ||
        step->voltage_max_v > fine_low + FINE_N * fine_v - 0.01)
        return hc_fail(err, HC_DATA,
                       "voltages from %g V to %g V; -2 V to 8 V can be "
                       "counted",
                       step->voltage_min_v, step->voltage_max_v);
    *got = true;
    return fill_curve(b, s, step, rules, curve, err);
}
