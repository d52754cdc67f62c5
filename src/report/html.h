/* html.h: pieces of a self-contained page */
#ifndef HC_REPORT_HTML_H
#define HC_REPORT_HTML_H

#include "core/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* Text as text: & < > " ' and control characters can do nothing, bytes that
 * are no UTF-8 become U+FFFD. */
void hc_html_text(hc_out *out, const char *s);
void hc_html_text_n(hc_out *out, const char *s, size_t len);

/* The top of the page with its style, the end with its script. */
void hc_html_begin(hc_out *out, const char *title);
void hc_html_end(hc_out *out);

/* An SVG document as part of the page: without its XML line, its ids made
 * unique by `number`, its words for those who cannot see it. */
void hc_html_svg(hc_out *out, const char *svg, size_t len, size_t number,
                 const char *words);

#endif
