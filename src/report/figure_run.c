#include "report/figure_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* "hc-plot" beside this program, or the bare name for PATH. */
static void find_plot(char *path, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", path, cap - 1);
    char *slash = NULL;
    if (n > 0) {
        path[n] = '\0';
        slash = strrchr(path, '/');
    }
    size_t at = slash ? (size_t)(slash + 1 - path) : 0;
    if (at && at + sizeof "hc-plot" <= cap) {
        memcpy(path + at, "hc-plot", sizeof "hc-plot");
        if (access(path, X_OK) == 0)
            return;
    }
    snprintf(path, cap, "hc-plot");
}

/* Read both ends until they close. */
static hc_status drain(int out, int said_fd, hc_text *svg, hc_text *said,
                       hc_err *err)
{
    struct pollfd p[2] = {{out, POLLIN, 0}, {said_fd, POLLIN, 0}};
    hc_text *to[2] = {svg, said};
    int open = 2;
    while (open > 0) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return hc_fail(err, HC_IO, "hc-plot: %s", strerror(errno));
        for (int i = 0; i < 2; i++) {
            char buf[16384];
            if (p[i].fd < 0 || !p[i].revents)
                continue;
            ssize_t n = read(p[i].fd, buf, sizeof buf);
            if (n > 0) {
                hc_text_add(to[i], buf, (size_t)n);
            } else if (n == 0 || errno != EINTR) {
                p[i].fd = -1;
                open--;
            }
        }
    }
    hc_status st = hc_text_status(svg, err);
    return st == HC_OK ? hc_text_status(said, err) : st;
}

static int start(const char *path, char **argv, const int out[2],
                 const int said[2], pid_t *pid)
{
    posix_spawn_file_actions_t a;
    int e = posix_spawn_file_actions_init(&a);
    if (e)
        return e;
    posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&a, out[1], 1);
    posix_spawn_file_actions_adddup2(&a, said[1], 2);
    e = posix_spawnp(pid, path, &a, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&a);
    return e;
}

static hc_status run(const char *path, char **argv, hc_text *svg,
                     hc_text *said, int *code, hc_err *err)
{
    int out[2], said_fd[2], status = 0;
    pid_t pid = -1;
    if (pipe2(out, O_CLOEXEC) != 0)
        return hc_fail(err, HC_INTERNAL, "pipe: %s", strerror(errno));
    if (pipe2(said_fd, O_CLOEXEC) != 0) {
        close(out[0]);
        close(out[1]);
        return hc_fail(err, HC_INTERNAL, "pipe: %s", strerror(errno));
    }
    int e = start(path, argv, out, said_fd, &pid);
    close(out[1]);
    close(said_fd[1]);
    hc_status st = HC_OK;
    if (e)
        st =
            hc_fail(err, HC_INTERNAL, "cannot start hc-plot: %s", strerror(e));
    else
        st = drain(out[0], said_fd[0], svg, said, err);
    close(out[0]);
    close(said_fd[0]);
    while (!e && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 70;
    return st;
}

hc_status hc_figure_run(const char *kind, const char *const *files,
                        const char *const *labels, size_t n, hc_text *svg,
                        hc_text *said, int *code, hc_err *err)
{
    static const char *const before[] = {"hc-plot", "",       "--to", "svg",
                                         "--theme", "report", "-q"};
    enum { FIXED = sizeof before / sizeof *before };
    char path[PATH_MAX];
    const char **argv = calloc(3 * n + FIXED + 2, sizeof *argv);
    size_t to = FIXED;
    if (!argv)
        return hc_fail_nomem(err);
    find_plot(path, sizeof path);
    memcpy(argv, before, sizeof before);
    argv[1] = kind;
    for (size_t i = 0; labels && i < n; i++) {
        argv[to++] = "-L";
        argv[to++] = labels[i];
    }
    argv[to++] = "--";
    for (size_t i = 0; i < n; i++)
        argv[to++] = files[i];
    /* posix_spawn takes char * but changes nothing */
    hc_status st = run(path, (char **)(void *)argv, svg, said, code, err);
    free(argv);
    return st;
}
