/* nda_head.c: the head of a Neware .nda, before its records */
#include "formats/nda_layout.h"
#include "formats/neware.h"

#include <stdio.h>
#include <string.h>

bool hc_nda_head_read(const hc_probe *p, hc_nda_head *h)
{
    const unsigned char *d = (const unsigned char *)p->data;
    if (p->len < 128)
        return false;
    *h = (hc_nda_head){.version = d[14]};
    if (h->version >= 129) {
        h->begin = hc_le64(d + 82);
        h->length = hc_le64(d + 90);
        if (h->begin == 0) {
            h->begin = 1024;
            h->length = 0;
        }
        if (h->begin >= p->len)
            return false;
        h->sub = d[h->begin] == HC_NDA_DATA ? 1 : 0;
    } else {
        uint32_t device = hc_le32(d + 16);
        h->begin = hc_le32(d + 64);
        h->length = hc_le32(d + 68);
        if (p->len >= 30 && device <= p->len - 30)
            h->fixed_range = (int32_t)hc_le32(d + device + 26);
    }
    return h->begin >= 72 && h->begin <= (uint64_t)1 << 40 &&
           h->length <= (uint64_t)1 << 50;
}

/* A text of fixed width, ended by NUL. */
static hc_status say_text(hc_sink *sink, const hc_probe *p, size_t at,
                          size_t width, const char *key, hc_err *err)
{
    if (at > p->len || p->len - at < width)
        return HC_OK;
    const char *s = p->data + at;
    const char *nul = memchr(s, 0, width);
    size_t len = nul != NULL ? (size_t)(nul - s) : width;
    if (len == 0)
        return HC_OK;
    return hc_sink_metan(sink, key, strlen(key), s, len, err);
}

static hc_status say_layout(hc_sink *sink, int version, hc_err *err)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%d", version);
    return hc_sink_metan(sink, "format version", 14, text, (size_t)n, err);
}

static hc_status say_version(hc_sink *sink, const hc_probe *p, hc_err *err)
{
    static const char *const words[] = {"BTSServer", "BTS_XWJ", "BTS"};
    size_t end = p->len < 8192 ? p->len : 8192;
    for (size_t w = 0; w < 3; w++) {
        size_t n = strlen(words[w]);
        for (size_t i = 0; i + 50 < end; i++)
            if (memcmp(p->data + i, words[w], n) == 0) {
                char text[51];
                size_t k = 0;
                while (k < 50 && (unsigned char)p->data[i + k] >= 0x20 &&
                       (unsigned char)p->data[i + k] < 0x7f) {
                    text[k] = p->data[i + k];
                    k++;
                }
                while (k > 0 && text[k - 1] == ' ')
                    k--;
                text[k] = '\0';
                return hc_sink_fact(sink, "software", text, err);
            }
    }
    return HC_OK;
}

/* Test information of versions up to 29: {u4 begin, u4 length} at 24, the
 * last of its records counts. */
static hc_status say_test(hc_sink *sink, const hc_probe *p, int version,
                          hc_err *err)
{
    const unsigned char *d = (const unsigned char *)p->data;
    size_t size = version >= 29   ? 503
                  : version >= 17 ? 383
                  : version >= 16 ? 343
                  : version >= 11 ? 327
                                  : 211;
    size_t begin = hc_le32(d + 24), length = hc_le32(d + 28);
    if (version >= 129 || begin == 0 || length < size || begin > p->len ||
        length > p->len - begin)
        return HC_OK;
    size_t at = begin + (length / size - 1) * size;
    if (version >= 11) {
        HC_TRY(say_text(sink, p, at + 37, 20, "start time", err));
        HC_TRY(say_text(sink, p, at + 77, 60, "creator", err));
        HC_TRY(say_text(sink, p, at + 137, 90, "sn", err));
        HC_TRY(say_text(sink, p, at + 227, 100, "remarks", err));
    } else {
        HC_TRY(say_text(sink, p, at + 36, 20, "start time", err));
        HC_TRY(say_text(sink, p, at + 76, 15, "creator", err));
        HC_TRY(say_text(sink, p, at + 91, 20, "sn", err));
        HC_TRY(say_text(sink, p, at + 111, 100, "remarks", err));
    }
    if (version >= 17)
        HC_TRY(say_text(sink, p, at + 343, 40, "barcode", err));
    if (version >= 29)
        HC_TRY(say_text(sink, p, at + 383, 60, "test name", err));
    return HC_OK;
}

hc_status hc_nda_head_facts(hc_sink *sink, const hc_probe *p, int version,
                            hc_err *err)
{
    HC_TRY(say_layout(sink, version, err));
    HC_TRY(say_version(sink, p, err));
    return say_test(sink, p, version, err);
}
