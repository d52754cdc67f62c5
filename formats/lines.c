#include "formats/lines_work.h"

#include "core/decimal.h"
#include "core/scan.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 16 << 20 };

hc_status hc_lines_open(hc_lines **out, hc_source *src, hc_err *err)
{
    const hc_probe *p = &src->probe;
    hc_lines *l = calloc(1, sizeof *l);
    bool wide = hc_is_utf16(p->encoding);
    hc_status st = HC_OK;
    if (l == NULL)
        return hc_fail_nomem(err);
    l->in = src->in;
    l->ends = p->ends;
    l->encoding =
        hc_charset_name(p->encoding) != NULL ? p->encoding : HC_ENC_ASCII;
    if (p->encoding == HC_ENC_UTF8_BOM || wide) {
        l->encoding = p->encoding;
        l->fixed = true;
    }
    if (p->encoding == HC_ENC_UTF8_BOM)
        hc_in_skip(src->in, 3);
    if (wide || p->ends == HC_ENDS_CR) {
        st = hc_decode_open(&l->decoded, src->in, p->encoding, p->ends, err);
        l->in = l->decoded;
    }
    if (st != HC_OK) {
        free(l);
        return st;
    }
    hc_in_set_line_max(l->in, LINE_MAX_BYTES);
    *out = l;
    return HC_OK;
}

void hc_lines_free(hc_lines *l)
{
    if (l == NULL)
        return;
    hc_in_free(l->decoded);
    hc_charset_free(l->charset);
    hc_text_clear(&l->utf8);
    free(l);
}

static bool has_high(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80)
            return true;
    return false;
}

/* A minus sign (U+2212) before a number, as word processors and some programs
 * write it, becomes the minus of ASCII. */
static void plain_minus(hc_lines *l)
{
    static const char sign[] = "\xe2\x88\x92";
    char *from = l->line, *end = l->line + l->len;
    for (;;) {
        char *at = memmem(from, (size_t)(end - from), sign, 3);
        if (at == NULL || end - at < 4)
            return;
        from = at + 3;
        if (!hc_isdigit(*from) && *from != '.' && *from != ',')
            continue;
        *at = '-';
        memmove(at + 1, from, (size_t)(end - from) + 1);
        from -= 2;
        end -= 2;
        l->len -= 2;
    }
}

static hc_status convert(hc_lines *l, hc_err *err)
{
    static const char padding[HC_PADDING];
    if (hc_utf8_valid(l->line, l->len)) {
        if (!l->fixed && l->encoding == HC_ENC_ASCII &&
            has_high(l->line, l->len))
            l->encoding = HC_ENC_UTF8;
        plain_minus(l);
        return HC_OK;
    }
    hc_text_reset(&l->utf8);
    if (hc_charset_name(l->encoding) != NULL) {
        hc_charset_text(&l->charset, l->encoding, &l->utf8, l->line, l->len);
    } else {
        if (!l->fixed)
            l->encoding = HC_ENC_LATIN1;
        hc_latin1_text(&l->utf8, l->line, l->len);
    }
    size_t len = l->utf8.len;
    hc_text_add(&l->utf8, padding, sizeof padding);
    HC_TRY(hc_text_status(&l->utf8, err));
    l->line = l->utf8.data;
    l->len = len;
    return HC_OK;
}

hc_status hc_lines_next(hc_lines *l, char **line, size_t *len, hc_err *err)
{
    if (l->again) {
        l->again = false;
    } else {
        HC_TRY(hc_in_line(l->in, &l->line, &l->len, err));
        if (l->line != NULL) {
            l->number++;
            /* CRLF cut in the middle */
            if (l->len > 0 && l->line[l->len - 1] == '\r')
                l->line[--l->len] = '\0';
            l->plain = !hc_scan_unusual(l->line, l->len);
            if (!l->plain)
                HC_TRY(convert(l, err));
        }
    }
    *line = l->line;
    *len = l->len;
    return HC_OK;
}

void hc_lines_back(hc_lines *l)
{
    l->again = l->line != NULL;
}

long hc_lines_number(const hc_lines *l)
{
    return l->number;
}

bool hc_lines_ended(const hc_lines *l)
{
    return hc_in_line_ended(l->in);
}

hc_status hc_lines_facts(const hc_lines *l, hc_sink *sink, hc_err *err)
{
    HC_TRY(hc_sink_fact(sink, "encoding", hc_encoding_name(l->encoding), err));
    return hc_sink_fact(sink, "line_ends", hc_line_ends_name(l->ends), err);
}

hc_status hc_lines_close(hc_lines *l, hc_status st, hc_sink *sink, hc_err *err)
{
    if (st == HC_OK)
        st = hc_lines_facts(l, sink, err);
    else if (err != NULL && err->line == 0)
        err->line = hc_lines_number(l);
    hc_lines_free(l);
    return st;
}
