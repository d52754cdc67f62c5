#include "report/contents.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_store *s;
    hc_store_filter filter;
} listing;

static hc_status write_list(void *ctx, hc_writer *w, hc_err *err)
{
    static const char *const names[] = {"run_key", "kind", "tool",
                                        "cell",    "rows", "source"};
    const listing *x = ctx;
    size_t n;
    for (size_t i = 0; i < 6; i++)
        hc_writer_column(w, names[i]);
    return hc_store_list(x->s, &x->filter, w, &n, err);
}

static hc_status write_facts(void *ctx, hc_writer *w, hc_err *err)
{
    hc_writer_column(w, "cell");
    hc_writer_column(w, "fact");
    hc_writer_column(w, "value");
    return hc_store_list_cells(ctx, w, err);
}

static bool has_cell(const hc_page_run *r)
{
    return strcmp(r->cell, "-") != 0;
}

static const char *subject_of(const hc_page_run *r)
{
    return has_cell(r) ? r->cell : r->source;
}

/* Cells first, then files without one. */
static int by_subject(const void *x, const void *y)
{
    const hc_page_run *a = x, *b = y;
    int c = has_cell(b) - has_cell(a);
    c = c != 0 ? c : strcmp(subject_of(a), subject_of(b));
    c = c != 0 ? c : strcmp(a->source, b->source);
    c = c != 0 ? c : strcmp(a->kind, b->kind);
    return c != 0 ? c : strcmp(a->key, b->key);
}

static int by_source(const void *x, const void *y, void *runs)
{
    const hc_page_run *r = runs;
    size_t i = *(const size_t *)x, k = *(const size_t *)y;
    int c = strcmp(r[i].source, r[k].source);
    return c != 0 ? c : (i > k) - (i < k);
}

/* Words of the registry that exclude nothing (halfcell-cells.5). */
static const char *exclusion(const char *text)
{
    static const char *const none[] = {"", "-", "no", "false", "0", "NaN"};
    for (size_t i = 0; text && i < sizeof none / sizeof *none; i++)
        if (hc_strcasecmp(text, none[i]) == 0)
            return NULL;
    return text;
}

/* A run that says no cell belongs to the one that all others of its file say
 * (a few rows without a cell among many make a run that says none). */
static void adopt_cells(hc_contents *c)
{
    for (size_t i = 0, end; i < c->n; i = end) {
        const char *source = c->run[c->by_source[i]].source, *cell = NULL;
        bool one = true;
        for (end = i; end < c->n; end++) {
            const hc_page_run *r = &c->run[c->by_source[end]];
            if (strcmp(r->source, source) != 0)
                break;
            if (!has_cell(r))
                continue;
            one = one && (!cell || strcmp(cell, r->cell) == 0);
            cell = r->cell;
        }
        for (size_t k = i; k < end && one && cell; k++)
            c->run[c->by_source[k]].cell = cell;
    }
}

static void sort_by_source(hc_contents *c)
{
    for (size_t i = 0; i < c->n; i++)
        c->by_source[i] = i;
    qsort_r(c->by_source, c->n, sizeof *c->by_source, by_source, c->run);
}

static void fill(hc_contents *c)
{
    const hc_frame *f = c->list.frame;
    const char **to;
    static const char *const names[] = {"run_key", "kind", "tool", "cell",
                                        "source"};
    for (size_t i = 0; i < c->n; i++) {
        hc_page_run *r = &c->run[i];
        const char **const at[] = {&r->key, &r->kind, &r->tool, &r->cell,
                                   &r->source};
        for (size_t k = 0; k < 5; k++) {
            to = at[k];
            *to = hc_frame_text(f, i, hc_frame_column(f, names[k]));
        }
        r->rows = (size_t)hc_frame_number(f, i, hc_frame_column(f, "rows"));
    }
    if (c->n == 0)
        return;
    sort_by_source(c);
    adopt_cells(c);
    qsort(c->run, c->n, sizeof *c->run, by_subject);
    sort_by_source(c);
    for (size_t i = 0; i < c->n; i++) {
        hc_page_run *r = &c->run[i];
        hc_subject *s = &c->subject[c->n_subjects];
        if (i == 0 || has_cell(r) != has_cell(r - 1) ||
            strcmp(subject_of(r), subject_of(r - 1)) != 0) {
            const char *name = subject_of(r);
            *s = (hc_subject){
                .name = name,
                .is_cell = has_cell(r),
                .first = i,
                .exclude = exclusion(hc_contents_fact(c, name, "exclude"))};
            c->n_subjects++;
        }
        r->subject = c->n_subjects - 1;
        c->subject[r->subject].n++;
    }
}

hc_status hc_contents_read(hc_store *s, const char *filter, hc_contents *c,
                           hc_err *err)
{
    listing x = {s, {filter}};
    *c = (hc_contents){0};
    hc_status st = hc_held_make("runs", write_list, &x, &c->list, err);
    if (st == HC_OK)
        st = hc_held_make("facts", write_facts, s, &c->facts, err);
    if (st == HC_OK) {
        c->n = hc_frame_rows(c->list.frame);
        c->run = calloc(c->n + 1, sizeof *c->run);
        c->by_source = calloc(c->n + 1, sizeof *c->by_source);
        c->subject = calloc(c->n + 1, sizeof *c->subject);
        if (!c->run || !c->by_source || !c->subject)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK)
        fill(c);
    else
        hc_contents_clear(c);
    return st;
}

void hc_contents_clear(hc_contents *c)
{
    free(c->run);
    free(c->by_source);
    free(c->subject);
    hc_held_clear(&c->list);
    hc_held_clear(&c->facts);
    *c = (hc_contents){0};
}

long hc_contents_cell(const hc_contents *c, const char *cell)
{
    size_t lo = 0, hi = c->n_subjects;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const hc_subject *s = &c->subject[mid];
        int d = s->is_cell ? strcmp(cell, s->name) : -1;
        if (d == 0)
            return (long)mid;
        if (d < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return HC_NOWHERE;
}

long hc_contents_source(const hc_contents *c, const char *path)
{
    size_t lo = 0, hi = c->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const hc_page_run *r = &c->run[c->by_source[mid]];
        int d = strcmp(path, r->source);
        if (d == 0)
            return (long)r->subject;
        if (d < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return HC_NOWHERE;
}

long hc_contents_run(const hc_contents *c, const char *key)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->run[i].key, key) == 0)
            return (long)c->run[i].subject;
    return HC_NOWHERE;
}

const char *hc_contents_fact(const hc_contents *c, const char *cell,
                             const char *fact)
{
    const hc_frame *f = c->facts.frame;
    for (size_t i = 0; i < hc_frame_rows(f); i++)
        if (strcmp(hc_frame_text(f, i, 0), cell) == 0 &&
            strcmp(hc_frame_text(f, i, 1), fact) == 0)
            return hc_frame_text(f, i, 2);
    return NULL;
}

void hc_subject_link(long subject, char link[HC_PAGE_LINK])
{
    link[0] = '\0';
    if (subject >= 0)
        snprintf(link, HC_PAGE_LINK, "c%ld", subject);
}

void hc_run_link(const char *key, char link[HC_PAGE_LINK])
{
    bool known = strspn(key, "0123456789abcdef") >= 12;
    link[0] = '\0';
    if (known)
        snprintf(link, HC_PAGE_LINK, "r-%.12s", key);
}
