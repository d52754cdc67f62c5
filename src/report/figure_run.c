#include "report/figure_run.h"

#include "core/program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    argv[0] = path;
    const hc_program p = {.argv = argv};
    hc_status st = hc_program_run(&p, svg, said, code, err);
    if (st == HC_OK && *code == HC_PROGRAM_MISSING)
        st = hc_fail(err, HC_INTERNAL, "cannot start %s", hc_text_get(said));
    free(argv);
    return st;
}
