#include "report/html.h"

#include "core/text.h"

#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void hc_html_text_n(hc_out *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = hc_utf8_letter(s + i, len - i);
        const char *e = entity(s[i]);
        if (n == 0) {
            hc_out_puts(out, "\xEF\xBF\xBD");
            n = 1;
        } else if (e) {
            hc_out_puts(out, e);
        } else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F) {
            hc_out_putc(out, ' ');
        } else {
            hc_out_write(out, s + i, n);
        }
        i += n;
    }
}

void hc_html_text(hc_out *out, const char *s)
{
    hc_html_text_n(out, s, strlen(s));
}

/* ---- pictures ---- */

static bool starts(const char *s, size_t left, const char *word)
{
    size_t n = strlen(word);
    return left >= n && memcmp(s, word, n) == 0;
}

/* What of the tag `<svg ...>` counts inside a page: its view box.  The size
 * is the style's, namespaces and version are those of HTML. */
static size_t put_svg_tag(hc_out *out, const char *svg, size_t left,
                          const char *words)
{
    static const char box[] = "viewBox=\"";
    const char *end = memchr(svg, '>', left);
    size_t tag = end ? (size_t)(end + 1 - svg) : left;
    const char *view = memmem(svg, tag, box, sizeof box - 1);
    const char *stop =
        view ? memchr(view + sizeof box - 1, '"',
                      tag - (size_t)(view + sizeof box - 1 - svg))
             : NULL;
    hc_out_puts(out, "<svg role=\"img\" aria-label=\"");
    hc_html_text(out, words);
    hc_out_puts(out, stop ? "\" " : "\"");
    if (stop)
        hc_out_write(out, view, (size_t)(stop + 1 - view));
    hc_out_putc(out, '>');
    return tag;
}

void hc_html_svg(hc_out *out, const char *svg, size_t len, size_t number,
                 const char *words)
{
    static const char *const names[] = {"id=\"", "href=\"#", "url(#"};
    size_t i = 0;
    while (i < len && !starts(svg + i, len - i, "<svg"))
        i++;
    if (i < len)
        i += put_svg_tag(out, svg + i, len - i, words);
    while (i < len) {
        size_t n = 1;
        for (size_t k = 0; k < 3; k++)
            if (starts(svg + i, len - i, names[k]))
                n = strlen(names[k]);
        hc_out_write(out, svg + i, n);
        if (n > 1)
            hc_out_printf(out, "f%zu-", number);
        i += n;
    }
}
