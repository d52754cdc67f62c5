/* collect.c: what jobs left behind, into the database in batches
 *
 * A commit waits for the disk, so the ends of jobs are gathered for a moment.
 * Killed before the commit, a job is simply done again.
 */
#include "night/work.h"

#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 64, MAX_TABLES = 64 };
static const double batch_s = 0.5;

typedef struct {
    hc_work *work;
    hc_frame *tables[MAX_TABLES];
    size_t n;
} ended;

struct hc_collector {
    hc_night *night;
    ended *ended;
    size_t n;
    hc_work **begun;
    size_t n_begun, cap_begun;
    double since; /* s, of the oldest that waits; 0: none */
};

hc_status hc_collector_new(hc_collector **out, hc_night *n, hc_err *err)
{
    hc_collector *c = calloc(1, sizeof *c);
    if (c != NULL)
        c->ended = calloc(BATCH, sizeof *c->ended);
    if (c == NULL || c->ended == NULL) {
        free(c);
        return hc_fail_nomem(err);
    }
    c->night = n;
    *out = c;
    return HC_OK;
}

static void clear_tables(ended *e)
{
    for (size_t i = 0; i < e->n; i++)
        hc_frame_free(e->tables[i]);
    e->n = 0;
}

void hc_collector_free(hc_collector *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++)
        clear_tables(&c->ended[i]);
    free(c->ended);
    free(c->begun);
    free(c);
}

static void waits(hc_collector *c)
{
    if (c->since <= 0)
        c->since = hc_clock_s();
}

void hc_collector_started(hc_collector *c, hc_work *w)
{
    hc_work **p = hc_grow(c->begun, &c->cap_begun, c->n_begun + 1, sizeof *p);
    w->row.state = HC_STARTED;
    if (p == NULL)
        return; /* the journal merely says `queued` */
    c->begun = p;
    p[c->n_begun++] = w;
    waits(c);
}

/* ---- what a job left ---- */

char *hc_work_folder(const hc_night *n, const hc_work *w)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s/%s.run", n->jobs, w->id);
    return t.failed ? NULL : t.data;
}

static char *place(const char *folder, const char *name)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s/%s", folder, name);
    return t.failed ? NULL : t.data;
}

/* An empty standard output is none; one that is no table of ours is a
 * fault, for the end line of a table is what proves it whole. */
static hc_status read_table(ended *e, const char *folder, const char *name,
                            hc_err *err)
{
    char *path = place(folder, name);
    char start[3] = "";
    struct stat sb;
    hc_status st = HC_OK;
    int fd = path == NULL ? -1 : open(path,
                                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
                                          O_CLOEXEC);
    bool regular = fd >= 0 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode);
    ssize_t n = regular ? read(fd, start, 2) : -1;
    if (fd >= 0)
        close(fd);
    if (path == NULL)
        st = hc_fail_nomem(err);
    else if (n == 0 && strcmp(name, "stdout.tsv") == 0)
        st = HC_OK;
    else if (n < 0)
        st = hc_fail(err, HC_DATA, "%s is no regular file", name);
    else if (n < 2 || strcmp(start, "#:") != 0)
        st = hc_fail(err, HC_DATA,
                     "%s is no halfcell table (it does not begin with #:)",
                     name);
    else if (e->n == MAX_TABLES)
        st = hc_fail(err, HC_DATA, "more than %d tables", MAX_TABLES);
    else {
        st = hc_frame_open(&e->tables[e->n], path, err);
        e->n += st == HC_OK;
        if (st == HC_DATA)
            hc_err_prefix(err, "%s: ", name);
    }
    free(path);
    return st;
}

static int is_table(const struct dirent *e)
{
    return e->d_name[0] != '.' && (hc_ends_with(e->d_name, ".tsv") ||
                                   hc_ends_with(e->d_name, ".rec"));
}

/* All *.tsv and *.rec of the folder, by name. */
static hc_status read_tables(ended *e, const char *folder, hc_err *err)
{
    struct dirent **list = NULL;
    hc_status st = HC_OK;
    int n = scandir(folder, &list, is_table, alphasort);
    if (n < 0)
        return hc_fail_at(err, HC_IO, folder, 0, "cannot read: %s",
                          strerror(errno));
    for (int i = 0; i < n; i++) {
        if (st == HC_OK)
            st = read_table(e, folder, list[i]->d_name, err);
        free(list[i]);
    }
    free(list);
    return st;
}

/* The last line of the log that says something, cut to fit. */
static void last_words(const char *folder, char *to, size_t cap)
{
    char buf[4096];
    char *path = place(folder, "log");
    int fd = path == NULL ? -1 : open(path,
                                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    ssize_t n = 0;
    if (size > 0)
        n = pread(fd, buf, sizeof buf,
                  size > (off_t)sizeof buf ? size - (off_t)sizeof buf : 0);
    if (fd >= 0)
        close(fd);
    free(path);
    size_t end = n > 0 ? (size_t)n : 0, at;
    while (end > 0 && hc_isspace(buf[end - 1]))
        end--;
    for (at = end; at > 0 && buf[at - 1] != '\n'; at--)
        ;
    hc_copy(to, cap, buf + at, end - at);
}

/* ---- the end of a job ---- */

static void describe_failure(const hc_night *n, hc_work *w,
                             const hc_outcome *o, const char *folder)
{
    char *to = w->row.message;
    size_t cap = sizeof w->row.message;
    if (o->timed_out)
        snprintf(to, cap, "took longer than %g s", n->o->time_s);
    else if (o->exit_code > 128 && o->exit_code < 128 + 65)
        snprintf(to, cap, "ended by signal %d (%s)", o->exit_code - 128,
                 strsignal(o->exit_code - 128));
    else
        last_words(folder, to, cap);
    if (to[0] == '\0')
        snprintf(to, cap, "exit %d", o->exit_code);
}

/* The folder of a failed job goes to quarantine with a note of its input. */
static hc_status put_away(const hc_night *n, const hc_work *w,
                          const char *folder, hc_err *err)
{
    hc_text note = {0};
    char *path = place(folder, "input");
    char *to = place(n->quarantine, w->id);
    hc_text_printf(&note,
                   "path %s\nsha256 %s\nrecipe %s\nexit_code %d\n"
                   "message %s\n",
                   w->file->path, w->file->sha256, w->recipe->path,
                   w->row.exit_code, w->row.message);
    hc_status st = path == NULL || to == NULL || note.failed
                       ? hc_fail_nomem(err)
                       : HC_OK;
    if (st == HC_OK && access(folder, F_OK) != 0)
        st = hc_folder_make(folder, err);
    if (st == HC_OK) {
        unlink(path); /* a recipe may have put a link there */
        st = hc_out_file(path, note.data, note.len, err);
    }
    if (st == HC_OK)
        st = hc_folder_move(folder, to, err);
    hc_text_clear(&note);
    free(path);
    free(to);
    return st;
}

static hc_status keep(const hc_night *n, const hc_work *w, const char *folder,
                      hc_err *err)
{
    char *to = place(n->jobs, w->id), *old = place(n->quarantine, w->id);
    char *note = place(folder, ".process");
    char *result = place(folder, ".result");
    hc_status st = to == NULL || old == NULL || note == NULL || result == NULL
                       ? hc_fail_nomem(err)
                       : HC_OK;
    if (st == HC_OK) {
        unlink(note);
        unlink(result);
        st = hc_folder_move(folder, to, err);
    }
    if (st == HC_OK && access(old, F_OK) == 0)
        st = hc_folder_remove(old, err);
    free(to);
    free(old);
    free(note);
    free(result);
    return st;
}

hc_status hc_collector_ended(hc_collector *c, hc_work *w, const hc_outcome *o,
                             bool *again, hc_err *err)
{
    hc_night *n = c->night;
    ended e = {.work = w};
    hc_err why = {0};
    char *folder = hc_work_folder(n, w);
    hc_status st = folder == NULL ? hc_fail_nomem(err) : HC_OK;

    *again = false;
    w->row.exit_code = o->exit_code;
    w->row.seconds += o->seconds;
    w->row.attempts++;
    w->row.message[0] = '\0';
    w->row.state = HC_FAILED;
    if (st == HC_OK && o->exit_code == 75 && !o->timed_out &&
        w->row.attempts <= n->o->retries) {
        *again = true;
        free(folder);
        return HC_OK;
    }
    if (st == HC_OK && o->exit_code <= 1 && !o->timed_out) {
        hc_status read = read_tables(&e, folder, &why);
        if (read == HC_NOMEM)
            st = hc_fail_nomem(err);
        else if (read != HC_OK) {
            w->row.exit_code = hc_status_exit(read);
            snprintf(w->row.message, sizeof w->row.message, "%.250s",
                     why.text);
        } else if (o->exit_code == 0 || e.n > 0)
            w->row.state = HC_DONE;
    }
    if (st == HC_OK && w->row.message[0] == '\0' &&
        (w->row.state == HC_FAILED || o->exit_code != 0))
        describe_failure(n, w, o, folder);
    if (w->row.state == HC_FAILED)
        clear_tables(&e);
    if (st == HC_OK)
        st = w->row.state == HC_DONE ? keep(n, w, folder, err)
                                     : put_away(n, w, folder, err);
    free(folder);
    if (st == HC_OK) {
        c->ended[c->n++] = e;
        waits(c);
        if (c->n == BATCH)
            st = hc_collector_flush(c, true, err);
    } else {
        clear_tables(&e);
    }
    return st;
}

/* ---- into the database ---- */

static hc_status write_one(hc_collector *c, ended *e, hc_err *err)
{
    hc_night *n = c->night;
    hc_work *w = e->work;
    hc_status st = HC_OK;
    if (w->row.state == HC_DONE) {
        st = hc_journal_store(n->store, &w->row, e->tables, e->n,
                              w->file->sha256, err);
        if (st == HC_DATA) {
            w->row.state = HC_FAILED;
            w->row.exit_code = 65;
            snprintf(w->row.message, sizeof w->row.message, "%.250s",
                     err->text);
            st = HC_OK;
        }
    }
    if (st == HC_OK)
        st = hc_journal_put_job(n->store, &w->row, err);
    return st;
}

static hc_status write_all(hc_collector *c, hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < c->n_begun && st == HC_OK; i++)
        if (c->begun[i]->row.state == HC_STARTED)
            st = hc_journal_put_job(c->night->store, &c->begun[i]->row, err);
    for (size_t i = 0; i < c->n && st == HC_OK; i++)
        st = write_one(c, &c->ended[i], err);
    return st;
}

hc_status hc_collector_flush(hc_collector *c, bool now, hc_err *err)
{
    hc_night *n = c->night;
    if (c->since <= 0 || (!now && hc_clock_s() - c->since < batch_s))
        return HC_OK;
    hc_status st = hc_store_begin(n->store, err);
    if (st == HC_OK)
        st = hc_store_end(n->store, write_all(c, err), err);
    for (size_t i = 0; i < c->n; i++) {
        hc_work *w = c->ended[i].work;
        w->wrote = st == HC_OK;
        n->done += st == HC_OK && w->row.state == HC_DONE;
        n->failed += st == HC_OK && w->row.state == HC_FAILED;
        clear_tables(&c->ended[i]);
    }
    c->n = c->n_begun = 0;
    c->since = 0;
    return st;
}
