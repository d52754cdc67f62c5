/* dqdv.h: dQ/dV and dV/dQ of one constant-current step
 *
 * The charge of every interval between two rows is laid evenly over the
 * voltages between them, in fine bins that are made coarser afterwards
 * (counts per voltage, LEAN: Feng et al. 2020,
 * 10.1016/j.etran.2020.100051).  Nothing is sorted by voltage, and the sum
 * over the bins is the charge of the step exactly.  Equal voltages stand for
 * the whole quantum of the converter.
 */
#ifndef HC_CYCLE_DQDV_H
#define HC_CYCLE_DQDV_H

#include "core/status.h"
#include "cycle/steps.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { HC_DQDV_LEAN, HC_DQDV_SPLINE } hc_dqdv_method;

typedef struct {
    hc_dqdv_method method;
    double bin_v;      /* NaN: from the quantum and the span */
    long window;       /* Savitzky-Golay, odd, 0: by cross-validation */
    double min_span_v; /* shorter steps are left out (0.02) */
    long min_rows;     /* (20) */
    double prominence; /* of a maximum, relative to the highest (0.01) */
} hc_dqdv_rules;

hc_dqdv_rules hc_dqdv_rules_default(void);

/* One curve on an even grid. */
typedef struct {
    long source, step;
    double cycle;
    int sign;
    size_t n;
    double bin_v, low_v; /* bin k is [low + k bin, low + (k+1) bin] */
    double charge_ah;    /* |Q| of the step */
    double lsb_v;
    double *raw; /* [n] Ah/V, as counted */
    double *y;   /* [n] Ah/V, smoothed, same integral */
    double *sd;  /* [n] standard error of y */
    long window; /* what smoothing used; 0 spline */
    double lambda;
} hc_dqdv_curve;

void hc_dqdv_curve_clear(hc_dqdv_curve *c);

/* ---- collecting while rows stream by ---- */

typedef struct hc_dqdv_bins hc_dqdv_bins;

hc_status hc_dqdv_bins_new(hc_dqdv_bins **out, hc_err *err) HC_MUST_USE;
void hc_dqdv_bins_free(hc_dqdv_bins *b);
/* A row with the step it belongs to. */
void hc_dqdv_bins_row(hc_dqdv_bins *b, const hc_step_row *row);
/* The finished step: *got false when it gives no curve (no constant current,
 * too short). */
hc_status hc_dqdv_bins_take(hc_dqdv_bins *b, const hc_step *step,
                            const hc_dqdv_rules *rules, hc_dqdv_curve *curve,
                            bool *got, hc_err *err) HC_MUST_USE;

/* ---- smoothing ---- */

/* Fill y, sd from raw; sd_raw[n] is the error of the lower edge of a
 * bin. */
hc_status hc_dqdv_smooth(hc_dqdv_curve *c, const double *sd_raw,
                         const hc_dqdv_rules *rules, hc_err *err) HC_MUST_USE;

/* ---- peaks ---- */

enum { HC_DQDV_PEAKS = 12 };

/* A maximum of the curve. */
typedef struct {
    double v, v_sd, height, height_sd, prominence;
} hc_dqdv_max;

/* Maxima from low to high voltage; returns how many (at most
 * HC_DQDV_PEAKS). */
size_t hc_dqdv_maxima(const hc_dqdv_curve *c, const hc_dqdv_rules *rules,
                      hc_dqdv_max *out);

/* Sum of derivatives of logistic functions and a constant, fitted to the
 * cumulated charge Q(V) = sum A/(1 + exp(-(V - V0)/w)) + b V + c. */
typedef struct {
    size_t n;
    double v0[HC_DQDV_PEAKS], v0_sd[HC_DQDV_PEAKS];
    double area_ah[HC_DQDV_PEAKS], area_sd[HC_DQDV_PEAKS];
    double width_v[HC_DQDV_PEAKS], width_sd[HC_DQDV_PEAKS];
    double base_ah_v, rms_ah;
    bool converged;
} hc_dqdv_fit;

/* `peaks` asked for, 0: as many as the BIC supports. */
hc_status hc_dqdv_fit_peaks(hc_dqdv_fit *out, const hc_dqdv_curve *c,
                            const hc_dqdv_rules *rules, size_t peaks,
                            hc_err *err) HC_MUST_USE;

#endif
