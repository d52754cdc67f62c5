/* hc-params: records of the analysis tools into a cell file */
#include "cell/mapping.h"
#include "core/session.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_mapping_options how;
    const char *prefer;
    bool dry_run, to_bpx;
} opts;

static const hc_option options[] = {
    {"dry-run", 0, HC_OPT_FLAG, NULL,
     "print what would be set, from what, as a table",
     offsetof(opts, dry_run), NULL, 0, 0, {0}},
    {"allow-apparent", 0, HC_OPT_FLAG, NULL, "take apparent D as D",
     offsetof(opts, how.allow_apparent), NULL, 0, 0, {0}},
    {"prefer", 0, HC_OPT_CHOICE, "WHICH", "where both give D (gitt)",
     offsetof(opts, prefer), "gitt|eis", 0, 0, {0}},
    {"to-bpx", 0, HC_OPT_FLAG, NULL, "write the common subset as BPX",
     offsetof(opts, to_bpx), NULL, 0, 0, {0}},
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-params",
    .purpose = "records of the analysis tools into a cell file",
    .operands = "CELL.json [RECORDS...]",
    .notes = "Arcs map through their role (hc-fit --role R1=bulk); one "
             "without is refused.\nThe cell file is printed again with the "
             "values laid in, each with its source.\nWithout records it is "
             "only read, checked and converted (BPX both ways).",
    .options = options,
    .min_operands = 1,
    .lead_operands = 1,
    .max_operands = -1,
};

/* All records, and the file of each. */
typedef struct {
    hc_record *r;
    const char **source;
    size_t n;
} pool;

static hc_status read_all(hc_session *s, pool *all)
{
    hc_status st = HC_OK;
    for (size_t k = 1; st == HC_OK && k < s->n_operands; k++) {
        hc_frame *f = NULL;
        hc_record *r = NULL;
        size_t n = 0;
        st = hc_frame_open(&f, s->operands[k], &s->err);
        if (st == HC_OK)
            st = hc_records_of(f, &r, &n, &s->err);
        if (st == HC_OK)
            hc_session_inherit_frame(s, f);
        hc_frame_free(f);
        if (st != HC_OK)
            break;
        hc_record *more = realloc(all->r, (all->n + n + 1) * sizeof *more);
        if (more)
            all->r = more;
        const char **names =
            realloc(all->source, (all->n + n + 1) * sizeof *names);
        if (names)
            all->source = names;
        if (!more || !names)
            st = hc_fail_nomem(&s->err);
        for (size_t i = 0; st == HC_OK && i < n; i++) {
            all->source[all->n] = s->operands[k];
            all->r[all->n++] = r[i];
        }
        free(r);
    }
    return st;
}

static hc_status apply(hc_session *s, const opts *o, hc_cellfile *f,
                       hc_writer *w)
{
    pool all = {0};
    if (s->n_operands < 2)
        return HC_OK;
    hc_status st = read_all(s, &all);
    if (st == HC_OK && all.n == 0)
        st = hc_fail(&s->err, HC_NO, "there are no records");
    if (st == HC_OK)
        st = hc_mapping_apply(f, all.r, all.source, all.n, &o->how, w,
                              &s->talk, &s->err);
    free(all.r);
    free(all.source);
    return st;
}

static hc_status run(hc_session *s, opts *o)
{
    hc_cellfile *f;
    hc_writer *w = NULL;
    o->how.prefer_eis = o->prefer && strcmp(o->prefer, "eis") == 0;
    hc_status st = hc_cellfile_load(&f, s->operands[0], &s->err);
    if (st != HC_OK)
        return st;
    if (o->dry_run) {
        st = hc_session_table(s, "mapping", NULL, &w, &s->err);
        if (st == HC_OK)
            hc_mapping_columns(w);
    }
    if (st == HC_OK)
        st = apply(s, o, f, w);
    if (st == HC_OK) { /* what is written can be read */
        hc_cell cell;
        st = hc_cellfile_cell(f, &cell, false, &s->talk, &s->err);
        if (st == HC_OK)
            hc_cell_clear(&cell);
    }
    if (st == HC_OK && w)
        st = hc_writer_end(w, &s->err);
    else if (st == HC_OK && o->to_bpx)
        st = hc_bpx_write(f, s->out, &s->err);
    else if (st == HC_OK)
        st = hc_cellfile_write(f, s->out, &s->err);
    hc_writer_free(w);
    hc_cellfile_free(f);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {0};
    hc_session s;
    if (hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        hc_session_note(&s, run(&s, &o));
    return hc_session_end(&s);
}
