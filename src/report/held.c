#include "report/held.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void hc_held_clear(hc_held *h)
{
    hc_frame_free(h->frame);
    if (h->text)
        hc_out_discard(h->text);
    *h = (hc_held){0};
}

/* The frame of the text. */
static hc_status finish(hc_held *h, const char *name, hc_err *err)
{
    hc_in *in = NULL;
    hc_reader *r = NULL;
    size_t len;
    const char *data = hc_out_data(h->text, &len);
    hc_status st = hc_in_memory(&in, data, len, name, err);
    if (st == HC_OK)
        st = hc_reader_new(&r, in, err);
    if (st == HC_OK)
        st = hc_frame_read(&h->frame, r, err);
    hc_reader_free(r);
    if (st != HC_OK)
        hc_held_clear(h);
    return st;
}

hc_status hc_held_run(hc_store *s, const char *key, hc_held *h, hc_err *err)
{
    *h = (hc_held){0};
    hc_status st = hc_out_memory(&h->text, err);
    if (st == HC_OK)
        st = hc_store_get(s, key, h->text, err);
    if (st != HC_OK) {
        hc_held_clear(h);
        return st;
    }
    return finish(h, key, err);
}

hc_status hc_held_make(const char *kind, hc_held_fn write, void *ctx,
                       hc_held *h, hc_err *err)
{
    hc_writer *w = NULL;
    *h = (hc_held){0};
    hc_status st = hc_out_memory(&h->text, err);
    if (st == HC_OK)
        st = hc_writer_new(&w, h->text, HC_WRITE_TABLE, err);
    if (st == HC_OK) {
        hc_writer_meta(w, "kind", "%s", kind);
        st = write(ctx, w, err);
    }
    if (st == HC_OK)
        st = hc_writer_end(w, err);
    hc_writer_free(w);
    if (st != HC_OK) {
        hc_held_clear(h);
        return st;
    }
    return finish(h, kind, err);
}

hc_status hc_held_open(const hc_held *h, hc_held_file *f, hc_err *err)
{
    size_t len, at = 0;
    const char *data = hc_out_data(h->text, &len);
    f->fd = memfd_create("table", 0);
    if (f->fd < 0)
        return hc_fail(err, HC_INTERNAL, "memfd: %s", strerror(errno));
    while (at < len) {
        ssize_t n = write(f->fd, data + at, len - at);
        if (n < 0 && errno != EINTR) {
            hc_status st =
                hc_fail(err, HC_IO, "(memory): %s", strerror(errno));
            close(f->fd);
            f->fd = -1;
            return st;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    snprintf(f->path, sizeof f->path, "/dev/fd/%d", f->fd);
    return HC_OK;
}
