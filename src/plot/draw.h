/* draw.h: figures laid out and drawn, written in one of the formats */
#ifndef HC_PLOT_DRAW_H
#define HC_PLOT_DRAW_H

#include "plot/canvas.h"
#include "plot/figure.h"
#include "plot/layout.h"

typedef struct {
    const hc_theme *theme;
    double width_pt, height_pt; /* NaN: the theme's, the figures' */
    double dpi;                 /* of PNG */
    bool no_legend;
    size_t columns;    /* figures side by side; 0: at most two */
    const char *title; /* above several figures, escaped; NULL none */
} hc_draw_opts;

/* One figure, or several as a grid on one page, row by row, each with its
 * letter: (a), (b) ...  HC_NO when there is nothing that can be drawn,
 * HC_USAGE when the page is too small to hold them. */
hc_status hc_draw(const hc_figure *f, size_t n, const hc_draw_opts *o,
                  hc_picture as, hc_out *out, hc_err *err) HC_MUST_USE;

/* One figure where the canvas begins, in the layout's width, height and head,
 * its ranges known. */
hc_status hc_draw_figure(hc_canvas *c, hc_layout *l, const hc_figure *f,
                         bool no_legend, hc_err *err) HC_MUST_USE;

#endif
