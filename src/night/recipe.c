#include "night/recipe.h"

#include "core/stream.h"
#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_LINES = 64 };

bool hc_has_word(const char *words, const char *word, size_t len)
{
    for (const char *p = words; *p != '\0';) {
        size_t n = strcspn(p, " \t");
        if (n == len && strncmp(p, word, len) == 0)
            return true;
        p += n;
        p += strspn(p, " \t");
    }
    return false;
}

bool hc_recipe_wants(const hc_recipe *r, const char *techniques)
{
    if (strcmp(techniques, "-") == 0 || techniques[0] == '\0')
        return false;
    if (hc_has_word(r->techniques, "any", 3))
        return true;
    for (const char *p = techniques; *p != '\0';) {
        size_t n = strcspn(p, " ");
        if (hc_has_word(r->techniques, p, n))
            return true;
        p += n;
        p += strspn(p, " ");
    }
    return false;
}

/* ---- the sum of a recipe and its tools ---- */

static char *join(const char *folder, size_t len, const char *name,
                  size_t name_len)
{
    hc_text t = {0};
    hc_text_add(&t, folder, len);
    hc_text_putc(&t, '/');
    hc_text_add(&t, name, name_len);
    return t.failed ? NULL : t.data;
}

/* The tool beside us or in PATH, owned; *at NULL when there is none. */
static hc_status find_tool(char **at, const char *tools, const char *name,
                           size_t len, hc_err *err)
{
    const char *path = getenv("PATH");
    *at = join(tools, strlen(tools), name, len);
    while (*at != NULL && access(*at, X_OK) != 0) {
        free(*at);
        *at = NULL;
        if (path == NULL || *path == '\0')
            return HC_OK;
        size_t n = strcspn(path, ":");
        *at = join(path, n, name, len);
        path += n + (path[n] == ':');
    }
    return *at == NULL ? hc_fail_nomem(err) : HC_OK;
}

static hc_status add_tools(hc_sha256 *sum, const hc_recipe *r,
                           const char *words, const char *tools, hc_err *err)
{
    hc_status st = HC_OK;
    for (const char *p = words; *p != '\0' && st == HC_OK;) {
        size_t n = strcspn(p, " \t");
        char hex[HC_SHA256_HEX];
        char *tool = NULL;
        st = find_tool(&tool, tools, p, n, err);
        if (st == HC_OK && tool == NULL)
            st = hc_fail_at(err, HC_USAGE, r->path, 0,
                            "its tool '%.*s' is neither in PATH nor in %s",
                            (int)n, p, tools);
        else if (st == HC_OK)
            st = hc_sha256_file(tool, hex, err);
        if (st == HC_OK)
            hc_sha256_add(sum, hex, sizeof hex);
        free(tool);
        p += n;
        p += strspn(p, " \t");
    }
    return st;
}

/* ---- the lines that begin with '#:' ---- */

static hc_status keep(char **to, const char *words, hc_err *err)
{
    hc_text t = {0};
    hc_text_printf(&t, "%s%s%s", *to != NULL ? *to : "",
                   *to != NULL ? " " : "", words);
    if (t.failed)
        return hc_fail_nomem(err);
    free(*to);
    *to = t.data;
    return HC_OK;
}

static hc_status header_line(hc_recipe *r, const char *line, char **tools,
                             hc_err *err)
{
    const char *word = line + 2 + strspn(line + 2, " \t");
    size_t len = strcspn(word, " \t");
    const char *rest = word + len + strspn(word + len, " \t");
    if (len == 9 && strncmp(word, "technique", len) == 0)
        return keep(&r->techniques, rest, err);
    if (len == 4 && strncmp(word, "tool", len) == 0)
        return keep(tools, rest, err);
    if (len == 5 && strncmp(word, "after", len) == 0)
        return keep(&r->after, rest, err);
    return hc_fail_at(err, HC_USAGE, r->path, 0,
                      "'%.40s' is not '#: technique', '#: tool' or '#: "
                      "after'",
                      line);
}

static hc_status read_header(hc_recipe *r, char **tools, hc_err *err)
{
    hc_in *in = NULL;
    char *line = NULL;
    size_t len;
    hc_status st = hc_in_open(&in, r->path, err);
    for (int i = 0; st == HC_OK && i < HEADER_LINES; i++) {
        /* a program may have no lines at all */
        if (hc_in_line(in, &line, &len, NULL) != HC_OK || line == NULL)
            break;
        if (hc_starts_with(line, "#:"))
            st = header_line(r, line, tools, err);
    }
    hc_in_free(in);
    if (st == HC_OK && r->techniques == NULL)
        st = hc_fail_at(err, HC_USAGE, r->path, 0,
                        "says no '#: technique'; a recipe says which files "
                        "it wants, e.g. '#: technique eis'");
    return st;
}

static hc_status open_one(hc_recipe *r, const char *tools, hc_err *err)
{
    char *words = NULL;
    hc_sha256 sum;
    char hex[HC_SHA256_HEX];
    hc_status st = read_header(r, &words, err);
    hc_sha256_init(&sum);
    if (st == HC_OK)
        st = hc_sha256_file(r->path, hex, err);
    if (st == HC_OK) {
        hc_sha256_add(&sum, hex, sizeof hex);
        st = add_tools(&sum, r, words != NULL ? words : "", tools, err);
    }
    if (st == HC_OK)
        hc_sha256_hex(&sum, r->sum);
    free(words);
    return st;
}

/* ---- the folder ---- */

static int by_name(const void *a, const void *b)
{
    const hc_recipe *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static hc_status add(hc_recipe **list, size_t *n, size_t *cap, char *path,
                     hc_err *err)
{
    struct stat sb;
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    if (path != NULL && (stat(path, &sb) != 0 || !S_ISREG(sb.st_mode) ||
                         access(path, X_OK) != 0)) {
        free(path);
        return HC_OK;
    }
    hc_recipe *p = hc_grow(*list, cap, *n + 1, sizeof *p);
    char *name = path != NULL ? hc_strdup(slash != NULL ? slash + 1 : path)
                              : NULL;
    if (p != NULL)
        *list = p;
    if (p == NULL || name == NULL) {
        free(path);
        free(name);
        return hc_fail_nomem(err);
    }
    p[(*n)++] = (hc_recipe){.path = path, .name = name};
    return HC_OK;
}

static hc_status list_folder(hc_recipe **list, size_t *n, const char *folder,
                             hc_err *err)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    size_t cap = 0;
    hc_status st = HC_OK;
    if (d == NULL && errno == ENOTDIR)
        return add(list, n, &cap, hc_strdup(folder), err);
    if (d == NULL)
        return hc_fail_open(err, HC_NOINPUT, folder);
    while (st == HC_OK && (e = readdir(d)) != NULL)
        if (e->d_name[0] != '.')
            st = add(list, n, &cap,
                     join(folder, strlen(folder), e->d_name,
                          strlen(e->d_name)),
                     err);
    closedir(d);
    if (*n > 1)
        qsort(*list, *n, sizeof **list, by_name);
    return st;
}

/* Each recipe one stage behind the last of those it waits for. */
static hc_status set_stages(hc_recipe *r, size_t n, hc_err *err)
{
    for (size_t round = 0; round <= n; round++) {
        bool changed = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; r[i].after != NULL && k < n; k++)
                if (hc_has_word(r[i].after, r[k].name, strlen(r[k].name)) &&
                    r[i].stage <= r[k].stage) {
                    r[i].stage = r[k].stage + 1;
                    changed = true;
                }
        if (!changed)
            return HC_OK;
    }
    return hc_fail(err, HC_USAGE, "recipes wait for each other ('#: after')");
}

hc_status hc_recipes_open(hc_recipe **out, size_t *n, const char *path,
                          const char *tools, hc_err *err)
{
    hc_recipe *list = NULL;
    size_t count = 0;
    char *real = realpath(path, NULL);
    hc_status st = real == NULL
                       ? hc_fail_open(err, HC_NOINPUT, path)
                       : list_folder(&list, &count, real, err);
    free(real);
    for (size_t i = 0; i < count && st == HC_OK; i++)
        st = open_one(&list[i], tools, err);
    if (st == HC_OK)
        st = set_stages(list, count, err);
    if (st == HC_OK && count == 0)
        st = hc_fail_at(err, HC_USAGE, path, 0,
                        "holds no recipe (an executable file)");
    if (st != HC_OK) {
        hc_recipes_free(list, count);
        return st;
    }
    *out = list;
    *n = count;
    return HC_OK;
}

void hc_recipes_free(hc_recipe *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(r[i].path);
        free(r[i].name);
        free(r[i].techniques);
        free(r[i].after);
    }
    free(r);
}
