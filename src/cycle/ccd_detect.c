/* ccd_detect.c: drops of the polarisation resistance and what they mean
 *
 * The CUSUM is that of Page (1954, 10.1093/biomet/41.1-2.100) on the log
 * likelihood ratio of a drop by delta against none.
 */
#include "cycle/ccd.h"
#include "cycle/ccd_baseline.h"
#include "cycle/thin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Charge in a volume of lithium: 0.534 g/cm3 times 3861 mAh/g, in C/m3. */
static const double lithium_c_m3 = 534.0 * 3861.3 * 3600;

hc_ccd_limits hc_ccd_limits_default(void)
{
    return (hc_ccd_limits){.area_m2 = NAN,
                           .area_sd = NAN,
                           .r0_ohm_m2 = NAN,
                           .r0_error = 0.1,
                           .r0_temperature_c = NAN,
                           .floor_ohm_m2 = NAN,
                           .floor_error = 0.05,
                           .lithium_m = NAN,
                           .settle_s = 120,
                           .alpha = 1e-6,
                           .drop_min = 0.03,
                           .hard_ratio = 0.12,
                           .preshort_ratio = 0.3,
                           .runaway_ratio = 1.5,
                           .heal_part = 0.1,
                           .scatter_floor = 0.004,
                           .ea_ev = 0.35,
                           .ea_sd_ev = 0.17};
}

const char *hc_short_class_name(hc_short_class c)
{
    static const char *const names[HC_SHORT_CLASSES] = {
        "none", "soft", "hard", "soft+hard", "soft_healed"};

    return c < HC_SHORT_CLASSES ? names[c] : "none";
}

/* The samples of one half cycle as resistances. */
typedef struct {
    size_t n, settled; /* all, first one after settling */
    double t[HC_CCD_SAMPLES];
    double raw[HC_CCD_SAMPLES]; /* ohm m2 */
    double r[HC_CCD_SAMPLES];   /* median of three */
    double temp[HC_CCD_SAMPLES];
    double j[HC_CCD_SAMPLES];
    double ratio[HC_CCD_SAMPLES]; /* r over what was expected */
} trace;

typedef struct {
    const hc_ccd_limits *limits;
    hc_half_list *list;
    hc_ccd_result *out;
    hc_baseline base;
    bool begun;
    bool failed; /* a first drop was found */
    long clean;  /* half cycles in a row that look sound again */
    trace tr;
} detector;

static double median3(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

static double offset_of(const detector *d)
{
    return d->list->offset_v;
}

static void load(detector *d, const hc_half_cycle *h)
{
    trace *t = &d->tr;
    double area = d->limits->area_m2, off = offset_of(d), length, settle;
    double lead = d->limits->lead_ohm * area;

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
        t->raw[t->n++] = ((double)s->v_v - off) / j - lead;
    }
    for (size_t k = 0; k < t->n; k++) {
        size_t a = k ? k - 1 : k, b = k + 1 < t->n ? k + 1 : k;

        t->r[k] = median3(t->raw[a], t->raw[k], t->raw[b]);
    }
    length = h->end_s - h->start_s;
    settle = fmin(fmax(d->limits->settle_s, 0.1 * length), length / 3);
    t->settled = 0;
    while (t->settled + 2 < t->n && t->t[t->settled] < settle)
        t->settled++;
}

static double median_of(const double *x, size_t n)
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

/* Resistance at the head and the tail of a half cycle, the noise of one
 * sample, the effective number of samples and what does not average out. */
static void measure(detector *d, hc_half_cycle *h)
{
    trace *t = &d->tr;
    double diff[HC_CCD_SAMPLES];
    size_t from = t->settled, n = t->n - from, m = 0;
    size_t quarter = n >= 8 ? n / 4 : (n + 1) / 2;
    double lsb = quantum_of(h);

    h->r_ohm_m2 = h->r_head_ohm_m2 = h->s_rel = NAN;
    if (n == 0)
        return;
    h->r_ohm_m2 = median_of(t->r + t->n - quarter, quarter);
    h->r_head_ohm_m2 = median_of(t->r + from, quarter);
    for (size_t k = from + 1; k < t->n; k++)
        diff[m++] = t->raw[k] - t->raw[k - 1];
    double v = fmax(fabs(h->r_ohm_m2) * h->j_a_m2, 1e-9);
    double sd = noise_of(diff, m, lsb / h->j_a_m2);

    h->quantum_rel = lsb / v;
    h->s_rel = fmax(2e-3, fmax(sd / fabs(h->r_ohm_m2), 0.29 * h->quantum_rel));
    h->n_eff = fmax(1, (double)quarter / 1.5);
    h->sys_rel = hypot(d->list->offset_sd_v / v, 0.29 * h->quantum_rel);
}

/* ---- change within a half cycle ---- */

typedef struct {
    bool alarm;
    size_t onset; /* index into the trace */
    double after; /* median ratio from there on */
    double bic_gain;
    double low_part; /* part of the settled samples that are low */
    double delta;
} change;

/* The drop looked for: above what the baseline, the offset and the quantum
 * can feign. */
static double smallest_drop(const detector *d, const hc_half_cycle *h)
{
    double drop = fmax(d->limits->drop_min, 4 * h->sd_hat);

    return fmin(0.6, fmax(drop, 1.5 * h->quantum_rel));
}

/* Mean drop of the excursion that begins at `from`, up to its deepest sum;
 * *to is behind it. */
static double excursion(const trace *t, size_t from, double delta, size_t *to)
{
    double sum = 0, top = 0, drop = 0, at_top = 0;
    size_t n = 0, k;

    *to = from + 1;
    for (k = from; k < t->n; k++) {
        sum += 1 - t->ratio[k] - 0.5 * delta;
        if (sum <= 0)
            break;
        drop += 1 - t->ratio[k];
        n++;
        if (sum > top) {
            top = sum;
            at_top = drop / (double)n;
            *to = k + 1;
        }
    }
    return at_top;
}

/* Gain in BIC of a mean that changes at the onset over none. */
static double gain_of(const trace *t, const change *c, double s)
{
    double ss0 = 0, ss1 = 0, n = (double)(t->n - t->settled);

    for (size_t k = t->settled; k < t->n; k++) {
        double e0 = t->ratio[k] - 1;
        double e1 = t->ratio[k] - (k < c->onset ? 1 : c->after);

        ss0 += fmin(e0 * e0, 1);
        ss1 += fmin(e1 * e1, 1);
    }
    return n * log(ss0 / fmax(ss1, n * s * s)) - 2 * log(n);
}

static change cusum(const detector *d, const hc_half_cycle *h)
{
    const trace *t = &d->tr;
    change c = {.onset = t->settled, .after = NAN};
    double s = h->s_rel, sum = 0, limit = log(1 / d->limits->alpha);
    size_t n = t->n - t->settled, need = n < 7 ? 2 : 3, run = 0, start = 0;
    size_t low = 0, to;

    c.delta = smallest_drop(d, h);
    for (size_t k = t->settled; k < t->n; k++)
        low += t->ratio[k] < 1 - c.delta;
    c.low_part = n ? (double)low / (double)n : 0;
    for (size_t k = t->settled; k < t->n && !c.alarm; k++) {
        double rise =
            ((1 - t->ratio[k]) * c.delta - 0.5 * c.delta * c.delta) / (s * s);

        /* one sample may not say more than three of them have to */
        sum += fmin(rise, limit / 2);
        if (sum <= 0) {
            sum = 0;
            run = 0;
            continue;
        }
        if (run++ == 0)
            start = k;
        /* a drop of half the size looked for may be the baseline's error */
        if (sum > limit && run >= need &&
            excursion(t, start, c.delta, &to) > 0.7 * c.delta) {
            c.alarm = true;
            c.onset = start;
        }
    }
    if (c.alarm) {
        c.after = median_of(t->ratio + c.onset, t->n - c.onset);
        c.bic_gain = gain_of(t, &c, s);
    }
    return c;
}

/* ---- verdicts ---- */

static const char *confidence_of(double bic_gain)
{
    return bic_gain > 10  ? "very-strong"
           : bic_gain > 6 ? "strong"
           : bic_gain > 2 ? "weak"
                          : "-";
}

/* Largest level below j that was held without a drop. */
static double last_safe(const detector *d, size_t k, double j)
{
    double low = 0;

    for (size_t i = 0; i < k; i++)
        if (d->list->at[i].j_a_m2 < 0.98 * j)
            low = fmax(low, d->list->at[i].j_a_m2);
    return low;
}

static void note_failure(detector *d, size_t k, const change *c)
{
    hc_half_cycle *h = &d->list->at[k];
    hc_ccd_result *o = d->out;
    double t = d->tr.t[c->onset];

    if (c->onset == d->tr.settled && c->onset > 0) {
        /* it was low when the settling ended: go back while it was low */
        size_t at = c->onset;

        while (at > 1 && d->tr.ratio[at - 1] < 0.5 * (1 + c->after))
            at--;
        t = d->tr.t[at <= 1 ? 0 : at];
    }
    d->failed = true;
    o->cls = HC_SHORT_SOFT;
    o->fail_half = h->k;
    o->fail_s = h->start_s + t;
    o->fail_sign = h->sign;
    o->high_a_m2 = h->type == HC_STEP_RAMP ? d->tr.j[c->onset] : h->j_a_m2;
    o->low_a_m2 = h->type == HC_STEP_RAMP && c->onset > 0
                      ? d->tr.j[c->onset - 1]
                      : last_safe(d, k, h->j_a_m2);
    o->q_into_as_m2 = h->j_a_m2 * t;
    o->cumulative_as_m2 = h->q_before_as_m2 + o->q_into_as_m2;
    o->drop_rel = 1 - c->after;
    o->bic_gain = c->bic_gain;
    o->confidence = confidence_of(c->bic_gain);
}

/* Time at which the ratio went below `limit` for good. */
static double last_crossing(const trace *t, double limit)
{
    size_t k = t->n;

    while (k > 0 && t->ratio[k - 1] < limit)
        k--;
    return k < t->n ? t->t[k] : 0;
}

static bool is_hard(const detector *d, size_t k)
{
    const hc_half_cycle *h = &d->list->at[k];

    return h->r_ohm_m2 / h->r_hat_ohm_m2 < d->limits->hard_ratio;
}

static void judge_failed(detector *d, size_t k)
{
    hc_half_cycle *h = &d->list->at[k];
    hc_ccd_result *o = d->out;
    double ratio = h->r_ohm_m2 / h->r_hat_ohm_m2;
    bool clean = ratio > 1 - d->limits->heal_part && h->low_part < 0.1;

    if (is_hard(d, k)) {
        if (o->hard_half == 0) {
            o->hard_half = h->k;
            o->hard_s =
                h->start_s + last_crossing(&d->tr, d->limits->hard_ratio * 2);
        }
        h->verdict = "hard";
        d->clean = 0;
        return;
    }
    if (o->hard_half) /* it did not stay */
        o->hard_half = 0;
    d->clean = clean ? d->clean + 1 : 0;
    h->verdict = clean ? "healed" : "soft";
}

static void judge_runaway(detector *d, size_t k)
{
    hc_half_cycle *h = &d->list->at[k];
    const trace *t = &d->tr;
    double last = t->n > 1 ? t->r[t->n - 2] : h->r_ohm_m2;
    double ratio =
        fmax(h->r_ohm_m2, last) /
        hc_baseline_pristine(&d->base, t->temp[t->n - 1], h->j_a_m2);

    if (!(ratio > d->limits->runaway_ratio))
        return;
    h->verdict = "void";
    if (!d->out->runaway) {
        d->out->runaway = true;
        d->out->runaway_half = h->k;
    }
}

static void judge_leakage(detector *d, hc_half_cycle *h)
{
    const hc_ccd_limits *l = d->limits;

    if (isnan(l->floor_ohm_m2) || d->out->leakage_half)
        return;
    if (h->r_ohm_m2 < l->floor_ohm_m2 * (1 - 3 * l->floor_error)) {
        d->out->leakage = l->floor_elsewhere ? "indicated" : "shown";
        d->out->leakage_half = h->k;
    }
}

static void expect(detector *d, hc_half_cycle *h)
{
    trace *t = &d->tr;
    double temp = h->temp_c;

    if (t->n > t->settled)
        temp = t->temp[t->n - 1 - (t->n - t->settled) / 8];
    h->r_hat_ohm_m2 =
        hc_baseline_expect(&d->base, temp, h->j_a_m2, &h->sd_hat);
    h->sd_hat = hypot(h->sd_hat, h->sys_rel);
    for (size_t k = 0; k < t->n; k++)
        t->ratio[k] =
            t->r[k] / hc_baseline_expect(&d->base, t->temp[k], t->j[k], NULL);
    double se = h->s_rel / sqrt(h->n_eff);

    h->z = log(fmax(h->r_ohm_m2, 1e-12) / h->r_hat_ohm_m2) /
           sqrt(h->sd_hat * h->sd_hat + se * se);
    h->drop_seen_rel = fmax(3 * sqrt(h->sd_hat * h->sd_hat + se * se),
                            0.5 * smallest_drop(d, h));
}

static void one_half(detector *d, size_t k)
{
    hc_half_cycle *h = &d->list->at[k];
    change c;

    load(d, h);
    if (d->tr.n < 2) {
        h->r_ohm_m2 = h->r_hat_ohm_m2 = h->z = h->drop_seen_rel = NAN;
        h->verdict = "too-short";
        return;
    }
    measure(d, h);
    if (!d->begun) {
        hc_baseline_begin(&d->base, d->limits,
                          fmax(1e-12, fmax(h->r_head_ohm_m2, h->r_ohm_m2)),
                          d->tr.temp[d->tr.settled], h->j_a_m2);
        d->begun = true;
    }
    expect(d, h);
    judge_leakage(d, h);
    c = cusum(d, h);
    h->low_part = c.low_part;
    h->verdict = "safe";
    if (!d->failed && c.alarm) {
        note_failure(d, k, &c);
        h->low_part = fmax(h->low_part, 0.1);
    }
    if (d->failed) {
        judge_failed(d, k);
        return;
    }
    d->out->detectable_rel = h->drop_seen_rel;
    judge_runaway(d, k);
    hc_baseline_update(
        &d->base, h->r_ohm_m2, hypot(h->s_rel / sqrt(h->n_eff), h->sys_rel),
        d->tr.temp[d->tr.n - 1 - (d->tr.n - d->tr.settled) / 8], h->j_a_m2);
}

/* ---- the cell as a whole ---- */

static void judge_preshort(detector *d)
{
    const hc_ccd_limits *l = d->limits;
    const hc_half_cycle *h = &d->list->at[0];
    double r0 = l->r0_ohm_m2, t = h->temp_c;

    if (isnan(r0)) {
        d->out->preshort = HC_PRE_CANNOT_EXCLUDE;
        return;
    }
    if (!isnan(l->r0_temperature_c) && !isnan(t))
        r0 *= exp(l->ea_ev / 8.617333262e-5 *
                  (1 / (t + 273.15) - 1 / (l->r0_temperature_c + 273.15)));
    double best = fmax(h->r_ohm_m2, h->r_head_ohm_m2) / r0;

    d->out->preshort = best < l->preshort_ratio   ? HC_PRE_YES
                       : best < 0.6 - l->r0_error ? HC_PRE_CANNOT_EXCLUDE
                                                  : HC_PRE_NO;
}

/* The test stopped, or its current gave way, at the largest voltage. */
static void judge_compliance(detector *d)
{
    const hc_half_list *l = d->list;
    const hc_half_cycle *h = &l->at[l->n - 1];
    double length = h->end_s - h->start_s, usual[HC_THIN_MAX];
    size_t n = 0;

    for (size_t k = l->n > 9 ? l->n - 9 : 0; k + 1 < l->n; k++)
        usual[n++] = d->out->protocol == HC_CCD_CAPACITY
                         ? l->at[k].q_as_m2 / h->j_a_m2
                         : l->at[k].end_s - l->at[k].start_s;
    bool cut = n > 0 && length < 0.9 * hc_median_sort(usual, n);
    bool top = fabs(h->v_end) >= 0.98 * l->v_max;
    bool high =
        h->r_hat_ohm_m2 > 0 && fabs(h->v_end) / h->j_a_m2 >
                                   d->limits->runaway_ratio * h->r_hat_ohm_m2;

    d->out->compliance = high && top && (cut || l->compliance_step);
    if (d->out->compliance && !d->out->runaway &&
        d->out->cls == HC_SHORT_NONE) {
        d->out->runaway = true;
        d->out->runaway_half = h->k;
    }
}

static void judge_exhaustion(detector *d)
{
    const hc_half_list *l = d->list;
    const hc_half_cycle *h;
    double net, all;

    if (!d->out->runaway)
        return;
    h = &l->at[d->out->runaway_half - 1];
    net = fabs(h->net_as_m2 + h->sign * h->q_as_m2);
    all = h->q_before_as_m2 + h->q_as_m2;
    if (isnan(d->limits->lithium_m))
        d->out->exhaustion_possible = net > 0.5 * all;
    else
        d->out->exhausted = net > 0.8 * d->limits->lithium_m * lithium_c_m3;
}

/* c06 and its like: how far the current was held. */
static void censor(detector *d)
{
    const hc_half_list *l = d->list;

    d->out->high_a_m2 = NAN;
    d->out->low_a_m2 = 0;
    for (size_t k = 0; k < l->n; k++)
        d->out->low_a_m2 = fmax(d->out->low_a_m2, l->at[k].j_a_m2);
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

enum { PAIRS = 8 };

/* Offset from the first pairs of half cycles at +j and -j: its weight, 0
 * without pairs. */
static double offset_of_pairs(const hc_half_list *l, double *offset)
{
    double v[PAIRS], copy[PAIRS], weight = 0, sd;
    size_t n = 0;

    for (size_t k = 1; k < l->n && n < PAIRS; k++) {
        const hc_half_cycle *a = &l->at[k - 1], *b = &l->at[k];
        double va, vb, sa, sb;

        if (a->sign != -b->sign ||
            fabs(a->j_a_m2 - b->j_a_m2) > 0.02 * b->j_a_m2 ||
            !end_voltage(a, &va, &sa) || !end_voltage(b, &vb, &sb) ||
            va * vb > 0)
            continue;
        v[n++] = 0.5 * (va + vb);
        weight += 4 / (sa * sa + sb * sb);
        k++;
    }
    if (n == 0)
        return 0;
    sd = sqrt(1 / weight);
    memcpy(copy, v, n * sizeof *v);
    *offset = hc_median_sort(v, n);
    if (n > 2)
        sd = fmax(sd, 1.25 * hc_mad_sd(copy, n) / sqrt((double)n));
    return 1 / (sd * sd);
}

/* The offset of the instrument from the rests and from the first pairs. */
static void estimate_offset(hc_half_list *l)
{
    double pair = 0, lsb = INFINITY, sd;
    double weight = offset_of_pairs(l, &pair), sum;

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

/* Nothing known yet. */
static void clear_result(hc_ccd_result *out)
{
    memset(out, 0, sizeof *out);
    out->low_a_m2 = out->high_a_m2 = out->fail_s = out->hard_s = NAN;
    out->q_into_as_m2 = out->q_half_as_m2 = out->cumulative_as_m2 = NAN;
    out->drop_rel = out->bic_gain = out->detectable_rel = NAN;
    out->confidence = out->leakage = "-";
}

hc_status hc_ccd_judge(hc_ccd_result *out, hc_half_list *l,
                       const hc_ccd_limits *limits, hc_err *err)
{
    detector *d = calloc(1, sizeof *d);

    if (!d)
        return hc_fail_nomem(err);
    clear_result(out);
    hc_ccd_recognise(out, l);
    d->limits = limits;
    d->list = l;
    d->out = out;
    if (!isnan(limits->floor_ohm_m2))
        out->leakage = "none";
    estimate_offset(l);
    one_half(d, 0);
    judge_preshort(d);
    for (size_t k = 1; k < l->n; k++)
        one_half(d, k);
    if (out->cls == HC_SHORT_NONE || out->preshort == HC_PRE_YES) {
        out->cls = HC_SHORT_NONE;
        out->fail_half = out->hard_half = 0;
        censor(d);
    } else {
        bool healed = d->clean >= 2;

        if (out->hard_half)
            out->cls = out->hard_half == out->fail_half ? HC_SHORT_HARD
                                                        : HC_SHORT_SOFT_HARD;
        else if (healed)
            out->cls = HC_SHORT_SOFT_HEALED;
        out->q_half_as_m2 = l->at[out->fail_half - 1].q_as_m2;
    }
    judge_compliance(d);
    judge_exhaustion(d);
    out->ea_ev = d->base.x[1];
    out->ea_sd_ev = sqrt(fmax(0, d->base.p[1][1]));
    out->scatter = d->base.scatter;
    free(d);
    return HC_OK;
}
