/* env.c: what a recipe finds in its environment; hc-night(1) documents it */
#include "night/work.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

typedef struct {
    char **list;
    size_t n, cap;
    bool failed;
} env;

static void put(env *e, const char *name, const char *value)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s=%s", name, value);
    char **p = hc_grow(e->list, &e->cap, e->n + 2, sizeof *p);
    if (p != NULL)
        e->list = p;
    if (p == NULL || t.failed) {
        hc_text_clear(&t);
        e->failed = true;
        return;
    }
    p[e->n++] = t.data;
    p[e->n] = NULL;
}

static hc_status give(env *e, char ***to, hc_err *err)
{
    if (e->failed || e->list == NULL) {
        hc_env_free(e->list);
        return hc_fail_nomem(err);
    }
    *to = e->list;
    return HC_OK;
}

void hc_env_free(char **list)
{
    for (char **p = list; p != NULL && *p != NULL; p++)
        free(*p);
    free(list);
}

hc_status hc_env_base(hc_night *n, hc_err *err)
{
    env e = {0};
    hc_text path = {0};
    const char *slash = strrchr(n->o->program, '/');
    const char *old = getenv("PATH");
    for (char **p = environ; *p != NULL; p++) {
        size_t len = strcspn(*p, "=");
        char *name = hc_strndup(*p, len);
        if (name == NULL)
            e.failed = true;
        else if (strncmp(name, "HC_", 3) != 0 && strcmp(name, "PATH") != 0 &&
                 strcmp(name, "LC_ALL") != 0 && (*p)[len] == '=')
            put(&e, name, *p + len + 1);
        free(name);
    }
    put(&e, "LC_ALL", "C.UTF-8");
    /* the tools that belong to this hc-night come first */
    if (slash != NULL)
        hc_text_add(&path, n->o->program, (size_t)(slash - n->o->program));
    hc_text_printf(&path, "%s%s", path.len > 0 ? ":" : "",
                   old != NULL ? old : "/usr/bin:/bin");
    put(&e, "PATH", hc_text_get(&path));
    e.failed |= path.failed;
    hc_text_clear(&path);
    return give(&e, &n->base_env, err);
}

/* The technique of the file that made the recipe want it. */
static void put_technique(env *e, const hc_work *w)
{
    const char *all = w->file->technique, *p = all;
    char word[64] = "";
    bool eis;
    while (*p != '\0') {
        size_t len = strcspn(p, " ");
        if (word[0] == '\0' && hc_has_word(w->recipe->techniques, p, len))
            hc_copy(word, sizeof word, p, len);
        p += len;
        p += strspn(p, " ");
    }
    if (word[0] == '\0')
        hc_copy(word, sizeof word, all, strcspn(all, " "));
    eis = strcmp(word, "eis") == 0;
    put(e, "HC_TECHNIQUE", word);
    /* a file of another kind that has spectra among its rows */
    put(e, "HC_SELECT",
        eis                                    ? "eis"
        : strcmp(w->file->kind, "series") == 0 ? "series"
                                               : w->file->kind);
}

static void put_cell(env *e, const hc_night *n, const hc_work *w)
{
    hc_text path = {0};
    const char *cell = strcmp(w->file->cell, "-") == 0 ? "" : w->file->cell;
    put(e, "HC_CELL", cell);
    /* from the job's folder, OUT/jobs/ID.run, so that what the tools note
     * of their options does not depend on where OUT lies */
    put(e, "HC_CELLS", n->cells != NULL ? "../../cells.tsv" : "");
    if (n->o->cell_files != NULL && cell[0] != '\0' &&
        strchr(cell, '/') == NULL) {
        hc_text_printf(&path, "%s/%s.json", n->o->cell_files, cell);
        if (!path.failed && access(path.data, R_OK) != 0)
            hc_text_reset(&path);
    }
    put(e, "HC_CELL_FILE", hc_text_get(&path));
    e->failed |= path.failed;
    hc_text_clear(&path);
}

hc_status hc_env_of(const hc_night *n, const hc_work *w, char ***list,
                    hc_err *err)
{
    env e = {0};
    const char *slash = strrchr(w->file->path, '/');
    for (char **p = n->base_env; *p != NULL; p++) {
        size_t len = strcspn(*p, "=");
        char *name = hc_strndup(*p, len);
        if (name == NULL)
            e.failed = true;
        else
            put(&e, name, *p + len + 1);
        free(name);
    }
    put(&e, "HC_FILE", w->file->path);
    put(&e, "HC_NAME", slash != NULL ? slash + 1 : w->file->path);
    put(&e, "HC_SHA256", w->file->sha256);
    put(&e, "HC_FORMAT", w->file->format);
    put(&e, "HC_KIND", w->file->kind);
    put_technique(&e, w);
    put_cell(&e, n, w);
    put(&e, "HC_GROWING", n->o->growing ? "--growing" : "");
    put(&e, "HC_RECIPE", w->recipe->name);
    put(&e, "HC_JOB", w->id);
    return give(&e, list, err);
}
