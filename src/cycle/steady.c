#include "cycle/steady.h"

#include "core/sort.h"

#include <math.h>
#include <stdlib.h>

/* A tail is made shorter only while it keeps so many samples. */
enum { LEAST_TAIL = 20 };

/* c + a f(t) by least squares over the tail. */
typedef struct {
    const hc_hold *h;
    size_t from, n;
} tail;

typedef struct {
    double c, a, ss, var_c; /* var_c per unit variance of a sample */
    int free;
    const char *law;
} line;

static double shape_at(int law, double t_s, double tau_s)
{
    if (law == 1)
        return exp(-t_s / tau_s);
    return law == 2 ? 1 / sqrt(t_s) : 0;
}

static line fit_law(const tail *w, int law, double tau_s)
{
    double f0 = 0, y0 = 0, sff = 0, sfy = 0, k = 0;
    line l = {.free = law == 0 ? 1 : law == 1 ? 3 : 2};
    for (size_t i = w->from; i < w->h->n; i++) {
        double t = w->h->sample[i].t_s - w->h->t_on_s;
        double f = shape_at(law, t, tau_s), d = f - f0;
        k += 1;
        f0 += d / k;
        y0 += (w->h->sample[i].i_a - y0) / k;
        sff += d * (f - f0);
        sfy += d * (w->h->sample[i].i_a - y0);
    }
    l.a = sff > 0 ? sfy / sff : 0;
    l.c = y0 - l.a * f0;
    l.var_c = 1 / k + (sff > 0 ? f0 * f0 / sff : 0);
    for (size_t i = w->from; i < w->h->n; i++) {
        double t = w->h->sample[i].t_s - w->h->t_on_s;
        double r = w->h->sample[i].i_a - l.c - l.a * shape_at(law, t, tau_s);
        l.ss += r * r;
    }
    return l;
}

/* Variance of c when tau is fitted as well: the columns 1, exp and its
 * derivative by ln tau, orthogonalised in the opposite order. */
static double variance_with_tau(const tail *w, double tau_s)
{
    double ff = 0, fg = 0, gg = 0, f1 = 0, g1 = 0, n = 0;
    for (size_t i = w->from; i < w->h->n; i++) {
        double t = w->h->sample[i].t_s - w->h->t_on_s;
        double f = exp(-t / tau_s), g = f * t / tau_s;
        ff += f * f;
        fg += f * g;
        gg += g * g;
        f1 += f;
        g1 += g;
        n += 1;
    }
    double det = ff * gg - fg * fg;
    double taken = (f1 * f1 * gg - 2 * f1 * g1 * fg + g1 * g1 * ff) / det;
    return det > 0 && taken < n ? 1 / (n - taken) : (double)INFINITY;
}

/* Best time constant from a fiftieth to twice the hold: a scan, then golden
 * section. */
static line fit_exponential(const tail *w, double length_s, double *tau_s)
{
    const double g = 0.6180339887498949;
    double best = INFINITY, lo, hi;
    int at = 0;
    for (int k = 0; k <= 40; k++) {
        double ss = fit_law(w, 1, length_s * 0.02 * pow(100, k / 40.0)).ss;
        if (ss < best) {
            best = ss;
            at = k;
        }
    }
    lo = log(length_s * 0.02) + log(100) * (at > 0 ? at - 1 : 0) / 40;
    hi = log(length_s * 0.02) + log(100) * (at < 40 ? at + 1 : 40) / 40;
    for (int k = 0; k < 30; k++) {
        double a = hi - g * (hi - lo), b = lo + g * (hi - lo);
        if (fit_law(w, 1, exp(a)).ss < fit_law(w, 1, exp(b)).ss)
            hi = b;
        else
            lo = a;
    }
    *tau_s = exp((lo + hi) / 2);
    line l = fit_law(w, 1, *tau_s);
    l.var_c = variance_with_tau(w, *tau_s);
    return l;
}

static double correlation(const tail *w, const line *l, int law, double tau_s)
{
    double top = 0, last = 0;
    for (size_t i = w->from; i < w->h->n; i++) {
        double t = w->h->sample[i].t_s - w->h->t_on_s;
        double r = w->h->sample[i].i_a - l->c - l->a * shape_at(law, t, tau_s);
        top += i > w->from ? r * last : 0;
        last = r;
    }
    return l->ss > 0 ? fmin(fmax(top / l->ss, 0), 0.95) : 0;
}

/* Noise of a sample by second differences of the tail. */
static double noise(const tail *w)
{
    double d[HC_HOLD_KEEP];
    size_t n = 0;
    for (size_t i = w->from + 1; i + 1 < w->h->n; i++)
        d[n++] = fabs(w->h->sample[i - 1].i_a - 2 * w->h->sample[i].i_a +
                      w->h->sample[i + 1].i_a);
    if (n == 0)
        return 0;
    hc_sort_rising(d, n);
    return 1.4826 * d[n / 2] / sqrt(6);
}

/* Does |I| rise over the second half, by more than 5 % and 4 sd? */
static bool grows(const tail *w, double noise_a)
{
    size_t from = w->h->n / 2, half = (w->h->n - from) / 2;
    double a = 0, b = 0;
    if (half < 3)
        return false;
    for (size_t i = 0; i < half; i++) {
        a += w->h->sample[from + i].i_a;
        b += w->h->sample[w->h->n - 1 - i].i_a;
    }
    a /= (double)half;
    b /= (double)half;
    return a * b > 0 && fabs(b) > 1.05 * fabs(a) &&
           fabs(b - a) > 4 * noise_a * sqrt(2 / (double)half);
}

static void mean_of_end(hc_steady *s, const tail *w)
{
    size_t n = w->h->n, count = n / 20 > 3 ? n / 20 : 3, used = 0;
    for (size_t i = n - count; i < n; i++, used++)
        s->end_a += w->h->sample[i].i_a;
    s->end_a /= (double)used;
}

/* Does a law hold where it matters?  Its mean residual over the last quarter
 * of the tail is no more than noise makes it, or a thousandth of it. */
static bool holds_at_end(const tail *w, const line *l, int law, double tau_s,
                         double noise_a)
{
    size_t n = w->n / 4, from = w->h->n - n;
    double mean = 0;
    for (size_t i = from; i < w->h->n; i++) {
        double t = w->h->sample[i].t_s - w->h->t_on_s;
        mean += w->h->sample[i].i_a - l->c - l->a * shape_at(law, t, tau_s);
    }
    mean /= (double)n;
    return fabs(mean) <=
           fmax(3 * noise_a / sqrt((double)n), 1e-3 * fabs(l->c));
}

/* Value by the best law, interval by all that come near it; false when no law
 * holds over all of the tail. */
static bool extrapolate(hc_steady *s, const tail *w)
{
    static const char *const names[] = {"constant", "exponential", "cottrell"};
    double n = (double)w->n, bic[3], best = INFINITY, tau = 0;
    double length = w->h->t_off_s - w->h->t_on_s;
    line l[3];
    int at = 0;
    for (int law = 0; law < 3; law++) {
        l[law] =
            law == 1 ? fit_exponential(w, length, &tau) : fit_law(w, law, 1);
        bic[law] = n * log(fmax(l[law].ss, 1e-300) / n) + l[law].free * log(n);
        if (bic[law] < best) {
            best = bic[law];
            at = law;
        }
    }
    s->low_a = INFINITY;
    s->high_a = -INFINITY;
    for (int law = 0; law < 3; law++) {
        double rho = correlation(w, &l[law], law, tau);
        double var = l[law].ss / fmax(n - l[law].free, 1) * l[law].var_c *
                     (1 + rho) / (1 - rho);
        if (law == at) {
            s->current_a = l[law].c;
            s->sd_a = sqrt(var);
            s->law = names[law];
        }
        if (bic[law] - best < 10) {
            s->low_a = fmin(s->low_a, l[law].c - 1.96 * sqrt(var));
            s->high_a = fmax(s->high_a, l[law].c + 1.96 * sqrt(var));
        }
    }
    s->sd_a = fmax(s->sd_a, (s->high_a - s->low_a) / 3.92);
    return holds_at_end(w, &l[at], at, tau, s->noise_a);
}

/* The tail from this part of the hold on. */
static void begin_at(tail *w, double part)
{
    double length = w->h->t_off_s - w->h->t_on_s;
    while (w->from < w->h->n &&
           w->h->sample[w->from].t_s - w->h->t_on_s < part * length)
        w->from++;
    w->n = w->h->n - w->from;
}

/* A law that holds only in the end may lead as far astray as it leads on, or
 * as it went with an earlier part. */
static void widen(hc_steady *s, double by_a)
{
    s->low_a -= by_a;
    s->high_a += by_a;
    s->sd_a = hypot(s->sd_a, by_a / 1.96);
}

hc_steady hc_steady_of(const hc_hold *h, double floor_a)
{
    hc_steady s = {.kind = HC_STEADY_SHORT, .law = "-"};
    tail w = {.h = h};
    double earlier = NAN;
    s.current_a = s.low_a = s.high_a = s.sd_a = NAN;
    s.floor_a = isfinite(floor_a) ? fabs(floor_a) : 0;
    s.first_a = h->n > 0 ? h->sample[0].i_a : (double)NAN;
    begin_at(&w, 0.1);
    if (w.n < 8)
        return s;
    mean_of_end(&s, &w);
    s.noise_a = noise(&w);
    for (double part = 0.25; !extrapolate(&s, &w) && part < 0.8;
         part += 0.15) {
        tail later = w;
        begin_at(&later, part);
        if (later.n < LEAST_TAIL)
            break;
        w = later;
        earlier = s.current_a;
    }
    if (isfinite(earlier))
        widen(&s,
              fmax(fabs(s.current_a - s.end_a), fabs(s.current_a - earlier)));
    double size = fabs(s.end_a);
    double least = fmax(s.floor_a, 3 * s.noise_a / sqrt((double)w.n / 20 + 1));
    s.kind = HC_STEADY_OK;
    if (grows(&w, s.noise_a))
        s.kind = HC_STEADY_GROWING;
    else if (size <= least)
        s.kind = HC_STEADY_NOISY;
    else if (s.low_a * s.high_a <= 0 || s.current_a * s.end_a <= 0 ||
             fabs(s.current_a) < 0.5 * size)
        s.kind = HC_STEADY_FALLING;
    return s;
}

double hc_steady_bound_a(const hc_steady *s)
{
    return fmax(fabs(s->end_a), 3 * s->noise_a) + s->floor_a;
}

const char *hc_steady_word(hc_steady_kind k)
{
    static const char *const words[] = {"ok", "upper-limit",
                                        "upper-limit-noise", "decomposition",
                                        "too-short"};
    return words[k];
}
