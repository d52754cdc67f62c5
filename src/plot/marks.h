/* marks.h: curves and their markers on a pane */
#ifndef HC_PLOT_MARKS_H
#define HC_PLOT_MARKS_H

#include "plot/layout.h"
#include "plot/occupancy.h"

/* One marker; `open` leaves it white inside. */
void hc_draw_marker(hc_canvas *c, hc_mark mark, double x, double y, double r,
                    hc_rgba colour, bool open, double line);

/* Areas and bands of a curve, which lie under all lines. */
hc_status hc_draw_under(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                        hc_err *err) HC_MUST_USE;
void hc_draw_points(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                    const hc_theme *t);
hc_status hc_draw_line(hc_canvas *c, const hc_pane *p, const hc_curve *k,
                       const hc_theme *t, hc_err *err) HC_MUST_USE;
void hc_draw_map(hc_canvas *c, const hc_pane *p, const hc_figure *f,
                 const hc_map *m);

/* The cells that a curve's line and markers cover. */
void hc_occupy_curve(hc_occupancy *o, const hc_pane *p, const hc_curve *k,
                     const hc_theme *t);

#endif
