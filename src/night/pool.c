#include "night/pool.h"

#include "core/text.h"
#include "night/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* From the order to end until the end is made. */
static const double grace_s = 2;

typedef struct {
    pid_t pid; /* 0: free */
    int fd;    /* of the process */
    size_t tag;
    double begun, deadline; /* s; deadline 0: none */
    bool told, timed_out;
} slot;

struct hc_pool {
    hc_pool_limits limits;
    slot *slots;
    struct pollfd *polls; /* the slots', then the signals' */
    size_t running;
    sigset_t old_mask;
    int signals;
};

hc_status hc_pool_new(hc_pool **out, const hc_pool_limits *limits,
                      hc_err *err)
{
    hc_pool *p = calloc(1, sizeof *p);
    sigset_t mask;
    if (p != NULL) {
        p->slots = calloc((size_t)limits->n, sizeof *p->slots);
        p->polls = calloc((size_t)limits->n + 1, sizeof *p->polls);
    }
    if (p == NULL || p->slots == NULL || p->polls == NULL) {
        if (p != NULL) {
            free(p->slots);
            free(p->polls);
        }
        free(p);
        return hc_fail_nomem(err);
    }
    p->limits = *limits;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGHUP);
    sigprocmask(SIG_BLOCK, &mask, &p->old_mask);
    p->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    *out = p;
    return HC_OK;
}

static void finish(hc_pool *p, slot *s, int *status)
{
    /* what the job left running goes with it */
    while (waitpid(s->pid, status, 0) < 0 && errno == EINTR)
        ;
    kill(-s->pid, SIGKILL);
    if (s->fd >= 0)
        close(s->fd);
    *s = (slot){0};
    p->running--;
}

void hc_pool_free(hc_pool *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < p->limits.n; i++) {
        int status;
        if (p->slots[i].pid == 0)
            continue;
        kill(-p->slots[i].pid, SIGKILL);
        finish(p, &p->slots[i], &status);
    }
    if (p->signals >= 0)
        close(p->signals);
    sigprocmask(SIG_SETMASK, &p->old_mask, NULL);
    free(p->slots);
    free(p->polls);
    free(p);
}

bool hc_pool_has_room(const hc_pool *p)
{
    return p->running < (size_t)p->limits.n;
}

size_t hc_pool_running(const hc_pool *p)
{
    return p->running;
}

/* ---- starting ---- */

static int spawn(const hc_pool *p, const hc_pool_job *job, char *const argv[],
                 pid_t *pid)
{
    posix_spawn_file_actions_t a;
    posix_spawnattr_t attr;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    int e = posix_spawn_file_actions_init(&a);
    if (e != 0)
        return e;
    e = posix_spawnattr_init(&attr);
    if (e != 0) {
        posix_spawn_file_actions_destroy(&a);
        return e;
    }
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID |
                                        POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attr, &p->old_mask);
    e = posix_spawn_file_actions_addchdir_np(&a, job->folder);
    if (e == 0)
        e = posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
    if (e == 0)
        e = posix_spawn_file_actions_addopen(&a, 1, "stdout.tsv", flags,
                                             0666);
    if (e == 0)
        e = posix_spawn_file_actions_addopen(&a, 2, "log", flags, 0666);
    if (e == 0)
        e = posix_spawn(pid, argv[0], &a, &attr, argv, job->env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&a);
    return e;
}

/* ---- limits ---- */

enum { N_LIMITS = 3 };

typedef struct {
    int resource;
    bool set;
    rlim_t value;
} limit;

static void limits_of(const hc_pool *p, limit l[N_LIMITS])
{
    const double memory = p->limits.memory_b, file = p->limits.file_b;
    l[0] = (limit){RLIMIT_AS, memory > 0, (rlim_t)memory};
    l[1] = (limit){RLIMIT_FSIZE, file > 0, (rlim_t)file};
    l[2] = (limit){RLIMIT_CORE, true, 0};
}

/* Where we ourselves need more memory than a job may, a shell limits itself
 * and becomes the recipe: a limit set from here after the start would come
 * too late for what the recipe starts at once. */
static int spawn_by_shell(const hc_pool *p, const hc_pool_job *job,
                          pid_t *pid)
{
    char kib[32];
    snprintf(kib, sizeof kib, "%.0f", floor(p->limits.memory_b / 1024));
    char *argv[] = {"/bin/sh",
                    "-c",
                    "ulimit -v \"$1\" && exec \"$0\"",
                    (char *)(uintptr_t)job->recipe,
                    kib,
                    NULL};
    return spawn(p, job, argv, pid);
}

/* A process is limited from its first instruction when it inherits: the soft
 * limits are ours for the moment of its start. */
static int spawn_limited(const hc_pool *p, const hc_pool_job *job, pid_t *pid)
{
    limit l[N_LIMITS];
    struct rlimit own[N_LIMITS];
    limits_of(p, l);
    for (int i = 0; i < N_LIMITS; i++) {
        if (getrlimit((__rlimit_resource_t)l[i].resource, &own[i]) != 0)
            l[i].set = false;
        struct rlimit low = own[i];
        low.rlim_cur = l[i].value < low.rlim_max ? l[i].value : low.rlim_max;
        if (l[i].set)
            setrlimit((__rlimit_resource_t)l[i].resource, &low);
    }
    char *argv[] = {(char *)(uintptr_t)job->recipe, NULL};
    int e = spawn(p, job, argv, pid);
    for (int i = 0; i < N_LIMITS; i++)
        if (l[i].set)
            setrlimit((__rlimit_resource_t)l[i].resource, &own[i]);
    if (e == ENOMEM && l[0].set)
        e = spawn_by_shell(p, job, pid);
    for (int i = 0; i < N_LIMITS && e == 0; i++) {
        const struct rlimit hard = {l[i].value, l[i].value};
        if (l[i].set)
            prlimit(*pid, (__rlimit_resource_t)l[i].resource, &hard, NULL);
    }
    return e;
}

hc_status hc_pool_start(hc_pool *p, const hc_pool_job *job, size_t tag,
                        hc_err *err)
{
    slot *s = p->slots;
    hc_status st = hc_folder_make_new(job->folder, err);
    while (s->pid != 0)
        s++;
    if (st != HC_OK)
        return st;
    s->begun = hc_clock_s();
    int e = spawn_limited(p, job, &s->pid);
    if (e != 0) {
        s->pid = 0;
        return hc_fail_at(err, e == EAGAIN || e == ENOMEM ? HC_AGAIN : HC_NO,
                          job->recipe, 0, "cannot start: %s", strerror(e));
    }
    s->fd = pidfd_open(s->pid, 0);
    s->tag = tag;
    s->told = s->timed_out = false;
    s->deadline = p->limits.time_s > 0 ? s->begun + p->limits.time_s : 0;
    hc_folder_note_process(job->folder, s->pid);
    p->running++;
    return HC_OK;
}

/* ---- waiting ---- */

/* Tell those over their time to end, and end those that were told. */
static int check_deadlines(hc_pool *p, int timeout_ms)
{
    double now = hc_clock_s();
    for (int i = 0; i < p->limits.n; i++) {
        slot *s = &p->slots[i];
        if (s->pid == 0 || s->deadline <= 0)
            continue;
        if (now >= s->deadline) {
            kill(-s->pid, s->told ? SIGKILL : SIGTERM);
            s->timed_out = s->told = true;
            s->deadline = now + grace_s;
        }
        double left = (s->deadline - now) * 1000 + 1;
        if (timeout_ms < 0 || left < timeout_ms)
            timeout_ms = (int)left;
    }
    return timeout_ms;
}

static void outcome_of(hc_pool *p, slot *s, size_t *tag, hc_outcome *o)
{
    int status = 0;
    *tag = s->tag;
    o->timed_out = s->timed_out;
    o->seconds = hc_clock_s() - s->begun;
    finish(p, s, &status);
    o->exit_code = WIFEXITED(status) ? WEXITSTATUS(status)
                                     : 128 + WTERMSIG(status);
}

hc_status hc_pool_wait(hc_pool *p, int timeout_ms, bool *got, size_t *tag,
                       hc_outcome *outcome, int *signal, hc_err *err)
{
    size_t n = (size_t)p->limits.n;
    struct signalfd_siginfo info;
    *got = false;
    *signal = 0;
    timeout_ms = check_deadlines(p, timeout_ms);
    for (size_t i = 0; i < n; i++)
        p->polls[i] = (struct pollfd){
            .fd = p->slots[i].pid != 0 ? p->slots[i].fd : -1,
            .events = POLLIN};
    p->polls[n] = (struct pollfd){.fd = p->signals, .events = POLLIN};
    if (poll(p->polls, n + 1, timeout_ms) < 0 && errno != EINTR)
        return hc_fail(err, HC_INTERNAL, "poll: %s", strerror(errno));
    if (p->polls[n].revents &&
        read(p->signals, &info, sizeof info) == sizeof info)
        *signal = (int)info.ssi_signo;
    for (size_t i = 0; i < n && !*got; i++)
        if (p->slots[i].pid != 0 && p->polls[i].revents) {
            outcome_of(p, &p->slots[i], tag, outcome);
            *got = true;
        }
    return HC_OK;
}
