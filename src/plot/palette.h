/* palette.h: colours that colour-blind readers can tell apart, and themes */
#ifndef HC_PLOT_PALETTE_H
#define HC_PLOT_PALETTE_H

#include <stddef.h>

typedef struct {
    unsigned char r, g, b;
    double a; /* 0 transparent .. 1 */
} hc_rgba;

#define HC_BLACK ((hc_rgba){0, 0, 0, 1})
#define HC_WHITE ((hc_rgba){255, 255, 255, 1})
#define HC_GREY  ((hc_rgba){110, 110, 110, 1})

/* The i-th colour of a list of things without order; repeats after eight.
 * M. Okabe, K. Ito, "Color universal design" (2008), yellow left out because
 * it cannot be seen as a line on white. */
hc_rgba hc_palette(size_t i);

/* A colour for t in [0, 1] (clamped): a map of even brightness steps, dark
 * blue to yellow, after viridis (N. Smith, S. van der Walt, 2015). */
hc_rgba hc_colour_map(double t);

hc_rgba hc_rgba_fade(hc_rgba c, double a);

/* Sizes of one use.  Lengths in points. */
typedef struct {
    const char *name;
    double width;               /* of the page */
    double full;                /* of one with figures side by side */
    double text;                /* letters of axes and legends */
    double small_text;          /* notes at points */
    double frame, line, marker; /* line widths; radius of a marker */
    double tick;                /* length of a major tick */
    double gap;                 /* the small distance between things */
} hc_theme;

/* "journal", "slide", "report"; NULL when there is none of that name. */
const hc_theme *hc_theme_find(const char *name);

#endif
