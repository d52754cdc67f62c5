/* ccd.h: critical current density of symmetric cells
 *
 * Current densities are I/area (geometric), resistances area-specific
 * (ohm m2): r = (V - V_off)/j - R_lead A.  A test is a list of half cycles,
 * each with a summary and at most HC_CCD_SAMPLES of its samples.
 *
 * Sources of the method: reference values and protocols Kasemchainan 2019
 * (10.1038/s41563-019-0438-9), Sharafi 2016 (10.1016/j.jpowsour.2015.10.053),
 * "Standardizing CCD measurements" 2023 (10.1038/s42004-023-01002-4); soft
 * shorts Menkin 2024 (10.1039/D3FD00101F), Counihan 2024
 * (10.1016/j.joule.2023.11.007).  The detector and its limits are our own
 * and were validated on synthetic data only.
 */
#ifndef HC_CYCLE_CCD_H
#define HC_CYCLE_CCD_H

#include "core/status.h"
#include "cycle/series.h"
#include "cycle/steps.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_CCD_SAMPLES = 512 };

/* Every limit is an option and is printed. */
typedef struct {
    double area_m2;          /* required */
    double area_sd_m2;       /* for the error of j; NaN unknown */
    double r0_ohm_m2;        /* of the pristine cell, NaN unknown */
    double r0_error;         /* relative (0.1) */
    double r0_temperature_c; /* at which r0 was measured, NaN: as the test */
    double floor_ohm_m2;     /* bulk alone, own EIS; NaN unknown */
    double floor_error;      /* relative (0.05) */
    bool floor_elsewhere;    /* from a conductivity of another cell */
    double lead_ohm;         /* leads, subtracted (0) */
    double lithium_m;        /* thickness of one electrode, NaN unknown */
    double settle_s;         /* left out at the start of a half (120) */
    double alpha;            /* false alarm of the CUSUM per sample (1e-6) */
    double drop_min;         /* smallest relative drop looked for (0.03) */
    double hard_ratio;       /* below: hard (0.12) */
    double preshort_ratio;   /* R_1 below this part of r0 (0.3) */
    double runaway_ratio;    /* above: void or contact loss (1.5) */
    double heal_part;        /* within this part for two halves: healed (0.1)*/
    double scatter_floor;    /* of the baseline (0.004) */
    long min_repeats;        /* per level, for CCS and CCP (5) */
    double temperature_c, pressure_pa; /* where the log has none; NaN */
    double ea_ev, ea_sd_ev; /* prior of the activation energy (0.35, 0.17) */
} hc_ccd_limits;

hc_ccd_limits hc_ccd_limits_default(void);

typedef struct {
    float t_s; /* since the half began */
    float i_a, v_v, temp_c;
    float we_v; /* working electrode, NaN without */
} hc_ccd_sample;

typedef struct {
    long k; /* 1, 2, ... */
    int sign;
    hc_step_type type;
    long cycle;
    double start_s, end_s; /* first row, and first row after it */
    double dt_s;           /* sampling */
    double j_a_m2;         /* |median| */
    double q_as_m2;        /* charge per area */
    double q_before_as_m2; /* cumulative |charge| before it */
    double net_as_m2;      /* net charge before it */
    double temp_c, pressure_pa;
    double v_end;
    bool rest_before, eis_before;
    long rows;
    size_t n;
    hc_ccd_sample *samples;
    /* filled by the detector */
    double r_ohm_m2;      /* median of the last quarter */
    double r_head_ohm_m2; /* of the first quarter after settling */
    double s_rel;         /* noise of one sample, relative */
    double n_eff;
    double quantum_rel;   /* of the voltage, relative */
    double sys_rel;       /* error of offset and quantum, relative */
    double r_hat_ohm_m2;  /* expected */
    double sd_hat;        /* relative error of that */
    double z;             /* of ln r against it */
    double drop_seen_rel; /* smallest drop the noise would have shown */
    double low_part;      /* part of the samples that are low */
    double rise, rise_sd; /* of the stripped side within it, relative, NaN
                           * once a drop was found */
    bool rising;          /* convexly and beyond noise */
    const char *verdict;  /* safe, soft, hard, healed, void, first ... */
} hc_half_cycle;

typedef struct {
    hc_half_cycle *at;
    size_t n, cap;
    double offset_v, offset_sd_v;
    double rest_v, rest_sd_v; /* of the rests, NaN without */
    long rests, eis;
    double v_max; /* largest |V| */
    bool has_temp, has_we;
    bool compliance_step; /* current fell at a constant voltage */
} hc_half_list;

void hc_half_list_clear(hc_half_list *l);

/* The half cycles of the next source of a series; *first and *have as in
 * hc_cycles_read.  HC_NO when there is no current. */
hc_status hc_half_list_read(hc_half_list *l, hc_series *series,
                            const hc_ccd_limits *limits,
                            const hc_step_limits *steps, hc_sample *first,
                            bool *have, hc_err *err) HC_MUST_USE;

typedef enum {
    HC_SHORT_NONE,
    HC_SHORT_SOFT,
    HC_SHORT_HARD,
    HC_SHORT_SOFT_HARD,
    HC_SHORT_SOFT_HEALED,
    HC_SHORT_CLASSES
} hc_short_class;

const char *hc_short_class_name(hc_short_class c);

typedef enum { HC_PRE_NO, HC_PRE_YES, HC_PRE_CANNOT_EXCLUDE } hc_preshort;

typedef enum {
    HC_CCD_TIME,       /* constant time per half cycle */
    HC_CCD_CAPACITY,   /* constant areal capacity */
    HC_CCD_ONE_WAY,    /* one-way staircase */
    HC_CCD_RAMP,       /* galvanodynamic ramp */
    HC_CCD_ASYMMETRIC, /* one polarity fixed */
    HC_CCD_SINGLE,     /* one current only */
    HC_CCD_MIXED,
    HC_CCD_PROTOCOLS
} hc_ccd_protocol;

const char *hc_ccd_protocol_name(hc_ccd_protocol p);

typedef struct {
    hc_short_class cls;
    hc_preshort preshort;
    bool runaway, compliance, exhausted, exhaustion_possible;
    long runaway_half;
    hc_ccd_protocol protocol;
    double repeats;             /* half cycles per level and polarity */
    int varied_sign;            /* asymmetric: the polarity that varies */
    double low_a_m2, high_a_m2; /* last safe, first failing (NaN censored) */
    long fail_half, hard_half;  /* 0: none */
    double fail_s, hard_s;
    int fail_sign;
    double q_into_as_m2, q_half_as_m2, cumulative_as_m2;
    double drop_rel;        /* size of the drop at failure */
    double bic_gain;        /* of the change model */
    const char *confidence; /* very-strong strong weak, - none */
    double detectable_rel;  /* smallest drop seen at the highest level */
    long formed_halves;     /* half cycles in which the contact still formed */
    double formed_rel;      /* what the resistance lost in them */
    const char *leakage;    /* shown indicated none - */
    long leakage_half;
    double ea_ev, ea_sd_ev, scatter;
} hc_ccd_result;

/* Judge the half cycles; fills their members too. */
hc_status hc_ccd_judge(hc_ccd_result *out, hc_half_list *l,
                       const hc_ccd_limits *limits, hc_err *err) HC_MUST_USE;

/* Which protocol, and repeats per level. */
void hc_ccd_recognise(hc_ccd_result *out, const hc_half_list *l);

#endif
