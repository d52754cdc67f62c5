#include "night/folder.h"

#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

double hc_clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

hc_status hc_folder_make(const char *path, hc_err *err)
{
    struct stat sb;
    if (mkdir(path, 0777) == 0)
        return HC_OK;
    if (errno != EEXIST)
        return hc_fail_at(err, HC_CREATE, path, 0, "cannot make: %s",
                          strerror(errno));
    if (lstat(path, &sb) != 0 || !S_ISDIR(sb.st_mode))
        return hc_fail_at(err, HC_CREATE, path, 0,
                          "is there and is no folder");
    return HC_OK;
}

/* ---- removing ---- */

static int remove_below(int fd);

static int remove_at(int at, const char *name)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    int fd = openat(at, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(at, name, 0700, 0) == 0)
        fd = openat(at, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || remove_below(fd) != 0)
        return -1;
    return unlinkat(at, name, AT_REMOVEDIR);
}

/* Closes fd. */
static int remove_below(int fd)
{
    DIR *d = fdopendir(fd);
    struct dirent *e;
    int failed = 0;
    if (d == NULL) {
        close(fd);
        return -1;
    }
    while (failed == 0 && (e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            failed = remove_at(dirfd(d), e->d_name);
    closedir(d);
    return failed;
}

hc_status hc_folder_remove(const char *path, hc_err *err)
{
    if (remove_at(AT_FDCWD, path) != 0)
        return hc_fail_at(err, HC_CREATE, path, 0, "cannot remove: %s",
                          strerror(errno));
    return HC_OK;
}

hc_status hc_folder_move(const char *from, const char *to, hc_err *err)
{
    hc_status st = HC_OK;
    if (rename(from, to) == 0)
        return HC_OK;
    st = hc_folder_remove(to, err);
    if (st == HC_OK && rename(from, to) != 0)
        st = hc_fail_at(err, HC_CREATE, to, 0, "cannot put in place: %s",
                        strerror(errno));
    return st;
}

/* ---- processes ---- */

/* When a process was started, as /proc tells it: with its number this names
 * it for good.  0 when there is none. */
static unsigned long long started(long pid)
{
    char name[64], line[1024];
    unsigned long long when = 0;
    ssize_t n;
    snprintf(name, sizeof name, "/proc/%ld/stat", pid);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, line, sizeof line - 1);
    close(fd);
    line[n > 0 ? n : 0] = '\0';
    char *p = strrchr(line, ')'); /* the name may hold anything */
    for (int field = 2; p != NULL && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (p != NULL)
        when = strtoull(p, NULL, 10);
    return when;
}

static char *inside(const char *folder, const char *name)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s/%s", folder, name);
    return t.failed ? NULL : t.data;
}

void hc_folder_note_process(const char *path, pid_t pid)
{
    char line[64];
    char *name = inside(path, ".process");
    int fd = name == NULL ? -1
                          : open(name,
                                 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
                                     O_CLOEXEC,
                                 0666);
    int n = snprintf(line, sizeof line, "%ld %llu\n", (long)pid,
                     started((long)pid));
    if (fd >= 0) {
        /* without the note an orphan merely lives longer */
        if (write(fd, line, (size_t)n) < 0)
            unlink(name);
        close(fd);
    }
    free(name);
}

static void end_process_of(const char *path)
{
    char line[64];
    char *name = inside(path, ".process");
    char *end;
    int fd = name == NULL ? -1 : open(name,
                                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, line, sizeof line - 1) : 0;
    if (fd >= 0)
        close(fd);
    free(name);
    line[n > 0 ? n : 0] = '\0';
    long pid = strtol(line, &end, 10);
    unsigned long long when = strtoull(end, NULL, 10);
    if (pid > 1 && when > 0 && started(pid) == when)
        kill((pid_t)-pid, SIGKILL);
}

hc_status hc_folder_make_new(const char *path, hc_err *err)
{
    hc_status st;
    if (mkdir(path, 0777) == 0)
        return HC_OK;
    end_process_of(path);
    st = hc_folder_remove(path, err);
    if (st == HC_OK && mkdir(path, 0777) != 0)
        st = hc_fail_at(err, HC_CREATE, path, 0, "cannot make: %s",
                        strerror(errno));
    return st;
}

/* ---- scanning ---- */

static hc_status problem(hc_scan *s, const char *path, hc_err *err)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s: cannot open: %s", path, strerror(errno));
    char **p = hc_grow(s->problems, &s->cap_problems, s->n_problems + 1,
                       sizeof *p);
    if (p != NULL)
        s->problems = p;
    if (p == NULL || t.failed) {
        hc_text_clear(&t);
        return hc_fail_nomem(err);
    }
    p[s->n_problems++] = t.data;
    return HC_OK;
}

static hc_status take_file(hc_scan *s, const char *path,
                           const struct stat *sb, hc_err *err)
{
    char *copy = hc_strdup(path);
    hc_found *p = hc_grow(s->found, &s->cap, s->n + 1, sizeof *p);
    if (p != NULL)
        s->found = p;
    if (p == NULL || copy == NULL) {
        free(copy);
        return hc_fail_nomem(err);
    }
    p[s->n++] = (hc_found){.path = copy,
                           .size = sb->st_size,
                           .mtime_ns = (int64_t)sb->st_mtim.tv_sec *
                                           1000000000 +
                                       sb->st_mtim.tv_nsec};
    return HC_OK;
}

static bool is_left_out(const char *name)
{
    return name[0] == '.' || hc_ends_with(name, ".db") ||
           hc_ends_with(name, ".db-wal") || hc_ends_with(name, ".db-shm");
}

static hc_status walk(hc_scan *s, int fd, hc_text *path, dev_t dev, ino_t ino,
                      hc_err *err);

static hc_status take(hc_scan *s, int at, const char *name, hc_text *path,
                      dev_t dev, ino_t ino, hc_err *err)
{
    struct stat sb;
    hc_status st;
    /* a linked file is read, a linked folder is not entered */
    if (fstatat(at, name, &sb, 0) != 0)
        return problem(s, hc_text_get(path), err);
    if (S_ISREG(sb.st_mode))
        return take_file(s, hc_text_get(path), &sb, err);
    if (!S_ISDIR(sb.st_mode) || (sb.st_dev == dev && sb.st_ino == ino))
        return HC_OK;
    int fd = openat(at, name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP || errno == ENOTDIR
                   ? HC_OK
                   : problem(s, hc_text_get(path), err);
    hc_text_putc(path, '/');
    st = walk(s, fd, path, dev, ino, err);
    return st;
}

/* Closes fd; path ends with '/' and comes back as it was. */
static hc_status walk(hc_scan *s, int fd, hc_text *path, dev_t dev, ino_t ino,
                      hc_err *err)
{
    DIR *d = fdopendir(fd);
    struct dirent *e;
    size_t len = path->len;
    hc_status st = HC_OK;
    if (d == NULL) {
        close(fd);
        return hc_fail_nomem(err);
    }
    while (st == HC_OK && (e = readdir(d)) != NULL) {
        if (is_left_out(e->d_name))
            continue;
        hc_text_puts(path, e->d_name);
        st = hc_text_status(path, err);
        if (st == HC_OK)
            st = take(s, dirfd(d), e->d_name, path, dev, ino, err);
        path->len = len;
        path->data[len] = '\0';
    }
    closedir(d);
    return st;
}

hc_status hc_scan_add(hc_scan *s, const char *root, const char *except,
                      hc_err *err)
{
    struct stat sb, ex = {0};
    hc_text path = {0};
    char *real = realpath(root, NULL);
    hc_status st = HC_OK;

    if (real == NULL || stat(real, &sb) != 0) {
        st = hc_fail_open(err, HC_NOINPUT, root);
        free(real);
        return st;
    }
    if (except != NULL && stat(except, &ex) != 0)
        ex = (struct stat){0};
    hc_text_puts(&path, real);
    free(real);
    st = hc_text_status(&path, err);
    if (st == HC_OK)
        st = take(s, AT_FDCWD, hc_text_get(&path), &path, ex.st_dev,
                  ex.st_ino, err);
    hc_text_clear(&path);
    return st;
}

static int by_path(const void *a, const void *b)
{
    const hc_found *x = a, *y = b;
    return strcmp(x->path, y->path);
}

void hc_scan_sort(hc_scan *s)
{
    size_t n = 0;
    if (s->n > 1)
        qsort(s->found, s->n, sizeof *s->found, by_path);
    for (size_t i = 0; i < s->n; i++) {
        if (n > 0 && strcmp(s->found[n - 1].path, s->found[i].path) == 0)
            free(s->found[i].path);
        else
            s->found[n++] = s->found[i];
    }
    s->n = n;
}

void hc_scan_clear(hc_scan *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->found[i].path);
    for (size_t i = 0; i < s->n_problems; i++)
        free(s->problems[i]);
    free(s->found);
    free(s->problems);
    *s = (hc_scan){0};
}
