/* layout.h: where the panels of a figure stand and what their axes span */
#ifndef HC_PLOT_LAYOUT_H
#define HC_PLOT_LAYOUT_H

#include "plot/canvas.h"
#include "plot/figure.h"
#include "plot/ticks.h"

/* An axis once its range is known.  lo and hi are decimal logarithms on a
 * logarithmic axis; `exponent` is taken out of the labels. */
typedef struct {
    double lo, hi;
    bool log;
    bool reversed;
    int exponent;
    hc_ticks ticks;
    char title[2 * HC_LABEL_SIZE];
} hc_scale;

typedef struct {
    hc_box box; /* the frame */
    hc_scale x, y;
    bool x_labels;
} hc_pane;

typedef struct {
    const hc_theme *theme;
    double width, height; /* page */
    hc_pane *pane;        /* [n] as the figure's panels */
    size_t n;
    hc_box bar; /* colour bar, when the figure has one */
    hc_ticks bar_ticks;
    double head; /* room wanted above the first panel */
} hc_layout;

/* Ranges, then boxes and ticks.  The canvas measures text and may be NULL
 * for a rough first page (its height is what is asked for then).  HC_NO when
 * no curve has a point that could be drawn. */
hc_status hc_layout_ranges(hc_layout *l, const hc_figure *f,
                           hc_err *err) HC_MUST_USE;
void hc_layout_boxes(hc_layout *l, const hc_figure *f, hc_canvas *c);
void hc_layout_clear(hc_layout *l);

/* Height of the page for its width when nobody asks for one. */
double hc_layout_height(const hc_layout *l, const hc_figure *f);

/* Value to points; NaN for what a logarithmic axis cannot show. */
double hc_pane_x(const hc_pane *p, double x);
double hc_pane_y(const hc_pane *p, double y);

#endif
