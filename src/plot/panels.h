/* panels.h: which tables go into which figure of a page */
#ifndef HC_PLOT_PANELS_H
#define HC_PLOT_PANELS_H

#include "plot/plot.h"

/* One figure of the page; frames are borrowed, arrays its own. */
typedef struct {
    const hc_plot_kind *kind;
    hc_frame **frame;
    const char **label; /* the user's of those tables, or NULL */
    size_t n;
    char spectra[32]; /* the only one, "" for those of the request */
    char title[HC_LABEL_SIZE];
} hc_panel_plan;

typedef struct {
    hc_panel_plan plan[HC_PLOT_MOST];
    size_t n;
} hc_plot_plan;

/* HC_USAGE when a kind finds no table that it takes, or when there would be
 * more than HC_PLOT_MOST figures. */
hc_status hc_plot_plan_make(hc_plot_plan *p, const hc_plot_kind *const *kind,
                            size_t n_kinds, const hc_plot_request *r,
                            hc_frame **frames, size_t n,
                            hc_err *err) HC_MUST_USE;
void hc_plot_plan_clear(hc_plot_plan *p);

#endif
