/* cycle_summary.h: what a list of cycles says as a whole */
#ifndef HC_CYCLE_CYCLE_SUMMARY_H
#define HC_CYCLE_CYCLE_SUMMARY_H

#include "core/records.h"
#include "cycle/cycle_table.h"
#include "cycle/cycles.h"
#include "cycle/knee.h"

/* Cycles of one discharge current (within 3 %). */
typedef struct {
    double current_a;   /* median */
    double capacity_ah; /* median of the last three */
    long cycles, first, last;
    double charge_current_a;
} hc_rate;

typedef struct {
    hc_rate *rates; /* by first appearance */
    size_t n_rates;
    long *rate_of;     /* [n cycles], -1 without discharge */
    double *retention; /* [n cycles] at equal rate, NaN without reference */
    size_t main_rate;  /* the one with most cycles */
    long reference;    /* index of its reference cycle, -1 none */
    double nominal_ah; /* given, or the slowest discharge */
    bool nominal_measured;
    double recovery; /* last group at the first rate over the first */
    long cycle_80;   /* first below 80 % for good, -1 never */
    double mean_ce;  /* of the main rate without the first cycle */
    double first_ce;
    hc_knee knee;
} hc_cycle_summary;

/* `reference` is the number of the cycle that retention refers to, or -1 for
 * the first at each rate that is not the first of the test. */
hc_status hc_cycle_summarise(hc_cycle_summary *out, const hc_cycle_list *l,
                             const hc_cycle_scale *scale, long reference,
                             double min_bic_gain, hc_err *err) HC_MUST_USE;
void hc_cycle_summary_clear(hc_cycle_summary *s);

/* As records; the cell's name from the table's '#: cell'. */
void hc_cycle_summary_records(hc_writer *w, const hc_cycle_summary *s,
                              const hc_cycle_list *l,
                              const hc_cycle_scale *scale, const char *cell,
                              long source);

/* Rates as a table of kind `rates`. */
void hc_rate_table_begin(hc_writer *w);
void hc_rate_table_put(hc_writer *w, const hc_cycle_summary *s, long source);

#endif
