#include "formats/reading.h"

#include "core/sha256.h"
#include "core/text.h"
#include "formats/listing.h"
#include "formats/normal.h"
#include "formats/raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- bytes that are hashed on their way ---- */

typedef struct {
    hc_in *from;
    hc_sha256 sha;
} hashed;

static hc_status hashed_read(void *ctx, char *buf, size_t cap, size_t *got,
                             hc_err *err)
{
    hashed *h = ctx;
    const char *data;
    HC_TRY(hc_in_peek(h->from, 1, &data, got, err));
    HC_TRY(hc_in_peek(h->from, cap, &data, got, err));
    memcpy(buf, data, *got);
    hc_sha256_add(&h->sha, buf, *got);
    hc_in_skip(h->from, *got);
    return HC_OK;
}

static void hashed_free(void *ctx)
{
    hashed *h = ctx;
    hc_in_free(h->from);
    free(h);
}

static hc_status open_hashed(hc_source **src, hashed **hash, const char *path,
                             hc_err *err)
{
    hashed *h = calloc(1, sizeof *h);
    hc_in *in;
    hc_status st;
    if (h == NULL)
        return hc_fail_nomem(err);
    hc_sha256_init(&h->sha);
    st = hc_in_open(&h->from, path, err);
    if (st != HC_OK) {
        free(h);
        return st;
    }
    st = hc_in_custom(&in, hc_in_name(h->from), hashed_read, h, hashed_free,
                      err);
    if (st != HC_OK) {
        hashed_free(h);
        return st;
    }
    *hash = h;
    return hc_source_new(src, in, err);
}

/* What the format did not read, so that the hash is of the whole file. */
static hc_status drain(hashed *h, hc_err *err)
{
    char buf[1 << 14];
    size_t got;
    do
        HC_TRY(hashed_read(h, buf, sizeof buf, &got, err));
    while (got > 0);
    return HC_OK;
}

/* ---- the format of a file ---- */

static hc_status format_of(const hc_source *src, const hc_read_options *o,
                           const hc_format **format, hc_err *err)
{
    hc_status st = HC_OK;
    if (o->format != NULL) {
        *format = hc_format_named(o->format);
        if (*format == NULL)
            return hc_fail(err, HC_USAGE,
                           "no format '%s', see hc-read --formats", o->format);
        if (src->probe.len == 0)
            return hc_fail_at(err, HC_DATA, src->name, 0, "empty file");
        return HC_OK;
    }
    st = hc_format_detect(&src->probe, format, err);
    if (st != HC_OK && err != NULL)
        snprintf(err->file, sizeof err->file, "%s", src->name);
    return st;
}

/* A look at the format alone, for the '#: source' lines of many files. */
static const char *format_name(const char *path, const hc_read_options *o)
{
    hc_source *src;
    const hc_format *f = NULL;
    if (strcmp(path, "-") == 0 || hc_source_open(&src, path, NULL) != HC_OK)
        return "?";
    if (format_of(src, o, &f, NULL) != HC_OK)
        f = NULL;
    hc_source_free(src);
    return f == NULL ? "?" : f->name;
}

/* ---- one run over all files ---- */

typedef struct {
    hc_session *s;
    const hc_read_options *o;
    hc_normal normal;
    hc_raw raw;
    hc_meta hashes;
    bool incomplete;
    hc_trial *account; /* counts for tests, or NULL */
} run;

static hc_writer *writer_of(run *r)
{
    return r->o->raw ? r->raw.writer : r->normal.writer;
}

/* The account of a file: rejected rows, an early end. */
static hc_status account(run *r, const hc_sink *sink, const char *path,
                         hc_err *err)
{
    if (sink->incomplete) {
        r->incomplete = true;
        if (r->o->growing)
            hc_say_note(&r->s->talk, "%s: still being written: %s", path,
                        sink->why_incomplete);
        else
            return hc_fail_at(err, HC_DATA, path, 0,
                              "incomplete: %s; its complete rows were read",
                              sink->why_incomplete);
    }
    if (sink->rejected > (uint64_t)r->o->max_bad)
        return hc_fail_at(err, HC_DATA, path, sink->first_bad_line,
                          "%s (%llu of %llu rows could not be taken, "
                          "%ld allowed by --max-bad)",
                          sink->first_bad, (unsigned long long)sink->rejected,
                          (unsigned long long)(sink->rows + sink->rejected),
                          r->o->max_bad);
    if (sink->rejected > 0)
        hc_say_warning(&r->s->talk, path, sink->first_bad_line,
                       "%llu rows left out; the first: %s",
                       (unsigned long long)sink->rejected, sink->first_bad);
    return HC_OK;
}

/* Several techniques in one file, and none selected: known before the first
 * row is written. */
static hc_status check_techniques(const hc_listing *l, const char *path,
                                  hc_err *err)
{
    const hc_listed *first = NULL;
    hc_text list = {0};
    bool several = false;
    for (size_t i = 0; i < l->n; i++) {
        const hc_listed *s = &l->sets[i];
        hc_text_printf(&list, "%s%zu %s %s", i == 0 ? "" : ", ", i, s->name,
                       s->technique);
        if (s->side || s->kind == HC_KIND_OTHER)
            continue;
        if (first == NULL)
            first = s;
        several = several || s->kind != first->kind ||
                  strcmp(s->technique, first->technique) != 0;
    }
    if (several)
        hc_fail_at(err, HC_USAGE, path, 0,
                   "holds several techniques, choose with --select: %.600s",
                   hc_text_get(&list));
    hc_text_clear(&list);
    return several ? HC_USAGE : HC_OK;
}

/* Facts that stand behind the rows, and techniques that need a choice, are
 * looked up in a first pass where the file can be read twice. */
static hc_status first_pass(run *r, const hc_format *format, const char *path,
                            hc_err *err)
{
    struct stat sb;
    hc_listing l;
    hc_source *src;
    hc_status st;
    bool facts = format->late && r->o->zone != NULL;
    bool choice = format->several && r->o->select == NULL;
    if (!(facts || choice) || r->o->raw || strcmp(path, "-") == 0 ||
        stat(path, &sb) != 0 || !S_ISREG(sb.st_mode))
        return HC_OK;
    HC_TRY(hc_source_open(&src, path, err));
    st = hc_listing_read(&l, src, format, true, NULL);
    hc_source_free(src);
    if (st != HC_OK) {
        hc_listing_clear(&l);
        return HC_OK; /* the second pass will tell what is wrong */
    }
    if (choice)
        st = check_techniques(&l, path, err);
    if (st == HC_OK && facts && hc_meta_get(&l.facts, "start_time") != NULL)
        st = hc_normal_ops.fact(&r->normal, "start_time",
                                hc_meta_get(&l.facts, "start_time"), err);
    hc_listing_clear(&l);
    return st;
}

static hc_status read_source(run *r, hc_source *src, const hc_format *format,
                             const char *path, long index, hc_err *err)
{
    hc_sink sink = {.growing = r->o->growing};
    hc_status st, other;
    if (r->o->raw) {
        sink.ops = &hc_raw_ops;
        sink.ctx = &r->raw;
        hc_raw_open(&r->raw, format, path, index, &sink);
    } else {
        sink.ops = &hc_normal_ops;
        sink.ctx = &r->normal;
        HC_TRY(hc_normal_open(&r->normal, format, path, index, &sink, err));
        r->normal.dates = hc_date_order_of(src->probe.text,
                                           src->probe.text_len, format->dates);
        if (!r->o->no_repair)
            r->normal.time_unit = hc_time_unit(src, format, r->normal.dates);
        HC_TRY(first_pass(r, format, path, err));
        if (r->o->cells != NULL && r->normal.cell == NULL)
            hc_say_warning(&r->s->talk, path, 0, "no row of %s matches",
                           r->o->cells->path);
    }
    st = format->read(src, &sink, err);
    if (r->account != NULL) {
        r->account->rows = sink.rows;
        r->account->rejected = sink.rejected;
        r->account->incomplete = sink.incomplete;
    }
    if (st == HC_DATA && sink.rows > 0)
        r->incomplete = true; /* what came before stays valid */
    if (st != HC_OK && sink.dataset != NULL && sink.ops->end != NULL &&
        sink.ops->end(sink.ctx, NULL) != HC_OK)
        return st;
    if (st != HC_OK && err != NULL && err->file[0] == '\0')
        snprintf(err->file, sizeof err->file, "%s", path);
    other = r->o->raw ? hc_raw_finish(&r->raw, st == HC_OK ? err : NULL)
                      : hc_normal_finish(&r->normal, st == HC_OK ? err : NULL);
    if (st != HC_OK)
        return st;
    return other != HC_OK ? other : account(r, &sink, path, err);
}

static void source_line(run *r, long index, const char *path,
                        const char *format)
{
    hc_meta *m = r->o->raw ? &r->raw.facts : &r->normal.facts;
    hc_status st =
        hc_meta_add(m, "source", "%ld %s format=%s", index, path, format);
    if (st != HC_OK)
        hc_session_note(r->s, hc_fail_nomem(&r->s->err));
}

static hc_status read_file(run *r, const char *path, long index, hc_err *err)
{
    hc_source *src;
    hashed *hash = NULL;
    const hc_format *format;
    hc_status st;
    char hex[HC_SHA256_HEX];
    HC_TRY(open_hashed(&src, &hash, path, err));
    st = format_of(src, r->o, &format, err);
    if (st == HC_OK && r->s->n_files == 1)
        source_line(r, index, src->name, format->name);
    if (st == HC_OK)
        st = read_source(r, src, format, path, index, err);
    if (drain(hash, NULL) == HC_OK) {
        hc_sha256_hex(&hash->sha, hex);
        if (hc_meta_add(&r->hashes, "sha256", "%ld %s", index, hex) != HC_OK)
            st = hc_status_worst(st, hc_fail_nomem(err));
    }
    hc_source_free(src);
    return st;
}

static hc_status finish_table(run *r, hc_err *err)
{
    hc_writer *w = writer_of(r);
    if (w == NULL)
        return HC_OK;
    hc_writer_copy_meta(w, &r->normal.trailer);
    if (r->incomplete)
        hc_writer_meta(w, "incomplete", "%s", "");
    hc_writer_copy_meta(w, &r->hashes);
    return hc_writer_end(w, err);
}

/* src, which is freed, through the sinks of hc-read; `t` says so far. */
static void try_source(hc_source *src, hc_read_options options, hc_out *out,
                       hc_trial *t)
{
    static const hc_tool tool = {.name = "hc-read"};
    static const hc_common common = {.quiet = true};
    hc_session s = {
        .tool = &tool, .common = &common, .n_files = 1, .out = out};
    run r = {.s = &s, .o = &options, .account = t};
    const hc_format *f = NULL;
    hc_out *own = NULL;
    snprintf(s.step, sizeof s.step, "libhalfcell");
    s.numbers = options.numbers;
    r.normal.session = r.raw.session = &s;
    r.normal.options = r.raw.options = &options;
    if (t->status == HC_OK && out == NULL) {
        t->status = hc_out_memory(&own, &t->err);
        s.out = own;
    }
    if (t->status == HC_OK)
        t->status = format_of(src, &options, &f, &t->err);
    if (t->status == HC_OK)
        t->status = read_source(&r, src, f, src->name, 0, &t->err);
    t->incomplete = t->incomplete || r.incomplete;
    hc_status end = finish_table(&r, t->status == HC_OK ? &t->err : NULL);
    if (t->status == HC_OK)
        t->status = end;
    hc_source_free(src);
    hc_writer_free(writer_of(&r));
    hc_normal_clear(&r.normal);
    hc_raw_clear(&r.raw);
    hc_meta_clear(&r.hashes);
    hc_out_discard(own);
}

hc_trial hc_try_memory(const void *data, size_t len, const char *format,
                       const hc_read_options *o, hc_out *out)
{
    hc_trial t = {.status = HC_OK};
    hc_read_options options = *o;
    hc_source *src = NULL;
    options.format = format;
    t.status = hc_source_memory(&src, data, len, "(memory)", &t.err);
    try_source(src, options, out, &t);
    return t;
}

hc_trial hc_try_file(const char *path, const hc_read_options *o, hc_out *out)
{
    hc_trial t = {.status = HC_OK};
    hc_source *src = NULL;
    t.status = hc_source_open(&src, path, &t.err);
    try_source(src, *o, out, &t);
    return t;
}

hc_status hc_read_files(hc_session *s, const hc_read_options *o)
{
    run r = {.s = s, .o = o};
    bool many = s->n_files > 1;
    r.normal.session = r.raw.session = s;
    r.normal.options = r.raw.options = o;
    r.normal.many = r.raw.many = many;
    for (size_t i = 0; many && i < s->n_files; i++)
        source_line(&r, (long)i, s->files[i], format_name(s->files[i], o));
    for (size_t i = 0; i < s->n_files; i++) {
        const char *path = s->files[i];
        const hc_cells_row *row = NULL;
        if (o->cells != NULL &&
            hc_cells_find(o->cells, path, &row, NULL) == HC_OK &&
            row != NULL && row->exclude) {
            hc_say_warning(&s->talk, path, 0, "excluded by %s",
                           o->cells->path);
            continue;
        }
        if (!hc_session_note(s, read_file(&r, path, (long)i, &s->err)))
            break;
    }
    hc_session_note(s, finish_table(&r, &s->err));
    hc_writer_free(writer_of(&r));
    hc_normal_clear(&r.normal);
    hc_raw_clear(&r.raw);
    hc_meta_clear(&r.hashes);
    return s->worst;
}

/* ---- listing ---- */

static hc_status list_file(hc_session *s, const hc_read_options *o,
                           const char *path, long index, hc_writer *w,
                           hc_err *err)
{
    hc_source *src;
    const hc_format *format;
    hc_listing l = {0};
    hc_status st;
    run r = {.s = s, .o = o};
    HC_TRY(hc_source_open(&src, path, err));
    st = format_of(src, o, &format, err);
    if (st != HC_OK) {
        hc_source_free(src);
        return st;
    }
    st = hc_listing_read(&l, src, format, o->growing, err);
    hc_source_free(src);
    if (st != HC_OK && err != NULL && err->file[0] == '\0')
        snprintf(err->file, sizeof err->file, "%s", path);
    if (w == NULL) {
        hc_status printed =
            hc_listing_json(&l, path, s->out, st == HC_OK ? err : NULL);
        st = st == HC_OK ? printed : st;
    } else {
        hc_listing_rows(&l, index, w);
    }
    if (st == HC_OK)
        st = account(&r, &l.sink, path, err);
    hc_listing_clear(&l);
    return st;
}

hc_status hc_list_files(hc_session *s, const hc_read_options *o)
{
    hc_writer *w = NULL;
    if (!s->common->json) {
        if (!hc_session_note(
                s, hc_session_table(s, "datasets", NULL, &w, &s->err)))
            return s->worst;
        hc_listing_columns(w);
    }
    for (size_t i = 0; i < s->n_files; i++)
        if (!hc_session_note(
                s, list_file(s, o, s->files[i], (long)i, w, &s->err)))
            break;
    if (w != NULL)
        hc_session_note(s, hc_writer_end(w, &s->err));
    hc_writer_free(w);
    return s->worst;
}

hc_status hc_list_formats(hc_session *s)
{
    hc_writer *w;
    hc_status st = hc_session_table(s, "formats", NULL, &w, &s->err);
    if (st != HC_OK)
        return st;
    hc_writer_column(w, "format");
    hc_writer_column(w, "title");
    hc_writer_column(w, "status");
    for (size_t i = 0; hc_format_at(i) != NULL; i++) {
        const hc_format *f = hc_format_at(i);
        hc_writer_text(w, f->name);
        hc_writer_text(w, f->title);
        hc_writer_text(w, f->verified ? "verified" : "unverified");
        hc_writer_end_row(w);
    }
    st = hc_writer_end(w, &s->err);
    hc_writer_free(w);
    return st;
}
