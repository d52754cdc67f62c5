#include "formats/source.h"

#include "core/search.h"
#include "core/text.h"
#include "formats/decode.h"
#include "formats/generic.h"
#include "formats/gzip.h"
#include "formats/sink.h"
#include "formats/unzip.h"

#include <stdlib.h>
#include <string.h>

/* ---- the probe ---- */

/* UTF-16 without its mark: every other byte of the first line is zero. */
static hc_encoding bare_utf16(const char *s, size_t len)
{
    size_t even = 0, odd = 0, n = len < 64 ? len & ~(size_t)1 : 64;
    for (size_t i = 0; i < n; i += 2) {
        even += s[i] == '\0';
        odd += s[i + 1] == '\0';
    }
    if (n < 16 || (even > 0) == (odd > 0) || 4 * (even + odd) < n)
        return HC_ENC_ASCII;
    for (size_t i = 0; i < n; i += 2)
        if ((unsigned char)s[i + (even > 0)] < 9)
            return HC_ENC_ASCII;
    return even > 0 ? HC_ENC_UTF16BE_BARE : HC_ENC_UTF16LE_BARE;
}

static hc_encoding guess_encoding(const char *s, size_t len, bool whole)
{
    size_t use = len;
    if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
        return HC_ENC_UTF8_BOM;
    if (len >= 2 && memcmp(s, "\xff\xfe", 2) == 0)
        return HC_ENC_UTF16LE;
    if (len >= 2 && memcmp(s, "\xfe\xff", 2) == 0)
        return HC_ENC_UTF16BE;
    if (bare_utf16(s, len) != HC_ENC_ASCII)
        return bare_utf16(s, len);
    if (hc_search_high(s, len) == len)
        return HC_ENC_ASCII;
    /* the probe may end within a character */
    for (int i = 0; !whole && i < 4 && use > 0; i++)
        if (((unsigned char)s[--use] & 0xC0) == 0xC0)
            break;
    if (hc_utf8_valid(s, whole ? len : use))
        return HC_ENC_UTF8;
    return hc_charset_guess(s, len);
}

static hc_line_ends guess_ends(const char *s, size_t len)
{
    const char *lf = memchr(s, '\n', len);
    const char *cr = memchr(s, '\r', len);
    if (lf == NULL)
        return cr == NULL ? HC_ENDS_LF : HC_ENDS_CR;
    return lf > s && lf[-1] == '\r' ? HC_ENDS_CRLF : HC_ENDS_LF;
}

/* Binary data have control bytes from their first line on, or in a good part
 * of the lines; a text may hold a few that were damaged (a disk that lost its
 * power leaves NULs). */
static bool is_binary(const char *s, size_t len)
{
    const char *end = s + len;
    size_t lines = 0, odd = 0;
    size_t first = hc_search_control(s, len);
    if (first == len)
        return false;
    if (memchr(s, '\n', first) == NULL)
        return true;
    while (s < end) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        const char *stop = nl == NULL ? end : nl;
        size_t n = (size_t)(stop - s);
        odd += hc_search_control(s, n) < n;
        lines++;
        s = stop + 1;
    }
    return odd > 1 && 4 * odd > lines;
}

/* Binary files of instruments, which are no text of any encoding, by their
 * first bytes. */
static bool is_known_binary(const char *s, size_t len)
{
    static const struct {
        const char *bytes;
        size_t len;
    } known[] = {
        {"BIO-LOGIC MODULAR FILE", 22}, {"NEWARE", 6},
        {"PK\3\4", 4},                  {"\0\1\0\0Standard ", 13},
        {"\0\0\xff\xff\xff\xfe", 6}, /* of Zahner */
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (len >= known[i].len &&
            memcmp(s, known[i].bytes, known[i].len) == 0)
            return is_binary(s, len);
    return false;
}

/* The text is where the bytes are, if they are UTF-8 with lines as we have
 * them, or no text. */
static bool as_it_stands(hc_probe *p)
{
    size_t mark = p->encoding == HC_ENC_UTF8_BOM ? 3 : 0;
    if (p->encoding != HC_ENC_ASCII && p->encoding != HC_ENC_UTF8 &&
        mark == 0 && !p->binary)
        return false;
    p->text = p->data + mark;
    p->text_len = p->len - mark;
    p->ends = guess_ends(p->text, p->text_len);
    return p->ends != HC_ENDS_CR;
}

static hc_status make_text(hc_source *src, hc_err *err)
{
    hc_probe *p = &src->probe;
    hc_text t = {0};
    hc_decode_text(&t, p->data, p->len, p->encoding);
    hc_text_add(&t, "", 0);
    if (hc_text_status(&t, err) != HC_OK) {
        hc_text_clear(&t);
        return HC_NOMEM;
    }
    if (t.data == NULL && (t.data = hc_strdup("")) == NULL)
        return hc_fail_nomem(err);
    p->ends = guess_ends(t.data, t.len);
    if (p->ends == HC_ENDS_CR)
        for (size_t i = 0; i < t.len; i++)
            if (t.data[i] == '\r')
                t.data[i] = '\n';
    src->owned_text = t.data;
    p->text = t.data;
    p->text_len = t.len;
    return HC_OK;
}

static hc_status look(hc_source *src, hc_err *err)
{
    hc_probe *p = &src->probe;
    const char *data;
    size_t len;
    HC_TRY(hc_in_peek(src->in, HC_PROBE_SIZE, &data, &len, err));
    src->owned = malloc(len + 1);
    if (src->owned == NULL)
        return hc_fail_nomem(err);
    memcpy(src->owned, data, len);
    src->owned[len] = '\0';
    p->data = src->owned;
    p->len = len;
    p->whole = len < HC_PROBE_SIZE;
    p->binary = is_known_binary(p->data, len);
    p->encoding = p->binary ? HC_ENC_LATIN1
                            : guess_encoding(p->data, len, p->whole);
    if (!as_it_stands(p))
        HC_TRY(make_text(src, err));
    if (!p->binary)
        p->binary = is_binary(p->text, p->text_len);
    p->notes = src->owned_notes = calloc(1, sizeof *p->notes);
    return p->notes == NULL ? hc_fail_nomem(err) : HC_OK;
}

bool hc_probe_starts(const hc_probe *p, const char *magic)
{
    size_t n = strlen(magic);
    return p->text_len >= n && memcmp(p->text, magic, n) == 0;
}

bool hc_probe_bytes(const hc_probe *p, size_t at, const void *magic,
                    size_t len)
{
    return at <= p->len && p->len - at >= len &&
           memcmp(p->data + at, magic, len) == 0;
}

bool hc_probe_next(const hc_probe *p, const char **line, size_t *len)
{
    const char *end = p->text + p->text_len, *s = p->text, *nl;
    if (*line != NULL) {
        s = *line + *len;
        nl = memchr(s, '\n', (size_t)(end - s));
        s = nl == NULL ? end : nl + 1;
    }
    if (s >= end)
        return false;
    nl = memchr(s, '\n', (size_t)(end - s));
    *line = s;
    *len = (size_t)((nl == NULL ? end : nl) - s);
    if (*len > 0 && s[*len - 1] == '\r')
        --*len;
    return true;
}

bool hc_probe_line(const hc_probe *p, size_t i, const char **line, size_t *len)
{
    const char *s = NULL;
    size_t n = 0;
    do
        if (!hc_probe_next(p, &s, &n))
            return false;
    while (i-- > 0);
    *line = s;
    *len = n;
    return true;
}

const char *hc_probe_find(const hc_probe *p, const char *word)
{
    return hc_search_word(p->text, p->text_len, word, strlen(word));
}

/* ---- opening ---- */

/* Packed files may hold packed files. */
static hc_status unpack(hc_source *src, hc_err *err)
{
    enum { DEEPEST = 4 };
    for (int i = 0; i < DEEPEST; i++) {
        bool gzip, zip;
        HC_TRY(hc_gunzip_if(&src->in, &gzip, err));
        HC_TRY(hc_unzip_if(&src->in, &zip, err));
        src->gzip |= gzip;
        if (!gzip && !zip)
            return HC_OK;
    }
    return HC_OK;
}

hc_status hc_source_new(hc_source **out, hc_in *in, hc_err *err)
{
    hc_source *src = calloc(1, sizeof *src);
    hc_status st;
    if (src == NULL) {
        hc_in_free(in);
        return hc_fail_nomem(err);
    }
    src->in = in;
    st = unpack(src, err);
    if (st == HC_OK)
        st = look(src, err);
    if (st != HC_OK) {
        hc_source_free(src);
        return st;
    }
    src->name = hc_in_name(src->in);
    *out = src;
    return HC_OK;
}

hc_status hc_source_open(hc_source **out, const char *path, hc_err *err)
{
    hc_in *in;
    HC_TRY(hc_in_open(&in, path, err));
    return hc_source_new(out, in, err);
}

hc_status hc_source_memory(hc_source **out, const void *data, size_t len,
                           const char *name, hc_err *err)
{
    hc_in *in;
    HC_TRY(hc_in_memory(&in, data, len, name, err));
    return hc_source_new(out, in, err);
}

void hc_source_free(hc_source *src)
{
    if (src == NULL)
        return;
    hc_in_free(src->in);
    free(src->owned);
    free(src->owned_text);
    free(src->owned_notes);
    free(src);
}

hc_status hc_source_again(hc_source **out, const hc_source *src, hc_err *err)
{
    hc_source *again = calloc(1, sizeof *again);
    if (again == NULL)
        return hc_fail_nomem(err);
    hc_status st = hc_in_memory(&again->in, src->probe.data, src->probe.len,
                                src->name, err);
    if (st != HC_OK) {
        free(again);
        return st;
    }
    again->probe = src->probe;
    again->name = hc_in_name(again->in);
    *out = again;
    return HC_OK;
}

hc_status hc_source_slurp(hc_source *src, size_t max, char **data, size_t *len,
                          hc_err *err)
{
    char *buf = NULL;
    size_t cap = 0, n = 0, got;
    for (;;) {
        char *grown = hc_grow(buf, &cap, n + (1 << 16) + 1, 1);
        hc_status st;
        if (grown == NULL) {
            free(buf);
            return hc_fail_nomem(err);
        }
        buf = grown;
        st = hc_in_read(src->in, buf + n, cap - n - 1, &got, err);
        if (st != HC_OK) {
            free(buf);
            return st;
        }
        if (got == 0)
            break;
        n += got;
        if (n > max) {
            free(buf);
            return hc_fail_at(err, HC_DATA, src->name, 0,
                              "more than %zu MiB, which no file of this "
                              "format has",
                              max >> 20);
        }
    }
    buf[n] = '\0';
    *data = buf;
    *len = n;
    return HC_OK;
}

const char *hc_encoding_name(hc_encoding e)
{
    switch (e) {
    case HC_ENC_ASCII:
        return "ascii";
    case HC_ENC_UTF8:
        return "utf-8";
    case HC_ENC_UTF8_BOM:
        return "utf-8-sig";
    case HC_ENC_LATIN1:
        return "latin-1";
    case HC_ENC_UTF16LE:
        return "utf-16le with BOM";
    case HC_ENC_UTF16BE:
        return "utf-16be with BOM";
    case HC_ENC_UTF16LE_BARE:
        return "utf-16le";
    case HC_ENC_UTF16BE_BARE:
        return "utf-16be";
    case HC_ENC_GBK:
        return "gbk";
    case HC_ENC_SHIFT_JIS:
        return "shift-jis";
    case HC_ENC_EUC_KR:
        return "euc-kr";
    case HC_ENC_CP1251:
        return "windows-1251";
    case HC_ENC_CP1250:
        return "windows-1250";
    case HC_ENC_CP1254:
        return "windows-1254";
    case HC_ENC_BIG5:
        return "big5";
    }
    return "?";
}

const char *hc_line_ends_name(hc_line_ends e)
{
    return e == HC_ENDS_LF ? "LF" : e == HC_ENDS_CRLF ? "CRLF" : "CR";
}
