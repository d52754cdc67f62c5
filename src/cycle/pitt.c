#include "cycle/pitt.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    hc_diffusion_shape shape;
    const hc_hold *h;
} work;

/* ---- fit of one decay ---- */

typedef struct {
    double chi2, total_c, leak_a;
} linear;

/* Current of unit dQ at t. */
static double unit_current(const work *w, double rate_s, double t_s)
{
    double f = hc_diffusion_step_flux(w->shape, rate_s * t_s);
    return rate_s * f * (w->shape == HC_DIFFUSION_FILM ? 1 : 3);
}

/* Share of ln(t) that a point stands for, relative to its current: the decay
 * spans decades in both.  Below a thousandth of the largest current the
 * noise rules.  The first half second is the cell's capacitance. */
static double weight(const hc_hold *h, size_t i, double floor_a)
{
    double t = h->sample[i].t_s - h->t_on_s,
           last = h->sample[i - 1].t_s - h->t_on_s;
    double size = fmax(fabs(h->sample[i].i_a), floor_a);
    if (t < 0.5)
        return 0;
    return log(t / fmax(last, t / 2)) / (size * size);
}

/* Least squares of dQ and leakage for a rate. */
static linear evaluate(const work *w, double rate_s)
{
    const hc_hold *h = w->h;
    double a = 0, b = 0, c = 0, p = 0, q = 0, floor_a = 0;
    linear fit = {INFINITY, NAN, NAN};
    for (size_t i = 0; i < h->n; i++)
        floor_a = fmax(floor_a, 1e-3 * fabs(h->sample[i].i_a));
    for (int round = 0; round < 2; round++) {
        double chi2 = 0;
        for (size_t i = 1; i < h->n; i++) {
            double t = h->sample[i].t_s - h->t_on_s;
            double wt = weight(h, i, floor_a);
            if (!(wt > 0))
                continue;
            double u = unit_current(w, rate_s, t), y = h->sample[i].i_a;
            if (round == 0) {
                a += wt * u * u;
                b += wt * u;
                c += wt;
                p += wt * u * y;
                q += wt * y;
            } else {
                double r = y - fit.total_c * u - fit.leak_a;
                chi2 += wt * r * r;
            }
        }
        double det = a * c - b * b;
        if (!(det > 0))
            return fit;
        fit.total_c = (p * c - q * b) / det;
        fit.leak_a = (a * q - b * p) / det;
        fit.chi2 = round == 1 ? chi2 : (double)INFINITY;
    }
    return fit;
}

/* Golden section of the cost over ln rate. */
static double refine(const work *w, double lo, double hi)
{
    const double g = 0.6180339887498949;
    double a = hi - g * (hi - lo), b = lo + g * (hi - lo);
    double fa = evaluate(w, exp(a)).chi2, fb = evaluate(w, exp(b)).chi2;
    for (int k = 0; k < 40; k++) {
        if (fa < fb) {
            hi = b, b = a, fb = fa;
            a = hi - g * (hi - lo);
            fa = evaluate(w, exp(a)).chi2;
        } else {
            lo = a, a = b, fa = fb;
            b = lo + g * (hi - lo);
            fb = evaluate(w, exp(b)).chi2;
        }
    }
    return (lo + hi) / 2;
}

/* 95 % by the rise of the profile: chi2 (1 + 3.84/(n - 3)). */
static double limit(const work *w, double at, double chi2, double rise,
                    double step)
{
    double near = 0, far = step;
    for (int k = 0; k < 20; k++, far *= 2) {
        if (evaluate(w, exp(at + far)).chi2 - chi2 > rise)
            break;
        near = far;
    }
    for (int k = 0; k < 20; k++) {
        double mid = (near + far) / 2;
        bool in = evaluate(w, exp(at + mid)).chi2 - chi2 < rise;
        *(in ? &near : &far) = mid;
    }
    return exp(at + near);
}

static void fit_step(const work *w, hc_pitt_step *s)
{
    enum { SCAN = 60 };
    double length = s->t_off_s - s->t_on_s, best = INFINITY;
    double from = log(1e-3 / length), width = log(1e5) / (SCAN - 1);
    int at = 0;
    s->points = w->h->n;
    s->status = "not-identifiable";
    s->rate_s = s->low_s = s->high_s = s->sd_ln = NAN;
    if (w->h->n < 8)
        return;
    for (int k = 0; k < SCAN; k++) {
        double c = evaluate(w, exp(from + k * width)).chi2;
        if (c < best) {
            best = c;
            at = k;
        }
    }
    if (at == 0 || at == SCAN - 1 || !isfinite(best))
        return;
    double ln = refine(w, from + (at - 1) * width, from + (at + 1) * width);
    linear fit = evaluate(w, exp(ln));
    double rise = fit.chi2 * 3.84 / ((double)w->h->n - 3);
    s->rate_s = exp(ln);
    s->total_c = fit.total_c;
    s->leak_a = fit.leak_a;
    s->low_s = limit(w, ln, fit.chi2, rise, -1e-4);
    s->high_s = limit(w, ln, fit.chi2, rise, 1e-4);
    s->sd_ln = log(s->high_s / s->low_s) / 3.92;
    /* until th = 0.2 the decay is a power of time and D and dQ are one */
    s->status = s->rate_s * length < 0.2 ? "short" : "ok";
    if (!(s->high_s < 2 * s->low_s))
        s->status = "wide-interval";
}

hc_status hc_pitt_read(hc_gitt_feed *f, hc_diffusion_shape shape,
                       hc_pitt_step **out, size_t *n, hc_err *err)
{
    hc_hold *hold = NULL;
    hc_pitt_step *step = NULL;
    size_t holds = 0, to = 0;
    hc_status st = hc_holds_read(f, 5e-4, &hold, &holds, err);
    if (st != HC_OK)
        return st;
    step = calloc(holds + 1, sizeof *step);
    if (step == NULL)
        st = hc_fail_nomem(err);
    for (size_t i = 0; i < holds && st == HC_OK; i++) {
        const hc_hold *h = &hold[i];
        if (!isfinite(h->from_v)) /* no step before it */
            continue;
        step[to] =
            (hc_pitt_step){.t_on_s = h->t_on_s,
                           .t_off_s = h->t_off_s,
                           .from_v = h->from_v,
                           .to_v = h->v_v,
                           .charge_c = h->charge_c,
                           .temperature_celsius = h->temperature_celsius,
                           .cycle_count = h->cycle_count};
        fit_step(&(work){shape, h}, &step[to++]);
    }
    hc_holds_free(hold, holds);
    if (st == HC_OK) {
        *out = step;
        *n = to;
    }
    return st;
}
