#include "formats/unzip.h"

#include "core/text.h"
#include "formats/archive.h"
#include "formats/format.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = 1 << 16, FILE_MAX = 1 << 30 };

typedef struct {
    hc_in *from; /* at its end; whoever hashes it still looks at it */
    const hc_zip_ops *zip;
    hc_archive *archive;
    hc_in *member;
    char *bytes;
    size_t len, at;
} unzip;

static void unzip_free(void *ctx)
{
    unzip *u = ctx;
    hc_in_free(u->member);
    if (u->archive != NULL)
        u->zip->close(u->archive);
    hc_in_free(u->from);
    free(u->bytes);
    free(u);
}

/* The one file, or the archive itself where that is the file. */
static hc_status unzip_read(void *ctx, char *buf, size_t cap, size_t *got,
                            hc_err *err)
{
    unzip *u = ctx;
    if (u->member != NULL)
        return hc_in_read(u->member, buf, cap, got, err);
    *got = u->len - u->at < cap ? u->len - u->at : cap;
    memcpy(buf, u->bytes + u->at, *got);
    u->at += *got;
    return HC_OK;
}

static bool is_own_format(const char *s, size_t len)
{
    static const char *const marks[] = {"[Content_Types].xml", "xl/work",
                                        ".ndc"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (memmem(s, len, marks[i], strlen(marks[i])) != NULL)
            return true;
    return false;
}

/* Folders, and what file managers leave behind. */
static bool is_no_file(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash == NULL ? name : slash + 1;
    return *base == '\0' || *base == '.' ||
           hc_strcasecmp(base, "Thumbs.db") == 0 ||
           hc_strcasecmp(base, "desktop.ini") == 0 ||
           strstr(name, "__MACOSX/") != NULL;
}

static hc_status take_all(hc_in *in, unzip *u, hc_err *err)
{
    size_t cap = 0, got;
    do {
        char *more = hc_grow(u->bytes, &cap, u->len + HEAD, 1);
        if (more == NULL)
            return hc_fail_nomem(err);
        u->bytes = more;
        HC_TRY(hc_in_read(in, u->bytes + u->len, HEAD, &got, err));
        u->len += got;
        if (u->len > FILE_MAX)
            return hc_fail_at(err, HC_DATA, hc_in_name(in), 0,
                              "a zip archive of more than %d MiB: unpack it "
                              "first",
                              FILE_MAX >> 20);
    } while (got > 0);
    return HC_OK;
}

/* Is the format of that file known?  What cannot be opened is no such one;
 * what is packed itself is taken for one and not looked into. */
static bool is_known(unzip *u, size_t i)
{
    hc_in *in;
    hc_source *src;
    hc_err why;
    const hc_format *format;
    const char *head;
    size_t len;
    if (u->zip->stream(u->archive, i, &in, &why) != HC_OK)
        return false;
    bool fine = hc_in_peek(in, HEAD, &head, &len, &why) == HC_OK;
    bool packed = fine && ((len > 3 && memcmp(head, "PK\3\4", 4) == 0) ||
                           (len > 1 && memcmp(head, "\x1f\x8b", 2) == 0));
    if (!fine || packed) {
        hc_in_free(in);
        return packed;
    }
    if (hc_source_new(&src, in, &why) != HC_OK)
        return false;
    bool known = hc_format_detect(&src->probe, &format, &why) == HC_OK;
    hc_source_free(src);
    return known;
}

typedef struct {
    size_t files, which; /* the last of them */
    bool own;            /* it is a format of its own */
    hc_text list;
} members;

static hc_status look(unzip *u, const char *archive, members *m, hc_err *err)
{
    for (size_t i = 0; i < u->zip->count(u->archive); i++) {
        const char *name = u->zip->member(u->archive, i);
        if (is_own_format(name, strlen(name)))
            m->own = true;
        if (strcmp(name, "content.xml") == 0 &&
            u->zip->find(u->archive, "mimetype") >= 0)
            return hc_fail_at(err, HC_DATA, archive, 0,
                              "an OpenDocument file (.ods): save it as .xlsx "
                              "or csv");
        if (is_no_file(name))
            continue;
        hc_text_printf(&m->list, "%s%s", m->files++ == 0 ? "" : ", ", name);
        m->which = i;
    }
    return hc_text_status(&m->list, err);
}

/* Of several files the one whose format is known; of more none. */
static void find_known(unzip *u, members *m)
{
    enum { LOOKED_AT = 64 };
    size_t known = 0, which = 0;
    for (size_t i = 0; i < u->zip->count(u->archive) && known < 2; i++)
        if (!is_no_file(u->zip->member(u->archive, i)) && is_known(u, i)) {
            known++;
            which = i;
        }
    if (m->files <= LOOKED_AT && known == 1) {
        m->files = 1;
        m->which = which;
    }
}

static hc_status choose(hc_in *in, unzip *u, hc_err *err)
{
    members m = {0};
    HC_TRY(hc_zip_module(&u->zip, err));
    HC_TRY(u->zip->open(&u->archive, u->bytes, u->len, hc_in_name(in), err));
    hc_status st = look(u, hc_in_name(in), &m, err);
    if (st == HC_OK && !m.own && m.files > 1)
        find_known(u, &m);
    if (st == HC_OK && !m.own && m.files == 1)
        st = u->zip->stream(u->archive, m.which, &u->member, err);
    else if (st == HC_OK && !m.own && m.files == 0)
        st = hc_fail_at(err, HC_DATA, hc_in_name(in), 0,
                        "a zip archive without a file in it");
    else if (st == HC_OK && !m.own)
        st = hc_fail_at(err, HC_DATA, hc_in_name(in), 0,
                        "a zip archive of %zu files: unpack it and give them "
                        "by name (%.300s)",
                        m.files, hc_text_get(&m.list));
    hc_text_clear(&m.list);
    return st;
}

hc_status hc_unzip_if(hc_in **in, bool *was, hc_err *err)
{
    const char *head;
    size_t len;
    hc_in *unpacked;
    *was = false;
    HC_TRY(hc_in_peek(*in, HEAD, &head, &len, err));
    if (len < 4 ||
        (memcmp(head, "PK\3\4", 4) != 0 && memcmp(head, "PK\5\6", 4) != 0) ||
        is_own_format(head, len < HEAD ? len : HEAD))
        return HC_OK;
    unzip *u = calloc(1, sizeof *u);
    if (u == NULL)
        return hc_fail_nomem(err);
    hc_status st = take_all(*in, u, err);
    if (st == HC_OK)
        st = choose(*in, u, err);
    if (st == HC_OK)
        st = hc_in_custom(&unpacked,
                          hc_in_name(u->member != NULL ? u->member : *in),
                          unzip_read, u, unzip_free, err);
    if (st != HC_OK) {
        unzip_free(u);
        return st;
    }
    *was = u->member != NULL;
    u->from = *in;
    *in = unpacked;
    return HC_OK;
}
