/* gitt.h: diffusivities from galvanostatic titration
 *
 * A titration is a train of segments: rests, and pulses of constant current.
 * Their edges come from the current, never from the time stamps: a rested
 * sample taken as the first of a pulse moves D by tens of percent in a log
 * that was triggered by voltage.
 *
 * Everything is written in charge instead of composition: the potential is
 * U(q), q the charge passed (positive charges), and the surface of the film
 * or the particles is at
 *     q_s(t) = sum over pulses k of I_k T_k [G(th - th_on,k) - G(th -
 * th_off,k)] with T_k = L^2/D_k, th = integral of D/L^2 dt, and G of
 * fitters/diffusion.h (superposition: D may change from pulse to pulse, not
 * in space).  No area, no molar volume and no capacity enter D/L^2.
 *
 * Sources: W. Weppner, R. A. Huggins, 10.1149/1.2133112; D. W. Dees et al.,
 * 10.1016/j.jpowsour.2008.09.045; Z. Geng et al.,
 * 10.1016/j.electacta.2021.139727; Y.-C. Chien et al.,
 * 10.1038/s41467-023-37989-6 (ICI).
 */
#ifndef HC_CYCLE_GITT_H
#define HC_CYCLE_GITT_H

#include "core/messages.h"
#include "core/status.h"
#include "fitters/diffusion.h"
#include "fitters/monotone.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_GITT_KEEP = 500 }; /* samples kept of a pulse or rest */

/* ---- the train ---- */

typedef struct {
    double t_s, v_v;
} hc_gitt_sample;

/* A stretch of one current: sign 0 is a rest. */
typedef struct {
    int sign;
    double t_on_s, t_off_s;  /* its edges */
    double edge_s;           /* how far the first edge may be off */
    double current_a;        /* mean, charge over duration; 0 at rest */
    double current_spread_a; /* standard deviation of the samples */
    double charge_c;         /* with sign */
    hc_gitt_sample *sample;  /* [n], thinned evenly in sqrt(t - t_on) */
    size_t n;
    size_t rows;                                         /* before thinning */
    double temperature_celsius, cycle_count, step_count; /* NaN unknown */
} hc_gitt_segment;

typedef struct hc_gitt_train hc_gitt_train;

/* One row of a series; step_time_s, temperature, cycle, step may be NaN. */
typedef struct {
    double t_s, i_a, v_v;
    double step_time_s, temperature_celsius, cycle_count, step_count;
} hc_gitt_row;

hc_status hc_gitt_train_new(hc_gitt_train **out, hc_err *err) HC_MUST_USE;
void hc_gitt_train_free(hc_gitt_train *t);

/* Rows in the order of time; file and line are for messages.  HC_DATA when
 * time runs backwards.  Rows without time, current or voltage are skipped
 * and counted. */
hc_status hc_gitt_train_push(hc_gitt_train *t, const hc_gitt_row *row,
                             const char *file, long line,
                             hc_err *err) HC_MUST_USE;

/* After the last row: rests found late are joined, edges placed.  HC_NO when
 * there is no pulse or no rest, HC_DATA when the cell is symmetric. */
hc_status hc_gitt_train_finish(hc_gitt_train *t, const char *file,
                               hc_err *err) HC_MUST_USE;

size_t hc_gitt_train_segments(const hc_gitt_train *t);
const hc_gitt_segment *hc_gitt_train_segment(const hc_gitt_train *t, size_t i);
size_t hc_gitt_train_skipped(const hc_gitt_train *t);
double hc_gitt_train_lsb_v(const hc_gitt_train *t); /* voltage resolution */

/* ---- what can be wrong with one pulse ---- */

#define HC_GITT_FLAGS(X)                                                      \
    X(NOT_CONSTANT, "current-not-constant")                                   \
    X(FEW_POINTS, "few-points")                                               \
    X(FLAT_OCV, "flat-ocv")        /* |dE_s| < 5 lsb, two phases */           \
    X(OUTSIDE, "outside-ocv")      /* surface beyond the rested points */     \
    X(WIDE, "wide-interval")       /* wider than a factor 2 */                \
    X(AT_EDGE, "not-identifiable") /* no minimum inside the scan */           \
    X(AGAINST, "moved-against-current") /* the rested potential did */        \
    X(LATE_POINT, "first-point-late")   /* later than 1 s */                  \
    X(MISFIT, "poor-fit")

typedef enum {
#define X(name, word) HC_GITT_BIT_##name,
    HC_GITT_FLAGS(X)
#undef X
        HC_GITT_FLAG_COUNT
} hc_gitt_bit;

/* Flags with which no fit is tried, and with which no value is given. */
enum {
    HC_GITT_UNFIT = 1 << HC_GITT_BIT_NOT_CONSTANT |
                    1 << HC_GITT_BIT_FEW_POINTS | 1 << HC_GITT_BIT_FLAT_OCV |
                    1 << HC_GITT_BIT_AGAINST,
    HC_GITT_REFUSED = HC_GITT_UNFIT | 1 << HC_GITT_BIT_AT_EDGE
};

/* "ok", or the words of the flags joined by '+', as many as
 * fit. */
void hc_gitt_flag_text(unsigned flags, char *buf, size_t cap);

/* ---- results of one pulse ---- */

typedef struct {
    double value; /* D/L^2, 1/s; times L^2 gives D (R^2 for a sphere) */
    double sd_ln; /* of its logarithm, by its own scatter alone */
    double bias;  /* value the method gives on the fitted curve over the
                     fitted D/L^2; NaN without a fit */
} hc_gitt_classic;

typedef struct {
    size_t segment;               /* of the pulse */
    unsigned flags;               /* of the full fit */
    double q_before_c;            /* charge passed before it */
    double e_before_v, e_after_v; /* rested potentials, ends of the rests */
    double e_inf_v;               /* extrapolated to full relaxation */
    double rest_rate_v_s;         /* dE/dt at the end of the rest */
    double rest_s, pulse_s;
    double rest_u_v; /* standard error of e_after - e_before */
    /* full fit */
    double rate_s;                         /* D/L^2, 1/s */
    double rate_low_s, rate_high_s, sd_ln; /* 95 % interval */
    double theta;                          /* rate * pulse */
    double r0_ohm, rct_ohm, tct_s;         /* rct 0 when not supported */
    double rms_v;
    size_t points;
    double surface_low_c, surface_high_c; /* charge range of the surface */
    double q_mid_c;
    /* beside it */
    hc_gitt_classic wh_full, wh_simple, wh_slope, ici;
    double ici_r_ohm, ici_v; /* (E before - intercept)/I, intercept */
    double end_v, end_s;     /* last sample under current */
    double end_model_v;      /* the fit's value there */
    double ici_slope, ici_slope_model; /* dE/dsqrt(t) after the cut, V/s^0.5 */
} hc_gitt_pulse;

/* Over which time ICI's dE/dt is taken: that under current is right, the
 * wall clock is what the reference implementation takes (auto: wall clock
 * when the rests last less than a tenth of the pulses). */
typedef enum {
    HC_GITT_CLOCK_AUTO,
    HC_GITT_CLOCK_WALL,
    HC_GITT_CLOCK_CURRENT
} hc_gitt_clock;

typedef struct {
    hc_diffusion_shape shape;
    double skip_s;       /* leave out so much after each edge */
    double window_low_s; /* sqrt(t) window of the classical methods */
    double window_high;  /* its end as a part of the pulse */
    double ici_low_s, ici_high_s;
    hc_gitt_clock ici_clock;
    bool fit; /* run the full fit */
} hc_gitt_settings;

hc_gitt_settings hc_gitt_settings_default(void);

/* OCV through rested points, for one run of pulses of one direction. */
typedef struct {
    int sign;
    size_t first_pulse, n_pulses; /* in hc_gitt_result.pulse */
    size_t n;                     /* rested points, n_pulses + 1 */
    double *q_c;                  /* [n] mean charge there */
    double *surface_c;            /* [n] charge of the surface there */
    double *e_v;                  /* [n] rested potential */
    double *u_v;                  /* [n] its standard error */
    double *e_inf_v;              /* [n] extrapolated to q_c */
} hc_gitt_run;

typedef struct {
    hc_gitt_pulse *pulse;
    size_t n_pulses;
    hc_gitt_run *run;
    size_t n_runs;
    double noise_v; /* of the samples, from the rests */
} hc_gitt_result;

hc_status hc_gitt_analyse(const hc_gitt_train *t,
                          const hc_gitt_settings *settings,
                          hc_gitt_result *out, hc_err *err) HC_MUST_USE;
void hc_gitt_result_clear(hc_gitt_result *r);

#endif
