/* zip_module.c: the module hc-zip: libzip and expat behind archive.h */
#include "formats/archive.h"

#include "core/text.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

struct hc_archive {
    zip_t *zip;
    size_t n;
    char name[512];
};

/* ---- zip ---- */

static void archive_close(hc_archive *a)
{
    if (a == NULL)
        return;
    if (a->zip != NULL)
        zip_discard(a->zip); /* never writes */
    free(a);
}

static hc_status cannot(const hc_archive *a, const char *what,
                        const char *member, zip_error_t *e, hc_err *err)
{
    if (zip_error_code_zip(e) == ZIP_ER_NOPASSWD)
        return hc_fail_at(err, HC_DATA, a->name, 0,
                          "%s is encrypted: unpack it with its password first",
                          member != NULL ? member : "the archive");
    return hc_fail_at(err, HC_DATA, a->name, 0, "%s%s%s: %s", what,
                      member != NULL ? " " : "", member != NULL ? member : "",
                      zip_error_strerror(e));
}

static hc_status archive_open(hc_archive **out, const void *data, size_t len,
                              const char *name, hc_err *err)
{
    hc_archive *a = calloc(1, sizeof *a);
    if (a == NULL)
        return hc_fail_nomem(err);
    strncpy(a->name, name, sizeof a->name - 1);
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *s = zip_source_buffer_create(data, len, 0, &e);
    if (s != NULL)
        a->zip = zip_open_from_source(s, ZIP_RDONLY, &e);
    if (a->zip == NULL) {
        hc_status st =
            cannot(a, "zip archive cannot be opened (cut or damaged?)", NULL,
                   &e, err);
        if (s != NULL)
            zip_source_free(s);
        zip_error_fini(&e);
        archive_close(a);
        return st;
    }
    zip_error_fini(&e);
    zip_int64_t n = zip_get_num_entries(a->zip, 0);
    a->n = n > 0 ? (size_t)n : 0;
    *out = a;
    return HC_OK;
}

static size_t archive_count(const hc_archive *a)
{
    return a->n;
}

static const char *archive_member(const hc_archive *a, size_t i)
{
    const char *s = zip_get_name(a->zip, i, 0);
    return s != NULL ? s : "";
}

static long archive_find(const hc_archive *a, const char *name)
{
    zip_int64_t i = zip_name_locate(a->zip, name, ZIP_FL_NOCASE);
    long found = -1;
    if (i >= 0)
        return (long)i;
    /* all of it in a folder, as an archive packed again has it */
    for (size_t k = 0; k < a->n; k++) {
        const char *s = archive_member(a, k);
        size_t len = strlen(s), n = strlen(name);
        if (len <= n + 1 || s[len - n - 1] != '/' ||
            hc_strcasecmp(s + len - n, name) != 0)
            continue;
        if (found >= 0)
            return -1; /* which of them? */
        found = (long)k;
    }
    return found;
}

static hc_status archive_read(hc_archive *a, size_t i, size_t max, char **data,
                              size_t *len, hc_err *err)
{
    const char *member = archive_member(a, i);
    zip_file_t *f = zip_fopen_index(a->zip, i, 0);
    if (f == NULL)
        return cannot(a, "cannot open", member, zip_get_error(a->zip), err);
    char *buf = NULL;
    size_t cap = 0, n = 0;
    hc_status st = HC_OK;
    for (;;) {
        char *more = hc_grow(buf, &cap, n + 65537, 1);
        if (more == NULL) {
            st = hc_fail_nomem(err);
            break;
        }
        buf = more;
        zip_int64_t got = zip_fread(f, buf + n, 65536);
        if (got < 0) {
            st = cannot(a, "cannot read", member, zip_file_get_error(f), err);
            break;
        }
        n += (size_t)got;
        if (got == 0)
            break;
        if (n > max) {
            st = hc_fail_at(err, HC_DATA, a->name, 0,
                            "%s is longer than %zu bytes", member, max);
            break;
        }
    }
    zip_fclose(f);
    if (st != HC_OK) {
        free(buf);
        return st;
    }
    buf[n] = '\0';
    *data = buf;
    *len = n;
    return HC_OK;
}

typedef struct {
    zip_file_t *f;
    char name[1024];
} stream_ctx;

static hc_status stream_read(void *ctx, char *buf, size_t cap, size_t *got,
                             hc_err *err)
{
    stream_ctx *s = ctx;
    zip_int64_t n = zip_fread(s->f, buf, cap);
    if (n < 0)
        return hc_fail_at(err, HC_DATA, s->name, 0, "damaged: %s",
                          zip_error_strerror(zip_file_get_error(s->f)));
    *got = (size_t)n;
    return HC_OK;
}

static void stream_free(void *ctx)
{
    stream_ctx *s = ctx;
    zip_fclose(s->f);
    free(s);
}

static hc_status archive_stream(hc_archive *a, size_t i, hc_in **out,
                                hc_err *err)
{
    const char *member = archive_member(a, i);
    stream_ctx *s = calloc(1, sizeof *s);
    if (s == NULL)
        return hc_fail_nomem(err);
    strncpy(s->name, a->name, sizeof s->name / 2);
    strcat(s->name, ":");
    strncat(s->name, member, sizeof s->name / 2 - 2);
    s->f = zip_fopen_index(a->zip, i, 0);
    if (s->f == NULL) {
        free(s);
        return cannot(a, "cannot open", member, zip_get_error(a->zip), err);
    }
    hc_status st =
        hc_in_custom(out, s->name, stream_read, s, stream_free, err);
    return st;
}

/* ---- XML ---- */

typedef struct {
    const hc_xml_handler *h;
    void *ctx;
    hc_err *err;
    hc_status st;
    XML_Parser parser;
} xml_state;

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

static void check(xml_state *x, hc_status st)
{
    if (st != HC_OK && x->st == HC_OK) {
        x->st = st;
        XML_StopParser(x->parser, XML_FALSE);
    }
}

static void on_start(void *ctx, const char *name, const char **atts)
{
    xml_state *x = ctx;
    if (x->st == HC_OK && x->h->start != NULL)
        check(x, x->h->start(x->ctx, local(name), atts, x->err));
}

static void on_end(void *ctx, const char *name)
{
    xml_state *x = ctx;
    if (x->st == HC_OK && x->h->end != NULL)
        check(x, x->h->end(x->ctx, local(name), x->err));
}

static void on_text(void *ctx, const char *s, int len)
{
    xml_state *x = ctx;
    if (x->st == HC_OK && x->h->text != NULL)
        check(x, x->h->text(x->ctx, s, (size_t)len, x->err));
}

/* No document type: neither format has one, and entities can be bombs. */
static void on_doctype(void *ctx, const char *name, const char *sysid,
                       const char *pubid, int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    xml_state *x = ctx;
    check(x, hc_fail(x->err, HC_DATA, "XML with a document type"));
}

static int two_bytes(void *data, const char *s)
{
    (void)data, (void)s;
    return '?';
}

static int on_encoding(void *data, const char *name, XML_Encoding *info)
{
    (void)data;
    if (hc_strcasecmp(name, "GB2312") != 0 && hc_strcasecmp(name, "GBK") != 0)
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++)
        info->map[i] = i < 0x80 ? i : i < 0x81 || i > 0xFE ? -1 : -2;
    info->convert = two_bytes;
    return XML_STATUS_OK;
}

static hc_status feed(xml_state *x, hc_in *in, hc_err *err)
{
    for (;;) {
        const char *data;
        size_t len;
        hc_status st = hc_in_peek(in, 65536, &data, &len, err);
        if (st != HC_OK)
            return st;
        if (len > 65536)
            len = 65536;
        bool last = len == 0;
        if (XML_Parse(x->parser, data, (int)len, last) != XML_STATUS_OK)
            return x->st != HC_OK
                       ? x->st
                       : hc_fail_at(
                             err, HC_DATA, hc_in_name(in),
                             (long)XML_GetCurrentLineNumber(x->parser),
                             "XML: %s",
                             XML_ErrorString(XML_GetErrorCode(x->parser)));
        if (last)
            return HC_OK;
        hc_in_skip(in, len);
    }
}

static hc_status read_xml(hc_in *in, const hc_xml_handler *h, void *ctx,
                          hc_err *err)
{
    xml_state x = {h, ctx, err, HC_OK, XML_ParserCreate(NULL)};
    if (x.parser == NULL)
        return hc_fail_nomem(err);
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_start, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
    XML_SetUnknownEncodingHandler(x.parser, on_encoding, NULL);
    hc_status st = feed(&x, in, err);
    XML_ParserFree(x.parser);
    return st;
}

extern const hc_zip_ops hc_module_zip;
const hc_zip_ops hc_module_zip = {
    .open = archive_open,
    .close = archive_close,
    .count = archive_count,
    .member = archive_member,
    .find = archive_find,
    .read = archive_read,
    .stream = archive_stream,
    .xml = read_xml,
};
