#include "formats/text-lines.h"
#include "formats/complex.h"
#include "formats/lines.h"
#include "formats/quantity.h"

#include "core/number.h"
#include "core/text.h"

#include <string.h>

/* Where the line from s on ends when fields in quotes go over several lines
 * ("Time\n(s)",...): at a line end outside of them.  NULL: they do not. */
static const char *joined_end(const char *s, const char *end)
{
    bool open = false;
    for (int i = 0; i < HC_JOINED_LINES; i++) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        if (nl == NULL)
            return NULL;
        hc_quotes q = hc_quotes_after(s, (size_t)(nl - s), open);
        if (q != HC_QUOTES_OPEN)
            return q == HC_QUOTES_ODD ? NULL : nl;
        open = true;
        s = nl + 1;
    }
    return NULL;
}

size_t hc_text_joined(const hc_probe *p, const char *line, size_t len)
{
    const char *stop = memchr(line, '"', len) == NULL
                           ? NULL
                           : joined_end(line, p->text + p->text_len);
    return stop == NULL || stop < line + len ? len : (size_t)(stop - line);
}

size_t hc_text_lines(const hc_probe *p, hc_text_line *lines, size_t cap,
                     bool open)
{
    const char *s = p->text, *end = p->text + p->text_len;
    size_t n = 0, number = 0;
    while (s < end && n < cap) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        const char *stop = nl == NULL ? end : nl, *quote;
        if (nl == NULL && n > 0 && !open)
            break;
        lines[n].looked = false;
        lines[n].number = number++;
        quote = memchr(s, '"', (size_t)(stop - s));
        if (quote != NULL && (quote = joined_end(s, end)) != NULL)
            for (; stop < quote; number++)
                stop = memchr(stop + 1, '\n', (size_t)(end - stop - 1));
        lines[n].s = s;
        lines[n].len = (size_t)(stop - s);
        if (lines[n].len > 0 && stop[-1] == '\r')
            lines[n].len--;
        n++;
        s = stop + 1;
    }
    return n;
}

bool hc_text_is_digits(const hc_cell *c)
{
    const char *s = c->u.s, *end = s + c->len;
    size_t digits = 0;
    s += *s == '-';
    for (; s < end && hc_isdigit(*s); s++)
        digits++;
    s += s < end && *s == '.';
    for (; s < end && hc_isdigit(*s); s++)
        digits++;
    return s == end && digits > 0;
}

hc_text_shape hc_text_look(hc_text_line line, hc_dialect d)
{
    char copy[8192];
    hc_cell cells[HC_TEXT_FIELDS];
    hc_text_shape out = {0};
    size_t len = line.len < sizeof copy ? line.len : sizeof copy, n;
    memcpy(copy, line.s, len);
    n = hc_split(copy, len, d, cells, HC_TEXT_FIELDS);
    if (n > HC_TEXT_FIELDS)
        n = HC_TEXT_FIELDS;
    while (n > 0 && cells[n - 1].type == HC_CELL_NONE)
        n--;
    out.fields = n;
    for (size_t i = 0; i < n; i++) {
        double x;
        char plain[64], unit[HC_QUANTITY_UNIT_SIZE];
        hc_complex_text parts;
        if (cells[i].type == HC_CELL_NONE)
            out.empty++;
        else if (hc_text_is_digits(&cells[i]) ||
                 hc_cell_number(&cells[i], &x) ||
                 hc_respell(cells[i].u.s, cells[i].len, plain, sizeof plain) ||
                 hc_complex_split(cells[i].u.s, cells[i].len, &parts) ||
                 hc_quantity_split(cells[i].u.s, cells[i].len, false, unit))
            out.numbers++;
    }
    return out;
}

bool hc_text_is_blank(hc_text_line line)
{
    hc_trim(&line.s, &line.len);
    return line.len == 0;
}

bool hc_text_is_row(hc_text_shape s)
{
    return s.fields >= 2 && s.numbers >= 2 &&
           2 * (s.numbers + s.empty) >= s.fields;
}

bool hc_text_is_words(hc_text_shape s)
{
    return s.fields >= 2 && s.numbers == 0;
}
