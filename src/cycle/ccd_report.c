/* ccd_report.c: CCD results as records and as a table of half cycles */
#include "cycle/ccd_report.h"

#include "cycle/ccd_sides.h"

#include <math.h>
#include <stdio.h>

void hc_ccd_limits_write(hc_writer *w, const hc_ccd_limits *l)
{
    hc_writer_meta(w, "ccd_limits",
                   "settle_s=%g alpha=%g drop=%g hard=%g preshort=%g "
                   "runaway=%g heal=%g scatter=%g ea_ev=%g ea_sd_ev=%g "
                   "min_repeats=%ld",
                   l->settle_s, l->alpha, l->drop_min, l->hard_ratio,
                   l->preshort_ratio, l->runaway_ratio, l->heal_part,
                   l->scatter_floor, l->ea_ev, l->ea_sd_ev, l->min_repeats);
    hc_writer_meta(w, "ccd_validated",
                   "on synthetic data only; the limits are halfcell's own");
}

/* Where records of one cell go. */
typedef struct {
    hc_writer *w;
    hc_conditions at;
    const char *method;
} pen;

static void number(const pen *p, const char *quantity, double value,
                   const char *unit, const char *status)
{
    hc_record r = hc_record_make(&p->at, p->method, quantity, value, unit);

    snprintf(r.status, sizeof r.status, "%s", status);
    hc_records_put(p->w, &r);
}

static void word(const pen *p, const char *quantity, const char *text)
{
    hc_record r = hc_record_word(&p->at, p->method, quantity, text);

    hc_records_put(p->w, &r);
}

static void density(const pen *p, const char *quantity, double value,
                    const hc_ccd_limits *l, const char *status)
{
    hc_record r = hc_record_make(&p->at, p->method, quantity, value, "A/m2");

    if (!isnan(l->area_sd_m2) && !isnan(value))
        r.std_error = fabs(value) * l->area_sd_m2 / l->area_m2;
    snprintf(r.status, sizeof r.status, "%s", status);
    hc_records_put(p->w, &r);
}

static void put_contact(const pen *p, const hc_ccd_result *r)
{
    if (r->runaway)
        word(p, "contact",
             r->exhausted             ? "lithium-exhausted"
             : r->exhaustion_possible ? "void-or-exhaustion"
                                      : "runaway");
    if (r->compliance)
        word(p, "contact", "compliance");
    if (!r->runaway && !r->compliance)
        word(p, "contact", "ok");
    if (r->runaway)
        number(p, "contact_half_cycle", (double)r->runaway_half, "1", "ok");
}

static void put_ccd(const pen *p, const hc_ccd_result *r,
                    const hc_ccd_limits *l)
{
    bool failed = r->cls != HC_SHORT_NONE;

    if (r->preshort == HC_PRE_YES) {
        density(p, "ccd_last_safe_a_m2", NAN, l, "pre-shorted");
        density(p, "ccd_first_failing_a_m2", NAN, l, "pre-shorted");
        return;
    }
    density(p, "ccd_last_safe_a_m2", r->low_a_m2, l,
            failed ? "ok" : "right-censored");
    density(p, "ccd_first_failing_a_m2", r->high_a_m2, l,
            failed ? "ok" : "right-censored");
    number(p, "ccd_detectable_drop", r->detectable_rel, "1", "3-sigma");
    if (r->formed_halves > 0) {
        number(p, "formation_half_cycles", (double)r->formed_halves, "1",
               "steady-decline");
        number(p, "formation_drop", r->formed_rel, "1", "steady-decline");
    }
    if (!failed)
        return;
    number(p, "short_half_cycle", (double)r->fail_half, "1", "ok");
    number(p, "short_time_second", r->fail_s, "s", "ok");
    word(p, "short_polarity", r->fail_sign > 0 ? "positive" : "negative");
    number(p, "short_charge_into_half_c_m2", r->q_into_as_m2, "C/m2", "ok");
    number(p, "short_charge_per_half_c_m2", r->q_half_as_m2, "C/m2", "ok");
    number(p, "short_cumulative_charge_c_m2", r->cumulative_as_m2, "C/m2",
           "ok");
    number(p, "short_drop", r->drop_rel, "1", "ok");
    number(p, "short_bic_gain", r->bic_gain, "1", r->confidence);
    if (r->hard_half) {
        number(p, "hard_half_cycle", (double)r->hard_half, "1", "ok");
        number(p, "hard_time_second", r->hard_s, "s", "ok");
    }
}

/* CCS and CCP where the data tell the sides apart, else when the resistance
 * began to rise. */
static void put_sides(const pen *p, const hc_ccd_result *r,
                      const hc_half_list *l, const hc_ccd_limits *limits)
{
    hc_ccd_sides s;
    const char *status, *rise;
    bool failed = r->cls != HC_SHORT_NONE;

    if (r->preshort == HC_PRE_YES)
        return;
    hc_ccd_sides_judge(&s, l, r, limits);
    status = hc_ccd_sides_status(&s);
    rise = s.rise_half ? status : "right-censored";
    word(p, "sides",
         !s.apart  ? "not-apart"
         : s.three ? "third-electrode"
                   : "protocol");
    if (!s.apart) {
        density(p, "interface_degradation_onset_a_m2", s.rise_high_a_m2,
                limits, s.rise_half ? "stripped-side-unknown" : "not-seen");
        number(p, "detectable_rise", s.seen_rel, "1", "4-sigma");
        return;
    }
    /* one pass at a level says only that the limit is no higher */
    density(p, "ccs_last_safe_a_m2",
            s.rise_half && s.few ? (double)NAN : s.rise_low_a_m2, limits,
            rise);
    density(p, "ccs_first_failing_a_m2", s.rise_high_a_m2, limits, rise);
    if (s.rise_half) {
        number(p, "ccs_half_cycle", (double)s.rise_half, "1", "ok");
        number(p, "ccs_charge_per_half_c_m2", s.rise_q_as_m2, "C/m2", "ok");
        number(p, "ccs_rise", s.rise_rel, "1", "ok");
    }
    number(p, "detectable_rise", s.seen_rel, "1", "4-sigma");
    if (failed && !s.short_at_varied)
        status = "at-the-fixed-current";
    else if (!failed)
        status = "right-censored";
    density(p, "ccp_last_safe_a_m2",
            failed && (s.few || !s.short_at_varied) ? (double)NAN
                                                    : r->low_a_m2,
            limits, status);
    density(p, "ccp_first_failing_a_m2",
            failed && s.short_at_varied ? r->high_a_m2 : (double)NAN, limits,
            status);
}

void hc_ccd_records(hc_writer *w, const hc_ccd_result *r,
                    const hc_half_list *l, const hc_ccd_limits *limits,
                    const char *cell, long source)
{
    static const char *const pre[] = {"no", "yes", "cannot-exclude"};
    const hc_half_cycle *at =
        &l->at[r->fail_half > 0 ? (size_t)r->fail_half - 1 : l->n - 1];
    pen p = {w, hc_conditions_none(), "ccd"};

    p.at.source_index = source;
    snprintf(p.at.cell, sizeof p.at.cell, "%s", cell ? cell : "-");
    p.at.temperature_celsius =
        isnan(at->temp_c) ? limits->temperature_c : at->temp_c;
    p.at.pressure_pa =
        isnan(at->pressure_pa) ? limits->pressure_pa : at->pressure_pa;
    word(&p, "class", hc_short_class_name(r->cls));
    word(&p, "pre_shorted", pre[r->preshort]);
    put_contact(&p, r);
    word(&p, "protocol", hc_ccd_protocol_name(r->protocol));
    number(&p, "repeats_per_level", r->repeats, "1", "ok");
    word(&p, "rests_between", l->rests ? "yes" : "no");
    word(&p, "eis_between", l->eis ? "yes" : "no");
    number(&p, "half_cycles", (double)l->n, "1", "ok");
    put_ccd(&p, r, limits);
    put_sides(&p, r, l, limits);
    word(&p, "leakage", r->leakage);
    number(&p, "offset_volt", l->offset_v, "V", "ok");
    number(&p, "baseline_scatter", r->scatter, "1", "ok");
    if (l->has_temp) {
        hc_record e =
            hc_record_make(&p.at, "ccd", "baseline_energy_ev", r->ea_ev, "eV");

        e.std_error = r->ea_sd_ev;
        snprintf(e.status, sizeof e.status, "%s",
                 r->ea_sd_ev > 0.8 * limits->ea_sd_ev ? "prior" : "ok");
        hc_records_put(w, &e);
    }
    number(&p, "initial_resistance_ohm_m2", l->at[0].r_ohm_m2, "ohm m2", "ok");
}

void hc_ccd_table_begin(hc_writer *w)
{
    static const char *const names[] = {
        "source_index",
        "half_cycle",
        "cycle_count",
        "direction",
        "start_time_second",
        "end_time_second",
        "current_density_a_m2",
        "charge_c_m2",
        "cumulative_charge_c_m2",
        "polarisation_resistance_ohm_m2",
        "resistance_error_ohm_m2",
        "expected_resistance_ohm_m2",
        "resistance_ratio",
        "z",
        "detectable_drop",
        "low_part",
        "strip_rise",
        "strip_rise_error",
        "temperature_celsius",
        "pressure_pa",
        "verdict",
    };

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        hc_writer_column(w, names[k]);
}

void hc_ccd_table_put(hc_writer *w, const hc_half_list *l, long source)
{
    for (size_t k = 0; k < l->n; k++) {
        const hc_half_cycle *h = &l->at[k];
        const double x[] = {h->j_a_m2,
                            h->q_as_m2,
                            h->q_before_as_m2 + h->q_as_m2,
                            h->r_ohm_m2,
                            h->r_ohm_m2 * h->s_rel / sqrt(h->n_eff),
                            h->r_hat_ohm_m2,
                            h->r_ohm_m2 / h->r_hat_ohm_m2,
                            h->z,
                            h->drop_seen_rel,
                            h->low_part,
                            h->rise,
                            h->rise_sd,
                            h->temp_c,
                            h->pressure_pa};

        hc_writer_integer(w, source);
        hc_writer_integer(w, h->k);
        hc_writer_integer(w, h->cycle);
        hc_writer_text(w, h->sign > 0 ? "positive" : "negative");
        hc_writer_number(w, h->start_s);
        hc_writer_number(w, h->end_s);
        for (size_t c = 0; c < sizeof x / sizeof *x; c++)
            hc_writer_digits(w, x[c], 10);
        hc_writer_text(w, h->verdict);
        hc_writer_end_row(w);
    }
}
