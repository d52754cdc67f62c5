/* sweep.h: is the voltage of these rows swept by the instrument?
 *
 * In a sweep (cyclic or linear sweep voltammetry) the voltage is linear in
 * time and the current is what the cell answers: neither level, nor noise,
 * nor itself more linear in time than the voltage, as a current ramp is.
 * A staircase of the voltage is forgiven, whether it has one row a stair or
 * several.  The voltage is that of the working electrode where the table has
 * it.
 */
#ifndef HC_CYCLE_SWEEP_H
#define HC_CYCLE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

/* Rows looked at from one row on, itself among them. */
enum { HC_SWEEP_LOOK = 60 };

/* Consecutive rows of one source. */
typedef struct {
    size_t n;
    double t_s[HC_SWEEP_LOOK + 1], i_a[HC_SWEEP_LOOK + 1];
    double v_v[HC_SWEEP_LOOK + 1];
} hc_sweep_rows;

/* Volt per second of a sweep that holds the first row of these, or 0.
 * Currents of rest_a and below are none. */
double hc_sweep_begins(const hc_sweep_rows *r, double rest_a);

/* Row 0 belongs to a sweep at rate_v_s.  Does it end there, so that row 1 is
 * no longer part of it?  *next_v_s is then the rate of the sweep back, or 0
 * when none follows. */
bool hc_sweep_ends(const hc_sweep_rows *r, double rate_v_s, double *next_v_s);

#endif
