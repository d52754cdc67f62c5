/* task.c: lists of jobs for other machines, and a task that works on one
 *
 * A list is texts that end with NUL: folder of the jobs, jobs a task, limits
 * of time, memory and file size; then of each job its id, key, recipe, its
 * environment and an empty text.  The result of a job is a file in its
 * folder, so that nobody but the night itself needs the database.
 */
#include "night/task.h"

#include "core/number.h"
#include "night/folder.h"
#include "night/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 5 };

static void put(hc_text *t, const char *s)
{
    hc_text_add(t, s, strlen(s) + 1);
}

static void put_number(hc_text *t, double x)
{
    char buf[HC_NUMBER_SIZE];
    hc_number_print(x, buf);
    put(t, buf);
}

void hc_list_begin(hc_text *t, const hc_night *n)
{
    put(t, n->jobs);
    put_number(t, (double)n->o->chunk);
    put_number(t, n->o->time_s);
    put_number(t, n->o->memory_b);
    put_number(t, n->o->file_b);
}

hc_status hc_list_add(hc_text *t, const hc_night *n, const hc_work *w,
                      hc_err *err)
{
    char **env = NULL;
    hc_status st = hc_env_of(n, w, &env, err);
    if (st != HC_OK)
        return st;
    put(t, w->id);
    put(t, w->row.key);
    put(t, w->recipe->path);
    for (char **p = env; *p != NULL; p++)
        put(t, *p);
    put(t, "");
    hc_env_free(env);
    return hc_text_status(t, err);
}

/* ---- results ---- */

static char *result_path(const char *folder)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s/.result", folder);
    return t.failed ? NULL : t.data;
}

static hc_status write_result(const char *folder, const char *key,
                              const hc_outcome *o, hc_err *err)
{
    hc_text t = {0};
    char *path = result_path(folder), buf[HC_NUMBER_SIZE];
    hc_number_print(o->seconds, buf);
    hc_text_printf(&t, "%s %d %d %s\n", key, o->exit_code, o->timed_out, buf);
    hc_status st = path == NULL || t.failed
                       ? hc_fail_nomem(err)
                       : hc_out_file(path, t.data, t.len, err);
    hc_text_clear(&t);
    free(path);
    return st;
}

bool hc_result_read(const char *folder, const char *key, hc_outcome *o)
{
    char line[256], *path = result_path(folder), *end;
    size_t len = strlen(key);
    int fd = path == NULL ? -1 : open(path,
                                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    free(path);
    line[n > 0 ? n : 0] = '\0';
    if (strncmp(line, key, len) != 0 || line[len] != ' ')
        return false;
    o->exit_code = (int)strtol(line + len, &end, 10);
    o->timed_out = strtol(end, &end, 10) != 0;
    end += *end == ' ';
    return hc_number_parse(end, strcspn(end, "\n"), &o->seconds);
}

/* ---- a task ---- */

typedef struct {
    char *data;
    size_t len, at;
} list;

static hc_status load(const char *path, list *l, hc_err *err)
{
    hc_in *in = NULL;
    hc_text t = {0};
    char buf[65536];
    size_t got = 1;
    hc_status st = hc_in_open(&in, path, err);
    while (st == HC_OK && got > 0) {
        st = hc_in_read(in, buf, sizeof buf, &got, err);
        if (st == HC_OK)
            hc_text_add(&t, buf, got);
    }
    hc_in_free(in);
    if (st == HC_OK)
        st = hc_text_status(&t, err);
    *l = (list){.data = t.data, .len = t.len};
    return st;
}

static const char *next(list *l)
{
    const char *s = l->data + l->at;
    if (l->at >= l->len)
        return NULL;
    l->at += strlen(s) + 1;
    return s;
}

static hc_status run_one(hc_pool *pool, const char *folder, const char *key,
                         const char *recipe, char *const *env, hc_err *err)
{
    hc_pool_job job = {.recipe = recipe, .folder = folder, .env = env};
    hc_outcome o;
    bool got = false;
    int signal = 0;
    size_t tag;
    hc_err why = {0};
    if (hc_result_read(folder, key, &o))
        return HC_OK; /* done before the machine went away */
    hc_status st = hc_pool_start(pool, &job, 0, &why);
    if (st == HC_NO || st == HC_AGAIN) {
        o = (hc_outcome){.exit_code = st == HC_AGAIN ? 75 : 126};
        return write_result(folder, key, &o, err);
    }
    if (st != HC_OK) {
        *err = why;
        return st;
    }
    while (st == HC_OK && !got) {
        st = hc_pool_wait(pool, -1, &got, &tag, &o, &signal, err);
        if (signal != 0)
            return hc_fail(err, HC_AGAIN, "ended by signal %d", signal);
    }
    /* 143: SIGTERM, which Slurm sends to the processes of a task that is
     * cancelled, though not to the task itself; it will be handed in again */
    if (st == HC_OK && o.exit_code == 143 && !o.timed_out)
        st = hc_fail(err, HC_AGAIN, "a job was ended from outside");
    return st == HC_OK ? write_result(folder, key, &o, err) : st;
}

/* The last job that ended.  Whoever cancels a task ends all its processes,
 * one after the other: what ended just before our own turn may have lost one
 * of its own, and its result is taken back. */
typedef struct {
    char *folder;
    double at; /* s */
} last_job;

static const double doubt_s = 1;

static void take_back(const last_job *last)
{
    char *path = last->folder != NULL ? result_path(last->folder) : NULL;
    if (path != NULL && hc_clock_s() - last->at < doubt_s)
        unlink(path);
    free(path);
}

/* The next job of the list, run when it is of this task. */
static hc_status step(list *l, const char *jobs, hc_pool *pool, bool mine,
                      last_job *last, bool *more, hc_err *err)
{
    const char *id = next(l), *key = next(l), *recipe = next(l), *s;
    size_t first = l->at, n = 0;
    hc_text folder = {0};
    hc_status st = HC_OK;
    *more = id != NULL && key != NULL && recipe != NULL;
    if (!*more)
        return HC_OK;
    while ((s = next(l)) != NULL && s[0] != '\0')
        n++;
    if (!mine)
        return HC_OK;
    char **env = calloc(n + 1, sizeof *env);
    hc_text_printf(&folder, "%s/%s.run", jobs, id);
    if (env == NULL || folder.failed)
        st = hc_fail_nomem(err);
    for (size_t i = 0, at = first; i < n && st == HC_OK; i++) {
        env[i] = l->data + at;
        at += strlen(env[i]) + 1;
    }
    if (st == HC_OK)
        st = run_one(pool, folder.data, key, recipe, env, err);
    if (st == HC_OK) {
        free(last->folder);
        *last = (last_job){folder.data, hc_clock_s()};
    } else {
        hc_text_clear(&folder);
    }
    free(env);
    return st;
}

/* HC_AGAIN when our turn comes within a moment of the last job's end. */
static hc_status listen(hc_pool *pool, hc_err *err)
{
    hc_outcome o;
    size_t tag;
    bool got;
    int signal = 0;
    hc_status st = hc_pool_wait(pool, 100, &got, &tag, &o, &signal, err);
    if (st == HC_OK && signal != 0)
        st = hc_fail(err, HC_AGAIN, "ended by signal %d", signal);
    return st;
}

hc_status hc_night_task(const char *path, long task, hc_err *err)
{
    list l = {0};
    const char *head[HEAD];
    double x[HEAD] = {0};
    hc_pool *pool = NULL;
    last_job last = {0};
    bool more = true;
    hc_status st = load(path, &l, err);
    for (int i = 0; i < HEAD && st == HC_OK; i++) {
        head[i] = next(&l);
        if (head[i] == NULL ||
            (i > 0 && !hc_number_parse(head[i], strlen(head[i]), &x[i])))
            st = hc_fail_at(err, HC_DATA, path, 0, "is no list of jobs");
    }
    if (st == HC_OK) {
        hc_pool_limits limits = {
            .n = 1, .time_s = x[2], .memory_b = x[3], .file_b = x[4]};
        st = hc_pool_new(&pool, &limits, err);
    }
    for (double i = 0; st == HC_OK && more; i++)
        st = step(&l, head[0], pool,
                  i >= x[1] * (double)task && i < x[1] * (double)(task + 1),
                  &last, &more, err);
    if (st == HC_OK)
        st = listen(pool, err);
    if (st == HC_AGAIN)
        take_back(&last);
    free(last.folder);
    hc_pool_free(pool);
    free(l.data);
    return st;
}
