/* figure.h: what is on a figure, before any thought of where
 *
 * A figure kind fills this model with curves and axes in the units the lab
 * reads; draw.h lays it out and draws it.
 */
#ifndef HC_PLOT_FIGURE_H
#define HC_PLOT_FIGURE_H

#include "core/status.h"
#include "plot/palette.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_LABEL_SIZE = 128, HC_NAME_SIZE = 128 };

/* How a curve is drawn; several at once. */
typedef enum {
    HC_LOOK_LINE = 1,   /* through the points, broken at NaN */
    HC_LOOK_POINTS = 2, /* a marker at each */
    HC_LOOK_BAND = 4,   /* area between lo and hi */
    HC_LOOK_ERRORS = 8, /* bars from lo to hi */
    HC_LOOK_STEPS = 16, /* each value holds until the next x */
    HC_LOOK_AREA = 32,  /* filled down to `base` */
    HC_LOOK_DASHED = 64,
    HC_LOOK_OPEN = 128, /* markers without filling */
    HC_LOOK_THIN = 256, /* half the line width */
} hc_look;

typedef enum {
    HC_MARK_CIRCLE,
    HC_MARK_SQUARE,
    HC_MARK_DIAMOND,
    HC_MARK_TRIANGLE,
    HC_MARK_DOWN, /* triangle on its tip */
    HC_MARK_COUNT
} hc_mark;

/* One set of points.  All arrays are owned and [n] long, or NULL. */
typedef struct {
    double *x, *y;
    double *lo, *hi;      /* of y, for bands and error bars */
    unsigned char *solid; /* 1: this marker is filled all the same */
    size_t n;
    unsigned look;
    hc_mark mark;
    double base;
    hc_rgba colour;
    double value;              /* place on the colour bar; NaN: colour */
    char label[HC_LABEL_SIZE]; /* in the legend; empty: not there */
} hc_curve;

/* Words at a point of a curve, put where they hit nothing. */
typedef struct {
    double x, y;
    char text[48];
    hc_rgba colour;
} hc_note;

/* A line across the panel at one value, with words at its end. */
typedef struct {
    double at;
    bool vertical;
    char text[64];
} hc_rule;

typedef struct {
    char title[HC_LABEL_SIZE]; /* "~{Z}\xE2\x80\xB2" */
    char unit[48];             /* "" none */
    bool log;
    bool zero;                  /* keep zero inside */
    bool whole;                 /* counts: no fractions at ticks */
    bool reversed;              /* falls from left to right */
    double lo, hi;              /* wanted limits; NaN: from the data */
    char (*name)[HC_NAME_SIZE]; /* words at 0, 1 ... in place of numbers */
    size_t n_names, cap_names;
} hc_axis;

/* Values on a grid as colours (a map). */
typedef struct {
    double *x, *y; /* [nx], [ny] centres, rising */
    double *v;     /* [ny * nx] */
    size_t nx, ny;
} hc_map;

typedef struct {
    hc_axis x, y;
    hc_curve *curve;
    size_t n_curves, cap_curves;
    hc_note *note;
    size_t n_notes, cap_notes;
    hc_rule *rule;
    size_t n_rules, cap_rules;
    hc_map map;
    bool equal;     /* one length is the same on both axes */
    bool no_legend; /* another panel has the same one */
    double height;  /* weight among the panels above each other */
} hc_panel;

/* Panels stand above each other; with share_x only the last one has numbers
 * and a title on its x axis. */
typedef struct {
    char title[HC_LABEL_SIZE];
    char remark[HC_LABEL_SIZE]; /* small words above the first panel */
    hc_panel *panel;
    size_t n_panels, cap_panels;
    bool share_x;
    double aspect;                 /* height over width of the page; 0 auto;
                                      names of an axis get their room beyond */
    bool wide;                     /* the page of figures side by side */
    char bar_title[HC_LABEL_SIZE]; /* colour bar; empty: none */
    double bar_lo, bar_hi;
    bool bar_log, bar_whole;
} hc_figure;

void hc_figure_clear(hc_figure *f);

/* Edge i of n cells with these centres: between centres i - 1 and i, or half
 * a cell beyond the first (0) and the last (n); of one cell its centre. */
double hc_map_edge(const double *at, size_t n, size_t i, bool log);

/* A new panel, its axes automatic; valid until the next one is added. */
hc_status hc_figure_panel(hc_figure *f, hc_panel **out,
                          hc_err *err) HC_MUST_USE;

/* A new curve of n points, x and y allocated, in the palette's next colour. */
hc_status hc_panel_curve(hc_panel *p, size_t n, unsigned look, hc_curve **out,
                         hc_err *err) HC_MUST_USE;
/* lo and hi of a curve, filled with NaN. */
hc_status hc_curve_errors(hc_curve *c, hc_err *err) HC_MUST_USE;
hc_status hc_curve_solids(hc_curve *c, hc_err *err) HC_MUST_USE;
hc_status hc_panel_note(hc_panel *p, double x, double y, hc_rgba colour,
                        const char *text, hc_err *err) HC_MUST_USE;
hc_status hc_panel_rule(hc_panel *p, double at, bool vertical,
                        const char *text, hc_err *err) HC_MUST_USE;

void hc_axis_title(hc_axis *a, const char *title, const char *unit);

/* Words for the place `at` of an axis (places without are empty), escaped. */
hc_status hc_axis_name(hc_axis *a, size_t at, const char *words,
                       hc_err *err) HC_MUST_USE;

/* Every curve that has a value gets its colour from the bar; the bar's limits
 * come from those values. */
void hc_figure_colour_by_value(hc_figure *f, const char *title);
/* Place 0..1 of a value on the bar. */
double hc_figure_bar_place(const hc_figure *f, double value);

#endif
