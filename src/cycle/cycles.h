/* cycles.h: cycles out of steps: capacity, efficiency, suspicion of shorts
 */
#ifndef HC_CYCLE_CYCLES_H
#define HC_CYCLE_CYCLES_H

#include "core/status.h"
#include "cycle/steps.h"

#include <stdbool.h>
#include <stddef.h>

/* What the cell is decides which quotient is the coulombic efficiency and
 * with which half a cycle begins: from HC_CELL_ANODE on with the discharge. */
typedef enum {
    HC_CELL_FULL,       /* discharge / charge, charge first */
    HC_CELL_CATHODE,    /* cathode half cell: the same */
    HC_CELL_ANODE_FREE, /* the same: stripping / plating */
    HC_CELL_ANODE,      /* charge (delithiation) / discharge (lithiation) */
    HC_CELL_LI_CU,      /* charge (stripping) / discharge (plating) */
    HC_CELLS_N
} hc_cell_kind;

/* "discharge/charge" or "charge/discharge", with the words of the cell. */
const char *hc_cell_formula(hc_cell_kind kind);

typedef enum {
    HC_COUNT_AUTO,
    HC_COUNT_INSTRUMENT,
    HC_COUNT_CURRENT
} hc_cycle_count;

/* Which charge the capacities and efficiencies are of.  An instrument counts
 * between the rows it logs, so its counters are taken where it has them. */
typedef enum {
    HC_CHARGE_AUTO,
    HC_CHARGE_COUNTERS,
    HC_CHARGE_INTEGRAL
} hc_charge_source;

/* Signs that lithium bridges the cell; a cycle's `suspicion` is their sum. */
enum {
    HC_SUSPECT_VOLTAGE_FALLS = 1, /* in a constant-current charge */
    HC_SUSPECT_NO_CUTOFF = 2,     /* much charge, cutoff not reached */
    HC_SUSPECT_REST_LOSS = 4,     /* voltage lost in the rest after charge */
};

typedef struct {
    hc_cell_kind cell;
    hc_cycle_count count;
    hc_charge_source charge;
    double cutoff_low_v, cutoff_high_v; /* NaN: the largest seen */
    double reach_v;     /* this far from a cutoff it was reached (0.02) */
    double fall_v;      /* fall in CC charge that is suspicious (0.005) */
    double rest_loss_v; /* loss in a rest that is suspicious (0.03) */
} hc_cycle_rules;

hc_cycle_rules hc_cycle_rules_default(void);

/* One half: all steps of one sign, or of its last run. */
typedef struct {
    double ah, wh;                 /* integrated */
    double last_ah;                /* of the last run of that sign only */
    double counter_ah, counter_wh; /* instrument, NaN when it has none */
    double current_a;              /* |median| of the step with most charge */
    double used_ah;   /* of the two the one that efficiencies are made of */
    double best_step_ah, best_step_counter_ah; /* of that step */
    double seconds;
    double v_end; /* last voltage under current */
    double v_min, v_max;
    double nucleation_v; /* first CC step: the dip at its start against the
                          * plateau, or the hump of a charge */
} hc_half;

typedef struct {
    long number; /* as printed in cycle_count */
    long source;
    double instrument_cycle;
    hc_half charge, discharge;
    int first_sign;
    int runs; /* of one sign, within the cycle */
    double ce, integrated_ce, instrument_ce, energy_efficiency;
    double ce_error;  /* what counters and integral differ by, NaN */
    bool by_counters; /* used_ah and ce are the instrument's */
    bool no_low, no_high; /* did not reach the cutoff given */
    double start_s, end_s;
    double temperature_c, pressure_pa;
    double temp_weight; /* s */
    double endpoint_ah; /* net charge at its end: slippage */
    double fall_v;      /* largest fall in a CC charge */
    double rest_loss_v; /* in the rest after charge, NaN none */
    double rest_s;
    unsigned suspicion;
    long line;
} hc_cycle;

typedef struct {
    hc_cycle *at;
    size_t n, cap;
    bool by_instrument; /* which of the two counts it is */
    bool has_counters;
    long counters_differ; /* cycles where they differ by more than 2 % */
    long differ_cycle;    /* number of the first */
    double reservoir_ce; /* Li|Cu, NaN when the protocol is not that */
    long reservoir_cycles;
} hc_cycle_list;

/* The cycles of one source of a series; it is read to its end.  HC_NO when
 * there is no current. */
typedef struct hc_cycler hc_cycler;

hc_status hc_cycler_new(hc_cycler **out, const hc_cycle_rules *rules,
                        const hc_step_limits *limits, hc_err *err) HC_MUST_USE;
void hc_cycler_free(hc_cycler *c);
/* Where to put the next sample so that hc_cycler_push need not copy it. */
hc_sample *hc_cycler_room(hc_cycler *c);
hc_status hc_cycler_push(hc_cycler *c, const hc_sample *s,
                         hc_err *err) HC_MUST_USE;
/* No more samples.  *list is taken by the caller, who clears it. */
hc_status hc_cycler_finish(hc_cycler *c, hc_cycle_list *list,
                           hc_err *err) HC_MUST_USE;
void hc_cycle_list_clear(hc_cycle_list *list);

/* The cycles of the next source of a series.  *have says whether *first
 * holds its first sample already; afterwards, whether *first holds the first
 * sample of yet another source.  Begin with *have false. */
hc_status hc_cycles_read(hc_cycle_list *list, hc_series *series,
                         const hc_cycle_rules *rules,
                         const hc_step_limits *limits, hc_sample *first,
                         bool *have, hc_err *err) HC_MUST_USE;

#endif
