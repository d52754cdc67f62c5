#include "cell/cellfile.h"

#include "cell/cellfile_private.h"
#include "core/json.h"
#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void hc_cellfile_free(hc_cellfile *f)
{
    if (!f)
        return;
    json_decref(f->root);
    free(f);
}

const char *hc_cellfile_name(const hc_cellfile *f)
{
    return f->name;
}

hc_status hc_cellfile_parse(hc_cellfile **out, const char *text, size_t len,
                            const char *name, hc_err *err)
{
    json_error_t e;
    json_t *root;
    if (len == 0)
        return hc_fail_at(err, HC_DATA, name, 0,
                          "is empty; expected a cell file (JSON)");
    hc_status st =
        hc_json_parse(text, len, JSON_REJECT_DUPLICATES, &root, &e, err);
    if (st == HC_DATA)
        return hc_fail_at(err, HC_DATA, name, e.line, "not a cell file: %s",
                          e.text);
    if (st != HC_OK)
        return st;
    if (!json_is_object(root)) {
        json_decref(root);
        return hc_fail_at(err, HC_DATA, name, 1,
                          "not a cell file: a JSON object is expected");
    }
    hc_cellfile *f = calloc(1, sizeof *f);
    if (!f) {
        json_decref(root);
        return hc_fail_nomem(err);
    }
    f->root = root;
    snprintf(f->name, sizeof f->name, "%s", name);
    *out = f;
    return HC_OK;
}

/* A BPX document is replaced by ours. */
static hc_status converted(hc_cellfile **f, hc_err *err)
{
    hc_cellfile *ours;
    if (!hc_cellfile_is_bpx(*f))
        return HC_OK;
    hc_status st = hc_bpx_read(&ours, *f, err);
    hc_cellfile_free(*f);
    *f = st == HC_OK ? ours : NULL;
    return st;
}

hc_status hc_cellfile_load(hc_cellfile **out, const char *path, hc_err *err)
{
    enum { MOST = 64 << 20, PIECE = 65536 };
    hc_in *in;
    hc_status st = hc_in_open(&in, path, err);
    if (st != HC_OK)
        return st;
    hc_text text = {0};
    char *piece = malloc(PIECE);
    size_t got = piece ? 1 : 0;
    if (!piece)
        st = hc_fail_nomem(err);
    while (st == HC_OK && got > 0) {
        st = hc_in_read(in, piece, PIECE, &got, err);
        if (st == HC_OK)
            hc_text_add(&text, piece, got);
        if (text.len > MOST)
            st = hc_fail_at(err, HC_DATA, hc_in_name(in), 0,
                            "not a cell file: larger than 64 MiB");
    }
    if (st == HC_OK)
        st = hc_text_status(&text, err);
    hc_cellfile *f = NULL;
    if (st == HC_OK)
        st = hc_cellfile_parse(&f, hc_text_get(&text), text.len,
                               hc_in_name(in), err);
    if (st == HC_OK)
        st = converted(&f, err);
    if (st == HC_OK)
        *out = f;
    free(piece);
    hc_text_clear(&text);
    hc_in_free(in);
    return st;
}

/* A value object is replaced whole: its unit belongs to its number. */
static bool is_leaf(const json_t *v)
{
    return !json_is_object(v) || json_object_get(v, "value") ||
           json_object_get(v, "x") || json_object_get(v, "form");
}

static int merge(json_t *into, const json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value)
    {
        json_t *old = json_object_get(into, key);
        int r;
        if (old && json_is_object(old) && !is_leaf(value))
            r = merge(old, value);
        else
            r = json_object_set_new(into, key, json_deep_copy(value));
        if (r != 0)
            return r;
    }
    return 0;
}

hc_status hc_cellfile_merge(hc_cellfile *f, const hc_cellfile *patch,
                            hc_err *err)
{
    return merge(f->root, patch->root) == 0 ? HC_OK : hc_fail_nomem(err);
}

json_t *hc_cellfile_section(json_t *root, const char *path, size_t len)
{
    json_t *at = root;
    while (len > 0) {
        const char *dot = memchr(path, '.', len);
        size_t part = dot ? (size_t)(dot - path) : len;
        char key[64];
        if (part >= sizeof key)
            return NULL;
        memcpy(key, path, part);
        key[part] = '\0';
        json_t *next = json_object_get(at, key);
        if (!json_is_object(next)) {
            if (json_object_set_new(at, key, json_object()) != 0)
                return NULL;
            next = json_object_get(at, key);
        }
        at = next;
        path += part + (dot ? 1 : 0);
        len -= part + (dot ? 1 : 0);
    }
    return at;
}

/* Sets a member; false where memory ended, `value` NULL included. */
static bool add(json_t *v, const char *key, json_t *value)
{
    return json_object_set_new(v, key, value) == 0;
}

static hc_status put(hc_cellfile *f, const char *path, json_t *value,
                     hc_err *err)
{
    const char *dot = strrchr(path, '.');
    size_t len = dot ? (size_t)(dot - path) : 0;
    json_t *section = hc_cellfile_section(f->root, path, len);
    if (section && add(section, dot ? dot + 1 : path, value))
        return HC_OK;
    if (!section)
        json_decref(value);
    return hc_fail_nomem(err);
}

static bool tell(json_t *v, const hc_provenance *from)
{
    return add(v, "status", json_string(from->status)) &&
           add(v, "source", json_string(from->source)) &&
           (!from->note || add(v, "note", json_string(from->note))) &&
           (!isfinite(from->sd_ln) ||
            add(v, "sd_ln", json_real(from->sd_ln)));
}

/* Ten digits, as every derived quantity is printed. */
static double rounded(double x)
{
    char text[HC_NUMBER_SIZE];
    size_t n = hc_number_print_digits(x, 10, text);
    double y = x;
    return hc_number_parse(text, n, &y) ? y : x;
}

static bool add_law(json_t *v, const hc_arrhenius *law)
{
    const char *form = law->power > 0   ? "sigmaT"
                       : law->power < 0 ? (law->sign < 0 ? "R/T" : "i0/T")
                       : law->sign < 0  ? "R"
                                        : "value";
    return add(v, "Ea",
               json_pack("{s:f,s:s}", "value", rounded(law->ea_j_mol),
                         "unit", "J/mol")) &&
           add(v, "T_ref",
               json_pack("{s:f,s:s}", "value", law->t_ref_k, "unit", "K")) &&
           add(v, "form", json_string(form));
}

hc_status hc_cellfile_set(hc_cellfile *f, hc_parameter p, double value,
                          const hc_arrhenius *law, const hc_provenance *from,
                          hc_err *err)
{
    const hc_parameter_info *about = hc_parameter_about(p);
    json_t *v = json_object();
    bool good = add(v, "value", json_real(rounded(value))) &&
                add(v, "unit", json_string(about->unit)) &&
                (!law || law->ea_j_mol == 0 || add_law(v, law)) &&
                tell(v, from);
    if (good)
        return put(f, about->path, v, err);
    json_decref(v);
    return hc_fail_nomem(err);
}

/* An array of numbers, NULL where memory ended. */
static json_t *numbers(const double *x, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(a, json_real(rounded(x[i]))) != 0) {
            json_decref(a);
            return NULL;
        }
    return a;
}

hc_status hc_cellfile_set_table(hc_cellfile *f, const char *path,
                                const double *x, const double *y, size_t n,
                                const char *unit, const hc_provenance *from,
                                hc_err *err)
{
    json_t *v = json_object();
    if (add(v, "x", numbers(x, n)) && add(v, "y", numbers(y, n)) &&
        add(v, "unit", json_string(unit)) && tell(v, from))
        return put(f, path, v, err);
    json_decref(v);
    return hc_fail_nomem(err);
}

hc_status hc_cellfile_set_word(hc_cellfile *f, const char *path,
                               const char *word, hc_err *err)
{
    return put(f, path, json_string(word), err);
}

hc_status hc_cellfile_remove(hc_cellfile *f, const char *path, hc_err *err)
{
    const char *dot = strrchr(path, '.');
    size_t len = dot ? (size_t)(dot - path) : 0;
    json_t *section = hc_cellfile_section(f->root, path, len);
    if (!section)
        return hc_fail_nomem(err);
    (void)json_object_del(section, dot ? dot + 1 : path);
    return HC_OK;
}

size_t hc_cellfile_protocol(const hc_cellfile *f)
{
    return json_array_size(json_object_get(f->root, "protocol"));
}

const char *hc_cellfile_protocol_line(const hc_cellfile *f, size_t i)
{
    const char *s = json_string_value(
        json_array_get(json_object_get(f->root, "protocol"), i));
    return s ? s : "";
}

static int dump(const char *buffer, size_t size, void *out)
{
    hc_out_write(out, buffer, size);
    return 0;
}

hc_status hc_cellfile_write(const hc_cellfile *f, hc_out *out, hc_err *err)
{
    if (json_dump_callback(f->root, dump, out,
                           JSON_INDENT(1) | JSON_PRESERVE_ORDER |
                               JSON_REAL_PRECISION(17)) != 0)
        return hc_fail_nomem(err);
    hc_out_putc(out, '\n');
    return HC_OK;
}

hc_status hc_cellfile_numbers(const json_t *array, const char *what,
                              const char *file, double **out, size_t *n,
                              hc_err *err)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count == 0)
        return hc_fail_at(err, HC_DATA, file, 0,
                          "%s: a list of numbers is expected", what);
    double *v = malloc(count * sizeof *v);
    if (!v)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_number(item)) {
            free(v);
            return hc_fail_at(err, HC_DATA, file, 0,
                              "%s: item %zu is not a number", what, i + 1);
        }
        v[i] = json_number_value(item);
    }
    *out = v;
    *n = count;
    return HC_OK;
}
