#include "night/asker.h"

#include "core/text.h"
#include "night/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* An answer has at most the bytes that the members of a file hold, so that
 * none is lost for want of memory. */
enum { LINE = 2048 };

struct hc_asker {
    char *program, *cells;
    double time_s;
    pid_t pid; /* 0: none runs */
    int fd;    /* both ways */
    char line[LINE];
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

/* How it ended, as waitpid tells it. */
static int stop(hc_asker *a, int signal)
{
    int status = 0;
    if (a->pid == 0)
        return 0;
    close(a->fd);
    a->fd = -1;
    if (signal != 0)
        kill(a->pid, signal);
    while (waitpid(a->pid, &status, 0) < 0 && errno == EINTR)
        ;
    a->pid = 0;
    return status;
}

void hc_asker_free(hc_asker *a)
{
    if (a == NULL)
        return;
    stop(a, SIGKILL);
    free(a->program);
    free(a->cells);
    free(a);
}

/* Start the program with `end` as its input and output; an errno or 0. */
static int start(hc_asker *a, int end)
{
    char *argv[] = {a->program, (char *)(uintptr_t) "--probe", a->cells,
                    NULL};
    posix_spawn_file_actions_t actions;
    int e = posix_spawn_file_actions_init(&actions);
    if (e != 0)
        return e;
    e = posix_spawn_file_actions_adddup2(&actions, end, 0);
    if (e == 0)
        e = posix_spawn_file_actions_adddup2(&actions, end, 1);
    if (e == 0)
        e = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null",
                                             O_WRONLY, 0);
    if (e == 0)
        e = posix_spawn(&a->pid, a->program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return e;
}

static hc_status begin(hc_asker *a, hc_err *err)
{
    int ends[2];
    if (a->pid != 0)
        return HC_OK;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return hc_fail(err, HC_INTERNAL, "socketpair: %s", strerror(errno));
    int e = start(a, ends[1]);
    close(ends[1]);
    if (e != 0) {
        a->pid = 0;
        close(ends[0]);
        return e == ENOMEM ? hc_fail_nomem(err)
                           : hc_fail_at(err, HC_INTERNAL, a->program, 0,
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

typedef enum { ANSWERED, GONE, LATE, BABBLES } ending;

/* The answer's line. */
static ending receive(hc_asker *a)
{
    double end = hc_clock_s() + a->time_s;
    for (size_t len = 0; len < LINE - 1;) {
        struct pollfd p = {.fd = a->fd, .events = POLLIN};
        double left = (end - hc_clock_s()) * 1000;
        int ready = poll(&p, 1, left > 0 ? (int)left + 1 : 0);
        if (ready == 0)
            return LATE;
        ssize_t n = ready < 0 ? -1
                              : read(a->fd, a->line + len, LINE - 1 - len);
        if (n == 0 || (n < 0 && errno != EINTR))
            return GONE;
        len += n > 0 ? (size_t)n : 0;
        a->line[len] = '\0';
        if (len > 0 && a->line[len - 1] == '\n')
            return ANSWERED;
    }
    return BABBLES;
}

/* The next field of a line, ended by tab or line end. */
static void field(const char **p, char *to, size_t cap)
{
    size_t n = strcspn(*p, "\t\n");
    hc_copy(to, cap, *p, n);
    *p += n + ((*p)[n] == '\t');
}

static void answered(const char *line, hc_file *f)
{
    char code[8];
    field(&line, code, sizeof code);
    f->exit_code = (int)strtol(code, NULL, 10);
    field(&line, f->format, sizeof f->format);
    field(&line, f->kind, sizeof f->kind);
    field(&line, f->technique, sizeof f->technique);
    field(&line, f->cell, sizeof f->cell);
    field(&line, f->facts, sizeof f->facts);
    field(&line, f->message, sizeof f->message);
}

/* A process that ended by itself says in its exit code when it was memory
 * that it lacked. */
static void not_answered(bool late, int status, hc_file *f)
{
    static const char none[] = "-\t-\t-\t-\t-";
    const int nomem = hc_status_exit(HC_NOMEM);
    char line[256];
    if (late)
        snprintf(line, sizeof line, "%d\t%s\ttakes too long to read",
                 hc_status_exit(HC_AGAIN), none);
    else if (WIFEXITED(status) && WEXITSTATUS(status) == nomem)
        snprintf(line, sizeof line, "%d\t%s\tout of memory", nomem, none);
    else
        snprintf(line, sizeof line,
                 "%d\t%s\tthe reader came down over this file",
                 hc_status_exit(HC_INTERNAL), none);
    answered(line, f);
}

hc_status hc_asker_ask(hc_asker *a, hc_file *f, hc_err *err)
{
    hc_status st = begin(a, err);
    if (st != HC_OK)
        return st;
    ending how = send_path(a, f->path) ? receive(a) : GONE;
    if (how == ANSWERED)
        answered(a->line, f);
    else
        not_answered(how == LATE, stop(a, how == GONE ? 0 : SIGKILL), f);
    return HC_OK;
}
