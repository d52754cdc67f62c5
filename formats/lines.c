#include "formats/lines_work.h"

#include "core/decimal.h"
#include "core/scan.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 16 << 20, JOINED_MAX_BYTES = 1 << 20 };

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
    hc_text_clear(&l->joined);
    hc_text_clear(&l->kept);
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

/* ---- fields in quotes over several lines ---- */

static bool ends_field(char c)
{
    return strchr(",;\t|\r\n", c) != NULL;
}

hc_quotes hc_quotes_after(const char *s, size_t len, bool open)
{
    const char *end = s + len;
    for (const char *at = s; at < end; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (at == NULL)
            break;
        if (!open) {
            open = at == s || ends_field(at[-1]);
        } else if (at + 1 < end && at[1] == '"') {
            at++;
        } else {
            if (at + 1 < end && !ends_field(at[1]))
                return HC_QUOTES_ODD;
            open = false;
        }
    }
    return open ? HC_QUOTES_OPEN : HC_QUOTES_CLOSED;
}

/* A line of the file as it is. */
static hc_status read_line(hc_lines *l, hc_err *err)
{
    HC_TRY(hc_in_line(l->in, &l->line, &l->len, err));
    if (l->line == NULL)
        return HC_OK;
    /* CRLF cut in the middle */
    if (l->len > 0 && l->line[l->len - 1] == '\r')
        l->line[--l->len] = '\0';
    l->plain = !hc_scan_unusual(l->line, l->len);
    return l->plain ? HC_OK : convert(l, err);
}

static void give_waiting(hc_lines *l)
{
    const hc_kept_line *k = &l->waiting[l->next++];
    l->line = l->kept.data + k->at;
    l->len = k->len;
    l->plain = k->plain;
    l->open = false;
}

static void keep_waiting(hc_lines *l)
{
    static const char padding[HC_PADDING];
    l->waiting[l->n_waiting++] = (hc_kept_line){l->kept.len, l->len, l->plain};
    hc_text_add(&l->kept, l->line, l->len);
    hc_text_add(&l->kept, padding, sizeof padding);
}

/* The lines that wait as one; a cell of ours holds no line end. */
static hc_status join_waiting(hc_lines *l, hc_err *err)
{
    static const char padding[HC_PADDING];
    hc_text_reset(&l->joined);
    l->plain = true;
    for (int i = 0; i < l->n_waiting; i++) {
        const hc_kept_line *k = &l->waiting[i];
        if (i > 0)
            hc_text_putc(&l->joined, ' ');
        hc_text_add(&l->joined, l->kept.data + k->at, k->len);
        l->plain = l->plain && k->plain;
    }
    l->len = l->joined.len;
    hc_text_add(&l->joined, padding, sizeof padding);
    HC_TRY(hc_text_status(&l->joined, err));
    l->line = l->joined.data;
    l->number += l->n_waiting - 1;
    l->n_waiting = 0;
    return HC_OK;
}

/* Behind a line that was read: up to where its last field in quotes ends. */
static hc_status join(hc_lines *l, hc_err *err)
{
    hc_quotes q = hc_quotes_after(l->line, l->len, false);
    if (q != HC_QUOTES_OPEN)
        return HC_OK;
    hc_text_reset(&l->kept);
    l->next = l->n_waiting = 0;
    keep_waiting(l);
    while (q == HC_QUOTES_OPEN && l->n_waiting < HC_JOINED_LINES &&
           l->kept.len < JOINED_MAX_BYTES) {
        HC_TRY(read_line(l, err));
        if (l->line == NULL)
            break;
        q = hc_quotes_after(l->line, l->len, true);
        keep_waiting(l);
    }
    HC_TRY(hc_text_status(&l->kept, err));
    if (q == HC_QUOTES_CLOSED)
        return join_waiting(l, err);
    bool at_end = l->line == NULL;
    give_waiting(l);
    l->open = at_end;
    return HC_OK;
}

hc_status hc_lines_next(hc_lines *l, char **line, size_t *len, hc_err *err)
{
    if (l->again) {
        l->again = false;
    } else if (l->next < l->n_waiting) {
        give_waiting(l);
        l->number++;
    } else {
        HC_TRY(read_line(l, err));
        if (l->line != NULL) {
            l->number++;
            if (memchr(l->line, '"', l->len) != NULL)
                HC_TRY(join(l, err));
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

size_t hc_lines_at(const hc_lines *l)
{
    return (size_t)l->number - l->again;
}

bool hc_lines_ended(const hc_lines *l)
{
    return !l->open && (l->next < l->n_waiting || hc_in_line_ended(l->in));
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
