#include "store/commands.h"

#include "core/records.h"
#include "core/text.h"
#include "store/export.h"
#include "store/groups.h"
#include "store/journal.h"

#include <string.h>

typedef struct {
    hc_session *s;
    const hc_db_options *o;
    hc_store *store;
    hc_store_filter filter;
    hc_writer *w;
} job;

static hc_status add(job *j, hc_err *err)
{
    hc_session *s = j->s;
    size_t n = 0;
    static const char *const did[] = {"added", "replaced", "already there"};
    hc_status st = HC_OK;
    if (j->o->cells != NULL)
        st = hc_store_cells(j->store, j->o->cells, &n, err);
    if (st != HC_OK || (j->o->cells != NULL && s->n_operands == 2))
        return st;
    for (size_t i = 0; i < s->n_files; i++) {
        hc_added what = HC_ADDED;
        st = hc_store_add(j->store, s->files[i], &what, err);
        if (st == HC_OK)
            hc_say_note(&s->talk, "%s: %s", s->files[i], did[what]);
        else if (!hc_session_note(s, st))
            break;
    }
    return HC_OK;
}

static hc_status begin(job *j, const char *kind, hc_err *err)
{
    return hc_session_table(j->s, kind, NULL, &j->w, err);
}

static hc_status some(size_t n, const char *what, hc_err *err)
{
    return n > 0 ? HC_OK : hc_fail(err, HC_NO, "no %s match", what);
}

static hc_status list(job *j, hc_err *err)
{
    static const char *const names[] = {"run_key", "kind", "tool",
                                        "cell",    "rows", "source"};
    size_t n = 0;
    hc_status st = begin(j, "runs", err);
    for (size_t i = 0; st == HC_OK && i < 6; i++)
        hc_writer_column(j->w, names[i]);
    if (st == HC_OK)
        st = hc_store_list(j->store, &j->filter, j->w, &n, err);
    if (st == HC_OK)
        st = hc_writer_end(j->w, err);
    return st == HC_OK ? some(n, "runs", err) : st;
}

static hc_status cells(job *j, hc_err *err)
{
    static const char *const names[] = {"cell", "fact", "value"};
    hc_status st = begin(j, "facts", err);
    for (size_t i = 0; st == HC_OK && i < 3; i++)
        hc_writer_column(j->w, names[i]);
    if (st == HC_OK)
        st = hc_store_list_cells(j->store, j->w, err);
    return st == HC_OK ? hc_writer_end(j->w, err) : st;
}

/* A table of the night's journal. */
static hc_status journal(job *j, const char *kind,
                         hc_status (*write)(hc_store *, hc_writer *,
                                            hc_err *),
                         hc_err *err)
{
    hc_status st = begin(j, kind, err);
    if (st == HC_OK)
        st = write(j->store, j->w, err);
    return st == HC_OK ? hc_writer_end(j->w, err) : st;
}

static hc_status nights(job *j, hc_err *err)
{
    return journal(j, "nights", hc_journal_write_nights, err);
}

static hc_status jobs(job *j, hc_err *err)
{
    return journal(j, "jobs", hc_journal_write_jobs, err);
}

static hc_status findings(job *j, hc_err *err)
{
    return journal(j, "findings", hc_journal_write_findings, err);
}

static hc_status get(job *j, hc_err *err)
{
    if (j->filter.words[0] == '\0')
        return hc_fail(err, HC_USAGE, "get needs a key or a filter");
    return hc_store_get(j->store, j->filter.words, j->s->out, err);
}

static hc_status query(job *j, hc_err *err)
{
    size_t n = 0;
    hc_status st = begin(j, "records", err);
    if (st == HC_OK) {
        hc_records_begin(j->w);
        st = hc_store_records(j->store, &j->filter, j->w, &n, err);
    }
    if (st == HC_OK)
        st = hc_writer_end(j->w, err);
    return st == HC_OK ? some(n, "records", err) : st;
}

static hc_status groups(job *j, hc_err *err)
{
    bool lab = strcmp(j->o->units, "lab") == 0;
    hc_groups g = {0};
    hc_status st = hc_store_groups(j->store, &j->filter, j->o->by, &g, err);
    if (st == HC_OK)
        st = begin(j, j->o->points ? "points" : "groups", err);
    if (st == HC_OK) {
        (j->o->points ? hc_groups_write_points : hc_groups_write)(&g, j->w,
                                                                  lab);
        st = hc_writer_end(j->w, err);
    }
    if (st == HC_OK)
        st = some(g.n, "records", err);
    hc_groups_clear(&g);
    return st;
}

static hc_status export(job *j, hc_err *err)
{
    static const char *const forms[] = {"tsv",  "csv",    "origin",
                                        "json", "jsonld", "bdf"};
    hc_export how = {
        .lab = strcmp(j->o->units, "lab") == 0,
        .comma = strcmp(j->o->decimal, "comma") == 0};
    size_t form = 0, n = 0;
    hc_status st;
    for (size_t i = 0; i < 6; i++)
        if (strcmp(forms[i], j->o->to) == 0)
            form = i;
    if (j->o->canonical)
        return hc_store_canonical(j->store, j->s->out, err);
    how.to = form == 5 ? HC_EXPORT_CSV : (hc_export_to)form;
    if (how.comma && (form == 5 || (form != 1 && form != 2)))
        return hc_fail(err, HC_USAGE,
                       "--decimal comma is for --to csv and origin");
    if (j->o->table != NULL || form == 5)
        return hc_store_export_run(
            j->store, j->o->table != NULL ? j->o->table : j->filter.words,
            &how, form == 5 ? j->o->bdf_label : NULL, j->s->out, err);
    st = hc_store_export(j->store, &j->filter, &how, j->s->out, &n, err);
    return st == HC_OK ? some(n, "records", err) : st;
}

static hc_status check(job *j, hc_err *err)
{
    return hc_store_check(j->store, err);
}

static hc_status merge(job *j, hc_err *err)
{
    hc_session *s = j->s;
    if (s->n_operands < 3)
        return hc_fail(err, HC_USAGE, "merge needs the other database");
    for (size_t i = 0; i < s->n_files; i++) {
        size_t n = 0;
        hc_status st = hc_store_merge(j->store, s->files[i], &n, err);
        if (st == HC_OK)
            hc_say_note(&s->talk, "%s: %zu runs", s->files[i], n);
        else if (!hc_session_note(s, st))
            break;
    }
    return HC_OK;
}

static const struct {
    const char *name;
    hc_status (*run)(job *j, hc_err *err);
    bool creates;
} commands[] = {{"add", add, true},        {"list", list, false},
                {"cells", cells, false},   {"get", get, false},
                {"query", query, false},   {"groups", groups, false},
                {"export", export, false}, {"check", check, false},
                {"merge", merge, true},    {"nights", nights, false},
                {"jobs", jobs, false},     {"findings", findings, false}};

hc_status hc_db_command(hc_session *s, const hc_db_options *o,
                        hc_err *err)
{
    hc_text words = {0};
    job j = {.s = s, .o = o};
    size_t i = 0, n = sizeof commands / sizeof commands[0];
    while (i < n && strcmp(commands[i].name, s->operands[0]) != 0)
        i++;
    if (i == n)
        return hc_fail(err, HC_USAGE,
                       "no command '%s'; there are: add list cells get query "
                       "groups export check merge nights jobs findings",
                       s->operands[0]);
    for (size_t k = 2; k < s->n_operands; k++)
        hc_text_printf(&words, "%s%s", k > 2 ? " " : "", s->operands[k]);
    j.filter.words = hc_text_get(&words);
    hc_status st = hc_text_status(&words, err);
    if (st == HC_OK)
        st = hc_store_open(&j.store, s->operands[1], commands[i].creates,
                           (int)(o->wait_s * 1000), err);
    if (st == HC_OK)
        st = commands[i].run(&j, err);
    hc_writer_free(j.w);
    hc_store_close(j.store);
    hc_text_clear(&words);
    return st;
}
