/* canvas.h: a page in points that is drawn once and written as SVG, PDF, PNG
 *
 * The only file that speaks to PLplot and cairo.  PLplot draws through its
 * extcairo driver on a recording surface of ours; the record is then played
 * onto the surface of the file, so that all formats have one geometry, every
 * byte goes through a checked stream and no driver opens a file by itself.
 *
 * Coordinates are points (1/72 inch) from the lower left corner of the page.
 * PLplot has one global state: one canvas per process.
 */
#ifndef HC_PLOT_CANVAS_H
#define HC_PLOT_CANVAS_H

#include "core/status.h"
#include "core/stream.h"
#include "plot/palette.h"

#include <stdbool.h>

typedef struct hc_canvas hc_canvas;

typedef enum { HC_PICTURE_SVG, HC_PICTURE_PDF, HC_PICTURE_PNG } hc_picture;

/* A rectangle in points, x0 < x1, y0 < y1. */
typedef struct {
    double x0, y0, x1, y1;
} hc_box;

/* A white page; dpi is that of a PNG.  HC_INTERNAL when PLplot or its cairo
 * driver is missing. */
hc_status hc_canvas_new(hc_canvas **out, double width_pt, double height_pt,
                        hc_picture as, double dpi, hc_err *err) HC_MUST_USE;
void hc_canvas_free(hc_canvas *c);

/* Everything drawn so far, written to `out` (borrowed; its own errors come
 * from hc_out_close).  `title` goes into the PDF's metadata. */
hc_status hc_canvas_write(hc_canvas *c, const char *title, hc_out *out,
                          hc_err *err) HC_MUST_USE;

/* Lines and areas are cut at this box; NULL is the whole page. */
void hc_canvas_clip(hc_canvas *c, const hc_box *box);

/* All coordinates count from this point of the page from now on. */
void hc_canvas_begin_at(hc_canvas *c, double x0, double y0);

void hc_canvas_pen(hc_canvas *c, hc_rgba colour, double width_pt);
/* Lengths of dash and gap for the lines that follow; 0 is solid. */
void hc_canvas_dash(hc_canvas *c, double on_pt, double off_pt);

/* Coordinates must be finite. */
void hc_canvas_line(hc_canvas *c, const double *x, const double *y, size_t n);
void hc_canvas_area(hc_canvas *c, const double *x, const double *y, size_t n);
void hc_canvas_segment(hc_canvas *c, double x0, double y0, double x1,
                       double y1);
void hc_canvas_rectangle(hc_canvas *c, hc_box box, bool filled);
void hc_canvas_circle(hc_canvas *c, double x, double y, double r, bool filled);

/* Text in UTF-8 with the marks ^{raised} _{lowered} ~{italic}; a backslash
 * takes the next byte as it is.  (x, y) is on the base line; `just` 0 starts
 * there, 0.5 centres, 1 ends there.  `up` turns it to read upwards. */
void hc_canvas_text(hc_canvas *c, double x, double y, double size_pt,
                    double just, bool up, const char *text);
double hc_canvas_text_width(hc_canvas *c, double size_pt, const char *text);

/* Any text made fit to be drawn: marks escaped, control characters to blanks,
 * bytes that are no UTF-8 to '?'; cut to cap, always terminated. */
void hc_canvas_escape(const char *text, char *buf, size_t cap);

#endif
