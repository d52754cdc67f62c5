#include "trial.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *column;
    int at; /* in the open data set, -1 */
    bool seen;
    const hc_dataset *d;
    trial *t;
} watch;

static hc_status on_fact(void *ctx, const char *key, const char *value,
                         hc_err *err)
{
    (void)ctx, (void)key, (void)value, (void)err;
    return HC_OK;
}

static hc_status on_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    watch *w = ctx;
    (void)err;
    w->d = d;
    w->at = -1;
    w->t->datasets++;
    for (size_t i = 0; i < d->n_columns; i++) {
        /* touch all names */
        size_t len = strlen(d->columns[i].name);
        if (w->column != NULL && !w->seen && w->at < 0 && len > 0 &&
            strcmp(d->columns[i].name, w->column) == 0)
            w->at = (int)i;
    }
    w->seen = w->seen || w->at >= 0;
    return HC_OK;
}

static hc_status on_row(void *ctx, const hc_cell *cells, hc_err *err)
{
    watch *w = ctx;
    double x;
    (void)err;
    /* read every byte of every cell */
    for (size_t i = 0; i < w->d->n_columns; i++)
        if (!hc_cell_number(&cells[i], &x))
            x = NAN;
    if (w->at < 0)
        return HC_OK;
    if (!hc_cell_number(&cells[w->at], &x))
        x = NAN;
    if (w->t->column_rows++ == 0)
        w->t->first = x;
    w->t->last = x;
    return HC_OK;
}

static hc_status on_end(void *ctx, hc_err *err)
{
    watch *w = ctx;
    (void)err;
    w->d = NULL;
    w->at = -1;
    return HC_OK;
}

trial trial_read(const void *data, size_t len, const char *column)
{
    static const hc_sink_ops ops = {.fact = on_fact,
                                    .meta = on_fact,
                                    .begin = on_begin,
                                    .row = on_row,
                                    .end = on_end};
    trial t = {.first = NAN, .last = NAN};
    watch w = {.column = column, .at = -1, .t = &t};
    hc_sink sink = {.ops = &ops, .ctx = &w};
    hc_source *src = NULL;
    char *block = malloc(len > 0 ? len : 1);
    memcpy(block, data, len);
    t.status = hc_source_memory(&src, block, len, "trial", &t.err);
    if (t.status == HC_OK)
        t.status = hc_format_detect(&src->probe, &t.format, &t.err);
    if (t.status == HC_OK)
        t.status = t.format->read(src, &sink, &t.err);
    t.rows = sink.rows;
    t.rejected = sink.rejected;
    t.incomplete = sink.incomplete;
    hc_source_free(src);
    free(block);
    return t;
}

char *trial_load(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    char *data = NULL;
    if (f == NULL)
        return NULL;
    if (fstat(fileno(f), &st) == 0 &&
        (data = malloc((size_t)st.st_size + 1)) != NULL) {
        *len = fread(data, 1, (size_t)st.st_size, f);
        data[*len] = '\0';
    }
    fclose(f);
    return data;
}

const char *trial_shared(void)
{
    static char path[512];
    const char *env = getenv("HALFCELL_SHARED");
    const char *src = getenv("HC_SRCDIR");
    struct stat st;
    if (env != NULL)
        snprintf(path, sizeof path, "%s", env);
    else
        snprintf(path, sizeof path, "%s/../shared", src != NULL ? src : ".");
    char data[544];
    snprintf(data, sizeof data, "%s/data", path);
    return stat(data, &st) == 0 ? path : NULL;
}
