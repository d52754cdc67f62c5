/* draw.h: a figure laid out and drawn, written in one of the formats */
#ifndef HC_PLOT_DRAW_H
#define HC_PLOT_DRAW_H

#include "plot/canvas.h"
#include "plot/figure.h"

typedef struct {
    const hc_theme *theme;
    double width_pt, height_pt; /* NaN: the theme's, the figure's */
    double dpi;                 /* of PNG */
    bool no_legend;
} hc_draw_opts;

/* HC_NO when there is nothing that can be drawn, HC_USAGE when the page is
 * too small to hold the figure. */
hc_status hc_draw(const hc_figure *f, const hc_draw_opts *o, hc_picture as,
                  hc_out *out, hc_err *err) HC_MUST_USE;

#endif
