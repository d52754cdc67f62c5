/* dc.h: electronic conductivity and current fraction from DC polarisation
 *
 * Blocking electrodes on both sides: sigma_e = L I / (A U) (W. Pang et al.
 * 2021, table 6), which must be ohmic.  Lithium on one side (Hebb-Wagner):
 *     I = (A RT/(L F)) [ s_e (1 - exp(-FU/RT)) + s_h (exp(FU/RT) - 1) ]
 * (C. Wagner, Z. Elektrochem. 60, 4 (1956); reference/cell-model.md 9).
 * Current fraction of J. Evans, C. A. Vincent, P. G. Bruce, Polymer 28, 2324
 * (1987), eq. 8 of Pang et al.:
 *     t = I_s (U - I_0 R_0) / (I_0 (U - I_s R_s)).
 */
#ifndef HC_CYCLE_DC_H
#define HC_CYCLE_DC_H

#include "cycle/steady.h"

typedef struct {
    double value, sd, low, high;
    const char *status;
} hc_dc_value;

/* One hold as a point of the current-voltage curve. */
typedef struct {
    double u_v;
    hc_steady steady;
} hc_dc_point;

typedef struct {
    size_t used;           /* holds with a steady current */
    size_t growing;        /* holds whose current grows */
    hc_dc_value electrons; /* S/m, upper limit when no hold is steady */
    hc_dc_value holes;     /* S/m, Hebb-Wagner only */
    double cubic;          /* part of the current at the largest voltage that
                              is not ohmic */
} hc_dc_conductivity;

/* factor = L/A in 1/m.  Status: ok, linearity-untested (fewer than three
 * voltages), not-ohmic, upper-limit (the value is the limit), decomposition,
 * inconsistent (the current flows against the voltage).  The leakage of the
 * instrument may have fed all currents alike: it widens every interval. */
hc_dc_conductivity hc_dc_ohmic(const hc_dc_point *p, size_t n,
                               double factor_1_m);
/* The same; not-hebb-wagner when the currents stray from the law by more than
 * they scatter.  Voltages that cannot tell electrons from holes bound each by
 * the whole current. */
hc_dc_conductivity hc_dc_hebb_wagner(const hc_dc_point *p, size_t n,
                                     double factor_1_m, double temperature_k);

typedef struct {
    double u_v;
    double r0_ohm, sd_r0, rs_ohm, sd_rs; /* of the interfaces */
    double total_ohm;                    /* all of the cell before, NaN */
} hc_dc_cell;

typedef struct {
    hc_dc_value fraction;       /* with the first current measured */
    hc_dc_value fraction_ohmic; /* with U / total resistance */
    double i0_a, i0_ohmic_a, is_a;
} hc_dc_fraction;

/* Status: ok (= t+), large-polarisation (above 20 mV), resistance-drift
 * (R changes by more than 20 %), first-current-late (I_0 is below 0.8 of
 * U/R), first-current-high (above 1.2 of it: the interfaces were still being
 * charged, or R is not of this cell), inconsistent (outside 0...1),
 * upper-limit, decomposition. */
hc_dc_fraction hc_dc_bruce_vincent(const hc_steady *s, const hc_dc_cell *c);

#endif
