/* hc-report: tables and records as one page */
#include "config.h"

#include "core/session.h"
#include "core/text.h"
#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    hc_common common;
    const char *title;
    hc_list names;
    long max_rows;
    bool fail_fast;
} opts;

static const hc_option options[] = {
    {"title",
     0,
     HC_OPT_TEXT,
     "TEXT",
     "title of the page",
     offsetof(opts, title),
     NULL,
     0,
     0,
     {0}},
    {"label",
     'L',
     HC_OPT_LIST,
     "TEXT",
     "heading of the next FILE; may be repeated",
     offsetof(opts, names),
     NULL,
     0,
     0,
     {0}},
    {"max-rows",
     0,
     HC_OPT_INTEGER,
     "N",
     "leave out the rows of longer tables (2000)",
     offsetof(opts, max_rows),
     NULL,
     0,
     1e6,
     {0}},
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    "hc-report",
    "one HTML page of tables, records and their figures",
    "[FILE...]",
    "The page needs no network: figures are in it, tables can be sorted and\n"
    "filtered.  A curve of hc-fit --curve is drawn over the spectrum before\n"
    "it.",
    options,
    0,
    -1};

/* The standard input as a file that hc-plot can read as well. */
static hc_status keep_input(char *path, size_t cap, hc_err *err)
{
    char buf[65536];
    ssize_t n;
    int fd = memfd_create("stdin", 0);
    if (fd < 0)
        return hc_fail(err, HC_INTERNAL, "memfd: %s", strerror(errno));
    while ((n = read(STDIN_FILENO, buf, sizeof buf)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || write(fd, buf, (size_t)n) != n) {
            close(fd);
            return hc_fail(err, HC_IO, "(stdin): %s", strerror(errno));
        }
    }
    snprintf(path, cap, "/dev/fd/%d", fd);
    return HC_OK;
}

typedef struct {
    hc_report_table *table;
    size_t n;
    char input[64]; /* path of the kept standard input */
} tables;

static hc_status add_table(tables *t, const char *file, const char *name,
                           hc_err *err)
{
    hc_report_table *to = &t->table[t->n];
    *to = (hc_report_table){.path = file, .name = name};
    if (strcmp(file, "-") == 0) {
        hc_status st = keep_input(t->input, sizeof t->input, err);
        if (st != HC_OK)
            return st;
        to->path = t->input;
        if (strcmp(name, "-") == 0)
            to->name = "standard input";
    }
    hc_status st = hc_frame_open(&to->frame, to->path, err);
    t->n += st == HC_OK;
    return st;
}

static void work(hc_session *s, const opts *o)
{
    tables t = {.table = calloc(s->n_files + 1, sizeof *t.table)};
    if (!t.table) {
        hc_session_note(s, hc_fail_nomem(&s->err));
        return;
    }
    for (size_t i = 0; i < s->n_files; i++) {
        const char *name = i < o->names.n ? o->names.items[i] : s->files[i];
        if (!hc_session_note(s, add_table(&t, s->files[i], name, &s->err)))
            break;
    }
    hc_report r = {.title = o->title,
                   .table = t.table,
                   .n = t.n,
                   .max_rows = o->max_rows,
                   .talk = &s->talk};
    /* the page says what is in it; a table that was broken is not */
    if (t.n && hc_session_note(s, hc_report_write(&r, s->out, &s->err)))
        hc_out_mark_whole(s->out);
    for (size_t i = 0; i < t.n; i++)
        hc_frame_free(t.table[i].frame);
    free(t.table);
}

int main(int argc, char **argv)
{
    opts o = {.title = "halfcell report", .max_rows = 2000};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    work(&s, &o);
    hc_list_clear(&o.names);
    return hc_session_end(&s);
}
