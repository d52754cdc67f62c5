/* Start-up of every tool: the median of 50 starts minus that of /bin/true
 * (DESIGN.md section 4: under 5 ms; hc-plot, which loads cairo, under 30).
 *
 *     bench_startup BUILDDIR TOOL...
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

enum { STARTS = 50 };

extern char **environ;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_start_ms(char *path)
{
    static char help[] = "--version";
    char *argv[] = {path, help, NULL};
    double ms[STARTS];
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < STARTS; i++) {
        pid_t pid;
        int status;
        double t = now_ms();
        if (posix_spawn(&pid, path, &quiet, NULL, argv, environ) != 0)
            return -1;
        waitpid(pid, &status, 0);
        ms[i] = now_ms() - t;
    }
    posix_spawn_file_actions_destroy(&quiet);
    qsort(ms, STARTS, sizeof ms[0], by_value);
    return ms[STARTS / 2];
}

int main(int argc, char **argv)
{
    static char none[] = "/bin/true";
    double base = median_start_ms(none);
    for (int i = 2; i < argc; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], argv[i]);
        double ms = median_start_ms(path) - base;
        double bar = strcmp(argv[i], "hc-plot") == 0 ? 30 : 5;
        printf("%s\tstart-up\t%.2f\tms\t%g\t%s\n", argv[i], ms, bar,
               ms >= 0 && ms < bar ? "pass" : "FAIL");
    }
    return 0;
}
