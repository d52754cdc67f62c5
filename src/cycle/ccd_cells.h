/* ccd_cells.h: critical current densities of several cells together
 *
 * Each cell gives an interval [last safe, first failing], open to the right
 * when nothing failed.  From five cells of one protocol up: Weibull by
 * maximum likelihood, logL = sum ln[F(u) - F(l)] + sum ln[1 - F(l)], and the
 * non-parametric estimate of Turnbull (1976, 10.1111/j.2517-6161.1976.tb01597
 * .x).  Midpoints are never averaged.
 */
#ifndef HC_CYCLE_CCD_CELLS_H
#define HC_CYCLE_CCD_CELLS_H

#include "core/records.h"
#include "cycle/ccd_run.h"

enum { HC_CCD_CELLS_MIN = 5 };

typedef struct {
    bool ok;             /* the likelihood has a maximum inside */
    double scale, shape; /* A/m2, 1 */
    double median, median_low, median_high; /* 95 %, from the curvature */
    double shape_sd;                        /* of ln shape */
    double log_likelihood;
} hc_weibull;

/* Fit to n intervals; needs at least two that are closed. */
hc_weibull hc_weibull_fit(const hc_ccd_cell *cells, size_t n);

/* The interval in which Turnbull's distribution function passes one half;
 * high NaN when it does not. */
hc_status hc_turnbull_median(const hc_ccd_cell *cells, size_t n, double *low,
                             double *high, hc_err *err) HC_MUST_USE;

/* Records of every protocol group; nothing for a single cell. */
hc_status hc_ccd_cells_records(hc_writer *w, const hc_ccd_cells *cells,
                               hc_err *err) HC_MUST_USE;

#endif
