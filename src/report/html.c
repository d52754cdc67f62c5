#include "report/html.h"

#include <string.h>

/* Bytes of the UTF-8 letter at s, 0 when there is none (RFC 3629). */
static size_t letter(const unsigned char *s, size_t left)
{
    size_t n = s[0] < 0x80   ? 1
               : s[0] < 0xC2 ? 0
               : s[0] < 0xE0 ? 2
               : s[0] < 0xF0 ? 3
               : s[0] < 0xF5 ? 4
                             : 0;
    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] >= 0xA0) ||
        (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] >= 0x90))
        return 0;
    return n;
}

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
        size_t n = letter((const unsigned char *)s + i, len - i);
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

static const char style[] =
    ":root{--ink:#1c2126;--soft:#5b6570;--page:#fff;--card:#f6f7f9;"
    "--line:#d9dee3;--link:#0072b2;--good:#00704f;--bad:#b03a00}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa5b0;"
    "--page:#15191d;--card:#1e242a;--line:#333c45;--link:#56b4e9;"
    "--good:#4fc79a;--bad:#ff9a5c}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:70rem;padding:1rem;color:var(--ink);"
    "background:var(--page);font:16px/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}\n"
    "h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.2rem;"
    "margin:2.2rem 0 .5rem;border-top:1px solid var(--line);"
    "padding-top:1.2rem}\n"
    "a{color:var(--link)}nav ul{padding-left:1.2rem;columns:18rem}\n"
    ".row{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start;"
    "margin:1rem 0}\n"
    "figure{margin:0;flex:1 1 "
    "20rem;min-width:0;max-width:34rem;background:#fff;border:1px solid "
    "var(--line);border-radius:6px;padding:.5rem}\n"
    "figure svg{display:block;width:100%;height:auto}\n"
    "figcaption{color:#444;font-size:.85rem}\n"
    ".wide{overflow-x:auto;border:1px solid var(--line);border-radius:6px}\n"
    "table{border-collapse:collapse;width:100%;font-size:.88rem;"
    "font-variant-numeric:tabular-nums;overflow-wrap:normal}\n"
    "th,td{padding:.3rem .6rem;text-align:left;white-space:nowrap;"
    "border-bottom:1px solid var(--line)}\n"
    "td.n{text-align:right}tbody tr:last-child td{border:0}\n"
    "thead th{background:var(--card);position:sticky;top:0}\n"
    "th button{all:unset;cursor:pointer;font-weight:600}\n"
    "th button:focus-visible{outline:2px solid var(--link)}\n"
    "th[aria-sort=ascending] button::after{content:' \\2191'}\n"
    "th[aria-sort=descending] button::after{content:' \\2193'}\n"
    "input.filter{font:inherit;width:100%;max-width:20rem;margin:.5rem 0;"
    "padding:.3rem .6rem;color:inherit;background:var(--card);"
    "border:1px solid var(--line);border-radius:6px}\n"
    ".ok{color:var(--good)}.no{color:var(--bad);font-weight:600}\n"
    ".soft,summary{color:var(--soft);font-size:.9rem}\n"
    "pre{background:var(--card);padding:.6rem;border-radius:6px;"
    "white-space:pre-wrap;font-size:.8rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;"
    "gap:.1rem 1rem;font-size:.9rem}dt{color:var(--soft)}dd{margin:0}\n"
    "@media print{:root{--ink:#000;--soft:#444;--page:#fff;--card:#fff;"
    "--line:#bbb}body{max-width:none;font-size:10pt}nav,input.filter"
    "{display:none}.wide{overflow:visible}figure,tr{break-inside:avoid}"
    "h2{break-after:avoid}}\n";

void hc_html_begin(hc_out *out, const char *title)
{
    hc_out_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                     "<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, "
                     "initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>");
    hc_html_text(out, title);
    hc_out_puts(out, "</title>\n<style>\n");
    hc_out_puts(out, style);
    hc_out_puts(out, "</style>\n</head>\n<body>\n<h1>");
    hc_html_text(out, title);
    hc_out_puts(out, "</h1>\n");
}

/* Sorts a table by the column whose head is pressed, numbers as numbers, and
 * hides the rows that lack the words of its filter. */
static const char script[] =
    "'use strict';\n"
    "document.querySelectorAll('table.sortable').forEach(function (t) {\n"
    "  var body = t.tBodies[0];\n"
    "  t.querySelectorAll('thead th').forEach(function (th, i) {\n"
    "    var b = document.createElement('button');\n"
    "    b.type = 'button';\n"
    "    b.textContent = th.textContent;\n"
    "    th.textContent = '';\n"
    "    th.appendChild(b);\n"
    "    b.addEventListener('click', function () {\n"
    "      var up = th.getAttribute('aria-sort') !== 'ascending';\n"
    "      t.querySelectorAll('thead th').forEach(function (o) {\n"
    "        o.removeAttribute('aria-sort'); });\n"
    "      th.setAttribute('aria-sort', up ? 'ascending' : 'descending');\n"
    "      var rows = Array.from(body.rows);\n"
    "      rows.sort(function (a, b) {\n"
    "        var x = a.cells[i].dataset.v || a.cells[i].textContent;\n"
    "        var y = b.cells[i].dataset.v || b.cells[i].textContent;\n"
    "        var p = parseFloat(x), q = parseFloat(y), c;\n"
    "        if (isNaN(p) && isNaN(q)) c = x < y ? -1 : x > y ? 1 : 0;\n"
    "        else if (isNaN(p)) return 1;\n"
    "        else if (isNaN(q)) return -1;\n"
    "        else c = p - q;\n"
    "        return up ? c : -c;\n"
    "      });\n"
    "      rows.forEach(function (r) { body.appendChild(r); });\n"
    "    });\n"
    "  });\n"
    "  var f = document.createElement('input');\n"
    "  f.type = 'search';\n"
    "  f.className = 'filter';\n"
    "  f.placeholder = 'filter rows';\n"
    "  f.setAttribute('aria-label', 'filter rows');\n"
    "  f.addEventListener('input', function () {\n"
    "    var words = f.value.toLowerCase().split(/\\s+/);\n"
    "    Array.from(body.rows).forEach(function (r) {\n"
    "      var text = r.textContent.toLowerCase();\n"
    "      r.hidden = !words.every(function (w) {\n"
    "        return text.includes(w); });\n"
    "    });\n"
    "  });\n"
    "  t.parentNode.parentNode.insertBefore(f, t.parentNode);\n"
    "});\n";

void hc_html_end(hc_out *out)
{
    hc_out_puts(out, "<script>\n");
    hc_out_puts(out, script);
    hc_out_puts(out, "</script>\n</body>\n</html>\n");
}

/* ---- pictures ---- */

static bool starts(const char *s, size_t left, const char *word)
{
    size_t n = strlen(word);
    return left >= n && memcmp(s, word, n) == 0;
}

void hc_html_svg(hc_out *out, const char *svg, size_t len, size_t number,
                 const char *words)
{
    static const char *const names[] = {"id=\"", "href=\"#", "url(#"};
    size_t i = 0;
    while (i < len && !starts(svg + i, len - i, "<svg"))
        i++;
    if (i < len) {
        hc_out_puts(out, "<svg role=\"img\" aria-label=\"");
        hc_html_text(out, words);
        hc_out_puts(out, "\"");
        i += strlen("<svg");
    }
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
