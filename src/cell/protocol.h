/* protocol.h: what is done to the cell, one sentence a line
 *
 *     Charge at 0.1 mA/cm2 until 4.2 V
 *     Hold at 4.2 V until C/50 or for 2 h
 *     Rest for 30 min
 *     Discharge at C/10 for 1 h or until 2.7 V
 *     Charge at 1 mW until 4.2 V          (power; a load: "Load 1 kohm ...")
 *     GITT 10x [charge C/10 10 min, rest 2 h] until 4.2 V
 *     Staircase from 3.6 V to 4.2 V by 50 mV for 10 min
 *     Repeat 3 ... End
 *     Drive FILE                          (test_time_second, current_ampere)
 *
 * Currents as A, mA/cm2, or C-rates; ends as V, current, time, Ah, mAh/cm2
 * or SOC.  '#' begins a comment.  The first end that is met ends the step.
 */
#ifndef HC_CELL_PROTOCOL_H
#define HC_CELL_PROTOCOL_H

#include "cell/system.h"
#include "core/frame.h"

typedef struct {
    hc_control control; /* tables are owned by the protocol */
    const char *type;   /* charge discharge hold rest drive power load */
    double duration_s;  /* NaN: no limit */
    double v_until;     /* reached from below on charge, else from above */
    double i_until;     /* |i| falls to this [A/m2] */
    double q_until;     /* charge of the step [C/m2] */
    double soc_until;
    bool charging;    /* which way v_until is reached */
    bool ends_series; /* GITT: v_until ends all its remaining pulses */
    size_t series;    /* which GITT, 0 none */
    long cycle, line;
    double *time_s, *current; /* [n] owned */
    size_t n;
} hc_sim_step;

typedef struct {
    hc_sim_step *steps;
    size_t n, cap, n_series;
} hc_protocol;

/* Current density that is called 1C: C_rate_base/A, else the capacity of
 * the voltage window in an hour. */
double hc_protocol_c_rate(const hc_cell *cell);

/* Add the sentences of a text ('\n' or ';' between them); name is for
 * messages.  HC_DATA with the line and what was expected. */
hc_status hc_protocol_add(hc_protocol *p, const hc_cell *cell,
                          const char *text, const char *name,
                          hc_err *err) HC_MUST_USE;

/* Replay the current of a measured series; steps by its step_count, or where
 * the current jumps. */
hc_status hc_protocol_like(hc_protocol *p, const hc_cell *cell,
                           const hc_frame *measured, hc_err *err) HC_MUST_USE;

void hc_protocol_clear(hc_protocol *p);

#endif
