/* slurm_submit.c: jobs are handed in, each stage as arrays */
#include "night/slurm_work.h"

#include "night/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ARRAY_MAX = 1000 }; /* tasks; MaxArraySize is 1001 by default */

/* Which task has which job, for a night that goes on after this one. */
static hc_status write_map(hc_slurm *s, long array, hc_handed *const *jobs,
                           size_t n, hc_err *err)
{
    hc_text t = {0};
    char *path = hc_slurm_file(s, array, "map");
    for (size_t i = 0; i < n; i++)
        hc_text_printf(&t, "%ld %s %s\n", jobs[i]->task, jobs[i]->work->id,
                       jobs[i]->work->row.key);
    hc_status st = path == NULL || t.failed
                       ? hc_fail_nomem(err)
                       : hc_out_file(path, hc_text_get(&t), t.len, err);
    hc_text_clear(&t);
    free(path);
    return st;
}

static hc_status write_list(hc_slurm *s, hc_handed *const *jobs, size_t n,
                            char **path, hc_err *err)
{
    hc_text t = {0};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    hc_status st = HC_OK;
    hc_list_begin(&t, s->n);
    for (size_t i = 0; i < n && st == HC_OK; i++)
        st = hc_list_add(&t, s->n, jobs[i]->work, err);
    *path = hc_slurm_file(s, (long)now.tv_sec * 1000000 + now.tv_nsec / 1000,
                          "list");
    if (st == HC_OK && *path == NULL)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        st = hc_out_file(*path, t.data, t.len, err);
    hc_text_clear(&t);
    return st;
}

typedef struct {
    const char *argv[64];
    size_t n;
    char array[32], name[64], time[32], memory[32];
    hc_text after;
} submission;

static void add_argument(submission *b, const char *s)
{
    if (b->n + 1 < sizeof b->argv / sizeof b->argv[0])
        b->argv[b->n++] = s;
    b->argv[b->n] = NULL;
}

static void compose(const hc_slurm *s, submission *b, size_t tasks,
                    const char *script)
{
    const hc_night_options *o = s->n->o;
    snprintf(b->array, sizeof b->array, "--array=0-%zu", tasks - 1);
    snprintf(b->name, sizeof b->name, "--job-name=%s", s->name);
    snprintf(b->time, sizeof b->time, "--time=%ld",
             (long)(o->time_s * (double)o->chunk / 60) + 2);
    snprintf(b->memory, sizeof b->memory, "--mem=%ldM",
             (long)(o->memory_b / 1e6) + 1);
    add_argument(b, "sbatch");
    add_argument(b, "--parsable");
    add_argument(b, "--requeue");
    add_argument(b, "--output=/dev/null");
    add_argument(b, "--export=ALL");
    add_argument(b, b->array);
    add_argument(b, b->name);
    if (o->time_s > 0)
        add_argument(b, b->time);
    if (o->memory_b > 0)
        add_argument(b, b->memory);
    if (o->partition != NULL) {
        add_argument(b, "--partition");
        add_argument(b, o->partition);
    }
    if (s->n_previous > 0) {
        hc_text_puts(&b->after, "--dependency=afterany");
        for (size_t i = 0; i < s->n_previous; i++)
            hc_text_printf(&b->after, ":%ld", s->previous[i]);
        add_argument(b, hc_text_get(&b->after));
    }
    for (size_t i = 0; i < o->sbatch.n; i++)
        add_argument(b, o->sbatch.items[i]);
    add_argument(b, script);
}

void hc_slurm_forget(hc_slurm *s)
{
    for (size_t i = 0; s->env != NULL && s->env[i] != NULL; i++)
        if (hc_starts_with(s->env[i], "HC_NIGHT_"))
            free(s->env[i]);
    free(s->env);
    s->env = NULL;
}

hc_status hc_slurm_name_list(hc_slurm *s, const char *list, hc_err *err)
{
    size_t n = 0;
    hc_text a = {0}, b = {0};
    while (s->n->base_env[n] != NULL)
        n++;
    char **p = calloc(n + 3, sizeof *p);
    hc_text_printf(&a, "HC_NIGHT_LIST=%s", list);
    hc_text_printf(&b, "HC_NIGHT_PROGRAM=%s", s->n->o->program);
    if (p == NULL || a.failed || b.failed) {
        free(p);
        hc_text_clear(&a);
        hc_text_clear(&b);
        return hc_fail_nomem(err);
    }
    memcpy(p, s->n->base_env, n * sizeof *p);
    p[n] = a.data;
    p[n + 1] = b.data;
    hc_slurm_forget(s);
    s->env = p;
    return HC_OK;
}

/* Up to ARRAY_MAX tasks as one array; *array 0 when nobody answers. */
static hc_status submit(hc_slurm *s, hc_handed **jobs, size_t n, long *array,
                        hc_err *err)
{
    submission b = {0};
    hc_text said = {0};
    char *list = NULL, *script = hc_slurm_file(s, 0, "task.sh");
    size_t chunk = (size_t)s->n->o->chunk;
    bool answered = false;
    hc_status st = script == NULL ? hc_fail_nomem(err)
                                  : write_list(s, jobs, n, &list, err);
    *array = 0;
    if (st == HC_OK)
        st = hc_slurm_name_list(s, list, err);
    if (st == HC_OK) {
        compose(s, &b, (n + chunk - 1) / chunk, script);
        st = hc_slurm_ask(s, b.argv, &said, &answered, err);
    }
    if (st == HC_OK && answered) {
        *array = strtol(hc_text_get(&said), NULL, 10);
        for (size_t i = 0; i < n; i++) {
            jobs[i]->array = *array;
            jobs[i]->task = (long)(i / chunk);
            jobs[i]->gone = false;
            hc_collector_started(s->c, jobs[i]->work);
        }
        st = write_map(s, *array, jobs, n, err);
    }
    hc_text_clear(&said);
    hc_text_clear(&b.after);
    free(script);
    free(list);
    return st;
}

/* All jobs of a stage that are to be handed in. */
static hc_status submit_stage(hc_slurm *s, int stage, hc_handed **some,
                              hc_err *err)
{
    size_t n = 0, chunk = (size_t)s->n->o->chunk, arrays = 0;
    long made[64];
    hc_status st = HC_OK;
    double now = hc_clock_s();
    for (size_t i = 0; i < s->n->n_work; i++) {
        hc_handed *h = &s->jobs[i];
        if (!h->ended && h->array == 0 && h->work->not_before <= now &&
            h->work->recipe->stage == stage)
            some[n++] = h;
    }
    for (size_t at = 0; at < n && st == HC_OK;) {
        size_t part = n - at < ARRAY_MAX * chunk ? n - at : ARRAY_MAX * chunk;
        long array = 0;
        st = submit(s, some + at, part, &array, err);
        if (array == 0)
            break;
        if (arrays < sizeof made / sizeof made[0])
            made[arrays++] = array;
        at += part;
    }
    if (arrays > 0) {
        memcpy(s->previous, made, arrays * sizeof made[0]);
        s->n_previous = arrays;
    }
    return st;
}

hc_status hc_slurm_submit(hc_slurm *s, hc_err *err)
{
    hc_handed **some = calloc(s->n->n_work + 1, sizeof *some);
    int last =
        s->n->n_work > 0 ? s->n->work[s->n->n_work - 1].recipe->stage : -1;
    hc_status st = some == NULL ? hc_fail_nomem(err) : HC_OK;
    s->n_previous = 0;
    for (int stage = 0; stage <= last && st == HC_OK; stage++)
        st = submit_stage(s, stage, some, err);
    free(some);
    return st;
}
