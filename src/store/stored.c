#include "store/stored.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

void hc_stored_clear(hc_stored *r)
{
    hc_text_clear(&r->head);
    hc_text_clear(&r->tail);
    hc_text_clear(&r->body);
    free(r->rec);
}

static void add_lines(hc_text *t, const hc_meta *m)
{
    for (size_t i = 0; i < m->n; i++) {
        hc_text_puts(t, m->lines[i]);
        hc_text_putc(t, '\n');
    }
}

/* Column names and rows as they were read, the same text for equal tables. */
static void add_body(hc_text *t, const hc_frame *f)
{
    size_t n = hc_frame_columns(f);
    for (size_t i = 0; i < n; i++)
        hc_text_printf(t, "%s%s", i > 0 ? "\t" : "",
                       hc_frame_column_name(f, i));
    hc_text_putc(t, '\n');
    for (size_t row = 0; row < hc_frame_rows(f); row++) {
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                hc_text_putc(t, '\t');
            hc_text_puts(t, hc_frame_text(f, row, (int)i));
        }
        hc_text_putc(t, '\n');
    }
}

/* Records are kept as numbers, not as they were written: what is summed up
 * is what the writer makes of them, so that `check` can do it again. */
static hc_status add_records(hc_stored *r, const hc_frame *f, hc_err *err)
{
    hc_out *out = NULL;
    hc_writer *w = NULL;
    size_t n = 0, len;
    hc_status st = hc_records_of(f, &r->rec, &n, err);

    if (st == HC_OK)
        st = hc_out_memory(&out, err);
    if (st == HC_OK)
        st = hc_writer_new(&w, out, HC_WRITE_TABLE, err);
    if (st == HC_OK) {
        hc_records_begin(w);
        for (size_t i = 0; i < n; i++)
            hc_records_put(w, &r->rec[i]);
        st = hc_writer_end(w, err);
    }
    if (st == HC_OK) {
        const char *text = hc_out_data(out, &len);
        hc_text_add(&r->body, text, len);
    }
    hc_writer_free(w);
    if (out != NULL)
        hc_out_discard(out);
    return st;
}

/* The key: kind, cell, every step, every source's sha256; the contents where
 * no source is named. */
static void make_key(hc_stored *r)
{
    const char *parts[] = {hc_text_get(&r->head), hc_text_get(&r->tail)};
    hc_sha256 s;
    bool sourced = false;

    hc_sha256_init(&s);
    hc_sha256_add(&s, r->kind, strlen(r->kind) + 1);
    hc_sha256_add(&s, r->cell, strlen(r->cell) + 1);
    for (size_t k = 0; k < 2; k++) {
        for (const char *p = parts[k]; *p != '\0'; p += strcspn(p, "\n") + 1) {
            bool source = hc_starts_with(p, "sha256 ");
            if (source || hc_starts_with(p, "step "))
                hc_sha256_add(&s, p, strcspn(p, "\n") + 1);
            sourced |= source;
        }
    }
    if (!sourced)
        hc_sha256_add(&s, r->content, sizeof r->content);
    hc_sha256_hex(&s, r->key);
}

/* The one cell of a table of records, "-" when they are of several. */
static void cell_of(hc_stored *r, const hc_frame *f)
{
    int c = hc_frame_column(f, "cell");
    const char *cell = hc_meta_get(hc_frame_meta(f), "cell");

    if (c >= 0 && hc_frame_rows(f) > 0) {
        cell = hc_frame_text(f, 0, c);
        for (size_t i = 1; i < hc_frame_rows(f); i++)
            if (strcmp(cell, hc_frame_text(f, i, c)) != 0)
                cell = "-";
    }
    if (cell == NULL)
        cell = "-";
    hc_copy(r->cell_buf, sizeof r->cell_buf, cell, strlen(cell));
    r->cell = r->cell_buf;
}

/* Tool of the last step, name of the first source. */
static void tool_and_source(hc_stored *r, const hc_meta *m)
{
    r->tool = "-";
    r->source = "-";
    for (size_t i = 0; i < m->n; i++) {
        const char *line = m->lines[i];
        if (hc_starts_with(line, "step ")) {
            hc_copy(r->tool_buf, sizeof r->tool_buf, line + 5,
                    strcspn(line + 5, " "));
            r->tool = r->tool_buf;
        } else if (hc_starts_with(line, "source ") && r->source[0] == '-') {
            const char *name = line + 7 + strcspn(line + 7, " ");
            const char *end = strstr(name, " format=");
            name += *name == ' ';
            hc_copy(r->source_buf, sizeof r->source_buf, name,
                    end != NULL ? (size_t)(end - name) : strlen(name));
            r->source = r->source_buf;
        }
    }
}

static bool names_sha256(const hc_meta *m)
{
    return hc_meta_get(m, "sha256") != NULL;
}

hc_status hc_stored_describe(hc_stored *r, const hc_frame *f,
                             const char *sha256, hc_err *err)
{
    hc_sha256 s;
    hc_status st;
    r->kind = hc_frame_kind(f)[0] != '\0' ? hc_frame_kind(f) : "series";
    r->rows = hc_frame_rows(f);
    r->incomplete = hc_frame_incomplete(f);
    add_lines(&r->head, hc_frame_meta(f));
    add_lines(&r->tail, hc_frame_trailer(f));
    if (sha256 != NULL && !names_sha256(hc_frame_meta(f)) &&
        !names_sha256(hc_frame_trailer(f)))
        hc_text_printf(&r->tail, "sha256 0 %s\n", sha256);
    if (strcmp(r->kind, "records") != 0)
        add_body(&r->body, f);
    else if ((st = add_records(r, f, err)) != HC_OK)
        return st;
    if (r->head.failed || r->tail.failed || r->body.failed)
        return hc_fail_nomem(err);
    hc_sha256_init(&s);
    hc_sha256_add(&s, hc_text_get(&r->body), r->body.len);
    hc_sha256_hex(&s, r->content);
    cell_of(r, f);
    make_key(r);
    tool_and_source(r, hc_frame_meta(f));
    return HC_OK;
}
