#include "formats/frames.h"

#include "core/numbers_work.h"
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

/* What was written to `out`, which the stream borrows. */
static hc_status written(const hc_out *out, const char *path, hc_in **in,
                         hc_err *err)
{
    size_t len;
    const char *data = hc_out_data(out, &len);
    return hc_in_memory(in, data, len, path, err);
}

/* The file through the sinks of hc-read: text to `out`, rows to `numbers`
 * unless that is NULL. */
static hc_status read_to(const char *path, const hc_frame_options *o,
                         hc_out *out, hc_numbers *numbers, hc_err *err)
{
    static const hc_frame_options none = {0};
    if (o == NULL)
        o = &none;
    hc_read_options r = {.format = o->format,
                         .select = o->select,
                         .raw = o->raw,
                         .all = o->all,
                         .growing = true, /* the frame says "incomplete" */
                         .max_bad = o->max_bad,
                         .numbers = numbers};
    hc_trial t = hc_try_file(path, &r, out);
    return t.status == HC_OK ? HC_OK : blame(&t, path, err);
}

hc_status hc_read_frame(const char *path, const hc_frame_options *o,
                        hc_frame **out, hc_err *err)
{
    hc_out *memory;
    hc_in *in;
    hc_reader *r = NULL;
    hc_status st = hc_out_memory(&memory, err);
    if (st != HC_OK)
        return st;
    st = read_to(path, o, memory, NULL, err);
    if (st == HC_OK)
        st = written(memory, path, &in, err);
    if (st == HC_OK)
        st = hc_reader_new(&r, in, err);
    if (st == HC_OK)
        st = hc_frame_read(out, r, err);
    hc_reader_free(r);
    hc_out_discard(memory);
    return st;
}

hc_status hc_read_numbers(const char *path, const hc_frame_options *o,
                          hc_numbers **out, hc_err *err)
{
    hc_out *memory;
    hc_in *in;
    hc_numbers *n = NULL;
    hc_status st = hc_out_memory(&memory, err);
    if (st != HC_OK)
        return st;
    st = hc_numbers_new(&n, err);
    if (st == HC_OK)
        st = read_to(path, o, memory, n, err);
    if (st == HC_OK)
        st = written(memory, path, &in, err);
    if (st == HC_OK)
        st = hc_numbers_close(n, in, err);
    hc_out_discard(memory);
    if (st != HC_OK)
        hc_numbers_free(n);
    else
        *out = n;
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
