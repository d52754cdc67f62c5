#include "cycle/gitt_records.h"

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
    return (p->flags &
            ((1u << HC_GITT_BIT_FLAT_OCV) | (1u << HC_GITT_BIT_AT_EDGE) |
             (1u << HC_GITT_BIT_FEW_POINTS) |
             (1u << HC_GITT_BIT_NOT_CONSTANT))) != 0;
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
    put_value(b, "gitt-fit", "surface_charge_low_ah", p->surface_low_c / 3600,
              "Ah", flags);
    put_value(b, "gitt-fit", "surface_charge_high_ah",
              p->surface_high_c / 3600, "Ah", flags);
}

static void put_classic(const block *b, const char *method,
                        const hc_gitt_classic *c)
{
    const char *status = "ok";
    if (!isfinite(c->value))
        return;
    if (isfinite(c->bias) && fabs(c->bias - 1) > bias_limit)
        status = "biased";
    else if (!isfinite(c->bias))
        status = "bias-unknown";
    put_rate(b, method, c->value, NAN, NAN, NAN, status);
    if (isfinite(c->bias))
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

static double composition(const hc_gitt_cell *cell, double q_c)
{
    return cell->x0 - q_c / cell->capacity_c;
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

/* ---- warnings ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

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
    qsort(bias, n, sizeof *bias, by_value);
    if (n > 0 && fabs(bias[n / 2] - 1) > bias_limit)
        hc_say_warning(talk, file, 0,
                       "%s gives %.2f times the fitted diffusivity here "
                       "(middle of %zu pulses, D t/L^2 = %.3g)",
                       name[which], bias[n / 2], n, theta / (double)n);
    free(bias);
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
    for (int which = 0; which < 4; which++)
        if (methods & (which == 3 ? HC_GITT_ICI : HC_GITT_WH))
            warn_bias(r, which, talk, file);
}

/* ---- open-circuit curve ---- */

enum { PER_PIECE = 8 };

static hc_status ocv_curve(const hc_gitt_run *run, hc_monotone *out,
                           double *width, hc_err *err)
{
    double *x = malloc(2 * run->n * sizeof *x), *y = x + run->n;
    double least = INFINITY;
    hc_status st;
    if (x == NULL)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < run->n; k++) {
        size_t from = run->sign > 0 ? k : run->n - 1 - k;
        x[k] = run->q_c[from];
        y[k] = run->e_inf_v[from];
        if (k > 0)
            least = fmin(least, x[k] - x[k - 1]);
    }
    *width = least / 4;
    st = hc_monotone_new(out, HC_MONOTONE_SPLINE, x, y, run->n, err);
    free(x);
    return st;
}

/* Beyond the data a composition has a Nernst term that diverges at 0 and 1,
 *     U = U_e + s (x - x_e) + RT/F ln((1 - x)/(1 - x_e))      x > x_e
 *     U = U_e + s (x - x_e) - RT/F ln(x/x_e)                  x < x_e
 * with s such that the slope goes on; without a composition, a line. */
static void tail(hc_writer *w, size_t branch, const char *end, double x_e,
                 double u_e, double slope, double rt_f)
{
    bool high = strcmp(end, "high") == 0;
    if (!(x_e > 0 && x_e < 1) || !isfinite(rt_f)) {
        hc_writer_meta(w, "tail", "%zu %s linear %.10g %.10g %.10g", branch,
                       end, x_e, u_e, slope);
        return;
    }
    slope += high ? rt_f / (1 - x_e) : rt_f / x_e;
    hc_writer_meta(w, "tail", "%zu %s nernst %.10g %.10g %.10g %.10g", branch,
                   end, x_e, u_e, slope, rt_f);
}

/* A run's curve as stoichiometry (or charge in Ah): both ends. */
static void ocv_tails(hc_writer *w, size_t branch, const hc_monotone *m,
                      double width, const hc_gitt_cell *cell, double rt_f)
{
    bool has_x = isfinite(composition(cell, 0));
    for (int end = 0; end < 2; end++) {
        double q = m->x[end == 0 ? 0 : m->n - 1], slope;
        double u = hc_monotone_smooth_at(m, width, q, &slope);
        bool high = has_x ? end == 0 : end == 1;
        tail(w, branch, high ? "high" : "low",
             has_x ? composition(cell, q) : q / 3600, u,
             has_x ? -slope * cell->capacity_c : slope * 3600,
             has_x ? rt_f : (double)NAN);
    }
}

static void ocv_rows(hc_writer *w, size_t branch, int sign,
                     const hc_monotone *m, double width,
                     const hc_gitt_cell *cell)
{
    for (size_t i = 0; i + 1 < m->n; i++)
        for (int k = 0; k < PER_PIECE || (i + 2 == m->n && k == PER_PIECE);
             k++) {
            double q =
                m->x[i] + (m->x[i + 1] - m->x[i]) * k / (double)PER_PIECE;
            double slope, u = hc_monotone_smooth_at(m, width, q, &slope);
            hc_writer_integer(w, (long)branch);
            hc_writer_text(w, sign > 0 ? "charge" : "discharge");
            hc_writer_digits(w, composition(cell, q), 10);
            hc_writer_digits(w, q / 3600, 10);
            hc_writer_digits(w, u, 10);
            hc_writer_digits(w, slope * 3600, 10);
            hc_writer_integer(w, k == 0 || k == PER_PIECE);
            hc_writer_end_row(w);
        }
}

hc_status hc_gitt_put_ocv(hc_writer *w, const hc_gitt_result *r,
                          const hc_gitt_cell *cell, double temperature_k,
                          hc_err *err)
{
    static const char *const names[] = {
        "branch_index", "direction",          "stoichiometry", "charge_ah",
        "voltage_volt", "voltage_slope_v_ah", "rested_point"};
    double rt_f = 8.314462618 * temperature_k / 96485.33212;
    for (int rows = 0; rows < 2; rows++) {
        for (size_t i = 0; rows == 1 && i < sizeof names / sizeof *names; i++)
            hc_writer_column(w, names[i]);
        for (size_t i = 0; i < r->n_runs; i++) {
            hc_monotone m = {0};
            double width = 0;
            hc_status st = ocv_curve(&r->run[i], &m, &width, err);
            if (st != HC_OK)
                return st;
            if (rows == 0)
                ocv_tails(w, i, &m, width, cell, rt_f);
            else
                ocv_rows(w, i, r->run[i].sign, &m, width, cell);
            hc_monotone_clear(&m);
        }
    }
    return HC_OK;
}
