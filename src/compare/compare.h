/* compare.h: measured against simulated on a common axis */
#ifndef HC_COMPARE_COMPARE_H
#define HC_COMPARE_COMPARE_H

#include "core/frame.h"
#include "core/messages.h"
#include "core/records.h"

typedef enum { HC_AXIS_TIME, HC_AXIS_CAPACITY, HC_AXIS_FREQUENCY } hc_axis;

enum { HC_CMP_PARTS = 6 }; /* overpotentials a simulation may carry */

typedef struct {
    hc_axis axis;
    size_t n;          /* rows of the measurement that could be compared */
    size_t unmatched;  /* outside the simulation */
    double *at;        /* [n] on the axis: s, Ah or Hz */
    double *measured;  /* [n] V, or |Z| ohm */
    double *simulated; /* [n] */
    double *residual;  /* [n] measured - simulated; eis: |dZ| */
    double *re, *im;   /* [n] eis: parts of dZ, else NULL */
    double *soc_slope; /* [n] dV/dsoc of the simulation, or NULL */
    double *part[HC_CMP_PARTS]; /* [n] overpotentials, or NULL */
    long *cycle, *step;         /* [n] -1 unknown */
} hc_comparison;

extern const char *const hc_cmp_part_names[HC_CMP_PARTS];

/* Interpolate the simulation on the measured rows (never outside it).
 * Capacity: of each step, |integral of I dt|.  HC_DATA when columns are
 * missing, HC_NO when nothing overlaps. */
hc_status hc_compare(hc_comparison *out, const hc_frame *measured,
                     const hc_frame *simulated, hc_axis axis,
                     hc_err *err) HC_MUST_USE;
void hc_comparison_clear(hc_comparison *c);

/* Error measures over the rows of one step (-1: all) and cycle (-1). */
typedef struct {
    size_t n;
    double rmse, mae, max_abs, max_at, bias;
    double relative_rmse; /* eis: of |Z| */
} hc_errors;

hc_errors hc_comparison_errors(const hc_comparison *c, long cycle, long step);

/* Constant shift of SOC that brings the simulation nearest; NaN when the
 * simulation has no SOC.  *rmse is what is left. */
double hc_comparison_shift(const hc_comparison *c, double *rmse);
/* Factor on overpotential k that brings it nearest; *rmse what is left. */
double hc_comparison_factor(const hc_comparison *c, size_t k, double *rmse);
/* Capacity of the last common step, simulated/measured - 1 (NaN: none). */
double hc_comparison_capacity(const hc_frame *measured,
                              const hc_frame *simulated);

void hc_comparison_rows(hc_writer *w, const hc_comparison *c);
void hc_comparison_records(hc_writer *w, const hc_comparison *c,
                           double capacity_error);

/* "rmse<10mV", "max<5%", "capacity<2%", joined by commas.  *holds is the
 * verdict; figures are told as notes. */
hc_status hc_comparison_check(const hc_comparison *c, double capacity_error,
                              const char *text, bool *holds, hc_talk *talk,
                              hc_err *err) HC_MUST_USE;

#endif
