#include "cycle/gitt_records.h"

#include "core/sort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A textbook method is called biased when it is off by more than this, a
 * rest short when the extrapolation moves E by more than this part of dE_s. */
static const double bias_limit = 0.05;
static const double rest_limit = 0.02;

typedef struct {
    hc_writer *w;
    const hc_gitt_cell *cell;
    const hc_gitt_pulse *p;
    hc_conditions at;
    char x[32];
} block;

static double composition(const hc_gitt_cell *cell, double q_c)
{
    return cell->x0 - q_c / cell->capacity_c;
}

static void put(const block *b, hc_record rec)
{
    snprintf(rec.stoichiometry, sizeof rec.stoichiometry, "%s", b->x);
    hc_records_put(b->w, &rec);
}

static void put_value(const block *b, const char *method, const char *quantity,
                      double value, const char *unit, const char *status)
{
    hc_record rec = hc_record_make(&b->at, method, quantity, value, unit);
    snprintf(rec.status, sizeof rec.status, "%s", status);
    put(b, rec);
}

static const char *d_name(const hc_gitt_cell *cell)
{
    return cell->composite ? "diffusivity_apparent_m2_s" : "diffusivity_m2_s";
}

/* D (when the length is known) and D/L^2. */
static void put_rate(const block *b, const char *method, double rate_s,
                     double sd, double low, double high, const char *status)
{
    double l2 = b->cell->length_m * b->cell->length_m;
    hc_record rec;
    if (isfinite(l2)) {
        rec = hc_record_make(&b->at, method, d_name(b->cell), rate_s * l2,
                             "m2/s");
        rec.std_error = sd * l2;
        rec.ci95_low = low * l2;
        rec.ci95_high = high * l2;
        snprintf(rec.status, sizeof rec.status, "%s", status);
        put(b, rec);
    }
    rec = hc_record_make(&b->at, method, "diffusivity_over_length2_per_s",
                         rate_s, "1/s");
    rec.std_error = sd;
    rec.ci95_low = low;
    rec.ci95_high = high;
    snprintf(rec.status, sizeof rec.status, "%s", status);
    put(b, rec);
}

static bool refused(const hc_gitt_pulse *p)
{
    return (p->flags & HC_GITT_REFUSED) != 0;
}

/* What the surface saw: compositions when they are known, else charges. */
static void put_surface(const block *b, const char *flags)
{
    double low = b->p->surface_low_c, high = b->p->surface_high_c;
    double x = composition(b->cell, high), y = composition(b->cell, low);
    bool known = isfinite(x) && isfinite(y);
    put_value(b, "gitt-fit",
              known ? "surface_stoichiometry_low" : "surface_charge_low_ah",
              known ? x : low / 3600, known ? "-" : "Ah", flags);
    put_value(b, "gitt-fit",
              known ? "surface_stoichiometry_high" : "surface_charge_high_ah",
              known ? y : high / 3600, known ? "-" : "Ah", flags);
}

static void put_fit(const block *b)
{
    const hc_gitt_pulse *p = b->p;
    char flags[64];
    hc_gitt_flag_text(p->flags, flags, sizeof flags);
    if (refused(p) || !(p->rate_s > 0)) {
        put_rate(b, "gitt-fit", NAN, NAN, NAN, NAN, flags);
        return;
    }
    put_rate(b, "gitt-fit", p->rate_s, p->sd_ln * p->rate_s, p->rate_low_s,
             p->rate_high_s, flags);
    put_value(b, "gitt-fit", "pulse_theta", p->theta, "-", flags);
    put_value(b, "gitt-fit", "ohmic_resistance_ohm", p->r0_ohm, "ohm", flags);
    if (p->rct_ohm > 0) {
        put_value(b, "gitt-fit", "charge_transfer_resistance_ohm", p->rct_ohm,
                  "ohm", flags);
        put_value(b, "gitt-fit", "charge_transfer_time_s", p->tct_s, "s",
                  flags);
    }
    put_value(b, "gitt-fit", "residual_rms_volt", p->rms_v, "V", flags);
    put_surface(b, flags);
}

/* Its interval is that of its own scatter; the bias stands beside it. */
static void put_classic(const block *b, const char *method,
                        const hc_gitt_classic *c)
{
    unsigned doubtful = (1u << HC_GITT_BIT_MISFIT) | (1u << HC_GITT_BIT_WIDE) |
                        (1u << HC_GITT_BIT_AT_EDGE);
    bool known = isfinite(c->bias) && (b->p->flags & doubtful) == 0;
    const char *status = !known ? "bias-unknown" : "ok";
    if (!isfinite(c->value))
        return;
    if (known && fabs(c->bias - 1) > bias_limit)
        status = "biased";
    put_rate(b, method, c->value, c->sd_ln * c->value,
             c->value * exp(-1.96 * c->sd_ln), c->value * exp(1.96 * c->sd_ln),
             status);
    if (known)
        put_value(b, method, "bias_ratio", c->bias, "-", status);
}

static bool rest_is_short(const hc_gitt_pulse *p)
{
    double des = p->e_after_v - p->e_before_v;
    return isfinite(p->e_inf_v) &&
           fabs(p->e_inf_v - p->e_after_v) > rest_limit * fabs(des);
}

static void put_rest(const block *b)
{
    const hc_gitt_pulse *p = b->p;
    const char *status = rest_is_short(p) ? "short-rest" : "ok";
    put_value(b, "rest", "ocv_volt", p->e_after_v, "V", status);
    if (isfinite(p->e_inf_v))
        put_value(b, "rest", "ocv_extrapolated_volt", p->e_inf_v, "V", status);
    put_value(b, "rest", "rest_rate_v_s", p->rest_rate_v_s, "V/s", status);
}

static block begin_block(hc_writer *w, const hc_gitt_train *t,
                         const hc_gitt_cell *cell, const hc_conditions *at,
                         const hc_gitt_pulse *p)
{
    const hc_gitt_segment *s = hc_gitt_train_segment(t, p->segment);
    block b = {.w = w, .cell = cell, .p = p, .at = *at, .x = "NaN"};
    double x = composition(cell, p->q_mid_c);
    if (isfinite(x))
        snprintf(b.x, sizeof b.x, "%.6f", x);
    b.at.step_count = (double)p->segment + 1; /* as hc-steps counts */
    b.at.cycle_count = s->cycle_count;
    if (isfinite(s->temperature_celsius))
        b.at.temperature_celsius = s->temperature_celsius;
    b.at.dc_voltage_volt = (p->e_before_v + p->e_after_v) / 2;
    return b;
}

void hc_gitt_put(hc_writer *w, const hc_gitt_train *t, const hc_gitt_result *r,
                 const hc_gitt_cell *cell, const hc_conditions *at,
                 unsigned methods)
{
    for (size_t i = 0; i < r->n_pulses; i++) {
        const hc_gitt_pulse *p = &r->pulse[i];
        block b = begin_block(w, t, cell, at, p);
        if (methods & HC_GITT_FIT)
            put_fit(&b);
        if (methods & HC_GITT_WH) {
            put_classic(&b, "wh-full", &p->wh_full);
            put_classic(&b, "wh", &p->wh_simple);
            put_classic(&b, "wh-slope", &p->wh_slope);
        }
        if (methods & HC_GITT_ICI) {
            put_classic(&b, "ici", &p->ici);
            if (isfinite(p->ici_r_ohm))
                put_value(&b, "ici", "ohmic_resistance_ohm", p->ici_r_ohm,
                          "ohm", "ok");
        }
        put_rest(&b);
    }
    if (cell->two_electrode) {
        hc_record rec =
            hc_record_word(at, "gitt-fit", "counter_electrode", "included");
        hc_records_put(w, &rec);
    }
}

void hc_gitt_put_law(hc_writer *w, const hc_gitt_law *law,
                     const hc_gitt_cell *cell, const hc_conditions *at)
{
    block b = {.w = w, .cell = cell, .at = *at, .x = "NaN"};
    const char *status = law->converged ? "ok" : "not-converged";
    double per_x = -cell->capacity_c / log(10), x, sd = law->sd_ln_rate;
    hc_record rec;
    x = composition(cell, law->q_ref_c);
    if (isfinite(x))
        snprintf(b.x, sizeof b.x, "%.6f", x);
    put_rate(&b, "gitt-law", law->rate_s, sd * law->rate_s,
             law->rate_s * exp(-1.96 * sd), law->rate_s * exp(1.96 * sd),
             status);
    if (!isfinite(per_x)) /* per ampere-hour */
        per_x = 3600 / log(10);
    rec = hc_record_make(&b.at, "gitt-law", "log10_diffusivity_slope",
                         law->slope_c * per_x,
                         isfinite(cell->capacity_c) ? "-" : "1/Ah");
    rec.std_error = law->sd_slope_c * fabs(per_x);
    rec.ci95_low = rec.value - 1.96 * rec.std_error;
    rec.ci95_high = rec.value + 1.96 * rec.std_error;
    snprintf(rec.status, sizeof rec.status, "%s", status);
    put(&b, rec);
    put_value(&b, "gitt-law", "residual_rms_volt", law->rms_v, "V", status);
}

/* ---- Warburg, PITT ---- */

/* Slope dU/dq where the runs' curves pass potential v_v; NaN outside. */
static double slope_at(const hc_gitt_result *r, double v_v)
{
    for (size_t i = 0; i < r->n_runs; i++) {
        const hc_gitt_run *run = &r->run[i];
        for (size_t k = 0; k + 1 < run->n; k++) {
            double a = run->e_inf_v[k], b = run->e_inf_v[k + 1];
            if ((a - v_v) * (b - v_v) <= 0 && a != b)
                return (b - a) / (run->q_c[k + 1] - run->q_c[k]);
        }
    }
    return NAN;
}

static const hc_gitt_pulse *nearest(const hc_gitt_result *r, double v_v)
{
    const hc_gitt_pulse *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < r->n_pulses; i++) {
        const hc_gitt_pulse *p = &r->pulse[i];
        double d = fabs((p->e_before_v + p->e_after_v) / 2 - v_v);
        if (p->flags == 0 && p->rate_s > 0 && d < least) {
            least = d;
            best = p;
        }
    }
    return best;
}

static bool is_warburg(const hc_record *rec)
{
    const char *q = rec->quantity;
    size_t digits = strspn(q + (q[0] == 'W'), "0123456789");
    return q[0] == 'W' && strcmp(q + 1 + digits, "_A") == 0 &&
           rec->value > 0 && strcmp(rec->status, "not-identifiable") != 0;
}

void hc_gitt_put_warburg(hc_writer *w, const hc_gitt_result *r,
                         const hc_gitt_settings *set, const hc_gitt_cell *cell,
                         const hc_conditions *at, const hc_record *records,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const hc_record *rec = &records[i];
        block b = {.w = w, .cell = cell, .at = *at, .x = "NaN"};
        if (!is_warburg(rec))
            continue;
        double v = rec->at.dc_voltage_volt, slope = slope_at(r, v);
        double part = set->shape == HC_DIFFUSION_SPHERE ? 1.0 / 9 : 1;
        double d = slope / (rec->value * sqrt(2));
        double rate = part * d * d, sd = 2 * rec->std_error / rec->value;
        const hc_gitt_pulse *p = nearest(r, v);
        const char *status = !isfinite(v)       ? "no-dc-voltage"
                             : !isfinite(slope) ? "outside-ocv"
                                                : "ok";
        b.at.spectrum_index = rec->at.spectrum_index;
        b.at.dc_voltage_volt = v;
        put_rate(&b, "warburg", rate, sd * rate, rate * (1 - 1.96 * sd),
                 rate * (1 + 1.96 * sd), status);
        if (p != NULL && isfinite(rate))
            put_value(&b, "warburg", "ratio_to_fit", rate / p->rate_s, "-",
                      status);
    }
}

void hc_gitt_put_pitt(hc_writer *w, const hc_pitt_step *step, size_t n,
                      const hc_gitt_cell *cell, const hc_conditions *at)
{
    for (size_t i = 0; i < n; i++) {
        const hc_pitt_step *s = &step[i];
        block b = {.w = w, .cell = cell, .at = *at, .x = "NaN"};
        b.at.step_count = (double)i + 1;
        b.at.cycle_count = s->cycle_count;
        if (isfinite(s->temperature_celsius))
            b.at.temperature_celsius = s->temperature_celsius;
        b.at.dc_voltage_volt = (s->from_v + s->to_v) / 2;
        put_rate(&b, "pitt", s->rate_s, s->sd_ln * s->rate_s, s->low_s,
                 s->high_s, s->status);
        put_value(&b, "pitt", "pulse_theta",
                  s->rate_s * (s->t_off_s - s->t_on_s), "-", s->status);
        put_value(&b, "pitt", "step_charge_ah", s->charge_c / 3600, "Ah",
                  s->status);
        put_value(&b, "pitt", "leakage_current_a", s->leak_a, "A", s->status);
    }
}

/* ---- warnings ---- */

static const hc_gitt_classic *classic_of(const hc_gitt_pulse *p, int which)
{
    const hc_gitt_classic *const all[] = {&p->wh_full, &p->wh_simple,
                                          &p->wh_slope, &p->ici};
    return all[which];
}

static void warn_bias(const hc_gitt_result *r, int which, hc_talk *talk,
                      const char *file)
{
    static const char *const name[] = {"wh-full", "wh", "wh-slope", "ici"};
    double *bias = malloc((r->n_pulses + 1) * sizeof *bias), theta = 0;
    size_t n = 0;
    if (bias == NULL)
        return;
    for (size_t i = 0; i < r->n_pulses; i++) {
        double b = classic_of(&r->pulse[i], which)->bias;
        if (!isfinite(b) || r->pulse[i].flags != 0)
            continue;
        bias[n++] = b;
        theta += r->pulse[i].theta;
    }
    hc_sort_rising(bias, n);
    if (n > 0 && fabs(bias[n / 2] - 1) > bias_limit)
        hc_say_warning(talk, file, 0,
                       "%s gives %.2f times the fitted diffusivity here "
                       "(middle of %zu pulses, D t/L^2 = %.3g)",
                       name[which], bias[n / 2], n, theta / (double)n);
    free(bias);
}

/* D that changes along the train by half and more: a constant D of each
 * pulse is that of where its surface was. */
static void warn_trend(const hc_gitt_result *r, hc_talk *talk,
                       const char *file)
{
    double x0 = 0, y0 = 0, sxx = 0, sxy = 0, syy = 0, k = 0;
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < r->n_pulses; i++) {
        const hc_gitt_pulse *p = &r->pulse[i];
        if (p->flags != 0 || !(p->rate_s > 0))
            continue;
        double x = p->q_mid_c, y = log(p->rate_s), dx = x - x0, dy = y - y0;
        k += 1;
        x0 += dx / k;
        y0 += dy / k;
        sxx += dx * (x - x0);
        syy += dy * (y - y0);
        sxy += dx * (y - y0);
        lo = fmin(lo, x);
        hi = fmax(hi, x);
    }
    double change = fabs(sxy / sxx) * (hi - lo);
    if (k >= 4 && sxy * sxy > 0.8 * sxx * syy && change > log(1.5))
        hc_say_warning(talk, file, 0,
                       "D changes by a factor of %.2g along the train; each "
                       "fit reads it where the surface was (--law fits the "
                       "change)",
                       exp(change));
}

void hc_gitt_warn(const hc_gitt_result *r, unsigned methods, hc_talk *talk,
                  const char *file)
{
    size_t count[HC_GITT_FLAG_COUNT] = {0}, rests = 0;
    for (size_t i = 0; i < r->n_pulses; i++) {
        for (unsigned k = 0; k < HC_GITT_FLAG_COUNT; k++)
            count[k] += (r->pulse[i].flags >> k) & 1u;
        rests += rest_is_short(&r->pulse[i]);
    }
    for (unsigned k = 0; k < HC_GITT_FLAG_COUNT; k++) {
        char word[64];
        hc_gitt_flag_text(1u << k, word, sizeof word);
        if (count[k] > 0 && (methods & HC_GITT_FIT))
            hc_say_warning(talk, file, 0, "%zu of %zu pulses: %s", count[k],
                           r->n_pulses, word);
    }
    if (rests > 0)
        hc_say_warning(talk, file, 0,
                       "%zu of %zu rests ended more than 2 %% of dE_s before "
                       "equilibrium",
                       rests, r->n_pulses);
    if (methods & HC_GITT_FIT)
        warn_trend(r, talk, file);
    for (int which = 0; which < 4; which++)
        if (methods & (which == 3 ? HC_GITT_ICI : HC_GITT_WH))
            warn_bias(r, which, talk, file);
}
