/* ccd_detect.c: drops of the polarisation resistance and what they mean */
#include "cycle/ccd.h"
#include "cycle/ccd_baseline.h"
#include "cycle/ccd_change.h"
#include "cycle/ccd_trace.h"
#include "cycle/thin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Charge in a volume of lithium: 0.534 g/cm3 times 3861 mAh/g, in C/m3. */
static const double lithium_c_m3 = 534.0 * 3861.3 * 3600;

/* What two half cycles of a sound cell may differ by when no more is known. */
static const double first_drift = 0.01;
hc_ccd_limits hc_ccd_limits_default(void)
{
    return (hc_ccd_limits){.area_m2 = NAN,
                           .area_sd_m2 = NAN,
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
                           .min_repeats = 5,
                           .temperature_c = NAN,
                           .pressure_pa = NAN,
                           .ea_ev = 0.35,
                           .ea_sd_ev = 0.17};
}

const char *hc_short_class_name(hc_short_class c)
{
    static const char *const names[HC_SHORT_CLASSES] = {
        "none", "soft", "hard", "soft+hard", "soft_healed"};

    return c < HC_SHORT_CLASSES ? names[c] : "none";
}

/* Sound half cycles whose noise is remembered; from three on it counts. */
enum { NOISE_HALVES = 9, NOISE_KNOWN = 3 };
/* So many times that noise is no noise any more: a short that comes and goes
 * within a half cycle of few samples scatters more than it drops. */
static const double noise_most = 3;
/* Two sound half cycles heal, if they have so many samples: a short that
 * flickers may be away in three or four. */
enum { CLEAN_HALVES = 2, CLEAN_ROWS = 8 };

/* Half cycles in a row without a decline: the contact has formed. */
enum { FORMED_HALVES = 4 };

typedef struct {
    const hc_ccd_limits *limits;
    hc_half_list *list;
    hc_ccd_result *out;
    hc_baseline base;
    bool begun;
    bool failed; /* a first drop was found */
    long steady; /* half cycles in a row that do not decline, from the first */
    double first_ohm_m2; /* of the first half cycle */
    long sound;  /* half cycles that made the baseline */
    long clean;  /* half cycles in a row that look sound again */
    size_t clean_rows; /* and their settled samples */
    /* noise of the last sound half cycles: relative, and V */
    double noise_rel[NOISE_HALVES], noise_v[NOISE_HALVES];
    size_t n_noise;
    hc_ccd_trace tr;
} detector;

/* ---- change within a half cycle ---- */

/* The drop looked for: above what the baseline, the offset and the quantum
 * can feign. */
static double smallest_drop(const detector *d, const hc_half_cycle *h)
{
    double drop = fmax(d->limits->drop_min, 4 * h->sd_hat);

    return fmin(0.6, fmax(drop, 1.5 * h->quantum_rel));
}

/* Noise of one sample of h, no more than sound half cycles let expect. */
static double noise_of(const detector *d, const hc_half_cycle *h)
{
    double x[NOISE_HALVES], rel, v;
    size_t n = d->n_noise < NOISE_HALVES ? d->n_noise : NOISE_HALVES;

    if (n < NOISE_KNOWN)
        return h->s_rel;
    memcpy(x, d->noise_rel, n * sizeof *x);
    rel = hc_median_sort(x, n);
    memcpy(x, d->noise_v, n * sizeof *x);
    v = hc_median_sort(x, n) / (h->r_hat_ohm_m2 * h->j_a_m2);
    return fmin(h->s_rel, noise_most * fmax(rel, v));
}

/* ---- verdicts ---- */

static const char *confidence_of(double bic_gain)
{
    return bic_gain > HC_CCD_VERY_STRONG ? "very-strong"
           : bic_gain > 6         ? "strong"
           : bic_gain > 2         ? "weak"
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

/* Charge per area that has passed at a sample of the trace, C/m2. */
static double charge_until(const hc_ccd_trace *t, size_t at)
{
    double q = t->j[0] * t->t[0];

    for (size_t k = 1; k <= at; k++)
        q += 0.5 * (t->j[k] + t->j[k - 1]) * (t->t[k] - t->t[k - 1]);
    return q;
}

static void note_failure(detector *d, size_t k, const hc_ccd_change *c)
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
    o->q_into_as_m2 = h->type == HC_STEP_RAMP ? charge_until(&d->tr, c->onset)
                                              : h->j_a_m2 * t;
    o->cumulative_as_m2 = h->q_before_as_m2 + o->q_into_as_m2;
    o->drop_rel = 1 - c->after;
    o->bic_gain = c->bic_gain;
    o->confidence = confidence_of(c->bic_gain);
}

/* Time at which the ratio went below `limit` for good. */
static double last_crossing(const hc_ccd_trace *t, double limit)
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
        d->clean_rows = 0;
        return;
    }
    if (o->hard_half) /* it did not stay */
        o->hard_half = 0;
    d->clean = clean ? d->clean + 1 : 0;
    d->clean_rows = clean ? d->clean_rows + d->tr.n - d->tr.settled : 0;
    h->verdict = clean ? "healed" : "soft";
}

static void judge_runaway(detector *d, size_t k)
{
    hc_half_cycle *h = &d->list->at[k];
    const hc_ccd_trace *t = &d->tr;
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
    hc_ccd_trace *t = &d->tr;
    double temp = h->temp_c;

    if (t->n > t->settled)
        temp = t->temp[t->n - 1 - (t->n - t->settled) / 8];
    h->r_hat_ohm_m2 =
        hc_baseline_expect(&d->base, temp, h->j_a_m2, &h->sd_hat);
    h->sd_hat = hypot(h->sd_hat, h->sys_rel);
    /* one or two half cycles do not show yet how much they differ */
    if (d->sound)
        h->sd_hat = hypot(h->sd_hat, first_drift / sqrt((double)d->sound));
    for (size_t k = 0; k < t->n; k++)
        t->ratio[k] =
            t->r[k] / hc_baseline_expect(&d->base, t->temp[k], t->j[k], NULL);
    double se = h->s_rel / sqrt(h->n_eff);

    h->z = log(fmax(h->r_ohm_m2, 1e-12) / h->r_hat_ohm_m2) /
           sqrt(h->sd_hat * h->sd_hat + se * se);
    h->drop_seen_rel = fmax(3 * sqrt(h->sd_hat * h->sd_hat + se * se),
                            0.5 * smallest_drop(d, h));
}

/* The resistance of a fresh contact falls steadily over the first half
 * cycles, as the lithium creeps into it.  That is no short. */
static bool still_forms(detector *d, const hc_ccd_change *c)
{
    if (d->steady >= FORMED_HALVES)
        return false;
    if (!c->alarm)
        d->steady++;
    else if (c->gradual)
        d->steady = 0;
    return c->alarm && c->gradual;
}

/* What the contact has come to is the cell to compare with. */
static void begin_again(detector *d, const hc_half_cycle *h)
{
    hc_baseline_begin(&d->base, d->limits, h->r_ohm_m2,
                      d->tr.temp[d->tr.n - 1], h->j_a_m2);
    d->sound = 1;
    d->out->detectable_rel = h->drop_seen_rel;
    d->out->formed_halves = h->k;
    d->out->formed_rel = 1 - h->r_ohm_m2 / d->first_ohm_m2;
}

static void one_half(detector *d, size_t k)
{
    hc_half_cycle *h = &d->list->at[k];
    hc_ccd_change c;

    hc_ccd_trace_load(&d->tr, h, d->list, d->limits);
    if (d->tr.n < 2) {
        h->r_ohm_m2 = h->r_hat_ohm_m2 = h->z = h->drop_seen_rel = NAN;
        h->verdict = "too-short";
        return;
    }
    hc_ccd_trace_measure(&d->tr, h, d->list);
    if (!d->begun) {
        hc_baseline_begin(&d->base, d->limits,
                          fmax(1e-12, fmax(h->r_head_ohm_m2, h->r_ohm_m2)),
                          d->tr.temp[d->tr.settled], h->j_a_m2);
        d->begun = true;
        d->first_ohm_m2 = fmax(h->r_head_ohm_m2, h->r_ohm_m2);
    }
    expect(d, h);
    judge_leakage(d, h);
    c = hc_ccd_cusum(&d->tr, smallest_drop(d, h), noise_of(d, h),
                     d->limits->alpha);
    h->low_part = c.low_part;
    h->verdict = "safe";
    if (!d->failed && still_forms(d, &c)) {
        begin_again(d, h);
        return;
    }
    if (!d->failed && c.alarm) {
        note_failure(d, k, &c);
        h->low_part = fmax(h->low_part, 0.1);
    }
    if (d->failed) {
        judge_failed(d, k);
        return;
    }
    d->out->detectable_rel = h->drop_seen_rel;
    hc_ccd_trace_rise(&d->tr, h, d->limits);
    judge_runaway(d, k);
    d->sound++;
    d->noise_rel[d->n_noise % NOISE_HALVES] = h->s_rel;
    d->noise_v[d->n_noise++ % NOISE_HALVES] =
        h->s_rel * h->r_ohm_m2 * h->j_a_m2;
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
    hc_ccd_offset(l, limits);
    one_half(d, 0);
    judge_preshort(d);
    for (size_t k = 1; k < l->n; k++)
        one_half(d, k);
    if (out->cls == HC_SHORT_NONE || out->preshort == HC_PRE_YES) {
        out->cls = HC_SHORT_NONE;
        out->fail_half = out->hard_half = 0;
        censor(d);
    } else {
        bool healed =
            d->clean >= CLEAN_HALVES && d->clean_rows >= CLEAN_ROWS;

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
