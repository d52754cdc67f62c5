/* words.h: text that must not reach beyond its room */
#ifndef HC_PLOT_WORDS_H
#define HC_PLOT_WORDS_H

#include "plot/canvas.h"

#include <stddef.h>

/* `text` (marked up as hc_canvas_text takes it) into buf; when it is wider
 * than room_pt its middle gives way to an ellipsis, for names of cells and
 * files differ at their ends.  Text with groups ("10^{3}") stays whole. */
void hc_words_fit(hc_canvas *c, double size_pt, double room_pt,
                  const char *text, char *buf, size_t cap);

#endif
