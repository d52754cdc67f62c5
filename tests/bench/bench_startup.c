/* Start-up of every tool: the median of 50 starts minus that of /bin/true
 * (DESIGN.md section 4: under 5 ms; hc-plot, which loads cairo, under 30).
 * A start of /bin/true goes before each start of the tool, so that what else
 * the machine does falls on both.
 *
 *     bench_startup BUILDDIR TOOL...
 */
#include "core/sort.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STARTS = 50 };

extern char **environ;

typedef struct {
    double wall_ms[STARTS], cpu_ms[STARTS];
} starts;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec * 1e-3;
}

/* One start; false if the program cannot be run or does not exit 0. */
static bool start(char *path, starts *s, int i)
{
    static char version[] = "--version";
    char *argv[] = {path, version, NULL};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    int status = 1;
    struct rusage used;
    double t = now_ms();
    bool ran = posix_spawn(&pid, path, &quiet, NULL, argv, environ) == 0 &&
               wait4(pid, &status, 0, &used) == pid && status == 0;
    s->wall_ms[i] = now_ms() - t;
    s->cpu_ms[i] = ran ? ms(used.ru_utime) + ms(used.ru_stime) : 0;
    posix_spawn_file_actions_destroy(&quiet);
    return ran;
}

static double median(double *ms_of_start)
{
    hc_sort_rising(ms_of_start, STARTS);
    return 0.5 * (ms_of_start[STARTS / 2 - 1] + ms_of_start[STARTS / 2]);
}

static void row(const char *tool, const char *work, double figure, double bar,
                bool ran)
{
    printf("%s\t%s\t%.2f\tms\t%g\t%s\n", tool, work, figure, bar,
           ran && figure < bar ? "pass" : "FAIL");
}

int main(int argc, char **argv)
{
    static char none[] = "/bin/true";
    static starts base, tool;
    for (int i = 2; i < argc; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], argv[i]);
        double bar = strcmp(argv[i], "hc-plot") == 0 ? 30 : 5;
        bool ran = true;
        for (int k = 0; k < STARTS; k++)
            ran = start(none, &base, k) && start(path, &tool, k) && ran;
        row(argv[i], "start-up", median(tool.wall_ms) - median(base.wall_ms),
            bar, ran);
        row(argv[i], "start-up, CPU",
            median(tool.cpu_ms) - median(base.cpu_ms), bar, ran);
    }
    return 0;
}
