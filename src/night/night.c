#include "night/night.h"

#include "core/text.h"
#include "night/work.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- the output folder ---- */

static char *below(const char *folder, const char *name)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s/%s", folder, name);
    return t.failed ? NULL : t.data;
}

static hc_status lock_out(hc_night *n, hc_err *err)
{
    char *path = below(n->out, ".lock");
    if (path == NULL)
        return hc_fail_nomem(err);
    n->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    free(path);
    if (n->lock < 0)
        return hc_fail_at(err, HC_CREATE, n->out, 0, "cannot lock: %s",
                          strerror(errno));
    /* of this process alone: a child that flock(2) would share it with may
     * outlive us for a moment */
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(n->lock, F_SETLK, &whole) != 0)
        return hc_fail_at(err, HC_AGAIN, n->out, 0,
                          "another night is at work in it");
    return HC_OK;
}

/* The table of cells without its column `exclude`: what is excluded is
 * worked on and shown, and left out of the statistics alone. */
static hc_status copy_cells(hc_night *n, const char *from, hc_err *err)
{
    hc_frame *f = NULL;
    hc_text t = {0};
    hc_sha256 sum;
    hc_status st = hc_frame_open(&f, from, err);
    size_t columns = st == HC_OK ? hc_frame_columns(f) : 0;
    for (size_t row = 0; st == HC_OK && row <= hc_frame_rows(f); row++) {
        bool first = true;
        for (size_t i = 0; i < columns; i++) {
            const char *name = hc_frame_column_name(f, i);
            if (strcmp(name, "exclude") == 0)
                continue;
            hc_text_printf(&t, "%s%s", first ? "" : "\t",
                           row == 0 ? name
                                    : hc_frame_text(f, row - 1, (int)i));
            first = false;
        }
        hc_text_putc(&t, '\n');
    }
    hc_frame_free(f);
    if (st == HC_OK)
        st = hc_text_status(&t, err);
    n->cells = n->o->dry_run ? hc_strdup(from) : below(n->out, "cells.tsv");
    if (st == HC_OK && n->cells == NULL)
        st = hc_fail_nomem(err);
    if (st == HC_OK) {
        hc_sha256_init(&sum);
        hc_sha256_add(&sum, t.data, t.len);
        hc_sha256_hex(&sum, n->registry);
        if (!n->o->dry_run)
            st = hc_out_file(n->cells, t.data, t.len, err);
    }
    hc_text_clear(&t);
    return st;
}

static hc_status prepare(hc_night *n, hc_err *err)
{
    size_t count = 0;
    hc_status st = HC_OK;
    memcpy(n->registry, "-", 2);
    if (n->o->dry_run)
        return n->o->cells != NULL ? copy_cells(n, n->o->cells, err) : HC_OK;
    if ((n->out = realpath(n->o->out, NULL)) == NULL)
        st = hc_fail_open(err, HC_CREATE, n->o->out);
    if (st == HC_OK)
        st = lock_out(n, err);
    if (st != HC_OK)
        return st;
    n->jobs = below(n->out, "jobs");
    n->quarantine = below(n->out, "quarantine");
    if (n->jobs == NULL || n->quarantine == NULL)
        return hc_fail_nomem(err);
    st = hc_folder_make(n->jobs, err);
    if (st == HC_OK)
        st = hc_folder_make(n->quarantine, err);
    if (st == HC_OK && n->o->cells != NULL)
        st = hc_store_cells(n->store, n->o->cells, &count, err);
    if (st == HC_OK && n->o->cells != NULL)
        st = copy_cells(n, n->o->cells, err);
    return st;
}

static hc_status find_recipes(hc_night *n, hc_err *err)
{
    const char *slash = strrchr(n->o->program, '/');
    char *tools = slash == NULL ? hc_strdup(".")
                                : hc_strndup(n->o->program,
                                             (size_t)(slash -
                                                      n->o->program));
    hc_status st = tools == NULL
                       ? hc_fail_nomem(err)
                       : hc_recipes_open(&n->recipes, &n->n_recipes,
                                         n->o->recipes, tools, err);
    free(tools);
    return st;
}

static hc_status scan(hc_night *n, hc_session *s, hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < s->n_operands && st == HC_OK; i++) {
        st = hc_scan_add(&n->scan, s->operands[i], n->out, err);
        if (st == HC_NOINPUT && hc_session_note(s, st))
            st = HC_OK; /* the other folders */
    }
    hc_scan_sort(&n->scan);
    for (size_t i = 0; i < n->scan.n_problems && st == HC_OK; i++) {
        hc_fail(&s->err, HC_NOINPUT, "%s", n->scan.problems[i]);
        hc_session_note(s, HC_NOINPUT);
    }
    return st;
}

/* ---- the journal ---- */

static void now(char *to, size_t cap)
{
    time_t t = time(NULL);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(to, cap, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static hc_status put_files(hc_night *n, hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < n->n_files && st == HC_OK; i++)
        if (n->files[i].touched)
            st = hc_journal_put_file(n->store, &n->files[i], n->night, err);
    return st;
}

/* Files that were only touched are noted without a night of their own. */
static hc_status note_files(hc_night *n, hc_err *err)
{
    hc_status st = HC_OK;
    size_t i = 0;
    while (i < n->n_files && !n->files[i].touched)
        i++;
    if (i < n->n_files)
        st = hc_store_begin(n->store, err);
    if (i < n->n_files && st == HC_OK)
        st = hc_store_end(n->store, put_files(n, err), err);
    return st;
}

/* Night, files and the list of jobs, as one transaction. */
static hc_status begin(hc_night *n, hc_err *err)
{
    char when[32];
    hc_status st = hc_store_begin(n->store, err);
    if (st != HC_OK)
        return st;
    now(when, sizeof when);
    st = hc_journal_begin(n->store, when, &n->night, err);
    if (st == HC_OK)
        st = put_files(n, err);
    for (size_t i = 0; i < n->n_work && st == HC_OK; i++) {
        n->work[i].row.night = n->night;
        st = hc_journal_put_job(n->store, &n->work[i].row, err);
    }
    return hc_store_end(n->store, st, err);
}

static hc_status finish(hc_night *n, hc_err *err)
{
    char when[32];
    hc_status st = hc_store_begin(n->store, err);
    if (st != HC_OK)
        return st;
    now(when, sizeof when);
    if (n->n_work > 0)
        st = hc_journal_find(n->store, n->night, err);
    if (st == HC_OK)
        st = hc_journal_finish(n->store, n->night, when, n->n_files, n->done,
                               n->failed, err);
    return hc_store_end(n->store, st, err);
}

/* ---- what is said ---- */

/* No instrument file at all, or one without measurement. */
static bool is_unknown(const hc_file *f)
{
    return f->exit_code == 1 ||
           (f->exit_code == 65 && strcmp(f->format, "-") == 0);
}

static void put_row(hc_writer *w, const char *path, const char *recipe,
                    const char *technique, const char *state, int exit_code,
                    int attempts, const char *message)
{
    hc_writer_text(w, path);
    hc_writer_text(w, recipe);
    hc_writer_text(w, technique);
    hc_writer_text(w, state);
    hc_writer_integer(w, exit_code);
    hc_writer_integer(w, attempts);
    hc_writer_text(w, message[0] != '\0' ? message : "-");
    hc_writer_end_row(w);
}

static hc_status tell(hc_night *n, hc_session *s, hc_err *err)
{
    static const char *const names[] = {"path",     "recipe", "technique",
                                        "state",    "exit_code",
                                        "attempts", "message"};
    hc_writer *w = NULL;
    hc_status st = hc_session_table(s, "night", NULL, &w, err);
    if (st != HC_OK)
        return st;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hc_writer_column(w, names[i]);
    for (size_t i = 0; i < n->n_files; i++) {
        const hc_file *f = &n->files[i];
        bool unknown = is_unknown(f);
        if (f->looked && f->exit_code != 0)
            put_row(w, f->path, "-", f->technique,
                    unknown ? "unknown" : "broken", f->exit_code, 0,
                    f->message);
    }
    for (size_t i = 0; i < n->n_work; i++) {
        const hc_work *k = &n->work[i];
        put_row(w, k->file->path, k->recipe->name, k->file->technique,
                n->o->dry_run ? "to-do" : hc_job_state_name(k->row.state),
                k->row.exit_code, k->row.attempts,
                n->o->dry_run ? k->why : k->row.message);
    }
    st = hc_writer_end(w, err);
    hc_writer_free(w);
    return st;
}

/* What the exit code says of files and jobs, each told once. */
static void judge(hc_night *n, hc_session *s)
{
    hc_status worst = HC_OK;
    for (size_t i = 0; i < n->n_files; i++) {
        const hc_file *f = &n->files[i];
        if (f->exit_code == 0 || is_unknown(f))
            continue;
        worst = hc_status_worst(worst, hc_status_of_exit(f->exit_code));
        if (f->looked)
            hc_say_warning(&s->talk, f->path, 0, "%s", f->message);
    }
    for (size_t i = 0; i < n->n_work; i++) {
        const hc_work *w = &n->work[i];
        if (w->row.state != HC_FAILED)
            continue;
        hc_say_warning(&s->talk, w->file->path, 0, "%s: exit %d: %s",
                       w->recipe->name, w->row.exit_code, w->row.message);
        worst = hc_status_worst(worst, w->row.exit_code == 75 ? HC_AGAIN
                                                              : HC_DATA);
    }
    if (n->failed_before > 0) {
        hc_say_warning(&s->talk, NULL, 0,
                       "%zu jobs failed before and nothing about them has "
                       "changed (hc-db jobs %s says which and why)",
                       n->failed_before, n->o->database);
        worst = hc_status_worst(worst, HC_DATA);
    }
    hc_say_note(&s->talk, "%zu files, %zu jobs done, %zu failed, %zu as they "
                          "were",
                n->n_files, n->done, n->failed, n->unchanged);
    s->worst = hc_status_worst(s->worst, worst);
}

/* ---- one night ---- */

static void clear(hc_night *n)
{
    for (size_t i = 0; i < n->n_files; i++)
        free(n->files[i].path);
    free(n->files);
    free(n->work);
    hc_scan_clear(&n->scan);
    hc_recipes_free(n->recipes, n->n_recipes);
    hc_env_free(n->base_env);
    hc_store_close(n->store);
    free(n->out);
    free(n->jobs);
    free(n->quarantine);
    free(n->cells);
    if (n->lock >= 0)
        close(n->lock);
}

static hc_status work(hc_night *n, int *signal, hc_err *err)
{
    hc_collector *c = NULL;
    hc_status st = begin(n, err);
    if (st == HC_OK)
        st = hc_env_base(n, err);
    if (st == HC_OK)
        st = hc_collector_new(&c, n, err);
    if (st == HC_OK)
        st = strcmp(n->o->engine, "slurm") == 0
                 ? hc_engine_slurm(n, c, signal, err)
                 : hc_engine_local(n, c, signal, err);
    hc_collector_free(c);
    if (st == HC_OK && *signal == 0)
        st = finish(n, err);
    return st;
}

static bool anything_new(const hc_night *n)
{
    for (size_t i = 0; i < n->n_files; i++)
        if (n->files[i].looked)
            return true;
    return n->n_work > 0;
}

static hc_status one_night(hc_session *s, const hc_night_options *o,
                           int *signal, hc_err *err)
{
    hc_night n = {.o = o,
                  .talk = &s->talk,
                  .lock = -1,
                  .show = isatty(STDERR_FILENO) != 0};
    bool fresh = o->dry_run && access(o->database, F_OK) != 0;
    hc_status st = o->dry_run ? HC_OK : hc_folder_make(o->out, err);
    if (st == HC_OK)
        st = hc_store_open(&n.store, fresh ? ":memory:" : o->database, true,
                           HC_STORE_WAIT_MS, err);
    if (st == HC_OK)
        st = prepare(&n, err);
    if (st == HC_OK)
        st = find_recipes(&n, err);
    if (st == HC_OK)
        st = scan(&n, s, err);
    if (st == HC_OK)
        st = hc_plan(&n, err);
    if (st == HC_OK && !o->dry_run)
        st = anything_new(&n) ? work(&n, signal, err) : note_files(&n, err);
    if (st == HC_OK && *signal == 0)
        st = tell(&n, s, err);
    if (st == HC_OK && *signal == 0)
        judge(&n, s);
    clear(&n);
    return st;
}

hc_status hc_night_run(hc_session *s, const hc_night_options *o, int *signal,
                       hc_err *err)
{
    sigset_t ends;
    hc_status st;
    *signal = 0;
    for (;;) {
        st = one_night(s, o, signal, err);
        if (o->watch_s <= 0 || *signal != 0 || o->dry_run ||
            (st != HC_OK && st != HC_AGAIN))
            return st;
        /* asleep until it is time, or the user ends it */
        struct timespec t = {.tv_sec = (time_t)o->watch_s};
        hc_out_flush(s->out);
        sigemptyset(&ends);
        sigaddset(&ends, SIGINT);
        sigaddset(&ends, SIGTERM);
        sigprocmask(SIG_BLOCK, &ends, NULL);
        int got = sigtimedwait(&ends, NULL, &t);
        sigprocmask(SIG_UNBLOCK, &ends, NULL);
        if (got > 0) {
            *signal = got;
            return HC_OK;
        }
    }
}
