/* ccd_trace.c: the samples of one half cycle as resistances */
#include "cycle/ccd_trace.h"

#include "cycle/thin.h"
#include "fitters/dense.h"

#include <math.h>
#include <string.h>

/* What a resistance may drift by from one half cycle to the next, besides
 * what its temperature explains. */
static const double drift_part = 0.01;

static double median3(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

void hc_ccd_trace_load(hc_ccd_trace *t, const hc_half_cycle *h,
                       const hc_half_list *l, const hc_ccd_limits *limits)
{
    double area = limits->area_m2, off = l->offset_v, length, settle;
    double lead = limits->lead_ohm * area;

    t->n = 0;
    for (size_t k = 0; k < h->n; k++) {
        const hc_ccd_sample *s = &h->samples[k];
        double j = (double)s->i_a / area;

        /* a row of the wrong current belongs to a switch, not to the cell */
        if (fabs(fabs(j) - h->j_a_m2) > 0.2 * h->j_a_m2 &&
            h->type != HC_STEP_RAMP)
            continue;
        if (j == 0)
            continue;
        t->t[t->n] = (double)s->t_s;
        t->j[t->n] = fabs(j);
        t->temp[t->n] = (double)s->temp_c;
        t->raw[t->n] = ((double)s->v_v - off) / j - lead;
        /* positive current is anodic: it strips the working electrode */
        t->strip[t->n] = isnan(s->we_v) ? t->raw[t->n]
                         : h->sign > 0
                             ? (double)s->we_v / j
                             : ((double)s->v_v - off - (double)s->we_v) / j;
        t->n++;
    }
    for (size_t k = 0; k < t->n; k++) {
        size_t a = k ? k - 1 : k, b = k + 1 < t->n ? k + 1 : k;

        t->r[k] = median3(t->raw[a], t->raw[k], t->raw[b]);
    }
    length = h->end_s - h->start_s;
    settle = fmin(fmax(limits->settle_s, 0.1 * length), length / 3);
    t->settled = 0;
    while (t->settled + 2 < t->n && t->t[t->settled] < settle)
        t->settled++;
}

double hc_ccd_median(const double *x, size_t n)
{
    double copy[HC_CCD_SAMPLES];

    memcpy(copy, x, n * sizeof *x);
    return hc_median_sort(copy, n);
}

/* Smallest change of the voltage within a half cycle: the quantum. */
static double quantum_of(const hc_half_cycle *h)
{
    double lsb = INFINITY;

    for (size_t k = 1; k < h->n; k++) {
        double dv = fabs((double)(h->samples[k].v_v - h->samples[k - 1].v_v));

        if (dv > 1e-6)
            lsb = fmin(lsb, dv);
    }
    return isfinite(lsb) ? lsb : 0;
}

/* Noise of one sample from the differences of neighbours.  Where most of
 * them are zero because the voltage is coarse, their mean square, with
 * spikes cut at three quanta. */
static double noise_of(const double *diff, size_t m, double quantum_ohm)
{
    double copy[HC_CCD_SAMPLES], ss = 0, sd;

    if (m < 3)
        return 0;
    memcpy(copy, diff, m * sizeof *diff);
    sd = hc_mad_sd(copy, m) / sqrt(2.0);
    if (sd > quantum_ohm)
        return sd;
    for (size_t k = 0; k < m; k++) {
        double e = fmin(fabs(diff[k]), 3 * quantum_ohm);

        ss += e * e;
    }
    return fmax(sd, sqrt(0.5 * ss / (double)m));
}

void hc_ccd_trace_measure(const hc_ccd_trace *t, hc_half_cycle *h,
                          const hc_half_list *l)
{
    double diff[HC_CCD_SAMPLES];
    size_t from = t->settled, n = t->n - from, m = 0;
    size_t quarter = n >= 8 ? n / 4 : (n + 1) / 2;
    double lsb = quantum_of(h);

    h->r_ohm_m2 = h->r_head_ohm_m2 = h->s_rel = NAN;
    if (n == 0)
        return;
    h->r_ohm_m2 = hc_ccd_median(t->r + t->n - quarter, quarter);
    h->r_head_ohm_m2 = hc_ccd_median(t->r + from, quarter);
    for (size_t k = from + 1; k < t->n; k++)
        diff[m++] = t->raw[k] - t->raw[k - 1];
    double v = fmax(fabs(h->r_ohm_m2) * h->j_a_m2, 1e-9);
    double sd = noise_of(diff, m, lsb / h->j_a_m2);

    h->quantum_rel = lsb / v;
    h->s_rel = fmax(2e-3, fmax(sd / fabs(h->r_ohm_m2), 0.29 * h->quantum_rel));
    h->n_eff = fmax(1, (double)quarter / 1.5);
    h->sys_rel = hypot(l->offset_sd_v / v, 0.29 * h->quantum_rel);
}

/* x = a + b u + c u^2 over u = 0..1: x at the end over x at the start less 1,
 * its standard error and the curvature's. */
typedef struct {
    double rise, rise_sd, bend, bend_sd;
} bent;

static bool fit_bent(const double *t, const double *x, size_t n, bent *out)
{
    double a[9] = {0}, b[3] = {0}, inv[9], ss = 0;
    double t0 = t[0], span = t[n - 1] - t[0];

    if (n < 8 || !(span > 0))
        return false;
    for (size_t k = 0; k < n; k++) {
        double u = (t[k] - t0) / span, row[3] = {1, u, u * u};

        for (int p = 0; p < 3; p++) {
            b[p] += row[p] * x[k];
            for (int q = 0; q < 3; q++)
                a[p * 3 + q] += row[p] * row[q];
        }
    }
    if (!hc_cholesky(a, 3, 1e-14))
        return false;
    hc_cholesky_solve(a, 3, b);
    hc_cholesky_inverse(a, 3, inv);
    for (size_t k = 0; k < n; k++) {
        double u = (t[k] - t0) / span;
        double e = x[k] - (b[0] + u * (b[1] + u * b[2]));

        ss += e * e;
    }
    ss /= (double)(n - 3);
    out->rise = (b[1] + b[2]) / b[0];
    out->bend = b[2] / b[0];
    out->rise_sd = sqrt(ss * (inv[4] + inv[8] + 2 * inv[5])) / fabs(b[0]);
    out->bend_sd = sqrt(ss * inv[8]) / fabs(b[0]);
    return b[0] > 0;
}

void hc_ccd_trace_rise(const hc_ccd_trace *t, hc_half_cycle *h,
                       const hc_ccd_limits *limits)
{
    double x[HC_CCD_SAMPLES];
    size_t from = t->settled, n = t->n - from;
    bent f;

    h->rise = h->rise_sd = NAN;
    h->rising = false;
    /* at the temperature of the half cycle: as the whole resistance goes */
    for (size_t k = 0; k < n; k++)
        x[k] = t->strip[from + k] * t->ratio[from + k] / t->r[from + k];
    /* spikes: median of three */
    for (size_t k = 1; k + 1 < n; k++)
        if ((x[k] - x[k - 1]) * (x[k] - x[k + 1]) > 0)
            x[k] = fabs(x[k - 1] - x[k]) < fabs(x[k + 1] - x[k]) ? x[k - 1]
                                                                 : x[k + 1];
    if (!fit_bent(t->t + from, x, n, &f))
        return;
    h->rise = f.rise;
    /* the filter joins neighbours: fewer of them count */
    h->rise_sd = sqrt(2.0) * f.rise_sd;
    h->rising = f.rise > limits->drop_min && f.rise > 4 * h->rise_sd &&
                f.bend > -2 * f.bend_sd && f.bend > -0.1 * f.rise;
}

/* Voltage at the end of a half cycle and its standard error; false when it
 * has too few samples. */
static bool end_voltage(const hc_half_cycle *h, double *v, double *se)
{
    double x[HC_CCD_SAMPLES];
    size_t quarter = h->n / 4, n = 0;

    if (quarter < 2)
        return false;
    for (size_t k = h->n - quarter; k < h->n; k++)
        x[n++] = (double)h->samples[k].v_v;
    *v = hc_median_sort(x, n);
    *se = 1.25 * fmax(hc_mad_sd(x, n), 1e-5) / sqrt((double)n);
    return true;
}

/* Temperature in the last quarter of a half cycle, K; NaN when unknown. */
static double end_temperature(const hc_half_cycle *h)
{
    return (double)h->samples[h->n - 1 - h->n / 8].temp_c + 273.15;
}

/* Offset from one half cycle at +j and one at -j, and its standard error.
 * The resistance drifts between them: with temperature as is expected, and
 * by a part that is not known. */
static bool offset_of_pair(const hc_half_cycle *a, const hc_half_cycle *b,
                           const hc_ccd_limits *limits, double *offset,
                           double *sd)
{
    const double boltzmann_ev = 8.617333262e-5;
    double va, vb, sa, sb, f = 1, unknown = drift_part;

    if (a->sign != -b->sign ||
        fabs(a->j_a_m2 - b->j_a_m2) > 0.02 * b->j_a_m2 ||
        !end_voltage(a, &va, &sa) || !end_voltage(b, &vb, &sb) || va * vb > 0)
        return false;
    double x = 1 / end_temperature(b) - 1 / end_temperature(a);

    if (!isnan(x)) {
        f = exp(limits->ea_ev / boltzmann_ev * x);
        unknown = hypot(unknown, limits->ea_sd_ev / boltzmann_ev * x);
    }
    *offset = (va * f + vb) / (1 + f);
    *sd = 0.5 * sqrt(sa * sa + sb * sb + pow(unknown * vb, 2));
    return true;
}

enum { PAIRS = 8 };

/* Offset from the first pairs of half cycles at +j and -j: its weight, 0
 * without pairs.  The weighted median, since a short may come between the two
 * of a pair. */
static double offset_of_pairs(const hc_half_list *l,
                              const hc_ccd_limits *limits, double *offset)
{
    double v[PAIRS], w[PAIRS], away[PAIRS], weight = 0, below = 0, sd;
    size_t n = 0, k;

    for (k = 1; k < l->n && n < PAIRS; k++) {
        double x;

        if (!offset_of_pair(&l->at[k - 1], &l->at[k], limits, &x, &sd))
            continue;
        size_t at = n++;

        for (; at > 0 && v[at - 1] > x; at--) {
            v[at] = v[at - 1];
            w[at] = w[at - 1];
        }
        v[at] = x;
        w[at] = 1 / (sd * sd);
        weight += w[at];
        k++;
    }
    if (n == 0)
        return 0;
    for (k = 0; k + 1 < n && below + w[k] < 0.5 * weight; k++)
        below += w[k];
    *offset = v[k];
    sd = 1.25 * sqrt(1 / weight);
    for (k = 0; k < n; k++)
        away[k] = fabs(v[k] - *offset) * sqrt(w[k] / weight);
    if (n > 2)
        sd = fmax(sd, 1.85 * hc_median_sort(away, n));
    return 1 / (sd * sd);
}

void hc_ccd_offset(hc_half_list *l, const hc_ccd_limits *limits)
{
    double pair = 0, lsb = INFINITY, sd;
    double weight = offset_of_pairs(l, limits, &pair), sum;

    for (size_t k = 0; k < l->n; k++) {
        double q = quantum_of(&l->at[k]);

        lsb = q > 0 && q < lsb ? q : lsb;
    }
    /* a steady voltage may stand anywhere within its quantum */
    sd = 0.29 * (isfinite(lsb) ? lsb : 0);
    if (weight > 0)
        weight = 1 / (1 / weight + 0.5 * sd * sd);
    sum = weight * pair;
    if (!isnan(l->rest_v)) {
        double w = 1 / (l->rest_sd_v * l->rest_sd_v + sd * sd);

        sum += w * l->rest_v;
        weight += w;
    }
    l->offset_v = weight > 0 ? sum / weight : 0;
    l->offset_sd_v = weight > 0 ? sqrt(1 / weight) : 0;
}
