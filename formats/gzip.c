#include "formats/gzip.h"

#include "formats/sink.h"

#include <stdlib.h>
#include <zlib.h>

enum { CHUNK = 1 << 15 };

typedef struct {
    hc_in *from;
    z_stream z;
    unsigned char raw[CHUNK];
    bool between; /* at the end of a member */
} gunzip;

static void gunzip_free(void *ctx)
{
    gunzip *g = ctx;
    inflateEnd(&g->z);
    hc_in_free(g->from);
    free(g);
}

static hc_status refill(gunzip *g, hc_err *err)
{
    size_t got;
    HC_TRY(hc_in_read(g->from, g->raw, sizeof g->raw, &got, err));
    g->z.next_in = g->raw;
    g->z.avail_in = (uInt)got;
    return HC_OK;
}

/* Zeros behind a member, as tapes leave them. */
static hc_status skip_padding(gunzip *g, hc_err *err)
{
    for (;;) {
        while (g->z.avail_in > 0 && *g->z.next_in == 0) {
            g->z.next_in++;
            g->z.avail_in--;
        }
        if (g->z.avail_in > 0)
            return HC_OK;
        HC_TRY(refill(g, err));
        if (g->z.avail_in == 0)
            return HC_OK;
    }
}

static hc_status gunzip_read(void *ctx, char *buf, size_t cap, size_t *got,
                             hc_err *err)
{
    gunzip *g = ctx;
    *got = 0;
    while (*got == 0) {
        int z;
        if (g->z.avail_in == 0)
            HC_TRY(refill(g, err));
        if (g->z.avail_in == 0 && g->between)
            return HC_OK;
        if (g->z.avail_in == 0)
            return hc_fail_at(err, HC_DATA, hc_in_name(g->from), 0,
                              "the gzip data end too early");
        if (g->between && *g->z.next_in == 0)
            HC_TRY(skip_padding(g, err));
        if (g->z.avail_in == 0)
            continue;
        if (g->between && *g->z.next_in != 0x1f)
            return hc_fail_at(err, HC_DATA, hc_in_name(g->from), 0,
                              "something that is no gzip data stands behind "
                              "the end of the file that was packed");
        if (g->between && inflateReset(&g->z) != Z_OK)
            return hc_fail_nomem(err);
        g->between = false;
        g->z.next_out = (Bytef *)buf;
        g->z.avail_out = (uInt)(cap < (1 << 30) ? cap : 1 << 30);
        z = inflate(&g->z, Z_NO_FLUSH);
        *got = (size_t)((char *)g->z.next_out - buf);
        g->between = z == Z_STREAM_END;
        if (z == Z_MEM_ERROR)
            return hc_fail_nomem(err);
        if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
            return hc_fail_at(err, HC_DATA, hc_in_name(g->from), 0,
                              "broken gzip data near byte %llu: %s",
                              (unsigned long long)g->z.total_in,
                              g->z.msg == NULL ? "?" : g->z.msg);
    }
    return HC_OK;
}

hc_status hc_gunzip_if(hc_in **in, bool *was, hc_err *err)
{
    const char *head;
    size_t len;
    gunzip *g;
    hc_in *unpacked;
    hc_status st;
    *was = false;
    HC_TRY(hc_in_peek(*in, 3, &head, &len, err));
    if (len < 3 || (unsigned char)head[0] != 0x1f ||
        (unsigned char)head[1] != 0x8b || head[2] != 8)
        return HC_OK;
    g = calloc(1, sizeof *g);
    if (g == NULL)
        return hc_fail_nomem(err);
    if (inflateInit2(&g->z, 15 + 16) != Z_OK) {
        free(g);
        return hc_fail_nomem(err);
    }
    g->from = *in;
    *in = NULL; /* it is gunzip_free's from here on */
    st = hc_in_custom(&unpacked, hc_in_name(g->from), gunzip_read, g,
                      gunzip_free, err);
    if (st != HC_OK) {
        gunzip_free(g);
        return st;
    }
    *in = unpacked;
    *was = true;
    return HC_OK;
}
