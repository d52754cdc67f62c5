#include "night/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

hc_status hc_command_run(const char *const *argv, char *const *env,
                         hc_text *said, int *code, hc_err *err)
{
    posix_spawn_file_actions_t a;
    int ends[2], status = 0;
    pid_t pid = -1;
    char buf[4096];
    ssize_t n;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return hc_fail(err, HC_INTERNAL, "pipe: %s", strerror(errno));
    int e = posix_spawn_file_actions_init(&a);
    if (e == 0) {
        posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&a, ends[1], 1);
        posix_spawn_file_actions_adddup2(&a, ends[1], 2);
        e = posix_spawnp(&pid, argv[0], &a, NULL,
                         (char *const *)(uintptr_t)argv, env);
        posix_spawn_file_actions_destroy(&a);
    }
    close(ends[1]);
    while (e == 0 && (n = read(ends[0], buf, sizeof buf)) != 0)
        if (n > 0)
            hc_text_add(said, buf, (size_t)n);
        else if (errno != EINTR)
            break;
    close(ends[0]);
    while (e == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *code = e != 0 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 70;
    if (e != 0)
        hc_text_printf(said, "%s: %s", argv[0], strerror(e));
    return hc_text_status(said, err);
}
