#include "eis/pass.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#define SOURCE "source_index"

void hc_pass_clear(hc_pass *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->name[i]);
    free(p->name);
    free(p->column);
    hc_meta_clear(&p->facts);
    *p = (hc_pass){.source = -1};
}

static bool is_ours(const char *name, const char *const *ours)
{
    for (; *ours; ours++)
        if (strcmp(name, *ours) == 0)
            return true;
    return false;
}

static hc_status keep_name(hc_pass *p, const char *name, hc_err *err)
{
    if ((p->name[p->n] = hc_strdup(name)) == NULL)
        return hc_fail_nomem(err);
    if (strcmp(name, SOURCE) == 0)
        p->source = (int)p->n;
    p->n++;
    return HC_OK;
}

/* The names of the first table. */
static hc_status begin(hc_pass *p, hc_session *s, const hc_frame *f,
                       const char *const *ours, hc_writer **w, hc_err *err)
{
    const size_t n = hc_frame_columns(f);
    *p = (hc_pass){.name = calloc(n + 1, sizeof *p->name),
                   .column = calloc(n + 1, sizeof *p->column),
                   .source = -1};
    if (p->name == NULL || p->column == NULL)
        return hc_fail_nomem(err);
    hc_status st = HC_OK;
    if (s->n_files > 1 && hc_frame_column(f, SOURCE) < 0)
        st = keep_name(p, SOURCE, err);
    for (size_t c = 0; c < n && st == HC_OK; c++)
        if (!is_ours(hc_frame_column_name(f, c), ours))
            st = keep_name(p, hc_frame_column_name(f, c), err);
    if (st == HC_OK)
        st = hc_meta_copy(&p->facts, hc_frame_meta(f)) == HC_OK
                 ? HC_OK
                 : hc_fail_nomem(err);
    if (st == HC_OK)
        st = hc_session_table(s, "eis", hc_frame_meta(f), w, err);
    for (size_t i = 0; i < p->n && st == HC_OK; i++)
        hc_writer_column(*w, p->name[i]);
    for (; *ours && st == HC_OK; ours++)
        hc_writer_column(*w, *ours);
    return st;
}

/* What the lines of the first table say of all rows has to be so of these. */
static hc_status same_facts(const hc_pass *p, const hc_frame *f, hc_err *err)
{
    static const char *const facts[] = {
        "cell", "area_m2",     "se_thickness_m",     "electrode",
        "soc",  "pressure_pa", "temperature_celsius"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *first = hc_meta_get(&p->facts, facts[i]);
        const char *here = hc_meta_get(hc_frame_meta(f), facts[i]);
        if (strcmp(first ? first : "", here ? here : "") != 0)
            return hc_fail_at(err, HC_USAGE, hc_frame_name(f), 0,
                              "has %s '%s', the first file '%s': one table "
                              "cannot say both; give each its own run, or "
                              "let hc-read read them together",
                              facts[i], here ? here : "-",
                              first ? first : "-");
    }
    return HC_OK;
}

hc_status hc_pass_table(hc_pass *p, hc_session *s, const hc_frame *f,
                        const char *const *ours, hc_writer **w, hc_err *err)
{
    const hc_status st =
        *w ? same_facts(p, f, err) : begin(p, s, f, ours, w, err);
    for (size_t i = 0; i < p->n && st == HC_OK; i++)
        p->column[i] = hc_frame_column(f, p->name[i]);
    return st;
}

void hc_pass_cell(const hc_pass *p, const hc_frame *f, size_t row, size_t k,
                  long source, hc_writer *w)
{
    if ((int)k == p->source) {
        hc_writer_integer(w, source);
        return;
    }
    const bool is_word = strcmp(p->name[k], "electrode") == 0 ||
                         strcmp(p->name[k], "cell") == 0;
    const char *text = p->column[k] < 0 && is_word
                           ? "-"
                           : hc_frame_text(f, row, p->column[k]);
    hc_writer_raw(w, text, strlen(text));
}
