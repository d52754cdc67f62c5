/* occupancy.h: which parts of a panel are taken, on a grid of small cells
 *
 * Curves, markers and words mark the cells they touch; a legend or a note is
 * put where it touches none.
 */
#ifndef HC_PLOT_OCCUPANCY_H
#define HC_PLOT_OCCUPANCY_H

#include "core/status.h"
#include "plot/canvas.h"

typedef struct hc_occupancy hc_occupancy;

/* A free grid over `area`, cells of `cell` points. */
hc_status hc_occupancy_new(hc_occupancy **out, hc_box area, double cell,
                           hc_err *err) HC_MUST_USE;
void hc_occupancy_free(hc_occupancy *o);

void hc_occupancy_segment(hc_occupancy *o, double x0, double y0, double x1,
                          double y1);
void hc_occupancy_box(hc_occupancy *o, hc_box b);
/* The same for words, which no line to other words may cross either. */
void hc_occupancy_words(hc_occupancy *o, hc_box b);
/* Cells of b that are taken; those outside the area count as taken. */
size_t hc_occupancy_count(const hc_occupancy *o, hc_box b);

/* A place for a box of w x h near (x, y) that touches nothing, at least
 * `clear` away, in rings outwards to `reach`, with no words in between.
 * False when there is none. */
bool hc_occupancy_near(const hc_occupancy *o, double x, double y, double w,
                       double h, double clear, double reach, hc_box *out);

/* The corner, edge or middle of the area where a box of w x h touches
 * fewest cells; returns how many. */
size_t hc_occupancy_corner(const hc_occupancy *o, double w, double h,
                           double margin, hc_box *out);

#endif
