#include "formats/listing.h"

#include "formats/immittance.h"
#include "formats/lines.h"

#include "core/text.h"
#include "core/number.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- kinds and choices ---- */

const char *hc_kind_word(hc_kind k)
{
    return k == HC_KIND_EIS     ? "eis"
           : k == HC_KIND_WAVE  ? "wave"
           : k == HC_KIND_OTHER ? "other"
                                : "series";
}

static bool target_is(const hc_meaning *m, const char *what)
{
    size_t len = strlen(what);
    return m->target != NULL && strncmp(m->target, what, len) == 0 &&
           (m->target[len] == '\0' || m->target[len] == '@');
}

typedef struct {
    const hc_format *format;
    const hc_dataset *d;
} column_list;

static int find_target(const void *table, const char *target)
{
    const column_list *l = table;
    for (size_t i = 0; i < l->d->n_columns; i++) {
        hc_meaning m =
            hc_column_meaning(&l->d->columns[i], l->format->columns);
        if (target_is(&m, target))
            return (int)i;
    }
    return -1;
}

hc_kind hc_dataset_kind(const hc_dataset *d, const hc_format *format,
                        bool *can_eis)
{
    bool freq = false, re = false, im = false, mod = false, phase = false;
    for (size_t i = 0; i < d->n_columns; i++) {
        hc_meaning m = hc_column_meaning(&d->columns[i], format->columns);
        freq = freq || target_is(&m, "frequency_hertz");
        re = re || target_is(&m, "real_impedance_ohm");
        im = im || target_is(&m, "imaginary_impedance_ohm");
        mod = mod || target_is(&m, "absolute_impedance_ohm");
        phase = phase || target_is(&m, "phase_degree");
    }
    column_list l = {format, d};
    int a, b;
    *can_eis = freq && ((re && im) || (mod && phase) ||
                        hc_immittance_find(find_target, &l, &a, &b) !=
                            HC_IMMITTANCE_NONE);
    if (d->kind != HC_KIND_AUTO)
        return d->kind;
    return *can_eis ? HC_KIND_EIS : HC_KIND_SERIES;
}

/* Initials of a technique: Potentio Electrochemical Impedance Spectroscopy
 * is PEIS, Galvanostatic Cycling with Potential Limitation is GCPL. */
static bool initials_match(const char *technique, const char *want)
{
    char initials[16];
    size_t k = 0;
    bool at_word = true;
    for (const char *s = technique; *s != '\0' && k + 1 < 16; s++) {
        if (at_word && *s >= 'A' && *s <= 'Z')
            initials[k++] = *s;
        at_word = *s == ' ' || *s == '-';
    }
    initials[k] = '\0';
    return k > 1 && hc_strcasecmp(initials, want) == 0;
}

bool hc_dataset_selected(const char *name, const char *technique, bool side,
                         size_t index, hc_kind own, bool can_eis,
                         const char *select, hc_kind *kind)
{
    long i;
    *kind = own;
    if (hc_integer_parse(select, strlen(select), 0, 1000000, &i))
        return (size_t)i == index;
    if (hc_strcasecmp(select, "eis") == 0) {
        *kind = HC_KIND_EIS;
        return can_eis && own != HC_KIND_WAVE;
    }
    if (hc_strcasecmp(select, "series") == 0) {
        *kind = HC_KIND_SERIES;
        return own == HC_KIND_SERIES || (own == HC_KIND_EIS && !side);
    }
    if (hc_strcasecmp(select, "wave") == 0)
        return own == HC_KIND_WAVE;
    return hc_strcasecmp(select, name) == 0 ||
           hc_strcasecmp(select, technique) == 0 ||
           initials_match(technique, select);
}

/* ---- the sink ---- */

static hc_status add_meta(hc_meta *m, const char *key, const char *value,
                          hc_err *err)
{
    return hc_meta_add(m, key, "%s", value) == HC_OK ? HC_OK
                                                     : hc_fail_nomem(err);
}

static hc_status on_fact(void *ctx, const char *key, const char *value,
                         hc_err *err)
{
    return add_meta(&((hc_listing *)ctx)->facts, key, value, err);
}

/* Names of settings hold blanks: a mark that no text has stands between name
 * and value. */
enum { UNIT_SEPARATOR = 0x1f };

static hc_status on_meta(void *ctx, const char *key, const char *value,
                         hc_err *err)
{
    hc_listing *l = ctx;
    return hc_meta_add(&l->metas, key, "%c%s", UNIT_SEPARATOR, value) == HC_OK
               ? HC_OK
               : hc_fail_nomem(err);
}

static hc_status copy_columns(hc_listed *s, const hc_dataset *d, hc_err *err)
{
    s->columns = calloc(d->n_columns + 1, sizeof *s->columns);
    if (s->columns == NULL)
        return hc_fail_nomem(err);
    s->n_columns = d->n_columns;
    for (size_t i = 0; i < d->n_columns; i++) {
        s->columns[i].name = hc_strdup(d->columns[i].name);
        if (d->columns[i].unit != NULL)
            s->columns[i].unit = hc_strdup(d->columns[i].unit);
        if (s->columns[i].name == NULL)
            return hc_fail_nomem(err);
    }
    return HC_OK;
}

static hc_status on_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    hc_listing *l = ctx;
    hc_listed *p = hc_grow(l->sets, &l->cap, l->n + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    l->sets = p;
    p += l->n++;
    *p = (hc_listed){.side = d->side, .cycle_count = d->cycle_count};
    p->name = hc_strdup(d->name);
    p->technique = hc_strdup(d->technique);
    if (p->name == NULL || p->technique == NULL)
        return hc_fail_nomem(err);
    p->kind = hc_dataset_kind(d, l->format, &p->can_eis);
    return copy_columns(p, d, err);
}

static hc_status on_end(void *ctx, hc_err *err)
{
    hc_listing *l = ctx;
    (void)err;
    l->sets[l->n - 1].rows = l->sink.dataset_rows;
    l->sets[l->n - 1].rejected = l->sink.dataset_rejected;
    return HC_OK;
}

const hc_sink_ops hc_listing_ops = {
    .fact = on_fact, .meta = on_meta, .begin = on_begin, .end = on_end};

hc_status hc_listing_read(hc_listing *l, hc_source *src,
                          const hc_format *format, bool growing, hc_err *err)
{
    hc_status st;
    *l = (hc_listing){.format = format};
    l->sink = (hc_sink){.ops = &hc_listing_ops, .ctx = l, .growing = growing};
    st = format->read(src, &l->sink, err);
    if (l->sink.dataset != NULL && l->n > 0) {
        l->sets[l->n - 1].rows = l->sink.dataset_rows;
        l->sets[l->n - 1].rejected = l->sink.dataset_rejected;
    }
    return st;
}

void hc_listing_clear(hc_listing *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->sets[i].name);
        free(l->sets[i].technique);
        hc_columns_free(l->sets[i].columns, l->sets[i].n_columns);
    }
    free(l->sets);
    hc_meta_clear(&l->facts);
    hc_meta_clear(&l->metas);
}

/* ---- printing ---- */

void hc_listing_columns(hc_writer *w)
{
    static const char *const names[] = {
        "source_index", "dataset_index", "name",    "kind",
        "technique",    "rows",          "columns", "side"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hc_writer_column(w, names[i]);
}

void hc_listing_rows(const hc_listing *l, long source_index, hc_writer *w)
{
    for (size_t i = 0; i < l->n; i++) {
        const hc_listed *s = &l->sets[i];
        hc_writer_integer(w, source_index);
        hc_writer_integer(w, (long)i);
        hc_writer_text(w, s->name);
        hc_writer_text(w, s->can_eis && s->kind == HC_KIND_SERIES
                              ? "series+eis"
                              : hc_kind_word(s->kind));
        hc_writer_text(w, s->technique[0] == '\0' ? "-" : s->technique);
        hc_writer_integer(w, (long)s->rows);
        hc_writer_integer(w, (long)s->n_columns);
        hc_writer_text(w, s->side ? "yes" : "no");
        hc_writer_end_row(w);
    }
}

static json_t *text(const char *s)
{
    json_t *j = json_string(s);
    return j != NULL ? j : json_string("?"); /* not UTF-8 */
}

/* "key value" lines as an object; `mark` stands between.  Of several lines
 * with one key the last or the first stays. */
static json_t *object_of(const hc_meta *m, char mark, bool last_wins)
{
    json_t *o = json_object();
    for (size_t i = 0; o != NULL && i < m->n; i++) {
        const char *line = m->lines[i];
        const char *end = strchr(line, mark);
        char *key = end == NULL ? hc_strdup(line)
                                : hc_strndup(line, (size_t)(end - line));
        const char *value = end == NULL ? "" : end + 1;
        size_t len = key == NULL ? 0 : strlen(key);
        while (len > 0 && key[len - 1] == ' ')
            key[--len] = '\0';
        if (key != NULL && (last_wins || json_object_get(o, key) == NULL))
            json_object_set_new(o, key, text(value));
        free(key);
    }
    return o;
}

static json_t *set_object(const hc_listed *s, size_t i)
{
    json_t *o = json_object(), *names = json_array(), *units = json_array();
    bool any_unit = false;
    for (size_t k = 0; k < s->n_columns; k++) {
        json_array_append_new(names, text(s->columns[k].name));
        any_unit = any_unit || s->columns[k].unit != NULL;
        json_array_append_new(
            units, text(s->columns[k].unit == NULL ? "" : s->columns[k].unit));
    }
    json_object_set_new(o, "index", json_integer((json_int_t)i));
    json_object_set_new(o, "name", text(s->name));
    json_object_set_new(o, "technique", text(s->technique));
    json_object_set_new(o, "kind", text(hc_kind_word(s->kind)));
    json_object_set_new(o, "spectra", json_boolean(s->can_eis));
    json_object_set_new(o, "side", json_boolean(s->side));
    json_object_set_new(o, "rows", json_integer((json_int_t)s->rows));
    json_object_set_new(o, "rejected", json_integer((json_int_t)s->rejected));
    json_object_set_new(o, "columns", names);
    if (any_unit)
        json_object_set_new(o, "units", units);
    else
        json_decref(units);
    return o;
}

hc_status hc_listing_json(const hc_listing *l, const char *path, hc_out *out,
                          hc_err *err)
{
    json_t *o = object_of(&l->facts, ' ', true), *sets = json_array();
    char *dump;
    json_object_set_new(o, "file", text(path));
    json_object_set_new(o, "format", text(l->format->name));
    json_object_set_new(o, "incomplete", json_boolean(l->sink.incomplete));
    json_object_set_new(o, "rejected",
                        json_integer((json_int_t)l->sink.rejected));
    for (size_t i = 0; i < l->n; i++)
        json_array_append_new(sets, set_object(&l->sets[i], i));
    json_object_set_new(o, "datasets", sets);
    json_object_set_new(o, "settings",
                        object_of(&l->metas, UNIT_SEPARATOR, false));
    dump = json_dumps(o, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(o);
    if (dump == NULL)
        return hc_fail_nomem(err);
    hc_out_puts(out, dump);
    hc_out_putc(out, '\n');
    free(dump);
    return HC_OK;
}
