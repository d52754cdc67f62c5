/* hc-night: a folder of instrument files becomes a database */
#include "core/session.h"
#include "core/text.h"
#include "formats/cells.h"
#include "night/night.h"
#include "probe/probe.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    hc_common common;
    hc_night_options night;
} opts;

#define TEXT(NAME, LETTER, ARG, HELP, MEMBER)                                 \
    {                                                                         \
        NAME, LETTER, HC_OPT_TEXT, ARG, HELP, offsetof(opts, night.MEMBER),   \
            NULL, 0, 0,                                                       \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define FLAG(NAME, LETTER, HELP, MEMBER)                                      \
    {                                                                         \
        NAME, LETTER, HC_OPT_FLAG, NULL, HELP, offsetof(opts, night.MEMBER),  \
            NULL, 0, 0,                                                       \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define COUNT(NAME, LETTER, HELP, MEMBER, LOW, HIGH)                          \
    {                                                                         \
        NAME, LETTER, HC_OPT_INTEGER, "N", HELP,                              \
            offsetof(opts, night.MEMBER), NULL, LOW, HIGH,                    \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define TIME(NAME, HELP, MEMBER)                                              \
    HC_OPTION_QUANTITY(NAME, "TIME", HELP, HC_DIM_TIME, opts, night.MEMBER)
#define MEGABYTES(NAME, HELP, MEMBER)                                         \
    {                                                                         \
        NAME, 0, HC_OPT_NUMBER, "MB", HELP, offsetof(opts, night.MEMBER),     \
            NULL, 0, 1e9,                                                     \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    TEXT("database", 'd', "FILE", "results go here (OUT/night.db)", database),
    TEXT("out", 'O', "FOLDER", "folders of the jobs (night)", out),
    TEXT("recipes", 'r', "FOLDER", "what is done with the files", recipes),
    HC_OPTION_CELLS(opts, night.cells),
    TEXT("cell-files", 0, "FOLDER", "cell files, one CELL.json for each",
         cell_files),
    COUNT("jobs", 'j', "jobs at a time (one a processor)", jobs, 1, 1024),
    TIME("time", "limit of one job (1h)", time_s),
    MEGABYTES("memory", "limit of each process of a job (none)", memory_b),
    MEGABYTES("file-size", "limit of each file a job writes (1000)", file_b),
    COUNT("retries", 0, "of a job that says 'try again', exit 75 (3)", retries,
          0, 100),
    FLAG("retry-failed", 0, "also what failed and has not changed",
         retry_failed),
    FLAG("growing", 0, "files may still be written: an open end is fine",
         growing),
    FLAG("dry-run", 'n', "say what would be done", dry_run),
    TIME("watch", "begin again so long after the end of each night", watch_s),
    {"engine",
     0,
     HC_OPT_CHOICE,
     "NAME",
     "who runs the jobs (local)",
     offsetof(opts, night.engine),
     "local|slurm",
     0,
     0,
     {0}},
    TEXT("partition", 0, "NAME", "slurm: partition", partition),
    {"sbatch",
     0,
     HC_OPT_LIST,
     "OPTION",
     "slurm: an option of sbatch",
     offsetof(opts, night.sbatch),
     NULL,
     0,
     0,
     {0}},
    COUNT("chunk", 0, "slurm: jobs in one task (8)", chunk, 1, 10000),
    TIME("poll", "slurm: time between looks (2s)", poll_s),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-night",
    .purpose = "a folder of instrument files becomes a database",
    .operands = "FOLDER...",
    .notes =
        "Does with every new, grown or changed file what the recipes say, "
        "and\n"
        "keeps the results.  Ended at any moment, the same command goes on.",
    .options = options,
    .min_operands = 1,
    .max_operands = -1};

static hc_status check_cells(const char *path, hc_err *err)
{
    hc_cells *cells = NULL;
    hc_status st = path != NULL ? hc_cells_open(&cells, path, err) : HC_OK;
    hc_cells_free(cells);
    return st;
}

static hc_status run(hc_session *s, opts *o, const char *program, int *signal)
{
    hc_night_options *n = &o->night;
    hc_text database = {0};
    char *cell_files = NULL;
    hc_status st = HC_OK;
    n->program = program;
    n->memory_b *= 1e6;
    n->file_b *= 1e6;
    if (n->recipes == NULL)
        st = hc_fail(&s->err, HC_USAGE,
                     "--recipes says what is done with the files");
    hc_text_printf(&database, "%s/night.db", n->out);
    if (n->database == NULL)
        n->database = hc_text_get(&database);
    if (n->cell_files != NULL) {
        cell_files = realpath(n->cell_files, NULL);
        if (cell_files == NULL)
            st = hc_fail_open(&s->err, HC_NOINPUT, n->cell_files);
        n->cell_files = cell_files;
    }
    if (st == HC_OK)
        st = check_cells(n->cells, &s->err);
    if (st == HC_OK)
        st = hc_night_run(s, n, signal, &s->err);
    hc_text_clear(&database);
    free(cell_files);
    return st;
}

/* Hidden uses: `--probe [CELLS]` answers questions about files, `--task LIST
 * N` is a task of slurm. */
static bool serve(int argc, char **argv, int *code)
{
    hc_err err = {0};
    hc_status st;
    if (argc >= 2 && strcmp(argv[1], "--probe") == 0)
        st = hc_probe_serve(STDIN_FILENO, STDOUT_FILENO,
                            argc > 2 ? argv[2] : NULL, &err);
    else if (argc == 4 && strcmp(argv[1], "--task") == 0)
        st = hc_night_task(argv[2], strtol(argv[3], NULL, 10), &err);
    else
        return false;
    if (st != HC_OK)
        hc_say_error(&(hc_talk){.tool = "hc-night"}, &err);
    *code = hc_status_exit(st);
    return true;
}

int main(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    opts o = {.night = {.out = "night",
                        .engine = "local",
                        .jobs = processors > 0 ? processors : 1,
                        .retries = 3,
                        .chunk = 8,
                        .time_s = 3600,
                        .file_b = 1000,
                        .probe_s = 60,
                        .poll_s = 2}};
    char program[PATH_MAX];
    hc_session s;
    int code = 0, signal = 0;
    if (serve(argc, argv, &code))
        return code;
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    hc_session_note(&s, run(&s, &o, program, &signal));
    hc_list_clear(&o.night.sbatch);
    code = hc_session_end(&s);
    if (signal != 0)
        raise(signal);
    return code;
}
