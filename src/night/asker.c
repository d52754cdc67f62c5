#include "night/asker.h"

#include "core/text.h"
#include "night/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct hc_asker {
    char *program, *cells;
    double time_s;
    pid_t pid; /* 0: none runs */
    int fd;    /* both ways */
    hc_text line;
};

hc_status hc_asker_new(hc_asker **out, const char *program,
                       const char *cells, double time_s, hc_err *err)
{
    hc_asker *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->program = hc_strdup(program);
        a->cells = cells != NULL ? hc_strdup(cells) : NULL;
        a->time_s = time_s;
        a->fd = -1;
    }
    if (a == NULL || a->program == NULL ||
        (cells != NULL && a->cells == NULL)) {
        hc_asker_free(a);
        return hc_fail_nomem(err);
    }
    *out = a;
    return HC_OK;
}

static void stop(hc_asker *a, int signal)
{
    int status = 0;
    if (a->pid == 0)
        return;
    close(a->fd);
    a->fd = -1;
    if (signal != 0)
        kill(a->pid, signal);
    while (waitpid(a->pid, &status, 0) < 0 && errno == EINTR)
        ;
    a->pid = 0;
    hc_text_reset(&a->line);
}

void hc_asker_free(hc_asker *a)
{
    if (a == NULL)
        return;
    stop(a, SIGKILL);
    free(a->program);
    free(a->cells);
    hc_text_clear(&a->line);
    free(a);
}

static hc_status begin(hc_asker *a, hc_err *err)
{
    int ends[2];
    char *argv[] = {a->program, (char *)(uintptr_t) "--probe", a->cells,
                    NULL};
    posix_spawn_file_actions_t actions;
    if (a->pid != 0)
        return HC_OK;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return hc_fail(err, HC_INTERNAL, "socketpair: %s", strerror(errno));
    int e = posix_spawn_file_actions_init(&actions);
    if (e == 0) {
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY,
                                         0);
        e = posix_spawn(&a->pid, a->program, &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (e != 0) {
        a->pid = 0;
        close(ends[0]);
        return hc_fail_at(err, HC_INTERNAL, a->program, 0,
                          "cannot start: %s", strerror(e));
    }
    a->fd = ends[0];
    return HC_OK;
}

/* False when the process is gone. */
static bool send_path(hc_asker *a, const char *path)
{
    size_t len = strlen(path) + 1;
    for (size_t at = 0; at < len;) {
        ssize_t n = send(a->fd, path + at, len - at, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* The answer's line; false when none came (*late: in time). */
static bool receive(hc_asker *a, bool *late)
{
    double end = hc_clock_s() + a->time_s;
    hc_text_reset(&a->line);
    *late = false;
    for (;;) {
        char buf[2048];
        struct pollfd p = {.fd = a->fd, .events = POLLIN};
        double left = (end - hc_clock_s()) * 1000;
        int ready = poll(&p, 1, left > 0 ? (int)left + 1 : 0);
        if (ready == 0) {
            *late = true;
            return false;
        }
        ssize_t n = ready < 0 ? -1 : read(a->fd, buf, sizeof buf);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0)
            hc_text_add(&a->line, buf, (size_t)n);
        if (a->line.len > 0 && a->line.data[a->line.len - 1] == '\n')
            return true;
    }
}

/* The next field of a line, ended by tab or line end. */
static void field(const char **p, char *to, size_t cap)
{
    size_t n = strcspn(*p, "\t\n");
    hc_copy(to, cap, *p, n);
    *p += n + ((*p)[n] == '\t');
}

hc_status hc_asker_ask(hc_asker *a, hc_file *f, hc_err *err)
{
    bool late = false;
    hc_status st = begin(a, err);
    if (st != HC_OK)
        return st;
    if (send_path(a, f->path) && receive(a, &late)) {
        const char *p = a->line.data;
        char code[8];
        field(&p, code, sizeof code);
        f->exit_code = (int)strtol(code, NULL, 10);
        field(&p, f->format, sizeof f->format);
        field(&p, f->kind, sizeof f->kind);
        field(&p, f->technique, sizeof f->technique);
        field(&p, f->cell, sizeof f->cell);
        field(&p, f->facts, sizeof f->facts);
        field(&p, f->message, sizeof f->message);
        return hc_text_status(&a->line, err);
    }
    stop(a, late ? SIGKILL : 0);
    const char *why = late ? "takes too long to read"
                           : "the reader came down over this file";
    hc_copy(f->format, sizeof f->format, "-", 1);
    hc_copy(f->kind, sizeof f->kind, "-", 1);
    hc_copy(f->technique, sizeof f->technique, "-", 1);
    hc_copy(f->cell, sizeof f->cell, "-", 1);
    hc_copy(f->facts, sizeof f->facts, "-", 1);
    hc_copy(f->message, sizeof f->message, why, strlen(why));
    f->exit_code = late ? 75 : 70;
    return HC_OK;
}
