/* walk.c: every fact of a table of expected values against hc-read
 *
 *     walk HC-READ DATA-FOLDER EXCEPTIONS ALIASES
 *
 * DATA-FOLDER/expected.tsv has file, key, value, source.  Facts are looked up
 * through `hc-read --raw` and `hc-read -l --json`: text and 8-byte numbers
 * to the digits that the table gives, 4-byte numbers to 1e-7.  EXCEPTIONS has
 * file, key (both may end in *) and why such a fact cannot hold; one that is
 * not needed fails the test.  Prints TAP, one line a file.
 */
#include "alias.h"

#include "core/frame.h"
#include "core/number.h"
#include "core/text.h"
#include "formats/dates.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

typedef struct {
    char *file, *key, *why;
    bool used;
} exception;

/* One file and what was read of it. */
typedef struct {
    const char *tool, *folder;
    char file[256];
    json_t *list; /* of -l --json, NULL: failed */
    int list_exit;
    char table[64]; /* data set that raw holds */
    hc_frame *raw, *normal;
    int checked, failed, excepted;
    bool is_f4;
    alias_list *aliases;
    char aliased[256]; /* what an alias found */
} walk;

/* ---- running the tool ---- */

static int run(const walk *w, const char *options, const char *to)
{
    hc_text cmd = {0};
    int code;
    hc_text_printf(&cmd, "'%s' %s '%s/%s' >'%s' 2>walk.err", w->tool, options,
                   w->folder, w->file, to);
    code = system(hc_text_get(&cmd));
    hc_text_clear(&cmd);
    return WIFEXITED(code) ? WEXITSTATUS(code) : 99;
}

static void open_list(walk *w)
{
    json_error_t e;
    w->list_exit = run(w, "-l --json", "walk.json");
    w->list = json_load_file("walk.json", 0, &e);
}

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static const json_t *set_named(const walk *w, const char *name)
{
    const json_t *sets = json_object_get(w->list, "datasets");
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const json_t *s = json_array_get(sets, i);
        if (name != NULL ? strcmp(text_of(s, "name"), name) == 0
                         : !json_is_true(json_object_get(s, "side")))
            return s;
    }
    return name == NULL ? json_array_get(sets, 0) : NULL;
}

static const hc_frame *raw_of(walk *w, const json_t *set)
{
    char options[96];
    hc_err err;
    const char *name = text_of(set, "name");
    if (w->raw != NULL && strcmp(w->table, name) == 0)
        return w->raw;
    hc_frame_free(w->raw);
    w->raw = NULL;
    snprintf(w->table, sizeof w->table, "%s", name);
    snprintf(options, sizeof options, "--raw --select %lld",
             (long long)json_integer_value(json_object_get(set, "index")));
    if (run(w, options, "walk.raw") != 0 ||
        hc_frame_open(&w->raw, "walk.raw", &err) != HC_OK)
        return NULL;
    return w->raw;
}

/* ---- comparing ---- */

static bool equal_numbers(const walk *w, const char *got, const char *want)
{
    double a, b, tolerance;
    if (!hc_number_parse(got, strlen(got), &a) ||
        !hc_number_parse(want, strlen(want), &b))
        return false;
    /* the table itself is rounded to ten digits */
    tolerance = w->is_f4 ? 1e-7 : 5.1e-10;
    return (isnan(a) && isnan(b)) || a == b ||
           fabs(a - b) <= tolerance * fabs(b);
}

static bool equal_texts(const char *got, const char *want)
{
    size_t n = strlen(got), m = strlen(want);
    hc_trim(&got, &n);
    hc_trim(&want, &m);
    return n == m && memcmp(got, want, n) == 0;
}

/* Spellings of one moment. */
static bool equal_dates(const char *got, const char *want)
{
    hc_moment a, b;
    return hc_date_parse(got, strlen(got), HC_DATE_MDY, &a) &&
           hc_date_parse(want, strlen(want), HC_DATE_MDY, &b) && a.has_date &&
           b.has_date && fabs(a.seconds - b.seconds) < 1e-3;
}

static bool equal(const walk *w, const char *got, const char *want)
{
    size_t n;
    if (got == NULL)
        return false;
    if (equal_texts(got, want) || equal_numbers(w, got, want) ||
        equal_dates(got, want))
        return true;
    /* first lines, with blanks for tabs, perhaps cut */
    for (n = 0; want[n] != '\0' &&
                (got[n] == want[n] || (got[n] == '\t' && want[n] == ' '));)
        n++;
    if (n > 20 && want[n] == '\0' &&
        (n >= 160 || got[n + strspn(got + n, "\t ")] == '\0'))
        return true;
    /* its maker joined lines with " | " behind each */
    if (hc_ends_with(want, " | ")) {
        n = strlen(want) - 3;
        return strncmp(got, want, n) == 0 && got[n] == '\0';
    }
    /* an empty field is NaN in a table */
    return want[0] == '\0' && strcmp(got, "NaN") == 0;
}

static void tell(walk *w, const char *key, const char *got, const char *want)
{
    w->failed++;
    printf("# %s %s: got '%s', wanted '%s'\n", w->file, key,
           got == NULL ? "(nothing)" : got, want);
}

/* ---- facts of one column ---- */

static char *extreme(const hc_frame *f, int c, bool max, char *buf)
{
    double best = NAN;
    size_t at = 0;
    for (size_t i = 0; i < hc_frame_rows(f); i++) {
        double x = hc_frame_number(f, i, c);
        if (isnan(x) || (!isnan(best) && (max ? x <= best : x >= best)))
            continue;
        best = x;
        at = i;
    }
    if (isnan(best))
        snprintf(buf, 256, "NaN");
    else
        snprintf(buf, 256, "%s", hc_frame_text(f, at, c));
    return buf;
}

static long count_changes(const hc_frame *f, int c)
{
    long n = 0;
    for (size_t i = 1; i < hc_frame_rows(f); i++)
        n += strcmp(hc_frame_text(f, i, c), hc_frame_text(f, i - 1, c)) != 0;
    return n;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static long count_distinct(const hc_frame *f, int c)
{
    size_t rows = hc_frame_rows(f);
    const char **all = calloc(rows + 1, sizeof *all);
    long n = 0;
    for (size_t i = 0; all != NULL && i < rows; i++)
        all[i] = hc_frame_text(f, i, c);
    if (all != NULL)
        qsort(all, rows, sizeof *all, by_text);
    for (size_t i = 0; all != NULL && i < rows; i++)
        n += i == 0 || strcmp(all[i], all[i - 1]) != 0;
    free(all);
    return n;
}

static const char *column_fact(const hc_frame *f, const char *column,
                               const char *what, char *buf)
{
    int c = hc_frame_column(f, column);
    size_t rows = hc_frame_rows(f), i = 0;
    if (c < 0)
        return NULL;
    if (strcmp(what, "distinct") == 0)
        snprintf(buf, 256, "%ld", count_distinct(f, c));
    else if (strcmp(what, "changes") == 0)
        snprintf(buf, 256, "%ld", count_changes(f, c));
    else if (rows == 0)
        return NULL;
    else if (strcmp(what, "min") == 0 || strcmp(what, "max") == 0)
        extreme(f, c, what[1] == 'a', buf);
    else {
        /* the first and last that are there */
        if (strcmp(what, "first") == 0)
            while (i + 1 < rows && strcmp(hc_frame_text(f, i, c), "NaN") == 0)
                i++;
        else
            for (i = rows - 1;
                 i > 0 && strcmp(hc_frame_text(f, i, c), "NaN") == 0;)
                i--;
        snprintf(buf, 200, "%s", hc_frame_text(f, i, c));
        i = strcmp(what, "first") == 0 ? 0 : rows - 1;
        snprintf(strchr(buf, '\0') + 1, 8, "%s", hc_frame_text(f, i, c));
    }
    return buf;
}

/* ---- facts of a data set ---- */

static bool is_flag(const char *name)
{
    static const char *const flags[] = {
        "flags",           "mode",       "ox/red",      "error",
        "control changes", "Ns changes", "counter inc."};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(name, flags[i]) == 0)
            return true;
    return false;
}

/* Names joined by "; "; with `fold` the flags of an .mpr are one column, as
 * the peer that the facts are from has them. */
static void join_columns(const json_t *set, bool fold, hc_text *t, int *n)
{
    const json_t *names = json_object_get(set, "columns");
    bool flags = false;
    *n = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (fold && is_flag(name)) {
            if (flags)
                continue;
            flags = true;
            name = "flags";
        }
        hc_text_printf(t, "%s%s", *n == 0 ? "" : "; ", name);
        ++*n;
    }
}

static void join_units(const json_t *set, hc_text *t)
{
    const json_t *units = json_object_get(set, "units");
    for (size_t i = 0; i < json_array_size(units); i++)
        hc_text_printf(t, "%s%s", i == 0 ? "" : "; ",
                       json_string_value(json_array_get(units, i)));
}

static int rows_with_frequency(const hc_frame *f)
{
    int n = 0;
    for (size_t c = 0; c < hc_frame_columns(f); c++)
        if (strncmp(hc_frame_column_name(f, c) + 1, "req", 3) == 0) {
            for (size_t i = 0; i < hc_frame_rows(f); i++)
                n += hc_frame_number(f, i, (int)c) > 0;
            break;
        }
    return n;
}

static const char *set_fact(walk *w, const json_t *set, const char *key,
                            bool fold, hc_text *t)
{
    int n;
    if (strcmp(key, "n_rows") == 0)
        hc_text_printf(
            t, "%lld",
            (long long)json_integer_value(json_object_get(set, "rows")));
    else if (strcmp(key, "columns") == 0)
        join_columns(set, fold, t, &n);
    else if (strcmp(key, "n_cols") == 0) {
        hc_text names = {0};
        join_columns(set, fold, &names, &n);
        hc_text_clear(&names);
        hc_text_printf(t, "%d", n);
    } else if (strcmp(key, "units") == 0)
        join_units(set, t);
    else if (strcmp(key, "n_rows_with_freq_gt_0") == 0) {
        const hc_frame *f = raw_of(w, set);
        if (f == NULL)
            return NULL;
        hc_text_printf(t, "%d", rows_with_frequency(f));
    } else
        return NULL;
    return hc_text_get(t);
}

/* ---- facts of a file ---- */

static const char *meta_fact(const walk *w, const char *key)
{
    const json_t *settings = json_object_get(w->list, "settings");
    const char *v;
    char with_blanks[128];
    if (strcmp(key, "acquisition_started") == 0)
        key = "start_time_text";
    v = text_of(w->list, key);
    if (v == NULL)
        v = text_of(settings, key);
    if (v == NULL && strcmp(key, "measurement_date") == 0)
        v = text_of(w->list, "start_time");
    if (v == NULL && strcmp(key, "first_line") == 0)
        v = text_of(w->list, "magic");
    if (v == NULL && strcmp(key, "data_header_line_number") == 0)
        v = text_of(w->list, "header_line_number");
    snprintf(with_blanks, sizeof with_blanks, "%s", key);
    for (char *s = with_blanks; *s != '\0'; s++)
        if (*s == '_')
            *s = ' ';
    if (v == NULL)
        v = text_of(settings, with_blanks);
    if (v == NULL && strcmp(key, "loop_index") == 0)
        v = "none";
    return v;
}

/* "OCVCURVE(387); ZCURVE(72)" */
static void join_tables(const walk *w, hc_text *t)
{
    const json_t *sets = json_object_get(w->list, "datasets");
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const json_t *s = json_array_get(sets, i);
        hc_text_printf(
            t, "%s%s(%lld)", i == 0 ? "" : "; ", text_of(s, "name"),
            (long long)json_integer_value(json_object_get(s, "rows")));
    }
}

/* Trapezoid over the rows of a plain read, of I or of |I|. */
static double charge(walk *w, bool absolute)
{
    hc_err err;
    double q = 0;
    int t, a;
    if (w->normal == NULL &&
        (run(w, "--no-repair -q", "walk.tsv") != 0 ||
         hc_frame_open(&w->normal, "walk.tsv", &err) != HC_OK))
        return NAN;
    t = hc_frame_column(w->normal, "test_time_second");
    a = hc_frame_column(w->normal, "current_ampere");
    if (t < 0 || a < 0)
        return NAN;
    for (size_t i = 1; i < hc_frame_rows(w->normal); i++) {
        double x = hc_frame_number(w->normal, i - 1, a);
        double y = hc_frame_number(w->normal, i, a);
        double dt = hc_frame_number(w->normal, i, t) -
                    hc_frame_number(w->normal, i - 1, t);
        double add = 0.5 * dt * (absolute ? fabs(x + y) : x + y);
        if (!isnan(add))
            q += add;
    }
    return q;
}

/* For aliases: raw, or what a plain read gives. */
static const hc_frame *frame_of(void *ctx, bool plain)
{
    walk *w = ctx;
    const json_t *set = set_named(w, NULL);
    if (!plain)
        return set == NULL ? NULL : raw_of(w, set);
    if (w->normal == NULL)
        (void)charge(w, false);
    return w->normal;
}

static bool check_charge(walk *w, const char *key, const char *want)
{
    bool absolute = key[0] == 't';
    double q = charge(w, absolute), b = 0, scale;
    if (!hc_number_parse(want, strlen(want), &b) || isnan(q))
        return false;
    scale = absolute ? fabs(b) : fmax(fabs(b), 0.01 * charge(w, true));
    if (fabs(q - b) <= 0.01 * scale + 1e-12)
        return true;
    printf("# %s %s: %g\n", w->file, key, q);
    return false;
}

/* The value that hc-read has for a key; NULL none. */
static const char *lookup(walk *w, const char *key, hc_text *t, char *buf)
{
    const json_t *set = set_named(w, NULL);
    bool fold = hc_ends_with(w->file, ".mpr");
    const char *dot = strchr(key, '.'), *colon = strrchr(key, ':');
    char name[256];
    const hc_frame *f;
    if (hc_starts_with(key, "meta:"))
        return meta_fact(w, key + 5);
    if (strcmp(key, "m1.title") == 0)
        return meta_fact(w, "title");
    if (strcmp(key, "data_sheet") == 0)
        return set == NULL ? NULL : text_of(set, "name");
    if (strcmp(key, "n_datasets") == 0 || strcmp(key, "n_measurements") == 0) {
        hc_text_printf(t, "%zu",
                       json_array_size(json_object_get(w->list, "datasets")));
        return hc_text_get(t);
    }
    if (strcmp(key, "eis.n_cols") == 0 || strcmp(key, "eis.columns") == 0)
        key += 4; /* the same table as the rows without frequency */
    if (strcmp(key, "tables") == 0) {
        join_tables(w, t);
        return hc_text_get(t);
    }
    if (dot != NULL) {
        snprintf(name, sizeof name, "%.*s", (int)(dot - key), key);
        if (set_named(w, name) != NULL) {
            set = set_named(w, name);
            key = dot + 1;
        }
    }
    if (set == NULL)
        return NULL;
    if (set_fact(w, set, key, fold, t) != NULL)
        return hc_text_get(t);
    colon = strrchr(key, ':');
    if (colon == NULL || (f = raw_of(w, set)) == NULL)
        return NULL;
    if (hc_starts_with(key, "distinct:") || hc_starts_with(key, "changes:")) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(key, ":"), key);
        return column_fact(f, strchr(key, ':') + 1, name, buf);
    }
    snprintf(name, sizeof name, "%.*s", (int)(colon - key), key);
    return column_fact(f, name, colon + 1, buf);
}

static bool matches(const char *pattern, const char *s)
{
    size_t n = strlen(pattern);
    if (n > 0 && pattern[n - 1] == '*')
        return strncmp(pattern, s, n - 1) == 0;
    return strcmp(pattern, s) == 0;
}

static exception *excepted(exception *e, size_t n, const char *file,
                           const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (matches(e[i].file, file) && matches(e[i].key, key))
            return &e[i];
    return NULL;
}

static bool holds(walk *w, const char *key, const char *want, hc_text *t,
                  char *buf, const char **got)
{
    *got = NULL;
    if (strcmp(key, "size_bytes") == 0 || strcmp(key, "sha256") == 0)
        return true; /* of the data folder, not of the reader */
    if (strcmp(want, "error") == 0)
        return w->list_exit == 65;
    if (w->list == NULL)
        return false;
    if (hc_starts_with(key, "net_charge") || hc_starts_with(key, "throughput"))
        return check_charge(w, key, want);
    *got = lookup(w, key, t, buf);
    /* the table says nan where the last row is empty */
    return equal(w, *got, want) ||
           alias_holds(w->aliases, w->file, key, want, frame_of, w,
                       w->aliased) ||
           (*got != NULL && hc_strcasecmp(want, "nan") == 0 &&
            strcmp(strchr(buf, '\0') + 1, "NaN") == 0);
}

static void check(walk *w, const char *key, const char *want, exception *ex,
                  size_t n_ex)
{
    hc_text t = {0};
    char buf[256] = "";
    const char *got;
    bool ok = holds(w, key, want, &t, buf, &got);
    exception *e = ok ? NULL : excepted(ex, n_ex, w->file, key);
    w->checked++;
    if (e != NULL) {
        e->used = true;
        w->excepted++;
    } else if (!ok) {
        tell(w, key, got, want);
    }
    hc_text_clear(&t);
}

/* ---- the walk ---- */

static void close_file(walk *w, int *number)
{
    if (w->file[0] == '\0')
        return;
    printf("%sok %d - %s: %d facts, %d excepted\n",
           w->failed > 0 ? "not " : "", ++*number, w->file, w->checked,
           w->excepted);
    fflush(stdout);
    json_decref(w->list);
    hc_frame_free(w->raw);
    hc_frame_free(w->normal);
    *w = (walk){.tool = w->tool, .folder = w->folder, .aliases = w->aliases};
}

static exception *read_exceptions(const char *path, size_t *n)
{
    hc_frame *f;
    hc_err err;
    exception *e;
    *n = 0;
    if (hc_frame_open(&f, path, &err) != HC_OK) {
        printf("# %s: %s\n", path, err.text);
        exit(99);
    }
    e = calloc(hc_frame_rows(f) + 1, sizeof *e);
    for (size_t i = 0; e != NULL && i < hc_frame_rows(f); i++) {
        e[i].file = hc_strdup(hc_frame_text(f, i, 0));
        e[i].key = hc_strdup(hc_frame_text(f, i, 1));
        e[i].why = hc_strdup(hc_frame_text(f, i, 2));
        *n = i + 1;
    }
    hc_frame_free(f);
    return e;
}

static void free_exceptions(exception *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(e[i].file);
        free(e[i].key);
        free(e[i].why);
    }
    free(e);
}

/* Fields of a line, in place. */
static size_t fields(char *line, char **f, size_t cap)
{
    size_t n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *s = line; n < cap; s++) {
        f[n++] = s;
        s = strchr(s, '\t');
        if (s == NULL)
            break;
        *s = '\0';
    }
    return n;
}

int main(int argc, char **argv)
{
    walk w = {0};
    char path[4096], *line = NULL, *f[4];
    size_t cap = 0, n_ex;
    exception *ex;
    FILE *in;
    int number = 0;
    if (argc != 5)
        return 64;
    w.tool = argv[1];
    w.folder = argv[2];
    ex = read_exceptions(argv[3], &n_ex);
    w.aliases = alias_read(argv[4]);
    snprintf(path, sizeof path, "%s/expected.tsv", argv[2]);
    in = fopen(path, "r");
    if (in == NULL)
        return 66;
    while (getline(&line, &cap, in) > 0) {
        if (fields(line, f, 4) < 3 || strcmp(f[0], "file") == 0)
            continue;
        if (strcmp(f[0], w.file) != 0) {
            close_file(&w, &number);
            snprintf(w.file, sizeof w.file, "%s", f[0]);
            w.is_f4 = hc_ends_with(f[0], ".mpr") ||
                      hc_ends_with(f[0], ".res") ||
                      hc_starts_with(f[0], "neware/nd");
            open_list(&w);
        }
        check(&w, f[1], f[2], ex, n_ex);
    }
    close_file(&w, &number);
    for (size_t i = 0; i < n_ex; i++)
        if (!ex[i].used)
            printf("not ok %d - exception not needed: %s %s\n", ++number,
                   ex[i].file, ex[i].key);
    if (alias_unused(w.aliases) != NULL)
        printf("not ok %d - alias not needed: %s\n", ++number,
               alias_unused(w.aliases));
    printf("1..%d\n", number);
    fclose(in);
    free(line);
    alias_free(w.aliases);
    free_exceptions(ex, n_ex);
    return 0;
}
