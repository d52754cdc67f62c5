#include "formats/frames.h"

#include "formats/reading.h"

#include <stdio.h>

/* A failed read in the words of the user, who knows the path. */
static hc_status blame(const hc_trial *t, const char *path, hc_err *err)
{
    if (err == NULL)
        return t->status;
    *err = t->err;
    err->status = t->status;
    if (err->file[0] == '\0')
        snprintf(err->file, sizeof err->file, "%s", path);
    if (err->text[0] == '\0')
        snprintf(err->text, sizeof err->text, "%s",
                 hc_status_text(t->status));
    return t->status;
}

/* The table in `out` as a frame; the bytes are copied. */
static hc_status frame_of(const hc_out *out, const char *path, hc_frame **f,
                          hc_err *err)
{
    size_t len;
    const char *data = hc_out_data(out, &len);
    hc_in *in;
    hc_reader *r;
    hc_status st = hc_in_memory(&in, data, len, path, err);
    if (st != HC_OK)
        return st;
    st = hc_reader_new(&r, in, err);
    if (st != HC_OK)
        return st;
    st = hc_frame_read(f, r, err);
    hc_reader_free(r);
    return st;
}

hc_status hc_read_frame(const char *path, const hc_frame_options *o,
                        hc_frame **out, hc_err *err)
{
    static const hc_frame_options none = {0};
    hc_out *memory;
    hc_status st = hc_out_memory(&memory, err);
    if (st != HC_OK)
        return st;
    if (o == NULL)
        o = &none;
    hc_read_options r = {.format = o->format,
                         .select = o->select,
                         .raw = o->raw,
                         .growing = true, /* the frame says "incomplete" */
                         .max_bad = o->max_bad};
    hc_trial t = hc_try_file(path, &r, memory);
    if (t.status != HC_OK)
        st = blame(&t, path, err);
    else
        st = frame_of(memory, path, out, err);
    hc_out_discard(memory);
    return st;
}

const char *hc_format_name(size_t i)
{
    const hc_format *f = hc_format_at(i);
    return f == NULL ? NULL : f->name;
}

const char *hc_format_title(size_t i)
{
    const hc_format *f = hc_format_at(i);
    return f == NULL ? NULL : f->title;
}
