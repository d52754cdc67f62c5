/* style.c: the head of the page with its style, its script */
#include "report/html.h"

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
    "td.n,th.n{text-align:right}tbody tr:last-child td{border:0}\n"
    "thead th{background:var(--card);position:sticky;top:0}\n"
    "h3{font-size:1rem;margin:1.4rem 0 .4rem}\n"
    "ul.numbers{list-style:none;padding:0;display:flex;flex-wrap:wrap;"
    "gap:.6rem;columns:auto}ul.numbers a{display:block;padding:.4rem .8rem;"
    "background:var(--card);border:1px solid var(--line);border-radius:6px;"
    "text-decoration:none;color:inherit}ul.numbers strong{font-size:1.3rem;"
    "display:block}\n"
    ".run{margin:.8rem 0}.run p{margin:.2rem 0;font-size:.85rem}"
    ".run pre{margin:.2rem 0}.run:target{outline:2px solid var(--link);"
    "outline-offset:4px}summary{cursor:pointer;padding:.3rem 0}\n"
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
    "@page{size:A4;margin:15mm}\n"
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

/* Opens what a link leads into, sorts a table by the column whose head is
 * pressed, numbers as numbers, and hides the rows that lack the words of its
 * filter. */
static const char script[] =
    "'use strict';\n"
    "function show() {\n"
    "  var to = location.hash && document.getElementById("
    "location.hash.slice(1));\n"
    "  for (var e = to; e; e = e.parentElement)\n"
    "    if (e.tagName === 'DETAILS') e.open = true;\n"
    "  if (to) to.scrollIntoView();\n"
    "}\n"
    "addEventListener('hashchange', show);\n"
    "show();\n"
    "document.querySelectorAll('table.sortable').forEach(function (t) {\n"
    "  var body = t.tBodies[0];\n"
    "  t.querySelectorAll('thead th').forEach(function (th, i) {\n"
    "    var b = document.createElement('button');\n"
    "    b.type = 'button';\n"
    "    b.textContent = th.textContent;\n"
    "    th.textContent = '';\n"
    "    th.appendChild(b);\n"
    "    if (Array.from(body.rows).some(function (r) {\n"
    "      return r.cells[i].className === 'n' && r.cells[i].textContent; "
    "}))\n"
    "      th.className = 'n';\n"
    "    b.addEventListener('click', function () {\n"
    "      var up = th.getAttribute('aria-sort') !== 'ascending';\n"
    "      t.querySelectorAll('thead th').forEach(function (o) {\n"
    "        o.removeAttribute('aria-sort'); });\n"
    "      th.setAttribute('aria-sort', up ? 'ascending' : 'descending');\n"
    "      var rows = Array.from(body.rows);\n"
    "      rows.sort(function (a, b) {\n"
    "        var x = a.cells[i].textContent;\n"
    "        var y = b.cells[i].textContent;\n"
    "        var p = x === '' ? NaN : Number(x);\n"
    "        var q = y === '' ? NaN : Number(y), c;\n"
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
