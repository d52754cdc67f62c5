#include "alias.h"

#include "core/number.h"
#include "core/text.h"
#include "formats/dates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct alias_list {
    hc_frame *f;
    bool *used;
    char name[512];
};

alias_list *alias_read(const char *path)
{
    hc_err err;
    alias_list *l = calloc(1, sizeof *l);
    if (l == NULL || hc_frame_open(&l->f, path, &err) != HC_OK) {
        printf("# %s: %s\n", path, l == NULL ? "" : err.text);
        exit(99);
    }
    l->used = calloc(hc_frame_rows(l->f) + 1, sizeof *l->used);
    if (l->used == NULL)
        exit(71);
    return l;
}

void alias_free(alias_list *l)
{
    hc_frame_free(l->f);
    free(l->used);
    free(l);
}

const char *alias_unused(const alias_list *l)
{
    static char name[512];
    for (size_t i = 0; i < hc_frame_rows(l->f); i++)
        if (!l->used[i]) {
            snprintf(name, sizeof name, "%.200s %.200s",
                     hc_frame_text(l->f, i, 0), hc_frame_text(l->f, i, 1));
            return name;
        }
    return NULL;
}

static bool matches(const char *pattern, const char *s)
{
    size_t n = strlen(pattern);
    if (n > 0 && pattern[n - 1] == '*')
        return strncmp(pattern, s, n - 1) == 0;
    return strcmp(pattern, s) == 0;
}

/* "distinct:X", "X:first", "X" alone is about the rows. */
static void split(const char *key, char *column, char *what)
{
    const char *colon = strrchr(key, ':');
    if (hc_starts_with(key, "distinct:") || hc_starts_with(key, "changes:")) {
        snprintf(what, 32, "%.*s", (int)strcspn(key, ":"), key);
        snprintf(column, 256, "%s", strchr(key, ':') + 1);
        return;
    }
    if (colon == NULL || hc_ends_with(key, "]")) {
        snprintf(what, 32, "n");
        snprintf(column, 256, "%s", key);
        return;
    }
    snprintf(what, 32, "%s", colon + 1);
    snprintf(column, 256, "%.*s", (int)(colon - key), key);
}

/* The rows that count, of one column. */
typedef struct {
    const hc_frame *f;
    int column, filter; /* filter > 0 only, -1: all */
} view;

static bool counts(const view *v, size_t row)
{
    return v->filter < 0 || hc_frame_number(v->f, row, v->filter) > 0;
}

static int frequency(const hc_frame *f)
{
    for (size_t c = 0; c < hc_frame_columns(f); c++)
        if (hc_starts_with(hc_frame_column_name(f, c), "Freq"))
            return (int)c;
    return -1;
}

static bool open_view(view *v, const char *spec, alias_frame frame, void *ctx)
{
    bool plain = *spec == '=', filtered = *spec == '+';
    v->f = frame(ctx, plain);
    if (v->f == NULL)
        return false;
    v->column = hc_frame_column(v->f, spec + (plain || filtered));
    v->filter = filtered ? frequency(v->f) : -1;
    return v->column >= 0;
}

static const char *text_at(const view *v, size_t row)
{
    return hc_frame_text(v->f, row, v->column);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted texts of the column; *n of them.  free() it. */
static const char **sorted(const view *v, size_t *n)
{
    const char **all = calloc(hc_frame_rows(v->f) + 1, sizeof *all);
    *n = 0;
    for (size_t i = 0; all != NULL && i < hc_frame_rows(v->f); i++)
        if (counts(v, i))
            all[(*n)++] = text_at(v, i);
    if (all != NULL)
        qsort(all, *n, sizeof *all, by_text);
    return all;
}

/* "C=3; D=4", or how many there are when out is NULL. */
static size_t tally(const view *v, hc_text *out)
{
    size_t n, kinds = 0;
    const char **all = sorted(v, &n);
    for (size_t i = 0; all != NULL && i < n;) {
        size_t k = i;
        while (k < n && strcmp(all[k], all[i]) == 0)
            k++;
        if (out != NULL)
            hc_text_printf(out, "%s%s=%zu", kinds > 0 ? "; " : "", all[i],
                           k - i);
        kinds++;
        i = k;
    }
    free(all);
    return kinds;
}

static size_t rows_of(const view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < hc_frame_rows(v->f); i++)
        n += counts(v, i);
    return n;
}

/* The text that `what` picks, NULL when there is none. */
static const char *pick(const view *v, const char *what, char *buf)
{
    size_t n = hc_frame_rows(v->f), best = n;
    if (strcmp(what, "n") == 0 || strcmp(what, "distinct") == 0) {
        snprintf(buf, 64, "%zu", what[0] == 'n' ? rows_of(v) : tally(v, NULL));
        return buf;
    }
    for (size_t i = 0; i < n; i++) {
        if (!counts(v, i))
            continue;
        double x = hc_frame_number(v->f, i, v->column);
        if (strcmp(what, "first") == 0) {
            best = i;
            break;
        }
        if (strcmp(what, "last") == 0)
            best = i;
        else if (!isnan(x) &&
                 (best == n ||
                  (what[1] == 'a'
                       ? x > hc_frame_number(v->f, best, v->column)
                       : x < hc_frame_number(v->f, best, v->column))))
            best = i;
    }
    return best < n ? text_at(v, best) : NULL;
}

/* Runs of rows in which the column exceeds a limit. */
static size_t segments(const view *v, double limit)
{
    size_t n = 0;
    bool on = false;
    for (size_t i = 0; i < hc_frame_rows(v->f); i++) {
        bool now = fabs(hc_frame_number(v->f, i, v->column)) > limit;
        n += now && !on;
        on = now;
    }
    return n;
}

/* ---- comparing ---- */

static bool same_words(const char *got, const char *want)
{
    for (; *got != '\0' && *want != '\0'; got++, want++)
        if (*got != *want && !(*got == ' ' && *want == '_'))
            return false;
    return *got == *want;
}

static bool same_number(const char *got, const char *want, double scale,
                        double tolerance)
{
    double a, b;
    if (!hc_number_parse(got, strlen(got), &a) ||
        !hc_number_parse(want, strlen(want), &b))
        return false;
    /* 32-bit peers: half a unit in the last place, both ways */
    return fabs(a * scale - b) <= tolerance + 1e-7 * fabs(b);
}

static bool seconds_of(const char *s, double *x)
{
    hc_moment m;
    if (hc_number_parse(s, strlen(s), x))
        return true;
    if (!hc_date_parse(s, strlen(s), HC_DATE_MDY, &m))
        return false;
    *x = m.seconds - m.offset_second;
    return true;
}

static bool same_date(const char *got, const char *want, double shift)
{
    double a, b;
    return seconds_of(got, &a) && seconds_of(want, &b) &&
           fabs(a + shift - b) < 2e-3;
}

static bool row_holds(const alias_list *l, size_t row, const char *what,
                      const char *want, const view *v, char *got)
{
    const char *how = hc_frame_text(l->f, row, 3);
    double scale = hc_frame_number(l->f, row, 4);
    double tolerance = hc_frame_number(l->f, row, 5);
    char buf[64];
    if (strcmp(how, "tally") == 0) {
        hc_text t = {0};
        tally(v, &t);
        bool same = same_words(hc_text_get(&t), want);
        snprintf(got, 256, "%s", hc_text_get(&t));
        hc_text_clear(&t);
        return same;
    }
    if (strcmp(how, "distinct") == 0)
        what = how;
    if (strcmp(how, "segments") == 0) {
        snprintf(got, 256, "%zu", segments(v, scale));
        return same_number(got, want, 1, 0);
    }
    const char *s = pick(v, what, buf);
    snprintf(got, 256, "%s", s == NULL ? "" : s);
    if (s == NULL)
        return false;
    if (strcmp(what, "n") == 0 || strcmp(what, "distinct") == 0)
        return same_number(s, want, 1, 0);
    if (strcmp(how, "text") == 0)
        return same_words(s, want);
    if (strcmp(how, "date") == 0)
        return same_date(s, want, scale);
    return same_number(s, want, scale, tolerance);
}

bool alias_holds(alias_list *l, const char *file, const char *key,
                 const char *want, alias_frame frame, void *ctx, char *got)
{
    char column[256], what[32];
    split(key, column, what);
    for (size_t i = 0; i < hc_frame_rows(l->f); i++) {
        view v;
        if (!matches(hc_frame_text(l->f, i, 0), file) ||
            strcmp(hc_frame_text(l->f, i, 1), column) != 0 ||
            !open_view(&v, hc_frame_text(l->f, i, 2), frame, ctx))
            continue;
        if (row_holds(l, i, what, want, &v, got)) {
            l->used[i] = true;
            return true;
        }
    }
    return false;
}
