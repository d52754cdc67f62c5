/* simsweep.c: many cells at once, each combination by any thread */
#include "cell/simjob_private.h"
#include "core/number.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 4 };

typedef struct {
    hc_parameter p;
    double *v;
    size_t n;
} axis;

static hc_status axis_value(const char *text, size_t len, hc_parameter p,
                            double *v, hc_err *err)
{
    char word[64];
    if (len == 0 || len >= sizeof word)
        return hc_fail(err, HC_USAGE, "--sweep: a value is missing");
    memcpy(word, text, len);
    word[len] = '\0';
    /* a bare number is SI */
    if (hc_number_parse(word, len, v))
        return HC_OK;
    hc_status st =
        hc_quantity_parse(word, hc_parameter_dim(p), "--sweep", v, err);
    if (st == HC_OK && hc_dim_equal(hc_parameter_dim(p), HC_DIM_TEMPERATURE))
        *v += 273.15;
    return st;
}

/* NAME=FROM:TO[:N] (N values, 5, evenly in the logarithm) or NAME=A,B,C */
static hc_status read_axis(const char *text, axis *a, hc_err *err)
{
    const char *eq = strchr(text, '=');
    char name[96];
    size_t len = eq ? (size_t)(eq - text) : 0;
    if (len == 0 || len >= sizeof name)
        return hc_fail(err, HC_USAGE,
                       "--sweep '%s': NAME=FROM:TO:N or NAME=A,B is expected",
                       text);
    memcpy(name, text, len);
    name[len] = '\0';
    a->p = hc_parameter_find(name);
    if (a->p == HC_P_COUNT)
        return hc_fail(err, HC_USAGE, "--sweep: '%s' is no parameter", name);
    const char *c = eq + 1;
    bool range = strchr(c, ':') != NULL;
    size_t count = 1;
    for (const char *k = c; *k; k++)
        count += *k == ',';
    double lo = 0, hi = 0;
    if (range) {
        long n = 5;
        size_t l1 = strcspn(c, ":");
        size_t l2 = strcspn(c + l1 + 1, ":");
        hc_status st = axis_value(c, l1, a->p, &lo, err);
        if (st == HC_OK)
            st = axis_value(c + l1 + 1, l2, a->p, &hi, err);
        if (st != HC_OK)
            return st;
        const char *rest = c + l1 + 1 + l2;
        if (*rest == ':' &&
            !hc_integer_parse(rest + 1, strlen(rest + 1), 2, 100000, &n))
            return hc_fail(err, HC_USAGE, "--sweep '%s': how many?", text);
        if (!(lo > 0 && hi > 0))
            return hc_fail(err, HC_USAGE,
                           "--sweep '%s': both ends must be > 0", text);
        count = (size_t)n;
    }
    a->v = malloc(count * sizeof *a->v);
    if (!a->v)
        return hc_fail_nomem(err);
    a->n = count;
    for (size_t k = 0; k < count; k++) {
        if (range) {
            a->v[k] = lo * pow(hi / lo, (double)k / (double)(count - 1));
            continue;
        }
        len = strcspn(c, ",");
        hc_status st = axis_value(c, len, a->p, &a->v[k], err);
        if (st != HC_OK)
            return st;
        c += len + (c[len] == ',');
    }
    return HC_OK;
}

/* One combination, run by any thread; its rows wait in memory. */
typedef struct {
    hc_out *memory;
    hc_writer *w;
    hc_status st;
    hc_err err;
    double values[SWEEPS];
} cell_run;

typedef struct {
    const hc_sim_job *job;
    const hc_cell *base;
    const hc_frame *measured;
    const char *in_file;
    axis axes[SWEEPS];
    size_t n_axes, n_runs, next;
    cell_run *runs;
    pthread_mutex_t lock;
} sweep;

static void combination(const sweep *s, size_t run, double *values)
{
    for (size_t a = s->n_axes; a-- > 0;) {
        values[a] = s->axes[a].v[run % s->axes[a].n];
        run /= s->axes[a].n;
    }
}

static void sweep_one(sweep *s, size_t k)
{
    cell_run *r = &s->runs[k];
    hc_cell cell;
    hc_talk quiet = {0};
    combination(s, k, r->values);
    r->st = hc_out_memory(&r->memory, &r->err);
    if (r->st == HC_OK)
        r->st = hc_writer_new(&r->w, r->memory, HC_WRITE_TABLE, &r->err);
    if (r->st == HC_OK)
        r->st = hc_cell_copy(&cell, s->base, &r->err);
    if (r->st != HC_OK)
        return;
    hc_parameter p[SWEEPS];
    for (size_t a = 0; a < s->n_axes; a++) {
        cell.value[s->axes[a].p] = r->values[a];
        p[a] = s->axes[a].p;
    }
    hc_sweep_columns columns = {s->n_axes, p};
    if (s->job->kind == HC_JOB_STEPS)
        hc_ends_columns(r->w, &columns);
    else
        hc_sim_columns(r->w, &columns);
    hc_job_output out = {.job = s->job,
                         .w = r->w,
                         .cell = &cell,
                         .index = (long)k,
                         .values = r->values,
                         .n_values = s->n_axes};
    r->st = hc_job_one(s->job, &cell, s->measured, s->in_file, &out, &quiet,
                       &r->err);
    hc_cell_clear(&cell);
}

static void *worker(void *arg)
{
    sweep *s = arg;
    for (;;) {
        pthread_mutex_lock(&s->lock);
        size_t k = s->next++;
        pthread_mutex_unlock(&s->lock);
        if (k >= s->n_runs)
            return NULL;
        sweep_one(s, k);
    }
}

static void run_all(sweep *s)
{
    enum { MOST = 256 };
    pthread_t threads[MOST];
    long n = s->job->threads < MOST ? s->job->threads : MOST, started = 0;
    pthread_mutex_init(&s->lock, NULL);
    for (; started + 1 < n; started++)
        if (pthread_create(&threads[started], NULL, worker, s) != 0)
            break;
    worker(s);
    for (long k = 0; k < started; k++)
        pthread_join(threads[k], NULL);
    pthread_mutex_destroy(&s->lock);
}

/* The rows of a memory table: what follows its line of column names. */
static void copy_rows(hc_writer *w, const hc_out *memory, size_t columns)
{
    size_t len;
    const char *c = hc_out_data(memory, &len), *end = c + len;
    bool names = true;
    while (c < end) {
        const char *eol = memchr(c, '\n', (size_t)(end - c));
        if (!eol)
            eol = end;
        if (*c != '#' && !names) {
            for (size_t k = 0; k < columns; k++) {
                const char *tab = memchr(c, '\t', (size_t)(eol - c));
                if (!tab)
                    tab = eol;
                hc_writer_raw(w, c, (size_t)(tab - c));
                c = tab < eol ? tab + 1 : eol;
            }
            hc_writer_end_row(w);
        } else if (*c != '#') {
            names = false;
        }
        c = eol + 1;
    }
}

static size_t count_columns(const hc_out *memory)
{
    size_t len, n = 1;
    const char *c = hc_out_data(memory, &len), *end = c + len;
    while (c < end && *c == '#') {
        c = memchr(c, '\n', (size_t)(end - c));
        if (!c)
            return 0;
        c++;
    }
    for (; c < end && *c != '\n'; c++)
        n += *c == '\t';
    return n;
}

static hc_status sweep_result(sweep *s, hc_writer *w, hc_talk *talk,
                              hc_err *err)
{
    hc_status worst = HC_OK;
    for (size_t k = 0; k < s->n_runs; k++) {
        cell_run *r = &s->runs[k];
        if (r->memory && r->w)
            copy_rows(w, r->memory, count_columns(r->memory));
        if (r->st == HC_OK)
            continue;
        hc_say_warning(talk, NULL, 0, "sweep %zu: %s", k, r->err.text);
        worst = hc_status_worst(worst, r->st);
        if (err)
            *err = r->err;
    }
    return worst;
}

hc_status hc_job_sweep(const hc_sim_job *job, hc_cell *cell,
                       const hc_frame *measured, const char *in_file,
                       hc_writer *w, hc_talk *talk, hc_err *err)
{
    sweep s = {.job = job,
               .base = cell,
               .measured = measured,
               .in_file = in_file,
               .n_runs = 1};
    hc_status st = HC_OK;
    if (job->sweeps.n > SWEEPS)
        return hc_fail(err, HC_USAGE, "at most %d sweeps", SWEEPS);
    if (job->kind == HC_JOB_PROFILES)
        return hc_fail(err, HC_USAGE, "--profiles takes no --sweep");
    for (; st == HC_OK && s.n_axes < job->sweeps.n; s.n_axes++) {
        st = read_axis(job->sweeps.items[s.n_axes], &s.axes[s.n_axes], err);
        if (st == HC_OK)
            s.n_runs *= s.axes[s.n_axes].n;
    }
    if (st == HC_OK && s.n_runs > 1000000)
        st = hc_fail(err, HC_USAGE, "--sweep: more than 1000000 runs");
    if (st == HC_OK) {
        hc_parameter p[SWEEPS];
        for (size_t a = 0; a < s.n_axes; a++)
            p[a] = s.axes[a].p;
        hc_sweep_columns columns = {s.n_axes, p};
        if (job->kind == HC_JOB_STEPS)
            hc_ends_columns(w, &columns);
        else
            hc_sim_columns(w, &columns);
        s.runs = calloc(s.n_runs, sizeof *s.runs);
        if (!s.runs)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        run_all(&s);
        st = sweep_result(&s, w, talk, err);
    }
    for (size_t k = 0; s.runs && k < s.n_runs; k++) {
        hc_writer_free(s.runs[k].w);
        if (s.runs[k].memory)
            hc_out_discard(s.runs[k].memory);
    }
    free(s.runs);
    for (size_t a = 0; a < SWEEPS; a++)
        free(s.axes[a].v);
    return st;
}
