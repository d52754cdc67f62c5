/* kinds.h: the figures hc-plot can make, one row each */
#ifndef HC_PLOT_KINDS_H
#define HC_PLOT_KINDS_H

#include "plot/figure.h"
#include "plot/input.h"

typedef struct {
    const char *name;    /* "nyquist" */
    const char *purpose; /* one line */
    const char *tables;  /* kinds of tables it takes, separated by blanks */
    hc_status (*build)(const hc_plot_input *in, hc_figure *f, hc_err *err);
} hc_plot_kind;

/* NULL when there is none of that name. */
const hc_plot_kind *hc_plot_find(const char *name);
/* The kinds of a list "nyquist,bode" in its order, *n of them; HC_USAGE for
 * an unknown or missing (NULL) name or more than HC_PLOT_MOST. */
enum { HC_PLOT_MOST = 24 };
hc_status hc_plot_choose(const char *names,
                         const hc_plot_kind *kinds[HC_PLOT_MOST], size_t *n,
                         hc_err *err) HC_MUST_USE;
/* The i-th kind, NULL after the last. */
const hc_plot_kind *hc_plot_at(size_t i);
/* Name of the kind nearest to a wrong one, for "did you mean". */
const char *hc_plot_nearest(const char *name);

/* ---- one file of src/plot each, or several that belong together ---- */
extern const hc_plot_kind hc_plot_arrhenius;
extern const hc_plot_kind hc_plot_ccd;
extern const hc_plot_kind hc_plot_cmp, hc_plot_profile;
extern const hc_plot_kind hc_plot_overpotential, hc_plot_sweep;
extern const hc_plot_kind hc_plot_cycles, hc_plot_rate, hc_plot_steps;
extern const hc_plot_kind hc_plot_dqdv;
extern const hc_plot_kind hc_plot_drt;
extern const hc_plot_kind hc_plot_drt_map, hc_plot_bench;
extern const hc_plot_kind hc_plot_gitt, hc_plot_ocv;
extern const hc_plot_kind hc_plot_groups_kind;
extern const hc_plot_kind hc_plot_harmonics;
extern const hc_plot_kind hc_plot_nyquist, hc_plot_bode;
extern const hc_plot_kind hc_plot_residuals;
extern const hc_plot_kind hc_plot_cv;
extern const hc_plot_kind hc_plot_series;

#endif
