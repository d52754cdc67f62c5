/* output.c: the writing half of stream.h
 *
 * A file is written without a name (O_TMPFILE) and linked into place when it
 * is whole, so that a tool killed half-way leaves nothing behind.  Where the
 * file system cannot do that, a hidden temporary name is used.
 */
#include "core/stream.h"

#include "core/number.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

struct hc_out {
    int fd;          /* -1: memory */
    char *path;      /* NULL: stdout or memory */
    char *temporary; /* name of the hidden file, NULL when it has none */
    char *buf;
    size_t len, cap;
    int error; /* errno of the first failure */
    bool by_line;
    bool whole;
};

static hc_out *make(int fd, hc_err *err)
{
    hc_out *out = calloc(1, sizeof *out);
    if (out == NULL || (out->buf = malloc(BUFFER)) == NULL) {
        free(out);
        hc_fail_nomem(err);
        return NULL;
    }
    out->fd = fd;
    out->cap = BUFFER;
    return out;
}

static void destroy(hc_out *out)
{
    if (out->fd > STDERR_FILENO)
        close(out->fd);
    free(out->path);
    free(out->temporary);
    free(out->buf);
    free(out);
}

/* The folder part of a path, "." when it has none. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return hc_strdup(".");
    return hc_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Files that are no regular files (/dev/full, a pipe) are written directly.
 */
static bool is_special(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0 && !S_ISREG(sb.st_mode);
}

static mode_t file_mode(const char *path)
{
    struct stat sb;
    mode_t mask;
    if (stat(path, &sb) == 0)
        return sb.st_mode & 07777;
    mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static hc_status open_hidden(hc_out *out, const char *folder, hc_err *err)
{
    hc_text name = {0};
    out->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (out->fd >= 0)
        return HC_OK;
    hc_text_printf(&name, "%s/.hc-XXXXXX", folder);
    if (name.failed)
        return hc_fail_nomem(err);
    out->temporary = name.data;
    out->fd = mkostemp(out->temporary, O_CLOEXEC);
    if (out->fd >= 0)
        return HC_OK;
    free(out->temporary);
    out->temporary = NULL;
    return hc_fail_at(err, HC_CREATE, out->path, 0, "cannot create: %s",
                      strerror(errno));
}

hc_status hc_out_open(hc_out **result, const char *path, hc_err *err)
{
    bool to_stdout = path == NULL || strcmp(path, "-") == 0;
    hc_out *out = make(STDOUT_FILENO, err);
    char *folder = NULL;
    hc_status st = HC_OK;

    if (out == NULL)
        return HC_NOMEM;
    if (to_stdout) {
        out->by_line = isatty(STDOUT_FILENO) != 0;
        *result = out;
        return HC_OK;
    }
    out->fd = -1;
    out->path = hc_strdup(path);
    folder = folder_of(path);
    if (out->path == NULL || folder == NULL) {
        st = hc_fail_nomem(err);
    } else if (is_special(path)) {
        out->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (out->fd < 0)
            st = hc_fail_at(err, HC_CREATE, path, 0, "cannot write: %s",
                            strerror(errno));
        free(out->path);
        out->path = NULL;
    } else {
        st = open_hidden(out, folder, err);
    }
    free(folder);
    if (st != HC_OK)
        destroy(out);
    else
        *result = out;
    return st;
}

hc_status hc_out_memory(hc_out **result, hc_err *err)
{
    hc_out *out = make(-1, err);
    if (out == NULL)
        return HC_NOMEM;
    *result = out;
    return HC_OK;
}

const char *hc_out_data(const hc_out *out, size_t *len)
{
    *len = out->len;
    return out->buf;
}

static void write_all(hc_out *out, const char *data, size_t len)
{
    while (len > 0 && out->error == 0) {
        ssize_t n = write(out->fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            out->error = n < 0 ? errno : EIO;
            return;
        }
        data += n;
        len -= (size_t)n;
    }
}

void hc_out_flush(hc_out *out)
{
    if (out->fd < 0)
        return;
    write_all(out, out->buf, out->len);
    out->len = 0;
}

/* Room for `need` more bytes in the buffer. */
static bool make_room(hc_out *out, size_t need)
{
    char *p;
    if (out->cap - out->len >= need)
        return true;
    if (out->fd >= 0) {
        hc_out_flush(out);
        return need <= out->cap;
    }
    p = hc_grow(out->buf, &out->cap, out->len + need, 1);
    if (p == NULL) {
        out->error = ENOMEM;
        return false;
    }
    out->buf = p;
    return true;
}

void hc_out_write(hc_out *out, const void *data, size_t len)
{
    if (out->error != 0 || len == 0)
        return;
    if (make_room(out, len)) {
        memcpy(out->buf + out->len, data, len);
        out->len += len;
    } else if (out->error == 0) {
        write_all(out, data, len);
    }
    if (out->by_line && memchr(data, '\n', len) != NULL)
        hc_out_flush(out);
}

char *hc_out_room(hc_out *out, size_t size)
{
    if (out->error != 0 || out->by_line || !make_room(out, size))
        return NULL;
    return out->buf + out->len;
}

void hc_out_filled(hc_out *out, size_t len)
{
    out->len += len;
}

void hc_out_puts(hc_out *out, const char *s)
{
    hc_out_write(out, s, strlen(s));
}

void hc_out_putc(hc_out *out, char c)
{
    if (out->error == 0 && !out->by_line && out->len < out->cap)
        out->buf[out->len++] = c;
    else
        hc_out_write(out, &c, 1);
}

void hc_out_printf(hc_out *out, const char *fmt, ...)
{
    char small[512];
    hc_text big = {0};
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        out->error = EINVAL;
    } else if ((size_t)n < sizeof small) {
        hc_out_write(out, small, (size_t)n);
    } else if ((big.data = malloc((size_t)n + 1)) == NULL) {
        out->error = ENOMEM;
    } else {
        va_start(ap, fmt);
        vsnprintf(big.data, (size_t)n + 1, fmt, ap);
        va_end(ap);
        hc_out_write(out, big.data, (size_t)n);
    }
    hc_text_clear(&big);
}

void hc_out_number(hc_out *out, double x)
{
    char buf[HC_NUMBER_SIZE];
    hc_out_write(out, buf, hc_number_print(x, buf));
}

bool hc_out_failed(const hc_out *out)
{
    return out->error != 0;
}

void hc_out_mark_whole(hc_out *out)
{
    out->whole = true;
}

bool hc_out_is_whole(const hc_out *out)
{
    return out->whole;
}

void hc_out_discard(hc_out *out)
{
    if (out == NULL)
        return;
    if (out->temporary != NULL)
        unlink(out->temporary);
    destroy(out);
}

/* Give a nameless file a hidden name next to its place. */
static bool name_hidden(hc_out *out, const char *folder)
{
    hc_text proc = {0}, name = {0};
    bool done = false;
    hc_text_printf(&proc, "/proc/self/fd/%d", out->fd);
    for (unsigned i = 0; i < 1000 && !done && !proc.failed; i++) {
        hc_text_reset(&name);
        hc_text_printf(&name, "%s/.hc-%ld-%u", folder, (long)getpid(), i);
        if (name.failed)
            break;
        done = linkat(AT_FDCWD, proc.data, AT_FDCWD, name.data,
                      AT_SYMLINK_FOLLOW) == 0;
        if (!done && errno != EEXIST)
            break;
    }
    hc_text_clear(&proc);
    if (done)
        out->temporary = name.data;
    else
        hc_text_clear(&name);
    return done;
}

static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

static hc_status put_in_place(hc_out *out, hc_err *err)
{
    char *folder = folder_of(out->path);
    bool good = folder != NULL;

    good = good && fchmod(out->fd, file_mode(out->path)) == 0;
    good = good && fsync(out->fd) == 0;
    good = good && (out->temporary != NULL || name_hidden(out, folder));
    good = good && rename(out->temporary, out->path) == 0;
    if (good) {
        free(out->temporary);
        out->temporary = NULL;
        sync_folder(folder);
    }
    free(folder);
    if (good)
        return HC_OK;
    return hc_fail_at(err, HC_IO, out->path, 0, "cannot write: %s",
                      strerror(errno));
}

hc_status hc_out_close(hc_out *out, hc_err *err)
{
    hc_status st = HC_OK;
    hc_out_flush(out);
    if (out->error != 0)
        st = hc_fail_at(err, out->error == ENOMEM ? HC_NOMEM : HC_IO,
                        out->path != NULL ? out->path : "(stdout)", 0,
                        "cannot write: %s", strerror(out->error));
    else if (out->path != NULL)
        st = put_in_place(out, err);
    else if (out->fd >= 0 && close(out->fd) != 0 && errno != EBADF)
        st = hc_fail_at(err, HC_IO, "(stdout)", 0, "cannot write: %s",
                        strerror(errno));
    if (out->path == NULL && out->fd >= 0)
        out->fd = -1;
    hc_out_discard(out);
    return st;
}

hc_status hc_out_file(const char *path, const void *data, size_t len,
                      hc_err *err)
{
    hc_out *out = NULL;
    hc_status st = hc_out_open(&out, path, err);
    if (st != HC_OK)
        return st;
    hc_out_write(out, data, len);
    return hc_out_close(out, err);
}
