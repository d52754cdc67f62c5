/* slurm.c: the engine that hands jobs to Slurm
 *
 * Each stage is an array, the next waits for it (afterany).  A task writes
 * the results of its jobs as files; this process alone writes the database.
 * What Slurm no longer knows and left no result (its node died, it was
 * cancelled) is handed in again.
 */
#include "night/slurm_work.h"

#include "core/program.h"
#include "night/task.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a controller may be away before the night gives up for now. */
static const double patience_s = 900;

char *hc_slurm_file(const hc_slurm *s, long number, const char *end)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s/", s->folder);
    if (number != 0)
        hc_text_printf(&t, "%ld.", number);
    hc_text_puts(&t, end);
    return t.failed ? NULL : t.data;
}

/* ---- talking to the controller ---- */

hc_status hc_slurm_ask(hc_slurm *s, const char *const *argv, hc_text *said,
                       bool *answered, hc_err *err)
{
    int code = 0;
    const hc_program p = {.argv = argv, .env = s->env};
    hc_status st = hc_program_run(&p, said, said, &code, err);
    *answered = st == HC_OK && code == 0;
    if (st != HC_OK)
        return st;
    if (*answered) {
        s->silent_since = 0;
        return HC_OK;
    }
    const char *text = hc_text_get(said);
    bool away = strstr(text, "ontact") != NULL ||
                strstr(text, "onnect") != NULL ||
                strstr(text, "imed out") != NULL ||
                strstr(text, "ommunication") != NULL;
    if (!away)
        return hc_fail(err, code == HC_PROGRAM_MISSING ? HC_USAGE : HC_CREATE,
                       "%s: %.*s", argv[0], (int)strcspn(text, "\n"), text);
    if (s->silent_since <= 0)
        s->silent_since = hc_clock_s();
    if (hc_clock_s() - s->silent_since > patience_s)
        return hc_fail(err, HC_AGAIN,
                       "the Slurm controller has not answered for %g s; the "
                       "same command goes on",
                       patience_s);
    return HC_OK;
}

/* A task that Slurm requeued and holds, since its node could not begin it,
 * would stay for ever: it is cancelled and counts as gone. */
static hc_status give_up(hc_slurm *s, const char *line, hc_err *err)
{
    char task[64];
    hc_text said = {0};
    int code;
    hc_copy(task, sizeof task, line, strcspn(line, " "));
    const char *const argv[] = {"scancel", task, NULL};
    const hc_program p = {.argv = argv, .env = s->env};
    hc_status st = hc_program_run(&p, &said, &said, &code, err);
    hc_text_clear(&said);
    return st;
}

static bool is_held(const char *line)
{
    size_t n = strcspn(line, "\n");
    return memmem(line, n, "requeued held", 13) != NULL;
}

/* Mark all that the queue still has ("123_4 REASON" a line). */
static hc_status look_at_queue(hc_slurm *s, bool *answered, hc_err *err)
{
    char name[64];
    hc_text said = {0};
    snprintf(name, sizeof name, "--name=%s", s->name);
    const char *const argv[] = {"squeue",   "-h", "-r", "-o",
                                "%F_%K %r", name, NULL};
    hc_status st = hc_slurm_ask(s, argv, &said, answered, err);
    for (size_t i = 0; st == HC_OK && *answered && i < s->n->n_work; i++)
        s->jobs[i].gone = s->jobs[i].array != 0;
    for (const char *p = hc_text_get(&said);
         st == HC_OK && *answered && *p != '\0';) {
        char *end;
        long array = strtol(p, &end, 10);
        long task = *end == '_' ? strtol(end + 1, NULL, 10) : -1;
        bool held = is_held(p);
        if (held)
            st = give_up(s, p, err);
        for (size_t i = 0; i < s->n->n_work && !held; i++)
            if (s->jobs[i].array == array && s->jobs[i].task == task)
                s->jobs[i].gone = false;
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    hc_text_clear(&said);
    return st;
}

/* ---- getting back ---- */

static hc_status take_result(hc_slurm *s, hc_handed *h, const hc_outcome *o,
                             hc_err *err)
{
    bool again = false;
    hc_status st = hc_collector_ended(s->c, h->work, o, &again, err);
    h->array = 0;
    h->gone = false;
    if (again) {
        char *folder = hc_work_folder(s->n, h->work);
        hc_err ignored;
        h->work->not_before =
            hc_clock_s() + (double)(1 << (h->work->row.attempts - 1));
        if (folder != NULL && hc_folder_remove(folder, &ignored) != HC_OK)
            h->ended = true; /* its old result would be taken again */
        free(folder);
    } else {
        h->ended = true;
    }
    s->left -= h->ended;
    return st;
}

/* Results that are there; `lost`: of what is gone without one as well. */
static hc_status collect(hc_slurm *s, bool lost, hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < s->n->n_work && st == HC_OK; i++) {
        hc_handed *h = &s->jobs[i];
        hc_outcome o;
        char *folder = h->ended ? NULL : hc_work_folder(s->n, h->work);
        if (folder != NULL && hc_result_read(folder, h->work->row.key, &o)) {
            st = take_result(s, h, &o, err);
        } else if (folder != NULL && lost && h->gone) {
            o = (hc_outcome){.exit_code = 75};
            st = take_result(s, h, &o, err);
            if (h->ended)
                snprintf(h->work->row.message, sizeof h->work->row.message,
                         "its task left Slurm's queue without a result");
        }
        free(folder);
    }
    return st;
}

/* ---- going on after a night that was ended ---- */

/* One line of a map: "TASK ID KEY". */
static void adopt_line(hc_slurm *s, long array, const char *line)
{
    char *end;
    long task = strtol(line, &end, 10);
    for (size_t i = 0; i < s->n->n_work; i++) {
        const hc_work *w = s->jobs[i].work;
        size_t len = strlen(w->id);
        if (*end == ' ' && strncmp(end + 1, w->id, len) == 0 &&
            end[1 + len] == ' ' && strcmp(end + 2 + len, w->row.key) == 0) {
            s->jobs[i].array = array;
            s->jobs[i].task = task;
        }
    }
}

static void adopt_array(hc_slurm *s, long array)
{
    char *path = hc_slurm_file(s, array, "map"), *line = NULL;
    hc_in *in = NULL;
    size_t len;
    if (path != NULL && hc_in_open(&in, path, NULL) == HC_OK)
        while (hc_in_line(in, &line, &len, NULL) == HC_OK && line != NULL)
            adopt_line(s, array, line);
    hc_in_free(in);
    free(path);
}

/* Jobs of ours that the queue still has are waited for. */
static hc_status adopt(hc_slurm *s, hc_err *err)
{
    char name[64];
    hc_text said = {0};
    bool answered = false;
    long before = 0;
    snprintf(name, sizeof name, "--name=%s", s->name);
    const char *const argv[] = {"squeue", "-h", "-r", "-o", "%F", name, NULL};
    hc_status st = hc_slurm_ask(s, argv, &said, &answered, err);
    for (const char *p = hc_text_get(&said);
         st == HC_OK && answered && *p != '\0';) {
        long array = strtol(p, NULL, 10);
        if (array != before)
            adopt_array(s, array);
        before = array;
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    hc_text_clear(&said);
    return st;
}

static hc_status prepare(hc_slurm *s, hc_err *err)
{
    static const char script[] =
        "#!/bin/sh\n"
        "exec \"$HC_NIGHT_PROGRAM\" --task \"$HC_NIGHT_LIST\" "
        "\"$SLURM_ARRAY_TASK_ID\"\n";
    hc_sha256 sum;
    char hex[HC_SHA256_HEX];
    hc_text t = {0};
    hc_text_printf(&t, "%s/slurm", s->n->out);
    hc_sha256_init(&sum);
    hc_sha256_add(&sum, s->n->out, strlen(s->n->out));
    hc_sha256_hex(&sum, hex);
    snprintf(s->name, sizeof s->name, "hc-night-%.12s", hex);
    s->folder = t.data;
    s->jobs = calloc(s->n->n_work + 1, sizeof *s->jobs);
    if (t.failed || s->jobs == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < s->n->n_work; i++)
        s->jobs[i].work = &s->n->work[i];
    s->left = s->n->n_work;
    hc_status st = hc_folder_make(s->folder, err);
    char *path = hc_slurm_file(s, 0, "task.sh");
    if (st == HC_OK && path == NULL)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        st = hc_out_file(path, script, sizeof script - 1, err);
    free(path);
    if (st == HC_OK)
        st = hc_slurm_name_list(s, "", err);
    return st == HC_OK ? adopt(s, err) : st;
}

/* Asleep for so long, or until the user ends it. */
static int pause_s(double seconds)
{
    sigset_t ends, old;
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, &old);
    int got = sigtimedwait(&ends, NULL, &t);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return got > 0 ? got : 0;
}

hc_status hc_engine_slurm(hc_night *n, hc_collector *c, int *signal,
                          hc_err *err)
{
    hc_slurm s = {.n = n, .c = c};
    bool answered = false;
    hc_status st = prepare(&s, err);
    *signal = 0;
    if (st == HC_OK)
        st = collect(&s, false, err);
    while (st == HC_OK && s.left > 0 && *signal == 0) {
        st = hc_slurm_submit(&s, err);
        if (st == HC_OK)
            *signal = pause_s(n->o->poll_s);
        /* the queue first: what it no longer has, has written its result */
        if (st == HC_OK && *signal == 0)
            st = look_at_queue(&s, &answered, err);
        if (st == HC_OK && *signal == 0)
            st = collect(&s, answered, err);
        if (st == HC_OK)
            st = hc_collector_flush(c, false, err);
        if (n->show)
            hc_say_progress(n->talk, s.left == 0, "%zu of %zu done",
                            n->n_work - s.left, n->n_work);
    }
    if (st == HC_OK)
        st = hc_collector_flush(c, true, err);
    hc_slurm_forget(&s);
    free(s.jobs);
    free(s.folder);
    return st;
}
