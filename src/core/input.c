/* input.c: the reading half of stream.h */
#include "core/stream.h"

#include "core/decimal.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes read at once; HC_PADDING behind them may be looked at. */
enum { CHUNK = 1 << 16 };

struct hc_in {
    char *name;
    hc_in_read_fn read;
    void *ctx;
    void (*free_ctx)(void *);
    char *buf;
    size_t cap, from, to; /* bytes [from, to) of buf are not consumed yet */
    uint64_t consumed;
    size_t line_max;
    long line;
    bool at_end, line_ended;
    hc_status late; /* a fault that waits for what came before it to be read */
    hc_err late_err;
    /* what hc_in_line overwrote with a NUL behind its line */
    char saved;
    bool has_saved;
    size_t saved_at;
};

/* ---- sources ---- */

typedef struct {
    int fd;
} file_source;

static hc_status file_read(void *ctx, char *buf, size_t cap, size_t *got,
                           hc_err *err)
{
    file_source *f = ctx;
    ssize_t n;
    do
        n = read(f->fd, buf, cap);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return hc_fail(err, HC_IO, "cannot read: %s", strerror(errno));
    *got = (size_t)n;
    return HC_OK;
}

static void file_free(void *ctx)
{
    file_source *f = ctx;
    if (f->fd > STDIN_FILENO)
        close(f->fd);
    free(f);
}

typedef struct {
    const char *data;
    size_t len;
} memory_source;

static hc_status memory_read(void *ctx, char *buf, size_t cap, size_t *got,
                             hc_err *err)
{
    memory_source *m = ctx;
    size_t n = m->len < cap ? m->len : cap;
    (void)err;
    if (n > 0)
        memcpy(buf, m->data, n);
    m->data += n;
    m->len -= n;
    *got = n;
    return HC_OK;
}

hc_status hc_in_custom(hc_in **out, const char *name, hc_in_read_fn read,
                       void *ctx, void (*free_ctx)(void *), hc_err *err)
{
    hc_in *in = calloc(1, sizeof *in);
    if (in == NULL || (in->name = hc_strdup(name)) == NULL ||
        (in->buf = malloc(CHUNK + HC_PADDING)) == NULL) {
        if (in != NULL)
            free(in->name);
        free(in);
        return hc_fail_nomem(err);
    }
    in->cap = CHUNK;
    in->read = read;
    in->ctx = ctx;
    in->free_ctx = free_ctx;
    in->line_max = HC_LINE_MAX;
    *out = in;
    return HC_OK;
}

hc_status hc_in_memory(hc_in **out, const void *data, size_t len,
                       const char *name, hc_err *err)
{
    memory_source *m = malloc(sizeof *m);
    hc_status st;
    if (m == NULL)
        return hc_fail_nomem(err);
    *m = (memory_source){.data = data, .len = len};
    st = hc_in_custom(out, name, memory_read, m, free, err);
    if (st != HC_OK)
        free(m);
    return st;
}

/* A descriptor to read from; a folder is no input. */
static hc_status open_file(const char *path, int *fd, hc_err *err)
{
    struct stat sb;
    do
        *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (*fd < 0 && errno == EINTR);
    if (*fd < 0)
        return hc_fail_open(err, HC_NOINPUT, path);
    if (fstat(*fd, &sb) == 0 && S_ISDIR(sb.st_mode)) {
        close(*fd);
        return hc_fail_at(err, HC_NOINPUT, path, 0,
                          "is a folder; expected a file");
    }
    return HC_OK;
}

hc_status hc_in_open(hc_in **out, const char *path, hc_err *err)
{
    bool is_stdin = path == NULL || strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    file_source *f;
    hc_status st;

    if (!is_stdin && (st = open_file(path, &fd, err)) != HC_OK)
        return st;
    f = malloc(sizeof *f);
    if (f == NULL) {
        if (!is_stdin)
            close(fd);
        return hc_fail_nomem(err);
    }
    f->fd = fd;
    st = hc_in_custom(out, is_stdin ? "(stdin)" : path, file_read, f,
                      file_free, err);
    if (st != HC_OK)
        file_free(f);
    return st;
}

void hc_in_free(hc_in *in)
{
    if (in == NULL)
        return;
    if (in->free_ctx != NULL)
        in->free_ctx(in->ctx);
    free(in->buf);
    free(in->name);
    free(in);
}

const char *hc_in_name(const hc_in *in)
{
    return in->name;
}

long hc_in_line_number(const hc_in *in)
{
    return in->line;
}

uint64_t hc_in_offset(const hc_in *in)
{
    return in->consumed;
}

void hc_in_set_line_max(hc_in *in, size_t max)
{
    in->line_max = max;
}

bool hc_in_line_ended(const hc_in *in)
{
    return in->line_ended;
}

/* ---- the buffer ---- */

static void restore(hc_in *in)
{
    if (in->has_saved)
        in->buf[in->saved_at] = in->saved;
    in->has_saved = false;
}

/* One more read behind the bytes that wait; grows the buffer when full. */
static hc_status fill(hc_in *in, hc_err *err)
{
    size_t got = 0;
    hc_status st;

    if (in->late != HC_OK) {
        if (err != NULL)
            *err = in->late_err;
        return in->late;
    }
    if (in->from > 0 && (in->to == in->cap || in->from == in->to)) {
        memmove(in->buf, in->buf + in->from, in->to - in->from);
        in->to -= in->from;
        in->from = 0;
    }
    if (in->to == in->cap) {
        char *p = realloc(in->buf, in->cap * 2 + HC_PADDING);
        if (p == NULL)
            return hc_fail_nomem(err);
        in->buf = p;
        in->cap *= 2;
    }
    st = in->read(in->ctx, in->buf + in->to, in->cap - in->to, &got, err);
    if (st != HC_OK) {
        if (err != NULL && err->file[0] == '\0')
            strncat(err->file, in->name, sizeof err->file - 1);
        return st;
    }
    in->at_end = got == 0;
    in->to += got;
    memset(in->buf + in->to, 0, HC_PADDING);
    return HC_OK;
}

hc_status hc_in_peek(hc_in *in, size_t want, const char **data, size_t *len,
                     hc_err *err)
{
    restore(in);
    while (in->to - in->from < want && !in->at_end) {
        hc_err why = {0};
        hc_status st = fill(in, &why);
        if (st == HC_DATA && in->to > in->from) {
            in->late = st;
            in->late_err = why;
            break;
        }
        if (st != HC_OK) {
            if (err != NULL)
                *err = why;
            return st;
        }
    }
    *data = in->buf + in->from;
    *len = in->to - in->from < want ? in->to - in->from : want;
    return HC_OK;
}

void hc_in_skip(hc_in *in, size_t n)
{
    restore(in);
    if (n > in->to - in->from)
        n = in->to - in->from;
    in->from += n;
    in->consumed += n;
}

hc_status hc_in_read(hc_in *in, void *buf, size_t n, size_t *got, hc_err *err)
{
    char *p = buf;
    size_t done = 0;
    restore(in);
    while (done < n) {
        size_t have = in->to - in->from;
        if (have == 0) {
            hc_status st;
            if (in->at_end)
                break;
            st = fill(in, err);
            if (st != HC_OK)
                return st;
            continue;
        }
        if (have > n - done)
            have = n - done;
        memcpy(p + done, in->buf + in->from, have);
        in->from += have;
        in->consumed += have;
        done += have;
    }
    *got = done;
    return HC_OK;
}

hc_status hc_in_line(hc_in *in, char **line, size_t *len, hc_err *err)
{
    size_t searched = 0;
    char *nl = NULL;

    restore(in);
    for (;;) {
        char *start = in->buf + in->from;
        size_t have = in->to - in->from;
        nl = have > searched ? memchr(start + searched, '\n', have - searched)
                             : NULL;
        if (nl != NULL || in->at_end)
            break;
        searched = have;
        if (have > in->line_max)
            return hc_fail_at(err, HC_DATA, in->name, in->line + 1,
                              "line is longer than %zu bytes", in->line_max);
        hc_status st = fill(in, err);
        if (st != HC_OK)
            return st;
    }
    size_t n = (nl != NULL ? (size_t)(nl - in->buf) : in->to) - in->from;
    if (nl == NULL && n == 0) {
        *line = NULL;
        *len = 0;
        return HC_OK;
    }
    *line = in->buf + in->from;
    in->line++;
    in->line_ended = nl != NULL;
    in->from += n + (nl != NULL);
    in->consumed += n + (nl != NULL);
    if (nl != NULL && n > 0 && (*line)[n - 1] == '\r')
        n--;
    in->saved_at = (size_t)(*line - in->buf) + n;
    in->saved = in->buf[in->saved_at];
    in->has_saved = true;
    (*line)[n] = '\0';
    *len = n;
    return HC_OK;
}

size_t hc_in_lines(hc_in *in, const char **lines)
{
    size_t to = in->to;

    restore(in);
    while (to > in->from && in->buf[to - 1] != '\n')
        to--;
    *lines = in->buf + in->from;
    return to - in->from;
}

void hc_in_take_lines(hc_in *in, size_t bytes, long lines)
{
    hc_in_skip(in, bytes);
    in->line += lines;
}
