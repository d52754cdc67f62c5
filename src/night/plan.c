/* plan.c: which files are new, grown or changed, and what follows */
#include "config.h"

#include "night/work.h"

#include "core/text.h"
#include "night/asker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A file changed so lately may change again within one tick of its clock:
 * its time proves nothing the next night. */
static const int64_t fresh_ns = 2000000000;

static int file_by_path(const void *key, const void *file)
{
    return strcmp(key, ((const hc_file *)file)->path);
}

static int job_by_key(const void *a, const void *b)
{
    const hc_job_row *x = a, *y = b;
    int c = strcmp(x->path, y->path);
    return c != 0 ? c : strcmp(x->recipe, y->recipe);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A file that cannot be read is told of, not given up on. */
static void unreadable(hc_file *f, const hc_err *why)
{
    hc_copy(f->sha256, sizeof f->sha256, "-", 1);
    hc_copy(f->format, sizeof f->format, "-", 1);
    hc_copy(f->kind, sizeof f->kind, "-", 1);
    hc_copy(f->technique, sizeof f->technique, "-", 1);
    hc_copy(f->cell, sizeof f->cell, "-", 1);
    hc_copy(f->facts, sizeof f->facts, "-", 1);
    hc_copy(f->message, sizeof f->message, why->text, strlen(why->text));
    f->exit_code = hc_status_exit(why->status);
    f->mtime_ns = -1;
}

/* What the file is, asked.  An answer that another night may give better is
 * not held on to. */
static hc_status ask(hc_asker *asker, hc_file *f, hc_err *err)
{
    hc_status st = hc_asker_ask(asker, f, err);
    hc_status answer = hc_status_of_exit(f->exit_code);
    if (st == HC_OK && (answer == HC_NOMEM || answer == HC_AGAIN)) {
        hc_copy(f->sha256, sizeof f->sha256, "-", 1);
        f->mtime_ns = -1;
    }
    return st;
}

/* The file as it is now; `was` is what is known of it, or NULL. */
static hc_status look_at(hc_night *n, hc_asker *asker, const hc_found *found,
                         const hc_file *was, hc_file *f, hc_err *err)
{
    char sha256[HC_SHA256_HEX];
    hc_err why = {0};
    bool same_times = was != NULL && was->size == found->size &&
                      was->mtime_ns == found->mtime_ns;
    *f = (hc_file){.size = found->size, .mtime_ns = found->mtime_ns};
    if (was != NULL) {
        *f = *was;
        f->size = found->size;
        f->mtime_ns = found->mtime_ns;
    }
    f->path = hc_strdup(found->path);
    if (f->path == NULL)
        return hc_fail_nomem(err);
    if (same_times && strcmp(was->registry, n->registry) == 0)
        return HC_OK;
    int64_t at = now_ns();
    f->touched = true;
    if (hc_sha256_file(found->path, sha256, &why) != HC_OK) {
        unreadable(f, &why);
        f->looked = was == NULL || was->exit_code != f->exit_code;
        return HC_OK;
    }
    if (at - found->mtime_ns < fresh_ns)
        f->mtime_ns = -1;
    bool same = was != NULL && strcmp(was->sha256, sha256) == 0 &&
                strcmp(was->registry, n->registry) == 0;
    memcpy(f->sha256, sha256, sizeof f->sha256);
    memcpy(f->registry, n->registry, sizeof f->registry);
    f->looked = !same;
    return same ? HC_OK : ask(asker, f, err);
}

/* ---- jobs ---- */

static void add_word(hc_sha256 *s, const char *word)
{
    hc_sha256_add(s, word, strlen(word) + 1);
}

/* Sum of the cell's own file, "-" when there is none that can be read. */
static hc_status cell_file_sum(const hc_night *n, const hc_file *f,
                               char hex[HC_SHA256_HEX], hc_err *err)
{
    hc_text path = {0};
    memcpy(hex, "-", 2);
    if (n->o->cell_files == NULL || strchr(f->cell, '/') != NULL)
        return HC_OK;
    hc_text_printf(&path, "%s/%s.json", n->o->cell_files, f->cell);
    hc_status st = hc_text_status(&path, err);
    if (st == HC_OK)
        st = hc_sha256_file(path.data, hex, err);
    hc_text_clear(&path);
    if (st == HC_OK || st == HC_NOMEM)
        return st;
    memcpy(hex, "-", 2);
    return HC_OK;
}

/* All that the result depends on. */
static hc_status key_of(const hc_night *n, const hc_file *f,
                        const hc_recipe *r, char key[HC_SHA256_HEX],
                        hc_err *err)
{
    hc_sha256 s;
    char cell_file[HC_SHA256_HEX];
    hc_status st = cell_file_sum(n, f, cell_file, err);
    if (st != HC_OK)
        return st;
    hc_sha256_init(&s);
    add_word(&s, PACKAGE_VERSION);
    add_word(&s, f->sha256);
    add_word(&s, f->technique);
    add_word(&s, f->cell);
    add_word(&s, f->facts);
    add_word(&s, r->sum);
    add_word(&s, cell_file);
    add_word(&s, n->o->growing ? "growing" : "-");
    hc_sha256_hex(&s, key);
    return HC_OK;
}

static void id_of(hc_work *w)
{
    hc_sha256 s;
    char hex[HC_SHA256_HEX];
    hc_sha256_init(&s);
    add_word(&s, w->file->path);
    add_word(&s, w->recipe->name);
    hc_sha256_hex(&s, hex);
    hc_copy(w->id, sizeof w->id, hex, HC_WORK_ID - 1);
}

static const char *reason(const hc_night *n, const hc_job_row *was,
                          const char *key)
{
    if (was == NULL)
        return "new";
    if (was->state == HC_QUEUED || was->state == HC_STARTED)
        return "not finished";
    if (strcmp(was->key, key) != 0)
        return "changed";
    if (was->state == HC_FAILED && n->o->retry_failed)
        return "failed before";
    return NULL;
}

static hc_status consider(hc_night *n, size_t *cap, const hc_file *f,
                          const hc_recipe *r, const hc_job_row *jobs,
                          size_t n_jobs, hc_err *err)
{
    hc_job_row id = {.path = f->path, .recipe = r->name};
    const hc_job_row *was = n_jobs > 0 ? bsearch(&id, jobs, n_jobs,
                                                 sizeof *jobs, job_by_key)
                                       : NULL;
    hc_work w = {.file = f, .recipe = r, .row = id};
    hc_status st = key_of(n, f, r, w.row.key, err);
    if (st != HC_OK)
        return st;
    w.why = reason(n, was, w.row.key);
    if (w.why == NULL) {
        n->unchanged++;
        n->failed_before += was->state == HC_FAILED;
        return HC_OK;
    }
    id_of(&w);
    w.row.night = n->night;
    hc_work *p = hc_grow(n->work, cap, n->n_work + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    n->work = p;
    p[n->n_work++] = w;
    return HC_OK;
}

static int by_stage(const void *a, const void *b)
{
    const hc_work *x = a, *y = b;
    int c = (x->recipe->stage > y->recipe->stage) -
            (x->recipe->stage < y->recipe->stage);
    c = c != 0 ? c : strcmp(x->file->path, y->file->path);
    return c != 0 ? c : strcmp(x->recipe->name, y->recipe->name);
}

static hc_status find_work(hc_night *n, hc_err *err)
{
    hc_job_row *jobs = NULL;
    size_t n_jobs = 0, cap = 0;
    hc_status st = hc_journal_jobs(n->store, &jobs, &n_jobs, err);
    for (size_t i = 0; i < n->n_files && st == HC_OK; i++)
        for (size_t k = 0; k < n->n_recipes && st == HC_OK; k++)
            if (hc_recipe_wants(&n->recipes[k], n->files[i].technique))
                st = consider(n, &cap, &n->files[i], &n->recipes[k], jobs,
                              n_jobs, err);
    if (n->n_work > 1)
        qsort(n->work, n->n_work, sizeof *n->work, by_stage);
    hc_journal_jobs_free(jobs, n_jobs);
    return st;
}

hc_status hc_plan(hc_night *n, hc_err *err)
{
    hc_file *known = NULL;
    size_t n_known = 0;
    hc_asker *asker = NULL;
    hc_status st = hc_journal_files(n->store, &known, &n_known, err);

    if (st == HC_OK)
        st = hc_asker_new(&asker, n->o->program, n->cells, n->o->probe_s,
                          err);
    if (st == HC_OK) {
        n->files = calloc(n->scan.n + 1, sizeof *n->files);
        if (n->files == NULL)
            st = hc_fail_nomem(err);
    }
    for (size_t i = 0; i < n->scan.n && st == HC_OK; i++) {
        const hc_found *found = &n->scan.found[i];
        const hc_file *was = n_known > 0
                                 ? bsearch(found->path, known, n_known,
                                           sizeof *known, file_by_path)
                                 : NULL;
        st = look_at(n, asker, found, was, &n->files[n->n_files++], err);
    }
    hc_asker_free(asker);
    hc_journal_files_free(known, n_known);
    return st == HC_OK ? find_work(n, err) : st;
}
