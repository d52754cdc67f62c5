#include "core/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Reading ends of the pipes, -1 where there is none, and the process. */
enum { OUT, SAID, PROCESS, N_ENDS };

typedef struct {
    pid_t pid;
    int fd[N_ENDS];
    hc_text *to[N_ENDS]; /* of the first two */
} running;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void close_ends(int *fd, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fd[i] >= 0)
            close(fd[i]);
}

/* posix_spawn takes char * but changes nothing. */
static int spawn(const hc_program *p, const int write_end[2], pid_t *pid)
{
    posix_spawn_file_actions_t a;
    char *const *argv = (char *const *)(uintptr_t)p->argv;
    int e = posix_spawn_file_actions_init(&a);
    if (e != 0)
        return e;
    e = posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
    for (int i = 0; i < 2 && e == 0; i++)
        if (write_end[i] >= 0)
            e = posix_spawn_file_actions_adddup2(&a, write_end[i], 1 + i);
        else
            e = posix_spawn_file_actions_addopen(&a, 1 + i, "/dev/null",
                                                 O_WRONLY, 0);
    if (e == 0)
        e = posix_spawnp(pid, argv[0], &a, NULL, argv,
                         p->env != NULL ? p->env : environ);
    posix_spawn_file_actions_destroy(&a);
    return e;
}

/* Pipes for what is wanted; one for both when both go to the same text. */
static hc_status make_pipes(running *r, int write_end[2], hc_err *err)
{
    bool one = r->to[OUT] != NULL && r->to[OUT] == r->to[SAID];
    for (int i = 0; i < 2; i++) {
        int ends[2];
        if (r->to[i] == NULL || (i == SAID && one))
            continue;
        if (pipe2(ends, O_CLOEXEC) != 0)
            return hc_fail(err, HC_INTERNAL, "pipe: %s", strerror(errno));
        r->fd[i] = ends[0];
        write_end[i] = ends[1];
    }
    if (one)
        write_end[SAID] = write_end[OUT];
    return HC_OK;
}

/* What stands in one end; closes it at its end. */
static void take(running *r, int i)
{
    char buf[16384];
    ssize_t n = read(r->fd[i], buf, sizeof buf);
    if (n > 0) {
        hc_text_add(r->to[i], buf, (size_t)n);
    } else if (n == 0 || errno != EINTR) {
        close(r->fd[i]);
        r->fd[i] = -1;
    }
}

/* Until the process has ended and nothing more stands in the pipes; what it
 * left running may hold them open and is not waited for.  False: killed. */
static bool listen_to(running *r, double time_s)
{
    double end = now_s() + time_s;
    bool late = false, ended = r->fd[PROCESS] < 0, got = true;
    while (!ended || got) {
        struct pollfd p[N_ENDS];
        double left = (end - now_s()) * 1000;
        int ms = ended || left <= 0 ? 0 : (int)left + 1;
        if (!ended && (time_s <= 0 || late))
            ms = -1;
        for (int i = 0; i < N_ENDS; i++)
            p[i] = (struct pollfd){.fd = r->fd[i], .events = POLLIN};
        if (ended)
            p[PROCESS].fd = -1;
        got = false;
        int ready = poll(p, N_ENDS, ms);
        if (ready == 0 && !ended && !late) {
            kill(r->pid, SIGKILL);
            late = true;
        }
        for (int i = 0; i < 2 && ready > 0; i++)
            if (r->fd[i] >= 0 && p[i].revents) {
                take(r, i);
                got = true;
            }
        if (ready > 0 && p[PROCESS].fd >= 0 && p[PROCESS].revents)
            ended = got = true;
    }
    return !late;
}

/* Without a handle of the process the pipes say when it ends. */
static void listen_to_pipes(running *r)
{
    for (int i = 0; i < 2; i++)
        while (r->fd[i] >= 0)
            take(r, i);
}

hc_status hc_program_run(const hc_program *p, hc_text *out, hc_text *said,
                         int *code, hc_err *err)
{
    running r = {.pid = -1, .fd = {-1, -1, -1}, .to = {out, said, NULL}};
    int write_end[2] = {-1, -1}, status = 0;
    bool in_time = true;
    hc_status st = make_pipes(&r, write_end, err);
    int e = st == HC_OK ? spawn(p, write_end, &r.pid) : 0;

    close_ends(write_end, write_end[0] == write_end[1] ? 1 : 2);
    if (st == HC_OK && e == ENOMEM)
        st = hc_fail_nomem(err);
    if (st == HC_OK && e != 0) {
        *code = HC_PROGRAM_MISSING;
        if (said != NULL)
            hc_text_printf(said, "%s: %s", p->argv[0], strerror(e));
    } else if (st == HC_OK) {
        r.fd[PROCESS] = pidfd_open(r.pid, 0);
        if (r.fd[PROCESS] < 0)
            listen_to_pipes(&r);
        else
            in_time = listen_to(&r, p->time_s);
        while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR)
            ;
        *code = !in_time            ? HC_PROGRAM_LATE
                : WIFEXITED(status) ? WEXITSTATUS(status)
                                    : HC_PROGRAM_SIGNAL + WTERMSIG(status);
    }
    close_ends(r.fd, N_ENDS);
    if (st == HC_OK && out != NULL)
        st = hc_text_status(out, err);
    if (st == HC_OK && said != NULL)
        st = hc_text_status(said, err);
    return st;
}
