/* fit_pool.h: the descents of one search, shared by its files */
#ifndef HC_FITTERS_FIT_POOL_H
#define HC_FITTERS_FIT_POOL_H

#include "fitters/fit_shapes.h"

enum {
    POOL = 1024,
    PLAIN_STEPS = 25,
    SECOND_STEPS = 25,
    FINISH_STEPS = 60,
    POLISH_STEPS = 200
};

/* Relative gain at which a descent of the search ends. */
#define SEARCH_GAIN 1e-6

typedef struct {
    hc_lm_state lm;
    uint64_t negative;
    double gain; /* promised by the sizes: the cost is the norm less it */
    bool independent, finished, expanded;
    bool merged; /* on its way to a minimum that another one reached */
} candidate;

typedef struct {
    hc_fit *f;
    library lib;
    hc_random rng;
    hc_fit_effort effort;
    candidate *pool;
    int n;
    double best;
    bool patient; /* there must be a better minimum */
} search;

/* A place in the pool for a descent from `at`; NULL when it is full. */
candidate *pool_add(search *s, const start_point *at, bool independent);

/* `steps` more steps; long descents follow curved valleys. */
void pool_run(search *s, candidate *c, int steps, double gain);

/* Has this descent come close to a minimum that is already finished?  Equal
 * arcs may have changed places. */
bool pool_knows(const search *s, const candidate *c);

/* Is this cost within `ratio` of that of a minimum?  Where the data have
 * hardly any noise, a start on its way to the bottom is far above it for long:
 * residuals of a thousandth are near enough. */
bool pool_near(const search *s, double cost, double ratio, double base);

/* Further down, unless it is hopeless or on its way to a known minimum. */
void pool_go_on(search *s, candidate *c);

/* Nothing is left to gain. */
bool pool_done(const search *s);

/* The best minima that differ in cost, up to max; indices to which[]. */
int pool_minima(search *s, int max, int *which);

/* The same after the first `max` of them are finished. */
int pool_finish(search *s, int max, int *which);

/* Independent starts, and how many of them ended at the cost `best`. */
int pool_agreement(const search *s, double best, int *starts);

/* Equal arcs by time constant, in the order of the circuit. */
void fit_sort_arcs(const hc_fit *f, double *y, uint64_t *negative);

/* An exponent near 0, a time far outside of the window, a resistance that
 * vanished. */
bool fit_is_degenerate(const hc_fit *f, const double *y, const double *p);

/* Polish the best, describe it and the others. */
void fit_report_search(search *s, hc_fit_result *r);

#endif
