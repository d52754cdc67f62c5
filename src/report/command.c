#include "report/command.h"

#include "core/number.h"
#include "core/text.h"
#include "report/pdf.h"
#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
    if (st != HC_OK && to->path == t->input)
        snprintf(err->file, sizeof err->file, "(stdin)");
    if (st == HC_OK && (st = hc_frame_check(to->frame, to->name, err)))
        hc_frame_free(to->frame);
    t->n += st == HC_OK;
    return st;
}

/* The page of all tables that can be read; true when there is one. */
static bool tables_page(hc_session *s, const hc_report_options *o, hc_out *out)
{
    tables t = {.table = calloc(s->n_files + 1, sizeof *t.table)};
    if (!t.table) {
        hc_session_note(s, hc_fail_nomem(&s->err));
        return false;
    }
    for (size_t i = 0; i < s->n_files; i++) {
        const char *name = i < o->n_names ? o->name[i] : s->files[i];
        if (!hc_session_note(s, add_table(&t, s->files[i], name, &s->err)))
            break;
    }
    hc_report r = {.title = o->title,
                   .table = t.table,
                   .n = t.n,
                   .max_rows = o->max_rows,
                   .max_figures = (size_t)o->max_figures,
                   .talk = &s->talk};
    /* the page says what is in it; a table that was broken is not */
    bool made = t.n > 0;
    if (made) {
        hc_status st = hc_report_write(&r, out, &s->err);
        hc_session_note(s, st);
        made = st == HC_OK;
    }
    for (size_t i = 0; i < t.n; i++)
        hc_frame_free(t.table[i].frame);
    free(t.table);
    return made;
}

static bool base_page(hc_session *s, const hc_report_options *o, hc_out *out)
{
    hc_report_base r = {.title = o->title,
                        .path = o->db,
                        .filter = o->filter,
                        .by = o->by,
                        .max_rows = o->max_rows,
                        .max_figures = (size_t)o->max_figures,
                        .talk = &s->talk};
    hc_store *store = NULL;
    hc_status st =
        s->n_operands > 0
            ? hc_fail(&s->err, HC_USAGE,
                      "either --db or tables, not both: '%s'", s->operands[0])
            : hc_store_open(&store, o->db, false, HC_STORE_WAIT_MS, &s->err);
    if (st == HC_OK)
        st = hc_report_database(store, &r, out, &s->err);
    hc_store_close(store);
    hc_session_note(s, st);
    return st == HC_OK;
}

static bool page(hc_session *s, const hc_report_options *o, hc_out *out)
{
    return o->db ? base_page(s, o, out) : tables_page(s, o, out);
}

static bool printed(hc_session *s, const hc_report_options *o)
{
    hc_out *html = NULL;
    size_t len;
    hc_status st = hc_report_can_pdf(&s->err);
    if (st == HC_OK)
        st = hc_out_memory(&html, &s->err);
    if (st == HC_OK && page(s, o, html)) {
        const char *data = hc_out_data(html, &len);
        st = hc_report_pdf(data, len, s->out, &s->err);
        hc_out_discard(html);
        hc_session_note(s, st);
        return st == HC_OK;
    }
    if (html)
        hc_out_discard(html);
    hc_session_note(s, st);
    return false;
}

void hc_report_command(hc_session *s, const hc_report_options *o)
{
    const char *file = s->common->output;
    bool pdf =
        o->to ? strcmp(o->to, "pdf") == 0 : file && hc_ends_with(file, ".pdf");
    if (pdf ? printed(s, o) : page(s, o, s->out)) {
        hc_out_mark_whole(s->out);
    } else if (!hc_out_failed(s->out)) {
        hc_out_discard(s->out); /* no empty page */
        s->out = NULL;
    }
}
