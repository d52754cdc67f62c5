#include "formats/logger.h"

#include "core/text.h"
#include "formats/dates.h"
#include "formats/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char name[64];
    size_t log; /* which file it is of */
    int source; /* its column there */
    hc_meaning m;
    double *y; /* [n of the log] */
} log_column;

typedef struct {
    double *t;
    size_t n, cap;
    bool absolute;
    size_t first, n_columns; /* its columns in the whole */
    size_t at;               /* where the last question was answered */
    int clock;               /* column of the time */
    bool clock_is_date;
    double base; /* clock of time zero, for seconds of a test */
    bool open;
} logbook;

struct hc_loggers {
    logbook *logs;
    size_t n_logs;
    log_column *columns;
    size_t n_columns, cap_columns;
    double offset_s, tolerance_s;
    const hc_format *format;
    double start_clock; /* of the file being read */
    unsigned long long hits;
};

/* ---- collecting ---- */

static void safe_name(const char *name, char *to, size_t cap)
{
    char plain[128];
    size_t n = 0;
    hc_column_plain(name, plain, sizeof plain);
    for (const char *s = plain; *s != '\0' && n + 1 < cap; s++) {
        bool word = hc_isalpha(*s) || hc_isdigit(*s);
        if (word)
            to[n++] = *s;
        else if (n > 0 && to[n - 1] != '_')
            to[n++] = '_';
    }
    while (n > 0 && to[n - 1] == '_')
        n--;
    to[n] = '\0';
}

static hc_status add_column(hc_loggers *l, const hc_column *c,
                            const hc_meaning *m, int source, hc_err *err)
{
    log_column *p = hc_grow(l->columns, &l->cap_columns, l->n_columns + 1,
                            sizeof *p),
               *mine;
    if (p == NULL)
        return hc_fail_nomem(err);
    l->columns = p;
    mine = &p[l->n_columns];
    *mine = (log_column){.log = l->n_logs - 1, .source = source, .m = *m};
    if (m->target != NULL)
        snprintf(mine->name, sizeof mine->name, "%s", m->target);
    else
        safe_name(c->name, mine->name, sizeof mine->name);
    for (size_t i = 0; i < l->n_columns; i++)
        if (strcmp(p[i].name, mine->name) == 0) {
            size_t len = strlen(mine->name);
            snprintf(mine->name + len, sizeof mine->name - len, "_%zu",
                     l->n_columns + 1);
            break;
        }
    l->n_columns++;
    l->logs[l->n_logs - 1].n_columns++;
    return HC_OK;
}

static hc_status log_fact(void *ctx, const char *key, const char *value,
                          hc_err *err)
{
    hc_loggers *l = ctx;
    hc_moment m;
    (void)err;
    if (strcmp(key, "start_time") == 0 &&
        hc_date_parse(value, strlen(value), HC_DATE_MDY, &m))
        l->start_clock = m.seconds;
    return HC_OK;
}

static hc_status log_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    hc_loggers *l = ctx;
    logbook *log = &l->logs[l->n_logs - 1];
    int date = -1, unix_time = -1, time = -1;
    log->open = log->n == 0 && log->n_columns == 0;
    for (size_t i = 0; log->open && i < d->n_columns; i++) {
        hc_meaning m = hc_column_meaning(&d->columns[i], l->format->columns);
        if (m.target == NULL)
            continue;
        if (strcmp(m.target, "date_time") == 0 && date < 0)
            date = (int)i;
        else if (strcmp(m.target, "unix_time_second") == 0)
            unix_time = (int)i;
        else if (strcmp(m.target, "test_time_second") == 0 && time < 0)
            time = (int)i;
    }
    log->clock = unix_time >= 0 ? unix_time : date >= 0 ? date : time;
    log->clock_is_date = unix_time < 0 && (date >= 0 || time >= 0);
    log->absolute = unix_time >= 0 || date >= 0 || !isnan(l->start_clock);
    log->base = unix_time < 0 && date < 0 && !isnan(l->start_clock)
                    ? l->start_clock
                    : 0;
    log->open = log->open && log->clock >= 0;
    log->first = l->n_columns;
    for (size_t i = 0; log->open && i < d->n_columns; i++) {
        hc_meaning m = hc_column_meaning(&d->columns[i], l->format->columns);
        if ((int)i != date && (int)i != unix_time && (int)i != time)
            HC_TRY(add_column(l, &d->columns[i], &m, (int)i, err));
    }
    return HC_OK;
}

static bool clock_of(const logbook *log, const hc_cell *c, double *t)
{
    hc_moment m;
    if (hc_cell_number(c, t)) {
        *t += log->base;
        return !isnan(*t);
    }
    if (!log->clock_is_date || c->type != HC_CELL_TEXT)
        return false;
    if (hc_date_parse(c->u.s, c->len, HC_DATE_MDY, &m) && m.has_date) {
        *t = m.seconds - m.offset_second;
        return true;
    }
    if (!hc_duration_parse(c->u.s, c->len, t))
        return false;
    *t += log->base;
    return true;
}

static hc_status log_row(void *ctx, const hc_cell *cells, hc_err *err)
{
    hc_loggers *l = ctx;
    logbook *log = &l->logs[l->n_logs - 1];
    double t, *p;
    size_t old = log->cap;
    if (!log->open || !clock_of(log, &cells[log->clock], &t))
        return HC_OK;
    p = hc_grow(log->t, &log->cap, log->n + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    log->t = p;
    for (size_t k = 0; k < log->n_columns; k++) {
        log_column *c = &l->columns[log->first + k];
        if (log->cap != old) {
            p = realloc(c->y, log->cap * sizeof *p);
            if (p == NULL)
                return hc_fail_nomem(err);
            c->y = p;
        }
        if (!hc_cell_number(&cells[c->source], &c->y[log->n]))
            c->y[log->n] = NAN;
        c->y[log->n] = hc_meaning_value(&c->m, c->y[log->n]);
    }
    if (log->n > 0 && t + l->offset_s < log->t[log->n - 1])
        return hc_fail(err, HC_DATA, "the clock of the log runs backwards");
    log->t[log->n++] = t + l->offset_s;
    return HC_OK;
}

static const hc_sink_ops log_ops = {
    .fact = log_fact, .begin = log_begin, .row = log_row};

static hc_status read_log(hc_loggers *l, const char *path, hc_err *err)
{
    hc_sink sink = {.ops = &log_ops, .ctx = l};
    hc_source *src;
    hc_status st;
    l->start_clock = NAN;
    HC_TRY(hc_source_open(&src, path, err));
    st = hc_format_detect(&src->probe, &l->format, err);
    if (st == HC_DATA && !src->probe.binary && src->probe.len > 0) {
        l->format = hc_format_named("text"); /* gas flows and the like */
        st = HC_OK;
    }
    if (st == HC_OK)
        st = l->format->read(src, &sink, err);
    if (st == HC_OK && l->logs[l->n_logs - 1].n == 0)
        st = hc_fail(err, HC_DATA, "no readings with a time, for --aux");
    hc_source_free(src);
    if (st != HC_OK && err != NULL && err->file[0] == '\0')
        snprintf(err->file, sizeof err->file, "%s", path);
    return st;
}

hc_status hc_loggers_open(hc_loggers **out, const hc_list *paths,
                          double offset_s, double tolerance_s,
                          const char *zone, hc_err *err)
{
    hc_loggers *l = calloc(1, sizeof *l);
    hc_status st = HC_OK;
    (void)zone;
    if (l == NULL)
        return hc_fail_nomem(err);
    l->offset_s = offset_s;
    l->tolerance_s = tolerance_s;
    l->logs = calloc(paths->n + 1, sizeof *l->logs);
    if (l->logs == NULL)
        st = hc_fail_nomem(err);
    for (size_t i = 0; i < paths->n && st == HC_OK; i++) {
        l->n_logs = i + 1;
        st = read_log(l, paths->items[i], err);
    }
    if (st != HC_OK)
        hc_loggers_free(l);
    else
        *out = l;
    return st;
}

void hc_loggers_free(hc_loggers *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < l->n_logs; i++)
        free(l->logs[i].t);
    for (size_t i = 0; i < l->n_columns; i++)
        free(l->columns[i].y);
    free(l->logs);
    free(l->columns);
    free(l);
}

/* ---- asking ---- */

size_t hc_loggers_columns(const hc_loggers *l)
{
    return l->n_columns;
}

const char *hc_loggers_name(const hc_loggers *l, size_t column)
{
    return l->columns[column].name;
}

static double value_at(const hc_loggers *l, size_t column, double clock_s,
                       double test_s)
{
    const log_column *c = &l->columns[column];
    logbook *log = &l->logs[c->log];
    double t = log->absolute ? clock_s : test_s, gap;
    size_t i = log->at;
    if (isnan(t))
        return NAN;
    if (i >= log->n || log->t[i] > t)
        i = 0;
    while (i + 1 < log->n && log->t[i + 1] <= t)
        i++;
    log->at = i;
    if (t < log->t[0])
        return log->t[0] - t <= l->tolerance_s ? c->y[0] : NAN;
    if (i + 1 == log->n)
        return t - log->t[i] <= l->tolerance_s ? c->y[i] : NAN;
    gap = log->t[i + 1] - log->t[i];
    if (gap > 2 * l->tolerance_s) {
        if (t - log->t[i] <= l->tolerance_s)
            return c->y[i];
        return log->t[i + 1] - t <= l->tolerance_s ? c->y[i + 1] : NAN;
    }
    return gap <= 0
               ? c->y[i]
               : c->y[i] + (c->y[i + 1] - c->y[i]) * (t - log->t[i]) / gap;
}

double hc_loggers_at(hc_loggers *l, size_t column, double clock_s,
                     double test_s)
{
    double x = value_at(l, column, clock_s, test_s);
    l->hits += !isnan(x);
    return x;
}

unsigned long long hc_loggers_hits(const hc_loggers *l)
{
    return l->hits;
}
