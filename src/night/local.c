/* local.c: the engine on this machine */
#include "night/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    hc_night *n;
    hc_collector *c;
    hc_pool *pool;
    size_t next;    /* first of n->work that was not started */
    size_t *again;  /* those that try again */
    size_t n_again;
    int stage;
} engine;

/* The next job that may start now; *wait_s until one may (inf: none). */
static bool next_job(engine *e, size_t *at, double *wait_s)
{
    double now = hc_clock_s();
    *wait_s = INFINITY;
    for (size_t i = 0; i < e->n_again; i++) {
        double left = e->n->work[e->again[i]].not_before - now;
        if (left <= 0) {
            *at = e->again[i];
            e->again[i] = e->again[--e->n_again];
            return true;
        }
        *wait_s = fmin(*wait_s, left);
    }
    if (e->next == e->n->n_work)
        return false;
    if (e->n->work[e->next].recipe->stage > e->stage) {
        /* the next stage begins when this one has ended */
        if (hc_pool_running(e->pool) > 0 || e->n_again > 0)
            return false;
        e->stage = e->n->work[e->next].recipe->stage;
    }
    *at = e->next++;
    return true;
}

static hc_status start(engine *e, size_t at, hc_err *err)
{
    hc_work *w = &e->n->work[at];
    hc_err why = {0};
    char **env = NULL;
    char *folder = hc_work_folder(e->n, w);
    hc_status st = folder == NULL ? hc_fail_nomem(err)
                                  : hc_env_of(e->n, w, &env, err);
    if (st == HC_OK) {
        hc_pool_job job = {
            .recipe = w->recipe->path, .folder = folder, .env = env};
        st = hc_pool_start(e->pool, &job, at, &why);
        if (st == HC_NO || st == HC_AGAIN) {
            /* a recipe that cannot be run is a failure of its own */
            hc_outcome o = {.exit_code = st == HC_AGAIN ? 75 : 126};
            bool again;
            st = hc_collector_ended(e->c, w, &o, &again, err);
            if (st == HC_OK && again) {
                w->not_before = hc_clock_s() + 1;
                e->again[e->n_again++] = at;
            }
            if (w->row.state == HC_FAILED && !again)
                snprintf(w->row.message, sizeof w->row.message, "%.250s",
                         why.text);
        } else if (st == HC_OK) {
            hc_collector_started(e->c, w);
        } else if (err != NULL) {
            *err = why;
        }
    }
    hc_env_free(env);
    free(folder);
    return st;
}

static void show(const engine *e, bool last)
{
    const hc_night *n = e->n;
    if (n->show)
        hc_say_progress(n->talk, last, "%zu of %zu done, %zu failed, %zu run",
                        n->done, n->n_work, n->failed,
                        hc_pool_running(e->pool));
}

static hc_status wait_one(engine *e, double wait_s, int *signal, hc_err *err)
{
    int ms = wait_s < 0.25 ? (int)(wait_s * 1000) + 1 : 250;
    size_t at;
    hc_outcome o;
    bool got, again = false;
    hc_status st = hc_pool_wait(e->pool, ms, &got, &at, &o, signal, err);
    if (st == HC_OK && got) {
        hc_work *w = &e->n->work[at];
        st = hc_collector_ended(e->c, w, &o, &again, err);
        if (again) {
            w->not_before = hc_clock_s() +
                            (double)(1 << (w->row.attempts - 1));
            e->again[e->n_again++] = at;
        }
    }
    if (st == HC_OK)
        st = hc_collector_flush(e->c, false, err);
    show(e, false);
    return st;
}

hc_status hc_engine_local(hc_night *n, hc_collector *c, int *signal,
                          hc_err *err)
{
    engine e = {.n = n, .c = c};
    hc_pool_limits limits = {.n = (int)n->o->jobs,
                             .time_s = n->o->time_s,
                             .memory_b = n->o->memory_b,
                             .file_b = n->o->file_b};
    hc_status st = hc_pool_new(&e.pool, &limits, err);
    double wait_s = 0;
    size_t at;

    e.again = calloc(n->n_work + 1, sizeof *e.again);
    if (st == HC_OK && e.again == NULL)
        st = hc_fail_nomem(err);
    *signal = 0;
    while (st == HC_OK && *signal == 0) {
        while (st == HC_OK && hc_pool_has_room(e.pool) &&
               next_job(&e, &at, &wait_s))
            st = start(&e, at, err);
        if (hc_pool_running(e.pool) == 0 && e.n_again == 0 &&
            e.next == n->n_work)
            break;
        if (st == HC_OK)
            st = wait_one(&e, wait_s, signal, err);
    }
    show(&e, true);
    hc_pool_free(e.pool);
    if (st == HC_OK)
        st = hc_collector_flush(c, true, err);
    free(e.again);
    return st;
}
