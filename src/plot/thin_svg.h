/* thin_svg.h: the same picture in fewer bytes */
#ifndef HC_PLOT_THIN_SVG_H
#define HC_PLOT_THIN_SVG_H

#include "core/text.h"

/* The SVG text that cairo writes, added to *out: coordinates of paths are
 * rounded to a tenth of a unit of the drawing (a record has 5040 of them along
 * its longer side) and stand relative to the point before, what is the rule
 * anyway is left out, colours are hexadecimal.  Whatever is not understood
 * stays as it is. */
void hc_svg_thin(const char *svg, size_t len, hc_text *out);

#endif
