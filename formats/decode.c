#include "formats/decode.h"

#include "core/search.h"
#include "formats/sink.h"

#include <stdlib.h>
#include <string.h>

bool hc_utf8_valid(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t i = hc_search_high(s, len);
    while (i < len) {
        unsigned char c = u[i];
        if (c < 0x80) {
            i += hc_search_high(s + i, len - i);
            continue;
        }
        size_t more = c >= 0xC2 && c < 0xE0   ? 1
                      : c >= 0xE0 && c < 0xF0 ? 2
                      : c >= 0xF0 && c < 0xF5 ? 3
                                              : 9;
        if (more == 9 || len - i <= more)
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((u[i + k] & 0xC0) != 0x80)
                return false;
        if ((c == 0xE0 && u[i + 1] < 0xA0) ||
            (c == 0xED && u[i + 1] >= 0xA0) ||
            (c == 0xF0 && u[i + 1] < 0x90) || (c == 0xF4 && u[i + 1] >= 0x90))
            return false;
        i += more + 1;
    }
    return true;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Windows-1252 where it differs from Latin-1 (bytes 0x80 to 0x9F). */
static const uint16_t cp1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
    0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

void hc_latin1_text(hc_text *t, const char *s, size_t len)
{
    char u[4];
    for (size_t i = 0, plain; i < len; i++) {
        plain = i;
        i += hc_search_high(s + i, len - i);
        hc_text_add(t, s + plain, i - plain);
        if (i == len)
            break;
        unsigned char c = (unsigned char)s[i];
        uint32_t code = c < 0xA0 ? cp1252[c - 0x80] : c;
        hc_text_add(t, u, put_utf8(u, code));
    }
}

void hc_latin1_clean(char *to, size_t cap, const char *s, size_t len)
{
    size_t n = 0;
    hc_trim(&s, &len);
    for (size_t i = 0; i < len && s[i] != '\0' && n + 4 < cap; i++) {
        unsigned char c = (unsigned char)s[i];
        uint32_t code = c >= 0x80 && c < 0xA0 ? cp1252[c - 0x80]
                        : c < 0x20            ? ' '
                                              : c;
        n += put_utf8(to + n, code);
    }
    while (n > 0 && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

/* ---- UTF-16 ---- */

typedef struct {
    bool big;
    uint32_t high; /* first half of a pair, 0 none */
    int byte;      /* first byte of a unit, -1 none */
} utf16;

/* Bytes in, at most 3 bytes out for each two (4 for a pair). */
static bool is_big(hc_encoding e)
{
    return e == HC_ENC_UTF16BE || e == HC_ENC_UTF16BE_BARE;
}

static size_t utf16_step(utf16 *u, const char *s, size_t len, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        uint32_t b = (unsigned char)s[i], unit;
        if (u->byte < 0) {
            u->byte = (int)b;
            continue;
        }
        unit =
            u->big ? (uint32_t)u->byte << 8 | b : b << 8 | (uint32_t)u->byte;
        u->byte = -1;
        if (unit >= 0xDC00 && unit < 0xE000 && u->high != 0) {
            n += put_utf8(to + n, 0x10000 + ((u->high - 0xD800) << 10) +
                                      (unit - 0xDC00));
            u->high = 0;
            continue;
        }
        if (u->high != 0)
            n += put_utf8(to + n, 0xFFFD);
        u->high = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
        if (u->high == 0 && unit != 0xFEFF)
            n += put_utf8(to + n,
                          unit >= 0xDC00 && unit < 0xE000 ? 0xFFFD : unit);
    }
    return n;
}

bool hc_is_utf16(hc_encoding e)
{
    return e == HC_ENC_UTF16LE || e == HC_ENC_UTF16LE_BARE || is_big(e);
}

void hc_decode_text(hc_text *t, const char *s, size_t len, hc_encoding e)
{
    utf16 u = {.big = is_big(e), .byte = -1};
    char buf[4096 * 2];
    hc_charset *open = NULL;
    switch (e) {
    case HC_ENC_UTF8_BOM:
        hc_text_add(t, s + 3, len - 3);
        break;
    case HC_ENC_LATIN1:
        hc_latin1_text(t, s, len);
        break;
    case HC_ENC_UTF16LE:
    case HC_ENC_UTF16BE:
    case HC_ENC_UTF16LE_BARE:
    case HC_ENC_UTF16BE_BARE:
        for (size_t i = 0; i < len; i += 4096) {
            size_t take = len - i < 4096 ? len - i : 4096;
            hc_text_add(t, buf, utf16_step(&u, s + i, take, buf));
        }
        break;
    case HC_ENC_GBK:
    case HC_ENC_SHIFT_JIS:
    case HC_ENC_EUC_KR:
    case HC_ENC_CP1251:
    case HC_ENC_CP1250:
    case HC_ENC_CP1254:
    case HC_ENC_BIG5:
        hc_charset_text(&open, e, t, s, len);
        hc_charset_free(open);
        break;
    case HC_ENC_ASCII:
    case HC_ENC_UTF8:
        hc_text_add(t, s, len);
        break;
    }
}

/* ---- as a stream ---- */

enum { CHUNK = 1 << 14 };

typedef struct {
    hc_in *from;
    utf16 u;
    bool is_utf16, is_cr;
    char out[2 * CHUNK];
    size_t at, len;
} decoder;

static hc_status decode_more(decoder *d, hc_err *err)
{
    char raw[CHUNK];
    size_t got;
    HC_TRY(hc_in_read(d->from, raw, sizeof raw, &got, err));
    d->at = 0;
    if (d->is_utf16) {
        d->len = utf16_step(&d->u, raw, got, d->out);
        /* an odd byte or half a pair at the very end */
        if (got == 0 && (d->u.byte >= 0 || d->u.high != 0)) {
            d->len = put_utf8(d->out, 0xFFFD);
            d->u.byte = -1;
            d->u.high = 0;
        } else if (got > 0 && d->len == 0) {
            return decode_more(d, err);
        }
    } else {
        memcpy(d->out, raw, got);
        d->len = got;
    }
    for (size_t i = 0; d->is_cr && i < d->len; i++)
        if (d->out[i] == '\r')
            d->out[i] = '\n';
    return HC_OK;
}

static hc_status decode_read(void *ctx, char *buf, size_t cap, size_t *got,
                             hc_err *err)
{
    decoder *d = ctx;
    if (d->at == d->len)
        HC_TRY(decode_more(d, err));
    *got = d->len - d->at < cap ? d->len - d->at : cap;
    memcpy(buf, d->out + d->at, *got);
    d->at += *got;
    return HC_OK;
}

hc_status hc_decode_open(hc_in **out, hc_in *from, hc_encoding e,
                         hc_line_ends ends, hc_err *err)
{
    decoder *d = calloc(1, sizeof *d);
    hc_status st;
    if (d == NULL)
        return hc_fail_nomem(err);
    d->from = from;
    d->is_utf16 = hc_is_utf16(e);
    d->u = (utf16){.big = is_big(e), .byte = -1};
    d->is_cr = ends == HC_ENDS_CR;
    st = hc_in_custom(out, hc_in_name(from), decode_read, d, free, err);
    if (st != HC_OK)
        free(d);
    return st;
}
